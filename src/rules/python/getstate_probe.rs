//! A test for `__getstate__`, which every object has since Python 3.11.
//!
//! ## What it finds
//! `hasattr(x, "__getstate__")`, `getattr(x, "__getstate__", default)`, and
//! `except AttributeError` around `x.__getstate__()`, which most often is there
//! for older Pythons and only an information. Files that speak of
//! `object.__getstate__` know of it.
//!
//! ## Why
//! [`object.__getstate__` is new in Python 3.11](https://docs.python.org/3/whatsnew/3.11.html#other-language-changes).
//! The test is always true, also for objects that nobody gave the method. What they
//! answer is `None` without attributes, a pair with `__slots__`, and otherwise
//! the `__dict__` itself and no copy.
//!
//! ## Example
//! ```python
//! class Empty:
//!     pass
//!
//! def state_of(value):
//!     if hasattr(value, "__getstate__"):
//!         return value.__getstate__()
//!     return dict(value.__dict__)
//!
//! print(state_of(Empty()))
//! ```
//! Use instead:
//! ```python
//! class Empty:
//!     pass
//!
//! def state_of(value):
//!     getstate = getattr(type(value), "__getstate__", None)
//!     if getstate is not getattr(object, "__getstate__", None):
//!         return value.__getstate__()
//!     return dict(value.__dict__)
//!
//! print(state_of(Empty()))
//! ```
//!
//! ## Fix safety
//! `hasattr` becomes that comparison. It is unsafe: a method that the object itself holds, or that
//! `__getattr__` answers for, is not seen any more. What else may happen to objects without a
//! method of their own is for a person to say.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, Expr, ExprCall, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::handlers::{Operation, guarded};
use crate::rules::standard::{classes, named};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: GetstateProbe = GetstateProbe;

/// Reports tests for `__getstate__`.
pub struct GetstateProbe;

const METHOD: &str = "__getstate__";

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 11 };

impl Rule for GetstateProbe {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["object.__getstate__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word(METHOD)]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() >= SINCE || code.target < SINCE || knows_the_default(&file.document.text) {
            return;
        }
        let mut probes = Probes { code, found: Vec::new() };
        probes.visit_body(code.module.body());
        probes.handlers();
        for Probe { place, receiver, what, severity, asked } in probes.found {
            let own = classes(code, receiver, METHOD);
            let defined = own.iter().any(|class| {
                class.open || class.defined_by.is_some_and(|at| class.standard.get(at) == Some(&false))
            });
            // `object` itself is asked to tell one Python from the other.
            let of_object = named(code, receiver, &["object"]).is_some();
            if defined || of_object || reach(code, place, Fault::Name) == Reach::Dead {
                continue;
            }
            let message = format!("{what} since Python 3.11, where every object has `__getstate__`");
            let draft = sink
                .finding("object.__getstate__", place, message)
                .severity(severity)
                .confidence(if own.is_empty() { Confidence::Likely } else { Confidence::Certain })
                .help("Compare the type's method with that of `object`")
                .url("https://docs.python.org/3/library/pickle.html#object.__getstate__");
            match asked.and_then(|name| comparison(code, place, receiver, name)) {
                Some((range, content)) => {
                    let reason = "a method that the object itself holds, or that `__getattr__` answers for, is not seen any more";
                    let edits = vec![file.edit(range, content)];
                    draft.unsafe_fix("Compare with the method of `object`", reason, edits).emit();
                }
                None => draft.emit(),
            }
        }
    }
}

