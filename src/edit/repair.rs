//! Repairing one use of a name that changed, as the catalogue says.
//!
//! A repair works on every Python from the oldest that the project supports;
//! where the catalogue's successor is younger, or the code around the use is
//! not understood, there is none.

mod arguments;
mod coroutine;
mod defined;
mod imported;
mod rename;
pub(super) mod template;
mod unpacked;

use ruff_python_ast::find_node::{CoveringNode, covering_node};
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, ExceptHandler, Expr, ExprAttribute, ExprContext};
use ruff_text_size::{Ranged, TextRange};

use super::spell::{At, statement_of};
use super::{Change, Plan};
use crate::catalogue::{Fact, Kind, Name};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::uses::{Use, UseForm};
use crate::version::PythonVersion;

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
    let site = Site { code, minimum, fact: one.fact };
    if site.name().since > minimum || site.is_tested(one) {
        return None;
    }
    let repair = match succeeded(&site, one) {
        Some(mut repair) => {
            repair.plan.reason = site.name().unsafe_because.map(str::to_owned).or(repair.plan.reason);
            repair
        }
        None => defined::repair(&site, one)?,
    };
    let shown_because = repair.shown_because.clone().or(site.name().shown_because.map(str::to_owned));
    let doubt = (one.confidence < Confidence::Certain).then(|| uncertainty(one));
    Some(Repair { shown_because, ..repair }.doubt(doubt))
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
}

impl<'c, 'a> Site<'c, 'a> {
    /// A place where a name of a module is used.
    pub(super) fn new(code: &'c Code<'a>, minimum: PythonVersion, fact: Fact) -> Self {
        Self { code, minimum, fact }
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
        covering_node(AnyNodeRef::from(self.code.module.syntax()), range)
    }

    /// Whether the code looks whether the name is there: a new name would make
    /// the test wrong.
    fn is_tested(&self, one: &Use<'_>) -> bool {
        let last = self.name().last();
        if self.code.names().in_strings(last) {
            let mut tests = Tests { name: last, found: false };
            tests.visit_body(self.code.module.body());
            if tests.found {
                return true;
            }
        }
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
