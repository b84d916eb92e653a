//! Real Pythons, the judges of the facts: `python3.X` on the path, or pyenv's.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

/// The interpreter of a version such as `3.13`, or `None` after saying on
/// standard error that it is missing.
pub fn find(version: &str) -> Option<PathBuf> {
    let found = candidates(version).into_iter().find(|candidate| is_version(candidate, version));
    if found.is_none() {
        let message = format!("python{version} is missing: what needs it is not tested here\n");
        // Past the capture of the test harness: it must be seen.
        std::io::stderr().write_all(message.as_bytes()).expect("standard error can be written to");
    }
    found
}

fn candidates(version: &str) -> Vec<PathBuf> {
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let versions = root.or_else(|| home.map(|home| home.join(".pyenv"))).map(|root| root.join("versions"));
    let mut found = Vec::new();
    if let Some(entries) = versions.and_then(|versions| versions.read_dir().ok()) {
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        let prefix = format!("{version}.");
        let fits = |path: &&PathBuf| {
            path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix))
        };
        found.extend(paths.iter().rev().filter(fits).map(|path| path.join("bin/python")));
    }
    found.push(PathBuf::from(format!("python{version}")));
    found
}

/// A pyenv shim exists for versions that are not active, and fails.
fn is_version(python: &PathBuf, version: &str) -> bool {
    let program = "import sys; print('%d.%d' % sys.version_info[:2])";
    let output = Command::new(python).args(["-E", "-s", "-c", program]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == version)
}
