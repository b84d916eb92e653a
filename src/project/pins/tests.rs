//! Pins of each kind of file, as what they name.

use std::path::Path;

use super::*;
use crate::discover::Kind;
use crate::read::{Encoding, Source};

/// What, the versions, and whether one more fits: `` `x` 3.8 3.9 + ``.
fn found(path: &str, text: &str) -> Vec<String> {
    let path = Path::new(path);
    let kind = Kind::of_name(path).expect("a known name");
    let source =
        Source { path: path.into(), kind, text: text.to_owned(), encoding: Encoding::Utf8, bom: false };
    let document = Document::parse(source, PythonVersion::PY313).expect("well-formed");
    let show = |pin: Pin| {
        let named: Vec<_> = pin.named.iter().map(|named| named.python.to_string()).collect();
        let sign = match (pin.list, pin.open) {
            (true, true) => " +",
            (true, false) => " -",
            _ => "",
        };
        format!("{} {}{sign}", pin.what, named.join(" "))
    };
    find(&document).into_iter().map(show).collect()
}

#[test]
fn lines_name_versions() {
    assert_eq!(found(".python-version", "# x\n3.9.18\n"), ["`.python-version` 3.9"]);
    assert_eq!(found(".python-version", "3.9\n3.10 3.11\n"), ["`.python-version` 3.9 3.10 3.11 +"]);
    assert_eq!(found(".python-version", "pypy3.9-7\nmyenv\nsystem\n3.9/envs/x"), [""; 0]);
    assert_eq!(found(".tool-versions", "nodejs 3.9\npython 3.9.1 2.7 # x\n"), ["`.tool-versions` 3.9"]);
    assert_eq!(found("runtime.txt", "python-3.11.4\n"), ["`runtime.txt` 3.11"]);
}

#[test]
fn environments_of_tox() {
    let tox = |list: &str| found("tox.ini", &format!("[tox]\nenvlist = {list}\n"));
    assert_eq!(tox("py38, py39,lint"), ["`envlist` of tox 3.8 3.9 +"]);
    assert_eq!(tox("py{37,38,py3}-{a,b}"), ["`envlist` of tox 3.7 3.8 +"]);
    assert_eq!(tox("py3{8,9}-x"), ["`envlist` of tox 3.8 3.9 +"]);
    assert_eq!(tox("\n  py38-x\n  py39-x"), ["`envlist` of tox 3.8 3.9 -"]);
    assert_eq!(tox("py3{9-13}"), [""; 0]);
    assert_eq!(tox("pypy3, lint, py"), [""; 0]);
    let legacy = "[tool.tox]\nlegacy_tox_ini = \"\"\"\n[tox]\nenvlist = py38,py39\n\"\"\"\n";
    assert_eq!(found("pyproject.toml", legacy), ["`envlist` of tox 3.8 3.9 +"]);
}

#[test]
fn matrices_of_workflows() {
    let text = "on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        v: [3.8, '3.9']\n        include:\n        - v: 3.7\n        - os: x\n    steps:\n    - uses: actions/setup-python@v5\n      with: {python-version: '${{ matrix.v }}'}\n    - with:\n        python-version: 3.11\n    - with:\n        python-version: 3.x\n";
    assert_eq!(found("ci.yml", text), ["`v` of the matrix 3.7 3.8 3.9 +", "`python-version` 3.11"]);
    assert_eq!(
        found("environment.yml", "dependencies:\n- python=3.9\n- python-dateutil=3.9\n"),
        ["the environment 3.9"]
    );
    assert_eq!(found("environment.yml", "dependencies:\n- python>=3.9\n"), [""; 0]);
}
