//! A call of the standard library that newer Pythons refuse, or answer otherwise.
//!
//! ## What it finds
//! Functions and methods that are still there, used in a way that changed:
//! a set given to `random.sample`, flags in the middle of a regular expression,
//! `entry_points()` taken for a dictionary, `Path.glob("**")` that now gives
//! files, too. What arguments are is known by literals, by names bound once and
//! by types inferred across the files of the project.
//!
//! ## Why
//! An error is raised on the target version. A warning gives another result
//! there, without a word; where the project declares that it already runs on a
//! version with the new result, it is an info. So is what works on the target,
//! and a later version will refuse or do otherwise. The changes are listed under
//! "Porting to" in [What's New in Python](https://docs.python.org/3/whatsnew/index.html).
//!
//! ## Example
//! ```python
//! import random
//!
//! names = {"ann", "bob", "eve"}
//! print(random.sample(names, 2))
//! ```
//! Use instead:
//! ```python
//! import random
//!
//! names = {"ann", "bob", "eve"}
//! print(random.sample(tuple(names), 2))
//! ```
//!
//! ## Fix safety
//! Safe where the new code does on every Python what the old code did before
//! the change. Otherwise unsafe, with the reason.

use crate::catalogue::changes::{Change, Gravity};
use crate::catalogue::{CHANGES, Fact};
use crate::config::Settings;
use crate::discover::Kind;
use crate::edit::Plan;
use crate::edit::behaviour;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::changes::{self, Found};
use crate::python::guards::{Fault, Reach, is_dead_module, reach, reach_member};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ChangedBehaviour = ChangedBehaviour;

/// Reports uses of what changed.
pub struct ChangedBehaviour;

impl Rule for ChangedBehaviour {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        let mut triggers: Vec<Trigger> = CHANGES.iter().flat_map(of_change).collect();
        triggers.dedup();
        triggers
    }

    fn triggers_for(&self, settings: &Settings) -> Vec<Trigger> {
        // Files that state no oldest Python are taken for those of the oldest.
        let minimum = settings.minimum.unwrap_or(PythonVersion { major: 3, minor: 0 });
        let shown = |change: &&Change| {
            gravity(change, settings.target, minimum)
                .is_some_and(|severity| severity >= settings.min_severity)
        };
        let mut triggers: Vec<Trigger> = CHANGES.iter().filter(shown).flat_map(of_change).collect();
        triggers.dedup();
        triggers
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let minimum = file.minimum();
        let wanted = |change: &'static Change| {
            gravity(change, code.target, minimum)
                .is_some_and(|severity| severity >= file.settings.min_severity)
        };
        for found in changes::find(code, &wanted) {
            report(file, code, &found, minimum, sink);
        }
    }
}

/// What wakes the rule about one change.
fn of_change(change: &'static Change) -> Vec<Trigger> {
    const FLAGS: &[&str] = &["(?a", "(?i", "(?L", "(?m", "(?s", "(?u", "(?x"];
    let arguments = || change.when.arguments.iter();
    let is_word = |text: &&&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let said: Vec<&'static str> =
        arguments().flat_map(|argument| argument.equals).filter(is_word).copied().collect();
    let keyword = arguments().find(|argument| !argument.absent && argument.at.is_none());
    let words: Vec<Option<&'static str>> = if arguments().any(|argument| argument.reads == Some(GLOBAL_FLAGS))
    {
        FLAGS.iter().copied().map(Some).collect()
    } else if said.is_empty() {
        vec![keyword.map(|argument| argument.name)]
    } else {
        said.into_iter().map(Some).collect()
    };
    let handed_on = change.handed_on_by.iter().flat_map(|handed| {
        let (home, name) = (handed.module, handed.function);
        words.iter().map(move |word| Trigger::Name { home, name, argument: *word })
    });
    let handed_on: Vec<Trigger> = handed_on.collect();
    let facts = change.named().map(|changed| changed.fact);
    facts
        .flat_map(|fact| words.iter().flat_map(move |word| of_name(change, fact, *word)))
        .chain(handed_on)
        .collect()
}

