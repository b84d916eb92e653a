//! Removing application settings, whatever file they stand in.

use crate::edit::json;
use crate::finding::Edit;
use crate::project::app_settings::{AppSetting, Entry};
use crate::rule::File;

/// The deletions that take a setting from its file.
#[must_use]
pub fn remove(file: &File<'_>, setting: &AppSetting<'_>) -> Vec<Edit> {
    let changes = match setting.entry {
        Entry::JsonMember(object, index) => json::remove_member(&file.document.text, object, index),
    };
    changes.into_iter().map(|change| file.edit(change.range, change.content)).collect()
}
