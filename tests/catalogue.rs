//! The form of the data in `rules/`: its schema, and what every entry must have.
//!
//! `NEWSKIN_ACCEPT=1 cargo test --test catalogue` writes the schema anew.

use std::path::{Path, PathBuf};

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use azure_schema::{AzureBundles, AzurePackages};
use images_schema::{Commands, Manager, Packages, System};
use packages_schema::Distribution;
use python_images_schema::{PythonImages, Releases};
use schema::{AzureRuntimes, AzureSettings, Kind, Layers, Module, Runtimes, Tools};

#[allow(dead_code)] // The build reads every field.
#[path = "../src/catalogue/azure_schema.rs"]
mod azure_schema;
#[allow(dead_code)] // The build reads every field.
#[path = "../src/catalogue/images_schema.rs"]
mod images_schema;
#[allow(dead_code)] // The build reads every field.
#[path = "../src/catalogue/packages_schema.rs"]
mod packages_schema;
#[allow(dead_code)] // The build reads every field.
#[path = "../src/catalogue/python_images_schema.rs"]
mod python_images_schema;
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
        ("aws/layers.yaml", "Layers"),
        ("aws/tools.yaml", "Tools"),
        ("azure/settings.yaml", "AzureSettings"),
        ("azure/runtimes.yaml", "AzureRuntimes"),
        ("azure/packages.yaml", "AzurePackages"),
        ("azure/bundles.yaml", "AzureBundles"),
        ("docker/systems/", "System"),
        ("docker/managers/", "Manager"),
        ("docker/packages/", "Packages"),
        ("docker/images/", "PythonImages"),
        ("packages/", "Distribution"),
        ("python/releases.yaml", "Releases"),
        ("docker/commands/", "Commands"),
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
    generator.subschema_for::<Layers>();
    generator.subschema_for::<Tools>();
    generator.subschema_for::<AzureSettings>();
    generator.subschema_for::<AzureRuntimes>();
    generator.subschema_for::<AzurePackages>();
    generator.subschema_for::<AzureBundles>();
    generator.subschema_for::<System>();
    generator.subschema_for::<Manager>();
    generator.subschema_for::<Packages>();
    generator.subschema_for::<PythonImages>();
    generator.subschema_for::<Releases>();
    generator.subschema_for::<Commands>();
    generator.subschema_for::<Distribution>();
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
    for name in [
        "Module",
        "Runtimes",
        "Layers",
        "Layer",
        "Tools",
        "Tool",
        "System",
        "Manager",
        "Packages",
        "Package",
        "PythonImages",
        "Variants",
        "Releases",
        "Commands",
        "Brought",
        "Distribution",
        "Fault",
    ] {
        let refused = &generated()["$defs"][name]["additionalProperties"];
        assert_eq!(*refused, json!(false), "{name}");
    }
}

/// Where the facts may be documented.
fn is_source(link: &str) -> bool {
    let hosts = ["https://docs.python.org/3/", "https://peps.python.org/"];
    hosts.iter().any(|host| link.starts_with(host))
}

#[test]
fn every_module_has_a_source_and_a_way_out() {
    for module in modules() {
        let name = &module.module;
        assert!(is_source(&module.source), "{name}: {}", module.source);
        for backport in &module.backports {
            let spelled = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(backport.package.chars().all(spelled), "{name}: {backport:?}");
            let range = backport.python.as_deref().map(str::parse::<pep440_rs::VersionSpecifiers>);
            assert!(range.is_none_or(|range| range.is_ok()), "{name}: {backport:?}");
        }
        assert!(module.platform.is_none_or(|platform| platform == "win32"), "{name}: another platform");
        if module.removed.is_none() && module.deprecated.is_none() {
            assert!(!module.names.is_empty() || !module.changes.is_empty(), "{name}: says nothing");
            assert!(module.names.values().all(|fact| fact.kind.is_some()), "{name}: `kind` is missing");
            continue;
        }
        let instead = module.instead.trim();
        assert!(instead.ends_with('.') && instead.len() > 20, "{name}: `instead` is a sentence");
        assert!(!module.bad.is_empty() && !module.good.is_empty(), "{name}: an example of each");
    }
}

