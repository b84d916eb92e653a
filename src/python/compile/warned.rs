//! What CPython compiles, but warns of (`SyntaxWarning`).

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, CmpOp, Expr, ExprContext, Number, Operator, Stmt, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

/// One thing that the compiler warns of.
#[derive(Debug, Clone, Copy)]
pub struct Warned<'a> {
    /// Where it says that.
    pub range: TextRange,
    /// What it says.
    pub what: What<'a>,
}

/// What the compiler warns of.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// `is` or `is not` with a literal of this type.
    IsLiteral(&'a ast::ExprCompare, &'static str),
    /// A call of a literal of this type, or of what a display makes.
    Call(&'a ast::ExprCall, &'static str),
    /// A subscript of what has none.
    NoSubscripts(&'a ast::ExprSubscript, &'static str),
    /// A subscript of the second type where the first takes only integers.
    Index(&'a ast::ExprSubscript, &'static str, &'static str),
    /// `assert (x, "message")`.
    AssertTuple(&'a ast::StmtAssert, &'a ast::ExprTuple),
    /// `return`, `break` or `continue` that leaves a `finally` block; since 3.14.
    LeavesFinally(&'static str),
}

/// Everything in a module that its compiler warns of, as of Python 3.14.
#[must_use]
pub fn warned(body: &[Stmt], future_annotations: bool) -> Vec<Warned<'_>> {
    let mut walk = Walk { future_annotations, in_function: false, in_finally: false, found: Vec::new() };
    walk.visit_body(body);
    walk.found
}

struct Walk<'a> {
    future_annotations: bool,
    in_function: bool,
    /// Whether the innermost function, loop or `finally` around is a `finally`.
    in_finally: bool,
    found: Vec<Warned<'a>>,
}

impl<'a> Walk<'a> {
    fn note(&mut self, range: TextRange, what: What<'a>) {
        self.found.push(Warned { range, what });
    }

    fn leaves(&mut self, range: TextRange, keyword: &'static str) {
        if self.in_finally {
            self.note(range, What::LeavesFinally(keyword));
        }
    }

    /// A block that begins a new account of what may leave it.
    fn block(&mut self, body: &'a [Stmt], is_finally: bool) {
        let before = std::mem::replace(&mut self.in_finally, is_finally);
        self.visit_body(body);
        self.in_finally = before;
    }

    fn compare(&mut self, compare: &'a ast::ExprCompare) {
        let literal = pairs(compare).find_map(|(left, operator, right)| tests_literal(left, operator, right));
        if let Some(literal) = literal {
            self.note(compare.range, What::IsLiteral(compare, literal));
        }
    }

