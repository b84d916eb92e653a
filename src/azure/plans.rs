//! The plans that function apps are hosted on, as far as they matter: Linux
//! Consumption, which stops at Python 3.12.

use ruff_text_size::TextRange;

use super::commands::invocations;
use super::context::member;
use super::runtimes::{Choice, Owner};
use super::sources::{Root, Source, source};
use crate::parse::term::{Term, TermKind};
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;

/// A Consumption plan that an app with a known Python is hosted on.
#[derive(Debug, Clone)]
pub struct Consumption {
    /// What says so: the literal of the size, or the option.
    pub range: TextRange,
    /// The choice of Python, by its number.
    pub choice: usize,
    /// What says so, as written.
    pub said: String,
}

/// Those of the apps that the choices of a document are for.
#[must_use]
pub fn consumption(
    document: &Document,
    project: &Project,
    code: Option<&Code<'_>>,
    choices: &[Choice],
) -> Vec<Consumption> {
    let mut found = Vec::new();
    let source = source(document, project, code);
    let commands = invocations(document);
    for (number, choice) in choices.iter().enumerate() {
        let place = match choice.owner {
            Owner::Root(root) => source.as_ref().and_then(|source| of_root(source, root)),
            Owner::Command(command) => commands.get(command).and_then(|one| {
                let option = one
                    .words
                    .iter()
                    .find(|word| word.text == "--consumption-plan-location" || word.text == "-c")?;
                Some((option.range, option.text.clone()))
            }),
            Owner::Step => None,
        };
        found.extend(place.map(|(range, said)| Consumption { range, choice: number, said }));
    }
    debug_assert!(found.is_empty() || !matches!(document.syntax, Syntax::Text));
    found
}

/// The size of the plan that an app names, or of the only one of the file.
fn of_root(source: &Source, number: usize) -> Option<(TextRange, String)> {
    let app = source.roots.get(number)?;
    let mut plans: Vec<(&Root, Option<(TextRange, String)>)> = Vec::new();
    for root in &source.roots {
        root.term.each(&mut |term| {
            if is_plan(root, term) {
                plans.push((root, size(source, root, term)));
            }
        });
    }
    let named: Vec<_> =
        plans.iter().filter(|(plan, _)| !plan.name.is_empty() && mentions(&app.term, &plan.name)).collect();
    match (named.as_slice(), plans.as_slice()) {
        ([(_, size)], _) => size.clone(),
        ([], [(_, size)]) if source.own == 0 => size.clone(),
        _ => None,
    }
}

/// Whether a value is a plan.
fn is_plan(root: &Root, term: &Term) -> bool {
    let own = term.get("type").and_then(Term::as_text).map(str::to_ascii_lowercase);
    let is_root = std::ptr::eq(term, &raw const root.term);
    own.is_some_and(|own| own == "microsoft.web/serverfarms")
        || is_root
            && matches!(
                root.kind.as_str(),
                "microsoft.web/serverfarms" | "azurerm_service_plan" | "azurerm_app_service_plan"
            )
        || is_root && root.kind.starts_with("module ") && term.at(&["params", "sku"]).is_some()
}

/// `Y1` or `Dynamic`, where a plan is that.
fn size(source: &Source, root: &Root, plan: &Term) -> Option<(TextRange, String)> {
    let plan = plan.get("params").unwrap_or(plan);
    let sku = member(plan, &["sku", "skuname"])?;
    let sku = source.names.meaning(sku, root.file).term;
    let values: Vec<&Term> = match &sku.kind {
        TermKind::Object(_) => ["name", "size", "tier"].iter().filter_map(|key| sku.get(key)).collect(),
        _ => vec![sku],
    };
    let literals = values.into_iter().filter_map(|value| {
        let all = source.names.literals(value, root.file);
        // A size that is chosen at deployment is not known.
        <[_; 1]>::try_from(all).ok().map(|[one]| one)
    });
    let mut found = literals.filter(|one| {
        one.file == source.own
            && (one.text.eq_ignore_ascii_case("Y1") || one.text.eq_ignore_ascii_case("Dynamic"))
    });
    found.next().map(|one| (one.range, one.text))
}

/// Whether a value refers to something by its name.
fn mentions(term: &Term, name: &str) -> bool {
    let mut found = false;
    term.each(&mut |term| {
        found |= matches!(&term.kind, TermKind::Name(own) if **own == *name)
            || matches!(&term.kind, TermKind::Field(_, key) if **key == *name);
    });
    found
}
