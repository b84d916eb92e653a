//! Installed distributions, one by one: which break, by what, and who with them.

use std::io::{self, Write};

use super::paint::Paint;
use super::summary::{Counts, plural, severities};
use super::{Context, markdown, place, plain};
use crate::check::installed::{Cause, Verdict};
use crate::finding::{Finding, Run, Severity};

/// How many findings of one distribution are shown.
const SHOWN: usize = 3;
/// How many names are listed in one line.
const NAMES: usize = 12;

/// Writes a block for each distribution with findings, then the counts.
pub fn write(out: &mut impl Write, run: &Run, verdicts: &[Verdict], context: &Context) -> io::Result<()> {
    let paint = Paint::new(context.colour);
    for cause in [Cause::Broken, Cause::Parts] {
        for verdict in verdicts.iter().filter(|verdict| verdict.cause() == Some(cause)) {
            block(out, verdict, cause, &paint, context)?;
        }
    }
    let mut built: Vec<&Verdict> =
        verdicts.iter().filter(|verdict| verdict.cause() == Some(Cause::Compiled)).collect();
    built.sort_by_key(|verdict| std::cmp::Reverse(verdict.severity()));
    if let Some(help) = built.first().and_then(|verdict| verdict.findings.first()?.help.as_deref()) {
        heading(out, "compiled for another Python, install anew", &paint, context)?;
        for verdict in built {
            line(out, &verdict.findings[0], &paint, context)?;
        }
        writeln!(out, "  {}help:{:#} {}\n", paint.advice, paint.advice, plain::line(help))?;
    }
    if context.summary { summary(out, run, verdicts, context) } else { Ok(()) }
}

fn heading(out: &mut impl Write, text: &str, paint: &Paint, context: &Context) -> io::Result<()> {
    let (strong, faint) = (paint.strong, paint.faint);
    let bar = if context.unicode { "━━" } else { "==" };
    writeln!(out, "{faint}{bar}{faint:#} {strong}{text}{strong:#}")
}

fn block(
    out: &mut impl Write,
    verdict: &Verdict,
    cause: Cause,
    paint: &Paint,
    context: &Context,
) -> io::Result<()> {
    let says = if cause == Cause::Broken { "breaks" } else { "breaks in parts" };
    heading(out, &format!("{} {says}", plain::line(&verdict.title())), paint, context)?;
    let mut shown: Vec<&Finding> = Vec::new();
    for finding in &verdict.findings {
        let is_known = |one: &&Finding| one.rule == finding.rule && one.symbol == finding.symbol;
        if shown.len() < SHOWN && !shown.iter().any(is_known) {
            shown.push(finding);
            line(out, finding, paint, context)?;
        }
    }
    let rest: Vec<Finding> = verdict
        .findings
        .iter()
        .filter(|one| !shown.iter().any(|two| std::ptr::eq(*one, *two)))
        .cloned()
        .collect();
    if !rest.is_empty() {
        let counts = severities(&Counts::new(&rest).severities, &Paint::default());
        writeln!(out, "  {}and {counts} more{:#}", paint.faint, paint.faint)?;
    }
    if !verdict.takes_down.is_empty() {
        writeln!(out, "  with it: {}", names(verdict.takes_down.iter().map(String::as_str)))?;
    }
    let first = shown.first().filter(|first| first.rule == "installed-distribution");
    let help = first.and_then(|one| one.help.as_deref());
    let help = help.unwrap_or("Ask for a newer release; `newskin explain RULE` tells what is behind it.");
    writeln!(out, "  {}help:{:#} {}\n", paint.advice, paint.advice, plain::line(help))
}

fn line(out: &mut impl Write, finding: &Finding, paint: &Paint, context: &Context) -> io::Result<()> {
    let level = paint.severity(finding.severity);
    let (strong, faint) = (paint.strong, paint.faint);
    writeln!(
        out,
        "  {level}{}{level:#} {strong}{}{strong:#}({}): {}",
        finding.severity,
        finding.rule,
        plain::line(&finding.symbol),
        plain::line(&finding.message),
    )?;
    let path = place::shown(&finding.path, context);
    writeln!(out, "    {faint}{}{faint:#}", place::labelled(&path, &finding.span))
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    let more = all.len().saturating_sub(NAMES);
    let shown = all[..all.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// How many distributions there are and what becomes of them.
pub fn summary(out: &mut impl Write, run: &Run, verdicts: &[Verdict], context: &Context) -> io::Result<()> {
    let paint = Paint::new(context.colour);
    let strong = paint.strong;
    let checked = plural(verdicts.len(), "distribution");
    writeln!(out, "{strong}Checked {checked}{strong:#} in {}", plural(run.files, "file"))?;
    let of = |cause| verdicts.iter().filter(move |verdict| verdict.cause() == cause);
    for (cause, says, style) in [
        (Some(Cause::Broken), "broken", paint.error),
        (Some(Cause::Compiled), "compiled for another Python", paint.error),
        (Some(Cause::Parts), "broken in parts", paint.warning),
    ] {
        let count = of(cause).count();
        if count > 0 {
            let names = names(of(cause).map(|verdict| verdict.name.as_str()));
            writeln!(out, "  {style}{count} {says}{style:#}: {names}")?;
        }
    }
    writeln!(out, "  {} fine", of(None).count())?;
    if !run.problems.is_empty() {
        let (error, count) = (paint.error, plural(run.problems.len(), "problem"));
        writeln!(out, "  {error}{count}{error:#}: files that could not be read")?;
    }
    Ok(())
}

/// A table of the distributions with findings.
pub fn write_markdown(
    out: &mut impl Write,
    run: &Run,
    verdicts: &[Verdict],
    context: &Context,
) -> io::Result<()> {
    let broken = verdicts.iter().filter(|verdict| verdict.severity() == Some(Severity::Error)).count();
    writeln!(out, "## newskin: {broken} of {} break\n", plural(verdicts.len(), "distribution"))?;
    if !run.findings.is_empty() {
        writeln!(out, "| distribution | verdict | finding | place |")?;
        writeln!(out, "| --- | --- | --- | --- |")?;
    }
    for verdict in verdicts {
        let (Some(cause), Some(first)) = (verdict.cause(), verdict.findings.first()) else { continue };
        let says = match cause {
            Cause::Broken => "breaks",
            Cause::Compiled => "compiled for another Python",
            Cause::Parts => "breaks in parts",
        };
        let path = place::labelled(&place::relative(&first.path, context), &first.span);
        let more = match verdict.findings.len() - 1 {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        writeln!(
            out,
            "| {} | {says} | {}{more} | {} |",
            markdown::code(&verdict.title()),
            markdown::prose(&first.message),
            markdown::code(&path),
        )?;
    }
    for problem in &run.problems {
        let path = place::relative(&problem.path, context);
        writeln!(out, "\nNot checked: {}: {}", markdown::code(&path), markdown::prose(&problem.message))?;
    }
    Ok(())
}
