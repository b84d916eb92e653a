//! The files of a session.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::Made;
use super::apply::is_sound;
use crate::read::Source;
use crate::version::PythonVersion;

/// A file that may be changed.
pub struct Work {
    /// As it was read.
    pub before: Source,
    /// With the fixes so far.
    pub now: Source,
    /// The versions on which it is well-formed, and stays so.
    pub sound: Vec<PythonVersion>,
    /// With the fixes of earlier passes: what the survey of this pass has seen.
    pub surveyed: String,
    /// Fixes made of findings in this file.
    pub made: Vec<Made>,
    /// Files changed by the same fixes.
    pub linked: BTreeSet<Arc<Path>>,
    /// Taken back as a whole.
    pub failed: bool,
    /// Hashes of the texts it has had.
    seen: HashSet<u64>,
}

impl Work {
    /// A file as it was read; `versions` are those that matter for its syntax.
    pub fn new(source: Source, mut versions: Vec<PythonVersion>) -> Self {
        versions.dedup();
        versions.retain(|version| is_sound(&source, &[*version]));
        Self {
            now: source.clone(),
            sound: versions,
            surveyed: source.text.clone(),
            made: Vec::new(),
            linked: BTreeSet::new(),
            failed: false,
            seen: HashSet::from([hash(&source.text)]),
            before: source,
        }
    }

    /// Whether its text is another one than at first.
    pub fn is_changed(&self) -> bool {
        !self.failed && self.now.text != self.before.text
    }

    /// Whether the file has had this text before; from now on it has.
    pub fn returns_to(&mut self, source: &Source) -> bool {
        !self.seen.insert(hash(&source.text))
    }
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// All files of a session, by path.
#[derive(Default)]
pub struct Files(pub BTreeMap<Arc<Path>, Work>);

impl Files {
    /// Notes that one fix changes both.
    pub fn link(&mut self, one: &Arc<Path>, other: &Arc<Path>) {
        for (one, other) in [(one, other), (other, one)] {
            if let Some(work) = self.0.get_mut(one) {
                work.linked.insert(other.clone());
            }
        }
    }

    /// The file and all that are linked to it, over any number of links.
    pub fn group(&self, path: &Arc<Path>) -> BTreeSet<Arc<Path>> {
        let mut group = BTreeSet::new();
        let mut next = vec![path.clone()];
        while let Some(path) = next.pop() {
            if let Some(work) = self.0.get(&path)
                && group.insert(path)
            {
                next.extend(work.linked.iter().cloned());
            }
        }
        group
    }

    /// The changed files, as far as they are not taken back.
    pub fn changed(&self) -> impl Iterator<Item = &Work> {
        self.0.values().filter(|work| work.is_changed())
    }

    /// The files by number of the group they belong to.
    pub fn groups(&self) -> BTreeMap<Arc<Path>, usize> {
        let mut groups = BTreeMap::new();
        for (number, path) in self.0.keys().enumerate() {
            if !groups.contains_key(path) {
                groups.extend(self.group(path).into_iter().map(|path| (path, number)));
            }
        }
        groups
    }
}
