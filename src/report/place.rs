//! How each format spells the path of a file and a place in it.

use std::path::{Component, MAIN_SEPARATOR, Path, PathBuf};

use super::{Context, plain};
use crate::finding::{Finding, Place, Span};

/// The path from the root of the file system. A leading `..` is resolved; one
/// further on is kept, because the directory before it may be a link.
#[must_use]
pub fn absolute(path: &Path, context: &Context) -> PathBuf {
    let mut whole = if path.is_absolute() { PathBuf::new() } else { context.current.clone() };
    let mut leading = !path.is_absolute();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if leading => {
                whole.pop();
            }
            other => {
                leading = false;
                whole.push(other);
            }
        }
    }
    whole
}

/// For people: relative to the directory they are in, where the file is below
/// it or was named relative to it.
#[must_use]
pub fn shown(path: &Path, context: &Context) -> String {
    let short = path.strip_prefix(&context.current).unwrap_or(path);
    let short: PathBuf = short.components().filter(|part| *part != Component::CurDir).collect();
    let text = slashed(&short);
    if text.is_empty() { ".".to_owned() } else { plain::line(&text).into_owned() }
}

/// For machines: relative to the root, or absolute outside of it.
#[must_use]
pub fn relative(path: &Path, context: &Context) -> String {
    let whole = absolute(path, context);
    slashed(whole.strip_prefix(&context.root).unwrap_or(&whole))
}

/// For JSON: absolute, as the operating system writes it.
#[must_use]
pub fn filename(path: &Path, context: &Context) -> String {
    absolute(path, context).to_string_lossy().into_owned()
}

/// A URI reference, and whether it is relative to the root.
#[must_use]
pub fn uri(path: &Path, context: &Context) -> (String, bool) {
    let whole = absolute(path, context);
    match whole.strip_prefix(&context.root) {
        Ok(below) => (encoded(below), true),
        Err(_) => (file_uri(&whole), false),
    }
}

/// A directory as the base of URI references.
#[must_use]
pub fn base_uri(directory: &Path) -> String {
    let mut uri = file_uri(directory);
    if !uri.ends_with('/') {
        uri.push('/');
    }
    uri
}

fn file_uri(path: &Path) -> String {
    let path = encoded(path);
    // A drive letter has no slash before it.
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{path}")
}

/// Percent-encodes what is not unreserved in a URI (RFC 3986, section 2.3).
fn encoded(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut uri = String::new();
    for &byte in bytes(path).iter() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into())
            }
            // Writing to a string cannot fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

#[cfg(unix)]
fn bytes(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().into()
}

#[cfg(not(unix))]
fn bytes(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    slashed(path).into_bytes().into()
}

fn slashed(path: &Path) -> String {
    let text = path.to_string_lossy();
    if MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(MAIN_SEPARATOR, "/") }
}

/// `path:row:column`, with the cell where there is one.
#[must_use]
pub fn labelled(path: &str, span: &Span) -> String {
    let Place { row, column } = span.start;
    match span.cell {
        Some(cell) => format!("{path}:cell {cell}:{row}:{column}"),
        None => format!("{path}:{row}:{column}"),
    }
}

/// The place for formats that know nothing but lines of the file: the first
/// line for a notebook, whose rows count within a cell.
#[must_use]
pub fn in_file(span: &Span) -> (Place, Place) {
    let first = Place { row: 1, column: 1 };
    if span.cell.is_some() { (first, first) } else { (span.start, span.end) }
}

/// The message, which in a notebook has to name the place itself.
#[must_use]
pub fn message(finding: &Finding) -> String {
    let Place { row, column } = finding.span.start;
    match finding.span.cell {
        Some(cell) => format!("cell {cell}, row {row}, column {column}: {}", finding.message),
        None => finding.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context { root: PathBuf::from("/repo"), ..Context::new("/repo/pkg") }
    }

    #[test]
    fn people_see_the_path_they_typed() {
        let context = context();
        for (path, expected) in [
            ("./a.py", "a.py"),
            ("a/./b.py", "a/b.py"),
            ("../a.py", "../a.py"),
            ("/repo/pkg/a.py", "a.py"),
            ("/etc/a.py", "/etc/a.py"),
            (".", "."),
            ("a\nb.py", "a b.py"),
        ] {
            assert_eq!(shown(Path::new(path), &context), expected, "{path}");
        }
    }

    #[test]
    fn machines_get_paths_below_the_root() {
        let context = context();
        for (path, expected) in [
            ("./a.py", "pkg/a.py"),
            ("../a.py", "a.py"),
            ("../../a.py", "/a.py"),
            ("link/../a.py", "pkg/link/../a.py"),
            ("/repo/a.py", "a.py"),
        ] {
            assert_eq!(relative(Path::new(path), &context), expected, "{path}");
        }
    }

    #[test]
    fn uris_are_percent_encoded() {
        let context = context();
        let below = uri(Path::new("a b/50%:ä,#?.py"), &context);
        assert_eq!(below, ("pkg/a%20b/50%25%3A%C3%A4%2C%23%3F.py".to_owned(), true));
        assert_eq!(uri(Path::new("/x y.py"), &context), ("file:///x%20y.py".to_owned(), false));
        assert_eq!(base_uri(Path::new("/my repo")), "file:///my%20repo/");
        assert_eq!(base_uri(Path::new("/")), "file:///");
    }
}
