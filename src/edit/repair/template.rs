//! Calls and attributes written anew after a template of the catalogue.

mod filling;
mod shape;
mod spelled;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, Expr, ExprAttribute, ExprCall, ExprName};
use ruff_text_size::{Ranged, TextRange};

use super::{Repair, Site, is_roomy, rename};
use crate::catalogue::Kind;
use crate::edit::Change;
use crate::edit::spell::{self, At, Import};
use crate::python::names::BindingKind;
use filling::Filling;
use shape::{Placeholder, Shape};
use spelled::spelled;

/// `module.function(…)`, `module.CONSTANT`.
pub(super) fn attribute<'a>(
    site: &Site<'_, 'a>,
    attribute: &'a ExprAttribute,
    call: Option<&'a ExprCall>,
    at: At,
) -> Option<Repair> {
    let kind = site.name().kind;
    // `{self}` of a class method is the class.
    let receiver = site.name().class().map(|_| attribute);
    let module = module_of(site, attribute);
    let whole = match call.filter(|_| !matches!(kind, Some(Kind::Constant))) {
        Some(call) => Old { whole: call.range(), receiver, call: Some(call), module, deferred: false },
        None if kind == Some(Kind::Constant) => {
            Old { whole: attribute.range(), receiver: None, call: None, module, deferred: false }
        }
        None => return handed_on(site, attribute, at),
    };
    complete(site, whole.write(site, at)?, at)
}

/// How the module of a name, or of its class, is written.
fn module_of<'a>(site: &Site<'_, 'a>, attribute: &'a ExprAttribute) -> Option<&'a Expr> {
    match site.name().class() {
        None => Some(&attribute.value),
        Some(_) => attribute.value.as_attribute_expr().map(|class| &*class.value),
    }
}

/// A function without arguments that is called elsewhere: `default=Class.method`.
fn handed_on<'a>(site: &Site<'_, 'a>, attribute: &'a ExprAttribute, at: At) -> Option<Repair> {
    let whole = attribute.range();
    let takes_room = matches!(
        site.around(whole).parent()?,
        AnyNodeRef::Arguments(_)
            | AnyNodeRef::Keyword(_)
            | AnyNodeRef::ParameterWithDefault(_)
            | AnyNodeRef::ExprDict(_)
            | AnyNodeRef::StmtReturn(_)
    );
    // Django writes default values into migrations by their names.
    let by_name = site.code.names().bindings().any(|(_, binding)| match binding.kind {
        BindingKind::Import(_, alias) => alias.name.split('.').next() == Some("django"),
        BindingKind::From(import, _) => {
            import.module.as_ref().is_some_and(|module| module.split('.').next() == Some("django"))
        }
        _ => false,
    });
    if !takes_room || by_name || !is_repeatable(&attribute.value) {
        return None;
    }
    let receiver = site.name().class().map(|_| attribute);
    let module = module_of(site, attribute);
    let old = Old { whole, receiver, call: None, module, deferred: true };
    complete(site, old.write(site, at)?, at)
}

/// A name that a star import brought.
pub(super) fn star<'a>(
    site: &Site<'_, 'a>,
    name: &'a ExprName,
    call: Option<&'a ExprCall>,
    at: At,
) -> Option<Repair> {
    let old = match call {
        Some(call) => {
            Old { whole: call.range(), receiver: None, call: Some(call), module: None, deferred: false }
        }
        None if site.name().kind == Some(Kind::Constant) => {
            Old { whole: name.range(), receiver: None, call: None, module: None, deferred: false }
        }
        None => return None,
    };
    complete(site, old.write(site, at)?, at)
}

/// `receiver.method(…)`, `receiver.attribute`.
pub(super) fn member<'a>(
    site: &Site<'_, 'a>,
    attribute: &'a ExprAttribute,
    call: Option<&'a ExprCall>,
    at: At,
) -> Option<Repair> {
    let receiver = Some(attribute);
    let old = match (site.name().kind, call) {
        (Some(Kind::Attribute), _) => {
            Old { whole: attribute.range(), receiver, call: None, module: None, deferred: false }
        }
        (_, Some(call)) => {
            Old { whole: call.range(), receiver, call: Some(call), module: None, deferred: false }
        }
        (_, None) => return None,
    };
    complete(site, old.write(site, at)?, at)
}

/// Adds the imports that are missing.
fn complete(site: &Site<'_, '_>, new: New, at: At) -> Option<Repair> {
    let mut changes = vec![new.change];
    spell::add_missing(site.code, new.missing, at, &mut changes)?;
    let repair = Repair::new(message(site), changes).doubt(new.reason);
    Some(Repair { shown_because: new.shown_because, ..repair })
}

pub(super) fn message(site: &Site<'_, '_>) -> String {
    let shown = site.name().rewritten().unwrap_or_default();
    if site.is_member() {
        format!("Replace `{}` with `{shown}`", site.name().last())
    } else {
        rename::message(site, &shown)
    }
}

/// What stands there now.
pub(in crate::edit) struct Old<'a> {
    /// All that is replaced.
    pub whole: TextRange,
    /// The attribute whose value `{self}` is.
    pub receiver: Option<&'a ExprAttribute>,
    /// The call whose arguments the template takes.
    pub call: Option<&'a ExprCall>,
    /// How the module of the name is written there.
    pub module: Option<&'a Expr>,
    /// Whether what takes its place shall only happen when it is called.
    pub deferred: bool,
}

/// What takes its place.
pub(in crate::edit) struct New {
    pub change: Change,
    pub missing: Vec<Import>,
    reason: Option<String>,
    shown_because: Option<String>,
}

