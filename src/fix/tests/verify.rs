//! Fixes that do not do what they are for.

use super::*;

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
fn a_fix_may_leave_a_word_about_what_works_now() {
    let trial = Trial::new(&[("a.py", b"old\n")]);
    let check = |path: &Path, text: &str| -> Vec<Finding> {
        let whole = finding(path, &[(None, range(0, 3), "new")]);
        let excerpt = Excerpt { text: "same".to_owned(), ..Excerpt::default() };
        if text.starts_with("old") {
            return vec![Finding { excerpt, ..whole }];
        }
        vec![Finding { severity: Severity::Info, fix: None, excerpt, ..whole }]
    };
    let fixed = trial.fix(true, &["a.py"], check);
    assert_eq!(messages(&fixed), [""; 0]);
    assert_eq!((trial.bytes("a.py"), fixed.run.findings.len()), (b"new\n".to_vec(), 1));
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
    let seen = trial.path("a.py");
    let message = "not fixed: its fixes would bring test (x) in line 1, which was not there, to";
    assert_eq!(messages(&fixed), [format!("{message} `{}`", seen.display())]);
    assert_eq!(trial.bytes("requirements.txt"), b"old\n");
}
