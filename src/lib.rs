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

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

pub use finding::Run;

use check::{Checked, Checker};
use config::Settings;
use discover::Target;
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
    let (targets, problems) = discover::discover(paths, settings);
    progress.files.store(targets.len(), Ordering::Relaxed);
    let project = Project::survey(&targets, settings);
    let checker = Checker::new(&project, settings);
    let checked = targets.par_iter().map(|target| {
        let checked = checker.check(target);
        progress.done.fetch_add(1, Ordering::Relaxed);
        checked
    });
    summed(checked.collect(), problems)
}

/// Checks one text that is no file, such as standard input. `target` says where
/// in the project it would be, and what it is.
#[must_use]
pub fn run_text(target: &Target, bytes: Vec<u8>, settings: &Settings) -> Run {
    let project = Project::survey(std::slice::from_ref(target), settings);
    summed(vec![Checker::new(&project, settings).check_bytes(target, bytes)], Vec::new())
}

fn summed(checked: Vec<Checked>, mut problems: Vec<finding::Problem>) -> Run {
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
