//! A name written into `locals()` that is looked for later and not found.
//!
//! ## What it finds
//! In functions: `locals()["x"] = …`, `vars()["x"] = …`, `update`, `setdefault`
//! and `|=` on what `locals()` gave, where `locals()`, `eval` or `exec` behind it
//! looks for the name. A write that nothing in the function looks for is
//! information only: it never had an effect. Silent are classes and modules,
//! where `locals()` is the namespace itself, and a dictionary that is kept,
//! written and used under its own name.
//!
//! ## Why
//! Up to Python 3.12 every `locals()` of a call gave the same dictionary, so that
//! names put into it were found by the next one, by `eval` and by `exec`. Since
//! [Python 3.13](https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals)
//! each gives a snapshot of its own ([PEP 667](https://peps.python.org/pep-0667/)).
//!
//! ## Example
//! ```python
//! def area(sizes):
//!     locals().update(sizes)
//!     return eval("width * height")
//! ```
//! Use instead:
//! ```python
//! def area(sizes):
//!     return eval("width * height", globals(), sizes)
//! ```
//!
//! ## Fix safety
//! Where a dictionary from `locals()` is kept under a name, and `eval` or `exec` looks for what was
//! written into it, it is handed to them: `eval(text, globals(), names)`. That is unsafe, as
//! variables that are changed in between have their older values in it. A write of one literal name
//! is shown as an assignment, and never made: a new variable may hide a name of the module in the
//! rest of the function.

use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::python::Code;
use crate::python::locals::{Event, Function, How, Lost, Mapping, lost};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: LocalsWrite = LocalsWrite;

/// Reports names that are put into `locals()` in vain.
pub struct LocalsWrite;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.13.html#defined-mutation-semantics-for-locals";

impl Rule for LocalsWrite {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
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
            let all = lost(code, function);
            for event in &function.events {
                let Some(one) = event.as_use() else { continue };
                let How::Write(names) = &one.how else { continue };
                let own = all.iter().filter(|lost| lost.source.range == event.range);
                let gravest = own.filter(|lost| lost.observer.is_live(code)).max_by_key(|lost| lost.grade);
                let fresh = matches!(one.mapping, Mapping::Fresh("locals" | "vars"));
                if gravest.is_none() && !fresh || !event.is_live(code) {
                    continue;
                }
                let draft =
                    sink.finding(event.symbol(), event.range, message(file, event, gravest)).url(SOURCE);
                let draft = match gravest {
                    Some(lost) => draft.severity(lost.grade.severity).confidence(lost.grade.confidence).help(
                        "Keep the names in a dictionary of your own, and hand it to what looks for them",
                    ),
                    None => {
                        draft.severity(Severity::Info).confidence(Confidence::Certain).help("Leave it out")
                    }
                };
                if let Mapping::Held(held) = one.mapping
                    && let Some(edits) = handed_over(file, function, held, &all, event)
                {
                    let reason = format!(
                        "variables that get another value after `{held} = {}()` have the older one there",
                        event.symbol()
                    );
                    draft.unsafe_fix(format!("Hand `{held}` over"), reason, edits).emit();
                    continue;
                }
                let name = names.as_ref().and_then(|names| <[_; 1]>::try_from(names.clone()).ok());
                match name.filter(|[name]| fresh && is_assigned(file, event, name)) {
                    Some([name]) => draft
                        .display_fix(
                            format!("Make `{name}` a variable"),
                            "it may hide a name of the module in the rest of the function",
                            vec![file.edit(event.range, name)],
                        )
                        .emit(),
                    None => draft.emit(),
                }
            }
        }
    }
}

/// The kept dictionary as the namespace of all that looks for what is written into it; `None` where
/// something else does, or where the name may hold another one.
fn handed_over(
    file: &File<'_>,
    function: &Function<'_>,
    held: &str,
    all: &[Lost<'_, '_>],
    event: &Event<'_>,
) -> Option<Vec<Edit>> {
    let keeps = |event: &&Event<'_>| {
        event.as_use().is_some_and(|one| matches!(one.how, How::Keep(name) if name == held))
    };
    if function.events.iter().filter(keeps).count() != 1 {
        return None;
    }
    let own = all.iter().filter(|lost| lost.source.range == event.range);
    let edits: Option<Vec<Edit>> = own
        .map(|lost| {
            let run = lost.observer.as_run()?;
            let binds = run.effect.binds_more || !run.effect.binds.is_empty();
            let [code] = &*run.call.arguments.args else { return None };
            let is_bare = run.call.arguments.keywords.is_empty() && !code.is_starred_expr();
            let end = TextRange::empty(code.end());
            (is_bare && !binds).then(|| file.edit(end, format!(", globals(), {held}")))
        })
        .collect();
    edits.filter(|edits| !edits.is_empty())
}

/// Whether the event is the whole target of an assignment, of what can be a variable.
fn is_assigned(file: &File<'_>, event: &Event<'_>, name: &str) -> bool {
    let text = &file.document.text;
    let after = text[event.range.end().to_usize()..].trim_start_matches([' ', '\t']);
    let line = text[..event.range.start().to_usize()].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = TextSize::try_from(line).unwrap_or_default();
    let alone = text[line.to_usize()..event.range.start().to_usize()].trim().is_empty();
    let is_name = !name.is_empty()
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    alone && after.starts_with('=') && !after.starts_with("==") && is_name
}

fn message(file: &File<'_>, event: &Event<'_>, lost: Option<&Lost<'_, '_>>) -> String {
    let symbol = event.symbol();
    let Some(lost) = lost else {
        return format!("What is written into `{symbol}()` here is read by nothing in the function");
    };
    let observer = lost.observer.symbol();
    let row = file.document.span(lost.observer.range).start.row;
    match &lost.names[..] {
        [] => format!(
            "`{observer}` in line {row} no longer sees what is written into `{symbol}()` here, since Python 3.13"
        ),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            let names = names.join(", ");
            format!(
                "`{observer}` in line {row} no longer sees {names}, written into `{symbol}()` here, since Python 3.13"
            )
        }
    }
}
