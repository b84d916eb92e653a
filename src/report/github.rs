//! Workflow commands that GitHub Actions shows as annotations.
//!
//! <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands>

use std::io::{self, Write};

use super::{Context, by_file, place, plain};
use crate::finding::{Finding, Run, Severity};

/// Writes a command per finding and per problem.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    for problem in &run.problems {
        let path = place::relative(&problem.path, context);
        let message = data(&format!("{path}: {}", problem.message));
        writeln!(out, "::error file={},title=newskin::{message}", property(&path))?;
    }
    for file in by_file(&run.findings) {
        let path = place::relative(&file[0].path, context);
        for finding in file {
            command(out, finding, &path)?;
        }
    }
    Ok(())
}

fn command(out: &mut impl Write, finding: &Finding, path: &str) -> io::Result<()> {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let (start, end) = place::in_file(&finding.span);
    write!(out, "::{level} file={},line={},endLine={}", property(path), start.row, end.row)?;
    // Columns are refused for an annotation of several lines.
    if start.row == end.row {
        write!(out, ",col={},endColumn={}", start.column, end.column)?;
    }
    let title = format!("{}({})", finding.rule, plain::line(&finding.symbol));
    // The log shows the message alone, without the place.
    let mut message = format!("{}: {}", place::labelled(path, &finding.span), plain::line(&finding.message));
    if let Some(help) = &finding.help {
        message.push('\n');
        message.push_str(&plain::line(help));
    }
    writeln!(out, ",title={}::{}", property(&title), data(&message))
}

/// Escapes what ends the command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what ends a property, too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
