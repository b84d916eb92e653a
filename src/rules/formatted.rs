//! What the rules about texts of values share: where a value is made into text.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    ConversionFlag, Expr, ExprCall, ExprFString, InterpolatedStringElement, Operator, Stmt,
};
use ruff_text_size::{Ranged, TextRange};

use crate::python::Code;

/// How a value becomes text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// By `__format__`, with this specification.
    Format(String),
    /// By `__str__`.
    Str,
    /// By `__repr__`.
    Repr,
}

/// A value that becomes text.
pub struct Formatted<'a> {
    /// The value.
    pub value: &'a Expr,
    /// How.
    pub way: Way,
    /// Whether it is used in another way, too.
    pub shared: bool,
    /// Whether it goes into a message for people: an exception's, or a log's.
    pub message: bool,
}

/// Every place of a module where a value becomes text, in order.
pub fn formatted<'a>(code: &Code<'a>) -> Vec<Formatted<'a>> {
    let mut walk = Walk { code, found: Vec::new(), message: false };
    walk.visit_body(code.module.body());
    walk.found
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Formatted<'a>>,
    /// Whether the walk is in something that makes a message.
    message: bool,
}

/// Methods of loggers that take a text and values for it.
const LOGS: &[&str] = &["debug", "info", "warning", "error", "critical", "exception"];

impl<'a> Walk<'_, 'a> {
    fn push(&mut self, value: &'a Expr, way: Way) {
        self.found.push(Formatted { value, way, shared: false, message: self.message });
    }

    fn f_string(&mut self, string: &'a ExprFString) {
        for element in string.value.elements() {
            let InterpolatedStringElement::Interpolation(one) = element else { continue };
            let spec = one.format_spec.as_deref().map(|spec| &self.code.document.text[spec.range()]);
            match one.conversion {
                ConversionFlag::Str => self.push(&one.expression, Way::Str),
                // `{value=}` shows what `repr` gives.
                ConversionFlag::None if one.debug_text.is_none() || spec.is_some() => {
                    self.push(&one.expression, Way::Format(spec.unwrap_or_default().to_owned()));
                }
                _ => {}
            }
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        let args = &call.arguments.args[..];
        match &*call.func {
            Expr::Name(name) if self.code.names().bindings_of(name).is_empty() => {
                match (name.id.as_str(), args) {
                    ("str", [value]) => self.push(value, Way::Str),
                    ("print", _) => args.iter().for_each(|value| self.push(value, Way::Str)),
                    ("format", [value]) => self.push(value, Way::Format(String::new())),
                    ("format", [value, Expr::StringLiteral(spec)]) => {
                        self.push(value, Way::Format(spec.value.to_str().to_owned()));
                    }
                    _ => {}
                }
            }
            Expr::Attribute(method) => match (&*method.value, method.attr.as_str(), args) {
                (Expr::StringLiteral(text), "format", _) => self.fields(text.value.to_str(), call),
                (_, log, [Expr::StringLiteral(text), values @ ..]) if LOGS.contains(&log) => {
                    let percents = percents(text.value.to_str());
                    for (value, kind) in values.iter().zip(percents) {
                        if kind == 's' {
                            self.push(value, Way::Str);
                        }
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// `"{} {name!s}".format(…)`.
    fn fields(&mut self, text: &str, call: &'a ExprCall) {
        let arguments = &call.arguments;
        if arguments.args.iter().any(Expr::is_starred_expr) {
            return;
        }
        let known = self.found.len();
        for (at, field) in fields(text).into_iter().enumerate() {
            let value = match field.name.parse::<usize>() {
                Ok(number) => arguments.args.get(number),
                Err(_) if field.name.is_empty() => arguments.args.get(at),
                Err(_) => arguments.find_keyword(field.name).map(|keyword| &keyword.value),
            };
            let Some(value) = value else { continue };
            match field.conversion {
                None => self.push(value, Way::Format(field.spec.to_owned())),
                Some('s') => self.push(value, Way::Str),
                Some(_) => self.push(value, Way::Repr),
            }
        }
        let ranges: Vec<TextRange> = self.found[known..].iter().map(|one| one.value.range()).collect();
        for one in &mut self.found[known..] {
            one.shared = ranges.iter().filter(|range| **range == one.value.range()).count() > 1;
        }
        self.found.retain(|one| one.way != Way::Repr);
    }

    /// `"%s" % value`, `"%s %s" % (one, other)`.
    fn percent(&mut self, text: &str, right: &'a Expr) {
        let kinds = percents(text);
        let values: Vec<&'a Expr> = match right {
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            Expr::Dict(_) => return,
            single => vec![single],
        };
        if values.len() != kinds.len() {
            return;
        }
        for (value, kind) in values.into_iter().zip(kinds) {
            if kind == 's' {
                self.push(value, Way::Str);
            }
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let outer = self.message;
        self.message |= matches!(expr, Expr::Call(call) if is_log(call));
        match expr {
            Expr::FString(string) => self.f_string(string),
            Expr::Call(call) => self.call(call),
            Expr::BinOp(operation) if operation.op == Operator::Mod => {
                if let Expr::StringLiteral(text) = &*operation.left {
                    self.percent(text.value.to_str(), &operation.right);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
        self.message = outer;
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.message;
        self.message |= matches!(stmt, Stmt::Raise(_));
        match stmt {
            Stmt::Assert(assert) => {
                self.visit_expr(&assert.test);
                self.message = true;
                assert.msg.iter().for_each(|message| self.visit_expr(message));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
        self.message = outer;
    }
}

/// `logger.info("…", …)`.
fn is_log(call: &ExprCall) -> bool {
    matches!(&*call.func, Expr::Attribute(method) if LOGS.contains(&method.attr.as_str()))
}

/// A field of a text for `str.format`.
struct Field<'t> {
    name: &'t str,
    conversion: Option<char>,
    spec: &'t str,
}

/// The fields of a text for `str.format`, whose values are taken as they are;
/// empty for a text with fields within fields or with parts of values.
fn fields(text: &str) -> Vec<Field<'_>> {
    let plain = text.replace("{{", "\0\0").replace("}}", "\0\0");
    let mut fields = Vec::new();
    let mut at = 0;
    while let Some(open) = plain[at..].find('{') {
        let start = at + open + 1;
        let Some(length) = plain[start..].find('}') else { return Vec::new() };
        let inner = &text[start..start + length];
        if inner.contains('{') {
            return Vec::new();
        }
        let (head, spec) = inner.split_once(':').unwrap_or((inner, ""));
        let (name, conversion) = match head.split_once('!') {
            Some((name, flag)) => (name, flag.chars().next()),
            None => (head, None),
        };
        // A part of the value; its name is kept out, its place counts.
        let name = if name.contains(['.', '[']) { "\0" } else { name };
        fields.push(Field { name, conversion, spec });
        at = start + length + 1;
    }
    fields
}

/// The kinds of the conversions of a text for `%`; empty where values are
/// taken by name or widths are values.
fn percents(text: &str) -> Vec<char> {
    let mut kinds = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at + 1..];
        let flags = rest.trim_start_matches(|c: char| c.is_ascii_digit() || "#-+ .lhL".contains(c));
        let Some(kind) = flags.chars().next() else { return Vec::new() };
        if matches!(kind, '(' | '*') {
            return Vec::new();
        }
        if kind != '%' {
            kinds.push(kind);
        }
        rest = &flags[kind.len_utf8()..];
    }
    kinds
}
