//! What `locals()` gave once, expected to follow what the function does later.
//!
//! ## What it finds
//! In functions: a variable that holds what `locals()` gave, read after another
//! `locals()`, `vars()`, `dir()`, `exec` or `eval` for a variable that was bound
//! in between; and `is` between two calls. It is information only where the
//! whole dictionary is used and nothing says that the later variables are
//! wanted in it.
//!
//! ## Why
//! Up to Python 3.12 there was one dictionary for each call of a function, and
//! every `locals()` brought it up to date, wherever it was kept. Since
//! [Python 3.13](https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals)
//! each call gives a new one, which stays as it is
//! ([PEP 667](https://peps.python.org/pep-0667/)).
//!
//! ## Example
//! ```python
//! def total(price):
//!     known = locals()
//!     tax = price / 5
//!     print("%(price)s" % locals())
//!     return price + known["tax"]
//! ```
//! Use instead:
//! ```python
//! def total(price):
//!     tax = price / 5
//!     known = locals()
//!     print("%(price)s" % known)
//!     return price + known["tax"]
//! ```
//!
//! ## Fix safety
//! There is no fix: only a person knows when the snapshot should be taken.

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::locals::{Event, Function, Grade, How};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: LocalsSnapshot = LocalsSnapshot;

/// Reports snapshots that are expected to follow.
pub struct LocalsSnapshot;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals";

impl Rule for LocalsSnapshot {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["locals", "vars"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["locals", "vars"].map(|name| Trigger::Call { name, bare: true, argument: None }).to_vec()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < PythonVersion::PY313 {
            return;
        }
        for function in code.functions() {
            for event in function.events.iter().filter(|event| event.is_live(code)) {
                if event.as_use().is_some_and(|one| matches!(one.how, How::Identity)) {
                    report_identity(event, sink);
                } else if let Some(stale) = stale(code, function, event) {
                    report(file, event, &stale, sink);
                }
            }
        }
    }
}

/// A use of a snapshot that used to be brought up to date before.
struct Stale<'f, 'a> {
    /// Where the snapshot was taken.
    taken: &'f Event<'a>,
    /// What brought it up to date.
    refreshed: &'f Event<'a>,
    /// A variable bound in between, if the use asks for one.
    name: Option<String>,
    /// Whether the variable had no value before, so that it is missing.
    missing: bool,
    grade: Grade,
}

fn stale<'f, 'a>(code: &Code<'a>, function: &'f Function<'a>, event: &Event<'a>) -> Option<Stale<'f, 'a>> {
    let held = event.as_run().is_none().then(|| event.held())??;
    let how = &event.as_use()?.how;
    let (asked, fails) = match how {
        How::Item(Some(names)) | How::Format(Some(names)) => (Some(names), true),
        How::Ask(Some(names)) => (Some(names), false),
        How::Whole | How::Return | How::Compare | How::Show | How::Item(None) | How::Ask(None) => {
            (None, false)
        }
        _ => return None,
    };
    let kept = |taken: &&Event<'a>| {
        taken.as_use().is_some_and(|one| matches!(one.how, How::Keep(name) if name == held))
            && taken.place.may_precede(&event.place)
    };
    let taken = function.events.iter().rev().find(kept)?;
    let refreshed = function.events.iter().rev().find(|one| {
        one.refreshes()
            && one.range != taken.range
            && taken.place.may_precede(&one.place)
            && one.place.may_precede(&event.place)
            && one.is_live(code)
    })?;
    let bound = |before: bool, name: Option<&str>| {
        code.names().variables(function.range).any(|binding| {
            let at = binding.range.start();
            let fits =
                if before { at < taken.place.at } else { at > taken.range.end() && at < refreshed.place.at };
            fits && name.is_none_or(|name| name == binding.name)
        })
    };
    let Some(asked) = asked else {
        // The variable itself came into the dictionary, too: nobody meant that.
        let severity = if matches!(how, How::Compare) { Severity::Warning } else { Severity::Info };
        let grade = Grade { severity, confidence: Confidence::Likely };
        return Some(Stale { taken, refreshed, name: None, missing: false, grade });
    };
    let name = asked.iter().find(|name| bound(false, Some(name)))?;
    let missing = !bound(true, Some(name));
    let severity = if fails && missing && !event.place.catches(&["KeyError", "LookupError"]) {
        Severity::Error
    } else {
        Severity::Warning
    };
    let grade = Grade { severity, confidence: Confidence::Certain };
    Some(Stale { taken, refreshed, name: Some(name.to_string()), missing, grade })
}

fn report(file: &File<'_>, event: &Event<'_>, stale: &Stale<'_, '_>, sink: &mut Sink<'_>) {
    let row = |event: &Event<'_>| file.document.span(event.range).start.row;
    let (taken, refreshed) = (row(stale.taken), row(stale.refreshed));
    let by = stale.refreshed.symbol();
    let message = match &stale.name {
        Some(name) if stale.missing => format!(
            "The snapshot of line {taken} no longer gets `{name}` from the `{by}` in line {refreshed}, since Python 3.13"
        ),
        Some(name) => format!(
            "The snapshot of line {taken} keeps the old value of `{name}`: the `{by}` in line {refreshed} no longer renews it, since Python 3.13"
        ),
        None => format!(
            "The snapshot of line {taken} no longer gets later variables from the `{by}` in line {refreshed}, since Python 3.13"
        ),
    };
    sink.finding(stale.taken.symbol(), event.range, message)
        .severity(stale.grade.severity)
        .confidence(stale.grade.confidence)
        .url(SOURCE)
        .help("Call `locals()` where the values are wanted")
        .emit();
}

fn report_identity(event: &Event<'_>, sink: &mut Sink<'_>) {
    sink.finding(
        "locals",
        event.range,
        "Two calls of `locals()` no longer give the same object: never identical since Python 3.13",
    )
    .severity(Severity::Warning)
    .url(SOURCE)
    .help("Compare the contents, with `==`")
    .emit();
}
