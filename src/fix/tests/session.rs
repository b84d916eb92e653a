//! Files on the disk, whole or not at all.

use super::*;

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
