//! An argument that a function of the standard library no longer accepts.
//!
//! ## What it finds
//! Calls that pass a parameter which was removed, renamed, or became keyword-
//! or positional-only, by keyword or by position, also through
//! `functools.partial` and a literal `**{…}`. Methods are known by the class
//! of their object, which is inferred across the files of the project.
//!
//! ## Why
//! The call fails with `TypeError`. What was removed when is in
//! [What's New in Python](https://docs.python.org/3/whatsnew/index.html).
//!
//! ## Example
//! ```python
//! import asyncio
//!
//! async def wait(loop):
//!     await asyncio.sleep(1, loop=loop)
//! ```
//! Use instead:
//! ```python
//! import asyncio
//!
//! async def wait(loop):
//!     await asyncio.sleep(1)
//! ```
//!
//! ## Fix safety
//! An argument is left out, renamed or passed in the form that is still
//! accepted where that keeps the meaning: safe. It is unsafe where the meaning
//! depends on the value, or where evaluating the argument may do something;
//! the reason is printed.

use crate::catalogue::{self, Form};
use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::uses::{Use, UseForm};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::api;

/// The rule.
pub static RULE: RemovedParameter = RemovedParameter;

/// Reports arguments that are refused.
pub struct RemovedParameter;

impl Rule for RemovedParameter {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Stdlib,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        api::triggers(|fact| {
            fact.name.removed.is_some() && fact.name.kind == Some(catalogue::Kind::Parameter)
        })
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for one in code.uses() {
            let name = one.fact.name;
            let Some(removed) = name.removed.filter(|removed| *removed <= code.target) else { continue };
            if name.kind == Some(catalogue::Kind::Parameter) {
                let message = format!("{}, since Python {removed}", refusal(one));
                api::report(file, code, one, Severity::Error, message, sink);
            }
        }
    }
}

/// What the callable refuses.
fn refusal(one: &Use<'_>) -> String {
    let name = one.fact.name;
    let callable = format!("{}.{}", one.fact.module.name, name.callable());
    let parameter = name.parameter().unwrap_or_default();
    match (name.form, one.form) {
        (Some(Form::Keyword), _) => format!("`{callable}` accepts `{parameter}` by position only"),
        (Some(Form::Positional), _) => format!("`{callable}` accepts `{parameter}` by keyword only"),
        (None, UseForm::Positional(..)) => {
            format!("`{callable}` no longer accepts this argument, `{parameter}`")
        }
        (None, _) => format!("`{callable}` no longer accepts `{parameter}`"),
    }
}
