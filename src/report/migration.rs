//! What a run of fixes came to: what was fixed by kind, what is left for a
//! person, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::markdown::{code, prose};
use super::paint::Paint;
use super::summary::plural;
use super::{Context, place, plain};
use crate::finding::{Applicability, Finding, Severity};
use crate::fix::FixedRun;

/// How many kinds a report for people lists of what was fixed, and of what is left.
const MOST: usize = 15;

/// The summary of a migration.
#[derive(Debug, Clone, Serialize)]
pub struct Migration {
    /// Whether files were written; otherwise this is what would be.
    pub written: bool,
    /// How many fixes were made.
    pub fixes: usize,
    /// How many findings are left.
    pub findings: usize,
    /// What was fixed, the most frequent kinds first.
    pub fixed: Vec<Fixed>,
    /// What is left for a person, the gravest and most frequent kinds first.
    pub left: Vec<Left>,
    /// The files that were rewritten.
    pub files: Vec<Changed>,
    /// Files that could not be read, fixed or written.
    pub problems: Vec<Refused>,
}

/// A kind of finding that was fixed.
#[derive(Debug, Clone, Serialize)]
pub struct Fixed {
    /// The rule.
    pub code: &'static str,
    /// What the findings were about.
    pub symbol: String,
    /// Safe or unsafe.
    pub applicability: Applicability,
    /// How many there were.
    pub count: usize,
    /// In how many files.
    pub files: usize,
}

/// A kind of finding that is left.
#[derive(Debug, Clone, Serialize)]
pub struct Left {
    /// The rule.
    pub code: &'static str,
    /// What the findings are about.
    pub symbol: String,
    /// The gravest that occurs.
    pub severity: Severity,
    /// How many there are.
    pub count: usize,
    /// In how many files.
    pub files: usize,
    /// Why no fix was made.
    pub why: Why,
    /// The same in words.
    pub reason: String,
    /// The way out that a person can take.
    pub help: Option<String>,
}

/// Why a finding is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// Its fix was tried and taken back.
    Failed,
    /// Its fix needs `--unsafe-fixes`.
    Unsafe,
    /// Its fix is shown and never made.
    Display,
    /// Only a person knows what to write.
    NoFix,
}

/// A file that was rewritten.
#[derive(Debug, Clone, Serialize)]
pub struct Changed {
    /// Absolute.
    pub filename: String,
    /// Fixes of findings in it.
    pub fixes: usize,
}

/// A file that could not be read, fixed or written.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    /// Absolute.
    pub filename: String,
    /// Why.
    pub message: String,
}

impl Migration {
    /// Sums up a run whose findings are those that are left. `written` says
    /// whether the files were replaced.
    #[must_use]
    pub fn new(fixed: &FixedRun, written: bool, context: &Context) -> Self {
        let filename = |path: &Path| place::filename(path, context);
        let files = fixed.changed();
        Self {
            written,
            fixes: fixed.files.iter().map(|file| file.made.len()).sum(),
            findings: fixed.run.findings.len(),
            fixed: kinds_fixed(fixed),
            left: kinds_left(fixed),
            files: files
                .map(|file| Changed { filename: filename(&file.path), fixes: file.made.len() })
                .collect(),
            problems: (fixed.run.problems.iter())
                .map(|one| Refused { filename: filename(&one.path), message: one.message.clone() })
                .collect(),
        }
    }

