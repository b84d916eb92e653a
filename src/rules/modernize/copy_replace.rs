//! A changed copy that `copy.replace` makes.
//!
//! ## What it finds
//! `point._replace(x=1)` of named tuples and `dataclasses.replace(point, x=1)`,
//! where the oldest Python of the project is 3.13 or later.
//!
//! ## Why
//! [`copy.replace`](https://docs.python.org/3/library/copy.html#copy.replace),
//! new in Python 3.13, makes the changed copy of named tuples, data classes, dates
//! and times, signatures, code objects, and whatever defines `__replace__`. Code
//! that calls it need not know which of them it has, nor call a method that looks
//! private.
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! from typing import NamedTuple
//!
//!
//! class Point(NamedTuple):
//!     x: int
//!     y: int
//!
//!
//! print(Point(1, 2)._replace(x=3))
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! import copy
//! from typing import NamedTuple
//!
//!
//! class Point(NamedTuple):
//!     x: int
//!     y: int
//!
//!
//! print(copy.replace(Point(1, 2), x=3))
//! ```
//!
//! ## Fix safety
//! Safe where types tell that the object is a named tuple, or of a class without a
//! `__replace__` of its own. Otherwise unsafe.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::edit::Change;
use crate::edit::spell::{self, At};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::mentions::{calls, mentions};
use crate::python::names::BindingKind;
use crate::python::types::Class;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: CopyReplace = CopyReplace;

/// Reports changed copies that `copy.replace` makes.
pub struct CopyReplace;

const SOURCE: &str = "https://docs.python.org/3/library/copy.html#copy.replace";
const METHOD: &str = "_replace";

impl Rule for CopyReplace {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Modernize,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![
            Trigger::Member { home: None, name: METHOD, argument: None },
            Trigger::Name { home: "dataclasses", name: "replace", argument: None },
        ]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() < PythonVersion::PY313 {
            return;
        }
        for mention in mentions(code, &["dataclasses.replace"]) {
            let Some(call) = mention.call.filter(|call| takes_one(call, 1)) else { continue };
            let known = is_known(code, call.arguments.args[0].range(), "__replace__", |_| true);
            let changes = respelled(code, mention.expr.range(), String::new());
            let found = Found { call, what: "dataclasses.replace", known, confidence: Confidence::Certain };
            report(file, &found, changes, sink);
        }
        let own = code
            .names()
            .bindings()
            .any(|(_, binding)| matches!(binding.kind, BindingKind::Function(_)) && binding.name == METHOD);
        for call in calls(code.module.body()) {
            let Expr::Attribute(attribute) = &*call.func else { continue };
            if attribute.attr.as_str() != METHOD || !takes_one(call, 0) {
                continue;
            }
            // A class that does not define the method can only be a named tuple.
            let is_tuple = |class: &Class| class.defined_by.is_none();
            let known = is_known(code, attribute.value.range(), METHOD, is_tuple);
            if own && !known {
                continue;
            }
            let confidence = if known { Confidence::Certain } else { Confidence::Likely };
            let text = &file.document.text;
            let receiver = &text[TextRange::new(call.start(), attribute.attr.start())];
            let receiver =
                receiver.trim_end().trim_end_matches('.').trim_end().trim_end_matches('\\').trim_end();
            let open = call.arguments.range.start() + TextSize::new(1);
            let changes = if receiver.contains('#') {
                None
            } else {
                let blank = if text[open.to_usize()..].starts_with(char::is_whitespace) { "" } else { " " };
                respelled(code, TextRange::new(call.start(), open), format!("({receiver},{blank}"))
            };
            report(file, &Found { call, what: METHOD, known, confidence }, changes, sink);
        }
    }
}

struct Found<'a> {
    call: &'a ExprCall,
    what: &'static str,
    known: bool,
    confidence: Confidence,
}

fn report(file: &File<'_>, found: &Found<'_>, changes: Option<Vec<Change>>, sink: &mut Sink<'_>) {
    let message = format!("since Python 3.13 `copy.replace` makes what `{}` makes here", found.what);
    let draft = sink
        .finding(found.what, found.call.func.range(), message)
        .severity(Severity::Info)
        .confidence(found.confidence)
        .url(SOURCE)
        .help("Call `copy.replace(object, name=value)`");
    let Some(changes) = changes else { return draft.emit() };
    let edits = changes.into_iter().map(|change| file.edit(change.range, change.content)).collect();
    if found.known {
        draft.safe_fix("Call `copy.replace`", edits).emit();
    } else {
        let reason =
            "the object may be of a class that does not define `__replace__` or means something else by it";
        draft.unsafe_fix("Call `copy.replace`", reason, edits).emit();
    }
}

/// Whether a call has so many arguments by place, and at least one by name.
fn takes_one(call: &ExprCall, count: usize) -> bool {
    let arguments = &call.arguments;
    let plain = arguments.args.iter().all(|argument| !argument.is_starred_expr());
    plain && arguments.args.len() == count && !arguments.keywords.is_empty()
}

/// Whether all classes that a value may have satisfy the condition, and none of
/// the project's defines the method.
fn is_known(code: &Code<'_>, receiver: TextRange, method: &str, is: impl Fn(&Class) -> bool) -> bool {
    let Some(types) = code.types else { return false };
    let owners = types.owners(code.document, receiver, method);
    let standard = |class: &Class| class.defined_by.is_none_or(|at| class.standard.get(at) == Some(&true));
    let fits = |class: &Class| class.instance && !class.open && standard(class) && is(class);
    !owners.unknown
        && !owners.classes.is_empty()
        && owners.modules.is_empty()
        && owners.functions.is_empty()
        && owners.classes.iter().all(fits)
}

/// Writes `copy.replace` and what follows in the place of something.
fn respelled(code: &Code<'_>, range: TextRange, follows: String) -> Option<Vec<Change>> {
    let at = At { place: range.start(), beside: None };
    let spelling = spell::name(code, "copy.replace", at)?;
    let import = spelling.insertion(code, at)?;
    let change = Change::new(range, spelling.text + &follows);
    Some(import.into_iter().chain([change]).collect())
}
