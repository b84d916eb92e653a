//! Files that configuration refers to by their place beside it.

use std::path::Path;

use crate::discover::{Kind, Target};
use crate::parse::Document;
use crate::read;
use crate::version::PythonVersion;

/// Longer files are not read for the sake of another.
const LONGEST: u64 = 4 * 1024 * 1024;

/// The file of JSON or YAML at `path`, seen from the folder of `document`; `None`
/// if there is no such file or it is not well-formed.
#[must_use]
pub fn load(document: &Document, path: &str) -> Option<Document> {
    let path = Path::new(path);
    if path.is_absolute() {
        return None;
    }
    read_at(&document.path.parent()?.join(path))
}

/// The file of JSON or YAML at `path`; `None` as for [`load`].
#[must_use]
pub fn read_at(path: &Path) -> Option<Document> {
    let kind = Kind::of_name(path).filter(|kind| matches!(kind, Kind::Json | Kind::Yaml))?;
    let is_short = std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LONGEST);
    let target = Target { path: path.into(), kind, explicit: false };
    let source = is_short.then(|| read::read(&target).ok()).flatten()?;
    // The version only matters to Python.
    Document::parse(source, PythonVersion::PY313).ok()
}
