//! A comprehension that looks at its own frame, which it no longer has.
//!
//! ## What it finds
//! In list, set and dictionary comprehensions: `sys._getframe`,
//! `inspect.currentframe` and `inspect.stack`; in those of functions also
//! `locals()`, `vars()` and `dir()` as a whole, and `eval` of a name that the
//! function and the module both have. Silent are the outermost iterable, which
//! always belonged to the function, names filled into a text, and generator
//! expressions, which keep a frame.
//!
//! ## Why
//! Since [Python 3.12](https://docs.python.org/3/whatsnew/3.12.html#pep-709-comprehension-inlining)
//! comprehensions are inlined: there is one frame less between them and the
//! caller, and `locals()` in them has the variables of the function around as
//! well ([PEP 709](https://peps.python.org/pep-0709/)).
//!
//! ## Example
//! ```python
//! import sys
//!
//! def callers(depths):
//!     return [sys._getframe(depth + 1).f_code.co_name for depth in depths]
//! ```
//! Use instead:
//! ```python
//! import sys
//!
//! def callers(depths):
//!     names = []
//!     for depth in depths:
//!         names.append(sys._getframe(depth).f_code.co_name)
//!     return names
//! ```
//!
//! ## Fix safety
//! There is no fix: a loop behaves alike on every Python, but which frame is
//! meant is for a person to say.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, Expr, ExprCall, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::range_of;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ComprehensionLocals = ComprehensionLocals;

/// Reports comprehensions that look at their frame.
pub struct ComprehensionLocals;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.12.html#pep-709-comprehension-inlining";
const INLINED: PythonVersion = PythonVersion { major: 3, minor: 12 };

impl Rule for ComprehensionLocals {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["locals", "vars", "dir", "eval", "sys._getframe", "inspect.currentframe", "inspect.stack"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        let words = ["locals", "vars", "dir"].map(|name| Trigger::Call { name, bare: true, argument: None });
        let words = words.into_iter().chain(["_getframe", "currentframe"].map(Trigger::Word));
        let words = words.chain([Trigger::Call { name: "eval", bare: false, argument: None }]);
        let stack = Trigger::Name { home: "inspect", name: "stack", argument: None };
        words.chain([stack]).collect()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        // Code for newer Pythons alone was never run otherwise.
        if code.target < INLINED || file.minimum() >= INLINED {
            return;
        }
        let mut walk = Walk { code, found: Vec::new(), function: None, inlined: false };
        walk.visit_body(code.module.body());
        for (symbol, range, what) in walk.found {
            if reach(code, range, Fault::Name) == Reach::Dead {
                continue;
            }
            let (severity, confidence, message) = match what {
                What::Frame => (
                    Severity::Warning,
                    Confidence::Certain,
                    format!(
                        "A comprehension has no frame of its own since Python 3.12: `{symbol}` gives one further out"
                    ),
                ),
                What::OwnName => (
                    Severity::Info,
                    Confidence::Certain,
                    format!(
                        "A comprehension has no frame of its own since Python 3.12: `{symbol}` gives that around it"
                    ),
                ),
                What::Variables => (
                    Severity::Warning,
                    Confidence::Likely,
                    format!(
                        "`{symbol}()` in a comprehension has the variables of the function, too, since Python 3.12"
                    ),
                ),
                What::Name => (
                    Severity::Warning,
                    Confidence::Certain,
                    format!(
                        "`{symbol}` in a comprehension sees the variable of the function, no longer that of the module, since Python 3.12"
                    ),
                ),
            };
            let draft = sink.finding(symbol, range, message).severity(severity).confidence(confidence);
            draft.url(SOURCE).help("Ask outside of the comprehension, or write a loop").emit();
        }
    }
}

