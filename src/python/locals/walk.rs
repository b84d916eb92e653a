//! The walk that notes what functions do with their variables by name.

use std::borrow::Cow;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{CmpOp, Comprehension, ExceptHandler, Expr, ExprCompare, ExprContext, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::calls::owned;
use super::flow::{Block, Place, Step};
use super::frame::{self, Of};
use super::{Act, Event, Function, How, Mapping, Names, Use, template};
use crate::python::Code;
use crate::python::names::{BindingKind, range_of};

/// Walks a module.
pub(super) fn functions<'a>(code: &Code<'a>) -> Vec<Function<'a>> {
    let mut walk = Walk { code, found: Vec::new(), current: None, steps: Vec::new(), targets: Vec::new() };
    walk.visit_body(code.module.body());
    let mut found = walk.found;
    found.retain(|function| !function.events.is_empty());
    for function in &mut found {
        function.events.sort_by_key(|event| event.range.start());
    }
    found
}

pub(super) struct Walk<'c, 'a> {
    pub(super) code: &'c Code<'a>,
    pub(super) found: Vec<Function<'a>>,
    /// The function that the walk is in; `None` in classes, modules and comprehensions.
    pub(super) current: Option<usize>,
    steps: Vec<Step>,
    /// What the comprehensions around assign to.
    targets: Vec<&'a Expr>,
}

