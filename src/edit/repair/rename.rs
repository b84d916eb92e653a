//! Another name at the same place.

use ruff_python_ast::{AnyNodeRef, Expr, ExprAttribute, ExprCall, ExprName, Stmt};
use ruff_text_size::Ranged;

use super::{Repair, Site, unpacked};
use crate::catalogue::is_importable;
use crate::edit::Change;
use crate::edit::spell::{self, At};

/// `module.name`, `module.Class.method`.
pub(super) fn attribute<'a>(
    site: &Site<'_, 'a>,
    attribute: &'a ExprAttribute,
    call: Option<&ExprCall>,
    at: At,
) -> Option<Repair> {
    let replace = site.name().replace?;
    let (home, member) = replace.rsplit_once('.').unwrap_or(("", replace));
    let mut changes = if home == site.old().0 && is_there(site, attribute, member) {
        if is_given(site, attribute, member) {
            return None;
        }
        vec![Change::new(attribute.attr.range(), member)]
    } else {
        if site.text()[attribute.range()].contains('#') {
            return None;
        }
        let spelling = spell::name(site.code, replace, at)?;
        let import = spelling.insertion(site.code, at)?;
        import.into_iter().chain([Change::new(attribute.range(), spelling.text)]).collect()
    };
    changes.extend(adjusted(site, call)?);
    Some(Repair::new(message(site, replace), changes))
}

/// Whether what the name is taken from has the successor as well.
fn is_there<'a>(site: &Site<'_, 'a>, attribute: &'a ExprAttribute, member: &str) -> bool {
    if site.name().class().is_some() {
        return true;
    }
    let homes = site.code.names().resolve(&attribute.value).dotted;
    // A module that an old Python has under another name alone says nothing of that Python.
    let has = |home: &str, name| is_importable(home, name, site.minimum);
    !homes.iter().any(|home| has(home, None) != Some(false) && has(home, Some(member)) == Some(false))
}

/// Whether the code gives the old name to the new one, for Pythons without it.
pub(super) fn is_given(site: &Site<'_, '_>, attribute: &ExprAttribute, member: &str) -> bool {
    let around = site.around(attribute.range());
    let Some(AnyNodeRef::StmtAssign(assign)) = around.parent() else { return false };
    let text = |expr: &Expr| &site.text()[expr.range()];
    let targets = assign.targets.iter().filter_map(Expr::as_attribute_expr);
    targets
        .into_iter()
        .any(|target| target.attr.as_str() == member && text(&target.value) == text(&attribute.value))
}

/// A name that a star import brought.
pub(super) fn star(site: &Site<'_, '_>, name: &ExprName, call: Option<&ExprCall>, at: At) -> Option<Repair> {
    let replace = site.name().replace?;
    let spelling = spell::name(site.code, replace, at)?;
    let import = spelling.insertion(site.code, at)?;
    let mut changes: Vec<Change> =
        import.into_iter().chain([Change::new(name.range(), spelling.text)]).collect();
    changes.extend(adjusted(site, call)?);
    Some(Repair::new(message(site, replace), changes))
}

/// What a call needs besides another name for its function.
pub(super) fn adjusted(site: &Site<'_, '_>, call: Option<&ExprCall>) -> Option<Vec<Change>> {
    let mut changes = unpacked::changes(site, call)?;
    let keywords = call.into_iter().flat_map(|call| &call.arguments.keywords);
    for own in keywords.filter_map(|keyword| keyword.arg.as_ref()) {
        let new = site.name().keywords.iter().find(|(old, _)| *old == own.as_str());
        changes.extend(new.map(|(_, new)| Change::new(own.range(), *new)));
    }
    Some(changes)
}

/// `receiver.method`.
pub(super) fn member(
    site: &Site<'_, '_>,
    attribute: &ExprAttribute,
    call: Option<&ExprCall>,
) -> Option<Repair> {
    let replace = site.name().replace?;
    let (home, member) = replace.rsplit_once('.')?;
    let class = home.rsplit('.').next().unwrap_or(home);
    if home != site.old().0 && !class.starts_with(char::is_uppercase) {
        return None;
    }
    let mut reason = None;
    for node in site.around(attribute.range()).ancestors() {
        match node {
            // The new method would call itself.
            AnyNodeRef::StmtFunctionDef(function) if function.name.as_str() == member => return None,
            AnyNodeRef::StmtClassDef(class) if class.body.iter().any(|stmt| defines(stmt, member)) => {
                reason = Some(format!("the class has a `{member}` of its own"));
            }
            _ => {}
        }
    }
    let message = format!("Replace `{}` with `{member}`", site.name().last());
    let mut changes = vec![Change::new(attribute.attr.range(), member)];
    changes.extend(adjusted(site, call)?);
    Some(Repair::new(message, changes).doubt(reason))
}

fn defines(stmt: &Stmt, name: &str) -> bool {
    match stmt {
        Stmt::FunctionDef(function) => function.name.as_str() == name,
        Stmt::Assign(assign) => assign
            .targets
            .iter()
            .any(|target| target.as_name_expr().is_some_and(|own| own.id.as_str() == name)),
        _ => false,
    }
}

pub(super) fn message(site: &Site<'_, '_>, successor: &str) -> String {
    format!("Replace `{}` with `{}`", site.fact.symbol(), successor.trim_start_matches("builtins."))
}
