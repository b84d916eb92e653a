//! The tags of wheels: which Pythons load what was built.
//!
//! Source: <https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>.

use uv_distribution_filename::ExpandedTags;
use uv_platform_tags::{AbiTag, LanguageTag};

use crate::version::PythonVersion;

/// What loads the compiled modules of a wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Every Python 3: nothing in it depends on one.
    Any,
    /// One version.
    Only(PythonVersion),
    /// The stable interface: this version and every later one.
    Since(PythonVersion),
    /// Python 2, another implementation, or a Python without its lock.
    Foreign,
}

/// Reads a line `Tag` of a file `WHEEL`: `cp311-cp311-manylinux_2_17_x86_64`.
/// `None` if it is no tag, or a new one.
#[must_use]
pub fn wants(tag: &str) -> Option<Wants> {
    let tags = ExpandedTags::parse([tag.trim()]).ok()?;
    let (language, abi) = (*tags.python_tags().next()?, *tags.abi_tags().next()?);
    let version = |(major, minor)| PythonVersion { major, minor };
    Some(match (language, abi) {
        (_, AbiTag::CPython { python_version, .. }) => {
            let digits = tag.split('-').nth(1).unwrap_or_default();
            if digits.ends_with('t') { Wants::Foreign } else { Wants::Only(version(python_version)) }
        }
        (LanguageTag::CPython { python_version }, AbiTag::Abi3) => Wants::Since(version(python_version)),
        (LanguageTag::Python { major: 3, .. } | LanguageTag::CPython { .. }, _) => Wants::Any,
        (LanguageTag::CPythonMajor { major: 3 }, _) => Wants::Any,
        _ => Wants::Foreign,
    })
}

impl Wants {
    /// Whether the Python loads it.
    #[must_use]
    pub fn admits(self, python: PythonVersion) -> bool {
        match self {
            Self::Any => true,
            Self::Only(version) => version == python,
            Self::Since(version) => version <= python,
            Self::Foreign => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read() {
        let of = |minor| PythonVersion { major: 3, minor };
        for (tag, expected) in [
            ("cp311-cp311-manylinux_2_17_x86_64", Some(Wants::Only(of(11)))),
            ("cp37-cp37m-manylinux2010_x86_64", Some(Wants::Only(of(7)))),
            ("cp313-cp313t-manylinux_2_17_x86_64", Some(Wants::Foreign)),
            ("cp39-abi3-manylinux2014_x86_64", Some(Wants::Since(of(9)))),
            ("py3-none-any", Some(Wants::Any)),
            ("py2-none-any", Some(Wants::Foreign)),
            ("py3-none-manylinux1_x86_64", Some(Wants::Any)),
            ("pp39-pypy39_pp73-manylinux_2_17_x86_64", Some(Wants::Foreign)),
            ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", Some(Wants::Only(of(12)))),
            ("what", None),
            ("", None),
        ] {
            assert_eq!(wants(tag), expected, "{tag}");
        }
    }
}
