//! From what was named to the folders that Python imports from.

use std::path::{Path, PathBuf};

use crate::version::{PythonVersion, parse_version};

/// Folders within what people name, from which Python imports; a star stands for
/// one version of Python.
const WITHIN: &[&str] = &[
    "lib/python*/site-packages",
    "lib64/python*/site-packages",
    "lib/python*/dist-packages",
    "lib/python3/dist-packages",
    "Lib/site-packages",
    "lib/site-packages",
    "python/lib/python*/site-packages",
    "python/lib/site-packages",
    "python",
    "site-packages",
    ".python_packages/lib/site-packages",
];

/// The folders that a path stands for: a virtual environment, its
/// `site-packages`, a layer or its `python/`, an unpacked archive.
///
/// # Errors
/// Why there is nothing to look at.
pub fn folders(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Err("this is a file: name the folder it is unpacked into".to_owned());
    }
    if !path.is_dir() {
        return Err("there is no such folder".to_owned());
    }
    let mut found: Vec<PathBuf> = WITHIN.iter().flat_map(|pattern| matching(path, pattern)).collect();
    let is_environment =
        path.join("pyvenv.cfg").is_file() || found.iter().any(|one| is_in_library(path, one));
    if !is_environment || has_metadata(path) {
        // An application of which `python/` is a package is not a layer.
        found.retain(|one| one != &path.join("python") || has_metadata(one) || !holds_code(path));
        if has_metadata(path) || holds_code(path) {
            found.push(path.to_path_buf());
        }
    }
    found = without_doubles(found);
    if found.is_empty() {
        return Err("there are no installed packages in it".to_owned());
    }
    Ok(found)
}

/// Whether a folder belongs to the library of an environment rather than to a layer.
fn is_in_library(path: &Path, folder: &Path) -> bool {
    let first = folder.strip_prefix(path).ok().and_then(|rest| rest.iter().next());
    first.is_some_and(|first| first.eq_ignore_ascii_case("lib") || first == "lib64")
        && path.join("bin").is_dir()
}

fn matching(path: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![path.to_path_buf()];
    for part in pattern.split('/') {
        found = found.iter().flat_map(|folder| below(folder, part)).collect();
    }
    found
}

fn below(folder: &Path, part: &str) -> Vec<PathBuf> {
    let Some(prefix) = part.strip_suffix('*') else {
        let inner = folder.join(part);
        // On systems that do not tell `Lib` from `lib` both would be found.
        return if inner.is_dir() { vec![inner] } else { Vec::new() };
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = entries.filter(|entry| {
        let name = entry.file_name();
        let version = name.to_str().and_then(|name| name.strip_prefix(prefix));
        version.is_some_and(|version| version.starts_with('3') && version.contains('.'))
    });
    let mut found: Vec<PathBuf> = named.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort_unstable();
    found
}

/// `lib64` is a link to `lib`.
fn without_doubles(found: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut seen = Vec::new();
    let is_new = |path: &PathBuf| {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    };
    found.into_iter().filter(is_new).collect()
}

fn names(folder: &Path) -> impl Iterator<Item = String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

fn has_metadata(folder: &Path) -> bool {
    names(folder).any(|name| [".dist-info", ".egg-info", ".egg"].iter().any(|end| name.ends_with(end)))
}

fn holds_code(folder: &Path) -> bool {
    names(folder).any(|name| {
        let is_module = [".py", ".pyc", ".so", ".pyd"].iter().any(|end| name.ends_with(end));
        is_module || folder.join(name).join("__init__.py").is_file()
    })
}

/// The Python of the virtual environment that a folder of packages belongs to.
pub(super) fn environment(folder: &Path) -> Option<PythonVersion> {
    let folder = folder.canonicalize().ok()?;
    let configuration =
        folder.ancestors().take(4).map(|one| one.join("pyvenv.cfg")).find(|one| one.is_file())?;
    let text = std::fs::read_to_string(configuration).ok()?;
    let version = |line: &str| {
        let (key, value) = line.split_once('=')?;
        matches!(key.trim(), "version" | "version_info").then(|| parse_version(value).ok()).flatten()
    };
    text.lines().find_map(version)
}
