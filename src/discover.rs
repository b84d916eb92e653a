//! Paths to files worth reading, each with its kind.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::Settings;
use crate::finding::Problem;

mod below;
mod every;
mod exclude;
mod kind;
mod walk;

pub use below::below;
pub use every::every_file;
use exclude::Excludes;
pub(crate) use exclude::is_usual_folder;

/// What a file is, by its name and, for scripts, by its first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `.py`, `.pyw`, or a script with a Python shebang.
    Python,
    /// `.pyi`.
    Stub,
    /// `.ipynb`.
    Notebook,
    /// `Dockerfile`, `Dockerfile.*`, `*.Dockerfile`, `Containerfile`.
    Dockerfile,
    /// `requirements*.txt`, `*-requirements.txt`, `requirements/*.txt`, the same with `constraints` and `.in`.
    Requirements,
    /// `.toml`, `Pipfile`, `poetry.lock`, `uv.lock`, `pdm.lock`.
    Toml,
    /// `setup.cfg`, `tox.ini`.
    Ini,
    /// `.python-version`, `.tool-versions`, `runtime.txt`: lines that name versions.
    Versions,
    /// `.yaml`, `.yml`; `.template` and `.cfn`, which may be JSON too.
    Yaml,
    /// `.json`, `.jsonc`, `Pipfile.lock`; comments allowed.
    Json,
    /// `.tf`, `.tofu`, `.tfvars`, `.hcl`.
    Hcl,
    /// `.bicep`.
    Bicep,
    /// `.ps1`, `.psm1`.
    PowerShell,
    /// `.js`, `.mjs`, `.cjs`, `.ts`, `.mts`, `.cts`; not declarations and bundles.
    JavaScript,
    /// `.sh`, `.bash`, or a script with a shell shebang.
    Shell,
    /// `Makefile`, `*.mk`.
    Makefile,
    /// What an installer wrote beside a distribution (`METADATA`), or installed
    /// and is no text. Walks do not find it: [`crate::installed`] does.
    Installed,
}

impl Kind {
    /// The kind that the name of a file says; `None` if names do not tell.
    /// Case does not matter, as it does not to some file systems.
    #[must_use]
    pub fn of_name(path: &Path) -> Option<Self> {
        kind::of_name(path)
    }

    /// Whether the file holds Python code, as source or in cells.
    #[must_use]
    pub fn holds_python(self) -> bool {
        self.is_python() || self == Self::Notebook
    }

    /// Whether the file, in another language than Python, holds commands.
    #[must_use]
    pub fn holds_commands(self) -> bool {
        matches!(self, Self::Dockerfile | Self::Shell | Self::Makefile | Self::Yaml | Self::Json)
    }

    /// Whether Python itself reads the file, with its rules for encodings.
    #[must_use]
    pub fn is_python(self) -> bool {
        matches!(self, Self::Python | Self::Stub)
    }
}

/// A file to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As reached from the command line, without a leading `./`.
    pub path: Arc<Path>,
    /// Decides the parser and the rules.
    pub kind: Kind,
    /// Named on the command line, so read whatever its name.
    pub explicit: bool,
}

/// A target and what is needed to tell whether it was found before.
struct Found {
    target: Target,
    /// Reached through a symbolic link.
    link: bool,
}

/// Every file below the paths that could matter, sorted by path and each once,
/// and the paths that could not be walked.
///
/// Directories are walked in parallel, by as many threads as rayon has.
/// `.gitignore` and `.ignore` files count, inside a git checkout and outside;
/// hidden files are walked; links to files are read, links to directories not
/// followed. A file named in `paths` is found whatever its name, unless
/// `force_exclude` and `exclude` say otherwise; one that is plainly in another
/// language (`README.md`) is passed over.
#[must_use]
pub fn discover(paths: &[PathBuf], settings: &Settings) -> (Vec<Target>, Vec<Problem>) {
    let mut problems = Vec::new();
    let excludes = Excludes::new(settings, &mut problems);
    let mut found = Vec::new();
    let mut roots = Vec::new();
    for path in paths {
        match path.metadata() {
            Err(error) => problems.push(Problem { path: path.clone(), message: reason(&error) }),
            Ok(_) if settings.force_exclude && excludes.cover(path) => {}
            Ok(metadata) if metadata.is_dir() => roots.push(path.clone()),
            Ok(_) => found.extend(named(path)),
        }
    }
    let single = found.is_empty() && roots.len() == 1;
    if !roots.is_empty() {
        walk::walk(&roots, excludes, &mut found, &mut problems);
    }
    if !single || found.iter().any(|one| one.link) {
        found = without_doubles(found);
    }
    let mut targets: Vec<Target> = found.into_iter().map(|one| one.target).collect();
    targets.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
    problems.sort_by(|a, b| a.path.cmp(&b.path));
    problems.dedup();
    (targets, problems)
}

/// Whether `exclude` leaves out a file that no walk has reached, by itself or by
/// a folder around it.
#[must_use]
pub fn is_excluded(path: &Path, settings: &Settings) -> bool {
    Excludes::new(settings, &mut Vec::new()).cover(path)
}

/// Takes away the files that a layer leaves out: `exclude` of a configuration
/// file that the walk itself came across.
pub fn drop_excluded(targets: &mut Vec<Target>, settings: &Settings, is_in_layer: impl Fn(&Path) -> bool) {
    if settings.exclude.is_empty() {
        return;
    }
    let excludes = Excludes::new(settings, &mut Vec::new());
    let held = |target: &Target| target.explicit && !settings.force_exclude;
    targets.retain(|target| held(target) || !is_in_layer(&target.path) || !excludes.cover(&target.path));
}

/// A file that the command line names.
fn named(path: &Path) -> Option<Found> {
    let kind = match Kind::of_name(path) {
        Some(kind) => kind,
        None => kind::of_shebang(path).or_else(|| kind::of_unknown(path))?,
    };
    let target = Target { path: bare(path).into(), kind, explicit: true };
    Some(Found { target, link: path.is_symlink() })
}

/// Keeps each real file once: the one that was named, else the one that is no link.
fn without_doubles(found: Vec<Found>) -> Vec<Found> {
    // Parents repeat, so that most files cost no system call.
    let mut parents: FxHashMap<PathBuf, PathBuf> = FxHashMap::default();
    let mut seen: FxHashMap<PathBuf, Found> = FxHashMap::default();
    for one in found {
        let identity = identity(&one, &mut parents);
        match seen.entry(identity) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(one);
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                let rank = |one: &Found| (!one.target.explicit, one.link, one.target.path.clone());
                if rank(&one) < rank(entry.get()) {
                    entry.insert(one);
                }
            }
        }
    }
    seen.into_values().collect()
}

fn identity(one: &Found, parents: &mut FxHashMap<PathBuf, PathBuf>) -> PathBuf {
    let path = &*one.target.path;
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (Some(parent), Some(name), false) = (path.parent(), path.file_name(), one.link) else {
        return canonical(path);
    };
    if let Some(real) = parents.get(parent) {
        return real.join(name);
    }
    let real = canonical(if parent.as_os_str().is_empty() { Path::new(".") } else { parent });
    let identity = real.join(name);
    parents.insert(parent.to_owned(), real);
    identity
}

/// The path without `./` in front.
fn bare(path: &Path) -> &Path {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest,
        _ => path,
    }
}

/// What the system said, as the end of a sentence: `permission denied`.
#[must_use]
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

#[cfg(test)]
mod tests;
