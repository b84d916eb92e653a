//! What names give way to: it is there, and it does the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::ask::{MINORS, Outcome, ask};
use crate::entries::{Entry, entries};
use crate::inquiry::Inquiry;
use crate::schema::{Kind, Module, Name};
use crate::{NEWEST, catalogue, last, minor};

/// Python that defines `find`, which turns a dotted name into what it means.
pub const FIND: &str = r#"
import importlib

def find(dotted):
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            thing = getattr(thing, part)
        return thing
    raise ImportError(dotted)
"#;

/// Python that prints which of the dotted names mean something, one a line.
pub fn finding(names: &[String]) -> String {
    let names = serde_json::to_string(names).expect("texts are JSON");
    format!(
        r#"{FIND}
for name in {names}:
    try:
        find(name)
        print(name)
    except (ImportError, AttributeError):
        pass
"#
    )
}

/// The names that merely go with their module.
fn plain(module: &Module) -> impl Iterator<Item = &String> {
    module.names.iter().filter(|(_, fact)| fact.kind.is_none()).map(|(name, _)| name)
}

#[test]
fn names_existed() {
    let mut programs = Vec::new();
    let mut never = BTreeSet::new();
    let modules = catalogue().into_iter().filter(|module| module.removed.is_some());
    for module in modules.filter(|module| module.platform.is_none()) {
        let names: Vec<String> = plain(&module).map(|name| format!("{}.{name}", module.module)).collect();
        programs.extend((*MINORS.start()..=last(&module)).map(|version| (version, finding(&names))));
        never.extend(names);
    }
    for outcome in ask(&programs) {
        // Where an interpreter is missing, nothing can be said.
        let Some(outcome) = outcome else { return };
        assert!(outcome.ran(), "{outcome:?}");
        for name in outcome.printed.lines() {
            never.remove(name);
        }
    }
    assert!(never.is_empty(), "in no version: {never:?}");
}

#[test]
fn successors_exist_from_their_version_on() {
    let mut from: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for module in catalogue() {
        // Attributes may belong to instances: the probes read them.
        let classless = |fact: &&Name| !matches!(fact.kind, Some(Kind::Parameter | Kind::Attribute));
        for fact in module.names.values().filter(classless) {
            let Some(successor) = fact.replace.clone().filter(|successor| is_standard(successor)) else {
                continue;
            };
            let since = fact.since.as_deref().map_or(0, minor).max(*MINORS.start());
            from.entry(since).or_default().push(successor);
        }
    }
    let mut inquiry = Inquiry::default();
    for (since, successors) in from {
        for version in since..=NEWEST {
            let expected = successors.clone();
            let says = format!("successors since 3.{since} are there");
            inquiry.expect(version, finding(&successors), says, move |outcome| {
                outcome.ran() && outcome.printed.lines().eq(&expected)
            });
        }
    }
    inquiry.settle();
}

fn is_standard(dotted: &str) -> bool {
    !["setuptools", "packaging"].contains(&dotted.split('.').next().unwrap_or(dotted))
}

/// Python that compares `old` with `new`, which are dotted names, and fails with
/// what differs. What belongs to a class is called with its receiver in front.
pub const COMPARE: &str = r#"
def named(dotted):
    """Reads an attribute of whatever it is given."""
    return lambda receiver: getattr(receiver, dotted.rpartition(".")[2])

def told(function, arguments):
    try:
        result = eval("function(" + arguments + ")", {"function": function})
    except BaseException as error:
        return "raises", type(error).__name__, str(error).replace(*words)
    if hasattr(result, "hexdigest"):
        result = result.hexdigest()
    elif isinstance(result, type(importlib)):
        result = result.__name__, sorted(vars(result))
    elif type(result).__eq__ is object.__eq__ and hasattr(result, "__dict__"):
        result = type(result).__name__, sorted(vars(result).items())
    return "returns", result

words = [dotted.rpartition(".")[2] for dotted in (old, new)]
try:
    old, new = (named(old), named(new)) if attribute else (find(old), find(new))
except (ImportError, AttributeError):
    old = new = None
if old is not new and not callable(old):
    assert type(old) is type(new) and old == new, (old, new)
elif old is not new:
    assert probes or not safe, "two functions, and no probe to compare them"
for arguments in probes:
    if old is not None:
        before, after = told(old, arguments), told(new, arguments)
        assert before == after, (arguments, before, after)
