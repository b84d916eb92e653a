//! Every output format, on one small run.

#[path = "report/sample.rs"]
mod sample;

use std::collections::{BTreeSet, HashSet};
use std::io::Write as _;
use std::path::Path;

use newskin::finding::{Finding, Run};
use newskin::report::{self, Context, Format, Migration};
use serde_json::Value;

fn render(format: Format, run: &Run, context: &Context) -> String {
    let mut bytes = Vec::new();
    report::write(&mut bytes, format, run, context).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn statistics(format: Format, run: &Run) -> String {
    let mut bytes = Vec::new();
    report::write_statistics(&mut bytes, format, run, &sample::context()).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn parsed(format: Format, run: &Run) -> Value {
    serde_json::from_str(&render(format, run, &sample::context())).unwrap()
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_format_has_its_snapshot() {
    let run = sample::run();
    for &format in Format::ALL {
        // The version of the package would change it with every release.
        let text = render(format, &run, &sample::context()).replace(env!("CARGO_PKG_VERSION"), "<version>");
        snapshot(&format!("report_{format}"), &text);
    }
}

#[test]
fn other_ways_to_show_people() {
    let run = sample::run();
    let narrow = Context { width: 60, unicode: false, ..sample::context() };
    snapshot("report_full_ascii", &render(Format::Full, &run, &narrow));
    let colour = Context { colour: true, ..sample::context() };
    snapshot("report_full_colour", &render(Format::Full, &run, &colour).replace('\x1b', "␛"));
    snapshot("report_problems", &report::problems(&run.problems, &sample::context()));
    for format in [Format::Full, Format::Json, Format::JsonLines, Format::Markdown] {
        snapshot(&format!("report_statistics_{format}"), &statistics(format, &run));
    }
}

#[test]
fn repairs_are_counted() {
    let summary = |run: Run, format| {
        let fixed = sample::fixed(run);
        let migration = Some(Migration::new(&fixed, true, &sample::context()));
        render(format, &fixed.run, &Context { migration, ..sample::context() })
    };
    assert_eq!(
        summary(Run { files: 2, ..Run::default() }, Format::Concise),
        "Fixed 3 findings in 1 file\n  2  removed-module(pipes)\n  1  removed-api(inspect.getargspec)  [unsafe fix]\n\
         Nothing left to report in 2 files\n"
    );
    snapshot("report_fixed_concise", &summary(sample::run(), Format::Concise));
    snapshot("report_fixed_markdown", &summary(sample::run(), Format::Markdown));
    let migration = Migration::new(&sample::fixed(sample::run()), false, &sample::context());
    let mut json = Vec::new();
    migration.write_json(&mut json).unwrap();
    snapshot("report_migration_json", &String::from_utf8(json).unwrap());
    let quiet = Context { summary: false, ..sample::context() };
    assert_eq!(render(Format::Concise, &sample::run(), &quiet).lines().count(), sample::run().findings.len());
}

#[test]
fn a_run_without_findings_is_valid_too() {
    let clean = Run { files: 1, ..Run::default() };
    let all: String = Format::ALL
        .iter()
        .map(|&format| format!("── {format}\n{}", render(format, &clean, &sample::context())))
        .collect();
    snapshot("report_clean", &all.replace(env!("CARGO_PKG_VERSION"), "<version>"));
    quick_junit::Report::deserialize_from_str(&render(Format::Junit, &clean, &sample::context())).unwrap();
    validate(&parsed(Format::Sarif, &clean));
}

#[test]
fn names_of_formats_are_read_back() {
    for &format in Format::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    let error = "xml".parse::<Format>().unwrap_err();
    assert!(error.contains("`xml`") && error.contains("json-lines"), "{error}");
}

#[test]
fn nothing_steers_the_terminal() {
    let run = sample::run();
    for &format in Format::ALL {
        let text = render(format, &run, &sample::context());
        assert!(!text.contains('\x1b'), "{format}");
    }
}

#[test]
fn frames_fit_the_terminal() {
    let run = sample::run();
    for width in [40, 60, 80, 120] {
        let text = render(Format::Full, &run, &Context { width, ..sample::context() });
        let source =
            |line: &&str| line.split_once('│').is_some_and(|(row, _)| row.trim().parse::<u32>().is_ok());
        assert!(text.lines().any(|line| source(&line)));
        for line in text.lines().filter(source) {
            assert!(textwrap::core::display_width(line) <= width, "{width}: {line}");
        }
    }
    // However odd the width, nothing panics.
    for width in [0, 1, 7, usize::MAX / 4] {
        render(Format::Full, &run, &Context { width, ..sample::context() });
    }
}

#[test]
fn json_has_the_fixed_fields_in_order() {
    let run = sample::run();
    let text = render(Format::Json, &run, &sample::context());
    let first = &text[..text.find("\n  },").unwrap()];
    let keys: Vec<&str> = first
        .lines()
        .filter_map(|line| line.strip_prefix("    \"")?.split_once('"'))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(
        keys,
        [
            "filename",
            "cell",
            "code",
            "location",
            "end_location",
            "message",
            "url",
            "fix",
            "symbol",
            "severity",
            "confidence",
            "group",
            "removed_in",
            "deprecated_in",
            "help",
        ]
    );
    let array: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(array.len(), run.findings.len());
    assert!(array.iter().all(|one| Path::new(one["filename"].as_str().unwrap()).is_absolute()));
    let lines = render(Format::JsonLines, &run, &sample::context());
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, array);
}

#[test]
fn github_and_azure_commands_stay_on_their_line() {
    let run = sample::run();
    for (format, prefix) in [(Format::Github, "::"), (Format::Azure, "##vso[task.logissue type=")] {
        let text = render(format, &run, &sample::context());
        assert_eq!(text.lines().count(), run.findings.len() + run.problems.len(), "{text}");
        assert!(text.lines().all(|line| line.starts_with(prefix)), "{text}");
    }
    // As the two runners take commands apart.
    let text = render(Format::Github, &run, &sample::context());
    for line in text.lines() {
        let (command, _) = line[2..].split_once("::").unwrap();
        let (_, properties) = command.split_once(' ').unwrap();
        assert!(properties.split(',').all(|property| property.split('=').count() == 2), "{properties}");
    }
    let text = render(Format::Azure, &run, &sample::context());
    for line in text.lines() {
        let (command, _) = line["##vso[".len()..].split_once(']').unwrap();
        let (_, properties) = command.split_once(' ').unwrap();
        assert!(
            properties.split_terminator(';').all(|property| property.split('=').count() == 2),
            "{properties}"
        );
    }
}

#[test]
fn junit_is_read_back() {
    let run = sample::run();
    let text = render(Format::Junit, &run, &sample::context());
    let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!(read.failures, run.findings.len());
    assert_eq!(read.errors, run.problems.len());
    let odd =
        read.test_suites.iter().flat_map(|suite| &suite.test_cases).find(|case| case.name.contains("ignore"));
    let quick_junit::TestCaseStatus::NonSuccess { message, .. } = &odd.unwrap().status else {
        panic!("a finding is a failure");
    };
    assert!(message.as_deref().unwrap().contains("<b>is</b> suppressed & \"100%\" of it's unused]]>"));
}

/// The run after ten lines were added above everything.
fn moved(run: &Run) -> Run {
    let mut run = run.clone();
    for Finding { span, excerpt, .. } in &mut run.findings {
        span.range += ruff_text_size::TextSize::from(100);
        span.start.row += 10;
        span.end.row += 10;
        excerpt.first_row += 10;
    }
    run
}

#[test]
fn gitlab_fingerprints_are_unique_and_survive_moved_lines() {
    let run = sample::run();
    let fingerprints = |run: &Run| -> Vec<String> {
        let issues = parsed(Format::Gitlab, run);
        issues.as_array().unwrap().iter().map(|one| one["fingerprint"].as_str().unwrap().to_owned()).collect()
    };
    let before = fingerprints(&run);
    assert_eq!(before.iter().collect::<HashSet<_>>().len(), run.findings.len() + run.problems.len());
    assert_eq!(before, fingerprints(&moved(&run)));
}

#[test]
fn markdown_fits_a_comment() {
    let one = sample::run().findings.swap_remove(0);
    let findings: Vec<Finding> = (0..3000).map(|_| one.clone()).collect();
    let text = render(Format::Markdown, &Run { findings, files: 1, ..Run::default() }, &sample::context());
    assert!(text.len() < 65_536, "{}", text.len());
    let rows = text.lines().filter(|line| line.starts_with("| 1:8 |")).count();
    assert!(text.ends_with(&format!("{} findings more in 1 file: too many for one comment.\n", 3000 - rows)));
}

#[test]
fn tables_keep_their_columns() {
    let text = render(Format::Markdown, &sample::run(), &sample::context());
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 5, "{line}");
    }
}

