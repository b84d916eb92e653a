//! `from module import name`, with all that is done with the name.

use ruff_python_ast::{Alias, AnyNodeRef, ExprCall, ExprName, StmtImportFrom};
use ruff_text_size::{Ranged, TextSize};

use super::coroutine::Way;
use super::template::Old;
use super::{Repair, Site, bridge, coroutine, rename, template};
use crate::catalogue::{Kind, is_importable};
use crate::edit::imports::{indentation, is_alone, remove_statement};
use crate::edit::members::{extension, move_alias, without_alias};
use crate::edit::shim::{self, Moved};
use crate::edit::spell::{self, At, Import, is_free, is_module};
use crate::edit::unused::{drop_unused, in_type_comments, is_compatibility_module};
use crate::edit::{Change, is_package_init};
use crate::python::names::{BindingId, BindingKind, member_of};

const EXPORTED: &str = "other modules may import the name from this one";

/// Repairs an import and the reads of what it binds.
pub(super) fn repair(
    site: &Site<'_, '_>,
    import: &StmtImportFrom,
    alias: &Alias,
    id: BindingId,
) -> Option<Repair> {
    let unused = drop_unused(site.code, id);
    if let Some(plan) = unused.as_ref().filter(|plan| plan.reason.is_none()) {
        return Some(Repair::new(plan.message.clone(), plan.changes.clone()));
    }
    let imported = Imported { site, import, alias, id };
    imported.replaced().or_else(|| imported.rewritten()).or_else(|| imported.decorators()).or_else(|| {
        let plan = unused?;
        Some(Repair::new(plan.message, plan.changes).doubt(plan.reason))
    })
}

/// Takes the name from where it is now, and else from where it was; `moved`
/// makes that of what the file calls it.
pub(super) fn bridged(
    site: &Site<'_, '_>,
    import: &StmtImportFrom,
    alias: &Alias,
    id: BindingId,
    moved: impl Fn(&str) -> Moved,
) -> Option<Repair> {
    let code = site.code;
    if drop_unused(code, id).is_some_and(|plan| plan.reason.is_none()) {
        return None;
    }
    let imported = Imported { site, import, alias, id };
    let member = moved("").member;
    let mut changes = Vec::new();
    let mut local = imported.local().to_owned();
    let free = |place| is_free(code, &member, place);
    if local != member
        && alias.asname.is_none()
        && imported.is_private()
        && free(alias.start())
        && imported.reads().iter().all(|read| free(read.start()))
    {
        changes.extend(imported.reads().iter().map(|read| Change::new(read.range(), &member)));
        local.clone_from(&member);
    }
    for read in imported.reads() {
        changes.extend(bridge::kept(rename::adjusted(site, imported.call(read))?)?);
    }
    let moved = [moved(&local)];
    if let Some(merged) = shim::extension(code, import.range(), &moved) {
        changes.extend(merged);
        changes.push(without_alias(code, import, alias)?);
    } else if import.names.len() == 1 {
        changes.extend(shim::instead(code, import.range(), &moved)?);
    } else {
        changes.push(without_alias(code, import, alias)?);
        changes.push(shim::insertion(code, import.range(), &moved)?);
    }
    Some(Repair::new(rename::message(site, site.name().replace?), changes))
}

struct Imported<'s, 'c, 'a> {
    site: &'s Site<'c, 'a>,
    import: &'s StmtImportFrom,
    alias: &'s Alias,
    id: BindingId,
}

impl<'a> Imported<'_, '_, 'a> {
    /// What the name is called in this file.
    fn local(&self) -> &str {
        self.alias.asname.as_ref().unwrap_or(&self.alias.name).as_str()
    }

    fn reads(&self) -> &[&'a ExprName] {
        self.site.code.names().references_to(self.id)
    }

    /// Whether the name can be another one: nothing but the reads seen here knows it.
    fn is_private(&self) -> bool {
        let code = self.site.code;
        let names = code.names();
        let local = self.local();
        !self.is_exported()
            && !names.in_strings(local)
            && !in_type_comments(self.site.text(), local)
            && names.bindings().filter(|(_, binding)| binding.name == local).count() == 1
            && self.reads().iter().all(|read| names.bindings_of(read).len() == 1)
    }

