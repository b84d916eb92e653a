//! What values are, across the files of small projects. Where the value exists
//! at run time, an interpreter is asked for its class too.

mod interpreters;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use newskin::config::Settings;
use newskin::discover::{Kind, Target};
use newskin::parse::Document;
use newskin::python::types::{Class, Owners, Types};
use newskin::read;
use newskin::version::PythonVersion;
use ruff_text_size::{TextRange, TextSize};

/// A name and a text each.
type Files<'a> = &'a [(&'a str, &'a str)];

/// A project in a folder of its own.
struct Project {
    folder: tempfile::TempDir,
    types: Types,
}

impl Project {
    fn new(files: Files<'_>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, text).expect("written");
        }
        let settings = Settings { root: folder.path().to_path_buf(), ..Settings::default() };
        Self { types: Types::new(&settings), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Who owns the attribute in the first `receiver.attr` of a file.
    fn ask(&self, name: &str, attribute: &str) -> Owners {
        let kind = Kind::of_name(Path::new(name)).expect("a kind");
        let path: Arc<Path> = self.path(name).into();
        let source = read::read(&Target { path, kind, explicit: true }).expect("readable");
        let document = Document::parse(source, PythonVersion::PY313).expect("parsed");
        ask(&self.types, &document, attribute)
    }

    /// The class of the receiver, and its place of definition on an interpreter
    /// that runs the file as a script.
    fn class(&self, name: &str, attribute: &str) -> Class {
        let class = only(self.ask(name, attribute));
        if let Some(python) = interpreters::find("3.11") {
            assert_eq!(self.run(&python, name, attribute), class.mro[0], "{attribute} on Python 3.11");
        }
        class
    }

    fn run(&self, python: &Path, name: &str, attribute: &str) -> String {
        const SHOW: &str = "(lambda value: [print('=', (t := value if isinstance(value, type) else type(value))\
            .__module__ + '.' + t.__qualname__.replace('.<locals>', '')), __import__('os')._exit(0)])";
        let text = std::fs::read_to_string(self.path(name)).expect("readable");
        let (receiver, _) = attribute.rsplit_once('.').expect("an attribute");
        let shown = text.replacen(attribute, &format!("({SHOW}({receiver}), 0)[0].none"), 1);
        let script = self.path(name).with_file_name("shown.py");
        let module = "import sys\nsys.stdout.reconfigure(line_buffering=True)\n".to_owned();
        std::fs::write(&script, module + &shown.replace("__name__ == '__main__'", "True")).expect("written");
        let roots = [self.path(""), self.path("src")];
        let output = std::process::Command::new(python)
            .arg(&script)
            .env("PYTHONPATH", std::env::join_paths(roots).expect("paths"))
            .output()
            .expect("started");
        let said = String::from_utf8_lossy(&output.stdout);
        let line = said.lines().find_map(|line| line.strip_prefix("= "));
        let error = String::from_utf8_lossy(&output.stderr);
        let stem = Path::new(name).with_extension("").to_string_lossy().replace('/', ".");
        let line = line.unwrap_or_else(|| panic!("{attribute}: {error}"));
        line.replace("__main__", &stem)
    }
}

fn ask(types: &Types, document: &Document, attribute: &str) -> Owners {
    let (receiver, attr) = attribute.rsplit_once('.').expect("an attribute");
    let start = document.text.find(attribute).unwrap_or_else(|| panic!("no {attribute}"));
    let start = TextSize::try_from(start).expect("short");
    types.owners(document, TextRange::at(start, TextSize::of(receiver)), attr)
}

fn last_line(text: &str) -> &str {
    text.trim_end().rsplit('\n').next().unwrap_or_default().trim()
}

fn only(owners: Owners) -> Class {
    assert!(!owners.unknown && owners.modules.is_empty() && owners.functions.is_empty(), "{owners:?}");
    let [class] = <[Class; 1]>::try_from(owners.classes).expect("one class");
    class
}

fn is_unknown(owners: &Owners) -> bool {
    *owners == Owners { unknown: true, ..Owners::default() }
}

/// One script: its text, the attribute asked for, the class expected.
fn script(text: &str, attribute: &str, expected: &str) -> Class {
    let class = Project::new(&[("script.py", text)]).class("script.py", attribute);
    assert_eq!(class.mro[0], expected, "{attribute} in {text}");
    class
}

#[test]
fn standard_library() {
    let element = "xml.etree.ElementTree.Element";
    let class = script(
        "import io, xml.etree.ElementTree as ET\nET.parse(io.StringIO('<a/>')).getroot().getchildren()\n",
        "ET.parse(io.StringIO('<a/>')).getroot().getchildren",
        element,
    );
    assert!(class.instance && !class.open && class.standard[0] && class.defined_by.is_none());
    let start = "import io, xml.etree.ElementTree as ET\ntree = ET.parse(io.StringIO('<a/>'))\n";
    script(&format!("{start}for e in tree.iter():\n    e.getchildren()\n"), "e.getchildren", element);
    script(&format!("{start}[x.getchildren() for x in tree.getroot().iter()]\n"), "x.getchildren", element);
    script(
        "import threading\nfor t in [threading.Thread(target=print) for _ in range(2)]:\n    t.isAlive()\n",
        "t.isAlive",
        "threading.Thread",
    );
    script(
        "import threading\nfound = {'a': threading.Thread()}\nfound['a'].isAlive()\n",
        "found['a'].isAlive",
        "threading.Thread",
    );
    script("import datetime\nnow = datetime.datetime\nnow.utcnow()\n", "now.utcnow", "datetime.datetime");
    script(
        "from datetime import datetime\nif (d := datetime(2020, 1, 1)):\n    d.utcnow()\n",
        "d.utcnow",
        "datetime.datetime",
    );
    script(
        "import configparser\nwith open(__file__) as f:\n    c = configparser.ConfigParser()\n    c.readfp(f)\n",
        "c.readfp",
        "configparser.ConfigParser",
    );
}

#[test]
fn attributes_and_annotations() {
    let threads = "import threading\n";
    let cases = [
        "class A:\n    def __init__(self):\n        self.t = threading.Thread()\n    def f(self):\n        self.t.isAlive()\nA().f()\n",
        "class A:\n    t = threading.Thread()\n    @classmethod\n    def f(cls):\n        cls.t.isAlive()\nA.f()\n",
        "class A:\n    @property\n    def t(self) -> threading.Thread:\n        return threading.Thread()\n    def f(self):\n        self.t.isAlive()\nA().f()\n",
    ];
    for case in cases {
        let attribute = if case.contains("cls") { "cls.t.isAlive" } else { "self.t.isAlive" };
        script(&format!("{threads}{case}"), attribute, "threading.Thread");
    }
    let cases = [
        "def f(t: 'threading.Thread'):\n    t.isAlive()\nf(threading.Thread())\n",
        "from typing import Optional\ndef f(t: Optional[threading.Thread] = None):\n    if t is not None:\n        t.isAlive()\nf(threading.Thread())\n",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    t: threading.Thread\nfor t in [A(threading.Thread()).t]:\n    t.isAlive()\n",
        "def f(t):\n    if isinstance(t, threading.Thread):\n        t.isAlive()\nf(threading.Thread())\n",
        "from typing import List\ndef f(ts: List[threading.Thread]):\n    for t in ts:\n        t.isAlive()\nf([threading.Thread()])\n",
        "import contextlib\nfrom typing import Iterator\n@contextlib.contextmanager\ndef c() -> Iterator[threading.Thread]:\n    yield threading.Thread()\nwith c() as t:\n    t.isAlive()\n",
        "import asyncio\nfrom typing import AsyncIterator\nasync def c() -> AsyncIterator[threading.Thread]:\n    yield threading.Thread()\nasync def f():\n    async for t in c():\n        t.isAlive()\nasyncio.run(f())\n",
        "import asyncio\nclass C:\n    async def __aenter__(self) -> threading.Thread:\n        return threading.Thread()\n    async def __aexit__(self, *a):\n        pass\nasync def f():\n    async with C() as t:\n        t.isAlive()\nasyncio.run(f())\n",
    ];
    for case in cases {
        script(&format!("{threads}{case}"), "t.isAlive", "threading.Thread");
    }
}

#[test]
fn several_types_at_once() {
    let text =
        "import threading\ndef f(flag):\n    t = threading.Thread() if flag else None\n    t.isAlive()\n";
    assert_eq!(only(Project::new(&[("a.py", text)]).ask("a.py", "t.isAlive")).mro[0], "threading.Thread");
    let text = "import threading\nclass Own:\n    def isAlive(self): ...\ndef f(flag):\n    t = threading.Thread() if flag else Own()\n    t.isAlive()\n";
    let owners = Project::new(&[("a.py", text)]).ask("a.py", "t.isAlive");
    let found: Vec<_> =
        owners.classes.iter().map(|class| (class.mro[0].as_str(), class.defined_by)).collect();
    assert_eq!(found, [("a.Own", Some(0)), ("threading.Thread", None)]);
    assert!(!owners.unknown);
}

#[test]
fn nothing_is_made_up() {
    for (text, attribute) in [
        ("def f(t):\n    t.isAlive()\n", "t.isAlive"),
        ("import nowhere\nnowhere.thing().isAlive()\n", "nowhere.thing().isAlive"),
        ("from nowhere import T\nT().isAlive()\n", "T().isAlive"),
        ("from typing import Any\ndef f(t: Any):\n    t.isAlive()\n", "t.isAlive"),
        ("def f(t: object):\n    t.isAlive()\n", "t.isAlive"),
        ("import json\njson.loads('1').isAlive()\n", "json.loads('1').isAlive"),
        ("undefined.isAlive()\n", "undefined.isAlive"),
    ] {
        let owners = Project::new(&[("a.py", text)]).ask("a.py", attribute);
        assert!(is_unknown(&owners), "{text}: {owners:?}");
    }
    let text = "import threading\nfrom nowhere import make\ndef f(flag):\n    t = threading.Thread() if flag else make()\n    t.isAlive()\n";
    let owners = Project::new(&[("a.py", text)]).ask("a.py", "t.isAlive");
    assert!(owners.unknown && owners.classes.len() == 1, "{owners:?}");
}

const BASE: &str =
    "import unittest\nclass Base(unittest.TestCase):\n    def ready(self):\n        return True\n";

fn is_test_case(class: &Class, name: &str) {
    assert_eq!(class.mro[0], name);
    let at = class.mro.iter().position(|class| class == "unittest.case.TestCase").expect("a test case");
    assert!(class.standard[at] && !class.open && class.instance, "{class:?}");
    assert_eq!(class.mro.last().map(String::as_str), Some("builtins.object"));
    assert_eq!(class.standard.len(), class.mro.len());
}

#[test]
fn conditions_and_assignments_tell_more_than_definitions() {
    for (text, expected) in [
        ("class A: pass\nclass B(A): pass\ndef f(a: A):\n    if isinstance(a, B):\n        a.mark\n", "B"),
        ("class A: pass\nclass B: pass\ndef f(a: A):\n    a.x = B()\n    a.x.mark\n", "B"),
        ("class A: pass\nclass B: pass\ndef f():\n    a = A()\n    a = B()\n    a.mark\n", "B"),
        ("import enum\nclass A(str, enum.Enum):\n    X = 'x'\nA.X.mark\n", "A"),
        (
            "import functools\n@functools.total_ordering\nclass A: pass\ndef f(a: 'A | None' = None, b: 'A' = None):\n    b.mark\n",
            "A",
        ),
        ("class A:\n    @property\n    def x(self) -> int: ...\ndef f(a: A):\n    a.x.mark\n", "int"),
        (
            "class A:\n    def __init__(self):\n        self.x = None\n    def g(self):\n        self.x = 'x'\n    def h(self):\n        self.x.mark\n",
            "str",
        ),
        (
            "import contextlib\n@contextlib.contextmanager\ndef f():\n    yield 1\nf().mark\n",
            "_GeneratorContextManager",
        ),
        ("import asyncio\nasync def f(): ...\nasyncio.create_task(f()).mark\n", "Task"),
    ] {
        let project = Project::new(&[("a.py", text)]);
        let owners = project.ask("a.py", last_line(text));
        assert_eq!(owners.classes.len(), 1, "{text}: {owners:?}");
        let name = owners.classes[0].mro[0].clone();
        assert_eq!(name.rsplit('.').next(), Some(expected), "{text}");
    }
    for text in [
        "import not_installed\na = not_installed.f()\na.b['c'](1).mark\n",
        "def f(a, b=None):\n    c = a.d(b)\n    c.mark\n",
        "class A:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n        self.x.mark\n",
    ] {
        let project = Project::new(&[("a.py", text)]);
        assert!(is_unknown(&project.ask("a.py", last_line(text))), "{text}");
    }
}

#[test]
fn inheritance_across_files() {
    let test = |imports: &str, base: &str| {
        format!(
            "{imports}\nclass Test({base}):\n    def test(self):\n        self.assertEquals(1, 1)\n\
                 if __name__ == '__main__':\n    Test('test').test()\n"
        )
    };
    let cases: &[(&str, Files<'_>, String)] = &[
        ("a.py", &[("base.py", BASE)], test("from base import Base", "Base")),
        ("a.py", &[("base.py", BASE)], test("import base as b", "b.Base")),
        ("a.py", &[("base.py", BASE)], test("from base import *", "Base")),
        (
            "tests/a.py",
            &[("pkg/__init__.py", ""), ("pkg/base.py", BASE)],
            test("from pkg.base import Base", "Base"),
        ),
        (
            "tests/a.py",
            &[("src/pkg/__init__.py", ""), ("src/pkg/base.py", BASE)],
            test("from pkg.base import Base", "Base"),
        ),
        ("tests/a.py", &[("tests/base.py", BASE)], test("from base import Base", "Base")),
        ("tests/a.py", &[("pkg/base.py", BASE)], test("from pkg.base import Base", "Base")),
        (
            "a.py",
            &[("pkg/__init__.py", "from .base import Base\n"), ("pkg/base.py", BASE)],
            test("import pkg", "pkg.Base"),
        ),
    ];
    for (name, files, text) in cases {
        let mut files = files.to_vec();
        files.push((name, text));
        let project = Project::new(&files);
        let class = only(project.ask(name, "self.assertEquals"));
        is_test_case(&class, &class.mro[0].clone());
        assert!(class.mro[0].ends_with("a.Test") && class.mro[1].ends_with("base.Base"), "{class:?}");
        // 3.11 still has the method: what it says is that the attribute is there.
        assert_eq!(class.defined_by.map(|at| class.mro[at].as_str()), Some("unittest.case.TestCase"));
        if let Some(python) = interpreters::find("3.11") {
            let said = project.run(&python, name, "self.assertEquals");
            assert!(said.ends_with("a.Test"), "{said}");
        }
    }
}

#[test]
fn relative_imports_and_packages() {
    let text =
        "from .base import Base\nclass Test(Base):\n    def test(self):\n        self.assertEquals(1, 1)\n";
    let project = Project::new(&[("pkg/__init__.py", ""), ("pkg/base.py", BASE), ("pkg/test_it.py", text)]);
    is_test_case(&only(project.ask("pkg/test_it.py", "self.assertEquals")), "pkg.test_it.Test");
    // A namespace package, and one below a folder that is no name.
    let project = Project::new(&[("pkg/base.py", BASE), ("pkg/test_it.py", text)]);
    is_test_case(&only(project.ask("pkg/test_it.py", "self.assertEquals")), "pkg.test_it.Test");
    let inside = [("x-1.0/pkg/__init__.py", ""), ("x-1.0/pkg/base.py", BASE), ("x-1.0/pkg/test_it.py", text)];
    let mut files = inside.to_vec();
    files.push(("y-1.0/pkg/__init__.py", ""));
    files.push(("y-1.0/pkg/base.py", "class Base:\n    def assertEquals(self, a, b): ...\n"));
    files.push(("y-1.0/pkg/test_it.py", text));
    let project = Project::new(&files);
    is_test_case(&only(project.ask("x-1.0/pkg/test_it.py", "self.assertEquals")), "pkg.test_it.Test");
    let other = only(project.ask("y-1.0/pkg/test_it.py", "self.assertEquals"));
    assert_eq!((other.mro[1].as_str(), other.defined_by), ("pkg.base.Base", Some(1)));
}

#[test]
fn a_project_of_the_same_names_is_not_the_standard_library() {
    let own = "class TestCase:\n    pass\n";
    let text = "import unittest.case\nclass Test(unittest.case.TestCase):\n    def test(self):\n        self.assertEquals(1, 1)\n";
    let files = [("unittest/__init__.py", ""), ("unittest/case.py", own), ("a.py", text)];
    let class = only(Project::new(&files).ask("a.py", "self.assertEquals"));
    assert_eq!(class.mro[1], "unittest.case.TestCase");
    assert!(!class.standard[1] && class.defined_by.is_none());
    // The same beside a script in a folder of its own.
    let text = "import queue\nqueue.Thing().get_it()\n";
    let files = [("pkg/__init__.py", ""), ("tools/queue.py", "class Thing: ...\n"), ("tools/a.py", text)];
    let class = Project::new(&files).class("tools/a.py", "queue.Thing().get_it");
    assert_eq!((class.mro[0].as_str(), class.standard[0]), ("queue.Thing", false));
}

#[test]
fn who_defines_an_attribute() {
    let text = "import threading\nclass A(threading.Thread):\n    def __init__(self):\n        self.isAlive = lambda: True\nclass B(A): ...\nB().isAlive()\nB.isAlive\n";
    let project = Project::new(&[("a.py", text)]);
    assert_eq!(only(project.ask("a.py", "B().isAlive")).defined_by, Some(1));
    let class = only(project.ask("a.py", "B.isAlive"));
    assert_eq!((class.instance, class.defined_by), (false, None));
    let text = "class A:\n    def __getattr__(self, name): ...\nA().isAlive()\nfrom unittest import mock\nmock.Mock().isAlive()\n";
    let project = Project::new(&[("a.py", text)]);
    assert_eq!(only(project.ask("a.py", "A().isAlive")).defined_by, Some(0));
    assert!(only(project.ask("a.py", "mock.Mock().isAlive")).defined_by.is_some());
    let text = "from nowhere import Base\nclass A(Base): ...\nA().isAlive()\n";
    assert!(only(Project::new(&[("a.py", text)]).ask("a.py", "A().isAlive")).open);
}

#[test]
fn classes_super_and_self() {
    let text = "import unittest\nfrom typing import TypeVar\nclass A(unittest.TestCase):\n    def setUp(self):\n        super().assertEquals(1, 1)\n        super(A, self).failUnless(1)\n    @classmethod\n    def make(cls) -> 'A':\n        cls.assertItemsEqual\n        return cls()\nA.make().assertNotEquals(1, 1)\n";
    let project = Project::new(&[("a.py", text)]);
    for attribute in ["super().assertEquals", "super(A, self).failUnless"] {
        let class = only(project.ask("a.py", attribute));
        assert_eq!((class.mro[0].as_str(), class.instance), ("unittest.case.TestCase", true), "{attribute}");
    }
    let class = only(project.ask("a.py", "cls.assertItemsEqual"));
    assert_eq!((class.mro[0].as_str(), class.instance), ("a.A", false));
    is_test_case(&only(project.ask("a.py", "A.make().assertNotEquals")), "a.A");
    let text = "import unittest\nfrom typing import TypeVar, Self\nT = TypeVar('T', bound=unittest.TestCase)\ndef f(t: T) -> T:\n    t.assertEquals(1, 1)\n    return t\nclass A(unittest.TestCase):\n    def me(self) -> 'Self':\n        return self\nA().me().failUnless(1)\n";
    let project = Project::new(&[("a.py", text)]);
    is_test_case(&only(project.ask("a.py", "t.assertEquals")), "unittest.case.TestCase");
    let text = text
        .replace("typing import TypeVar, Self", "typing import TypeVar\nfrom typing_extensions import Self");
    let project = Project::new(&[("a.py", &text)]);
    is_test_case(&only(project.ask("a.py", "A().me().failUnless")), "a.A");
}

#[test]
fn old_ways_to_make_a_class() {
    let text = "import six, abc, unittest\nclass A(six.with_metaclass(abc.ABCMeta, unittest.TestCase)):\n    def test(self):\n        self.assertEquals(1, 1)\n";
    is_test_case(&only(Project::new(&[("a.py", text)]).ask("a.py", "self.assertEquals")), "a.A");
    let text = "import unittest, nowhere\n@nowhere.mark(1)\nclass Base(unittest.TestCase): ...\nclass A(Base):\n    def test(self):\n        self.assertEquals(1, 1)\n";
    let class = only(Project::new(&[("a.py", text)]).ask("a.py", "self.assertEquals"));
    assert!(class.open && class.mro[..3] == ["a.A", "a.Base", "unittest.case.TestCase"], "{class:?}");
    let text = "try:\n    from unittest2 import TestCase\nexcept ImportError:\n    from unittest import TestCase\nclass A(TestCase):\n    def test(self):\n        self.assertEquals(1, 1)\n";
    let class = only(Project::new(&[("a.py", text)]).ask("a.py", "self.assertEquals"));
    assert!(class.open && class.mro.contains(&"unittest.case.TestCase".to_owned()), "{class:?}");
}

#[test]
fn modules_and_functions() {
    let text = "import base64 as b, os\nfrom xml.dom import minidom\nb.encodestring\nos.path.walk\ndef f(): ...\nf.func_name\nminidom.thing\n";
    let project = Project::new(&[("a.py", text)]);
    let modules = |attribute| project.ask("a.py", attribute).modules;
    assert_eq!(modules("b.encodestring"), ["base64"]);
    assert_eq!(modules("minidom.thing"), ["xml.dom.minidom"]);
    assert_eq!(project.ask("a.py", "f.func_name").functions, ["a.f"]);
}

#[test]
fn a_virtual_environment_is_searched() {
    let text = "import installed\ninstalled.make().isAlive()\n";
    let module = "import threading\ndef make() -> threading.Thread:\n    return threading.Thread()\n";
    let project = Project::new(&[
        (".venv/pyvenv.cfg", "version = 3.13\n"),
        (".venv/lib/python3.13/site-packages/installed.py", module),
        ("a.py", text),
    ]);
    assert_eq!(only(project.ask("a.py", "installed.make().isAlive")).mro[0], "threading.Thread");
}

#[test]
fn texts_that_are_not_on_the_disk() {
    let thread = "import threading\nt = threading.Thread()\nt.isAlive()\n";
    let other = "import queue\nt = queue.Queue()\nt.isAlive()\n";
    let user = "import a\na.t.isAlive()\n";
    let project = Project::new(&[("a.py", thread), ("b.py", user)]);
    let names = |owners: Owners| only(owners).mro[0].clone();
    assert_eq!(names(project.ask("b.py", "a.t.isAlive")), "threading.Thread");
    let path: Arc<Path> = project.path("a.py").into();
    let source = |text: &str| read::decode(&path, Kind::Python, text.into()).expect("readable");
    // Nobody told of the other text: it counts for the question about itself alone.
    let document = Document::parse(source(other), PythonVersion::PY313).expect("parsed");
    assert_eq!(names(ask(&project.types, &document, "t.isAlive")), "queue.Queue");
    assert_eq!(names(project.ask("b.py", "a.t.isAlive")), "threading.Thread");
    project.types.overlay(&[source(other)]);
    assert_eq!(names(ask(&project.types, &document, "t.isAlive")), "queue.Queue");
    assert_eq!(names(project.ask("b.py", "a.t.isAlive")), "queue.Queue");
    project.types.overlay(&[source(thread)]);
    assert_eq!(names(project.ask("b.py", "a.t.isAlive")), "threading.Thread");
}

#[test]
fn notebooks_and_encodings() {
    let cell = r#"{"cell_type": "code", "metadata": {}, "source": ["SOURCE"]}"#;
    let first = cell.replace("SOURCE", "%matplotlib inline\\nimport threading\\nt = threading.Thread()");
    let second = cell.replace("SOURCE", "é = 1\\nt.isAlive()");
    let json = format!(r#"{{"cells": [{first}, {second}], "metadata": {{}}, "nbformat": 4}}"#);
    let project = Project::new(&[("a.ipynb", &json)]);
    assert_eq!(only(project.ask("a.ipynb", "t.isAlive")).mro[0], "threading.Thread");
    let project = Project::new(&[]);
    let text =
        b"# coding: latin-1\nimport threading\nx = '\xe9\xe9\xe9'; t = threading.Thread()\nt.isAlive()\n";
    std::fs::write(project.path("a.py"), text).expect("written");
    assert_eq!(only(project.ask("a.py", "t.isAlive")).mro[0], "threading.Thread");
    std::fs::write(project.path("b.py"), "\u{feff}import a\r\na.t.isAlive()\r\n").expect("written");
    assert_eq!(only(project.ask("b.py", "a.t.isAlive")).mro[0], "threading.Thread");
}

#[test]
fn functions_without_annotations() {
    let cases = [
        ("def make():\n    return threading.Thread()\nmake().isAlive()\n", "make().isAlive"),
        (
            "def make(flag=0):\n    if flag:\n        return None\n    t = threading.Thread()\n    return t\nt = make()\nt.isAlive()\n",
            "t.isAlive",
        ),
        (
            "class A:\n    @property\n    def t(self):\n        return threading.Thread()\n    def f(self):\n        self.t.isAlive()\nA().f()\n",
            "self.t.isAlive",
        ),
        (
            "class A:\n    def make(self):\n        return threading.Thread()\n    def f(self):\n        self.made = self.make()\n        self.made.isAlive()\nA().f()\n",
            "self.made.isAlive",
        ),
        (
            "class A:\n    def make(self):\n        return threading.Thread()\ndef a():\n    return A()\nclass B:\n    def __init__(self):\n        self.a = a()\n    def f(self):\n        self.a.make().isAlive()\nB().f()\n",
            "self.a.make().isAlive",
        ),
        (
            "import contextlib\n@contextlib.contextmanager\ndef c():\n    yield threading.Thread()\nwith c() as t:\n    t.isAlive()\n",
            "t.isAlive",
        ),
        (
            "class C:\n    def __enter__(self):\n        return threading.Thread()\n    def __exit__(self, *a):\n        pass\nwith C() as t:\n    t.isAlive()\n",
            "t.isAlive",
        ),
        (
            "import asyncio\nasync def make():\n    return threading.Thread()\nasync def f():\n    t = await make()\n    t.isAlive()\nasyncio.run(f())\n",
            "t.isAlive",
        ),
    ];
    for (text, attribute) in cases {
        script(&format!("import threading\n{text}"), attribute, "threading.Thread");
    }
    let text = "import threading\nclass A:\n    w = None\n    def f(self):\n        if self.w is None or not self.w.isAlive():\n            self.w = threading.Thread()\na = A()\na.f()\na.f()\n";
    script(text, "self.w.isAlive", "threading.Thread");
    // Behind what is said never to return, yet may have been patched to do so.
    let text = "import sys, unittest\nclass A(unittest.TestCase):\n    def test(self):\n        sys.exit = lambda: None\n        sys.exit()\n        self.assertEquals(1, 1)\nif __name__ == '__main__':\n    A('test').test()\n";
    script(text, "self.assertEquals", "script.A");
    let text = "import unittest\nclass Base(unittest.TestCase):\n    @classmethod\n    def make(cls):\n        return cls()\n    def me(self):\n        return self\n    def runTest(self):\n        pass\nclass A(Base):\n    pass\nA.make().isAlive()\nA().me().assertEquals(1, 1)\n";
    script(text, "A.make().isAlive", "script.A");
    script(&text.replace("A.make().isAlive()\n", ""), "A().me().assertEquals", "script.A");
    let make = "import threading\ndef make():\n    return threading.Thread()\n";
    let text = "from pkg.helpers import make\nt = make()\nt.isAlive()\n";
    let files = [("pkg/__init__.py", ""), ("pkg/helpers.py", make), ("a.py", text)];
    assert_eq!(Project::new(&files).class("a.py", "t.isAlive").mro[0], "threading.Thread");
}

#[test]
fn what_functions_give_is_not_made_up() {
    for text in [
        // Decorated by what is not known.
        "import nowhere, threading\n@nowhere.wrap\ndef make():\n    return threading.Thread()\nmake().isAlive()\n",
        "import threading\ndef make():\n    yield threading.Thread()\nmake().isAlive()\n",
        "import threading\nasync def make():\n    return threading.Thread()\nmake().isAlive()\n",
        "def make():\n    raise NotImplementedError\nmake().isAlive()\n",
        "def make(n=9):\n    return make(n - 1)\nmake().isAlive()\n",
        "def make(x):\n    return x\nmake(1).isAlive()\n",
    ] {
        let owners = Project::new(&[("a.py", text)]).ask("a.py", &attribute_of(text));
        let is_coroutine = owners.classes.iter().any(|class| class.mro[0] == "types.CoroutineType");
        assert!(owners.unknown || is_coroutine, "{text}: {owners:?}");
        assert!(!owners.classes.iter().any(|class| class.mro[0] == "threading.Thread"), "{text}: {owners:?}");
    }
    let text = "import threading\ndef make(x=None):\n    return x or threading.Thread()\nmake().isAlive()\n";
    let owners = Project::new(&[("a.py", text)]).ask("a.py", "make().isAlive");
    assert!(owners.unknown, "{owners:?}");
}

/// The receiver and attribute on the last line.
fn attribute_of(text: &str) -> String {
    text.lines().last().expect("a line").trim_end_matches("()").to_owned()
}

#[test]
fn gives_up_on_a_file_alone() {
    let long = (0..2000).map(|at| format!("a{at}")).collect::<Vec<_>>().join(" and ");
    let good = "import threading\nt = threading.Thread()\nt.isAlive()\n";
    let project = Project::new(&[
        ("long.py", &format!("x = {long}\n{good}")),
        ("big.py", &format!("x = [{}]\n{good}", "0, ".repeat(1_000_000))),
        ("user.py", "import long, big\nlong.t.isAlive()\nbig.t.isAlive()\n"),
        ("a.py", good),
    ]);
    for name in ["long.py", "big.py"] {
        assert!(is_unknown(&project.ask(name, "t.isAlive")), "{name}");
        assert!(project.types.gave_up(&project.path(name)).is_some(), "{name}");
    }
    assert!(is_unknown(&project.ask("user.py", "long.t.isAlive")));
    assert!(is_unknown(&project.ask("user.py", "big.t.isAlive")));
    assert_eq!(only(project.ask("a.py", "t.isAlive")).mro[0], "threading.Thread");
    assert_eq!(project.types.gave_up(&project.path("a.py")), None);
}

#[test]
fn survives_what_recurses() {
    let sum = ["1"; 9_000].join("+");
    let chain: String = (0..3000).map(|at| format!("def f{at}(): return f{}()\n", at + 1)).collect();
    let classes: String = (0..1000).map(|at| format!("class C{}(C{at}): pass\n", at + 1)).collect();
    let attributes: String = (0..1000)
        .map(|at| format!("    def m{at}(self):\n        self.x{at} = self.x{}\n", at + 1))
        .collect();
    for (text, attribute) in [
        (format!("x = {sum}\nx.isAlive()\n"), "x.isAlive"),
        (format!("{chain}f0().isAlive()\n"), "f0().isAlive"),
        (format!("class C0: pass\n{classes}C1000().isAlive()\n"), "C1000().isAlive"),
        (format!("class A:\n{attributes}    def f(self):\n        self.x0.isAlive()\n"), "self.x0.isAlive"),
        ("class A(B): pass\nclass B(A): pass\nB().isAlive()\n".to_owned(), "B().isAlive"),
        (
            "def a(n):\n    return b(n)\ndef b(n):\n    return [a(n)] if n else a(n)\na(1).isAlive()\n"
                .to_owned(),
            "a(1).isAlive",
        ),
    ] {
        let owners = Project::new(&[("a.py", &text)]).ask("a.py", attribute);
        assert!(owners.classes.iter().all(|class| class.defined_by.is_none()), "{attribute}: {owners:?}");
    }
}

#[test]
fn many_threads_give_the_same_answers() {
    use rayon::prelude::*;
    let files: Vec<(String, String)> = (0..24)
        .map(|at| {
            let next = (at + 1) % 24;
            let text = format!(
                "import threading, m{next}\nclass A{at}(threading.Thread):\n    def other(self):\n        return m{next}.A{next}()\n\
                 a = A{at}()\na.other().isAlive()\n"
            );
            (format!("m{at}.py"), text)
        })
        .collect();
    let borrowed: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let alone = Project::new(&borrowed);
    let expected: Vec<Owners> = files.iter().map(|(name, _)| alone.ask(name, "a.other().isAlive")).collect();
    assert_eq!(only(expected[23].clone()).mro[..2], ["m0.A0".to_owned(), "threading.Thread".to_owned()]);
    let together = Project::new(&borrowed);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().expect("a pool");
    let found: Vec<Owners> = pool.install(|| {
        files.par_iter().rev().map(|(name, _)| together.ask(name, "a.other().isAlive")).collect()
    });
    assert_eq!(found.into_iter().rev().collect::<Vec<_>>(), expected);
}
