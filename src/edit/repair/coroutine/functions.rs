//! The functions of a file, and which of them have to become `async def` together.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Decorator, Expr, ExprCall, ExprName, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::Body;
use crate::python::Code;
use crate::python::names::BindingKind;

/// A function with what matters of it here.
pub(super) struct Function<'a> {
    pub def: &'a StmtFunctionDef,
    /// The class whose method it is.
    pub class: Option<TextRange>,
    pub body: Body<'a>,
    /// Whether `asyncio.coroutine` decorates it.
    pub decorated: bool,
}

/// All functions of a file.
pub(super) struct Functions<'a> {
    all: Vec<Function<'a>>,
    /// `asyncio.coroutine(function)`.
    made: Vec<&'a ExprCall>,
    /// Calls that take one item after the other: `list(…)`, `for … in …`.
    iterated: Vec<&'a ExprCall>,
}

impl<'a> Functions<'a> {
    pub(super) fn of(code: &Code<'a>) -> Self {
        let mut walk = Walk {
            code,
            class: None,
            found: Self { all: Vec::new(), made: Vec::new(), iterated: Vec::new() },
        };
        walk.visit_body(code.module.body());
        walk.found
    }

    pub(super) fn all(&self) -> &[Function<'a>] {
        &self.all
    }

    pub(super) fn decorated_by(&self, decorator: TextRange) -> Option<&Function<'a>> {
        let has = |one: &&Function<'_>| {
            one.def.decorator_list.iter().any(|one| one.expression.range() == decorator)
        };
        self.all.iter().find(has)
    }

    /// Whether the decorator is called, on what may well be a generator function or an `async def`.
    pub(super) fn is_made_of_generator(&self, code: &Code<'a>, decorator: TextRange) -> bool {
        let Some(call) = self.made.iter().find(|call| call.func.range() == decorator) else { return false };
        let [function] = &*call.arguments.args else { return false };
        let plain = self.all.iter().any(|one| {
            let named = function.as_name_expr().is_some_and(|name| means(code, name, one.def));
            named && !one.def.is_async && !one.decorated && !one.body.is_generator()
        });
        !plain
            && !function.is_lambda_expr()
            && !function.is_starred_expr()
            && call.arguments.keywords.is_empty()
    }

    /// The functions that have to change together with one; `None` if one of them cannot.
    pub(super) fn group(&self, code: &Code<'a>, start: &Function<'a>) -> Option<Vec<&Function<'a>>> {
        let index = |def: &StmtFunctionDef| self.all.iter().position(|one| one.def.range() == def.range());
        let mut group = vec![index(start.def)?];
        let mut seen = 0;
        while let Some(&at) = group.get(seen) {
            seen += 1;
            let one = &self.all[at];
            if !self.can_be_async(code, one) {
                return None;
            }
            for (other_at, other) in self.all.iter().enumerate() {
                let is_plain = !other.decorated && !other.def.is_async && other.body.is_generator();
                if is_plain && !group.contains(&other_at) && self.belongs(code, one, other) {
                    group.push(other_at);
                }
            }
        }
        Some(group.into_iter().map(|at| &self.all[at]).collect())
    }

    /// Whether one waits for a plain generator, is waited for by it, or it overrides it.
    fn belongs(&self, code: &Code<'a>, one: &Function<'a>, other: &Function<'a>) -> bool {
        let waits = |one: &Function<'a>, other: &Function<'a>| {
            one.body.waits.iter().any(|wait| calls(code, &wait.value, other))
        };
        let overrides = one.decorated
            && one.class.is_some()
            && other.class.is_some()
            && one.class != other.class
            && one.def.name == other.def.name
            && !other.body.waits.is_empty();
        overrides || waits(one, other) || waits(other, one)
    }

    fn can_be_async(&self, code: &Code<'a>, one: &Function<'a>) -> bool {
        let is_manager = one.def.decorator_list.iter().any(|decorator| {
            let dotted = code.names().resolve(callee(&decorator.expression));
            dotted.may_be("contextlib.contextmanager")
        });
        one.body.fits
            && !is_special(one.def)
            && !is_manager
            && !one.body.waits.iter().any(|wait| is_iterable_only(code, &wait.value))
            && !self.iterated.iter().any(|call| calls_function(code, call, one))
    }
}

