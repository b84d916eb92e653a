//! An Azure Functions worker extension, whose hooks are never called on Python
//! 3.13.
//!
//! ## What it finds
//! - Classes that derive from `azure.functions.AppExtensionBase` or
//!   `FuncExtensionBase`, under whatever name these were imported, and through
//!   other classes of the project, in the same file or in others.
//! - What starts one: `Audit.configure(…)` and `Audit(__file__)`, where another
//!   file of the project defines the extension.
//! - Imports of published extensions: `OpenCensusExtension`
//!   (`opencensus-extension-azure-functions`), `ElasticAPMExtension`
//!   (`elastic-apm`) and `engine_function_extension`.
//!
//! Packages named `azurefunctions-extensions-…` are bindings, not worker
//! extensions, and go on working.
//!
//! ## Why
//! The worker for Python 3.13
//! [does not support extensions](https://learn.microsoft.com/azure/azure-functions/python-313-changes).
//! It fails **silently**: the import, the class, `configure()` and `Audit(__file__)`
//! work as before, no warning is given, and the functions run. Only no hook ever
//! does, so that telemetry, authorisation or set-up in `pre_invocation_app_level`
//! and the like are gone. Nothing but this shows it before production does.
//!
//! ## Example
//! ```python
//! import azure.functions as func
//!
//! class Audit(func.AppExtensionBase):
//!     @classmethod
//!     def pre_invocation_app_level(cls, logger, context, *args, **kwargs):
//!         logger.info("called %s", context.function_name)
//! ```
//! Use instead a decorator around each function. `functools.wraps` hands on the
//! signature, by which the worker tells the bindings, so what is not asked for
//! is not passed:
//! ```python
//! import functools
//! import logging
//!
//! def audited(function):
//!     @functools.wraps(function)
//!     def wrapper(*args, **kwargs):
//!         logging.info("called %s", function.__name__)
//!         return function(*args, **kwargs)
//!     return wrapper
//!
//! @app.route("hello")
//! @audited
//! def hello(req: func.HttpRequest) -> func.HttpResponse:
//!     return func.HttpResponse("Hello")
//! ```
//! For functions that answer HTTP, middleware of a web framework reaches all of
//! them at once:
//! ```python
//! import azure.functions as func
//! from fastapi import FastAPI, Request
//!
//! web = FastAPI()
//!
//! @web.middleware("http")
//! async def audit(request: Request, call_next):
//!     logging.info("called %s", request.url.path)
//!     return await call_next(request)
//!
//! app = func.AsgiFunctionApp(app=web, http_auth_level=func.AuthLevel.FUNCTION)
//! ```
//! A WSGI application goes into `func.WsgiFunctionApp` in the same way, wrapped
//! in a callable that takes `environ` and `start_response`.
//!
//! What `OpenCensusExtension` recorded, the worker sends by itself once
//! `azure-monitor-opentelemetry` is among the requirements and the application
//! settings have `PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY` as `true` and a
//! `APPLICATIONINSIGHTS_CONNECTION_STRING`; for another backend it is
//! `PYTHON_ENABLE_OPENTELEMETRY`. Spans of your own take the place of
//! `context.tracer`:
//! ```python
//! from opentelemetry import trace
//!
//! tracer = trace.get_tracer(__name__)
//!
//! def main(req):
//!     with tracer.start_as_current_span("parent"):
//!         …
//! ```
//!
//! ## Fix safety
//! There is no fix: what the hooks did has to move, and only a person knows
//! where to.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Identifier, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

use crate::azure::apps::is_test;
use crate::azure::extensions::{Extension, extension};
use crate::discover::Kind;
use crate::finding::{Confidence, Group};
use crate::project::function_app::EXTENSION_WORDS;
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::{BindingKind, member_of};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: WorkerExtension = WorkerExtension;

/// Reports definitions and uses of worker extensions.
pub struct WorkerExtension;

const URL: &str = "https://learn.microsoft.com/azure/azure-functions/python-313-changes";

/// A published extension.
struct Published {
    module: &'static str,
    class: &'static str,
    instead: &'static str,
}

const OPENTELEMETRY: &str = "Use `azure-monitor-opentelemetry` with the application setting `PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY`; OpenCensus is no longer maintained.";
const MIDDLEWARE: &str = "Wrap the functions in a decorator, or the app in ASGI or WSGI middleware, or send telemetry with OpenTelemetry.";

const PUBLISHED: &[Published] = &[
    Published {
        module: "opencensus.extension.azure.functions",
        class: "OpenCensusExtension",
        instead: OPENTELEMETRY,
    },
    Published {
        module: "elasticapm.contrib.serverless.azure",
        class: "ElasticAPMExtension",
        instead: MIDDLEWARE,
    },
    Published { module: "engine_function_extension", class: "AppExtension", instead: MIDDLEWARE },
];