impl<'a> Walk<'_, 'a> {
    pub(super) fn push(&mut self, range: TextRange, act: Act<'a>) {
        let Some(current) = self.current else { return };
        let place = Place { at: range.start(), steps: self.steps.clone() };
        let inlined = !self.targets.is_empty();
        self.found[current].events.push(Event { range, place, inlined, act });
    }

    pub(super) fn used(&mut self, range: TextRange, expr: &'a Expr, mapping: Mapping<'a>, how: How<'a>) {
        self.push(range, Act::Use(Use { mapping, expr, how }));
    }

    /// Runs `visit` in another namespace.
    fn apart(&mut self, current: Option<usize>, visit: impl FnOnce(&mut Self)) {
        let outer = (
            std::mem::replace(&mut self.current, current),
            std::mem::take(&mut self.steps),
            std::mem::take(&mut self.targets),
        );
        visit(self);
        (self.current, self.steps, self.targets) = outer;
    }

    fn function(&mut self, body: &'a [Stmt], range: TextRange, visit: impl FnOnce(&mut Self)) {
        self.found.push(Function { body, range, events: Vec::new() });
        self.apart(Some(self.found.len() - 1), visit);
    }

    fn block(&mut self, statement: &Stmt, arm: usize, kind: Block, body: &'a [Stmt]) {
        self.steps.push(Step::new(statement, arm, kind, body));
        self.visit_body(body);
        self.steps.pop();
    }

    /// The mapping that an expression stands for.
    pub(super) fn mapping(&self, expr: &'a Expr) -> Option<Mapping<'a>> {
        let current = self.current?;
        match expr {
            Expr::Call(call) if call.arguments.is_empty() => {
                let function = self.builtin(&call.func, &["locals", "vars", "dir"])?;
                Some(Mapping::Fresh(function))
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == "f_locals" => {
                let of = frame::of(self.code, &attribute.value, self.found[current].range);
                (of == Some(Of::Own)).then_some(Mapping::Fresh("f_locals"))
            }
            Expr::Name(name) if name.ctx != ExprContext::Del => {
                let Some(BindingKind::Assignment(value)) = self.code.names().only_binding(name) else {
                    return None;
                };
                let here = self.found[current].range.contains_range(value.range()) && !value.is_name_expr();
                match here.then(|| self.mapping(value))?? {
                    Mapping::Fresh("dir") | Mapping::Held(_) => None,
                    Mapping::Fresh(_) => Some(Mapping::Held(name.id.as_str())),
                }
            }
            _ => None,
        }
    }

    /// Which of some builtins a function is.
    pub(super) fn builtin(&self, function: &'a Expr, among: &[&'static str]) -> Option<&'static str> {
        let spelt = match function {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return None,
        };
        let spelt = spelt.trim_end_matches('_');
        let plain = matches!(function, Expr::Name(_));
        if !among.contains(&spelt) && !plain {
            return None;
        }
        let meanings = self.code.names().resolve(function);
        let first = meanings.dotted.first().filter(|_| !meanings.other)?;
        let name = first.strip_prefix("builtins.").or(match first.as_ref() {
            "six.exec_" | "future.utils.exec_" => Some("exec"),
            _ => None,
        })?;
        among.iter().copied().find(|one| *one == name)
    }

    fn compare(&mut self, compare: &'a ExprCompare) {
        let mut left = &*compare.left;
        for (op, right) in compare.ops.iter().zip(&compare.comparators) {
            let sides = [left, right].map(|side| (side, self.mapping(side)));
            match op {
                CmpOp::In | CmpOp::NotIn if let (right, Some(mapping)) = sides[1] => {
                    let keys = self.keys(left);
                    self.used(compare.range(), right, mapping, How::Ask(keys));
                    self.visit_expr(left);
                }
                CmpOp::Is | CmpOp::IsNot
                    if let [(_, Some(left)), (right, Some(mapping))] = sides
                        && left != Mapping::Fresh("f_locals")
                        && mapping != Mapping::Fresh("f_locals") =>
                {
                    self.used(compare.range(), right, mapping, How::Identity);
                }
                _ => {
                    for (side, mapping) in sides {
                        match mapping {
                            Some(mapping) => self.used(side.range(), side, mapping, How::Compare),
                            None => self.visit_expr(side),
                        }
                    }
                }
            }
            left = right;
        }
    }

    /// A key that is written in the file, or what is known of it.
    pub(super) fn keys(&self, key: &'a Expr) -> Names<'a> {
        match key {
            // Those of a comprehension are there on every Python.
            Expr::StringLiteral(literal) if self.is_target(literal.value.to_str()) => Some(Vec::new()),
            Expr::StringLiteral(literal) => Some(vec![Cow::Borrowed(literal.value.to_str())]),
            Expr::Name(name) => match self.code.names().only_binding(name)? {
                BindingKind::Assignment(Expr::StringLiteral(literal)) => {
                    Some(vec![Cow::Borrowed(literal.value.to_str())])
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// List, set and dictionary comprehensions are part of the function since
    /// Python 3.12; a generator has variables of its own.
    fn comprehension(&mut self, generators: &'a [Comprehension], parts: &[&'a Expr], inlined: bool) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        let inside = |this: &mut Self| {
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    this.visit_expr(&generator.iter);
                }
                generator.ifs.iter().for_each(|test| this.visit_expr(test));
            }
            parts.iter().for_each(|part| this.visit_expr(part));
        };
        if inlined {
            let before = self.targets.len();
            self.targets.extend(generators.iter().map(|generator| &generator.target));
            inside(self);
            self.targets.truncate(before);
        } else {
            self.apart(None, inside);
        }
    }

    /// Whether a comprehension around has a variable so called.
    pub(super) fn is_target(&self, name: &str) -> bool {
        self.targets.iter().any(|target| match target {
            Expr::Tuple(tuple) => tuple.elts.iter().any(|one| is_named(one, name)),
            one => is_named(one, name),
        })
    }

    /// Statements in which the mapping stands alone.
    fn plain(&mut self, stmt: &'a Stmt) -> bool {
        let (value, how) = match stmt {
            Stmt::Assign(assign) => match (&assign.targets[..], &*assign.value) {
                ([Expr::Name(name)], value) => (value, How::Keep(name.id.as_str())),
                _ => return false,
            },
            Stmt::AnnAssign(assign) => match (&*assign.target, &assign.value) {
                (Expr::Name(name), Some(value)) => (&**value, How::Keep(name.id.as_str())),
                _ => return false,
            },
            Stmt::Return(returned) => match &returned.value {
                Some(value) => (&**value, How::Return),
                None => return false,
            },
            Stmt::Expr(stmt) => (&*stmt.value, How::Discard),
            Stmt::AugAssign(statement) => return self.aug_assign(statement),
            _ => return false,
        };
        let Some(mapping) = self.mapping(value) else { return false };
        let how = match (how, mapping) {
            // Another name for the same mapping: followed no further.
            (How::Keep(_), Mapping::Held(_)) => How::Whole,
            (How::Keep(_), Mapping::Fresh("dir")) => How::Whole,
            (how, _) => how,
        };
        self.used(value.range(), value, mapping, how);
        true
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&function.parameters);
                let range = range_of(&function.body);
                self.function(&function.body, range, |this| this.visit_body(&function.body));
            }
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                if let Some(arguments) = &class.arguments {
                    self.visit_arguments(arguments);
                }
                self.apart(None, |this| this.visit_body(&class.body));
            }
            Stmt::If(branches) => {
                self.visit_expr(&branches.test);
                self.block(stmt, 0, Block::Choice, &branches.body);
                for (at, clause) in branches.elif_else_clauses.iter().enumerate() {
                    clause.test.iter().for_each(|test| self.visit_expr(test));
                    self.block(stmt, at + 1, Block::Choice, &clause.body);
                }
            }
            Stmt::For(repeated) => {
                self.visit_expr(&repeated.iter);
                self.block(stmt, 0, Block::Loop, &repeated.body);
                self.block(stmt, 1, Block::Sometimes, &repeated.orelse);
            }
            Stmt::While(repeated) => {
                self.visit_expr(&repeated.test);
                self.block(stmt, 0, Block::Loop, &repeated.body);
                self.block(stmt, 1, Block::Sometimes, &repeated.orelse);
            }
            Stmt::With(with) => {
                with.items.iter().for_each(|item| self.visit_with_item(item));
                self.block(stmt, 0, Block::Always, &with.body);
            }
            Stmt::Try(tried) => {
                let handlers = tried.handlers.iter().flat_map(caught).collect();
                self.block(stmt, 0, Block::Try(handlers), &tried.body);
                for (at, ExceptHandler::ExceptHandler(handler)) in tried.handlers.iter().enumerate() {
                    self.block(stmt, at + 1, Block::Sometimes, &handler.body);
                }
                let rest = tried.handlers.len() + 1;
                self.block(stmt, rest, Block::Sometimes, &tried.orelse);
                self.block(stmt, rest + 1, Block::Sometimes, &tried.finalbody);
            }
            Stmt::Match(matched) => {
                self.visit_expr(&matched.subject);
                for (at, case) in matched.cases.iter().enumerate() {
                    case.guard.iter().for_each(|guard| self.visit_expr(guard));
                    self.block(stmt, at, Block::Choice, &case.body);
                }
            }
            _ if self.plain(stmt) => {}
            // Python 2's `exec code in globals(), locals()`, which runs and is compared in vain.
            Stmt::Expr(stmt) if let Some(call) = in_namespace(&stmt.value) => self.visit_expr(call),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.visit_parameters(parameters);
                }
                self.function(&[], lambda.body.range(), |this| this.visit_expr(&lambda.body));
            }
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], true),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], true),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt], false),
            Expr::DictComp(comp) => {
                let parts: Vec<&Expr> = comp.key.iter().map(|key| &**key).chain([&*comp.value]).collect();
                self.comprehension(&comp.generators, &parts, true);
            }
            // Below here, only what happens in a function counts.
            _ if self.current.is_none() => visitor::walk_expr(self, expr),
            Expr::Subscript(item) if let Some(mapping) = self.mapping(&item.value) => {
                let keys = self.keys(&item.slice);
                let how = match item.ctx {
                    ExprContext::Store => How::Write(keys),
                    ExprContext::Del => How::Take(keys),
                    _ => How::Item(keys),
                };
                self.used(item.range(), &item.value, mapping, how);
                self.visit_expr(&item.slice);
            }
            Expr::Call(call) => {
                if let Some(function) = self.builtin(&call.func, &["exec", "eval"]) {
                    self.run(expr, call, function);
                } else if self.mapping(expr).is_some() {
                    self.whole(expr);
                } else if !(self.method(call) || self.filled(call) || self.shown(call)) {
                    visitor::walk_expr(self, expr);
                }
            }
            Expr::Compare(compare) => self.compare(compare),
            Expr::BinOp(filled)
                if filled.op == Operator::Mod
                    && let Some(mapping) = self.mapping(&filled.right) =>
            {
                let text = template::text(self.code, &filled.left);
                let names = |text: String| How::Format(Some(owned(template::percent_names(&text))));
                self.used(filled.range(), &filled.right, mapping, text.map_or(How::Whole, names));
                self.visit_expr(&filled.left);
            }
            Expr::Name(_) | Expr::Attribute(_) if self.mapping(expr).is_some() => self.whole(expr),
            _ => visitor::walk_expr(self, expr),
        }
    }
}

