//! A name that `exec` binds in a function and that is no longer found there.
//!
//! ## What it finds
//! In functions: `exec` (or `eval` of compiled statements) that is given no
//! namespace, or `locals()` as its namespace, and code behind it that looks for
//! what was bound: `locals()["x"]`, `locals().get("x")`, `"x" in vars()`,
//! `eval("x")`, a second `exec`, `return locals()`. Text that stands in the
//! file is read to see which names it binds; a file or an unknown text may bind
//! any. Silent are names that are variables of the function (no Python ever
//! gave them back), namespaces of one's own, classes and modules, and names
//! that are found elsewhere.
//!
//! ## Why
//! Up to Python 3.12 all of them shared one dictionary. Since
//! [Python 3.13](https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals)
//! each call takes a fresh snapshot of the function's variables, and what
//! `exec` put into another one is gone ([PEP 667](https://peps.python.org/pep-0667/)).
//!
//! ## Example
//! ```python
//! def version(path):
//!     with open(path) as file:
//!         exec(compile(file.read(), path, "exec"))
//!     return locals()["__version__"]
//! ```
//! Use instead:
//! ```python
//! def version(path):
//!     with open(path) as file:
//!         namespace = dict(locals())
//!         exec(compile(file.read(), path, "exec"), globals(), namespace)
//!     return namespace["__version__"]
//! ```
//!
//! ## Fix safety
//! The code gets a dictionary of its own, with what it could see before, and
//! every later look goes there: safe where the dictionary is made directly
//! before the code runs and all that is looked for are names that the code
//! binds. It is unsafe where the code runs in a loop or a branch, so that what
//! it sees may be older; the reason is printed.

use crate::discover::Kind;
use crate::edit::namespace;
use crate::finding::{Applicability, Group};
use crate::python::Code;
use crate::python::locals::{Act, How, Lost, lost};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: LocalsReadback = LocalsReadback;

/// Reports names that `exec` binds in vain.
pub struct LocalsReadback;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals";

impl Rule for LocalsReadback {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["locals", "vars", "dir", "exec", "eval", "frame.f_locals"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        let runs = ["exec", "exec_"].map(|name| Trigger::Call { name, bare: false, argument: None });
        let compiled = Trigger::Call { name: "eval", bare: false, argument: Some("compile") };
        runs.into_iter().chain([compiled]).collect()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
            return;
        }
        for function in code.functions() {
            let mut all = lost(code, function);
            all.retain(|lost| {
                lost.source.as_run().is_some() && lost.source.is_live(code) && lost.observer.is_live(code)
            });
            all.dedup_by_key(|lost| lost.observer.range);
            let plan = namespace::plan(code, function, &all);
            for (at, lost) in all.iter().enumerate() {
                let draft = sink
                    .finding(lost.observer.symbol(), lost.observer.range, message(file, lost))
                    .severity(lost.grade.severity)
                    .confidence(lost.grade.confidence)
                    .url(SOURCE)
                    .help(help(lost));
                // One repair mends all that a function looks for.
                match plan.as_ref().filter(|_| at == 0) {
                    Some(plan) => {
                        let changes = plan.changes.iter();
                        let edits =
                            changes.map(|change| file.edit(change.range, change.content.as_str())).collect();
                        match &plan.reason {
                            Some(reason) => draft.unsafe_fix(&plan.message, reason, edits).emit(),
                            None => draft.safe_fix(&plan.message, edits).emit(),
                        }
                    }
                    None => draft.emit(),
                }
            }
        }
    }
}

/// What used to be seen and no longer is.
fn message(file: &File<'_>, lost: &Lost<'_, '_>) -> String {
    let source = lost.source.as_run().map_or("exec", |run| run.function);
    let row = file.document.span(lost.source.range).start.row;
    let names = quoted(&lost.names);
    let observer = lost.observer.symbol();
    let surely = lost.source.as_run().is_some_and(|run| {
        let effect = &run.effect;
        let named = lost.names.iter().all(|name| effect.binds.contains(name));
        if lost.names.is_empty() { !effect.binds_more } else { named }
    });
    let binds = if surely { "binds" } else { "may bind" };
    match &lost.observer.act {
        Act::Run(run) if run.effect.reads_more && lost.names.is_empty() => format!(
            "`{observer}` no longer sees what the `{source}` in line {row} {binds}, since Python 3.13"
        ),
        Act::Run(_) if lost.instead => format!(
            "`{observer}` finds another {names} since Python 3.13, not what the `{source}` in line {row} {binds}"
        ),
        Act::Run(_) => format!(
            "`{observer}` no longer sees {names}, which the `{source}` in line {row} {binds}: `NameError` since Python 3.13"
        ),
        Act::Use(one) => match one.how {
            How::Item(Some(_)) | How::Format(Some(_)) | How::Take(Some(_)) => format!(
                "`{observer}` no longer holds {names}, which the `{source}` in line {row} {binds}: `KeyError` since Python 3.13"
            ),
            How::Ask(Some(_)) => format!(
                "{names} is no longer found here: since Python 3.13 `{observer}` does not hold what the `{source}` in line {row} {binds}"
            ),
            _ => format!(
                "`{observer}` no longer holds what the `{source}` in line {row} {binds}, since Python 3.13"
            ),
        },
    }
}

fn help(lost: &Lost<'_, '_>) -> String {
    let read = match &lost.names[..] {
        [name] => format!("`namespace[\"{name}\"]`"),
        _ => "`namespace`".to_owned(),
    };
    format!("Run the code in a dictionary of your own, `exec(code, namespace)`, and look into {read}")
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
