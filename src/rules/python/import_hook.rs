//! A finder for imports that Python no longer asks.
//!
//! ## What it finds
//! Classes with `find_module` (or, for paths, `find_loader`) and no `find_spec`,
//! whose instances go into `sys.meta_path` or which go into `sys.path_hooks`.
//! A class that looks like such a finder, with `find_module(self, fullname, path)` and
//! `load_module`, is reported with less certainty where it is not seen going there.
//!
//! ## Why
//! [Python 3.12 asks `find_spec` alone](https://docs.python.org/3/whatsnew/3.12.html#importlib).
//! What the finder was there for is not found, or found elsewhere.
//!
//! ## Example
//! ```python
//! import sys
//! import types
//!
//! class Finder:
//!     def find_module(self, fullname, path=None):
//!         return self if fullname == "made_up" else None
//!
//!     def load_module(self, fullname):
//!         return sys.modules.setdefault(fullname, types.ModuleType(fullname))
//!
//! sys.meta_path.append(Finder())
//! import made_up
//! ```
//! Use instead:
//! ```python
//! import importlib.machinery
//! import sys
//!
//! class Finder:
//!     def find_spec(self, fullname, path=None, target=None):
//!         if fullname == "made_up":
//!             return importlib.machinery.ModuleSpec(fullname, self)
//!
//!     def create_module(self, spec):
//!         return None
//!
//!     def exec_module(self, module):
//!         pass
//!
//! sys.meta_path.append(Finder())
//! import made_up
//! ```
//!
//! ## Fix safety
//! `find_spec` is added behind `find_module` and asks it, as Python 3.4 to 3.11 did
//! themselves. It is unsafe: `load_module` is still what loads, which Python warns of and
//! 3.15 no longer does; turn it into `exec_module` by hand. There is no fix for
//! `find_loader`, nor for a `find_module` that the class inherits.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Decorator, Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::edit::spell::{self, At};
use crate::edit::{Change, imports};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, is_dead_module, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::defined::{self, class_of, defines, method};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ImportHook = ImportHook;

/// Reports finders without `find_spec`.
pub struct ImportHook;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 12 };

impl Rule for ImportHook {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["importlib.abc.MetaPathFinder.find_module", "importlib.abc.PathEntryFinder.find_loader"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("find_module"), Trigger::Word("find_loader")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() >= SINCE || code.target < SINCE {
            return;
        }
        let mut registered = Registered {
            code,
            classes: Vec::new(),
            undecided: Vec::new(),
            function: None,
            site: TextRange::default(),
        };
        registered.visit_body(code.module.body());
        for class in defined::all(code) {
            let Some((finder, on_path)) = finder(code, class) else { continue };
            let mut told =
                registered.classes.iter().filter(|(known, _)| std::ptr::eq(*known, class)).peekable();
            let seen = told.peek().is_some();
            if seen && told.all(|(_, place)| reach(code, *place, Fault::Attribute) != Reach::Live) {
                continue;
            }
            let (severity, confidence) = match seen {
                true => (Severity::Error, Confidence::Certain),
                false if registered.undecided.iter().any(|known| std::ptr::eq(*known, class)) => {
                    (Severity::Warning, Confidence::Possible)
                }
                false if looks_like_finder(class, finder) => (Severity::Warning, Confidence::Likely),
                false => continue,
            };
            let place = class.name.range();
            if reach(code, place, Fault::Attribute) != Reach::Live || is_dead_module(code) {
                continue;
            }
            let message = format!(
                "Python 3.12 and later do not ask `{}` for modules: it has `{finder}` and no `find_spec`",
                class.name
            );
            let home = if on_path { "PathEntryFinder" } else { "MetaPathFinder" };
            let draft = sink
                .finding(format!("importlib.abc.{home}.{finder}"), place, message)
                .severity(severity)
                .confidence(confidence)
                .help(
                    "Define `find_spec(self, fullname, path, target=None)`, and `exec_module` in its loader",
                )
                .url("https://docs.python.org/3/whatsnew/3.12.html#importlib")
                .versions(Some(PythonVersion { major: 3, minor: 4 }), Some(SINCE));
            match method(class, "find_module").and_then(|function| find_spec(file, code, function)) {
                Some(changes) => {
                    let edits = changes.into_iter().map(|new| file.edit(new.range, new.content)).collect();
                    draft.unsafe_fix("Add `find_spec`, which asks `find_module`", LOADED, edits).emit();
                }
                None => draft.emit(),
            }
        }
    }
}

