//! `~` before `True` or `False`, which never is false.
//!
//! ## What it finds
//! `~True`, `~(not a)`, `~isinstance(…)`, `~value` where `value: bool` is a parameter, and other
//! operands that are plainly `bool`. Arrays and their comparisons are left alone.
//!
//! ## Why
//! `~True` is -2 and `~False` is -1, both of which are true.
//! [Python 3.12 and later warn](https://docs.python.org/3/whatsnew/3.12.html#deprecated); Python 3.16 will refuse it.
//!
//! ## Example
//! ```python
//! def show(quiet: bool = True):
//!     if ~quiet:
//!         print("shown")
//!
//! show()
//! ```
//! Use instead:
//! ```python
//! def show(quiet: bool = True):
//!     if not quiet:
//!         print("shown")
//!
//! show()
//! ```
//!
//! ## Fix safety
//! `not` is what is nearly always meant, and not what the code does: unsafe.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprUnaryOp, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: BoolInvert = BoolInvert;

/// Reports `~` before truth values.
pub struct BoolInvert;

/// Functions that give `True` or `False`.
const TESTS: &[&str] = &["isinstance", "issubclass", "bool", "callable", "hasattr", "any", "all"];

impl Rule for BoolInvert {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["bool.__invert__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(has_inverted_name)]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let mut inverted = Inverted(Vec::new());
        inverted.visit_body(code.module.body());
        for operation in inverted.0 {
            let operand = &*operation.operand;
            if !is_bool(code, operand) || reach(code, operation.range(), Fault::Call) == Reach::Dead {
                continue;
            }
            let message = "`~` of a `bool` is -1 or -2, both of which are true; Python 3.12 and later warn";
            let sign = TextRange::new(operation.start(), operand.start());
            let draft = sink
                .finding("bool.__invert__", operation.range(), message)
                .severity(Severity::Info)
                .help("Write `not`")
                .url("https://docs.python.org/3/whatsnew/3.12.html#deprecated")
                .versions(Some(PythonVersion { major: 3, minor: 12 }), None);
            let between = &file.document.text[sign];
            if between == "~"
                && !matches!(operand, Expr::BooleanLiteral(_))
                && !inverted_within(code, operation)
            {
                let edit = file.edit(sign, "not ");
                draft.unsafe_fix("Write `not`", "the result is another one", vec![edit]).emit();
            } else {
                draft.emit();
            }
        }
    }
}

/// Whether the operation is part of another one, where `not` binds otherwise.
fn inverted_within(code: &Code<'_>, operation: &ExprUnaryOp) -> bool {
    let text = &code.document.text;
    let before = text[..operation.start().to_usize()].trim_end_matches(' ');
    let after = text[operation.end().to_usize()..].trim_start_matches(' ');
    let begins = ["if", "return", "=", "(", ",", "and", "or", "while", "elif", "assert", "not", "["];
    let ends = [":", "\n", "\r", ")", ",", "and ", "or ", "]", "#"];
    let compared = before.ends_with("==") || before.ends_with("!=");
    compared
        || !begins.into_iter().any(|word| before.ends_with(word))
        || !(after.is_empty() || ends.into_iter().any(|word| after.starts_with(word)))
}

/// `~` before a letter or a bracket, in a text that is no path.
fn has_inverted_name(text: &[u8]) -> bool {
    memchr::memchr_iter(b'~', text).any(|at| {
        let before = text[..at].last().is_none_or(|byte| b" (=,[&|^\t".contains(byte));
        before
            && text.get(at + 1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'('))
    })
}

/// Whether an expression is plainly `True` or `False`.
fn is_bool<'a>(code: &Code<'a>, expr: &'a Expr) -> bool {
    match expr {
        Expr::BooleanLiteral(_) => true,
        Expr::UnaryOp(operation) => operation.op == UnaryOp::Not,
        Expr::Call(call) => named(code, &call.func, TESTS).is_some(),
        Expr::Name(name) => match code.names().only_binding(name) {
            Some(BindingKind::Parameter(parameter)) => {
                parameter.annotation().is_some_and(|annotation| named(code, annotation, &["bool"]).is_some())
            }
            _ => false,
        },
        _ => false,
    }
}

struct Inverted<'a>(Vec<&'a ExprUnaryOp>);

impl<'a> Visitor<'a> for Inverted<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::UnaryOp(operation) = expr
            && operation.op == UnaryOp::Invert
        {
            self.0.push(operation);
        }
        visitor::walk_expr(self, expr);
    }
}
