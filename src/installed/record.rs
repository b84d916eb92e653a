//! Which file belongs to which distribution.

use std::path::{Component, Path, PathBuf};

use rustc_hash::FxHashMap;

use super::distribution::{Distribution, text_of};

/// Whose each file is: as `RECORD` and its like say, else as the names of
/// top-level modules say, else of nobody: then its top-level module is added as
/// a distribution without a version.
pub(super) fn assign(
    folder: &Path,
    files: &[PathBuf],
    distributions: &mut Vec<Distribution>,
) -> FxHashMap<PathBuf, usize> {
    let mut owners: FxHashMap<PathBuf, usize> = FxHashMap::default();
    let mut tops: FxHashMap<String, usize> = FxHashMap::default();
    let mut homes: FxHashMap<String, usize> = FxHashMap::default();
    for (at, distribution) in distributions.iter().enumerate() {
        let listed = recorded(folder, distribution);
        if listed.is_empty() {
            tops.extend(top_level(folder, distribution).into_iter().map(|top| (top, at)));
        }
        owners.extend(listed.into_iter().map(|file| (file, at)));
        let home = distribution.home.as_ref().or(distribution.egg.as_ref());
        homes.extend(home.and_then(|home| home.to_str()).map(|home| (home.to_owned(), at)));
    }
    for file in files {
        if owners.contains_key(file) {
            continue;
        }
        let Some(first) = file.iter().next().and_then(|first| first.to_str()) else { continue };
        let known = homes.get(first).or_else(|| tops.get(module(first))).copied();
        let at = match known {
            Some(at) => at,
            None if is_code(file) => {
                let name = module(first).to_owned();
                distributions.push(Distribution::unnamed(&name));
                tops.insert(name, distributions.len() - 1);
                distributions.len() - 1
            }
            None => continue,
        };
        owners.insert(file.clone(), at);
    }
    owners
}

/// A file or folder as the module that it is.
fn module(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

fn is_code(file: &Path) -> bool {
    let ends = ["py", "pyc", "so", "pyd"];
    file.extension().and_then(|end| end.to_str()).is_some_and(|end| ends.contains(&end))
}

/// The files that the installer listed, from the folder of the packages.
fn recorded(folder: &Path, distribution: &Distribution) -> Vec<PathBuf> {
    let Some(home) = &distribution.home else { return Vec::new() };
    if let Some(record) = text_of(folder, home, "RECORD") {
        return record.lines().filter_map(|line| inside(Path::new(""), path(line))).collect();
    }
    let listed = text_of(folder, home, "installed-files.txt").unwrap_or_default();
    listed.lines().filter_map(|line| inside(home, line.trim())).collect()
}

/// The first field of a line of `RECORD`, which is CSV.
fn path(line: &str) -> &str {
    match line.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => line.rsplitn(3, ',').last().unwrap_or_default(),
    }
}

/// A listed path from the folder of the packages; `None` if it lies elsewhere.
fn inside(from: &Path, listed: &str) -> Option<PathBuf> {
    let mut whole = PathBuf::new();
    for part in from.join(listed.replace('\\', "/")).components() {
        match part {
            Component::Normal(part) => whole.push(part),
            Component::CurDir => {}
            Component::ParentDir if whole.pop() => {}
            _ => return None,
        }
    }
    Some(whole).filter(|whole| !whole.as_os_str().is_empty())
}

/// The modules that a distribution without a list of files calls its own.
fn top_level(folder: &Path, distribution: &Distribution) -> Vec<String> {
    let home = distribution.home.as_deref();
    let said = home.and_then(|home| text_of(folder, home, "top_level.txt")).unwrap_or_default();
    let said: Vec<String> =
        said.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if said.is_empty() && distribution.egg.is_none() {
        vec![distribution.key.replace('-', "_")]
    } else {
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_records() {
        assert_eq!(path("a/b.py,sha256=x,12"), "a/b.py");
        assert_eq!(path("\"a,b.py\",sha256=x,12"), "a,b.py");
        assert_eq!(path("a,b.py,,"), "a,b.py");
        assert_eq!(path(""), "");
    }

    #[test]
    fn what_lies_elsewhere_is_left_out() {
        assert_eq!(inside(Path::new(""), "a/b.py"), Some(PathBuf::from("a/b.py")));
        assert_eq!(inside(Path::new("x.egg-info"), "../a/b.py"), Some(PathBuf::from("a/b.py")));
        assert_eq!(inside(Path::new(""), "../../../bin/flask"), None);
        assert_eq!(inside(Path::new(""), "/etc/passwd"), None);
        assert_eq!(inside(Path::new(""), ""), None);
    }
}