const GLOBAL_FLAGS: crate::catalogue::changes::Reading = crate::catalogue::changes::Reading::GlobalFlags;

fn of_name(change: &Change, fact: Fact, argument: Option<&'static str>) -> Vec<Trigger> {
    let name = fact.name.last();
    if fact.module.name == "builtins" {
        return vec![Trigger::Call { name, bare: false, argument }];
    }
    let homes = fact.module.homes();
    match fact.name.class() {
        None => homes.map(|home| Trigger::Name { home, name, argument }).collect(),
        Some(_) if change.anywhere => vec![Trigger::Member { home: None, name, argument }],
        Some(_) => homes.map(|home| Trigger::Member { home: Some(home), name, argument }).collect(),
    }
}

/// How grave a change is for code that runs on the target; `None` if it is yet to come.
fn gravity(change: &Change, target: PythonVersion, minimum: PythonVersion) -> Option<Severity> {
    if change.since > target {
        return change.deprecated.filter(|version| *version <= target).map(|_| Severity::Info);
    }
    Some(match change.severity {
        Gravity::Error => Severity::Error,
        // The project runs on a version with the new behaviour as it is.
        Gravity::Warning if change.since <= minimum && minimum < target => Severity::Info,
        Gravity::Warning => Severity::Warning,
        Gravity::Info => Severity::Info,
    })
}

fn report<'a>(
    file: &File<'_>,
    code: &Code<'a>,
    found: &Found<'a>,
    minimum: PythonVersion,
    sink: &mut Sink<'_>,
) {
    let change = found.changed.change;
    let Some(severity) = gravity(change, code.target, minimum) else { return };
    let reached = reached(code, found);
    let confidence = match reached {
        Reach::Dead => return,
        Reach::Guarded if change.raises.is_some() => return,
        Reach::Live | Reach::Guarded => found.verdict.confidence,
        Reach::Fallback => Confidence::Possible,
    };
    if is_dead_module(code) {
        return;
    }
    let gravest = match confidence {
        _ if found.verdict.partial => Severity::Warning,
        Confidence::Possible => Severity::Warning,
        Confidence::Likely | Confidence::Certain => Severity::Error,
    };
    let draft = sink
        .finding(found.changed.symbol(), found.range, message(change, code.target))
        .severity(severity.min(gravest))
        .confidence(confidence)
        .url(change.source)
        .help(format!("Instead: {}", change.instead))
        .versions(change.deprecated, None);
    let mended = (reached == Reach::Live).then(|| behaviour::mend(code, minimum, found)).flatten();
    let Some(Plan { message, reason, changes }) = mended else { return draft.emit() };
    // What is written instead of a text is what Python 3 reads in it.
    let rewritten = change.fix.as_ref().is_some_and(|fix| fix.without.is_some() || fix.text.is_some());
    let reason = reason.or_else(|| file.keeps_python2().filter(|_| rewritten));
    let edits = changes.into_iter().map(|change| file.edit(change.range, change.content)).collect();
    match reason {
        Some(reason) => draft.unsafe_fix(message, reason, edits).emit(),
        None => draft.safe_fix(message, edits).emit(),
    }
}

fn message(change: &Change, target: PythonVersion) -> String {
    let Change { message, since, .. } = change;
    match change.deprecated {
        Some(deprecated) if *since > target => {
            format!("{message} from Python {since} on; deprecated since Python {deprecated}")
        }
        _ => format!("{message} since Python {since}"),
    }
}

/// Whether the place runs, and whether what is raised there is expected.
fn reached<'a>(code: &Code<'a>, found: &Found<'a>) -> Reach {
    let fault = match found.changed.change.raises {
        Some("AttributeError") => Fault::Attribute,
        Some("ValueError" | "KeyError" | "OverflowError" | "RuntimeError") => Fault::Value,
        _ => Fault::Call,
    };
    match found.receiver {
        Some(receiver) => reach_member(code, found.range, fault, receiver),
        None => reach(code, found.range, fault),
    }
}
