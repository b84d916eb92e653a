//! The code quality report of GitLab.
//!
//! <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::Path;

use serde::{Serialize, Serializer as _};

use super::fingerprint::Fingerprints;
use super::{Context, by_file, place};
use crate::finding::{Finding, Problem, Run, Severity};

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes one array, issue by issue.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let path = |path: &Path| place::relative(path, context);
    let problems: Vec<(String, &Problem)> = run.problems.iter().map(|one| (path(&one.path), one)).collect();
    let files: Vec<(String, &[Finding])> =
        by_file(&run.findings).map(|file| (path(&file[0].path), file)).collect();
    let fingerprints = RefCell::new(Fingerprints::default());
    let problems = problems.iter().map(|(path, problem)| {
        let fingerprint = fingerprints.borrow_mut().of_problem(problem, path);
        unread(problem, path, fingerprint)
    });
    let findings = files.iter().flat_map(|(path, file)| file.iter().map(move |finding| (path, finding)));
    let findings = findings.map(|(path, finding)| {
        let fingerprint = fingerprints.borrow_mut().of_finding(finding, path);
        issue(finding, path, fingerprint)
    });
    serde_json::Serializer::pretty(&mut *out).collect_seq(problems.chain(findings))?;
    writeln!(out)
}

fn issue<'a>(finding: &'a Finding, path: &'a str, fingerprint: (u128, usize)) -> Issue<'a> {
    let (start, end) = place::in_file(&finding.span);
    Issue {
        description: place::message(finding),
        check_name: finding.rule,
        fingerprint: written(fingerprint),
        severity: match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Info => "info",
        },
        location: Location { path, lines: Lines { begin: start.row, end: end.row } },
    }
}

/// A file that could not be checked is a blocker: what is in it is unknown.
fn unread<'a>(problem: &'a Problem, path: &'a str, fingerprint: (u128, usize)) -> Issue<'a> {
    Issue {
        description: problem.message.clone(),
        check_name: "newskin",
        fingerprint: written(fingerprint),
        severity: "blocker",
        location: Location { path, lines: Lines { begin: 1, end: 1 } },
    }
}

fn written((hash, count): (u128, usize)) -> String {
    format!("{hash:032x}-{count}")
}
