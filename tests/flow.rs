//! The order of the layers: a module uses only what stands before it.
//!
//! Reads the paths that begin with `crate::` in every file of `src/`, tests and
//! comments left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The layers, from the vocabulary to the command line. Modules of one line do
/// not use each other, unless they stand in the order of use: left before right.
const LAYERS: &[&[&str]] = &[
    &["version", "finding", "error"],
    &["catalogue"],
    &["config"],
    &["discover"],
    &["read"],
    &["parse"],
    &["project"],
    &["python", "docker", "edit", "aws", "azure", "embedded"],
    &["installed"],
    &["rule"],
    &["rules"],
    &["check"],
    &["fix"],
    &["report"],
    &["layers"],
    &["passes"],
    &["lib"],
    &["cli"],
    &["commands"],
    &["main"],
];

/// Crates that read a syntax; only `parse` names them, and `config`, which comes
/// before it, the one for its own files. The node types of `ruff_python_ast`
/// and the ranges of `ruff_text_size` are everyone's.
const PARSERS: &[&str] = &[
    "ruff_python_parser",
    "ruff_python_trivia",
    "jsonc_parser",
    "granit_parser",
    "hcl_edit",
    "mailparse",
    "toml_edit",
    "tree_sitter",
    "tree_sitter_bicep",
    "tree_sitter_powershell",
    "uv_distribution_filename",
    "uv_platform_tags",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a file without comments and without its tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source can be read");
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The layer that a file belongs to, by the first part of its path.
fn layer(path: &Path) -> String {
    let inside = path.strip_prefix(source()).expect("a file of src/");
    let first = inside.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Every source that counts, with its layer and its code.
fn sources() -> Vec<(PathBuf, String, String)> {
    let mut found = Vec::new();
    files(&source(), &mut found);
    found.sort();
    found.retain(|path| path.file_name().is_some_and(|name| name != "tests.rs"));
    found.into_iter().map(|path| (path.clone(), layer(&path), code(&path))).collect()
}

/// The modules named behind `crate::`, and the list of `use crate::{…}`.
fn used(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let is_own =
            code[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric() && before != '_');
        let rest = &code[at + "crate::".len()..];
        if !is_own {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names(group)),
            None => names.extend([word(rest)]),
        }
    }
    names
}

/// The first name of each member of a braced group, nested groups left out.
fn first_names(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    let mut begins = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            letter if begins && !letter.is_whitespace() => {
                names.push(word(&group[at..]));
                begins = false;
            }
            _ => {}
        }
    }
    names
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

fn rank(layer: &str) -> Option<(usize, usize)> {
    LAYERS
        .iter()
        .enumerate()
        .find_map(|(at, names)| Some((at, names.iter().position(|name| *name == layer)?)))
}

#[test]
fn modules_use_only_what_stands_before_them() {
    let mut wrong = Vec::new();
    for (path, layer, code) in sources() {
        let Some(own) = rank(&layer) else {
            wrong.push(format!("{}: `{layer}` has no place among the layers", path.display()));
            continue;
        };
        for used in used(&code).into_iter().filter(|used| *used != layer) {
            // Anything else behind `crate::` is an item of `lib.rs`.
            let theirs = rank(&used).or_else(|| rank("lib")).expect("lib has a place");
            if theirs >= own {
                wrong.push(format!("{}: `{layer}` uses `{used}`, which stands behind it", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parser_crates_are_named_in_one_room() {
    let mut wrong = Vec::new();
    for (path, layer, code) in sources().into_iter().filter(|(_, layer, _)| layer != "parse") {
        for parser in PARSERS.iter().filter(|parser| code.contains(&format!("{parser}::"))) {
            if (layer.as_str(), *parser) == ("config", "toml_edit") {
                continue;
            }
            wrong.push(format!("{}: `{layer}` names the crate `{parser}`", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Crates of the type engine; only `python/types` names them.
const ENGINE: &[&str] = &[
    "ruff_db",
    "ruff_notebook",
    "salsa",
    "ty_module_resolver",
    "ty_python_core",
    "ty_python_semantic",
    "ty_vendored",
];

#[test]
fn the_type_engine_is_named_in_one_room() {
    let room = source().join("python").join("types");
    let elsewhere = sources().into_iter().filter(|(path, ..)| !path.with_extension("").starts_with(&room));
    let named = |code: &str| ENGINE.iter().any(|name| code.contains(&format!("{name}::")));
    let wrong: Vec<PathBuf> = elsewhere.filter(|(.., code)| named(code)).map(|(path, ..)| path).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_layer_exists() {
    let present: BTreeSet<String> = sources().into_iter().map(|(_, layer, _)| layer).collect();
    let named: BTreeSet<String> = LAYERS.iter().copied().flatten().map(|name| (*name).to_owned()).collect();
    assert_eq!(named, present);
}

#[test]
fn paths_are_read_in_every_form() {
    let names = |code: &str| used(code).into_iter().collect::<Vec<_>>();
    assert_eq!(
        names("use crate::{finding::{Edit, Fix}, parse, read::Source};"),
        ["finding", "parse", "read"]
    );
    assert_eq!(names("fn f() -> crate::fix::Fixed { crate::run() }"), ["fix", "run"]);
    assert_eq!(names("pub(crate) fn f() {} mycrate::x();"), [""; 0]);
}
