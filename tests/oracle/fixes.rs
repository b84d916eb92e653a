//! What newskin makes of the bad examples: it runs before and after, and a safe
//! fix changes nothing of what the program prints.

use std::collections::BTreeSet;
use std::path::Path;

use newskin::config::Settings;
use newskin::discover::Kind;
use newskin::finding::{Applicability, Severity};
use newskin::read::{Encoding, Source};
use newskin::version::PythonVersion;

use crate::ask::{Outcome, ask};
use crate::entries::entries;
use crate::inquiry::Inquiry;
use crate::{NEWEST, catalogue, gone, last, minor};

/// A bad example with the versions that matter to it.
struct Example {
    symbol: String,
    program: String,
    /// The last version it runs on.
    last: u8,
    /// The version it fails on, which may be yet to come.
    removed: Option<u8>,
    /// The version that the fix needs.
    since: u8,
}

fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    for module in catalogue().into_iter().filter(|module| module.removed.is_some()) {
        let (last, removed) = (last(&module), gone(&module));
        let example = |program: &String| Example {
            symbol: module.module.clone(),
            program: program.clone(),
            last,
            removed,
            since: 0,
        };
        found.extend(module.bad.iter().map(example));
    }
    for entry in entries().into_iter().filter(|entry| entry.is_here()) {
        let removed = entry.fact.removed.as_deref().map(minor);
        let since = entry.fact.since.as_deref().map_or(0, minor);
        found.extend(entry.fact.bad.iter().map(|program| Example {
            symbol: entry.symbol(),
            program: program.clone(),
            last: entry.last(),
            removed,
            since,
        }));
    }
    found
}

/// A program after the fixes of newskin, for a project that supports both the
/// last version it runs on and the one it fails on; `None` if nothing changed.
fn fixed(example: &Example, threshold: Applicability) -> Option<String> {
    let Example { program, last, removed, since, .. } = example;
    repaired(program, removed.unwrap_or(NEWEST), (*last).max(*since), threshold)
}

/// A program after the fixes for a target and the oldest version to support; `None` if nothing changed.
pub fn repaired(program: &str, target: u8, minimum: u8, threshold: Applicability) -> Option<String> {
    let version = |minor| PythonVersion { major: 3, minor };
    // No project of its own: nothing lists requirements.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let settings = Settings {
        root: folder.clone(),
        target: version(target),
        minimum: Some(version(minimum)),
        min_severity: Severity::Info,
        ..Settings::default()
    };
    let source = Source {
        path: folder.join("example.py").into(),
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
    let examples = examples();
    let before = ask(&examples.iter().map(|one| (one.last, one.program.clone())).collect::<Vec<_>>());
    let mut inquiry = Inquiry::default();
    let mut counts = (0, 0);
    for (example, before) in examples.iter().zip(before) {
        let symbol = &example.symbol;
        for threshold in [Applicability::Safe, Applicability::Unsafe] {
            let Some(text) = fixed(example, threshold) else { continue };
            if !["setuptools", "packaging"].iter().all(|package| !text.contains(package)) {
                eprintln!("oracle: an example of `{symbol}` needs a package after its fix, not run");
                continue;
            }
            let safe = threshold == Applicability::Safe;
            *(if safe { &mut counts.0 } else { &mut counts.1 }) += 1;
            let printed = before.as_ref().filter(|_| safe).map(|outcome| outcome.printed.clone());
            let versions = [Some(example.last), example.removed, Some(NEWEST)].into_iter().flatten();
            for version in versions.filter(|version| *version <= NEWEST).collect::<BTreeSet<_>>() {
                if version < example.since {
                    continue;
                }
                let says = format!("an example of `{symbol}` runs after {threshold} fixes");
                inquiry.expect(version, &text, says, Outcome::ran);
                if let Some(printed) = printed.clone().filter(|_| version == example.last) {
                    let says = format!("an example of `{symbol}` prints the same after safe fixes");
                    inquiry.expect(version, &text, says, move |outcome| outcome.printed == printed);
                }
            }
        }
    }
    eprintln!("oracle: {} safely fixed examples, {} with unsafe fixes", counts.0, counts.1);
    assert!(counts.0 >= 8, "so few are fixed safely: {}", counts.0);
    inquiry.settle();
}
