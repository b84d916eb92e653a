//! All files of a folder, wanted or not.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

/// Every file below a folder, by its path from there, sorted: also what is
/// ignored by git, hidden, or in a folder that other walks leave out. Left out
/// is bytecode beside its source (`__pycache__`), and what is installed further
/// below (`site-packages`), as that is a folder of its own; links to folders are
/// not followed. At most `limit` files; none if the folder cannot be read.
#[must_use]
pub fn every_file(folder: &Path, limit: usize) -> Vec<PathBuf> {
    let mut builder = WalkBuilder::new(folder);
    builder.standard_filters(false).follow_links(false).filter_entry(|entry| {
        let apart = ["__pycache__", "site-packages", "dist-packages"];
        entry.depth() == 0 || !apart.iter().any(|name| entry.file_name() == *name)
    });
    let files =
        builder.build().flatten().filter(|entry| entry.file_type().is_some_and(|kind| !kind.is_dir()));
    let inside = files.filter_map(|entry| entry.path().strip_prefix(folder).ok().map(Path::to_path_buf));
    let mut found: Vec<PathBuf> = inside.take(limit).collect();
    found.sort_unstable();
    found
}
