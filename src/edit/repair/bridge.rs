//! Names whose successors are younger than the oldest supported Python: taken
//! from where they are, and else from where they were.

use ruff_python_ast::{ExprAttribute, ExprContext, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Repair, Site, finished, imported, rename};
use crate::catalogue::{Fact, Kind};
use crate::edit::imports::remove_alias;
use crate::edit::shim::{self, Moved};
use crate::edit::spell::is_free;
use crate::edit::unused::is_compatibility_module;
use crate::edit::{Change, is_package_init};
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind, member_of};
use crate::python::uses::{Use, UseForm};
use crate::version::PythonVersion;

/// How a use can be repaired on Pythons with the successor and on those with
/// the old name alone; `None` where no import with a fallback serves.
#[must_use]
pub fn bridge<'a>(code: &Code<'a>, minimum: PythonVersion, one: &Use<'a>) -> Option<Repair> {
    let site = Site::new(code, minimum, one.fact, &[]);
    let (home, member) = successor(one.fact)?;
    if code.document.cells.is_some() || site.is_asked_for() || site.is_tried(one) {
        return None;
    }
    let repair = match one.form {
        UseForm::Import(import, alias, id) => {
            let moved = |member_as: &str| Moved {
                home: home.to_owned(),
                member: member.to_owned(),
                old_home: import.module.as_ref().map(ToString::to_string).unwrap_or_default(),
                old_member: alias.name.to_string(),
                local: member_as.to_owned(),
            };
            imported::bridged(&site, import, alias, id, moved)
        }
        UseForm::Attribute(attribute, _) if attribute.ctx == ExprContext::Load => {
            attributes(&site, attribute, home)
        }
        _ => None,
    }?;
    Some(finished(&site, one, repair))
}

/// The module and the name of the successor, if an import can take it alone.
fn successor(fact: Fact) -> Option<(&'static str, &'static str)> {
    let plain = !matches!(fact.name.kind, Some(Kind::Method | Kind::Attribute | Kind::Parameter));
    let own = fact.name.class().is_none() && plain;
    shim::successor(fact.name).filter(|(home, _)| own && *home != "builtins")
}

/// What names of one module become.
struct Attributes<'s, 'c, 'a> {
    site: &'s Site<'c, 'a>,
    /// The import of the module.
    id: BindingId,
    moved: Vec<Moved>,
    changes: Vec<Change>,
    /// How many reads of the module go.
    count: usize,
}

/// Every `module.name` that goes to the same module as this one.
fn attributes<'a>(site: &Site<'_, 'a>, attribute: &ExprAttribute, home: &str) -> Option<Repair> {
    let (id, _) = module_of(site, attribute)?;
    let mut all = Attributes { site, id, moved: Vec::new(), changes: Vec::new(), count: 0 };
    for one in site.code.uses() {
        let UseForm::Attribute(attribute, call) = one.form else { continue };
        let same = successor(one.fact).is_some_and(|(own, _)| own == home);
        let Some((_, old_home)) = module_of(site, attribute).filter(|(own, _)| same && *own == id) else {
            continue;
        };
        let member = successor(one.fact)?.1;
        if rename::is_given(site, attribute, member) {
            return None;
        }
        all.add(one.fact, attribute, &old_home, home, member)?;
        let other = Site::new(site.code, site.minimum, one.fact, &[]);
        all.changes.extend(kept(rename::adjusted(&other, call)?)?);
    }
    all.moved.sort();
    all.moved.dedup();
    let import = all.import()?;
    let mut changes = all.changes;
    changes.extend(import);
    Some(Repair::new(rename::message(site, site.name().replace?), changes))
}

/// Changes around a call that also fit what it gives where it is the old function.
pub(super) fn kept(changes: Vec<Change>) -> Option<Vec<Change>> {
    changes.iter().all(|change| change.content.starts_with('[')).then_some(changes)
}

/// The binding that a plain `module.name` reads, and the module.
fn module_of(site: &Site<'_, '_>, attribute: &ExprAttribute) -> Option<(BindingId, String)> {
    let names = site.code.names();
    let root = attribute.value.as_name_expr()?;
    let [id] = names.bindings_of(root)[..] else { return None };
    match names.binding(id).kind {
        BindingKind::Import(_, alias) if alias.asname.is_some() || !alias.name.contains('.') => {
            Some((id, alias.name.to_string()))
        }
        _ => None,
    }
}

impl Attributes<'_, '_, '_> {
    fn add(
        &mut self,
        fact: Fact,
        attribute: &ExprAttribute,
        old_home: &str,
        home: &str,
        member: &str,
    ) -> Option<()> {
        let code = self.site.code;
        let moved = Moved {
            home: home.to_owned(),
            member: member.to_owned(),
            old_home: old_home.to_owned(),
            old_member: fact.name.last().to_owned(),
            local: member.to_owned(),
        };
        let text = self.site.text();
        let free = is_free(code, member, attribute.start()) || gives(code, &moved, attribute);
        if !free || attribute.ctx != ExprContext::Load || text[attribute.range()].contains('#') {
            return None;
        }
        self.count += 1;
        self.changes.push(Change::new(attribute.range(), member));
        self.moved.push(moved);
        Some(())
    }

    /// The import with a fallback, and what becomes of the import of the module.
    fn import(&self) -> Option<Vec<Change>> {
        let code = self.site.code;
        let names = code.names();
        let binding = names.binding(self.id);
        let BindingKind::Import(import, alias) = binding.kind else { return None };
        let reads = names.references().iter().filter(|one| one.name.id.as_str() == binding.name).count();
        let needed = reads != self.count
            || names.in_strings(binding.name)
            || is_package_init(&code.document.path)
            || is_compatibility_module(code);
        let beside = import.range();
        let merged = shim::extension(code, beside, &self.moved);
        if needed {
            return merged.or_else(|| Some(vec![shim::insertion(code, beside, &self.moved)?]));
        }
        if import.names.len() == 1 && merged.is_none() {
            return shim::instead(code, beside, &self.moved);
        }
        let body: &[Stmt] = code.module.body();
        let removal = remove_alias(self.site.text(), body, beside, &import.names, alias)?;
        let added = merged.or_else(|| Some(vec![shim::insertion(code, beside, &self.moved)?]))?;
        Some(added.into_iter().chain([removal]).collect())
    }
}

/// Whether an import with a fallback has given the name already.
fn gives(code: &Code<'_>, moved: &Moved, attribute: &ExprAttribute) -> bool {
    let names = code.names();
    let homes =
        [format!("{}.{}", moved.home, moved.member), format!("{}.{}", moved.old_home, moved.old_member)];
    let found = names.bindings_at(&moved.local, attribute.start());
    !found.is_empty()
        && found.iter().all(|id| match names.binding(*id).kind {
            BindingKind::From(import, alias) => homes.contains(&member_of(import, alias)),
            _ => false,
        })
        && shim::extension(code, TextRange::empty(attribute.start()), std::slice::from_ref(moved))
            .is_some_and(|missing| missing.is_empty())
}
