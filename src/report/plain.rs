//! Text from checked files, made harmless: names, paths and source lines can
//! hold escape sequences and characters that reorder what is displayed.

use std::borrow::Cow;

/// The character to show for one from a checked file: the picture of a control
/// character, the replacement character for one that hides or reorders others.
#[must_use]
pub fn visible(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{fffe}'
        | '\u{ffff}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

/// A message, name or path on one line.
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| visible(c) == c) {
        return Cow::Borrowed(text);
    }
    let spaced = |c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { visible(c) };
    Cow::Owned(text.chars().map(spaced).collect())
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn ordinary_text_is_left_alone() {
        let text = "`größe` → 漢字 🦀";
        assert!(matches!(line(text), std::borrow::Cow::Borrowed(same) if same == text));
    }

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(line("a\x1b[31mb\u{202e}c\r\nd\te\x7f"), "a\u{241b}[31mb\u{fffd}c  d e\u{2421}");
    }
}
