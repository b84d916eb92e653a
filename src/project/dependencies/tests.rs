use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::discover::Kind;
use crate::read::{Encoding, Source};

pub(super) fn document(name: &str, text: &str) -> Document {
    let path: Arc<Path> = Path::new(name).into();
    let kind = Kind::of_name(&path).unwrap_or(Kind::Requirements);
    let source = Source { path, kind, text: text.to_owned(), encoding: Encoding::Utf8, bom: false };
    Document::parse(source, PythonVersion::PY313).expect("well-formed")
}

/// Name, versions as written and as understood, whether it applies, extras, role, form.
fn shown(name: &str, text: &str) -> Vec<String> {
    let document = document(name, text);
    let show = |one: Requirement| {
        let mut line = format!("{}|{}", one.name, document.slice(one.name_range));
        if let Some(range) = one.specifier_range {
            line += &format!(" {}", document.slice(range));
        }
        if let Some(specifiers) = &one.specifiers {
            line += &format!(" ({specifiers})");
        }
        if !one.marker.is_true() {
            line += if one.applies_to(PythonVersion::PY313) { " applies" } else { " never" };
        }
        if !one.extras.is_empty() {
            line += &format!(" {:?}", one.extras);
        }
        if one.role != Role::Runtime {
            line += &format!(" {:?}", one.role);
        }
        if one.form != Form::Index {
            line += &format!(" {:?}", one.form);
        }
        line
    };
    requirements(&document).into_iter().map(show).collect()
}

#[test]
fn reads_what_pip_takes() {
    let text = "\
# comment
Django>=3.2,<4  # LTS
zope.interface==5.0 \\\r
    --hash=sha256:abc \\
    # via x
uvicorn[standard, x] ; python_version >= '3.8'
dataclasses; python_version < '3.7'
pywin32 (>=1); sys_platform == 'win32'
-e git+https://example.org/x.git@main#egg=My_Package
-e .
./local
pkg @ https://example.org/pkg-1.0.tar.gz ; python_version > '3'
https://example.org/some_thing-1.0-py3-none-any.whl
typing-extensions >= 3.7, <4.0, != 3.7.4.*   # trailing
--index-url https://example.org/simple
broken==${VERSION}
===
disk.
a-
-r base.txt
--constraint=../c.txt
last";
    assert_eq!(
        shown("requirements.txt", text),
        [
            "django|Django >=3.2,<4 (>=3.2, <4)",
            "zope-interface|zope.interface ==5.0 (==5.0)",
            "uvicorn|uvicorn applies [\"standard\", \"x\"]",
            "dataclasses|dataclasses never",
            "pywin32|pywin32 >=1 (>=1) applies",
            "my-package|My_Package Editable",
            "pkg|pkg applies Location",
            "some-thing|some_thing Location",
            "typing-extensions|typing-extensions >= 3.7, <4.0, != 3.7.4.* (>=3.7, !=3.7.4.*, <4.0)",
            "broken|broken ==${VERSION} Unreadable",
            "last|last",
        ]
    );
    let sheet = read(&document("requirements.txt", text));
    let includes: Vec<_> = sheet.includes.iter().map(|one| (one.path.as_str(), &one.role)).collect();
    assert_eq!(includes, [("base.txt", &Role::Runtime), ("../c.txt", &Role::Constraint)]);
    assert_eq!(shown("constraints.txt", "a==1"), ["a|a ==1 (==1) Constraint"]);
    assert_eq!(shown("requirements-dev.txt", "a"), ["a|a Development(\"dev\")"]);
}

#[test]
fn a_line_is_taken_with_its_continuations() {
    let text = "a==1 \\\n  --hash=x\nb\n";
    let document = document("requirements.txt", text);
    let found = requirements(&document);
    assert_eq!(document.slice(found[0].element), "a==1 \\\n  --hash=x\n");
    assert_eq!(document.slice(found[0].range), "a==1");
    assert_eq!(document.slice(found[1].element), "b\n");
}

