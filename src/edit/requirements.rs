//! Requirements changed, added and taken out in the way of the file they stand in.

use std::str::FromStr;

use pep508_rs::MarkerTree;
use ruff_text_size::{TextRange, TextSize};

use super::{Change, list};
use crate::finding::Edit;
use crate::project::Owner;
use crate::project::dependencies::{Form, Requirement, Role, Room, Sheet, Style, normalise};

/// Other versions for a requirement, written as the file writes them (`==2.0`;
/// for Poetry also `^2.0`). `None` where hashes pin the old ones, and where the
/// requirement has none that stand in one piece.
#[must_use]
pub fn replace_versions(text: &str, requirement: &Requirement, versions: &str) -> Option<Change> {
    let place = requirement.specifier_range?;
    let hashed = requirement.style == Style::Line && text[requirement.element].contains("--hash");
    (!hashed).then(|| Change::new(place, versions))
}

/// A condition for a requirement, beside one it has. `marker` is as PEP 508 has
/// it, with values in single or double quotes.
#[must_use]
pub fn add_marker(text: &str, requirement: &Requirement, marker: &str) -> Option<Change> {
    MarkerTree::from_str(marker).ok()?;
    let element = &text[requirement.element];
    match requirement.style {
        Style::Conda => None,
        Style::Poetry | Style::Pipenv => table_marker(text, requirement, marker),
        Style::Word if !element.starts_with(['"', '\'']) => {
            let whole = format!("\"{element}; {}\"", quoted(marker, '\''));
            requirement.marker_range.is_none().then(|| Change::new(requirement.element, whole))
        }
        Style::Line | Style::OptionLine | Style::Literal | Style::Word => {
            let outer = element.chars().next().filter(|first| matches!(first, '"' | '\''));
            let marker = match outer {
                Some('\'') => quoted(marker, '"'),
                Some(_) => quoted(marker, '\''),
                None => marker.to_owned(),
            };
            if let Some(old) = requirement.marker_range {
                let said = &text[old];
                let said = if said.contains(" or ") { format!("({said})") } else { said.to_owned() };
                let marker = if marker.contains(" or ") { format!("({marker})") } else { marker };
                return Some(Change::new(old, format!("{said} and {marker}")));
            }
            // A URL ends only at a blank.
            let space = if requirement.form == Form::Index { "" } else { " " };
            Some(Change::new(TextRange::empty(requirement.range.end()), format!("{space}; {marker}")))
        }
    }
}

/// A marker with the other quotes.
fn quoted(marker: &str, quote: char) -> String {
    marker.replace(['"', '\''], quote.encode_utf8(&mut [0; 4]))
}

/// `name = "^1"` or `name = {…}`
fn table_marker(text: &str, requirement: &Requirement, marker: &str) -> Option<Change> {
    let marker = quoted(marker, '\'');
    let value = TextRange::new(requirement.name_range.end(), requirement.element.end());
    let said = text[value].trim_start().strip_prefix('=')?.trim_start();
    let place = TextRange::new(value.end() - TextSize::of(said), value.end());
    if requirement.marker_range.is_some() || said.starts_with('[') {
        return None;
    }
    if said.starts_with(['"', '\'']) {
        return Some(Change::new(place, format!("{{version = {said}, markers = \"{marker}\"}}")));
    }
    let inside = said.strip_prefix('{')?.strip_suffix('}')?.trim_end();
    let comma = if inside.ends_with(',') { " " } else { ", " };
    let end = place.start() + TextSize::try_from(1 + inside.len()).ok()?;
    Some(Change::new(TextRange::empty(end), format!("{comma}markers = \"{marker}\"")))
}

