//! The form of the data in `rules/`: its schema, and what every entry must have.
//!
//! `NEWSKIN_ACCEPT=1 cargo test --test catalogue` writes the schema anew.

use std::path::{Path, PathBuf};

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use images_schema::{Manager, System};
use schema::{Module, Runtimes};

#[allow(dead_code)] // The build reads every field.
#[path = "../src/catalogue/images_schema.rs"]
mod images_schema;
#[allow(dead_code)] // The build reads every field.
#[path = "../src/catalogue/schema.rs"]
mod schema;

/// Set to write the schema in place of comparing it.
const ACCEPT: &str = "NEWSKIN_ACCEPT";

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

/// Every YAML file below a folder of `rules/`, by its path from there.
fn texts(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![rules().join(folder)];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).expect("a folder").flatten().map(|entry| entry.path()));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let name = path.strip_prefix(rules()).expect("a file below").display().to_string();
            found.push((name, std::fs::read_to_string(&path).expect("a listed file can be read")));
        }
    }
    found.sort();
    found
}

/// The type of a file, by its folder.
fn type_of(file: &str) -> Option<&'static str> {
    let folders = [
        ("stdlib/", "Module"),
        ("aws/runtimes.yaml", "Runtimes"),
        ("docker/systems/", "System"),
        ("docker/managers/", "Manager"),
    ];
    folders.iter().find(|(folder, _)| file.starts_with(folder)).map(|(_, name)| *name)
}

fn modules() -> Vec<Module> {
    let read = |(name, text): &(String, String)| {
        serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    texts("stdlib").iter().map(read).collect()
}

/// One schema for every kind of file; an editor points at `schema.json#/$defs/Module` and the like.
fn generated() -> Value {
    let mut generator = SchemaGenerator::default();
    generator.subschema_for::<Module>();
    generator.subschema_for::<Runtimes>();
    generator.subschema_for::<System>();
    generator.subschema_for::<Manager>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The data of newskin",
        "$defs": generator.take_definitions(true),
    })
}

fn validator(name: &str) -> jsonschema::Validator {
    let mut schema = generated();
    schema["$ref"] = json!(format!("#/$defs/{name}"));
    jsonschema::validator_for(&schema).expect("a valid schema")
}

#[test]
fn the_schema_is_that_of_the_types() {
    let path = rules().join("schema.json");
    let text = serde_json::to_string_pretty(&generated()).expect("a schema is JSON") + "\n";
    if std::env::var_os(ACCEPT).is_some() {
        std::fs::write(&path, text).expect("the schema can be written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "rules/schema.json is out of date: run this test with {ACCEPT}=1");
}

#[test]
fn every_file_matches_the_schema() {
    let files = texts("");
    assert!(!files.is_empty());
    for (file, text) in files {
        let name = type_of(&file).unwrap_or_else(|| panic!("{file}: no type is known for it"));
        let value: Value = serde_saphyr::from_str(&text).expect("YAML");
        let errors: Vec<String> = validator(name)
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{file}: {errors:?}");
    }
}

#[test]
fn unknown_keys_are_refused() {
    let text = "module: a\nsource: https://example.org\nremovd: \"3.13\"\nbad: []\ngood: []\n";
    let error = serde_saphyr::from_str::<Module>(text).expect_err("`removd` is no key").to_string();
    assert!(error.contains("removd"), "{error}");
    for name in ["Module", "Runtimes", "System", "Manager"] {
        let refused = &generated()["$defs"][name]["additionalProperties"];
        assert_eq!(*refused, json!(false), "{name}");
    }
}

#[test]
fn every_entry_has_a_source_and_a_way_out() {
    for module in modules() {
        let name = &module.module;
        let hosts = ["https://docs.python.org/3/", "https://peps.python.org/"];
        assert!(hosts.iter().any(|host| module.source.starts_with(host)), "{name}: {}", module.source);
        assert!(module.removed.is_some(), "{name}: gone since when?");
        let instead = module.instead.trim();
        assert!(instead.ends_with('.') && instead.len() > 20, "{name}: `instead` is a sentence");
        assert!(!module.bad.is_empty() && !module.good.is_empty(), "{name}: an example of each");
        for backport in &module.backports {
            let spelled = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(backport.package.chars().all(spelled), "{name}: {backport:?}");
            let range = backport.python.as_deref().map(str::parse::<pep440_rs::VersionSpecifiers>);
            assert!(range.is_none_or(|range| range.is_ok()), "{name}: {backport:?}");
        }
        assert!(module.platform.is_none_or(|platform| platform == "win32"), "{name}: another platform");
    }
}

#[test]
fn every_name_has_a_successor_or_advice() {
    for module in modules() {
        for (name, fact) in &module.names {
            let place = format!("{}.{name}", module.module);
            let ways = [fact.replace.is_some(), fact.instead.is_some()];
            assert!(ways[0] != ways[1], "{place}: either `replace` or `instead`");
            assert!(fact.replace.is_some() || fact.since.is_none(), "{place}: `since` belongs to `replace`");
            assert!(fact.probe.is_empty() || fact.replace.is_some(), "{place}: `probe` belongs to `replace`");
            let prose = fact.instead.iter().chain(&fact.unsafe_because);
            prose.for_each(|text| {
                assert!(!text.ends_with('.'), "{place}: part of a sentence, without a full stop")
            });
        }
    }
}
