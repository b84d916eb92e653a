//! YAML files other than workflows of GitHub.

use ruff_text_size::TextRange;

use super::spelled::digits;
use super::{Named, Pin, part, unquoted, workflow};
use crate::parse;
use crate::parse::yaml::{Document, Node, ScalarStyle};
use crate::project::ci::{self, Reader};

/// Looks through a document, by who reads it.
pub fn find(file: &parse::Document, document: &Document) -> Vec<Pin> {
    let text = &file.text;
    let name = file.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let at = |path: &[&str]| path.iter().try_fold(&document.root, |node, key| document.get(node, key));
    let under = |key: &str, path: &[&str]| {
        let named = at(path).map(|node| scalars(document, node, text)).unwrap_or_default();
        Pin::list(format!("`{}`", path.join(".")), key, named)
    };
    match Reader::of(&file.path, document) {
        Reader::GitHub => workflow::find(document, text),
        Reader::ReadTheDocs => {
            let tools = under("python", &["build", "tools", "python"]);
            tools.or_else(|| under("python", &["python", "version"])).into_iter().collect()
        }
        Reader::CodeBuild => code_build(document, text),
        Reader::Travis => travis(document, text),
        Reader::Other if name.starts_with(".pre-commit-config") => pre_commit(document, text),
        Reader::Other if name == "app.yaml" || name == "app.yml" => {
            let named = at(&["runtime"]).and_then(|node| scalar(node, text));
            named.map(|named| Pin::one("`runtime`", "runtime", named)).into_iter().collect()
        }
        Reader::Other if text.contains("UsePythonVersion") => azure(document, text),
        Reader::Other if at(&["dependencies"]).is_some() && name.contains("env") => conda(document, text),
        Reader::Other if file.path.components().any(|part| part.as_os_str() == ".circleci") => {
            circle(document, text)
        }
        Reader::Other => Vec::new(),
    }
}

/// The version that a scalar names.
pub fn scalar(node: &Node, text: &str) -> Option<Named> {
    let plain = node.style().filter(|style| *style != ScalarStyle::Block)?;
    let content = if plain == ScalarStyle::Plain { node.range } else { unquoted(node.range, text) };
    Named::of(node.range, content, text)
}

/// The same for a scalar or each element of a sequence.
pub fn scalars(document: &Document, node: &Node, text: &str) -> Vec<Named> {
    let node = document.resolve(node);
    match document.elements(node) {
        [] => scalar(node, text).into_iter().collect(),
        elements => elements.iter().filter_map(|element| scalar(document.resolve(element), text)).collect(),
    }
}

/// Every value of a key, each a place of its own.
fn each(document: &Document, wanted: &str, text: &str) -> Vec<Pin> {
    let mut found = Vec::new();
    ci::each_entry(document, &mut |key, _, value| {
        if key == wanted {
            found.extend(scalar(value, text).map(|named| Pin::one(format!("`{wanted}`"), wanted, named)));
        }
    });
    found
}

fn code_build(document: &Document, text: &str) -> Vec<Pin> {
    let mut found = Vec::new();
    ci::each_entry(document, &mut |key, above, value| {
        if key == "python" && above == Some("runtime-versions") {
            let along = Some(
                "the image of the CodeBuild project must have it: `amazonlinux-x86_64-standard:5.0`, `amazonlinux-aarch64-standard:3.0`, `standard:7.0` or newer",
            );
            let pin = scalar(value, text).map(|named| Pin::one("`runtime-versions`", "python", named));
            found.extend(pin.map(|pin| Pin { along, ..pin }));
        }
    });
    found
}

fn travis(document: &Document, text: &str) -> Vec<Pin> {
    let list = document.get(&document.root, "python");
    let listed = list.map(|list| scalars(document, list, text)).unwrap_or_default();
    let mut named = Vec::new();
    for jobs in ["jobs", "matrix"] {
        let include = document.get(&document.root, jobs).and_then(|jobs| document.get(jobs, "include"));
        let include = include.map(|list| document.elements(list)).unwrap_or_default();
        let pythons = include.iter().filter_map(|one| document.get(one, "python"));
        named.extend(pythons.filter_map(|value| scalar(value, text)));
    }
    named.extend(listed.iter().cloned());
    let open = listed.len() > 1 || named.len() == 1;
    Pin::list("`python`", "python", named).map(|pin| Pin { open, ..pin }).into_iter().collect()
}

fn pre_commit(document: &Document, text: &str) -> Vec<Pin> {
    let default = document.get(&document.root, "default_language_version");
    let default = default.and_then(|versions| document.get(versions, "python"));
    let default = default.and_then(|node| scalar(node, text));
    let default = default.map(|named| Pin::one("`default_language_version`", "python", named));
    default.into_iter().chain(each(document, "language_version", text)).collect()
}

/// The versions of `UsePythonVersion`, those of a matrix as one list.
fn azure(document: &Document, text: &str) -> Vec<Pin> {
    let mut found = each(document, "versionSpec", text);
    let mut named = Vec::new();
    ci::each_entry(document, &mut |key, _, value| {
        if Reader::Other.is_python(key, None, &Default::default()) && key != "versionSpec" {
            named.extend(scalar(value, text));
        }
    });
    named.sort_by_key(|named: &Named| named.version.start());
    let pin = Pin::list("the pipeline", "python.version", named);
    found.extend(pin.map(|pin| Pin { open: !pin.list, ..pin }));
    found
}

/// `python=3.9` among the packages of an environment of conda.
fn conda(document: &Document, text: &str) -> Vec<Pin> {
    let packages = document.get(&document.root, "dependencies");
    let packages = packages.map(|list| document.elements(list)).unwrap_or_default();
    let pins = packages.iter().filter_map(|package| {
        let content = unquoted(package.range, text);
        let said = &text[content];
        let rest = said.strip_prefix("python").or_else(|| said.strip_prefix("conda-forge::python"))?;
        let version = rest.trim_start_matches(['=', ' ']);
        digits(version).filter(|_| version.len() < rest.len())?;
        let range = part(content.start(), said.len() - version.len(), said.len());
        Some(Pin::one("the environment", "python", Named::of(package.range, range, text)?))
    });
    pins.collect()
}

/// The tags of the Python images of `CircleCI`.
fn circle(document: &Document, text: &str) -> Vec<Pin> {
    let mut found = Vec::new();
    ci::each_entry(document, &mut |key, _, value| {
        let content = unquoted(value.range, text);
        let said = &text[content];
        let tag = ["cimg/python:", "circleci/python:"].iter().find_map(|image| said.strip_prefix(image));
        if let Some(tag) = tag.filter(|_| key == "image") {
            let length = tag.find('-').unwrap_or(tag.len());
            let start = said.len() - tag.len();
            let range: TextRange = part(content.start(), start, start + length);
            let named = Named::of(value.range, range, text);
            // Of the older images there are no new ones.
            let open = said.starts_with("cimg/");
            let pin = named.map(|named| Pin::one("the image", &said[..start - 1], named));
            found.extend(pin.map(|pin| Pin { open, ..pin }));
        }
    });
    found
}