    /// Writes the whole as one JSON object.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        writeln!(out)
    }

    /// Writes it as text, every kind with `all`, else the first ones.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_text(&self, out: &mut dyn Write, all: bool, context: &Context) -> io::Result<()> {
        let paint = Paint::new(context.colour);
        let (strong, faint) = (paint.strong, paint.faint);
        let most = if all { usize::MAX } else { MOST };
        writeln!(out, "{strong}{}{strong:#}", self.headline())?;
        let width = |counts: &mut dyn Iterator<Item = usize>| counts.max().unwrap_or(0).to_string().len();
        let wide = width(&mut self.fixed.iter().map(|kind| kind.count));
        for kind in self.fixed.iter().take(most) {
            let mark = if kind.applicability == Applicability::Unsafe { "  [unsafe fix]" } else { "" };
            let name = plain::line(&format!("{}({})", kind.code, kind.symbol)).into_owned();
            writeln!(out, "  {:>wide$}  {name}{faint}{mark}{faint:#}", kind.count)?;
        }
        write_rest(out, self.fixed.iter().skip(most).map(|kind| kind.count))?;
        if self.left.is_empty() {
            return Ok(());
        }
        writeln!(out, "{strong}Left for a person: {}{strong:#}", plural(self.findings, "finding"))?;
        let wide = width(&mut self.left.iter().map(|kind| kind.count));
        for kind in self.left.iter().take(most) {
            let level = paint.severity(kind.severity);
            let name = plain::line(&format!("{}({})", kind.code, kind.symbol)).into_owned();
            let reason = plain::line(&kind.reason).into_owned();
            writeln!(out, "  {:>wide$}  {level}{}{level:#} {name}: {reason}", kind.count, kind.severity)?;
        }
        write_rest(out, self.left.iter().skip(most).map(|kind| kind.count))
    }

    /// Writes it as Markdown, every kind with `all`, else the first ones.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_markdown(&self, out: &mut dyn Write, all: bool) -> io::Result<()> {
        let most = if all { usize::MAX } else { MOST };
        writeln!(out, "## newskin: {}\n", self.headline().to_lowercase())?;
        if !self.fixed.is_empty() {
            writeln!(out, "| fixed | files | kind | fix |\n| ---: | ---: | --- | --- |")?;
            for kind in self.fixed.iter().take(most) {
                let name = code(&format!("{}({})", kind.code, kind.symbol));
                writeln!(out, "| {} | {} | {name} | {} |", kind.count, kind.files, kind.applicability)?;
            }
            write_rest(out, self.fixed.iter().skip(most).map(|kind| kind.count))?;
        }
        if !self.left.is_empty() {
            writeln!(out, "\n### Left for a person: {}\n", plural(self.findings, "finding"))?;
            writeln!(out, "| left | files | severity | kind | why |\n| ---: | ---: | --- | --- | --- |")?;
            for kind in self.left.iter().take(most) {
                let name = code(&format!("{}({})", kind.code, kind.symbol));
                let help =
                    kind.help.as_deref().map(|help| format!("<br>{}", prose(help))).unwrap_or_default();
                let (count, files, severity) = (kind.count, kind.files, kind.severity);
                writeln!(out, "| {count} | {files} | {severity} | {name} | {}{help} |", prose(&kind.reason))?;
            }
            write_rest(out, self.left.iter().skip(most).map(|kind| kind.count))?;
        }
        if all && !self.problems.is_empty() {
            writeln!(out, "\n### Not done\n")?;
            for problem in &self.problems {
                writeln!(out, "- {}: {}", code(&problem.filename), prose(&problem.message))?;
            }
        }
        Ok(())
    }

    fn headline(&self) -> String {
        let verb = if self.written { "Fixed" } else { "Would fix" };
        match self.fixes {
            0 => "Nothing to fix".to_owned(),
            _ => format!("{verb} {} in {}", plural(self.fixes, "finding"), plural(self.files.len(), "file")),
        }
    }
}

fn write_rest(out: &mut dyn Write, rest: impl Iterator<Item = usize>) -> io::Result<()> {
    let (kinds, findings) = rest.fold((0, 0), |(kinds, findings), count| (kinds + 1, findings + count));
    if kinds > 0 {
        writeln!(out, "\n  and {} of {}", plural(findings, "finding"), plural(kinds, "more kind"))?;
    }
    Ok(())
}

fn kinds_fixed(fixed: &FixedRun) -> Vec<Fixed> {
    let mut kinds: BTreeMap<_, (usize, BTreeSet<&Path>)> = BTreeMap::new();
    for file in &fixed.files {
        for made in &file.made {
            let (count, files) = kinds.entry((made.rule, &*made.symbol, made.applicability)).or_default();
            *count += 1;
            files.insert(&file.path);
        }
    }
    let kind = |((code, symbol, applicability), (count, files)): ((_, &str, _), (_, BTreeSet<_>))| Fixed {
        code,
        symbol: symbol.to_owned(),
        applicability,
        count,
        files: files.len(),
    };
    let mut kinds: Vec<Fixed> = kinds.into_iter().map(kind).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    kinds
}

fn kinds_left(fixed: &FixedRun) -> Vec<Left> {
    let failed: FxHashMap<_, &str> =
        fixed.not_made.iter().map(|one| ((&*one.path, one.rule, &*one.symbol), &*one.reason)).collect();
    let mut kinds: BTreeMap<(&str, &str, Why, String), Vec<&Finding>> = BTreeMap::new();
    for finding in &fixed.run.findings {
        let key = (&*finding.path, finding.rule, &*finding.symbol);
        let (why, reason) = match failed.get(&key) {
            Some(reason) => (Why::Failed, format!("its fix was not made: {reason}")),
            None => why(finding),
        };
        kinds.entry((finding.rule, &finding.symbol, why, reason)).or_default().push(finding);
    }
    let kind = |((_, symbol, why, reason), findings): ((&str, &str, Why, String), Vec<&Finding>)| {
        let first = findings.first()?;
        let files: BTreeSet<&Path> = findings.iter().map(|finding| &*finding.path).collect();
        Some(Left {
            code: first.rule,
            symbol: symbol.to_owned(),
            severity: findings.iter().map(|finding| finding.severity).max()?,
            count: findings.len(),
            files: files.len(),
            why,
            reason,
            help: first.help.clone(),
        })
    };
    let mut kinds: Vec<Left> = kinds.into_iter().filter_map(kind).collect();
    kinds.sort_by_key(|kind| std::cmp::Reverse((kind.severity, kind.count)));
    kinds
}

fn why(finding: &Finding) -> (Why, String) {
    let Some(fix) = &finding.fix else {
        return (Why::NoFix, "no fix is known that is right everywhere".to_owned());
    };
    let reason = fix.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match fix.applicability {
        Applicability::Display => (Why::Display, format!("its fix can only be suggested{reason}")),
        Applicability::Unsafe => (Why::Unsafe, format!("its fix needs `--unsafe-fixes`{reason}")),
        Applicability::Safe => (Why::Failed, "its fix was not made".to_owned()),
    }
}
