//! Python source to its syntax tree.

pub mod chains;
pub mod newer;

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_python_ast::{ModModule, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, lexer, parse_cells_unchecked, parse_unchecked};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::SyntaxFault;
use super::notebook::Cells;
use crate::version::PythonVersion;

/// A module: tree, tokens, and what the grammar of the target refuses.
#[derive(Debug)]
pub struct Module {
    parsed: Parsed<ModModule>,
    too_deep: Option<SyntaxFault>,
}

impl Module {
    /// The top-level statements.
    #[must_use]
    pub fn body(&self) -> &[Stmt] {
        &self.parsed.syntax().body
    }

    /// The tree.
    #[must_use]
    pub fn syntax(&self) -> &ModModule {
        self.parsed.syntax()
    }

    /// The tokens, comments included.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        self.parsed.tokens()
    }

    /// Whether the target's parser would refuse the text.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.parsed.has_syntax_errors() || self.too_deep.is_some()
    }

    /// Everything refused, in order of the text.
    #[must_use]
    pub fn faults(&self) -> Vec<SyntaxFault> {
        let errors = self.parsed.errors().iter();
        let errors = errors.map(|error| (error.error.to_string(), error.location));
        let newer = self.parsed.unsupported_syntax_errors().iter();
        let newer = newer.map(|error| (error.to_string(), error.range()));
        let mut faults: Vec<SyntaxFault> =
            errors.chain(newer).map(|(message, range)| SyntaxFault { message, range }).collect();
        faults.extend(self.too_deep.clone());
        faults.sort_by_key(|fault| (fault.range.start(), fault.range.end()));
        faults
    }
}

/// Parses a file, or the cells of a notebook. Never fails: what cannot be
/// understood is among [`Module::faults`].
#[must_use]
pub fn parse(text: &str, cells: Option<&Cells>, target: PythonVersion) -> Module {
    if let Some(what) = unparsable(text) {
        let range = TextRange::empty(longest_line(text));
        let too_deep = Some(SyntaxFault { message: what.to_owned(), range });
        return Module { parsed: parsed("", None, target), too_deep };
    }
    let parsed = parsed(text, cells, target);
    let places = parsed.tokens().iter().map(|token| (token.kind(), token.range()));
    let too_deep = too_deep(places);
    let too_deep = too_deep.map(|(what, range)| SyntaxFault { message: what.to_owned(), range });
    Module { parsed, too_deep }
}

fn parsed(text: &str, cells: Option<&Cells>, target: PythonVersion) -> Parsed<ModModule> {
    match cells {
        Some(cells) => {
            let options = ParseOptions::from(Mode::Ipython).with_target_version(target);
            parse_cells_unchecked(text, cells.ranges(), &options)
        }
        None => {
            let options = ParseOptions::from(Mode::Module).with_target_version(target);
            parse_unchecked(text, options).try_into_module().expect("a module was asked for")
        }
    }
}

/// Where the longest line begins: what nests too deeply is usually on it.
fn longest_line(text: &str) -> TextSize {
    let longest = text.split('\n').max_by_key(|line| line.len()).unwrap_or_default();
    let start = longest.as_ptr() as usize - text.as_ptr() as usize;
    TextSize::new(u32::try_from(start).unwrap_or_default())
}

/// CPython's limits: brackets within brackets, blocks within blocks, and
/// operators one behind the other (its compiler runs out of stack there; the
/// figure was found by trying 3.13).
const BRACKETS: usize = 200;
const BLOCKS: u32 = 99;
const OPERATORS: u32 = 9_900;

/// Nesting deeper than CPython allows.
fn too_deep<Place>(tokens: impl IntoIterator<Item = (TokenKind, Place)>) -> Option<(&'static str, Place)> {
    let mut blocks = 0_u32;
    let mut chain = 0_u32;
    // The chains around each open bracket.
    let mut outer: Vec<u32> = Vec::new();
    for (kind, place) in tokens {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                outer.push(chain + 1);
                chain = 0;
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => chain = outer.pop().unwrap_or_default(),
            TokenKind::Indent => blocks += 1,
            TokenKind::Dedent => blocks = blocks.saturating_sub(1),
            TokenKind::Comma | TokenKind::Newline | TokenKind::Semi => chain = 0,
            TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::Vbar
            | TokenKind::Amper
            | TokenKind::CircumFlex
            | TokenKind::Tilde
            | TokenKind::DoubleStar
            | TokenKind::LeftShift
            | TokenKind::RightShift
            | TokenKind::At
            | TokenKind::Dot
            | TokenKind::If
            | TokenKind::Not
            | TokenKind::Lambda
            | TokenKind::Await => chain += 1,
            _ => continue,
        }
        let what = if outer.len() > BRACKETS {
            "too many nested parentheses"
        } else if blocks > BLOCKS {
            "too many levels of indentation"
        } else if chain > OPERATORS {
            "too many operators in one expression"
        } else {
            continue;
        };
        return Some((what, place));
    }
    None
}

