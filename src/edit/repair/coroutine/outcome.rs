//! What a decorated function without `yield from` returns: the decorator waited
//! for it where that was possible.

use ruff_python_ast::{Expr, ExprCall, ExprName, Stmt, StmtReturn};
use ruff_text_size::{Ranged, TextRange};

use super::Site;
use super::body::{Awaiting, is_primary};
use super::functions::{Function, Functions, calls_function};
use crate::edit::Change;
use crate::edit::spell::{self, At};
use crate::python::names::{BindingKind, has_word};
use crate::version::PythonVersion;

/// What is known of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// Nobody can wait for it.
    Plain,
    /// It has to be waited for.
    Awaitable,
    Unknown,
}

/// Calls that give awaitables, whatever object they are of.
const AWAITED: [&str; 3] = ["run_in_executor", "create_future", "create_task"];

/// Methods that give text, bytes or collections.
const TEXTUAL: [&str; 8] = ["format", "join", "encode", "decode", "strip", "split", "replace", "lower"];

/// Reads what one function returns.
pub(super) struct Outcomes<'o, 'c, 'a> {
    pub site: &'o Site<'c, 'a>,
    pub functions: &'o Functions<'a>,
    pub own: &'o Function<'a>,
}

impl<'a> Outcomes<'_, '_, 'a> {
    /// Waits for what is returned where the decorator did.
    pub(super) fn returned(&self, stmt: &'a StmtReturn, new: &mut Awaiting) -> Option<()> {
        let site = self.site;
        let Some(value) = stmt.value.as_deref() else { return Some(()) };
        match self.of(value) {
            Value::Plain => {}
            Value::Awaitable if is_primary(value) => {
                new.changes.push(Change::new(TextRange::empty(value.start()), "await "));
            }
            Value::Awaitable => return None,
            Value::Unknown => {
                let at = At { place: stmt.start(), beside: None };
                let test = spell::name(site.code, "inspect.isawaitable", at)?;
                new.missing.extend(test.missing.filter(|import| !new.missing.contains(import)));
                let text = site.text();
                let body = &text[self.own.def.range()];
                let free = ["result", "outcome", "returned"].into_iter().find(|name| !has_word(body, name));
                let (name, assigned) = match value {
                    Expr::Name(known) => (known.id.as_str(), String::new()),
                    _ => {
                        let name = free?;
                        let between = match crate::edit::imports::indentation(text, stmt.range()) {
                            Some(indent) => format!("\n{indent}"),
                            None => "; ".to_owned(),
                        };
                        (name, format!("{name} = {}{between}", &text[value.range()]))
                    }
                };
                let whole = TextRange::new(stmt.start(), stmt.end());
                let back = format!("{assigned}return await {name} if {}({name}) else {name}", test.text);
                new.changes.push(Change::new(whole, back));
            }
        }
        Some(())
    }

    fn of(&self, value: &'a Expr) -> Value {
        match value {
            Expr::Call(call) => self.of_call(call),
            Expr::Name(name) => self.of_name(name),
            Expr::If(branches) => {
                let both = [self.of(&branches.body), self.of(&branches.orelse)];
                if both == [Value::Plain; 2] { Value::Plain } else { Value::Unknown }
            }
            Expr::BoolOp(operands) => {
                let plain = operands.values.iter().all(|one| self.of(one) == Value::Plain);
                if plain { Value::Plain } else { Value::Unknown }
            }
            Expr::Attribute(attribute) if !names_awaitable(&attribute.attr) => Value::Plain,
            Expr::Attribute(_) | Expr::Subscript(_) | Expr::Named(_) => Value::Unknown,
            _ => Value::Plain,
        }
    }

    fn of_name(&self, name: &'a ExprName) -> Value {
        let names = self.site.code.names();
        let bindings = names.bindings_of(name);
        let [id] = bindings[..] else { return Value::Unknown };
        match names.binding(id).kind {
            BindingKind::Function(_) | BindingKind::Class(_) => Value::Plain,
            BindingKind::Assignment(value) if self.own.def.range().contains_range(value.range()) => {
                match value {
                    // Once is enough.
                    Expr::Name(_) => Value::Unknown,
                    _ => self.of(value),
                }
            }
            // An object that gives itself to `async with`.
            _ if name.id.as_str() == "self" => {
                let class = names.class_around(self.own.def.start());
                let waits = |stmt: &Stmt| {
                    stmt.as_function_def_stmt().is_some_and(|def| def.name.as_str() == "__await__")
                };
                if class.is_some_and(|class| class.body.iter().any(waits)) {
                    Value::Unknown
                } else {
                    Value::Plain
                }
            }
            _ => Value::Unknown,
        }
    }

    fn of_call(&self, call: &'a ExprCall) -> Value {
        let names = self.site.code.names();
        let meanings = names.resolve(&call.func);
        if let Some(dotted) = meanings.only() {
            let first = dotted.split('.').next().unwrap_or_default();
            let is_library = crate::catalogue::is_importable(first, None, PythonVersion::PY313) == Some(true);
            let builtin = first == "builtins" || !dotted.contains('.');
            return match first {
                "asyncio" | "concurrent" if dotted.ends_with("future") => Value::Awaitable,
                "asyncio" => match dotted.rsplit('.').next().unwrap_or_default() {
                    "sleep" | "wait" | "wait_for" | "gather" | "shield" | "open_connection"
                    | "start_server" | "Future" | "Task" => Value::Awaitable,
                    _ => Value::Unknown,
                },
                "unittest" | "concurrent" | "functools" | "contextlib" => Value::Unknown,
                _ if is_library || builtin => Value::Plain,
                _ => by_name(call),
            };
        }
        if self
            .functions
            .all()
            .iter()
            .any(|one| (one.decorated || one.def.is_async) && calls_function(self.site.code, call, one))
        {
            return Value::Awaitable;
        }
        by_name(call)
    }
}

/// Whether an attribute so called may well hold something to wait for.
fn names_awaitable(name: &str) -> bool {
    let name = name.to_lowercase();
    let words =
        ["wait", "fut", "task", "coro", "promise", "defer", "closed", "done", "ready", "pending", "job"];
    words.iter().any(|word| name.contains(word))
}

/// What the name of a function that is not known says.
fn by_name(call: &ExprCall) -> Value {
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return Value::Unknown,
    };
    let waits = ["Future", "Task", "Coro", "Mock", "Deferred", "Promise"];
    let is_class = name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
    if name == "cls" {
        Value::Plain
    } else if AWAITED.contains(&name) {
        Value::Awaitable
    } else if TEXTUAL.contains(&name) || is_class && !waits.iter().any(|word| name.contains(word)) {
        Value::Plain
    } else {
        Value::Unknown
    }
}
