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
//! A line `+++ name` begins another file of the same project, before and, if it
//! changes, after; the program is `program.py`. In a project, only what is found
//! by default is repaired.
//!
//! `=== title (run)` says that the program runs: before and after on 3.8, after
//! on 3.13, with the same output. `(on 2.7)` says that the project supports
//! Python 2.7 as well, and runs it there too. `(safe)` applies safe fixes alone.

mod interpreters;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use newskin::config::Settings;
use newskin::discover::Kind;
use newskin::finding::{Applicability, Confidence, Severity};
use newskin::fix::Options;
use newskin::parse::python::parse;
use newskin::read::{Encoding, Source};
use newskin::version::PythonVersion;
use rayon::prelude::*;

const OLD: PythonVersion = PythonVersion::PY38;

struct Case {
    title: String,
    before: String,
    after: String,
    /// What else the project has: names, texts before and after.
    others: Vec<(String, String, String)>,
    runs: bool,
    on_python2: bool,
    threshold: Applicability,
}

impl Case {
    /// Whether it needs files on the disk.
    fn is_project(&self) -> bool {
        self.on_python2 || !self.others.is_empty()
    }

    /// The same, as it should be when nothing is left to repair.
    fn repaired(&self) -> Self {
        let others = self.others.iter().map(|(name, _, after)| (name.clone(), after.clone(), after.clone()));
        Self {
            before: self.after.clone(),
            others: others.collect(),
            title: self.title.clone(),
            after: self.after.clone(),
            ..*self
        }
    }
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
            let (before, others) = split(before, "");
            let (after, changed) = split(after, &before);
            let others = others.into_iter().map(|(name, text)| {
                let after =
                    changed.iter().find(|(other, _)| *other == name).map_or(&text, |(_, after)| after);
                (name, text.clone(), after.clone())
            });
            cases.push(Case {
                title: format!("{topic}: {title}"),
                before,
                after,
                others: others.collect(),
                runs: title.contains("(run)"),
                on_python2: title.contains("(on 2.7)"),
                threshold: if title.contains("(safe)") { Applicability::Safe } else { Applicability::Unsafe },
            });
        }
    }
    assert!(cases.len() > 60, "the cases are missing");
    cases
}

/// The program, `default` if there is none, and the other files of a part of a case.
fn split(part: &str, default: &str) -> (String, Vec<(String, String)>) {
    let whole = format!("\n{part}");
    let mut files = whole.split("\n+++ ");
    let ended = |text: &str| format!("{}\n", text.trim_end());
    let program = files.next().unwrap_or_default().strip_prefix('\n').unwrap_or_default();
    let program = if program.trim().is_empty() { default.to_owned() } else { ended(program) };
    let named = files.filter_map(|file| file.split_once('\n'));
    (program, named.map(|(name, text)| (name.trim().to_owned(), ended(text))).collect())
}

fn settings() -> Settings {
    Settings {
        root: PathBuf::from("/nowhere"),
        min_severity: Severity::Info,
        min_confidence: Confidence::Possible,
        ..Settings::default()
    }
}

/// The text when nothing is left to repair.
fn repaired(case: &Case, text: &str) -> String {
    if case.is_project() { repaired_in_project(case, text) } else { repaired_as(case, text, false) }
}

/// As a file of a project, which may also support Python 2.
fn repaired_in_project(case: &Case, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("a path");
    let oldest = if case.on_python2 { "2.7" } else { "3.8" };
    std::fs::write(root.join("setup.cfg"), format!("[options]\npython_requires = >={oldest}\n"))
        .expect("a file");
    write(&root, text, case.others.iter().map(|(name, before, _)| (name, before)));
    let min_confidence = if case.on_python2 { Confidence::Possible } else { Confidence::Likely };
    let settings = Settings { root: root.clone(), min_confidence, ..settings() };
    let fixed = newskin::fix(
        std::slice::from_ref(&root),
        &settings,
        &Options::all(case.threshold),
        &newskin::Progress::default(),
    );
    assert!(fixed.run.problems.is_empty(), "{text}\n{:?}", fixed.run.problems);
    let fixed_to = |name: &str| {
        let file = fixed.files.iter().find(|file| file.after.path.ends_with(name));
        file.map(|file| file.after.text.clone())
    };
    for (name, before, after) in &case.others {
        let got = fixed_to(name).unwrap_or_else(|| before.clone());
        assert_eq!(got, *after, "{}: {name}", case.title);
    }
    fixed_to("program.py").unwrap_or_else(|| text.to_owned())
}

/// Writes a program and what stands beside it.
fn write<'a>(root: &Path, program: &str, others: impl Iterator<Item = (&'a String, &'a String)>) {
    std::fs::write(root.join("program.py"), program).expect("a file");
    for (name, text) in others {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
}

