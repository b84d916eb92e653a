//! Editing YAML by the places of its nodes.

use ruff_text_size::{TextRange, TextSize};

use super::Change;
use crate::parse::yaml::{CollectionStyle, Node, NodeKind, ScalarStyle};

/// A one-line text as a scalar in the style of another; `None` for block
/// scalars and for what the style cannot hold.
#[must_use]
pub fn scalar_like(style: ScalarStyle, text: &str) -> Option<String> {
    if text.chars().any(|c| c.is_control() || c == '\\') {
        return None;
    }
    match style {
        ScalarStyle::Plain if is_plain_text(text) => Some(text.to_owned()),
        ScalarStyle::Plain | ScalarStyle::SingleQuoted => Some(format!("'{}'", text.replace('\'', "''"))),
        ScalarStyle::DoubleQuoted => Some(format!("\"{}\"", text.replace('"', "\\\""))),
        ScalarStyle::Block => None,
    }
}

/// Whether a plain scalar of this text reads back as the same text everywhere:
/// `3.10` is the number 3.1 to many readers.
fn is_plain_text(text: &str) -> bool {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let loses_digits = text.contains('.') && text.ends_with('0') && text.parse::<f64>().is_ok();
    !text.is_empty() && text.chars().all(is_safe) && !text.starts_with('-') && !loses_digits
}

/// Where to insert what, so that a sequence gets one more element behind its
/// last, in its style; `None` if there is none to be like.
#[must_use]
pub fn append_element(text: &str, sequence: &Node, element: &str) -> Option<Change> {
    let NodeKind::Sequence(elements, style) = &sequence.kind else { return None };
    let last = elements.last()?;
    let element = scalar_like(last.style()?, element)?;
    let start = last.range.start().to_usize();
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    match style {
        CollectionStyle::Flow => {
            Some(Change::new(TextRange::empty(last.range.end()), format!(", {element}")))
        }
        CollectionStyle::Block => {
            let bullet = &text[line..start];
            if bullet.trim() != "-" {
                return None;
            }
            let end = last.range.end().to_usize();
            let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
            let end = if text[..end].ends_with('\r') { end - 1 } else { end };
            let at = TextSize::try_from(end).ok()?;
            Some(Change::new(TextRange::empty(at), format!("\n{bullet}{element}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::yaml::parse;

    #[test]
    fn keeps_styles() {
        let like = scalar_like;
        assert_eq!(like(ScalarStyle::Plain, "python3.13").as_deref(), Some("python3.13"));
        assert_eq!(like(ScalarStyle::Plain, "3.13").as_deref(), Some("3.13"));
        assert_eq!(like(ScalarStyle::Plain, "3.10").as_deref(), Some("'3.10'"));
        assert_eq!(like(ScalarStyle::Plain, "a: b").as_deref(), Some("'a: b'"));
        assert_eq!(like(ScalarStyle::SingleQuoted, "it's").as_deref(), Some("'it''s'"));
        assert_eq!(like(ScalarStyle::DoubleQuoted, "x").as_deref(), Some("\"x\""));
        assert_eq!(like(ScalarStyle::Block, "x"), None);
    }

    #[test]
    fn appends_elements() {
        for (text, expected) in [
            ("- a\n- 'b'  # c\n", "- a\n- 'b'  # c\n- 'x'\n"),
            ("[a, b]", "[a, b, x]"),
            ("  -   a\r\n  -   b", "  -   a\r\n  -   b\n  -   x"),
        ] {
            let documents = parse(text).expect("well-formed");
            let change = append_element(text, &documents[0].root, "x").expect("has elements");
            let mut result = text.to_owned();
            result.insert_str(change.range.start().to_usize(), &change.content);
            assert_eq!(result, expected);
        }
        let nested = "- - a\n";
        let documents = parse(nested).expect("well-formed");
        let inner = documents[0].elements(&documents[0].root)[0].clone();
        assert!(append_element(nested, &inner, "x").is_none(), "its bullet is not alone on the line");
    }
}
