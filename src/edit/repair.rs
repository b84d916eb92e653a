//! Repairing one use of a name that changed, as the catalogue says.
//!
//! A repair works on every Python from the oldest that the project supports;
//! where the catalogue's successor is younger, or the code around the use is
//! not understood, there is none.

mod arguments;
mod bridge;
mod coroutine;
mod defined;
mod imported;
mod rename;
pub(super) mod template;
mod unpacked;

use ruff_python_ast::find_node::CoveringNode;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, ExceptHandler, Expr, ExprAttribute, ExprContext};
use ruff_text_size::{Ranged, TextRange};

use super::definitions::is_kept;
use super::spell::{At, statement_of};
use super::{Change, Plan};
use crate::catalogue::{Fact, Kind, Name};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::BindingId;
use crate::python::uses::{Use, UseForm};
use crate::version::PythonVersion;

pub use bridge::bridge;

/// How one use is repaired.
#[derive(Debug)]
pub struct Repair {
    /// What is changed; its reason says why the repair is not safe.
    pub plan: Plan,
    /// Why the repair may only be shown.
    pub shown_because: Option<String>,
}

impl Repair {
    fn new(message: String, changes: Vec<Change>) -> Self {
        Self { plan: Plan { message, reason: None, changes }, shown_because: None }
    }

    /// Gives a reason, unless there is one.
    fn doubt(mut self, reason: Option<impl Into<String>>) -> Self {
        self.plan.reason = self.plan.reason.or(reason.map(Into::into));
        self
    }
}

/// How a use can be repaired on the oldest supported Python; `None` if only a
/// person can.
#[must_use]
pub fn repair<'a>(code: &Code<'a>, minimum: PythonVersion, one: &Use<'a>) -> Option<Repair> {
    let site = Site::new(code, minimum, one.fact, &[]);
    // An import that is tried, and matters all the same, has no fallback that works.
    let tried = !matches!(one.form, UseForm::Import(..)) && site.is_tried(one);
    if tried || site.is_asked_for() {
        return None;
    }
    if site.name().since > minimum {
        let repair = is_kept(site.name(), minimum).then(|| defined::repair(&site, one)).flatten()?;
        return Some(doubted(&site, one, repair));
    }
    let kept = match one.form {
        UseForm::Keyword(call, at) => arguments::kept(&site, call, at),
        _ => None,
    };
    if let Some(repair) = kept {
        return Some(doubted(&site, one, repair));
    }
    match succeeded(&site, one) {
        Some(repair) => Some(finished(&site, one, repair)),
        None => Some(doubted(&site, one, defined::repair(&site, one)?)),
    }
}

/// What the catalogue knows in place of a name.
fn succeeded<'a>(site: &Site<'_, 'a>, one: &Use<'a>) -> Option<Repair> {
    match one.form {
        UseForm::Attribute(attribute, _) | UseForm::Member(attribute, _)
            if attribute.ctx != ExprContext::Load =>
        {
            None
        }
        UseForm::Attribute(attribute, call) => {
            let at = site.beside(attribute);
            rename::attribute(site, attribute, call, at)
                .or_else(|| template::attribute(site, attribute, call, at))
                .or_else(|| coroutine::attribute(site, attribute, at))
        }
        UseForm::Member(attribute, call) => {
            let at = site.beside(attribute);
            rename::member(site, attribute, call).or_else(|| template::member(site, attribute, call, at))
        }
        UseForm::Import(import, alias, id) => imported::repair(site, import, alias, id),
        UseForm::Star(name, call) => {
            let at = At { place: name.start(), beside: None };
            rename::star(site, name, call, at).or_else(|| template::star(site, name, call, at))
        }
        UseForm::Keyword(call, at) => arguments::keyword(site, call, at),
        UseForm::Positional(call, at) => arguments::positional(site, call, at),
        UseForm::Syntax(_) | UseForm::Text => None,
    }
}

/// With what the catalogue says against it, and what is not sure about the use.
fn finished(site: &Site<'_, '_>, one: &Use<'_>, mut repair: Repair) -> Repair {
    repair.plan.reason = site.name().unsafe_because.map(str::to_owned).or(repair.plan.reason);
    doubted(site, one, repair)
}

fn doubted(site: &Site<'_, '_>, one: &Use<'_>, mut repair: Repair) -> Repair {
    repair.shown_because = repair.shown_because.or(site.name().shown_because.map(str::to_owned));
    repair.doubt((one.confidence < Confidence::Certain).then(|| uncertainty(one)))
}

fn uncertainty(one: &Use<'_>) -> String {
    let symbol = one.fact.symbol();
    match one.form {
        UseForm::Member(..) => format!("what is used here may be something else than `{symbol}`"),
        _ => format!(
            "the name may mean something else here than `{}`",
            symbol.split('(').next().unwrap_or_default()
        ),
    }
}

