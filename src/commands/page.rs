//! Markdown made readable in a terminal: the subset that rule pages are written in.

use std::fmt::Write as _;

use clap::builder::styling::{AnsiColor, Style};

/// Renders headings, paragraphs, lists, quotes and fenced code, wrapped at
/// `width` columns. Without `colour` the text is plain.
pub fn render(markdown: &str, width: usize, colour: bool) -> String {
    let mut page = Page { text: String::new(), width, colour };
    let mut paragraph: Vec<&str> = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let trimmed = line.trim_start();
        let starts_block = trimmed.is_empty()
            || trimmed.starts_with("```")
            || trimmed.starts_with('#')
            || trimmed.starts_with('|')
            || marker(trimmed).is_some();
        if starts_block {
            page.paragraph(&std::mem::take(&mut paragraph));
        }
        if trimmed.starts_with("```") {
            page.code(lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")));
        } else if let Some(title) = heading(trimmed) {
            page.heading(title);
        } else if trimmed.starts_with('|') {
            page.line(&inline(line));
        } else if trimmed.is_empty() {
            page.blank();
        } else {
            paragraph.push(line);
        }
    }
    page.paragraph(&paragraph);
    format!("{}\n", page.text.trim_matches('\n'))
}

struct Page {
    text: String,
    width: usize,
    colour: bool,
}

impl Page {
    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn heading(&mut self, title: &str) {
        self.blank();
        let style = if self.colour { Style::new().bold() } else { Style::new() };
        let _ = writeln!(self.text, "{style}{}{style:#}", inline(title));
    }

    fn code<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        self.blank();
        for line in lines {
            let _ = writeln!(self.text, "{}", format!("    {line}").trim_end());
        }
        self.text.push('\n');
    }

    fn line(&mut self, text: &str) {
        let coloured = self.coloured(text);
        let _ = writeln!(self.text, "{coloured}");
    }

    /// A paragraph or one list item: its lines are one text.
    fn paragraph(&mut self, lines: &[&str]) {
        let Some(first) = lines.first() else { return };
        let indent = first.len() - first.trim_start().len();
        let marker = marker(first.trim_start()).unwrap_or_default();
        let joined = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        let text = inline(&joined[marker.len()..]);
        let begin = format!("{:indent$}{marker}", "");
        let hanging = " ".repeat(begin.chars().count());
        let options = textwrap::Options::new(self.width)
            .initial_indent(&begin)
            .subsequent_indent(&hanging)
            .break_words(false)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let wrapped = textwrap::fill(&text, options);
        self.line(&wrapped);
    }

    /// Names in backticks stand out; the backticks stay, so that widths hold.
    fn coloured(&self, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let name = AnsiColor::Cyan.on_default();
        let mut out = String::new();
        for (at, part) in text.split('`').enumerate() {
            match at {
                0 => {}
                at if at % 2 == 1 => {
                    let _ = write!(out, "{name}`");
                }
                _ => {
                    let _ = write!(out, "`{name:#}");
                }
            }
            out.push_str(part);
        }
        if text.matches('`').count() % 2 == 1 {
            let _ = write!(out, "{name:#}");
        }
        out
    }
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    (title.len() < line.len()).then(|| title.strip_prefix(' ')).flatten()
}

/// The beginning of a list item, such as `- ` or `12. `.
fn marker(line: &str) -> Option<&str> {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let length = match &line.as_bytes()[digits..] {
        [b'.', b' ', ..] if digits > 0 => digits + 2,
        [b'-' | b'*' | b'+', b' ', ..] if digits == 0 => 2,
        _ => return None,
    };
    line.get(..length)
}

/// Links become `text (address)`, emphasis disappears.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        out.push_str(before);
        match split_link(link) {
            Some((label, address, after)) => {
                let _ = if label == address {
                    write!(out, "{address}")
                } else {
                    write!(out, "{label} ({address})")
                };
                rest = after;
            }
            None => {
                out.push('[');
                rest = &link[1..];
            }
        }
    }
    out.push_str(rest);
    without_emphasis(&out)
}

fn split_link(link: &str) -> Option<(&str, &str, &str)> {
    let (label, rest) = link[1..].split_once("](")?;
    let (address, after) = rest.split_once(')')?;
    (!label.contains(']')).then_some((label, address, after))
}

/// Takes `**` and `<…>` around addresses away, outside backticks.
fn without_emphasis(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.replace("**", "").replace("<http", "http").replace("> ", " "),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_as_text() {
        let markdown = "A rule.\n\n## Why\nBecause [it is gone](https://x.org/a)\nand `so on` is **bold**.\n\n- one\n- two that is\n  longer\n\n```python\nimport cgi\n\nprint()\n```\nAfter.\n";
        let expected = "\
A rule.

Why
Because it is gone
(https://x.org/a) and `so on`
is bold.

- one
- two that is longer

    import cgi

    print()

After.
";
        assert_eq!(render(markdown, 30, false), expected);
    }

    #[test]
    fn items_hang() {
        assert_eq!(render("12. a b c d e f\n", 10, false), "12. a b c\n    d e f\n");
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let markdown = "# T\nuse `a` or `b`\n";
        let plain = render(markdown, 80, false);
        let coloured = render(markdown, 80, true);
        assert_ne!(plain, coloured);
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        assert_eq!(stripped, plain);
    }
}
