//! `f_locals` of a frame, used as the dictionary that it no longer is.
//!
//! ## What it finds
//! `frame.f_locals` of functions, directly or by a variable: `pop`, `popitem`,
//! `clear`, `del`, `update` with pairs or keywords, `copy.copy`, `pickle` and
//! `json`, use where a real dictionary is demanded (`eval(code, f_locals)`,
//! `type(name, bases, f_locals)`), tests for `dict` and for identity, set
//! operations on its keys, writes that now reach the variables, and
//! `PyFrame_LocalsToFast`. Frames come from `sys._getframe`, `inspect`,
//! tracebacks, generators, or a value whose type is known. Reading is silent,
//! and so is the frame of the module or class that the code stands in.
//!
//! ## Why
//! Since [Python 3.13](https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals)
//! `f_locals` of a function is a proxy: writes go through to the variables,
//! nothing can be removed, and it is no `dict`
//! ([PEP 667](https://peps.python.org/pep-0667/#the-frame-f-locals-proxy)).
//!
//! ## Example
//! ```python
//! import copy
//! import sys
//!
//! def variables():
//!     return copy.copy(sys._getframe(1).f_locals)
//! ```
//! Use instead:
//! ```python
//! import sys
//!
//! def variables():
//!     return dict(sys._getframe(1).f_locals)
//! ```
//!
//! ## Fix safety
//! Safe where a copy is what was wanted anyway: `copy.copy`, `pickle`, `json`,
//! the namespace of a class. Unsafe for `eval` and `exec`, where what the code
//! binds would land in the copy. Only shown for `update` with pairs, which would
//! change the variables themselves.

use ruff_python_ast::Expr;
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::locals::{Deed, Of, Touch, touches};
use crate::python::names::{BindingKind, range_of};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: FrameLocals = FrameLocals;

/// Reports what a frame's variables are no longer good for.
pub struct FrameLocals;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals";

impl Rule for FrameLocals {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["frame.f_locals", "PyFrame_LocalsToFast"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["f_locals", "getargvalues", "PyFrame_LocalsToFast"].map(Trigger::Word).to_vec()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
            return;
        }
        for touch in touches(code) {
            // In a module or a class the own frame has the real dictionary.
            if touch.of == Of::Own && touch.within.is_none() {
                continue;
            }
            let Some((severity, confidence)) = grade(code, &touch) else { continue };
            let (message, help, fault) = told(&touch);
            if reach(code, touch.range, fault) != Reach::Live {
                continue;
            }
            let symbol = match touch.deed {
                Deed::Flushed => "PyFrame_LocalsToFast",
                _ => "frame.f_locals",
            };
            let draft = sink
                .finding(symbol, touch.range, message)
                .severity(severity)
                .confidence(confidence)
                .url(SOURCE)
                .help(help);
            let copied = || "Make a dictionary of it".to_owned();
            match repair(file, code, &touch) {
                Some((edits, Some(reason))) if matches!(touch.deed, Deed::Pairs) => {
                    draft.display_fix(copied(), reason, edits).emit();
                }
                Some((edits, None)) => draft.safe_fix(copied(), edits).emit(),
                Some((edits, Some(reason))) => draft.unsafe_fix(copied(), reason, edits).emit(),
                None => draft.emit(),
            }
        }
    }
}

/// How bad it is; `None` where nothing changed.
fn grade(code: &Code<'_>, touch: &Touch<'_>) -> Option<(Severity, Confidence)> {
    let confidence = match touch.of {
        Of::Own => Confidence::Certain,
        // A frame of a module or a class would still do.
        Of::Caller | Of::Other | Of::Named => Confidence::Likely,
        Of::Unknown => Confidence::Possible,
    };
    Some(match &touch.deed {
        Deed::Flushed => (Severity::Warning, Confidence::Certain),
        Deed::Typed | Deed::Identity => (Severity::Warning, confidence),
        Deed::Written(name) => match (touch.of, name) {
            (Of::Own, Some(name)) => {
                // Names that are no variables are kept apart, as ever.
                let body = touch.within?;
                code.names().is_variable(name, body).then_some((Severity::Warning, Confidence::Certain))?
            }
            (Of::Own, None) => (Severity::Warning, Confidence::Likely),
            // Mostly meant for a class or a module, whose names are a real dictionary.
            _ => {
                let called = touch.within.and_then(|body| is_called_in_function(code, body));
                let confidence = match called {
                    Some(true) if touch.of == Of::Caller => Confidence::Likely,
                    Some(true) => Confidence::Possible,
                    Some(false) => return None,
                    None => Confidence::Possible,
                };
                (Severity::Warning, confidence)
            }
        },
        _ if touch.of == Of::Unknown => (Severity::Warning, confidence),
        _ => (Severity::Error, confidence),
    })
}