#[test]
fn sarif_is_sound() {
    let run = sample::run();
    let log = parsed(Format::Sarif, &run);
    assert_eq!(log["version"], "2.1.0");
    let sarif = &log["runs"][0];
    assert_eq!(sarif["columnKind"], "unicodeCodePoints");
    assert_eq!(sarif["originalUriBaseIds"]["%SRCROOT%"]["uri"], "file:///repo/");
    assert_eq!(sarif["invocations"][0]["executionSuccessful"], false);
    assert_eq!(sarif["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 2);
    let rules = sarif["tool"]["driver"]["rules"].as_array().unwrap();
    let used: BTreeSet<&str> = run.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(
        rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect::<Vec<_>>(),
        Vec::from_iter(used)
    );
    let results = sarif["results"].as_array().unwrap();
    assert_eq!(results.len(), run.findings.len());
    for (result, finding) in results.iter().zip(&run.findings) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert_eq!(result["ruleId"], finding.rule);
        let physical = &result["locations"][0]["physicalLocation"];
        let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "{uri}");
        let based = physical["artifactLocation"]["uriBaseId"] == "%SRCROOT%";
        assert_eq!(based, !uri.starts_with("file:///"), "{uri}");
        if finding.span.cell.is_none() {
            assert_eq!(physical["region"]["startLine"], finding.span.start.row);
            assert_eq!(physical["region"]["endColumn"], finding.span.end.column);
        }
    }
}

