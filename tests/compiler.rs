//! What is said to fail or to warn when it is compiled, against CPython 3.13.
//!
//! `tests/compiler/*.txt` hold programs, parted by lines of five hyphens.

// A test that skips something has to say so.
#![allow(clippy::print_stderr)]

mod interpreters;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use newskin::parse::python::newer::newer;
use newskin::parse::python::parse;
use newskin::python::compile;
use newskin::version::PythonVersion;

/// Prints for each file whether it compiles, and of what kinds of fault it warns.
const JUDGE: &str = r#"
import sys, warnings
KINDS = {
    "Did you mean": "syntax-is-literal", "not callable": "syntax-missing-comma",
    "not subscriptable": "syntax-missing-comma", "indices must": "syntax-missing-comma",
    "always true": "syntax-assert-tuple", "imal literal": "syntax-glued-keyword",
    "binary literal": "syntax-glued-keyword", "imaginary literal": "syntax-glued-keyword",
}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            compile(text, path, "exec", dont_inherit=True)
            verdict = "compiles"
        except (SyntaxError, UnicodeError):
            verdict = "fails"
    kinds = {kind for one in caught for words, kind in KINDS.items() if words in str(one.message)}
    print(verdict, *sorted(kinds))
"#;

fn programs(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compiler").join(name);
    let text = std::fs::read_to_string(path).expect("the programs are there");
    text.trim_end().split("\n-----\n").map(|one| format!("{one}\n")).collect()
}

/// The programs of a file, each in a file of its own, and what 3.13 makes of them.
fn judged(name: &str, folder: &Path) -> Option<Vec<(String, String)>> {
    let python = interpreters::find("3.13")?;
    let programs = programs(name);
    let files = programs.iter().enumerate().map(|(at, program)| {
        let file = folder.join(format!("p{at:03}.py"));
        std::fs::write(&file, program).expect("a writable folder");
        file
    });
    let output = Command::new(python).args(["-I", "-c", JUDGE]).args(files).output().expect("python starts");
    let verdicts = String::from_utf8(output.stdout).expect("UTF-8");
    let verdicts: Vec<String> = verdicts.lines().map(str::to_owned).collect();
    assert_eq!(verdicts.len(), programs.len(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(programs.into_iter().zip(verdicts).collect())
}

fn fault(program: &str) -> Option<String> {
    let module = parse(program, None, PythonVersion::PY313);
    let parsing = module.faults().into_iter().next();
    let fault = parsing.or_else(|| compile::refused(module.syntax(), program, false, PythonVersion::PY313));
    fault.map(|fault| fault.message)
}

#[test]
fn refuses_what_the_interpreter_refuses_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, expected) in [("refused.txt", "fails"), ("taken.txt", "compiles")] {
        let Some(programs) = judged(name, folder.path()) else {
            eprintln!("skipped: no Python 3.13");
            return;
        };
        for (program, verdict) in programs {
            assert_eq!(verdict.split(' ').next(), Some(expected), "{program}");
            assert_eq!(fault(&program).is_some(), expected == "fails", "{program}{:?}", fault(&program));
        }
    }
}

#[test]
fn warns_of_what_the_interpreter_warns_of() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let Some(programs) = judged("warned.txt", folder.path()) else {
        eprintln!("skipped: no Python 3.13");
        return;
    };
    let output = Command::new(env!("CARGO_BIN_EXE_newskin"))
        .args(["check", "--isolated", "--select", "syntax", "--min-severity", "info"])
        .args(["--output-format", "concise"])
        .arg(folder.path())
        .output()
        .expect("newskin starts");
    let found = String::from_utf8(output.stdout).expect("UTF-8");
    for (at, (program, verdict)) in programs.iter().enumerate() {
        let file = format!("p{at:03}.py:");
        let lines = found.lines().filter(|line| line.contains(&file));
        let words = lines.flat_map(|line| line.split_whitespace());
        let rules =
            words.filter(|word| word.starts_with("syntax-")).filter_map(|word| word.split('(').next());
        let rules: BTreeSet<&str> = rules.collect();
        let rules = std::iter::once("compiles").chain(rules).collect::<Vec<_>>().join(" ");
        assert_eq!(&rules, verdict, "{program}");
    }
}

#[test]
fn knows_which_python_came_with_which_syntax() {
    let fails = |version: &str, program: &str| {
        let python = interpreters::find(version)?;
        let code = "import sys; compile(sys.argv[1], 'program', 'exec')";
        let output = Command::new(python).args(["-I", "-c", code, program]).output().expect("python starts");
        Some(!output.status.success())
    };
    for program in programs("newer.txt") {
        let claim = program.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a claim");
        let (symbol, since) = claim.split_once(' ').expect("a symbol and a version");
        let minor: u8 = since.trim_start_matches("3.").parse().expect("a version");
        let before = PythonVersion { major: 3, minor: minor - 1 };
        assert!(fails(&before.to_string(), &program) != Some(false), "{program}");
        assert!(fails(since, &program) != Some(true), "{program}");
        let found: Vec<_> = newer(&program, None, PythonVersion::PY37)
            .iter()
            .map(|new| (new.symbol, new.since.minor))
            .collect();
        assert!(found.contains(&(symbol, minor)), "{program}{found:?}");
        assert!(newer(&program, None, PythonVersion { major: 3, minor }).is_empty(), "{program}");
    }
}

#[test]
fn relative_imports_of_the_future_have_lost_their_effect() {
    let flags = |version: &str| {
        let python = interpreters::find(version)?;
        let code = "print(compile('from .__future__ import annotations', 'm', 'exec').co_flags >> 24 & 1)";
        let output = Command::new(python).args(["-I", "-c", code]).output().expect("python starts");
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    for (version, expected) in [("3.8", "1"), ("3.12", "1"), ("3.13", "0")] {
        assert!(flags(version).is_none_or(|flag| flag == expected), "{version}");
    }
}
