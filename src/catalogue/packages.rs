//! Releases of widely used distributions that newer Pythons do not take,
//! compiled from `rules/packages/*.yaml`.

use std::str::FromStr;

use pep440_rs::Version;

use crate::version::PythonVersion;

/// A distribution of PyPI.
#[derive(Debug)]
pub struct Package {
    /// Its name, normalised as PEP 503 compares names.
    pub name: &'static str,
    /// The first release without any of the faults; `None` where none is.
    pub first: Option<&'static str>,
    /// Where the fact is documented, or the files of the first release are.
    pub source: &'static str,
    /// The way out, where a newer release is none or not the best.
    pub instead: Option<&'static str>,
    /// What older releases have, the gravest first.
    pub faults: &'static [Fault],
}

/// What a range of releases has.
#[derive(Debug)]
pub struct Fault {
    /// The first release that has it.
    pub from: Option<&'static str>,
    /// The first release without it.
    pub below: Option<&'static str>,
    /// The first Python on which it shows.
    pub since: PythonVersion,
    /// What it is.
    pub how: How,
    /// The module of the standard library that is missing, where that is why.
    pub module: Option<&'static str>,
    /// What happens, behind a colon.
    pub says: Option<&'static str>,
}

/// What keeps a release from a Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// There is no wheel for it on Linux, so it must be built.
    Wheel,
    /// The same, but where there is no compiler it does without its compiled part.
    Fallback,
    /// There is no wheel for it on Linux and no source distribution.
    Nothing,
    /// There is no wheel for it, and the sources do not build with it.
    Build,
    /// Its import fails.
    Import,
    /// Some of its modules, or calls of it, fail.
    Part,
}

include!(concat!(env!("OUT_DIR"), "/packages.rs"));

/// What is known of a distribution, by its normalised name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Package> {
    let at = PACKAGES.binary_search_by_key(&name, |package| package.name).ok()?;
    PACKAGES.get(at)
}

/// The faults of one release on a Python.
#[must_use]
pub fn faults(name: &str, release: &Version, python: PythonVersion) -> Vec<&'static Fault> {
    let all = find(name).map(|package| package.faults).unwrap_or_default().iter();
    all.filter(|fault| fault.since <= python && fault.has(release)).collect()
}

/// The first release without faults on a Python.
#[must_use]
pub fn first(name: &str, python: PythonVersion) -> Option<Version> {
    let package = find(name)?;
    let concerns = package.faults.iter().any(|fault| fault.since <= python);
    package.first.filter(|_| concerns).and_then(|first| Version::from_str(first).ok())
}

impl How {
    /// Whether it is about the files of a release, which lock files may list themselves.
    #[must_use]
    pub fn is_of_files(self) -> bool {
        matches!(self, Self::Wheel | Self::Fallback | Self::Nothing)
    }
}

impl Fault {
    /// Whether a release lies in the range.
    #[must_use]
    pub fn has(&self, release: &Version) -> bool {
        let read = |text: &'static str| Version::from_str(text).ok();
        self.from.and_then(read).is_none_or(|from| from <= *release)
            && self.below.and_then(read).is_none_or(|below| *release < below)
    }
}
