//! Fixes that no rule offers, so that every way to go wrong is tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ruff_text_size::{TextRange, TextSize};
use tempfile::TempDir;

use super::apply::{apply, sift};
use super::select::{Candidate, Change, edits_in, select};
use super::*;
use crate::config::Settings;
use crate::discover::{Kind, Target};
use crate::finding::{
    Applicability, Confidence, Edit, Excerpt, Finding, Fix, Group, Place, Problem, Run, Severity, Span,
};
use crate::project::Project;
use crate::read::{self, Pending, Source};

fn range(start: usize, end: usize) -> TextRange {
    let at = |offset| TextSize::try_from(offset).expect("short");
    TextRange::new(at(start), at(end))
}

fn span(range: TextRange) -> Span {
    let place = Place { row: 1, column: 1 };
    Span { range, cell: None, start: place, end: place }
}

/// A finding at the first edit of its fix.
fn finding(path: &Path, edits: &[(Option<&Path>, TextRange, &str)]) -> Finding {
    let edit = |(path, range, content): &(Option<&Path>, TextRange, &str)| Edit {
        path: path.map(Arc::from),
        span: span(*range),
        content: (*content).to_owned(),
    };
    Finding {
        rule: "test",
        group: Group::Stdlib,
        symbol: "x".to_owned(),
        path: path.into(),
        span: span(edits[0].1),
        severity: Severity::Error,
        confidence: Confidence::Certain,
        message: String::new(),
        help: None,
        url: None,
        removed_in: None,
        deprecated_in: None,
        fix: Some(Fix {
            applicability: Applicability::Safe,
            message: String::new(),
            reason: None,
            edits: edits.iter().map(edit).collect(),
        }),
        excerpt: Excerpt { text: format!("{edits:?}"), ..Excerpt::default() },
    }
}

fn change(start: usize, end: usize, content: &str) -> Change {
    Change { path: Path::new("x").into(), range: range(start, end), content: content.to_owned() }
}

fn source(kind: Kind, text: &str) -> Source {
    read::decode(&Path::new("x").into(), kind, text.as_bytes().to_vec()).expect("text")
}

/// Which of these fixes, each a list of edits, are picked.
fn picked(fixes: &[&[&Change]]) -> Vec<usize> {
    let findings: Vec<Finding> =
        (0..fixes.len()).map(|at| finding(Path::new("x"), &[(None, range(at, at), "")])).collect();
    let mut candidates: Vec<Candidate<'_>> = findings
        .iter()
        .zip(fixes)
        .map(|(finding, edits)| Candidate { finding, edits: edits.iter().copied().cloned().collect() })
        .collect();
    select(&mut candidates)
}

#[test]
fn overlapping_fixes_wait() {
    let a = change(2, 6, "a");
    for (other, together) in [
        (change(5, 9, "b"), false),
        (change(0, 3, "b"), false),
        (change(3, 4, "b"), false),
        (change(2, 6, "b"), false),
        (change(2, 6, "a"), true),
        (change(6, 9, "b"), true),
        (change(0, 2, "b"), true),
        (change(4, 4, "line\n"), false),
        (change(6, 6, "b"), false),
        (change(2, 2, "b"), false),
        (change(2, 2, "line\n"), true),
        (change(6, 6, "\nline"), true),
        (change(7, 7, "b"), true),
    ] {
        let expected: &[usize] = if together { &[0, 1] } else { &[0] };
        assert_eq!(picked(&[&[&a], &[&other]]), expected, "{other:?}");
        assert_eq!(picked(&[&[&other], &[&a]]), expected, "{other:?}");
    }
    let (line, other) = (change(2, 2, "one\n"), change(2, 2, "two\n"));
    assert_eq!(picked(&[&[&line], &[&other]]), [0, 1], "lines go one below the other");
    assert_eq!(picked(&[&[&line], &[&change(2, 2, "\nx")]]), [0]);
    assert_eq!(picked(&[&[&change(2, 2, "x")], &[&change(2, 2, "y")]]), [0]);
    // Whole or not at all: the third is free again, because the second is out.
    assert_eq!(picked(&[&[&a], &[&change(5, 7, ""), &change(20, 21, "")], &[&change(20, 22, "")]]), [0, 2]);
    // A shared edit is no overlap.
    assert_eq!(picked(&[&[&line, &a], &[&line, &change(8, 9, "")]]), [0, 1]);
    assert_eq!(picked(&[&[&change(1, 3, "x"), &change(2, 4, "y")]]), [0; 0], "contradicts itself");
}

