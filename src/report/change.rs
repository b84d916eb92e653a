//! What a fix does to the text, line by line.
//!
//! Of the file only the finding's excerpt is left when a report is written.
//! Edits within it are shown as a difference; of others, only what they insert.

use ruff_text_size::TextSize;
use similar::{ChangeTag, TextDiff};

use super::{Context, place, plain};
use crate::finding::{Edit, Finding, Fix};

/// Lines shown of one fix.
const MOST_LINES: usize = 8;

/// What happens to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It goes.
    Old,
    /// It comes.
    New,
    /// A part of it becomes this text.
    Part,
    /// No line, but a remark about what is not shown.
    Remark,
}

/// One line of the display.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The row in the file, after its path if it is another file; empty for a
    /// new line, which has no row yet.
    pub place: String,
    /// What happens.
    pub sign: Sign,
    /// The text, harmless for a terminal.
    pub text: String,
}

/// The lines that a fix takes away and adds, none longer than `width` columns.
#[must_use]
pub fn lines(finding: &Finding, fix: &Fix, context: &Context, width: usize) -> Vec<Line> {
    let (inside, outside): (Vec<&Edit>, Vec<&Edit>) =
        fix.edits.iter().partition(|edit| within(finding, edit).is_some());
    let at = |edit: &Edit| (edit.path.is_some(), edit.span.range.start());
    let (mut above, mut below): (Vec<&Edit>, Vec<&Edit>) =
        outside.into_iter().partition(|edit| at(edit) < (false, finding.span.range.start()));
    above.sort_by_key(|edit| at(edit));
    below.sort_by_key(|edit| at(edit));
    let mut shown: Vec<Line> = above.iter().flat_map(|edit| elsewhere(finding, edit, context)).collect();
    shown.extend(difference(finding, &inside, width));
    shown.extend(below.iter().flat_map(|edit| elsewhere(finding, edit, context)));
    let more = shown.len().saturating_sub(MOST_LINES);
    if more > 1 {
        shown.truncate(MOST_LINES);
        let text = format!("{more} lines more");
        shown.push(Line { place: String::new(), sign: Sign::Remark, text });
    }
    for line in &mut shown {
        clip(&mut line.text, width, context.cut());
    }
    shown
}

/// The bytes of the excerpt that an edit replaces, if it lies within.
fn within(finding: &Finding, edit: &Edit) -> Option<std::ops::Range<usize>> {
    let excerpt = &finding.excerpt;
    let own =
        edit.path.as_ref().is_none_or(|path| *path == finding.path) && edit.span.cell == finding.span.cell;
    let base = finding.span.range.start().to_usize().checked_sub(excerpt.start)?;
    let offset = |at: TextSize| at.to_usize().checked_sub(base);
    let range = offset(edit.span.range.start())?..offset(edit.span.range.end())?;
    (own && excerpt.text.get(range.clone()).is_some()).then_some(range)
}

/// The edits within the excerpt as a difference of whole lines, or of the
/// edited parts alone where lines are too long to compare by eye.
fn difference(finding: &Finding, edits: &[&Edit], width: usize) -> Vec<Line> {
    let old = finding.excerpt.text.as_str();
    let mut pieces: Vec<(std::ops::Range<usize>, &str)> =
        edits.iter().filter_map(|edit| Some((within(finding, edit)?, edit.content.as_str()))).collect();
    pieces.sort_by_key(|(range, _)| (range.start, range.end));
    let mut new = String::with_capacity(old.len());
    let mut done = 0;
    for (range, content) in &pieces {
        // Edits do not overlap; were they to, nothing could be shown.
        let Some(kept) = old.get(done..range.start) else { return Vec::new() };
        new.push_str(kept);
        new.push_str(content);
        done = range.end;
    }
    new.push_str(&old[done..]);
    let diff = TextDiff::from_lines(old, new.as_str());
    let mut shown = Vec::new();
    for change in diff.iter_all_changes() {
        let (sign, row) = match change.tag() {
            ChangeTag::Equal => continue,
            ChangeTag::Insert => (Sign::New, None),
            ChangeTag::Delete => (Sign::Old, change.old_index()),
        };
        let first = finding.excerpt.first_row as usize;
        let place = row.map_or_else(String::new, |row| (first + row).to_string());
        shown.push(Line { place, sign, text: tidy(change.value()) });
    }
    if shown.iter().any(|line| textwrap::core::display_width(&line.text) > width) {
        return parts(finding, &pieces);
    }
    shown
}

fn parts(finding: &Finding, pieces: &[(std::ops::Range<usize>, &str)]) -> Vec<Line> {
    let excerpt = &finding.excerpt;
    let mut shown = Vec::new();
    for (range, content) in pieces {
        let row = excerpt.first_row as usize + excerpt.text[..range.start].matches('\n').count();
        let old = excerpt.text[range.clone()].lines().map(|text| (Sign::Old, text));
        let new = content.lines().map(|text| (Sign::New, text));
        for (sign, text) in old.chain(new) {
            let place = if sign == Sign::Old { row.to_string() } else { String::new() };
            shown.push(Line { place, sign, text: tidy(text) });
        }
    }
    shown
}

