//! Edits of the joined text, carried back into the JSON.

use std::fmt::Write as _;
use std::ops::Range;

use ruff_text_size::{TextRange, TextSize};

use super::{CodeCell, code_cells};

/// An edit that is not within one code cell, or above its magic, or a text that
/// is no notebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change is not within the code of one cell")]
pub struct OutsideCells;

/// The notebook with edits made. They count in the joined text of
/// [`super::parse`], are sorted and do not overlap. Only the strings of changed
/// lines are written anew; everything else stays byte for byte.
///
/// # Errors
/// [`OutsideCells`]; nothing is changed.
pub fn rewrite(json: &str, edits: &[(TextRange, &str)]) -> Result<String, OutsideCells> {
    let cells = code_cells(json).map_err(|_| OutsideCells)?;
    // A notebook of ASCII alone that has escapes was written so on purpose.
    let ascii = json.is_ascii() && json.contains("\\u");
    let mut edits = edits.iter().peekable();
    let mut result = String::with_capacity(json.len());
    let (mut copied, mut start) = (0, TextSize::new(0));
    for cell in &cells {
        let range = TextRange::at(start, TextSize::of(&cell.text));
        start = range.end() + TextSize::of('\n');
        let mut text = String::new();
        let mut done = range.start();
        while let Some((place, content)) = edits.next_if(|(place, _)| range.contains_range(*place)) {
            text.push_str(slice(&cell.text, done, place.start(), range.start())?);
            text.push_str(content);
            done = place.end();
        }
        if done == range.start() && text.is_empty() {
            continue;
        }
        text.push_str(slice(&cell.text, done, range.end(), range.start())?);
        if magic(&cell.text).is_some_and(|line| magic(&text) != Some(line)) {
            return Err(OutsideCells);
        }
        result.push_str(&json[copied..cell.place.start]);
        result.push_str(&source(json, cell, &text, ascii));
        copied = cell.place.end;
    }
    if edits.next().is_some() {
        return Err(OutsideCells);
    }
    result.push_str(&json[copied..]);
    Ok(result)
}

/// A part of a cell, by offsets of the joined text.
fn slice(text: &str, from: TextSize, to: TextSize, start: TextSize) -> Result<&str, OutsideCells> {
    let (from, to) = (from.to_usize() - start.to_usize(), to.to_usize() - start.to_usize());
    text.get(from..to).ok_or(OutsideCells)
}

/// The line that must stay the first of the cell.
fn magic(text: &str) -> Option<&str> {
    text.trim_start().lines().next().filter(|line| line.starts_with("%%"))
}

/// The JSON value of a cell's source, with a new text.
fn source(json: &str, cell: &CodeCell, text: &str, ascii: bool) -> String {
    let value = &json[cell.place.clone()];
    if !value.starts_with('[') {
        return string(value, &cell.text, text, ascii);
    }
    let old = parts(json, cell);
    let new: Vec<&str> = text.split_inclusive('\n').collect();
    let head = old.iter().zip(&new).take_while(|(old, new)| old.1 == **new).count();
    let most = old.len().min(new.len()) - head;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(old, new)| old.1 == **new).count();
    let changed = &old[head..old.len() - tail];
    let mut strings: Vec<String> = old[..head].iter().map(|part| part.0.to_owned()).collect();
    for (at, line) in new[head..new.len() - tail].iter().enumerate() {
        let (raw, before) = changed.get(at).copied().unwrap_or(("\"\"", ""));
        strings.push(string(raw, before, line, ascii));
    }
    strings.extend(old[old.len() - tail..].iter().map(|part| part.0.to_owned()));
    array(json, cell, &strings)
}

/// Each string of the value: as written, and decoded.
fn parts<'a>(json: &'a str, cell: &'a CodeCell) -> Vec<(&'a str, &'a str)> {
    let mut rest = &*cell.text;
    let part = |place: &Range<usize>| {
        let raw = &json[place.clone()];
        let characters = characters(inner(raw)).count();
        let length = rest.char_indices().nth(characters).map_or(rest.len(), |(at, _)| at);
        let (text, behind) = rest.split_at(length);
        rest = behind;
        (raw, text)
    };
    cell.parts.iter().map(part).collect()
}

/// The array around the strings, spaced as it was.
fn array(json: &str, cell: &CodeCell, strings: &[String]) -> String {
    let (Some(first), Some(last)) = (cell.parts.first(), cell.parts.last()) else {
        return format!("[{}]", strings.join(", "));
    };
    let open = &json[cell.place.start..first.start];
    let close = &json[last.end..cell.place.end];
    let between = match cell.parts.get(1) {
        Some(second) => json[first.end..second.start].to_owned(),
        None => format!(",{}", &open[1..]),
    };
    if strings.is_empty() {
        return "[]".to_owned();
    }
    [open, &strings.join(&between), close].concat()
}

/// A string literal with a new text; what is the same at both ends stays as written.
fn string(raw: &str, old: &str, new: &str, ascii: bool) -> String {
    let raw = inner(raw);
    let head = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    let (before, after) = (old.chars().count(), new.chars().count());
    let most = before.min(after) - head;
    let tail =
        old.chars().rev().zip(new.chars().rev()).take(most).take_while(|(old, new)| old == new).count();
    let at = |count: usize| characters(raw).take(count).sum::<usize>();
    let mut literal = String::from("\"");
    literal.push_str(&raw[..at(head)]);
    new.chars().skip(head).take(after - head - tail).for_each(|c| escape(&mut literal, c, ascii));
    literal.push_str(&raw[at(before - tail)..]);
    literal.push('"');
    literal
}

fn inner(raw: &str) -> &str {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
}

/// How many bytes each character takes in a valid JSON string.
fn characters(raw: &str) -> impl Iterator<Item = usize> + '_ {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let length = match (first, rest.as_bytes().get(1)) {
            ('\\', Some(b'u')) => {
                let is_high = matches!(rest.get(2..4), Some(code) if is_high_surrogate(code));
                if is_high { 12 } else { 6 }
            }
            ('\\', _) => 2,
            _ => first.len_utf8(),
        };
        let length = length.min(rest.len());
        rest = rest.get(length..).unwrap_or_default();
        Some(length)
    })
}

/// The first half of a pair: `\ud83d\ude00` is one character.
fn is_high_surrogate(code: &str) -> bool {
    u8::from_str_radix(code, 16).is_ok_and(|code| (0xD8..0xDC).contains(&code))
}

fn escape(literal: &mut String, character: char, ascii: bool) {
    match character {
        '"' => literal.push_str("\\\""),
        '\\' => literal.push_str("\\\\"),
        '\n' => literal.push_str("\\n"),
        '\r' => literal.push_str("\\r"),
        '\t' => literal.push_str("\\t"),
        '\u{8}' => literal.push_str("\\b"),
        '\u{c}' => literal.push_str("\\f"),
        _ if character < ' ' || ascii && !character.is_ascii() => {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(literal, "\\u{unit:04x}").expect("writing to a string");
            }
        }
        _ => literal.push(character),
    }
}
