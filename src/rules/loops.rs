//! What the rules about event loops share: where code runs, and where it starts
//! a loop inside the running one.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::edit::Change;
use crate::python::Code;
use crate::python::names::BindingKind;

/// What the code around a place is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// The import of the module.
    Module,
    /// A call of a plain function.
    Function,
    /// The loop: an `async` function.
    Coroutine,
}

impl Around {
    /// What it is within a statement.
    #[must_use]
    pub fn within(self, stmt: &Stmt) -> Self {
        match stmt {
            Stmt::FunctionDef(function) if function.is_async => Self::Coroutine,
            Stmt::FunctionDef(_) => Self::Function,
            _ => self,
        }
    }
}

/// `if __name__ == "__main__":`, whose body does not run on import.
#[must_use]
pub fn is_main_guard(stmt: &Stmt) -> bool {
    let Stmt::If(branches) = stmt else { return false };
    let Expr::Compare(compare) = &*branches.test else { return false };
    let mut sides = std::iter::once(&*compare.left).chain(&compare.comparators);
    sides.any(|side| matches!(side, Expr::Name(name) if name.id.as_str() == "__name__"))
}

/// A call in an `async` function that starts a loop while one runs.
pub struct Nested<'a> {
    /// What starts it, as documented.
    pub symbol: &'static str,
    /// The call.
    pub call: &'a ExprCall,
    /// Something awaits or wraps the call, so that it cannot be rewritten alone.
    is_awaited: bool,
}

/// The method of `AsgiMiddleware` that runs a loop.
pub const HANDLE: &str = "azure.functions.AsgiMiddleware.handle";

impl<'a> Nested<'a> {
    /// Every one of a file, in order of the text.
    #[must_use]
    pub fn all(code: &Code<'a>) -> Vec<Self> {
        let mut search = Search { code, around: Around::Module, awaited: None, found: Vec::new() };
        search.visit_body(code.module.body());
        search.found
    }

    /// The changes that await the same on the running loop; `None` where there
    /// is no such method.
    #[must_use]
    pub fn awaited(&self, code: &Code<'_>) -> Option<Vec<Change>> {
        let Expr::Attribute(method) = &*self.call.func else { return None };
        if self.symbol != HANDLE || self.is_awaited || !is_operand(code, self.call.range()) {
            return None;
        }
        let start = TextRange::empty(self.call.start());
        Some(vec![Change::new(start, "await "), Change::new(method.attr.range(), "handle_async")])
    }
}

/// Whether `await` may stand before an expression without brackets around both.
fn is_operand(code: &Code<'_>, range: TextRange) -> bool {
    let text = &code.document.text;
    !text[range.end().to_usize()..].trim_start_matches([' ', '\t']).starts_with(['.', '[', '('])
}

struct Search<'c, 'a> {
    code: &'c Code<'a>,
    around: Around,
    /// The expression that is being awaited.
    awaited: Option<TextRange>,
    found: Vec<Nested<'a>>,
}

impl<'a> Search<'_, 'a> {
    fn symbol(&self, call: &'a ExprCall) -> Option<&'static str> {
        if let Expr::Attribute(method) = &*call.func {
            match method.attr.as_str() {
                "run_until_complete" => return Some("asyncio.loop.run_until_complete"),
                "handle" => return self.is_middleware(&method.value).then_some(HANDLE),
                _ => {}
            }
        }
        let is_run = self.code.meanings(&call.func).only() == Some("asyncio.run");
        is_run.then_some("asyncio.run")
    }

    /// `func.AsgiMiddleware(app)`, or a name that is given one.
    fn is_middleware(&self, expr: &'a Expr) -> bool {
        let made = match expr {
            Expr::Call(made) => made,
            Expr::Name(name) => match self.code.names().only_binding(name) {
                Some(BindingKind::Assignment(Expr::Call(made))) => made,
                _ => return false,
            },
            _ => return false,
        };
        let meanings = self.code.meanings(&made.func);
        meanings.only().is_some_and(|name| name == "azure.functions.AsgiMiddleware")
    }
}

impl<'a> Visitor<'a> for Search<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let around = self.around;
        self.around = self.around.within(stmt);
        visitor::walk_stmt(self, stmt);
        self.around = around;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Await(awaited) => self.awaited = Some(awaited.value.range()),
            Expr::Call(call) if self.around == Around::Coroutine => {
                if let Some(symbol) = self.symbol(call) {
                    let is_awaited = self.awaited == Some(call.range());
                    self.found.push(Nested { symbol, call, is_awaited });
                }
            }
            // It runs when somebody calls it, maybe on another thread.
            Expr::Lambda(_) => return,
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