/// One more requirement, `name`, `name>=1` or with a marker behind `;`, in the
/// first list for that purpose. `None` where there is none that can take it:
/// lists that are not there, hashes that every line must have, conda.
#[must_use]
pub fn append(text: &str, sheet: &Sheet, role: &Role, requirement: &str) -> Option<Change> {
    let lists = sheet.lists.iter().enumerate().filter(|(_, list)| list.role == *role);
    let mut lists = lists.peekable();
    if lists.peek().is_none() && *role == Role::Runtime {
        return state(text, sheet.room?, requirement);
    }
    lists.find_map(|(at, list)| {
        let members: Vec<&Requirement> = sheet.requirements.iter().filter(|one| one.list == at).collect();
        match list.style {
            Style::Line if text.contains("--hash") => None,
            Style::Line => append_line(text, requirement),
            Style::OptionLine => append_option_line(text, list.range, requirement),
            Style::Literal => append_literal(text, list.range, &members, requirement),
            Style::Poetry | Style::Pipenv => append_entry(text, &members, requirement),
            Style::Conda | Style::Word => None,
        }
    })
}

/// The same in the file that lists what some code needs when it runs.
#[must_use]
pub fn add(owner: &Owner, requirement: &str) -> Option<Edit> {
    add_as(owner, &Role::Runtime, requirement)
}

/// The same in the list of that file for the tests; `None` where there is none.
#[must_use]
pub fn add_for_tests(owner: &Owner, requirement: &str) -> Option<Edit> {
    let is_for_tests = |role: &&Role| match role {
        Role::Development(name) | Role::Optional(name) => name.contains("test"),
        _ => false,
    };
    let role = owner.sheet.lists.iter().map(|list| &list.role).find(is_for_tests)?;
    add_as(owner, role, requirement)
}

fn add_as(Owner { document, sheet }: &Owner, role: &Role, requirement: &str) -> Option<Edit> {
    let change = append(&document.text, sheet, role, requirement)?;
    let span = document.span(change.range);
    Some(Edit { path: Some(document.path.clone()), span, content: change.content })
}

/// One more bound for a requirement, `<82`. `None` for tables, for hashes, and where the versions
/// stand in several pieces.
#[must_use]
pub fn bound(text: &str, requirement: &Requirement, bound: &str) -> Option<Change> {
    let in_table = matches!(requirement.style, Style::Poetry | Style::Pipenv | Style::Conda);
    if in_table || requirement.form != Form::Index || text[requirement.element].contains("--hash") {
        return None;
    }
    match (requirement.specifier_range, &requirement.specifiers) {
        (Some(place), _) => Some(Change::new(TextRange::empty(place.end()), format!(",{bound}"))),
        (None, None) if requirement.extras.is_empty() => {
            Some(Change::new(TextRange::empty(requirement.name_range.end()), bound))
        }
        _ => None,
    }
}

/// The first requirement of a project.
fn state(text: &str, room: Room, requirement: &str) -> Option<Change> {
    let option = format!("install_requires =\n    {requirement}");
    let (behind, content) = match room {
        Room::Keyword(last) => return append_keyword(text, last, requirement),
        Room::Option(last) => (last, option),
        Room::Section(last) => (last, format!("\n[options]\n{option}")),
        Room::Key(last) => (last, format!("dependencies = [\"{}\"]", quoted(requirement, '\''))),
    };
    let end = line_end(text, behind.end().to_usize());
    // From the last value on, so that no two fixes add one.
    let said = &text[TextRange::new(behind.start(), end)];
    Some(Change::new(TextRange::new(behind.start(), end), format!("{said}\n{content}")))
}

/// `install_requires` behind the last keyword of a call of `setup`.
fn append_keyword(text: &str, last: TextRange, requirement: &str) -> Option<Change> {
    let start = text[..last.start().to_usize()].rfind('\n').map_or(0, |at| at + 1);
    let lead = &text[start..last.start().to_usize()];
    let (quote, other) =
        if text.matches('"').count() > text.matches('\'').count() { ('"', '\'') } else { ('\'', '"') };
    let keyword = format!("install_requires=[{quote}{}{quote}]", quoted(requirement, other));
    let end = line_end(text, last.end().to_usize());
    let behind = &text[last.end().to_usize()..end.to_usize()];
    // In the place of the last keyword, so that no two fixes add one.
    let said = &text[last];
    if !lead.trim().is_empty() {
        return Some(Change::new(last, format!("{said}, {keyword}")));
    }
    if behind.trim_start().starts_with(',') {
        let content = format!("{said}{behind}\n{lead}{keyword},");
        return Some(Change::new(TextRange::new(last.start(), end), content));
    }
    Some(Change::new(last, format!("{said},\n{lead}{keyword}")))
}

