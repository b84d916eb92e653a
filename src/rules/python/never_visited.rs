//! Code for nodes of the syntax tree that Python no longer makes.
//!
//! ## What it finds
//! In code that works with `ast`: `isinstance(node, ast.Index)` and `ast.ExtSlice`;
//! methods `visit_Index` and `visit_ExtSlice` of visitors; `node.slice.value`; and, as
//! an information, `visit_Num`, `visit_Str`, `visit_Bytes`, `visit_NameConstant` and
//! `visit_Ellipsis`, which Python 3.14 no longer calls.
//!
//! ## Why
//! Since [Python 3.9](https://docs.python.org/3/whatsnew/3.9.html#ast) the `slice` of an `ast.Subscript` is the index itself, or an `ast.Tuple`
//! of several. `ast.Index` and `ast.ExtSlice` are still there, but no tree has them: the
//! tests are false and the methods are never called. `node.slice.value` is then an
//! attribute that most expressions do not have.
//!
//! ## Example
//! ```python
//! import ast
//!
//! node = ast.parse("items[key]", mode="eval").body
//! print(node.slice.value.id if isinstance(node.slice, ast.Index) else None)
//! ```
//! Use instead:
//! ```python
//! import ast
//!
//! node = ast.parse("items[key]", mode="eval").body
//! index = node.slice.value if isinstance(node.slice, getattr(ast, "Index", ())) else node.slice
//! print(index.id if isinstance(index, ast.Name) else None)
//! ```
//!
//! ## Fix safety
//! There is no fix: the code for other nodes has to do the work.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::defined::{self, base_of, method};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: NeverVisited = NeverVisited;

/// Reports code for nodes that no tree has.
pub struct NeverVisited;

const INDEX: &[&str] = &["ast.Index", "ast.ExtSlice"];

/// Methods that stand in for `visit_Constant`.
const CONSTANTS: &[&str] = &["visit_Num", "visit_Str", "visit_Bytes", "visit_NameConstant", "visit_Ellipsis"];

impl Rule for NeverVisited {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn triggers(&self) -> Vec<Trigger> {
        let name = |name| Trigger::Name { home: "ast", name, argument: None };
        let mut triggers: Vec<Trigger> = ["Index", "ExtSlice"].map(name).to_vec();
        triggers.extend(
            ["visit_Index", "visit_ExtSlice"].into_iter().chain(CONSTANTS.iter().copied()).map(Trigger::Word),
        );
        triggers.push(Trigger::Member { home: Some("ast"), name: "slice", argument: None });
        triggers
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let since = |minor| PythonVersion { major: 3, minor };
        let mut walk = Walk { code, found: Vec::new(), asks: false };
        if file.minimum() < since(9) {
            walk.visit_body(code.module.body());
        }
        for class in defined::all(code) {
            walk.class(class, file.minimum() < since(9));
        }
        for Found { place, symbol, message, severity, confidence } in walk.found {
            if reach(code, place, Fault::Attribute) == Reach::Dead {
                continue;
            }
            sink.finding(symbol, place, message)
                .severity(severity)
                .confidence(confidence)
                .help("Handle what stands in the tree instead")
                .url("https://docs.python.org/3/library/ast.html#ast.Subscript")
                .emit();
        }
    }
}

struct Found {
    place: TextRange,
    symbol: String,
    message: String,
    severity: Severity,
    confidence: Confidence,
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Found>,
    /// Whether the code around asks what the slice is.
    asks: bool,
}

impl<'a> Walk<'_, 'a> {
    fn push(
        &mut self,
        place: TextRange,
        symbol: &str,
        message: String,
        severity: Severity,
        confidence: Confidence,
    ) {
        self.found.push(Found { place, symbol: symbol.to_owned(), message, severity, confidence });
    }

    /// Methods of a visitor.
    fn class(&mut self, class: &'a StmtClassDef, saw_index: bool) {
        let methods = ["visit_Index", "visit_ExtSlice"].into_iter().chain(CONSTANTS.iter().copied());
        for name in methods {
            let Some(function) = method(class, name) else { continue };
            let Some((_, confidence)) =
                base_of(self.code, class, &["ast.NodeVisitor", "ast.NodeTransformer"])
            else {
                return;
            };
            let symbol = format!("ast.NodeVisitor.{name}");
            let place = function.name.range();
            if CONSTANTS.contains(&name) {
                let never = method(class, "visit_Constant").is_some();
                let message = match never {
                    true => format!("`{name}` is not called beside `visit_Constant`, since Python 3.8"),
                    false => format!("Python 3.14 no longer calls `{name}`, but `visit_Constant` alone"),
                };
                self.push(place, &symbol, message, Severity::Info, confidence);
            } else if saw_index {
                // One that hands on what is inside is there for older Pythons.
                let severity = if hands_on(function) { Severity::Info } else { Severity::Warning };
                let message =
                    format!("`{name}` is never called since Python 3.9, whose trees have no such node");
                self.push(place, &symbol, message, severity, confidence.min(Confidence::Likely));
            }
        }
    }

    /// `isinstance(node.slice, ast.Index)`.
    fn call(&mut self, call: &'a ExprCall) {
        let [_, classes] = &call.arguments.args[..] else { return };
        if let Some((name, confidence)) = named(self.code, classes, INDEX)
            && named(self.code, &call.func, &["isinstance"]).is_some()
        {
            let message = format!("Always false: trees have no `{name}` since Python 3.9");
            self.push(call.range(), name, message, Severity::Info, confidence);
        }
    }

    /// Whether code asks what kind of node a slice is, or on which Python it runs.
    fn is_careful(&self, place: TextRange) -> bool {
        let text = &self.code.document.text[place];
        ["Index", "version_info", "hasattr", "isinstance", "getattr", "PY3"]
            .into_iter()
            .any(|word| text.contains(word))
    }
}

/// `return self.visit(node.value)`, `self.generic_visit(node)`.
fn hands_on(function: &StmtFunctionDef) -> bool {
    let body: Vec<&Stmt> = function
        .body
        .iter()
        .filter(|stmt| !matches!(stmt, Stmt::Expr(expr) if expr.value.is_string_literal_expr()))
        .collect();
    match body[..] {
        [Stmt::Return(stmt)] => {
            stmt.value.as_deref().is_none_or(|value| value.is_call_expr() || value.is_attribute_expr())
        }
        [Stmt::Expr(stmt)] => stmt.value.is_call_expr(),
        [Stmt::Pass(_)] => true,
        _ => false,
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.asks;
        match stmt {
            Stmt::FunctionDef(function) => self.asks |= self.is_careful(function.range()),
            Stmt::If(stmt) => self.asks |= self.is_careful(stmt.test.range()),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
        self.asks = outer;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Attribute(value)
                if value.attr.as_str() == "value"
                    && matches!(&*value.value, Expr::Attribute(slice) if slice.attr.as_str() == "slice")
                    && !self.asks
                    && self.code.names().imports_module("ast") =>
            {
                let message =
                    "`slice` is the index itself since Python 3.9, and most have no `value`".to_owned();
                self.push(
                    value.attr.range(),
                    "ast.Subscript.slice",
                    message,
                    Severity::Warning,
                    Confidence::Likely,
                );
            }
            _ => {}
        }
        let outer = self.asks;
        if let Expr::If(choice) = expr {
            self.asks |= self.is_careful(choice.test.range());
        }
        visitor::walk_expr(self, expr);
        self.asks = outer;
    }
}
