//! What the rules about exceptions share: who catches what, and the operations
//! inside of it.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    Arguments, ExceptHandler, Expr, ExprCall, ExprCompare, Stmt, StmtClassDef, StmtTry, StmtWith,
};
use ruff_text_size::{Ranged, TextRange};

use super::standard::normal;
use crate::python::Code;
use crate::python::names::BindingKind;

/// Names of one class of exception, and what they are called now.
const ALIASES: &[(&str, &str)] = &[
    ("IOError", "OSError"),
    ("EnvironmentError", "OSError"),
    ("os.error", "OSError"),
    ("socket.error", "OSError"),
    ("select.error", "OSError"),
    ("mmap.error", "OSError"),
];

/// Exceptions that do not derive from `Exception` directly, with their parents.
const PARENTS: &[(&str, &str)] = &[
    ("Exception", "BaseException"),
    ("KeyError", "LookupError"),
    ("IndexError", "LookupError"),
    ("ModuleNotFoundError", "ImportError"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("IndentationError", "SyntaxError"),
    ("TabError", "IndentationError"),
    ("TimeoutError", "OSError"),
    ("ConnectionError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("PermissionError", "OSError"),
    ("binascii.Error", "ValueError"),
    ("json.JSONDecodeError", "ValueError"),
    ("pickle.PicklingError", "pickle.PickleError"),
    ("sqlite3.InterfaceError", "sqlite3.Error"),
    ("sqlite3.DatabaseError", "sqlite3.Error"),
    ("sqlite3.ProgrammingError", "sqlite3.DatabaseError"),
];

/// Whether a handler of `class` catches `thrown`.
pub fn catches(class: &str, thrown: &str) -> bool {
    let parent = |name: &str| match PARENTS.iter().find(|(child, _)| *child == name) {
        Some((_, parent)) => Some(*parent),
        None if name == "BaseException" => None,
        None => Some("Exception"),
    };
    let mut at = Some(thrown);
    while let Some(name) = at {
        if name == class {
            return true;
        }
        at = parent(name);
    }
    false
}

/// Classes of exceptions that some code waits for.
pub struct Waiting<'a> {
    /// Where they are named; `None` for a bare `except`.
    pub named: Option<&'a Expr>,
    /// What is waited for, under the names that the documentation has.
    pub classes: Vec<String>,
    /// Whether there may be others.
    pub open: bool,
}

impl<'a> Waiting<'a> {
    /// What a handler, or an argument of `assertRaises`, names.
    pub fn of(code: &Code<'a>, named: &'a Expr) -> Self {
        let mut waiting = Self { named: Some(named), classes: Vec::new(), open: false };
        waiting.add(code, named, 8);
        waiting
    }

    /// A handler of everything.
    fn bare() -> Self {
        Self { named: None, classes: vec!["BaseException".to_owned()], open: false }
    }

    fn add(&mut self, code: &Code<'a>, named: &'a Expr, steps: u32) {
        let Some(steps) = steps.checked_sub(1) else {
            self.open = true;
            return;
        };
        if let Expr::Tuple(tuple) = named {
            tuple.elts.iter().for_each(|class| self.add(code, class, steps));
            return;
        }
        if let Expr::Name(name) = named
            && let Some(BindingKind::Assignment(value @ Expr::Tuple(_))) = code.names().only_binding(name)
        {
            return self.add(code, value, steps);
        }
        let meanings = code.meanings(named);
        // A class of this file is none of those that the standard library throws.
        let own = matches!(named, Expr::Name(name) if matches!(code.names().only_binding(name), Some(BindingKind::Class(_))));
        self.open |= !own && (meanings.other || meanings.dotted.is_empty());
        for dotted in &meanings.dotted {
            let name = normal(dotted);
            let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(&*name, |(_, name)| *name);
            self.classes.push(name.to_owned());
        }
    }

    /// Whether it catches the exception, or may.
    pub fn may_catch(&self, thrown: &str) -> bool {
        self.open || self.classes.iter().any(|class| catches(class, thrown))
    }

    /// Whether a class named here catches `old` and does not catch `new`.
    pub fn is_meant_for(&self, old: &str, new: &str) -> bool {
        self.classes.iter().any(|class| catches(class, old) && !catches(class, new))
    }
}

/// A call, or the function and the arguments that `assertRaises` will call it with.
#[derive(Clone, Copy)]
pub struct CallView<'a> {
    /// The function.
    pub func: &'a Expr,
    /// By position.
    pub args: &'a [Expr],
    /// All arguments; those of `assertRaises` come with two too many.
    pub arguments: &'a Arguments,
    /// The whole.
    pub range: TextRange,
}

impl<'a> CallView<'a> {
    fn of(call: &'a ExprCall) -> Self {
        let arguments = &call.arguments;
        Self { func: &call.func, args: &arguments.args, arguments, range: call.range() }
    }
}