/// Whether another function of the file calls the one with this body; `None`
/// if nothing here calls it.
fn is_called_in_function(code: &Code<'_>, body: TextRange) -> Option<bool> {
    let names = code.names();
    let is_it = |kind: BindingKind<'_>| match kind {
        BindingKind::Function(function) => range_of(&function.body) == body,
        _ => false,
    };
    let (id, _) = names.bindings().find(|(_, binding)| is_it(binding.kind))?;
    let calls = names.references_to(id);
    (!calls.is_empty()).then(|| calls.iter().any(|name| names.is_in_function(name.range().start())))
}

/// What happens, the way out, and the fault that code around it may expect.
fn told(touch: &Touch<'_>) -> (String, &'static str, Fault) {
    const COPY: &str = "Make a dictionary of it: `dict(frame.f_locals)`";
    match &touch.deed {
        Deed::Method(name) => (
            format!("`f_locals` of a function has no `{name}` since Python 3.13: nothing can be removed from it"),
            COPY,
            Fault::Attribute,
        ),
        Deed::Delete => (
            "Nothing can be deleted from `f_locals` of a function since Python 3.13: `TypeError`".to_owned(),
            COPY,
            Fault::Call,
        ),
        Deed::Pairs => (
            "`f_locals.update` takes one mapping only since Python 3.13: `TypeError`".to_owned(),
            "Hand over a dictionary",
            Fault::Call,
        ),
        Deed::Copied(function) => (
            format!("`{function}` fails on `f_locals` of a function since Python 3.13: it is a proxy, no dictionary"),
            COPY,
            Fault::Call,
        ),
        Deed::Demanded(function) => {
            let function = function.trim_start_matches("builtins.");
            let message =
                format!("`{function}` takes a real dictionary here, and `f_locals` of a function is none since Python 3.13");
            (message, COPY, Fault::Call)
        }
        Deed::Typed => (
            "`f_locals` of a function is no `dict` since Python 3.13, but a proxy: the test fails".to_owned(),
            "Test for `collections.abc.Mapping`",
            Fault::Call,
        ),
        Deed::Identity => (
            "`f_locals` of a function is a new object each time since Python 3.13: never identical".to_owned(),
            "Compare the contents, with `==`, or the frames",
            Fault::Call,
        ),
        Deed::KeySet => (
            "The keys of `f_locals` are a list since Python 3.13, which knows no set operations: `TypeError`".to_owned(),
            "Make a set of them: `set(frame.f_locals)`",
            Fault::Call,
        ),
        Deed::Written(_) => (
            "A write to `f_locals` changes the variable itself since Python 3.13; it used to be lost".to_owned(),
            "Write to a copy, `dict(frame.f_locals)`, if the variable shall stay as it is",
            Fault::Call,
        ),
        Deed::Flushed => (
            "`PyFrame_LocalsToFast` does nothing since Python 3.13: writes to `f_locals` reach the variables by themselves"
                .to_owned(),
            "Leave the call out from Python 3.13 on",
            Fault::Attribute,
        ),
    }
}

/// The edits, and why they are not safe.
fn repair(file: &File<'_>, code: &Code<'_>, touch: &Touch<'_>) -> Option<(Vec<Edit>, Option<&'static str>)> {
    let wrap = |range: TextRange, around: &str| {
        vec![
            file.edit(TextRange::empty(range.start()), format!("{around}(")),
            file.edit(TextRange::empty(range.end()), ")"),
        ]
    };
    let dict = code.names().module_bindings("dict").is_empty();
    match &touch.deed {
        _ if !dict => None,
        Deed::Copied(function) if function == "copy.copy" => {
            let call = touch.call?;
            let function = call.func.range();
            (call.arguments.len() == 1).then(|| (vec![file.edit(function, "dict")], None))
        }
        Deed::Copied(_) => Some((wrap(touch.mapping.range(), "dict"), None)),
        Deed::Demanded(function) if function == "builtins.type" => {
            Some((wrap(touch.mapping.range(), "dict"), None))
        }
        Deed::Demanded(function) if function.ends_with("eval") || function.ends_with("exec") => Some((
            wrap(touch.mapping.range(), "dict"),
            Some("what the code binds lands in the copy, not in the frame"),
        )),
        Deed::Pairs => {
            let call = touch.call?;
            let [pairs] = &call.arguments.args[..] else { return None };
            // Brackets of a generator may be those of the call.
            let plain = call.arguments.keywords.is_empty() && !matches!(pairs, Expr::Generator(_));
            plain.then(|| (wrap(pairs.range(), "dict"), Some("the variables themselves would change")))
        }
        _ => None,
    }
}