/// Numbers without a pattern, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit as u64).max(1)).expect("below the limit")
    }
}

/// Random fixes on random text, against making the edits from the last to the first.
#[test]
fn applying_is_the_same_as_editing_backwards() {
    const PIECES: [&str; 8] = ["a", "é", "😀", "\r\n", "\n", "word ", "\"", "\t"];
    let mut numbers = Numbers(7);
    for _ in 0..2000 {
        let length = 1 + numbers.below(60);
        let text: String = (0..length).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let fixes: Vec<Vec<Change>> = (0..numbers.below(12))
            .map(|_| {
                let edits = 1 + numbers.below(2);
                let mut edit = || {
                    let (a, b) = (places[numbers.below(places.len())], places[numbers.below(places.len())]);
                    change(a.min(b), a.max(b).min(a.min(b) + 8).max(a.min(b)), PIECES[numbers.below(5)])
                };
                (0..edits).map(|_| edit()).collect()
            })
            .filter(|edits: &Vec<Change>| {
                edits.iter().all(|edit| text.is_char_boundary(edit.range.end().to_usize()))
            })
            .collect();
        let findings: Vec<Finding> =
            fixes.iter().map(|_| finding(Path::new("x"), &[(None, range(0, 0), "")])).collect();
        let mut candidates: Vec<Candidate<'_>> = findings
            .iter()
            .zip(&fixes)
            .map(|(finding, edits)| Candidate { finding, edits: edits.clone() })
            .collect();
        let picked = select(&mut candidates);
        let edits = edits_in(&candidates, picked.iter().copied(), Path::new("x"));
        for pair in edits.windows(2) {
            assert!(pair[0].range.end() <= pair[1].range.start(), "{pair:?}");
        }
        let before = source(Kind::Requirements, &text);
        let after = apply(&before, &edits).expect("all in the text").text;
        let newline =
            text.find(['\n', '\r']).filter(|&at| text[at..].starts_with("\r\n")).map_or("\n", |_| "\r\n");
        let mut expected = text.clone();
        for edit in edits.iter().rev() {
            let content = edit.content.replace("\r\n", "\n").replace('\n', newline);
            let content = if newline == "\n" { &edit.content } else { &content };
            expected.replace_range(edit.range.start().to_usize()..edit.range.end().to_usize(), content);
        }
        assert_eq!(after, expected);
    }
}

#[test]
fn new_lines_end_as_the_file_does() {
    let insert = change(0, 0, "import a\nimport b\n");
    for (text, expected) in [
        ("x\r\ny\n", "import a\r\nimport b\r\nx\r\ny\n"),
        ("x\ry", "import a\rimport b\rx\ry"),
        ("x", "import a\nimport b\nx"),
    ] {
        assert_eq!(
            apply(&source(Kind::Python, text), &[&insert]).map(|source| source.text),
            Ok(expected.to_owned())
        );
    }
}

#[test]
fn edits_outside_the_text_are_refused() {
    let text = source(Kind::Python, "é");
    for edit in [change(1, 1, "x"), change(0, 9, "x")] {
        let refused = apply(&text, &[&edit]).map(|source| source.text);
        assert_eq!(refused, Err("does not fit: its place is not in the file".to_owned()));
    }
}

#[test]
fn spoilers_are_found_by_halves() {
    for (spoilers, most) in [(&[][..], 1), (&[3][..], 16), (&[0, 99][..], 30), (&[1, 2, 3, 4, 5][..], 40)] {
        let all: Vec<usize> = (0..100).collect();
        let (mut tries, mut last) = (0, Vec::new());
        let found = sift(&all, &mut |set| {
            tries += 1;
            let works = !set.iter().any(|one| spoilers.contains(one));
            if works {
                last = set.to_vec();
            }
            works
        });
        assert_eq!(found, spoilers);
        assert_eq!(last.len(), 100 - spoilers.len());
        assert!(tries <= most, "{tries} tries for {spoilers:?}");
    }
}

/// A folder of files, and rounds of fixes over it.
struct Trial {
    folder: TempDir,
    settings: Settings,
    started: SystemTime,
}

