//! A small equivalent written into the file, where no successor serves.

use ruff_python_ast::{Alias, ExprContext, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Repair, Site, coroutine, rename};
use crate::catalogue::Definition;
use crate::edit::Change;
use crate::edit::definitions::{DEFINED, Definitions, is_kept};
use crate::edit::imports::is_alone;
use crate::edit::members::without_alias;
use crate::edit::spell::{self, At, Import};
use crate::python::names::{BindingId, BindingKind};
use crate::python::uses::{Use, UseForm};

/// Defines what is used, and uses the definition.
pub(super) fn repair(site: &Site<'_, '_>, one: &Use<'_>) -> Option<Repair> {
    let definition = site.name().define.as_ref()?;
    match one.form {
        UseForm::Attribute(attribute, _)
            if attribute.ctx == ExprContext::Load && !coroutine::is_special(site, attribute.range()) =>
        {
            let successor = site.name().replace.and_then(|dotted| dotted.rsplit('.').next());
            if successor.is_some_and(|member| rename::is_given(site, attribute, member)) {
                return None;
            }
            written(site, definition, &[attribute.range()], None)
        }
        UseForm::Star(name, _) => written(site, definition, &[name.range()], None),
        UseForm::Import(import, alias, id) => imported(site, definition, import, alias, id),
        _ => None,
    }
}

fn imported(
    site: &Site<'_, '_>,
    definition: &'static Definition,
    import: &StmtImportFrom,
    alias: &Alias,
    id: BindingId,
) -> Option<Repair> {
    let names = site.code.names();
    let reads = names.references_to(id);
    let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
    let renamed = local != definition.name && names.has_string(local);
    if renamed || reads.iter().any(|read| names.bindings_of(read).len() != 1) {
        return None;
    }
    let places: Vec<TextRange> = reads.iter().map(|read| read.range()).collect();
    written(site, definition, &places, Some((import, alias)))
}

/// The definition, its name at these places, and what else goes.
fn written(
    site: &Site<'_, '_>,
    definition: &'static Definition,
    places: &[TextRange],
    gone: Option<(&StmtImportFrom, &Alias)>,
) -> Option<Repair> {
    let code = site.code;
    let starts: Vec<TextSize> = places.iter().map(|place| place.start()).collect();
    // The same place for every use of the name.
    let uses = code.uses().iter().filter(|one| std::ptr::eq(one.fact.name, site.name()));
    let uses = uses.filter(|one| !matches!(one.form, UseForm::Import(..))).map(|one| one.range.start());
    let reads: Vec<TextSize> = starts.iter().copied().chain(uses).collect();
    let mut definitions = Definitions::new(code, site.fact.module, &reads, going(site))?;
    if is_kept(site.name(), site.minimum) {
        definitions.keep(definition);
    }
    let name = definitions.name(definition, None, &starts)?;
    let mut changes: Vec<Change> = places
        .iter()
        .filter(|place| site.text()[**place] != name)
        .map(|place| Change::new(*place, name.clone()))
        .collect();
    let mut missing: Vec<Import> = definitions.missing().to_vec();
    let on_top = |import: &StmtImportFrom| {
        code.module.body().iter().any(|stmt| stmt.range() == import.range())
            && is_alone(site.text(), import.range())
    };
    let removal = match gone {
        // The imports that are missing take its place.
        Some((import, _)) if import.names.len() == 1 && !missing.is_empty() && on_top(import) => {
            let lines: Vec<String> = missing.drain(..).map(|import| import.statement()).collect();
            Some(Change::new(import.range(), lines.join("\n")))
        }
        Some((import, alias)) => Some(without_alias(code, import, alias)?),
        None => None,
    };
    let removed = removal.as_ref().filter(|removal| removal.content.is_empty()).map(|removal| removal.range);
    let written = definitions.insertion(removed);
    // Right before the definitions, what is removed gives them its place.
    let place = written.as_ref().map(|written| written.range);
    changes.extend(removal.filter(|removal| place != Some(removal.range)));
    changes.extend(written);
    let at = At { place: definitions.place(), beside: None };
    spell::add_missing(code, missing, at, &mut changes)?;
    let message = format!("Define `{}` in this file", definition.name);
    Some(Repair::new(message, changes).doubt(Some(DEFINED)))
}

/// What this file imports and definitions take the place of.
fn going(site: &Site<'_, '_>) -> Vec<BindingId> {
    let module = site.fact.module;
    let bindings = site.code.names().bindings().filter(|(_, binding)| match binding.kind {
        BindingKind::From(import, alias) => {
            let from = import.module.as_ref().is_some_and(|from| from.as_str() == module.name);
            import.level == 0 && from && module.definition(&alias.name).is_some()
        }
        _ => false,
    });
    bindings.map(|(id, _)| id).collect()
}