    fn subscript(&mut self, subscript: &'a ast::ExprSubscript) {
        if subscript.ctx != ExprContext::Load {
            return;
        }
        let Some(indexed) = type_of(&subscript.value) else { return };
        match indexed {
            "NoneType" | "ellipsis" | "int" | "float" | "complex" | "bool" | "set" | "generator"
            | "function" => {
                self.note(subscript.range, What::NoSubscripts(subscript, indexed));
            }
            "str" | "bytes" | "list" | "tuple" => {
                if let Some(index) =
                    type_of(&subscript.slice).filter(|index| !matches!(*index, "int" | "bool"))
                {
                    self.note(subscript.range, What::Index(subscript, indexed, index));
                }
            }
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                function.type_params.iter().for_each(|parameters| self.visit_type_params(parameters));
                self.visit_parameters(&function.parameters);
                function.returns.iter().for_each(|returned| self.visit_annotation(returned));
                let before = std::mem::replace(&mut self.in_function, true);
                self.block(&function.body, false);
                self.in_function = before;
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
                let before = std::mem::replace(&mut self.in_function, false);
                self.visit_body(&class.body);
                self.in_function = before;
            }
            Stmt::For(stmt) => {
                self.visit_expr(&stmt.iter);
                self.visit_expr(&stmt.target);
                self.block(&stmt.body, false);
                self.visit_body(&stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.visit_expr(&stmt.test);
                self.block(&stmt.body, false);
                self.visit_body(&stmt.orelse);
            }
            Stmt::Try(stmt) => {
                self.visit_body(&stmt.body);
                stmt.handlers.iter().for_each(|handler| self.visit_except_handler(handler));
                self.visit_body(&stmt.orelse);
                self.block(&stmt.finalbody, true);
            }
            Stmt::Return(stmt) => {
                self.leaves(stmt.range, "return");
                stmt.value.iter().for_each(|value| self.visit_expr(value));
            }
            Stmt::Break(stmt) => self.leaves(stmt.range, "break"),
            Stmt::Continue(stmt) => self.leaves(stmt.range, "continue"),
            Stmt::Assert(assert) => {
                if let Expr::Tuple(tuple) = &*assert.test
                    && !tuple.elts.is_empty()
                {
                    self.note(assert.range, What::AssertTuple(assert, tuple));
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::AnnAssign(annotated) => {
                annotated.value.iter().for_each(|value| self.visit_expr(value));
                // In functions they are not compiled.
                if !self.in_function {
                    self.visit_annotation(&annotated.annotation);
                }
                self.visit_expr(&annotated.target);
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        if !self.future_annotations {
            self.visit_expr(annotation);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Compare(compare) => self.compare(compare),
            Expr::Call(call) => {
                let called = type_of(&call.func).filter(|called| *called != "function");
                if let Some(called) = called {
                    self.note(call.range(), What::Call(call, called));
                }
            }
            Expr::Subscript(subscript) => self.subscript(subscript),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

/// The operators of a comparison that have a literal on one side and ask for
/// identity, each with the range between its operands.
#[must_use]
pub fn is_with_literal(compare: &ast::ExprCompare) -> Vec<(CmpOp, TextRange)> {
    let asking =
        pairs(compare).filter(|(left, operator, right)| tests_literal(left, *operator, right).is_some());
    asking.map(|(left, operator, right)| (operator, TextRange::new(left.end(), right.start()))).collect()
}

/// Each operator of a comparison between its operands.
fn pairs(compare: &ast::ExprCompare) -> impl Iterator<Item = (&Expr, CmpOp, &Expr)> {
    let lefts = std::iter::once(&*compare.left).chain(&compare.comparators);
    lefts
        .zip(&compare.ops)
        .zip(&compare.comparators)
        .map(|((left, operator), right)| (left, *operator, right))
}

/// The type of the literal that something is tested to be; the left one's first,
/// as Python does.
fn tests_literal(left: &Expr, operator: CmpOp, right: &Expr) -> Option<&'static str> {
    let asks = matches!(operator, CmpOp::Is | CmpOp::IsNot);
    if asks { identity(left).or_else(|| identity(right)) } else { None }
}

/// The type of a constant that `is` should not be used with.
fn identity(expr: &Expr) -> Option<&'static str> {
    constant(expr).filter(|name| !matches!(*name, "NoneType" | "bool" | "ellipsis"))
}

/// The type of what an expression makes, as far as its form tells.
fn type_of(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        Expr::FString(_) => "str",
        other => return constant(other),
    })
}

/// The type of an expression that the compiler has made a constant of before it
/// looks for such things; of operations only the plain ones are known here.
fn constant(expr: &Expr) -> Option<&'static str> {
    Some(match expr {
        Expr::StringLiteral(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::NumberLiteral(number) => match number.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::Name(name) if name.id.as_str() == "__debug__" => "bool",
        Expr::Tuple(tuple) => {
            return tuple.elts.iter().all(|element| constant(element).is_some()).then_some("tuple");
        }
        Expr::UnaryOp(operation) => match (operation.op, constant(&operation.operand)?) {
            (UnaryOp::Not, _) => "bool",
            (_, "int" | "bool") => "int",
            (UnaryOp::UAdd | UnaryOp::USub, number @ ("float" | "complex")) => number,
            _ => return None,
        },
        Expr::BinOp(operation) => {
            match (operation.op, constant(&operation.left)?, constant(&operation.right)?) {
                (Operator::Add, one @ ("str" | "bytes" | "tuple"), other) if one == other => one,
                (Operator::Add | Operator::Sub, one, other) => number(one, other)?,
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// The type of the sum of two numbers.
fn number(one: &'static str, other: &'static str) -> Option<&'static str> {
    const NUMBERS: &[&str] = &["bool", "int", "float", "complex"];
    let rank = |name: &str| NUMBERS.iter().position(|number| *number == name);
    NUMBERS.get(rank(one)?.max(rank(other)?).max(1)).copied()
}