"#;

fn comparison(old: &str, new: &str, fact: &Name) -> String {
    let probes = serde_json::to_string(&fact.probe).expect("texts are JSON");
    let word = |truth: bool| if truth { "True" } else { "False" };
    let (safe, attribute) = (word(is_same(fact)), word(fact.kind == Some(Kind::Attribute)));
    format!(
        "{FIND}\nold, new = {old:?}, {new:?}\nprobes = {probes}\nsafe, attribute = {safe}, {attribute}\n{COMPARE}"
    )
}

fn is_same(fact: &Name) -> bool {
    fact.unsafe_because.is_none() && fact.shown_because.is_none()
}

#[test]
fn drop_in_successors_give_the_same_results() {
    let mut inquiry = Inquiry::default();
    let mut compare = |old: String, fact: &Name, versions: [u8; 2]| {
        let Some(successor) = &fact.replace else { return };
        if !is_same(fact) && fact.probe.is_empty() {
            return;
        }
        for version in BTreeSet::from(versions) {
            let says = format!("`{old}` and `{successor}` do the same");
            inquiry.expect(version, comparison(&old, successor, fact), says, Outcome::ran);
        }
    };
    let since = |fact: &Name| fact.since.as_deref().map_or(0, minor);
    for module in catalogue() {
        for (name, fact) in module.names.iter().filter(|(_, fact)| fact.kind.is_none()) {
            let first = since(fact).max(*MINORS.start());
            compare(format!("{}.{name}", module.module), fact, [first, last(&module).max(first)]);
        }
    }
    for entry in entries().iter().filter(|entry| entry.is_here() && entry.kind != Kind::Parameter) {
        let first = since(&entry.fact).max(entry.first());
        // What a method does to its receiver is told by its programs.
        if entry.fact.probe.is_empty() && renamed(entry).is_some() {
            continue;
        }
        compare(entry.dotted(), &entry.fact, [first, entry.last().max(first)]);
    }
    inquiry.settle();
}

/// The bad programs of a function or method, with its successor in their place, if that
/// lives in the same module or class.
fn renamed(entry: &Entry) -> Option<Vec<String>> {
    let (home, new) = entry.fact.replace.as_deref()?.rsplit_once('.')?;
    let moved = entry.dotted().rsplit_once('.')?.0 != home;
    let called = matches!(entry.kind, Kind::Function | Kind::Method);
    let late = entry.fact.since.as_deref().is_some_and(|since| minor(since) > entry.last());
    if moved || late || !called || !is_same(&entry.fact) || entry.fact.bad.is_empty() {
        return None;
    }
    let with_keywords = |program: String| {
        let keywords = entry.fact.keywords.iter();
        keywords.fold(program, |program, (old, new)| program.replace(&format!("{old}="), &format!("{new}=")))
    };
    Some(entry.fact.bad.iter().map(|bad| with_keywords(reworded(bad, entry.last_word(), new))).collect())
}

/// A program with another word in place of each `old`.
fn reworded(program: &str, old: &str, new: &str) -> String {
    let words = program.split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let reworded = words.map(|piece| match piece.strip_prefix(old) {
        Some(rest) if rest.chars().all(|letter| !letter.is_alphanumeric() && letter != '_') => {
            format!("{new}{rest}")
        }
        _ => piece.to_owned(),
    });
    reworded.collect()
}

#[test]
fn successors_print_the_same() {
    let entries = entries();
    let mut pairs = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_here()) {
        for (bad, new) in entry.fact.bad.iter().zip(renamed(entry).into_iter().flatten()) {
            assert_ne!(*bad, new, "`{}` is not called in its program", entry.symbol());
            pairs.push((entry.symbol(), (entry.last(), bad.clone()), (entry.last(), new)));
        }
    }
    let before = ask(&pairs.iter().map(|(_, old, _)| old.clone()).collect::<Vec<_>>());
    let after = ask(&pairs.iter().map(|(_, _, new)| new.clone()).collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for ((symbol, ..), (before, after)) in pairs.iter().zip(before.into_iter().zip(after)) {
        let (Some(before), Some(after)) = (before, after) else { continue };
        if !after.ran() || before.printed != after.printed {
            wrong.push(format!("`{symbol}`: {before:?}\n  and its successor {after:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
