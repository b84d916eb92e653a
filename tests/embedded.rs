//! Commands and Python code within other files: whatever is done to them, the
//! run goes on and findings lie within the text.

#[path = "interpreters/mod.rs"]
mod interpreters;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use newskin::config::Settings;
use newskin::discover::{Kind, Target};
use newskin::finding::{Confidence, Severity};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The fixtures that hold commands, or code for Python.
fn texts() -> Vec<(PathBuf, Kind, String)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut found = Vec::new();
    files(&fixtures.join("removed-command"), &mut found);
    files(&fixtures.join("removed-module"), &mut found);
    let holds = |path: &PathBuf| {
        let name = path.strip_prefix(&fixtures).expect("below it").to_string_lossy().into_owned();
        name.contains("removed-command") || name.contains("in-")
    };
    found.retain(holds);
    found.sort();
    let text = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let kind = Kind::of_name(&path)?;
        Some((path.strip_prefix(&fixtures).expect("below it").to_path_buf(), kind, text))
    };
    found.into_iter().filter_map(text).collect()
}

fn check(path: &Path, kind: Kind, text: &str) {
    let settings = Settings {
        min_severity: Severity::Info,
        min_confidence: Confidence::Possible,
        ..Settings::default()
    };
    let target = Target { path: path.into(), kind, explicit: true };
    let run = newskin::run_text(&target, text.as_bytes().to_vec(), &settings);
    assert!(run.problems.is_empty(), "{:?} in\n{text}", run.problems);
    for finding in run.findings {
        let range = finding.span.range;
        assert!(text.get(range.to_std_range()).is_some(), "{finding:?} lies outside of\n{text}");
    }
}

#[test]
fn mutilated_files_are_read_to_their_end() {
    let texts = texts();
    assert!(texts.len() > 15, "the fixtures have moved");
    for (path, kind, text) in &texts {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for at in places.iter().step_by(1 + places.len() / 15) {
            check(path, *kind, &text[..*at]);
            check(path, *kind, &text[*at..]);
        }
        for sign in ["'", "\"", "\\", "\n", "(", ")", "EOF", " ", "-"] {
            check(path, *kind, &text.replace(sign, ""));
            check(path, *kind, &text.replacen(sign, "é$(", 3));
        }
        check(path, *kind, &text.replace('\n', "\r\n"));
    }
}

#[test]
fn places_are_those_of_the_names_in_the_file() {
    let mut seen = 0;
    for (path, kind, text) in texts().iter().filter(|(path, ..)| !path.to_string_lossy().contains("good")) {
        let target = Target { path: path.as_path().into(), kind: *kind, explicit: true };
        let run = newskin::run_text(&target, text.as_bytes().to_vec(), &Settings::default());
        for finding in run.findings.iter().filter(|finding| finding.rule == "removed-module") {
            assert!(text[finding.span.range].starts_with(&finding.symbol), "{finding:?}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} findings");
}

#[test]
fn commands_fail_where_they_are_reported() {
    let starts = |version: &str, module: &str| {
        let python = interpreters::find(version)?;
        let mut command = Command::new(python);
        command.args(["-W", "ignore", "-m", module, "--help"]).stdin(Stdio::null());
        let output = command.output().expect("it starts");
        Some(!String::from_utf8_lossy(&output.stderr).contains("No module named"))
    };
    let reported = |version: &str, module: &str| {
        let target = newskin::version::parse_version(version).expect("a version");
        let settings = Settings { target, ..Settings::default() };
        let file = Target { path: Path::new("a.sh").into(), kind: Kind::Shell, explicit: true };
        let run = newskin::run_text(&file, format!("python -m {module}\n").into_bytes(), &settings);
        run.findings.iter().any(|finding| finding.rule == "removed-command" && finding.symbol == module)
    };
    for module in ["smtpd", "asyncore", "lib2to3", "uu", "telnetlib", "imghdr", "mailcap", "pprint"] {
        for version in ["3.11", "3.12", "3.13"] {
            let Some(starts) = starts(version, module) else { continue };
            assert_eq!(reported(version, module), !starts, "{module} on {version}");
        }
    }
}
