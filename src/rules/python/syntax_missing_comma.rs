//! A literal that is called or indexed by what it does not take.
//!
//! ## What it finds
//! `"text" (x)`, `[1, 2] (3, 4)`, `[1] ["a"]`, `1 [0]`: calls of literals, of
//! displays and of comprehensions, subscripts of what has none, and subscripts of
//! strings, lists and tuples that are no integers. Mostly a comma is missing
//! before the bracket.
//!
//! ## Why
//! It fails with a `TypeError` when it is reached.
//! [Since Python 3.8 a `SyntaxWarning` is printed](https://docs.python.org/3/whatsnew/3.8.html#other-language-changes)
//! when the file is compiled, and a run with `-W error` fails.
//!
//! ## Example
//! ```python
//! def points():
//!     return [(1, 2) (3, 4)]
//! ```
//! Use instead:
//! ```python
//! def points():
//!     return [(1, 2), (3, 4)]
//! ```
//!
//! ## Fix safety
//! There is no fix: only a person knows whether a comma is missing.

use crate::discover::Kind;
use crate::finding::{Group, Severity};
use crate::python::Code;
use crate::python::compile::warned::What;
use crate::rule::{File, Meta, Rule, Sink};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SyntaxMissingComma = SyntaxMissingComma;

/// Reports calls and subscripts of literals that cannot work.
pub struct SyntaxMissingComma;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.8.html#other-language-changes";

impl Rule for SyntaxMissingComma {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Syntax, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn check_python(&self, _file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for warned in code.warned() {
            let (symbol, what) = match warned.what {
                What::Call(_, called) => (called, format!("a `{called}` cannot be called")),
                What::NoSubscripts(_, value) => (value, format!("a `{value}` has no subscripts")),
                What::Index(_, value, index) => {
                    (value, format!("a `{value}` takes integers and slices as subscripts, no `{index}`"))
                }
                _ => continue,
            };
            let message = format!("{what}: Python 3.8 and later warn when they compile it");
            sink.finding(symbol, warned.range, message)
                .severity(Severity::Info)
                .url(SOURCE)
                .versions(Some(PythonVersion::PY38), None)
                .help("Put a comma before the bracket, if one is missing")
                .emit();
        }
    }
}
