//! HCL, the language of Terraform, OpenTofu and Terragrunt.
//!
//! The tree keeps the place of every block, key, literal and piece of a template,
//! so that an edit touches nothing else. Brackets around an expression leave no
//! trace but its place.

use std::ops::Range;

use hcl_edit::expr::{self, ObjectKey, TraversalOperator};
use hcl_edit::structure;
use hcl_edit::template::{Element, Template};
use hcl_edit::{Ident, Span};
use ruff_text_size::{TextRange, TextSize};

use super::SyntaxFault;

/// What stands in a file or between the braces of a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// In the order of the text.
    pub attributes: Vec<Attribute>,
    /// In the order of the text.
    pub blocks: Vec<Block>,
}

/// `key = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The name.
    pub key: Box<str>,
    /// The place of the name.
    pub key_range: TextRange,
    /// The value.
    pub value: Expression,
}

/// `kind "label" { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Such as `resource`.
    pub kind: Box<str>,
    /// The place of that word.
    pub kind_range: TextRange,
    /// The labels without quotes.
    pub labels: Vec<Box<str>>,
    /// From the kind to the closing brace.
    pub range: TextRange,
    /// What is between the braces.
    pub body: Body,
}

/// An expression and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// From the first to the last character, quotes and brackets of its own included.
    pub range: TextRange,
    /// What it is.
    pub kind: ExpressionKind,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// As written.
    Number(Box<str>),
    /// In quotes, without anything to fill in; escapes decoded.
    String(Box<str>),
    /// In quotes or a heredoc, in pieces.
    Template(Vec<Part>),
    /// `[a, b]`.
    Array(Vec<Expression>),
    /// `{ a = b }`.
    Object(Vec<Item>),
    /// `a`.
    Variable(Box<str>),
    /// `a.b[0]`: the first expression and the steps from it.
    Traversal(Box<Expression>, Vec<Step>),
    /// `f(a, b)`; the name with its namespace.
    Call(Box<str>, Vec<Expression>),
    /// `a ? b : c`, in this order.
    Conditional(Box<[Expression; 3]>),
    /// `[for k, v in a : b if c]` and the same in braces.
    For(Box<For>),
    /// Operators, with their operands.
    Operation(Vec<Expression>),
}

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text, escapes decoded, and its place.
    Text(Box<str>, TextRange),
    /// `${…}`.
    Value(Expression),
    /// `%{…}` up to its end.
    Directive(TextRange),
}

