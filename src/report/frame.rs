//! The source lines of a finding, fitted to the width of a terminal, as
//! miette wants them.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::plain;
use crate::finding::{Excerpt, Finding};

/// Columns between two tab stops.
const TAB: usize = 4;
/// Lines of a finding that are shown; what goes on behind them is only told.
const MOST_LINES: usize = 6;
/// Lines shown around a finding, where the excerpt has them.
const AROUND: usize = 1;

/// A few lines, and what is marked in them.
#[derive(Debug)]
pub struct Frame {
    /// Path, and cell in a notebook.
    name: String,
    /// Where the finding begins in the file, from 1.
    row: usize,
    column: usize,
    /// Row of the first line.
    first_row: usize,
    text: String,
    /// Bytes of the text.
    start: usize,
    end: usize,
    label: Option<String>,
}

impl Frame {
    /// Lays out the excerpt of a finding in lines of at most `width` columns,
    /// gutter included. `cut` marks where a line was cut.
    #[must_use]
    pub fn new(finding: &Finding, path: &str, width: usize, cut: char) -> Self {
        let span = &finding.span;
        let mut layout = Layout::new(&finding.excerpt, span.start.column as usize, cut);
        let shortened = layout.shorten();
        let gutter = digits(layout.first_row + layout.lines.len()) + if layout.several() { 8 } else { 4 };
        let (text, start, end) = layout.fit(width.saturating_sub(gutter).max(20), cut);
        Self {
            name: span.cell.map_or_else(|| path.to_owned(), |cell| format!("{path}:cell {cell}")),
            row: span.start.row as usize,
            column: span.start.column as usize,
            first_row: layout.first_row,
            text,
            start,
            end,
            label: label(finding, shortened),
        }
    }

    /// What miette underlines.
    #[must_use]
    pub fn label(&self) -> LabeledSpan {
        LabeledSpan::new(self.label.clone(), self.start, self.end - self.start)
    }
}

/// Since when, where the message does not say so, and how far, if not all is shown.
fn label(finding: &Finding, shortened: bool) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(version) = &finding.deprecated_in {
        parts.push(format!("deprecated in {version}"));
    }
    if let Some(version) = &finding.removed_in
        && (!parts.is_empty() || !finding.message.contains(version.as_str()))
    {
        parts.push(format!("removed in {version}"));
    }
    if shortened {
        parts.push(format!("up to row {}", finding.span.end.row));
    }
    (!parts.is_empty()).then(|| plain::line(&parts.join(", ")).into_owned())
}

impl SourceCode for Frame {
    /// The whole text whatever the context asked for: it was chosen already.
    /// Without context miette asks for the place to put into the heading,
    /// which is that of the file, not of the text.
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (data, row, column) = if (before, after) == (0, 0) {
            ("", self.row, self.column)
        } else {
            (self.text.as_str(), self.first_row, 1)
        };
        let span = SourceSpan::from((0, data.len()));
        let (row, column, count) = (row.saturating_sub(1), column.saturating_sub(1), data.lines().count());
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data.as_bytes(),
            span,
            row,
            column,
            count,
        )))
    }
}

/// A place in the laid-out lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    line: usize,
    /// Index of the character.
    at: usize,
}

/// Lines as they are displayed: tabs expanded, nothing that steers a terminal.
#[derive(Debug)]
struct Layout {
    first_row: usize,
    lines: Vec<Vec<char>>,
    start: Point,
    end: Point,
}

