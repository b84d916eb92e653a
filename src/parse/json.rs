//! JSON as the tools of the cloud platforms read it: comments, trailing commas.
//!
//! The tree keeps the place of every key, value and member, so that an edit
//! touches nothing else. Members stand in the order of the text; a key that
//! occurs twice is there twice.

use jsonc_parser::ast;
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions};
use ruff_text_size::{TextRange, TextSize};

use super::SyntaxFault;
use super::fragment::Fragment;
use super::literal::{self, Form};

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// From the first to the last character, quotes and brackets included.
    pub range: TextRange,
    /// What it is.
    pub kind: ValueKind,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// As written.
    Number(Box<str>),
    /// Without quotes, escapes decoded.
    String(Box<str>),
    /// In order.
    Array(Vec<Value>),
    /// In order, doubles included.
    Object(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Without quotes, escapes decoded.
    pub key: Box<str>,
    /// The key with its quotes.
    pub key_range: TextRange,
    /// The value.
    pub value: Value,
}

impl Member {
    /// From the key's first to the value's last character, without the comma.
    #[must_use]
    pub fn range(&self) -> TextRange {
        self.key_range.cover(self.value.range)
    }
}

impl Value {
    /// The members of an object; of anything else, none.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            ValueKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; of anything else, none.
    #[must_use]
    pub fn elements(&self) -> &[Value] {
        match &self.kind {
            ValueKind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The member of this name; the last, as parsers take it, if there are several.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().rev().find(|member| &*member.key == key)
    }

    /// The value of the member of this name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.member(key).map(|member| &member.value)
    }

    /// The text of a string with its places in `text`, the whole file.
    #[must_use]
    pub fn fragment(&self, text: &str) -> Option<Fragment> {
        let one = TextSize::new(1);
        let range = TextRange::new(self.range.start() + one, self.range.end().max(self.range.start() + one));
        literal::align(text, range, self.as_str()?, Form::Escaped)
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Parses a JSON text. Comments and trailing commas are allowed; nesting is not
/// followed beyond 512 levels.
///
/// # Errors
/// The first fault. An empty text is one.
pub fn parse(text: &str) -> Result<Value, SyntaxFault> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    tree(text, &options).map(value)
}

/// The syntax tree that [`parse`] is made from, for doors with other options.
pub(super) fn tree<'a>(text: &'a str, options: &ParseOptions) -> Result<ast::Value<'a>, SyntaxFault> {
    let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), options);
    let parsed = parsed.map_err(|error| SyntaxFault {
        message: lower_first(&error.kind().to_string()),
        range: range(error.range()),
    })?;
    parsed.value.ok_or_else(|| SyntaxFault {
        message: "the text is empty".to_owned(),
        range: TextRange::empty(TextSize::new(0)),
    })
}

fn value(value: ast::Value<'_>) -> Value {
    let range = range(value.range());
    let kind = match value {
        ast::Value::NullKeyword(_) => ValueKind::Null,
        ast::Value::BooleanLit(literal) => ValueKind::Bool(literal.value),
        ast::Value::NumberLit(literal) => ValueKind::Number(literal.value.into()),
        ast::Value::StringLit(literal) => ValueKind::String(literal.value.into()),
        ast::Value::Array(array) => ValueKind::Array(array.elements.into_iter().map(self::value).collect()),
        ast::Value::Object(object) => ValueKind::Object(object.properties.into_iter().map(member).collect()),
    };
    Value { range, kind }
}

fn member(property: ast::ObjectProp<'_>) -> Member {
    let key_range = match &property.name {
        ast::ObjectPropName::String(literal) => literal.range,
        ast::ObjectPropName::Word(word) => word.range,
    };
    Member {
        key: property.name.into_string().into(),
        key_range: range(key_range),
        value: value(property.value),
    }
}

/// Offsets beyond four gigabytes cannot occur: a document is never that large.
fn range(range: Range) -> TextRange {
    let at = |offset: usize| TextSize::try_from(offset).unwrap_or(TextSize::new(u32::MAX));
    TextRange::new(at(range.start), at(range.end.max(range.start)))
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_places() {
        let text =
            "{\n  // why\n  \"a\\u0062\": [1, \"x\\n\", null, true,],\n  \"a\": {},\n  \"a\": 2.5e3\n}\n";
        let parsed = parse(text).expect("well-formed");
        let member = &parsed.members()[0];
        assert_eq!(&*member.key, "ab");
        assert_eq!(&text[member.key_range], "\"a\\u0062\"");
        assert_eq!(&text[member.range()], "\"a\\u0062\": [1, \"x\\n\", null, true,]");
        assert_eq!(member.value.elements()[1].as_str(), Some("x\n"));
        assert_eq!(parsed.get("a").map(|value| &text[value.range]), Some("2.5e3"), "the last one counts");
        assert_eq!(parsed.get("b"), None);
    }

    #[test]
    fn says_where_the_fault_is() {
        for (text, message, at) in [
            ("", "the text is empty", ""),
            ("{\"a\": 1 \"b\": 2}", "expected comma", ""),
            ("{'a': 1}", "single-quoted strings are not allowed", "'"),
            ("{} {}", "text cannot contain more than one JSON value", "{"),
            ("[1", "unterminated array", "[1"),
            ("{a: 1}", "expected string for object property", "a"),
        ] {
            let fault = parse(text).expect_err(text);
            assert!(fault.message.starts_with(message), "{text}: {}", fault.message);
            if !at.is_empty() {
                assert_eq!(&text[fault.range], at, "{text}");
            }
        }
    }

    #[test]
    fn refuses_deep_nesting() {
        for open in ["[", "{\"a\":"] {
            let fault = parse(&open.repeat(10_000)).expect_err("too deep");
            assert!(fault.message.contains("nesting"), "{}", fault.message);
        }
    }
}
