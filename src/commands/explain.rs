//! `newskin explain`: the page of a rule or topic, or what is known of one symbol.

mod changes;
mod symbols;
mod topics;

use std::fmt::Write as _;

use newskin::catalogue::MODULES;
use newskin::error::Error;
use newskin::rule::registry::Entry;
use newskin::rules::RULES;

use symbols::{dotted, last_part, members, symbol_page};

use super::terminal::{Terminal, width};
use super::{Exit, Stop, page, print};

/// The rule that reports modules that are gone.
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
    if let Some(page) = topics::page(topic) {
        return Some(page);
    }
    // `removed-module:cgi`, as selectors and suppressions write it.
    let symbol = topic.split_once(':').filter(|(rule, _)| RULES.iter().any(|entry| entry.id == *rule));
    let symbol = symbol.map_or(topic, |(_, symbol)| symbol);
    let parts = [symbol_page(symbol), changes::page(symbol), changed_symbol(symbol)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| {
        parts.join(
            "
",
        )
    })
}

/// The rules that report a symbol under this very name.
fn changed_symbol(symbol: &str) -> Option<String> {
    let reports = |entry: &&Entry| entry.rule.symbols().contains(&symbol);
    let mut page = format!(
        "# {symbol}

"
    );
    for entry in RULES.iter().filter(reports) {
        let _ = writeln!(page, "- `{}`: {}", entry.id, entry.summary());
    }
    page.push_str(
        "
`newskin explain RULE` tells the way out of each.
",
    );
    RULES.iter().any(|entry| reports(&entry)).then_some(page)
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
    if entry.id == changes::RULE {
        page.push_str(&changes::list());
    }
    page
}

fn unknown(topic: &str) -> Stop {
    /// How alike two words must be, from 0 to 1, for one to be meant.
    const ALIKE: f64 = 0.8;
    const SHOWN: usize = 3;
    let rules = RULES.iter().map(|entry| entry.id.to_owned());
    let modules = MODULES.iter().map(|module| module.name.to_owned());
    let names = members().map(|(module, name)| dotted(module, name));
    let symbols = RULES.iter().flat_map(|entry| entry.rule.symbols()).map(|symbol| (*symbol).to_owned());
    let mut candidates: Vec<(f64, String)> = rules
        .chain(modules)
        .chain(names)
        .chain(symbols)
        .chain(changes::symbols())
        .chain(topics::names().map(str::to_owned))
        .map(|candidate| {
            let whole = strsim::jaro_winkler(topic, &candidate);
            let part = strsim::jaro_winkler(last_part(topic), last_part(&candidate));
            (whole.max(part - 0.05), candidate)
        })
        .filter(|(alike, _)| *alike >= ALIKE)
        .collect();
    candidates.sort_by(|(a, one), (b, other)| b.total_cmp(a).then_with(|| one.cmp(other)));
    candidates.dedup_by(|(_, one), (_, other)| one == other);
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
        for symbol in RULES.iter().flat_map(|entry| entry.rule.symbols()) {
            assert!(page_about(symbol).is_some_and(|page| page.contains(symbol)), "{symbol}");
        }
        for topic in topics::names() {
            assert!(page_about(topic).is_some_and(|page| page.contains(topic)), "{topic}");
        }
        for module in MODULES {
            let page = page_about(module.name).expect(module.name);
            assert!(page.contains(module.source), "{}", module.name);
        }
        for (module, name) in members() {
            let symbol = dotted(module, name);
            assert!(page_about(&symbol).is_some_and(|page| page.contains(&symbol)), "{symbol}");
        }
        for symbol in changes::symbols() {
            assert!(page_about(&symbol).is_some_and(|page| page.contains(&symbol)), "{symbol}");
        }
    }

    #[test]
    fn names_are_found_by_alias_and_by_last_part() {
        let page = |topic: &str| page_about(topic).unwrap_or_else(|| panic!("no page about {topic}"));
        for topic in [
            "assertEquals",
            "unittest.case.TestCase.assertEquals",
            "removed-api:unittest.TestCase.assertEquals",
        ] {
            assert!(page(topic).starts_with("# unittest.TestCase.assertEquals\n"), "{topic}");
        }
        for topic in ["asyncio.sleep(loop)", "asyncio.tasks.sleep", "asyncio.sleep"] {
            assert!(page(topic).starts_with("# asyncio.sleep(loop)\n"), "{topic}");
        }
    }

    #[test]
    fn what_lies_in_a_removed_module_leads_to_it() {
        assert!(page_about("pipes.Nonsense").is_some_and(|page| page.contains("# pipes")));
        assert!(page_about("removed-module:pipes").is_some_and(|page| page.contains("# pipes")));
        assert!(page_about("pipesy").is_none());
    }
}