fn append_line(text: &str, requirement: &str) -> Option<Change> {
    let end = TextSize::of(text);
    let lead = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Some(Change::new(TextRange::empty(end), format!("{lead}{requirement}\n")))
}

fn append_option_line(text: &str, list: TextRange, requirement: &str) -> Option<Change> {
    let last = list.end().to_usize();
    let line = text[..last].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[line..line + text[line..].len() - text[line..].trim_start_matches([' ', '\t']).len()];
    let indent = if indent.is_empty() { "    " } else { indent };
    let end = line_end(text, last);
    Some(Change::new(TextRange::empty(end), format!("\n{indent}{requirement}")))
}

fn append_literal(
    text: &str,
    list: TextRange,
    members: &[&Requirement],
    requirement: &str,
) -> Option<Change> {
    let quote = members.last().and_then(|last| text[last.element].chars().next());
    let quote = quote.filter(|quote| matches!(quote, '"' | '\''));
    let in_yaml = members.last().is_some_and(|_| quote.is_none());
    let quote = if in_yaml { None } else { Some(quote.unwrap_or('"')) };
    let element = match quote {
        Some(quote) => {
            let other = if quote == '"' { '\'' } else { '"' };
            format!("{quote}{}{quote}", quoted(requirement, other))
        }
        // YAML reads `: ` and ` #` otherwise; markers have neither.
        None => requirement.to_owned(),
    };
    let mut elements: Vec<TextRange> = members.iter().map(|one| one.element).collect();
    elements.dedup();
    if let Some(change) = list::append(text, &elements, &element) {
        return Some(change);
    }
    match elements.as_slice() {
        [] if matches!(&text[list], "[]" | "()") => {
            let comma = if text[list].starts_with('(') { "," } else { "" };
            Some(Change::new(TextRange::empty(list.start() + TextSize::new(1)), format!("{element}{comma}")))
        }
        [.., last] => append_behind(text, list, *last, &element),
        [] => None,
    }
}

/// Behind the last element where there are no two to see the layout from.
fn append_behind(text: &str, list: TextRange, last: TextRange, element: &str) -> Option<Change> {
    let start = text[..last.start().to_usize()].rfind('\n').map_or(0, |at| at + 1);
    let lead = &text[start..last.start().to_usize()];
    let rest = &text[last.end().to_usize()..list.end().to_usize().max(last.end().to_usize())];
    let rest = rest.trim_start_matches([' ', '\t']);
    if lead.trim() == "-" {
        return Some(Change::new(
            TextRange::empty(line_end(text, last.end().to_usize())),
            format!("\n{lead}{element}"),
        ));
    }
    if lead.trim().is_empty() && list.start().to_usize() < start {
        // Alone on its line.
        if rest.starts_with(',') {
            let end = line_end(text, last.end().to_usize());
            return Some(Change::new(TextRange::empty(end), format!("\n{lead}{element},")));
        }
        return Some(Change::new(TextRange::empty(last.end()), format!(",\n{lead}{element}")));
    }
    let bracketed = rest.starts_with([',', ']', ')', '}']);
    bracketed.then(|| Change::new(TextRange::empty(last.end()), format!(", {element}")))
}

fn append_entry(text: &str, members: &[&Requirement], requirement: &str) -> Option<Change> {
    let last = members.iter().rev().find(|one| text[one.element].contains('='))?;
    let end = line_end(text, last.element.end().to_usize());
    let (said, marker) = match requirement.split_once(';') {
        Some((said, marker)) => (said.trim(), Some(marker.trim())),
        None => (requirement.trim(), None),
    };
    let length = said.find(['<', '>', '=', '!', '~', ' ']).unwrap_or(said.len());
    let (name, versions) = said.split_at(length);
    if members.iter().any(|one| one.name == normalise(name)) {
        // A key stands once in a table.
        return None;
    }
    let versions = if versions.trim().is_empty() { "*" } else { versions.trim() };
    let value = match marker {
        Some(marker) => format!("{{version = \"{versions}\", markers = \"{}\"}}", quoted(marker, '\'')),
        None => format!("\"{versions}\""),
    };
    Some(Change::new(TextRange::empty(end), format!("\n{name} = {value}")))
}

