//! newskin finds what keeps Python code from running on a newer Python.
//!
//! The whole flow is in [`run`]: configuration, discovery, survey, then for
//! each file read, parse and check, in parallel; what remains is sorted.
//! Nothing in this library prints.

pub mod aws;
pub mod azure;
pub mod catalogue;
pub mod check;
pub mod config;
pub mod discover;
pub mod docker;
pub mod edit;
pub mod embedded;
pub mod error;
pub mod finding;
pub mod fix;
pub mod installed;
pub mod parse;
pub mod project;
pub mod python;
pub mod read;
pub mod report;
pub mod rule;
pub mod rules;
pub mod version;

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use finding::Run;

use check::installed::{Verdict, judge};
use check::{Checked, Checker};
use config::Settings;
use discover::Target;
use finding::{Applicability, Problem};
use fix::{FixedRun, Session};
use project::Project;
use python::types::Types;
use read::{Pending, Source};

/// How far a run is, for another thread to look at while it lasts.
#[derive(Debug, Default)]
pub struct Progress {
    /// How many files there are; 0 until they are found.
    pub files: AtomicUsize,
    /// How many of them are done.
    pub done: AtomicUsize,
}

/// Checks every file below the paths.
#[must_use]
pub fn run(paths: &[PathBuf], settings: &Settings) -> Run {
    run_watched(paths, settings, &Progress::default())
}

/// Checks every file below the paths, telling how far it is.
#[must_use]
pub fn run_watched(paths: &[PathBuf], settings: &Settings, progress: &Progress) -> Run {
    let (mut targets, mut problems) = discover::discover(paths, settings);
    let layers = Layers::read(settings, &mut targets, &mut problems);
    let project = Project::survey(settings);
    let types = Types::new(settings);
    check_all(&targets, &layers.checkers(&project, &types), problems, progress)
}

fn check_all(
    targets: &[Target],
    checkers: &Checkers<'_>,
    problems: Vec<Problem>,
    progress: &Progress,
) -> Run {
    progress.files.fetch_add(targets.len(), Ordering::Relaxed);
    let checked = targets.par_iter().map(|target| {
        let checked =
            checkers.of(&target.path).map_or_else(Checked::default, |checker| checker.check(target));
        progress.done.fetch_add(1, Ordering::Relaxed);
        checked
    });
    summed(checked.collect(), problems)
}

/// The settings of a run: those it was given, then those of folders below that
/// have their own configuration.
struct Layers<'a> {
    settings: Vec<Cow<'a, Settings>>,
    /// The settings of a folder by number; `None` where they could not be read,
    /// so that nothing below is checked (or fixed) in a way the user ruled out.
    folders: FxHashMap<PathBuf, Option<usize>>,
}

impl<'a> Layers<'a> {
    fn read(outer: &'a Settings, targets: &mut Vec<Target>, problems: &mut Vec<Problem>) -> Self {
        let mut layers = Self { settings: vec![Cow::Borrowed(outer)], folders: FxHashMap::default() };
        for config::Layer { folder, settings } in outer.layers(targets.iter().map(|target| &*target.path)) {
            let at = match settings {
                Ok(settings) => {
                    layers.settings.push(Cow::Owned(settings));
                    Some(layers.settings.len() - 1)
                }
                Err(error) => {
                    problems.push(error.into_problem("nothing in this folder was checked"));
                    None
                }
            };
            layers.folders.insert(folder, at);
        }
        for (at, settings) in layers.settings.iter().enumerate().skip(1) {
            discover::drop_excluded(targets, settings, |path| layers.of(path) == Some(at));
        }
        layers
    }

    /// Which settings hold for a file.
    fn of(&self, path: &Path) -> Option<usize> {
        if self.folders.is_empty() {
            return Some(0);
        }
        let nearest = path.ancestors().skip(1).find_map(|folder| self.folders.get(folder));
        nearest.copied().unwrap_or(Some(0))
    }

    /// One checker for each of the settings.
    fn checkers<'b>(&'b self, project: &'b Project, types: &'b Types) -> Checkers<'b> {
        let settings = self.settings.iter();
        let checkers = settings.map(|settings| Checker::new(project, types, settings)).collect();
        Checkers { layers: self, checkers }
    }
}

/// The checker of each file.
struct Checkers<'a> {
    layers: &'a Layers<'a>,
    checkers: Vec<Checker<'a>>,
}

impl<'a> Checkers<'a> {
    fn of(&self, path: &Path) -> Option<&Checker<'a>> {
        self.layers.of(path).map(|at| &self.checkers[at])
    }
}

/// What was found in folders of installed distributions.
#[derive(Debug, Default)]
pub struct InstalledRun {
    /// All findings, as of any run.
    pub run: Run,
    /// The same by distribution, those without findings, too.
    pub verdicts: Vec<Verdict>,
}

/// Checks the distributions that are installed in folders; see
/// [`installed::folders`] for how to find these.
#[must_use]
pub fn run_installed(folders: &[PathBuf], settings: &Settings, progress: &Progress) -> InstalledRun {
    let mut all = InstalledRun::default();
    let mut checked = Vec::new();
    for folder in folders {
        let started = |files| {
            progress.files.fetch_add(files, Ordering::Relaxed);
        };
        let done = || {
            progress.done.fetch_add(1, Ordering::Relaxed);
        };
        let judged = judge(folder, settings, started, done);
        all.verdicts.extend(judged.verdicts);
        checked.extend(judged.checked);
    }
    all.run = summed(checked, Vec::new());
    all.run.findings = all.verdicts.iter().flat_map(|verdict| verdict.findings.iter().cloned()).collect();
    all.run.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    all
}

