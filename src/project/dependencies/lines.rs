//! Requirements and constraints files, as pip reads them.

use ruff_text_size::{TextRange, TextSize};

use super::{Include, Reader, Role, Style};
use crate::parse::fragment::Fragment;

/// Options whose value is what follows, with `=` or blanks between.
const REQUIREMENT: [&str; 2] = ["--requirement", "-r"];
const CONSTRAINT: [&str; 2] = ["--constraint", "-c"];
const EDITABLE: [&str; 2] = ["--editable", "-e"];

/// Reads a file; its name tells whether it only bounds versions.
pub(super) fn read(reader: &mut Reader<'_>, name: &str) {
    let text = reader.text;
    let role = role(name);
    reader.list(role.clone(), Style::Line, TextRange::up_to(TextSize::of(text)));
    let mut at = 0;
    while at < text.len() {
        let (line, end) = joined(text, at);
        let element = TextRange::new(size(at), size(end));
        at = end;
        let line = trimmed(&uncommented(&line));
        if let Some(path) = option(&line, &REQUIREMENT) {
            include(reader, &path, role.clone());
        } else if let Some(path) = option(&line, &CONSTRAINT) {
            include(reader, &path, Role::Constraint);
        } else if let Some(location) = option(&line, &EDITABLE) {
            reader.add_editable(&location, element);
        } else if !line.text().starts_with('-') {
            reader.add(&without_options(&line), element);
        }
    }
}

/// By the name of the file, which is all there is.
fn role(name: &str) -> Role {
    let name = name.to_ascii_lowercase();
    let stem = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    if stem.starts_with("constraints") || stem.ends_with("constraints") {
        return Role::Constraint;
    }
    let words = ["dev", "test", "tests", "testing", "lint", "docs", "doc", "development", "ci"];
    let group = stem.split(['-', '_', '.']).find(|word| words.contains(word));
    group.map_or(Role::Runtime, |group| Role::Development(group.to_owned()))
}

fn include(reader: &mut Reader<'_>, path: &Fragment, role: Role) {
    let said = path.text().trim_matches(['"', '\'']);
    if !said.is_empty() {
        reader.sheet.includes.push(Include { path: said.to_owned(), range: path.range(), role });
    }
}

/// The line that begins at an offset, with those it goes on in, and where the next begins.
fn joined(text: &str, from: usize) -> (Fragment, usize) {
    let mut fragment = Fragment::default();
    let mut at = from;
    loop {
        let rest = &text[at..];
        let end = rest.find('\n').map_or(text.len(), |length| at + length + 1);
        let line = text[at..end].trim_end_matches(['\n', '\r']);
        let comment = line.trim_start().starts_with('#');
        match line.strip_suffix('\\').filter(|_| !comment) {
            Some(line) => fragment.push(line, at),
            None => {
                // A comment ends a continued line, too.
                fragment.push(line, at);
                return (fragment, end);
            }
        }
        at = end;
        if at >= text.len() {
            return (fragment, at);
        }
    }
}

/// Without its comment: `#` at its start or behind white space.
fn uncommented(line: &Fragment) -> Fragment {
    let text = line.text();
    let mut starts = text.match_indices('#').map(|(at, _)| at);
    let comment = starts.find(|&at| at == 0 || text[..at].ends_with([' ', '\t']));
    line.slice(0, comment.unwrap_or(text.len()))
}

fn trimmed(line: &Fragment) -> Fragment {
    let text = line.text();
    let start = text.len() - text.trim_start().len();
    line.slice(start, start + text.trim().len())
}

/// The value of an option that begins the line.
fn option(line: &Fragment, names: &[&str]) -> Option<Fragment> {
    let text = line.text();
    let name = names.iter().find(|name| text.starts_with(**name))?;
    let value = text[name.len()..].trim_start_matches(['=', ' ', '\t']);
    Some(line.slice(text.len() - value.len(), text.len()))
}

/// `--hash`, `--config-settings` and the like stand behind.
fn without_options(line: &Fragment) -> Fragment {
    let text = line.text();
    let end = [" -", "\t-"].iter().filter_map(|sign| text.find(sign)).min().unwrap_or(text.len());
    trimmed(&line.slice(0, end))
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or_default()
}
