//! What lies in a folder that configuration names.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::exclude::is_usual_folder;

/// The files and folders below a folder, by their paths from there, as far as
/// they belong to the repository: not what is ignored, nor in a virtual
/// environment or beside the code (`.git`, `node_modules`). Installed packages
/// (`site-packages`) do belong: somebody put them there to be shipped.
///
/// At most `limit` of them, in no order; none if the folder cannot be read.
#[must_use]
pub fn below(folder: &Path, limit: usize) -> Vec<PathBuf> {
    let mut builder = WalkBuilder::new(folder);
    builder.hidden(false).require_git(false).follow_links(false).filter_entry(|entry| {
        let path = entry.path();
        let is_foreign =
            || is_usual_folder(path) && !path.ends_with("site-packages") || path.join("pyvenv.cfg").exists();
        entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) || !is_foreign()
    });
    let entries = builder.build().flatten().skip(1).take(limit);
    entries.filter_map(|entry| entry.path().strip_prefix(folder).ok().map(Path::to_path_buf)).collect()
}
