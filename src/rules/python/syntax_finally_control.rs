//! `return`, `break` or `continue` that leaves a `finally` block.
//!
//! ## What it finds
//! These statements where they stand in a `finally` block and lead out of it.
//! Those in a function within the block, and `break` and `continue` of a loop
//! within it, are fine.
//!
//! ## Why
//! They drop an exception that is on its way, and what the `try` was about to
//! return. [Python 3.14 prints a `SyntaxWarning`](https://peps.python.org/pep-0765/)
//! when it compiles such a file, a run with `-W error` fails, and a later Python
//! may refuse the file. A `return` in a loop within the block drops exceptions
//! as well, but Python 3.14 says nothing of it, and neither does this rule.
//!
//! ## Example
//! ```python
//! def read(path):
//!     file = open(path)
//!     try:
//!         return file.read()
//!     finally:
//!         file.close()
//!         return None
//! ```
//! Use instead:
//! ```python
//! def read(path):
//!     file = open(path)
//!     try:
//!         return file.read()
//!     finally:
//!         file.close()
//! ```
//!
//! ## Fix safety
//! There is no fix: only a person knows which exceptions were meant to be dropped.

use crate::discover::Kind;
use crate::finding::{Group, Severity};
use crate::python::Code;
use crate::python::compile::warned::What;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SyntaxFinallyControl = SyntaxFinallyControl;

/// Reports statements that leave a `finally` block.
pub struct SyntaxFinallyControl;

const SOURCE: &str = "https://peps.python.org/pep-0765/";

impl Rule for SyntaxFinallyControl {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Syntax, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("finally")]
    }

    fn check_python(&self, _file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for warned in code.warned() {
            let What::LeavesFinally(keyword) = warned.what else { continue };
            let when = if code.target >= PythonVersion::PY314 {
                "Python warns when it compiles it"
            } else {
                "Python 3.14 will warn when it compiles it"
            };
            let message =
                format!("`{keyword}` in a `finally` block drops the exception that is on its way: {when}");
            sink.finding(keyword, warned.range, message)
                .severity(Severity::Info)
                .url(SOURCE)
                .versions(Some(PythonVersion::PY314), None)
                .help(format!(
                    "Put the `{keyword}` behind the `try` statement, and catch what is to be dropped"
                ))
                .emit();
        }
    }
}
