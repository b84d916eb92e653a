//! What Azure Functions support, and which settings they no longer read,
//! compiled from
//! `rules/azure/settings.yaml` and `rules/azure/runtimes.yaml`.

use jiff::civil::{Date, date};

use crate::version::PythonVersion;

/// A setting that the worker no longer reads.
#[derive(Debug)]
pub struct Setting {
    /// Its name.
    pub name: &'static str,
    /// The first Python on which it is not read.
    pub gone: PythonVersion,
    /// What became of it, behind its name.
    pub why: &'static str,
    /// The name that took its place.
    pub renamed: Option<&'static str>,
    /// Where that is documented.
    pub source: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/azure_settings.rs"));

/// The last day on which a Python is supported; `None` if it is not known.
#[must_use]
pub fn last_day(python: PythonVersion) -> Option<Date> {
    RUNTIMES.iter().find(|(own, _)| *own == python).map(|(_, day)| *day)
}
