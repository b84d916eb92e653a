//! A default of a dataclass that Python refuses since 3.11.
//!
//! ## What it finds
//! Fields of dataclasses whose default is an object that cannot be hashed: of another dataclass
//! that is neither frozen nor has a `__hash__`, of a class with `__eq__` and no
//! `__hash__`, a `bytearray`, a `collections.deque`.
//!
//! ## Why
//! All objects of the dataclass share such a default, so that a change of one
//! is a change of all. [Python 3.11 and later refuse it](https://docs.python.org/3/whatsnew/3.11.html#dataclasses)
//! with `ValueError: mutable default` when the class is made, before only `list`,
//! `dict` and `set` were refused.
//!
//! ## Example
//! ```python
//! from dataclasses import dataclass
//!
//! @dataclass
//! class Optimizer:
//!     rate: float = 0.1
//!
//! @dataclass
//! class Config:
//!     optimizer: Optimizer = Optimizer()
//!
//! print(Config())
//! ```
//! Use instead:
//! ```python
//! from dataclasses import dataclass, field
//!
//! @dataclass
//! class Optimizer:
//!     rate: float = 0.1
//!
//! @dataclass
//! class Config:
//!     optimizer: Optimizer = field(default_factory=Optimizer)
//!
//! print(Config())
//! ```
//!
//! ## Fix safety
//! The default is made anew for each object. That is unsafe: something may
//! rely on all objects sharing one.

use ruff_python_ast::{Expr, ExprCall, Stmt, StmtAnnAssign, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::edit::spell::{self, At};
use crate::finding::{Applicability, Edit, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, is_dead_module, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::defined::{self, class_of, decorator, defines};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: UnhashableDefault = UnhashableDefault;

/// Reports defaults that are refused.
pub struct UnhashableDefault;

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 11 };

const DATACLASS: &[&str] = &["dataclasses.dataclass"];

impl Rule for UnhashableDefault {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["dataclasses.field(default)"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Name { home: "dataclasses", name: "dataclass", argument: None }]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < SINCE {
            return;
        }
        for class in defined::all(code) {
            if decorator(code, &class.decorator_list, DATACLASS).is_none() {
                continue;
            }
            for stmt in &class.body {
                let Stmt::AnnAssign(field) = stmt else { continue };
                let Some((made, call)) = default(code, field) else { continue };
                let Some(name) = unhashable(code, call) else { continue };
                if reach(code, call.range(), Fault::Call) != Reach::Live || is_dead_module(code) {
                    continue;
                }
                let message = format!(
                    "Python 3.11 and later refuse this class: its default, of class `{name}`, cannot be hashed"
                );
                let draft = sink
                    .finding("dataclasses.field(default)", call.range(), message)
                    .severity(Severity::Error)
                    .help("Use `field(default_factory=…)`")
                    .url("https://docs.python.org/3/library/dataclasses.html#mutable-default-values");
                match repair(file, code, made, call) {
                    Some(edits) => {
                        let reason = "objects no longer share the default, and something may rely on it";
                        draft.unsafe_fix("Make the default anew for each object", reason, edits).emit();
                    }
                    None => draft.emit(),
                }
            }
        }
    }
}

/// What makes a default.
enum Made {
    /// The value itself.
    Plain,
    /// `field(default=…)`: the place of the argument.
    Field(TextRange),
}

/// The call that makes the default of a field.
fn default<'a>(code: &Code<'a>, field: &'a StmtAnnAssign) -> Option<(Made, &'a ExprCall)> {
    let annotation = &code.document.text[field.annotation.range()];
    if annotation.contains("ClassVar") || annotation.contains("InitVar") {
        return None;
    }
    let Expr::Call(call) = field.value.as_deref()? else { return None };
    if named(code, &call.func, &["dataclasses.field"]).is_none() {
        return Some((Made::Plain, call));
    }
    let default = call.arguments.find_keyword("default")?;
    let Expr::Call(made) = &default.value else { return None };
    Some((Made::Field(default.range()), made))
}

/// The name of the class of an object that cannot be hashed.
fn unhashable<'a>(code: &Code<'a>, call: &'a ExprCall) -> Option<String> {
    const STANDARD: &[&str] =
        &["bytearray", "collections.deque", "collections.UserList", "collections.UserDict"];
    if let Some((name, confidence)) = named(code, &call.func, STANDARD) {
        let sure = confidence == crate::finding::Confidence::Certain;
        return sure.then(|| name.to_owned());
    }
    let class = class_of(code, &call.func)?;
    is_unhashable(code, class, 8)?.then(|| class.name.to_string())
}

/// Whether objects of a class of the file cannot be hashed; `None` if there is
/// no telling.
fn is_unhashable<'a>(code: &Code<'a>, class: &'a StmtClassDef, depth: u32) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    if let Some(value) = hash_in(class) {
        return Some(value);
    }
    if defines(class, "__hash__") || has_metaclass(class) || defines(class, "__new__") {
        return Some(false);
    }
    let decorators = &class.decorator_list[..];
    if let Some(dataclass) = decorator(code, decorators, DATACLASS) {
        let Expr::Call(call) = &dataclass.expression else { return Some(true) };
        let is = |name: &str, value: bool| {
            call.arguments.find_keyword(name).is_some_and(
                |keyword| !matches!(&keyword.value, Expr::BooleanLiteral(literal) if literal.value != value),
            )
        };
        let hashable = is("frozen", true) || is("unsafe_hash", true);
        if hashable || call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none()) {
            return Some(false);
        }
        if !is("eq", false) {
            return Some(true);
        }
    } else if !decorators.is_empty() {
        return None;
    }
    if defines(class, "__eq__") {
        return Some(true);
    }
    // The first base that says something decides.
    class
        .bases()
        .iter()
        .find_map(|base| is_unhashable(code, class_of(code, base)?, depth))
        .filter(|_| class.bases().len() == 1)
}

/// `__hash__ = None`.
fn hash_in(class: &StmtClassDef) -> Option<bool> {
    class.body.iter().find_map(|stmt| {
        let Stmt::Assign(assign) = stmt else { return None };
        let [Expr::Name(target)] = &assign.targets[..] else { return None };
        (target.id.as_str() == "__hash__").then(|| assign.value.is_none_literal_expr())
    })
}

fn has_metaclass(class: &StmtClassDef) -> bool {
    class.arguments.as_ref().is_some_and(|arguments| !arguments.keywords.is_empty())
}

/// `field(default_factory=…)` in place of the default.
fn repair(file: &File<'_>, code: &Code<'_>, made: Made, call: &ExprCall) -> Option<Vec<Edit>> {
    let text = &file.document.text;
    let plain = call.arguments.is_empty() && !text[call.range()].contains('#');
    let factory = match plain {
        true => text[call.func.range()].to_owned(),
        false => format!("lambda: {}", &text[call.range()]),
    };
    match made {
        Made::Field(place) => Some(vec![file.edit(place, format!("default_factory={factory}"))]),
        Made::Plain => {
            let at = At { place: call.start(), beside: dataclass_import(code) };
            let field = spell::name(code, "dataclasses.field", at)?;
            let import = field.insertion(code, at)?;
            let mut edits =
                vec![file.edit(call.range(), format!("{}(default_factory={factory})", field.text))];
            edits.extend(import.map(|change| file.edit(change.range, change.content)));
            Some(edits)
        }
    }
}

/// The import that brings `dataclass`, beside which `field` goes.
fn dataclass_import(code: &Code<'_>) -> Option<TextRange> {
    let [id] = code.names().module_bindings("dataclass")[..] else { return None };
    spell::statement_of(code, id)
}
