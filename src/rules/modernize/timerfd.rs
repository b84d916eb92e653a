//! Timers of Linux that `os` has.
//!
//! ## What it finds
//! `timerfd_create`, `timerfd_settime` and `timerfd_gettime` of a C library
//! (`ctypes`, `cffi`), and imports of the packages `linuxfd` and `timerfd`, where
//! the oldest Python of the project is 3.13 or later.
//!
//! ## Why
//! Python 3.13 brought
//! [`os.timerfd_create`, `os.timerfd_settime` and `os.timerfd_gettime`](https://docs.python.org/3/library/os.html#timer-file-descriptors),
//! which take and give seconds, and the same with `_ns` for nanoseconds. They
//! raise `OSError` where the C functions return -1, and need no structures.
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! import ctypes
//!
//! libc = ctypes.CDLL(None, use_errno=True)
//! fd = libc.timerfd_create(1, 0)
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! import os
//! import time
//!
//! fd = os.timerfd_create(time.CLOCK_MONOTONIC)
//! ```
//!
//! ## Fix safety
//! There is no fix: the structures around the call go, too.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::names::has_word;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: Timerfd = Timerfd;

/// Reports timers of Linux that are not those of `os`.
pub struct Timerfd;

const SOURCE: &str = "https://docs.python.org/3/library/os.html#timer-file-descriptors";
const FUNCTIONS: &[&str] = &["timerfd_create", "timerfd_settime", "timerfd_gettime"];
const PACKAGES: &[&str] = &["linuxfd", "timerfd"];

impl Rule for Timerfd {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Modernize, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        let words = FUNCTIONS.iter().copied().map(Trigger::Word);
        words.chain(PACKAGES.iter().copied().map(Trigger::Module)).collect()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() < PythonVersion::PY313 {
            return;
        }
        let mut walk = Walk { code, found: Vec::new() };
        walk.visit_body(code.module.body());
        for (range, what, confidence) in walk.found {
            let package = PACKAGES.contains(&what);
            if package && code.project.has_module(&file.document.path, what) {
                continue;
            }
            let instead = if package { "os.timerfd_create".to_owned() } else { format!("os.{what}") };
            let message = if package {
                format!("Python 3.13 has the timers of `{what}`: `{instead}`")
            } else {
                format!("Python 3.13 has `{instead}`, so `{what}` need not be taken from the C library")
            };
            sink.finding(what, range, message)
                .severity(Severity::Info)
                .confidence(confidence)
                .url(SOURCE)
                .help(format!("Call `{instead}` and its like"))
                .emit();
        }
    }
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<(TextRange, &'static str, Confidence)>,
}

impl Walk<'_, '_> {
    fn package(&mut self, module: &str, range: TextRange) {
        let top = module.split('.').next().unwrap_or(module);
        if let Some(package) = PACKAGES.iter().find(|package| **package == top) {
            self.found.push((range, package, Confidence::Certain));
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Import(import) => {
                import.names.iter().for_each(|alias| self.package(&alias.name, alias.range()));
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                import.module.iter().for_each(|module| self.package(module, import.range()));
            }
            // Documentation.
            Stmt::Expr(stmt) if stmt.value.is_string_literal_expr() => {}
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute) => {
                let function = FUNCTIONS.iter().find(|function| **function == attribute.attr.as_str());
                let of_module = self.code.names().resolve(&attribute.value);
                let is_os =
                    of_module.dotted.iter().any(|module| module == "os" || PACKAGES.contains(&&**module));
                if let (Some(function), false) = (function, is_os) {
                    self.found.push((attribute.attr.range(), function, Confidence::Likely));
                }
                self.visit_expr(&attribute.value);
            }
            // `getattr(libc, "timerfd_create")`, `libc["timerfd_create"]`, declarations for `cffi`.
            Expr::StringLiteral(string) => {
                let text = string.value.to_str();
                let is_code = |function: &str| text == function || text.contains(&format!("{function}("));
                let function =
                    FUNCTIONS.iter().find(|function| has_word(text, function) && is_code(function));
                if let Some(function) = function {
                    self.found.push((string.range, function, Confidence::Likely));
                }
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
