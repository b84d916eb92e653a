//! What a run produces: findings, their places, and the fixes they carry.
//!
//! Everything here is owned, so that a document can be dropped as soon as its
//! file has been checked and memory stays flat over a large repository.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruff_text_size::TextRange;
use serde::{Deserialize, Serialize};

/// What happens on the target version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Works on the target, will go later, or housekeeping.
    Info,
    /// May fail or behaves differently.
    Warning,
    /// Fails: import, attribute, call, build, deployment or start.
    Error,
}

/// How the finding was established.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// By a name alone; hidden unless asked for.
    Possible,
    /// With one reasonable assumption.
    Likely,
    /// By imports, types or literal configuration.
    Certain,
}

impl Confidence {
    /// Of what is resolved if `sure`, and otherwise reasonably assumed.
    #[must_use]
    pub fn resolved(sure: bool) -> Self {
        if sure { Self::Certain } else { Self::Likely }
    }
}

/// Who may apply a fix. Ordered, so that the whole policy is one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Shown, never applied.
    Display,
    /// Applied with `--unsafe-fixes`; carries its reason.
    Unsafe,
    /// Keeps the meaning on every supported Python.
    Safe,
}

/// A family of rules, selectable by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// The standard library lost or changed something.
    Stdlib,
    /// The same code means something else.
    Semantics,
    /// The target's grammar refuses or will refuse the text.
    Syntax,
    /// Container images and what is built in them.
    Docker,
    /// AWS Lambda and its tools.
    Aws,
    /// Azure Functions and its tools.
    Azure,
    /// Requirements, lock files, wheels, and the Pythons that a project names.
    Dependencies,
    /// Not needed for the target, off by default.
    Modernize,
    /// About the run itself, such as a suppression without use.
    Newskin,
}

macro_rules! display_as_kebab {
    ($($type:ty { $($variant:ident => $name:literal),+ $(,)? })+) => {$(
        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name used on the command line, in configuration and in output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(format!("`{text}` is not one of {}", [$($name),+].join(", "))),
                }
            }
        }
    )+};
}
pub(crate) use display_as_kebab;

display_as_kebab! {
    Severity { Info => "info", Warning => "warning", Error => "error" }
    Confidence { Possible => "possible", Likely => "likely", Certain => "certain" }
    Applicability { Display => "display", Unsafe => "unsafe", Safe => "safe" }
    Group {
        Stdlib => "stdlib", Semantics => "semantics", Syntax => "syntax", Docker => "docker",
        Aws => "aws", Azure => "azure", Dependencies => "dependencies", Modernize => "modernize",
        Newskin => "newskin",
    }
}

/// A place in a file as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Place {
    /// Line, from 1; in a notebook, within the cell.
    pub row: u32,
    /// Unicode character in the line, from 1.
    pub column: u32,
}

/// Where a finding or an edit is: bytes for machines, rows for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Bytes of the decoded text (in a notebook, of all code cells joined).
    pub range: TextRange,
    /// Number of the notebook cell, from 1, counting every cell.
    pub cell: Option<u32>,
    /// First character.
    pub start: Place,
    /// The place just behind the last character.
    pub end: Place,
}

/// Replaces the text of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file, when it is another one than the finding's.
    pub path: Option<Arc<Path>>,
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// The new text, with the line ends of the file.
    pub content: String,
}

/// A repair: all of its edits, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Who may apply it.
    pub applicability: Applicability,
    /// What it does, as an order: "Replace `pipes.quote` with `shlex.quote`".
    pub message: String,
    /// Why it is not safe; present unless the fix is safe.
    pub reason: Option<String>,
    /// At least one edit; edits of one file do not overlap.
    pub edits: Vec<Edit>,
}

/// The lines around a finding, kept because the document is gone when it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Excerpt {
    /// Row of the first line in `text`.
    pub first_row: u32,
    /// Whole lines without the last line's end, or of a very long line what is
    /// near the finding.
    pub text: String,
    /// Bytes of the finding within `text`.
    pub start: usize,
    /// End of those bytes.
    pub end: usize,
}

impl Excerpt {
    /// The text of the finding.
    #[must_use]
    pub fn marked(&self) -> &str {
        self.text.get(self.start..self.end).unwrap_or_default()
    }

    /// The line on which the finding begins, without its end.
    #[must_use]
    pub fn line(&self) -> &str {
        let Some((before, behind)) = self.text.split_at_checked(self.start) else { return "" };
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = behind.find('\n').map_or(self.text.len(), |at| self.start + at);
        &self.text[start..end]
    }
}

/// One fault at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule, in kebab-case.
    pub rule: &'static str,
    /// The rule's group.
    pub group: Group,
    /// What the finding is about: a dotted name, image, package or setting key.
    pub symbol: String,
    /// The file, as it was reached from the command line.
    pub path: Arc<Path>,
    /// The place.
    pub span: Span,
    /// What happens on the target.
    pub severity: Severity,
    /// How it was established.
    pub confidence: Confidence,
    /// One sentence without a final full stop, names in backticks.
    pub message: String,
    /// The way out, as one or a few sentences.
    pub help: Option<String>,
    /// Where the fact is documented.
    pub url: Option<String>,
    /// Python version that removed the symbol, such as `3.13`.
    pub removed_in: Option<String>,
    /// Python version that deprecated it.
    pub deprecated_in: Option<String>,
    /// The repair, if there is one.
    pub fix: Option<Fix>,
    /// The text to show.
    pub excerpt: Excerpt,
}

impl Finding {
    /// The order of every report: file, place, rule, symbol.
    #[must_use]
    pub fn sort_key(&self) -> (&Path, TextRangeKey, &str, &str) {
        let range = self.span.range;
        let key = (u32::from(range.start()), u32::from(range.end()));
        (&self.path, key, self.rule, &self.symbol)
    }
}

/// Start and end of a range, comparable.
pub type TextRangeKey = (u32, u32);

/// Something that went wrong with the run, not with the code: a file that
/// could not be read or written. Reported beside the findings; exit code 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// What happened, without the path.
    pub message: String,
}

/// What one run found.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Sorted by file and place.
    pub findings: Vec<Finding>,
    /// Files that could not be read; each makes the exit code 2.
    pub problems: Vec<Problem>,
    /// How many files were looked at.
    pub files: usize,
}

/// An order or a clause as the beginning of a sentence.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