/// Takes a requirement out, with its line if nothing else stands there.
#[must_use]
pub fn remove(text: &str, requirement: &Requirement) -> Option<Change> {
    let element = requirement.element;
    let (start, end) = (element.start().to_usize(), element.end().to_usize());
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let lead = text[line..start].trim();
    let cut = |start: usize, end: usize| {
        let size = |at: usize| TextSize::try_from(at).ok();
        Some(Change::new(TextRange::new(size(start)?, size(end)?), ""))
    };
    let comma = text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
    let comma = end + comma;
    let has_comma = requirement.style == Style::Literal && text[comma..].starts_with(',');
    let behind = if has_comma { comma + 1 } else { end };
    let last = line_end(text, behind).to_usize();
    let rest = text[behind..last].trim();
    let alone = matches!(lead, "" | "-") && (rest.is_empty() || rest.starts_with('#'));
    match requirement.style {
        Style::Line => cut(start, end),
        Style::OptionLine | Style::Poetry | Style::Pipenv | Style::Conda | Style::Literal if alone => {
            let next = text[last..].find('\n').map_or(text.len(), |at| last + at + 1);
            cut(line, next)
        }
        Style::Literal if has_comma => {
            let blanks = text[behind..].len() - text[behind..].trim_start_matches(' ').len();
            cut(start, behind + blanks)
        }
        Style::Literal => {
            let before = text[..start].trim_end();
            cut(if before.ends_with(',') { before.len() - 1 } else { start }, end)
        }
        Style::Word => cut(text[..start].trim_end_matches([' ', '\t']).len(), end),
        Style::OptionLine | Style::Poetry | Style::Pipenv | Style::Conda => None,
    }
}

