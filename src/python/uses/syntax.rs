//! Special methods that syntax calls: `with path:`, `await lock`, `point[0]`.

use ruff_python_ast::{Expr, ExprCall, Operator};
use ruff_text_size::Ranged;

use super::{Use, UseForm, members};
use crate::catalogue::reexports::standard;
use crate::catalogue::{self, Fact, lookup};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::BindingKind;

/// Looks at an object that syntax hands to one of its special methods.
pub(super) fn find<'a>(code: &Code<'a>, object: &'a Expr, method: &str, uses: &mut Vec<Use<'a>>) {
    let facts: Vec<Fact> = lookup::with_last(method).iter().copied().filter(|f| code.looks_for(*f)).collect();
    if facts.is_empty() {
        return;
    }
    let found = by_name(code, object, method, &facts).or_else(|| {
        let near: Vec<Fact> = facts.into_iter().filter(|fact| is_near(code, *fact)).collect();
        if near.is_empty() || !may_be_any(code, object, method) {
            return None;
        }
        members::of_type(code, object, method, &near)
    });
    if let Some((fact, confidence)) = found {
        let form = UseForm::Syntax(object);
        uses.push(Use { fact, range: object.range(), form, confidence, deferred: false });
    }
}

/// `stack.enter_context(path)`.
pub(super) fn entered<'a>(call: &'a ExprCall) -> Option<&'a Expr> {
    match (&*call.func, &call.arguments.args[..]) {
        (Expr::Attribute(method), [object]) if method.attr.as_str() == "enter_context" => Some(object),
        _ => None,
    }
}

/// An object that is made right there: `Path(…)`, `files(…) / "name"`.
fn by_name<'a>(
    code: &Code<'a>,
    object: &'a Expr,
    method: &str,
    facts: &[Fact],
) -> Option<(Fact, Confidence)> {
    if let Expr::Call(call) = object {
        let meanings = code.meanings(&call.func);
        let sure = meanings.only().is_some();
        let made = meanings.dotted.iter().find_map(|dotted| {
            let member = format!("{}.{method}", standard(dotted));
            let own = code.project.has_module(&code.document.path, dotted);
            facts.iter().copied().find(|fact| !own && lookup::is_home(*fact, &member))
        });
        if let Some(fact) = made {
            return Some((fact, if sure { Confidence::Certain } else { Confidence::Likely }));
        }
    }
    let is_path = |fact: &&Fact| fact.module.name == "pathlib";
    let fact = facts.iter().find(is_path).filter(|_| is_resource(code, object, DEEPEST))?;
    Some((*fact, Confidence::Likely))
}

/// Resources followed before giving up.
const DEEPEST: u32 = 12;

/// Whether an expression is a file of a package, which is a path unless the
/// package lies in an archive: `importlib.resources.files("package") / "name"`.
fn is_resource<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> bool {
    let Some(steps) = steps.checked_sub(1) else { return false };
    match expr {
        Expr::BinOp(operation) if operation.op == Operator::Div => is_resource(code, &operation.left, steps),
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) if method.attr.as_str() == "joinpath" => {
                is_resource(code, &method.value, steps)
            }
            func => {
                let meanings = code.meanings(func);
                let names = ["importlib.resources.files", "importlib_resources.files"];
                names.into_iter().any(|name| meanings.may_be(name))
            }
        },
        Expr::Name(name) => match code.names().bindings_of(name)[..] {
            [id] => match code.names().binding(id).kind {
                BindingKind::Assignment(value) => is_resource(code, value, steps),
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// Whether the file imports the module of the fact.
fn is_near(code: &Code<'_>, fact: Fact) -> bool {
    let homes = std::iter::once(fact.module.name).chain(fact.module.aliases.iter().copied());
    homes.into_iter().any(|home| code.names().imports_module(home))
}

/// Whether it is worth asking what the object is: almost all that syntax is
/// used on are objects of other kinds, and many say so by their names.
fn may_be_any<'a>(code: &Code<'a>, object: &'a Expr, method: &str) -> bool {
    match (object, method) {
        (Expr::Name(_) | Expr::Attribute(_), "__await__") => has_any(object, LOCKS),
        (Expr::Name(_) | Expr::Attribute(_), _) => true,
        (Expr::BinOp(operation), "__enter__") => operation.op == Operator::Div,
        (Expr::Call(call), "__enter__") => match &*call.func {
            Expr::Attribute(method) => PATHS.contains(&method.attr.as_str()) || has_any(&call.func, NAMES),
            func => {
                let meanings = code.meanings(func);
                let elsewhere = meanings.dotted.iter().any(|dotted| {
                    let top = dotted.split('.').next().unwrap_or_default();
                    top == "builtins"
                        || catalogue::is_stdlib_module(top)
                        || !top.is_empty() && !code.project.has_module(&code.document.path, top)
                });
                !elsewhere
            }
        },
        _ => false,
    }
}

/// Methods of paths that give paths.
const PATHS: &[&str] = &[
    "absolute",
    "cwd",
    "expanduser",
    "home",
    "joinpath",
    "readlink",
    "rename",
    "replace",
    "resolve",
    "relative_to",
    "with_name",
    "with_stem",
    "with_suffix",
];

/// What the names of functions that give paths hold.
const NAMES: &[&str] = &["path", "dir", "folder", "file"];

/// What the names of locks hold.
const LOCKS: &[&str] = &["lock", "sem", "cond", "mutex"];

fn has_any(expr: &Expr, parts: &[&str]) -> bool {
    let name = match expr {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    let name = name.to_ascii_lowercase();
    parts.iter().any(|part| name.contains(part))
}
