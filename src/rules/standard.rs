//! What the rules about meaning share: which expressions stand for names and
//! objects of the standard library.

use std::borrow::Cow;

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

use crate::catalogue::reexports;
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::types::Class;

/// A dotted name under its home in the documentation; built-ins bare.
pub fn normal(dotted: &str) -> Cow<'_, str> {
    let standard = reexports::standard(dotted);
    match standard.strip_prefix("builtins.") {
        Some(name) => Cow::Owned(name.to_owned()),
        None => standard,
    }
}

/// The one of the `wanted` names that an expression stands for, and how sure it
/// is; built-ins are wanted bare.
pub fn named<'a>(
    code: &Code<'a>,
    expr: &'a Expr,
    wanted: &[&'static str],
) -> Option<(&'static str, Confidence)> {
    if !ends_like(code, expr, wanted) {
        return None;
    }
    let meanings = code.meanings(expr);
    let found = meanings.dotted.iter().find_map(|dotted| {
        let name = normal(dotted);
        let found = wanted.iter().find(|wanted| **wanted == name)?;
        let own = !dotted.starts_with("builtins.") && code.project.has_module(&code.document.path, dotted);
        (!own).then_some(*found)
    })?;
    Some((found, Confidence::resolved(meanings.only().is_some())))
}

/// Whether the expression can end in one of the names: an attribute has the
/// name itself, a bare name may be an alias.
fn ends_like(code: &Code<'_>, expr: &Expr, wanted: &[&'static str]) -> bool {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    match expr {
        Expr::Attribute(attribute) => wanted.iter().any(|name| last(name) == attribute.attr.as_str()),
        Expr::Name(name) => {
            !code.names().bindings_of(name).is_empty()
                || code.names().has_star()
                || wanted.iter().any(|wanted| *wanted == name.id.as_str())
        }
        _ => false,
    }
}

/// The classes that a value may have, if the engine knows all of them, and
/// whether they are instances. Empty if anything is unknown.
pub fn classes(code: &Code<'_>, expr: &Expr, attr: &str) -> Vec<Class> {
    let Some(types) = code.types else { return Vec::new() };
    let owners = types.owners(code.document, expr.range(), attr);
    let certain = !owners.unknown && owners.modules.is_empty() && owners.functions.is_empty();
    if certain { owners.classes } else { Vec::new() }
}

/// Whether a class is, or derives from, one of the standard library's.
pub fn derives(class: &Class, from: &[&str]) -> bool {
    let mut mro = class.mro.iter().zip(&class.standard);
    mro.any(|(name, standard)| *standard && from.contains(&normal(name).as_ref()))
}
