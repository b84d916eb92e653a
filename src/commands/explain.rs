//! `newskin explain`: the page of a rule, or what is known of one symbol.

use std::fmt::Write as _;

use newskin::catalogue::{MODULES, Module, Name};
use newskin::error::Error;
use newskin::rule::registry::Entry;
use newskin::rules::RULES;

use super::terminal::{Terminal, width};
use super::{Exit, Stop, page, print};

/// The rule that reports the modules of the catalogue.
const REMOVED_MODULE: &str = "removed-module";

/// Shows the page about a topic.
///
/// # Errors
/// An unknown topic, with the nearest known ones.
pub fn run(topic: &str, terminal: &Terminal) -> Result<Exit, Stop> {
    let topic = topic.trim().trim_matches('`');
    let markdown = page_about(topic).ok_or_else(|| unknown(topic))?;
    print(&page::render(&markdown, width(), terminal.colour))?;
    Ok(Exit::Clean)
}

/// The page in Markdown.
fn page_about(topic: &str) -> Option<String> {
    if let Some(entry) = RULES.iter().find(|entry| entry.id == topic) {
        return Some(rule_page(entry));
    }
    // `removed-module:cgi`, as selectors and suppressions write it.
    let symbol = topic.split_once(':').filter(|(rule, _)| RULES.iter().any(|entry| entry.id == *rule));
    symbol_page(symbol.map_or(topic, |(_, symbol)| symbol))
}

fn rule_page(entry: &Entry) -> String {
    let meta = entry.rule.meta();
    let fix = match meta.fix {
        Some(applicability) => format!("fixes: {applicability} at best"),
        None => "no fixes".to_owned(),
    };
    let mut page = format!("# {}\n\nGroup `{}`, {fix}.\n\n{}\n", entry.id, meta.group, entry.page);
    if entry.id == REMOVED_MODULE {
        page.push_str("\n## Modules\n");
        for module in MODULES {
            if let Some(removed) = module.removed {
                let _ = writeln!(page, "- `{}`, removed in {removed}", module.name);
            }
        }
        page.push_str("\n`newskin explain MODULE` tells the way out of each.\n");
    }
    page
}

/// The page of a module, of a name in it, or of a name by its last part alone.
fn symbol_page(symbol: &str) -> Option<String> {
    if let Some(module) = MODULES.iter().find(|module| module.name == symbol) {
        return Some(module_page(module));
    }
    let mut members = members().filter(|(module, name)| dotted(module, name) == symbol);
    if let Some((module, name)) = members.next() {
        return Some(name_page(module, name));
    }
    if let Some(module) = newskin::catalogue::removed_module(symbol) {
        return Some(format!("`{symbol}` lies in a module that is gone.\n\n{}", module_page(module)));
    }
    by_last_part(symbol)
}

/// `quote` means `pipes.quote`; several names of one kind are listed.
fn by_last_part(part: &str) -> Option<String> {
    let found: Vec<(&Module, &Name)> = members().filter(|(_, name)| last_part(name.name) == part).collect();
    match found.as_slice() {
        [] => None,
        [(module, name)] => Some(name_page(module, name)),
        several => {
            let mut page = format!("Several names end in `{part}`:\n\n");
            for (module, name) in several {
                let _ = writeln!(page, "- `{}`", dotted(module, name));
            }
            Some(page)
        }
    }
}

fn members() -> impl Iterator<Item = (&'static Module, &'static Name)> {
    MODULES.iter().flat_map(|module| module.names.iter().map(move |name| (module, name)))
}

fn dotted(module: &Module, name: &Name) -> String {
    format!("{}.{}", module.name, name.name)
}

fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn module_page(module: &Module) -> String {
    let mut page = format!("# {}\n\n{}\n\n", module.name, history(module));
    if !module.instead.is_empty() {
        let _ = writeln!(page, "{}\n", module.instead);
    }
    for backport in module.backports.iter().filter(|one| !module.instead.contains(one.package)) {
        let package = backport.package;
        let range = backport.python.map_or_else(String::new, |python| format!(" (Python {python})"));
        let _ = writeln!(
            page,
            "The package `{package}`{range} on PyPI brings the module back under its old name.\n"
        );
    }
    let _ = writeln!(page, "Source: {}\n", module.source);
    if !module.names.is_empty() {
        page.push_str("## Names in it\n\n");
        for name in module.names {
            let _ = writeln!(page, "- `{}`: {}", dotted(module, name), way_out(name));
        }
        page.push('\n');
    }
    page.push_str(&example("Before", module.bad.first().copied()));
    page.push_str(&example("After", module.good.first().copied()));
    page
}

