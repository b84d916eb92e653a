//! A property of a class made by `classmethod` over `property`.
//!
//! ## What it finds
//! `@classmethod` above `@property`, and `classmethod(property(…))`.
//!
//! ## Why
//! Python 3.9 to 3.12 looked the property up on the class. Since
//! [Python 3.13](https://docs.python.org/3/whatsnew/3.13.html#removed-in-python-3-13),
//! as before 3.9, the attribute is a bound method that cannot be called:
//! comparisons are false, tests are true, and everything else fails.
//!
//! ## Example
//! ```python
//! class Table:
//!     @classmethod
//!     @property
//!     def title(cls):
//!         return cls.__name__.lower()
//!
//! print(Table.title + "s")
//! ```
//! Use instead:
//! ```python
//! class classproperty:
//!     def __init__(self, function):
//!         self.function = function
//!
//!     def __get__(self, instance, owner):
//!         return self.function(owner)
//!
//! class Table:
//!     @classproperty
//!     def title(cls):
//!         return cls.__name__.lower()
//!
//! print(Table.title + "s")
//! ```
//!
//! ## Fix safety
//! There is no fix: what takes the place of the property is a choice.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::defined;
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// Whether a decorator stands below `@classmethod`, or something is made one by a call.
fn stacks(text: &[u8]) -> bool {
    let mut finds = memchr::memmem::find_iter(text, b"classmethod");
    finds.any(|at| {
        let after = &text[at + "classmethod".len()..];
        let line = memchr::memchr(b'\n', after).unwrap_or(after.len());
        after.starts_with(b"(")
            || after[line..].trim_ascii_start().starts_with(b"@")
            || after[line..].trim_ascii_start().starts_with(b"#")
    })
}

/// The rule.
pub static RULE: ClassProperty = ClassProperty;

/// Reports `classmethod` over `property`.
pub struct ClassProperty;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 13 };

impl Rule for ClassProperty {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["classmethod"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(stacks)]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() >= SINCE || code.target < SINCE {
            return;
        }
        for class in defined::all(code) {
            for stmt in &class.body {
                let Some((name, place)) = chained(code, stmt) else { continue };
                if reach(code, place, Fault::Call) == Reach::Dead {
                    continue;
                }
                let message = format!(
                    "`{}.{name}` is a bound method on Python 3.13, where `classmethod` no longer looks the property up",
                    class.name
                );
                sink.finding("classmethod", place, message)
                    .severity(Severity::Error)
                    .help("Write a descriptor, or make it a method")
                    .url("https://docs.python.org/3/library/functions.html#classmethod")
                    .versions(Some(PythonVersion { major: 3, minor: 11 }), Some(SINCE))
                    .emit();
            }
        }
    }
}

/// The name of a property of a class, and the place that makes it one.
fn chained<'a>(code: &Code<'a>, stmt: &'a Stmt) -> Option<(&'a str, TextRange)> {
    match stmt {
        Stmt::FunctionDef(function) => {
            let decorators = &function.decorator_list;
            let is = |at: usize, names: &[&'static str]| {
                decorators.get(at).is_some_and(|one| named(code, &one.expression, names).is_some())
            };
            let method = (0..decorators.len()).find(|at| is(*at, &["classmethod"]))?;
            is(method + 1, &["property", "abc.abstractproperty"])
                .then(|| (function.name.as_str(), decorators[method].range()))
        }
        Stmt::Assign(assign) => {
            let ([Expr::Name(target)], Expr::Call(outer)) = (&assign.targets[..], &*assign.value) else {
                return None;
            };
            let [Expr::Call(inner)] = &outer.arguments.args[..] else { return None };
            let chained = named(code, &outer.func, &["classmethod"]).is_some()
                && named(code, &inner.func, &["property"]).is_some();
            chained.then(|| (target.id.as_str(), outer.range()))
        }
        _ => None,
    }
}
