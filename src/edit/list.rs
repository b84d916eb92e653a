//! One more element for a list of any format, by the places of those it has.

use ruff_text_size::{TextRange, TextSize};

use super::Change;

/// Where to put what, so that a list gets one more element behind its last, in
/// its layout; `None` where that cannot be seen from the last two.
#[must_use]
pub fn append(text: &str, elements: &[TextRange], element: &str) -> Option<Change> {
    let [.., previous, last] = elements else { return None };
    let gap = text.get(previous.end().to_usize()..last.start().to_usize())?;
    let end = last.end().to_usize();
    if !gap.contains('\n') {
        let plain = gap.chars().all(|c| c == ',' || c.is_whitespace());
        let insertion = TextRange::empty(last.end());
        return (plain && !gap.is_empty()).then(|| Change::new(insertion, format!("{gap}{element}")));
    }
    let line = text[..last.start().to_usize()].rfind('\n').map_or(0, |at| at + 1);
    let lead = &text[line..last.start().to_usize()];
    if !matches!(lead.trim(), "" | "-" | ",") {
        return None;
    }
    let rest = &text[end..];
    let line_end = rest.find('\n').unwrap_or(rest.len());
    let rest = rest[..line_end].trim_end();
    let line_end = TextSize::try_from(end + rest.len()).ok()?;
    if rest.starts_with(',') {
        return Some(Change::new(TextRange::empty(line_end), format!("\n{lead}{element},")));
    }
    if gap.trim_start().starts_with(',') && lead.trim().is_empty() {
        // Without a comma of its own; a comment stays with the old last.
        let comma = rest.is_empty() || rest.starts_with([']', ')']);
        return comma.then(|| Change::new(TextRange::empty(last.end()), format!(",\n{lead}{element}")));
    }
    Some(Change::new(TextRange::empty(line_end), format!("\n{lead}{element}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marks the elements as the words that begin with `e`.
    fn appended(text: &str) -> Option<String> {
        let starts = text.match_indices('e').map(|(at, _)| TextSize::try_from(at).expect("short"));
        let elements: Vec<_> = starts.map(|start| TextRange::at(start, TextSize::new(2))).collect();
        let change = append(text, &elements, "NEW")?;
        let mut result = text.to_owned();
        result.insert_str(change.range.start().to_usize(), &change.content);
        Some(result)
    }

    #[test]
    fn appends_in_the_layout_of_the_list() {
        for (text, expected) in [
            ("[e1, e2]", Some("[e1, e2, NEW]")),
            ("{e1,e2}-x", Some("{e1,e2,NEW}-x")),
            ("e1 e2\n", Some("e1 e2 NEW\n")),
            ("  - e1\n  - e2 # c\n", Some("  - e1\n  - e2 # c\n  - NEW\n")),
            ("[\n  e1,\n  e2, # c\n]", Some("[\n  e1,\n  e2, # c\n  NEW,\n]")),
            ("[\n  e1,\n  e2\n]", Some("[\n  e1,\n  e2,\n  NEW\n]")),
            ("[\n  e1\n  , e2\n]", Some("[\n  e1\n  , e2\n  , NEW\n]")),
            ("e1\ne2", Some("e1\ne2\nNEW")),
            ("[e1, x, e2]", None),
            ("[e1\n, x, e2]", None),
            ("[e1]", None),
            ("[\n  e1,\n  e2 # c\n]", None),
        ] {
            assert_eq!(appended(text).as_deref(), expected, "{text}");
        }
    }
}
