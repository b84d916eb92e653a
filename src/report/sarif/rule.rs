//! What SARIF tells about a rule, taken from its page.

use serde::Serialize;

use super::{Level, Message, level};
use crate::finding::{Finding, Group, Severity};
use crate::rules::RULES;

/// A `reportingDescriptor`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    level: Level,
}

#[derive(Serialize)]
struct Properties {
    tags: [&'static str; 3],
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
}

/// Describes a rule of which there is a finding.
#[must_use]
pub fn descriptor(id: &'static str, findings: &[Finding]) -> Descriptor {
    let page = RULES.binary_search_by_key(&id, |entry| entry.id).map_or("", |at| RULES[at].page);
    let group = findings.iter().find(|finding| finding.rule == id).map_or(Group::Newskin, |one| one.group);
    let paragraph = |number| paragraphs(page).nth(number).unwrap_or_else(|| id.to_owned());
    let full: Vec<String> = paragraphs(page).collect();
    let full = if full.is_empty() { id.to_owned() } else { full.join("\n\n") };
    let severity = usual(group);
    Descriptor {
        id,
        short_description: plain(paragraph(0)),
        full_description: plain(full),
        help: Message {
            text: if page.is_empty() { id.to_owned() } else { page.to_owned() },
            markdown: Some(page).filter(|page| !page.is_empty()).map(str::to_owned),
        },
        help_uri: link(page),
        default_configuration: Configuration { level: level(severity) },
        properties: Properties {
            tags: ["python", "migration", group.as_str()],
            problem_severity: match severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "recommendation",
            },
        },
    }
}

const fn plain(text: String) -> Message {
    Message { text, markdown: None }
}

/// The severity most findings of a group have; each result has its own.
const fn usual(group: Group) -> Severity {
    match group {
        Group::Stdlib | Group::Syntax | Group::Docker | Group::Aws | Group::Azure | Group::Dependencies => {
            Severity::Error
        }
        Group::Semantics => Severity::Warning,
        Group::Modernize | Group::Newskin => Severity::Info,
    }
}

/// The first paragraphs of the page without headings, each on one line, as far
/// as they are prose.
fn paragraphs(page: &str) -> impl Iterator<Item = String> + '_ {
    const OTHER: [&str; 6] = ["```", "- ", "* ", "|", "    ", ">"];
    page.split("\n\n")
        .map(
            |piece| {
                if piece.starts_with('#') {
                    piece.split_once('\n').map_or("", |(_, text)| text)
                } else {
                    piece
                }
            },
        )
        .map(str::trim_end)
        .filter(|piece| !piece.is_empty())
        .take_while(|piece| !OTHER.iter().any(|mark| piece.starts_with(mark)))
        .take(2)
        .map(|piece| piece.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The first web address on the page: the source of what the rule says.
fn link(page: &str) -> Option<String> {
    let start = page.find("https://")?;
    let rest = &page[start..];
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | '"' | '`' | ']'));
    Some(rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ',', ';']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "Something\nis gone.\n\nIt was bad\nanyway (<https://example.org/why>).\n\n```python\nx\n```\n\nEnd.";

    #[test]
    fn descriptions_end_at_the_first_code() {
        let found: Vec<String> = paragraphs(PAGE).collect();
        assert_eq!(found, ["Something is gone.", "It was bad anyway (<https://example.org/why>)."]);
        let found: Vec<String> = paragraphs("One.\n\n```\ntwo\n```\n\nThree.").collect();
        assert_eq!(found, ["One."]);
    }

    #[test]
    fn the_first_link_is_the_source() {
        assert_eq!(link(PAGE).as_deref(), Some("https://example.org/why"));
        assert_eq!(link("no link"), None);
    }
}
