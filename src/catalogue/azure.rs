//! Packages and extension bundles of Azure Functions, compiled from
//! `rules/azure/`.

use jiff::civil::{Date, date};

use crate::version::PythonVersion;

/// A package of Azure Functions for Python.
#[derive(Debug)]
pub struct Package {
    /// As the index has it.
    pub name: &'static str,
    /// What it is.
    pub kind: PackageKind,
    /// Where it is documented.
    pub source: &'static str,
    /// What takes its place.
    pub instead: Option<&'static str>,
    /// Its releases, oldest first; empty where they do not matter.
    pub releases: &'static [Release],
    /// Its previews, likewise.
    pub previews: &'static [&'static str],
}

/// What a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackageKind {
    /// The runtime of the first programming model.
    RuntimeV1,
    /// The runtime of the second programming model.
    RuntimeV2,
    /// What functions import.
    Library,
    /// What runs them, up to Python 3.12.
    Worker,
    /// An extension of that worker.
    Extension,
}

/// A release of a package.
#[derive(Debug)]
pub struct Release {
    /// Its version.
    pub version: &'static str,
    /// Its `Requires-Python`, if it has one.
    pub python: Option<&'static str>,
}

/// What is known of extension bundles.
#[derive(Debug)]
pub struct Bundles {
    /// The day on which this was read.
    pub as_of: Date,
    /// The id of the bundle.
    pub id: &'static str,
    /// The range that new projects have.
    pub current: &'static str,
    /// The documentation.
    pub source: &'static str,
    /// The oldest release that the host accepts.
    pub host: [u64; 3],
    /// Where that is said.
    pub host_source: &'static str,
    /// The first Python whose container images accept less.
    pub images_python: PythonVersion,
    /// The oldest release that those accept.
    pub images: [u64; 3],
    /// Where those are built.
    pub images_source: &'static str,
    /// The first release that is supported after `last_day`.
    pub supported: [u64; 3],
    /// The last day of support for older ones.
    pub last_day: Date,
}

include!(concat!(env!("OUT_DIR"), "/azure.rs"));

/// The package of a normalised name, if it is one of Azure Functions.
#[must_use]
pub fn package(name: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|package| package.name == name)
}

impl Package {
    /// The newest release.
    #[must_use]
    pub fn newest(&self) -> Option<&'static str> {
        self.releases.last().map(|release| release.version)
    }

    /// The other package, for a runtime of one of the models.
    #[must_use]
    pub fn counterpart(&self) -> Option<&'static Self> {
        let other = match self.kind {
            PackageKind::RuntimeV1 => PackageKind::RuntimeV2,
            PackageKind::RuntimeV2 => PackageKind::RuntimeV1,
            PackageKind::Library | PackageKind::Worker | PackageKind::Extension => return None,
        };
        PACKAGES.iter().find(|package| package.kind == other)
    }
}
