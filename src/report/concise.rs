//! One line per finding: `path:row:column: severity rule(symbol) message [fix]`.

use std::io::{self, Write};

use super::paint::Paint;
use super::{Context, by_file, place, plain, summary};
use crate::finding::{Applicability, Finding, Run};

/// Writes the findings, then the counts.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let paint = Paint::new(context.colour);
    for file in by_file(&run.findings) {
        let path = place::shown(&file[0].path, context);
        for finding in file {
            line(out, finding, &path, &paint)?;
        }
    }
    if context.summary {
        summary::write(out, run, context)?;
    }
    Ok(())
}

fn line(out: &mut impl Write, finding: &Finding, path: &str, paint: &Paint) -> io::Result<()> {
    let (level, strong, faint) = (paint.severity(finding.severity), paint.strong, paint.faint);
    write!(
        out,
        "{strong}{place}{strong:#}: {level}{severity}{level:#} {strong}{rule}{strong:#}({symbol}) {message}",
        place = place::labelled(path, &finding.span),
        severity = finding.severity,
        rule = finding.rule,
        symbol = plain::line(&finding.symbol),
        message = plain::line(&finding.message),
    )?;
    match finding.fix.as_ref().map(|fix| fix.applicability) {
        Some(Applicability::Safe) => writeln!(out, " {faint}[fix]{faint:#}"),
        Some(Applicability::Unsafe) => writeln!(out, " {faint}[unsafe fix]{faint:#}"),
        Some(Applicability::Display) => writeln!(out, " {faint}[suggestion]{faint:#}"),
        None => writeln!(out),
    }
}
