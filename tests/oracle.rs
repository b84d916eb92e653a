//! The catalogue against real interpreters: what it says is gone must be gone,
//! what it says was there must have been there, and what it calls a drop-in
//! successor must give the same results.
//!
//! What needs an interpreter that is missing is left out, and the interpreter
//! named on standard error.

// A test that skips something has to say so.
#![allow(clippy::print_stderr)]

use std::path::Path;

use schema::Module;

#[path = "oracle/ask.rs"]
mod ask;
#[path = "oracle/changes.rs"]
mod changes;
#[path = "oracle/controls.rs"]
mod controls;
#[path = "oracle/definitions.rs"]
mod definitions;
#[path = "oracle/entries.rs"]
mod entries;
#[path = "oracle/examples.rs"]
mod examples;
#[path = "oracle/fixes.rs"]
mod fixes;
#[path = "oracle/inquiry.rs"]
mod inquiry;
mod interpreters;
// The build reads the rest of it.
#[allow(dead_code)]
#[path = "../src/catalogue/schema.rs"]
mod schema;
#[path = "oracle/signatures.rs"]
mod signatures;
#[path = "oracle/successors.rs"]
mod successors;

use ask::{MINORS, Outcome};
use inquiry::Inquiry;

/// The newest version that can be asked.
const NEWEST: u8 = *MINORS.end();

fn catalogue() -> Vec<Module> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/stdlib");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("the folder exists").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a listed file can be read");
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().map(read).collect()
}

/// The modules that are gone, will be, or are called deprecated.
fn changed_modules() -> impl Iterator<Item = Module> {
    catalogue().into_iter().filter(|module| module.removed.is_some() || module.deprecated.is_some())
}

/// The second number of a version; 0 for what Python 2 had already.
fn minor(version: &str) -> u8 {
    if version.starts_with("2.") {
        return 0;
    }
    version.strip_prefix("3.").and_then(|minor| minor.parse().ok()).expect("a version of Python 3")
}

/// The last version that has the module, as far as interpreters reach.
fn last(module: &Module) -> u8 {
    module.removed.as_deref().map_or(NEWEST, |removed| minor(removed) - 1).min(NEWEST)
}

/// The version that removed it, if there is an interpreter for that.
fn gone(module: &Module) -> Option<u8> {
    module.removed.as_deref().map(minor).filter(|removed| *removed <= NEWEST)
}

#[test]
fn modules_are_there_and_then_gone() {
    let mut inquiry = Inquiry::default();
    for module in changed_modules() {
        let name = &module.module;
        let program = format!("import {name}");
        if let Some(platform) = &module.platform {
            eprintln!("oracle: `{name}` exists on {platform} alone, only its absence is checked");
        } else {
            inquiry.expect(last(&module), &program, format!("`{name}` is there"), Outcome::ran);
        }
        match gone(&module) {
            Some(removed) => {
                let missing = name.clone();
                inquiry.expect(removed, &program, format!("`{name}` is gone"), move |outcome| {
                    outcome.misses(&missing)
                });
            }
            None => eprintln!("oracle: `{name}` goes after 3.{NEWEST}, only its presence is checked"),
        }
    }
    inquiry.settle();
}

#[test]
fn bad_examples_run_before_and_fail_after() {
    let mut inquiry = Inquiry::default();
    for module in changed_modules() {
        let name = module.module.clone();
        assert!(!module.bad.is_empty(), "`{name}` has no bad example");
        for bad in &module.bad {
            if module.platform.is_none() {
                inquiry.expect(last(&module), bad, format!("a bad example of `{name}` runs"), Outcome::ran);
            }
            if let Some(removed) = gone(&module) {
                let missing = name.clone();
                let says = format!("a bad example of `{name}` fails for want of it");
                inquiry.expect(removed, bad, says, move |outcome| outcome.misses(&missing));
            }
        }
    }
    inquiry.settle();
}

#[test]
fn good_examples_run_before_and_after() {
    let mut inquiry = Inquiry::default();
    for module in changed_modules() {
        assert!(!module.good.is_empty(), "`{}` has no good example", module.module);
        for good in &module.good {
            let versions = [Some(last(&module)), gone(&module), Some(NEWEST)];
            for version in versions.into_iter().flatten() {
                let says = format!("a good example of `{}` runs", module.module);
                inquiry.expect(version, good, says, Outcome::ran);
            }
        }
    }
    inquiry.settle();
}