/// Whether it is a method that Python calls, and does not wait for.
pub(super) fn is_special(def: &StmtFunctionDef) -> bool {
    let name = def.name.as_str();
    let waits = matches!(name, "__aenter__" | "__aexit__" | "__anext__" | "__call__");
    name.starts_with("__") && name.ends_with("__") && !waits
}

/// Whether a decorator gives back what it gets, or a function that does as that does.
pub(super) fn is_transparent<'a>(code: &Code<'a>, decorator: &'a Decorator) -> bool {
    let dotted = code.names().resolve(callee(&decorator.expression));
    const KNOWN: [&str; 2] = ["abc.abstractmethod", "functools.wraps"];
    dotted.only().is_some_and(|dotted| {
        KNOWN.contains(&dotted) || dotted.starts_with("pytest.mark.") || dotted == "asyncio.coroutine"
    })
}

fn callee(expr: &Expr) -> &Expr {
    match expr {
        Expr::Call(call) => &call.func,
        _ => expr,
    }
}

fn calls<'a>(code: &Code<'a>, operand: &'a Expr, function: &Function<'a>) -> bool {
    operand.as_call_expr().is_some_and(|call| calls_function(code, call, function))
}

/// Whether a call is one of a function of the file, by its name or through `self`.
pub(super) fn calls_function(code: &Code<'_>, call: &ExprCall, function: &Function<'_>) -> bool {
    match &*call.func {
        Expr::Name(name) => function.class.is_none() && means(code, name, function.def),
        Expr::Attribute(attribute) => {
            let own = attribute.value.as_name_expr().is_some_and(|name| matches!(&*name.id, "self" | "cls"));
            let above = attribute.value.as_call_expr().and_then(|call| call.func.as_name_expr());
            let own = own || above.is_some_and(|name| name.id.as_str() == "super");
            own && function.class.is_some() && attribute.attr.id == function.def.name.id
        }
        _ => false,
    }
}

/// Whether it makes an object of a class of this file that has `__iter__` and no `__await__`.
fn is_iterable_only(code: &Code<'_>, operand: &Expr) -> bool {
    let made = operand.as_call_expr().and_then(|call| call.func.as_name_expr());
    let Some(BindingKind::Class(class)) = made.and_then(|name| code.names().only_binding(name)) else {
        return false;
    };
    let has = |method: &str| {
        class.body.iter().filter_map(Stmt::as_function_def_stmt).any(|def| def.name.as_str() == method)
    };
    has("__iter__") && !has("__await__")
}

fn means(code: &Code<'_>, name: &ExprName, def: &StmtFunctionDef) -> bool {
    code.names().bindings_of(name).into_iter().any(|id| match code.names().binding(id).kind {
        BindingKind::Function(other) => other.range() == def.range(),
        _ => false,
    })
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    class: Option<TextRange>,
    found: Functions<'a>,
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let class = self.class;
        match stmt {
            Stmt::FunctionDef(def) => {
                let is_own = |one: &'a Decorator| {
                    self.code.names().resolve(callee(&one.expression)).may_be("asyncio.coroutine")
                };
                let decorated = def.decorator_list.iter().any(is_own);
                self.found.all.push(Function { def, class, body: Body::of(def), decorated });
                self.class = None;
            }
            Stmt::ClassDef(class) => self.class = Some(class.range()),
            Stmt::For(stmt) => self.found.iterated.extend(stmt.iter.as_call_expr()),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
        self.class = class;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && self.code.names().resolve(&call.func).may_be("asyncio.coroutine")
        {
            self.found.made.push(call);
        }
        if let Expr::Call(call) = expr
            && let Expr::Name(name) = &*call.func
            && matches!(
                &*name.id,
                "list" | "tuple" | "set" | "next" | "iter" | "sum" | "dict" | "sorted" | "enumerate"
            )
        {
            self.found.iterated.extend(call.arguments.args.iter().filter_map(Expr::as_call_expr));
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ruff_python_ast::Comprehension) {
        self.found.iterated.extend(comprehension.iter.as_call_expr());
        visitor::walk_comprehension(self, comprehension);
    }
}