/// Whether the type has a method that is not the one of `object`, on any Python, with its place:
/// `not` before the test goes into it.
fn comparison<'a>(
    code: &Code<'a>,
    place: TextRange,
    receiver: &'a Expr,
    name: TextRange,
) -> Option<(TextRange, String)> {
    let text = &code.document.text;
    let (said, name) = (&text[receiver.range()], &text[name]);
    if text[place].contains('#') {
        return None;
    }
    let is_class = match receiver {
        Expr::Name(own) => {
            let class = matches!(code.names().only_binding(own), Some(BindingKind::Class(_)));
            class || matches!(own.id.as_str(), "cls" | "klass")
        }
        Expr::Attribute(attribute) => attribute.attr.as_str() == "__class__",
        Expr::Call(call) => call.arguments.args.len() == 1 && named(code, &call.func, &["type"]).is_some(),
        _ => false,
    };
    let of = if is_class { said.to_owned() } else { format!("type({said})") };
    let around = code.around(place);
    let mut holders = around.ancestors().skip_while(|node| node.range() == place).peekable();
    let denied =
        holders.next_if(|node| matches!(node, AnyNodeRef::ExprUnaryOp(not) if not.op == UnaryOp::Not));
    let (range, test) = denied.map_or((place, DIFFERS), |not| (not.range(), IS_SAME));
    let test = format!("getattr({of}, {name}, None) {test}, {name}, None)");
    let bare = holders.next().is_some_and(|holder| {
        holder.is_statement() || holder.is_expr_bool_op() || holder.is_expr_if() || holder.is_arguments()
    });
    Some((range, if bare { test } else { format!("({test})") }))
}

/// The tests of one object, which say nothing of others.
const DIFFERS: &str = "is not getattr(object";
const IS_SAME: &str = "is getattr(object";

/// Whether the file asks for the method of `object` itself.
fn knows_the_default(text: &str) -> bool {
    let text = [DIFFERS, IS_SAME]
        .iter()
        .fold(text.to_owned(), |text, test| text.replace(&format!("None) {test}"), ""));
    ["object.__getstate__", "object, \"__getstate__\"", "object, '__getstate__'"]
        .into_iter()
        .any(|asks| text.contains(asks))
}

struct Probes<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Probe<'a>>,
}

/// A test for the method.
struct Probe<'a> {
    place: TextRange,
    receiver: &'a Expr,
    what: &'static str,
    severity: Severity,
    /// The name of the method as `hasattr` is given it.
    asked: Option<TextRange>,
}

impl<'a> Probes<'_, 'a> {
    fn call(&mut self, call: &'a ExprCall) {
        let [receiver, Expr::StringLiteral(name), rest @ ..] = &call.arguments.args[..] else { return };
        if name.value.to_str() != METHOD {
            return;
        }
        let (place, severity) = (call.range(), Severity::Warning);
        match (named(self.code, &call.func, &["hasattr", "getattr"]), rest) {
            (Some(("hasattr", _)), []) => {
                let asked = Some(name.range());
                self.found.push(Probe { place, receiver, what: "Always true", severity, asked });
            }
            (Some(("getattr", _)), [_]) => {
                let behind = &self.code.document.text[place.end().to_usize()..];
                if ![DIFFERS, IS_SAME].iter().any(|test| behind.trim_start().starts_with(test)) {
                    let what = "Never the default";
                    self.found.push(Probe { place, receiver, what, severity, asked: None });
                }
            }
            _ => {}
        }
    }

    /// `except AttributeError` around `super().__getstate__()`.
    fn handlers(&mut self) {
        for block in guarded(self.code) {
            let waits = block
                .waiting
                .iter()
                .find(|waiting| waiting.classes.iter().any(|class| class == "AttributeError"));
            let Some(named) = waits.and_then(|waiting| waiting.named) else { continue };
            let receiver = block.operations.iter().find_map(|one| match one {
                Operation::Call(call) => match call.func {
                    Expr::Attribute(method) if method.attr.as_str() == METHOD => Some(&*method.value),
                    _ => None,
                },
                _ => None,
            });
            if let Some(receiver) = receiver {
                let (place, severity) = (named.range(), Severity::Info);
                self.found.push(Probe { place, receiver, what: "Never thrown", severity, asked: None });
            }
        }
    }
}

impl<'a> Visitor<'a> for Probes<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}
