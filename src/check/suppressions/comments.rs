//! The `newskin:` comments of a document.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::config::Selector;
use crate::discover::Kind;
use crate::parse::python::Module;
use crate::parse::{Document, Syntax};

/// What stands behind `newskin:`.
#[derive(Debug)]
pub struct Comment {
    /// From the comment sign to the end of what belongs to it.
    pub range: TextRange,
    /// Only white space stands before it.
    pub own_line: bool,
    /// What it says, or why that is nothing.
    pub directive: Result<Directive, Mistake>,
}

/// A suppression that was understood, at least in part.
#[derive(Debug)]
pub struct Directive {
    /// `ignore-file` instead of `ignore`.
    pub whole_file: bool,
    /// From the word to the closing bracket.
    pub range: TextRange,
    /// At least one.
    pub entries: Vec<Entry>,
}

/// One rule in the brackets.
#[derive(Debug)]
pub struct Entry {
    /// Without white space around it.
    pub range: TextRange,
    /// What it means, or which word is unknown.
    pub selector: Result<Selector, String>,
}

/// Why a comment means nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The part that is wrong.
    pub range: TextRange,
    /// A sentence without a final full stop.
    pub message: String,
}

const WORD: &str = "newskin:";

/// Every `newskin:` comment, in order. `known` are the ids of all rules.
pub fn find(document: &Document, known: &[&'static str]) -> Vec<Comment> {
    let text = document.text.as_str();
    let places: Vec<Range<usize>> = match &document.syntax {
        Syntax::Python(module) => python(module, text),
        Syntax::Dockerfile(dockerfile) => {
            let ranges = dockerfile.comments.iter().map(|range| range.to_std_range());
            ranges.filter(|range| text[range.clone()].contains(WORD)).collect()
        }
        _ => lines(document),
    };
    let comments = places.into_iter().filter_map(|place| read(text, place, signs(document.kind), known));
    comments.collect()
}

/// What begins a comment.
fn signs(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Json | Kind::Bicep | Kind::JavaScript => &["//"],
        Kind::Hcl => &["#", "//"],
        _ => &["#"],
    }
}

/// Comments as Python sees them: `# newskin:` in a string is none.
fn python(module: &Module, text: &str) -> Vec<Range<usize>> {
    let comments = module.tokens().iter().filter(|token| token.kind() == TokenKind::Comment);
    let ranges = comments.map(|token| token.range().to_std_range());
    ranges.filter(|range| text[range.clone()].contains(WORD)).collect()
}

/// Comments by their sign. Quotes tell strings from comments, line by line.
fn lines(document: &Document) -> Vec<Range<usize>> {
    let text = document.text.as_str();
    let mut places = Vec::new();
    for (word, _) in text.match_indices(WORD) {
        let line = line_around(text, word);
        let before = &text[line.start..word];
        let sign = signs(document.kind).iter().filter_map(|sign| before.trim_end().strip_suffix(sign)).next();
        let Some(before) = sign else { continue };
        let spaced =
            before.is_empty() || before.ends_with(char::is_whitespace) || document.kind == Kind::Json;
        let quotes = before.matches('"').count() - before.matches("\\\"").count();
        let in_string = quotes % 2 == 1 && text[word..line.end].contains('"');
        if spaced && !in_string {
            places.push(line.start + before.len()..line.end);
        }
    }
    places
}

/// The line that holds a place, without its end.
pub fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let end = text[at..].find(['\n', '\r']).map_or(text.len(), |length| at + length);
    start..end
}

/// Reads the comment that `place` holds, from its sign to the end of the line.
fn read(text: &str, place: Range<usize>, signs: &[&str], known: &[&'static str]) -> Option<Comment> {
    let comment = &text[place.clone()];
    // Other tools' comments may stand before it: `# noqa # newskin: …`.
    let (word, sign) = comment.match_indices(WORD).find_map(|(word, _)| {
        let before = comment[..word].trim_end();
        signs.iter().find(|sign| before.ends_with(**sign)).map(|sign| (word, before.len() - sign.len()))
    })?;
    let start = place.start + sign;
    let body = place.start + word + WORD.len();
    // … and behind it.
    let end = signs.iter().filter_map(|sign| text[body..place.end].find(sign)).min();
    let end = end.map_or(place.end, |length| body + length);
    let end = start + text[start..end].trim_end().len();
    let line = line_around(text, start);
    Some(Comment {
        range: range(start..end),
        own_line: text[line.start..start].trim().is_empty(),
        directive: directive(text, body..end, known),
    })
}

fn directive(text: &str, body: Range<usize>, known: &[&'static str]) -> Result<Directive, Mistake> {
    let start = body.end - text[body.clone()].trim_start().len();
    let said = &text[start..body.end];
    let name = said.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(said.len());
    let whole_file = match &said[..name] {
        "ignore" => false,
        "ignore-file" => true,
        other => {
            let message =
                format!("`newskin: {other}` means nothing; write `ignore[rule]` or `ignore-file[rule]`");
            return Err(Mistake { range: range(start..start + name.max(1).min(said.len())), message });
        }
    };
    let word = &said[..name];
    let mistake = |end: usize, message: String| Err(Mistake { range: range(start..end), message });
    let rest = said[name..].trim_start();
    let Some(list) = rest.strip_prefix('[') else {
        return mistake(start + name, format!("`{word}` names no rule; write `{word}[rule]`"));
    };
    let open = body.end - list.len();
    let Some(length) = list.find(']') else {
        return mistake(body.end, format!("the bracket of `{word}[` is not closed"));
    };
    let entries = entries(text, open..open + length, known);
    if entries.is_empty() {
        return mistake(open + length + 1, format!("`{word}[]` names no rule"));
    }
    Ok(Directive { whole_file, range: range(start..open + length + 1), entries })
}

fn entries(text: &str, list: Range<usize>, known: &[&'static str]) -> Vec<Entry> {
    let mut at = list.start;
    let mut entries = Vec::new();
    for part in text[list].split(',') {
        let start = at + part.len() - part.trim_start().len();
        let name = part.trim();
        at += part.len() + 1;
        if !name.is_empty() {
            let selector = Selector::parse(name, known);
            entries.push(Entry { range: range(start..start + name.len()), selector });
        }
    }
    entries
}

/// Texts are never longer than their offsets can tell: reading refuses them.
fn range(bytes: Range<usize>) -> TextRange {
    let offset = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(offset(bytes.start), offset(bytes.end))
}
