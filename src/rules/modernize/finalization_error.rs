//! `except RuntimeError` in `__del__` for what cannot be done while Python shuts down.
//!
//! ## What it finds
//! In a `__del__` method, a `try` that starts a thread or forks, with an `except
//! RuntimeError`, where the oldest Python of the project is 3.13 or later.
//!
//! ## Why
//! Objects that live until the interpreter goes away are deleted when threads and
//! processes can no longer be started. Python 3.13 raises
//! [`PythonFinalizationError`](https://docs.python.org/3/library/exceptions.html#PythonFinalizationError)
//! then, a subclass of `RuntimeError`, so that this case need not be mixed up with
//! others: a thread that was started before is a `RuntimeError`, too. In functions
//! of `atexit` and `weakref.finalize` nothing is refused yet.
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! import threading
//!
//!
//! class Cache:
//!     def __del__(self):
//!         try:
//!             threading.Thread(target=print).start()
//!         except RuntimeError:
//!             pass
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! import threading
//!
//!
//! class Cache:
//!     def __del__(self):
//!         try:
//!             threading.Thread(target=print).start()
//!         except PythonFinalizationError:
//!             pass
//! ```
//!
//! ## Fix safety
//! Unsafe: other `RuntimeError`s are no longer caught.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtTry};
use ruff_text_size::Ranged;

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::mentions::calls;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: FinalizationError = FinalizationError;

/// Reports `except RuntimeError` that is for the shutdown of Python.
pub struct FinalizationError;

const SOURCE: &str = "https://docs.python.org/3/library/exceptions.html#PythonFinalizationError";
const NEW: &str = "PythonFinalizationError";

impl Rule for FinalizationError {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Modernize,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("__del__")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() < PythonVersion::PY313 {
            return;
        }
        let mut walk = Walk { deleting: false, found: Vec::new() };
        walk.visit_body(code.module.body());
        for tried in walk.found {
            if !starts_something(code, &tried.body) {
                continue;
            }
            for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                let Some(class) = handler.type_.as_deref() else { continue };
                if code.names().resolve(class).only() != Some("builtins.RuntimeError") {
                    continue;
                }
                let message = format!(
                    "since Python 3.13 what cannot be started while Python shuts down raises `{NEW}`, not just any \
                     `RuntimeError`"
                );
                let draft = sink
                    .finding("RuntimeError", class.range(), message)
                    .severity(Severity::Info)
                    .confidence(Confidence::Likely)
                    .url(SOURCE)
                    .help(format!("Catch `{NEW}`"));
                if code.names().bindings_at(NEW, class.start()).is_empty() {
                    let edit = file.edit(class.range(), NEW);
                    let reason = "other `RuntimeError`s are no longer caught";
                    draft.unsafe_fix(format!("Catch `{NEW}`"), reason, vec![edit]).emit();
                } else {
                    draft.emit();
                }
            }
        }
    }
}

/// Whether a block starts a thread or forks.
fn starts_something<'a>(code: &Code<'a>, body: &'a [Stmt]) -> bool {
    const FUNCTIONS: &[&str] = &["os.fork", "os.forkpty", "_thread.start_new_thread"];
    calls(body).into_iter().any(|call| {
        let starts = matches!(&*call.func, Expr::Attribute(method) if method.attr.as_str() == "start")
            && call.arguments.is_empty();
        starts || code.names().resolve(&call.func).only().is_some_and(|dotted| FUNCTIONS.contains(&dotted))
    })
}

/// The `try` statements within `__del__`.
struct Walk<'a> {
    deleting: bool,
    found: Vec<&'a StmtTry>,
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let before = self.deleting;
        match stmt {
            Stmt::FunctionDef(function) => self.deleting = function.name.as_str() == "__del__",
            Stmt::Try(tried) if self.deleting => self.found.push(tried),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
        self.deleting = before;
    }
}
