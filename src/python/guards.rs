//! Whether a place is reached on the target version, and whether the code
//! around it expects it to fail.
//!
//! The answer is looked for only at candidates: one way down the tree, from
//! the module to the place.

mod evaluate;
mod fallback;
mod own;
mod partial;
mod unused;

use ruff_python_ast::{self as ast, Decorator, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Code;
use evaluate::truth;

/// What would go wrong at the place; decides which handlers are for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `ImportError`.
    Import,
    /// `AttributeError`.
    Attribute,
    /// `TypeError`: an argument that is no longer accepted.
    Call,
    /// `NameError`: a built-in that only Python 2 has.
    Name,
    /// `ValueError`, `RuntimeError` and the like: an argument whose value is refused.
    Value,
}

/// Whether a fault at a place matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It runs on the target and nothing catches the fault.
    Live,
    /// It runs only if something else fails that may well succeed.
    Fallback,
    /// The fault is caught, and what follows can work.
    Guarded,
    /// It does not run on the target.
    Dead,
}

/// Exceptions, by their place in the hierarchy, that catch a fault.
fn catching(fault: Fault) -> &'static [&'static str] {
    match fault {
        Fault::Import => &["ImportError", "ModuleNotFoundError", "Exception", "BaseException"],
        Fault::Attribute => &["AttributeError", "Exception", "BaseException"],
        Fault::Call => &["TypeError", "Exception", "BaseException"],
        Fault::Name => &["NameError", "Exception", "BaseException"],
        Fault::Value => &[
            "ValueError",
            "KeyError",
            "LookupError",
            "OverflowError",
            "ArithmeticError",
            "RuntimeError",
            "Exception",
            "BaseException",
        ],
    }
}

/// Judges one place of a module.
#[must_use]
pub fn reach<'a>(code: &Code<'a>, place: TextRange, fault: Fault) -> Reach {
    Walk { code, place, fault, receiver: None }.judge()
}

/// What a condition comes to on the target; `None` if only a run decides.
#[must_use]
pub fn holds<'a>(code: &Code<'a>, test: &'a Expr) -> Option<bool> {
    truth(code, test)
}

/// Judges the use of an attribute of an object. Where code asks the object
/// what it has (`hasattr(thread, "is_alive")`), it will not take what is gone.
#[must_use]
pub fn reach_member<'a>(code: &Code<'a>, place: TextRange, fault: Fault, receiver: &'a Expr) -> Reach {
    Walk { code, place, fault, receiver: Some(&code.document.text[receiver.range()]) }.judge()
}

/// Whether the whole file is a private module that its package imports only
/// where nothing runs on the target. Reads the package: to be asked last.
#[must_use]
pub fn is_dead_module(code: &Code<'_>) -> bool {
    *code.unused.get_or_init(|| unused::is_dead_module(code))
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    place: TextRange,
    fault: Fault,
    /// The text of the object whose attribute stands at the place.
    receiver: Option<&'c str>,
}

