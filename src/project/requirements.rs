//! Requirements as pip takes them, to the names of distributions.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use pep440_rs::Version;
use pep508_rs::{MarkerTree, MarkerTreeKind, MarkerValueVersion, Requirement, VerbatimUrl};

use super::declared::read;
use crate::version::PythonVersion;

/// Files that one file may include, itself counted: a circle ends.
const MAX_INCLUDES: usize = 64;

/// A name as PEP 503 compares it: lower case, runs of `-`, `_` and `.` as one `-`.
pub(super) fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.trim().chars() {
        if matches!(character, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.push(character.to_ascii_lowercase());
        }
    }
    normal
}

/// The normalised name of a requirement, if it is needed on the target: its
/// marker may leave that version out.
pub(super) fn name_on(text: &str, target: PythonVersion) -> Option<String> {
    // The parser panics on a name such as `disk.`, the end of a sentence.
    let end = text.trim_start().find(|c| !is_of_name(c)).unwrap_or(text.trim_start().len());
    if text.trim_start()[..end].ends_with(['-', '_', '.']) {
        return None;
    }
    if let Ok(requirement) = Requirement::<VerbatimUrl>::from_str(text) {
        let release = [u64::from(target.major), u64::from(target.minor)];
        let versions = [Version::new(release), Version::new(release.into_iter().chain([99]))];
        let needed = may_hold(&requirement.marker, &versions);
        return needed.then(|| normalise(requirement.name.as_ref()));
    }
    name_of_location(text).or_else(|| leading_name(text)).map(normalise)
}

/// Whether a marker can hold on one of the Pythons, on whatever platform.
/// (The method of that purpose in `pep508_rs` overlooks `python_full_version`,
/// into which its own parser turns `python_version`.)
fn may_hold(marker: &MarkerTree, versions: &[Version]) -> bool {
    match marker.kind() {
        MarkerTreeKind::True => true,
        MarkerTreeKind::False => false,
        MarkerTreeKind::Version(marker) => {
            let is_python = matches!(
                marker.key(),
                MarkerValueVersion::PythonVersion | MarkerValueVersion::PythonFullVersion
            );
            marker.edges().any(|(range, rest)| {
                (!is_python || versions.iter().any(|version| range.contains(version)))
                    && may_hold(&rest, versions)
            })
        }
        MarkerTreeKind::String(marker) => marker.children().any(|(_, rest)| may_hold(&rest, versions)),
        MarkerTreeKind::In(marker) => marker.children().any(|(_, rest)| may_hold(&rest, versions)),
        MarkerTreeKind::Contains(marker) => marker.children().any(|(_, rest)| may_hold(&rest, versions)),
        MarkerTreeKind::Extra(marker) => marker.children().any(|(_, rest)| may_hold(&rest, versions)),
    }
}

/// Whether names of distributions may hold the character.
fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// The name in `git+https://…#egg=name`.
fn name_of_location(text: &str) -> Option<&str> {
    let (_, egg) = text.split_once("#egg=")?;
    egg.split(['&', '[', ' ', ';']).next()
}

/// The name before the first character that no name contains, when what
/// follows is something pip takes and PEP 508 does not.
fn leading_name(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    let rest = text[end..].trim_start();
    let is_requirement = rest.is_empty() || rest.starts_with(['=', '<', '>', '!', '~', '[', ';', '@']);
    Some(&text[..end]).filter(|name| is_requirement && name.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// The requirements in a file and in the files it includes with `-r`.
pub(super) fn file(path: &Path, text: &str) -> Vec<String> {
    let mut requirements = Vec::new();
    let mut seen = vec![path.to_path_buf()];
    let mut waiting: Vec<(PathBuf, String)> = Vec::new();
    lines(path, text, &mut requirements, &mut seen);
    let mut next = 1;
    while let Some(include) = seen.get(next).cloned() {
        waiting.extend(read(&include).map(|text| (include, text)));
        for (path, text) in waiting.drain(..) {
            lines(&path, &text, &mut requirements, &mut seen);
        }
        next += 1;
    }
    requirements
}

fn lines(path: &Path, text: &str, requirements: &mut Vec<String>, seen: &mut Vec<PathBuf>) {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in text.lines() {
        let line = uncommented(line).trim();
        let option = |names: &[&str]| {
            let name = names.iter().find(|name| line.starts_with(**name))?;
            Some(line[name.len()..].trim_start_matches(['=', ' ', '\t']))
        };
        if let Some(include) = option(&["--requirement", "-r"]) {
            let include = path.parent().unwrap_or(Path::new("")).join(include.trim());
            if !seen.contains(&include) && seen.len() < MAX_INCLUDES {
                seen.push(include);
            }
        } else if let Some(location) = option(&["--editable", "-e"]) {
            requirements.push(location.to_owned());
        } else if !line.is_empty() && !line.starts_with('-') {
            let end = line.find(" --").unwrap_or(line.len());
            requirements.push(line[..end].trim().to_owned());
        }
    }
}

/// A line without its comment: `#` at its start or behind white space.
fn uncommented(line: &str) -> &str {
    let starts = line.match_indices('#').map(|(at, _)| at);
    let comment = starts.into_iter().find(|&at| at == 0 || line[..at].ends_with([' ', '\t']));
    comment.map_or(line, |at| &line[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let lines = file(Path::new("requirements.txt"), text);
        lines.iter().filter_map(|line| name_on(line, PythonVersion::PY313)).collect()
    }

    #[test]
    fn reads_what_pip_takes() {
        let text = "\
# comment
Django>=3.2,<4  # LTS
zope.interface==5.0 \\
    --hash=sha256:abc
uvicorn[standard] ; python_version >= '3.8'
legacy_cgi; python_version>='3.13'
dataclasses; python_version < '3.7'
pywin32; sys_platform == 'win32'
-e git+https://example.org/x.git@main#egg=My_Package
-e .
./local
pkg @ https://example.org/pkg-1.0.tar.gz
typing-extensions >= 3.7, <4.0, != 3.7.4.*   # trailing
--index-url https://example.org/simple
weird===1.0-custom
";
        assert_eq!(
            names(text),
            [
                "django",
                "zope-interface",
                "uvicorn",
                "legacy-cgi",
                "pywin32",
                "my-package",
                "pkg",
                "typing-extensions",
                "weird"
            ]
        );
    }

    #[test]
    fn survives_nonsense() {
        assert_eq!(names("===\n[[[\n\u{0}\n@@@\n; python_version\ndisk.\na-\n"), [""; 0]);
    }
}
