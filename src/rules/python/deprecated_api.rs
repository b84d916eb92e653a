//! Something in the standard library that works on the target version and will go later.
//!
//! ## What it finds
//! Modules, names, methods and parameters that are deprecated on the target
//! version and not removed yet, wherever code uses them. The finding says in
//! which Python they are to be removed, where that is known.
//!
//! ## Why
//! It works on the target version, mostly with a `DeprecationWarning`, which is
//! an error in test suites that ask for it. What goes when is in
//! [Pending removal](https://docs.python.org/3/deprecations/index.html).
//!
//! ## Example
//! ```python
//! import threading
//!
//! name = threading.currentThread().getName()
//! ```
//! Use instead:
//! ```python
//! import threading
//!
//! name = threading.current_thread().name
//! ```
//!
//! ## Fix safety
//! As for what is already removed: safe where the successor takes the same
//! arguments, gives the same result and exists on the oldest Python that the
//! project supports, otherwise unsafe with the reason.

use crate::catalogue::{self, Kind as NameKind, MODULES, Module};
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::api;
use crate::version::PythonVersion;
use ruff_text_size::{Ranged, TextRange};

/// The rule.
pub static RULE: DeprecatedApi = DeprecatedApi;

/// Reports uses of what is deprecated.
pub struct DeprecatedApi;

impl Rule for DeprecatedApi {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Stdlib,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        let modules = MODULES.iter().filter(|module| module.deprecated.is_some());
        let modules = modules.map(|module| Trigger::Module(module.name));
        let names = api::triggers(|fact| fact.name.deprecated.is_some());
        modules.chain(names).collect()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for one in code.uses() {
            let name = one.fact.name;
            if !is_pending(name.deprecated, name.removed, code.target) {
                continue;
            }
            let symbol = one.fact.symbol();
            let what = match name.kind {
                Some(NameKind::Parameter) => {
                    format!("passing `{}` to `{}`", name.parameter().unwrap_or_default(), callable(one.fact))
                }
                _ => format!("`{symbol}`"),
            };
            let message = announcement(&what, name.deprecated, name.removed);
            api::report(file, code, one, Severity::Info, message, sink);
        }
        self.modules(file, code, sink);
    }
}

impl DeprecatedApi {
    /// Imports of modules that will go as a whole.
    fn modules(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let mut reported: Option<TextRange> = None;
        for (_, binding) in code.names().bindings() {
            let (dotted, range) = match binding.kind {
                BindingKind::Import(_, alias) => (alias.name.to_string(), alias.name.range()),
                BindingKind::From(import, alias) if import.level == 0 => {
                    let Some(from) = &import.module else { continue };
                    match pending(from, code.target) {
                        Some(_) => (from.to_string(), from.range()),
                        None => (format!("{from}.{}", alias.name), alias.range()),
                    }
                }
                _ => continue,
            };
            let Some(module) = pending(&dotted, code.target).filter(|_| reported != Some(range)) else {
                continue;
            };
            let own = file.project.has_module(&file.document.path, module.name);
            if own || reach(code, range, Fault::Import) != Reach::Live {
                continue;
            }
            reported = Some(range);
            let what = format!("`{}`", module.name);
            let draft = sink
                .finding(module.name, range, announcement(&what, module.deprecated, module.removed))
                .severity(Severity::Info)
                .confidence(Confidence::Certain)
                .url(module.source)
                .versions(module.deprecated, module.removed);
            if module.instead.is_empty() { draft.emit() } else { draft.help(module.instead).emit() }
        }
    }
}

fn pending(dotted: &str, target: PythonVersion) -> Option<&'static Module> {
    catalogue::module_of(dotted).filter(|module| is_pending(module.deprecated, module.removed, target))
}

fn is_pending(
    deprecated: Option<PythonVersion>,
    removed: Option<PythonVersion>,
    target: PythonVersion,
) -> bool {
    deprecated.is_some_and(|version| version <= target) && removed.is_none_or(|version| version > target)
}

fn callable(fact: catalogue::Fact) -> String {
    format!("{}.{}", fact.module.name, fact.name.callable())
}

fn announcement(what: &str, deprecated: Option<PythonVersion>, removed: Option<PythonVersion>) -> String {
    let since = deprecated.map(|version| version.to_string()).unwrap_or_default();
    match removed {
        Some(removed) => format!("{what} is deprecated since Python {since} and removed in Python {removed}"),
        None => format!("{what} is deprecated since Python {since}"),
    }
}
