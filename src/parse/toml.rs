//! TOML with the place of every key and value.

use ruff_text_size::{TextRange, TextSize};
pub use toml_edit::{Document, Item, TableLike};

use super::SyntaxFault;

/// Parses a TOML text. `Item::span` and `Key::span` give bytes of the text.
///
/// # Errors
/// The first fault. TOML has no recovery, so nothing else is known then.
pub fn parse(text: &str) -> Result<Document<&str>, SyntaxFault> {
    Document::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let at = |offset: usize| TextSize::try_from(offset.min(text.len())).unwrap_or_default();
        SyntaxFault {
            message: error.message().trim().replace('\n', ", "),
            range: TextRange::new(at(span.start), at(span.end.max(span.start))),
        }
    })
}
