//! Check and fix by turns, until nothing changes: the order of the steps that
//! [`crate::fix`] offers.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::check::{Checked, Checker, summed};
use crate::config::Settings;
use crate::discover::{self, Target};
use crate::finding::{Applicability, Problem};
use crate::fix::{self, FixedRun, NotMade, Options, Session};
use crate::layers::{Layers, Progress};
use crate::project::Project;
use crate::python::types::Types;
use crate::read::{Pending, Source};

/// Fixes the files below some paths, as often as it is asked to: what the first
/// look at them has found is kept, because no files are written in between, or
/// they are put back.
pub struct Fixer<'a> {
    settings: &'a Settings,
    targets: Vec<Target>,
    layers: Layers<'a>,
    problems: Vec<Problem>,
    first: OnceLock<Vec<Checked>>,
}

impl<'a> Fixer<'a> {
    /// Finds the files.
    #[must_use]
    pub fn new(paths: &[PathBuf], settings: &'a Settings) -> Self {
        let (mut targets, mut problems) = discover::discover(paths, settings);
        let layers = Layers::read(settings, &mut targets, &mut problems);
        Self { settings, targets, layers, problems, first: OnceLock::new() }
    }

    /// Checks every file and applies fixes, in memory, until nothing changes;
    /// [`FixedRun::write`] replaces the files.
    #[must_use]
    pub fn fix(&self, options: &Options, progress: &Progress) -> FixedRun {
        let fixed = self.fix_all(options, progress);
        let spoilers = self.spoilers(&fixed, options);
        if spoilers.is_empty() {
            return fixed;
        }
        let mut options = options.clone();
        options.left_out.extend(spoilers.iter().map(|(key, _)| *key));
        let mut fixed = self.fix_all(&options, progress);
        fixed.not_made.extend(spoilers.into_iter().map(|(_, note)| note));
        fixed
    }

    /// What a single fix spoils, the others of its file need not suffer for.
    fn spoilers(&self, fixed: &FixedRun, options: &Options) -> Vec<(u64, NotMade)> {
        let mut alone: Option<(Vec<Arc<Path>>, Fixer<'_>)> = None;
        fix::spoilers(fixed, &mut |paths: &[Arc<Path>], left_out: HashSet<u64>| {
            if alone.as_ref().is_none_or(|(known, _)| known != paths) {
                let files: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
                alone = Some((paths.to_vec(), Fixer::new(&files, self.settings)));
            }
            let left_out = left_out.union(&options.left_out).copied().collect();
            let options = Options { left_out, ..options.clone() };
            let fix = |(_, fixer): &(_, Fixer<'_>)| fixer.fix_all(&options, &Progress::default());
            alone.as_ref().map(fix).unwrap_or_default()
        })
    }

    /// Passes over the files until one changes nothing. Each sees the repository
    /// as it would be by then, so that what one file declares reaches the others,
    /// and the last one has seen everything that will be written.
    fn fix_all(&self, options: &Options, progress: &Progress) -> FixedRun {
        let mut session = Session::new(options.clone(), self.settings, &self.targets, SystemTime::now());
        let types = Types::new(self.settings);
        let mut checked: Option<Vec<Checked>> = None;
        for pass in 1.. {
            types.overlay(&session.texts());
            let changed: Vec<Source> = session.changed().cloned().collect();
            let _pending = Pending::new(&changed);
            let project = Project::survey(self.settings);
            let checkers = self.layers.checkers(&project, &types);
            let now = match checked.take() {
                None => self.first.get_or_init(|| checkers.check_all(&self.targets, progress)).clone(),
                // What has not changed and depends on nothing else is as before.
                Some(before) => {
                    let touched = session.touched();
                    let is_stale =
                        |target: &Target, checked: &Checked| checked.around || touched.contains(&target.path);
                    checkers.check_again(&self.targets, before, is_stale, progress)
                }
            };
            let run = summed(now.clone(), self.problems.clone());
            checked = Some(now);
            let sources = session.open(&run.findings, &project);
            let changes = settle(&mut session, &project, &types, |path| checkers.of(path), sources);
            if changes && pass >= fix::PASSES {
                session.give_up_pass();
            }
            if !changes {
                let before = self.first.get().cloned().unwrap_or_default();
                let before = summed(before, self.problems.clone());
                if session.holds(&before.findings, &run.findings) {
                    return session.finish(before, run);
                }
            }
        }
        unreachable!("passes end: from the last one on each takes a file back")
    }
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
    let mut session = Session::new(Options::all(threshold), settings, &targets, started);
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
