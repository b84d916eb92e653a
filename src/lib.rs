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
mod layers;
pub mod parse;
mod passes;
pub mod project;
pub mod python;
pub mod read;
pub mod report;
pub mod rule;
pub mod rules;
pub mod version;

use std::path::PathBuf;
use std::sync::atomic::Ordering;

pub use finding::Run;
pub use layers::Progress;
pub use passes::{Fixer, fix_source};

use check::installed::{Verdict, judge};
use check::{Checker, summed};
use config::Settings;
use discover::Target;
use layers::Layers;
use project::Project;
use python::types::Types;

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
    let checked = layers.checkers(&project, &types).check_all(&targets, progress);
    summed(checked, problems)
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

/// Fixes the files below the paths, in memory; see [`Fixer`].
#[must_use]
pub fn fix(
    paths: &[PathBuf],
    settings: &Settings,
    options: &fix::Options,
    progress: &Progress,
) -> fix::FixedRun {
    Fixer::new(paths, settings).fix(options, progress)
}
