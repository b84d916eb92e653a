//! The body of a generator that becomes an `async def`.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    AnyNodeRef, Expr, ExprYield, ExprYieldFrom, Parameters, Stmt, StmtFunctionDef, StmtReturn, StmtWith,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::outcome::Outcomes;
use super::{Function, Functions, Site};
use crate::edit::Change;
use crate::edit::imports::remove_statement;
use crate::edit::repair::is_roomy;
use crate::edit::spell::{self, At, Import};

/// What happens in a function itself, not in those within it.
#[derive(Default)]
pub(super) struct Body<'a> {
    pub waits: Vec<&'a ExprYieldFrom>,
    pub returns: Vec<&'a StmtReturn>,
    /// `yield` as a statement: the loop has its turn.
    pauses: Vec<&'a ExprYield>,
    /// `with (yield from lock):`
    locks: Vec<&'a StmtWith>,
    /// Whether it yields values.
    yields: bool,
    /// Whether all of it can be written with `await`.
    pub fits: bool,
}

/// What a body becomes.
pub(super) struct Awaiting {
    pub changes: Vec<Change>,
    pub missing: Vec<Import>,
}

impl<'a> Body<'a> {
    pub(super) fn of(def: &'a StmtFunctionDef) -> Self {
        let mut body = Self { fits: true, ..Self::default() };
        body.visit_body(&def.body);
        body.fits &= !body.yields;
        body
    }

    pub(super) fn is_generator(&self) -> bool {
        self.yields || !self.waits.is_empty() || !self.pauses.is_empty()
    }

    /// The same with `await`; `None` where that cannot be written.
    pub(super) fn awaiting(
        &self,
        site: &Site<'_, 'a>,
        functions: &Functions<'a>,
        own: &Function<'a>,
    ) -> Option<Awaiting> {
        let text = site.text();
        let mut new = Awaiting { changes: Vec::new(), missing: Vec::new() };
        for with in &self.locks {
            new.changes.extend(entered(text, with)?);
        }
        let is_lock = |wait: &&&ExprYieldFrom| {
            self.locks.iter().any(|with| with.items[0].context_expr.range() == wait.range())
        };
        for wait in self.waits.iter().filter(|wait| !is_lock(wait)) {
            new.changes.extend(awaited(site, wait)?);
        }
        for pause in &self.pauses {
            new.pause(site, own, pause)?;
        }
        if !self.is_generator() {
            let outcomes = Outcomes { site, functions, own };
            for stmt in &self.returns {
                outcomes.returned(stmt, &mut new)?;
            }
        }
        Some(new)
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        let values = parameters.iter_non_variadic_params().filter_map(|one| one.default.as_deref());
        values.for_each(|value| self.visit_expr(value));
    }
}

