//! Special methods that syntax calls: `with path:`, `await lock`, `point[0]`.

use ruff_python_ast::{Expr, ExprCall, ExprName, Operator};
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
        if !may_be_any(code, object, method, DEEPEST) {
            return None;
        }
        let near: Vec<Fact> = facts.into_iter().filter(|fact| is_near(code, *fact)).collect();
        if near.is_empty() {
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
pub(super) fn entered(call: &ExprCall) -> Option<&Expr> {
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
    let made_by = match object {
        Expr::Name(name) => assigned(code, name).unwrap_or(object),
        _ => object,
    };
    if let Expr::Call(call) = made_by {
        let meanings = code.meanings(&call.func);
        let sure = meanings.only().is_some();
        let made = meanings.dotted.iter().find_map(|dotted| {
            let member = format!("{}.{method}", standard(dotted));
            let own = code.project.has_module(&code.document.path, dotted);
            facts.iter().copied().find(|fact| !own && lookup::is_home(*fact, &member))
        });
        if let Some(fact) = made {
            return Some((fact, Confidence::resolved(sure)));
        }
    }
    let is_path = |fact: &&Fact| fact.module.name == "pathlib";
    let fact = facts.iter().find(is_path).filter(|_| is_resource(code, object, DEEPEST))?;
    Some((*fact, Confidence::Likely))
}

/// The value of a name that is assigned once, plainly.
fn assigned<'a>(code: &Code<'a>, name: &ExprName) -> Option<&'a Expr> {
    match code.names().only_binding(name)? {
        BindingKind::Assignment(value) => Some(value),
        _ => None,
    }
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
        Expr::Name(name) => assigned(code, name).is_some_and(|value| is_resource(code, value, steps)),
        _ => false,
    }
}

/// Whether objects of the fact's class can be expected in the file: it imports
/// the module and, of locks, which every library has, it makes some.
fn is_near(code: &Code<'_>, fact: Fact) -> bool {
    let imports = fact.module.homes().any(|home| code.names().imports_module(home));
    let class = fact.name.class().unwrap_or_default();
    imports && (fact.module.name != "asyncio" || code.document.text.contains(&format!("{class}(")))
}

/// Whether it is worth asking what the object is: almost all that syntax is
/// used on are objects of other kinds, and most say so by their names.
fn may_be_any<'a>(code: &Code<'a>, object: &'a Expr, method: &str, steps: u32) -> bool {
    let Some(steps) = steps.checked_sub(1) else { return false };
    match (object, method) {
        (Expr::Name(_) | Expr::Attribute(_), "__await__") => has_any(object, LOCKS),
        (Expr::Call(call), "__getitem__") => {
            let modules = lookup::with_last(method).iter().map(|fact| fact.module.name);
            let dotted = code.meanings(&call.func).dotted;
            modules.into_iter().any(|module| dotted.iter().any(|dotted| dotted.starts_with(module)))
        }
        (Expr::Name(name), _) => {
            code.names().bindings_of(name).into_iter().any(|id| match code.names().binding(id).kind {
                BindingKind::Assignment(value) => may_be_any(code, value, method, steps),
                BindingKind::Parameter(parameter) => parameter.annotation().is_some_and(|annotation| {
                    let text = &code.document.text[annotation.range()];
                    ["Path", "Lock", "EntryPoint", "FileInput"].into_iter().any(|class| text.contains(class))
                }),
                BindingKind::Other if method == "__getitem__" => has_any(object, ENTRIES),
                BindingKind::Other => has_any(object, NAMES),
                _ => false,
            })
        }
        (Expr::Attribute(_), "__enter__") => {
            has_any(object, NAMES) || has_any(object, LOCKS) && code.names().imports_module("asyncio")
        }
        (Expr::Attribute(_), _) => has_any(object, ENTRIES),
        (Expr::BinOp(operation), "__enter__") => operation.op == Operator::Div,
        (Expr::Call(call), "__enter__") => match &*call.func {
            Expr::Attribute(method) => PATHS.contains(&method.attr.as_str()) || has_any(&call.func, NAMES),
            func => has_any(func, NAMES) && may_be_own(code, func),
        },
        _ => false,
    }
}

/// Whether a function may be one of the project, rather than the standard
/// library's or a package's.
fn may_be_own<'a>(code: &Code<'a>, func: &'a Expr) -> bool {
    let meanings = code.meanings(func);
    !meanings.dotted.iter().any(|dotted| {
        let top = dotted.split('.').next().unwrap_or_default();
        top == "builtins"
            || catalogue::is_stdlib_module(top)
            || !top.is_empty() && !code.project.has_module(&code.document.path, top)
    })
}

/// What the names of functions hold that give objects with special methods
/// that the catalogue knows: paths, resources, locks.
pub const CALLS: &[&str] = &[
    "Path",
    "path",
    "dir",
    "folder",
    "files",
    "absolute",
    "cwd",
    "expanduser",
    "home",
    "readlink",
    "rename",
    "replace",
    "resolve",
    "relative_to",
    "with_",
    "Lock",
    "Semaphore",
    "Condition",
    "enter_context",
    "ExitStack",
];

/// The word that stands where syntax calls a special method.
#[must_use]
pub fn keyword(method: &str) -> Option<&'static str> {
    match method {
        "__enter__" => Some("with"),
        "__await__" => Some("await"),
        _ => None,
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
const NAMES: &[&str] = &["path", "dir", "folder"];

/// What the names of entry points and of read files hold.
const ENTRIES: &[&str] = &["ep", "entry", "point", "lines", "input"];

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
