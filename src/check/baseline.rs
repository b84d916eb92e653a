//! Known findings: recorded once, hidden from then on, never added to by
//! accident.
//!
//! A finding is known by its file, rule, symbol and the text of the line it
//! begins on, with white space evened out. Rows do not count, so findings
//! survive when lines move; equal ones are counted, so one more is new.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::config::{Settings, globs::absolute};
use crate::error::Error;
use crate::finding::{Confidence, Finding, Problem, Severity};
use crate::rules::RULES;

/// The form of the file; a file with another number is refused.
const FORM: u32 = 1;

/// Longer lines are cut: what follows rarely tells two of them apart.
const LINE: usize = 120;

/// A baseline file.
#[derive(Debug, Clone)]
pub struct Baseline {
    /// Paths in the file are relative to this folder.
    folder: PathBuf,
    files: Files,
}

/// Entries by relative path, then in order.
type Files = BTreeMap<String, BTreeMap<Key, Entry>>;

/// What makes two findings of a file the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    rule: String,
    symbol: String,
    line: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    severity: Severity,
    confidence: Confidence,
    count: usize,
}

/// An entry as it stands in the file, on one line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    symbol: String,
    line: String,
    severity: Severity,
    confidence: Confidence,
    count: usize,
}

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "newskin-baseline")]
    form: u32,
    files: BTreeMap<String, Vec<Row>>,
}

/// What a run looked at. An entry outside it was not looked for, so that it is
/// not fixed because it was not found.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Where the run began.
    pub paths: &'a [PathBuf],
    /// Files that could not be read.
    pub problems: &'a [Problem],
    /// What was asked for.
    pub settings: &'a Settings,
}

impl Baseline {
    /// An empty baseline that will be kept at `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let folder = absolute(path).parent().map_or_else(PathBuf::new, Path::to_owned);
        Self { folder, files: Files::new() }
    }

    /// Reads the text of the baseline file at `path`.
    ///
    /// # Errors
    /// Text that this program did not write, with the place.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let malformed =
            |row, column, message| Error::Malformed { path: path.to_owned(), row, column, message };
        let form: Form = serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
            malformed(error.line().max(1), error.column().max(1), format!("this is no baseline: {message}"))
        })?;
        if form.form != FORM {
            let message = format!("the form of this baseline is {}, this version reads {FORM}", form.form);
            return Err(malformed(1, 1, message));
        }
        let mut baseline = Self::new(path);
        for (file, rows) in form.files {
            let entries = baseline.files.entry(file).or_default();
            for row in rows {
                let Row { rule, symbol, line, severity, confidence, count } = row;
                let entry = Entry { severity, confidence, count };
                let key = Key { rule, symbol, line };
                entries.entry(key).and_modify(|entry| entry.count += count).or_insert(entry);
            }
        }
        Ok(baseline)
    }

    /// Takes the known findings away. Gives back the others, and how many known
    /// ones no longer occur.
    #[must_use]
    pub fn hide(&self, findings: Vec<Finding>, scope: Scope<'_>) -> (Vec<Finding>, usize) {
        let mut left = self.files.clone();
        let mut names = Names::new(&self.folder);
        let rest = findings.into_iter().filter(|finding| {
            let entries = left.get_mut(names.of(&finding.path));
            let known = entries.and_then(|entries| entries.get_mut(&Key::of(finding)));
            let known = known.filter(|entry| entry.count > 0);
            known.map(|entry| entry.count -= 1).is_none()
        });
        let rest = rest.collect();
        let entries = left.iter().flat_map(|(file, entries)| entries.iter().map(move |entry| (file, entry)));
        let fixed = entries
            .filter(|(file, (key, entry))| scope.covers(&self.folder, file, key, entry))
            .map(|(_, (_, entry))| entry.count)
            .sum();
        (rest, fixed)
    }

    /// Records findings. What stood there before about the same scope is
    /// forgotten, what the run did not look at is kept.
    pub fn record(&mut self, findings: &[Finding], scope: Scope<'_>) {
        let folder = &self.folder;
        for (file, entries) in &mut self.files {
            entries.retain(|key, entry| !scope.covers(folder, file, key, entry));
        }
        let mut names = Names::new(folder);
        for finding in findings {
            let file = names.of(&finding.path).to_owned();
            let entry = self.files.entry(file).or_default().entry(Key::of(finding)).or_insert(Entry {
                severity: finding.severity,
                confidence: finding.confidence,
                count: 0,
            });
            entry.count += 1;
        }
        self.files.retain(|_, entries| !entries.is_empty());
    }

    /// How many findings are recorded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.values().flat_map(BTreeMap::values).map(|entry| entry.count).sum()
    }

    /// Whether nothing is recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The text of the file: sorted, one entry on a line, the same for the same
    /// findings everywhere.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Writing to a string cannot fail, and strings and numbers are valid JSON.
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_default();
        let mut text = format!("{{\n  \"newskin-baseline\": {FORM},\n  \"files\": {{");
        for (at, (file, entries)) in self.files.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            let _ = write!(text, "{comma}\n    {}: [", quoted(file));
            for (at, (key, entry)) in entries.iter().enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let row = Row {
                    rule: key.rule.clone(),
                    symbol: key.symbol.clone(),
                    line: key.line.clone(),
                    severity: entry.severity,
                    confidence: entry.confidence,
                    count: entry.count,
                };
                let _ = write!(text, "{comma}\n      {}", serde_json::to_string(&row).unwrap_or_default());
            }
            text.push_str("\n    ]");
        }
        text.push_str(if self.files.is_empty() { "}\n}\n" } else { "\n  }\n}\n" });
        text
    }
}

