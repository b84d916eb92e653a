//! Guards are judged as a real interpreter judges them: a program whose import
//! of a removed module is reported crashes on Python 3.13, and one that is not
//! reported runs.

mod interpreters;

use std::path::Path;
use std::process::Command;

use newskin::config::Settings;

/// Programs that end without an exception on Python 3.13.
const RUNS: &[&str] = &[
    "try:\n    import imp\nexcept ImportError:\n    imp = None",
    "try:\n    import imp\nexcept ModuleNotFoundError:\n    pass",
    "try:\n    import imp\nexcept:\n    pass",
    "try:\n    import imp\nexcept Exception as e:\n    print(e)",
    "try:\n    import imp\nexcept (AttributeError, ImportError):\n    import importlib as imp",
    "try:\n    from imp import reload\nexcept ImportError:\n    from importlib import reload",
    "try:\n    from importlib import reload\nexcept ImportError:\n    from imp import reload",
    "try:\n    reload\nexcept NameError:\n    try:\n        from importlib import reload\n    except ImportError:\n        from imp import reload",
    "try:\n    import imp\n    imp.reload\nexcept ImportError:\n    import importlib",
    "try:\n    import json\nexcept ImportError:\n    import imp",
    "try:\n    from urllib.parse import quote\nexcept ImportError:\n    from pipes import quote",
    "try:\n    try:\n        import imp\n    except ImportError:\n        raise\nexcept ImportError:\n    pass",
    "import sys\nif sys.version_info < (3, 12):\n    import imp",
    "import sys\nif sys.version_info >= (3, 12):\n    pass\nelse:\n    import imp",
    "import sys\nif (3, 12) > sys.version_info:\n    import imp",
    "import sys\nif sys.version_info[0] < 3:\n    import imp",
    "import sys\nif sys.version_info[:2] <= (3, 11):\n    import imp",
    "import sys\nif sys.version_info[:2] in ((3, 10), (3, 11)):\n    import imp",
    "import sys\nif sys.version_info.major == 2 or sys.version_info.minor < 12:\n    import imp",
    "import sys\nif sys.version_info == (3, 13):\n    import imp",
    "import sys\nif not sys.version_info >= (3,):\n    import imp",
    "import sys\nif sys.version_info > (3, 12):\n    import importlib\nelif sys.version_info > (3,):\n    import imp",
    "from sys import version_info as v\nif v < (3, 12, 0, 'final', 0):\n    import imp",
    "import sys as s\nif s.hexversion < 0x030C0000:\n    import imp",
    "import sys\nif sys.hexversion & 0xff000000 and sys.version_info < (3, 0):\n    import imp",
    "import sys\nif sys.version[0] == '2':\n    import imp",
    "import sys\nif sys.version < '3':\n    import imp",
    "import sys\nif sys.version.startswith('2.'):\n    import imp",
    "import sys\nPY2 = sys.version_info[0] == 2\nif PY2:\n    import imp",
    "import sys\nPY3 = sys.version_info[0] >= 3\ndef f():\n    if not PY3:\n        import imp\nf()",
    "import sys\nNEW = sys.version_info >= (3, 12)\nOLD = not NEW\nimp = __import__('imp') if OLD else None",
    "import platform\nif int(platform.python_version_tuple()[1]) < 12:\n    import imp",
    "import platform\nif platform.python_version().startswith('2'):\n    import imp",
    "import typing\nif typing.TYPE_CHECKING:\n    from typing.io import IO",
    "from typing import TYPE_CHECKING as T\nif T:\n    import imp",
    "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    import imp",
    "import importlib.util\nif importlib.util.find_spec('imp'):\n    import imp",
    "import importlib.util as u\nif u.find_spec('imp') is None:\n    pass\nelse:\n    import imp",
    "from importlib.util import find_spec\nHAS = find_spec('cgi') is not None\nif HAS:\n    import cgi",
    "import typing\nif hasattr(typing, 'io'):\n    from typing.io import IO",
    "import inspect\nif hasattr(inspect, 'getargspec'):\n    import imp",
    "import inspect\nf = getattr(inspect, 'getargspec', None)\nif f:\n    import imp",
    "import contextlib\nwith contextlib.suppress(ImportError):\n    import imp",
    "from contextlib import suppress as s\nwith s(ModuleNotFoundError, KeyError):\n    from imp import reload",
    "import sys\ndef f():\n    if sys.version_info >= (3, 12):\n        return\n    import imp\nf()",
    "import sys\ndef f():\n    if sys.version_info < (3, 12):\n        pass\n    else:\n        return 1\n    import imp\nf()",
    "import unittest, sys\n@unittest.skipIf(sys.version_info >= (3, 12), '')\nclass T(unittest.TestCase):\n    def test(self):\n        import imp\nunittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).wasSuccessful() or exit(1)",
    "import unittest, sys\nclass T(unittest.TestCase):\n    @unittest.skipUnless(sys.version_info < (3, 12), '')\n    def test(self):\n        import imp\nunittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).wasSuccessful() or exit(1)",
    "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        with self.assertRaises(ImportError):\n            import imp\nunittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).wasSuccessful() or exit(1)",
    "if False:\n    import imp",
    "if 0:\n    import imp",
    "while 0:\n    import imp",
    "if str is bytes:\n    import imp",
    "if isinstance('', bytes) and str is bytes:\n    import imp",
    "try:\n    from importlib.util import find_spec\nexcept ImportError:\n    find_spec = None\nif find_spec:\n    pass\nelse:\n    import imp",
    "import sys\ntry:\n    import imp\nexcept ImportError:\n    if sys.version_info < (3, 12):\n        raise",
    "def f():\n    try:\n        import imp\n    except ImportError:\n        return None\n    return imp\nf()",
    "try:\n    import ConfigParser\n    import imp\nexcept ImportError:\n    import configparser",
    "try:\n    unicode\nexcept NameError:\n    pass\nelse:\n    import imp",
];

