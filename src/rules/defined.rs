//! What the rules about classes share: the classes that a file defines.

use ruff_python_ast::{Decorator, Expr, Stmt, StmtClassDef, StmtFunctionDef};

use super::standard::{classes, derives, named};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::BindingKind;

/// Classes of one file that derive from each other.
const DEPTH: u32 = 8;

/// Every class that the file defines, in order of the text.
pub fn all<'a>(code: &Code<'a>) -> Vec<&'a StmtClassDef> {
    let bindings = code.names().bindings();
    let classes = bindings.filter_map(|(_, binding)| match binding.kind {
        BindingKind::Class(class) => Some(class),
        _ => None,
    });
    classes.collect()
}

/// The method of that name in the body of a class.
pub fn method<'a>(class: &'a StmtClassDef, name: &str) -> Option<&'a StmtFunctionDef> {
    class.body.iter().find_map(|stmt| match stmt {
        Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
        _ => None,
    })
}

/// Whether the body of a class gives a name a value, in whatever way.
pub fn defines(class: &StmtClassDef, name: &str) -> bool {
    let is_named = |target: &Expr| matches!(target, Expr::Name(own) if own.id.as_str() == name);
    class.body.iter().any(|stmt| match stmt {
        Stmt::FunctionDef(function) => function.name.as_str() == name,
        Stmt::ClassDef(class) => class.name.as_str() == name,
        Stmt::Assign(assign) => assign.targets.iter().any(is_named),
        Stmt::AnnAssign(assign) => assign.value.is_some() && is_named(&assign.target),
        _ => false,
    })
}

/// The class of the file that an expression names, and nothing else.
pub fn class_of<'a>(code: &Code<'a>, expr: &Expr) -> Option<&'a StmtClassDef> {
    let Expr::Name(name) = expr else { return None };
    match code.names().only_binding(name)? {
        BindingKind::Class(class) => Some(class),
        _ => None,
    }
}

/// Whether a class derives from one of these, and which: through classes of the
/// file, imports, and what the type engine knows of a base.
pub fn base_of<'a>(
    code: &Code<'a>,
    class: &'a StmtClassDef,
    wanted: &[&'static str],
) -> Option<(&'static str, Confidence)> {
    base_within(code, class, wanted, DEPTH)
}

fn base_within<'a>(
    code: &Code<'a>,
    class: &'a StmtClassDef,
    wanted: &[&'static str],
    depth: u32,
) -> Option<(&'static str, Confidence)> {
    let depth = depth.checked_sub(1)?;
    class.bases().iter().find_map(|base| {
        if let Some(found) = named(code, base, wanted) {
            return Some(found);
        }
        if let Some(own) = class_of(code, base) {
            return base_within(code, own, wanted, depth);
        }
        // Others say by their names what they are; most are of other kinds.
        let last = match base {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return None,
        };
        if !["Enum", "Flag", "Visitor", "Transformer"].into_iter().any(|kind| last.contains(kind)) {
            return None;
        }
        let all = classes(code, base, "__init__");
        wanted
            .iter()
            .find(|name| all.iter().any(|class| !class.instance && derives(class, &[name])))
            .map(|name| (*name, Confidence::Certain))
    })
}

/// The decorator that is one of these, called or not.
pub fn decorator<'a>(
    code: &Code<'a>,
    decorators: &'a [Decorator],
    wanted: &[&'static str],
) -> Option<&'a Decorator> {
    decorators.iter().find(|decorator| {
        let expr = &decorator.expression;
        let func = if let Expr::Call(call) = expr { &*call.func } else { expr };
        named(code, func, wanted).is_some()
    })
}
