//! Repairs of names of the standard library: small programs before and after.
//!
//! The files of `tests/repair/` hold cases:
//!
//! ```text
//! === title
//! the program
//! ---
//! the program when nothing is left to repair; nothing if it stays as it is
//! ```
//!
//! `=== title (run)` says that the program runs: before and after on 3.8, after
//! on 3.13, with the same output. `(safe)` applies safe fixes alone.

mod interpreters;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use newskin::config::Settings;
use newskin::discover::Kind;
use newskin::finding::{Applicability, Confidence, Severity};
use newskin::parse::python::parse;
use newskin::read::{Encoding, Source};
use newskin::version::PythonVersion;
use rayon::prelude::*;

const OLD: PythonVersion = PythonVersion::PY38;

struct Case {
    title: String,
    before: String,
    after: String,
    runs: bool,
    threshold: Applicability,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/repair");
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("a folder of cases").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "txt")) {
        let text = std::fs::read_to_string(file).expect("a file of cases");
        let topic = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        for part in format!("\n{text}").split("\n=== ").skip(1) {
            let (title, programs) = part.split_once('\n').expect("a program");
            let (before, after) = programs.split_once("---\n").expect("two programs");
            let before = format!("{}\n", before.trim_end());
            let after =
                if after.trim().is_empty() { before.clone() } else { format!("{}\n", after.trim_end()) };
            cases.push(Case {
                title: format!("{topic}: {title}"),
                before,
                after,
                runs: title.contains("(run)"),
                threshold: if title.contains("(safe)") { Applicability::Safe } else { Applicability::Unsafe },
            });
        }
    }
    assert!(cases.len() > 60, "the cases are missing");
    cases
}

/// The text when nothing is left to repair.
fn repaired(text: &str, path: &str, threshold: Applicability) -> String {
    let settings = Settings {
        root: PathBuf::from("/nowhere"),
        minimum: Some(OLD),
        min_severity: Severity::Info,
        min_confidence: Confidence::Possible,
        ..Settings::default()
    };
    let path: Arc<Path> = Path::new(path).into();
    let source =
        Source { path, kind: Kind::Python, text: text.to_owned(), encoding: Encoding::Utf8, bom: false };
    let fixed = newskin::fix_source(source, &settings, threshold);
    assert!(fixed.run.problems.is_empty(), "{text}\n{:?}", fixed.run.problems);
    fixed.files.first().map_or_else(|| text.to_owned(), |file| file.after.text.clone())
}

fn path_of(case: &Case) -> &'static str {
    if case.title.contains("__init__") { "/nowhere/package/__init__.py" } else { "/nowhere/program.py" }
}

#[test]
fn programs_become_what_is_expected() {
    let wrong: Vec<String> = cases()
        .par_iter()
        .filter_map(|case| {
            let got = repaired(&case.before, path_of(case), case.threshold);
            (got != case.after).then(|| format!("{}\n--- expected\n{}--- got\n{got}", case.title, case.after))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_repaired_parses_and_stays() {
    cases().par_iter().for_each(|case| {
        for version in [OLD, PythonVersion::PY313] {
            let faults = parse(&case.after, None, version).faults();
            assert!(faults.is_empty(), "{}: {faults:?}", case.title);
        }
        assert_eq!(repaired(&case.after, path_of(case), case.threshold), case.after, "{}", case.title);
    });
}

fn output(python: &Path, program: &str) -> Result<String, String> {
    let output =
        Command::new(python).args(["-I", "-W", "ignore", "-c", program]).output().expect("python starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn interpreters_agree_with_the_repairs() {
    let (Some(old), Some(new)) = (interpreters::find("3.8"), interpreters::find("3.13")) else { return };
    let cases = cases();
    let running: Vec<&Case> = cases.iter().filter(|case| case.runs).collect();
    assert!(running.len() > 20, "hardly any case runs");
    let wrong: Vec<String> = running
        .par_iter()
        .filter_map(|case| {
            let before = output(&old, &case.before);
            let after = [output(&old, &case.after), output(&new, &case.after)];
            let good =
                before.as_ref().is_ok_and(|text| !text.is_empty()) && after.iter().all(|one| *one == before);
            (!good).then(|| format!("{}\nbefore: {before:?}\nafter: {after:?}", case.title))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
