//! `pyproject.toml` and the files of mise.

use super::{Named, Pin, tox, unquoted};
use crate::parse::Document;
use crate::parse::toml::{self, Item, TableLike};

/// Arrays of classifiers.
const CLASSIFIERS: [&[&str]; 3] = [
    &["project", "classifiers"],
    &["tool", "poetry", "classifiers"],
    &["tool", "flit", "metadata", "classifiers"],
];

/// Looks through the tables that name Pythons.
pub fn find(document: &Document, root: &Item) -> Vec<Pin> {
    let text = &document.text;
    let mut found = Vec::new();
    match document.path.file_name().and_then(|name| name.to_str()) {
        Some("pyproject.toml") => {
            for path in CLASSIFIERS {
                let elements = elements(toml::at(root, path), text);
                found.extend(classifiers(elements, text));
            }
            for key in ["env_list", "envlist"] {
                let list = toml::at(root, &["tool", "tox", key]);
                let what = format!("`{key}` of tox");
                found.extend(Pin::list(what, key, named(list, text)));
            }
            let environments = toml::at(root, &["tool", "hatch", "envs"]).and_then(Item::as_table_like);
            for (name, environment) in environments.into_iter().flat_map(TableLike::iter) {
                found.extend(hatch(name, environment, text));
            }
            if let Some(legacy) = toml::at(root, &["tool", "tox", "legacy_tox_ini"]) {
                found.extend(toml::range(legacy).and_then(|range| tox::legacy(range, text)));
            }
        }
        Some("mise.toml" | ".mise.toml") => {
            let python = toml::at(root, &["tools", "python"]);
            let python = python.map(|item| item.get("version").unwrap_or(item));
            found.extend(Pin::list("`python` of mise", "python", named(python, text)));
        }
        _ => {}
    }
    found
}

/// `python` in the matrix of an environment of Hatch.
fn hatch(name: &str, environment: &Item, text: &str) -> Vec<Pin> {
    let tables = environment.get("matrix").and_then(Item::as_array_of_tables);
    let lists = tables.into_iter().flatten().filter_map(|table| table.get("python"));
    let python = environment.get("python");
    let named = lists.chain(python).flat_map(|list| named(Some(list), text)).collect();
    Pin::list(format!("the Hatch environment `{name}`"), "python", named).into_iter().collect()
}

/// The strings of an array, or the one string, with their quotes.
fn elements(item: Option<&Item>, text: &str) -> Vec<ruff_text_size::TextRange> {
    let Some(item) = item else { return Vec::new() };
    match item.as_array() {
        Some(array) => array.iter().filter(|value| value.is_str()).filter_map(toml::value_range).collect(),
        None => toml::range(item)
            .filter(|range| item.is_str() && !text[*range].contains('\n'))
            .into_iter()
            .collect(),
    }
}

fn named(item: Option<&Item>, text: &str) -> Vec<Named> {
    let elements = elements(item, text).into_iter();
    elements.filter_map(|element| Named::of(element, unquoted(element, text), text)).collect()
}

/// The Pythons that trove classifiers name.
pub fn classifiers(elements: Vec<ruff_text_size::TextRange>, text: &str) -> Option<Pin> {
    const PREFIX: &str = "Programming Language :: Python :: 3.";
    let named = elements.into_iter().filter_map(|element| {
        let content = unquoted(element, text);
        let length = PREFIX.len() - "3.".len();
        text[content].starts_with(PREFIX).then_some(())?;
        Named::of(element, super::part(content.start(), length, content.len().to_usize()), text)
    });
    let pin = Pin::list("the classifiers", "classifiers", named.collect())?;
    Some(Pin { list: true, open: true, ..pin })
}
