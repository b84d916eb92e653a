//! What the files of one folder declare about Python and requirements.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::supported::Supported;
use super::{pyproject, requirements, setup};
use crate::discover::{Kind, Target};
use crate::version::PythonVersion;

/// Declarations of one folder. A file that cannot be read or understood
/// declares nothing; telling so is left to the rules that read it.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// The Pythons it runs on.
    pub(super) supported: Option<Supported>,
    /// Normalised names of distributions that are needed on the target.
    pub(super) requirements: FxHashSet<String>,
    /// The same, needed to build.
    pub(super) build_requirements: FxHashSet<String>,
}

impl Declared {
    /// Reads the files. Of several that name Pythons, metadata wins over the
    /// `Pipfile`, which has the one version of a deployment.
    pub(super) fn read(files: &[PathBuf], target: PythonVersion) -> Self {
        let mut declared = Self::default();
        let mut deployed = None;
        for file in files {
            let Some(text) = read(file) else { continue };
            let name = file.file_name().and_then(|name| name.to_str());
            let found = match name {
                Some("pyproject.toml") => pyproject::pyproject(&text),
                Some("Pipfile") => pyproject::pipfile(&text),
                Some("setup.cfg") => setup::cfg(&text),
                Some("setup.py") => setup::py(&text, target),
                _ => Found { requirements: requirements::file(file, &text), ..Found::default() },
            };
            let supported = if name == Some("Pipfile") { &mut deployed } else { &mut declared.supported };
            *supported = supported.or(found.supported);
            let name = |text: &String| requirements::name_on(text, target);
            declared.requirements.extend(found.requirements.iter().filter_map(name));
            declared.build_requirements.extend(found.build_requirements.iter().filter_map(name));
        }
        declared.supported = declared.supported.or(deployed);
        declared
    }
}

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) supported: Option<Supported>,
    /// PEP 508 or as pip takes them.
    pub(super) requirements: Vec<String>,
    pub(super) build_requirements: Vec<String>,
}

/// The text of a file, in whatever encoding it is.
pub(super) fn read(path: &Path) -> Option<String> {
    let target = Target { path: Arc::from(path), kind: Kind::Requirements, explicit: true };
    crate::read::read(&target).ok().map(|source| source.text)
}
