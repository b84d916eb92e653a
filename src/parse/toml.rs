//! TOML with the place of every key and value.

use ruff_text_size::{TextRange, TextSize};
pub use toml_edit::{Document, Item, TableLike, Value};

use super::SyntaxFault;

/// A document that keeps its own text.
pub type Owned = Document<String>;

/// Parses a TOML text. `Item::span` and `Key::span` give bytes of the text.
///
/// # Errors
/// The first fault. TOML has no recovery, so nothing else is known then.
pub fn parse<S: AsRef<str>>(text: S) -> Result<Document<S>, SyntaxFault> {
    let length = text.as_ref().len();
    Document::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let at = |offset: usize| TextSize::try_from(offset.min(length)).unwrap_or_default();
        SyntaxFault {
            message: error.message().trim().replace('\n', ", "),
            range: TextRange::new(at(span.start), at(span.end.max(span.start))),
        }
    })
}

/// The value below a path of keys.
#[must_use]
pub fn at<'a>(root: &'a Item, path: &[&str]) -> Option<&'a Item> {
    path.iter().try_fold(root, |item, key| item.get(*key))
}

/// The place of a value, with its quotes or brackets.
#[must_use]
pub fn range(item: &Item) -> Option<TextRange> {
    span(item.span())
}

/// The same for an element of an array.
#[must_use]
pub fn value_range(value: &Value) -> Option<TextRange> {
    span(value.span())
}

/// What the parser calls a span, as a range.
#[must_use]
pub fn span(span: Option<std::ops::Range<usize>>) -> Option<TextRange> {
    let span = span?;
    let (start, end) = (TextSize::try_from(span.start).ok()?, TextSize::try_from(span.end).ok()?);
    (start <= end).then(|| TextRange::new(start, end))
}
