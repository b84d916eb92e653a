//! The walk that meets every expression once.

use std::borrow::Cow;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, ExprContext};
use ruff_text_size::Ranged;

use super::{Found, Verdict, conditions, fate, texts};
use crate::catalogue::Fact;
use crate::catalogue::changes::{Change, Changed, When, handed_on_by, with_last};
use crate::catalogue::lookup;
use crate::catalogue::reexports::standard;
use crate::discover::Kind;
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::has_word;
use crate::python::uses::member_confidence;

/// Collects what a module has of the wanted changes.
pub(super) fn walk<'a>(code: &Code<'a>, wanted: &dyn Fn(&'static Change) -> bool) -> Vec<Found<'a>> {
    let mut walk = Walk { code, wanted, found: Vec::new() };
    walk.visit_body(code.module.body());
    walk.found
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    wanted: &'c dyn Fn(&'static Change) -> bool,
    found: Vec<Found<'a>>,
}

impl<'a> Walk<'_, 'a> {
    /// The changes of what may be so called.
    fn candidates(&self, name: &str, uncalled: bool) -> Vec<Changed> {
        let text = &self.code.document.text;
        let fits = |changed: &&Changed| {
            let when = &changed.change.when;
            when.uncalled == uncalled
                && (self.wanted)(changed.change)
                && !when.unless.iter().any(|word| has_word(text, word))
        };
        with_last(name).iter().filter(fits).copied().collect()
    }

    fn call(&mut self, call: &'a ExprCall) {
        // The callee may be a name that was imported under another one.
        let name: Cow<'a, str> = match &*call.func {
            Expr::Attribute(attribute) => Cow::Borrowed(attribute.attr.as_str()),
            Expr::Name(_) => match self.code.names().resolve(&call.func).dotted.first() {
                Some(dotted) => Cow::Owned(dotted.rsplit('.').next().unwrap_or_default().to_owned()),
                None => return,
            },
            _ => return,
        };
        for changed in self.candidates(&name, false) {
            let when = &changed.change.when;
            let Some(shape) = conditions::shape(self.code, call, when) else { continue };
            // What the text tells of the arguments comes before what is asked of the receiver.
            if conditions::are_others(self.code, call, when) || !self.has_fate(call.range(), when) {
                continue;
            }
            let Some(known) = identify(self.code, &call.func, changed.fact) else { continue };
            let Some(value) = conditions::types(self.code, call, when) else { continue };
            let verdict = known.and(shape).and(value);
            let argument = conditions::subject(call, when);
            let range = argument.map_or(call.func.range(), |argument| argument.range());
            let base = Found { changed, range, call: Some(call), argument, receiver: None, verdict };
            self.emit(base, call.range());
        }
        self.handed_on(call, &name);
    }

    /// An argument that a function of a package hands on.
    fn handed_on(&mut self, call: &'a ExprCall, function: &str) {
        for (handed, changed) in handed_on_by(function) {
            let Some(argument) = changed.change.when.arguments.first() else { continue };
            let Some(value) = conditions::value(call, handed.name, handed.at) else { continue };
            let dotted = format!("{}.{}", handed.module, handed.function);
            let meanings = self.code.meanings(&call.func);
            if !(self.wanted)(changed.change) || !meanings.may_be(&dotted) {
                continue;
            }
            let Some(shape) = texts::judge(self.code, call, value, argument) else { continue };
            let verdict = Verdict::of(Confidence::resolved(meanings.only().is_some())).and(shape);
            let (changed, range) = (*changed, value.range());
            self.push(Found {
                changed,
                range,
                call: Some(call),
                argument: Some(value),
                receiver: None,
                verdict,
            });
        }
    }

    /// A name that need not be called.
    fn named(&mut self, expr: &'a Expr) {
        let name = match expr {
            Expr::Attribute(attribute) if attribute.ctx == ExprContext::Load => attribute.attr.as_str(),
            Expr::Name(name) if name.ctx == ExprContext::Load => name.id.as_str(),
            _ => return,
        };
        for changed in self.candidates(name, true) {
            if !self.has_fate(expr.range(), &changed.change.when) {
                continue;
            }
            let Some(verdict) = identify(self.code, expr, changed.fact) else { continue };
            let range = expr.range();
            let receiver = expr.as_attribute_expr().map(|attribute| &*attribute.value);
            let base = Found { changed, range, call: None, argument: None, receiver, verdict };
            self.emit(base, range);
        }
    }

    /// Whether something is done with the value for which the change matters.
    fn has_fate(&self, value: ruff_text_size::TextRange, when: &When) -> bool {
        when.result.as_ref().is_none_or(|fate| !fate::fates(self.code, value, fate).is_empty())
    }

    /// Adds what was found, or the places where its result meets its fate.
    fn emit(&mut self, base: Found<'a>, value: ruff_text_size::TextRange) {
        let when = &base.changed.change.when;
        // A notebook's cells run within a loop.
        let in_cell = self.code.document.kind == Kind::Notebook;
        if when.module_level && in_cell {
            return;
        }
        if when.module_level && super::around(self.code, value).iter().any(|node| conditions::is_later(*node))
        {
            return;
        }
        let Some(fate) = &when.result else { return self.push(base) };
        if reach(self.code, value, Fault::Call) == Reach::Dead {
            return;
        }
        for met in fate::fates(self.code, value, fate) {
            let verdict = base.verdict.and(Verdict::of(Confidence::resolved(met.sure)));
            self.push(Found { range: met.range, receiver: met.receiver, verdict, ..base });
        }
    }

    fn push(&mut self, found: Found<'a>) {
        let words = found.changed.change.when.unless_nearby;
        if !conditions::is_asked(self.code, found.range)
            && !conditions::is_nearby(self.code, found.range, words)
        {
            self.found.push(found);
        }
    }
}

/// How sure it is that an expression is what the fact is about; by a name alone is not enough.
fn identify<'a>(code: &Code<'a>, expr: &'a Expr, fact: Fact) -> Option<Verdict> {
    let meanings = code.meanings(expr);
    let certain = meanings.only().is_some();
    for (at, dotted) in meanings.dotted.iter().enumerate() {
        let dotted = standard(dotted);
        let own = !dotted.starts_with("builtins.") && code.project.has_module(&code.document.path, &dotted);
        if lookup::is_home(fact, &dotted) && !own {
            // What was bound last takes the place of something better that may be missing.
            let partial = at == 0 && meanings.dotted.len() > 1;
            return Some(Verdict { confidence: Confidence::resolved(certain), partial });
        }
    }
    let Expr::Attribute(attribute) = expr else { return None };
    fact.name.class()?;
    let known = member_confidence(code, attribute, fact, &meanings)?;
    // Other modules have members so called as well, in files that do not speak of this one.
    let near = || fact.module.name.rsplit('.').next().is_some_and(|last| code.document.text.contains(last));
    (known == Confidence::Certain || known == Confidence::Likely && near()).then_some(Verdict::of(known))
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Attribute(_) | Expr::Name(_) => self.named(expr),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