/// Checks one text that is no file, such as standard input. `target` says where
/// in the project it would be, and what it is.
#[must_use]
pub fn run_text(target: &Target, bytes: Vec<u8>, settings: &Settings) -> Run {
    let project = Project::survey(settings);
    let types = Types::new(settings);
    summed(vec![Checker::new(&project, &types, settings).check_bytes(target, bytes)], Vec::new())
}

fn summed(checked: Vec<Checked>, mut problems: Vec<Problem>) -> Run {
    let files = checked.len();
    let mut findings = Vec::new();
    for one in checked {
        findings.extend(one.findings);
        problems.extend(one.problem);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Run { findings, problems, files }
}

/// Checks every file below the paths and applies fixes, in memory, until nothing
/// changes; [`FixedRun::write`] replaces the files.
///
/// Each pass looks at the whole repository as it would be by then, so that what
/// one file declares reaches the others, and the last one has seen everything
/// that will be written.
#[must_use]
pub fn fix(paths: &[PathBuf], settings: &Settings, options: &fix::Options, progress: &Progress) -> FixedRun {
    let fixed = fix_all(paths, settings, options, progress);
    // What a single fix spoils, the others of its file need not suffer for.
    let mut alone = |path: &Path, left_out: HashSet<u64>| {
        let left_out = left_out.union(&options.left_out).copied().collect();
        let options = fix::Options { left_out, ..options.clone() };
        fix_all(&[path.to_path_buf()], settings, &options, &Progress::default())
    };
    let spoilers = fix::spoilers(&fixed, &mut alone);
    if spoilers.is_empty() {
        return fixed;
    }
    let mut options = options.clone();
    options.left_out.extend(spoilers.iter().map(|(key, _)| *key));
    let mut fixed = fix_all(paths, settings, &options, progress);
    fixed.not_made.extend(spoilers.into_iter().map(|(_, note)| note));
    fixed
}

fn fix_all(paths: &[PathBuf], settings: &Settings, options: &fix::Options, progress: &Progress) -> FixedRun {
    let started = SystemTime::now();
    let (mut targets, mut problems) = discover::discover(paths, settings);
    let layers = Layers::read(settings, &mut targets, &mut problems);
    let mut session = Session::new(options.clone(), settings, &targets, started);
    let mut before: Option<Run> = None;
    for pass in 1.. {
        let changed: Vec<Source> = session.changed().cloned().collect();
        let _pending = Pending::new(&changed);
        let project = Project::survey(settings);
        let types = Types::new(settings);
        types.overlay(&changed);
        let checkers = layers.checkers(&project, &types);
        let run = check_all(&targets, &checkers, problems.clone(), progress);
        let sources = session.open(&run.findings, &project);
        let changes = settle(&mut session, &project, &types, |path| checkers.of(path), sources);
        if changes && pass >= fix::PASSES {
            session.give_up_pass();
        }
        let first = before.get_or_insert_with(|| run.clone());
        if !changes && session.holds(&first.findings, &run.findings) {
            let first = before.take().unwrap_or_default();
            return session.finish(first, run);
        }
    }
    unreachable!("passes end: from the last one on each takes a file back")
}

/// Checks and fixes one text that is no file, such as standard input; nothing
/// is written. `files[0].after` is the text if it changed; findings are those
/// that are left in it.
#[must_use]
pub fn fix_source(source: Source, settings: &Settings, threshold: Applicability) -> FixedRun {
    let started = SystemTime::now();
    let targets = [Target { path: source.path.clone(), kind: source.kind, explicit: true }];
    let project = Project::survey(settings);
    let types = Types::new(settings);
    types.overlay(std::slice::from_ref(&source));
    let checker = Checker::new(&project, &types, settings);
    let before = summed(vec![checker.check_source(source.clone())], Vec::new());
    let mut session = Session::new(fix::Options::all(threshold), settings, &targets, started);
    session.admit(source.clone(), &project);
    settle(&mut session, &project, &types, |_| Some(&checker), vec![source.clone()]);
    loop {
        let now = session.changed().next().cloned().unwrap_or_else(|| source.clone());
        types.overlay(std::slice::from_ref(&now));
        let after = summed(vec![checker.check_source(now)], Vec::new());
        if session.holds(&before.findings, &after.findings) {
            return session.finish(before, after);
        }
    }
}

/// Check, fix, check what changed, until nothing does; whether anything did.
fn settle<'a, 'b: 'a>(
    session: &mut Session<'_>,
    project: &Project,
    types: &Types,
    checker: impl Fn(&Path) -> Option<&'a Checker<'b>> + Sync,
    mut sources: Vec<Source>,
) -> bool {
    let mut changes = false;
    for _ in 0..fix::ROUNDS {
        types.overlay(&sources);
        let check = |source: Source| {
            let path = source.path.clone();
            let findings = checker(&path).map(|checker| checker.check_source(source).findings);
            (path, findings.unwrap_or_default())
        };
        let checked: Vec<_> = sources.into_par_iter().map(check).collect();
        sources = session.round(&checked, project);
        if sources.is_empty() {
            return changes;
        }
        changes = true;
    }
    session.give_up(&sources);
    changes
}