/// Whether a text may nest so deeply that its tree would take more memory, or
/// more stack to drop, than there is; then its tokens are looked at first.
fn is_suspicious(text: &str) -> bool {
    const SMALL: usize = 1 << 16;
    const MANY: usize = 10_000;
    let bytes = text.as_bytes();
    let many = |mut places: memchr::Memchr3<'_>| places.nth(MANY).is_some();
    bytes.len() > SMALL
        && (many(memchr::memchr3_iter(b'(', b'[', b'{', bytes))
            || many(memchr::memchr3_iter(b'-', b'+', b'.', bytes))
            || bytes.split(|byte| *byte == b'\n').any(|line| line.len() > SMALL))
}

/// The fault of a text that must not be parsed at all, without its place: the
/// lexer does not tell it.
fn unparsable(text: &str) -> Option<&'static str> {
    if !is_suspicious(text) {
        return None;
    }
    let mut lexer = lexer::lex(text, Mode::Module);
    let kinds = std::iter::from_fn(|| Some((lexer.next_token(), ())));
    too_deep(kinds.take_while(|(kind, ())| *kind != TokenKind::EndOfFile)).map(|(what, ())| what)
}

/// What shows that a text that does not parse was written for Python 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python2 {
    /// The kinds of construct that only Python 2 has, in order of the text.
    pub constructs: Vec<&'static str>,
    /// On how many lines such stand.
    pub lines: usize,
    /// The first of them.
    pub first: TextRange,
}

impl Python2 {
    fn add(found: &mut Option<Self>, what: &'static str, range: TextRange) {
        let python2 = found.get_or_insert(Self { constructs: Vec::new(), lines: 0, first: range });
        if !python2.constructs.contains(&what) {
            python2.constructs.push(what);
        }
    }
}

impl Module {
    /// Looks for constructs that only Python 2 has, on the lines where the parser
    /// stumbled.
    #[must_use]
    pub fn python2(&self, text: &str) -> Option<Python2> {
        let mut found: Option<Python2> = None;
        // Each line is looked at once: broken files can be one long line.
        let mut line = TextRange::default();
        let mut counted = false;
        for fault in self.faults() {
            let at = fault.range.start();
            if at >= line.end() {
                line = line_at(text, at);
                counted = false;
                for (what, range) in python2(self.tokens(), text, line) {
                    Python2::add(&mut found, what, range);
                    counted |= count(&mut found, counted);
                }
            }
            if let Some(number) = old_integer(text, at) {
                Python2::add(&mut found, OLD_INTEGER, number);
                counted |= count(&mut found, counted);
            }
        }
        found
    }
}

/// Counts a line, unless it was counted before.
fn count(found: &mut Option<Python2>, counted: bool) -> bool {
    if let Some(python2) = found.as_mut().filter(|_| !counted) {
        python2.lines += 1;
    }
    true
}

/// The line of a place, with what ends it.
fn line_at(text: &str, at: TextSize) -> TextRange {
    let at = at.to_usize();
    let bytes = text.as_bytes();
    let start = memchr::memrchr2(b'\n', b'\r', &bytes[..at]).map_or(0, |at| at + 1);
    let end = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(text.len(), |length| at + length + 1);
    TextRange::new(offset(start), offset(end))
}

fn offset(at: usize) -> TextSize {
    TextSize::new(u32::try_from(at).unwrap_or(u32::MAX))
}

/// The integer around a place, if it begins with a zero too many: the lexer
/// gives up within `0777`, so there is no token to look at.
fn old_integer(text: &str, at: TextSize) -> Option<TextRange> {
    let at = at.to_usize();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let before = text[..at].bytes().rev().take_while(u8::is_ascii_digit).count();
    let number = TextRange::new(offset(at - before), offset(at + digits(&text[at..])));
    (text[number].len() > 1 && text[number].starts_with('0')).then_some(number)
}

const OLD_INTEGER: &str = "an integer such as `0777` or `1L`";