impl Layout {
    fn new(excerpt: &Excerpt, column: usize, cut: char) -> Self {
        let text = excerpt.text.as_str();
        let mut lines: Vec<Vec<char>> = vec![Vec::new()];
        let (mut start, mut end) = (None, None);
        // Characters of the source before the finding, in its line.
        let (mut seen, mut before) = (0, 0);
        let mut chars = text.char_indices().peekable();
        while let Some((offset, c)) = chars.next() {
            let last = lines.len() - 1;
            let point = Point { line: last, at: lines[last].len() };
            if start.is_none() && offset >= excerpt.start {
                (start, before) = (Some(point), seen);
            }
            if end.is_none() && offset >= excerpt.end {
                end = Some(point);
            }
            seen += 1;
            match c {
                '\r' if chars.peek().is_some_and(|&(_, next)| next == '\n') => {}
                '\n' | '\r' => {
                    lines.push(Vec::new());
                    seen = 0;
                }
                '\t' => {
                    let stop = (point.at / TAB + 1) * TAB;
                    lines[last].resize(stop, ' ');
                }
                other => lines[last].push(plain::visible(other)),
            }
        }
        let last = lines.len() - 1;
        let point = Point { line: last, at: lines[last].len() };
        if start.is_none() {
            before = seen;
        }
        let start = start.unwrap_or(point);
        let mut layout =
            Self { first_row: excerpt.first_row as usize, lines, start, end: end.unwrap_or(point) };
        if start.line == 0 && before + 1 < column {
            // The excerpt begins within the line.
            layout.lines[0].insert(0, cut);
            layout.start.at += 1;
            layout.end.at += usize::from(layout.end.line == 0);
        }
        layout
    }

    /// Whether the finding covers more than one line.
    fn several(&self) -> bool {
        self.start.line < self.end.line
    }

    /// Leaves the lines of the finding, not more than fit a screen, and those
    /// right around them. Tells whether the end of the finding was left out.
    fn shorten(&mut self) -> bool {
        // The line feed at the end of a whole line is nothing to underline.
        if self.several() && self.end.at == 0 {
            self.end.line -= 1;
            self.end.at = self.lines[self.end.line].len();
        }
        let shortened = self.end.line - self.start.line >= MOST_LINES;
        if shortened {
            self.end.line = self.start.line + MOST_LINES - 1;
            self.end.at = self.lines[self.end.line].len();
            self.lines.truncate(self.end.line + 1);
        }
        self.lines.truncate(self.end.line + 1 + AROUND);
        // Nothing stands behind the last line feed of a file.
        if self.lines.len() > self.end.line + 1 && self.lines.last().is_some_and(Vec::is_empty) {
            self.lines.pop();
        }
        let above = self.start.line.saturating_sub(AROUND);
        self.lines.drain(..above);
        self.first_row += above;
        self.start.line -= above;
        self.end.line -= above;
        shortened
    }

    /// Cuts every line to `room` columns around the finding. Returns the text
    /// and the bytes of the finding in it.
    fn fit(&self, room: usize, cut: char) -> (String, usize, usize) {
        let left = if self.several() { 0 } else { self.left(room) };
        let (mut text, mut start, mut end) = (String::new(), 0, 0);
        for (number, line) in self.lines.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            let offsets = window(line, left, room, cut, &mut text);
            if number == self.start.line {
                start = offsets[self.start.at];
            }
            if number == self.end.line {
                end = offsets[self.end.at];
            }
        }
        if text.ends_with('\n') {
            // Without a character miette does not see the last line.
            text.push(' ');
        }
        (text, start, end.max(start))
    }

    /// The first column to show, so that the finding is in sight.
    fn left(&self, room: usize) -> usize {
        let line = &self.lines[self.start.line];
        let (start, end) = (columns(&line[..self.start.at]), columns(&line[..self.end.at]));
        if end < room || columns(line) <= room {
            return 0;
        }
        // As much of the line before as leaves the end of the finding visible.
        let before = room.saturating_sub(end - start + 2).min(room / 2);
        start.saturating_sub(before.max(2))
    }
}

/// Appends the columns `left..left + room` of a line. Returns for each
/// character, and for the end, the byte of `text` where it stands.
fn window(line: &[char], left: usize, room: usize, cut: char, text: &mut String) -> Vec<usize> {
    let total = columns(line);
    let (cut_left, cut_right) = (left > 0 && total > 0, total > left + room);
    let first = left + usize::from(cut_left);
    let limit = left + room - usize::from(cut_right);
    if cut_left {
        text.push(cut);
    }
    let mut offsets = Vec::with_capacity(line.len() + 1);
    let mut column = 0;
    for &c in line {
        offsets.push(text.len());
        let next = column + columns(&[c]);
        if column >= first && next <= limit {
            text.push(c);
        }
        column = next;
    }
    offsets.push(text.len());
    if cut_right {
        text.push(cut);
    }
    offsets
}