impl<'a> Walk<'_, 'a> {
    fn judge(&self) -> Reach {
        match self.body(self.code.module.body()) {
            Reach::Live if own::is_in_dead_function(self.code, self.place) => Reach::Dead,
            reach => reach,
        }
    }

    fn holds(&self, node: impl Ranged) -> bool {
        node.range().contains_range(self.place)
    }

    fn body(&self, body: &'a [Stmt]) -> Reach {
        let at = body.partition_point(|stmt| stmt.end() < self.place.end());
        if body[..at].iter().any(|stmt| self.leaves(stmt)) {
            return Reach::Dead;
        }
        // `if hasattr(items, "tobytes"): return …` says that what follows is for others.
        let asked = body[..at]
            .iter()
            .any(|stmt| matches!(stmt, Stmt::If(first) if self.asks(&first.test) && self.ends(&first.body)));
        match body.get(at) {
            Some(stmt) if self.holds(stmt) => self.asked(asked, self.statement(stmt)),
            _ => Reach::Live,
        }
    }

    /// Whether nothing behind this statement runs on the target.
    fn leaves(&self, stmt: &'a Stmt) -> bool {
        match stmt {
            Stmt::Assert(assert) => truth(self.code, &assert.test) == Some(false),
            Stmt::If(branches) => match truth(self.code, &branches.test) {
                Some(true) => self.ends(&branches.body),
                Some(false) => {
                    let next = branches.elif_else_clauses.iter().find(|clause| {
                        clause.test.as_ref().is_none_or(|test| truth(self.code, test) != Some(false))
                    });
                    let certain = |clause: &&'a ast::ElifElseClause| {
                        clause.test.as_ref().is_none_or(|test| truth(self.code, test) == Some(true))
                    };
                    next.filter(certain).is_some_and(|clause| self.ends(&clause.body))
                }
                None => false,
            },
            other => is_exit(self.code, other),
        }
    }

    fn ends(&self, body: &'a [Stmt]) -> bool {
        body.iter().any(|stmt| is_exit(self.code, stmt) || self.leaves(stmt))
    }

    fn statement(&self, stmt: &'a Stmt) -> Reach {
        match stmt {
            Stmt::If(branches) => self.branches(branches),
            Stmt::While(stmt) => {
                if !self.holds(&*stmt.test) && truth(self.code, &stmt.test) == Some(false) {
                    return Reach::Dead;
                }
                self.blocks(&[&stmt.body, &stmt.orelse])
            }
            Stmt::For(stmt) => self.blocks(&[&stmt.body, &stmt.orelse]),
            Stmt::With(with) => {
                let inner = self.blocks(&[&with.body]);
                let caught = with.items.iter().any(|item| self.suppresses(&item.context_expr));
                if inner == Reach::Live && caught && !self.in_items(&with.items) {
                    Reach::Guarded
                } else {
                    inner
                }
            }
            Stmt::FunctionDef(function) => self.definition(&function.decorator_list, &function.body),
            Stmt::ClassDef(class) => self.definition(&class.decorator_list, &class.body),
            Stmt::Match(stmt) => {
                let case = stmt.cases.iter().find(|case| self.holds(case));
                case.map_or(Reach::Live, |case| self.body(&case.body))
            }
            Stmt::Try(stmt) => self.try_statement(stmt),
            simple => self.expressions(simple),
        }
    }

    fn in_items(&self, items: &[ast::WithItem]) -> bool {
        items.iter().any(|item| self.holds(item))
    }

    fn blocks(&self, blocks: &[&'a [Stmt]]) -> Reach {
        let holding = blocks.iter().find(|block| {
            block.first().zip(block.last()).is_some_and(|(first, last)| {
                first.start() <= self.place.start() && self.place.end() <= last.end()
            })
        });
        holding.map_or(Reach::Live, |block| self.body(block))
    }

    fn branches(&self, branches: &'a ast::StmtIf) -> Reach {
        if self.holds(&*branches.test) {
            return self.expression(&branches.test);
        }
        let mut earlier_taken = truth(self.code, &branches.test) == Some(true);
        let mut asked = self.asks(&branches.test);
        if self.is_in(&branches.body) {
            let dead = truth(self.code, &branches.test) == Some(false);
            return if dead { Reach::Dead } else { self.asked(asked, self.body(&branches.body)) };
        }
        for clause in &branches.elif_else_clauses {
            asked |= clause.test.as_ref().is_some_and(|test| self.asks(test));
            if self.holds(clause) {
                let refused = clause.test.as_ref().is_some_and(|test| truth(self.code, test) == Some(false));
                let dead = earlier_taken || refused;
                return if dead { Reach::Dead } else { self.asked(asked, self.body(&clause.body)) };
            }
            earlier_taken |= clause.test.as_ref().is_some_and(|test| truth(self.code, test) == Some(true));
        }
        Reach::Live
    }

    fn asked(&self, asked: bool, inner: Reach) -> Reach {
        if asked && inner == Reach::Live { Reach::Guarded } else { inner }
    }

    /// Whether a condition asks the object at the place what it has, and the
    /// answer is not known from here.
    fn asks(&self, test: &'a Expr) -> bool {
        let Some(receiver) = self.receiver else { return false };
        if truth(self.code, test).is_some() {
            return false;
        }
        match test {
            Expr::BoolOp(chain) => chain.values.iter().any(|value| self.asks(value)),
            Expr::UnaryOp(operation) => self.asks(&operation.operand),
            Expr::Compare(compare) => {
                self.asks(&compare.left) || compare.comparators.iter().any(|value| self.asks(value))
            }
            Expr::Named(named) => self.asks(&named.value),
            Expr::Call(call) => {
                let asking = matches!(&*call.func, Expr::Name(name)
                    if matches!(name.id.as_str(), "hasattr" | "getattr" | "safe_hasattr"));
                let about = call
                    .arguments
                    .args
                    .first()
                    .is_some_and(|object| asking && &self.code.document.text[object.range()] == receiver);
                about || call.arguments.args.iter().any(|argument| self.asks(argument))
            }
            _ => false,
        }
    }

    fn is_in(&self, body: &[Stmt]) -> bool {
        let (Some(first), Some(last)) = (body.first(), body.last()) else { return false };
        TextRange::new(first.start(), last.end()).contains_range(self.place)
    }

    /// A function or class that a test runner skips on the target.
    fn definition(&self, decorators: &'a [Decorator], body: &'a [Stmt]) -> Reach {
        if decorators.iter().any(|decorator| self.holds(decorator)) {
            return Reach::Live;
        }
        if decorators.iter().any(|decorator| self.skips(&decorator.expression)) {
            return Reach::Dead;
        }
        self.body(body)
    }

    /// `@unittest.skipIf(test, …)`, `@pytest.mark.skipif(test, …)`, `skipUnless`.
    fn skips(&self, decorator: &'a Expr) -> bool {
        let Expr::Call(call) = decorator else { return false };
        let Some(test) = call.arguments.args.first() else { return false };
        let name = match &*call.func {
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            Expr::Name(name) => name.id.as_str(),
            _ => return false,
        };
        match name {
            "skipIf" | "skipif" => truth(self.code, test) == Some(true),
            "skipUnless" => truth(self.code, test) == Some(false),
            _ => false,
        }
    }

    /// `contextlib.suppress(ImportError)`, `pytest.raises(ImportError)`.
    fn suppresses(&self, context: &'a Expr) -> bool {
        let Expr::Call(call) = context else { return false };
        let meanings = self.code.names().resolve(&call.func);
        let known = ["contextlib.suppress", "pytest.raises"].iter().any(|name| meanings.may_be(name));
        let by_method =
            matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "assertRaises");
        (known || by_method) && call.arguments.args.iter().any(|class| self.catches(class))
    }

    fn catches(&self, class: &'a Expr) -> bool {
        match class {
            Expr::Tuple(classes) => classes.elts.iter().any(|class| self.catches(class)),
            Expr::Name(_) | Expr::Attribute(_) => {
                let meanings = self.code.names().resolve(class);
                meanings.dotted.iter().any(|dotted| {
                    dotted.strip_prefix("builtins.").is_some_and(|name| catching(self.fault).contains(&name))
                })
            }
            _ => false,
        }
    }

    fn try_statement(&self, stmt: &'a ast::StmtTry) -> Reach {
        if self.is_in(&stmt.body) {
            let inner = self.body(&stmt.body);
            return if inner == Reach::Live { self.tried(stmt) } else { inner };
        }
        for handler in &stmt.handlers {
            let ExceptHandler::ExceptHandler(handler) = handler;
            if self.is_in(&handler.body) {
                let inner = self.body(&handler.body);
                return if inner == Reach::Live { self.handled(stmt, handler) } else { inner };
            }
        }
        if self.is_in(&stmt.orelse) && fallback::succeeds(self.code, &stmt.body) == Some(false) {
            return Reach::Dead;
        }
        self.blocks(&[&stmt.orelse, &stmt.finalbody])
    }

    /// In the body of a `try`: is there a handler, and does it go on?
    fn tried(&self, stmt: &'a ast::StmtTry) -> Reach {
        // The body ends before the place on the target if an earlier import in it fails.
        let before = stmt.body.iter().take_while(|stmt| stmt.end() < self.place.start());
        if before.filter_map(|stmt| fallback::imports(self.code, stmt)).any(|can| can == Some(false)) {
            return Reach::Dead;
        }
        let catching = stmt.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler);
        let mut catching =
            catching.filter(|handler| handler.type_.as_ref().is_none_or(|class| self.catches(class)));
        match catching.next() {
            Some(handler) if fallback::recovers(self.code, &handler.body) => {
                let partly = self.fault == Fault::Import
                    && partial::leaves_unbound(self.code, stmt, handler, self.place);
                if partly { Reach::Live } else { Reach::Guarded }
            }
            _ => Reach::Live,
        }
    }

    /// In a handler: does the body of the `try` fail on the target?
    fn handled(&self, stmt: &'a ast::StmtTry, handler: &'a ast::ExceptHandlerExceptHandler) -> Reach {
        let expected = handler.type_.as_ref().is_none_or(|class| {
            [Fault::Import, Fault::Attribute, Fault::Name]
                .iter()
                .any(|fault| Walk { fault: *fault, ..*self }.catches(class))
        });
        if !expected {
            // Something that happens while the program runs.
            return Reach::Live;
        }
        match fallback::succeeds(self.code, &stmt.body) {
            Some(true) => Reach::Dead,
            Some(false) => Reach::Live,
            None => Reach::Fallback,
        }
    }

    fn expressions(&self, stmt: &'a Stmt) -> Reach {
        let roots: Vec<&'a Expr> = match stmt {
            Stmt::Expr(stmt) => vec![&stmt.value],
            Stmt::Assign(stmt) => vec![&stmt.value],
            Stmt::AnnAssign(stmt) => stmt.value.as_deref().into_iter().collect(),
            Stmt::AugAssign(stmt) => vec![&stmt.value],
            Stmt::Return(stmt) => stmt.value.as_deref().into_iter().collect(),
            _ => Vec::new(),
        };
        let root = roots.into_iter().find(|root| self.holds(*root));
        root.map_or(Reach::Live, |root| self.expression(root))
    }

    /// `a if test else b`, `test and a`, `test or a`.
    fn expression(&self, expr: &'a Expr) -> Reach {
        match expr {
            Expr::If(choice) => {
                let value = truth(self.code, &choice.test);
                let (kept, part) = if self.holds(&*choice.body) {
                    (value != Some(false), &choice.body)
                } else if self.holds(&*choice.orelse) {
                    (value != Some(true), &choice.orelse)
                } else {
                    (true, &choice.test)
                };
                let asked = self.asks(&choice.test) && !self.holds(&*choice.test);
                if kept { self.asked(asked, self.expression(part)) } else { Reach::Dead }
            }
            Expr::BoolOp(chain) => {
                let stops_at = chain.op == ast::BoolOp::Or;
                let before = chain.values.iter().take_while(|value| !self.holds(*value));
                let mut asked = false;
                for value in before {
                    if truth(self.code, value) == Some(stops_at) {
                        return Reach::Dead;
                    }
                    asked |= self.asks(value);
                }
                let part = chain.values.iter().find(|value| self.holds(*value));
                self.asked(asked, part.map_or(Reach::Live, |part| self.expression(part)))
            }
            Expr::Call(call) => {
                let arguments = call.arguments.args.iter();
                let arguments = arguments.chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
                let part = arguments.chain([&*call.func]).find(|part| self.holds(*part));
                part.map_or(Reach::Live, |part| self.expression(part))
            }
            Expr::UnaryOp(operation) => self.expression(&operation.operand),
            Expr::Attribute(attribute) => self.expression(&attribute.value),
            _ => Reach::Live,
        }
    }
}

/// Whether control never goes past the statement: `raise`, `return`, `sys.exit()`, a skipped test.
fn is_exit<'a>(code: &Code<'a>, stmt: &'a Stmt) -> bool {
    match stmt {
        Stmt::Raise(_) | Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_) => true,
        Stmt::Expr(stmt) => is_exit_call(code, &stmt.value),
        _ => false,
    }
}

fn is_exit_call<'a>(code: &Code<'a>, expr: &'a Expr) -> bool {
    const EXITS: &[&str] =
        &["sys.exit", "os._exit", "os.abort", "builtins.exit", "builtins.quit", "pytest.skip"];
    let Expr::Call(call) = expr else { return false };
    let meanings = code.names().resolve(&call.func);
    let by_name = matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "skipTest");
    by_name || EXITS.iter().any(|exit| meanings.only() == Some(exit))
}
