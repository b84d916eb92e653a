//! A handler that waits for an exception which the operation no longer throws.
//!
//! ## What it finds
//! `except`, `contextlib.suppress`, `pytest.raises` and `assertRaises` that
//! name the exception which an operation inside of them threw before, and not
//! the one that it throws now: `getpass.getuser()` (`KeyError`, now `OSError`),
//! `Path.resolve()` of a symbolic link that leads to itself (`RuntimeError`, now
//! `OSError`), `compile()` of text with null bytes (`ValueError`, now
//! `SyntaxError`), `sqlite3` (`InterfaceError`, now `ProgrammingError`) and others;
//! or an exception that does not come any more.
//!
//! ## Why
//! The exception goes past the handler that was written for it. What changed
//! when is in [What's New in Python](https://docs.python.org/3/whatsnew/index.html).
//!
//! ## Example
//! ```python
//! import getpass
//!
//! try:
//!     user = getpass.getuser()
//! except (KeyError, ImportError):
//!     user = "unknown"
//! ```
//! Use instead:
//! ```python
//! import getpass
//!
//! try:
//!     user = getpass.getuser()
//! except (KeyError, ImportError, OSError):
//!     user = "unknown"
//! ```
//!
//! ## Fix safety
//! The new exception is added, the old one stays. That is safe where the
//! operation is the only one in the block: on an older Python the handler
//! catches nothing more than it did. Otherwise it is unsafe, since other
//! operations may throw that exception, too.

use ruff_python_ast::Expr;
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::handlers::{Guarded, Operation, Waiting, guarded};
use crate::rules::thrown::{CHANGES, Change, is_rival};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ChangedException = ChangedException;

/// Reports handlers that wait in vain.
pub struct ChangedException;

impl Rule for ChangedException {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn triggers(&self) -> Vec<Trigger> {
        let name = |home, name, caught| Trigger::Name { home, name, argument: Some(caught) };
        let member = |home, name, argument| Trigger::Member { home, name, argument: Some(argument) };
        let mut triggers = vec![
            Trigger::Name { home: "getpass", name: "getuser", argument: None },
            name("importlib.util", "resolve_name", "ValueError"),
            name("random", "randrange", "ValueError"),
            name("math", "factorial", "ValueError"),
            name("ast", "parse", "ValueError"),
            name("dataclasses", "replace", "ValueError"),
            name("email.utils", "parsedate_to_datetime", "TypeError"),
            Trigger::Call { name: "__import__", bare: false, argument: Some("ValueError") },
            Trigger::Word("__set_name__"),
            member(Some("pathlib"), "resolve", "RuntimeError"),
            member(None, "_replace", "ValueError"),
            member(None, "enter_context", "AttributeError"),
            member(None, "fromisoformat", "ValueError"),
        ];
        let sqlite = ["InterfaceError", "Warning"];
        triggers.extend(sqlite.map(|name| Trigger::Member { home: Some("sqlite3"), name, argument: None }));
        triggers.extend(sqlite.map(|name| Trigger::Name { home: "sqlite3", name, argument: None }));
        triggers.extend(["dump", "dumps"].map(|dump| name("pickle", dump, "AttributeError")));
        triggers.push(Trigger::Call { name: "compile", bare: false, argument: Some("ValueError") });
        // `value in Colour`, where its `TypeError` is expected.
        triggers.push(Trigger::Text(|text| {
            ["Enum", "TypeError"].iter().all(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
        }));
        triggers
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for block in guarded(code) {
            for change in CHANGES.iter().filter(|change| change.is_seen_by(file)) {
                let Some((waiting, class)) = change.waits(&block) else { continue };
                let done = block.operations.iter().find_map(|one| Some((*one, (change.is)(code, *one)?)));
                let Some((operation, confidence)) = done else { continue };
                let place = waiting.named.map_or_else(|| range(operation), Ranged::range);
                if reach(code, range(operation), Fault::Name) == Reach::Dead {
                    continue;
                }
                let confidence = match block.actions {
                    0 | 1 => confidence,
                    _ if block.operations.iter().any(|one| is_rival(code, *one)) => Confidence::Possible,
                    _ => confidence.min(Confidence::Likely),
                };
                change.report(file, code, &block, (waiting, class), (place, confidence), sink);
            }
        }
    }
}

impl Change {
    fn since(&self) -> PythonVersion {
        PythonVersion { major: 3, minor: self.since }
    }

