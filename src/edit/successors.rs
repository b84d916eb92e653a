//! Moving the uses of a module that is gone to the names that succeed its own.
//!
//! All uses or none: a fix that leaves one behind would hide the fault, not mend it.

mod bridged;
mod chains;
mod mixed;
mod parts;

use std::collections::BTreeSet;

use ruff_python_ast::{Alias, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

pub use bridged::bridge;
use chains::Chains;
pub use mixed::move_all;

use super::imports::{indentation, is_alone, remove_alias};
use super::{Change, Plan, is_package_init};
use crate::catalogue::{Module, Name};
use crate::python::Code;
use crate::python::names::{Binding, BindingId, BindingKind};
use crate::version::PythonVersion;

/// Moves every use of `import gone` (or `import gone.part`, `from package import gone`).
#[must_use]
pub fn move_module(
    code: &Code<'_>,
    minimum: PythonVersion,
    id: BindingId,
    gone: &'static Module,
) -> Option<Plan> {
    let binding = code.names().binding(id);
    let whole = matches!(binding.kind, BindingKind::Import(_, alias) if alias.asname.is_some());
    if !whole && matches!(binding.kind, BindingKind::Import(..)) && !is_sole(code, binding) {
        return None;
    }
    let base = base(code, id, gone);
    let uses = uses(code, id, &base, minimum, gone)?;
    let modules: BTreeSet<&str> = uses.iter().map(|one| one.module()).collect();
    let keeps_alias =
        matches!(binding.kind, BindingKind::Import(_, alias) if alias.asname.is_some()) && modules.len() == 1;
    let first = uses.iter().map(|one| one.range.start()).min().unwrap_or_default();
    let missing: Vec<&str> =
        modules.iter().copied().filter(|module| !is_imported(code, module, first)).collect();
    if !keeps_alias && modules.iter().any(|module| clashes(code, module, binding)) {
        return None;
    }
    let mut changes = vec![match binding.kind {
        BindingKind::Import(_, alias) if keeps_alias => rename_alias(alias, modules.first()?)?,
        BindingKind::Import(import, alias) => {
            replace_import(code, import.range(), &import.names, alias, &missing)?
        }
        BindingKind::From(import, alias) => replace_from(code, import, alias, &missing)?,
        _ => return None,
    }];
    changes.extend(uses.iter().map(|one| one.change(if keeps_alias { Some(binding.name) } else { None })));
    let in_strings =
        code.names().in_strings(binding.name).then_some("a string in this file mentions the name");
    let exported = (code.names().is_global(id) && is_package_init(&code.document.path))
        .then_some("other modules may import the name from this one");
    let reason = uses.iter().find_map(|one| one.name.unsafe_because).or(in_strings).or(exported);
    Some(Plan {
        message: message(gone, uses.iter().map(|one| one.name)),
        reason: reason.map(str::to_owned),
        changes,
    })
}

/// What is known of the names that the code takes from an imported module, in order of use.
#[must_use]
pub fn names_used(code: &Code<'_>, id: BindingId, gone: &'static Module) -> Vec<&'static Name> {
    let names = code.names();
    let base = base(code, id, gone);
    let chains = Chains::of(code);
    let mut used: Vec<&'static Name> = Vec::new();
    for name in names.references_to(id) {
        let known = chains.by_root.get(&name.start()).and_then(|chain| chain.member(&base, gone));
        if let Some((name, _)) = known
            && !used.iter().any(|other| other.name == name.name)
        {
            used.push(name);
        }
    }
    used
}

/// The dotted name that the binding of an import of `gone` stands for.
fn base(code: &Code<'_>, id: BindingId, gone: &Module) -> String {
    let binding = code.names().binding(id);
    match binding.kind {
        BindingKind::Import(_, alias) if alias.asname.is_some() => alias.name.to_string(),
        BindingKind::Import(..) => binding.name.to_owned(),
        _ => gone.name.to_owned(),
    }
}