impl Trial {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("a new file");
        }
        Self { folder, settings: Settings::default(), started: SystemTime::now() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("our own file")
    }

    /// Fixes with what `check` finds in each text, by file name.
    fn fix(&self, write: bool, names: &[&str], check: impl Fn(&Path, &str) -> Vec<Finding>) -> FixedRun {
        self.fix_after(write, names, check, || ())
    }

    /// The same, with something happening between the last check and the writing.
    fn fix_after(
        &self,
        write: bool,
        names: &[&str],
        check: impl Fn(&Path, &str) -> Vec<Finding>,
        meanwhile: impl FnOnce(),
    ) -> FixedRun {
        self.fix_with(Options::all(Applicability::Safe), write, names, check, meanwhile)
    }

    fn fix_with(
        &self,
        options: Options,
        write: bool,
        names: &[&str],
        check: impl Fn(&Path, &str) -> Vec<Finding>,
        meanwhile: impl FnOnce(),
    ) -> FixedRun {
        let mut targets: Vec<Target> = names
            .iter()
            .map(|name| self.path(name))
            .map(|path| Target {
                kind: Kind::of_name(&path).expect("a known name"),
                path: path.into(),
                explicit: true,
            })
            .collect();
        targets.sort_by(|a, b| a.path.cmp(&b.path));
        let project = Project::survey(&self.settings);
        let mut run = Run { files: targets.len(), ..Run::default() };
        for target in &targets {
            match read::read(target) {
                Ok(source) => run.findings.extend(check(&target.path, &source.text)),
                Err(error) => panic!("{error:?}"),
            }
        }
        let mut session = Session::new(options, &self.settings, &targets, self.started);
        let mut sources = session.open(&run.findings, &project);
        for _ in 0..ROUNDS {
            let checked =
                sources.iter().map(|source| (source.path.clone(), check(&source.path, &source.text)));
            sources = session.round(&checked.collect::<Vec<_>>(), &project);
            if sources.is_empty() {
                break;
            }
        }
        session.give_up(&sources);
        loop {
            let after = self.after(&session, &targets, &check);
            if session.holds(&run.findings, &after.findings) {
                meanwhile();
                let mut fixed = session.finish(run, after);
                if write {
                    fixed.write();
                }
                return fixed;
            }
        }
    }

    /// What is found in the files as they would be.
    fn after(
        &self,
        session: &Session<'_>,
        targets: &[Target],
        check: impl Fn(&Path, &str) -> Vec<Finding>,
    ) -> Run {
        let _pending = Pending::new(session.changed());
        let sources = targets.iter().filter_map(|target| read::read(target).ok());
        let findings = sources.flat_map(|source| check(&source.path, &source.text)).collect();
        Run { findings, files: targets.len(), ..Run::default() }
    }
}

/// Finds every `old` and offers `new`.
fn replacing(old: &'static str, new: &'static str) -> impl Fn(&Path, &str) -> Vec<Finding> {
    move |path, text| {
        let places = text.match_indices(old).map(|(at, _)| range(at, at + old.len()));
        places.map(|place| finding(path, &[(None, place, new)])).collect()
    }
}

fn messages(run: &FixedRun) -> Vec<&str> {
    run.run.problems.iter().map(|problem| problem.message.as_str()).collect()
}

