//! Files with changes that git could not give back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use newskin::config::globs::absolute;

/// Those of the files that differ from the index of the checkout they lie in,
/// or are not in it. Where there is no checkout or no `git`, none: then nobody
/// expects git to give anything back.
///
/// What is in the index alone can be had back from there, so a commit hook,
/// which sees its files so, is not warned.
pub fn among<'a>(files: &[&'a Path]) -> Vec<&'a Path> {
    let mut checkouts: BTreeMap<PathBuf, Vec<(&'a Path, PathBuf)>> = BTreeMap::new();
    for file in files {
        let whole = absolute(file);
        let checkout = whole.ancestors().skip(1).find(|folder| folder.join(".git").exists());
        if let Some(checkout) = checkout.map(Path::to_path_buf) {
            checkouts.entry(checkout).or_default().push((file, whole));
        }
    }
    let mut found = Vec::new();
    for (checkout, files) in checkouts {
        let Some(dirty) = status(&checkout) else { continue };
        let is_dirty = |(_, whole): &&(&Path, PathBuf)| {
            let mut above = whole.strip_prefix(&checkout).unwrap_or(whole).ancestors();
            above.any(|path| dirty.contains(path))
        };
        found.extend(files.iter().filter(is_dirty).map(|(file, _)| *file));
    }
    found
}

/// The dirty files of a checkout, and its folders that git knows nothing of,
/// from its root; `None` if git cannot be asked.
fn status(checkout: &Path) -> Option<BTreeSet<PathBuf>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(checkout)
        // Nobody waits for a lock of a command that only looks.
        .args(["--no-optional-locks", "status", "--porcelain=v1", "-z", "--no-renames"])
        .args(["--untracked-files=normal", "--ignore-submodules=all"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let entries = output.stdout.split(|byte| *byte == 0);
    // `XY path`: Y tells how the file differs from the index.
    let dirty = entries.filter(|entry| entry.len() > 3 && entry[1] != b' ');
    output.status.success().then(|| dirty.map(|entry| path_of(&entry[3..])).collect())
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(&*String::from_utf8_lossy(bytes))
}