/// What a repair knows.
pub(super) struct Site<'c, 'a> {
    code: &'c Code<'a>,
    minimum: PythonVersion,
    fact: Fact,
    /// Bindings that the repair removes.
    going: &'c [BindingId],
}

impl<'c, 'a> Site<'c, 'a> {
    /// A place where a name of a module is used.
    pub(super) fn new(
        code: &'c Code<'a>,
        minimum: PythonVersion,
        fact: Fact,
        going: &'c [BindingId],
    ) -> Self {
        Self { code, minimum, fact, going }
    }

    fn name(&self) -> &'static Name {
        self.fact.name
    }

    fn text(&self) -> &str {
        &self.code.document.text
    }

    /// The dotted name's parts before and behind the last dot.
    fn old(&self) -> (String, &'static str) {
        let name = self.name();
        let class = name.class().map(|class| format!(".{class}")).unwrap_or_default();
        (format!("{}{class}", self.fact.module.name), name.last())
    }

    fn is_member(&self) -> bool {
        self.name().class().is_some() && matches!(self.name().kind, Some(Kind::Method | Kind::Attribute))
    }

    /// The place of an attribute, and the import of what it belongs to.
    fn beside(&self, attribute: &ExprAttribute) -> At {
        let mut root = &*attribute.value;
        while let Expr::Attribute(inner) = root {
            root = &inner.value;
        }
        let bindings =
            root.as_name_expr().map(|name| self.code.names().bindings_of(name)).unwrap_or_default();
        let beside = match bindings[..] {
            [one] => statement_of(self.code, one),
            _ => None,
        };
        At { place: attribute.start(), beside }
    }

    /// The nodes around a range, innermost first.
    pub(super) fn around(&self, range: TextRange) -> CoveringNode<'a> {
        self.code.around(range)
    }

    /// Whether the code asks for the name by a string: a new name would make
    /// the answer wrong.
    fn is_asked_for(&self) -> bool {
        let last = self.name().last();
        let mut tests = Tests { name: last, found: false };
        if self.code.names().in_strings(last) {
            tests.visit_body(self.code.module.body());
        }
        tests.found
    }

    /// Whether a handler around the use is for Pythons without the name.
    fn is_tried(&self, one: &Use<'_>) -> bool {
        let caught: &[&str] = match one.form {
            UseForm::Import(..) => &["ImportError", "ModuleNotFoundError"],
            UseForm::Keyword(..) | UseForm::Positional(..) | UseForm::Syntax(_) => &["TypeError"],
            _ => &["AttributeError"],
        };
        self.around(one.range).ancestors().any(|node| {
            let AnyNodeRef::StmtTry(tried) = node else { return false };
            let inside = tried.body.iter().any(|stmt| stmt.range().contains_range(one.range));
            inside
                && tried.handlers.iter().any(|ExceptHandler::ExceptHandler(handler)| {
                    handler.type_.as_deref().is_some_and(|class| names_one(class, caught))
                })
        })
    }
}

/// Whether a handler is for one of these exceptions by name.
fn names_one(class: &Expr, names: &[&str]) -> bool {
    match class {
        Expr::Tuple(classes) => classes.elts.iter().any(|class| names_one(class, names)),
        Expr::Name(name) => names.contains(&name.id.as_str()),
        _ => false,
    }
}

/// Looks for `hasattr(…, "name")` and the like.
struct Tests {
    name: &'static str,
    found: bool,
}

impl<'a> Visitor<'a> for Tests {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr
            && let Expr::Name(function) = &*call.func
            && matches!(function.id.as_str(), "hasattr" | "getattr" | "setattr" | "delattr")
            && let Some(Expr::StringLiteral(text)) = call.arguments.args.get(1)
            && text.value.to_str() == self.name
        {
            self.found = true;
        }
        visitor::walk_expr(self, expr);
    }
}

/// Whether any expression can stand below this node without parentheses.
fn is_roomy(parent: AnyNodeRef<'_>) -> bool {
    matches!(
        parent,
        AnyNodeRef::StmtReturn(_)
            | AnyNodeRef::StmtAssign(_)
            | AnyNodeRef::StmtAugAssign(_)
            | AnyNodeRef::StmtAnnAssign(_)
            | AnyNodeRef::StmtExpr(_)
            | AnyNodeRef::StmtIf(_)
            | AnyNodeRef::StmtWhile(_)
            | AnyNodeRef::StmtFor(_)
            | AnyNodeRef::StmtAssert(_)
            | AnyNodeRef::Arguments(_)
            | AnyNodeRef::Keyword(_)
            | AnyNodeRef::WithItem(_)
            | AnyNodeRef::ExprList(_)
    )
}
