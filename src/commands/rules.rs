//! `newskin rules`: every rule, its group, what it can fix, and what it finds.

use std::fmt::Write as _;

use newskin::catalogue::census::{self, Count};
use newskin::finding::Applicability;
use newskin::rule::registry::Entry;
use newskin::rules::RULES;
use serde::Serialize;

use super::terminal::{Terminal, width};
use super::{Exit, Stop, print};
use crate::cli::ListFormat;

/// One rule in the list; field names are those of the JSON.
#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    group: &'static str,
    /// The strongest fix it may offer.
    fix: Option<Applicability>,
    summary: String,
}

impl Row {
    fn new(entry: &Entry) -> Self {
        let meta = entry.rule.meta();
        Self { name: entry.id, group: meta.group.as_str(), fix: meta.fix, summary: entry.summary() }
    }

    fn fix(&self) -> &'static str {
        self.fix.map_or("none", Applicability::as_str)
    }
}

/// Prints the list, by group and name.
pub fn run(format: ListFormat, terminal: &Terminal) -> Result<Exit, Stop> {
    let mut entries: Vec<&Entry> = RULES.iter().collect();
    entries.sort_by_key(|entry| (entry.rule.meta().group as usize, entry.id));
    let rows: Vec<Row> = entries.into_iter().map(Row::new).collect();
    let text = match format {
        ListFormat::Text => text(&rows, terminal),
        ListFormat::Markdown => markdown(&rows),
        ListFormat::Json => json(&rows),
    };
    print(&text)?;
    Ok(Exit::Clean)
}

fn text(rows: &[Row], terminal: &Terminal) -> String {
    let name = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let bold = terminal.bold();
    let mut text = String::new();
    for group in rows.chunk_by(|a, b| a.group == b.group) {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{bold}{}{bold:#}", group[0].group);
        for row in group {
            let _ = writeln!(text, "  {:name$}  {:7}  {}", row.name, row.fix(), row.summary);
        }
    }
    text.push_str("\nThe second column is the strongest fix: none, display, unsafe, safe.\n");
    text.push_str("`newskin explain RULE` shows the page of a rule.\n");
    let _ = writeln!(text, "\n{bold}What the rules know of the standard library{bold:#}");
    for [version, modules, names, parameters] in census_rows() {
        let _ = writeln!(text, "  {version:14}{modules:>9}{names:>9}{parameters:>12}");
    }
    let modules = census::by_module();
    let modules: Vec<String> =
        modules.iter().map(|(name, count)| format!("{name} {}", count.total())).collect();
    let options = textwrap::Options::new(width()).initial_indent("  ").subsequent_indent("  ");
    let _ = writeln!(text, "\n{bold}By module{bold:#}\n{}", textwrap::fill(&modules.join(", "), options));
    text
}

/// How many entries each version of Python took away, under a line of headings.
fn census_rows() -> Vec<[String; 4]> {
    let row = |version: String, count: Count| {
        [version, count.modules.to_string(), count.names.to_string(), count.parameters.to_string()]
    };
    let mut rows = vec![["removed in", "modules", "names", "parameters"].map(str::to_owned)];
    let mut all = Count::default();
    for (version, count) in census::by_version() {
        let version = version.map_or_else(|| "no date yet".to_owned(), |version| version.to_string());
        rows.push(row(version, count));
        all.modules += count.modules;
        all.names += count.names;
        all.parameters += count.parameters;
    }
    rows.push(row("all".to_owned(), all));
    rows
}

fn markdown(rows: &[Row]) -> String {
    let mut text = "| rule | group | fix | finds |\n| --- | --- | --- | --- |\n".to_owned();
    for row in rows {
        let summary = row.summary.replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {} | {} | {summary} |", row.name, row.group, row.fix());
    }
    for (number, row) in census_rows().iter().enumerate() {
        let gap = if number == 0 { "\n" } else { "" };
        let _ = writeln!(text, "{gap}| {} |", row.join(" | "));
        if number == 0 {
            text.push_str("| --- | --: | --: | --: |\n");
        }
    }
    text
}

fn json(rows: &[Row]) -> String {
    // Strings, names and options: nothing that JSON could not hold.
    let mut text = serde_json::to_string_pretty(rows).unwrap_or_default();
    text.push('\n');
    text
}