/// Programs that fail on Python 3.13 because the module is gone.
const FAILS: &[&str] = &[
    "import imp",
    "import os, imp",
    "from imp import *",
    "import distutils.version",
    "from typing import io",
    "from typing import io as stream",
    "from typing.re import Pattern",
    "import tkinter.tix",
    "import lib2to3.pgen2.token as t",
    "__import__('imp')",
    "import importlib\nimportlib.import_module('imp')",
    "from importlib import import_module\nimport_module('distutils.version')",
    "from unittest import mock\nwith mock.patch('imp.reload'):\n    pass",
    "def f():\n    import imp\nf()",
    "class C:\n    import imp",
    "try:\n    import imp\nexcept AttributeError:\n    pass",
    "try:\n    import imp\nexcept ImportError:\n    raise",
    "try:\n    import imp\nexcept ImportError as e:\n    raise RuntimeError('no imp') from e",
    "import sys\ntry:\n    import imp\nexcept ImportError:\n    print('no imp')\n    sys.exit(1)",
    "try:\n    import imp\nfinally:\n    print(1)",
    "try:\n    import imp\nexcept ImportError:\n    import distutils",
    "try:\n    import imp\nexcept ImportError:\n    from importlib import load_source",
    "try:\n    import imp\nexcept ImportError:\n    import importlib\n    load_source = importlib.load_source",
    "try:\n    import ConfigParser\nexcept ImportError:\n    import imp",
    "try:\n    from UserDict import UserDict\nexcept ImportError:\n    from asyncore import dispatcher",
    "try:\n    from collections import MutableMapping\nexcept ImportError:\n    import imp",
    "try:\n    unicode\nexcept NameError:\n    import imp",
    "try:\n    json = 1\nexcept ImportError:\n    pass\nelse:\n    import imp",
    "try:\n    pass\nfinally:\n    import imp",
    "import sys\nif sys.version_info >= (3, 0):\n    import imp",
    "import sys\nif sys.version_info < (3, 14):\n    import imp",
    "import sys\nif sys.version_info != (3, 13):\n    import imp",
    "import sys\nif sys.version_info[0] == 3 and sys.version_info[1] > 4:\n    import imp",
    "import sys\nif sys.version_info[:2] not in ((3, 10), (3, 11)):\n    import imp",
    "import sys\nPY3 = sys.version_info[0] == 3\nif PY3:\n    import imp",
    "import sys\nif sys.version >= '3':\n    import imp",
    "import platform\nif platform.python_version_tuple() < ('3', '2'):\n    import imp",
    "import sys\nif sys.version_info < (3, 12):\n    pass\nelse:\n    import imp",
    "import sys\ndef f():\n    if sys.version_info < (3, 12):\n        return\n    import imp\nf()",
    "import inspect\nif hasattr(inspect, 'signature'):\n    import imp",
    "import importlib.util\nif importlib.util.find_spec('json'):\n    import imp",
    "import contextlib\nwith contextlib.suppress(KeyError):\n    import imp",
    "import unittest, sys\n@unittest.skipIf(sys.version_info < (3, 12), '')\nclass T(unittest.TestCase):\n    def test(self):\n        import imp\nunittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).wasSuccessful() or exit(1)",
    "import typing\nif not typing.TYPE_CHECKING:\n    import imp",
    "x = 1\nif x:\n    import imp",
    "if str is not bytes:\n    import imp",
    "for x in [1]:\n    import imp",
    "with open(__import__('os').devnull):\n    import imp",
    "try:\n    raise ImportError\nexcept ImportError:\n    import imp",
    "try:\n    import imp as x\nexcept ImportError:\n    try:\n        import ConfigParser\n    except KeyError:\n        pass",
];

fn reported(program: &str) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("program.py");
    std::fs::write(&file, format!("{program}\n")).expect("a writable folder");
    let settings = Settings { root: folder.path().to_path_buf(), ..Settings::default() };
    let run = newskin::run(&[file], &settings);
    assert!(run.problems.is_empty(), "{:?}", run.problems);
    run.findings.iter().any(|finding| finding.rule == "removed-module")
}

fn ends_well(python: &Path, program: &str) -> bool {
    let output = Command::new(python).args(["-I", "-S", "-c", program]).output().expect("python starts");
    output.status.success()
}

#[test]
fn what_runs_is_silent() {
    let wrong: Vec<&&str> = RUNS.iter().filter(|program| reported(program)).collect();
    assert!(wrong.is_empty(), "reported, although it runs:\n\n{}", list(&wrong));
}

#[test]
fn what_fails_is_reported() {
    let wrong: Vec<&&str> = FAILS.iter().filter(|program| !reported(program)).collect();
    assert!(wrong.is_empty(), "not reported, although it fails:\n\n{}", list(&wrong));
}

#[test]
fn the_interpreter_agrees() {
    let Some(python) = interpreters::find("3.13") else { return };
    let failing: Vec<&&str> = RUNS.iter().filter(|program| !ends_well(&python, program)).collect();
    assert!(failing.is_empty(), "said to run, but fails:\n\n{}", list(&failing));
    let running: Vec<&&str> = FAILS.iter().filter(|program| ends_well(&python, program)).collect();
    assert!(running.is_empty(), "said to fail, but runs:\n\n{}", list(&running));
}

fn list(programs: &[&&str]) -> String {
    programs.iter().map(|program| format!("{program}\n")).collect::<Vec<_>>().join("\n---\n")
}
