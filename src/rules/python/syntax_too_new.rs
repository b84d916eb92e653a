//! Syntax that the oldest Python of the project cannot parse.
//!
//! ## What it finds
//! `match`, `:=`, `except*`, type parameters and other syntax that is newer than
//! the oldest Python the project says it runs on (`requires-python` and its like,
//! also in the head of a script, or `--minimum-version`). One finding for each kind of syntax in a file, at
//! the first place. Without such a statement nothing is reported, and neither is
//! a file that carries a version in its name (`types_py312.py`).
//!
//! ## Why
//! The file is fine on the target, but [a `SyntaxError` where the project says it
//! runs](https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python);
//! `pip` installs it there all the same. Which syntax came with which Python is in
//! [What's New](https://docs.python.org/3/whatsnew/).
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.8"
//! # ///
//! def name(code):
//!     match code:
//!         case 404:
//!             return "not found"
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.10"
//! # ///
//! def name(code):
//!     match code:
//!         case 404:
//!             return "not found"
//! ```
//!
//! ## Fix safety
//! There is no fix: either the code changes or what the project supports.

use ruff_python_ast::PythonVersion;

use crate::discover::Kind;
use crate::finding::{Group, Severity};
use crate::parse::python::newer::{Newer, newer};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink};

/// The rule.
pub static RULE: SyntaxTooNew = SyntaxTooNew;

/// Reports syntax that is newer than the oldest Python of the project.
pub struct SyntaxTooNew;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/";

impl Rule for SyntaxTooNew {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Syntax, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let document = file.document;
        let Some(minimum) = file.stated_minimum() else { return };
        if minimum >= code.target {
            return;
        }
        let mut seen: Vec<&'static str> = Vec::new();
        let named = version_in_name(&document.path);
        for Newer { range, symbol, what, since } in newer(&document.text, document.cells.as_ref(), minimum) {
            if seen.contains(&symbol) || named.is_some_and(|named| named >= since) {
                continue;
            }
            seen.push(symbol);
            let message = format!(
                "{what} came with Python {since}, and the project says that it runs on Python {minimum}, which \
                 cannot parse this file"
            );
            sink.finding(symbol, range, message)
                .severity(Severity::Info)
                .url(format!("{SOURCE}{since}.html"))
                .help(format!("Raise the oldest Python of the project to {since}, or do without"))
                .emit();
        }
    }
}

/// The version in a name such as `types_py312.py` or `py310/types.py`.
fn version_in_name(path: &std::path::Path) -> Option<PythonVersion> {
    let text = path.to_string_lossy();
    let versions = text.split("py3").skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(['_', '.']);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse().ok()
    });
    versions.max().map(|minor| PythonVersion { major: 3, minor })
}
