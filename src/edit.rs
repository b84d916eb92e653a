//! The shared hands of fixes: small edits that keep a file's layout.
//!
//! They answer with ranges and texts; a rule turns them into the edits of a
//! fix. `None` means that the layout is too unusual to touch.

pub mod backport;
pub mod behaviour;
pub mod definitions;
pub mod entries;
pub mod imports;
pub mod json;
pub mod list;
pub mod members;
pub mod namespace;
pub mod pkg_resources;
pub mod repair;
pub mod requirements;
pub mod shim;
pub mod spell;
pub mod successors;
pub mod unused;
mod vacancy;
pub mod yaml;

use ruff_text_size::TextRange;

/// A range of the text and what shall stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Replaced; empty for an insertion.
    pub range: TextRange,
    /// The new text; line ends as `\n`, adapted to the file when applied.
    pub content: String,
}

impl Change {
    /// A change of one range.
    #[must_use]
    pub fn new(range: TextRange, content: impl Into<String>) -> Self {
        Self { range, content: content.into() }
    }
}

/// Changes that belong together.
#[derive(Debug)]
pub struct Plan {
    /// What they do, as an order.
    pub message: String,
    /// Why they are not safe; `None` if they are.
    pub reason: Option<String>,
    /// In no particular order, without overlap.
    pub changes: Vec<Change>,
}

/// Whether other modules import a package's names from this file.
pub(crate) fn is_package_init(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name == "__init__.py" || name == "__init__.pyi")
}
