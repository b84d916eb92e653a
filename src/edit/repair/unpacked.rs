//! Results that are taken apart: the successor of `inspect.getargspec` gives
//! more parts than it did.

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall, ExprContext, ExprName, ExprSubscript};
use ruff_text_size::{Ranged, TextRange};

use super::Site;
use crate::edit::Change;

/// What has to be done to a call besides renaming its function; `None` if
/// that cannot be said.
pub(super) fn changes(site: &Site<'_, '_>, call: Option<&ExprCall>) -> Option<Vec<Change>> {
    if site.fact.symbol() != "inspect.getargspec" {
        return Some(Vec::new());
    }
    // What is called elsewhere gives its result to nobody knows whom.
    let call = call?;
    match taken(site, call.range())? {
        Taken::Parts => Some(Vec::new()),
        Taken::Renamed(place) => Some(vec![Change::new(place, "varkw")]),
        Taken::Four => Some(vec![first_four(call)]),
        Taken::Named(name) => variable(site, call, name),
    }
}

/// What is done with the result, or with a variable that holds it.
enum Taken<'a> {
    /// Parts that have stayed what they were.
    Parts,
    /// The part that is called otherwise.
    Renamed(TextRange),
    /// Exactly four parts.
    Four,
    /// A variable holds it.
    Named(&'a ExprName),
}

fn taken<'a>(site: &Site<'_, 'a>, range: TextRange) -> Option<Taken<'a>> {
    let around = site.around(range);
    let holder = around.ancestors().find(|node| node.range() != range || node.is_statement())?;
    match holder {
        AnyNodeRef::ExprAttribute(attribute) => match attribute.attr.as_str() {
            "keywords" => Some(Taken::Renamed(attribute.attr.range())),
            "args" | "varargs" | "defaults" => Some(Taken::Parts),
            _ => None,
        },
        AnyNodeRef::ExprSubscript(subscript) if subscript.value.range() == range => {
            keeps_index(subscript).then_some(Taken::Parts)
        }
        AnyNodeRef::StmtAssign(assign) => match &*assign.targets {
            [Expr::Name(name)] => Some(Taken::Named(name)),
            targets => targets.iter().all(is_four).then_some(Taken::Four),
        },
        AnyNodeRef::ExprStarred(_) => Some(Taken::Four),
        AnyNodeRef::StmtExpr(_) => Some(Taken::Parts),
        _ => None,
    }
}

/// Whether an index or slice finds the same as before.
fn keeps_index(subscript: &ExprSubscript) -> bool {
    let within = |expr: &Expr, last: u8| {
        let number = expr.as_number_literal_expr().and_then(|number| number.value.as_int());
        number.and_then(ruff_python_ast::Int::as_u8).is_some_and(|number| number <= last)
    };
    match &*subscript.slice {
        Expr::Slice(slice) => {
            slice.step.is_none()
                && slice.lower.as_ref().is_none_or(|lower| within(lower, 4))
                && slice.upper.as_ref().is_some_and(|upper| within(upper, 4))
        }
        index => within(index, 3),
    }
}

fn is_four(target: &Expr) -> bool {
    let parts = match target {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        _ => return false,
    };
    parts.len() == 4 && !parts.iter().any(Expr::is_starred_expr)
}

fn first_four(call: &ExprCall) -> Change {
    Change::new(TextRange::empty(call.end()), "[:4]")
}

/// A variable that holds nothing but the result, and all that is done with it.
fn variable(site: &Site<'_, '_>, call: &ExprCall, name: &ExprName) -> Option<Vec<Change>> {
    let names = site.code.names();
    let (id, _) = names.bindings().find(|(_, binding)| binding.range == name.range())?;
    let reads = names.references_to(id);
    let exported = names.is_global(id) && names.has_string(&name.id);
    let alone = |read: &&ExprName| read.ctx == ExprContext::Load && names.bindings_of(read)[..] == [id];
    if exported || reads.is_empty() || !reads.iter().all(alone) {
        return None;
    }
    let mut changes = Vec::new();
    let mut four = 0;
    for read in reads {
        match taken(site, read.range())? {
            Taken::Parts => {}
            Taken::Renamed(place) => changes.push(Change::new(place, "varkw")),
            Taken::Four => four += 1,
            Taken::Named(_) => return None,
        }
    }
    // Four parts in all places, or seven with their names.
    match (four, changes.is_empty()) {
        (0, _) => Some(changes),
        (_, true) if !asks_names(site, reads) => Some(vec![first_four(call)]),
        _ => None,
    }
}

/// Whether a part is asked for by its name.
fn asks_names(site: &Site<'_, '_>, reads: &[&ExprName]) -> bool {
    reads.iter().any(|read| {
        let around = site.around(read.range());
        let mut nodes = around.ancestors().skip_while(|node| node.range() == read.range());
        matches!(nodes.next(), Some(AnyNodeRef::ExprAttribute(_)))
    })
}
