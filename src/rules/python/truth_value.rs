//! A test for truth that an object no longer wants to answer.
//!
//! ## What it finds
//! * `if element:`, `not element`, `element or …` of an `xml.etree.ElementTree.Element`.
//! * `not a.__eq__(b)`, `if a.__lt__(b)` and the like, where the method, in a class of
//!   this file, may give `NotImplemented`; `if NotImplemented`.
//!
//! ## Why
//! An element is false without children, which hardly anybody means; Python 3.12 and later
//! [warn of it](https://docs.python.org/3/whatsnew/3.12.html#deprecated), and a later one will
//! say always true. `NotImplemented` is true, which nobody means either;
//! Python 3.9 and later warn, and [3.14 throws `TypeError`](https://docs.python.org/3/whatsnew/3.14.html#removed).
//!
//! ## Example
//! ```python
//! import xml.etree.ElementTree as ET
//!
//! title = ET.fromstring("<book><title>One</title></book>").find("title")
//! print("titled" if title else "untitled")
//! ```
//! Use instead:
//! ```python
//! import xml.etree.ElementTree as ET
//!
//! title = ET.fromstring("<book><title>One</title></book>").find("title")
//! print("titled" if title is not None else "untitled")
//! ```
//!
//! ## Fix safety
//! There is no fix: only a person knows whether children are meant or the element itself.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt, UnaryOp};
use ruff_text_size::Ranged;

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::defined::method;
use crate::rules::standard::{classes, named};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: TruthValue = TruthValue;

/// Reports tests for truth.
pub struct TruthValue;

const COMPARISONS: &[&str] = &["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"];

impl Rule for TruthValue {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["xml.etree.ElementTree.Element.__bool__", "NotImplemented.__bool__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Module("xml.etree"), Trigger::Word("NotImplemented")]
    }

    fn check_python(&self, _: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let elements = code.names().imports_module("xml.etree");
        let mut tests = Tests(Vec::new());
        tests.visit_body(code.module.body());
        for value in tests.0 {
            let (symbol, message, confidence) = if let Some(confidence) = not_implemented(code, value) {
                let message = "This may be `NotImplemented`, whose truth Python 3.14 refuses to tell";
                ("NotImplemented.__bool__", message, confidence)
            } else if elements && is_element(code, value) {
                let message = "An element is false without children: Python 3.12 and later warn, and a later one will change it";
                ("xml.etree.ElementTree.Element.__bool__", message, Confidence::Certain)
            } else {
                continue;
            };
            if reach(code, value.range(), Fault::Name) == Reach::Dead {
                continue;
            }
            let fails = symbol.starts_with("Not") && code.target >= PythonVersion::PY314;
            let removed = symbol.starts_with("Not").then_some(PythonVersion::PY314);
            let since = PythonVersion { major: 3, minor: if removed.is_some() { 9 } else { 12 } };
            sink.finding(symbol, value.range(), message)
                .severity(if fails { Severity::Error } else { Severity::Info })
                .confidence(confidence)
                .help(if removed.is_some() {
                    "Compare with the operator"
                } else {
                    "Write `is not None` or `len(…) > 0`"
                })
                .url("https://docs.python.org/3/deprecations/index.html")
                .versions(Some(since), removed)
                .emit();
        }
    }
}

/// Whether a value may be `NotImplemented`.
fn not_implemented<'a>(code: &Code<'a>, value: &'a Expr) -> Option<Confidence> {
    match value {
        Expr::Name(_) => named(code, value, &["NotImplemented"]).map(|(_, confidence)| confidence),
        Expr::Call(call) => compares(code, call).then_some(Confidence::Likely),
        _ => None,
    }
}

/// `self.__eq__(other)`, in a class whose `__eq__` may not know.
fn compares(code: &Code<'_>, call: &ExprCall) -> bool {
    let Expr::Attribute(attribute) = &*call.func else { return false };
    let name = attribute.attr.as_str();
    let own = matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "self");
    if !COMPARISONS.contains(&name) || !own {
        return false;
    }
    let class = code.names().class_around(call.start());
    let function = class.and_then(|class| method(class, name));
    function.is_some_and(|function| code.document.text[function.range()].contains("return NotImplemented"))
}

/// Functions and methods that give elements.
const MAKERS: &[&str] = &["find", "getroot", "fromstring", "XML", "Element", "SubElement"];

/// Whether a value is an element; asked only where its origin looks like it.
fn is_element<'a>(code: &Code<'a>, value: &'a Expr) -> bool {
    if !may_be_element(code, value) {
        return false;
    }
    let all = classes(code, value, "__bool__");
    let is = |name: &str| name == "xml.etree.ElementTree.Element";
    !all.is_empty()
        && all.iter().all(|class| class.instance && class.mro.first().is_some_and(|name| is(name)))
}

fn may_be_element<'a>(code: &Code<'a>, value: &'a Expr) -> bool {
    match value {
        Expr::Call(call) => match &*call.func {
            // Finding what a literal names is for texts, too, but their answer is a number.
            Expr::Attribute(method) => MAKERS.contains(&method.attr.as_str()),
            Expr::Name(name) => MAKERS.contains(&name.id.as_str()),
            _ => false,
        },
        Expr::Name(name) => match code.names().only_binding(name) {
            Some(BindingKind::Assignment(made)) => made.is_call_expr() && may_be_element(code, made),
            Some(BindingKind::Parameter(parameter)) => parameter
                .annotation()
                .is_some_and(|annotation| code.document.text[annotation.range()].contains("Element")),
            _ => false,
        },
        _ => false,
    }
}

/// Expressions that are tested for truth.
struct Tests<'a>(Vec<&'a Expr>);

impl<'a> Tests<'a> {
    fn test(&mut self, expr: &'a Expr) {
        match expr {
            // Their parts are looked at on the way.
            Expr::BoolOp(_) => {}
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {}
            value => self.0.push(value),
        }
    }
}

impl<'a> Visitor<'a> for Tests<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::If(stmt) => {
                self.test(&stmt.test);
                stmt.elif_else_clauses
                    .iter()
                    .filter_map(|clause| clause.test.as_ref())
                    .for_each(|test| self.test(test));
            }
            Stmt::While(stmt) => self.test(&stmt.test),
            Stmt::Assert(stmt) => self.test(&stmt.test),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::BoolOp(chain) => {
                // The last value is handed on, not tested.
                let tested = &chain.values[..chain.values.len() - 1];
                tested.iter().for_each(|value| self.test(value));
            }
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => self.test(&operation.operand),
            Expr::If(choice) => self.test(&choice.test),
            Expr::Call(call) => {
                if let ([value], Expr::Name(name)) = (&call.arguments.args[..], &*call.func)
                    && name.id.as_str() == "bool"
                {
                    self.test(value);
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