/// The end of a line before its line end.
fn line_end(text: &str, at: usize) -> TextSize {
    let length = text[at..].find('\n').unwrap_or(text.len() - at);
    let end = at + text[at..at + length].trim_end_matches('\r').len();
    TextSize::try_from(end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::discover::Kind;
    use crate::parse::Document;
    use crate::project::dependencies::read;
    use crate::read::{Encoding, Source};
    use crate::version::PythonVersion;

    fn sheet(name: &str, text: &str) -> Sheet {
        let path: Arc<Path> = Path::new(name).into();
        let kind = Kind::of_name(&path).expect("known");
        let source = Source { path, kind, text: text.to_owned(), encoding: Encoding::Utf8, bom: false };
        read(&Document::parse(source, PythonVersion::PY313).expect("well-formed"))
    }

    fn changed(text: &str, change: Option<Change>) -> Option<String> {
        let change = change?;
        let mut text = text.to_owned();
        text.replace_range(change.range.to_std_range(), &change.content);
        Some(text)
    }

    #[test]
    fn appends_in_the_way_of_the_file() {
        let new = "n>=1; python_version >= \"3.13\"";
        for (name, text, expected) in [
            ("requirements.txt", "a", Some("a\nn>=1; python_version >= \"3.13\"\n")),
            ("requirements.txt", "a --hash=x\n", None),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\nn = {version = \"1\", python = \"<3.10\"}\n",
                None,
            ),
            (
                "pyproject.toml",
                "[project]\ndependencies = [\"a\"]\n",
                Some("[project]\ndependencies = [\"a\", \"n>=1; python_version >= '3.13'\"]\n"),
            ),
            (
                "pyproject.toml",
                "[project]\ndependencies = []\n",
                Some("[project]\ndependencies = [\"n>=1; python_version >= '3.13'\"]\n"),
            ),
            (
                "pyproject.toml",
                "[project]\ndependencies = [\n  'a', # c\n]\n",
                Some("[project]\ndependencies = [\n  'a', # c\n  'n>=1; python_version >= \"3.13\"',\n]\n"),
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\npython = \"^3.8\"\na = \"^1\" # c\n[x]\n",
                Some(
                    "[tool.poetry.dependencies]\npython = \"^3.8\"\na = \"^1\" # c\nn = {version = \">=1\", markers = \"python_version >= '3.13'\"}\n[x]\n",
                ),
            ),
            (
                "setup.cfg",
                "[options]\ninstall_requires =\n  a # c\n",
                Some("[options]\ninstall_requires =\n  a # c\n  n>=1; python_version >= \"3.13\"\n"),
            ),
            (
                "setup.py",
                "setup(install_requires=['a',\n  'b'])\n",
                Some("setup(install_requires=['a',\n  'b',\n  'n>=1; python_version >= \"3.13\"'])\n"),
            ),
            (
                "setup.py",
                "setup(\n    name='a',\n    zip_safe=False,  # c\n)\n",
                Some(
                    "setup(\n    name='a',\n    zip_safe=False,  # c\n    install_requires=['n>=1; python_version >= \"3.13\"'],\n)\n",
                ),
            ),
            (
                "setup.py",
                "setup(name=\"a\",\n      zip_safe=False)\n",
                Some(
                    "setup(name=\"a\",\n      zip_safe=False,\n      install_requires=[\"n>=1; python_version >= '3.13'\"])\n",
                ),
            ),
            ("setup.py", "setup(name='a', **more)\n", None),
            ("setup.py", "setup(name='a', install_requires=more())\n", None),
            (
                "environment.yml",
                "dependencies:\n  - a\n  - pip:\n    - b\n",
                Some("dependencies:\n  - a\n  - pip:\n    - b\n    - n>=1; python_version >= \"3.13\"\n"),
            ),
        ] {
            let sheet = sheet(name, text);
            assert_eq!(
                changed(text, append(text, &sheet, &Role::Runtime, new)).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn adds_markers_and_removes() {
        let marker = "python_version < '3.13'";
        for (name, text, marked, removed) in [
            (
                "requirements.txt",
                "a==1  # c\nb\n",
                Some("a==1; python_version < '3.13'  # c\nb\n"),
                Some("b\n"),
            ),
            ("requirements.txt", "a; x=='1'\n", None, Some("")),
            (
                "requirements.txt",
                "a; os_name=='nt' or os_name=='posix'\n",
                Some("a; (os_name=='nt' or os_name=='posix') and python_version < '3.13'\n"),
                Some(""),
            ),
            (
                "pyproject.toml",
                "[project]\ndependencies = ['a', 'b']\n",
                Some("[project]\ndependencies = ['a; python_version < \"3.13\"', 'b']\n"),
                Some("[project]\ndependencies = ['b']\n"),
            ),
            (
                "pyproject.toml",
                "[project]\ndependencies = [\n  'a', # c\n  'b',\n]\n",
                Some("[project]\ndependencies = [\n  'a; python_version < \"3.13\"', # c\n  'b',\n]\n"),
                Some("[project]\ndependencies = [\n  'b',\n]\n"),
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\na = \"^1\"\n",
                Some(
                    "[tool.poetry.dependencies]\na = {version = \"^1\", markers = \"python_version < '3.13'\"}\n",
                ),
                Some("[tool.poetry.dependencies]\n"),
            ),
            (
                "Pipfile",
                "[packages]\na = {version = '*'}\n",
                Some("[packages]\na = {version = '*', markers = \"python_version < '3.13'\"}\n"),
                Some("[packages]\n"),
            ),
            (
                "build.sh",
                "pip install a b\n",
                Some("pip install \"a; python_version < '3.13'\" b\n"),
                Some("pip install b\n"),
            ),
        ] {
            let sheet = sheet(name, text);
            let first = &sheet.requirements[0];
            let unreadable = first.form == Form::Unreadable;
            let change = add_marker(text, first, marker).filter(|_| !unreadable);
            assert_eq!(changed(text, change).as_deref(), marked, "{text}");
            assert_eq!(changed(text, remove(text, first)).as_deref(), removed, "{text}");
        }
    }
}