#[test]
fn bytes_that_no_fix_touches_stay() {
    let files: [(&str, &[u8], &[u8]); 6] = [
        ("crlf.py", b"old = 1\r\nx = old", b"new = 1\r\nx = new"),
        ("bom.py", b"\xef\xbb\xbfold\n", b"\xef\xbb\xbfnew\n"),
        ("latin.py", b"# coding: latin-1\nold = '\xe9'\n", b"# coding: latin-1\nnew = '\xe9'\n"),
        ("sjis.py", b"# coding: shift_jis\nold = '\x83\x5c'\n", b"# coding: shift_jis\nnew = '\x83\x5c'\n"),
        ("mixed.py", b"old\r\nold\nold\rold", b"new\r\nnew\nnew\rnew"),
        ("requirements.txt", b"\xff\xfeo\0l\0d\0\n\0", b"\xff\xfen\0e\0w\0\n\0"),
    ];
    let trial = Trial::new(&files.map(|(name, before, _)| (name, before)));
    let names = files.map(|(name, ..)| name);
    let dry = trial.fix(false, &names, replacing("old", "new"));
    assert_eq!((dry.files.len(), dry.before.len()), (6, 10), "planning finds all and writes none");
    assert!(files.iter().all(|(name, before, _)| trial.bytes(name) == *before));
    let fixed = trial.fix(true, &names, replacing("old", "new"));
    assert_eq!(messages(&fixed), [""; 0]);
    assert_eq!(fixed.counts(), BTreeMap::from([("test", 10)]));
    assert_eq!(fixed.run.findings, []);
    for (name, _, after) in files {
        assert_eq!(trial.bytes(name).escape_ascii().to_string(), after.escape_ascii().to_string(), "{name}");
    }
    let again = trial.fix(true, &names, replacing("old", "new"));
    assert!(again.files.is_empty() && again.run.problems.is_empty());
    let left = fs::read_dir(trial.folder.path()).expect("our own folder").count();
    assert_eq!(left, 6, "no temporary file stays");
}

#[test]
fn a_fix_that_breaks_the_syntax_is_taken_back_alone() {
    let trial = Trial::new(&[
        ("a.py", b"good = 1\nbad = 2\ngood = 3\n"),
        ("b.json", b"[good, bad]"),
        ("c.toml", b"good = 1"),
    ]);
    let check = |path: &Path, text: &str| {
        let mut findings = replacing("good", "fine")(path, text);
        findings.extend(replacing("bad", "(")(path, text));
        findings
    };
    let fixed = trial.fix(true, &["a.py", "c.toml"], check);
    assert_eq!(messages(&fixed), ["line 1: the fix of test (x) would break the syntax, so it was not made"]);
    assert_eq!(trial.bytes("a.py"), b"fine = 1\nbad = 2\nfine = 3\n");
    assert_eq!(trial.bytes("c.toml"), b"fine = 1");
    assert_eq!(fixed.run.findings.len(), 1, "the finding stays");
    assert_eq!(fixed.counts(), BTreeMap::from([("test", 3)]));
    // What was broken before may stay so.
    let broken = trial.fix(true, &["b.json"], check);
    assert_eq!(messages(&broken), [""; 0]);
    assert_eq!(trial.bytes("b.json"), b"[fine, (]");
}

#[test]
fn fixes_that_only_fit_alone_come_one_after_the_other() {
    // Each takes its name and the comma behind it, or before it if it is the
    // last: in one round the last two would leave a comma.
    let trial = Trial::new(&[("a.py", b"from m import a, b, c, d\n")]);
    let check = |path: &Path, text: &str| {
        let Some((_, names)) = text.trim_end().split_once("import ") else { return Vec::new() };
        let list: Vec<&str> = names.split(", ").collect();
        let start = text.len() - names.len() - 1;
        let mut at = start;
        let mut findings = Vec::new();
        for (index, name) in list.iter().enumerate() {
            let edit = match (*name, index + 1 == list.len()) {
                ("a", _) => None,
                (_, true) => Some(range(at - 2, at + 1)),
                (_, false) => Some(range(at, at + 3)),
            };
            findings.extend(edit.map(|range| finding(path, &[(None, range, "")])));
            at += 3;
        }
        findings
    };
    let fixed = trial.fix(true, &["a.py"], check);
    assert_eq!(messages(&fixed), [""; 0]);
    assert_eq!(trial.bytes("a.py"), b"from m import a\n");
}

