//! A comment for a pull request: counts by group, then a table per file.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::summary::{Counts, plural};
use super::{Context, by_file, place, plain};
use crate::finding::{Applicability, Finding, Group, Run, Severity};

/// GitHub refuses comments of more than 65,536 characters; what stands around
/// the tables has to fit, too.
const ROOM: usize = 60_000;

/// Writes the comment. What exceeds the size of a comment is counted only.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let counts = Counts::new(&run.findings);
    if let Some(migration) = context.migration.as_ref().filter(|migration| migration.fixes > 0) {
        migration.write_markdown(out, false)?;
        writeln!(out)?;
    }
    if run.findings.is_empty() {
        writeln!(out, "## newskin: nothing found in {}", plural(run.files, "file"))?;
    } else {
        let found = plural(run.findings.len(), "finding");
        writeln!(out, "## newskin: {found} in {} of {}\n", counts.files, plural(run.files, "file"))?;
        write_groups(out, &run.findings, &counts)?;
        write_fixable(out, &counts)?;
    }
    if !run.problems.is_empty() {
        writeln!(out, "\n### Not checked\n")?;
        for problem in &run.problems {
            let path = place::relative(&problem.path, context);
            writeln!(out, "- {}: {}", code(&path), prose(&problem.message))?;
        }
    }
    write_files(out, &run.findings, context)
}

fn write_groups(out: &mut impl Write, findings: &[Finding], counts: &Counts) -> io::Result<()> {
    writeln!(out, "| group | error | warning | info |")?;
    writeln!(out, "| --- | ---: | ---: | ---: |")?;
    let count = |group: Group, severity: Severity| {
        findings.iter().filter(|finding| finding.group == group && finding.severity == severity).count()
    };
    for &(group, _) in &counts.groups {
        let [error, warning, info] =
            [Severity::Error, Severity::Warning, Severity::Info].map(|severity| count(group, severity));
        writeln!(out, "| {group} | {error} | {warning} | {info} |")?;
    }
    Ok(())
}

fn write_fixable(out: &mut impl Write, counts: &Counts) -> io::Result<()> {
    if counts.safe > 0 {
        writeln!(out, "\n`newskin check --fix` repairs {}.", counts.safe)?;
    }
    if counts.risky > 0 {
        let more = if counts.safe > 0 { " more" } else { "" };
        writeln!(
            out,
            "\n`newskin check --fix --unsafe-fixes` repairs {}{more}; review what it does.",
            counts.risky
        )?;
    }
    Ok(())
}

fn write_files(out: &mut impl Write, findings: &[Finding], context: &Context) -> io::Result<()> {
    let mut room = ROOM;
    let mut left_out = (0, 0);
    for file in by_file(findings) {
        let mut table = format!("\n### {}\n\n", code(&place::relative(&file[0].path, context)));
        table.push_str("| place | severity | rule | finding |\n| ---: | --- | --- | --- |\n");
        let mut rows = 0;
        for finding in file {
            let row = row(finding);
            if room < table.len() + row.len() {
                room = 0;
                break;
            }
            table.push_str(&row);
            rows += 1;
        }
        if rows > 0 {
            room = room.saturating_sub(table.len());
            out.write_all(table.as_bytes())?;
        }
        if rows < file.len() {
            left_out = (left_out.0 + file.len() - rows, left_out.1 + 1);
        }
    }
    if left_out.0 > 0 {
        let (findings, files) = (plural(left_out.0, "finding"), plural(left_out.1, "file"));
        writeln!(out, "\n{findings} more in {files}: too many for one comment.")?;
    }
    Ok(())
}

fn row(finding: &Finding) -> String {
    let place = finding.span.start;
    let cell = finding.span.cell.map_or_else(String::new, |cell| format!("cell {cell}, "));
    let symbol = format!("{}({})", finding.rule, finding.symbol);
    let mut text = format!("{}.", prose(&finding.message));
    if let Some(help) = &finding.help {
        let _ = write!(text, " {}", prose(help));
    }
    if let Some(url) = finding.url.as_deref().and_then(link) {
        let _ = write!(text, " [Source]({url})");
    }
    if let Some(fix) = &finding.fix {
        let mark = match fix.applicability {
            Applicability::Safe => "Fix",
            Applicability::Unsafe => "Unsafe fix",
            Applicability::Display => "Suggestion",
        };
        let _ = write!(text, "<br>{mark}: {}", prose(&fix.message));
        if let Some(reason) = &fix.reason {
            let _ = write!(text, " ({})", prose(reason));
        }
    }
    format!("| {cell}{}:{} | {} | {} | {text} |\n", place.row, place.column, finding.severity, code(&symbol))
}

/// Text as a code span that fits into a table.
#[must_use]
pub fn code(text: &str) -> String {
    let text = plain::line(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// Text with names in backticks: these stay code, everything else is escaped.
#[must_use]
pub fn prose(text: &str) -> String {
    let text = plain::line(text);
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        // A backtick without its partner.
        return escaped(&text);
    }
    let mut out = String::new();
    for (number, piece) in pieces.into_iter().enumerate() {
        if number % 2 == 0 {
            out.push_str(&escaped(piece));
        } else if piece.is_empty() {
            out.push_str("\\`\\`");
        } else {
            out.push_str(&code(piece));
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Neither mentions a person nor links to an issue.
            '@' | '#' => out.extend([c.to_string().as_str(), "<!-- -->"]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    out
}

/// A web address that cannot leave its link.
fn link(url: &str) -> Option<String> {
    let web = url.starts_with("https://") || url.starts_with("http://");
    let safe = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '\\' | '|');
    (web && url.chars().all(safe)).then(|| url.replace('(', "%28").replace(')', "%29"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_keeps_code_and_escapes_the_rest() {
        for (text, expected) in [
            ("use `a_b` for a_b", "use `a_b` for a\\_b"),
            ("`a|b` | <c> & @d", "`a\\|b` \\| &lt;c&gt; &amp; @<!-- -->d"),
            ("a ` b * c", "a \\` b \\* c"),
            ("a\nb", "a b"),
        ] {
            assert_eq!(prose(text), expected);
        }
    }

    #[test]
    fn code_outlasts_backticks() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`a"), "`` `a ``");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(link("https://a/b_(c)").as_deref(), Some("https://a/b_%28c%29"));
        assert_eq!(link("javascript:alert(1)"), None);
        assert_eq!(link("https://a/b c"), None);
    }
}
