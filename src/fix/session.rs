//! The files that are being fixed, from the first look to the last write.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;
use rustc_hash::FxBuildHasher;

use super::apply;
use super::attempt::Attempt;
use super::select::{Candidate, Change, select};
use super::work::{Files, Work};
use super::{FixedFile, FixedRun, Options, write};
use crate::config::Settings;
use crate::discover::{Kind, Target};
use crate::finding::{Applicability, Finding, Problem, Run};
use crate::project::Project;
use crate::read::{self, Source, Unreadable, encode};

/// After so many rounds fixes that still change a file are taken back. A round
/// makes every fix that stands clear of the others, so few files need a third.
pub const ROUNDS: usize = 100;

/// Everything that is known while fixing. Use [`Session::open`] or
/// [`Session::admit`], then [`Session::round`] until it gives nothing back,
/// then [`Session::finish`].
pub struct Session<'a> {
    options: Options,
    settings: &'a Settings,
    project: &'a Project,
    targets: &'a [Target],
    started: SystemTime,
    files: Files,
    /// The only file is a text from elsewhere.
    is_text: bool,
    /// Fixes that were tried and must not be tried again.
    refused: HashSet<u64>,
    /// Edits made in other files than the finding's, by file and content: the
    /// survey does not see them, so findings keep asking for them.
    elsewhere: HashSet<(Arc<Path>, String)>,
    problems: Vec<Problem>,
}

impl<'a> Session<'a> {
    /// Nothing is open. `targets` are sorted by path; `started` is when the
    /// survey began: no other file than a finding's is edited if it is newer.
    #[must_use]
    pub fn new(
        options: Options,
        settings: &'a Settings,
        project: &'a Project,
        targets: &'a [Target],
        started: SystemTime,
    ) -> Self {
        Self {
            options,
            settings,
            project,
            targets,
            started,
            files: Files::default(),
            is_text: false,
            refused: HashSet::new(),
            elsewhere: HashSet::new(),
            problems: Vec::new(),
        }
    }

    /// Reads every file that has something to fix, and gives the texts to be
    /// checked: the edits must be those of the text that will be written.
    pub fn open(&mut self, findings: &[Finding]) -> Vec<Source> {
        let mut paths: Vec<&Arc<Path>> =
            findings.iter().filter(|finding| self.wants(finding)).map(|finding| &finding.path).collect();
        paths.dedup();
        let loaded: Vec<_> = paths.into_par_iter().map(|path| (path, self.load(path))).collect();
        let mut sources = Vec::new();
        for (path, source) in loaded {
            match source {
                Ok(source) => {
                    sources.push(source.clone());
                    self.insert(source);
                }
                Err(message) => self.problem(path, message),
            }
        }
        sources
    }

    /// Takes a text that is no file. Other files are left alone then.
    pub fn admit(&mut self, source: Source) {
        self.is_text = true;
        self.insert(source);
    }

    fn insert(&mut self, source: Source) {
        let versions = vec![self.settings.target, self.project.minimum(&source.path)];
        self.files.0.insert(source.path.clone(), Work::new(source, versions));
    }

    fn load(&self, path: &Arc<Path>) -> Result<Source, String> {
        let found = self.targets.binary_search_by(|target| target.path.cmp(path));
        let kind = found.ok().map(|at| self.targets[at].kind).or_else(|| Kind::of_name(path));
        let kind = kind.ok_or("its kind is not known, so it is not changed")?;
        let bytes = read::bytes(path)?;
        let source = read::decode(path, kind, bytes.clone()).map_err(|unreadable| match unreadable {
            Unreadable::Failed(message) | Unreadable::Refused { message, .. } => message,
        })?;
        match encode(source.encoding, source.bom, &source.text) {
            Ok(back) if back == bytes => Ok(source),
            _ => Err(format!("not fixed: bytes of its encoding, {}, would be lost", source.encoding)),
        }
    }

    /// Whether the finding has a fix that may be applied.
    fn wants(&self, finding: &Finding) -> bool {
        let threshold = self.options.threshold;
        finding
            .fix
            .as_ref()
            .is_some_and(|fix| fix.applicability >= threshold && fix.applicability > Applicability::Display)
    }