/// Moves `from gone import a, b`.
#[must_use]
pub fn move_members(
    code: &Code<'_>,
    minimum: PythonVersion,
    import: &StmtImportFrom,
    gone: &'static Module,
) -> Option<Plan> {
    let module = import.module.as_ref()?;
    let mut moved: Vec<(&Alias, &'static Name, &'static str, &'static str)> = Vec::new();
    for alias in &import.names {
        let name = gone.member(&format!("{module}.{}", alias.name)).filter(|name| name.since <= minimum)?;
        let (home, member) = name.replace?.rsplit_once('.')?;
        moved.push((alias, name, home, member));
    }
    let mut homes: Vec<&str> = Vec::new();
    moved.iter().for_each(|(_, _, home, _)| {
        if !homes.contains(home) {
            homes.push(home)
        }
    });
    let spelled = |alias: &Alias, member: &str| match &alias.asname {
        Some(name) if name.as_str() != member => format!("{member} as {name}"),
        None if alias.name.as_str() != member => format!("{member} as {}", alias.name),
        _ => member.to_owned(),
    };
    let text = &code.document.text;
    let changes = if let [home] = homes[..] {
        let renamed =
            moved.iter().map(|(alias, _, _, member)| Change::new(alias.range(), spelled(alias, member)));
        let renamed = renamed.filter(|change| text[change.range] != change.content);
        std::iter::once(Change::new(module.range(), home)).chain(renamed).collect()
    } else {
        let indent = indentation(text, import.range())?;
        let plain = is_alone(text, import.range()) && !text[import.range()].contains('#');
        let line = |home: &&str| {
            let members =
                moved.iter().filter(|one| one.2 == *home).map(|(alias, _, _, member)| spelled(alias, member));
            format!("from {home} import {}", members.collect::<Vec<_>>().join(", "))
        };
        let lines: Vec<String> = homes.iter().map(line).collect();
        plain.then(|| vec![Change::new(import.range(), lines.join(&format!("\n{indent}")))])?
    };
    let reason = moved.iter().find_map(|(_, name, ..)| name.unsafe_because).map(str::to_owned);
    Some(Plan { message: message(gone, moved.iter().map(|one| one.1)), reason, changes })
}

fn message(gone: &Module, names: impl Iterator<Item = &'static Name>) -> String {
    let mut pairs: Vec<String> = Vec::new();
    for name in names {
        let pair = format!("`{}.{}` with `{}`", gone.name, name.name, name.replace.unwrap_or_default());
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    match &pairs[..] {
        [.., _] if pairs.len() > 3 => format!("Replace {} names of `{}`", pairs.len(), gone.name),
        _ => format!("Replace {}", pairs.join(", ")),
    }
}

/// One use of a module's name, and what takes its place.
struct Use {
    range: TextRange,
    name: &'static Name,
}

impl Use {
    fn split(&self) -> (&'static str, &'static str) {
        let dotted = self.name.replace.unwrap_or_default();
        dotted.rsplit_once('.').unwrap_or(("", dotted))
    }

    fn module(&self) -> &'static str {
        self.split().0
    }

    fn change(&self, alias: Option<&str>) -> Change {
        let (module, member) = self.split();
        Change::new(self.range, format!("{}.{member}", alias.unwrap_or(module)))
    }
}

/// Every use of a binding, if all of them have a successor on the oldest
/// supported Python and none could mean something else.
fn uses(
    code: &Code<'_>,
    id: BindingId,
    base: &str,
    minimum: PythonVersion,
    gone: &'static Module,
) -> Option<Vec<Use>> {
    let names = code.names();
    let binding = names.binding(id);
    let chains = Chains::of(code);
    let mut uses = Vec::new();
    for reference in names.references().iter().filter(|reference| reference.name.id.as_str() == binding.name)
    {
        let meant = names.bindings_of(reference.name);
        if !meant.contains(&id) {
            continue;
        }
        if meant.len() > 1 {
            return None;
        }
        let chain = chains.by_root.get(&reference.range().start())?;
        let (name, end) = chain.member(base, gone).filter(|_| chain.reads)?;
        let fits = name.replace.is_some() && name.since <= minimum;
        uses.push(fits.then(|| Use { range: TextRange::new(chain.root, end), name })?);
    }
    (!uses.is_empty()).then_some(uses)
}

fn rename_alias(alias: &Alias, module: &str) -> Option<Change> {
    let name = alias.asname.as_ref()?;
    let spelled = if name.as_str() == module { module.to_owned() } else { format!("{module} as {name}") };
    Some(Change::new(alias.range(), spelled))
}

fn replace_import(
    code: &Code<'_>,
    statement: TextRange,
    names: &[Alias],
    alias: &Alias,
    missing: &[&str],
) -> Option<Change> {
    let text = &code.document.text;
    if missing.is_empty() {
        return remove_alias(text, code.module.body(), statement, names, alias);
    }
    if names.len() == 1 && is_alone(text, statement) {
        let indent = indentation(text, statement)?;
        let lines: Vec<String> = missing.iter().map(|module| format!("import {module}")).collect();
        return Some(Change::new(statement, lines.join(&format!("\n{indent}"))));
    }
    Some(Change::new(alias.range(), missing.join(", ")))
}

/// `from package import gone`, where `gone` is a module.
fn replace_from(code: &Code<'_>, import: &StmtImportFrom, alias: &Alias, missing: &[&str]) -> Option<Change> {
    let whole = import.names.len() == 1 || missing.is_empty();
    if whole { replace_import(code, import.range(), &import.names, alias, missing) } else { None }
}

/// Whether the scope of a binding binds its name once only.
fn is_sole(code: &Code<'_>, own: &Binding<'_>) -> bool {
    let same = |binding: &Binding<'_>| binding.name == own.name && binding.scope == own.scope;
    code.names().bindings().filter(|(_, binding)| same(binding)).count() == 1
}

/// Whether a plain module-level import of `module` stands above the first use.
fn is_imported(code: &Code<'_>, module: &str, first: TextSize) -> bool {
    code.module.body().iter().take_while(|stmt| stmt.end() <= first).any(|stmt| {
        stmt.as_import_stmt().is_some_and(|import| {
            import.names.iter().any(|alias| alias.asname.is_none() && alias.name.as_str() == module)
        })
    })
}

/// Whether the first segment of `module` means something else in this file.
fn clashes(code: &Code<'_>, module: &str, own: &Binding<'_>) -> bool {
    let first = module.split('.').next().unwrap_or(module);
    code.names().bindings().filter(|(_, binding)| binding.name == first && binding.range != own.range).any(
        |(_, binding)| match binding.kind {
            BindingKind::Import(_, alias) => alias.asname.is_some(),
            _ => true,
        },
    )
}
