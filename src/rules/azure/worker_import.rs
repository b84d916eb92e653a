//! `azure_functions_worker`, the worker of Azure Functions, cannot be imported on
//! Python 3.13.
//!
//! ## What it finds
//! Imports of `azure_functions_worker` or of something in it, unless the project
//! has a module of that name, requires the package `azure-functions-worker`, or
//! expects the import to fail.
//!
//! ## Why
//! Some code reaches into the worker: it replaces parts of the dispatcher, or its
//! tests take the worker's own types. With Python 3.13 the
//! [worker became another program](https://github.com/Azure/azure-functions-python-worker/tree/dev/workers),
//! of which the modules are `proxy_worker` and `azure_functions_runtime` (or
//! `azure_functions_runtime_v1`): `ModuleNotFoundError`.
//!
//! ## Example
//! ```python
//! from azure_functions_worker.bindings import datumdef
//! ```
//! Use instead what the public types offer:
//! ```python
//! import azure.functions as func
//!
//! req = func.HttpRequest(method="GET", url="/api/hello", body=b"")
//! ```
//!
//! ## Fix safety
//! There is no fix: the modules that took its place are arranged otherwise.

use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::Group;
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::{BindingKind, member_of};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: WorkerImport = WorkerImport;

/// Reports imports of the worker.
pub struct WorkerImport;

const MODULE: &str = "azure_functions_worker";

const URL: &str = "https://github.com/Azure/azure-functions-python-worker/tree/dev/workers";

impl Rule for WorkerImport {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &[MODULE]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Module(MODULE)]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
            return;
        }
        let mut reported: Option<TextRange> = None;
        for (_, binding) in code.names().bindings() {
            let (statement, dotted, place) = match binding.kind {
                BindingKind::Import(import, alias) => (import.range(), alias.name.to_string(), alias.range()),
                BindingKind::From(import, alias) => {
                    let module = import.module.as_ref().map_or(alias.range(), Ranged::range);
                    (import.range(), member_of(import, alias), module)
                }
                _ => continue,
            };
            let inside = dotted.strip_prefix(MODULE);
            let is_worker = inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            // One statement fails once.
            if is_worker && reported != Some(statement) && is_missing(file, code, place) {
                reported = Some(statement);
                report(place, sink);
            }
        }
    }
}

fn is_missing(file: &File<'_>, code: &Code<'_>, place: TextRange) -> bool {
    let (project, path) = (file.project, &file.document.path);
    reach(code, place, Fault::Import) == Reach::Live
        && !project.has_module(path, MODULE)
        && !project.requires(path, MODULE)
}

fn report(place: TextRange, sink: &mut Sink<'_>) {
    let message = "`azure_functions_worker` is not there on Python 3.13, for which Azure Functions has another worker: `ModuleNotFoundError`";
    sink.finding(MODULE, place, message)
        .help("Use what `azure.functions` offers; the insides of the worker are now `proxy_worker` and `azure_functions_runtime`.")
        .url(URL)
        .versions(None, Some(PythonVersion::PY313))
        .emit();
}
