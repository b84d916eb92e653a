//! A backslash in a string that begins no escape sequence.
//!
//! ## What it finds
//! `\d`, `\.`, `\/` and the like in strings, bytes and f-strings that are not
//! raw, and octal escapes above `\377`. One finding for each literal, at the
//! first such sequence in it.
//!
//! ## Why
//! The backslash stays in the string, as ever, but
//! [Python 3.12 prints a `SyntaxWarning`](https://docs.python.org/3/whatsnew/3.12.html#other-language-changes)
//! each time it compiles the file, a run with `-W error` fails, and a later
//! Python will refuse the file.
//!
//! ## Example
//! ```python
//! import re
//!
//! print(re.findall("\d+", "3 and 13"))
//! ```
//! Use instead:
//! ```python
//! import re
//!
//! print(re.findall(r"\d+", "3 and 13"))
//! ```
//!
//! ## Fix safety
//! Safe: the string stays the same. Where nothing else in it is escaped it
//! becomes a raw string; otherwise the backslash is doubled, and an octal
//! escape is written in hexadecimal.

use ruff_python_ast::StringFlags;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SyntaxInvalidEscape = SyntaxInvalidEscape;

/// Reports backslashes that begin no escape sequence.
pub struct SyntaxInvalidEscape;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.12.html#other-language-changes";

impl Rule for SyntaxInvalidEscape {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Syntax,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let text = &file.document.text;
        // Literals that hold others: f-strings.
        let mut open: Vec<Literal> = Vec::new();
        let mut before = TokenKind::Newline;
        for token in code.module.tokens() {
            match token.kind() {
                TokenKind::String => {
                    let mut literal = Literal::new(token, text);
                    literal.scan(text, literal.content(token));
                    literal.report(file, text, sink);
                }
                TokenKind::FStringStart | TokenKind::TStringStart => open.push(Literal::new(token, text)),
                TokenKind::FStringMiddle | TokenKind::TStringMiddle => {
                    if let Some(literal) = open.last_mut() {
                        // Python 3.12 and 3.13 take a format specification as if not raw.
                        literal.escapes |= before == TokenKind::Colon;
                        literal.scan(text, token.range());
                    }
                }
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    if let Some(literal) = open.pop() {
                        literal.report(file, text, sink);
                    }
                }
                _ => {}
            }
            before = token.kind();
        }
    }
}

/// What stands in one literal.
struct Literal {
    /// Where the opening quote stands.
    quote: TextSize,
    raw: bool,
    bytes: bool,
    /// Whether its prefix says `u`, which leaves no room for an `r`.
    unicode: bool,
    invalid: Vec<Escape>,
    /// Whether it has escape sequences that are valid, or must be.
    escapes: bool,
}

/// An invalid escape sequence, and what it should be.
struct Escape {
    range: TextRange,
    instead: String,
}

impl Literal {
    fn new(token: &Token, text: &str) -> Self {
        let prefix: String = text[token.range()].chars().take_while(|c| c.is_ascii_alphabetic()).collect();
        let prefix_length = TextSize::of(&*prefix);
        let prefix = prefix.to_ascii_lowercase();
        Self {
            quote: token.start() + prefix_length,
            raw: prefix.contains('r'),
            bytes: prefix.contains('b'),
            unicode: prefix.contains('u'),
            invalid: Vec::new(),
            escapes: false,
        }
    }

    /// What is between the quotes of a whole literal.
    fn content(&self, token: &Token) -> TextRange {
        let quotes = if token.unwrap_string_flags().is_triple_quoted() { 3 } else { 1 };
        let quotes = TextSize::new(quotes);
        TextRange::new(self.quote + quotes, token.end() - quotes)
    }

    fn scan(&mut self, text: &str, range: TextRange) {
        if self.raw {
            return;
        }
        let bytes = text.as_bytes();
        let (mut at, end) = (range.start().to_usize(), range.end().to_usize());
        while let Some(found) = memchr::memchr(b'\\', &bytes[at..end]) {
            at += found;
            // In an f-string the sequence may end in the brace of what follows.
            let Some(next) = text[at + 1..].chars().next() else { return };
            let length = 1 + next.len_utf8();
            let octal = text[at + 1..].bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
            match next {
                '0'..='7' => {
                    let value = u32::from_str_radix(&text[at + 1..=at + octal], 8).unwrap_or_default();
                    if value > 0o377 {
                        let instead = if self.bytes {
                            format!("\\x{:02x}", value & 0xff)
                        } else {
                            format!("\\u{value:04x}")
                        };
                        self.invalid.push(Escape { range: span(at, 1 + octal), instead });
                    }
                    self.escapes = true;
                }
                '\n' | '\r' | '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | 'x' => {
                    self.escapes = true;
                }
                'N' | 'u' | 'U' if !self.bytes => self.escapes = true,
                // Python takes a backslash before other letters as it is, and says nothing.
                _ if !next.is_ascii() => {}
                _ => {
                    let instead = format!("\\\\{next}");
                    self.invalid.push(Escape { range: span(at, length), instead });
                }
            }
            at = (at + length).min(end);
        }
    }

    fn report(self, file: &File<'_>, text: &str, sink: &mut Sink<'_>) {
        let Some(first) = self.invalid.first() else { return };
        let symbol = &text[first.range];
        let mut names: Vec<&str> = Vec::new();
        for escape in &self.invalid {
            let name = &text[escape.range];
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let what = match &names[..] {
            [one] => format!("`{one}` is no escape sequence"),
            several => format!("`{}` are no escape sequences", several.join("`, `")),
        };
        let message = format!("{what}: Python 3.12 and later warn when they compile it");
        let draft = sink
            .finding(symbol, first.range, message)
            .severity(Severity::Info)
            .url(SOURCE)
            .versions(Some(PythonVersion { major: 3, minor: 6 }), None);
        if self.escapes || self.unicode {
            let edits = self.invalid.iter();
            let edits = edits.map(|escape| file.edit(escape.range, escape.instead.as_str())).collect();
            draft.help("Double the backslash").safe_fix("Escape the backslash", edits).emit();
        } else {
            let edit = file.edit(TextRange::empty(self.quote), "r");
            draft.help("Use a raw string").safe_fix("Make it a raw string", vec![edit]).emit();
        }
    }
}

fn span(at: usize, length: usize) -> TextRange {
    let offset = |at| TextSize::try_from(at).expect("a text of less than 4 GiB");
    TextRange::at(offset(at), offset(length))
}
