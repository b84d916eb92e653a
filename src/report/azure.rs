//! Logging commands that Azure Pipelines shows as issues of a build.
//!
//! <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>

use std::io::{self, Write};

use super::{Context, by_file, place, plain};
use crate::finding::{Finding, Run, Severity};

/// Writes a command per finding and per problem.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    for problem in &run.problems {
        let path = place::relative(&problem.path, context);
        let message = data(&format!("{path}: {}", problem.message));
        writeln!(out, "##vso[task.logissue type=error;sourcepath={};]{message}", property(&path))?;
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
    // There is no third type.
    let level = if finding.severity == Severity::Error { "error" } else { "warning" };
    let (start, _) = place::in_file(&finding.span);
    let mut message = place::message(finding);
    if let Some(help) = &finding.help {
        message.push_str(". ");
        message.push_str(help);
    }
    writeln!(
        out,
        "##vso[task.logissue type={level};sourcepath={};linenumber={};columnnumber={};code={};]{}",
        property(path),
        start.row,
        start.column,
        property(&format!("{}({})", finding.rule, plain::line(&finding.symbol))),
        data(&plain::line(&message)),
    )
}

/// Escapes what ends the command.
fn data(text: &str) -> String {
    text.replace('%', "%AZP25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes what ends a property, too.
fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}
