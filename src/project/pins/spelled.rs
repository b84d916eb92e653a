//! The ways to spell a version of Python.

use std::ops::Range;

use crate::version::PythonVersion;

/// A version within a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Spelled {
    /// What would be replaced.
    pub range: Range<usize>,
    /// Which it is.
    pub python: PythonVersion,
    /// How it is spelled.
    pub form: Form,
}

/// How a version is spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `3.9`
    Dotted,
    /// `39`
    Glued,
    /// `9`, behind a `3` that several share.
    Minor,
}

impl Form {
    /// A version in this form.
    pub fn write(self, python: PythonVersion) -> String {
        let PythonVersion { major, minor } = python;
        match self {
            Self::Dotted => format!("{major}.{minor}"),
            Self::Glued => format!("{major}{minor}"),
            Self::Minor => minor.to_string(),
        }
    }
}

/// What may stand before a version.
const NAMES: [&str; 8] = ["cpython-", "cpython", "python-", "python@", "python", "cp", "py", "v"];

/// Reads a text that is the version of a Python and nothing else: `3.9`,
/// `3.9.18`, `3.9.x`, `3.9-dev`, `python3.9`, `py39`. Ranges and other
/// interpreters are none.
pub fn read(text: &str) -> Option<Spelled> {
    let start = text.len() - text.trim_start().len();
    let text = text.trim_end();
    let rest = &text[start..];
    let name = NAMES.iter().find(|name| rest.starts_with(**name)).map_or(0, |name| name.len());
    let at = start + name;
    dotted(text, at).or_else(|| glued(text, at).filter(|_| name > 0))
}

fn dotted(text: &str, at: usize) -> Option<Spelled> {
    let behind = text[at..].strip_prefix("3.")?;
    let length = digits(behind).filter(|length| *length <= 2)?;
    let minor = behind[..length].parse().ok()?;
    let mut end = at + 2 + length;
    if let Some(patch) = text[end..].strip_prefix('.').and_then(digits) {
        end += 1 + patch;
    }
    if text[end..].starts_with("-dev") {
        end += 4;
    }
    let known = matches!(&text[end..], "" | ".x" | ".*" | "t");
    let python = PythonVersion { major: 3, minor };
    known.then_some(Spelled { range: at..end, python, form: Form::Dotted })
}

fn glued(text: &str, at: usize) -> Option<Spelled> {
    let minor = text[at..].strip_prefix('3')?;
    let length = digits(minor).filter(|length| *length <= 2 && *length == minor.len())?;
    let python = PythonVersion { major: 3, minor: minor[..length].parse().ok()? };
    Some(Spelled { range: at..text.len(), python, form: Form::Glued })
}

/// How many digits a text begins with; `None` if there is none.
pub fn digits(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_and_nothing_else() {
        for (text, expected) in [
            ("3.9", Some("3.9 3.9")),
            (" 3.9.18 ", Some("3.9 3.9.18")),
            ("3.9.x", Some("3.9 3.9")),
            ("3.9.*", Some("3.9 3.9")),
            ("3.13t", Some("3.13 3.13")),
            ("3.13-dev", Some("3.13 3.13-dev")),
            ("python3.9", Some("3.9 3.9")),
            ("python-3.11.4", Some("3.11 3.11.4")),
            ("cpython-3.11", Some("3.11 3.11")),
            ("py39", Some("3.9 39")),
            ("python313", Some("3.13 313")),
            ("39", None),
            ("3", None),
            ("3.x", None),
            ("py3", None),
            (">=3.9", None),
            ("3.9-slim", None),
            ("3.9 - 3.11", None),
            ("pypy3.9", None),
            ("pypy-3.9-v7", None),
            ("2.7", None),
            ("3.123", None),
            ("3.9é", None),
            ("", None),
        ] {
            let found = read(text).map(|spelled| format!("{} {}", spelled.python, &text[spelled.range]));
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }
}