fn repaired_as(case: &Case, text: &str, bom: bool) -> String {
    let settings = Settings { minimum: Some(OLD), ..settings() };
    let path: Arc<Path> = Path::new(path_of(case)).into();
    let source = Source { path, kind: Kind::Python, text: text.to_owned(), encoding: Encoding::Utf8, bom };
    let fixed = newskin::fix_source(source, &settings, case.threshold);
    assert!(fixed.run.problems.is_empty(), "{text}\n{:?}", fixed.run.problems);
    fixed.files.first().map_or_else(|| text.to_owned(), |file| file.after.text.clone())
}

fn path_of(case: &Case) -> &'static str {
    if case.title.contains("__init__") { "/nowhere/package/__init__.py" } else { "/nowhere/program.py" }
}

fn all_become(expected: impl Fn(&Case) -> Option<(String, String)> + Sync, bom: bool) {
    let wrong: Vec<String> = cases()
        .par_iter()
        .filter_map(|case| {
            let (before, after) = expected(case)?;
            let got = if bom || !case.is_project() {
                repaired_as(case, &before, bom)
            } else {
                repaired_in_project(case, &before)
            };
            (got != after).then(|| format!("{}\n--- expected\n{after}--- got\n{got}", case.title))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn programs_become_what_is_expected() {
    all_become(|case| Some((case.before.clone(), case.after.clone())), false);
}

#[test]
fn line_ends_and_indents_stay() {
    let windows = |text: &str| text.replace('\n', "\r\n");
    all_become(|case| Some((windows(&case.before), windows(&case.after))), false);
    // Four spaces within a line may be something else.
    let tabs = |text: &str| {
        let lines = text.split('\n').map(|line| {
            let bare = line.trim_start_matches("    ");
            format!("{}{bare}", "\t".repeat((line.len() - bare.len()) / 4))
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    // What is defined is written with spaces; so is all where no line shows what the file uses.
    let is_even = |case: &Case| {
        if case.title.starts_with("definitions:") || !case.before.contains("\n    ") {
            return false;
        }
        let mut lines = case.before.lines().chain(case.after.lines());
        lines.all(|line| (line.len() - line.trim_start().len()) % 4 == 0) && !case.before.contains("\"\"\"")
    };
    all_become(|case| is_even(case).then(|| (tabs(&case.before), tabs(&case.after))), false);
}

#[test]
fn the_ends_of_a_file_stay() {
    let bare = |text: &str| text.strip_suffix('\n').unwrap_or(text).to_owned();
    let last = |text: &str| text.lines().last().map(str::to_owned);
    // Where the last line stays, so does what is behind it.
    let same_end = |case: &&Case| last(&case.before) == last(&case.after);
    all_become(|case| same_end(&case).then(|| (bare(&case.before), bare(&case.after))), false);
    let marked = |text: &str| format!("# -*- coding: utf-8 -*-\n\u{c}\n{text}");
    let keeps_head = |case: &&Case| {
        let first = case.before.lines().next().unwrap_or_default();
        !first.starts_with('#') && case.after.lines().next() == Some(first)
    };
    all_become(|case| keeps_head(&case).then(|| (marked(&case.before), marked(&case.after))), false);
    all_become(|case| (!case.is_project()).then(|| (case.before.clone(), case.after.clone())), true);
}

#[test]
fn what_is_repaired_parses_and_stays() {
    cases().par_iter().for_each(|case| {
        for version in [OLD, PythonVersion::PY313] {
            let faults = parse(&case.after, None, version).faults();
            assert!(faults.is_empty(), "{}: {faults:?}", case.title);
        }
        assert_eq!(repaired(&case.repaired(), &case.after), case.after, "{}", case.title);
    });
}

/// What the program prints, among the other files of its project.
fn output(python: &Path, case: &Case) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), &case.before, case.others.iter().map(|(name, before, _)| (name, before)));
    let flags = ["-B", "-E", "-s", "-W", "ignore", "-c", &case.before];
    let output = Command::new(python).args(flags).current_dir(folder.path()).output().expect("python starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

#[test]
fn interpreters_agree_with_the_repairs() {
    let (Some(old), Some(new)) = (interpreters::find("3.8"), interpreters::find("3.13")) else { return };
    let oldest = interpreters::find("2.7");
    let cases = cases();
    let running: Vec<&Case> = cases.iter().filter(|case| case.runs).collect();
    assert!(running.len() > 20, "hardly any case runs");
    let wrong: Vec<String> = running
        .par_iter()
        .filter_map(|case| {
            let repaired = case.repaired();
            let before = output(&old, case);
            let after = [output(&old, &repaired), output(&new, &repaired)];
            let mut good =
                before.as_ref().is_ok_and(|text| !text.is_empty()) && after.iter().all(|one| *one == before);
            for python in oldest.iter().filter(|_| case.on_python2) {
                let before = output(python, case);
                good &= before.is_ok() && output(python, &repaired) == before;
            }
            (!good).then(|| format!("{}\nbefore: {before:?}\nafter: {after:?}", case.title))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
