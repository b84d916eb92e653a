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
    /// The oldest Python 3 among the classifiers.
    pub(super) oldest_listed: Option<PythonVersion>,
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
            declared.lists_python2 |= listed(&document.text, 2).next().is_some();
            let listed = listed(&document.text, 3).flatten();
            declared.oldest_listed = declared.oldest_listed.into_iter().chain(listed).min();
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

/// The classifiers of one Python, outside of comments: the version of each that has a minor one.
fn listed(text: &str, major: u8) -> impl Iterator<Item = Option<PythonVersion>> {
    const LEAD: &str = "Programming Language :: Python :: ";
    text.match_indices(LEAD).filter_map(move |(at, _)| {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let after = &text[at + LEAD.len()..];
        let end = after.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let version = &after[..end.unwrap_or(after.len())];
        let (own, minor) = version.split_once('.').unwrap_or((version, ""));
        let minor = minor.parse().ok().map(|minor| PythonVersion { major, minor });
        (own.parse() == Ok(major) && !text[line..at].contains('#')).then_some(minor)
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
