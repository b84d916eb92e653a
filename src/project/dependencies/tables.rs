//! Tables whose keys are distributions: Poetry and Pipenv.

use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use pep508_rs::MarkerTree;
use ruff_text_size::TextRange;

use super::pyproject::string;
use super::{Form, Reader, Requirement, Role, Style, normalise, pep508};
use crate::parse::toml::{self, Item, TableLike, Value};
use crate::project::supported;

/// Keys of a table that say where a distribution comes from.
const LOCATIONS: [&str; 7] = ["git", "path", "url", "file", "hg", "svn", "bzr"];

/// A table of Poetry. The key `python` is the interpreter.
pub(super) fn poetry(reader: &mut Reader<'_>, item: Option<&Item>, role: &Role) {
    table(reader, item, role, Style::Poetry);
}

/// `[packages]` and `[dev-packages]`.
pub(super) fn pipfile(reader: &mut Reader<'_>, root: &Item) {
    table(reader, root.get("packages"), &Role::Runtime, Style::Pipenv);
    table(reader, root.get("dev-packages"), &Role::Development("dev".to_owned()), Style::Pipenv);
}

fn table(reader: &mut Reader<'_>, item: Option<&Item>, role: &Role, style: Style) {
    let Some(entries) = item.and_then(Item::as_table_like) else { return };
    let keys: Vec<TextRange> =
        entries.iter().filter_map(|(name, _)| toml::span(entries.key(name)?.span())).collect();
    let covered = keys.iter().copied().chain(item.and_then(toml::range)).reduce(TextRange::cover);
    reader.list(role.clone(), style, covered.unwrap_or_default());
    for (name, value) in entries.iter() {
        if style == Style::Poetry && name == "python" {
            continue;
        }
        let Some(key) = entries.key(name).and_then(|key| toml::span(key.span())) else { continue };
        // Several constraints, each for Pythons or platforms of its own.
        let alternatives = value.as_array().map(|array| array.iter().collect::<Vec<_>>());
        match alternatives {
            Some(alternatives) => {
                for one in alternatives {
                    let source = Source::of_value(one);
                    entry(reader, name, key, toml::value_range(one), &source);
                }
            }
            None => entry(reader, name, key, toml::range(value), &Source::of_item(value)),
        }
    }
}

/// The value of a key: a string of versions, or a table.
struct Source<'a> {
    versions: Option<&'a Value>,
    table: Option<&'a dyn TableLike>,
}

impl<'a> Source<'a> {
    fn of_item(item: &'a Item) -> Self {
        let table = item.as_table_like();
        let versions = table.map_or(item.as_value(), |table| table.get("version").and_then(Item::as_value));
        Self { versions, table }
    }

    fn of_value(value: &'a Value) -> Self {
        let table = value.as_inline_table().map(|table| table as &dyn TableLike);
        let versions = table.map_or(Some(value), |table| table.get("version").and_then(Item::as_value));
        Self { versions, table }
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.table?.get(key)?.as_str()
    }

    fn is(&self, key: &str) -> bool {
        self.table.and_then(|table| table.get(key)).and_then(Item::as_bool) == Some(true)
    }
}

fn entry(reader: &mut Reader<'_>, name: &str, key: TextRange, value: Option<TextRange>, source: &Source<'_>) {
    let Some((list, role, style)) = reader.current() else { return };
    let located = LOCATIONS.iter().any(|key| source.table.is_some_and(|table| table.contains_key(key)));
    let mut form = match located {
        true if source.is("editable") || source.is("develop") => Form::Editable,
        true => Form::Location,
        false => Form::Index,
    };
    let written = source.versions.and_then(|value| string(reader.text, value));
    let written = written.filter(|(fragment, _)| !matches!(fragment.text().trim(), "" | "*"));
    let said = written.as_ref().map(|(fragment, _)| fragment.text());
    let specifiers = said.and_then(|said| specifiers(said, style));
    if let Some(said) = said
        && specifiers.is_none()
        && !said.contains("||")
    {
        form = Form::Unreadable;
    }
    let (marker, readable) = marker(source, style);
    if !readable {
        form = Form::Unreadable;
    }
    let optional = source.is("optional") && role == Role::Runtime;
    let whole = value.filter(|value| value.start() >= key.start()).map_or(key, |value| key.cover(value));
    let extras = source.table.and_then(|table| table.get("extras")).and_then(Item::as_array);
    let extras = extras.into_iter().flatten().filter_map(|extra| Some(extra.as_str()?.to_owned()));
    reader.sheet.requirements.push(Requirement {
        name: normalise(name),
        name_range: key,
        range: whole,
        element: whole,
        specifiers,
        specifier_range: written.and_then(|(fragment, _)| fragment.exact(0, fragment.text().len())),
        marker,
        marker_range: source.table.and_then(|table| toml::range(table.get("markers")?)),
        extras: extras.collect(),
        role: if optional { Role::Optional(String::new()) } else { role },
        form,
        style,
        list,
    });
}

fn specifiers(said: &str, style: Style) -> Option<VersionSpecifiers> {
    if style == Style::Poetry {
        return if said.contains("||") { None } else { supported::poetry_alternative(said) };
    }
    let bare = said.trim().starts_with(|first: char| first.is_ascii_digit());
    pep508::specifiers(&if bare { format!("=={said}") } else { said.to_owned() })
}

/// All that the table says of where it applies, and whether it could be read.
fn marker(source: &Source<'_>, style: Style) -> (MarkerTree, bool) {
    let mut clauses: Vec<String> = source.text("markers").map(str::to_owned).into_iter().collect();
    let mut readable = true;
    if style == Style::Poetry {
        match source.text("python").map(supported::poetry_marker) {
            Some(Some(python)) => clauses.push(python),
            Some(None) => readable = false,
            None => {}
        }
        clauses.extend(source.text("platform").map(|platform| format!("sys_platform == '{platform}'")));
    } else {
        for key in ["sys_platform", "os_name", "platform_system", "platform_machine", "python_version"] {
            clauses.extend(source.text(key).map(|said| format!("{key} {said}")));
        }
    }
    let mut whole = MarkerTree::TRUE;
    for clause in clauses.iter().filter(|clause| !clause.trim().is_empty()) {
        match MarkerTree::from_str(clause) {
            Ok(marker) => whole.and(marker),
            Err(_) => readable = false,
        }
    }
    (whole, readable)
}
