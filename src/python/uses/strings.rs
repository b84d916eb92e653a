//! Names of the standard library in strings that are looked up when the program runs.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

use super::{Use, UseForm};
use crate::catalogue::lookup;
use crate::catalogue::reexports::standard;
use crate::finding::Confidence;
use crate::python::Code;

/// `getattr(module, "name")`, `mock.patch("module.name")`,
/// `mock.patch.object(module, "name")`, `monkeypatch.setattr(module, "name", …)`.
pub(super) fn find<'a>(code: &Code<'a>, call: &'a ExprCall, uses: &mut Vec<Use<'a>>) {
    let Some(function) = last(&call.func).filter(|name| LOOKUPS.contains(name)) else { return };
    let lenient = call.arguments.keywords.iter().any(|keyword| {
        let name = keyword.arg.as_ref().map(|name| name.as_str());
        matches!(name, Some("create" | "raising"))
    });
    let (object, text, confidence) = match (&call.arguments.args[..], function) {
        ([object, text @ Expr::StringLiteral(_)], "getattr") => (Some(object), text, Confidence::Certain),
        (_, "getattr") => return,
        ([object, text @ Expr::StringLiteral(_), ..], "object" | "setattr" | "delattr") => {
            (Some(object), text, Confidence::Likely)
        }
        ([text @ Expr::StringLiteral(_), ..], "patch" | "setattr" | "delattr") => {
            (None, text, Confidence::Likely)
        }
        _ => return,
    };
    if lenient || !is_lookup(code, call, function) {
        return;
    }
    let Expr::StringLiteral(literal) = text else { return };
    let name = literal.value.to_str();
    let dotted: Vec<String> = match object {
        None => vec![name.to_owned()],
        Some(object) => {
            code.meanings(object).dotted.iter().map(|object| format!("{object}.{name}")).collect()
        }
    };
    let found = dotted.iter().filter(|dotted| !code.project.has_module(&code.document.path, dotted));
    let found = found.into_iter().find_map(|dotted| lookup::fact(&standard(dotted)));
    if let Some(fact) = found.filter(|fact| code.looks_for(*fact)) {
        uses.push(Use { fact, range: text.range(), form: UseForm::Text, confidence, deferred: false });
    }
}

const LOOKUPS: &[&str] = &["getattr", "patch", "object", "setattr", "delattr"];

fn is_lookup<'a>(code: &Code<'a>, call: &'a ExprCall, function: &str) -> bool {
    let meanings = code.names().resolve(&call.func);
    let mocks = ["unittest.mock.patch", "mock.patch", "mock.mock.patch"];
    match function {
        "getattr" => meanings.only() == Some("builtins.getattr"),
        "patch" => {
            mocks.iter().any(|name| meanings.may_be(name))
                || matches!(&*call.func, Expr::Attribute(method) if is_named(&method.value, "mocker"))
        }
        "object" => {
            mocks.iter().any(|name| meanings.may_be(&format!("{name}.object")))
                || matches!(&*call.func, Expr::Attribute(method)
                    if matches!(&*method.value, Expr::Attribute(patch) if is_named(&patch.value, "mocker")))
        }
        _ => matches!(&*call.func, Expr::Attribute(method) if is_named(&method.value, "monkeypatch")),
    }
}

fn is_named(expr: &Expr, name: &str) -> bool {
    matches!(expr, Expr::Name(own) if own.id.as_str() == name)
}

fn last(callee: &Expr) -> Option<&str> {
    match callee {
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}
