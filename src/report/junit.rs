//! JUnit XML: a suite per file, a failed case per finding.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Context, by_file, place, plain};
use crate::finding::{Finding, Problem, Run};

/// Writes the document.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let mut report = Report::new("newskin");
    for problem in &run.problems {
        report.add_test_suite(unread(problem, context));
    }
    for file in by_file(&run.findings) {
        let path = place::relative(&file[0].path, context);
        let path = plain::line(&path);
        let mut suite = TestSuite::new(&*path);
        suite.add_test_cases(file.iter().map(|finding| case(finding, &path)));
        report.add_test_suite(suite);
    }
    if report.test_suites.is_empty() {
        // Servers take a report without a case for a failed upload.
        let mut suite = TestSuite::new("newskin");
        suite.add_test_case(TestCase::new("Nothing found", TestCaseStatus::success()));
        report.add_test_suite(suite);
    }
    // Not straight to the writer: that would wrap its errors.
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn case(finding: &Finding, path: &str) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let mut text = format!("{}: {}", place::labelled(path, &finding.span), plain::line(&finding.message));
    for part in [&finding.help, &finding.url].into_iter().flatten() {
        text.push('\n');
        text.push_str(&plain::line(part));
    }
    status
        .set_message(plain::line(&finding.message))
        .set_type(finding.severity.as_str())
        .set_description(text);
    let name = format!("{}({})", finding.rule, plain::line(&finding.symbol));
    let mut case = TestCase::new(name, status);
    let (start, _) = place::in_file(&finding.span);
    case.set_classname(path);
    case.extra.insert("line".into(), start.row.to_string().into());
    case.extra.insert("column".into(), start.column.to_string().into());
    case
}

fn unread(problem: &Problem, context: &Context) -> TestSuite {
    let path = place::relative(&problem.path, context);
    let path = plain::line(&path);
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(plain::line(&problem.message)).set_type("newskin");
    let mut case = TestCase::new("readable", status);
    case.set_classname(&*path);
    let mut suite = TestSuite::new(&*path);
    suite.add_test_case(case);
    suite
}
