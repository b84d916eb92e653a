//! Which of many fixes must be left out, so that the others work.

use std::collections::HashSet;

/// Fixes by their key, each once; a place in the list stands for a fix.
pub struct Units(Vec<u64>);

impl Units {
    /// In the order in which the keys are given.
    pub fn new(keys: impl IntoIterator<Item = u64>) -> Self {
        let mut seen = HashSet::new();
        Self(keys.into_iter().filter(|key| seen.insert(*key)).collect())
    }

    /// All places.
    pub fn all(&self) -> Vec<usize> {
        (0..self.0.len()).collect()
    }

    /// The keys at some places.
    pub fn keys(&self, places: &[usize]) -> HashSet<u64> {
        places.iter().map(|&place| self.0[place]).collect()
    }

    /// The keys that are left out where only some are kept.
    pub fn without(&self, kept: &[usize]) -> HashSet<u64> {
        let kept = self.keys(kept);
        self.0.iter().filter(|key| !kept.contains(key)).copied().collect()
    }
}

/// Finds what spoils a text: `works` says whether a set of fixes can be made
/// together; the last set it approves is what remains. Gives those left out.
/// Halves are tried, so that one bad fix among many costs few attempts.
pub fn sift(all: &[usize], works: &mut dyn FnMut(&[usize]) -> bool) -> Vec<usize> {
    let (mut kept, mut spoilers) = (Vec::new(), Vec::new());
    let mut parts = vec![all];
    while let Some(part) = parts.pop() {
        let before = kept.len();
        kept.extend_from_slice(part);
        if works(&kept) {
            continue;
        }
        kept.truncate(before);
        if let [one] = part {
            spoilers.push(*one);
        } else {
            let (left, right) = part.split_at(part.len() / 2);
            parts.extend([right, left]);
        }
    }
    spoilers
}
