//! No text that anybody can write makes newskin panic, point outside of the
//! text, or fix without end.
//!
//! Real files of every kind (the fixtures and the demo) are cut, doubled, mixed
//! and sprinkled with what parsers trip over, then checked and fixed by all
//! rules. `PROPTEST_CASES=5000 cargo test --test mutation` looks further.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use newskin::config::Settings;
use newskin::discover::Kind;
use newskin::finding::{Applicability, Confidence, Finding, Severity};
use newskin::fix_source;
use newskin::read;
use proptest::prelude::*;
use proptest::sample::Index;

/// The longest file that is taken: what a change breaks shows in short ones.
const LONGEST: usize = 6_000;

/// What is sprinkled in: brackets, quotes, ends and beginnings of the languages read.
const SPRINKLES: [&str; 40] = [
    "\n",
    "\r\n",
    "\\\n",
    "`\n",
    "\t",
    " ",
    "\0",
    "\u{feff}",
    "é",
    "\u{2028}",
    "'",
    "\"",
    "\"\"\"",
    "f\"{",
    "}",
    "{",
    "[",
    "]",
    "(",
    ")",
    "$(",
    "${",
    "<<EOF\n",
    "EOF\n",
    "<<-'E'",
    "&&",
    "||",
    ";",
    "|",
    "#",
    "# newskin: ignore",
    ":",
    "- ",
    "*a",
    "&a ",
    "!Sub ",
    "%{ if",
    "${each.value.",
    "FROM ",
    "\nRUN ",
];

/// One change to a text.
#[derive(Debug, Clone)]
enum Change {
    /// Takes out so many characters.
    Cut(Index, usize),
    /// Writes so many characters twice.
    Double(Index, usize),
    /// Puts something in.
    Sprinkle(Index, Index),
    /// Puts in a piece of another file of that kind.
    Mix(Index, Index, Index, usize),
    /// Ends the text.
    End(Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 1..40_usize).prop_map(|(at, length)| Change::Cut(at, length)),
        (at(), 1..60_usize).prop_map(|(at, length)| Change::Double(at, length)),
        (at(), at()).prop_map(|(at, which)| Change::Sprinkle(at, which)),
        (at(), at(), at(), 1..200_usize)
            .prop_map(|(at, other, from, length)| Change::Mix(at, other, from, length)),
        at().prop_map(Change::End),
    ]
}

/// The files of a kind, by name and text.
type Files = Vec<(PathBuf, String)>;

static FILES: LazyLock<Vec<(Kind, PathBuf, String)>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["tests/fixtures", "demo"] {
        collect(&root.join(folder), &mut found);
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
});

fn collect(folder: &Path, found: &mut Vec<(Kind, PathBuf, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if let Some(kind) = Kind::of_name(&path)
            && let Ok(text) = std::fs::read_to_string(&path)
            && text.len() <= LONGEST
        {
            found.push((kind, path, text));
        }
    }
}

fn files(kind: Kind) -> Files {
    let files = FILES.iter().filter(|(of, ..)| *of == kind);
    let files: Files = files.map(|(_, path, text)| (path.clone(), text.clone())).collect();
    assert!(!files.is_empty(), "there is no fixture of {kind:?}");
    files
}

/// The characters from one on, as a range of bytes.
fn span(text: &str, at: usize, length: usize) -> std::ops::Range<usize> {
    let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let from = at.min(starts.len() - 1);
    starts[from]..starts[(from + length).min(starts.len() - 1)]
}

fn changed(mut text: String, changes: &[Change], files: &Files) -> String {
    for change in changes {
        let length = text.chars().count() + 1;
        match change {
            Change::Cut(at, characters) => {
                text.replace_range(span(&text, at.index(length), *characters), "");
            }
            Change::Double(at, characters) => {
                let span = span(&text, at.index(length), *characters);
                let piece = text[span.clone()].to_owned();
                text.insert_str(span.end, &piece);
            }
            Change::Sprinkle(at, which) => {
                text.insert_str(
                    span(&text, at.index(length), 0).start,
                    SPRINKLES[which.index(SPRINKLES.len())],
                );
            }
            Change::Mix(at, other, from, characters) => {
                let other = &other.get(files).1;
                let piece = &other[span(other, from.index(other.chars().count() + 1), *characters)];
                text.insert_str(span(&text, at.index(length), 0).start, piece);
            }
            Change::End(at) => text.truncate(span(&text, at.index(length), 0).start),
        }
    }
    text
}

fn settings() -> Settings {
    Settings { min_severity: Severity::Info, min_confidence: Confidence::Possible, ..Settings::default() }
}

/// Whether everything that a finding points at is in the text.
fn is_within(finding: &Finding, text: &str) -> bool {
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits).filter(|edit| edit.path.is_none());
    let ranges = edits.map(|edit| edit.span.range).chain([finding.span.range]);
    ranges.into_iter().all(|range| text.get(range.to_std_range()).is_some())
}

/// Checks and fixes the text as a file of that name.
fn survives(name: &Path, kind: Kind, text: &str) -> Result<(), TestCaseError> {
    // A folder of its own that does not exist, so that nothing stands around it.
    let path: Arc<Path> = Path::new("/nonexistent/newskin").join(name.file_name().expect("a file")).into();
    let Ok(source) = read::decode(&path, kind, text.as_bytes().to_vec()) else { return Ok(()) };
    let settings = settings();
    let fixed = fix_source(source.clone(), &settings, Applicability::Unsafe);
    for problem in &fixed.run.problems {
        prop_assert!(!problem.message.contains("internal error"), "{}", problem.message);
        prop_assert!(!problem.message.contains("did not settle"), "{}", problem.message);
    }
    let after = fixed.files.iter().find(|file| file.path == path).map_or(source, |file| file.after.clone());
    if kind != Kind::Notebook {
        for finding in &fixed.run.findings {
            prop_assert!(is_within(finding, &after.text), "{} points outside of the text", finding.rule);
        }
    }
    let again = fix_source(after.clone(), &settings, Applicability::Unsafe);
    let twice = again.files.iter().find(|file| file.path == path).map(|file| &file.after.text);
    prop_assert!(twice.is_none_or(|text| *text == after.text), "fixing twice changes more");
    Ok(())
}

macro_rules! kinds {
    ($($name:ident: $kind:ident, $cases:literal;)*) => {$(
        #[test]
        fn $name() {
            let files = files(Kind::$kind);
            let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or($cases);
            let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
            let changes = (any::<Index>(), prop::collection::vec(change(), 1..5));
            let run = proptest::test_runner::TestRunner::new_with_rng(
                config,
                proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
            )
            .run(&changes, |(which, changes)| {
                let (path, text) = which.get(&files);
                let text = changed(text.clone(), &changes, &files);
                survives(path, Kind::$kind, &text)
                    .map_err(|error| TestCaseError::fail(format!("{error}\nin {}:\n{text}", path.display())))
            });
            if let Err(error) = run {
                panic!("{error}");
            }
        }
    )*};
}

kinds! {
    python: Python, 60;
    notebooks: Notebook, 60;
    dockerfiles: Dockerfile, 200;
    yaml: Yaml, 200;
    json: Json, 100;
    shell: Shell, 100;
    makefiles: Makefile, 100;
    hcl: Hcl, 200;
    toml: Toml, 100;
}
