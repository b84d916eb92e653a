//! SARIF 2.1.0, for code scanning.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer};

use super::fingerprint::Fingerprints;
use super::{Context, by_file, place};
use crate::finding::{Applicability, Finding, Fix, Problem, Run, Severity, Span};

mod rule;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [RunObject<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunObject<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    original_uri_base_ids: BTreeMap<&'a str, ArtifactLocation<'a>>,
    column_kind: &'a str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    semantic_version: &'a str,
    information_uri: &'a str,
    rules: Vec<rule::Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'a str,
    message: Message,
    locations: [Location<'a>; 1],
}

#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: Level,
    message: Message,
    locations: [Location<'a>; 1],
    partial_fingerprints: Partial,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixObject<'a>>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Note,
    Warning,
    Error,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Partial {
    /// The name under which GitHub looks for it.
    primary_location_line_hash: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    symbol: &'a str,
    group: &'a str,
    confidence: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed_in: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated_in: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: ArtifactLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct LogicalLocation {
    name: String,
    kind: &'static str,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation<'a> {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject<'a> {
    description: Message,
    artifact_changes: Vec<ArtifactChange<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation<'a>,
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'a> {
    deleted_region: Region,
    inserted_content: Content<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    text: &'a str,
}

/// Serialised one by one: a run can have many.
struct Results<'a> {
    findings: &'a [Finding],
    rules: &'a [&'static str],
    context: &'a Context,
}

/// Writes the log.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let mut rules: Vec<&'static str> = run.findings.iter().map(|finding| finding.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let root = ArtifactLocation { uri: place::base_uri(&context.root), uri_base_id: None };
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [RunObject {
            tool: Tool {
                driver: Driver {
                    name: "newskin",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: rules.iter().map(|id| rule::descriptor(id, &run.findings)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: run.problems.is_empty(),
                tool_execution_notifications: run.problems.iter().map(|p| notification(p, context)).collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            column_kind: "unicodeCodePoints",
            results: Results { findings: &run.findings, rules: &rules, context },
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fingerprints = RefCell::new(Fingerprints::default());
        let results = by_file(self.findings).flat_map(|file| {
            let artifact = artifact(&file[0].path, self.context);
            let fingerprints = &fingerprints;
            file.iter().map(move |finding| {
                let (hash, count) = fingerprints.borrow_mut().of_finding(finding, &artifact.uri);
                let index = self.rules.binary_search(&finding.rule).unwrap_or_default();
                result(finding, artifact.clone(), index, format!("{hash:032x}:{count}"), self.context)
            })
        });
        serializer.collect_seq(results)
    }
}

fn result<'a>(
    finding: &'a Finding,
    artifact: ArtifactLocation<'a>,
    rule_index: usize,
    primary_location_line_hash: String,
    context: &Context,
) -> ResultObject<'a> {
    let fixes = finding.fix.as_ref().and_then(|fix| fix_object(finding, fix, &artifact, context));
    ResultObject {
        rule_id: finding.rule,
        rule_index,
        level: level(finding.severity),
        message: message(finding),
        locations: [location(&finding.span, artifact)],
        partial_fingerprints: Partial { primary_location_line_hash },
        fixes: fixes.into_iter().collect(),
        properties: Properties {
            symbol: &finding.symbol,
            group: finding.group.as_str(),
            confidence: finding.confidence.as_str(),
            removed_in: finding.removed_in.as_deref(),
            deprecated_in: finding.deprecated_in.as_deref(),
            url: finding.url.as_deref(),
        },
    }
}

const fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    }
}

fn message(finding: &Finding) -> Message {
    let mut text = place::message(finding);
    if let Some(help) = &finding.help {
        text.push_str(". ");
        text.push_str(help);
    }
    // `[text](1)` would be a link, in plain text too (section 3.11.6).
    let text = if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text };
    Message { text, markdown: None }
}

/// In a notebook rows count within a cell; the file itself is JSON, so that
/// only its first line can be named.
fn location<'a>(span: &Span, artifact_location: ArtifactLocation<'a>) -> Location<'a> {
    let (start, end) = place::in_file(span);
    let region = Region {
        start_line: start.row,
        start_column: start.column,
        end_line: end.row,
        end_column: end.column,
    };
    let cell = span.cell.map(|cell| LogicalLocation { name: format!("cell {cell}"), kind: "module" });
    Location {
        physical_location: PhysicalLocation { artifact_location, region: Some(region) },
        logical_locations: cell.into_iter().collect(),
    }
}

fn artifact<'a>(path: &Path, context: &Context) -> ArtifactLocation<'a> {
    let (uri, below_root) = place::uri(path, context);
    ArtifactLocation { uri, uri_base_id: below_root.then_some(ROOT) }
}

/// A fix that a viewer can apply: not one that is for display, and none in a
/// notebook, whose edits are no regions of the file.
fn fix_object<'a>(
    finding: &Finding,
    fix: &'a Fix,
    own: &ArtifactLocation<'a>,
    context: &Context,
) -> Option<FixObject<'a>> {
    let in_cell = fix.edits.iter().any(|edit| edit.span.cell.is_some());
    if fix.applicability == Applicability::Display || in_cell {
        return None;
    }
    let mut changes: Vec<(&Path, ArtifactChange<'a>)> = Vec::new();
    for edit in &fix.edits {
        let path = edit.path.as_deref().unwrap_or(&finding.path);
        let (start, end) = (edit.span.start, edit.span.end);
        let replacement = Replacement {
            deleted_region: Region {
                start_line: start.row,
                start_column: start.column,
                end_line: end.row,
                end_column: end.column,
            },
            inserted_content: Content { text: &edit.content },
        };
        if let Some((_, change)) = changes.iter_mut().find(|(known, _)| *known == path) {
            change.replacements.push(replacement);
        } else {
            let artifact_location =
                if path == &*finding.path { own.clone() } else { artifact(path, context) };
            changes.push((path, ArtifactChange { artifact_location, replacements: vec![replacement] }));
        }
    }
    let text = match &fix.reason {
        Some(reason) => format!("{} ({}: {reason})", fix.message, fix.applicability),
        None => fix.message.clone(),
    };
    Some(FixObject {
        description: Message { text, markdown: None },
        artifact_changes: changes.into_iter().map(|(_, change)| change).collect(),
    })
}

fn notification<'a>(problem: &Problem, context: &Context) -> Notification<'a> {
    let artifact_location = artifact(&problem.path, context);
    let physical_location = PhysicalLocation { artifact_location, region: None };
    Notification {
        level: "error",
        message: Message { text: problem.message.clone(), markdown: None },
        locations: [Location { physical_location, logical_locations: Vec::new() }],
    }
}