#[test]
fn a_fix_over_two_files_is_made_in_both_or_in_none() {
    let files: [(&str, &[u8]); 3] = [("a.py", b"old\n"), ("b.py", b"old\n"), ("requirements.txt", b"x\n")];
    let names = ["a.py", "b.py", "requirements.txt"];
    let check = |other: PathBuf| {
        move |path: &Path, text: &str| -> Vec<Finding> {
            let offer = |(at, _)| {
                finding(path, &[(None, range(at, at + 3), "new"), (Some(&other), range(2, 2), "y\n")])
            };
            text.match_indices("old").map(offer).collect()
        }
    };
    let trial = Trial::new(&files);
    let fixed = trial.fix(true, &names, check(trial.path("requirements.txt")));
    assert_eq!(messages(&fixed), [""; 0]);
    assert_eq!(trial.bytes("requirements.txt"), b"x\ny\n", "asked for twice, made once");
    assert_eq!((trial.bytes("a.py"), trial.bytes("b.py")), (b"new\n".to_vec(), b"new\n".to_vec()));

    let trial = Trial::new(&files);
    let mut mode = fs::metadata(trial.path("requirements.txt")).expect("our own file").permissions();
    mode.set_readonly(true);
    fs::set_permissions(trial.path("requirements.txt"), mode).expect("our own file");
    let fixed = trial.fix(true, &names, check(trial.path("requirements.txt")));
    let together =
        format!("not fixed: its fixes go with those of `{}`", trial.path("requirements.txt").display());
    assert_eq!(messages(&fixed), [&together, &together, "not fixed: the file is read-only"]);
    assert_eq!((trial.bytes("a.py"), trial.bytes("b.py")), (b"old\n".to_vec(), b"old\n".to_vec()));
    assert_eq!((fixed.run.findings.len(), fixed.files.len()), (2, 0));

    let trial = Trial::new(&files);
    let fixed = trial.fix(true, &names, check(trial.path("missing-requirements.txt")));
    assert_eq!(messages(&fixed), ["no such file or directory"]);
    assert_eq!(trial.bytes("a.py"), b"old\n");
}

#[test]
fn another_file_that_is_newer_than_the_survey_is_left_alone() {
    let mut trial = Trial::new(&[("a.py", b"old\n"), ("requirements.txt", b"x\n")]);
    trial.started = SystemTime::UNIX_EPOCH;
    let other = trial.path("requirements.txt");
    let check = move |path: &Path, text: &str| -> Vec<Finding> {
        let offer =
            |(at, _)| finding(path, &[(None, range(at, at + 3), "new"), (Some(&other), range(2, 2), "y\n")]);
        text.match_indices("old").map(offer).collect()
    };
    let fixed = trial.fix(true, &["a.py"], check);
    assert_eq!(messages(&fixed), [write::CHANGED]);
    assert_eq!((trial.bytes("a.py"), trial.bytes("requirements.txt")), (b"old\n".to_vec(), b"x\n".to_vec()));
}

#[test]
fn a_finding_fixed_in_another_file_is_gone() {
    let trial = Trial::new(&[("a.py", b"old\n"), ("requirements.txt", b"x\n")]);
    let other = trial.path("requirements.txt");
    let check = move |path: &Path, text: &str| -> Vec<Finding> {
        let is_there = read::bytes(&other).is_ok_and(|text| text.ends_with(b"y\n"));
        let offer = |_| finding(path, &[(Some(&other), range(2, 2), "y\n")]);
        text.matches("old").filter(|_| !is_there).map(offer).collect()
    };
    let fixed = trial.fix(true, &["a.py"], check);
    assert_eq!(trial.bytes("requirements.txt"), b"x\ny\n");
    assert_eq!((fixed.run.findings.len(), fixed.counts()), (0, BTreeMap::from([("test", 1)])));
}

#[test]
fn fixes_without_end_are_taken_back() {
    let trial = Trial::new(&[("a.py", b"old\n"), ("b.py", b"grow\n")]);
    let check = |path: &Path, text: &str| {
        let mut findings = replacing("old", "new")(path, text);
        findings.extend(replacing("new", "old")(path, text));
        findings.extend(replacing("grow\n", "x\ngrow\n")(path, text));
        findings
    };
    let fixed = trial.fix(true, &["a.py", "b.py"], check);
    assert_eq!(
        messages(&fixed),
        ["not fixed: its fixes undo each other", "not fixed: its fixes did not settle in 100 rounds"]
    );
    assert_eq!((trial.bytes("a.py"), trial.bytes("b.py")), (b"old\n".to_vec(), b"grow\n".to_vec()));
    assert_eq!(fixed.run.findings.len(), 2);
}

#[test]
fn characters_that_the_encoding_lacks_are_not_written() {
    let trial = Trial::new(&[("a.py", b"# coding: latin-1\nold\n")]);
    let fixed = trial.fix(true, &["a.py"], replacing("old", "'€'"));
    let message = "line 1: the fix of test (x) cannot be written: `€` does not exist in the file's encoding, \
                   ISO 8859-1, so it was not made";
    assert_eq!(messages(&fixed), [message]);
    assert_eq!(trial.bytes("a.py"), b"# coding: latin-1\nold\n");
}