impl<'a> Walk<'_, 'a> {
    fn whole(&mut self, expr: &'a Expr) {
        if let Some(mapping) = self.mapping(expr) {
            self.used(expr.range(), expr, mapping, How::Whole);
        }
    }
}

/// The call in `exec(code) in globals(), locals()`.
fn in_namespace(expr: &Expr) -> Option<&Expr> {
    let compare = match expr {
        Expr::Tuple(tuple) => tuple.elts.first()?.as_compare_expr()?,
        other => other.as_compare_expr()?,
    };
    (compare.ops[..] == [CmpOp::In] && compare.left.is_call_expr()).then_some(&compare.left)
}

fn is_named(expr: &Expr, name: &str) -> bool {
    expr.as_name_expr().is_some_and(|one| one.id.as_str() == name)
}

/// The exceptions that a handler names, by the last part of the name.
fn caught(handler: &ExceptHandler) -> Vec<Option<String>> {
    let ExceptHandler::ExceptHandler(handler) = handler;
    let name = |expr: &Expr| match expr {
        Expr::Name(name) => Some(Some(name.id.to_string())),
        Expr::Attribute(attribute) => Some(Some(attribute.attr.to_string())),
        _ => None,
    };
    match handler.type_.as_deref() {
        None => vec![None],
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().filter_map(name).collect(),
        Some(one) => name(one).into_iter().collect(),
    }
}
