//! The counts at the end of a report for people.

use std::io::{self, Write};

use super::paint::Paint;
use super::{Context, by_file};
use crate::finding::{Applicability, Finding, Group, Run, Severity};

/// How many findings there are, by what people ask for.
#[derive(Debug, Default)]
pub struct Counts {
    /// Files with a finding.
    pub files: usize,
    /// By severity, the worst first; only those that occur.
    pub severities: Vec<(Severity, usize)>,
    /// By group, in the order the groups are declared; only those that occur.
    pub groups: Vec<(Group, usize)>,
    /// Findings that `--fix` repairs.
    pub safe: usize,
    /// Findings that `--fix --unsafe-fixes` repairs on top.
    pub risky: usize,
}

impl Counts {
    /// Counts findings that are sorted by file.
    #[must_use]
    pub fn new(findings: &[Finding]) -> Self {
        let with = |applicability| {
            let has = |finding: &&Finding| {
                finding.fix.as_ref().is_some_and(|fix| fix.applicability == applicability)
            };
            findings.iter().filter(has).count()
        };
        let severity = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
        let group = |group| findings.iter().filter(|finding| finding.group == group).count();
        let severities = Severity::ALL.iter().rev().map(|&one| (one, severity(one)));
        let groups = Group::ALL.iter().map(|&one| (one, group(one)));
        Self {
            files: by_file(findings).count(),
            severities: severities.filter(|(_, count)| *count > 0).collect(),
            groups: groups.filter(|(_, count)| *count > 0).collect(),
            safe: with(Applicability::Safe),
            risky: with(Applicability::Unsafe),
        }
    }
}

/// `1 file`, `2 files`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `3 errors, 1 warning, 2 info`.
#[must_use]
pub fn severities(counts: &[(Severity, usize)], paint: &Paint) -> String {
    let one = |&(severity, count): &(Severity, usize)| {
        let style = paint.severity(severity);
        let text = if severity == Severity::Info {
            format!("{count} info")
        } else {
            plural(count, severity.as_str())
        };
        format!("{style}{text}{style:#}")
    };
    counts.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Writes what was found, where, and what can be done about it.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let paint = Paint::new(context.colour);
    let strong = paint.strong;
    let counts = Counts::new(&run.findings);
    let migration = context.migration.as_ref().filter(|migration| migration.fixes > 0);
    if let Some(migration) = migration {
        migration.write_text(out, false, context)?;
    }
    if run.findings.is_empty() {
        let what = if migration.is_some() { "Nothing left to report" } else { "Nothing found" };
        writeln!(out, "{strong}{what}{strong:#} in {}", plural(run.files, "file"))?;
    } else {
        let found = plural(run.findings.len(), "finding");
        let files = if counts.files == run.files {
            plural(run.files, "file")
        } else {
            format!("{} of {}", counts.files, plural(run.files, "file"))
        };
        let severities = severities(&counts.severities, &paint);
        writeln!(out, "{strong}Found {found}{strong:#} in {files}: {severities}")?;
        let groups = counts.groups.iter().map(|(group, count)| format!("{group} {count}"));
        writeln!(out, "  by group: {}", groups.collect::<Vec<_>>().join(", "))?;
        if let Some(line) = fixable(&counts) {
            writeln!(out, "  fixable: {line}")?;
        }
    }
    if !run.problems.is_empty() {
        let (error, count) = (paint.error, plural(run.problems.len(), "problem"));
        writeln!(out, "  {error}{count}{error:#}: files that could not be read or written")?;
    }
    Ok(())
}

fn fixable(counts: &Counts) -> Option<String> {
    match (counts.safe, counts.risky) {
        (0, 0) => None,
        (safe, 0) => Some(format!("{safe} with `--fix`")),
        (0, risky) => Some(format!("{risky} with `--fix --unsafe-fixes`")),
        (safe, risky) => Some(format!("{safe} with `--fix`, {risky} more with `--fix --unsafe-fixes`")),
    }
}