/// Columns of a terminal that characters take.
fn columns(text: &[char]) -> usize {
    let mut buffer = [0; 4];
    text.iter()
        .map(|c| if c.is_ascii() { 1 } else { textwrap::core::display_width(c.encode_utf8(&mut buffer)) })
        .sum()
}

fn digits(number: usize) -> usize {
    number.max(1).ilog10() as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, needle: &str) -> Excerpt {
        let start = text.find(needle).unwrap();
        Excerpt { first_row: 10, text: text.to_owned(), start, end: start + needle.len() }
    }

    fn fitted(excerpt: &Excerpt, column: usize, room: usize) -> (usize, String, String) {
        let mut layout = Layout::new(excerpt, column, '…');
        layout.shorten();
        let (text, start, end) = layout.fit(room, '…');
        let marked = text[start..end].to_owned();
        (layout.first_row, text, marked)
    }

    #[test]
    fn one_line_above_and_below_stay() {
        let found = fitted(&excerpt("a\nb\nimport cgi\nc\nd", "cgi"), 8, 80);
        assert_eq!(found, (11, "b\nimport cgi\nc".to_owned(), "cgi".to_owned()));
    }

    #[test]
    fn a_long_line_is_cut_around_the_finding() {
        let line = format!("{}cgi{}", "a".repeat(100), "b".repeat(100));
        let (_, text, marked) = fitted(&excerpt(&line, "cgi"), 101, 30);
        assert_eq!(text.chars().count(), 30);
        assert!(text.starts_with("…a") && text.ends_with("b…"), "{text}");
        assert_eq!(marked, "cgi");
    }

    #[test]
    fn a_finding_wider_than_the_terminal_shows_its_beginning() {
        let line = format!("{}{}", "a".repeat(50), "x".repeat(200));
        let (_, text, marked) = fitted(&excerpt(&line, &"x".repeat(200)), 51, 30);
        assert_eq!(text, format!("…a{}…", "x".repeat(27)));
        assert_eq!(marked, "x".repeat(27));
    }

    #[test]
    fn an_excerpt_that_begins_within_its_line_is_marked() {
        let (_, text, marked) = fitted(&excerpt("aaa cgi", "cgi"), 500, 80);
        assert_eq!((text.as_str(), marked.as_str()), ("…aaa cgi", "cgi"));
    }

    #[test]
    fn tabs_wide_and_control_characters_keep_the_mark_in_place() {
        let (_, text, marked) = fitted(&excerpt("\t漢\x1b cgi", "cgi"), 5, 80);
        assert_eq!((text.as_str(), marked.as_str()), ("    漢\u{241b} cgi", "cgi"));
        let (_, text, marked) = fitted(&excerpt(&format!("{}cgi", "漢".repeat(40)), "cgi"), 41, 21);
        assert!(textwrap::core::display_width(&text) <= 21, "{text}");
        assert_eq!(marked, "cgi");
    }

    #[test]
    fn a_long_finding_is_shortened() {
        let text: Vec<String> = (0..20).map(|n| format!("line {n}")).collect();
        let text = text.join("\r\n");
        let mut layout = Layout::new(&excerpt(&text, &text), 1, '…');
        assert!(layout.shorten());
        let (text, start, end) = layout.fit(80, '…');
        assert_eq!(&text[start..end], "line 0\nline 1\nline 2\nline 3\nline 4\nline 5");
    }

    #[test]
    fn bytes_outside_of_the_excerpt_are_harmless() {
        let excerpt = Excerpt { first_row: 1, text: "é".to_owned(), start: 1, end: 9 };
        let (_, text, marked) = fitted(&excerpt, 1, 80);
        assert_eq!((text.as_str(), marked.as_str()), ("é", ""));
        assert_eq!(fitted(&Excerpt::default(), 1, 80), (0, String::new(), String::new()));
    }
}
