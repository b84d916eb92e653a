//! `starts_line` of an instruction, which no longer is a line number.
//!
//! ## What it finds
//! `instruction.starts_line` of a `dis.Instruction`, in code that knows no `line_number`.
//!
//! ## Why
//! [Since Python 3.13](https://docs.python.org/3/library/dis.html#dis.Instruction.starts_line) it is `True` or `False`,
//! and the number is in `line_number`. It is never `None` any more, and a comparison with
//! a number takes `True` for 1.
//!
//! ## Example
//! ```python
//! import dis
//!
//! code = compile("a = 1\nb = 2", "f", "exec")
//! print([one.starts_line for one in dis.get_instructions(code) if one.starts_line is not None])
//! ```
//! Use instead:
//! ```python
//! import dis
//!
//! code = compile("a = 1\nb = 2", "f", "exec")
//! print([line for _, line in dis.findlinestarts(code) if line])
//! ```
//!
//! ## Fix safety
//! There is no fix: `line_number` is new in 3.13, and there for every instruction.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprAttribute, ExprContext};
use ruff_text_size::Ranged;

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::standard::{classes, derives};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: InstructionLine = InstructionLine;

/// Reports `starts_line`.
pub struct InstructionLine;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 13 };

impl Rule for InstructionLine {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["dis.Instruction.starts_line"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Member { home: Some("dis"), name: "starts_line", argument: None }]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let knows = file.document.text.contains("line_number");
        if file.minimum() >= SINCE || code.target < SINCE || knows || !code.names().imports_module("dis") {
            return;
        }
        let mut reads = Reads(Vec::new());
        reads.visit_body(code.module.body());
        for attribute in reads.0 {
            let all = classes(code, &attribute.value, "starts_line");
            let sure = !all.is_empty() && all.iter().all(|class| derives(class, &["dis.Instruction"]));
            let place = attribute.attr.range();
            if !all.is_empty() && !sure || reach(code, attribute.range(), Fault::Name) == Reach::Dead {
                continue;
            }
            let message =
                "`starts_line` is `True` or `False` since Python 3.13, where it was a line number or `None`";
            sink.finding("dis.Instruction.starts_line", place, message)
                .severity(Severity::Warning)
                .confidence(Confidence::resolved(sure))
                .help("Take `dis.findlinestarts`, or `line_number` on Python 3.13 and later")
                .url("https://docs.python.org/3/library/dis.html#dis.Instruction.starts_line")
                .emit();
        }
    }
}

struct Reads<'a>(Vec<&'a ExprAttribute>);

impl<'a> Visitor<'a> for Reads<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(attribute) = expr
            && attribute.attr.as_str() == "starts_line"
            && attribute.ctx == ExprContext::Load
        {
            self.0.push(attribute);
        }
        visitor::walk_expr(self, expr);
    }
}