    fn is_exported(&self) -> bool {
        let code = self.site.code;
        let re_exported = self.alias.asname.as_ref().is_some_and(|name| **name == *self.alias.name);
        code.names().is_global(self.id)
            && (is_package_init(&code.document.path) || is_compatibility_module(code) || re_exported)
    }

    /// The call that a read is the function of.
    fn call(&self, read: &ExprName) -> Option<&'a ExprCall> {
        match self.site.around(read.range()).parent()? {
            AnyNodeRef::ExprCall(call) if call.func.range() == read.range() => Some(call),
            _ => None,
        }
    }

    fn replaced(&self) -> Option<Repair> {
        let site = self.site;
        let replace = site.name().replace?;
        let (home, member) = replace.rsplit_once('.').unwrap_or(("builtins", replace));
        let local = self.local();
        if home != "builtins" && !is_module(home) && !is_module(replace) {
            return None;
        }
        let mut changes = Vec::new();
        for read in self.reads() {
            changes.extend(rename::adjusted(site, self.call(read))?);
        }
        let message = rename::message(site, replace);
        let renamed = self.reads().iter().map(|read| Change::new(read.range(), member));
        let same = local == member;
        if is_module(replace) {
            let text = if local == replace { replace.to_owned() } else { format!("{replace} as {local}") };
            changes.extend(self.exchanged(&[Import::Module(text)])?);
            return Some(Repair::new(message, changes));
        }
        if home == "builtins" {
            if self.reads().is_empty() {
                return None;
            }
            let free = same || self.reads().iter().all(|read| is_free(site.code, member, read.start()));
            if !self.is_private() || !free {
                return None;
            }
            changes.extend(renamed.filter(|_| !same));
            changes.push(without_alias(site.code, self.import, self.alias)?);
            return Some(Repair::new(message, changes));
        }
        if !same && self.alias.asname.is_none() && self.is_private() {
            if self.gives(replace, member) {
                changes.extend(renamed);
                changes.push(without_alias(site.code, self.import, self.alias)?);
                return Some(Repair::new(message, changes));
            }
            let place = self.alias.start();
            if is_free(site.code, member, place)
                && self.reads().iter().all(|read| is_free(site.code, member, read.start()))
            {
                changes.extend(renamed);
                changes.extend(self.spelled(home, member, member)?);
                return Some(Repair::new(message, changes));
            }
        }
        let spelled = if same { member.to_owned() } else { format!("{member} as {local}") };
        changes.extend(self.spelled(home, member, &spelled)?);
        Some(Repair::new(message, changes))
    }

    /// Whether every read could take the successor from an import that is there already.
    fn gives(&self, replace: &str, member: &str) -> bool {
        let names = self.site.code.names();
        let mut known = names.bindings().filter(|(_, binding)| binding.name == member);
        let Some((id, binding)) = known.next() else { return false };
        let BindingKind::From(import, alias) = binding.kind else { return false };
        member_of(import, alias) == replace
            && known.next().is_none()
            && self
                .reads()
                .iter()
                .all(|read| import.end() <= read.start() && names.bindings_at(member, read.start()) == [id])
            && self.site.code.module.body().iter().any(|stmt| stmt.range() == import.range())
    }

    /// The import with another name in it, from the same module or another one.
    fn spelled(&self, home: &str, member: &str, spelled: &str) -> Option<Vec<Change>> {
        let site = self.site;
        let module = self.import.module.as_ref()?;
        let stays =
            home == site.old().0 && is_importable(module.as_str(), Some(member), site.minimum) != Some(false);
        if stays || home == module.as_str() {
            return Some(vec![Change::new(self.alias.range(), spelled)]);
        }
        let last_read = self.reads().iter().map(|read| read.start()).min();
        extension(site.code, self.import, self.alias, home, spelled, last_read)
            .or_else(|| move_alias(site.code, self.import, self.alias, home, spelled))
    }

    /// Every call written anew, and the import gone.
    fn rewritten(&self) -> Option<Repair> {
        let site = self.site;
        site.name().rewrite?;
        if self.reads().is_empty() || !self.is_alone() {
            return None;
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut missing: Vec<Import> = Vec::new();
        let mut reason = self.is_exported().then(|| EXPORTED.to_owned());
        let mut shown = None;
        for read in self.reads() {
            let at = At { place: read.start(), beside: Some(self.import.range()) };
            let constant = site.name().kind == Some(Kind::Constant);
            let call = if constant { None } else { Some(self.call(read)?) };
            let whole = call.map_or(read.range(), |call| call.range());
            let new = Old { whole, receiver: None, call, module: None, deferred: false }.write(site, at)?;
            let (doubt, display) = new.doubts();
            reason = reason.or(doubt);
            shown = shown.or(display);
            if changes.iter().any(|change| change.range.intersect(whole).is_some_and(|both| !both.is_empty()))
            {
                return None;
            }
            changes.push(new.change);
            missing.extend(new.missing.into_iter().filter(|one| !missing.contains(one)).collect::<Vec<_>>());
        }
        changes.extend(self.exchanged(&missing)?);
        let repair = Repair::new(template::message(site), changes).doubt(reason);
        Some(Repair { shown_because: shown, ..repair })
    }

    /// Whether nothing else gives or takes the name, but for other modules.
    fn is_alone(&self) -> bool {
        let names = self.site.code.names();
        let local = self.local();
        !names.in_strings(local)
            && !in_type_comments(self.site.text(), local)
            && self.reads().iter().all(|read| names.bindings_of(read).len() == 1)
    }

    /// Other imports in the place of this name's.
    fn exchanged(&self, missing: &[Import]) -> Option<Vec<Change>> {
        let code = self.site.code;
        let text = self.site.text();
        if missing.is_empty() {
            return Some(vec![without_alias(code, self.import, self.alias)?]);
        }
        let range = self.import.range();
        if self.import.names.len() == 1 {
            let lines: Vec<String> = missing.iter().map(Import::statement).collect();
            let alone = is_alone(text, range).then(|| indentation(text, range)).flatten();
            let between = alone.map_or_else(|| "; ".to_owned(), |indent| format!("\n{indent}"));
            return Some(vec![Change::new(range, lines.join(&between))]);
        }
        let mut changes = vec![without_alias(code, self.import, self.alias)?];
        let at = At { place: self.first_read().unwrap_or(range.end()), beside: Some(range) };
        spell::add_missing(code, missing.iter().cloned(), at, &mut changes)?;
        Some(changes)
    }

    fn first_read(&self) -> Option<TextSize> {
        self.reads().iter().map(|read| read.start()).min()
    }

    /// Every function that it decorates.
    fn decorators(&self) -> Option<Repair> {
        let site = self.site;
        let names = site.code.names();
        let known = self.reads().iter().all(|read| names.bindings_of(read).len() == 1);
        if self.reads().is_empty() || !known || names.has_string(self.local()) {
            return None;
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut missing: Vec<Import> = Vec::new();
        let mut stays = false;
        for read in self.reads() {
            match coroutine::way(site, read.range())? {
                Way::Generator => stays = true,
                Way::Async(more, imports) => {
                    // What two functions share is changed once.
                    changes.extend(more.into_iter().filter(|one| !changes.contains(one)).collect::<Vec<_>>());
                    missing
                        .extend(imports.into_iter().filter(|one| !missing.contains(one)).collect::<Vec<_>>());
                }
            }
        }
        if stays {
            let spelled = site.text()[self.alias.range()].to_owned();
            let at = At { place: self.first_read()?, beside: Some(self.import.range()) };
            spell::add_missing(site.code, missing, at, &mut changes)?;
            changes.extend(self.spelled("types", "coroutine", &spelled)?);
            return Some(coroutine::kept(changes));
        }
        changes.extend(match self.import.names.len() {
            1 if missing.is_empty() => {
                vec![remove_statement(site.text(), site.code.module.body(), self.import.range())?]
            }
            _ => self.exchanged(&missing)?,
        });
        Some(coroutine::repair(changes))
    }
}