#[test]
fn notebooks_are_fixed_in_their_json() {
    let json = r#"{"cells": [{"cell_type": "code", "source": ["%time x\n", "old"]}], "metadata": {}}"#;
    let trial = Trial::new(&[("a.ipynb", json.as_bytes())]);
    let check = |path: &Path, text: &str| {
        let joined = crate::parse::notebook::parse(text).expect("a notebook").text;
        replacing("old", "new")(path, &joined)
    };
    let fixed = trial.fix(true, &["a.ipynb"], check);
    assert_eq!(messages(&fixed), [""; 0]);
    assert_eq!(trial.bytes("a.ipynb"), json.replace("old", "new").as_bytes());
    let diff = fixed.files[0].diff().replace(&trial.path("a.ipynb").display().to_string(), "a.ipynb");
    let expected = "--- a.ipynb:cell 1\n+++ a.ipynb:cell 1\n@@ -1,2 +1,2 @@\n %time x\n-old\n\
                    \\ No newline at end of file\n+new\n\\ No newline at end of file\n";
    assert_eq!(diff, expected);
}

#[test]
fn diffs_keep_line_ends() {
    let trial = Trial::new(&[("a.py", b"x\r\nold\r\ny")]);
    let fixed = trial.fix(false, &["a.py"], replacing("old", "new"));
    let diff = fixed.files[0].diff();
    let name = trial.path("a.py").display().to_string();
    let expected = format!(
        "--- {name}\n+++ {name}\n@@ -1,3 +1,3 @@\n x\r\n-old\r\n+new\r\n y\n\\ No newline at end of file\n"
    );
    assert_eq!(diff, expected);
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let trial = Trial::new(&[("a.py", b"old\n"), ("b.py", b"old\n"), ("c.py", b"old\n")]);
    let meanwhile = || {
        fs::write(trial.path("a.py"), "old, and more\n").expect("our own file");
        fs::remove_file(trial.path("b.py")).expect("our own file");
    };
    let fixed = trial.fix_after(true, &["a.py", "b.py", "c.py"], replacing("old", "new"), meanwhile);
    assert_eq!(messages(&fixed), [write::CHANGED, "not fixed: no such file or directory"]);
    assert_eq!(trial.bytes("a.py"), b"old, and more\n");
    assert_eq!(trial.bytes("c.py"), b"new\n");
    assert_eq!(fixed.run.findings.len(), 2);
    assert!(fixed.run.problems.iter().all(|Problem { path, .. }| path.starts_with(trial.folder.path())));
}

#[cfg(unix)]
#[test]
fn links_modes_and_read_only_files() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let trial = Trial::new(&[("real.py", b"old\n"), ("script.py", b"old\n"), ("fixed.py", b"old\n")]);
    symlink("real.py", trial.path("link.py")).expect("a link");
    for (name, mode) in [("script.py", 0o755), ("real.py", 0o640), ("fixed.py", 0o444)] {
        fs::set_permissions(trial.path(name), fs::Permissions::from_mode(mode)).expect("our own file");
    }
    let fixed = trial.fix(true, &["link.py", "script.py", "fixed.py"], replacing("old", "new"));
    assert_eq!(messages(&fixed), ["not fixed: the file is read-only"]);
    assert!(trial.path("link.py").is_symlink());
    let mode = |name| fs::metadata(trial.path(name)).expect("our own file").permissions().mode() & 0o777;
    assert_eq!((mode("real.py"), mode("script.py"), mode("fixed.py")), (0o640, 0o755, 0o444));
    assert_eq!((trial.bytes("real.py"), trial.bytes("fixed.py")), (b"new\n".to_vec(), b"old\n".to_vec()));
}

#[test]
fn a_file_that_could_not_be_written_back_is_left_alone() {
    // The second spelling of a character that would be written as `\x81\xe0`.
    let bytes = b"# coding: cp932\nold # \x87\x90\n";
    let trial = Trial::new(&[("a.py", bytes)]);
    let fixed = trial.fix(true, &["a.py"], replacing("old", "new"));
    assert_eq!(messages(&fixed), ["not fixed: bytes of its encoding, Shift_JIS, would be lost"]);
    assert_eq!(trial.bytes("a.py"), bytes);
}

