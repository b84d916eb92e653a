//! The text of an expression, as far as the file says it.

use ruff_python_ast::{Expr, ExprCall, InterpolatedStringElement, Operator};

use super::super::Code;
use super::super::names::BindingKind;

/// Stands for what the file does not say; no name that anybody uses.
pub(super) const HOLE: &str = "_newskin_hole_";

/// Assignments and calls followed before giving up.
const MAX_STEPS: u32 = 8;

/// The text that an expression gives, with [`HOLE`] where something is filled in.
pub(super) fn text<'a>(code: &Code<'a>, expr: &'a Expr) -> Option<String> {
    text_within(code, expr, MAX_STEPS)
}

fn text_within<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Option<String> {
    let steps = steps.checked_sub(1)?;
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        Expr::BytesLiteral(literal) => {
            let bytes: Vec<u8> = literal.value.bytes().collect();
            String::from_utf8(bytes).ok()
        }
        Expr::FString(string) => {
            let mut text = String::new();
            for element in string.value.elements() {
                match element {
                    InterpolatedStringElement::Literal(literal) => text.push_str(&literal.value),
                    InterpolatedStringElement::Interpolation(_) => text.push_str(HOLE),
                }
            }
            // Literal parts between f-strings are not among the elements.
            let plain = string.value.iter().any(|part| part.as_literal().is_some());
            (!plain).then_some(text)
        }
        Expr::BinOp(sum) if sum.op == Operator::Add => {
            let part = |side| text_within(code, side, steps).unwrap_or_else(|| HOLE.to_owned());
            Some(part(&sum.left) + &part(&sum.right))
        }
        Expr::BinOp(filled) if filled.op == Operator::Mod => {
            Some(fill_percent(&text_within(code, &filled.left, steps)?))
        }
        Expr::Name(name) => match code.names().only_binding(name)? {
            BindingKind::Assignment(value) => text_within(code, value, steps),
            _ => None,
        },
        Expr::Call(call) => of_call(code, call, steps),
        _ => None,
    }
}

/// `textwrap.dedent(text)`, `text.strip()`, `text.format(…)`.
fn of_call<'a>(code: &Code<'a>, call: &'a ExprCall, steps: u32) -> Option<String> {
    if let Expr::Attribute(method) = &*call.func {
        match method.attr.as_str() {
            "strip" | "lstrip" | "rstrip" if call.arguments.is_empty() => {
                return Some(text_within(code, &method.value, steps)?.trim().to_owned());
            }
            "format" => return Some(fill_braces(&text_within(code, &method.value, steps)?)),
            _ => {}
        }
    }
    let function = code.names().resolve(&call.func);
    match function.only()? {
        "textwrap.dedent" | "inspect.cleandoc" => text_within(code, call.arguments.args.first()?, steps),
        _ => None,
    }
}

/// A text for `%` with its fields filled.
fn fill_percent(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        filled.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            filled.push('%');
            rest = after;
            continue;
        }
        if rest.starts_with('(') {
            rest = rest.split_once(')').map_or("", |(_, after)| after);
        }
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1);
        rest = &rest[end..];
        filled.push_str(HOLE);
    }
    filled + rest
}

/// A text for `str.format` with its fields filled.
fn fill_braces(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            filled.push_str(brace);
            rest = after;
        } else if brace == "{" {
            rest = rest.split_once('}').map_or("", |(_, after)| after);
            filled.push_str(HOLE);
        }
    }
    filled + rest
}

/// The names that a text for `%` asks its mapping for; `None` if it asks by position.
pub(super) fn percent_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
            names.push(name.to_owned());
            rest = after;
        }
    }
    names
}

/// The names that a text for `str.format` asks its keywords for.
pub(super) fn brace_names(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('{') {
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if !rest[..end].is_empty() {
            names.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
    }
    names
}
