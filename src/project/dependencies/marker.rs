//! Whether a marker can hold.

use pep440_rs::Version;
use pep508_rs::{MarkerTree, MarkerTreeKind, MarkerValueString, MarkerValueVersion};

use crate::version::PythonVersion;

/// A platform that code is deployed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    /// Linux with CPython, on a processor of whatever kind.
    Linux,
    /// Windows with CPython.
    Windows,
    /// macOS with CPython.
    Mac,
}

impl Platform {
    /// What a variable of markers is there; `None` if it may be several things.
    fn value(self, key: &MarkerValueString) -> Option<&'static str> {
        use MarkerValueString as Key;
        Some(match (key, self) {
            (Key::SysPlatform | Key::SysPlatformDeprecated, Self::Linux) => "linux",
            (Key::SysPlatform | Key::SysPlatformDeprecated, Self::Windows) => "win32",
            (Key::SysPlatform | Key::SysPlatformDeprecated, Self::Mac) => "darwin",
            (Key::PlatformSystem, Self::Linux) => "Linux",
            (Key::PlatformSystem, Self::Windows) => "Windows",
            (Key::PlatformSystem, Self::Mac) => "Darwin",
            (Key::OsName | Key::OsNameDeprecated, Self::Windows) => "nt",
            (Key::OsName | Key::OsNameDeprecated, Self::Linux | Self::Mac) => "posix",
            (Key::ImplementationName, _) => "cpython",
            (
                Key::PlatformPythonImplementation
                | Key::PlatformPythonImplementationDeprecated
                | Key::PythonImplementationDeprecated,
                _,
            ) => "CPython",
            _ => return None,
        })
    }
}

/// Whether a marker can hold on one Python, on one platform or on whatever one.
/// (The method of that purpose in `pep508_rs` overlooks `python_full_version`,
/// into which its own parser turns `python_version`.)
pub(super) fn may_hold(marker: &MarkerTree, python: PythonVersion, platform: Option<Platform>) -> bool {
    let release = [u64::from(python.major), u64::from(python.minor)];
    let versions = [Version::new(release), Version::new(release.into_iter().chain([99]))];
    holds(marker, &versions, platform)
}

fn holds(marker: &MarkerTree, versions: &[Version], platform: Option<Platform>) -> bool {
    let further = |rest: &MarkerTree| holds(rest, versions, platform);
    match marker.kind() {
        MarkerTreeKind::True => true,
        MarkerTreeKind::False => false,
        MarkerTreeKind::Version(marker) => {
            let is_python = matches!(
                marker.key(),
                MarkerValueVersion::PythonVersion | MarkerValueVersion::PythonFullVersion
            );
            marker.edges().any(|(range, rest)| {
                (!is_python || versions.iter().any(|version| range.contains(version))) && further(&rest)
            })
        }
        MarkerTreeKind::String(marker) => {
            let value = platform.and_then(|platform| platform.value(marker.key()));
            marker.children().any(|(range, rest)| {
                value.is_none_or(|value| range.contains(&value.to_owned())) && further(&rest)
            })
        }
        MarkerTreeKind::In(marker) => {
            // `sys_platform in "linux darwin"`
            let value = platform.and_then(|platform| platform.value(marker.key()));
            let known = value.map(|value| marker.value().contains(value));
            marker.children().any(|(is, rest)| known.is_none_or(|known| known == is) && further(&rest))
        }
        MarkerTreeKind::Contains(marker) => {
            // `"linux" in sys_platform`
            let value = platform.and_then(|platform| platform.value(marker.key()));
            let known = value.map(|value| value.contains(marker.value()));
            marker.children().any(|(is, rest)| known.is_none_or(|known| known == is) && further(&rest))
        }
        MarkerTreeKind::Extra(marker) => marker.children().any(|(_, rest)| further(&rest)),
    }
}
