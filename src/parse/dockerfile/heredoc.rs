//! Here-documents as the builder finds them, which is before and without any
//! shell.

use ruff_text_size::TextRange;

use crate::parse::fragment::Fragment;

/// A document that follows an instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// How it was announced.
    pub opening: Opening,
    /// Its lines, the last line's end included.
    pub body: TextRange,
    /// The line that ends it, without the line's end.
    pub end: TextRange,
}

/// The word that announces a document: `<<EOF`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The word, `<<` included.
    pub range: TextRange,
    /// The line that ends the document.
    pub name: String,
    /// The name was quoted: nothing in the document is expanded.
    pub quoted: bool,
    /// `<<-`: tabs at the start of lines do not count.
    pub strip_tabs: bool,
}

/// Every opening in an instruction, in order. A word opens a document when it
/// begins with digits and `<<`; quoted text and `<<<` do not.
pub(super) fn words(line: &Fragment) -> Vec<Opening> {
    if !line.text().contains("<<") {
        return Vec::new();
    }
    let Some(words) = split(line.text()) else { return Vec::new() };
    words.into_iter().filter_map(|(from, to)| opening(line, from, to)).collect()
}

/// Whether a command is nothing but an opening, so that the document itself
/// is the script.
pub(super) fn is_alone(command: &Fragment) -> bool {
    let text = command.text();
    opening(command, 0, text.len()).is_some() && split(text).is_some_and(|words| words.len() == 1)
}

/// Words as byte ranges; `None` when a quote stays open.
fn split(text: &str) -> Option<Vec<(usize, usize)>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let length = match c {
            '\'' => text[at + 1..].find('\'')? + 2,
            '"' => double_quoted(&text[at..])?,
            '\\' => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
            '<' if text[at..].starts_with("<<") => {
                let rest = &text[at + 2..];
                2 + rest.len() - rest.trim_start().len()
            }
            _ => c.len_utf8(),
        };
        if c.is_whitespace() {
            words.extend(start.take().map(|start| (start, at)));
        } else {
            start.get_or_insert(at);
        }
        at += length;
    }
    words.extend(start.map(|start| (start, at)));
    Some(words)
}

/// Length of the quoted text that begins here.
fn double_quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn opening(line: &Fragment, from: usize, to: usize) -> Option<Opening> {
    let word = &line.text()[from..to];
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strip_tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start();
    if rest.is_empty() || rest.contains('<') || split(rest)?.len() != 1 {
        return None;
    }
    let quoted = rest.contains(['\'', '"']);
    let name: String = rest.chars().filter(|c| !matches!(c, '\'' | '"' | '\\')).collect();
    (!name.is_empty()).then(|| Opening { range: line.locate(from, to), name, quoted, strip_tabs })
}