const LOADED: &str = "`load_module` still loads the modules, until Python 3.15";

/// `find_spec` behind `find_module`, as Python 3.4 to 3.11 came by a spec from such a finder.
fn find_spec(file: &File<'_>, code: &Code<'_>, function: &StmtFunctionDef) -> Option<Vec<Change>> {
    let parameters = &function.parameters;
    let positional: Vec<&str> =
        parameters.posonlyargs.iter().chain(&parameters.args).map(|one| one.name().as_str()).collect();
    let [owner, name, path] = &positional[..] else { return None };
    let decorator = match &function.decorator_list[..] {
        [] => None,
        [Decorator { expression: Expr::Name(name), .. }] if name.id.as_str() == "classmethod" => {
            Some("@classmethod")
        }
        _ => return None,
    };
    if function.is_async || parameters.kwonlyargs.iter().any(|one| one.default.is_none()) {
        return None;
    }
    let text = &code.document.text;
    let indent = imports::indentation(text, function.range())?;
    let end = imports::end_of_line(text, function.end())?;
    let step = if indent.ends_with('\t') { "\t" } else { "    " };
    let at = At { place: end, beside: None };
    // Python 2 has no `importlib.util`, and does not ask `find_spec`.
    let (maker, import, local) = if file.keeps_python2().is_none() {
        let spelling = spell::name(code, "importlib.util.spec_from_loader", at)?;
        let import = spelling.insertion(code, at)?;
        (spelling.text, import, None)
    } else {
        ("spec_from_loader".to_owned(), None, Some("from importlib.util import spec_from_loader"))
    };
    let definition = format!("def find_spec({owner}, {name}, {path}=None, target=None):");
    let asks = format!("{step}loader = {owner}.find_module({name}, {path})");
    let made = format!("{step}return {maker}({name}, loader)");
    let local = local.map(|line| format!("{step}{line}"));
    let (test, none) = (format!("{step}if loader is None:"), format!("{step}{step}return None"));
    let lines =
        [decorator, Some(&definition), local.as_deref(), Some(&asks), Some(&test), Some(&none), Some(&made)];
    let mut added = String::from("\n");
    for line in lines.into_iter().flatten() {
        added += &format!("\n{indent}{line}");
    }
    Some(import.into_iter().chain([Change::new(TextRange::empty(end), added)]).collect())
}

/// The method by which a class was asked, and whether it is for one path.
fn finder<'a>(code: &Code<'a>, class: &'a StmtClassDef) -> Option<(&'static str, bool)> {
    let lineage = lineage(code, class)?;
    let has = |name: &str| lineage.iter().any(|class| defines(class, name));
    if has("find_spec") || has("__getattr__") {
        return None;
    }
    if has("find_module") {
        return Some(("find_module", false));
    }
    has("find_loader").then_some(("find_loader", true))
}

/// A class and the classes of the file that it derives from; `None` if it
/// derives from others that may have `find_spec`.
fn lineage<'a>(code: &Code<'a>, class: &'a StmtClassDef) -> Option<Vec<&'a StmtClassDef>> {
    const BARE: &[&str] = &[
        "object",
        "importlib.abc.MetaPathFinder",
        "importlib.abc.PathEntryFinder",
        "importlib.abc.Finder",
        "importlib.abc.Loader",
    ];
    let mut lineage = vec![class];
    let mut at = 0;
    while let Some(class) = lineage.get(at).copied() {
        for base in class.bases() {
            match class_of(code, base) {
                Some(own) if lineage.len() < 16 => lineage.push(own),
                _ => {
                    named(code, base, BARE)?;
                }
            }
        }
        at += 1;
    }
    Some(lineage)
}

