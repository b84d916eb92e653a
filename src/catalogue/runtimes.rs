//! The Python runtimes of AWS Lambda, compiled from `rules/aws/runtimes.yaml`.

use jiff::civil::{Date, date};

use crate::version::PythonVersion;

/// A runtime and its days.
#[derive(Debug)]
pub struct Runtime {
    /// As templates name it: `python3.9`.
    pub name: &'static str,
    /// Its Python.
    pub python: PythonVersion,
    /// From this day on it gets no patches and no support.
    pub deprecated: Date,
    /// From this day on no function can be created with it.
    pub create_blocked: Date,
    /// From this day on no function with it can be updated.
    pub update_blocked: Date,
}

include!(concat!(env!("OUT_DIR"), "/runtimes.rs"));

/// The runtime of a name.
#[must_use]
pub fn runtime(name: &str) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|runtime| runtime.name == name)
}

/// The runtime of a Python version.
#[must_use]
pub fn runtime_of(python: PythonVersion) -> Option<&'static Runtime> {
    RUNTIMES.iter().find(|runtime| runtime.python == python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_each_other() {
        for runtime in RUNTIMES {
            assert!(runtime.deprecated <= runtime.create_blocked, "{}", runtime.name);
            assert!(runtime.create_blocked <= runtime.update_blocked, "{}", runtime.name);
        }
        assert!(runtime("python3.9").is_some_and(|runtime| runtime.python == PythonVersion::PY39));
        assert!(runtime_of(PythonVersion::PY313).is_some());
    }
}
