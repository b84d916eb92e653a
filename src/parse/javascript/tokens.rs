//! The words of JavaScript and TypeScript.

use ruff_text_size::{TextRange, TextSize};

/// A word and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands, with its quotes.
    pub range: TextRange,
    /// Whether a line ends before it.
    pub begins_line: bool,
}

/// The kinds of word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Name(Box<str>),
    /// A text in quotes, or a template without anything to fill in; escapes of
    /// letters are kept as they are written.
    String(Box<str>),
    /// Text within a template that has something to fill in.
    Text(Box<str>),
    /// A number, as written.
    Number(Box<str>),
    /// A regular expression.
    Regex,
    /// `(`, `[`, `{`, `` ` `` or `$` for `${`.
    Open(u8),
    /// What closes one of them: the letter that opened it.
    Close(u8),
    /// Any other sign; of `=>`, `??`, `||`, `&&`, `?.`, `==` and longer ones only the
    /// first is told apart by `double`.
    Sign {
        /// The sign.
        sign: u8,
        /// Whether it is the first of several that belong together.
        double: bool,
    },
}

/// Signs that make one with what follows.
const PAIRS: &[&[u8]] = &[
    b"===", b"!==", b"...", b"**=", b"=>", b"??", b"||", b"&&", b"?.", b"==", b"!=", b"<=", b">=", b"+=",
    b"-=", b"*=", b"++", b"--", b"**",
];

/// Behind these names a `/` begins a regular expression.
const BEFORE_REGEX: &[&str] = &[
    "return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await", "yield",
];

/// Splits a text; whatever it is, in one pass.
pub fn split(text: &str) -> Vec<Token> {
    let mut splitter = Splitter { text, at: 0, tokens: Vec::new(), open: Vec::new(), begins_line: true };
    if text.starts_with("#!") {
        splitter.at = text.find('\n').unwrap_or(text.len());
    }
    while splitter.step() {}
    splitter.tokens
}

struct Splitter<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// What is open, to know where a template goes on.
    open: Vec<u8>,
    begins_line: bool,
}

impl<'a> Splitter<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        let place = |at| TextSize::try_from(at).unwrap_or(TextSize::new(u32::MAX));
        let range = TextRange::new(place(self.at), place(end.max(self.at)));
        self.tokens.push(Token { kind, range, begins_line: self.begins_line });
        self.begins_line = false;
        self.at = end;
    }

    /// Takes one word or one gap; false at the end.
    fn step(&mut self) -> bool {
        if self.open.last() == Some(&b'`') {
            return self.template();
        }
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return false };
        let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        if first.is_whitespace() || first == '\u{feff}' {
            self.begins_line |= first == '\n';
            self.at += first.len_utf8();
        } else if rest.starts_with("//") {
            self.at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(comment) = rest.strip_prefix("/*") {
            let length = comment.find("*/").map_or(rest.len(), |end| end + 4);
            self.begins_line |= rest[..length].contains('\n');
            self.at += length;
        } else if first.is_ascii_digit() {
            let length = rest.find(|c: char| !is_name(c) && c != '.').unwrap_or(rest.len());
            self.push(TokenKind::Number(rest[..length].into()), self.at + length);
        } else if is_name(first) || first == '#' || first == '@' {
            let length =
                rest[first.len_utf8()..].find(|c| !is_name(c)).map_or(rest.len(), |n| n + first.len_utf8());
            self.push(TokenKind::Name(rest[..length].into()), self.at + length);
        } else {
            self.sign(first);
        }
        true
    }

    fn sign(&mut self, first: char) {
        let rest = self.rest();
        match first {
            '"' | '\'' => self.string(first),
            '(' | '[' | '{' | '`' => self.enter(first as u8, 1),
            ')' => self.leave(b'(', 1),
            ']' => self.leave(b'[', 1),
            '}' if self.open.last() == Some(&b'$') => self.leave(b'$', 1),
            '}' => self.leave(b'{', 1),
            '/' if self.begins_regex() => {
                let length = regex(rest);
                self.push(TokenKind::Regex, self.at + length);
            }
            _ => {
                let pair = PAIRS.iter().find(|pair| rest.as_bytes().starts_with(pair));
                let length = pair.map_or(first.len_utf8(), |pair| pair.len());
                let sign = u8::try_from(first).unwrap_or(b'?');
                self.push(TokenKind::Sign { sign, double: pair.is_some() }, self.at + length);
            }
        }
    }

    fn enter(&mut self, sign: u8, length: usize) {
        self.open.push(sign);
        self.push(TokenKind::Open(sign), self.at + length);
    }

    fn leave(&mut self, sign: u8, length: usize) {
        if self.open.last() == Some(&sign) {
            self.open.pop();
        }
        self.push(TokenKind::Close(sign), self.at + length);
    }

    /// A text in quotes ends with its line at the latest.
    fn string(&mut self, quote: char) {
        let rest = self.rest();
        let mut escaped = false;
        for (at, letter) in rest.char_indices().skip(1) {
            match letter {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\n' => return self.push(TokenKind::String(rest[1..at].into()), self.at + at),
                _ if letter == quote => {
                    return self.push(TokenKind::String(rest[1..at].into()), self.at + at + 1);
                }
                _ => {}
            }
        }
        self.push(TokenKind::String(rest[1..].into()), self.text.len());
    }

    /// Goes on within a template.
    fn template(&mut self) -> bool {
        let rest = self.rest();
        if rest.is_empty() {
            return false;
        }
        if rest.starts_with('`') {
            self.leave(b'`', 1);
        } else if rest.starts_with("${") {
            self.enter(b'$', 2);
        } else {
            let mut escaped = false;
            let ends = |(at, letter): &(usize, char)| {
                let ends = !escaped && (*letter == '`' || rest[*at..].starts_with("${"));
                escaped = !escaped && *letter == '\\';
                ends
            };
            let length = rest.char_indices().find(ends).map_or(rest.len(), |(at, _)| at);
            self.push(TokenKind::Text(rest[..length].into()), self.at + length);
        }
        true
    }

    fn begins_regex(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            None | Some(TokenKind::Open(_) | TokenKind::Sign { .. }) => true,
            Some(TokenKind::Name(name)) => BEFORE_REGEX.contains(&&**name),
            Some(TokenKind::Close(sign)) => *sign == b'{',
            Some(_) => false,
        }
    }
}

/// The length of a regular expression, which ends with its line at the latest.
fn regex(text: &str) -> usize {
    let (mut escaped, mut class) = (false, false);
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => return at + 1,
            _ => {}
        }
    }
    text.len()
}
