//! Notebooks in, Python out, and back.

use super::*;
use crate::parse::python;
use crate::version::PythonVersion;

const NOTEBOOK: &str = r##"{
 "cells": [
  {
   "cell_type": "markdown",
   "metadata": {},
   "source": ["# import nothing"]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "metadata": {},
   "outputs": [{"data": {"x": NaN}, "text": ["a\ud83d\ude00"]}],
   "source": [
    "%matplotlib inline\n",
    "!pip install x\n",
    "import pipes, \"\u00e9\"\n",
    "pipes.quote?"
   ]
  },
  {
   "cell_type": "code",
   "metadata": {},
   "source": ["%%bash\n", "echo"]
  },
  {"cell_type": "code", "metadata": {}, "source": []},
  {
   "cell_type": "code",
   "metadata": {},
   "source": "pip install y\nprint(pipes.quote(\"\ud83d\ude00\/\"))\n"
  }
 ],
 "metadata": {"kernelspec": {"name": "python3", "language": "python"}},
 "nbformat": 4,
 "nbformat_minor": 5
}
"##;

const TEXT: &str = "%matplotlib inline\n!pip install x\nimport pipes, \"é\"\npipes.quote?\n\
                    #ip install y\nprint(pipes.quote(\"😀/\"))\n\n";

fn read(json: &str) -> Notebook {
    parse(json).unwrap_or_else(|fault| panic!("{fault} at {:?}: {json}", fault.range))
}

/// Replaces each occurrence of a word of the joined text.
fn replace(json: &str, from: &str, to: &str) -> String {
    let text = read(json).text;
    let places = text.match_indices(from).map(|(at, _)| {
        let start = TextSize::try_from(at).expect("short");
        (TextRange::at(start, TextSize::of(from)), to)
    });
    rewrite(json, &places.collect::<Vec<_>>()).expect("within the cells")
}

#[test]
fn python_cells_are_joined() {
    let notebook = read(NOTEBOOK);
    assert_eq!(notebook.text, TEXT);
    let cells: Vec<(u32, &str)> = notebook
        .cells
        .code
        .iter()
        .map(|cell| (cell.number, &notebook.text[TextRange::new(cell.start, cell.end)]))
        .collect();
    assert_eq!(cells[0].0, 2);
    assert_eq!(cells[1], (5, "#ip install y\nprint(pipes.quote(\"😀/\"))\n"));
    assert_eq!(cells.len(), 2);
}

#[test]
fn the_parser_understands_magics() {
    for source in [
        "%matplotlib inline\nx = %time f()\n!ls\nf?\n??f\n",
        "%%time\nimport cgi\n",
        "for x in y:\n    !echo {x}\n",
    ] {
        let json = serde_json::json!({"cells": [{"cell_type": "code", "source": source}]}).to_string();
        let notebook = read(&json);
        let module = python::parse(&notebook.text, Some(&notebook.cells), PythonVersion::PY313);
        assert_eq!(module.faults(), [], "{source}");
    }
}