/// `find_module(self, fullname, path=None)`, together with `load_module`.
fn looks_like_finder(class: &StmtClassDef, finder: &str) -> bool {
    let Some(function) = method(class, finder) else { return false };
    let names: Vec<&str> =
        function.parameters.iter().skip(1).map(|parameter| parameter.name().as_str()).collect();
    matches!(
        names[..],
        ["fullname" | "name" | "module_name" | "fullName"] | [_, "path" | "_path" | "module_path"]
    ) && method(class, "load_module").is_some()
}

/// Classes that Python is told to ask.
struct Registered<'c, 'a> {
    code: &'c Code<'a>,
    /// With the places that tell it.
    classes: Vec<(&'a StmtClassDef, TextRange)>,
    /// Those that may be told of on other Pythons alone.
    undecided: Vec<&'a StmtClassDef>,
    /// The place that tells it.
    site: TextRange,
    /// Where the function around begins.
    function: Option<TextSize>,
}

const LISTS: &[&str] = &["sys.meta_path", "sys.path_hooks"];

impl<'a> Registered<'_, 'a> {
    /// `sys.meta_path.append(…)`.
    fn call(&mut self, call: &'a ExprCall) {
        let Expr::Attribute(attribute) = &*call.func else { return };
        if matches!(attribute.attr.as_str(), "append" | "insert" | "extend")
            && named(self.code, &attribute.value, LISTS).is_some()
        {
            self.site = call.range();
            call.arguments.args.iter().for_each(|value| self.add(value));
        }
    }

    fn push(&mut self, class: Option<&'a StmtClassDef>) {
        // `if PY3: return`, by a name that another module gives.
        let before =
            self.function.map(|start| &self.code.document.text[TextRange::new(start, self.site.start())]);
        if before.is_some_and(|text| text.contains("PY3") || text.contains("PY2")) {
            self.undecided.extend(class);
            return;
        }
        self.classes.extend(class.map(|class| (class, self.site)));
    }

    fn add(&mut self, value: &'a Expr) {
        match value {
            Expr::Call(call) => self.push(class_of(self.code, &call.func)),
            Expr::List(list) => list.elts.iter().for_each(|value| self.add(value)),
            Expr::BinOp(operation) => {
                self.add(&operation.left);
                self.add(&operation.right);
            }
            Expr::Name(name) if name.id.as_str() == "self" => {
                self.push(self.code.names().class_around(name.start()));
            }
            Expr::Name(name) => match self.code.names().only_binding(name) {
                Some(BindingKind::Class(class)) => self.push(Some(class)),
                Some(BindingKind::Assignment(value @ Expr::Call(_))) => self.add(value),
                _ => {}
            },
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Registered<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Assign(assign) if assign.targets.iter().any(|target| is_list(self.code, target)) => {
                self.site = stmt.range();
                self.add(&assign.value);
            }
            Stmt::AugAssign(assign) if is_list(self.code, &assign.target) => {
                self.site = stmt.range();
                self.add(&assign.value);
            }
            _ => {}
        }
        let outer = self.function;
        if let Stmt::FunctionDef(function) = stmt {
            self.function = Some(function.start());
        }
        visitor::walk_stmt(self, stmt);
        self.function = outer;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}

/// `sys.meta_path`, `sys.meta_path[:0]`.
fn is_list<'a>(code: &Code<'a>, target: &'a Expr) -> bool {
    let list = if let Expr::Subscript(part) = target { &*part.value } else { target };
    named(code, list, LISTS).is_some()
}