#[test]
fn reads_pyproject() {
    let text = r#"
[build-system]
requires = ["setuptools>=60"]
[project]
dependencies = ["a>=1", 'b ; python_version<"3"']
optional-dependencies.x = ["c[d]==2.*"]
[dependency-groups]
dev = ["e", {include-group = "x"}]
[tool.poetry.dependencies]
python = "^3.8"
f = "^0.2.3"
g = {version = "~1.2", python = "<3.8", optional = true, extras = ["z"]}
h = [{version = "1.0", python = "<3.8"}, {version = ">=2", markers = "python_version >= '3.8'"}]
i = {git = "https://example.org/i.git"}
j = "^1 || ^2"
k = "*"
l = "@weird"
[tool.poetry.group.test.dependencies.m]
version = ">=1,<2"
platform = "win32"
[tool.pdm.dev-dependencies]
n = ["-e file:///x#egg=o", "p"]
[tool.hatch.envs.default]
dependencies = ["q"]
[tool.uv]
dev-dependencies = ["r"]
constraint-dependencies = ["s<1"]
[tool.setuptools.dynamic]
dependencies = {file = ["requirements.txt"]}
"#;
    assert_eq!(
        shown("pyproject.toml", text),
        [
            "setuptools|setuptools >=60 (>=60) Build",
            "a|a >=1 (>=1)",
            "b|b never",
            "r|r Development(\"dev\")",
            "s|s <1 (<1) Constraint",
            "c|c ==2.* (==2.*) [\"d\"] Optional(\"x\")",
            "e|e Development(\"dev\")",
            "o|o Development(\"n\") Editable",
            "p|p Development(\"n\")",
            "q|q Development(\"default\")",
            "f|f ^0.2.3 (>=0.2.3, <0.3)",
            "g|g ~1.2 (>=1.2, <1.3) never [\"z\"] Optional(\"\")",
            "h|h 1.0 (==1.0) never",
            "h|h >=2 (>=2) applies",
            "i|i Location",
            "j|j ^1 || ^2",
            "k|k",
            "l|l @weird Unreadable",
            "m|m >=1,<2 (>=1, <2) applies Development(\"test\")",
        ]
    );
    assert_eq!(read(&document("pyproject.toml", text)).includes[0].path, "requirements.txt");
}

#[test]
fn reads_setup_files() {
    let text = "REQ = ['a>=1', 'b' '==2']\nsetup(install_requires=REQ + ['c'], extras_require={'x': ['d'], 'y': 'e\\nf', 'z:python_version<\"3\"': ['i']},\n      setup_requires='g', tests_require=('h; python_version<\"3\"',), dependency_links=['z'])\n";
    assert_eq!(
        shown("setup.py", text),
        [
            "a|a >=1 (>=1)",
            "b|b ==2 (==2)",
            "c|c",
            "d|d Optional(\"x\")",
            "e|e Optional(\"y\")",
            "f|f Optional(\"y\")",
            "i|i never Optional(\"z\")",
            "g|g Build",
            "h|h never Development(\"tests\")",
        ]
    );
    let text = "[options]\ninstall_requires =\n    a>=1  # why\n    # not\n    b\nsetup_requires = file: build.txt\n[options.extras_require]\ny =\n    c ; python_version < '3'\n";
    assert_eq!(shown("setup.cfg", text), ["a|a >=1 (>=1)", "b|b", "c|c never Optional(\"y\")"]);
}

#[test]
fn reads_pipfile_and_conda() {
    let text = "[packages]\na = '*'\nb = {version='==1', markers=\"python_version<'3'\", extras=['x']}\nc = {path='.', editable=true}\n\"d.e\" = '>=1'\n[dev-packages]\nf = {version='*', sys_platform=\"== 'win32'\"}\n";
    assert_eq!(
        shown("Pipfile", text),
        [
            "a|a",
            "b|b ==1 (==1) never [\"x\"]",
            "c|c Editable",
            "d-e|\"d.e\" >=1 (>=1)",
            "f|f applies Development(\"dev\")",
        ]
    );
    let text = "dependencies:\n  - python=3.9\n  - numpy=1.21\n  - conda-forge::scipy=1.7.3=py39_0\n  - pandas>=1,<2\n  - jinja2 2.11.*\n  - pip:\n    - Flask==1.0 # c\n    - -r requirements.txt\n";
    assert_eq!(
        shown("environment.yml", text),
        [
            "numpy|numpy =1.21 (==1.21.*)",
            "scipy|scipy =1.7.3=py39_0 (==1.7.3)",
            "pandas|pandas >=1,<2 (>=1, <2)",
            "jinja2|jinja2 2.11.* (==2.11.*)",
            "flask|Flask ==1.0 (==1.0)",
        ]
    );
}

#[test]
fn reads_commands() {
    let text = "FROM python:3.9\nRUN pip install --no-cache-dir -r requirements.txt 'flask==1.0' -i https://example.org/simple \\\n    numpy && echo done\n";
    assert_eq!(shown("Dockerfile", text), ["flask|flask ==1.0 (==1.0)", "numpy|numpy"]);
    assert_eq!(read(&document("Dockerfile", text)).includes[0].path, "requirements.txt");
}

#[test]
fn survives_nonsense() {
    assert_eq!(
        shown("requirements.txt", "===\n[[[\n\u{0}\n@@@\n; python_version\ndisk.\na-\na[\nb[]\n\\"),
        ["b|b"]
    );
    assert_eq!(
        shown("requirements.txt", "a @\na;\na ;x\na>=\n(\n"),
        ["a|a Location", "a|a", "a|a Unreadable", "a|a >= Unreadable"]
    );
}
