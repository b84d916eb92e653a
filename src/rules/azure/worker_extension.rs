//! An Azure Functions worker extension, whose hooks are never called on Python
//! 3.13.
//!
//! ## What it finds
//! Classes that derive from `azure.functions.AppExtensionBase` or
//! `FuncExtensionBase`, under whatever name these were imported, and imports of
//! published extensions: `OpenCensusExtension`
//! (`opencensus-extension-azure-functions`), `ElasticAPMExtension`
//! (`elastic-apm`) and `engine_function_extension`. Packages named
//! `azurefunctions-extensions-…` are bindings, not worker extensions, and go on
//! working.
//!
//! ## Why
//! The worker for Python 3.13
//! [does not support extensions](https://learn.microsoft.com/azure/azure-functions/python-313-changes).
//! It fails silently: the import, the class and `configure()` work as before,
//! only no hook ever runs, so that telemetry, checks or set-up done in
//! `pre_invocation_app_level` and the like are gone.
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
//! Use instead:
//! ```python
//! import functools
//! import logging
//!
//! def audited(function):
//!     @functools.wraps(function)
//!     def wrapper(req, context):
//!         logging.info("called %s", context.function_name)
//!         return function(req, context)
//!     return wrapper
//! ```
//!
//! ## Fix safety
//! There is no fix: what the hooks did has to move into a decorator around the
//! functions, into ASGI or WSGI middleware, or to OpenTelemetry.

use ruff_python_ast::{Expr, Identifier, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};

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

impl Rule for WorkerExtension {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        let modules = PUBLISHED.iter().map(|extension| Trigger::Module(extension.module));
        EXTENSION_WORDS.iter().map(|word| Trigger::Word(word)).chain(modules).collect()
    }

    fn check_python(&self, _: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
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
    }
}

fn report_class<'a>(code: &Code<'a>, class: &'a StmtClassDef, sink: &mut Sink<'_>) {
    let Some((base, confidence)) = class.bases().iter().find_map(|base| extension_base(code, base)) else {
        return;
    };
    let Identifier { id, range, .. } = &class.name;
    if reach(code, *range, Fault::Attribute) == Reach::Dead {
        return;
    }
    sink.finding(format!("azure.functions.{base}"), *range, message(id))
        .confidence(confidence)
        .help("Move what its hooks do into a decorator around the functions, or into ASGI or WSGI middleware; for telemetry use `azure-monitor-opentelemetry`.")
        .url(URL)
        .emit();
}

/// The public name of the base class that makes a class an extension.
fn extension_base<'a>(code: &Code<'a>, base: &'a Expr) -> Option<(&'static str, Confidence)> {
    let meanings = code.names().resolve(base);
    let name = meanings.dotted.iter().find_map(|dotted| {
        let rest = dotted.strip_prefix("azure.functions.")?;
        let name = rest.rsplit('.').next()?;
        ["AppExtensionBase", "FuncExtensionBase"].into_iter().find(|public| *public == name)
    })?;
    Some((name, Confidence::resolved(meanings.only().is_some())))
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
