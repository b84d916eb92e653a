//! What a walk leaves out.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};

use crate::config::Settings;
use crate::config::globs::absolute;
use crate::finding::Problem;

/// Directories that hold somebody else's code, or none.
const FOLDERS: &[&str] = &[
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".terraform",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "node_modules",
    "site-packages",
    "venv",
];

/// The globs of `Settings::exclude`, compiled, and the usual folders.
pub struct Excludes {
    names: GlobSet,
    paths: GlobSet,
    root: PathBuf,
}

impl Excludes {
    /// Compiles the globs. One without `/` means a base name, one with `/` an
    /// absolute path; an invalid one becomes a problem.
    pub fn new(settings: &Settings, problems: &mut Vec<Problem>) -> Self {
        let mut names = GlobSetBuilder::new();
        let mut paths = GlobSetBuilder::new();
        for pattern in &settings.exclude {
            match Glob::new(pattern) {
                Ok(glob) if pattern.contains('/') => paths.add(glob),
                Ok(glob) => names.add(glob),
                Err(error) => {
                    problems.push(refused(pattern, &error));
                    continue;
                }
            };
        }
        let mut build = |globs: GlobSetBuilder| {
            globs.build().unwrap_or_else(|error| {
                problems.push(refused("exclude", &error));
                GlobSet::empty()
            })
        };
        Self { names: build(names), paths: build(paths), root: absolute(&settings.root) }
    }

    /// Whether the globs leave out this path itself.
    pub fn match_path(&self, path: &Path) -> bool {
        !self.names.is_empty() && path.file_name().is_some_and(|name| self.names.is_match(name))
            || !self.paths.is_empty() && self.paths.is_match(absolute(path))
    }

    /// Whether a walk that begins at `Settings::root` would not reach the path.
    pub fn cover(&self, path: &Path) -> bool {
        let path = absolute(path);
        let inside = |one: &&Path| one.starts_with(&self.root) && *one != self.root;
        path.ancestors()
            .take_while(inside)
            .any(|one| self.match_path(one) || (*one != *path || path.is_dir()) && is_usual_folder(one))
    }
}

fn refused(pattern: &str, error: &globset::Error) -> Problem {
    let message = format!("this pattern of `exclude` is no glob: {}", error.kind());
    Problem { path: pattern.into(), message }
}

/// Whether a directory is left out by its name.
pub fn is_usual_folder(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| FOLDERS.binary_search(&name).is_ok())
}

/// Whether the path lies in, or is, a directory that walks leave out.
pub fn in_usual_folder(path: &Path) -> bool {
    absolute(path).ancestors().any(is_usual_folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_sorted() {
        assert!(FOLDERS.is_sorted());
        assert!(is_usual_folder(Path::new("a/.git")));
        assert!(is_usual_folder(Path::new("venv")));
        assert!(!is_usual_folder(Path::new("venv/x")));
    }
}
