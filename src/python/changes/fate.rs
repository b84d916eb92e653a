//! What becomes of a value: asked for an attribute, indexed, compared.

use ruff_python_ast::{AnyNodeRef, Expr, ExprContext};
use ruff_text_size::{Ranged, TextRange};

use super::around;
use crate::catalogue::changes::Fate;
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind};

/// One thing that is done with a value.
pub(super) struct Met<'a> {
    /// Where.
    pub range: TextRange,
    /// The expression that has the value there.
    pub receiver: Option<&'a Expr>,
    /// Whether nothing else can be the value there.
    pub sure: bool,
}

/// Where the value at a place, or the only name that it is given, meets the fate.
pub(super) fn fates<'a>(code: &Code<'a>, value: TextRange, fate: &Fate) -> Vec<Met<'a>> {
    if let Some(range) = met(code, value, fate) {
        return vec![Met { range, receiver: expression(code, value), sure: true }];
    }
    let Some(id) = binding(code, value) else { return Vec::new() };
    let names = code.names();
    let reads = names.references_to(id).iter().filter(|read| !is_asked_about(code, read.range(), &read.id));
    reads
        .filter_map(|read| {
            let sure = names.bindings_of(read).len() == 1;
            let range = met(code, read.range(), fate)?;
            Some(Met { range, receiver: expression(code, read.range()), sure })
        })
        .collect()
}

/// What is done with the value right there, if that is the fate.
fn met(code: &Code<'_>, value: TextRange, fate: &Fate) -> Option<TextRange> {
    match around(code, value).first()? {
        AnyNodeRef::ExprAttribute(attribute) => {
            fate.attributes.contains(&attribute.attr.as_str()).then(|| attribute.range())
        }
        AnyNodeRef::ExprSubscript(subscript) if subscript.value.range() == value => {
            let by_string =
                !matches!(&*subscript.slice, Expr::NumberLiteral(_) | Expr::Slice(_) | Expr::UnaryOp(_));
            (fate.indexed && by_string && subscript.ctx == ExprContext::Load).then(|| subscript.range())
        }
        AnyNodeRef::ExprCompare(compare) => fate.compared.then(|| compare.range()),
        _ => None,
    }
}

/// The expression at a place.
fn expression<'a>(code: &Code<'a>, range: TextRange) -> Option<&'a Expr> {
    match around(code, range).first()? {
        AnyNodeRef::ExprAttribute(attribute) => Some(&attribute.value),
        AnyNodeRef::ExprSubscript(subscript) => Some(&subscript.value),
        _ => None,
    }
}

/// The binding that the value is assigned to.
fn binding(code: &Code<'_>, value: TextRange) -> Option<BindingId> {
    let is_it =
        |kind: BindingKind<'_>| matches!(kind, BindingKind::Assignment(expr) if expr.range() == value);
    code.names().bindings().find(|(_, binding)| is_it(binding.kind)).map(|(id, _)| id)
}

/// Whether a condition around the place asks what kind of object the name is.
fn is_asked_about(code: &Code<'_>, place: TextRange, name: &str) -> bool {
    let asks = |test: TextRange| code.document.text[test].contains(&format!("isinstance({name},"));
    around(code, place).into_iter().any(|node| match node {
        AnyNodeRef::StmtIf(branches) => {
            let clauses = branches.elif_else_clauses.iter().filter_map(|clause| clause.test.as_ref());
            asks(branches.test.range()) || clauses.into_iter().any(|test| asks(test.range()))
        }
        AnyNodeRef::ExprIf(choice) => asks(choice.test.range()),
        _ => false,
    })
}
