//! An `async` function of a function app starts an event loop inside the one
//! that runs it.
//!
//! ## What it finds
//! Directly in `async` functions of Python function apps: `asyncio.run(…)`,
//! `loop.run_until_complete(…)`, and `AsgiMiddleware(app).handle(…)`, which does
//! the same inside. Tests, and calls whose error is caught, are left alone.
//!
//! ## Why
//! A loop cannot run while another one runs in the same thread:
//! [`RuntimeError`](https://docs.python.org/3/library/asyncio-runner.html#asyncio.run).
//! `nest_asyncio` made it possible, and
//! [cannot patch](https://github.com/erdewit/nest_asyncio/issues/53) the loop on
//! which Azure Functions run from Python 3.13 on. Without the patch the error surfaces.
//!
//! ## Example
//! ```python
//! import azure.functions as func
//!
//! async def main(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
//!     return func.AsgiMiddleware(app).handle(req, context)
//! ```
//! Use instead:
//! ```python
//! import azure.functions as func
//!
//! async def main(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
//!     return await func.AsgiMiddleware(app).handle_async(req, context)
//! ```
//!
//! ## Fix safety
//! Unsafe: `handle_async` needs `azure-functions` 1.13 or later. For the others
//! there is no fix: what they run must be awaited, and its errors and results
//! handed on.

use ruff_text_size::Ranged;

use crate::azure::apps::runs_in_app;
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::loops::{HANDLE, Nested};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: NestedLoop = NestedLoop;

/// Reports loops that are started inside the running one.
pub struct NestedLoop;

const SYMBOLS: &[&str] = &["asyncio.run", "asyncio.loop.run_until_complete", HANDLE];

const URL: &str = "https://docs.python.org/3/library/asyncio-runner.html#asyncio.run";

impl Rule for NestedLoop {
    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Unsafe), kinds: &[Kind::Python] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        SYMBOLS
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![
            Trigger::Member { home: Some("asyncio"), name: "run", argument: Some("async") },
            Trigger::Member { home: None, name: "run_until_complete", argument: Some("async") },
            Trigger::Name { home: "azure.functions", name: "AsgiMiddleware", argument: Some("async") },
        ]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 || !runs_in_app(code) {
            return;
        }
        for nested in Nested::all(code) {
            if reach(code, nested.call.range(), Fault::Value) == Reach::Live {
                report(file, code, &nested, sink);
            }
        }
    }
}

fn report(file: &File<'_>, code: &Code<'_>, nested: &Nested<'_>, sink: &mut Sink<'_>) {
    let name = nested.symbol.rsplit('.').next().unwrap_or_default();
    let message = format!(
        "`{name}` starts an event loop inside the one that runs this function: `RuntimeError`, for nothing can patch the loop of Azure Functions on Python 3.13"
    );
    let help = match nested.symbol {
        HANDLE => "Write `await AsgiMiddleware(app).handle_async(req, context)`.",
        _ => "Await what it runs.",
    };
    let draft = sink
        .finding(nested.symbol, nested.call.func.range(), message)
        .severity(Severity::Warning)
        .confidence(Confidence::Likely)
        .help(help)
        .url(URL);
    match nested.awaited(code) {
        Some(changes) => draft
            .unsafe_fix(
                "Await `handle_async`",
                "`handle_async` needs `azure-functions` 1.13 or later",
                changes.into_iter().map(|change| file.edit(change.range, change.content)).collect(),
            )
            .emit(),
        None => draft.emit(),
    }
}