/// A key of an object with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The name or text; `None` if it is computed.
    pub key: Option<Box<str>>,
    /// The place of the key.
    pub key_range: TextRange,
    /// The value.
    pub value: Expression,
}

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name`.
    Name(Box<str>),
    /// `[expression]` or `.0`.
    Index(Expression),
    /// `.*` or `[*]`.
    Every,
}

/// A `for` expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct For {
    /// The name of each key, if it is asked for.
    pub key_name: Option<Box<str>>,
    /// The name of each value.
    pub value_name: Box<str>,
    /// What is gone through.
    pub collection: Expression,
    /// What each makes as a key; `None` if the result is a list.
    pub key: Option<Expression>,
    /// What each makes as a value.
    pub value: Expression,
}

impl Body {
    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Expression> {
        self.attributes.iter().find(|attribute| &*attribute.key == key).map(|attribute| &attribute.value)
    }

    /// The blocks of a kind, in order.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |block| &*block.kind == kind)
    }
}

impl Block {
    /// The label at a place, from 0.
    #[must_use]
    pub fn label(&self, at: usize) -> Option<&str> {
        self.labels.get(at).map(|label| &**label)
    }
}

impl Expression {
    /// The text of a string with nothing to fill in.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ExpressionKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of an object; of anything else, none.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        match &self.kind {
            ExpressionKind::Object(items) => items,
            _ => &[],
        }
    }

    /// The elements of an array; of anything else, none.
    #[must_use]
    pub fn elements(&self) -> &[Expression] {
        match &self.kind {
            ExpressionKind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The value of a key of an object.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Expression> {
        let item = self.items().iter().rev().find(|item| item.key.as_deref() == Some(key));
        item.map(|item| &item.value)
    }
}

/// Parses an HCL text. Expressions are not followed beyond 64 levels.
///
/// # Errors
/// The first fault. There is no recovery, so nothing else is known then.
pub fn parse(text: &str) -> Result<Body, SyntaxFault> {
    match hcl_edit::parser::parse_body(text) {
        Ok(body) => Ok(Reader { text, base: 0 }.body(&body)),
        Err(error) => {
            let at = place(text.floor_char_boundary(error.location().offset()));
            Err(SyntaxFault { message: error.message().to_owned(), range: TextRange::empty(at) })
        }
    }
}

/// Parses what stands in a range of a text as one expression; its places are
/// those of the text.
pub(super) fn parse_within(text: &str, range: TextRange) -> Option<Expression> {
    let value =
        hcl_edit::parser::parse_expr(text.get(range.start().to_usize()..range.end().to_usize())?).ok()?;
    Some(Reader { text, base: range.start().to_usize() }.expression(&value))
}

/// Files are read only up to 4 GiB, so that every offset fits.
fn place(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or(TextSize::new(u32::MAX))
}

/// Turns the parser's tree into ours.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
    /// Where what was parsed begins in the text.
    base: usize,
}

impl Reader<'_> {
    fn range(self, range: Option<Range<usize>>) -> TextRange {
        let range = range.unwrap_or_default();
        let start = self.base + range.start;
        TextRange::new(place(start), place(start.max(self.base + range.end)))
    }

    fn body(self, body: &structure::Body) -> Body {
        let attribute = |attribute: &structure::Attribute| Attribute {
            key: attribute.key.as_str().into(),
            key_range: self.range(attribute.key.span()),
            value: self.expression(&attribute.value),
        };
        let block = |block: &structure::Block| Block {
            kind: block.ident.as_str().into(),
            kind_range: self.range(block.ident.span()),
            labels: block.labels.iter().map(|label| label.as_str().into()).collect(),
            range: self.range(block.span()),
            body: self.body(&block.body),
        };
        Body {
            attributes: body.attributes().map(attribute).collect(),
            blocks: body.blocks().map(block).collect(),
        }
    }

    fn expression(self, value: &expr::Expression) -> Expression {
        use expr::Expression as E;
        let range = self.range(value.span());
        let all = |values: expr::Iter<'_>| values.map(|value| self.expression(value)).collect();
        let kind = match value {
            E::Null(_) => ExpressionKind::Null,
            E::Bool(value) => ExpressionKind::Bool(*value.value()),
            E::Number(_) => ExpressionKind::Number(self.text[range].into()),
            E::String(value) => ExpressionKind::String(value.as_str().into()),
            E::StringTemplate(template) => ExpressionKind::Template(self.parts(template)),
            E::HeredocTemplate(heredoc) => ExpressionKind::Template(self.parts(&heredoc.template)),
            E::Array(array) => ExpressionKind::Array(all(array.iter())),
            E::Object(object) => ExpressionKind::Object(self.items(object)),
            E::Parenthesis(inner) => return self.expression(inner.inner()),
            E::Variable(name) => ExpressionKind::Variable(name.as_str().into()),
            E::Traversal(traversal) => {
                let steps = traversal.operators.iter().map(|step| self.step(step.value())).collect();
                ExpressionKind::Traversal(Box::new(self.expression(&traversal.expr)), steps)
            }
            E::FuncCall(call) => {
                let names = call.name.namespace.iter().chain([&call.name.name]);
                let name = names.map(|name| name.as_str()).collect::<Vec<_>>().join("::");
                ExpressionKind::Call(name.into(), all(call.args.iter()))
            }
            E::Conditional(value) => {
                let parts = [&value.cond_expr, &value.true_expr, &value.false_expr];
                ExpressionKind::Conditional(Box::new(parts.map(|part| self.expression(part))))
            }
            E::UnaryOp(operation) => ExpressionKind::Operation(vec![self.expression(&operation.expr)]),
            E::BinaryOp(operation) => {
                let operands = [&operation.lhs_expr, &operation.rhs_expr];
                ExpressionKind::Operation(operands.map(|operand| self.expression(operand)).into())
            }
            E::ForExpr(value) => ExpressionKind::For(Box::new(self.comprehension(value))),
        };
        Expression { range, kind }
    }

    fn parts(self, template: &Template) -> Vec<Part> {
        let part = |element: &Element| match element {
            Element::Literal(text) => Part::Text(text.as_str().into(), self.range(text.span())),
            Element::Interpolation(value) => Part::Value(self.expression(&value.expr)),
            Element::Directive(_) => Part::Directive(self.range(element.span())),
        };
        template.iter().map(part).collect()
    }

    fn items(self, object: &expr::Object) -> Vec<Item> {
        let item = |(key, value): (&ObjectKey, &expr::ObjectValue)| {
            let name = match key {
                ObjectKey::Ident(name) => Some(name.as_str()),
                ObjectKey::Expression(key) => key.as_str(),
            };
            Item {
                key: name.map(Into::into),
                key_range: self.range(key.span()),
                value: self.expression(value.expr()),
            }
        };
        object.iter().map(item).collect()
    }

    fn step(self, step: &TraversalOperator) -> Step {
        match step {
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => Step::Every,
            TraversalOperator::GetAttr(name) => Step::Name(name.as_str().into()),
            TraversalOperator::Index(index) => Step::Index(self.expression(index)),
            TraversalOperator::LegacyIndex(index) => Step::Index(Expression {
                range: self.range(index.span()),
                kind: ExpressionKind::Number(index.value().to_string().into()),
            }),
        }
    }

    fn comprehension(self, value: &expr::ForExpr) -> For {
        let name = |name: &Ident| name.as_str().into();
        For {
            key_name: value.intro.key_var.as_ref().map(|key| name(key)),
            value_name: name(&value.intro.value_var),
            collection: self.expression(&value.intro.collection_expr),
            key: value.key_expr.as_ref().map(|key| self.expression(key)),
            value: self.expression(&value.value_expr),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_places() {
        let text = "# é\nresource \"aws_lambda_function\" f {\r\n  runtime = \"python3.9\" # why\n  env {\n    v = [1, true, (\"a${ var.x }b\")]\n  }\n}\nl = { \"a b\" : null, c = d.e[0].*.f, (g) = 1 }\n";
        let body = parse(text).expect("well-formed");
        let block = &body.blocks[0];
        assert_eq!(
            (&*block.kind, block.label(0), block.label(1)),
            ("resource", Some("aws_lambda_function"), Some("f"))
        );
        let runtime = block.body.get("runtime").expect("there");
        assert_eq!((runtime.as_str(), &text[runtime.range]), (Some("python3.9"), "\"python3.9\""));
        assert!(text[block.range].starts_with("resource") && text[block.range].ends_with('}'));
        let list =
            block.body.blocks("env").next().and_then(|env| env.body.get("v")).expect("there").elements();
        let texts: Vec<&str> = list.iter().map(|value| &text[value.range]).collect();
        assert_eq!(texts, ["1", "true", "\"a${ var.x }b\""]);
        let ExpressionKind::Template(parts) = &list[2].kind else { panic!("{:?}", list[2]) };
        let [Part::Text(_, a), Part::Value(x), Part::Text(_, b)] = parts.as_slice() else {
            panic!("{parts:?}")
        };
        assert_eq!((&text[*a], &text[x.range], &text[*b]), ("a", "var.x", "b"));
        let items = body.get("l").expect("there").items();
        let keys: Vec<_> = items.iter().map(|item| item.key.as_deref()).collect();
        assert_eq!(keys, [Some("a b"), Some("c"), None]);
        assert_eq!(&text[items[1].value.range], "d.e[0].*.f");
    }

    #[test]
    fn heredocs_are_templates() {
        let text = "a = <<-EOT\n    one ${b} %{ if c }x%{ endif }\n  EOT\nd = 1\n";
        let body = parse(text).expect("well-formed");
        let ExpressionKind::Template(parts) = &body.get("a").expect("there").kind else { panic!("{body:?}") };
        assert!(
            matches!(
                parts.as_slice(),
                [Part::Text(..), Part::Value(_), Part::Text(..), Part::Directive(_), Part::Text(..)]
            ),
            "{parts:?}"
        );
        assert!(body.get("d").is_some());
    }

    #[test]
    fn says_where_the_fault_is() {
        for (text, row) in [
            ("a = \n", 1),
            ("a = 1\nb {\n  c = \"${\"\n}\n", 3),
            ("a = 1\n}\n", 2),
            ("é = [", 1),
            ("{", 1),
            ("a \"b\" {", 1),
        ] {
            let fault = parse(text).expect_err(text);
            let before = &text[..fault.range.start().to_usize()];
            assert_eq!(before.matches('\n').count() + 1, row, "{text}: {}", fault.message);
            assert!(!fault.message.is_empty());
        }
    }

    #[test]
    fn refuses_deep_nesting() {
        for open in [
            "[",
            "{a=",
            "(",
            "!",
            "-",
            "f(",
            "\"${",
            "a ? b : ",
            "a[",
            "b {\n",
            "x + ",
            "%{ if a }",
            "<<E\n${",
            "[for a in b : ",
        ] {
            for start in ["a = ", "", "a = \""] {
                assert!(parse(&format!("{start}{}", open.repeat(5_000))).is_err(), "{start}{open}");
            }
        }
        let chain = format!("a = {}1\n", "b.c ? 1 : ".repeat(3_000));
        assert!(parse(&chain).is_err());
        // What is long but not deep.
        let steps = format!("a = b{}\n", ".c".repeat(5_000));
        assert!(parse(&steps).is_ok());
    }
}
