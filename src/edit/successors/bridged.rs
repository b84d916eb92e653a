//! Moving names whose successors are younger than the oldest supported Python:
//! they are taken from there, and else from the module that is gone elsewhere.

use ruff_python_ast::Alias;
use ruff_text_size::{Ranged, TextRange};

use super::{base, message, uses};
use crate::catalogue::{Module, Name};
use crate::edit::imports::remove_alias;
use crate::edit::shim::{self, Moved, successor};
use crate::edit::spell::is_free;
use crate::edit::{Change, Plan, is_package_init};
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind};
use crate::version::PythonVersion;

/// Moves what one import statement takes from a module that is gone; `bindings`
/// are all that it binds from there. `None` where no name needs the fallback.
#[must_use]
pub fn bridge(
    code: &Code<'_>,
    minimum: PythonVersion,
    python2: bool,
    bindings: &[BindingId],
    gone: &'static Module,
) -> Option<Plan> {
    if code.document.cells.is_some() {
        return None;
    }
    let first = code.names().binding(*bindings.first()?);
    let bridge = match first.kind {
        BindingKind::From(import, _) => {
            let module = import.module.as_ref()?;
            members(code, import.range(), module, &import.names, gone)
        }
        BindingKind::Import(import, alias) => {
            let [id] = bindings else { return None };
            module(code, *id, import.range(), &import.names, alias, gone)
        }
        _ => None,
    }?;
    let young = |name: &&Name| name.since > minimum || python2 && name.since.major > 2;
    bridge.names.iter().copied().any(|name| young(&name)).then(|| bridge.plan(gone))
}

struct Bridge {
    names: Vec<&'static Name>,
    changes: Vec<Change>,
    reason: Option<&'static str>,
}

impl Bridge {
    fn plan(self, gone: &Module) -> Plan {
        let reason = self.names.iter().find_map(|name| name.unsafe_because).or(self.reason);
        Plan {
            message: message(gone, self.names.iter().copied()),
            reason: reason.map(str::to_owned),
            changes: self.changes,
        }
    }
}

/// `from gone import a, b`: the file goes on calling them as it does.
fn members(
    code: &Code<'_>,
    import: TextRange,
    module: &str,
    aliases: &[Alias],
    gone: &'static Module,
) -> Option<Bridge> {
    let (mut names, mut moved) = (Vec::new(), Vec::new());
    for alias in aliases {
        let name = gone.member(&format!("{module}.{}", alias.name))?;
        let (home, member) = successor(name)?;
        names.push(name);
        moved.push(Moved {
            home: home.to_owned(),
            member: member.to_owned(),
            old_home: module.to_owned(),
            old_member: alias.name.to_string(),
            local: alias.asname.as_ref().unwrap_or(&alias.name).to_string(),
        });
    }
    Some(Bridge { names, changes: shim::instead(code, import, &moved)?, reason: None })
}

/// `import gone`: every `gone.name` becomes the successor's name alone.
fn module(
    code: &Code<'_>,
    id: BindingId,
    import: TextRange,
    aliases: &[Alias],
    alias: &Alias,
    gone: &'static Module,
) -> Option<Bridge> {
    let binding = code.names().binding(id);
    let base = base(code, id, gone);
    let uses = uses(code, id, &base, PythonVersion::latest(), gone)?;
    let (mut moved, mut changes) = (Vec::new(), Vec::new());
    for one in &uses {
        let (home, member) = successor(one.name)?;
        if !is_free(code, member, one.range.start()) {
            return None;
        }
        let old = format!("{}.{}", gone.name, one.name.name);
        let (old_home, old_member) = old.rsplit_once('.')?;
        moved.push(Moved {
            home: home.to_owned(),
            member: member.to_owned(),
            old_home: old_home.to_owned(),
            old_member: old_member.to_owned(),
            local: member.to_owned(),
        });
        changes.push(Change::new(one.range, member));
    }
    moved.sort();
    moved.dedup();
    if aliases.len() == 1 {
        changes.extend(shim::instead(code, import, &moved)?);
    } else {
        changes.push(remove_alias(&code.document.text, code.module.body(), import, aliases, alias)?);
        changes.push(shim::insertion(code, import, &moved)?);
    }
    let mentioned = code.names().in_strings(binding.name);
    let exported = code.names().is_global(id) && is_package_init(&code.document.path);
    let reason = if mentioned {
        Some("a string in this file mentions the name")
    } else {
        exported.then_some("other modules may import the name from this one")
    };
    Some(Bridge { names: uses.iter().map(|one| one.name).collect(), changes, reason })
}
