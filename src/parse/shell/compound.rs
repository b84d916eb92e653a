//! Compound commands: `if`, `while`, `for`, `case`, functions, arithmetic.

use super::parser::{DEPTH, Parser};
use super::{Command, Compound, Node, Word};

impl Parser<'_> {
    /// Steps over what must close a compound command, if it is there.
    pub(super) fn close(&mut self, token: &str) {
        self.newlines();
        let found = if token == ")" { self.eat(token) } else { self.eat_word(token) };
        if !found {
            self.fault(&format!("`{token}` is missing before this"), self.at);
        }
    }

    pub(super) fn r#if(&mut self) -> Compound {
        self.eat_word("if");
        let mut branches = Vec::new();
        loop {
            let condition = self.list(&["then"]);
            self.close("then");
            branches.push((condition, self.list(&["elif", "else", "fi"])));
            if !self.eat_word("elif") {
                break;
            }
        }
        let otherwise = self.eat_word("else").then(|| self.list(&["fi"]));
        self.close("fi");
        Compound::If(branches, otherwise)
    }

    pub(super) fn r#while(&mut self, keyword: &str) -> Compound {
        self.eat_word(keyword);
        let condition = self.list(&["do"]);
        self.close("do");
        let body = self.list(&["done"]);
        self.close("done");
        Compound::While(condition, body)
    }

    pub(super) fn r#for(&mut self, keyword: &str) -> Compound {
        self.eat_word(keyword);
        self.blanks();
        let mut words = Vec::new();
        let variable = if self.rest().starts_with("((") && self.arithmetic() { None } else { self.word() };
        self.newlines();
        if self.eat_word("in") {
            loop {
                self.blanks();
                let Some(word) = self.word() else { break };
                words.push(word);
            }
        }
        self.newlines();
        self.eat(";");
        self.newlines();
        let braces = self.eat_word("{");
        if !braces {
            self.close("do");
        }
        let closer = if braces { "}" } else { "done" };
        let body = self.list(&[closer]);
        self.close(closer);
        Compound::For(variable, words, body)
    }

    pub(super) fn case(&mut self) -> Compound {
        self.eat_word("case");
        self.blanks();
        let subject = self.word().unwrap_or_default();
        self.newlines();
        if !self.eat_word("in") {
            self.fault("`in` is missing before this", self.at);
        }
        let mut arms = Vec::new();
        loop {
            self.newlines();
            if self.at_end() || self.eat_word("esac") {
                return Compound::Case(subject, arms);
            }
            let before = self.at;
            self.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.extend(self.word());
                self.blanks();
                if !self.eat("|") {
                    break;
                }
            }
            self.close(")");
            let body = self.list(&[]);
            arms.push((patterns, body));
            let _ = self.eat(";;&") || self.eat(";;") || self.eat(";&");
            if self.at == before {
                self.unexpected();
            }
        }
    }

    pub(super) fn function(&mut self) -> Compound {
        self.eat_word("function");
        self.blanks();
        let name = self.word().unwrap_or_default();
        self.blanks();
        if self.eat("(") {
            self.blanks();
            self.eat(")");
        }
        self.body_of(name)
    }

    pub(super) fn body_of(&mut self, name: Word) -> Compound {
        self.newlines();
        self.depth += 1;
        let body = if self.depth > DEPTH { Node::Simple(Command::default()) } else { self.command() };
        self.depth -= 1;
        Compound::Function(name, body)
    }

    /// `(( … ))`, if it is closed as one; otherwise two subshells begin here.
    pub(super) fn arithmetic(&mut self) -> bool {
        // Longer ones are not written, and looking on for each would not end.
        const LONGEST: usize = 2_000;
        let mut open = 0_usize;
        for (at, c) in self.rest().char_indices().take(LONGEST) {
            match c {
                '(' => open += 1,
                ')' if open == 2 && self.rest()[at..].starts_with("))") => {
                    self.at += at + 2;
                    return true;
                }
                ')' if open <= 2 => return false,
                ')' => open -= 1,
                _ => {}
            }
        }
        false
    }
}
