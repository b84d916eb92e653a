//! What the environments that tests run in are made with.

use std::path::{Path, PathBuf};

use memchr::memmem;

use super::Project;
use crate::read::{self, around};

/// Files that make environments for tests.
const FILES: [&str; 8] = [
    "tox.ini",
    "noxfile.py",
    "Makefile",
    "Dockerfile",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".circleci/config.yml",
];

impl Project {
    /// Whether a file that makes an environment for the tests of the project around `path`, or
    /// lists what it gets, names a distribution. Reads the files, and looks at their text: to be
    /// asked last.
    #[must_use]
    pub fn tests_get(&self, path: &Path, distribution: &str) -> bool {
        around::note();
        let absolute = self.absolute(path);
        let mut files = self.ancestors(&absolute).flat_map(|folder| files(&folder.path));
        files.any(|file| {
            let text = read::bytes(&file).unwrap_or_default();
            memmem::find(&text, distribution.as_bytes()).is_some()
        })
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = FILES.iter().map(|name| folder.join(name)).collect();
    for (inside, lists) in [("", false), ("requirements", true), (".github/workflows", true)] {
        let entries = std::fs::read_dir(folder.join(inside)).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()).filter(|file| {
            let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            lists || name.contains("requirements")
        }));
    }
    files.retain(|file| file.is_file());
    files
}
