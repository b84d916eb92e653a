//! What the rules about packages of Azure Functions share: which requirements
//! they read, and how pip would choose among releases.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::azure::pythons::older_than;
use crate::catalogue::azure::{self, Package, PackageKind, Release};
use crate::discover::Kind;
use crate::finding::Confidence;
use crate::project::dependencies::{Form, Requirement, Role, requirements};
use crate::rule::{File, Trigger};
use crate::version::PythonVersion;

/// The kinds of file that list requirements of apps.
pub const KINDS: &[Kind] = &[Kind::Requirements, Kind::Toml, Kind::Ini, Kind::Yaml];

/// Wakes where a requirement may have one of the names, in one of the usual spellings.
pub fn triggers() -> Vec<Trigger> {
    vec![Trigger::Text(|text| {
        let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
        [
            "azure-functions",
            "azure_functions",
            "Azure-Functions",
            "function-extension",
            "opencensus-extension",
            "opencensus_extension",
        ]
        .into_iter()
        .any(has)
    })]
}

/// The requirements of a file that are installed on the target and name a package
/// of one of these kinds.
pub fn of_kinds(file: &File<'_>, kinds: &[PackageKind]) -> Vec<(Requirement, &'static Package)> {
    let wanted = |one: &Requirement| {
        let package = azure::package(&one.name).filter(|package| kinds.contains(&package.kind))?;
        let counts = one.form != Form::Editable
            && one.form != Form::Location
            && one.role != Role::Constraint
            && one.applies_to(file.settings.target);
        counts.then_some(package)
    };
    let all = requirements(file.document).into_iter();
    all.filter_map(|one| wanted(&one).map(|package| (one, package))).collect()
}

/// Whether a release can be installed on a Python.
pub fn installs_on(release: &Release, python: PythonVersion) -> bool {
    let version = Version::new([u64::from(python.major), u64::from(python.minor), 0]);
    let last = Version::new([u64::from(python.major), u64::from(python.minor), 99]);
    let admits = |text: &str| {
        VersionSpecifiers::from_str(text).is_ok_and(|range| range.contains(&version) || range.contains(&last))
    };
    release.python.is_none_or(admits)
}

/// Whether a requirement may be fulfilled by a release that was not there when
/// the data was read: it admits one newer than all of them.
pub fn admits_newer(requirement: &Requirement, package: &Package) -> bool {
    let Some(newest) = package.newest().and_then(|newest| Version::from_str(newest).ok()) else {
        return true;
    };
    let release = newest.release();
    let next = |at: usize| {
        let mut parts: Vec<u64> = release.to_vec();
        parts.truncate(at + 1);
        *parts.last_mut().expect("not empty") += 1;
        Version::new(parts)
    };
    let later = (0..release.len()).map(next).any(|version| requirement.admits(&version) != Some(false));
    later || requirement.pinned().is_some_and(|pinned| *pinned > newest)
}

/// The releases that a requirement admits.
pub fn admitted<'p>(requirement: &Requirement, package: &'p Package) -> Vec<&'p Release> {
    let fits = |release: &&Release| {
        Version::from_str(release.version).is_ok_and(|version| requirement.admits(&version) != Some(false))
    };
    package.releases.iter().filter(fits).collect()
}

/// The names that a file requires.
pub fn names(file: &File<'_>) -> Vec<String> {
    requirements(file.document).into_iter().map(|one| one.name).collect()
}

/// An older Python that a requirement is still installed on.
pub struct Old {
    /// Which.
    pub python: PythonVersion,
    /// Who says so, to go before ` Python 3.11`.
    pub who: String,
    /// How sure it is that the requirement is installed there.
    pub confidence: Confidence,
}

/// A Python before `first` that the project still supports, tests or builds with
/// and that the marker of the requirement does not leave out.
pub fn older(file: &File<'_>, requirement: &Requirement, first: PythonVersion) -> Option<Old> {
    let path = &file.document.path;
    let is_metadata = file.document.kind != Kind::Requirements;
    let counts = is_metadata || file.settings.minimum.is_some() || declares_within_app(file);
    let stated = file.stated_minimum().filter(|minimum| counts && *minimum < first);
    let stated = stated.map(|python| Old {
        python,
        who: "the project still supports".to_owned(),
        confidence: Confidence::resolved(is_metadata),
    });
    let named = || {
        let older = older_than(file.project, path, first)?;
        let who = format!("`{}` still names", older.file.display());
        Some(Old { python: older.python, who, confidence: Confidence::Likely })
    };
    stated.or_else(named).filter(|old| requirement.applies_to(old.python))
}

/// Whether what declares Pythons belongs to the app around a file, or there is no
/// app: a library has its own, and samples beside it that are apps.
fn declares_within_app(file: &File<'_>) -> bool {
    const DECLARING: &[&str] = &["pyproject.toml", "setup.cfg", "setup.py", "Pipfile"];
    let path = file.project.absolute(&file.document.path);
    let Some(app) = file.project.python_function_app(&path) else { return true };
    let mut folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(&app));
    folders.any(|folder| DECLARING.iter().any(|name| folder.join(name).is_file()))
}