    /// Applies what fits together of the fixes that a check found, and gives
    /// the texts that changed, to be checked again.
    pub fn round(&mut self, checked: Vec<(Arc<Path>, Vec<Finding>)>) -> Vec<Source> {
        self.open_others(&checked);
        let mut candidates = self.candidates(&checked);
        let picked = select(&mut candidates);
        let attempt = Attempt { files: &self.files, candidates: &candidates };
        let (texts, dropped) = attempt.all(&picked);
        let failures: Vec<_> = dropped.iter().filter_map(|&index| failure(&attempt, index)).collect();
        for (finding, message) in failures {
            self.refused.insert(key(finding));
            self.problem(&finding.path, message);
        }
        let mut fixed_elsewhere = HashSet::new();
        for candidate in
            picked.iter().filter(|index| !dropped.contains(index)).map(|&index| &candidates[index])
        {
            if !self.count(candidate) {
                fixed_elsewhere.insert(key(candidate.finding));
            }
        }
        drop(candidates);
        for (path, mut findings) in checked {
            findings.retain(|finding| !fixed_elsewhere.contains(&key(finding)));
            if let Some(work) = self.files.0.get_mut(&path) {
                work.findings = findings;
            }
        }
        texts.into_iter().filter_map(|(path, source)| self.change(&path, source)).collect()
    }

    /// Opens what the fixes change besides the files of their findings.
    fn open_others(&mut self, checked: &[(Arc<Path>, Vec<Finding>)]) {
        let findings =
            checked.iter().flat_map(|(_, findings)| findings).filter(|finding| self.wants(finding));
        let edits = findings.filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits);
        let others: BTreeSet<Arc<Path>> = edits
            .filter_map(|edit| edit.path.clone())
            .filter(|path| !self.files.0.contains_key(path))
            .collect();
        for path in others {
            let modified = path.metadata().and_then(|metadata| metadata.modified());
            let loaded = match modified {
                Ok(modified) if modified > self.started => Err(write::CHANGED.to_owned()),
                _ => self.load(&path),
            };
            match loaded {
                Ok(source) => self.insert(source),
                Err(message) => self.problem(&path, message),
            }
        }
    }

    fn candidates<'f>(&self, checked: &'f [(Arc<Path>, Vec<Finding>)]) -> Vec<Candidate<'f>> {
        let one = |(path, findings): &'f (Arc<Path>, Vec<Finding>)| {
            let Some(work) = self.files.0.get(path).filter(|work| !work.failed) else { return Vec::new() };
            let text = apply::text_of_edits(&work.now);
            let wanted = findings.iter().filter(|finding| self.wants(finding));
            wanted.filter_map(|finding| self.candidate(finding, &text)).collect()
        };
        checked.par_iter().flat_map_iter(one).collect()
    }

    /// What is left to do of a fix; `None` if that is nothing, or not possible now.
    fn candidate<'f>(&self, finding: &'f Finding, text: &str) -> Option<Candidate<'f>> {
        if self.refused.contains(&key(finding)) {
            return None;
        }
        let mut edits = Vec::new();
        for edit in &finding.fix.as_ref()?.edits {
            let path = edit.path.clone().unwrap_or_else(|| finding.path.clone());
            let change = Change { range: edit.span.range, content: edit.content.clone(), path };
            if change.path == finding.path {
                if !apply::changes_nothing(text, &change) {
                    edits.push(change);
                }
            } else if !self.elsewhere.contains(&(change.path.clone(), change.content.clone())) {
                // The survey saw the file as it was at first; places found then
                // mean nothing in a changed text.
                let other = self.files.0.get(&change.path)?;
                if other.failed || other.now.text != other.before.text {
                    return None;
                }
                edits.push(change);
            }
        }
        (!edits.is_empty()).then_some(Candidate { finding, edits })
    }

    /// Notes a fix that is made; whether it changes the finding's own file.
    fn count(&mut self, candidate: &Candidate<'_>) -> bool {
        let home = &candidate.finding.path;
        for edit in candidate.edits.iter().filter(|edit| edit.path != *home) {
            self.elsewhere.insert((edit.path.clone(), edit.content.clone()));
            self.files.link(home, &edit.path);
        }
        if let Some(work) = self.files.0.get_mut(home) {
            *work.counts.entry(candidate.finding.rule).or_default() += 1;
        }
        candidate.edits.iter().any(|edit| edit.path == *home)
    }

    fn change(&mut self, path: &Arc<Path>, source: Source) -> Option<Source> {
        let work = self.files.0.get_mut(path)?;
        if work.failed || source.text == work.now.text {
            return None;
        }
        if work.returns_to(&source) {
            self.fail(path, "not fixed: its fixes undo each other".to_owned());
            return None;
        }
        work.now = source.clone();
        Some(source)
    }

    /// Takes files back that still change after [`ROUNDS`].
    pub fn give_up(&mut self, unsettled: &[Source]) {
        for source in unsettled {
            self.fail(&source.path, format!("not fixed: its fixes did not settle in {ROUNDS} rounds"));
        }
    }

    fn problem(&mut self, path: &Path, message: String) {
        self.problems.push(Problem { path: path.to_owned(), message });
    }

    /// Takes a file back, and with it those that share a fix with it.
    fn fail(&mut self, path: &Arc<Path>, message: String) {
        self.problem(path, message);
        for linked in self.files.group(path) {
            let Some(work) = self.files.0.get_mut(&linked) else { continue };
            let was_changed = work.is_changed();
            work.failed = true;
            if was_changed && linked != *path {
                self.problem(&linked, format!("not fixed: its fixes go with those of `{}`", path.display()));
            }
        }
    }

    /// Writes the files, if that is wanted, and tells what came of it; `run`
    /// is what was found before anything was fixed.
    #[must_use]
    pub fn finish(mut self, run: Run) -> FixedRun {
        let write = self.options.write;
        if write {
            self.write();
        }
        self.report(run, write)
    }

    /// As [`Session::finish`] for texts that are no files: the findings are
    /// those left in the fixed texts.
    #[must_use]
    pub fn finish_texts(self, run: Run) -> FixedRun {
        self.report(run, true)
    }

    fn write(&mut self) {
        let write = |group: &Vec<&Work>| {
            let pairs: Vec<(&Source, &Source)> = group.iter().map(|work| (&work.before, &work.now)).collect();
            write::replace(&pairs).err()
        };
        let failures: Vec<_> = self.files.changed_groups().par_iter().filter_map(write).collect();
        for (path, message) in failures {
            self.fail(&path, message);
        }
    }

    fn report(self, mut run: Run, fixed: bool) -> FixedRun {
        let mut files = Vec::new();
        if fixed {
            let is_settled = |path: &Path| self.files.0.get(path).is_some_and(|work| !work.failed);
            run.findings.retain(|finding| !is_settled(&finding.path));
        }
        for (path, mut work) in self.files.0 {
            if fixed && !work.failed {
                run.findings.append(&mut work.findings);
            }
            if work.is_changed() || !work.failed && !work.counts.is_empty() {
                files.push(FixedFile { path, before: work.before, after: work.now, counts: work.counts });
            }
        }
        run.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        run.problems.extend(self.problems);
        run.problems.sort_by(|a, b| (&a.path, &a.message).cmp(&(&b.path, &b.message)));
        run.problems.dedup();
        FixedRun { run, files }
    }
}