#[test]
fn every_name_has_a_way_out() {
    for module in modules() {
        for (name, fact) in &module.names {
            let place = format!("{}.{name}", module.module);
            let ways = [fact.replace.is_some(), fact.rewrite.is_some(), fact.drop];
            let ways = ways.into_iter().filter(|way| *way).count();
            assert!(ways <= 1, "{place}: one of `replace`, `rewrite` and `drop`");
            assert!(ways == 1 || fact.instead.is_some(), "{place}: no way out");
            if ways == 0 && fact.define.is_none() {
                let reasons = [&fact.since, &fact.unsafe_because, &fact.shown_because];
                assert!(reasons.iter().all(|reason| reason.is_none()), "{place}: a reason for no repair");
                assert!(fact.probe.is_empty(), "{place}: nothing to probe");
            }
            assert!(fact.unsafe_because.is_none() || fact.shown_because.is_none(), "{place}: two reasons");
            let names_modules = fact.rewrite.is_some() || fact.define.is_some();
            assert!(fact.imports.is_empty() || names_modules, "{place}: `imports` of what?");
            let prose = [&fact.instead, &fact.unsafe_because, &fact.shown_because];
            prose.into_iter().flatten().for_each(|text| {
                assert!(!text.ends_with('.'), "{place}: part of a sentence, without a full stop")
            });
        }
    }
}

#[test]
fn every_change_has_a_source_and_is_shown() {
    for module in modules() {
        for change in &module.changes {
            let place = format!("{}: {:?}", module.module, change.of);
            let link = change.source.as_ref().unwrap_or(&module.source);
            assert!(is_source(link) && link.contains('#'), "{place}: {link}");
            let now = change.deprecated.as_ref().unwrap_or(&change.since);
            // No interpreter that is asked is as new.
            let is_new = ["3.14", "3.15", "3.16"].contains(&now.as_str());
            assert!(is_new || !change.bad.is_empty(), "{place}: a program that shows it");
            let reason = change.fix.as_ref().and_then(|fix| fix.unsafe_because.as_ref());
            assert!(reason.is_none_or(|reason| !reason.ends_with('.')), "{place}: without a full stop");
        }
    }
}

#[test]
fn every_name_is_spelled_as_its_kind() {
    for module in modules() {
        for (name, fact) in &module.names {
            let Some(kind) = fact.kind else { continue };
            let place = format!("{}.{name}", module.module);
            let link = fact.source.as_ref().unwrap_or(&module.source);
            assert!(is_source(link) && link.contains('#'), "{place}: {link}");
            let changes = [&fact.deprecated, &fact.removed, &module.removed];
            assert!(changes.iter().any(|change| change.is_some()), "{place}: neither deprecated nor removed");
            assert!(!fact.silent || fact.deprecated.is_some(), "{place}: silent of what?");
            assert_eq!(kind == Kind::Parameter, name.ends_with(')'), "{place}: {kind:?}");
            let of_parameters = fact.drop || fact.position.is_some() || fact.form.is_some();
            assert!(kind == Kind::Parameter || !of_parameters, "{place}: a key of parameters");
            let dots = name.split('(').next().unwrap_or(name).matches('.').count();
            match kind {
                Kind::Function | Kind::Constant => assert_eq!(dots, 0, "{place}: {kind:?}"),
                Kind::Method | Kind::Attribute => assert!(dots >= 1, "{place}: {kind:?}"),
                Kind::Class | Kind::Exception | Kind::Parameter => {}
            }
            assert!(!fact.distinctive || dots == 1, "{place}: only members can be distinctive");
        }
    }
}
