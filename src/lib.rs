//! newskin finds what keeps Python code from running on a newer Python.
//!
//! The whole flow is in [`run`]: configuration, discovery, survey, then for
//! each file read, parse and check, in parallel; what remains is sorted.
//! Nothing in this library prints.

pub mod catalogue;
pub mod check;
pub mod config;
pub mod discover;
pub mod docker;
pub mod edit;
pub mod error;
pub mod finding;
pub mod fix;
pub mod parse;
pub mod project;
pub mod python;
pub mod read;
pub mod report;
pub mod rule;
pub mod rules;
pub mod version;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub use finding::Run;

use check::{Checked, Checker};
use config::Settings;
use discover::Target;
use finding::Problem;
use project::Project;

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
    progress.files.store(targets.len(), Ordering::Relaxed);
    let project = Project::survey(&targets, settings);
    let checkers = layers.checkers(&project);
    let checked = targets.par_iter().map(|target| {
        let checked = layers.of(&target.path).map_or_else(Checked::default, |at| checkers[at].check(target));
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
    fn checkers<'b>(&'b self, project: &'b Project) -> Vec<Checker<'b>> {
        self.settings.iter().map(|settings| Checker::new(project, settings)).collect()
    }
}

/// Checks one text that is no file, such as standard input. `target` says where
/// in the project it would be, and what it is.
#[must_use]
pub fn run_text(target: &Target, bytes: Vec<u8>, settings: &Settings) -> Run {
    let project = Project::survey(std::slice::from_ref(target), settings);
    summed(vec![Checker::new(&project, settings).check_bytes(target, bytes)], Vec::new())
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

/// Checks every file below the paths and applies fixes until nothing changes.
/// With `options.write` the files are replaced, each as a whole or not at all.
#[must_use]
pub fn fix(paths: &[PathBuf], settings: &Settings, options: fix::Options) -> fix::FixedRun {
    let _ = options;
    fix::FixedRun { run: run(paths, settings), files: Vec::new() }
}

/// Checks and fixes one text that is no file, such as standard input; nothing
/// is written. The text is `files[0].after` if it changed; findings are those
/// that are left in it.
#[must_use]
pub fn fix_source(
    source: read::Source,
    settings: &Settings,
    threshold: finding::Applicability,
) -> fix::FixedRun {
    let _ = threshold;
    let project = Project::survey(&[], settings);
    let checked = check::Checker::new(&project, settings).check_source(source);
    let run = Run { findings: checked.findings, problems: checked.problem.into_iter().collect(), files: 1 };
    fix::FixedRun { run, files: Vec::new() }
}