impl<'a> Visitor<'a> for Body<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            // Only decorators, default values and bases belong to the function around it.
            Stmt::FunctionDef(function) => {
                self.parameters(&function.parameters);
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
            }
            Stmt::With(with) => {
                let lock = |item: &ruff_python_ast::WithItem| {
                    let wait = item.context_expr.as_yield_from_expr();
                    wait.is_some_and(|wait| !wait.value.is_call_expr())
                };
                if with.items.iter().any(lock) {
                    self.fits &= with.items.len() == 1;
                    self.locks.push(with);
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::Expr(alone) => match &*alone.value {
                Expr::Yield(pause) if pause.value.as_deref().is_none_or(Expr::is_none_literal_expr) => {
                    self.pauses.push(pause);
                }
                _ => visitor::walk_stmt(self, stmt),
            },
            Stmt::Return(back) => {
                self.returns.push(back);
                visitor::walk_stmt(self, stmt);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Yield(_) => self.yields = true,
            Expr::Await(_) => self.fits = false,
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
            Expr::Lambda(lambda) => lambda.parameters.iter().for_each(|one| self.parameters(one)),
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl Awaiting {
    /// `await asyncio.sleep(0)`, or nothing where it is only there to make a generator.
    fn pause<'a>(&mut self, site: &Site<'_, 'a>, own: &Function<'a>, pause: &ExprYield) -> Option<()> {
        let around = site.around(pause.range());
        let statement = around.ancestors().find(|node| node.is_statement())?.range();
        if follows_exit(&own.def.body, statement) {
            self.changes.push(remove_statement(site.text(), site.code.module.body(), statement)?);
            return Some(());
        }
        let at = At { place: pause.start(), beside: None };
        let asyncio = spell::module(site.code, "asyncio", at)?;
        self.missing.extend(asyncio.missing.filter(|import| !self.missing.contains(import)));
        self.changes.push(Change::new(statement, format!("await {}.sleep(0)", asyncio.text)));
        Some(())
    }
}

/// Whether a `return` or `raise` stands right before a statement.
fn follows_exit(body: &[Stmt], statement: TextRange) -> bool {
    body.iter().find(|stmt| stmt.range().contains_range(statement)).is_some_and(|stmt| {
        if stmt.range() != statement {
            let inner = crate::edit::imports::blocks(stmt);
            return inner.into_iter().any(|block| follows_exit(block, statement));
        }
        let before = body.iter().take_while(|stmt| stmt.range() != statement).last();
        before.is_some_and(|stmt| matches!(stmt, Stmt::Return(_) | Stmt::Raise(_)))
    })
}

/// `async with lock:` for `with (yield from lock):`.
fn entered(text: &str, with: &StmtWith) -> Option<Vec<Change>> {
    let wait = with.items.first()?.context_expr.as_yield_from_expr()?;
    let lock = match &*wait.value {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return None,
    };
    let lock = lock.to_lowercase();
    // What else is waited for may give a manager of its own.
    if !["lock", "mutex", "sem", "cond"].iter().any(|word| lock.contains(word)) {
        return None;
    }
    let before = text[TextRange::new(with.start(), wait.start())].trim_end();
    let after = &text[wait.end().to_usize()..];
    let gap = after.len() - after.trim_start().len();
    let head = before.strip_prefix("with")?.trim();
    if head != "(" || !after.trim_start().starts_with(')') {
        return None;
    }
    let open = with.start() + TextSize::of(before) - TextSize::new(1);
    let close = wait.end() + TextSize::try_from(gap + 1).ok()?;
    let space = if text[..open.to_usize()].ends_with(char::is_whitespace) { "" } else { " " };
    Some(vec![
        Change::new(TextRange::empty(with.start()), "async "),
        Change::new(TextRange::new(open, wait.value.start()), space),
        Change::new(TextRange::new(wait.value.end(), close), ""),
    ])
}

/// `yield from x` as `await x`, which binds tighter.
fn awaited(site: &Site<'_, '_>, wait: &ExprYieldFrom) -> Option<Vec<Change>> {
    let text = site.text();
    let head = &text[TextRange::new(wait.start(), wait.value.start())];
    let behind_yield = head.strip_prefix("yield")?;
    let behind_from = behind_yield.trim_start().strip_prefix("from")?;
    let mut from = TextRange::at(wait.start(), TextSize::of(head) - TextSize::of(behind_from));
    let bare = behind_from.trim().is_empty();
    if !bare && !behind_from.trim_start().starts_with('(') {
        return None;
    }
    let mut end = TextRange::empty(wait.end());
    let mut word = "await";
    if let Some(outer) = spare_parentheses(site, wait) {
        from = TextRange::new(outer.start(), from.end());
        end = TextRange::new(wait.end(), outer.end());
        if text[..outer.start().to_usize()]
            .ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        {
            word = " await";
        }
    }
    let close = |changes: &mut Vec<Change>, content: &str| {
        if !end.is_empty() || !content.is_empty() {
            changes.push(Change::new(end, content));
        }
    };
    let mut changes = Vec::new();
    if !bare || is_primary(&wait.value) {
        changes.push(Change::new(from, word));
        close(&mut changes, "");
    } else {
        changes.push(Change::new(TextRange::new(from.start(), wait.value.start()), format!("{word} (")));
        close(&mut changes, ")");
    }
    Some(changes)
}

/// Whether `await` takes it without parentheses.
pub(super) fn is_primary(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(_) | Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_))
}

/// The parentheses around a `yield from` that an `await` there does not need.
fn spare_parentheses(site: &Site<'_, '_>, wait: &ExprYieldFrom) -> Option<TextRange> {
    let around = site.around(wait.range());
    let parent = around.ancestors().find(|node| node.range() != wait.range() || node.is_statement())?;
    let roomy = is_roomy(parent) || matches!(parent, AnyNodeRef::ExprSubscript(_) | AnyNodeRef::ExprDict(_));
    let is_value = |value: &Expr| value.range() == wait.range();
    // `(yield from x)[0]` needs them, `x[(yield from y)]` does not.
    let is_subscripted = matches!(parent, AnyNodeRef::ExprSubscript(one) if is_value(&one.value));
    let text = site.text();
    let before = text[..wait.start().to_usize()].trim_end_matches([' ', '\t']);
    let after = &text[wait.end().to_usize()..];
    let gap = after.len() - after.trim_start_matches([' ', '\t']).len();
    let within = before.ends_with('(') && after[gap..].starts_with(')');
    let one_line = !text[wait.range()].contains(['\n', '\r']);
    let open = TextSize::of(before).checked_sub(TextSize::new(1))?;
    let close = wait.end() + TextSize::try_from(gap + 1).ok()?;
    (roomy && !is_subscripted && within && one_line).then(|| TextRange::new(open, close))
}
