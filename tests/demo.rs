//! What `newskin check demo` finds, one line per finding, and that nothing else in it is reported: half of the
//! demonstration is code that only looks broken.

use std::fmt::Write as _;
use std::path::PathBuf;

use newskin::config::Settings;
use newskin::finding::{Finding, Severity};

#[test]
fn findings_of_every_family_and_silence_elsewhere() {
    let settings = Settings { as_of: jiff::civil::date(2026, 11, 21), ..Settings::default() };
    let run = newskin::run(&[PathBuf::from("demo")], &settings);
    assert_eq!(run.problems, []);
    let mut lines = String::new();
    for finding in shown(&run.findings) {
        let place = finding.span.start;
        let cell = finding.span.cell.map_or(String::new(), |cell| format!("cell {cell}:"));
        let fix = finding.fix.as_ref().map_or(String::new(), |fix| format!(" [{} fix]", fix.applicability));
        let path = finding.path.display().to_string().replace('\\', "/");
        let (rule, symbol, severity) = (finding.rule, &finding.symbol, finding.severity);
        writeln!(lines, "{path}:{cell}{}:{} {severity} {rule}: {symbol}{fix}", place.row, place.column)
            .expect("writing to a string");
    }
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("demo", lines);
    });
}

/// What the default settings show.
fn shown(findings: &[Finding]) -> impl Iterator<Item = &Finding> {
    findings.iter().filter(|finding| finding.severity >= Severity::Warning)
}
