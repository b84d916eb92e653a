//! `nest_asyncio.apply()` fails in Azure Functions on Python 3.13.
//!
//! ## What it finds
//! Calls of `nest_asyncio.apply` in the code of Python function apps: without an
//! argument, or with a loop that `asyncio` makes. `nest_asyncio2.apply` is found
//! where the loop of the worker runs: at the level of the module and in `async`
//! functions. Tests, what stands under `if __name__ == "__main__"`, and calls whose
//! `ValueError` is caught are left alone.
//!
//! ## Why
//! The worker for Python 3.13
//! [runs on uvloop](https://learn.microsoft.com/azure/azure-functions/python-313-changes)
//! (it sets the event loop policy when it starts, everywhere but on Windows), and
//! `nest_asyncio` [cannot patch such a loop](https://github.com/erdewit/nest_asyncio/issues/53):
//! ``ValueError: Can't patch loop of type <class 'uvloop.Loop'>``. At the level of
//! the module that ends the loading of the functions.
//!
//! Most apps call it because `AsgiMiddleware(app).handle(…)` in an `async`
//! function starts a loop inside the running one. `handle_async` needs no second loop.
//!
//! ## Example
//! ```python
//! import azure.functions as func
//! import nest_asyncio
//!
//! nest_asyncio.apply()
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
//! Unsafe: other code of the app may run event loops inside each other, which
//! fails without the patch, and `handle_async` needs `azure-functions` 1.13 or later.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::azure::apps::runs_in_app;
use crate::discover::Kind;
use crate::edit::imports::{remove_alias, remove_statement};
use crate::finding::{Applicability, Confidence, Edit, Group};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::loops::{self, Around, Nested};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: NestAsyncio = NestAsyncio;

/// Reports patches of a loop that cannot be patched.
pub struct NestAsyncio;

const SYMBOLS: &[&str] = &["nest_asyncio.apply", "nest_asyncio2.apply"];

const URL: &str = "https://github.com/erdewit/nest_asyncio/issues/53";

impl Rule for NestAsyncio {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Unsafe), kinds: &[Kind::Python] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        SYMBOLS
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Module("nest_asyncio"), Trigger::Module("nest_asyncio2")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 || !runs_in_app(code) {
            return;
        }
        let mut patches =
            Patches { code, around: Around::Module, statement: TextRange::default(), found: Vec::new() };
        patches.visit_body(code.module.body());
        for patch in &patches.found {
            report(file, code, patch, sink);
        }
    }
}

/// A call that patches the loop.
struct Patch<'a> {
    symbol: &'static str,
    call: &'a ExprCall,
    /// The statement around it.
    statement: TextRange,
}

struct Patches<'c, 'a> {
    code: &'c Code<'a>,
    around: Around,
    statement: TextRange,
    found: Vec<Patch<'a>>,
}

impl<'a> Patches<'_, 'a> {
    fn look_at(&mut self, call: &'a ExprCall) {
        let meanings = self.code.meanings(&call.func);
        let Some(symbol) = SYMBOLS.iter().find(|symbol| meanings.only() == Some(symbol)) else { return };
        let on_workers_loop = self.around != Around::Function || *symbol == SYMBOLS[0];
        if on_workers_loop && self.patches_uvloop(call) {
            self.found.push(Patch { symbol, call, statement: self.statement });
        }
    }

    /// Without an argument it is the running loop, or a new one of the same policy.
    fn patches_uvloop(&self, call: &'a ExprCall) -> bool {
        const MADE: &[&str] =
            &["asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"];
        let mut values =
            call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|one| &one.value));
        values.all(|value| match value {
            Expr::NoneLiteral(_) => true,
            Expr::Call(made) => {
                self.code.meanings(&made.func).only().is_some_and(|name| MADE.contains(&name))
            }
            Expr::Name(name) => match self.code.names().only_binding(name) {
                Some(BindingKind::Assignment(Expr::Call(made))) => {
                    self.code.meanings(&made.func).only().is_some_and(|name| MADE.contains(&name))
                }
                _ => false,
            },
            _ => false,
        })
    }
}

impl<'a> Visitor<'a> for Patches<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if loops::is_main_guard(stmt) {
            return;
        }
        let (around, statement) = (self.around, self.statement);
        self.around = self.around.within(stmt);
        self.statement = stmt.range();
        visitor::walk_stmt(self, stmt);
        (self.around, self.statement) = (around, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.look_at(call);
        }
        visitor::walk_expr(self, expr);
    }
}

fn report(file: &File<'_>, code: &Code<'_>, patch: &Patch<'_>, sink: &mut Sink<'_>) {
    if reach(code, patch.call.range(), Fault::Value) != Reach::Live {
        return;
    }
    let message = format!(
        "`{}` cannot patch the event loop of Azure Functions on Python 3.13, which is uvloop's: `ValueError`",
        patch.symbol
    );
    // A file that names the library of the functions is one of theirs.
    let sure = code.names().imports_module("azure.functions");
    let draft = sink
        .finding(patch.symbol, patch.call.range(), message)
        .confidence(if sure { Confidence::Certain } else { Confidence::Likely })
        .help("Await what would start a second loop: `await AsgiMiddleware(app).handle_async(req, context)`, or make the function `async`.")
        .url(URL);
    match removal(file, code, patch) {
        Some(edits) => draft
            .unsafe_fix(
                "Remove the patch and await what needed it",
                "other code of the app may run event loops inside each other, which fails without the patch, and `handle_async` needs `azure-functions` 1.13 or later",
                edits,
            )
            .emit(),
        None => draft.emit(),
    }
}

/// The edits that take the patch away, with its import; `None` where something
/// in the file needs it that cannot be rewritten.
fn removal(file: &File<'_>, code: &Code<'_>, patch: &Patch<'_>) -> Option<Vec<Edit>> {
    let text = &code.document.text;
    let body = code.module.body();
    if text[patch.statement].trim() != &text[patch.call.range()] {
        return None;
    }
    let mut edits = Vec::new();
    for nested in Nested::all(code) {
        edits.extend(nested.awaited(code)?.into_iter().map(|change| file.edit(change.range, change.content)));
    }
    let module = patch.symbol.split('.').next()?;
    let mut changes = vec![remove_statement(text, body, patch.statement)?];
    let bindings = code.names().bindings();
    let imports = bindings.filter(|(_, binding)| match binding.kind {
        BindingKind::Import(_, alias) => alias.name.as_str() == module,
        BindingKind::From(import, _) => import.module.as_deref() == Some(module),
        _ => false,
    });
    for (id, binding) in imports {
        // Another patch in the file keeps the import.
        if code.names().references_to(id).len() != 1 {
            continue;
        }
        let (statement, aliases, alias) = match binding.kind {
            BindingKind::Import(import, alias) => (import.range(), &import.names, alias),
            BindingKind::From(import, alias) => (import.range(), &import.names, alias),
            _ => continue,
        };
        changes.push(remove_alias(text, body, statement, aliases, alias)?);
    }
    edits.extend(changes.into_iter().map(|change| file.edit(change.range, change.content)));
    Some(edits)
}
