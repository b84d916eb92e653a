//! `@asyncio.coroutine` to `async def`.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, Decorator, Expr, ExprAttribute, ExprYieldFrom, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Repair, Site};
use crate::edit::Change;
use crate::edit::imports::{end_of_line, is_pragma, past_line_end, start_of_line};
use crate::python::Code;

/// Why it is not safe.
const REASON: &str =
    "`await` takes nothing but awaitables, and a plain generator cannot `yield from` an `async def`";

/// The decorator written as an attribute.
pub(super) fn attribute(site: &Site<'_, '_>, attribute: &ExprAttribute) -> Option<Repair> {
    let changes = changes(site, attribute.range())?;
    Some(repair(changes))
}

pub(super) fn repair(changes: Vec<Change>) -> Repair {
    let message = "Replace the decorator with `async def`".to_owned();
    Repair::new(message, changes).doubt(Some(REASON))
}

/// What makes the function whose decorator this is an `async def`.
pub(super) fn changes(site: &Site<'_, '_>, decorator: TextRange) -> Option<Vec<Change>> {
    if site.fact.symbol() != "asyncio.coroutine" {
        return None;
    }
    let around = site.around(decorator);
    let function = around.ancestors().find_map(|node| match node {
        AnyNodeRef::StmtFunctionDef(function) => Some(function),
        _ => None,
    })?;
    // Decorators below it get a generator function now, and would not then.
    let last = function.decorator_list.last().filter(|last| last.expression.range() == decorator)?;
    if function.is_async {
        return None;
    }
    let mut body = Body { waits: Vec::new(), fits: true };
    body.visit_body(&function.body);
    if !body.fits {
        return None;
    }
    let mut changes =
        vec![without_decorator(site.text(), last)?, Change::new(definition(site.code, function)?, "async ")];
    for wait in body.waits {
        changes.extend(awaited(site.text(), wait)?);
    }
    Some(changes)
}

fn without_decorator(text: &str, decorator: &Decorator) -> Option<Change> {
    let start = start_of_line(text, decorator.start())?;
    let end = end_of_line(text, decorator.end())?;
    let comment = text[TextRange::new(decorator.end(), end)].trim();
    let range = if comment.is_empty() || is_pragma(comment) {
        TextRange::new(start, past_line_end(text, end))
    } else {
        TextRange::new(decorator.start(), end - TextSize::of(comment))
    };
    Some(Change::new(range, ""))
}

/// The place before `def`.
fn definition(code: &Code<'_>, function: &StmtFunctionDef) -> Option<TextRange> {
    let from = function.decorator_list.last()?.end();
    let tokens = code.module.tokens();
    let first = tokens.partition_point(|token| token.end() <= from);
    let def = tokens[first..].iter().find(|token| token.kind() == TokenKind::Def)?;
    Some(TextRange::empty(def.start()))
}

/// `yield from x` as `await x`, which binds tighter.
fn awaited(text: &str, wait: &ExprYieldFrom) -> Option<Vec<Change>> {
    let head = &text[TextRange::new(wait.start(), wait.value.start())];
    let behind_yield = head.strip_prefix("yield")?;
    let behind_from = behind_yield.trim_start().strip_prefix("from")?;
    let from = TextRange::at(wait.start(), TextSize::of(head) - TextSize::of(behind_from));
    let bare = behind_from.trim().is_empty();
    let closed =
        matches!(*wait.value, Expr::Call(_) | Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_));
    if !bare && !behind_from.trim_start().starts_with('(') {
        return None;
    }
    Some(if closed || !bare {
        vec![Change::new(from, "await")]
    } else {
        vec![
            Change::new(TextRange::new(from.start(), wait.value.start()), "await ("),
            Change::new(TextRange::empty(wait.value.end()), ")"),
        ]
    })
}

/// The `yield from` of a function itself, and whether all of them can be `await`.
struct Body<'a> {
    waits: Vec<&'a ExprYieldFrom>,
    fits: bool,
}

impl<'a> Visitor<'a> for Body<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                // Only its decorators and default values belong to the function around it.
                let defaults = function.parameters.iter_non_variadic_params();
                defaults.filter_map(|one| one.default.as_deref()).for_each(|value| self.visit_expr(value));
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
            }
            Stmt::ClassDef(_) => {}
            Stmt::With(with) => {
                // `with (yield from lock)` would have to be `async with`.
                self.fits &= !with.items.iter().any(|item| item.context_expr.is_yield_from_expr());
                visitor::walk_stmt(self, stmt);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) | Expr::Await(_) => self.fits = false,
            Expr::YieldFrom(wait) => {
                // What can be iterated over cannot be awaited.
                let iterable = wait.value.is_list_expr()
                    || wait.value.is_tuple_expr()
                    || wait.value.is_generator_expr()
                    || wait.value.is_list_comp_expr()
                    || wait.value.is_literal_expr();
                self.fits &= !iterable;
                self.waits.push(wait);
                visitor::walk_expr(self, expr);
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}