#[test]
fn sarif_rules_come_from_their_pages() {
    for entry in newskin::rules::RULES {
        let mut run = sample::run();
        for finding in &mut run.findings {
            (finding.rule, finding.group) = (entry.id, entry.rule.meta().group);
        }
        let log = parsed(Format::Sarif, &run);
        validate(&log);
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let [rule] = rules.as_slice() else { panic!("one rule: {rules:?}") };
        assert_eq!(rule["shortDescription"]["text"], entry.summary());
        assert_eq!(rule["help"]["markdown"], entry.page);
        assert_eq!(rule["properties"]["tags"][2], entry.rule.meta().group.as_str());
        // The first address on the page, if there is one.
        let uri = rule.get("helpUri").map(|uri| uri.as_str().unwrap());
        assert!(
            uri.is_some_and(|uri| entry.page.contains(uri)) || !entry.page.contains("https://"),
            "{uri:?}"
        );
    }
}

#[test]
fn sarif_fixes_are_the_edits() {
    let run = sample::run();
    let log = parsed(Format::Sarif, &run);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let mut seen = 0;
    for (result, finding) in results.iter().zip(&run.findings) {
        let Some(shown) = result.get("fixes") else { continue };
        let fix = finding.fix.as_ref().unwrap();
        let replacements: Vec<&Value> = shown[0]["artifactChanges"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|change| change["replacements"].as_array().unwrap())
            .collect();
        assert_eq!(replacements.len(), fix.edits.len());
        for (replacement, edit) in replacements.iter().zip(&fix.edits) {
            assert_eq!(replacement["insertedContent"]["text"], edit.content.as_str());
            let region = &replacement["deletedRegion"];
            assert_eq!(region["startLine"], edit.span.start.row);
            assert_eq!(region["startColumn"], edit.span.start.column);
            assert_eq!(region["endLine"], edit.span.end.row);
            assert_eq!(region["endColumn"], edit.span.end.column);
        }
        seen += 1;
    }
    // Two unsafe, two safe; the one that is for display stays out.
    assert_eq!(seen, 4);
}

#[test]
fn sarif_fingerprints_survive_moved_lines() {
    let run = sample::run();
    let fingerprints = |run: &Run| -> Vec<Value> {
        let log = parsed(Format::Sarif, run);
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.into_iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    assert_eq!(fingerprints(&run), fingerprints(&moved(&run)));
}

#[test]
fn sarif_is_valid() {
    validate(&parsed(Format::Sarif, &sample::run()));
}

/// Holds a log against the published schema, which `tests/sarif-schema.sh`
/// fetches. Without it says so; in continuous integration that is an error.
fn validate(log: &Value) {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/sarif-schema-2.1.0.json");
    let path = std::env::var_os("NEWSKIN_SARIF_SCHEMA").map_or(default, Into::into);
    let Ok(schema) = std::fs::read(&path) else {
        let message =
            format!("not validated: no SARIF schema at {}; run tests/sarif-schema.sh", path.display());
        assert!(std::env::var_os("CI").is_none(), "{message}");
        // Past the capture of the test harness: it must be seen.
        std::io::stderr().write_all(format!("{message}\n").as_bytes()).unwrap();
        return;
    };
    let schema: Value = serde_json::from_slice(&schema).unwrap();
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
#[ignore = "a measurement: cargo test --release --test report -- --ignored"]
fn a_hundred_thousand_findings_take_no_time() {
    let few = sample::run().findings;
    let findings: Vec<Finding> = few.iter().cycle().take(100_000).cloned().collect();
    let run = Run { findings, files: 1, ..Run::default() };
    for (format, most) in
        [(Format::Json, 0.5), (Format::JsonLines, 0.5), (Format::Concise, 0.5), (Format::Sarif, 1.5)]
    {
        let start = std::time::Instant::now();
        report::write(&mut std::io::sink(), format, &run, &sample::context()).unwrap();
        let took = start.elapsed().as_secs_f64();
        assert!(took < most, "{format}: {took} s");
    }
}
