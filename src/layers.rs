//! Many files at once, each by the settings that hold for it: those of the run,
//! or of a folder below that has its own configuration.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::check::{Checked, Checker};
use crate::config::{self, Settings};
use crate::discover::{self, Target};
use crate::finding::Problem;
use crate::project::Project;
use crate::python::types::Types;

/// How far a run is, for another thread to look at while it lasts.
#[derive(Debug, Default)]
pub struct Progress {
    /// How many files there are; 0 until they are found.
    pub files: AtomicUsize,
    /// How many of them are done.
    pub done: AtomicUsize,
}

/// The settings of a run: those it was given, then those of folders below that
/// have their own configuration.
pub struct Layers<'a> {
    settings: Vec<Cow<'a, Settings>>,
    /// The settings of a folder by number; `None` where they could not be read,
    /// so that nothing below is checked (or fixed) in a way the user ruled out.
    folders: FxHashMap<PathBuf, Option<usize>>,
}

impl<'a> Layers<'a> {
    pub fn read(outer: &'a Settings, targets: &mut Vec<Target>, problems: &mut Vec<Problem>) -> Self {
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
    pub fn checkers<'b>(&'b self, project: &'b Project, types: &'b Types) -> Checkers<'b> {
        let settings = self.settings.iter();
        let checkers = settings.map(|settings| Checker::new(project, types, settings)).collect();
        Checkers { layers: self, checkers }
    }
}

/// The checker of each file.
pub struct Checkers<'a> {
    layers: &'a Layers<'a>,
    checkers: Vec<Checker<'a>>,
}

impl<'a> Checkers<'a> {
    pub fn of(&self, path: &Path) -> Option<&Checker<'a>> {
        self.layers.of(path).map(|at| &self.checkers[at])
    }

    /// Checks files, in parallel; the results stand in the same order.
    pub fn check_all(&self, targets: &[Target], progress: &Progress) -> Vec<Checked> {
        progress.files.fetch_add(targets.len(), Ordering::Relaxed);
        targets.par_iter().map(|target| self.check(target, progress)).collect()
    }

    fn check(&self, target: &Target, progress: &Progress) -> Checked {
        let checked = self.of(&target.path).map_or_else(Checked::default, |checker| checker.check(target));
        progress.done.fetch_add(1, Ordering::Relaxed);
        checked
    }

    /// Checks again what `is_stale` says of the file and what was found before.
    pub fn check_again(
        &self,
        targets: &[Target],
        before: Vec<Checked>,
        is_stale: impl Fn(&Target, &Checked) -> bool + Sync,
        progress: &Progress,
    ) -> Vec<Checked> {
        let again = |(target, checked): (&Target, Checked)| {
            if !is_stale(target, &checked) {
                return checked;
            }
            progress.files.fetch_add(1, Ordering::Relaxed);
            self.check(target, progress)
        };
        targets.par_iter().zip(before).map(again).collect()
    }
}
