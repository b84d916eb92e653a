//! What the files of one folder declare about Python and requirements.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::dependencies::{self, Role, Sheet};
use super::{bounds, supported::Supported};
use crate::discover::{Kind, Target};
use crate::parse::Document;
use crate::version::PythonVersion;

/// Files that one file may include, itself counted: a circle ends.
const MAX_INCLUDES: usize = 64;

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
    /// Python 2 is among the classifiers.
    pub(super) lists_python2: bool,
}

impl Declared {
    /// Reads the files. Of several that name Pythons, metadata wins over the
    /// `Pipfile`, which has the one version of a deployment.
    pub(super) fn read(files: &[PathBuf], target: PythonVersion) -> Self {
        let mut declared = Self::default();
        let mut deployed = None;
        let mut seen = files.to_vec();
        let mut next = 0;
        while let Some(file) = seen.get(next).cloned() {
            next += 1;
            let Some(document) = document(&file, target) else { continue };
            let mut bounds = bounds::find(&document).into_iter();
            let found = bounds.find_map(|bound| bound.supported(&document.text));
            let found = found.or_else(|| bounds::joined(&document));
            let is_pipfile = file.file_name().is_some_and(|name| name == "Pipfile");
            let supported = if is_pipfile { &mut deployed } else { &mut declared.supported };
            *supported = supported.or(found);
            declared.lists_python2 |= lists_python2(&document.text);
            let sheet = dependencies::read(&document);
            declared.add(&sheet, target);
            for include in sheet.includes.iter().filter(|include| include.role != Role::Constraint) {
                let include = super::absolute(Path::new(""), &include.target(&file));
                if !seen.contains(&include) && seen.len() < files.len() + MAX_INCLUDES {
                    seen.push(include);
                }
            }
        }
        declared.supported = declared.supported.or(deployed);
        declared
    }

    fn add(&mut self, sheet: &Sheet, target: PythonVersion) {
        for requirement in sheet.requirements.iter().filter(|one| one.applies_to(target)) {
            let names = match requirement.role {
                Role::Constraint => continue,
                Role::Build => &mut self.build_requirements,
                _ => &mut self.requirements,
            };
            names.insert(requirement.name.clone());
        }
    }
}

/// Whether a classifier for Python 2 stands in the text, outside of comments.
fn lists_python2(text: &str) -> bool {
    let mut lines = text.lines().filter_map(|line| line.split_once("Programming Language :: Python :: 2"));
    lines.any(|(before, after)| {
        !before.contains('#') && !after.starts_with(|next: char| next.is_ascii_digit())
    })
}

/// A file as what its name says, in whatever encoding it is.
pub(super) fn document(path: &Path, target: PythonVersion) -> Option<Document> {
    let kind = Kind::of_name(path).unwrap_or(Kind::Requirements);
    let read = Target { path: Arc::from(path), kind, explicit: true };
    Document::parse(crate::read::read(&read).ok()?, target).ok()
}

/// The text of a file, in whatever encoding it is.
pub(super) fn read(path: &Path) -> Option<String> {
    let target = Target { path: Arc::from(path), kind: Kind::Requirements, explicit: true };
    crate::read::read(&target).ok().map(|source| source.text)
}
