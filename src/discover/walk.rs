//! The walk over directories.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::exclude::{Excludes, in_usual_folder, is_usual_folder};
use super::{Found, Kind, Target, bare, kind, reason};
use crate::finding::Problem;

/// What one thread found; handed over when the thread is done.
struct Harvest<'a> {
    found: Vec<Found>,
    problems: Vec<Problem>,
    all: &'a Mutex<(&'a mut Vec<Found>, &'a mut Vec<Problem>)>,
}

impl Drop for Harvest<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.0.append(&mut self.found);
        all.1.append(&mut self.problems);
    }
}

/// Adds what lies below the roots, in no order.
pub fn walk(roots: &[PathBuf], excludes: Excludes, found: &mut Vec<Found>, problems: &mut Vec<Problem>) {
    let Some((first, rest)) = roots.split_first() else { return };
    let mut builder = WalkBuilder::new(first);
    for root in rest {
        builder.add(root);
    }
    // Someone who names an environment wants its packages.
    let inside: Vec<PathBuf> = roots.iter().filter(|root| in_usual_folder(root)).cloned().collect();
    builder
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .threads(rayon::current_num_threads())
        .filter_entry(move |entry| is_wanted(entry, &excludes, &inside));
    let all = Mutex::new((found, problems));
    builder.build_parallel().run(|| {
        let mut harvest = Harvest { found: Vec::new(), problems: Vec::new(), all: &all };
        Box::new(move |entry| {
            match entry {
                Ok(entry) => harvest.found.extend(file(&entry)),
                Err(error) => harvest.problems.extend(problem(&error)),
            }
            WalkState::Continue
        })
    });
}

fn is_wanted(entry: &DirEntry, excludes: &Excludes, inside: &[PathBuf]) -> bool {
    if entry.depth() == 0 {
        return true;
    }
    if entry.file_type().is_some_and(|kind| kind.is_dir()) {
        let path = entry.path();
        let foreign = is_usual_folder(path) || path.join("pyvenv.cfg").exists();
        let is_named = || inside.iter().any(|root| path.starts_with(root)) && !entry.file_name().eq(".git");
        if foreign && !is_named() {
            return false;
        }
    }
    !excludes.match_path(entry.path())
}

fn file(entry: &DirEntry) -> Option<Found> {
    let link = entry.path_is_symlink();
    let path = entry.path();
    let kind = entry.file_type()?;
    if !(kind.is_file() || link && path.metadata().is_ok_and(|metadata| metadata.is_file())) {
        return None;
    }
    let kind = match Kind::of_name(path) {
        Some(kind) => kind,
        None if path.extension().is_none() && is_executable(path) => kind::of_shebang(path)?,
        None => return None,
    };
    let path: Arc<Path> = bare(path).into();
    Some(Found { target: Target { path, kind, explicit: false }, link })
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}

/// A directory that could not be read. Mistakes in ignore files are not ours to report.
fn problem(error: &ignore::Error) -> Option<Problem> {
    let message = reason(error.io_error()?);
    Some(Problem { path: bare(place(error)?).to_owned(), message })
}

fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
        _ => None,
    }
}
