//! A relative import of `__future__`, which is an ordinary import since Python 3.13.
//!
//! ## What it finds
//! `from .__future__ import annotations`.
//!
//! ## Why
//! Up to 3.12 the compiler took it for an import from `__future__`, whatever the
//! points before it, and kept annotations as text.
//! [Python 3.13 takes it for what it says](https://docs.python.org/3/whatsnew/3.13.html#other-language-changes):
//! an import from the package's own module of that name. Annotations are evaluated
//! then.
//!
//! ## Example
//! ```python
//! from .__future__ import annotations
//! ```
//! Use instead:
//! ```python
//! from __future__ import annotations
//! ```
//!
//! ## Fix safety
//! Unsafe: the package's own module is not imported then.

use ruff_python_ast::Stmt;
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SyntaxRelativeFuture = SyntaxRelativeFuture;

/// Reports relative imports of `__future__`.
pub struct SyntaxRelativeFuture;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.13.html#other-language-changes";

/// The features that still change something.
const FEATURES: &[&str] = &["annotations", "barry_as_FLUFL"];

impl Rule for SyntaxRelativeFuture {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Syntax,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Member { home: None, name: "__future__", argument: None }]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
            return;
        }
        for import in code.module.body().iter().filter_map(Stmt::as_import_from_stmt) {
            let Some(module) = import.module.as_ref().filter(|module| module.as_str() == "__future__") else {
                continue;
            };
            let changed = import.names.iter().find(|alias| FEATURES.contains(&alias.name.as_str()));
            let (Some(feature), true) = (changed, import.level > 0) else { continue };
            let points = TextRange::new(import.start(), module.start());
            let text = &file.document.text[points];
            let Some(first) = text.find('.') else { continue };
            let start = import.start() + TextSize::of(&text[..first]);
            let message = format!(
                "a relative import of `__future__` does not turn `{}` on since Python 3.13; up to 3.12 the \
                 compiler ignored the point",
                feature.name
            );
            sink.finding(feature.name.as_str(), import.range(), message)
                .severity(Severity::Warning)
                .url(SOURCE)
                .help(format!("Write `from __future__ import {}`", feature.name))
                .unsafe_fix(
                    "Make the import absolute",
                    "the package's own `__future__` is not imported then",
                    vec![file.edit(TextRange::new(start, module.start()), "")],
                )
                .emit();
        }
    }
}
