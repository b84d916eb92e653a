//! Results that are taken apart: the successor of `inspect.getargspec` gives
//! more parts than it did.

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::Site;
use crate::edit::Change;

/// What has to be done to a call besides renaming its function; `None` if
/// that cannot be said.
pub(super) fn changes(site: &Site<'_, '_>, call: Option<&ExprCall>) -> Option<Vec<Change>> {
    let Some(call) = call.filter(|_| site.fact.symbol() == "inspect.getargspec") else {
        return Some(Vec::new());
    };
    let around = site.around(call.range());
    let mut parents = around.ancestors().skip_while(|node| node.range() != call.range());
    parents.next();
    let first_four = || Some(vec![Change::new(TextRange::empty(call.end()), "[:4]")]);
    match parents.next()? {
        AnyNodeRef::ExprAttribute(attribute) if attribute.attr.as_str() == "keywords" => {
            Some(vec![Change::new(attribute.attr.range(), "varkw")])
        }
        AnyNodeRef::StmtAssign(assign) => {
            let parts = assign.targets.iter().filter_map(|target| match target {
                Expr::Tuple(tuple) => Some(&tuple.elts),
                Expr::List(list) => Some(&list.elts),
                _ => None,
            });
            let parts: Vec<_> = parts.collect();
            match parts[..] {
                [] => Some(Vec::new()),
                _ if parts.iter().all(|elts| elts.len() == 4 && !elts.iter().any(Expr::is_starred_expr)) => {
                    first_four()
                }
                _ => None,
            }
        }
        AnyNodeRef::ExprStarred(_) => first_four(),
        _ => Some(Vec::new()),
    }
}
