//! Wheels: which Pythons take what was built, by file names and by tags.
//!
//! Source: <https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/>.

use std::str::FromStr;

use uv_distribution_filename::{ExpandedTags, WheelFilename};
use uv_platform_tags::{AbiTag, Arch, LanguageTag, PlatformTag};

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

/// The file name of a wheel.
#[derive(Debug, Clone)]
pub struct Wheel {
    name: WheelFilename,
}

/// A processor that code is deployed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Machine {
    /// Also called amd64.
    X86_64,
    /// Also called arm64.
    Aarch64,
}

impl Wheel {
    /// Reads a file name, as it is or as it stands in a URL; `None` if it is that of no wheel.
    #[must_use]
    pub fn read(file: &str) -> Option<Self> {
        let plain = file.replace("%2B", "+").replace("%2b", "+");
        WheelFilename::from_str(&plain).ok().map(|name| Self { name })
    }

    /// The distribution, normalised as PEP 503 compares names.
    #[must_use]
    pub fn distribution(&self) -> &str {
        self.name.name.as_ref()
    }

    /// Whether CPython of this version takes it, on whatever platform.
    #[must_use]
    pub fn fits(&self, python: PythonVersion) -> bool {
        let target = (python.major, python.minor);
        self.name.python_tags().iter().any(|tag| match *tag {
            LanguageTag::CPython { python_version } => self.name.abi_tags().iter().any(|abi| match *abi {
                AbiTag::Abi3 => python_version.0 == target.0 && python_version <= target,
                AbiTag::CPython { variant, python_version: abi } => {
                    (variant.is_empty() || abi < (3, 8)) && abi == target && python_version == target
                }
                AbiTag::None => python_version == target,
                _ => false,
            }),
            LanguageTag::Python { major, minor } => {
                self.is_without_abi() && major == target.0 && minor.is_none_or(|minor| minor <= target.1)
            }
            LanguageTag::CPythonMajor { major } => self.is_without_abi() && major == target.0,
            _ => false,
        })
    }

    /// Whether it fits nothing but CPythons before this one.
    #[must_use]
    pub fn is_older(&self, python: PythonVersion) -> bool {
        let target = (python.major, python.minor);
        let is_older = |tag: &LanguageTag| matches!(tag, LanguageTag::CPython { python_version } if python_version.0 == 3 && *python_version < target);
        !self.name.abi_tags().contains(&AbiTag::Abi3) && self.name.python_tags().iter().all(is_older)
    }

    /// Whether it is for CPython 3 at all.
    #[must_use]
    pub fn is_for_cpython(&self) -> bool {
        let mut tags = self.name.python_tags().iter();
        tags.any(|tag| matches!(tag, LanguageTag::CPython { python_version: (3, _) }))
    }

    /// Whether it is compiled for Linux with the C library of GNU on this machine.
    #[must_use]
    pub fn is_for_linux(&self, machine: Machine) -> bool {
        let wanted = match machine {
            Machine::X86_64 => Arch::X86_64,
            Machine::Aarch64 => Arch::Aarch64,
        };
        self.name.platform_tags().iter().any(|tag| match tag {
            PlatformTag::Manylinux { arch, .. }
            | PlatformTag::Manylinux1 { arch }
            | PlatformTag::Manylinux2010 { arch }
            | PlatformTag::Manylinux2014 { arch }
            | PlatformTag::Linux { arch } => *arch == wanted,
            _ => false,
        })
    }

    /// Whether it runs on any platform.
    #[must_use]
    pub fn is_for_any_platform(&self) -> bool {
        self.name.platform_tags().iter().any(PlatformTag::is_any)
    }

    /// The first part of its tags, as written: `cp39`.
    #[must_use]
    pub fn python_tags(&self) -> String {
        let tags: Vec<String> = self.name.python_tags().iter().map(ToString::to_string).collect();
        tags.join(".")
    }

    fn is_without_abi(&self) -> bool {
        self.name.abi_tags().contains(&AbiTag::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_a_wheel_fits() {
        let fits = |tags: &str| {
            let wheel = Wheel::read(&format!("A_b-1.0-{tags}.whl")).expect("a wheel");
            assert_eq!(wheel.distribution(), "a-b");
            wheel.fits(PythonVersion::PY313)
        };
        for tags in [
            "cp313-cp313-manylinux2014_x86_64",
            "cp36-abi3-any",
            "py3-none-any",
            "py2.py3-none-any",
            "cp313-none-any",
            "py310-none-linux_x86_64",
        ] {
            assert!(fits(tags), "{tags}");
        }
        for tags in [
            "cp312-cp312-any",
            "cp313-cp313t-any",
            "cp314-abi3-any",
            "pp310-pypy310_pp73-any",
            "py2-none-any",
            "cp312-none-any",
            "cp37-cp37m-any",
        ] {
            assert!(!fits(tags), "{tags}");
        }
        let wheel =
            Wheel::read("a-1-cp39-cp39-manylinux_2_17_aarch64.manylinux2014_aarch64.whl").expect("a wheel");
        assert!(wheel.is_for_linux(Machine::Aarch64) && !wheel.is_for_linux(Machine::X86_64));
        assert!(wheel.is_older(PythonVersion::PY313) && wheel.is_for_cpython());
        assert!(Wheel::read("a-1.0%2Bcpu-cp39-cp39-linux_x86_64.whl").is_some());
        assert!(Wheel::read("a-1.tar.gz").is_none() && Wheel::read("é.whl").is_none());
    }

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
