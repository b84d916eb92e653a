//! Commands and code in configuration: the values of keys that are run.

use super::{Consequence, Embedded, Piece, Python, calls};
use crate::aws::cloudformation::Function;
use crate::aws::template::{self, Template};
use crate::finding::Confidence;
use crate::parse::fragment::Fragment;
use crate::parse::scripts::{self, Part};
use crate::parse::tree::Tree;
use crate::parse::{Document, Syntax};

/// Looks through a file of JSON or YAML.
pub fn find(document: &Document, found: &mut Embedded) {
    let text = &document.text;
    scripts::configured(document, &may_hold, &mut |part| match part {
        Part::Script(script) => calls::script(&script, Python::Any, false, found),
        Part::Mapping(tree) => found.pieces.extend(said(tree).and_then(|code| piece(code, text))),
    });
    match &document.syntax {
        Syntax::Json(value) => functions(Tree::Json(value), text, found),
        Syntax::Yaml(documents) => documents.iter().for_each(|one| functions(Tree::of(one), text, found)),
        _ => {}
    }
}

/// The code that members of a mapping say together to be Python.
fn said(tree: Tree<'_>) -> Option<Tree<'_>> {
    let text = |key: &str| tree.get(key).and_then(Tree::text);
    if text("shell").is_some_and(|shell| shell.starts_with("python")) {
        return tree.get("run");
    }
    let inline = text("scriptSource").is_some_and(|source| source.eq_ignore_ascii_case("inline"));
    tree.get("script").filter(|_| inline)
}

fn piece(code: Tree<'_>, text: &str) -> Option<Piece> {
    let code = code.fragment(text)?;
    Some(Piece { code, confidence: Confidence::Likely, failure: Consequence::Fails })
}

/// The code of AWS Lambda functions that stands in the template itself.
fn functions(root: Tree<'_>, text: &str, found: &mut Embedded) {
    let all = Template::of(root).map(Function::all).unwrap_or_default();
    for function in all.into_iter().filter(|function| !function.runtimes().is_empty()) {
        let code = function.inline_code().and_then(|code| inline(code, text));
        let piece = |code| Piece { code, confidence: Confidence::Likely, failure: Consequence::Fails };
        found.pieces.extend(code.map(piece));
    }
}

/// One scalar, or lines to be joined. What a function puts in place of a part is
/// taken for a name.
fn inline(code: Tree<'_>, text: &str) -> Option<Fragment> {
    match template::function(code) {
        Some(("Sub", argument)) => {
            let code = argument.elements().first().copied().unwrap_or(argument).fragment(text)?;
            Some(code.without(&template::holes(code.text())))
        }
        Some(("Join", argument)) => match argument.elements().as_slice() {
            [delimiter, lines] => joined(delimiter.text()?, *lines, text),
            _ => None,
        },
        Some(_) => None,
        None => code.fragment(text),
    }
}

fn joined(delimiter: &str, lines: Tree<'_>, text: &str) -> Option<Fragment> {
    let mut whole = Fragment::default();
    for line in lines.elements() {
        if !whole.is_empty() {
            let end = whole.range().end().to_usize();
            whole.push_escaped(delimiter, end, end);
        }
        if template::function(line).is_some() {
            let place = line.range();
            whole.push_escaped("_", place.start().to_usize(), place.end().to_usize());
        } else {
            let line = line.fragment(text)?;
            whole.push_slice(&line, 0, line.text().len());
        }
    }
    Some(whole)
}

/// Whether a text can be a command that is looked for.
fn may_hold(text: &str) -> bool {
    ["-m", "-c", "<<", "2to3"].iter().any(|sign| text.contains(sign)) || text.starts_with("python")
}
