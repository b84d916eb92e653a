//! newskin finds what keeps Python code from running on a newer Python.
//!
//! The whole flow is in [`run`]: configuration, discovery, survey, then for
//! each file read, parse and check, in parallel; what remains is sorted.
//! Nothing in this library prints.

pub mod catalogue;
pub mod check;
pub mod config;
pub mod discover;
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

use rayon::prelude::*;

pub use finding::Run;

use config::Settings;
use project::Project;

/// Checks every file below the paths.
#[must_use]
pub fn run(paths: &[PathBuf], settings: &Settings) -> Run {
    let (targets, mut problems) = discover::discover(paths, settings);
    let project = Project::survey(&targets, settings);
    let checker = check::Checker::new(&project, settings);
    let checked: Vec<_> = targets.par_iter().map(|target| checker.check(target)).collect();
    let mut findings = Vec::new();
    for one in checked {
        findings.extend(one.findings);
        problems.extend(one.problem);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Run { findings, problems, files: targets.len() }
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
