use super::*;

fn named(text: &str, module: &'static str) -> bool {
    let (first, rest) = module.split_once('.').unwrap_or((module, ""));
    let root = Root { rests: vec![(rest, 0)], ..Root::default() };
    let modules = FxHashMap::from_iter([(first.as_bytes(), root)]);
    let mut scan = Scan { modules, ..Scan::default() };
    scan.words.build();
    scan.hits(text.as_bytes()).contains(0)
}

#[test]
fn modules_are_found_in_every_form_of_import() {
    for text in [
        "import cgi",
        "import os, \\\n  cgi",
        "from \\\r\n  cgi import x",
        "x = 1; import cgi",
        "__import__('cgi')",
        "import_module(\n    'cgi'\n)",
        "patch(\"cgi.x\")",
    ] {
        assert!(named(text, "cgi"), "{text}");
    }
    for text in ["cgi.escape()", "import cgitb", "x = cgi", "import os\ncgi", "from .cgix import y"] {
        assert!(!named(text, "cgi"), "{text}");
    }
}

#[test]
fn comments_end_no_brackets() {
    assert!(named("from x import (  # (as ever)\n    a,  # :)\n    cgi)", "cgi"));
    assert!(!named("import x  # (see\ncgi)", "cgi"));
}

#[test]
fn names_count_where_they_can_be_the_modules() {
    let wakes = |text: &str, argument: Option<&'static str>| {
        let mut scan = Scan::default();
        scan.add(0, Trigger::Name { home: "json.decoder", name: "loads", argument }, &mut 0);
        scan.words.build();
        scan.hits(text.as_bytes()).contains(0)
    };
    for text in [
        "import json.decoder as j\nj.loads(x)",
        "from json.decoder import (a,\n  loads)",
        "from json.decoder import *\nloads(x)",
        "import json.decoder\ngetattr(json.decoder, 'loads')",
        "import json\njson.decoder \\\n . loads",
        "import x\nx.decoder.loads",
        "import json.decoder\nd = json.decoder\nd.loads",
        "from json import decoder\nd = decoder\nd.loads",
        "from importlib import import_module\nimport_module('json.decoder').loads",
    ] {
        assert!(wakes(text, None), "{text}");
    }
    for text in [
        "import json\nloads(x)",
        "import x\nx.loads(y)",
        "import json\nx.loads(y)",
        "from x import loads",
        "from json.decoder.inner import loads",
    ] {
        assert!(!wakes(text, None), "{text}");
    }
    assert!(wakes("import json\njson.decoder.loads(x, encoding=y)", Some("encoding")));
    assert!(!wakes("import json\njson.decoder.loads(x)", Some("encoding")));
}

#[test]
fn submodules_need_their_last_segment() {
    for text in [
        "import typing.io",
        "from typing.io import IO",
        "from typing import (\n  List,\n  io)",
        "from typing import *",
        "from typing import a, \\\n  io",
    ] {
        assert!(named(text, "typing.io"), "{text}");
    }
    assert!(named("from xml.dom import pulldom", "xml.dom.pulldom"));
    for text in [
        "import typing",
        "from typing import Optional",
        "from typing import List\nimport io",
        "from typing import (List)\nio",
    ] {
        assert!(!named(text, "typing.io"), "{text}");
    }
}
