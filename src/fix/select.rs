//! Which fixes can be made at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ruff_text_size::TextRange;

use crate::finding::Finding;

/// A fix that somebody wants applied.
#[derive(Debug)]
pub struct Candidate<'a> {
    /// The finding that offers it.
    pub finding: &'a Finding,
    /// What it changes, in any order; at least one edit.
    pub edits: Vec<Change>,
}

/// One edit, with the file it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file.
    pub path: Arc<Path>,
    /// What is replaced.
    pub range: TextRange,
    /// By what.
    pub content: String,
}

impl Change {
    fn is_insertion(&self) -> bool {
        self.range.is_empty()
    }

    /// Inserts lines, so that it means the same before and after what it touches.
    fn inserts_lines(&self) -> bool {
        self.is_insertion() && (self.content.ends_with('\n') || self.content.starts_with(['\n', '\r']))
    }

    /// Whether the two cannot both be made. Equal edits are one edit.
    fn conflicts(&self, other: &Self) -> bool {
        let (a, b) = (self.range, other.range);
        if self == other {
            return false;
        }
        if a.start() < b.end() && b.start() < a.end() {
            return true;
        }
        if a.start() != b.end() && b.start() != a.end() {
            return false;
        }
        match (self.is_insertion(), other.is_insertion()) {
            (false, false) => false,
            (true, false) => !self.inserts_lines(),
            (false, true) => !other.inserts_lines(),
            (true, true) => {
                let ends = |change: &Self| change.content.ends_with('\n');
                !(self.inserts_lines() && other.inserts_lines() && ends(self) == ends(other))
            }
        }
    }
}

/// The edits chosen so far, by file and start.
#[derive(Default)]
struct Chosen<'a> {
    files: BTreeMap<&'a Path, BTreeMap<(u32, u32), Vec<&'a Change>>>,
}

impl<'a> Chosen<'a> {
    fn refuses(&self, change: &Change) -> bool {
        let Some(file) = self.files.get(&*change.path) else { return false };
        let (start, end) = (change.range.start().to_u32(), change.range.end().to_u32());
        // Chosen edits do not overlap, so the first that ends before this one
        // begins is the last that has to be looked at.
        let near = file.range(..=(end, u32::MAX)).rev().take_while(|((_, near), _)| *near >= start);
        near.flat_map(|(_, changes)| changes).any(|near| near.conflicts(change))
    }

    fn add(&mut self, change: &'a Change) {
        let key = (change.range.start().to_u32(), change.range.end().to_u32());
        let same = self.files.entry(&change.path).or_default().entry(key).or_default();
        if !same.contains(&change) {
            same.push(change);
        }
    }
}

/// Puts the candidates in the order of reports and picks, in that order, each
/// whose edits stand clear of those picked before. A fix is picked whole or
/// not at all; one whose own edits overlap never is.
pub fn select(candidates: &mut Vec<Candidate<'_>>) -> Vec<usize> {
    candidates.sort_by(|a, b| a.finding.sort_key().cmp(&b.finding.sort_key()));
    let mut chosen = Chosen::default();
    let mut picked = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let edits = &candidate.edits;
        if is_harmonious(edits) && !edits.iter().any(|edit| chosen.refuses(edit)) {
            edits.iter().for_each(|edit| chosen.add(edit));
            picked.push(index);
        }
    }
    picked
}

/// Whether the edits of one fix stand clear of each other. They may touch:
/// their author knows the order.
fn is_harmonious(edits: &[Change]) -> bool {
    let mut sorted: Vec<&Change> = edits.iter().collect();
    sorted.sort_by_key(|edit| (&edit.path, edit.range.start(), edit.range.end()));
    sorted.windows(2).all(|pair| {
        let clash = pair[1].range.start() < pair[0].range.end();
        pair[0].path != pair[1].path || pair[0] == pair[1] || !clash
    })
}

/// The edits of the picked candidates in one file, in the order of the text,
/// each once. At one place insertions come first, in the order of the fixes.
pub fn edits_in<'a>(
    candidates: &'a [Candidate<'_>],
    picked: impl IntoIterator<Item = usize>,
    path: &Path,
) -> Vec<&'a Change> {
    let mut edits: Vec<&Change> = Vec::new();
    for index in picked {
        edits.extend(candidates[index].edits.iter().filter(|edit| *edit.path == *path));
    }
    edits.sort_by_key(|edit| (edit.range.start(), edit.range.end()));
    let mut unique: Vec<&Change> = Vec::with_capacity(edits.len());
    for edit in edits {
        let mut same = unique.iter().rev().take_while(|earlier| earlier.range == edit.range);
        if !same.any(|earlier| *earlier == edit) {
            unique.push(edit);
        }
    }
    unique
}
