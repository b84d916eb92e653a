//! Counts per rule and symbol, for an overview of a large repository.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use rustc_hash::FxHashSet;
use serde::Serialize;

use super::paint::Paint;
use super::{Context, Format, markdown, plain, summary};
use crate::finding::{Applicability, Finding, Group, Run, Severity};

/// Everything found about one symbol by one rule.
#[derive(Debug, Serialize)]
struct Row<'a> {
    code: &'a str,
    symbol: &'a str,
    group: Group,
    /// The worst that occurs.
    severity: Severity,
    count: usize,
    files: usize,
    fixable: usize,
    fixable_unsafe: usize,
}

/// Writes the counts, the most frequent first.
pub fn write(out: &mut impl Write, format: Format, run: &Run, context: &Context) -> io::Result<()> {
    let rows = rows(&run.findings);
    match format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &rows)?;
            writeln!(out)
        }
        Format::JsonLines => rows.iter().try_for_each(|row| {
            serde_json::to_writer(&mut *out, row)?;
            writeln!(out)
        }),
        Format::Markdown => write_markdown(out, &rows),
        _ => {
            write_text(out, &rows, context)?;
            if context.summary { summary::write(out, run, context) } else { Ok(()) }
        }
    }
}

fn rows(findings: &[Finding]) -> Vec<Row<'_>> {
    let mut by_symbol: BTreeMap<(&str, &str), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_symbol.entry((finding.rule, &finding.symbol)).or_default().push(finding);
    }
    let mut rows: Vec<Row<'_>> = by_symbol
        .into_iter()
        .filter_map(|((code, symbol), findings)| {
            let group = findings.first()?.group;
            let severity = findings.iter().map(|finding| finding.severity).max()?;
            let with = |applicability| {
                findings
                    .iter()
                    .filter(|f| f.fix.as_ref().is_some_and(|fix| fix.applicability == applicability))
                    .count()
            };
            let files: FxHashSet<&Path> = findings.iter().map(|finding| &*finding.path).collect();
            Some(Row {
                code,
                symbol,
                group,
                severity,
                count: findings.len(),
                files: files.len(),
                fixable: with(Applicability::Safe),
                fixable_unsafe: with(Applicability::Unsafe),
            })
        })
        .collect();
    // Stable: rows of the same count stay sorted by rule and symbol.
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
}

fn write_text(out: &mut impl Write, rows: &[Row<'_>], context: &Context) -> io::Result<()> {
    let paint = Paint::new(context.colour);
    let digits = rows.first().map_or(0, |row| row.count.to_string().len());
    let widest = rows.iter().map(|row| row.code.len()).max().unwrap_or(0);
    for row in rows {
        let (level, strong, faint) = (paint.severity(row.severity), paint.strong, paint.faint);
        let mut notes = vec![summary::plural(row.files, "file")];
        if row.fixable > 0 {
            notes.push(format!("{} fixable", row.fixable));
        }
        if row.fixable_unsafe > 0 {
            notes.push(format!("{} fixable unsafely", row.fixable_unsafe));
        }
        writeln!(
            out,
            "{:>digits$}  {level}{:<7}{level:#}  {strong}{:<widest$}{strong:#}  {}  {faint}({}){faint:#}",
            row.count,
            row.severity,
            row.code,
            plain::line(row.symbol),
            notes.join(", "),
        )?;
    }
    Ok(())
}

fn write_markdown(out: &mut impl Write, rows: &[Row<'_>]) -> io::Result<()> {
    writeln!(out, "| count | rule | symbol | severity | files | fixable | fixable unsafely |")?;
    writeln!(out, "| ---: | --- | --- | --- | ---: | ---: | ---: |")?;
    for row in rows {
        writeln!(
            out,
            "| {} | `{}` | {} | {} | {} | {} | {} |",
            row.count,
            row.code,
            markdown::code(row.symbol),
            row.severity,
            row.files,
            row.fixable,
            row.fixable_unsafe,
        )?;
    }
    Ok(())
}
