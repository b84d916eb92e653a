//! Terraform's configuration as JSON, given the form of [`hcl`].
//!
//! Texts hold templates, and blocks are objects: what is a block and how many
//! labels it has is known of the outermost ones alone, all else is taken for
//! attributes.

use ruff_text_size::TextRange;

use super::hcl::{self, Attribute, Block, Body, Expression, ExpressionKind, Item, Part};
use super::json::{Member, Value, ValueKind};

/// The configuration that a JSON text says; `text` is the whole file.
#[must_use]
pub fn body(text: &str, root: &Value) -> Body {
    let mut body = Body::default();
    for member in root.members() {
        match labels_of(&member.key) {
            Some(labels) => {
                let head = Head { text, kind: member, labels };
                head.blocks(&member.value, Vec::new(), &mut body.blocks);
            }
            None => body.attributes.push(attribute(text, member)),
        }
    }
    body
}

/// How many labels a block has.
fn labels_of(kind: &str) -> Option<usize> {
    match kind {
        "resource" | "data" | "ephemeral" => Some(2),
        "module" | "variable" | "provider" | "output" => Some(1),
        "locals" | "terraform" => Some(0),
        _ => None,
    }
}

struct Head<'a> {
    text: &'a str,
    kind: &'a Member,
    labels: usize,
}

impl Head<'_> {
    fn blocks(&self, value: &Value, labels: Vec<Box<str>>, into: &mut Vec<Block>) {
        for one in value.elements() {
            self.blocks(one, labels.clone(), into);
        }
        if labels.len() < self.labels {
            for member in value.members() {
                let labels = labels.iter().cloned().chain([member.key.clone()]).collect();
                self.blocks(&member.value, labels, into);
            }
        } else if matches!(value.kind, ValueKind::Object(_)) {
            let attributes = value.members().iter().map(|member| attribute(self.text, member)).collect();
            into.push(Block {
                kind: self.kind.key.clone(),
                kind_range: self.kind.key_range,
                labels,
                range: value.range,
                body: Body { attributes, blocks: Vec::new() },
            });
        }
    }
}

fn attribute(text: &str, member: &Member) -> Attribute {
    let (key, key_range) = (member.key.clone(), member.key_range);
    Attribute { key, key_range, value: expression(text, &member.value) }
}

fn expression(text: &str, value: &Value) -> Expression {
    let kind = match &value.kind {
        ValueKind::Null => ExpressionKind::Null,
        ValueKind::Bool(value) => ExpressionKind::Bool(*value),
        ValueKind::Number(number) => ExpressionKind::Number(number.clone()),
        ValueKind::String(string) => template(text, value.range, string),
        ValueKind::Array(all) => {
            ExpressionKind::Array(all.iter().map(|value| expression(text, value)).collect())
        }
        ValueKind::Object(members) => {
            let item = |member: &Member| Item {
                key: Some(member.key.clone()),
                key_range: member.key_range,
                value: expression(text, &member.value),
            };
            ExpressionKind::Object(members.iter().map(item).collect())
        }
    };
    Expression { range: value.range, kind }
}

/// A text with something to fill in is read as what stands between quotes in
/// HCL; only where nothing is escaped can its parts be placed.
fn template(text: &str, range: TextRange, string: &str) -> ExpressionKind {
    let is_plain = !string.contains("${") && !string.contains("%{");
    if is_plain
        || text.get(range.start().to_usize()..range.end().to_usize()).is_none_or(|raw| raw.contains('\\'))
    {
        return ExpressionKind::String(string.into());
    }
    match hcl::parse_within(text, range) {
        Some(mut value) => match &mut value.kind {
            ExpressionKind::Template(parts) => match parts.as_mut_slice() {
                // The whole text is the value itself.
                [Part::Value(inner)] => std::mem::replace(&mut inner.kind, ExpressionKind::Null),
                _ => value.kind,
            },
            _ => value.kind,
        },
        None => ExpressionKind::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::json;

    #[test]
    fn blocks_and_templates() {
        let text = r#"{"resource": {"aws_lambda_function": {"f": {"runtime": "${var.r}", "x": "python${local.v}"},
            "g": [{"runtime": "python3.9"}]}}, "locals": {"v": "3.9"}, "other": 1}"#;
        let body = body(text, &json::parse(text).expect("well-formed"));
        let names: Vec<_> = body.blocks.iter().map(|block| (&*block.kind, block.labels.join("."))).collect();
        let function = |name: &str| ("resource", format!("aws_lambda_function.{name}"));
        assert_eq!(names, [function("f"), function("g"), ("locals", String::new())]);
        let first = &body.blocks[0].body;
        assert!(matches!(&first.get("runtime").expect("there").kind, ExpressionKind::Traversal(..)));
        let ExpressionKind::Template(parts) = &first.get("x").expect("there").kind else {
            panic!("{first:?}")
        };
        let [Part::Text(_, range), Part::Value(value)] = parts.as_slice() else { panic!("{parts:?}") };
        assert_eq!((&text[*range], &text[value.range]), ("python", "local.v"));
        assert_eq!(body.blocks[1].body.get("runtime").and_then(Expression::as_str), Some("python3.9"));
        assert_eq!(body.attributes.len(), 1);
    }
}
