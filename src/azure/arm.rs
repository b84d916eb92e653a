//! Templates of the Azure resource manager, in JSON.
//!
//! Texts in brackets are expressions: calls, texts in single quotes, numbers,
//! and steps into what they give.

use ruff_text_size::{TextRange, TextSize};

use super::names::{Names, Value};
use crate::parse::json::{self, ValueKind};
use crate::parse::term::{Member, Term, TermKind};

/// How deep expressions may lie within each other.
const MAX_DEPTH: usize = 64;

/// A value of JSON; `expressions` says whether texts in brackets are such.
#[must_use]
pub fn term(value: &json::Value, text: &str, expressions: bool) -> Term {
    let kind = match &value.kind {
        ValueKind::Null => TermKind::Null,
        ValueKind::Bool(value) => TermKind::Bool(*value),
        ValueKind::Number(text) => TermKind::Number(text.clone()),
        ValueKind::String(own) => match expressions.then(|| expression(own, value.range, text)).flatten() {
            Some(term) => return term,
            None => TermKind::Text(own.clone()),
        },
        ValueKind::Array(elements) => {
            TermKind::Array(elements.iter().map(|element| term(element, text, expressions)).collect())
        }
        ValueKind::Object(members) => {
            let member = |member: &json::Member| Member {
                key: Some(member.key.clone()),
                key_range: member.key_range,
                value: term(&member.value, text, expressions),
            };
            TermKind::Object(members.iter().map(member).collect())
        }
    };
    Term::new(value.range, kind)
}

/// Whether a file is a template.
#[must_use]
pub fn is_template(root: &json::Value) -> bool {
    let schema = root.get("$schema").and_then(json::Value::as_str).unwrap_or_default();
    schema.contains("deploymentTemplate.json")
        || root.get("resources").is_some() && root.get("contentVersion").is_some()
}

/// Whether a template was made from Bicep, which is where it must be changed.
#[must_use]
pub fn is_generated(root: &json::Value) -> bool {
    let generator = root.get("metadata").and_then(|metadata| metadata.get("_generator"));
    generator.and_then(|generator| generator.get("name")).and_then(json::Value::as_str) == Some("bicep")
}

/// The variables and the defaults of the parameters of a template.
#[must_use]
pub fn names(root: &Term) -> Names {
    let mut names = Names::default();
    let members = |key: &str| root.get(key).map(Term::members).unwrap_or_default();
    for member in members("variables") {
        if let Some(name) = &member.key {
            let value = Value { term: member.value.clone(), file: 0, parameter: false };
            names.add(format!("variables.{}", name.to_ascii_lowercase()), value);
        }
    }
    for member in members("parameters") {
        if let (Some(name), Some(default)) = (&member.key, member.value.get("defaultValue")) {
            let value = Value { term: default.clone(), file: 0, parameter: true };
            names.add(format!("parameters.{}", name.to_ascii_lowercase()), value);
        }
    }
    names
}

/// The expression that a text is; `[[` begins a plain text.
fn expression(own: &str, range: TextRange, text: &str) -> Option<Term> {
    let inner = own.strip_prefix('[')?.strip_suffix(']').filter(|inner| !inner.starts_with('['))?;
    let written = text.get(range.start().to_usize() + 1..range.end().to_usize().checked_sub(1)?)?;
    // Escapes move the places of what follows them.
    let start = (written == own).then(|| range.start().to_usize() + 2);
    let mut parser = Expression { text: inner, at: 0, start, range };
    let term = parser.value(0);
    parser.space();
    let whole = term.filter(|_| parser.at == inner.len());
    Some(whole.unwrap_or_else(|| Term::new(range, TermKind::Other)))
}

struct Expression<'a> {
    text: &'a str,
    at: usize,
    /// Where the expression begins in the file, if it stands there as it is.
    start: Option<usize>,
    range: TextRange,
}

impl Expression<'_> {
    fn range(&self, from: usize) -> TextRange {
        let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
        self.start.map_or(self.range, |start| TextRange::new(offset(start + from), offset(start + self.at)))
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, sign: char) -> bool {
        self.space();
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len_utf8() } else { 0 };
        found
    }

    fn word(&mut self) -> &str {
        let from = self.at;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$');
        self.at += self.rest().find(|c| !is_part(c)).unwrap_or(self.rest().len());
        &self.text[from..self.at]
    }

    fn value(&mut self, depth: usize) -> Option<Term> {
        if depth > MAX_DEPTH {
            return None;
        }
        self.space();
        let from = self.at;
        let kind = if self.rest().starts_with('\'') {
            TermKind::Text(self.string()?.into())
        } else {
            let mut name = self.word().to_owned();
            // Functions of the user's own have a namespace.
            while self.rest().starts_with('.') && self.rest()[1..].contains('(') && !name.is_empty() {
                self.at += 1;
                name = format!("{name}.{}", self.word());
            }
            if self.eat('(') {
                TermKind::Call(name.into(), self.arguments(depth)?)
            } else if name.starts_with(|c: char| c.is_ascii_digit()) {
                TermKind::Number(name.into())
            } else {
                match name.as_str() {
                    "" => return None,
                    "true" => TermKind::Bool(true),
                    "false" => TermKind::Bool(false),
                    "null" => TermKind::Null,
                    _ => TermKind::Name(name.into()),
                }
            }
        };
        let mut term = Term::new(self.range(from), kind);
        loop {
            let kind = if self.eat('.') {
                TermKind::Field(Box::new(term), self.word().into())
            } else if self.eat('[') {
                let index = self.value(depth + 1)?;
                self.eat(']').then_some(())?;
                TermKind::Index(Box::new(term), Box::new(index))
            } else {
                return Some(term);
            };
            term = Term::new(self.range(from), kind);
        }
    }

    fn arguments(&mut self, depth: usize) -> Option<Vec<Term>> {
        let mut arguments = Vec::new();
        if self.eat(')') {
            return Some(arguments);
        }
        loop {
            arguments.push(self.value(depth + 1)?);
            if self.eat(')') {
                return Some(arguments);
            }
            self.eat(',').then_some(())?;
        }
    }

    /// A quote is doubled within a text.
    fn string(&mut self) -> Option<String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let end = self.rest().find('\'')?;
            text.push_str(&self.text[self.at..self.at + end]);
            self.at += end + 1;
            if !self.rest().starts_with('\'') {
                return Some(text);
            }
            text.push('\'');
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_expressions() {
        let text = r#"{"a": "[concat('Python|', variables('v').x[0])]", "b": "[[no]", "c": "[if(true, 'it''s', '')]", "d": "[broken(", "e": "[not an expression] "}"#;
        let root = term(&json::parse(text).expect("well-formed"), text, true);
        let TermKind::Call(name, arguments) = &root.get("a").expect("there").kind else { panic!("{root:?}") };
        assert_eq!((&**name, arguments[0].as_text()), ("concat", Some("Python|")));
        assert_eq!(&text[arguments[0].range], "'Python|'");
        assert_eq!(&text[arguments[1].range], "variables('v').x[0]");
        assert_eq!(root.get("b").and_then(Term::as_text), Some("[[no]"));
        let TermKind::Call(_, arguments) = &root.get("c").expect("there").kind else { panic!("{root:?}") };
        assert_eq!(arguments[1].as_text(), Some("it's"));
        assert_eq!(root.get("e").and_then(Term::as_text), Some("[not an expression] "));
    }

    #[test]
    fn bears_deep_nesting() {
        let deep = format!("\"[{}]\"", "f(".repeat(10_000));
        assert_eq!(term(&json::parse(&deep).expect("a text"), &deep, true).kind, TermKind::Other);
    }
}
