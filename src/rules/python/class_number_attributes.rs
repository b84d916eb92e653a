//! Numbers picked from the attributes of a class, one of which is a line number from 3.13 on.
//!
//! ## What it finds
//! A walk through `vars(cls)`, `cls.__dict__`, `dir(cls)` or `inspect.getmembers(cls)` that picks
//! attributes by their type, `isinstance(value, int)` or `type(value) is int` (`tuple` as well),
//! and never looks at how their names begin, end or are written. What is walked through must be a
//! class: one of the file, `cls`, `type(…)`, `….__class__`, or an imported name in CapWords.
//!
//! ## Why
//! [Python 3.13 gives classes](https://docs.python.org/3/whatsnew/3.13.html#other-language-changes) the
//! attribute `__firstlineno__`, an `int`, and `__static_attributes__`, a `tuple`. A table of
//! constants that is made so gets one more entry, under the line where the class stands.
//!
//! ## Example
//! ```python
//! class State:
//!     STOPPED = 0
//!     RUNNING = 20
//!
//! print({value: name for name, value in vars(State).items() if isinstance(value, int)})
//! ```
//! Use instead:
//! ```python
//! class State:
//!     STOPPED = 0
//!     RUNNING = 20
//!
//! print({value: name for name, value in vars(State).items() if isinstance(value, int) and name != "__firstlineno__"})
//! ```
//!
//! ## Fix safety
//! The new attribute is left out by its name, which no older Python knows: safe. Where the walk has
//! no name for the attribute's name, there is no fix.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, BoolOp, CmpOp, Expr, ExprCall, ExprCompare, ExprName, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ClassNumberAttributes = ClassNumberAttributes;

/// Reports attributes of classes that are picked by their type.
pub struct ClassNumberAttributes;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 13 };

/// Words of a walk that looks at names: by their ends, their case or a pattern.
const NAME_TESTS: [&str; 10] =
    ["startswith", "endswith", "isupper", "islower", "isalpha", "match(", "search(", "\"_", "'_", "[0]"];

impl Rule for ClassNumberAttributes {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["type.__firstlineno__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["__dict__", "vars", "getmembers", "dir"].map(Trigger::Word).to_vec()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let text = &file.document.text;
        if file.minimum() >= SINCE || code.target < SINCE || !(text.contains("int") || text.contains("tuple"))
        {
            return;
        }
        let mut walk = Walk { code, found: Vec::new(), loops: Vec::new() };
        walk.visit_body(code.module.body());
        for Pick { place, names, by } in walk.found {
            if reach(code, place, Fault::Name) == Reach::Dead {
                continue;
            }
            let among = names.join("` and `");
            let message = format!(
                "The attributes of a class that are picked here by type include `{among}` since Python 3.13"
            );
            let draft = sink
                .finding("type.__firstlineno__", place, message)
                .severity(Severity::Warning)
                .confidence(Confidence::Likely)
                .help("Leave out all names that begin and end with two underscores")
                .url("https://docs.python.org/3/reference/datamodel.html#type.__firstlineno__");
            let Some(by) = by else {
                draft.emit();
                continue;
            };
            let test = match names[..] {
                [only] => format!("{by} != \"{only}\""),
                _ => format!("{by} not in (\"{}\")", names.join("\", \"")),
            };
            let content = match joins_bare(code, place) {
                true => format!("{} and {test}", &text[place]),
                false => format!("({} and {test})", &text[place]),
            };
            draft.safe_fix(format!("Leave out `{among}`"), vec![file.edit(place, content)]).emit();
        }
    }
}

/// Whether what is around a test is an `if` alone or another `and`, so that it needs no parentheses.
fn joins_bare(code: &Code<'_>, place: TextRange) -> bool {
    let around = code.around(place);
    let mut holders = around.ancestors().skip_while(|node| node.range() == place);
    holders.next().is_some_and(|node| match node {
        AnyNodeRef::ExprBoolOp(all) => all.op == BoolOp::And,
        other => other.is_stmt_if() || other.is_comprehension(),
    })
}

/// A test that the new attributes pass.
struct Pick {
    place: TextRange,
    names: Vec<&'static str>,
    /// The name of the attribute's name.
    by: Option<String>,
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Pick>,
    /// What the walk is inside of.
    loops: Vec<Loop<'a>>,
}

/// A walk through the attributes of a class.
struct Loop<'a> {
    /// What holds the attribute's name, and what its value.
    name: Option<&'a ExprName>,
    value: Option<&'a ExprName>,
}

/// What one step of a walk gives.
enum Gives {
    Names,
    Values,
    Both,
}

