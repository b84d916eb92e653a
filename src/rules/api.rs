//! What the rules about names of the standard library share: from a use to a finding.

use crate::catalogue::{Fact, Form, Kind, lookup};
use crate::discover;
use crate::edit::Plan;
use crate::edit::repair::{Repair, bridge, repair};
use crate::finding::{Confidence, Severity};
use crate::python::Code;
use crate::python::guards::{Reach, is_dead_module, reach, reach_member};
use crate::python::uses::{self, Use};
use crate::rule::{File, Sink, Trigger};
use crate::version::PythonVersion;

/// What wakes a rule about the facts that `counts`.
pub fn triggers(counts: impl Fn(Fact) -> bool) -> Vec<Trigger> {
    let facts = lookup::facts().filter(|fact| counts(*fact));
    let mut triggers: Vec<Trigger> = facts.flat_map(of_fact).collect();
    triggers.dedup();
    triggers
}

/// A method may be called on an object that another module made; anything else
/// needs an import of its module, under any of its homes.
fn of_fact(fact: Fact) -> Vec<Trigger> {
    let name = fact.name.last();
    let by_keyword = match fact.name.form {
        None => fact.name.position.is_none(),
        Some(form) => form == Form::Keyword,
    };
    let argument = fact.name.parameter().filter(|_| by_keyword);
    let homes = fact.module.homes();
    match fact.name.class() {
        None => homes.map(|home| Trigger::Name { home, name, argument }).collect(),
        Some(_) if let Some(word) = uses::keyword(name) => {
            let called = homes.clone().map(|home| Trigger::Member { home: Some(home), name, argument });
            // What a package holds is a path as well.
            let packages = ["importlib.resources", "importlib_resources"];
            let packages = packages.into_iter().filter(|_| fact.module.name == "pathlib");
            let near = homes.chain(packages).map(|home| Trigger::Keyword { home, word, calls: uses::CALLS });
            near.chain(called).collect()
        }
        Some(_) if name == "__getitem__" => homes.map(Trigger::Module).collect(),
        Some(_) if uses::is_common(fact) => {
            let homes = homes.chain(uses::givers(fact).iter().copied());
            homes.map(|home| Trigger::Member { home: Some(home), name, argument }).collect()
        }
        Some(_) => vec![Trigger::Member { home: None, name, argument }],
    }
}

/// Reports a use at `gravest` or below, unless the code around it expects the fault.
pub fn report<'a>(
    file: &File<'_>,
    code: &Code<'a>,
    one: &Use<'a>,
    gravest: Severity,
    message: String,
    sink: &mut Sink<'_>,
) {
    let fact = one.fact;
    let reached = reached(code, one);
    let confidence = match reached {
        Reach::Live => one.confidence,
        Reach::Fallback => Confidence::Possible,
        Reach::Guarded | Reach::Dead => return,
    };
    if is_dead_module(code) {
        return;
    }
    let severity = match confidence {
        _ if file.document.kind == discover::Kind::Stub => Severity::Info,
        Confidence::Possible => Severity::Warning,
        _ if one.deferred => Severity::Warning,
        Confidence::Likely | Confidence::Certain => Severity::Error,
    };
    let draft = sink
        .finding(fact.symbol(), one.range, message)
        .severity(severity.min(gravest))
        .confidence(confidence)
        .url(fact.source())
        .versions(fact.name.deprecated, fact.name.removed);
    let draft = match help(fact) {
        Some(help) => draft.help(help),
        None => draft,
    };
    // What only runs where the new name is missing is there for the old one.
    let repair = (reached == Reach::Live).then(|| repaired(file, code, one)).flatten();
    let Some(Repair { plan: Plan { message, reason, changes }, shown_because }) = repair else {
        return draft.emit();
    };
    let edits = changes.into_iter().map(|change| file.edit(change.range, change.content)).collect();
    match (shown_because, reason) {
        (Some(shown), _) => draft.display_fix(message, shown, edits).emit(),
        (None, Some(reason)) => draft.unsafe_fix(message, reason, edits).emit(),
        (None, None) => draft.safe_fix(message, edits).emit(),
    }
}

/// A repair that works on every Python of the project, or says why it does not.
fn repaired<'a>(file: &File<'_>, code: &Code<'a>, one: &Use<'a>) -> Option<Repair> {
    let name = one.fact.name;
    let python2 = file.keeps_python2().filter(|_| name.since.major > 2);
    let gone = name.removed.is_some_and(|removed| removed <= code.target);
    if gone
        && (python2.is_some() || name.since > file.minimum())
        && let Some(bridged) = bridge(code, file.minimum(), one)
    {
        return Some(bridged);
    }
    let mut repair = repair(code, file.minimum(), one)?;
    let removes = repair.plan.changes.iter().all(|change| change.content.is_empty());
    let python2 = python2.filter(|_| !removes);
    // What still works is not given up for what stops working elsewhere.
    repair.shown_because = repair.shown_because.or_else(|| python2.clone().filter(|_| !gone));
    repair.plan.reason = repair.plan.reason.or(python2);
    Some(repair)
}

fn reached<'a>(code: &Code<'a>, one: &Use<'a>) -> Reach {
    match one.receiver() {
        Some(receiver) => reach_member(code, one.range, one.fault(), receiver),
        None => reach(code, one.range, one.fault()),
    }
}

/// The way out, as a sentence.
fn help(fact: Fact) -> Option<String> {
    let name = fact.name;
    let since = if name.since > (PythonVersion { major: 3, minor: 3 }) {
        format!(" (Python {} and later)", name.since)
    } else {
        String::new()
    };
    if let Some(instead) = name.instead {
        return Some(format!("Instead: {instead}"));
    }
    if let Some(replace) = name.replace {
        return Some(match name.kind {
            Some(Kind::Parameter) => format!("Pass it as `{replace}`{since}"),
            _ => format!("Use `{replace}`{since}"),
        });
    }
    if let Some(rewritten) = name.rewritten() {
        return Some(format!("Use `{rewritten}`{since}"));
    }
    match name.form {
        _ if name.drop => Some("Leave the argument out".to_owned()),
        Some(Form::Keyword) => Some("Pass it by position".to_owned()),
        Some(Form::Positional) => Some(format!("Pass it as `{}=…`", name.parameter().unwrap_or_default())),
        None => None,
    }
}