/// An edit of lines that are not at hand.
fn elsewhere(finding: &Finding, edit: &Edit, context: &Context) -> Vec<Line> {
    let (start, end) = (edit.span.start, edit.span.end);
    let mut place = match &edit.path {
        Some(path) if *path != finding.path => format!("{}:", place::shown(path, context)),
        _ => String::new(),
    };
    if let Some(cell) = edit.span.cell.filter(|_| edit.span.cell != finding.span.cell) {
        place = format!("{place}cell {cell}:");
    }
    place.push_str(&start.row.to_string());
    if edit.content.trim().is_empty() {
        let text = match (start.column, end.column) {
            (1, 1) if end.row == start.row + 1 => "this line goes".to_owned(),
            (1, 1) => format!("the lines up to {} go", end.row.saturating_sub(1)),
            (from, to) if end.row == start.row => format!("columns {from} to {} go", to.saturating_sub(1)),
            (from, to) => format!("from column {from} up to row {}, column {to} goes", end.row),
        };
        return vec![Line { place, sign: Sign::Remark, text }];
    }
    let sign = if edit.span.range.is_empty() { Sign::New } else { Sign::Part };
    let cut = context.cut();
    let shown = |text| if sign == Sign::Part { format!("{cut} {} {cut}", tidy(text)) } else { tidy(text) };
    let lines = edit.content.lines().filter(|text| !text.trim().is_empty());
    lines.map(|text| Line { place: std::mem::take(&mut place), sign, text: shown(text) }).collect()
}

fn tidy(line: &str) -> String {
    plain::line(&line.trim_end().replace('\t', "    ")).into_owned()
}

fn clip(text: &mut String, width: usize, cut: char) {
    if textwrap::core::display_width(text) <= width {
        return;
    }
    while textwrap::core::display_width(text) > width.saturating_sub(1) && text.pop().is_some() {}
    text.push(cut);
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use ruff_text_size::TextRange;

    use super::*;
    use crate::finding::{Applicability, Confidence, Excerpt, Group, Place, Severity, Span};

    /// A finding on the fourth of these rows, of which the excerpt has three.
    const TEXT: &str = "import pipes\nimport os\n\nos.system(pipes.quote(x))\nprint(x)\n";

    fn span(start: usize, end: usize) -> Span {
        let size = |at| TextSize::try_from(at).unwrap();
        let place = |at: usize| {
            let line = TEXT[..at].rfind('\n').map_or(0, |feed| feed + 1);
            let number = |count| u32::try_from(count + 1).unwrap();
            Place { row: number(TEXT[..at].matches('\n').count()), column: number(at - line) }
        };
        Span {
            range: TextRange::new(size(start), size(end)),
            cell: None,
            start: place(start),
            end: place(end),
        }
    }

    fn edit(old: &str, new: &str) -> Edit {
        let start = TEXT.find(old).unwrap();
        Edit { path: None, span: span(start, start + old.len()), content: new.to_owned() }
    }

    fn shown(edits: Vec<Edit>, width: usize) -> Vec<String> {
        let at = TEXT.find("pipes.quote").unwrap();
        let first = TEXT.find("\nos.system").unwrap();
        let finding = Finding {
            rule: "rule",
            group: Group::Stdlib,
            symbol: String::new(),
            path: Arc::from(Path::new("a.py")),
            span: span(at, at + 5),
            severity: Severity::Error,
            confidence: Confidence::Certain,
            message: String::new(),
            help: None,
            url: None,
            removed_in: None,
            deprecated_in: None,
            fix: None,
            excerpt: Excerpt {
                first_row: 3,
                text: TEXT[first..].to_owned(),
                start: at - first,
                end: at + 5 - first,
            },
        };
        let fix = Fix { applicability: Applicability::Safe, message: String::new(), reason: None, edits };
        let line = |Line { place, sign, text }: Line| format!("{place} {sign:?} {text}");
        lines(&finding, &fix, &Context::new("/"), width).into_iter().map(line).collect()
    }

    #[test]
    fn edits_near_the_finding_are_a_difference() {
        let edits = vec![edit("print(x)\n", ""), edit("pipes.quote", "shlex.quote")];
        assert_eq!(
            shown(edits, 80),
            ["4 Old os.system(pipes.quote(x))", "5 Old print(x)", " New os.system(shlex.quote(x))"]
        );
    }

    #[test]
    fn other_edits_show_what_they_insert_in_the_order_of_the_file() {
        let other = Edit { path: Some(Path::new("b.txt").into()), ..edit("", "shlex\n") };
        let edits = vec![
            other,
            edit("pipes.quote", "q"),
            edit("pipes", "shlex"),
            edit("import os\n", ""),
            edit("", "a\n"),
        ];
        assert_eq!(
            shown(edits, 80),
            [
                "1 New a",
                "1 Part … shlex …",
                "2 Remark this line goes",
                "4 Old os.system(pipes.quote(x))",
                " New os.system(q(x))",
                "b.txt:1 New shlex",
            ]
        );
    }

    #[test]
    fn long_lines_are_compared_in_part_and_long_lists_end() {
        assert_eq!(
            shown(vec![edit("pipes.quote", "shlex.quote")], 20),
            ["4 Old pipes.quote", " New shlex.quote"]
        );
        let many = shown(vec![edit("print(x)\n", &"y()\n".repeat(21))], 20);
        assert_eq!(many.len(), MOST_LINES + 1);
        assert_eq!(many.last().unwrap(), " Remark 14 lines more");
        assert_eq!(shown(vec![edit("", "0123456789abcdef")], 8), ["1 New 0123456…"]);
    }

    #[test]
    fn edits_that_overlap_show_nothing() {
        assert_eq!(shown(vec![edit("pipes.quote(x)", "a"), edit("quote", "b")], 80), [""; 0]);
    }
}