    /// Whether the project ever ran where it was as before.
    fn is_seen_by(&self, file: &File<'_>) -> bool {
        file.minimum() < self.since()
    }

    /// Who in the block waits for what no longer comes, and the class named.
    fn waits<'b, 'a>(&self, block: &'b Guarded<'a>) -> Option<(&'b Waiting<'a>, &'static str)> {
        if block.waiting.iter().any(|waiting| waiting.may_catch(self.new.unwrap_or("Exception"))) {
            return None;
        }
        let mut all = block.waiting.iter();
        all.find_map(|waiting| {
            let class = self.old.iter().find_map(|old| match self.new {
                Some(new) => waiting.is_meant_for(old, new).then_some(*old),
                None => waiting.classes.iter().any(|class| class == old).then_some(*old),
            })?;
            Some((waiting, class))
        })
    }

    fn report<'a>(
        &self,
        file: &File<'_>,
        code: &Code<'a>,
        block: &Guarded<'a>,
        (waiting, class): (&Waiting<'a>, &str),
        (place, confidence): (TextRange, Confidence),
        sink: &mut Sink<'_>,
    ) {
        let (since, Self { symbol, when, .. }) = (self.since(), self);
        let future = since > code.target;
        // What only works where it failed does not harm; a test that waits for the failure does fail.
        let harmless = self.new.is_none() && !block.demanded && *symbol != "object.__set_name__";
        let severity = match symbol {
            _ if future || harmless => Severity::Info,
            _ => Severity::Warning,
        };
        let (message, help) = match self.new {
            Some(new) => (
                format!(
                    "`{symbol}` throws `{new}` instead of `{class}` {when} since Python {since}, and nothing here catches it"
                ),
                format!("Catch `{new}` as well"),
            ),
            None => (
                format!("`{symbol}` no longer throws `{class}` {when}, since Python {since}"),
                "Test for the condition itself".to_owned(),
            ),
        };
        let draft = sink
            .finding(*symbol, place, message)
            .severity(severity)
            .confidence(confidence)
            .help(help)
            .url(self.url);
        let edit = self.new.and_then(|new| addition(file, code, waiting, new));
        match (edit, self.new) {
            (Some(edit), Some(new)) => {
                let title = format!("Catch `{new}` as well");
                if block.actions <= 1 {
                    draft.safe_fix(title, vec![edit]).emit();
                } else {
                    let reason = format!("other operations in the block may throw `{new}`, too");
                    draft.unsafe_fix(title, reason, vec![edit]).emit();
                }
            }
            _ => draft.emit(),
        }
    }
}

/// Adds a class to those that a handler names.
fn addition<'a>(file: &File<'_>, code: &Code<'a>, waiting: &Waiting<'a>, new: &str) -> Option<Edit> {
    let named = waiting.named?;
    let text = &file.document.text;
    let new = match new.rsplit_once('.') {
        // `sqlite3.ProgrammingError` is where `sqlite3.InterfaceError` is.
        Some((_, last)) => {
            let first = if let Expr::Tuple(tuple) = named { tuple.elts.first()? } else { named };
            let Expr::Attribute(attribute) = first else { return None };
            if code.meanings(&attribute.value).only() != new.rsplit_once('.').map(|(home, _)| home) {
                return None;
            }
            format!("{}.{last}", &text[attribute.value.range()])
        }
        None => {
            let bound = code.names().bindings_at(new, named.start());
            bound.is_empty().then(|| new.to_owned())?
        }
    };
    match named {
        Expr::Tuple(tuple) if text[tuple.range()].starts_with('(') => {
            let last = tuple.elts.last()?;
            Some(file.edit(TextRange::empty(last.end()), format!(", {new}")))
        }
        Expr::Name(name) if matches!(code.names().only_binding(name), Some(BindingKind::Assignment(_))) => {
            None
        }
        Expr::Name(_) | Expr::Attribute(_) => {
            Some(file.edit(named.range(), format!("({}, {new})", &text[named.range()])))
        }
        _ => None,
    }
}

fn range(operation: Operation<'_>) -> TextRange {
    match operation {
        Operation::Call(call) => call.range,
        Operation::With(with) => with.range(),
        Operation::Compare(compare) => compare.range(),
        Operation::Class(class) => class.name.range(),
    }
}
