//! `tox.ini` and `setup.cfg`.

use ruff_text_size::TextRange;

use super::spelled::{Form, digits};
use super::{Named, Pin, part, tables};
use crate::parse::Document;
use crate::parse::ini::{self, Ini};
use crate::version::PythonVersion;

/// Looks through the options that name Pythons.
pub fn find(document: &Document, ini: &Ini) -> Vec<Pin> {
    let text = &document.text;
    let mut found: Vec<Pin> = environments(ini, text).into_iter().collect();
    for section in ["gh-actions", "tox:gh-actions", "gh"] {
        let lines = ini.get(section, "python").map(|entry| entry.lines.as_slice()).unwrap_or_default();
        let named = lines.iter().filter_map(|line| {
            let key = text[*line].split(':').next().unwrap_or_default();
            let range = part(line.start(), 0, key.trim_end().len());
            Named::of(range, range, text)
        });
        let pin = Pin::list(format!("`[{section}]`"), section, named.collect());
        found.extend(pin.map(|pin| Pin { open: false, list: true, ..pin }));
    }
    if let Some(entry) = ini.get("metadata", "classifiers").or_else(|| ini.get("metadata", "classifier")) {
        found.extend(tables::classifiers(entry.lines.clone(), text));
    }
    found
}

/// The `envlist` of an INI file, whichever section has it.
fn environments(ini: &Ini, text: &str) -> Option<Pin> {
    let options =
        ["tox", "tox:tox"].iter().flat_map(|section| ["envlist", "env_list"].map(|name| (section, name)));
    let entry = options.into_iter().find_map(|(section, name)| ini.get(section, name))?;
    let mut named = Vec::new();
    let mut open = true;
    for line in &entry.lines {
        open &= scan(*line, text, &mut named)?;
    }
    let pin = Pin::list(format!("`{}` of tox", entry.name), &*entry.name, named)?;
    // Elements of several groups have no common place for one more.
    let same = pin.named.windows(2).all(|pair| pair[0].form == pair[1].form);
    Some(Pin { list: true, open: open && same, ..pin })
}

/// The INI file that a string of TOML holds.
pub fn legacy(range: TextRange, text: &str) -> Option<Pin> {
    let said = &text[range];
    let within = ["\"\"\"", "'''"].iter().any(|quotes| said.len() > 6 && said.starts_with(quotes));
    let inner = within.then(|| part(range.start(), 3, said.len() - 3))?;
    let ini = ini::parse(&text[inner]);
    let shift = |range: TextRange| range + inner.start();
    let options = ini.options.into_iter().map(|entry| ini::Entry {
        name_range: shift(entry.name_range),
        lines: entry.lines.into_iter().map(shift).collect(),
        ..entry
    });
    environments(&Ini { options: options.collect() }, text)
}

/// The Pythons that a line of environments names: `py38`, `py{38,39}-x`,
/// `py3{8,9}`. Answers whether one more can be added behind the last; `None`
/// where ranges or other forms leave open which they are.
fn scan(line: TextRange, text: &str, named: &mut Vec<Named>) -> Option<bool> {
    let said = &text[line];
    let mut open = true;
    for (at, _) in said.match_indices("py") {
        if said[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || before == '_') {
            continue;
        }
        let from = at + 2;
        let shared = usize::from(said[from..].starts_with("3{"));
        if let Some(group) = said[from + shared..].strip_prefix('{') {
            let start = from + shared + 1;
            let length = group.find('}')?;
            members(line, text, start..start + length, shared == 1, named)?;
            continue;
        }
        let end =
            from + said[from..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(said.len() - from);
        let whole = said[end..].is_empty() || said[end..].starts_with([',', ' ']);
        let range = part(line.start(), at, end);
        let before = named.len();
        named.extend(Named::of(range, range, text));
        open &= whole || named.len() == before;
    }
    Some(open)
}

/// The members of a group in braces.
fn members(
    line: TextRange,
    text: &str,
    group: std::ops::Range<usize>,
    shared: bool,
    named: &mut Vec<Named>,
) -> Option<()> {
    let said = &text[line];
    let mut at = group.start;
    for member in said[group].split(',') {
        let start = at + member.len() - member.trim_start().len();
        let member_text = member.trim();
        at += member.len() + 1;
        if member_text.contains('-') && member_text.starts_with(|c: char| c.is_ascii_digit()) {
            // `{8-13}`
            return None;
        }
        let range = part(line.start(), start, start + member_text.len());
        let minor = if shared { Some(member_text) } else { member_text.strip_prefix('3') };
        let Some(minor) = minor.filter(|minor| digits(minor) == Some(minor.len())) else {
            continue;
        };
        let form = if shared { Form::Minor } else { Form::Glued };
        let Ok(minor) = minor.parse() else { continue };
        named.push(Named { element: range, version: range, python: PythonVersion { major: 3, minor }, form });
    }
    Some(())
}