/// Why a fix that was left out fails by itself: it is reported and not tried
/// again. One that only does not go with others gets another chance after them.
fn failure<'f>(attempt: &Attempt<'_, 'f>, index: usize) -> Option<(&'f Finding, String)> {
    let candidate = &attempt.candidates[index];
    let finding = candidate.finding;
    let mut edits = candidate.edits.iter();
    let (path, reason) = edits
        .find_map(|edit| attempt.result(&edit.path, &[index]).err().map(|reason| (&edit.path, reason)))?;
    let row = finding.span.start.row;
    let cell = finding.span.cell.map(|cell| format!("cell {cell}, ")).unwrap_or_default();
    let whose = if *path == finding.path { String::new() } else { format!(" in `{}`", path.display()) };
    let (rule, symbol) = (finding.rule, &finding.symbol);
    Some((
        finding,
        format!("{cell}line {row}: the fix of {rule} ({symbol}){whose} {reason}, so it was not made"),
    ))
}

/// Knows a fix again although the lines around it moved.
fn key(finding: &Finding) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    (&finding.path, finding.rule, &finding.symbol, &finding.excerpt.text).hash(&mut hasher);
    for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
        (&edit.path, &edit.content).hash(&mut hasher);
    }
    std::hash::Hasher::finish(&hasher)
}
