//! Code that counts on the indentation of docstrings.
//!
//! ## What it finds
//! * `source.replace(f.__doc__, "")`, `source.find(f.__doc__)`, `f.__doc__ in source`:
//!   the source has the indentation, the docstring no longer does.
//! * `f.__doc__.split("\n    ")`, `"\n    Parameters" in f.__doc__` and other
//!   searches for indented lines, also by `re`.
//! * `f.__doc__ == """…"""` and `assertEqual` with a literal that is indented.
//! * `[line[4:] for line in f.__doc__.splitlines()]`, which cuts off text.
//! * As an information: an indented literal that is appended to a docstring, so
//!   that the whole is indented unevenly.
//!
//! `textwrap.dedent` and `inspect.cleandoc` give the same as before.
//!
//! ## Why
//! [The compiler of Python 3.13](https://docs.python.org/3/whatsnew/3.13.html#other-language-changes)
//! takes the indentation that all lines of a docstring have in common from it.
//!
//! ## Example
//! ```python
//! def add(a, b):
//!     """Adds.
//!
//!     Both must be numbers.
//!     """
//!     return a + b
//!
//! print(add.__doc__.split("\n\n    ")[1])
//! ```
//! Use instead:
//! ```python
//! import inspect
//!
//! def add(a, b):
//!     """Adds.
//!
//!     Both must be numbers.
//!     """
//!     return a + b
//!
//! print(inspect.getdoc(add).split("\n\n")[1])
//! ```
//!
//! ## Fix safety
//! There is no fix.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: DocstringIndent = DocstringIndent;

/// Reports uses of the indentation of docstrings.
pub struct DocstringIndent;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 13 };

impl Rule for DocstringIndent {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["__doc__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("__doc__")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() >= SINCE || code.target < SINCE {
            return;
        }
        let mut walk = Walk { code, made: is_made(&file.document.text), found: Vec::new() };
        walk.visit_body(code.module.body());
        for Use { place, what, severity, confidence } in walk.found {
            if reach(code, place, Fault::Name) == Reach::Dead {
                continue;
            }
            let message = format!("Docstrings have no indentation since Python 3.13: {what}");
            sink.finding("__doc__", place, message)
                .severity(severity)
                .confidence(confidence)
                .help("Take `inspect.getdoc(…)`, which is the same on every Python, and compare without indentation")
                .url("https://docs.python.org/3/whatsnew/3.13.html#other-language-changes")
                .emit();
        }
    }
}

/// Whether the file makes docstrings itself, which stay as they are made.
fn is_made(text: &str) -> bool {
    let mut set = text.match_indices(".__doc__").map(|(at, name)| text[at + name.len()..].trim_start());
    set.any(|rest| rest.starts_with("= ") || rest.starts_with("=\n") || rest.starts_with("+="))
}

struct Use {
    place: TextRange,
    what: &'static str,
    severity: Severity,
    confidence: Confidence,
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    made: bool,
    found: Vec<Use>,
}

/// Methods that look for the text that they are given first.
const SEARCHES: &[&str] = &[
    "replace",
    "find",
    "rfind",
    "index",
    "rindex",
    "count",
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "startswith",
    "endswith",
    "removeprefix",
];

const IN_SOURCE: &str = "this one is not found in the source";
const NOT_FOUND: &str = "indented lines are not found in it";
const UNEQUAL: &str = "it does not equal an indented text";
const CUT: &str = "this cuts off text";
const UNEVEN: &str = "what is appended is indented and the rest is not";

