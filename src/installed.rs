//! Installed distributions: which they are, which files are theirs, and which of
//! these run when they are imported.
//!
//! Read are folders from which Python imports: the `site-packages` of a virtual
//! environment, the `python/` of a Lambda layer, an unpacked archive.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use crate::discover::every_file;
use crate::version::PythonVersion;

pub mod binaries;
mod distribution;
mod folders;
mod imports;
mod reach;
mod record;

pub use distribution::Distribution;
pub use folders::folders;
pub use imports::runs_at_import;
pub use reach::Reached;

/// Files that are looked at in one folder.
const MAX_FILES: usize = 500_000;

/// One folder of installed distributions.
#[derive(Debug, Default)]
pub struct SitePackages {
    /// The folder, as reached from the command line.
    pub folder: PathBuf,
    /// The Python whose virtual environment it belongs to.
    pub environment: Option<PythonVersion>,
    /// Sorted by name; at the end, by the names of modules, what belongs to no
    /// distribution: code put there by hand, or whose metadata were left out.
    pub distributions: Vec<Distribution>,
    /// All files, by their paths from the folder, sorted.
    pub files: Vec<PathBuf>,
    /// Whose each file is, by the number of the distribution.
    owners: FxHashMap<PathBuf, usize>,
}

impl SitePackages {
    /// Reads a folder. Metadata that cannot be read leave their files to no
    /// distribution.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let files = every_file(folder, MAX_FILES);
        let mut distributions = distribution::all(folder, &files);
        let owners = record::assign(folder, &files, &mut distributions);
        let environment = folders::environment(folder);
        Self { folder: folder.to_path_buf(), environment, distributions, files, owners }
    }

    /// The number of the distribution that a file, by its path from the folder,
    /// belongs to.
    #[must_use]
    pub fn owner(&self, file: &Path) -> Option<usize> {
        self.owners.get(file).copied()
    }

    /// The files of a distribution, by their paths from the folder.
    pub fn files_of(&self, distribution: usize) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path).filter(move |file| self.owner(file) == Some(distribution))
    }

    /// Whether some distribution by that name (any spelling) is installed.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        let name = crate::project::normalised(name);
        self.distributions.iter().any(|one| one.key == name && one.version.is_some())
    }

    /// Whether a distribution here asks for another one on the Python. What only
    /// an extra asks for does not count.
    #[must_use]
    pub fn requires(&self, name: &str, python: PythonVersion) -> bool {
        let name = crate::project::normalised(name);
        self.distributions.iter().any(|one| one.requirements(python).any(|required| required == name))
    }
}

/// Whether a file, by its path from its folder, is there to test, show or measure
/// the rest: nobody imports it who uses the distribution.
#[must_use]
pub fn is_aside(file: &Path) -> bool {
    const FOLDERS: &[&str] = &[
        "_examples",
        "benchmark",
        "benchmarks",
        "conformance",
        "demo",
        "demos",
        "doc",
        "docs",
        "example",
        "examples",
        "fixtures",
        "sample",
        "samples",
        "test",
        "test_data",
        "testdata",
        "tests",
        "unittests",
    ];
    let folder =
        |part: &std::ffi::OsStr| part.to_str().is_some_and(|part| FOLDERS.binary_search(&part).is_ok());
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_test = name.starts_with("test_") || name.ends_with("_test.py") || name.ends_with("_tests.py");
    let is_test = is_test || matches!(name, "conftest.py" | "setup.py" | "test.py" | "tests.py");
    is_test || file.parent().is_some_and(|parent| parent.iter().any(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_from_the_rest() {
        for (file, expected) in [
            ("numpy/core/tests/test_x.py", true),
            ("attr/test_x.py", true),
            ("docs/conf.py", true),
            ("foo/setup.py", true),
            ("test/support.py", true),
            ("testing/x.py", false),
            ("foo/contest.py", false),
            ("foo/__init__.py", false),
        ] {
            assert_eq!(is_aside(Path::new(file)), expected, "{file}");
        }
    }
}