#[test]
fn only_the_strings_concerned_change() {
    let fixed = replace(NOTEBOOK, "pipes", "shlex");
    let expected = NOTEBOOK
        .replace(r#""import pipes, \"\u00e9\"\n""#, r#""import shlex, \"\u00e9\"\n""#)
        .replace(r#""pipes.quote?""#, r#""shlex.quote?""#)
        .replace("print(pipes.quote", "print(shlex.quote");
    assert_eq!(fixed, expected);
    assert_eq!(read(&fixed).text, TEXT.replace("pipes", "shlex"));
    assert_eq!(rewrite(NOTEBOOK, &[]).as_deref(), Ok(NOTEBOOK));
}

#[test]
fn lines_come_and_go() {
    let with = replace(NOTEBOOK, "!pip install x\n", "");
    assert_eq!(with, NOTEBOOK.replace("    \"!pip install x\\n\",\n", ""));
    let with = replace(NOTEBOOK, "!pip install x\n", "import a\nimport \"é\"\n");
    let lines = "    \"import a\\n\",\n    \"import \\\"\\u00e9\\\"\\n\",\n";
    assert_eq!(with, NOTEBOOK.replace("    \"!pip install x\\n\",\n", lines));
    let with = replace(NOTEBOOK, "\npipes.quote?", "");
    assert_eq!(with, NOTEBOOK.replace("\\n\",\n    \"pipes.quote?\"", "\""));
    let with = replace(NOTEBOOK, "pipes.quote?", "x\ny");
    assert_eq!(with, NOTEBOOK.replace("\"pipes.quote?\"", "\"x\\n\",\n    \"y\""));
}

#[test]
fn short_and_odd_lists() {
    let notebook = |source: &str| format!(r#"{{"cells":[{{"cell_type":"code","source":{source}}}]}}"#);
    assert_eq!(replace(&notebook(r#"["a"]"#), "a", "é\nb"), notebook(r#"["é\n","b"]"#));
    assert_eq!(replace(&notebook(r#"[ "a" ]"#), "a", "b\nc"), notebook(r#"[ "b\n", "c" ]"#));
    assert_eq!(replace(&notebook(r#"["a"]"#), "a", ""), notebook("[]"));
    // Not one line for each string.
    assert_eq!(replace(&notebook(r#"["a\nb","c"]"#), "c", "d"), notebook(r#"["a\n","bd"]"#));
    assert_eq!(replace(&notebook(r#""a\u003cb""#), "a", "\t\u{1}"), notebook(r#""\t\u0001\u003cb""#));
}

#[test]
fn edits_across_cells_are_refused() {
    let json = serde_json::json!({"cells": [
        {"cell_type": "code", "source": "a"}, {"cell_type": "code", "source": "b"},
    ]})
    .to_string();
    for (start, end) in [(0, 3), (1, 2), (3, 4), (9, 9)] {
        let place = TextRange::new(start.into(), end.into());
        assert_eq!(rewrite(&json, &[(place, "x")]), Err(OutsideCells), "{place:?}");
    }
    let end = TextRange::empty(1.into());
    assert_eq!(read(&rewrite(&json, &[(end, "x")]).expect("behind the last letter")).text, "ax\nb\n");
}

#[test]
fn cell_magics_stay_first() {
    let json = r#"{"cells": [{"cell_type": "code", "source": ["%%time\n", "x"]}]}"#;
    let insert = |at: u32| rewrite(json, &[(TextRange::empty(at.into()), "import y\n")]);
    assert_eq!(insert(0), Err(OutsideCells));
    assert_eq!(insert(7), Ok(json.replace(r#""x""#, r#""import y\n", "x""#)));
}

#[test]
fn formats_and_languages() {
    let cell = r#"{"cell_type": "code", "source": "x"}"#;
    let with = |metadata: &str| read(&format!(r#"{{"metadata": {metadata}, "cells": [{cell}]}}"#)).text;
    assert_eq!(with("{}"), "x\n");
    assert_eq!(with(r#"{"language_info": {"name": "python"}}"#), "x\n");
    assert_eq!(with(r#"{"kernelspec": {"name": "my-environment"}}"#), "x\n");
    assert_eq!(with(r#"{"kernelspec": {"name": "ir"}}"#), "");
    assert_eq!(with(r#"{"kernelspec": {"name": "x", "language": "R"}}"#), "");
    assert_eq!(with(r#"{"language_info": {"name": "julia"}, "kernelspec": {"language": "python"}}"#), "");
    let old = r#"{"worksheets": [{"cells": [{"cell_type": "code", "language": "python", "input": ["x\n", "y"]}]}]}"#;
    assert_eq!(read(old).text, "x\ny\n");
    assert_eq!(replace(old, "y", "z"), old.replace("\"y\"", "\"z\""));
    let mixed = r#"{"cells": [
        {"cell_type": "code", "source": "SELECT 1", "metadata": {"vscode": {"languageId": "sql"}}},
        {"cell_type": "code", "source": "x", "metadata": {"vscode": {"languageId": "python"}}},
        {"cell_type": "code", "source": "y <- 1", "metadata": {"kernel": "R"}},
        {"cell_type": "code", "source": 3},
        {"cell_type": "code"},
        17
    ]}"#;
    assert_eq!(read(mixed).text, "x\n");
}

#[test]
fn what_is_no_notebook_is_a_fault_with_a_place() {
    for (json, message, at) in [
        ("", "the text is empty", 0),
        ("{\"cells\": [}", "unexpected close brace", 11),
        ("[]", "a notebook is a JSON object", 0),
        (" {}", "no notebook: it has no list of `cells`", 1),
        ("{\"cells\": [], }", "trailing commas are not allowed", 12),
    ] {
        let fault = parse(json).expect_err(json);
        assert_eq!((fault.message.as_str(), u32::from(fault.range.start())), (message, at), "{json}");
    }
}
