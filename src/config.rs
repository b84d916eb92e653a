//! What the user asked for: command line over configuration file over defaults.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::finding::{Confidence, Group, Severity};
use crate::version::PythonVersion;

/// One choice of findings: a group, a rule, or a rule with a symbol glob.
#[derive(Debug, Clone)]
pub enum Selector {
    /// Every rule.
    All,
    /// Every rule of a group.
    Group(Group),
    /// One rule, and the symbols it is limited to.
    Rule(&'static str, Option<globset::GlobMatcher>),
}

/// Which rules and symbols are reported.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Chosen instead of the default set; empty means the default set.
    pub select: Vec<Selector>,
    /// Chosen on top.
    pub extend_select: Vec<Selector>,
    /// Taken away.
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Whether any finding of a rule can be reported, so that running it is worth it.
    #[must_use]
    pub fn may_report(&self, rule: &str, group: Group) -> bool {
        let _ = (rule, group);
        true
    }

    /// Whether a finding of this rule about this symbol is reported.
    #[must_use]
    pub fn reports(&self, rule: &str, group: Group, symbol: &str) -> bool {
        let _ = (rule, group, symbol);
        true
    }
}

/// Settings of one run, complete: every default is filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Python the code shall run on.
    pub target: PythonVersion,
    /// The oldest Python still supported, when the user said so.
    pub minimum: Option<PythonVersion>,
    /// The day for which dates of platforms are judged.
    pub as_of: Date,
    /// Rules and symbols.
    pub selection: Selection,
    /// Files matching the glob get these selectors taken away.
    pub per_file_ignores: Vec<(globset::GlobMatcher, Vec<Selector>)>,
    /// Findings below are not shown.
    pub min_severity: Severity,
    /// Findings below are not shown.
    pub min_confidence: Confidence,
    /// Findings at or above make the exit code 1; `None` is `never`.
    pub fail_on: Option<Severity>,
    /// Globs left out while walking.
    pub exclude: Vec<String>,
    /// Apply `exclude` to files named on the command line too.
    pub force_exclude: bool,
    /// Fixes may add backport requirements.
    pub backports: bool,
    /// Directory that relative globs and the survey start from.
    pub root: PathBuf,
}

impl Settings {
    /// Whether `per-file-ignores` takes this finding away from the file.
    #[must_use]
    pub fn is_ignored_in(&self, path: &std::path::Path, rule: &str, group: Group, symbol: &str) -> bool {
        let _ = (path, rule, group, symbol);
        false
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            target: PythonVersion::PY313,
            minimum: None,
            as_of: jiff::Zoned::now().date(),
            selection: Selection::default(),
            per_file_ignores: Vec::new(),
            min_severity: Severity::Warning,
            min_confidence: Confidence::Likely,
            fail_on: Some(Severity::Warning),
            exclude: Vec::new(),
            force_exclude: false,
            backports: false,
            root: PathBuf::from("."),
        }
    }
}
