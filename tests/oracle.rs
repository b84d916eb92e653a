//! The catalogue against real interpreters: what it says is gone must be gone,
//! what it says was there must have been there, and what it calls a drop-in
//! successor must give the same results.
//!
//! What needs an interpreter that is missing is left out, and the interpreter
//! named on standard error.

// A test that skips something has to say so.
#![allow(clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use newskin::config::Settings;
use newskin::discover::Kind;
use newskin::finding::Applicability;
use newskin::read::{Encoding, Source};
use newskin::version::PythonVersion;
use schema::{Module, Name};

// The build reads the rest of it.
#[allow(dead_code)]
#[path = "../src/catalogue/schema.rs"]
mod schema;

#[path = "oracle/ask.rs"]
mod ask;
mod interpreters;

use ask::{FOUND, MINORS, Outcome, ask};

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

fn minor(version: &str) -> u8 {
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

/// What is said if an outcome is wrong, and whether it is right.
type Expectation = (String, Box<dyn Fn(&Outcome) -> bool>);

/// Questions with what is to be said about a wrong answer.
#[derive(Default)]
struct Inquiry {
    programs: Vec<(u8, String)>,
    expectations: Vec<Expectation>,
}

impl Inquiry {
    fn expect(
        &mut self,
        minor: u8,
        program: impl Into<String>,
        says: impl Into<String>,
        holds: impl Fn(&Outcome) -> bool + 'static,
    ) {
        self.programs.push((minor, program.into()));
        self.expectations.push((says.into(), Box::new(holds)));
    }

    /// Asks everything, and fails with all that is wrong.
    fn settle(self) {
        let mut wrong = Vec::new();
        let mut asked = 0;
        let outcomes = ask(&self.programs);
        for ((outcome, (minor, program)), (says, holds)) in
            outcomes.iter().zip(&self.programs).zip(&self.expectations)
        {
            let Some(outcome) = outcome else { continue };
            asked += 1;
            if !holds(outcome) {
                wrong.push(format!("3.{minor}: {says}\n{program}\n  gave {outcome:?}"));
            }
        }
        let unasked = outcomes.len() - asked;
        if unasked > 0 {
            eprintln!(
                "oracle: {unasked} of {} questions not asked for want of an interpreter",
                outcomes.len()
            );
        }
        assert!(asked > 0 || FOUND.is_empty(), "nothing was asked");
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn modules_are_there_and_then_gone() {
    let mut inquiry = Inquiry::default();
    for module in catalogue() {
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
    for module in catalogue() {
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
    for module in catalogue() {
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

/// A program after the fixes of newskin, for a project that supports both the
/// last version with the module and the one without; `None` if nothing changed.
fn fixed(program: &str, module: &Module, threshold: Applicability) -> Option<String> {
    let version = |minor| PythonVersion { major: 3, minor };
    let settings = Settings {
        target: version(gone(module)?),
        minimum: Some(version(last(module))),
        ..Settings::default()
    };
    let source = Source {
        path: Path::new("example.py").into(),
        kind: Kind::Python,
        text: program.to_owned(),
        encoding: Encoding::Utf8,
        bom: false,
    };
    let run = newskin::fix_source(source, &settings, threshold);
    run.files.into_iter().next().map(|file| file.after.text)
}

#[test]
fn fixed_examples_run_before_and_after() {
    let mut inquiry = Inquiry::default();
    let mut counts = (0, 0);
    for module in catalogue() {
        for bad in &module.bad {
            for threshold in [Applicability::Safe, Applicability::Unsafe] {
                let Some(text) = fixed(bad, &module, threshold) else { continue };
                if !["setuptools", "packaging"].iter().all(|package| !text.contains(package)) {
                    eprintln!(
                        "oracle: an example of `{}` needs a package after its fix, not run",
                        module.module
                    );
                    continue;
                }
                counts = match threshold {
                    Applicability::Safe => (counts.0 + 1, counts.1),
                    _ => (counts.0, counts.1 + 1),
                };
                for version in [Some(last(&module)), gone(&module), Some(NEWEST)].into_iter().flatten() {
                    let says = format!("an example of `{}` runs after {threshold} fixes", module.module);
                    inquiry.expect(version, &text, says, Outcome::ran);
                }
            }
        }
    }
    eprintln!("oracle: {} safely fixed examples, {} with unsafe fixes", counts.0, counts.1);
    assert!(counts.0 >= 8, "so few are fixed safely: {}", counts.0);
    inquiry.settle();
}

/// Python that defines `find`, which turns a dotted name into what it means.
const FIND: &str = r#"
import importlib

def find(dotted):
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            thing = getattr(thing, part)
        return thing
    raise ImportError(dotted)
"#;

/// Python that prints which of the dotted names mean something, one a line.
fn finding(names: &[String]) -> String {
    let names = serde_json::to_string(names).expect("texts are JSON");
    format!(
        r#"{FIND}
for name in {names}:
    try:
        find(name)
        print(name)
    except (ImportError, AttributeError):
        pass
"#
    )
}

#[test]
fn names_existed() {
    let mut programs = Vec::new();
    let mut never = BTreeSet::new();
    for module in catalogue().iter().filter(|module| module.platform.is_none()) {
        let names: Vec<String> =
            module.names.keys().map(|name| format!("{}.{name}", module.module)).collect();
        programs.extend((*MINORS.start()..=last(module)).map(|version| (version, finding(&names))));
        never.extend(names);
    }
    for outcome in ask(&programs) {
        // Where an interpreter is missing, nothing can be said.
        let Some(outcome) = outcome else { return };
        assert!(outcome.ran(), "{outcome:?}");
        for name in outcome.printed.lines() {
            never.remove(name);
        }
    }
    assert!(never.is_empty(), "in no version: {never:?}");
}

#[test]
fn successors_exist_from_their_version_on() {
    let mut from: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for module in catalogue() {
        for fact in module.names.values() {
            let Some(successor) = fact.replace.clone().filter(|successor| is_standard(successor)) else {
                continue;
            };
            let since = fact.since.as_deref().map_or(0, minor).max(*MINORS.start());
            from.entry(since).or_default().push(successor);
        }
    }
    let mut inquiry = Inquiry::default();
    for (since, successors) in from {
        for version in since..=NEWEST {
            let expected = successors.clone();
            let says = format!("successors since 3.{since} are there");
            inquiry.expect(version, finding(&successors), says, move |outcome| {
                outcome.ran() && outcome.printed.lines().eq(&expected)
            });
        }
    }
    inquiry.settle();
}

fn is_standard(dotted: &str) -> bool {
    !["setuptools", "packaging"].contains(&dotted.split('.').next().unwrap_or(dotted))
}

/// Python that compares an old name with its successor, and fails with what differs.
fn comparison(old: &str, new: &str, fact: &Name) -> String {
    let probes = serde_json::to_string(&fact.probe).expect("texts are JSON");
    let safe = if fact.unsafe_because.is_none() { "True" } else { "False" };
    format!(
        r#"{FIND}
def told(function, arguments):
    try:
        result = eval("function(" + arguments + ")", {{"function": function}})
    except BaseException as error:
        return "raises", type(error).__name__, str(error)
    if hasattr(result, "hexdigest"):
        result = result.hexdigest()
    elif isinstance(result, type(importlib)):
        result = result.__name__, sorted(vars(result))
    return "returns", result

try:
    old, new = find({old:?}), find({new:?})
except (ImportError, AttributeError):
    old = new = None
probes = {probes}
if old is not new and not callable(old):
    assert type(old) is type(new) and old == new, (old, new)
elif old is not new:
    assert probes or not {safe}, "two functions, and no probe to compare them"
for arguments in probes:
    if old is not None:
        before, after = told(old, arguments), told(new, arguments)
        assert before == after, (arguments, before, after)
"#
    )
}

#[test]
fn drop_in_successors_give_the_same_results() {
    let mut inquiry = Inquiry::default();
    for module in catalogue() {
        for (name, fact) in &module.names {
            let Some(successor) = &fact.replace else { continue };
            if fact.unsafe_because.is_some() && fact.probe.is_empty() {
                continue;
            }
            let old = format!("{}.{name}", module.module);
            for version in *MINORS.start()..=last(&module) {
                let says = format!("`{old}` and `{successor}` do the same");
                inquiry.expect(version, comparison(&old, successor, fact), says, Outcome::ran);
            }
        }
    }
    inquiry.settle();
}