#[test]
fn a_fix_that_leaves_its_finding_is_taken_back() {
    let trial = Trial::new(&[("a.py", b"old = 1\n"), ("b.py", b"old\n")]);
    let check = |path: &Path, text: &str| -> Vec<Finding> {
        let stubborn = text.contains("= 1").then(|| Finding {
            excerpt: Excerpt { text: "same".to_owned(), ..Excerpt::default() },
            ..finding(path, &[(None, range(0, 3), "new")])
        });
        let mut found = replacing("old\n", "new\n")(path, text);
        found.extend(stubborn);
        found
    };
    let fixed = trial.fix(true, &["a.py", "b.py"], check);
    assert_eq!(messages(&fixed), ["not fixed: the fix of test (x) leaves what it is for"]);
    assert_eq!((trial.bytes("a.py"), trial.bytes("b.py")), (b"old = 1\n".to_vec(), b"new\n".to_vec()));
    assert_eq!(
        fixed.not_made.iter().map(|one| &*one.reason).collect::<Vec<_>>(),
        ["the fix of test (x) leaves what it is for"]
    );
}

#[test]
fn a_fix_that_brings_another_finding_is_taken_back() {
    let trial = Trial::new(&[("a.py", b"old\n"), ("b.py", b"older\n"), ("c.py", b"fine\n")]);
    let check = |path: &Path, text: &str| -> Vec<Finding> {
        let mut found = replacing("old", "new")(path, text);
        let worse = text.find("newer").map(|at| Finding {
            symbol: "worse".to_owned(),
            fix: None,
            ..finding(path, &[(None, range(at, at + 5), "")])
        });
        found.extend(worse);
        found
    };
    let fixed = trial.fix(true, &["a.py", "b.py", "c.py"], check);
    let message = "not fixed: its fixes would bring test (worse) in line 1, which was not there";
    assert_eq!(messages(&fixed), [message]);
    assert_eq!((trial.bytes("a.py"), trial.bytes("b.py")), (b"new\n".to_vec(), b"older\n".to_vec()));
    assert_eq!(fixed.run.findings.len(), 1, "what was there is there");
}

#[test]
fn what_fixes_declare_for_other_files_is_seen_before_anything_is_written() {
    let trial = Trial::new(&[("a.py", b"fine\n"), ("requirements.txt", b"old\n")]);
    let other = trial.path("requirements.txt");
    let check = move |path: &Path, text: &str| -> Vec<Finding> {
        if path.ends_with("requirements.txt") {
            return replacing("old", "new")(path, text);
        }
        let is_new = read::bytes(&other).is_ok_and(|text| text.starts_with(b"new"));
        let lost = Finding { fix: None, ..finding(path, &[(None, range(0, 1), "")]) };
        is_new.then_some(lost).into_iter().collect()
    };
    let fixed = trial.fix(true, &["a.py", "requirements.txt"], check);
    let message = "not fixed: its fixes would bring test (x) in line 1, which was not there, to another file";
    assert_eq!(messages(&fixed), [message]);
    assert_eq!(trial.bytes("requirements.txt"), b"old\n");
}

/// Files in which each line `n` is fixed to `N`, and trials of the whole.
struct Suite {
    trial: Trial,
    names: Vec<String>,
}

impl Suite {
    fn new(files: usize, lines: usize) -> Self {
        let names: Vec<String> = (0..files).map(|number| format!("f{number}.py")).collect();
        let text =
            |file: usize| (0..lines).map(|line| format!("n{}\n", file * lines + line)).collect::<String>();
        let texts: Vec<(&str, String)> =
            names.iter().enumerate().map(|(file, name)| (name.as_str(), text(file))).collect();
        let files: Vec<(&str, &[u8])> = texts.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        Self { trial: Trial::new(&files), names }
    }

    fn plan(&self, left_out: &std::collections::HashSet<u64>) -> FixedRun {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let check = |path: &Path, text: &str| -> Vec<Finding> {
            let places = text.match_indices('n');
            places
                .map(|(at, _)| {
                    let line = text[at..].lines().next().unwrap_or_default();
                    Finding { symbol: line.to_owned(), ..finding(path, &[(None, range(at, at + 1), "N")]) }
                })
                .collect()
        };
        let options = Options { left_out: left_out.clone(), ..Options::all(Applicability::Safe) };
        self.trial.fix_with(options, false, &names, check, || ())
    }

