//! Fixes on trial: which of them must be left out so that something works.

use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::narrow::{Units, sift};
use super::{FixedRun, write};
use crate::finding::Problem;

/// After so many trials the search for a culprit ends.
pub const TRIALS: usize = 100;

/// What came of a trial.
#[derive(Debug)]
pub struct Proof {
    /// What is on the disk in the end.
    pub fixed: FixedRun,
    /// How often it was tried.
    pub trials: usize,
    /// What that has shown.
    pub verdict: Verdict,
}

/// What trials have shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It works with all fixes.
    Works,
    /// It works without these many fixes, which were taken back.
    TakenBack(usize),
    /// It fails with and without fixes, and none was found that makes the
    /// difference; all fixes stay.
    Unexplained,
    /// The search could not go on; what is on the disk is that of the last trial.
    Stuck,
    /// Somebody stopped it; the files are as they were before any fix.
    Stopped,
}

/// Writes the fixes and lets `works` say whether what they made works. If not,
/// narrows down the fixes that make the difference and takes just those back,
/// with `reason` as the end of a sentence about why.
///
/// It stops when `works` gives nothing, and leaves the files as they were.
///
/// `all` are the fixes, not yet written; `plan` fixes anew, in memory, with
/// fixes left out by their key.
pub fn prove(
    mut all: FixedRun,
    plan: &dyn Fn(&HashSet<u64>) -> FixedRun,
    works: &mut dyn FnMut() -> Option<bool>,
    reason: &str,
) -> Proof {
    all.write();
    let mut trials = Trials::new(plan, works, &all);
    if all.changed().next().is_none() || trials.passes() {
        return trials.end(Verdict::Works);
    }
    let units = units(&all);
    let culprits = trials.culprits(&units);
    if trials.is_stopped {
        return trials.undo();
    }
    if trials.stuck.is_some() {
        return trials.end(Verdict::Stuck);
    }
    let Some(culprits) = culprits else {
        trials.set(&HashSet::new());
        return trials.end(Verdict::Unexplained);
    };
    let left_out = units.keys(&culprits);
    trials.set(&left_out);
    for file in &all.files {
        let culprits = file.made.iter().filter(|made| left_out.contains(&made.key));
        trials.now.not_made.extend(culprits.map(|made| made.not_made(&file.path, reason)));
    }
    trials.end(Verdict::TakenBack(culprits.len()))
}

/// The fixes that were made; those of one kind side by side, because
/// what breaks is most often a kind.
fn units(all: &FixedRun) -> Units {
    let mut made: Vec<_> =
        all.files.iter().flat_map(|file| file.made.iter().map(move |made| (made, file))).collect();
    made.sort_by_key(|(made, file)| (made.rule, &made.symbol, &file.path, made.key));
    Units::new(made.into_iter().map(|(made, _)| made.key))
}

/// What has been tried, and what is on the disk.
struct Trials<'a> {
    plan: &'a dyn Fn(&HashSet<u64>) -> FixedRun,
    works: &'a mut dyn FnMut() -> Option<bool>,
    now: FixedRun,
    count: usize,
    /// Results by the texts that gave them.
    known: HashMap<u64, bool>,
    stuck: Option<Problem>,
    is_stopped: bool,
}

impl<'a> Trials<'a> {
    fn new(
        plan: &'a dyn Fn(&HashSet<u64>) -> FixedRun,
        works: &'a mut dyn FnMut() -> Option<bool>,
        all: &FixedRun,
    ) -> Self {
        Self {
            plan,
            works,
            now: all.clone(),
            count: 0,
            known: HashMap::new(),
            stuck: None,
            is_stopped: false,
        }
    }

    /// Whether it works with what is on the disk.
    fn passes(&mut self) -> bool {
        if self.has_ended() {
            return false;
        }
        let mut texts: Vec<_> = self.now.changed().map(|file| (&file.after.path, &file.after.text)).collect();
        texts.sort();
        let hash = FxBuildHasher.hash_one(texts);
        if let Some(known) = self.known.get(&hash) {
            return *known;
        }
        self.count += 1;
        let passes = (self.works)();
        self.is_stopped = passes.is_none();
        let passes = passes.unwrap_or(false);
        self.known.insert(hash, passes);
        passes
    }

    /// Puts the files as they are with fixes left out.
    fn set(&mut self, left_out: &HashSet<u64>) {
        if self.has_ended() || !self.restore() {
            return;
        }
        self.now = (self.plan)(left_out);
        self.now.write();
    }

    fn has_ended(&self) -> bool {
        self.stuck.is_some() || self.is_stopped
    }

    /// Puts the files as they were before any fix: a plan starts from there.
    fn restore(&mut self) -> bool {
        for file in self.now.changed() {
            if let Err((path, message)) = write::replace(&[(&file.after, &file.before)]) {
                self.stuck = Some(Problem { path: path.to_path_buf(), message });
            }
        }
        self.stuck.is_none()
    }

    /// Ends without any fix.
    fn undo(mut self) -> Proof {
        if self.restore() {
            self.now.run.findings = std::mem::take(&mut self.now.before);
            self.now.files.clear();
        }
        self.end(Verdict::Stopped)
    }

    /// Which of the fixes must be left out; `None` if nobody can tell.
    fn culprits(&mut self, units: &Units) -> Option<Vec<usize>> {
        let all = units.all();
        if self.passes_with(units, &[]) {
            return self.sifted(units, &[], &all);
        }
        // It fails without any fix, too: some are needed, and some part of the
        // others spoils it.
        let mut size = all.len().div_ceil(2);
        loop {
            for part in all.chunks(size) {
                if self.count >= TRIALS || self.has_ended() {
                    return None;
                }
                let kept: Vec<usize> = all.iter().copied().filter(|unit| !part.contains(unit)).collect();
                if !kept.is_empty() && self.passes_with(units, &kept) {
                    return self.sifted(units, &kept, part);
                }
            }
            if size == 1 {
                return None;
            }
            size = size.div_ceil(2);
        }
    }

    /// Those of `part` that spoil what works with `kept`.
    fn sifted(&mut self, units: &Units, kept: &[usize], part: &[usize]) -> Option<Vec<usize>> {
        let mut tries = |set: &[usize]| {
            let together: Vec<usize> = kept.iter().chain(set).copied().collect();
            // Where trials run out, what is not proved is left out.
            self.count < TRIALS && self.passes_with(units, &together)
        };
        let culprits = sift(part, &mut tries);
        (!self.has_ended()).then_some(culprits)
    }

    fn passes_with(&mut self, units: &Units, kept: &[usize]) -> bool {
        self.set(&units.without(kept));
        self.passes()
    }

    fn end(self, verdict: Verdict) -> Proof {
        let mut fixed = self.now;
        fixed.run.problems.extend(self.stuck);
        fixed.sort();
        Proof { fixed, trials: self.count, verdict }
    }
}
