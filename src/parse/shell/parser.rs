//! The grammar: lists, pipelines, compound and simple commands.

use ruff_text_size::TextRange;

use super::{
    Chain, Command, Compound, Connector, Document, Expansion, List, Node, Options, Pipeline, Redirect,
    Script, Word, wrappers,
};
use crate::parse::SyntaxFault;
use crate::parse::fragment::Fragment;

/// How deep commands may stand within commands. What lies deeper is not read:
/// the stack must hold on any input.
pub(super) const DEPTH: usize = 40;

/// Words that end the list they stand in.
const CLOSERS: [&str; 8] = ["then", "elif", "else", "fi", "do", "done", "esac", "}"];

pub(super) fn parse(text: &Fragment, options: Options, depth: usize) -> Script {
    let mut parser = Parser::new(text, depth);
    let mut body = List::default();
    loop {
        body.items.extend(parser.list(&[]).items);
        if parser.at_end() {
            break;
        }
        parser.unexpected();
    }
    let Parser { comments, faults, documents, .. } = parser;
    Script { body, options, comments, faults, documents }
}

pub(super) struct Parser<'f> {
    pub(super) fragment: &'f Fragment,
    pub(super) text: &'f str,
    pub(super) at: usize,
    pub(super) depth: usize,
    pub(super) comments: Vec<TextRange>,
    pub(super) faults: Vec<SyntaxFault>,
    /// Documents announced on this line, whose text begins on the next.
    pub(super) pending: Vec<Pending>,
    /// Those announced so far; filled when their text has been read.
    pub(super) documents: Vec<Document>,
}

/// A document whose text is still to come.
pub(super) struct Pending {
    /// Its number.
    document: usize,
    name: String,
    quoted: bool,
    strip_tabs: bool,
    /// A shell reads it as commands, with these options.
    script: Option<Options>,
}

impl<'f> Parser<'f> {
    pub(super) fn new(fragment: &'f Fragment, depth: usize) -> Self {
        Self {
            fragment,
            text: fragment.text(),
            at: 0,
            depth,
            comments: Vec::new(),
            faults: Vec::new(),
            pending: Vec::new(),
            documents: Vec::new(),
        }
    }

    pub(super) fn rest(&self) -> &'f str {
        &self.text[self.at..]
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    pub(super) fn fault(&mut self, message: &str, from: usize) {
        let range = self.fragment.locate(from, self.at);
        self.faults.push(SyntaxFault { message: message.to_owned(), range });
    }

    /// Steps over something that cannot stand here.
    pub(super) fn unexpected(&mut self) {
        let from = self.at;
        self.at += match self.bare_word() {
            "" => self.rest().chars().next().map_or(1, char::len_utf8),
            word => word.len(),
        };
        self.fault("this cannot stand here", from);
    }

    /// Blanks, continued lines and a comment.
    pub(super) fn blanks(&mut self) {
        loop {
            let rest = self.rest();
            if rest.starts_with([' ', '\t', '\r']) {
                self.at += 1;
            } else if rest.starts_with("\\\n") {
                self.at += 2;
            } else if rest.starts_with("\\\r\n") {
                self.at += 3;
            } else if rest.starts_with('#') && self.starts_word() {
                let end = self.at + rest.find('\n').unwrap_or(rest.len());
                let length = self.text[self.at..end].trim_end().len();
                self.comments.push(self.fragment.locate(self.at, self.at + length));
                self.at = end;
            } else {
                return;
            }
        }
    }

    /// Whether a word that begins here does not continue another.
    fn starts_word(&self) -> bool {
        self.text[..self.at].chars().next_back().is_none_or(|c| is_blank(c) || ";&|()<>".contains(c))
    }

    /// Blanks, comments and line ends, with the documents behind them.
    pub(super) fn newlines(&mut self) {
        loop {
            self.blanks();
            if !self.eat("\n") {
                return;
            }
            self.read_documents();
        }
    }