/// The methods that the worker up to Python 3.12 calls.
const HOOKS: &[&str] = &[
    "pre_invocation",
    "post_invocation",
    "post_function_load",
    "pre_invocation_app_level",
    "post_invocation_app_level",
    "post_function_load_app_level",
];

/// What starts an extension that another file defines.
const STARTS: [&[u8]; 2] = [b".configure(", b"(__file__)"];

impl Rule for WorkerExtension {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        let modules = PUBLISHED.iter().map(|extension| Trigger::Module(extension.module));
        let words = EXTENSION_WORDS.iter().chain(HOOKS).map(|word| Trigger::Word(word));
        words.chain(modules).chain([Trigger::Module("azure.functions")]).collect()
    }

    fn wakes(&self, _: Kind, text: &[u8]) -> bool {
        let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
        let modules = PUBLISHED.iter().map(|extension| extension.module);
        let words = EXTENSION_WORDS.iter().chain(HOOKS).copied();
        STARTS.into_iter().any(has) || words.chain(modules).any(|word| has(word.as_bytes()))
    }

    fn check_python(&self, _: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 || is_test(code) {
            return;
        }
        for (_, binding) in code.names().bindings() {
            match binding.kind {
                BindingKind::Class(class) => report_class(code, class, sink),
                BindingKind::Import(_, alias) => report_import(code, &alias.name, alias.range(), sink),
                BindingKind::From(import, alias) if import.level == 0 => {
                    report_import(code, &member_of(import, alias), alias.range(), sink);
                }
                _ => {}
            }
        }
        let mut starts = Starts { code, found: Vec::new() };
        if STARTS.into_iter().any(|word| memchr::memmem::find(code.document.text.as_bytes(), word).is_some())
        {
            starts.visit_body(code.module.body());
        }
        for (class, extension) in starts.found {
            report_start(code, class, &extension, sink);
        }
    }
}

fn report_class<'a>(code: &Code<'a>, class: &'a StmtClassDef, sink: &mut Sink<'_>) {
    let Some(found) = class.bases().iter().find_map(|base| extension(code, base)) else { return };
    let Identifier { id, range, .. } = &class.name;
    if reach(code, *range, Fault::Attribute) == Reach::Dead {
        return;
    }
    sink.finding(format!("azure.functions.{}", found.base), *range, message(id))
        .confidence(Confidence::resolved(found.sure))
        .help(OWN)
        .url(URL)
        .emit();
}

/// The way out for extensions of the project's own.
const OWN: &str = "Move what its hooks do into a decorator around the functions, or into ASGI or WSGI middleware; for telemetry use `azure-monitor-opentelemetry`.";

/// Calls that start an extension of another file: the class that they name.
struct Starts<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<(&'a Expr, Extension)>,
}

impl<'a> Starts<'_, 'a> {
    fn started(&self, call: &'a ExprCall) -> Option<(&'a Expr, Extension)> {
        let is_file = |value: &Expr| matches!(value, Expr::Name(name) if name.id.as_str() == "__file__");
        let class = match &*call.func {
            Expr::Attribute(attribute) if attribute.attr.as_str() == "configure" => &*attribute.value,
            class if call.arguments.args.first().is_some_and(is_file) => class,
            _ => return None,
        };
        let found = extension(self.code, class)?;
        found.file.is_some().then_some((class, found))
    }
}

impl<'a> Visitor<'a> for Starts<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.found.extend(self.started(call));
        }
        visitor::walk_expr(self, expr);
    }
}

fn report_start(code: &Code<'_>, class: &Expr, extension: &Extension, sink: &mut Sink<'_>) {
    if reach(code, class.range(), Fault::Attribute) == Reach::Dead {
        return;
    }
    let name = &code.document.text[class.range()];
    let file = extension.file.as_deref().and_then(|file| file.file_name()).unwrap_or_default();
    let message = format!(
        "`{name}`, from `{}`, is an Azure Functions worker extension; on Python 3.13 its hooks are silently never called",
        file.to_string_lossy()
    );
    sink.finding(format!("azure.functions.{}", extension.base), class.range(), message)
        .confidence(Confidence::resolved(extension.sure))
        .help(OWN)
        .url(URL)
        .emit();
}

/// An import of a published extension, of its class or of its module.
fn report_import(code: &Code<'_>, dotted: &str, range: TextRange, sink: &mut Sink<'_>) {
    let is_extension = |extension: &&Published| {
        let rest = dotted.strip_prefix(extension.module);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest == ".*" || rest.strip_prefix('.') == Some(extension.class)
        })
    };
    let Some(extension) = PUBLISHED.iter().find(is_extension) else { return };
    if reach(code, range, Fault::Import) == Reach::Dead {
        return;
    }
    sink.finding(format!("{}.{}", extension.module, extension.class), range, message(extension.class))
        .help(extension.instead)
        .url(URL)
        .emit();
}

fn message(name: &str) -> String {
    format!(
        "`{name}` is an Azure Functions worker extension; on Python 3.13 its hooks are silently never called"
    )
}
