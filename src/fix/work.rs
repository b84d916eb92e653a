//! The files of a session.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::BuildHasher;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::apply::is_sound;
use crate::finding::Finding;
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
    /// Of the last check.
    pub findings: Vec<Finding>,
    /// Fixes made, by rule.
    pub counts: BTreeMap<&'static str, usize>,
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
            findings: Vec::new(),
            counts: BTreeMap::new(),
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

    /// The changed files, in groups that are written together or not at all.
    pub fn changed_groups(&self) -> Vec<Vec<&Work>> {
        let mut groups = Vec::new();
        let mut seen: BTreeSet<Arc<Path>> = BTreeSet::new();
        for (path, work) in &self.0 {
            if work.is_changed() && !seen.contains(path) {
                let group = self.group(path);
                let works = group.iter().filter_map(|path| self.0.get(path));
                groups.push(works.filter(|work| work.is_changed()).collect());
                seen.extend(group);
            }
        }
        groups
    }
}
