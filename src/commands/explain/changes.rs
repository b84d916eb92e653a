//! The pages of what changed its behaviour.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use newskin::catalogue::CHANGES;
use newskin::catalogue::changes::{Change, Changed, Gravity};

use super::symbols::{example, last_part};

/// The rule that reports them.
pub(super) const RULE: &str = "changed-behaviour";

/// Every symbol, sorted.
pub(super) fn symbols() -> BTreeSet<String> {
    CHANGES.iter().flat_map(Change::named).map(|changed| changed.symbol()).collect()
}

/// The changes of a symbol, or of what has it as its last part.
pub(super) fn page(symbol: &str) -> Option<String> {
    let all = || CHANGES.iter().flat_map(Change::named);
    let own: Vec<Changed> = all().filter(|changed| changed.symbol() == symbol).collect();
    let found = match own.is_empty() {
        true => all().filter(|changed| last_part(&changed.symbol()) == symbol).collect(),
        false => own,
    };
    let names: BTreeSet<String> = found.iter().map(Changed::symbol).collect();
    let mut page = String::new();
    for name in names {
        let _ = writeln!(page, "# {name}\n");
        for changed in found.iter().filter(|changed| changed.symbol() == name) {
            page.push_str(&section(changed.change));
        }
    }
    (!page.is_empty()).then_some(page)
}

/// All symbols with what is otherwise, for the page of the rule.
pub(super) fn list() -> String {
    let mut page = "\n## Changes\n\n".to_owned();
    for change in CHANGES {
        let names: Vec<String> = change.named().map(|changed| format!("`{}`", changed.symbol())).collect();
        let names = match names.as_slice() {
            [first, .., last] if names.len() > 3 => format!("{first} to {last}"),
            few => few.join(", "),
        };
        let _ = writeln!(page, "- {names}: {} since {}", change.message, change.since);
    }
    page.push_str("\n`newskin explain SYMBOL` tells the way out of each.\n");
    page
}

fn section(change: &Change) -> String {
    let kind = match change.severity {
        Gravity::Error => "raises",
        Gravity::Warning => "gives another result",
        Gravity::Info => "matters to few",
    };
    let mut message = change.message.to_owned();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut text = format!("{message} since Python {} (rule `{RULE}`; it {kind}).\n\n", change.since);
    if let Some(deprecated) = change.deprecated {
        let _ = writeln!(text, "Deprecated since Python {deprecated}.\n");
    }
    let _ = writeln!(text, "Instead: {}.\n\nSource: {}\n", change.instead, change.source);
    text.push_str(&example("Before", change.bad.first().copied()));
    text.push_str(&example("After", change.good.first().copied()));
    text
}
