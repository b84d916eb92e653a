//! Picked fixes to texts that hold together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::apply::{apply, is_sound};
use super::narrow::sift;
use super::select::{Candidate, edits_in};
use super::work::Files;
use crate::read::Source;

/// The files, and the fixes that want to change them.
pub struct Attempt<'a, 'f> {
    /// What the fixes change.
    pub files: &'a Files,
    /// In the order of reports.
    pub candidates: &'a [Candidate<'f>],
}

impl Attempt<'_, '_> {
    /// The changed texts by path, and which of the picked candidates had to be
    /// left out for that.
    pub fn all(&self, picked: &[usize]) -> (BTreeMap<Arc<Path>, Source>, BTreeSet<usize>) {
        let mut by_file: BTreeMap<&Arc<Path>, BTreeSet<usize>> = BTreeMap::new();
        for &index in picked {
            for edit in &self.candidates[index].edits {
                by_file.entry(&edit.path).or_default().insert(index);
            }
        }
        let mut texts = BTreeMap::new();
        let mut dropped = BTreeSet::new();
        let mut pending: BTreeSet<&Arc<Path>> = by_file.keys().copied().collect();
        while !pending.is_empty() {
            let attempts: Vec<_> = pending
                .par_iter()
                .map(|&path| {
                    let mine: Vec<usize> = by_file[path].difference(&dropped).copied().collect();
                    (path, self.file(path, &mine))
                })
                .collect();
            pending.clear();
            for (path, (text, spoilers)) in attempts {
                texts.insert(path.clone(), text);
                for index in spoilers {
                    dropped.insert(index);
                    // All or nothing, also in the other files.
                    let others = self.candidates[index].edits.iter().map(|edit| &edit.path);
                    pending.extend(others.filter(|other| *other != path));
                }
            }
        }
        (texts, dropped)
    }

    /// One file with these candidates, or with most of them; and the others.
    fn file(&self, path: &Arc<Path>, mine: &[usize]) -> (Source, Vec<usize>) {
        let mut text = self.files.0[path].now.clone();
        if mine.is_empty() {
            return (text, Vec::new());
        }
        let spoilers = sift(mine, &mut |set| match self.result(path, set) {
            Ok(source) => {
                text = source;
                true
            }
            Err(_) => false,
        });
        (text, spoilers)
    }

    /// One file with exactly these candidates.
    ///
    /// # Errors
    /// What is wrong with that, as the end of a sentence about the fix.
    pub fn result(&self, path: &Path, set: &[usize]) -> Result<Source, String> {
        let work = &self.files.0[path];
        let source = apply(&work.now, &edits_in(self.candidates, set.iter().copied(), path))?;
        // What was broken before may stay so.
        let holds = work.sound.is_empty() || is_sound(&source, &work.sound);
        if holds { Ok(source) } else { Err("would break the syntax".to_owned()) }
    }
}
