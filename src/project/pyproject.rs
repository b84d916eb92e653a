//! `pyproject.toml` and `Pipfile`.

use super::declared::Found;
use super::supported::{Supported, pep440, poetry};
use crate::parse::toml::{self, Item, TableLike};

/// PEP 518, 621, 735 and what Poetry, Flit and PDM had before them.
pub(super) fn pyproject(text: &str) -> Found {
    let Ok(document) = toml::parse(text) else { return Found::default() };
    let at = |path: &[&str]| path.iter().try_fold(document.as_item(), |item, key| item.get(*key));
    let text = |path: &[&str]| at(path).and_then(Item::as_str);
    let supported = text(&["project", "requires-python"])
        .and_then(pep440)
        .or_else(|| at(&["tool", "poetry", "dependencies", "python"]).and_then(poetry_python))
        .or_else(|| text(&["tool", "flit", "metadata", "requires-python"]).and_then(pep440));

    let mut requirements = strings(at(&["project", "dependencies"]));
    for groups in [
        &["project", "optional-dependencies"][..],
        &["dependency-groups"],
        &["tool", "pdm", "dev-dependencies"],
        &["tool", "flit", "metadata", "requires-extra"],
    ] {
        requirements.extend(members(at(groups)).flat_map(|(_, group)| strings(Some(group))));
    }
    requirements.extend(strings(at(&["tool", "flit", "metadata", "requires"])));
    requirements.extend(strings(at(&["tool", "uv", "dev-dependencies"])));
    for table in [&["tool", "poetry", "dependencies"][..], &["tool", "poetry", "dev-dependencies"]] {
        requirements.extend(names(at(table)));
    }
    for (_, group) in members(at(&["tool", "poetry", "group"])) {
        requirements.extend(names(group.get("dependencies")));
    }
    Found { supported, requirements, build_requirements: strings(at(&["build-system", "requires"])) }
}

/// Pipenv's tables of packages, and the Python it is locked for.
pub(super) fn pipfile(text: &str) -> Found {
    let Ok(document) = toml::parse(text) else { return Found::default() };
    let tables = ["packages", "dev-packages"];
    let requires = document.get("requires");
    let version = |key| requires.and_then(|requires| requires.get(key)).and_then(Item::as_str);
    let version = version("python_version").or_else(|| version("python_full_version"));
    Found {
        supported: version.and_then(poetry),
        requirements: tables.iter().flat_map(|table| names(document.get(table))).collect(),
        build_requirements: Vec::new(),
    }
}

fn poetry_python(item: &Item) -> Option<Supported> {
    poetry(item.as_str().or_else(|| item.get("version")?.as_str())?)
}

fn members(item: Option<&Item>) -> impl Iterator<Item = (&str, &Item)> {
    item.and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter)
}

/// The keys of a table of dependencies. A `python` or `markers` condition
/// becomes a marker.
fn names(item: Option<&Item>) -> Vec<String> {
    let requirement = |(name, value): (&str, &Item)| {
        let text = |key| value.get(key).and_then(Item::as_str);
        text("markers").map_or_else(|| name.to_owned(), |marker| format!("{name}; {marker}"))
    };
    members(item).filter(|(name, _)| *name != "python").map(requirement).collect()
}

fn strings(item: Option<&Item>) -> Vec<String> {
    let array = item.and_then(Item::as_array);
    array.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}
