//! What a fix changes, for people and for `patch`.

use std::path::Path;

use similar::TextDiff;

use crate::discover::Kind;
use crate::parse::notebook;
use crate::read::Source;

/// The unified diff of two states of a file; empty if they are equal.
pub fn unified(before: &Source, after: &Source) -> String {
    let name = name(&before.path);
    if before.kind != Kind::Notebook {
        return one(&name, &before.text, &after.text);
    }
    let (Ok(old), Ok(new)) = (notebook::sources(&before.text), notebook::sources(&after.text)) else {
        return one(&name, &before.text, &after.text);
    };
    let mut diffs = String::new();
    for (number, old) in &old {
        let same = |(other, _): &&(u32, String)| other == number;
        let new = new.iter().find(same).map_or("", |(_, text)| text);
        diffs.push_str(&one(&format!("{name}:cell {number}"), old, new));
    }
    diffs
}

fn one(name: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    TextDiff::from_lines(before, after).unified_diff().context_radius(3).header(name, name).to_string()
}

/// With forward slashes, which `patch` and `git apply` want everywhere.
fn name(path: &Path) -> String {
    let name = path.display().to_string();
    if std::path::MAIN_SEPARATOR == '\\' { name.replace('\\', "/") } else { name }
}
