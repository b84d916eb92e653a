//! How long each Python is kept up, compiled from `rules/python/releases.yaml`.

use jiff::civil::{Date, date};

use crate::version::PythonVersion;

include!(concat!(env!("OUT_DIR"), "/releases.rs"));

/// The last day on which a Python gets patches; `None` if it is not known.
#[must_use]
pub fn last_day(python: PythonVersion) -> Option<Date> {
    RELEASES.iter().find(|(version, _)| *version == python).map(|(_, day)| *day)
}