impl Key {
    fn of(finding: &Finding) -> Self {
        let words: Vec<&str> = first_line(finding).split_whitespace().collect();
        let line = words.join(" ").chars().take(LINE).collect();
        Self { rule: finding.rule.to_owned(), symbol: finding.symbol.clone(), line }
    }
}

/// The line on which the finding begins.
fn first_line(finding: &Finding) -> &str {
    let excerpt = &finding.excerpt;
    let text = excerpt.text.as_str();
    let Some((before, behind)) = text.split_at_checked(excerpt.start) else { return "" };
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let end = behind.find('\n').map_or(text.len(), |at| excerpt.start + at);
    &text[start..end]
}

impl Scope<'_> {
    fn covers(&self, folder: &Path, file: &str, key: &Key, entry: &Entry) -> bool {
        let settings = self.settings;
        let rule = RULES.iter().find(|rule| rule.id == key.rule);
        let least = rule
            .map_or(settings.min_severity, |rule| settings.least_severity(rule.id, rule.rule.meta().group));
        let shown = entry.severity >= least && entry.confidence >= settings.min_confidence;
        let selected =
            rule.is_none_or(|rule| settings.selection.reports(rule.id, rule.rule.meta().group, &key.symbol));
        let path = absolute(&folder.join(file));
        let read = !self.problems.iter().any(|problem| absolute(&problem.path) == path);
        shown && selected && read && self.paths.iter().any(|root| path.starts_with(absolute(root)))
    }
}

/// Paths as the baseline writes them; findings of one file follow each other.
struct Names<'a> {
    folder: &'a Path,
    last: PathBuf,
    name: String,
}

impl<'a> Names<'a> {
    fn new(folder: &'a Path) -> Self {
        Self { folder, last: PathBuf::new(), name: String::new() }
    }

    fn of(&mut self, path: &Path) -> &str {
        if self.last != path {
            self.last = path.to_owned();
            self.name = relative(&absolute(path), self.folder);
        }
        &self.name
    }
}

/// The way from a folder to a path, with forward slashes; both absolute.
fn relative(path: &Path, folder: &Path) -> String {
    let shared = path.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    let up = folder.components().skip(shared).filter(|part| matches!(part, Component::Normal(_)));
    let down = path.components().skip(shared).map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.map(|_| "..".into()).chain(down).collect();
    parts.join("/")
}

#[cfg(test)]
mod tests;
