//! A function, class, method, attribute or constant that the target version no longer has.
//!
//! ## What it finds
//! Uses of names that the standard library lost: through any alias of a module,
//! `from` and star imports, base classes, decorators, annotations that are
//! evaluated, `getattr(module, "name")`, `mock.patch("module.name")`, and
//! methods of objects whose class is known by inference across the files of
//! the project. Silent are names that a guard keeps from running on the
//! target, and classes and modules of the project that have the same name.
//!
//! ## Why
//! The import fails with `ImportError`, the access with `AttributeError`. What
//! was removed when is in
//! [What's New in Python](https://docs.python.org/3/whatsnew/index.html).
//!
//! ## Example
//! ```python
//! import unittest
//!
//! class Sums(unittest.TestCase):
//!     def test_sum(self):
//!         self.assertEquals(1 + 1, 2)
//! ```
//! Use instead:
//! ```python
//! import unittest
//!
//! class Sums(unittest.TestCase):
//!     def test_sum(self):
//!         self.assertEqual(1 + 1, 2)
//! ```
//!
//! ## Fix safety
//! A name is replaced where its successor takes the same arguments, gives the
//! same result and exists on the oldest Python that the project supports:
//! safe. It is unsafe where the successor differs in some cases, where the
//! receiver's class is an assumption, or where other modules may take the name
//! from this one; the reason is printed. Where the successor is younger than
//! the oldest Python, Python 2.7 included, the name comes from there and else
//! from where it was:
//! ```python
//! try:
//!     from collections.abc import Mapping
//! except ImportError:
//!     from collections import Mapping
//! ```

use crate::discover::Kind;
use crate::finding::{Applicability, Group};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::api;
use crate::{catalogue, finding};

/// The rule.
pub static RULE: RemovedApi = RemovedApi;

/// Reports uses of names that are gone.
pub struct RemovedApi;

impl Rule for RemovedApi {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Stdlib,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        api::triggers(|fact| {
            fact.name.removed.is_some() && fact.name.kind != Some(catalogue::Kind::Parameter)
        })
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for one in code.uses() {
            let name = one.fact.name;
            let Some(removed) = name.removed.filter(|removed| *removed <= code.target) else { continue };
            if name.kind == Some(catalogue::Kind::Parameter) {
                continue;
            }
            let message = format!("`{}` was removed in Python {removed}", one.fact.symbol());
            api::report(file, code, one, finding::Severity::Error, message, sink);
        }
    }
}
