//! Handlers of timeouts that became handlers of one exception.
//!
//! ## What it finds
//! A `try` with one handler for `socket.timeout`, `asyncio.TimeoutError` or
//! `concurrent.futures.TimeoutError` and another one, that does something else, for
//! `TimeoutError` or, before it, for `OSError`.
//!
//! ## Why
//! [`socket.timeout` is `TimeoutError` since Python 3.10](https://docs.python.org/3/whatsnew/3.10.html#socket),
//! [the other two since 3.11](https://docs.python.org/3/whatsnew/3.11.html#asyncio),
//! and `TimeoutError` is an `OSError`. The first handler that fits takes them all,
//! and the later one never runs.
//!
//! ## Example
//! ```python
//! import asyncio
//!
//! async def main():
//!     try:
//!         await asyncio.wait_for(asyncio.sleep(1), 0.01)
//!     except OSError:
//!         print("no connection")
//!     except asyncio.TimeoutError:
//!         print("too slow")
//!
//! asyncio.run(main())
//! ```
//! Use instead:
//! ```python
//! import asyncio
//!
//! async def main():
//!     try:
//!         await asyncio.wait_for(asyncio.sleep(1), 0.01)
//!     except asyncio.TimeoutError:
//!         print("too slow")
//!     except OSError:
//!         print("no connection")
//!
//! asyncio.run(main())
//! ```
//!
//! ## Fix safety
//! There is no fix: which handler is meant for which timeout is for a person to say.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{ExceptHandler, Stmt, StmtTry};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::handlers::{Waiting, waiting_of};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: TimeoutHandlers = TimeoutHandlers;

/// Reports handlers that another one makes superfluous.
pub struct TimeoutHandlers;

/// Exceptions that are `TimeoutError` now, the minor version since when, and
/// whether they were `OSError` before.
const MERGED: &[(&str, u8, bool)] = &[
    ("socket.timeout", 10, true),
    ("asyncio.TimeoutError", 11, false),
    ("concurrent.futures.TimeoutError", 11, false),
];

impl Rule for TimeoutHandlers {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Semantics, fix: None, kinds: &[Kind::Python, Kind::Notebook] }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["socket.timeout", "asyncio.TimeoutError", "concurrent.futures.TimeoutError"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        let name = |home, name| Trigger::Name { home, name, argument: None };
        vec![
            name("socket", "timeout"),
            name("asyncio", "TimeoutError"),
            name("asyncio.exceptions", "TimeoutError"),
            name("concurrent.futures", "TimeoutError"),
        ]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let mut tries = Tries(Vec::new());
        tries.visit_body(code.module.body());
        for stmt in tries.0 {
            let Some(found) = merged(file, code, stmt) else { continue };
            if reach(code, found.place, Fault::Name) == Reach::Dead {
                continue;
            }
            let Found { place, name, since, by } = found;
            let message = format!(
                "`{name}` is `TimeoutError` since Python 3.{since}: the handler of `{by}` above takes what this one was for"
            );
            sink.finding(name, place, message)
                .severity(Severity::Warning)
                .confidence(Confidence::Certain)
                .help("Put the handler of timeouts first, or make one of both")
                .url(format!("https://docs.python.org/3/whatsnew/3.{since}.html"))
                .emit();
        }
    }
}

/// A handler that never runs any more.
struct Found {
    place: TextRange,
    name: &'static str,
    since: u8,
    by: String,
}

fn merged<'a>(file: &File<'_>, code: &Code<'a>, stmt: &'a StmtTry) -> Option<Found> {
    if stmt.handlers.len() < 2 {
        return None;
    }
    let waiting = waiting_of(code, stmt);
    let body = |at: usize| {
        let ExceptHandler::ExceptHandler(handler) = &stmt.handlers[at];
        let whole = TextRange::new(handler.body[0].start(), handler.end());
        file.document.text[whole].split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for (at, later) in waiting.iter().enumerate() {
        for (before, earlier) in waiting[..at].iter().enumerate() {
            let Some((name, since, by)) = hides(earlier, later) else { continue };
            let seen = PythonVersion { major: 3, minor: since };
            if file.minimum() >= seen || code.target < seen || body(at) == body(before) {
                continue;
            }
            return Some(Found { place: later.named?.range(), name, since, by });
        }
    }
    None
}

/// Whether an earlier handler now takes all that a later one was for, and did
/// not before.
fn hides(earlier: &Waiting<'_>, later: &Waiting<'_>) -> Option<(&'static str, u8, String)> {
    let has = |waiting: &Waiting<'_>, class: &str| waiting.classes.iter().any(|one| one == class);
    let all = |class: &str| ["Exception", "BaseException"].contains(&class);
    if earlier.open || later.open || earlier.classes.iter().any(|class| all(class)) {
        return None;
    }
    MERGED.iter().find_map(|(name, since, was_os_error)| {
        if has(later, name) && !has(earlier, name) {
            let by = ["TimeoutError", "OSError"].into_iter().find(|by| has(earlier, by))?;
            return (!(by == "OSError" && *was_os_error)).then(|| (*name, *since, by.to_owned()));
        }
        // The other way round: only what the system calls a timeout came here.
        let hidden = has(earlier, name) && !has(earlier, "TimeoutError") && !has(earlier, "OSError");
        let alone = later.classes.len() == 1 && has(later, "TimeoutError");
        (hidden && alone).then(|| (*name, *since, (*name).to_owned()))
    })
}

struct Tries<'a>(Vec<&'a StmtTry>);

impl<'a> Visitor<'a> for Tries<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Try(stmt) = stmt {
            self.0.push(stmt);
        }
        visitor::walk_stmt(self, stmt);
    }
}