impl<'a> Walk<'_, 'a> {
    fn push(&mut self, place: TextRange, what: &'static str, severity: Severity, sure: bool) {
        self.found.push(Use { place, what, severity, confidence: Confidence::resolved(sure) });
    }

    /// Whether an expression is a docstring: `f.__doc__`, `f.__doc__ or ""`,
    /// `f.__doc__.strip()`, or a name for such.
    fn is_doc(&self, expr: &Expr, steps: u32) -> bool {
        let Some(steps) = steps.checked_sub(1) else { return false };
        match expr {
            Expr::Attribute(attribute) => attribute.attr.as_str() == "__doc__",
            Expr::BoolOp(chain) => self.is_doc(&chain.values[0], steps),
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) => {
                    matches!(method.attr.as_str(), "strip" | "rstrip" | "replace" | "expandtabs")
                        && self.is_doc(&method.value, steps)
                }
                _ => false,
            },
            Expr::Name(name) => match self.code.names().only_binding(name) {
                Some(BindingKind::Assignment(value)) => self.is_doc(value, steps),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether an expression is the text of a source, and how sure that is.
    fn is_source(&self, expr: &'a Expr) -> Option<bool> {
        const READS: &[&str] = &["inspect.getsource", "inspect.cleandoc", "textwrap.dedent"];
        match expr {
            Expr::Call(call) => {
                let (name, _) = named(self.code, &call.func, READS)?;
                match name {
                    "inspect.getsource" => Some(true),
                    _ => self.is_source(call.arguments.args.first()?),
                }
            }
            Expr::Name(name) => {
                if let Some(BindingKind::Assignment(value)) = self.code.names().only_binding(name)
                    && let Some(sure) = self.is_source(value)
                {
                    return Some(sure);
                }
                matches!(name.id.as_str(), "source" | "src" | "source_code" | "func_source").then_some(false)
            }
            _ => None,
        }
    }

    fn call(&mut self, call: &'a ExprCall) {
        let args = &call.arguments.args[..];
        if let Expr::Attribute(method) = &*call.func {
            let name = method.attr.as_str();
            match args {
                [text, ..] if SEARCHES.contains(&name) => {
                    self.search(&method.value, name, text, call.range())
                }
                [one, other, ..] if matches!(name, "assertEqual" | "assertMultiLineEqual") => {
                    self.equal(one, other, call.range());
                }
                [part, whole, ..] if name == "assertIn" => self.contains(part, whole, call.range()),
                _ => {}
            }
        }
        const PATTERNS: &[&str] =
            &["re.sub", "re.search", "re.match", "re.split", "re.findall", "re.finditer", "re.compile"];
        if let [Expr::StringLiteral(pattern), texts @ ..] = args
            && texts.iter().any(|text| self.is_doc(text, 4))
            && named(self.code, &call.func, PATTERNS).is_some()
            && is_indented(&pattern.value.to_str().replace("\\n", "\n"))
        {
            self.push(call.range(), NOT_FOUND, Severity::Warning, false);
        }
    }

    /// `text.replace(part, …)`.
    fn search(&mut self, whole: &'a Expr, method: &str, part: &'a Expr, place: TextRange) {
        if self.is_doc(part, 4)
            && !self.is_doc(whole, 4)
            && let Some(sure) = self.is_source(whole)
        {
            return self.push(place, IN_SOURCE, Severity::Warning, sure);
        }
        if self.is_doc(whole, 4) && is_indented_literal(part) {
            // To take indentation away is to do nothing now.
            let severity = if method == "replace" { Severity::Info } else { Severity::Warning };
            self.push(place, NOT_FOUND, severity, false);
        }
    }

    /// `part in whole`.
    fn contains(&mut self, part: &'a Expr, whole: &'a Expr, place: TextRange) {
        if self.is_doc(part, 4)
            && let Some(sure) = self.is_source(whole)
        {
            self.push(place, IN_SOURCE, Severity::Warning, sure);
        } else if self.is_doc(whole, 4) && is_indented_literal(part) && !self.made {
            self.push(place, NOT_FOUND, Severity::Warning, false);
        }
    }

    fn equal(&mut self, one: &'a Expr, other: &'a Expr, place: TextRange) {
        for (doc, text) in [(one, other), (other, one)] {
            let is_margin =
                matches!(text, Expr::StringLiteral(literal) if margin(literal.value.to_str()) > 0);
            if is_margin && self.is_doc(doc, 4) && !self.made {
                self.push(place, UNEQUAL, Severity::Warning, false);
            }
        }
    }

    fn compare(&mut self, compare: &'a ExprCompare) {
        let [right] = &compare.comparators[..] else { return };
        match compare.ops[0] {
            CmpOp::In | CmpOp::NotIn => self.contains(&compare.left, right, compare.range()),
            CmpOp::Eq | CmpOp::NotEq => self.equal(&compare.left, right, compare.range()),
            _ => {}
        }
    }

    /// `line[4:] for line in f.__doc__.splitlines()`.
    fn lines(&mut self, element: &'a Expr, generators: &'a [ruff_python_ast::Comprehension]) {
        let [generator] = generators else { return };
        let Expr::Name(line) = &generator.target else { return };
        let mut lines = &generator.iter;
        if let Expr::Subscript(part) = lines {
            lines = &part.value;
        }
        let Expr::Call(split) = lines else { return };
        let Expr::Attribute(method) = &*split.func else { return };
        if !matches!(method.attr.as_str(), "splitlines" | "split") || !self.is_doc(&method.value, 4) {
            return;
        }
        let mut element = element;
        while let Expr::Call(call) = element
            && let Expr::Attribute(method) = &*call.func
        {
            element = &method.value;
        }
        if let Expr::Subscript(part) = element
            && matches!(&*part.value, Expr::Name(name) if name.id == line.id)
            && let Expr::Slice(slice) = &*part.slice
            && slice.upper.is_none()
            && slice.lower.as_deref().is_some_and(Expr::is_number_literal_expr)
        {
            self.push(part.range(), CUT, Severity::Warning, false);
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::AugAssign(assign) = stmt
            && assign.op == Operator::Add
            && matches!(&*assign.target, Expr::Attribute(target) if target.attr.as_str() == "__doc__")
            && is_indented_literal(&assign.value)
        {
            self.push(stmt.range(), UNEVEN, Severity::Info, false);
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Compare(compare) => self.compare(compare),
            Expr::ListComp(list) => self.lines(&list.elt, &list.generators),
            Expr::Generator(generator) => self.lines(&generator.elt, &generator.generators),
            Expr::BinOp(sum)
                if sum.op == Operator::Add
                    && self.is_doc(&sum.left, 1)
                    && is_indented_literal(&sum.right) =>
            {
                self.push(expr.range(), UNEVEN, Severity::Info, false);
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

fn is_indented_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::StringLiteral(literal) if is_indented(literal.value.to_str()))
}

/// Whether a text has a line break with indentation behind it.
fn is_indented(text: &str) -> bool {
    text.contains("\n  ") || text.contains("\n\t")
}

/// The indentation that all lines but the first have in common.
fn margin(text: &str) -> usize {
    let lines = text.split('\n').skip(1).filter(|line| !line.trim().is_empty());
    lines.map(|line| line.len() - line.trim_start().len()).min().unwrap_or_default()
}