    /// The lines that are fixed on the disk.
    fn fixed(&self) -> Vec<String> {
        let text: String =
            self.names.iter().map(|name| String::from_utf8(self.trial.bytes(name)).expect("text")).collect();
        text.lines().filter(|line| line.starts_with('N')).map(str::to_owned).collect()
    }

    /// Proves with a test over the fixed lines; the verdict, the lines that stay
    /// fixed, and the number of trials.
    fn prove(&self, works: impl Fn(&[String]) -> bool) -> (Verdict, Vec<String>, usize) {
        let all = self.plan(&std::collections::HashSet::new());
        let mut judge = || Some(works(&self.fixed()));
        let proof = prove(all, &|left_out| self.plan(left_out), &mut judge, "it fails");
        let made: usize = proof.fixed.files.iter().map(|file| file.made.len()).sum();
        let fixed = self.fixed();
        assert_eq!(made, fixed.len(), "what is said is what is on the disk");
        (proof.verdict, fixed, proof.trials)
    }
}

#[test]
fn fixes_that_work_are_tried_once() {
    let (verdict, fixed, trials) = Suite::new(3, 4).prove(|_| true);
    assert_eq!((verdict, fixed.len(), trials), (Verdict::Works, 12, 1));
}

#[test]
fn fixes_that_break_something_are_taken_back_alone() {
    let breaks = |bad: &'static [&'static str]| {
        move |fixed: &[String]| !fixed.iter().any(|line| bad.contains(&line.as_str()))
    };
    let (verdict, fixed, trials) = Suite::new(4, 8).prove(breaks(&["N13"]));
    assert_eq!((verdict, fixed.len()), (Verdict::TakenBack(1), 31));
    assert!(!fixed.contains(&"N13".to_owned()) && trials <= 12, "{trials}");
    let (verdict, fixed, _) = Suite::new(4, 8).prove(breaks(&["N0", "N13", "N31"]));
    assert_eq!((verdict, fixed.len()), (Verdict::TakenBack(3), 29));
}

#[test]
fn fixes_that_are_needed_stay_when_another_breaks() {
    let works = |fixed: &[String]| {
        let has = |line: &str| fixed.iter().any(|other| other == line);
        has("N2") && has("N30") && !has("N17")
    };
    let (verdict, fixed, _) = Suite::new(4, 8).prove(works);
    assert_eq!((verdict, fixed.len()), (Verdict::TakenBack(1), 31));
    assert!(!fixed.contains(&"N17".to_owned()));
}

#[test]
fn what_fails_for_other_reasons_takes_nothing_back() {
    let (verdict, fixed, trials) = Suite::new(2, 4).prove(|_| false);
    assert_eq!((verdict, fixed.len()), (Verdict::Unexplained, 8));
    assert!(trials <= 16, "{trials}");
}

#[test]
fn a_command_that_rewrites_the_files_itself_ends_the_search() {
    let suite = Suite::new(1, 2);
    let all = suite.plan(&std::collections::HashSet::new());
    let path = suite.trial.path("f0.py");
    let mut judge = || {
        fs::write(&path, "formatted\n").expect("our own file");
        Some(false)
    };
    let proof = prove(all, &|left_out| suite.plan(left_out), &mut judge, "it fails");
    assert_eq!(proof.verdict, Verdict::Stuck);
    assert_eq!(messages(&proof.fixed), [write::CHANGED]);
    assert_eq!(suite.trial.bytes("f0.py"), b"formatted\n", "what somebody else has written stays");
}

#[test]
fn a_search_that_is_stopped_leaves_the_files_as_they_were() {
    let suite = Suite::new(3, 4);
    let all = suite.plan(&std::collections::HashSet::new());
    let mut left = 4;
    let mut judge = || {
        left -= 1;
        (left > 0).then_some(false)
    };
    let proof = prove(all, &|left_out| suite.plan(left_out), &mut judge, "it fails");
    assert_eq!((proof.verdict, proof.trials), (Verdict::Stopped, 4));
    assert_eq!((suite.fixed().len(), proof.fixed.files.len(), proof.fixed.run.findings.len()), (0, 0, 12));
}
