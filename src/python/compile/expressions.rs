//! Expressions and what they are assigned to.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Comprehension, Expr, ExprContext, Number};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::scope::{Kind, Scope};

/// How many digits an integer may have, and targets before a starred one.
const DIGITS: usize = 4_300;
const BEFORE_STAR: usize = 255;

impl<'a> Visitor<'a> for Compiler<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        self.expr(expr);
    }
}

impl<'a> Compiler<'a> {
    pub(super) fn expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => {}
            Expr::NumberLiteral(number) => self.number(number),
            Expr::Call(call) => {
                self.expr(&call.func);
                self.arguments(&call.arguments);
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.element(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.element(element)),
            Expr::Set(set) => set.elts.iter().for_each(|element| self.element(element)),
            Expr::Subscript(subscript) => {
                self.expr(&subscript.value);
                self.element(&subscript.slice);
            }
            Expr::Starred(starred) => {
                self.refuse(starred.range, "a starred expression where only one value can stand");
                self.expr(&starred.value);
            }
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|parameters| self.parameters(parameters, false));
                self.within(Scope::new(Kind::Lambda, &[]), |compiler| compiler.expr(&lambda.body));
            }
            Expr::ListComp(list) => {
                self.comprehension(Kind::Comprehension, &list.generators, [&*list.elt], expr)
            }
            Expr::SetComp(set) => self.comprehension(Kind::Comprehension, &set.generators, [&*set.elt], expr),
            Expr::DictComp(dict) => {
                let parts = [dict.key.as_deref(), Some(&*dict.value)].into_iter().flatten();
                self.comprehension(Kind::Comprehension, &dict.generators, parts, expr);
            }
            Expr::Generator(generator) => {
                self.comprehension(Kind::Generator, &generator.generators, [&*generator.elt], expr);
            }
            Expr::Yield(yielded) => {
                self.yields(yielded.range, false);
                yielded.value.iter().for_each(|value| self.expr(value));
            }
            Expr::YieldFrom(yielded) => {
                self.yields(yielded.range, true);
                self.expr(&yielded.value);
            }
            Expr::Await(awaited) => {
                self.awaits(awaited.range);
                self.expr(&awaited.value);
            }
            Expr::Named(named) => self.named(named),
            other => visitor::walk_expr(self, other),
        }
    }

    /// An element of a display, where a star may stand.
    pub(super) fn element(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Starred(starred) => self.expr(&starred.value),
            other => self.expr(other),
        }
    }

    /// What is assigned to or deleted.
    pub(super) fn target(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.id.as_str() == "__debug__" && name.ctx != ExprContext::Load => {
                self.refuse(name.range, "`__debug__` cannot be assigned to or deleted");
            }
            Expr::Attribute(attribute) => {
                self.bound(&attribute.attr);
                self.expr(&attribute.value);
            }
            Expr::Tuple(tuple) => self.targets(&tuple.elts),
            Expr::List(list) => self.targets(&list.elts),
            Expr::Starred(starred) => {
                self.refuse(starred.range, "a starred target that is in no list or tuple");
                self.target(&starred.value);
            }
            other => self.expr(other),
        }
    }

    fn targets(&mut self, targets: &'a [Expr]) {
        let mut starred = targets.iter().enumerate().filter(|(_, target)| target.is_starred_expr());
        if let Some((at, first)) = starred.next() {
            let second = starred.next().map(|(_, second)| second.range());
            if at > BEFORE_STAR {
                self.refuse(first.range(), "too many targets before a starred one");
            }
            if let Some(second) = second {
                self.refuse(second, "two starred targets in one assignment");
            }
        }
        for target in targets {
            match target {
                Expr::Starred(starred) => self.target(&starred.value),
                other => self.target(other),
            }
        }
    }

    fn number(&mut self, number: &ast::ExprNumberLiteral) {
        if number.range.len().to_usize() <= DIGITS || !matches!(number.value, Number::Int(_)) {
            return;
        }
        let text = &self.text[number.range];
        if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
            && text.bytes().filter(u8::is_ascii_digit).count() > DIGITS
        {
            self.refuse(number.range, "an integer of more than 4300 digits, unless written in hexadecimal");
        }
    }

    fn yields(&mut self, range: TextRange, from: bool) {
        if let Some(place) = self.forbids {
            return self.refuse(range, format!("`yield` in {place}"));
        }
        let scope = self.scope();
        scope.yields = true;
        let fault = match scope.kind {
            Kind::Module | Kind::Class => "`yield` outside a function",
            Kind::Comprehension | Kind::Generator => "`yield` in a comprehension",
            Kind::AsyncFunction if from => "`yield from` in an asynchronous function",
            _ => return,
        };
        self.refuse(range, fault);
    }

    fn awaits(&mut self, range: TextRange) {
        if let Some(place) = self.forbids {
            return self.refuse(range, format!("`await` in {place}"));
        }
        let scope = self.scope();
        if scope.kind.is_comprehension() {
            scope.awaits = true;
        } else {
            self.needs_coroutine(range, "`await`");
        }
    }

    /// What may stand in asynchronous functions only.
    pub(super) fn needs_coroutine(&mut self, range: TextRange, what: &str) {
        let kind = self.scope().kind;
        let allowed = kind == Kind::AsyncFunction || kind == Kind::Module && self.interactive;
        if !allowed {
            self.refuse(range, format!("{what} outside an asynchronous function"));
        }
    }

    fn named(&mut self, named: &'a ast::ExprNamed) {
        if let Some(place) = self.forbids {
            self.refuse(named.range, format!("`:=` in {place}"));
        } else if self.iterable {
            self.refuse(named.range, "`:=` in what a comprehension iterates over");
        } else if let Some(fault) = self.rebinding(&named.target) {
            self.refuse(named.range, fault);
        }
        self.target(&named.target);
        self.expr(&named.value);
    }

    /// Why a comprehension around does not let `:=` bind the name.
    fn rebinding(&self, target: &Expr) -> Option<&'static str> {
        let Expr::Name(name) = target else { return None };
        if !self.scopes.last()?.kind.is_comprehension() {
            return None;
        }
        for scope in self.scopes.iter().rev() {
            match scope.kind {
                Kind::Comprehension | Kind::Generator => {
                    if scope.clauses.iter().any(|clause| binds(&clause.target, &name.id)) {
                        return Some("`:=` for the variable of a comprehension");
                    }
                }
                Kind::Class => return Some("`:=` in a comprehension of a class body"),
                _ => return None,
            }
        }
        None
    }

    fn comprehension(
        &mut self,
        kind: Kind,
        clauses: &'a [Comprehension],
        parts: impl IntoIterator<Item = &'a Expr>,
        whole: &'a Expr,
    ) {
        let Some((first, rest)) = clauses.split_first() else { return };
        let is_iterable = std::mem::replace(&mut self.iterable, true);
        self.expr(&first.iter);
        self.iterable = is_iterable;
        let mut scope = Scope::new(kind, &[]);
        scope.clauses = clauses;
        scope.awaits = clauses.iter().any(|clause| clause.is_async);
        let left = self.within(scope, |compiler| {
            compiler.iterable = is_iterable;
            compiler.clause(first);
            for clause in rest {
                let is_iterable = std::mem::replace(&mut compiler.iterable, true);
                compiler.expr(&clause.iter);
                compiler.iterable = is_iterable;
                compiler.clause(clause);
            }
            parts.into_iter().for_each(|part| compiler.expr(part));
        });
        if left.awaits && kind == Kind::Comprehension {
            self.runs_asynchronously(whole.range());
        }
    }

    fn clause(&mut self, clause: &'a Comprehension) {
        self.target(&clause.target);
        clause.ifs.iter().for_each(|test| self.expr(test));
    }

    /// A comprehension that awaits something makes those around it do so.
    fn runs_asynchronously(&mut self, range: TextRange) {
        let scope = self.scope();
        if scope.kind.is_comprehension() {
            scope.awaits = true;
        } else {
            self.needs_coroutine(range, "an asynchronous comprehension");
        }
    }
}

/// Whether a target binds the name.
fn binds(target: &Expr, name: &str) -> bool {
    match target {
        Expr::Name(bound) => bound.id.as_str() == name,
        Expr::Tuple(tuple) => tuple.elts.iter().any(|target| binds(target, name)),
        Expr::List(list) => list.elts.iter().any(|target| binds(target, name)),
        Expr::Starred(starred) => binds(&starred.value, name),
        _ => false,
    }
}
