//! Words: quotes, escapes and what the shell puts in place of variables and
//! commands.

use std::ops::Range;

use super::parser::{DEPTH, Parser, is_blank, parse};
use super::{Expansion, Options, Script, Word};
use crate::parse::fragment::Fragment;

impl Parser<'_> {
    /// The word that begins here; `None` where none does.
    pub(super) fn word(&mut self) -> Option<Word> {
        let start = self.at;
        let mut word = Word::default();
        while let Some(c) = self.rest().chars().next() {
            let from = self.at;
            match c {
                '<' | '>' if self.rest()[1..].starts_with('(') => {
                    self.at += 1;
                    self.substitution(&mut word.expansions);
                    self.keep_hole(&mut word, from);
                }
                '(' if self.at > start && self.text[start..self.at].ends_with(['?', '*', '+', '@', '!']) => {
                    self.pattern();
                    self.keep(&mut word, from);
                }
                ';' | '&' | '|' | '(' | ')' | '<' | '>' => break,
                c if is_blank(c) => break,
                '\\' => self.escape(&mut word),
                '\'' => self.single_quoted(&mut word),
                '"' => self.double_quoted(&mut word),
                '$' if self.rest()[1..].starts_with('\'') => self.ansi_quoted(&mut word),
                '$' if self.rest()[1..].starts_with('"') => self.at += 1,
                '$' | '`' => {
                    self.expansion(&mut word.expansions);
                    self.keep_hole(&mut word, from);
                }
                c => {
                    word.glob |= matches!(c, '*' | '?' | '[');
                    self.at += c.len_utf8();
                    self.keep(&mut word, from);
                }
            }
        }
        word.range = self.fragment.locate(start, self.at);
        (self.at > start && (word.quoted || !word.value.is_empty())).then_some(word)
    }

    /// What the shell replaces in a here-document, and which bytes those are.
    pub(super) fn expansions(mut self) -> (Vec<Expansion>, Vec<Range<usize>>) {
        let mut expansions = Vec::new();
        let mut holes = Vec::new();
        while let Some(next) = self.rest().find(['$', '`', '\\']) {
            self.at += next;
            if self.eat("\\") {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            } else {
                let from = self.at;
                self.expansion(&mut expansions);
                holes.push(from..self.at);
            }
        }
        (expansions, holes)
    }

    /// Takes the text from `from` to here as it is.
    fn keep(&self, word: &mut Word, from: usize) {
        word.value.push_slice(self.fragment, from, self.at);
    }

    /// As [`Self::keep`], of what the shell replaces; a lone `$` is kept by it.
    fn keep_hole(&self, word: &mut Word, from: usize) {
        let start = word.value.text().len();
        self.keep(word, from);
        if self.at > from + 1 {
            word.holes.push(start..word.value.text().len());
        }
    }

    fn escape(&mut self, word: &mut Word) {
        self.at += 1;
        if self.eat("\n") || self.eat("\r\n") {
            return;
        }
        let from = self.at;
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        self.keep(word, from);
        word.quoted = true;
    }

    fn single_quoted(&mut self, word: &mut Word) {
        let open = self.at;
        self.at += 1;
        let length = self.rest().find('\'');
        let from = self.at;
        self.at += length.unwrap_or(self.rest().len());
        self.keep(word, from);
        word.quoted = true;
        if !self.eat("'") {
            self.fault("this quote is not closed", open);
        }
    }

    fn double_quoted(&mut self, word: &mut Word) {
        let open = self.at;
        self.at += 1;
        word.quoted = true;
        while let Some(c) = self.rest().chars().next() {
            let from = self.at;
            match c {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' if self.rest()[1..].starts_with(['$', '`', '"', '\\', '\n']) => {
                    self.at += 2;
                    if !self.text[..self.at].ends_with('\n') {
                        word.value.push_slice(self.fragment, from + 1, self.at);
                    }
                }
                '$' | '`' => {
                    self.expansion(&mut word.expansions);
                    self.keep_hole(word, from);
                }
                c => {
                    self.at += c.len_utf8();
                    self.keep(word, from);
                }
            }
        }
        self.fault("this quote is not closed", open);
    }

    /// `$'…'`
    fn ansi_quoted(&mut self, word: &mut Word) {
        let open = self.at;
        self.at += 2;
        word.quoted = true;
        while let Some(c) = self.rest().chars().next() {
            let from = self.at;
            self.at += c.len_utf8();
            match c {
                '\'' => return,
                '\\' => {
                    let escaped = self.rest().chars().next().unwrap_or('\\');
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                    let character = match escaped {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    };
                    let place = self.fragment.locate(from, self.at);
                    let (start, end) = (place.start().to_usize(), place.end().to_usize());
                    word.value.push_escaped(character.encode_utf8(&mut [0; 4]), start, end);
                }
                _ => self.keep(word, from),
            }
        }
        self.fault("this quote is not closed", open);
    }

    /// `@(a|b)` and its kin.
    fn pattern(&mut self) {
        let mut open = 0_usize;
        while let Some(c) = self.rest().chars().next().filter(|c| !is_blank(*c)) {
            self.at += c.len_utf8();
            open = match c {
                '(' => open + 1,
                ')' => open - 1,
                _ => open,
            };
            if open == 0 {
                return;
            }
        }
    }

    /// Steps over `$…` or backticks, adding what they stand for.
    fn expansion(&mut self, expansions: &mut Vec<Expansion>) {
        let rest = self.rest();
        if rest.starts_with('`') {
            self.backticks(expansions);
            return;
        }
        self.at += 1;
        let rest = &rest[1..];
        if rest.starts_with("((") && self.arithmetic() {
            expansions.push(Expansion::Arithmetic);
        } else if rest.starts_with('(') {
            self.substitution(expansions);
        } else if rest.starts_with('{') {
            self.parameter(expansions);
        } else {
            let name = name(rest);
            self.at += name.len();
            if !name.is_empty() {
                expansions.push(Expansion::Variable { name: name.to_owned(), plain: true });
            }
        }
    }

    /// The commands between parentheses.
    fn substitution(&mut self, expansions: &mut Vec<Expansion>) {
        let open = self.at;
        self.at += 1;
        // Documents announced within belong to the commands within.
        let (pending, documents) = (std::mem::take(&mut self.pending), std::mem::take(&mut self.documents));
        let body = self.list(&[]);
        while !self.eat(")") {
            if self.rest().is_empty() {
                self.fault("this parenthesis is not closed", open);
                break;
            }
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        }
        let documents = std::mem::replace(&mut self.documents, documents);
        self.pending = pending;
        expansions.push(Expansion::Command(Script { body, documents, ..Script::default() }));
    }

    fn backticks(&mut self, expansions: &mut Vec<Expansion>) {
        let open = self.at;
        self.at += 1;
        let mut text = Fragment::default();
        loop {
            let Some(c) = self.rest().chars().next() else {
                self.fault("this backtick is not closed", open);
                break;
            };
            let from = self.at;
            self.at += c.len_utf8();
            match c {
                '`' => break,
                '\\' if self.rest().starts_with(['`', '\\', '$']) => {
                    text.push_slice(self.fragment, self.at, self.at + 1);
                    self.at += 1;
                }
                _ => text.push_slice(self.fragment, from, self.at),
            }
        }
        if self.depth < DEPTH {
            let script = parse(&text, Options::default(), self.depth + 1);
            self.comments.extend(&script.comments);
            expansions.push(Expansion::Command(script));
        }
    }

    /// `${…}`
    fn parameter(&mut self, expansions: &mut Vec<Expansion>) {
        let open = self.at;
        self.at += 1;
        let prefixed = self.rest().starts_with(['#', '!']) && !self.rest()[1..].starts_with('}');
        self.at += usize::from(prefixed);
        let name = name(self.rest());
        self.at += name.len();
        let plain = !prefixed && self.rest().starts_with('}');
        expansions.push(Expansion::Variable { name: name.to_owned(), plain });
        self.depth += 1;
        while let Some(c) = self.rest().chars().next().filter(|_| self.depth < DEPTH) {
            match c {
                '}' => {
                    self.at += 1;
                    self.depth -= 1;
                    return;
                }
                '$' | '`' => self.expansion(expansions),
                '\\' => {
                    self.at += 1;
                    self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                }
                c => self.at += c.len_utf8(),
            }
        }
        self.depth -= 1;
        self.at = self.text.len();
        self.fault("this brace is not closed", open);
    }
}

/// The name of the variable that the text begins with.
fn name(text: &str) -> &str {
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    match text.chars().next() {
        Some('@' | '*' | '#' | '?' | '-' | '$' | '!' | '0'..='9') => &text[..1],
        _ => &text[..length],
    }
}
