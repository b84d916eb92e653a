//! The Python files of a folder, for questions about what stands in them.

use std::path::{Path, PathBuf};

use crate::discover::is_usual_folder;

/// More files are not read: an answer must not cost more than the check itself.
const MOST: usize = 3_000;

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
            } else if path.extension().is_some_and(|extension| extension == "py") {
                files.push(path);
            }
        }
    }
    files
}
