//! Findings and changes as text, for snapshots.

use std::fmt::Write as _;

use newskin::finding::{Finding, Fix};
use newskin::fix::FixedRun;

use crate::cases::{Copied, Observed};

/// All findings of all rules, then what safe fixes change, then what unsafe
/// fixes change after that.
pub fn observed(observed: &Observed) -> String {
    let copied = &observed.copied;
    let mut text = String::new();
    for finding in &observed.before.findings {
        text += &one(copied, finding);
    }
    for problem in &observed.before.problems {
        let path = copied.inside(&problem.path).display();
        writeln!(text, "problem in {path}: {}", copied.anonymous(&problem.message)).expect("a string");
    }
    if text.is_empty() {
        text += "nothing found\n";
    }
    text += &changes("safe fixes", copied, &observed.safe.first);
    text += &changes("then unsafe fixes", copied, &observed.unsafe_.first);
    text
}

fn one(copied: &Copied, finding: &Finding) -> String {
    let path = copied.inside(&finding.path).display();
    let (start, end) = (finding.span.start, finding.span.end);
    let cell = finding.span.cell.map_or_else(String::new, |cell| format!(":cell {cell}"));
    let fix = finding.fix.as_ref().map_or_else(String::new, fix);
    format!(
        "{path}{cell}:{}:{} to {}:{} {} {} {}:{}\n  {}\n{fix}",
        start.row,
        start.column,
        end.row,
        end.column,
        finding.severity,
        finding.confidence,
        finding.rule,
        finding.symbol,
        copied.anonymous(&finding.message),
    )
}

fn fix(fix: &Fix) -> String {
    let reason = fix.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
    format!("  {}: {}{reason}\n", fix.applicability, fix.message)
}

fn changes(title: &str, copied: &Copied, fixed: &FixedRun) -> String {
    if fixed.files.is_empty() {
        return String::new();
    }
    let diffs = fixed.files.iter().map(|file| copied.anonymous(&file.diff()));
    format!("\n=== {title}\n{}", diffs.collect::<String>())
}