    fn read_documents(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let end = loop {
                let line_start = self.at;
                let rest = self.rest();
                let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
                let line = rest[..length].trim_end_matches(['\n', '\r']);
                self.at += length;
                let line = if pending.strip_tabs { line.trim_start_matches('\t') } else { line };
                if line == pending.name || length == 0 {
                    break line_start;
                }
            };
            self.documents[pending.document] = self.document(&pending, start, end);
        }
    }

    fn document(&mut self, pending: &Pending, start: usize, end: usize) -> Document {
        let text = self.fragment.slice(start, end);
        let script = pending.script.map(|options| parse(&text, options, self.depth));
        let quoted = pending.quoted;
        let (expansions, holes) = if quoted || script.is_some() {
            (Vec::new(), Vec::new())
        } else {
            Parser::new(&text, self.depth).expansions()
        };
        Document { text, expansions, holes, quoted, script }
    }

    /// The characters up to the next one that ends a word, unread.
    fn bare_word(&self) -> &'f str {
        let rest = self.rest();
        &rest[..rest.find(|c: char| is_blank(c) || ";&|()<>".contains(c)).unwrap_or(rest.len())]
    }

    /// Whether the reserved word stands here, and steps over it.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.bare_word() == word;
        if found {
            self.at += word.len();
        }
        found
    }

    /// Commands up to one of the closers (or any closer of the grammar, `)`
    /// and `;;` included), which is left where it stands.
    pub(super) fn list(&mut self, closers: &[&str]) -> List {
        let mut list = List::default();
        self.depth += 1;
        if self.depth > DEPTH {
            let from = self.at;
            self.at = self.text.len();
            self.fault("commands are nested too deeply to be read", from);
        }
        loop {
            self.newlines();
            let word = self.bare_word();
            if self.at_end() || self.rest().starts_with([')']) || self.rest().starts_with(";;") {
                break;
            }
            if CLOSERS.contains(&word) && (closers.contains(&word) || word != "}") {
                break;
            }
            if self.eat(";") || self.eat("&") || self.eat("|") {
                continue;
            }
            let before = self.at;
            let mut chain = self.chain();
            self.blanks();
            if self.rest().starts_with('&') && !self.rest().starts_with("&&") {
                self.at += 1;
                chain.background = true;
            } else if !self.rest().starts_with(";;") {
                self.eat(";");
            }
            list.items.push(chain);
            if self.at == before {
                self.unexpected();
            }
        }
        self.depth -= 1;
        list
    }

    fn chain(&mut self) -> Chain {
        let first = self.pipeline();
        let mut rest = Vec::new();
        loop {
            self.blanks();
            let connector = if self.eat("&&") {
                Connector::And
            } else if self.eat("||") {
                Connector::Or
            } else {
                return Chain { first, rest, background: false };
            };
            self.newlines();
            rest.push((connector, self.pipeline()));
        }
    }

    fn pipeline(&mut self) -> Pipeline {
        let mut negated = false;
        self.blanks();
        while self.eat_word("!") {
            negated = !negated;
            self.blanks();
        }
        let mut commands = vec![self.command()];
        loop {
            self.blanks();
            if self.rest().starts_with("||") || !self.eat("|") {
                return Pipeline { negated, commands };
            }
            self.eat("&");
            self.newlines();
            commands.push(self.command());
        }
    }

    pub(super) fn command(&mut self) -> Node {
        self.blanks();
        let compound = match self.bare_word() {
            "if" => self.r#if(),
            "while" => self.r#while("while"),
            "until" => self.r#while("until"),
            "for" => self.r#for("for"),
            "select" => self.r#for("select"),
            "case" => self.case(),
            "function" => self.function(),
            "{" => {
                self.eat("{");
                let body = self.list(&["}"]);
                self.close("}");
                Compound::Group(body)
            }
            "" if self.rest().starts_with("((") && self.arithmetic() => Compound::Arithmetic,
            "" if self.eat("(") => {
                let body = self.list(&[]);
                self.close(")");
                Compound::Subshell(body)
            }
            _ => return self.simple(),
        };
        let mut redirects = Vec::new();
        loop {
            self.blanks();
            match self.redirect() {
                Some(redirect) => redirects.push(redirect),
                None => return Node::Compound(Box::new(compound), redirects),
            }
        }
    }

    fn simple(&mut self) -> Node {
        let mut command = Command::default();
        loop {
            self.blanks();
            if let Some(redirect) = self.redirect() {
                command.redirects.push(redirect);
                continue;
            }
            let Some(word) = self.word() else { break };
            if is_comment(&word) {
                continue;
            }
            if command.words.is_empty() && is_assignment(&word) {
                command.assignments.push(word);
                self.array(&mut command.assignments);
                continue;
            }
            if command.words.is_empty() && self.eat_parentheses() {
                return Node::Compound(Box::new(self.body_of(word)), Vec::new());
            }
            let test = command.words.is_empty() && word.literal() == Some("[[");
            command.words.push(word);
            if test {
                self.double_bracket(&mut command.words);
            }
        }
        wrappers::unwrap(&mut command, self.depth);
        if let Some(options) = wrappers::reads_script(&command) {
            let numbers: Vec<usize> = command.redirects.iter().filter_map(|one| one.document).collect();
            for pending in self.pending.iter_mut().filter(|one| numbers.contains(&one.document)) {
                pending.script = Some(options);
            }
        }
        Node::Simple(command)
    }

    /// `()` of a function's definition.
    fn eat_parentheses(&mut self) -> bool {
        let back = self.at;
        self.blanks();
        let found = self.eat("(") && {
            self.blanks();
            self.eat(")")
        };
        if !found {
            self.at = back;
        }
        found
    }

    /// The elements of `name=( … )`.
    fn array(&mut self, words: &mut Vec<Word>) {
        if !self.text[..self.at].ends_with('=') || !self.eat("(") {
            return;
        }
        loop {
            self.newlines();
            match self.word() {
                Some(word) => words.push(word),
                None if self.at_end() || self.eat(")") => return,
                None => self.unexpected(),
            }
        }
    }

    /// Everything up to `]]`, where operators are words.
    fn double_bracket(&mut self, words: &mut Vec<Word>) {
        loop {
            self.newlines();
            let from = self.at;
            if self.eat("&&")
                || self.eat("||")
                || self.eat("<")
                || self.eat(">")
                || self.eat("(")
                || self.eat(")")
            {
                words.push(self.operator(from));
                continue;
            }
            let Some(word) = self.word() else { return };
            let (last, pattern) = (word.literal() == Some("]]"), word.literal() == Some("=~"));
            words.push(word);
            if last {
                return;
            }
            if pattern {
                self.regular_expression(words);
            }
        }
    }

    /// What stands behind `=~`: `(a|b)$` is one pattern, blanks within its
    /// parentheses included.
    fn regular_expression(&mut self, words: &mut Vec<Word>) {
        let mut open = 0_usize;
        self.blanks();
        loop {
            let from = self.at;
            let next = self.rest().chars().next();
            match next {
                Some('(') => open += 1,
                Some(')') if open > 0 => open -= 1,
                Some('|' | '<' | '>') => {}
                Some(' ' | '\t') if open > 0 => {}
                Some(c) if !is_blank(c) && !matches!(c, '&' | ';' | ')') => {
                    let Some(word) = self.word() else { return };
                    words.push(word);
                    continue;
                }
                _ => return,
            }
            self.at += 1;
            words.push(self.operator(from));
        }
    }

    fn operator(&self, from: usize) -> Word {
        let value = self.fragment.slice(from, self.at);
        Word { range: value.range(), value, ..Word::default() }
    }

    fn redirect(&mut self) -> Option<Redirect> {
        const OPERATORS: [&str; 12] =
            ["<<<", "<<-", "&>>", "<<", ">>", ">&", "<&", "<>", ">|", "&>", "<", ">"];
        let rest = self.rest();
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let operator = OPERATORS.into_iter().find(|operator| rest[digits..].starts_with(operator))?;
        if rest[digits..].starts_with("<(") || rest[digits..].starts_with(">(") {
            return None;
        }
        self.at += digits + operator.len();
        self.blanks();
        let target = self.word().unwrap_or_default();
        let announces = matches!(operator, "<<" | "<<-") && !target.value.is_empty();
        let document = announces.then_some(self.documents.len());
        if let Some(document) = document {
            self.documents.push(Document::default());
            let (name, quoted) = (target.value.text().to_owned(), target.quoted);
            let strip_tabs = operator == "<<-";
            self.pending.push(Pending { document, name, quoted, strip_tabs, script: None });
        }
        Some(Redirect { operator: operator.to_owned(), target, document })
    }
}

/// Whether a character ends a word: no other white space does so in a shell,
/// but the carriage return before a line's end.
pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether a word is a comment between backticks, of which nothing is left:
/// the way to have comments within a continued line.
fn is_comment(word: &Word) -> bool {
    let [Expansion::Command(script)] = word.expansions.as_slice() else { return false };
    let text = word.value.text();
    !word.quoted
        && script.body.items.is_empty()
        && text.starts_with('`')
        && text.find('`') != text.rfind('`')
        && text[1..].find('`') == Some(text.len() - 2)
}

/// Whether a word is `NAME=…` or `NAME+=…`, not quoted up to there.
fn is_assignment(word: &Word) -> bool {
    let Some((name, _)) = word.value.text().split_once('=') else { return false };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
