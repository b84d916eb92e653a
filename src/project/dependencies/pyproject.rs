//! `pyproject.toml`: PEP 518, 621, 735, and what Poetry, Flit, PDM, Hatch, uv
//! and setuptools have of their own.

use ruff_text_size::TextRange;

use super::{Include, Reader, Role, Room, Style, tables};
use crate::parse::fragment::Fragment;
use crate::parse::literal::{self, Form};
use crate::parse::toml::{self, Item, TableLike, Value};

/// Reads the tables.
pub(super) fn read(reader: &mut Reader<'_>, root: &Item) {
    let at = |path: &[&str]| toml::at(root, path);
    let mut array = |path: &[&str], role: Role| strings(reader, at(path), role);
    array(&["build-system", "requires"], Role::Build);
    array(&["project", "dependencies"], Role::Runtime);
    array(&["tool", "flit", "metadata", "requires"], Role::Runtime);
    array(&["tool", "uv", "dev-dependencies"], Role::Development("dev".to_owned()));
    array(&["tool", "uv", "constraint-dependencies"], Role::Constraint);
    array(&["tool", "uv", "override-dependencies"], Role::Constraint);
    for path in [&["project", "optional-dependencies"][..], &["tool", "flit", "metadata", "requires-extra"]] {
        for (name, list) in members(at(path)) {
            strings(reader, Some(list), Role::Optional(name.to_owned()));
        }
    }
    for path in [&["dependency-groups"][..], &["tool", "pdm", "dev-dependencies"]] {
        for (name, list) in members(at(path)) {
            strings(reader, Some(list), Role::Development(name.to_owned()));
        }
    }
    for (name, environment) in members(at(&["tool", "hatch", "envs"])) {
        for key in ["dependencies", "extra-dependencies"] {
            strings(reader, environment.get(key), Role::Development(name.to_owned()));
        }
    }
    poetry(reader, root);
    dynamic(reader, root);
    reader.sheet.room = at(&["project"]).and_then(room);
}

/// Where a project that states no dependencies, and has them from nowhere else, could state them.
fn room(project: &Item) -> Option<Room> {
    let elsewhere = project.get("dynamic").and_then(Item::as_array);
    let elsewhere =
        elsewhere.is_some_and(|names| names.iter().any(|name| name.as_str() == Some("dependencies")));
    if elsewhere || project.get("dependencies").is_some() {
        return None;
    }
    let values = members(Some(project)).filter(|(_, item)| item.is_value());
    values.filter_map(|(_, item)| toml::range(item)).max_by_key(|range| range.end()).map(Room::Key)
}

fn poetry(reader: &mut Reader<'_>, root: &Item) {
    let at = |path: &[&str]| toml::at(root, path);
    tables::poetry(reader, at(&["tool", "poetry", "dependencies"]), &Role::Runtime);
    let development = |name: &str| Role::Development(name.to_owned());
    tables::poetry(reader, at(&["tool", "poetry", "dev-dependencies"]), &development("dev"));
    for (name, group) in members(at(&["tool", "poetry", "group"])) {
        tables::poetry(reader, group.get("dependencies"), &development(name));
    }
}

/// `dependencies = {file = ["requirements.txt"]}` of setuptools.
fn dynamic(reader: &mut Reader<'_>, root: &Item) {
    let tables = toml::at(root, &["tool", "setuptools", "dynamic"]);
    let runtime = tables.and_then(|tables| tables.get("dependencies")).map(|item| (Role::Runtime, item));
    let extras = members(tables.and_then(|tables| tables.get("optional-dependencies")));
    let extras = extras.map(|(name, item)| (Role::Optional(name.to_owned()), item));
    let mut found = Vec::new();
    for (role, item) in runtime.into_iter().chain(extras) {
        let Some(files) = item.get("file") else { continue };
        let one = files.as_value().filter(|value| value.is_str()).into_iter();
        for value in one.chain(files.as_array().into_iter().flatten()) {
            if let (Some(path), Some(range)) = (value.as_str(), toml::value_range(value)) {
                found.push(Include { path: path.to_owned(), range, role: role.clone() });
            }
        }
    }
    reader.sheet.includes.extend(found);
}

/// An array of requirements as PEP 508 has them.
fn strings(reader: &mut Reader<'_>, item: Option<&Item>, role: Role) {
    let Some(array) = item.and_then(Item::as_array) else { return };
    let Some(range) = item.and_then(toml::range) else { return };
    reader.list(role, Style::Literal, range);
    for value in array {
        let Some((fragment, element)) = string(reader.text, value) else { continue };
        match fragment.text().strip_prefix("-e ") {
            // PDM has them so.
            Some(rest) => {
                let length = fragment.text().len();
                reader.add_editable(&fragment.slice(length - rest.len(), length), element);
            }
            None => reader.add(&fragment, element),
        }
    }
}

/// A string with its places, and where it stands with its quotes.
pub(super) fn string(text: &str, value: &Value) -> Option<(Fragment, TextRange)> {
    let range = toml::value_range(value)?;
    let said = &text[range];
    let quotes = if said.starts_with("\"\"\"") || said.starts_with("'''") { 3 } else { 1 };
    if said.len() < 2 * quotes {
        return None;
    }
    let width = ruff_text_size::TextSize::try_from(quotes).ok()?;
    let inside = TextRange::new(range.start() + width, range.end() - width);
    let form = if said.starts_with('"') { Form::Escaped } else { Form::Raw };
    Some((literal::align(text, inside, value.as_str()?, form)?, range))
}

pub(super) fn members(item: Option<&Item>) -> impl Iterator<Item = (&str, &Item)> {
    item.and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
}
