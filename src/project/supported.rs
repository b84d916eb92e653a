//! Version specifiers to the oldest Python they admit.

use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};

use crate::version::PythonVersion;

/// The Pythons that a project says it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Supported {
    /// The oldest Python 3 among them.
    pub(super) minimum: PythonVersion,
    /// Python 2.7 is among them.
    pub(super) python2: bool,
}

/// Taken for the oldest when a specifier such as `>=2.7` or `>=3` sets no bound
/// within Python 3: nothing older is still built or tested anywhere.
pub(super) const OLDEST: PythonVersion = PythonVersion { major: 3, minor: 6 };

/// Minor and patch releases that are tried; both lie well beyond what exists.
const MINORS: std::ops::Range<u64> = 0..40;
const PATCHES: std::ops::Range<u64> = 0..40;

/// Reads a PEP 440 specifier such as `>=3.8,<4`.
pub(super) fn pep440(text: &str) -> Option<Supported> {
    // Old metadata wraps the specifier in quotes or writes a bare version.
    let text = text.trim().trim_matches(['"', '\'']);
    let specifiers = VersionSpecifiers::from_str(text).ok()?;
    (!specifiers.is_empty()).then(|| of(&[specifiers])).flatten()
}

/// Reads a constraint of Poetry: PEP 440 plus `^3.8`, `~3.8`, `3.8`, `*` and `||`.
pub(super) fn poetry(text: &str) -> Option<Supported> {
    let alternatives: Option<Vec<_>> = text.split("||").map(poetry_alternative).collect();
    of(&alternatives?)
}

/// One alternative of a constraint of Poetry, as PEP 440 has it.
pub(super) fn poetry_alternative(text: &str) -> Option<VersionSpecifiers> {
    let parts = text.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty());
    let mut joined: Vec<String> = Vec::new();
    for part in parts {
        // `>= 3.8`: the operator stands alone.
        match joined.last_mut() {
            Some(last) if last.ends_with(['<', '>', '=', '^', '~', '!']) => last.push_str(part),
            _ => joined.push(part.to_owned()),
        }
    }
    let parts: Option<Vec<String>> = joined.iter().map(|part| poetry_part(part)).collect();
    VersionSpecifiers::from_str(&parts?.join(",")).ok()
}

/// A constraint of Poetry on Python as a marker.
pub(super) fn poetry_marker(text: &str) -> Option<String> {
    let alternative = |text: &str| {
        let specifiers = poetry_alternative(text)?;
        let clauses = specifiers.iter().map(|one| {
            let wildcard = if one.operator().is_star() { ".*" } else { "" };
            format!("python_full_version {} '{}{wildcard}'", one.operator(), one.version())
        });
        Some(clauses.collect::<Vec<_>>().join(" and "))
    };
    let alternatives: Option<Vec<_>> = text.split("||").map(alternative).collect();
    Some(alternatives?.join(" or "))
}

fn poetry_part(part: &str) -> Option<String> {
    let release = |text: &str| Version::from_str(text).ok().map(|version| version.release().to_vec());
    if part == "*" {
        return Some(">=0".to_owned());
    }
    if let Some(version) = part.strip_prefix('^') {
        let release = release(version)?;
        // Up to the first number that is not zero, or the last that is given.
        let at = release.iter().position(|number| *number != 0).unwrap_or(release.len() - 1);
        let bound: Vec<String> = release[..at].iter().map(u64::to_string).collect();
        let bound = [bound, vec![(release.get(at)? + 1).to_string()]].concat().join(".");
        return Some(format!(">={version},<{bound}"));
    }
    if let Some(version) = part.strip_prefix('~').filter(|version| !version.starts_with('=')) {
        let release = release(version)?;
        return Some(match release.get(1) {
            Some(minor) => format!(">={version},<{}.{}", release[0], minor + 1),
            None => format!(">={version},<{}", release.first()? + 1),
        });
    }
    let is_bare = part.starts_with(|first: char| first.is_ascii_digit());
    Some(if is_bare { format!("=={part}") } else { part.to_owned() })
}

/// How a constraint is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// PEP 440.
    Pep440,
    /// That of Poetry.
    Poetry,
}

/// Whether a constraint admits no release of this Python; `None` if it cannot be read.
pub(super) fn leaves_out(text: &str, dialect: Dialect, python: PythonVersion) -> Option<bool> {
    let alternatives: Vec<_> = match dialect {
        Dialect::Pep440 => vec![VersionSpecifiers::from_str(text.trim()).ok()?],
        Dialect::Poetry => text.split("||").map(poetry_alternative).collect::<Option<_>>()?,
    };
    Some(!admits(&alternatives, python.major.into(), python.minor.into()))
}

fn admits(alternatives: &[VersionSpecifiers], major: u64, minor: u64) -> bool {
    PATCHES.clone().any(|patch| {
        let version = Version::new([major, minor, patch]);
        alternatives.iter().any(|specifiers| specifiers.contains(&version))
    })
}

fn of(alternatives: &[VersionSpecifiers]) -> Option<Supported> {
    let admits = |major, minor| admits(alternatives, major, minor);
    let minor = u8::try_from(MINORS.clone().find(|&minor| admits(3, minor))?).ok()?;
    let minimum = if minor == 0 { OLDEST } else { PythonVersion { major: 3, minor } };
    Some(Supported { minimum, python2: admits(2, 7) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimum(supported: Option<Supported>) -> Option<String> {
        supported.map(|s| format!("{}{}", s.minimum, if s.python2 { " and 2.7" } else { "" }))
    }

    #[test]
    fn reads_pep440() {
        for (text, expected) in [
            (">=3.8", Some("3.8")),
            (">= 3.6.2, < 4", Some("3.6")),
            (">3.6", Some("3.6")),
            ("==3.7.3", Some("3.7")),
            ("~=3.9", Some("3.9")),
            (">=2.7", Some("3.6 and 2.7")),
            (">=3", Some("3.6")),
            (">=2.7,!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*", Some("3.4 and 2.7")),
            (">=3.13", Some("3.13")),
            ("<3", None),
            ("", None),
            ("three", None),
        ] {
            assert_eq!(minimum(pep440(text)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn reads_poetry() {
        for (text, expected) in [
            ("^3.8", Some("3.8")),
            ("~3.8", Some("3.8")),
            ("3.9.*", Some("3.9")),
            ("3.10", Some("3.10")),
            (">= 3.7, <4.0", Some("3.7")),
            (">=3.7 <4.0", Some("3.7")),
            ("~2.7 || ^3.5", Some("3.5 and 2.7")),
            ("~=3.8", Some("3.8")),
            ("*", Some("3.6 and 2.7")),
            ("^three", None),
        ] {
            assert_eq!(minimum(poetry(text)).as_deref(), expected, "{text}");
        }
    }
}
