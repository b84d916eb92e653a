use std::sync::Arc;

use super::*;
use crate::finding::{Excerpt, Group, Place, Span};

fn finding(path: &str, symbol: &str, line: &str, row: u32) -> Finding {
    let place = |column| Place { row, column };
    Finding {
        rule: "removed-module",
        group: Group::Stdlib,
        symbol: symbol.to_owned(),
        path: Arc::from(Path::new(path)),
        span: Span {
            range: ruff_text_size::TextRange::default(),
            cell: None,
            start: place(1),
            end: place(2),
        },
        severity: Severity::Error,
        confidence: Confidence::Certain,
        message: String::new(),
        help: None,
        url: None,
        removed_in: None,
        deprecated_in: None,
        fix: None,
        excerpt: Excerpt { first_row: row, text: format!("before\n{line}\nafter"), start: 7, end: 8 },
    }
}

fn paths(paths: &[&str]) -> Vec<PathBuf> {
    paths.iter().map(PathBuf::from).collect()
}

fn recorded(findings: &[Finding]) -> Baseline {
    let mut baseline = Baseline::new(Path::new("/p/known.json"));
    let settings = Settings::default();
    baseline.record(findings, Scope { paths: &paths(&["/p"]), problems: &[], settings: &settings });
    Baseline::parse(Path::new("/p/known.json"), &baseline.to_json()).expect("what was written is read")
}

fn hidden(baseline: &Baseline, findings: Vec<Finding>, roots: &[&str]) -> (usize, usize) {
    let settings = Settings::default();
    let scope = Scope { paths: &paths(roots), problems: &[], settings: &settings };
    let (rest, fixed) = baseline.hide(findings, scope);
    (rest.len(), fixed)
}

#[test]
fn known_findings_may_move_and_be_indented() {
    let baseline = recorded(&[finding("/p/a.py", "cgi", "import  cgi", 3)]);
    assert_eq!(hidden(&baseline, vec![finding("/p/a.py", "cgi", "    import cgi", 90)], &["/p"]), (0, 0));
    assert_eq!(hidden(&baseline, vec![finding("/p/b.py", "cgi", "import cgi", 3)], &["/p"]), (1, 1));
    assert_eq!(hidden(&baseline, vec![finding("/p/a.py", "imp", "import cgi", 3)], &["/p"]), (1, 1));
}

#[test]
fn one_more_of_the_same_is_new() {
    let one = || finding("/p/a.py", "cgi", "import cgi", 3);
    let baseline = recorded(&[one(), one()]);
    assert_eq!(baseline.len(), 2);
    assert_eq!(hidden(&baseline, vec![one(), one(), one()], &["/p"]), (1, 0));
    assert_eq!(hidden(&baseline, vec![one()], &["/p"]), (0, 1));
}

#[test]
fn what_was_not_looked_for_is_not_fixed() {
    let baseline = recorded(&[finding("/p/a.py", "cgi", "import cgi", 3)]);
    assert_eq!(hidden(&baseline, vec![], &["/p/b.py", "/p/sub"]), (0, 0));
    assert_eq!(hidden(&baseline, vec![], &["/p/a.py"]), (0, 1));

    let mut settings = Settings::default();
    let fixed = |settings: &Settings, problems: &[Problem]| {
        baseline.hide(Vec::new(), Scope { paths: &paths(&["/p"]), problems, settings }).1
    };
    let unread = Problem { path: PathBuf::from("/p/a.py"), message: String::new() };
    assert_eq!(fixed(&settings, &[unread]), 0);
    settings.selection.ignore.push(crate::config::Selector::Group(Group::Stdlib));
    assert_eq!(fixed(&settings, &[]), 0);
}

#[test]
fn recording_a_part_keeps_the_rest() {
    let mut baseline =
        recorded(&[finding("/p/a.py", "cgi", "import cgi", 3), finding("/p/b.py", "imp", "import imp", 3)]);
    let settings = Settings::default();
    baseline.record(&[], Scope { paths: &paths(&["/p/a.py"]), problems: &[], settings: &settings });
    assert_eq!(baseline.files.keys().collect::<Vec<_>>(), ["b.py"]);
}

#[test]
fn the_text_is_stable_and_has_a_line_for_each() {
    let findings = [
        finding("/p/b.py", "imp", "import imp", 9),
        finding("/p/dir/a.py", "cgi", "import cgi", 3),
        finding("/q.py", "cgi", "import cgi  # \"x\"", 3),
    ];
    let expected = r#"{
  "newskin-baseline": 1,
  "files": {
    "../q.py": [
      {"rule":"removed-module","symbol":"cgi","line":"import cgi # \"x\"","severity":"error","confidence":"certain","count":1}
    ],
    "b.py": [
      {"rule":"removed-module","symbol":"imp","line":"import imp","severity":"error","confidence":"certain","count":1}
    ],
    "dir/a.py": [
      {"rule":"removed-module","symbol":"cgi","line":"import cgi","severity":"error","confidence":"certain","count":1}
    ]
  }
}
"#;
    let mut baseline = Baseline::new(Path::new("/p/known.json"));
    let settings = Settings::default();
    let roots = paths(&["/"]);
    let scope = Scope { paths: &roots, problems: &[], settings: &settings };
    baseline.record(&findings, scope);
    assert_eq!(baseline.to_json(), expected);
    baseline.record(&[], scope);
    assert_eq!(baseline.to_json(), "{\n  \"newskin-baseline\": 1,\n  \"files\": {}\n}\n");
}

#[test]
fn foreign_files_are_refused_with_the_place() {
    let error =
        |text: &str| Baseline::parse(Path::new("known.json"), text).expect_err("no baseline").to_string();
    assert!(error("[]").starts_with("known.json:1:"), "{}", error("[]"));
    assert!(error("{\n  \"runs\": []\n}").starts_with("known.json:2:8: this is no baseline: unknown field"));
    assert!(error("").contains("EOF"), "{}", error(""));
    let newer = "{\"newskin-baseline\": 2, \"files\": {}}";
    assert_eq!(error(newer), "known.json:1:1: the form of this baseline is 2, this version reads 1");
}
