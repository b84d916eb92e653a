//! Environments of conda: its own packages, and below `pip:` those of PyPI.

use std::path::Path;
use std::str::FromStr;

use pep440_rs::VersionSpecifiers;
use pep508_rs::MarkerTree;

use super::pep508::is_of_name;
use super::{Form, Reader, Requirement, Role, Style, normalise};
use crate::parse::fragment::Fragment;
use crate::parse::yaml::{Document, Node};

/// `environment.yml`, `environment-dev.yaml`, `conda-env.yml` and the like.
pub(super) fn is_environment(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.contains("environment") || name.starts_with("env") || name.contains("conda")
}

/// Reads `dependencies` of an environment.
pub(super) fn read(reader: &mut Reader<'_>, document: &Document) {
    let Some(list) = document.get(&document.root, "dependencies") else { return };
    let elements = document.elements(list);
    reader.list(Role::Runtime, Style::Conda, list.range);
    for element in elements {
        let element = document.resolve(element);
        if let Some(fragment) = element.fragment(reader.text) {
            package(reader, element, &fragment);
        }
    }
    for element in elements {
        let Some(list) = document.get(element, "pip") else { continue };
        reader.list(Role::Runtime, Style::Literal, list.range);
        for element in document.elements(list) {
            let element = document.resolve(element);
            let Some(fragment) = element.fragment(reader.text) else { continue };
            if !fragment.text().starts_with('-') {
                reader.add(&fragment, element.range);
            }
        }
    }
}

/// `channel::name[=version[=build]]`, `name >=1,<2`
fn package(reader: &mut Reader<'_>, element: &Node, fragment: &Fragment) {
    let Some((list, role, style)) = reader.current() else { return };
    let text = fragment.text().trim_end();
    let start = text.rfind("::").map_or(0, |at| at + 2);
    let rest = &text[start..];
    let length = rest.find(|c: char| !is_of_name(c)).unwrap_or(rest.len());
    let name = normalise(&rest[..length]);
    if name.is_empty() || name == "python" {
        return;
    }
    let behind = rest[length..].trim();
    let (specifiers, place) = versions(behind);
    let at = text.len() - behind.len();
    let range = place.clone().and_then(|place| fragment.exact(at + place.start, at + place.end));
    reader.sheet.requirements.push(Requirement {
        name,
        name_range: fragment.locate(start, start + length),
        range: fragment.range(),
        element: element.range,
        form: if place.is_some() && specifiers.is_none() { Form::Unreadable } else { Form::Index },
        specifiers,
        specifier_range: range,
        marker: MarkerTree::TRUE,
        marker_range: None,
        extras: Vec::new(),
        role,
        style,
        list,
    });
}

/// What stands behind the name, and where its versions are, operators included.
fn versions(said: &str) -> (Option<VersionSpecifiers>, Option<std::ops::Range<usize>>) {
    let place = 0..said.len();
    if said.is_empty() || said == "*" {
        return (None, None);
    }
    let read = |text: &str| VersionSpecifiers::from_str(text).ok();
    if let Some(version) = said.strip_prefix("==") {
        let version = version.split('=').next().unwrap_or_default();
        return (read(&format!("=={}", version.trim())), Some(place));
    }
    if let Some(version) = said.strip_prefix('=') {
        // With a build it is exactly this version, without one whatever begins so.
        let mut parts = version.split('=');
        let version = parts.next().unwrap_or_default().trim();
        let fuzzy = parts.next().is_none() && !version.ends_with('*');
        let read = read(&format!("=={version}{}", if fuzzy { ".*" } else { "" }));
        return (read, Some(place));
    }
    let bare = said.starts_with(|first: char| first.is_ascii_digit());
    (read(&if bare { format!("=={said}") } else { said.to_owned() }), Some(place))
}
