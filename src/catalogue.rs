//! The catalogue: what changed in the standard library, compiled from
//! `rules/stdlib/*.yaml` into static tables.

use crate::version::PythonVersion;

pub mod images;
pub mod runtimes;

mod stdlib;

pub use stdlib::{Presence, module as stdlib_module, name as stdlib_name};

/// A standard-library module that is gone, or whose names are.
#[derive(Debug)]
pub struct Module {
    /// Dotted name.
    pub name: &'static str,
    /// Since when it warns.
    pub deprecated: Option<PythonVersion>,
    /// The first version without it.
    pub removed: Option<PythonVersion>,
    /// Where this is documented.
    pub source: &'static str,
    /// `win32` and the like, where it only ever existed there.
    pub platform: Option<&'static str>,
    /// The way out, as sentences.
    pub instead: &'static str,
    /// Distributions on PyPI that bring the module back under its old name, the best first.
    pub backports: &'static [Backport],
    /// Names in it that have a successor.
    pub names: &'static [Name],
    /// Examples that fail without the module.
    pub bad: &'static [&'static str],
    /// What to write instead.
    pub good: &'static [&'static str],
}

impl Module {
    /// What is known of a dotted name that lies in this module.
    #[must_use]
    pub fn member(&self, dotted: &str) -> Option<&'static Name> {
        let name = dotted.strip_prefix(self.name)?.strip_prefix('.')?;
        let at = self.names.binary_search_by_key(&name, |known| known.name).ok()?;
        self.names.get(at)
    }
}

/// A distribution on PyPI that brings a module back.
#[derive(Debug)]
pub struct Backport {
    /// Its name on PyPI.
    pub package: &'static str,
    /// The Pythons it can be installed on, as a PEP 440 specifier; `None` if on all.
    pub python: Option<&'static str>,
}

/// A name within a module.
#[derive(Debug)]
pub struct Name {
    /// As it stands behind the module's name.
    pub name: &'static str,
    /// Dotted name of a drop-in successor.
    pub replace: Option<&'static str>,
    /// First Python that has the successor.
    pub since: PythonVersion,
    /// Why the successor is not the same in every case; `None` if it is.
    pub unsafe_because: Option<&'static str>,
    /// The way out where there is no drop-in successor.
    pub instead: Option<&'static str>,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The removed module that a dotted name is, or lies in.
#[must_use]
pub fn removed_module(dotted: &str) -> Option<&'static Module> {
    let mut prefix = dotted;
    loop {
        if let Ok(at) = MODULES.binary_search_by_key(&prefix, |module| module.name) {
            return Some(&MODULES[at]).filter(|module| module.removed.is_some());
        }
        prefix = &prefix[..prefix.rfind('.')?];
    }
}

/// Whether `import module`, or `from module import name`, works on a version;
/// `None` where the catalogue cannot know (packages from elsewhere).
#[must_use]
pub fn is_importable(module: &str, name: Option<&str>, target: PythonVersion) -> Option<bool> {
    let presence = |dotted: &str| match stdlib::module(dotted, target) {
        stdlib::Presence::Present => Some(true),
        stdlib::Presence::Absent => Some(false),
        stdlib::Presence::PlatformOnly | stdlib::Presence::Unknown => None,
    };
    match name {
        None => presence(module),
        Some(name) => {
            stdlib::name(module, name, target).or_else(|| presence(module).filter(|present| !present))
        }
    }
}