/// The Python 2 constructs that the tokens of a line spell.
fn python2(tokens: &Tokens, text: &str, line: TextRange) -> Vec<(&'static str, TextRange)> {
    let first = tokens.partition_point(|token| token.end() <= line.start());
    let on_line = tokens[first..].iter().take_while(|token| token.end() <= line.end());
    let tokens: Vec<&Token> =
        on_line.filter(|token| !token.range().is_empty() && token.kind() != TokenKind::Indent).collect();
    let word = |at: usize| tokens.get(at).map_or("", |token| &text[token.range()]);
    let kind = |at: usize| tokens.get(at).map(|token| token.kind());
    let starts = |at: usize| at == 0 || matches!(kind(at - 1), Some(TokenKind::Colon | TokenKind::Semi));
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let what = match word(at) {
            "print" if starts(at) && begins_operand(kind(at + 1)) => "a `print` statement",
            "print" if starts(at) && word(at + 1) == ">>" => "a `print >>file` statement",
            "exec" if starts(at) && begins_operand(kind(at + 1)) => "an `exec` statement",
            "raise" if starts(at) && comma_before_colon(&tokens[at + 1..]) => "`raise Class, value`",
            "except" if starts(at) && is_old_except(&tokens[at + 1..], text) => "`except Class, name`",
            "<" if word(at + 1) == ">" && tokens[at].end() == tokens[at + 1].start() => "the operator `<>`",
            "`" => "backticks for `repr`",
            _ if kind(at) == Some(TokenKind::Int) && is_long(word(at + 1), &tokens, at) => OLD_INTEGER,
            prefix
                if matches!(prefix, "ur" | "uR" | "Ur" | "UR") && kind(at + 1) == Some(TokenKind::String) =>
            {
                "a string such as `ur\"…\"`"
            }
            _ => continue,
        };
        found.push((what, tokens[at].range()));
    }
    found
}

fn begins_operand(kind: Option<TokenKind>) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        Some(T::Name | T::String | T::FStringStart | T::Int | T::Float | T::Complex | T::Not | T::Lambda)
            | Some(T::None | T::True | T::False | T::Lbrace | T::Tilde)
    )
}

/// `except E, name:`. Since Python 3.14 several classes may stand there without
/// parentheses, so the last one must not look like a class.
fn is_old_except(tokens: &[&Token], text: &str) -> bool {
    let colon = tokens.iter().position(|token| token.kind() == TokenKind::Colon);
    let last = colon.and_then(|colon| tokens.get(colon.checked_sub(1)?));
    let is_class = |token: &&Token| text[token.range()].starts_with(char::is_uppercase);
    comma_before_colon(tokens)
        && last.is_some_and(|token| token.kind() == TokenKind::Name && !is_class(token))
}

/// A comma outside brackets, as in `raise E, "text"`.
fn comma_before_colon(tokens: &[&Token]) -> bool {
    let mut depth = 0_u32;
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth = depth.saturating_sub(1),
            TokenKind::Comma if depth == 0 => return true,
            TokenKind::Colon | TokenKind::Semi | TokenKind::Comment if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// `1L`, which the lexer splits in two.
fn is_long(next: &str, tokens: &[&Token], at: usize) -> bool {
    let adjacent = tokens.get(at + 1).is_some_and(|next| next.start() == tokens[at].end());
    adjacent && matches!(next, "L" | "l")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<String> {
        parse(text, None, PythonVersion::PY313).faults().first().map(|fault| fault.message.clone())
    }

    #[test]
    fn refuses_the_nesting_that_cpython_refuses() {
        assert_eq!(fault(&format!("{}{}", "[".repeat(200), "]".repeat(200))), None);
        let parentheses = Some("too many nested parentheses".to_owned());
        assert_eq!(fault(&format!("{}{}", "[".repeat(201), "]".repeat(201))), parentheses);
        assert_eq!(fault(&"(".repeat(3_000_000)), parentheses);
    }

    #[test]
    fn survives_expressions_of_any_length() {
        let operators = Some("too many operators in one expression".to_owned());
        for (term, end) in
            [("a+", "a"), ("-", "1"), ("a.", "b"), ("not ", "a"), ("lambda: ", "a"), ("a if b else ", "c")]
        {
            assert_eq!(fault(&format!("{}{end}", term.repeat(1_000))), None, "{term}");
            assert_eq!(fault(&format!("{}{end}", term.repeat(1_000_000))), operators, "{term}");
        }
        assert_eq!(fault(&format!("[{}]", "a + b, ".repeat(100_000))), None);
        assert_eq!(fault(&format!("{}a", "a and ".repeat(100_000))), None);
    }
}
