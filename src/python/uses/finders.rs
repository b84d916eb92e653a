//! Finders of modules, which `pkgutil` hands out without saying of which class.

use ruff_python_ast::find_node::covering_node;
use ruff_python_ast::{AnyNodeRef, Expr, ExprAttribute};
use ruff_text_size::Ranged;

use crate::catalogue::Fact;
use crate::python::Code;
use crate::python::names::BindingKind;

/// Whether the fact is a method by which path entries are asked for modules.
fn is_finders(fact: Fact) -> bool {
    fact.name.class() == Some("PathEntryFinder")
}

/// Modules besides that of the class which hand out objects that have the method.
#[must_use]
pub fn givers(fact: Fact) -> &'static [&'static str] {
    if is_finders(fact) { &["pkgutil"] } else { &[] }
}

/// The documented class behind a protocol that stubs call it by.
pub(super) fn protocol(dotted: &str) -> Option<&'static str> {
    match dotted {
        "_typeshed.importlib.PathEntryFinderProtocol" => Some("importlib.abc.PathEntryFinder"),
        _ => None,
    }
}

/// `for finder, name, is_package in …: finder.find_module(name)`: what `pkgutil` lists.
pub(super) fn is_listed(code: &Code<'_>, attribute: &ExprAttribute, fact: Fact) -> bool {
    let Expr::Name(receiver) = &*attribute.value else { return false };
    let own = |name: &str| {
        let mut bindings = code.names().bindings();
        bindings.any(|(_, one)| one.name == name && matches!(one.kind, BindingKind::Function(_)))
    };
    if !is_finders(fact) || own(fact.name.last()) {
        return false;
    }
    let around = covering_node(AnyNodeRef::from(code.module.syntax()), attribute.range());
    let targets = around.ancestors().flat_map(|node| match node {
        AnyNodeRef::StmtFor(stmt) => vec![&*stmt.target],
        AnyNodeRef::ExprListComp(one) => one.generators.iter().map(|part| &part.target).collect(),
        AnyNodeRef::ExprSetComp(one) => one.generators.iter().map(|part| &part.target).collect(),
        AnyNodeRef::ExprDictComp(one) => one.generators.iter().map(|part| &part.target).collect(),
        AnyNodeRef::ExprGenerator(one) => one.generators.iter().map(|part| &part.target).collect(),
        _ => Vec::new(),
    });
    let mut targets = targets.filter_map(Expr::as_tuple_expr);
    targets.any(|target| {
        let first = target.elts.first().and_then(Expr::as_name_expr);
        target.len() == 3 && first.is_some_and(|first| first.id == receiver.id)
    })
}