fn name_page(module: &Module, name: &Name) -> String {
    let mut page = format!("# {}\n\n", dotted(module, name));
    let _ = writeln!(page, "Way out: {}.\n", way_out(name).trim_end_matches('.'));
    let _ = writeln!(page, "{}\n\nSource: {}\n", history(module), module.source);
    let (before, after) = name_examples(module, name);
    page.push_str(&example("Before", before.as_deref()));
    page.push_str(&example("After", after.as_deref()));
    page
}

/// A program of the catalogue that uses the name, and one that uses its
/// successor; for a successor that takes its place, at least the imports.
fn name_examples(module: &Module, name: &Name) -> (Option<String>, Option<String>) {
    let using = |programs: &[&str], word: &str| {
        programs.iter().find(|program| has_word(program, word)).map(|program| (*program).to_owned())
    };
    let import = |module: &str, name: &str| format!("from {module} import {name}");
    let successor = name.replace.and_then(|replace| replace.rsplit_once('.'));
    let before = using(module.bad, last_part(name.name));
    let after = successor.and_then(|(_, successor)| using(module.good, successor));
    match (before, after, successor) {
        (Some(before), Some(after), _) => (Some(before), Some(after)),
        (_, _, Some((home, successor))) if !name.name.contains('.') => {
            (Some(import(module.name, name.name)), Some(import(home, successor)))
        }
        (before, _, _) => (before, None),
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

/// Since when, in one sentence.
fn history(module: &Module) -> String {
    let platform = module.platform.map(|platform| format!(" (only ever on {platform})")).unwrap_or_default();
    let mut text = format!("The module `{}`{platform} ", module.name);
    let _ = match (module.deprecated, module.removed) {
        (Some(deprecated), Some(removed)) => {
            write!(text, "is deprecated since Python {deprecated} and removed in Python {removed}")
        }
        (None, Some(removed)) => write!(text, "is removed in Python {removed}"),
        (Some(deprecated), None) => write!(text, "is deprecated since Python {deprecated}"),
        (None, None) => write!(text, "stays, but some of its names change"),
    };
    if module.removed.is_some() {
        let _ = write!(text, " (rule `{REMOVED_MODULE}`)");
    }
    text.push('.');
    text
}

fn way_out(name: &Name) -> String {
    let Some(replace) = name.replace else {
        return name.instead.unwrap_or("there is no successor").to_owned();
    };
    let since =
        if name.since.minor > 0 { format!(" (Python {} and later)", name.since) } else { String::new() };
    match name.unsafe_because {
        None => format!("`{replace}`{since} does the same; `--fix` moves to it"),
        Some(reason) => {
            let reason = reason.trim_end_matches('.');
            format!("`{replace}`{since}; `--fix --unsafe-fixes` moves to it, unsafe because {reason}")
        }
    }
}

fn example(title: &str, program: Option<&str>) -> String {
    program.map_or_else(String::new, |program| {
        format!("## {title}\n\n```python\n{}\n```\n\n", program.trim_end())
    })
}

fn unknown(topic: &str) -> Stop {
    /// How alike two words must be, from 0 to 1, for one to be meant.
    const ALIKE: f64 = 0.8;
    const SHOWN: usize = 3;
    let rules = RULES.iter().map(|entry| entry.id.to_owned());
    let modules = MODULES.iter().map(|module| module.name.to_owned());
    let names = members().map(|(module, name)| dotted(module, name));
    let mut candidates: Vec<(f64, String)> = rules
        .chain(modules)
        .chain(names)
        .map(|candidate| {
            let whole = strsim::jaro_winkler(topic, &candidate);
            let part = strsim::jaro_winkler(last_part(topic), last_part(&candidate));
            (whole.max(part - 0.05), candidate)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    candidates.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    let near: Vec<String> =
        candidates.into_iter().take(SHOWN).map(|(_, candidate)| format!("`{candidate}`")).collect();
    let near = match near.as_slice() {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        several => format!("; the nearest are {}", several.join(", ")),
    };
    Stop::Error(Error::Usage(format!(
        "nothing is known of `{topic}`{near}\n`newskin rules` lists all rules, `newskin explain {REMOVED_MODULE}` all removed modules"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_every_symbol_has_a_page() {
        for entry in RULES {
            assert!(page_about(entry.id).is_some_and(|page| page.contains(entry.page)), "{}", entry.id);
        }
        for module in MODULES {
            let page = page_about(module.name).expect(module.name);
            assert!(page.contains(module.source), "{}", module.name);
        }
        for (module, name) in members() {
            let symbol = dotted(module, name);
            assert!(page_about(&symbol).is_some_and(|page| page.contains(&symbol)), "{symbol}");
        }
    }

    #[test]
    fn what_lies_in_a_removed_module_leads_to_it() {
        assert!(page_about("pipes.Nonsense").is_some_and(|page| page.contains("# pipes")));
        assert!(page_about("removed-module:pipes").is_some_and(|page| page.contains("# pipes")));
        assert!(page_about("pipesy").is_none());
    }
}