/// Something in a guarded block that may throw.
#[derive(Clone, Copy)]
pub enum Operation<'a> {
    /// A call.
    Call(CallView<'a>),
    /// `with object:`, and whether nothing else of the block can throw.
    With(&'a StmtWith),
    /// `a in b`, and other comparisons.
    Compare(&'a ExprCompare),
    /// The creation of a class.
    Class(&'a StmtClassDef),
}

/// Code that waits for exceptions, with what it waits for.
pub struct Guarded<'a> {
    /// What the handlers catch, in their order.
    pub waiting: Vec<Waiting<'a>>,
    /// What may throw.
    pub operations: Vec<Operation<'a>>,
    /// How many calls and subscripts there are.
    pub actions: usize,
    /// Whether the exception has to come, or a test fails.
    pub demanded: bool,
}

/// Every block of a module that waits for exceptions.
pub fn guarded<'a>(code: &Code<'a>) -> Vec<Guarded<'a>> {
    let mut blocks = Blocks { code, found: Vec::new() };
    blocks.visit_body(code.module.body());
    blocks.found
}

struct Blocks<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Guarded<'a>>,
}

impl<'a> Blocks<'_, 'a> {
    fn tried(&mut self, stmt: &'a StmtTry) {
        let waiting = waiting_of(self.code, stmt);
        if waiting.is_empty() {
            return;
        }
        self.push(waiting, &stmt.body, false);
    }

    fn push(&mut self, waiting: Vec<Waiting<'a>>, body: &'a [Stmt], demanded: bool) {
        let mut inside = Inside::default();
        inside.visit_body(body);
        let Inside { operations, actions } = inside;
        self.found.push(Guarded { waiting, operations, actions, demanded });
    }

    /// `with pytest.raises(ValueError):`
    fn context(&mut self, stmt: &'a StmtWith) {
        for item in &stmt.items {
            let Expr::Call(call) = &item.context_expr else { continue };
            let Some(demanded) = raises(self.code, &call.func) else { continue };
            let classes =
                if demanded { call.arguments.args.get(..1) } else { Some(&call.arguments.args[..]) };
            let waiting: Vec<Waiting<'a>> =
                classes.unwrap_or_default().iter().map(|class| Waiting::of(self.code, class)).collect();
            if !waiting.is_empty() {
                self.push(waiting, &stmt.body, demanded);
            }
        }
    }

    /// `self.assertRaises(ValueError, function, argument)`.
    fn call(&mut self, call: &'a ExprCall) {
        let [class, func, args @ ..] = &call.arguments.args[..] else { return };
        if raises(self.code, &call.func) != Some(true) || func.is_string_literal_expr() {
            return;
        }
        let waiting = vec![Waiting::of(self.code, class)];
        let view = CallView { func, args, arguments: &call.arguments, range: call.range() };
        let operations = vec![Operation::Call(view)];
        self.found.push(Guarded { waiting, operations, actions: 1, demanded: true });
    }
}

/// What the handlers of a `try` wait for.
pub fn waiting_of<'a>(code: &Code<'a>, stmt: &'a StmtTry) -> Vec<Waiting<'a>> {
    let handlers = stmt.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler);
    handlers
        .map(|handler| match &handler.type_ {
            Some(named) => Waiting::of(code, named),
            None => Waiting::bare(),
        })
        .collect()
}

/// Whether a function makes a context that demands an exception (`assertRaises`)
/// or allows it (`suppress`).
fn raises<'a>(code: &Code<'a>, func: &'a Expr) -> Option<bool> {
    if let Expr::Attribute(method) = func
        && matches!(method.attr.as_str(), "assertRaises" | "assertRaisesRegex")
    {
        return Some(true);
    }
    let meanings = code.meanings(func);
    match meanings.only()? {
        "pytest.raises" => Some(true),
        "contextlib.suppress" => Some(false),
        _ => None,
    }
}

impl<'a> Visitor<'a> for Blocks<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Try(stmt) => self.tried(stmt),
            Stmt::With(stmt) => self.context(stmt),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}

/// What runs in a block, without the functions that it defines.
#[derive(Default)]
struct Inside<'a> {
    operations: Vec<Operation<'a>>,
    actions: usize,
}

impl<'a> Visitor<'a> for Inside<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) => return,
            // Its own handlers come first, and are looked at themselves.
            Stmt::Try(inner) if !inner.handlers.is_empty() => return,
            Stmt::ClassDef(class) => {
                self.operations.push(Operation::Class(class));
                return;
            }
            Stmt::With(with) => self.operations.push(Operation::With(with)),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) => return,
            Expr::Call(call) => {
                self.actions += 1;
                self.operations.push(Operation::Call(CallView::of(call)));
            }
            Expr::Subscript(_) => self.actions += 1,
            Expr::Compare(compare) => self.operations.push(Operation::Compare(compare)),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
