//! The parts of one requirement: PEP 508, and what pip takes beyond it.

use std::ops::Range;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;

use super::Form;

/// The parts, as bytes of the text.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) name: Range<usize>,
    pub(super) whole: Range<usize>,
    pub(super) versions: Option<Range<usize>>,
    pub(super) marker: Option<Range<usize>>,
    pub(super) extras: Vec<String>,
    pub(super) form: Form,
}

/// Takes a requirement apart; `None` if it names no distribution.
pub(super) fn parts(text: &str) -> Option<Parts> {
    let start = text.len() - text.trim_start().len();
    let whole = start..start + text.trim().len();
    named(text, whole.clone()).or_else(|| located(text, whole))
}

/// Versions as PEP 440 has them, with what pip forgives: a comma at the end,
/// brackets around. Empty ones admit any.
pub(super) fn specifiers(text: &str) -> Option<VersionSpecifiers> {
    VersionSpecifiers::from_str(text.trim().trim_end_matches(',')).ok()
}

/// `name[extras] versions; marker` or `name[extras] @ url ; marker`
fn named(text: &str, whole: Range<usize>) -> Option<Parts> {
    let rest = &text[whole.clone()];
    let length = rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len());
    let name = whole.start..whole.start + length;
    let said = &text[name.clone()];
    // A sentence ends with a point.
    if !said.starts_with(|c: char| c.is_ascii_alphanumeric()) || said.ends_with(['-', '_', '.']) {
        return None;
    }
    let mut at = blanks(text, name.end);
    let mut extras = Vec::new();
    if text[at..whole.end].starts_with('[') {
        let length = text[at..whole.end].find(']')?;
        let inside = text[at + 1..at + length].split(',').map(str::trim);
        extras.extend(inside.filter(|extra| !extra.is_empty()).map(str::to_owned));
        at = blanks(text, at + length + 1);
    }
    let rest = &text[at.min(whole.end)..whole.end];
    let mut parts =
        Parts { name, whole: whole.clone(), versions: None, marker: None, extras, form: Form::Index };
    if rest.starts_with('@') {
        parts.form = Form::Location;
        parts.marker = rest.find(" ;").or_else(|| rest.find("; ")).and_then(|semicolon| {
            let from = at + semicolon + 1 + usize::from(rest[semicolon..].starts_with(" ;"));
            filled(text, from..whole.end)
        });
        return Some(parts);
    }
    if !(rest.is_empty() || rest.starts_with(['=', '<', '>', '!', '~', ';', '('])) {
        return None;
    }
    let length = rest.find(';').unwrap_or(rest.len());
    parts.versions = filled(text, at..at + length).map(|range| unbracketed(text, range));
    if length < rest.len() {
        parts.marker = filled(text, at + length + 1..whole.end);
    }
    Some(parts)
}

/// `git+https://…#egg=name`, the name of a wheel behind a path, and words that
/// only begin as a requirement does.
fn located(text: &str, whole: Range<usize>) -> Option<Parts> {
    let rest = &text[whole.clone()];
    let name = egg(rest).or_else(|| wheel(rest))?;
    let name = whole.start + name.start..whole.start + name.end;
    let marker = rest.find(" ;").and_then(|at| filled(text, whole.start + at + 2..whole.end));
    Some(Parts { name, whole, versions: None, marker, extras: Vec::new(), form: Form::Location })
}

fn egg(text: &str) -> Option<Range<usize>> {
    let start = text.find("#egg=").or_else(|| text.find("&egg="))? + "#egg=".len();
    let length = text[start..].find(|c: char| !is_of_name(c)).unwrap_or(text.len() - start);
    (length > 0).then(|| start..start + length)
}

fn wheel(text: &str) -> Option<Range<usize>> {
    let end = text.find(".whl")?;
    let start = text[..end].rfind(['/', '\\', '=', ' ']).map_or(0, |at| at + 1);
    let length = text[start..end].find('-')?;
    text[start..].starts_with(|c: char| c.is_ascii_alphanumeric()).then(|| start..start + length)
}

fn filled(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let said = text.get(range.clone())?;
    let start = range.start + said.len() - said.trim_start().len();
    let trimmed = said.trim();
    (!trimmed.is_empty()).then(|| start..start + trimmed.len())
}

/// `(>=1.0)`
fn unbracketed(text: &str, range: Range<usize>) -> Range<usize> {
    let said = &text[range.clone()];
    let inside = said.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).map(str::trim);
    if inside.is_none_or(str::is_empty) {
        return range;
    }
    filled(text, range.start + 1..range.end - 1).unwrap_or(range)
}

fn blanks(text: &str, at: usize) -> usize {
    at + text[at..].len() - text[at..].trim_start().len()
}

/// Whether names of distributions may hold the character.
pub(super) fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}
