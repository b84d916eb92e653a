//! Text and edits to text: which fixes apply, whether the result still parses,
//! and how it gets to the disk.
//!
//! This room offers the steps; their order is in [`crate::fix`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::finding::{Applicability, Run};
use crate::read::Source;

mod apply;
mod attempt;
mod diff;
mod select;
mod session;
mod work;
mod write;

pub use session::{ROUNDS, Session};

/// What may be fixed, and whether files are written.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The least applicability: `Safe`, or `Unsafe` for both.
    pub threshold: Applicability,
    /// Write the files; otherwise only say what would be written.
    pub write: bool,
}

/// What fixing came to.
#[derive(Debug, Default)]
pub struct FixedRun {
    /// What is left: the findings after the fixes that were written. Nothing
    /// was written in a dry run, so there it holds every finding. Problems
    /// name each file that could not be fixed or written; it is as it was.
    pub run: Run,
    /// The files that were changed, or would be, and those whose findings were
    /// fixed in another file; sorted by path.
    pub files: Vec<FixedFile>,
}

impl FixedRun {
    /// How many findings were fixed (or would be), by rule.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (rule, count) in self.files.iter().flat_map(|file| &file.counts) {
            *counts.entry(*rule).or_default() += count;
        }
        counts
    }
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
    /// How many fixes begin in this file, by the rule that offered them.
    pub counts: BTreeMap<&'static str, usize>,
}

impl FixedFile {
    /// The change as a unified diff, without colours. Of a notebook, the code
    /// of each changed cell is shown on its own, headed `path:cell 3`, because
    /// the JSON around it says nothing to a reader.
    #[must_use]
    pub fn diff(&self) -> String {
        diff::unified(&self.before, &self.after)
    }
}

#[cfg(test)]
mod tests;