impl<'a> Walk<'_, 'a> {
    /// Enters a loop if it goes through the attributes of a class and asks nothing of their names.
    fn enter(&mut self, target: &'a Expr, iter: &'a Expr, whole: TextRange) {
        let text = &self.code.document.text[whole];
        // The class itself may be named with underscores: `__dict__`, `__class__`.
        let asks = text.replace("__dict__", "").replace("__class__", "");
        if NAME_TESTS.iter().any(|test| asks.contains(test)) {
            return;
        }
        let Some(gives) = self.gives(iter) else { return };
        let (name, value) = match (gives, target) {
            (Gives::Names, Expr::Name(name)) => (Some(name), None),
            (Gives::Values, Expr::Name(value)) => (None, Some(value)),
            (Gives::Both, Expr::Tuple(pair)) => match &pair.elts[..] {
                [name, value] => (name.as_name_expr(), value.as_name_expr()),
                _ => return,
            },
            _ => return,
        };
        self.loops.push(Loop { name, value });
    }

    fn gives(&self, iter: &'a Expr) -> Option<Gives> {
        let Expr::Call(call) = iter else { return self.is_attributes(iter).then_some(Gives::Names) };
        let only = match &*call.arguments.args {
            [only] if call.arguments.keywords.is_empty() => Some(only),
            _ => None,
        };
        if let (Some(inner), Expr::Name(name)) = (only, &*call.func) {
            return match name.id.as_str() {
                "sorted" | "list" | "tuple" | "reversed" | "set" => self.gives(inner),
                "dir" => self.is_class(inner).then_some(Gives::Names),
                "vars" => self.is_class(inner).then_some(Gives::Names),
                "getmembers" => self.is_class(inner).then_some(Gives::Both),
                "iteritems" => self.is_attributes(inner).then_some(Gives::Both),
                _ => None,
            };
        }
        let Expr::Attribute(method) = &*call.func else { return None };
        match (method.attr.as_str(), only) {
            ("items" | "iteritems", None) => self.is_attributes(&method.value).then_some(Gives::Both),
            ("values" | "itervalues", None) => self.is_attributes(&method.value).then_some(Gives::Values),
            ("keys" | "iterkeys" | "copy", None) => self.is_attributes(&method.value).then_some(Gives::Names),
            ("iteritems", Some(inner)) => self.is_attributes(inner).then_some(Gives::Both),
            ("getmembers", Some(inner)) => self.is_class(inner).then_some(Gives::Both),
            _ => None,
        }
    }

    /// `vars(Class)` and `Class.__dict__`.
    fn is_attributes(&self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "__dict__" => {
                self.is_class(&attribute.value)
            }
            Expr::Call(call) => match (&*call.func, &*call.arguments.args) {
                (Expr::Name(name), [class]) => name.id.as_str() == "vars" && self.is_class(class),
                _ => false,
            },
            _ => false,
        }
    }

    fn is_class(&self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Name(name) => match self.code.names().only_binding(name) {
                Some(BindingKind::Class(_)) => true,
                Some(BindingKind::From(import, alias)) => {
                    // `Gtk` and `QtCore` are modules.
                    let of = import.module.as_ref().map_or("", |module| module.as_str());
                    is_cap_words(name.id.as_str()) && of != "gi.repository" && !alias.name.starts_with("Qt")
                }
                _ => matches!(name.id.as_str(), "cls" | "klass"),
            },
            Expr::Attribute(attribute) => {
                let attr = attribute.attr.as_str();
                attr == "__class__" || is_cap_words(attr) && !attr.starts_with("Qt")
            }
            Expr::Call(call) => {
                call.arguments.args.len() == 1 && named(self.code, &call.func, &["type"]).is_some()
            }
            _ => false,
        }
    }

    /// `isinstance(value, int)`
    fn call(&mut self, call: &'a ExprCall) {
        let [value, kinds] = &*call.arguments.args else { return };
        if named(self.code, &call.func, &["isinstance"]).is_some() {
            let kinds = match kinds {
                Expr::Tuple(kinds) => &kinds.elts[..],
                one => std::slice::from_ref(one),
            };
            self.pick(call.range(), value, kinds);
        }
    }

    /// `type(value) is int`
    fn compare(&mut self, compare: &'a ExprCompare) {
        let ([CmpOp::Is | CmpOp::Eq], [kind]) = (&compare.ops[..], &compare.comparators[..]) else { return };
        let Expr::Call(call) = &*compare.left else { return };
        if let [value] = &*call.arguments.args
            && named(self.code, &call.func, &["type"]).is_some()
        {
            self.pick(compare.range(), value, std::slice::from_ref(kind));
        }
    }

    fn pick(&mut self, place: TextRange, value: &Expr, kinds: &'a [Expr]) {
        let is = |expr: &Expr, name: &ExprName| expr.as_name_expr().is_some_and(|own| own.id == name.id);
        let takes = |one: &&Loop<'a>| {
            one.value.is_some_and(|known| is(value, known))
                || one.name.is_some_and(|name| match value {
                    Expr::Call(call) => {
                        let is_getattr = call.func.as_name_expr().is_some_and(|func| func.id == "getattr");
                        is_getattr && call.arguments.args.get(1).is_some_and(|asked| is(asked, name))
                    }
                    Expr::Subscript(subscript) => is(&subscript.slice, name),
                    _ => false,
                })
        };
        let Some(found) = self.loops.iter().rfind(takes) else { return };
        let named = |wanted: &'static [&'static str]| {
            kinds.iter().any(|kind| named(self.code, kind, wanted).is_some())
        };
        let integers =
            kinds.iter().any(|kind| self.code.document.text[kind.range()].ends_with("integer_types"));
        let mut names = Vec::new();
        if integers || named(&["int", "object", "numbers.Number", "numbers.Integral", "numbers.Real"]) {
            names.push("__firstlineno__");
        }
        if named(&["tuple", "object"]) {
            names.push("__static_attributes__");
        }
        if !names.is_empty() {
            self.found.push(Pick { place, names, by: found.name.map(|name| name.id.to_string()) });
        }
    }
}

/// `CapWords`, as against `CONSTANT` and `module`.
fn is_cap_words(name: &str) -> bool {
    name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase)
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
        match expr {
            Expr::Call(call) => self.call(call),
            Expr::Compare(compare) => self.compare(compare),
            _ => {}
        }
        visitor::walk_expr(self, expr);
        self.loops.truncate(outer);
    }
}
