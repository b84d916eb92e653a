//! Taking one of several entries out of brackets, in any language.

use std::sync::Arc;

use ruff_text_size::{TextRange, TextSize};

use super::Change;

/// What stands between two brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// From behind the opening bracket to the closing one.
    pub inside: TextRange,
    /// The entries, in order.
    pub entries: Arc<[TextRange]>,
    /// How the language parts entries and writes comments.
    pub language: Language,
}

/// The signs of a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// Between entries; where a line end does as well, still these.
    pub separators: &'static [char],
    /// What begins a comment that ends with its line.
    pub line: &'static [&'static str],
    /// What begins and what ends any other.
    pub block: Option<(&'static str, &'static str)>,
}

impl Language {
    /// JSON with comments, JavaScript, Bicep.
    pub const JSON: Self = Self { separators: &[','], line: &["//"], block: Some(("/*", "*/")) };
    /// HCL.
    pub const HCL: Self = Self { separators: &[','], line: &["#", "//"], block: Some(("/*", "*/")) };
    /// PowerShell.
    pub const POWERSHELL: Self = Self { separators: &[',', ';'], line: &["#"], block: Some(("<#", "#>")) };
    /// Python.
    pub const PYTHON: Self = Self { separators: &[','], line: &["#"], block: None };

    /// The separator between two places, outside of comments.
    fn separator(self, text: &str, from: usize, to: usize) -> Option<usize> {
        let mut at = from;
        while at < to {
            let rest = &text[at..to];
            if rest.starts_with(self.separators) {
                return Some(at);
            }
            at += match self.comment(rest) {
                0 => rest.chars().next().map_or(1, char::len_utf8),
                length => length,
            };
        }
        None
    }

    /// The length of the comment that a text begins with.
    fn comment(self, text: &str) -> usize {
        if let Some((open, close)) = self.block
            && text.starts_with(open)
        {
            return text[open.len()..].find(close).map_or(text.len(), |end| open.len() + end + close.len());
        }
        let is_line = self.line.iter().any(|sign| text.starts_with(sign));
        if is_line { text.find('\n').unwrap_or(text.len()) } else { 0 }
    }

    /// The lines of an entry, if they hold nothing but it and a comment behind it.
    fn whole_lines(self, text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
        let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let stop = text[end..].find('\n').map(|at| end + at + 1)?;
        let behind = text[end..stop].trim();
        let is_comment = !behind.is_empty() && self.comment(behind) == behind.len();
        (is_blank(&text[line..start]) && (behind.is_empty() || is_comment)).then_some((line, stop))
    }
}

/// The deletions that take the entry at `index` from its brackets and keep what
/// is left well-formed. The separator goes with the entry; so do its line, if
/// nothing else stands on it, and a comment behind it on that line. Comments on
/// lines of their own stay.
#[must_use]
pub fn remove(text: &str, list: &List, index: usize) -> Vec<Change> {
    let entries = &list.entries;
    let Some(entry) = entries.get(index) else { return Vec::new() };
    let (start, end) = (entry.start().to_usize(), entry.end().to_usize());
    let (open, close) = (list.inside.start().to_usize(), list.inside.end().to_usize());
    let previous = index.checked_sub(1).map(|index| entries[index].end().to_usize());
    let next = entries.get(index + 1).map(|next| next.start().to_usize());
    let separator = list.language.separator(text, end, next.unwrap_or(close));

    let alone = previous.is_none() && next.is_none();
    let rest = separator.map_or(end, |at| at + 1);
    let is_nothing = |text: &str| is_blank(&text.replacen(list.language.separators, "", 1));
    if alone && is_blank(&text[open..start]) && is_nothing(&text[end..close]) {
        return vec![deletion(open, close)];
    }
    // The last entry takes the separator before it along, unless it has its own.
    let before = previous.filter(|_| next.is_none() && separator.is_none());
    let before = before.and_then(|previous| list.language.separator(text, previous, start));
    if let Some((from, to)) = list.language.whole_lines(text, start, rest) {
        let before = before.map(|at| deletion(at, at + 1));
        return before.into_iter().chain([deletion(from, to)]).collect();
    }
    match (before, next) {
        (Some(before), _) if is_blank(&text[before + 1..start]) => vec![deletion(before, end)],
        (Some(before), _) => vec![deletion(before, before + 1), deletion(start, end)],
        (None, Some(next)) if is_blank(&text[rest..next]) => vec![deletion(start, next)],
        _ => vec![deletion(start, rest)],
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

fn deletion(start: usize, end: usize) -> Change {
    let at = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
    Change::new(TextRange::new(at(start), at(end)), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes the entry that is written as `x` out of the brackets around it.
    fn removed(text: &str, language: Language) -> String {
        let words =
            text.match_indices(['x', 'y']).map(|(at, word)| TextRange::at(size(at), size(word.len())));
        let entries: Arc<[TextRange]> = words.collect();
        let open = text.find(['{', '[']).expect("opens") + 1;
        let close = text.rfind(['}', ']']).expect("closes");
        let index = entries.iter().position(|range| &text[*range] == "x").expect("there");
        let list = List { inside: TextRange::new(size(open), size(close)), entries, language };
        let mut result = text.to_owned();
        for change in remove(text, &list, index).into_iter().rev() {
            result.replace_range(std::ops::Range::<usize>::from(change.range), "");
        }
        result
    }

    fn size(at: usize) -> TextSize {
        TextSize::try_from(at).expect("short")
    }

    #[test]
    fn removes_entries_of_any_language() {
        for (text, language, expected) in [
            ("{\n  x\n  y\n}", Language::JSON, "{\n  y\n}"),
            ("{\n  y // a\n  x // b\n}", Language::JSON, "{\n  y // a\n}"),
            ("[y, x]", Language::JSON, "[y]"),
            ("[\n  y\n  x\n]", Language::HCL, "[\n  y\n]"),
            ("{\n  x # b, c\n  # d\n  y\n}", Language::HCL, "{\n  # d\n  y\n}"),
            ("@{ y; x }", Language::POWERSHELL, "@{ y }"),
            ("@{ x; y }", Language::POWERSHELL, "@{ y }"),
            ("@{\n  y\n  x <# z #>\n}", Language::POWERSHELL, "@{\n  y\n}"),
            ("[\n    y,\n    x,  # b\n]", Language::PYTHON, "[\n    y,\n]"),
            ("{ x }", Language::HCL, "{}"),
        ] {
            assert_eq!(removed(text, language), expected, "{text}");
        }
    }
}
