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
use super::outcome::together;
use super::select::{Candidate, Change, select};
use super::verify::{Fault, Spoiled, verify};
use super::work::{Files, Work};
use super::{FixedFile, FixedRun, Made, NotMade, Options, write};
use crate::config::Settings;
use crate::discover::{Kind, Target};
use crate::finding::{Applicability, Finding, Problem, Run};
use crate::project::Project;
use crate::read::{self, Source, Unreadable, encode};

/// After so many rounds fixes that still change a file are taken back. A round
/// makes every fix that stands clear of the others, so few files need a third.
pub const ROUNDS: usize = 100;

/// After so many passes over the whole repository fixes that ask for yet
/// another are taken back.
pub const PASSES: usize = 8;

/// Everything that is known while fixing. A pass looks at the repository as the
/// fixes so far would leave it: use [`Session::open`] or [`Session::admit`],
/// then [`Session::round`] until it gives nothing back. Passes follow until
/// one changes nothing and [`Session::holds`]; then [`Session::finish`].
pub struct Session<'a> {
    options: Options,
    settings: &'a Settings,
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
    not_made: Vec<NotMade>,
    spoiled: Vec<Spoiled>,
    problems: Vec<Problem>,
}

impl<'a> Session<'a> {
    /// Nothing is open. `targets` are sorted by path; `started` is when the
    /// survey began: no other file than a finding's is edited if it is newer.
    #[must_use]
    pub fn new(options: Options, settings: &'a Settings, targets: &'a [Target], started: SystemTime) -> Self {
        Self {
            refused: HashSet::new(),
            options,
            settings,
            targets,
            started,
            files: Files::default(),
            is_text: false,
            elsewhere: HashSet::new(),
            not_made: Vec::new(),
            spoiled: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Begins a pass: reads every file that has something to fix, and gives the
    /// texts to be checked: the edits must be those of the text that will be
    /// written. `findings` are those of the repository as it would be now.
    pub fn open(&mut self, findings: &[Finding], project: &Project) -> Vec<Source> {
        self.files.0.values_mut().for_each(|work| work.surveyed.clone_from(&work.now.text));
        let mut paths: Vec<&Arc<Path>> =
            findings.iter().filter(|finding| self.wants(finding)).map(|finding| &finding.path).collect();
        paths.dedup();
        let (known, new): (Vec<_>, Vec<_>) =
            paths.into_iter().partition(|path| self.files.0.contains_key(*path));
        let works = known.iter().filter_map(|path| self.files.0.get(*path));
        let mut sources: Vec<Source> =
            works.filter(|work| !work.failed).map(|work| work.now.clone()).collect();
        let loaded: Vec<_> = new.into_par_iter().map(|path| (path, self.load(path))).collect();
        for (path, source) in loaded {
            match source {
                Ok(source) => {
                    sources.push(source.clone());
                    self.insert(source, project);
                }
                Err(message) => self.problem(path, message),
            }
        }
        sources
    }

    /// Takes a text that is no file. Other files are left alone then.
    pub fn admit(&mut self, source: Source, project: &Project) {
        self.is_text = true;
        self.insert(source, project);
    }

    /// The texts of all files that were opened.
    #[must_use]
    pub fn texts(&self) -> Vec<Source> {
        self.files.0.values().map(|work| work.now.clone()).collect()
    }

    /// The files whose text is another one than when the pass began.
    #[must_use]
    pub fn touched(&self) -> HashSet<Arc<Path>> {
        let touched = self.files.0.values().filter(|work| work.now.text != work.surveyed);
        touched.map(|work| work.now.path.clone()).collect()
    }

    /// The texts that differ from the files.
    pub fn changed(&self) -> impl Iterator<Item = &Source> {
        self.files.changed().map(|work| &work.now)
    }

    fn insert(&mut self, source: Source, project: &Project) {
        let versions = vec![self.settings.target, project.minimum(&source.path)];
        self.files.0.insert(source.path.clone(), Work::new(source, versions));
    }

    fn load(&self, path: &Arc<Path>) -> Result<Source, String> {
        let found = self.targets.binary_search_by(|target| target.path.cmp(path));
        let kind = found.ok().map(|at| self.targets[at].kind).or_else(|| Kind::of_name(path));
        let kind = kind.ok_or("its kind is not known, so it is not changed")?;
        let bytes = read::bytes_on_disk(path)?;
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
    pub fn round(&mut self, checked: &[(Arc<Path>, Vec<Finding>)], project: &Project) -> Vec<Source> {
        self.open_others(checked, project);
        let mut candidates = self.candidates(checked);
        let picked = select(&mut candidates);
        let attempt = Attempt { files: &self.files, candidates: &candidates };
        let (texts, dropped) = attempt.all(&picked);
        let failures: Vec<_> = dropped.iter().filter_map(|&index| failure(&attempt, index)).collect();
        for Failure { finding, place, reason } in failures {
            self.refused.insert(key(finding, &finding.excerpt.text));
            self.problem(&finding.path, format!("{place} {reason}, so it was not made"));
            let (rule, symbol) = (finding.rule, finding.symbol.clone());
            let (path, row) = (finding.path.clone(), finding.span.start.row);
            self.not_made.push(NotMade {
                path,
                rule,
                symbol,
                row,
                key: None,
                reason: format!("it {reason}"),
            });
        }
        for index in picked.iter().filter(|index| !dropped.contains(index)) {
            self.note(&candidates[*index]);
        }
        texts.into_iter().filter_map(|(path, source)| self.change(&path, source)).collect()
    }

    /// Opens what the fixes change besides the files of their findings.
    fn open_others(&mut self, checked: &[(Arc<Path>, Vec<Finding>)], project: &Project) {
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
                Ok(source) => self.insert(source, project),
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
        if self.refused.contains(&key(finding, &finding.excerpt.text))
            || self.options.left_out.contains(&alike(finding))
        {
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
                // Places that the survey has found mean nothing in a changed text.
                let other = self.files.0.get(&change.path)?;
                if other.failed || other.now.text != other.surveyed {
                    return None;
                }
                edits.push(change);
            }
        }
        (!edits.is_empty()).then_some(Candidate { finding, edits })
    }

    /// Notes a fix that is made.
    fn note(&mut self, candidate: &Candidate<'_>) {
        let finding = candidate.finding;
        let home = &finding.path;
        for edit in candidate.edits.iter().filter(|edit| edit.path != *home) {
            self.elsewhere.insert((edit.path.clone(), edit.content.clone()));
            self.files.link(home, &edit.path);
        }
        let Some((work, fix)) = self.files.0.get_mut(home).zip(finding.fix.as_ref()) else { return };
        work.made.push(Made {
            key: alike(finding),
            rule: finding.rule,
            symbol: finding.symbol.clone(),
            applicability: fix.applicability,
            message: fix.message.clone(),
            row: finding.span.start.row,
            marked: finding.excerpt.marked().to_owned(),
        });
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

    /// Takes files back that this pass has changed although it is one too many.
    pub fn give_up_pass(&mut self) {
        let late = self.files.changed().filter(|work| work.now.text != work.surveyed);
        let late: Vec<Arc<Path>> = late.map(|work| work.now.path.clone()).collect();
        for path in late {
            self.fail(&path, format!("not fixed: its fixes did not settle in {PASSES} passes"));
        }
    }

    fn problem(&mut self, path: &Path, message: String) {
        self.problems.push(Problem { path: path.to_owned(), message });
    }

    /// Takes a file back, and with it those that share a fix with it.
    fn fail(&mut self, path: &Arc<Path>, message: String) {
        self.problem(path, message.clone());
        for linked in self.files.group(path) {
            let Some(work) = self.files.0.get_mut(&linked) else { continue };
            let was_changed = work.is_changed();
            work.failed = true;
            work.now = work.before.clone();
            let reason = if linked == *path { message.clone() } else { together(path) };
            self.not_made.extend(work.made.drain(..).map(|made| made.not_made(&linked, &reason)));
            if was_changed && linked != *path {
                self.problem(&linked, reason);
            }
        }
    }

    /// Whether the fixes did what they are for; `before` is what was found at
    /// first, `after` what is found in the repository as it would be now. Files
    /// whose fixes did not are taken back.
    pub fn holds(&mut self, before: &[Finding], after: &[Finding]) -> bool {
        let (faults, problems) = verify(&self.files, before, after);
        let holds = faults.is_empty();
        self.problems.extend(problems);
        for Fault { path, message, seen } in faults {
            if self.files.0.get(&path).is_none_or(|work| work.failed) {
                continue;
            }
            let mut paths: Vec<Arc<Path>> = self.files.group(&path).into_iter().collect();
            let works = paths.iter().filter_map(|path| self.files.0.get(path));
            let keys = works.flat_map(|work| &work.made).map(|made| made.key).collect();
            paths.extend(seen);
            self.spoiled.push(Spoiled { paths, keys, message: message.clone() });
            self.fail(&path, message);
        }
        holds
    }

    /// What came of it: `before` is what was found before anything was fixed,
    /// `after` what is left.
    #[must_use]
    pub fn finish(self, before: Run, after: Run) -> FixedRun {
        let groups = self.files.groups();
        let mut files = Vec::new();
        for (path, work) in self.files.0 {
            if work.is_changed() || !work.made.is_empty() {
                let group = groups.get(&path).copied().unwrap_or_default();
                let Work { before, now: after, made, .. } = work;
                files.push(FixedFile { path, before, after, made, group });
            }
        }
        let mut fixed = FixedRun {
            run: after,
            files,
            not_made: self.not_made,
            spoiled: self.spoiled,
            before: before.findings,
        };
        fixed.run.problems.extend(self.problems);
        fixed.sort();
        fixed
    }
}

/// A fix that fails by itself.
struct Failure<'f> {
    finding: &'f Finding,
    /// Which fix it is, as the subject of a sentence.
    place: String,
    /// The rest of that sentence.
    reason: String,
}

/// Why a fix that was left out fails by itself: it is reported and not tried
/// again. One that only does not go with others gets another chance after them.
fn failure<'f>(attempt: &Attempt<'_, 'f>, index: usize) -> Option<Failure<'f>> {
    let candidate = &attempt.candidates[index];
    let finding = candidate.finding;
    let mut edits = candidate.edits.iter();
    let (path, reason) = edits
        .find_map(|edit| attempt.result(&edit.path, &[index]).err().map(|reason| (&edit.path, reason)))?;
    let row = finding.span.start.row;
    let cell = finding.span.cell.map(|cell| format!("cell {cell}, ")).unwrap_or_default();
    let whose = if *path == finding.path { String::new() } else { format!(" in `{}`", path.display()) };
    let place = format!("{cell}line {row}: the fix of {} ({}){whose}", finding.rule, finding.symbol);
    Some(Failure { finding, place, reason })
}

/// Knows fixes again that do the same to the same text, whatever has become of
/// the text around it.
fn alike(finding: &Finding) -> u64 {
    key(finding, finding.excerpt.marked())
}

/// Knows a fix again although the lines around it moved.
fn key(finding: &Finding, text: &str) -> u64 {
    let mut hasher = FxBuildHasher.build_hasher();
    (&finding.path, finding.rule, &finding.symbol, text).hash(&mut hasher);
    for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
        (&edit.path, &edit.content).hash(&mut hasher);
    }
    std::hash::Hasher::finish(&hasher)
}
