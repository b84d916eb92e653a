//! `context.tracer`, which only a worker extension gives, is missing on Python
//! 3.13.
//!
//! ## What it finds
//! The attribute `tracer` of a parameter that is annotated as
//! `azure.functions.Context`, or that is called `context` in a function app that
//! uses `OpenCensusExtension`. Files that give `tracer` a value themselves, or ask
//! with `hasattr`, are left alone.
//!
//! ## Why
//! The [OpenCensus extension](https://github.com/census-ecosystem/opencensus-python-extensions-azure)
//! puts the tracer there before each call. The worker for Python 3.13
//! [calls no extension](https://learn.microsoft.com/azure/azure-functions/python-313-changes),
//! and the context that it passes has no such attribute: `AttributeError`.
//!
//! ## Example
//! ```python
//! import azure.functions as func
//!
//! def main(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
//!     with context.tracer.span("parent"):
//!         return func.HttpResponse("Hello")
//! ```
//! Use instead, with `azure-monitor-opentelemetry` and the application setting
//! `PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY`:
//! ```python
//! import azure.functions as func
//! from opentelemetry import trace
//!
//! tracer = trace.get_tracer(__name__)
//!
//! def main(req: func.HttpRequest) -> func.HttpResponse:
//!     with tracer.start_as_current_span("parent"):
//!         return func.HttpResponse("Hello")
//! ```
//!
//! ## Fix safety
//! There is no fix: spans of OpenTelemetry are opened and filled otherwise.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprAttribute, ExprContext};
use ruff_text_size::Ranged;

use crate::discover::Kind;
use crate::finding::{Confidence, Group};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach_member};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ExtensionTracer = ExtensionTracer;

/// Reports reads of the tracer that no longer comes.
pub struct ExtensionTracer;

const SYMBOL: &str = "azure.functions.Context.tracer";

const URL: &str =
    "https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-python-opencensus-migrate";

impl Rule for ExtensionTracer {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: &[Kind::Python] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &[SYMBOL]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Member { home: None, name: "tracer", argument: None }]
    }

    fn wakes(&self, _: Kind, text: &[u8]) -> bool {
        let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
        has("context") || has("Context")
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
            return;
        }
        let mut tracers = Tracers { reads: Vec::new(), is_given: false };
        tracers.visit_body(code.module.body());
        if tracers.is_given {
            return;
        }
        for read in tracers.reads {
            let Some(confidence) = comes_from_worker(file, code, &read.value) else { continue };
            let is_live = reach_member(code, read.attr.range(), Fault::Attribute, &read.value) == Reach::Live;
            if is_live {
                let message = "the context that the Azure Functions worker passes has no `tracer` on Python 3.13, where it calls no OpenCensus extension: `AttributeError`";
                sink.finding(SYMBOL, read.attr.range(), message)
                    .confidence(confidence)
                    .help("Open spans with `opentelemetry.trace.get_tracer(__name__)`, and let `azure-monitor-opentelemetry` send them.")
                    .url(URL)
                    .emit();
            }
        }
    }
}

/// How sure it is that an expression is the context of a call.
fn comes_from_worker<'a>(file: &File<'_>, code: &Code<'a>, expr: &'a Expr) -> Option<Confidence> {
    let Expr::Name(name) = expr else { return None };
    let Some(BindingKind::Parameter(parameter)) = code.names().only_binding(name) else { return None };
    if let Some(annotation) = parameter.parameter.annotation.as_deref() {
        return is_context(code, annotation).then_some(Confidence::Certain);
    }
    if name.id.as_str() != "context" {
        return None;
    }
    let app = file.project.python_function_app(&file.document.path)?;
    file.project.uses_worker_extension(&app).then_some(Confidence::Likely)
}

fn is_context<'a>(code: &Code<'a>, annotation: &'a Expr) -> bool {
    let is_named = |dotted: &str| {
        dotted.strip_prefix("azure.functions.").is_some_and(|rest| rest.rsplit('.').next() == Some("Context"))
    };
    match annotation {
        Expr::StringLiteral(text) => {
            matches!(text.value.to_str(), "func.Context" | "azure.functions.Context")
        }
        _ => code.names().resolve(annotation).dotted.iter().any(|dotted| is_named(dotted)),
    }
}

/// Attributes called `tracer`.
struct Tracers<'a> {
    reads: Vec<&'a ExprAttribute>,
    /// The file sets one.
    is_given: bool,
}

impl<'a> Visitor<'a> for Tracers<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(attribute) = expr
            && attribute.attr.as_str() == "tracer"
        {
            match attribute.ctx {
                ExprContext::Load => self.reads.push(attribute),
                _ => {
                    self.is_given |=
                        !matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "self")
                }
            }
        }
        visitor::walk_expr(self, expr);
    }
}
