//! `setup.py` and `noxfile.py`.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::{Named, Pin, tables, unquoted};
use crate::parse::Document;

/// Looks through the lists that name Pythons.
pub fn find(document: &Document, body: &[Stmt]) -> Vec<Pin> {
    let mut found = Found { text: &document.text, body, pins: Vec::new() };
    match document.path.file_name().and_then(|name| name.to_str()) {
        Some("setup.py") if document.text.contains("Programming Language :: Python :: 3.") => {
            Classifiers(&mut found).visit_body(body);
        }
        Some("noxfile.py") => Sessions(&mut found).visit_body(body),
        _ => {}
    }
    found.pins
}

struct Found<'a> {
    text: &'a str,
    body: &'a [Stmt],
    pins: Vec<Pin>,
}

impl<'a> Found<'a> {
    fn named(&self, value: &'a Expr) -> Vec<Named> {
        let strings = strings(self.resolve(value)).into_iter();
        strings.filter_map(|range| Named::of(range, unquoted(range, self.text), self.text)).collect()
    }

    /// The value that the module binds to a name.
    fn resolve(&self, value: &'a Expr) -> &'a Expr {
        let Expr::Name(name) = value else { return value };
        let bound = self.body.iter().filter_map(|statement| {
            let Stmt::Assign(assign) = statement else { return None };
            let [Expr::Name(target)] = assign.targets.as_slice() else { return None };
            (target.id == name.id).then_some(&*assign.value)
        });
        bound.last().unwrap_or(value)
    }
}

/// The strings of a display, or the one string.
fn strings(value: &Expr) -> Vec<TextRange> {
    let all = |items: &[Expr]| {
        items.iter().filter(|item| item.is_string_literal_expr()).map(Ranged::range).collect()
    };
    match value {
        Expr::List(list) => all(&list.elts),
        Expr::Tuple(tuple) => all(&tuple.elts),
        Expr::StringLiteral(literal) => vec![literal.range()],
        _ => Vec::new(),
    }
}

/// Lists of trove classifiers, wherever they stand.
struct Classifiers<'f, 'a>(&'f mut Found<'a>);

impl<'a> Visitor<'a> for Classifiers<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if matches!(expr, Expr::List(_) | Expr::Tuple(_)) {
            let pin = tables::classifiers(strings(expr), self.0.text);
            self.0.pins.extend(pin);
        }
        walk_expr(self, expr);
    }
}

/// Sessions of nox: `@nox.session(python=[…])`.
struct Sessions<'f, 'a>(&'f mut Found<'a>);

impl<'a> Sessions<'_, 'a> {
    fn function(&mut self, function: &'a StmtFunctionDef) {
        for decorator in &function.decorator_list {
            let Expr::Call(call) = &decorator.expression else { continue };
            let name = match &*call.func {
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                Expr::Name(name) => name.id.as_str(),
                _ => continue,
            };
            let arguments = &call.arguments;
            let value = match name {
                "session" => arguments.find_argument_value("python", 1),
                "parametrize" if is_python(arguments.find_argument_value("arg_names", 0)) => {
                    arguments.find_argument_value("arg_values_list", 1)
                }
                _ => None,
            };
            let Some(value) = value else { continue };
            let what = format!("the session `{}`", function.name);
            let pin = Pin::list(what, "python", self.0.named(value));
            let seen = |pin: &Pin| {
                let place = pin.named[0].element;
                self.0.pins.iter().any(|other| other.named[0].element == place)
            };
            if let Some(pin) = pin.filter(|pin| !seen(pin)) {
                self.0.pins.push(pin);
            }
        }
    }
}

fn is_python(names: Option<&Expr>) -> bool {
    matches!(names, Some(Expr::StringLiteral(name)) if name.value.to_str() == "python")
}

impl<'a> Visitor<'a> for Sessions<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            self.function(function);
        }
        walk_stmt(self, statement);
    }
}
