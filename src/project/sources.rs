//! The Python files of a folder, for questions about what stands in them.

use std::path::{Path, PathBuf};

use super::Project;
use crate::discover::is_usual_folder;

/// More files are not read: an answer must not cost more than the check itself.
const MOST: usize = 3_000;

impl Project {
    /// The folder of what is released together with a file: the nearest that
    /// declares a distribution or is a repository, else the outermost that
    /// declares anything; without one, the file's own folder without those below.
    pub(super) fn distribution(&self, path: &Path) -> (PathBuf, bool) {
        let mut outermost = None;
        for folder in self.ancestors(path) {
            if folder.is_repository || folder.is_distribution() {
                return (folder.path.clone(), true);
            }
            if folder.declares() || folder.is_package() {
                outermost = Some(folder.path.clone());
            }
        }
        match outermost {
            Some(folder) => (folder, true),
            None => (path.parent().unwrap_or(path).to_path_buf(), false),
        }
    }
}

/// The Python files in a folder, up to [`MOST`] and the rest of their folder;
/// `recursive` also those below it, as far as they are the project's own.
pub(super) fn files(root: &Path, recursive: bool) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop().filter(|_| files.len() < MOST) {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let path = entry.path();
            if recursive && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if !is_usual_folder(&path) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "py") && path.is_file() {
                files.push(path);
            }
        }
    }
    files
}