/// What is asked for.
enum What {
    /// A frame further out.
    Frame,
    /// The frame itself.
    OwnName,
    /// All variables.
    Variables,
    /// A variable that hides another.
    Name,
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<(&'static str, TextRange, What)>,
    /// The body of the function around.
    function: Option<TextRange>,
    /// Whether the walk is in a comprehension that is inlined.
    inlined: bool,
}

impl<'a> Walk<'_, 'a> {
    fn apart(&mut self, function: Option<TextRange>, inlined: bool, visit: impl FnOnce(&mut Self)) {
        let outer = (self.function, self.inlined);
        (self.function, self.inlined) = (function, inlined);
        visit(self);
        (self.function, self.inlined) = outer;
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], parts: &[&'a Expr], inlined: bool) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.apart(self.function, inlined, |this| {
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    this.visit_expr(&generator.iter);
                }
                generator.ifs.iter().for_each(|test| this.visit_expr(test));
            }
            parts.iter().for_each(|part| this.visit_expr(part));
        });
    }

    fn call(&mut self, call: &'a ExprCall) {
        if !matches!(&*call.func, Expr::Name(_) | Expr::Attribute(_)) {
            return;
        }
        let meanings = self.code.names().resolve(&call.func);
        let first = call.arguments.args.first();
        let found = match meanings.only() {
            Some("sys._getframe") if first.is_some_and(|depth| !is_zero(self.code, depth)) => {
                ("sys._getframe", What::Frame)
            }
            Some("inspect.stack") => ("inspect.stack", What::Frame),
            Some(name) => {
                let Some(function) = self.function else { return };
                match name {
                    "builtins.locals" => ("locals", What::Variables),
                    "builtins.vars" if call.arguments.is_empty() => ("vars", What::Variables),
                    "builtins.dir" if call.arguments.is_empty() => ("dir", What::Variables),
                    "builtins.eval" if call.arguments.len() == 1 && self.hides(first, function) => {
                        ("eval", What::Name)
                    }
                    _ => return,
                }
            }
            None => return,
        };
        self.found.push((found.0, call.range(), found.1));
    }

    /// The function that gives the own frame, if the call is one of it.
    fn own_frame(&self, call: &'a ExprCall) -> Option<&'static str> {
        match self.code.names().resolve(&call.func).only()? {
            "inspect.currentframe" => Some("inspect.currentframe"),
            "sys._getframe" => {
                let depth = call.arguments.args.first();
                depth.is_none_or(|depth| is_zero(self.code, depth)).then_some("sys._getframe")
            }
            _ => None,
        }
    }

    /// Whether the text of an expression is a name of the function and of the module.
    fn hides(&self, text: Option<&'a Expr>, function: TextRange) -> bool {
        let name = text.and_then(Expr::as_string_literal_expr).map(|text| text.value.to_str());
        name.is_some_and(|name| {
            let names = self.code.names();
            !names.module_bindings(name).is_empty()
                && names.variables(function).any(|binding| binding.name == name)
        })
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&function.parameters);
                let body = &function.body;
                self.apart(Some(range_of(body)), false, |this| this.visit_body(body));
            }
            Stmt::ClassDef(class) => {
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
                self.apart(None, false, |this| this.visit_body(&class.body));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                self.apart(Some(lambda.body.range()), false, |this| this.visit_expr(&lambda.body));
            }
            Expr::ListComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], true),
            Expr::SetComp(comp) => self.comprehension(&comp.generators, &[&comp.elt], true),
            Expr::Generator(comp) => self.comprehension(&comp.generators, &[&comp.elt], false),
            Expr::DictComp(comp) => {
                let parts: Vec<&Expr> = comp.key.iter().map(|key| &**key).chain([&*comp.value]).collect();
                self.comprehension(&comp.generators, &parts, true);
            }
            _ if !self.inlined => visitor::walk_expr(self, expr),
            // What is filled into a text, or looked up, was there before as well.
            Expr::BinOp(filled) if filled.op == Operator::Mod && is_bare_call(&filled.right) => {
                self.visit_expr(&filled.left);
            }
            Expr::Subscript(item) if is_bare_call(&item.value) => self.visit_expr(&item.slice),
            Expr::Attribute(attribute)
                if matches!(attribute.attr.as_str(), "f_back" | "f_code")
                    && let Expr::Call(call) = &*attribute.value
                    && let Some(symbol) = self.own_frame(call) =>
            {
                let back = attribute.attr.as_str() == "f_back";
                self.found.push((symbol, expr.range(), if back { What::Frame } else { What::OwnName }));
            }
            Expr::Call(call) => {
                self.call(call);
                let is_format =
                    call.func.as_attribute_expr().is_some_and(|method| method.attr.as_str() == "format");
                self.visit_expr(&call.func);
                for argument in call.arguments.iter_source_order() {
                    if !(is_format && is_bare_call(argument.value())) {
                        self.visit_expr(argument.value());
                    }
                }
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// `locals()` and the like.
fn is_bare_call(expr: &Expr) -> bool {
    let name = expr.as_call_expr().filter(|call| call.arguments.is_empty());
    let name = name.and_then(|call| call.func.as_name_expr());
    name.is_some_and(|name| matches!(name.id.as_str(), "locals" | "vars"))
}

fn is_zero(code: &Code<'_>, expr: &Expr) -> bool {
    code.document.slice(expr.range()) == "0"
}
