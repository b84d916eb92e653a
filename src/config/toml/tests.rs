use super::*;
use crate::finding::Severity;

const KNOWN: &[&str] = &["removed-module", "yum-missing"];

fn toml(text: &str) -> Result<Options, String> {
    read(Path::new("newskin.toml"), text, Path::new("/p"), KNOWN).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, message: &str) {
    assert_eq!(toml(text).expect_err(text), message);
}

#[test]
fn reads_every_key() {
    let options = toml(
        r#"
        target-version = "3.13"
        minimum-version = "3.9"
        as-of = 2026-11-21
        select = ["stdlib", "removed-module:c*"]
        extend-select = ["modernize"]
        ignore = ["yum-missing"]
        min-severity = "info"
        min-confidence = "certain"
        fail-on = "never"
        output-format = "sarif"
        output-file = "out.sarif"
        exclude = ["build", "docs/*.py"]
        force-exclude = true
        baseline = "newskin-baseline.json"
        fix = true
        unsafe-fixes = false
        backports = true
        no-cache = true
        statistics = true
        jobs = 2
        no-progress = true
        color = "never"
        quiet = true

        [per-file-ignores]
        "tests/*" = ["removed-module"]

        [platforms]
        azure = false
        aws = true
        "#,
    )
    .expect("a good file");
    assert_eq!(options.min_severity, Some(Severity::Info));
    assert_eq!(options.output_file.as_deref(), Some(Path::new("/p/out.sarif")));
    assert_eq!(options.fail_on, Some(None));
    assert_eq!(options.as_of, Some(jiff::civil::date(2026, 11, 21)));
    assert_eq!(options.unused_platforms, Some(vec![Group::Azure]));
    assert_eq!(options.select.map(|select| select.len()), Some(2));
    let ignores = options.per_file_ignores.expect("given");
    assert!(ignores[0].0.matches(Path::new("/p/tests/a.py")));
}

#[test]
fn every_listed_key_is_read() {
    for key in KEYS {
        let error = toml(&format!("{key} = 1979-05-27T07:32:00Z")).err().unwrap_or_default();
        assert!(!error.contains("unknown key"), "{key}: {error}");
    }
}

#[test]
fn unknown_keys_name_the_nearest() {
    refused(
        "\ntaget-version = \"3.13\"",
        "newskin.toml:2:1: unknown key `taget-version`; did you mean `target-version`?",
    );
    refused("diff = true", "newskin.toml:1:1: `diff` can only be given on the command line");
    refused("[platforms]\nazur = true", "newskin.toml:2:1: unknown key `azur`; did you mean `azure`?");
    assert!(toml("xyzzy = 1").expect_err("unknown").contains("the keys are target-version, "));
}

#[test]
fn wrong_values_are_placed() {
    refused("fix = \"yes\"", "newskin.toml:1:7: expected true or false, found a string");
    refused(
        "target-version = 3.10",
        "newskin.toml:1:18: expected a version in quotes, such as \"3.13\", found a float",
    );
    refused(
        "select = [\"stdlib\",\n  \"removd-module\"]",
        "newskin.toml:2:3: unknown rule or group `removd-module`; did you mean `removed-module`?",
    );
    refused("ignore = \"stdlib\"", "newskin.toml:1:10: expected an array of strings, found a string");
    refused("ignore = [1]", "newskin.toml:1:11: expected a string, found integer");
    refused("jobs = 0", "newskin.toml:1:8: `0` is not a number from 1");
    refused("fail-on = \"all\"", "newskin.toml:1:11: `all` is not one of error, warning, info, never");
    refused("as-of = \"soon\"", "newskin.toml:1:9: `soon` is not a date such as 2026-11-21");
}

#[test]
fn broken_toml_is_placed() {
    let error = toml("fix = true\nselect = [").expect_err("unclosed");
    assert!(error.starts_with("newskin.toml:2:"), "{error}");
}

#[test]
fn a_pyproject_without_the_table_says_nothing() {
    let read = |text: &str| {
        read_pyproject(Path::new("pyproject.toml"), text, Path::new("/p"), KNOWN)
            .map_err(|error| error.to_string())
    };
    assert!(read("[project]\nname = \"newskin-demo\"").expect("fine").is_none());
    assert!(read("[project").expect("for others to say").is_none());
    assert!(read("[tool.newskin]\nfix = true").expect("fine").is_some());
    assert_eq!(
        read("[tool.newskin]\nfixx = true").err().as_deref(),
        Some("pyproject.toml:2:1: unknown key `fixx`; did you mean `fix`?")
    );
    assert!(read("[tool.newskin\nfix = true").is_err());
}
