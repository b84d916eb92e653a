//! What fixing came to, and how it gets to the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::{Spoiled, diff, write};
use crate::finding::{Applicability, Finding, Problem, Run};
use crate::read::Source;

/// What fixing came to, in memory until [`FixedRun::write`].
#[derive(Debug, Default, Clone)]
pub struct FixedRun {
    /// What is left when the files are written. Problems name each file that
    /// could not be fixed or written; it is as it was.
    pub run: Run,
    /// The files that change, and those whose findings are fixed in another
    /// file; sorted by path.
    pub files: Vec<FixedFile>,
    /// Fixes that were wanted and not made.
    pub not_made: Vec<NotMade>,
    /// Files that were taken back because their fixes together did not do what
    /// they are for.
    pub spoiled: Vec<Spoiled>,
    /// All that was found before any fix.
    pub before: Vec<Finding>,
}

/// One changed file.
#[derive(Debug, Clone)]
pub struct FixedFile {
    /// As reached from the command line.
    pub path: Arc<Path>,
    /// As it was read.
    pub before: Source,
    /// As it is (or would be) written.
    pub after: Source,
    /// The fixes whose findings are in this file, in the order they were made.
    pub made: Vec<Made>,
    /// Files with the same number are written together or not at all.
    pub group: usize,
}

/// A fix that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Knows the fix, and those that do the same to the same text of the file,
    /// again in another run over the same files.
    pub key: u64,
    /// The rule that offered it.
    pub rule: &'static str,
    /// What the finding was about.
    pub symbol: String,
    /// Safe or unsafe.
    pub applicability: Applicability,
    /// What it did.
    pub message: String,
    /// The line of the finding when it was made.
    pub row: u32,
    /// The text that the finding marks.
    pub marked: String,
}

/// A fix that was wanted and not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotMade {
    /// The file of its finding.
    pub path: Arc<Path>,
    /// The rule that offered it.
    pub rule: &'static str,
    /// What the finding is about.
    pub symbol: String,
    /// The line of the finding.
    pub row: u32,
    /// As [`Made::key`], of a fix that was made and taken back.
    pub key: Option<u64>,
    /// Why it was not made, as a clause of a sentence.
    pub reason: String,
}

impl FixedRun {
    /// What was found, with nothing fixed.
    #[must_use]
    pub fn unfixed(run: Run) -> Self {
        Self { run, ..Self::default() }
    }

    /// How many findings were fixed (or would be), by rule.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for made in self.files.iter().flat_map(|file| &file.made) {
            *counts.entry(made.rule).or_default() += 1;
        }
        counts
    }

    /// The files that are rewritten.
    pub fn changed(&self) -> impl Iterator<Item = &FixedFile> {
        self.files.iter().filter(|file| file.is_changed())
    }

    /// Replaces the files, those that go together all or none. One that cannot
    /// be replaced is as it was; its findings are there again, and a problem
    /// says why.
    pub fn write(&mut self) {
        let mut groups: BTreeMap<usize, Vec<&FixedFile>> = BTreeMap::new();
        self.changed().for_each(|file| groups.entry(file.group).or_default().push(file));
        let write = |group: &Vec<&FixedFile>| {
            let pairs: Vec<_> = group.iter().map(|file| (&file.before, &file.after)).collect();
            write::replace(&pairs).err()
        };
        let groups: Vec<Vec<&FixedFile>> = groups.into_values().collect();
        let failures: Vec<_> = groups.par_iter().filter_map(write).collect();
        for (path, message) in failures {
            self.give_back(&path, message);
        }
    }

    /// Notes what went wrong with a file, or with what stands for one.
    pub fn fail(&mut self, path: &Path, message: String) {
        self.run.problems.push(Problem { path: path.to_owned(), message });
        self.sort();
    }

    /// Leaves the group of a file as it was.
    fn give_back(&mut self, path: &Arc<Path>, message: String) {
        let group = self.files.iter().find(|file| file.path == *path).map(|file| file.group);
        self.run.problems.push(Problem { path: path.to_path_buf(), message: message.clone() });
        let mut paths = BTreeSet::new();
        for file in self.files.iter().filter(|file| Some(file.group) == group) {
            paths.insert(file.path.clone());
            let reason = if file.path == *path { message.clone() } else { together(path) };
            if file.path != *path && file.is_changed() {
                self.run.problems.push(Problem { path: file.path.to_path_buf(), message: reason.clone() });
            }
            self.not_made.extend(file.made.iter().map(|made| made.not_made(&file.path, &reason)));
        }
        self.files.retain(|file| !paths.contains(&file.path));
        self.run.findings.retain(|finding| !paths.contains(&finding.path));
        let again = self.before.iter().filter(|finding| paths.contains(&finding.path));
        self.run.findings.extend(again.cloned());
        self.sort();
    }

    /// What stays if nothing is written: all that was found.
    pub fn keep_unwritten(&mut self) {
        self.run.findings = self.before.clone();
    }

    /// Brings findings, problems and files into the order of reports.
    pub fn sort(&mut self) {
        self.run.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self.run.problems.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
        self.run.problems.dedup();
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
    }
}

impl FixedFile {
    /// The change as a unified diff, without colours. Of a notebook, the code
    /// of each changed cell is shown on its own, headed `path:cell 3`, because
    /// the JSON around it says nothing to a reader.
    #[must_use]
    pub fn diff(&self) -> String {
        diff::unified(&self.before, &self.after)
    }

    /// Whether it is rewritten.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.before.text != self.after.text
    }
}

impl Made {
    /// The same fix, not made after all.
    #[must_use]
    pub fn not_made(&self, path: &Arc<Path>, reason: &str) -> NotMade {
        NotMade {
            path: path.clone(),
            rule: self.rule,
            symbol: self.symbol.clone(),
            row: self.row,
            key: Some(self.key),
            reason: reason.trim_start_matches(NOT_FIXED).to_owned(),
        }
    }
}

/// How messages about files begin that stay as they are.
const NOT_FIXED: &str = "not fixed: ";

/// Why a file stays as it is although nothing is wrong with it.
pub(super) fn together(other: &Path) -> String {
    format!("not fixed: its fixes go with those of `{}`", other.display())
}