impl New {
    pub(in crate::edit) fn doubts(&self) -> (Option<String>, Option<String>) {
        (self.reason.clone(), self.shown_because.clone())
    }
}

impl<'a> Old<'a> {
    /// Fills in the template; the missing imports are left to the caller.
    pub(in crate::edit) fn write(&self, site: &Site<'_, 'a>, at: At) -> Option<New> {
        let (template, missing) = spelled(site, self.module, at)?;
        let shape = Shape::of(&template)?;
        if !shape.is_free(site, at.place)
            || self.call.is_some_and(|call| !shape.accepts(site, call))
            || self.deferred && shape.is_assignment
        {
            return None;
        }
        let shape = self.kept_lines(site, &template).unwrap_or(shape);
        let around = site.around(self.whole);
        let parent = around.ancestors().find(|node| node.range() != self.whole || node.is_statement());
        let is_statement = matches!(parent, Some(AnyNodeRef::StmtExpr(stmt)) if stmt.range() == self.whole);
        if shape.is_assignment && !is_statement {
            return None;
        }
        let mut filling = Filling { site, old: self, kept: Vec::new() };
        let mut text = filling.fill(&shape)?;
        filling.hand_on(&shape, &mut text);
        if self.deferred {
            text = format!("lambda: {text}");
        } else if !(is_statement || shape.is_closed || parent.is_some_and(is_roomy)) {
            text = format!("({text})");
        }
        let kept = filling.kept;
        if !comments(site, self.whole).all(|comment| kept.iter().any(|kept| kept.contains_range(comment))) {
            return None;
        }
        let (reason, shown_because) = self.doubts(site, &shape);
        Some(New { change: Change::new(self.whole, text), missing, reason, shown_because })
    }

    /// The template with all arguments in one hole, where they stand on several lines and it takes
    /// them in their order.
    fn kept_lines(&self, site: &Site<'_, 'a>, template: &str) -> Option<Shape> {
        let arguments = &self.call?.arguments;
        let text = &site.text()[arguments.range()];
        let ends = text.trim_end_matches(')').trim_end();
        let count = arguments.args.len();
        if count < 2 || !text.contains('\n') || ends.ends_with(',') {
            return None;
        }
        let holes: Vec<String> = (0..count).map(|at| format!("{{{at}}}")).collect();
        let holes = holes.join(", ");
        (template.matches(&holes).count() == 1).then(|| Shape::of(&template.replace(&holes, "{*}")))?
    }

    fn argument(&self, placeholder: Placeholder) -> Option<&Expr> {
        match placeholder {
            Placeholder::Receiver => Some(&self.receiver?.value),
            Placeholder::Argument(at) => self.call?.arguments.args.get(at),
            Placeholder::All => None,
        }
    }

    /// What changes in the order or number of evaluations.
    fn doubts(&self, site: &Site<'_, 'a>, shape: &Shape) -> (Option<String>, Option<String>) {
        let used: Vec<Placeholder> = shape.placeholders().collect();
        let text = |expr: &Expr| site.text()[expr.range()].split_whitespace().collect::<Vec<_>>().join(" ");
        let twice = used.iter().enumerate().find_map(|(at, one)| {
            let again = used[..at].contains(one);
            self.argument(*one).filter(|expr| again && !is_repeatable(expr))
        });
        let shown = twice.map(|expr| format!("`{}` would be evaluated twice", text(expr)));
        let lost = self.receiver.filter(|_| !used.contains(&Placeholder::Receiver));
        let lost =
            lost.filter(|receiver| has_effects(&receiver.value) && !self.makes_receiver(site, receiver));
        if let Some(lost) = lost {
            return (Some(format!("`{}` is no longer evaluated", text(&lost.value))), shown);
        }
        let active: Vec<Placeholder> = used
            .iter()
            .copied()
            .filter(|one| *one == Placeholder::All || self.argument(*one).is_some_and(has_effects))
            .collect();
        let reordered = active.windows(2).any(|pair| pair[0] > pair[1]);
        (reordered.then(|| "the arguments are evaluated in another order".to_owned()), shown)
    }

    /// Whether the receiver is only made for this call: `Class().method()`.
    fn makes_receiver(&self, site: &Site<'_, 'a>, receiver: &'a ExprAttribute) -> bool {
        let Expr::Call(made) = &*receiver.value else { return false };
        let class = site.code.names().resolve(&made.func);
        made.arguments.is_empty() && class.only() == Some(&*site.old().0)
    }
}

/// Whether evaluating it twice is the same as once.
fn is_repeatable(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(attribute) => is_repeatable(&attribute.value),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_repeatable),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_none_or(is_repeatable) && is_repeatable(&item.value)),
        Expr::List(list) => list.elts.iter().all(is_repeatable),
        _ => expr.is_name_expr() || expr.is_literal_expr(),
    }
}

/// Whether evaluating it may do something.
pub(super) fn has_effects(expr: &Expr) -> bool {
    let mut effects = Effects { found: false };
    effects.visit_expr(expr);
    effects.found
}

struct Effects {
    found: bool,
}

impl<'a> Visitor<'a> for Effects {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Named(_) => {
                self.found = true;
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}

fn comments<'s>(site: &'s Site<'_, '_>, within: TextRange) -> impl Iterator<Item = TextRange> + 's {
    let tokens = site.code.module.tokens();
    let first = tokens.partition_point(|token| token.end() <= within.start());
    let inside = tokens[first..].iter().take_while(move |token| token.start() < within.end());
    inside.filter(|token| token.kind() == TokenKind::Comment).map(|token| token.range())
}
