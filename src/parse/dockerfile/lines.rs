//! Physical lines to instructions: directives, comments, continuations and
//! the here-documents that follow an instruction.

use ruff_text_size::{TextRange, TextSize};

use super::heredoc::{self, Heredoc};
use super::instruction::{self, Line, Shell};
use super::{Directive, Dockerfile, Name};
use crate::parse::SyntaxFault;
use crate::parse::fragment::Fragment;

/// Reads everything but the stages.
pub(super) fn read(text: &str) -> Dockerfile {
    let mut reader =
        Reader { text, at: 0, escape: '\\', shell: Shell::default(), out: Dockerfile::default() };
    reader.directives();
    while reader.at < text.len() {
        reader.instruction();
    }
    reader.out
}

struct Reader<'t> {
    text: &'t str,
    /// Start of the next physical line.
    at: usize,
    escape: char,
    /// What the last `SHELL` of the stage set.
    shell: Shell,
    out: Dockerfile,
}

/// A physical line without its end.
#[derive(Clone, Copy)]
struct Physical<'t> {
    text: &'t str,
    start: usize,
}

impl Physical<'_> {
    fn end(self) -> usize {
        self.start + self.text.len()
    }

    fn is_comment(self) -> bool {
        self.text.trim_start().starts_with('#')
    }

    fn is_blank(self) -> bool {
        self.text.trim_start().is_empty()
    }
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<(Physical<'t>, usize)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let text = rest[..length].trim_end_matches(['\r', '\n']);
        Some((Physical { text, start: self.at }, self.at + length))
    }

    fn advance(&mut self) -> Option<Physical<'t>> {
        let (line, next) = self.peek()?;
        self.at = next;
        Some(line)
    }

    /// `# name=value` lines, which count only at the very top, each once.
    fn directives(&mut self) {
        while let Some((line, next)) = self.peek() {
            let Some((name, value)) = directive(line.text) else { return };
            let range = range(line.start, line.end());
            if self.out.directives.iter().any(|known| known.name == name) {
                self.fault(format!("`{name}` is set a second time"), range);
                return;
            }
            match (name.as_str(), value) {
                ("escape", "`") => self.escape = '`',
                ("escape", "\\") | ("syntax" | "check", _) => {}
                _ => {
                    self.fault(format!("`{value}` is no escape character: only `\\` or a backtick is"), range)
                }
            }
            self.out.directives.push(Directive { name, value: value.to_owned(), range });
            self.at = next;
        }
    }

    /// One instruction with its continuations and here-documents, or a blank
    /// line or comment.
    fn instruction(&mut self) {
        let Some(line) = self.advance() else { return };
        if line.is_comment() {
            self.comment(line);
            return;
        }
        let mut joined = Fragment::default();
        let mut end = line.end();
        let indent = line.text.len() - line.text.trim_start().len();
        let first = Physical { text: &line.text[indent..], start: line.start + indent };
        let mut goes_on = self.push(first, &mut joined);
        while goes_on {
            let Some(line) = self.advance() else { break };
            if line.is_comment() {
                self.comment(line);
            } else if !line.is_blank() {
                end = line.end();
                goes_on = self.push(line, &mut joined);
            }
        }
        if joined.text().trim().is_empty() {
            return;
        }
        self.finish(&joined, end);
    }

    /// Appends a line without its continuation character; whether it had one.
    fn push(&self, line: Physical<'_>, joined: &mut Fragment) -> bool {
        let body = line.text.trim_end_matches([' ', '\t']);
        let kept = body.strip_suffix(self.escape).filter(|kept| !kept.ends_with(self.escape));
        joined.push(kept.unwrap_or(line.text), line.start);
        kept.is_some()
    }

    fn finish(&mut self, joined: &Fragment, mut end: usize) {
        let line = instruction::split(joined, self.escape);
        let mut documents = Vec::new();
        if line.takes_heredocs() {
            for word in heredoc::words(joined) {
                let Some(document) = self.document(&word) else {
                    let message = format!("the here-document `{}` does not end", word.name);
                    self.fault(message, word.range);
                    continue;
                };
                end = document.end.end().to_usize();
                documents.push(document);
            }
        }
        self.add(line, documents, end);
    }

    /// The lines up to the one that says the document's name.
    fn document(&mut self, word: &heredoc::Opening) -> Option<Heredoc> {
        let start = self.at;
        while let Some(line) = self.advance() {
            let text = if word.strip_tabs { line.text.trim_start_matches('\t') } else { line.text };
            if text == word.name {
                return Some(Heredoc {
                    opening: word.clone(),
                    body: range(start, line.start),
                    end: range(line.start, line.end()),
                });
            }
        }
        self.at = start;
        None
    }

    fn add(&mut self, line: Line, heredocs: Vec<Heredoc>, end: usize) {
        let full = range(line.start(), end);
        if line.name == Name::From {
            self.shell = Shell::default();
        }
        if line.name == Name::Unknown {
            self.fault(format!("`{}` is no instruction", line.word()), line.keyword);
        }
        let instruction = line.read(self.text, full, heredocs, &self.shell, self.escape);
        if matches!(instruction.name, Name::Env | Name::Label)
            && let Some(pair) = instruction.pairs().iter().find(|pair| pair.value.is_none())
        {
            self.fault(format!("`{}` has no value", pair.name.text()), pair.name.range());
        }
        if instruction.name == Name::Shell && instruction.onbuild.is_none() {
            self.shell = Shell::set(&instruction);
        }
        self.out.instructions.push(instruction);
    }

    fn comment(&mut self, line: Physical<'_>) {
        let indent = line.text.len() - line.text.trim_start().len();
        self.out.comments.push(range(line.start + indent, line.end()));
    }

    fn fault(&mut self, message: String, range: TextRange) {
        self.out.faults.push(SyntaxFault { message, range });
    }
}

/// Name in lower case and value of a directive's line.
fn directive(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let name = name.trim().to_ascii_lowercase();
    let value = value.trim();
    (matches!(&*name, "syntax" | "escape" | "check") && !value.is_empty()).then_some((name, value))
}

pub(super) fn range(start: usize, end: usize) -> TextRange {
    let size = |at: usize| TextSize::try_from(at).unwrap_or_else(|_| TextSize::new(u32::MAX));
    TextRange::new(size(start), size(end.max(start)))
}
