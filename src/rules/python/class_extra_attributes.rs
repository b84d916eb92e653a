//! A list of what every class has, without what Python 3.13 adds to it.
//!
//! ## What it finds
//! In a walk through `vars(cls)` or `cls.__dict__`: `name in ("__module__", "__dict__", …)`, also
//! with a list, a set, or a name for one, that has names which Python gives every
//! class, without `__firstlineno__` and `__static_attributes__`.
//!
//! ## Why
//! Such a test tells what a class was given by its author.
//! [Python 3.13 gives classes two more attributes](https://docs.python.org/3/whatsnew/3.13.html#other-language-changes),
//! which the test takes for the author's.
//!
//! ## Example
//! ```python
//! class Settings:
//!     debug = True
//!
//! print([name for name in vars(Settings) if name not in ("__module__", "__dict__", "__weakref__", "__doc__")])
//! ```
//! Use instead:
//! ```python
//! class Settings:
//!     debug = True
//!
//! print([name for name in vars(Settings) if not (name.startswith("__") and name.endswith("__"))])
//! ```
//!
//! ## Fix safety
//! There is no fix.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{CmpOp, Expr, ExprCompare, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::{BindingKind, has_word};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ClassExtraAttributes = ClassExtraAttributes;

/// Reports lists of the attributes of all classes.
pub struct ClassExtraAttributes;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 13 };

/// What only classes have; `__module__` and `__doc__` alone would not tell.
const OF_CLASSES: &[&str] = &["__weakref__", "__dict__", "__qualname__"];

impl Rule for ClassExtraAttributes {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["type.__dict__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("__module__")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() >= SINCE || code.target < SINCE || file.document.text.contains("__firstlineno__") {
            return;
        }
        let mut walk = Walk { code, found: Vec::new(), loops: Vec::new() };
        walk.visit_body(code.module.body());
        for place in walk.found {
            if reach(code, place, Fault::Name) == Reach::Dead {
                continue;
            }
            let message = "Classes also have `__firstlineno__` and `__static_attributes__` since Python 3.13, which this does not know";
            sink.finding("type.__dict__", place, message)
                .severity(Severity::Warning)
                .confidence(Confidence::Likely)
                .help("Leave out all names that begin and end with two underscores")
                .url("https://docs.python.org/3/reference/datamodel.html#type.__firstlineno__")
                .emit();
        }
    }
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<TextRange>,
    /// What the walk is inside of: names, and what they go through.
    loops: Vec<Loop>,
}

/// A walk through the attributes of a class.
struct Loop {
    /// What names the attribute at hand.
    target: TextRange,
    /// Whether it knows names with underscores by them.
    knows: bool,
}

impl<'a> Walk<'_, 'a> {
    fn compare(&mut self, compare: &'a ExprCompare) {
        let ([CmpOp::In | CmpOp::NotIn], [known]) = (&compare.ops[..], &compare.comparators[..]) else {
            return;
        };
        let Expr::Name(name) = &*compare.left else { return };
        let text = &self.code.document.text;
        let goes_through = |one: &Loop| !one.knows && has_word(&text[one.target], name.id.as_str());
        if !self.loops.iter().any(goes_through) {
            return;
        }
        let mut names = Vec::new();
        self.names(known, &mut names, 4);
        let has = |name: &&str| names.contains(name);
        if has(&"__module__") && OF_CLASSES.iter().any(has) {
            self.found.push(compare.range());
        }
    }

    /// The texts in a collection.
    fn names(&self, known: &'a Expr, names: &mut Vec<&'a str>, steps: u32) {
        let Some(steps) = steps.checked_sub(1) else { return };
        let elements = match known {
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::List(list) => &list.elts,
            Expr::Set(set) => &set.elts,
            Expr::Call(call)
                if named(self.code, &call.func, &["set", "frozenset", "list", "tuple"]).is_some() =>
            {
                return call.arguments.args.iter().for_each(|value| self.names(value, names, steps));
            }
            Expr::Name(name) => {
                if let Some(BindingKind::Assignment(value)) = self.code.names().only_binding(name) {
                    self.names(value, names, steps);
                }
                return;
            }
            _ => return,
        };
        names.extend(
            elements.iter().filter_map(|element| Some(element.as_string_literal_expr()?.value.to_str())),
        );
    }
}

impl<'a> Walk<'_, 'a> {
    /// Enters a loop if it goes through the attributes of a class.
    fn enter(&mut self, target: &Expr, iter: &Expr, whole: TextRange) {
        let text = &self.code.document.text;
        let iterated = &text[iter.range()];
        if iterated.contains("__dict__") || iterated.contains("vars(") {
            let knows = text[whole].contains("startswith");
            self.loops.push(Loop { target: target.range(), knows });
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.loops.len();
        if let Stmt::For(one) = stmt {
            self.enter(&one.target, &one.iter, stmt.range());
        }
        visitor::walk_stmt(self, stmt);
        self.loops.truncate(outer);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let outer = self.loops.len();
        let generators = match expr {
            Expr::ListComp(list) => &list.generators[..],
            Expr::SetComp(set) => &set.generators,
            Expr::DictComp(dict) => &dict.generators,
            Expr::Generator(generator) => &generator.generators,
            _ => &[],
        };
        for one in generators {
            self.enter(&one.target, &one.iter, expr.range());
        }
        if let Expr::Compare(compare) = expr {
            self.compare(compare);
        }
        visitor::walk_expr(self, expr);
        self.loops.truncate(outer);
    }
}
