//! Commands and code in configuration: the values of keys that are run.

use super::{Consequence, Embedded, Piece, Python, calls};
use crate::aws::template::Template;
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
        Syntax::Json(value) => template(Tree::Json(value), text, found),
        Syntax::Yaml(documents) => documents.iter().for_each(|one| template(Tree::of(one), text, found)),
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
fn template(root: Tree<'_>, text: &str, found: &mut Embedded) {
    let Some(template) = Template::of(root) else { return };
    for resource in template.resources() {
        let default = |name| template.function_default(name);
        let property = |name| resource.property(name).or_else(|| default(name));
        let runtimes = property("Runtime").map(|value| template.literals(value)).unwrap_or_default();
        let is_python = runtimes.iter().any(|runtime| runtime.text.starts_with("python"));
        let inline = resource.property("InlineCode");
        let code = inline.or_else(|| resource.property("Code").and_then(|code| code.get("ZipFile")));
        if let Some(code) = code.filter(|_| is_python && resource.kind.ends_with("::Function")) {
            joined(code, text, found);
        }
    }
}

/// One scalar, or lines to be joined.
fn joined(code: Tree<'_>, text: &str, found: &mut Embedded) {
    let code = code.get("Fn::Sub").unwrap_or(code);
    let joined = code.get("Fn::Join").map(Tree::elements).filter(|parts| parts.len() == 2);
    let parts = match joined {
        Some(parts) if parts[0].text() == Some("\n") => parts[1].elements(),
        Some(_) => return,
        None => vec![code.elements().first().copied().unwrap_or(code)],
    };
    let mut whole = Fragment::default();
    for part in parts {
        let Some(line) = part.fragment(text) else { return };
        if !whole.is_empty() {
            let end = whole.range().end().to_usize();
            whole.push_escaped("\n", end, end);
        }
        whole.push_slice(&line, 0, line.text().len());
    }
    let piece = Piece { code: whole, confidence: Confidence::Likely, failure: Consequence::Fails };
    found.pieces.push(piece);
}

/// Whether a text can be a command that is looked for.
fn may_hold(text: &str) -> bool {
    ["-m", "-c", "<<", "2to3"].iter().any(|sign| text.contains(sign)) || text.starts_with("python")
}
