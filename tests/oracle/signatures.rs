//! Parameters stand where the catalogue says, on the last version that has them.

use std::collections::BTreeMap;

use crate::ask::MINORS;
use crate::entries::{Entry, entries};
use crate::inquiry::Inquiry;
use crate::schema::{Form, Kind};
use crate::successors::FIND;
use crate::{NEWEST, minor};

/// Python that prints where a parameter is not as said:
/// `[callable, parameter, position, must it be there]`.
fn places(expected: &[(String, String, Option<u8>, bool)]) -> String {
    let expected = serde_json::to_string(expected).expect("texts are JSON");
    format!(
        r#"{FIND}
import inspect
import json

def parameters(dotted):
    """What can be passed, the receiver left out; None where that cannot be known."""
    owner, thing = find(dotted.rpartition(".")[0]), find(dotted)
    try:
        known = list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        return None
    name = dotted.rpartition(".")[2]
    plain = inspect.isclass(owner) and not isinstance(inspect.getattr_static(owner, name), (classmethod, staticmethod))
    bound = inspect.isclass(thing) or inspect.ismethod(thing) or inspect.isbuiltin(thing)
    return known[1:] if plain and not bound else known

for dotted, sought, position, required in json.loads({expected:?}):
    known = parameters(dotted)
    if known is None:
        continue
    for at, parameter in enumerate(known):
        if parameter.name == sought:
            if parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD):
                at = None
            if at != position:
                print(dotted, sought, "stands at", at, "and not at", position)
            break
    else:
        hidden = any(p.kind in (p.VAR_KEYWORD, p.VAR_POSITIONAL) for p in known)
        if required and not hidden:
            print(dotted, "has no parameter", sought)
"#
    )
}

type Expected = BTreeMap<u8, Vec<(String, String, Option<u8>, bool)>>;

fn ask(expected: Expected, says: &str) {
    let mut inquiry = Inquiry::default();
    for (version, expected) in expected {
        inquiry.expect_silence(version, places(&expected), says);
    }
    inquiry.settle();
}

fn parameters() -> impl Iterator<Item = (Entry, String)> {
    let all = entries().into_iter().filter(|entry| entry.kind == Kind::Parameter && entry.is_here());
    all.map(|entry| {
        let parameter = entry.parameter().expect("a parameter is written in parentheses").to_owned();
        (entry, parameter)
    })
}

#[test]
fn parameters_stand_where_it_is_said() {
    let mut expected = Expected::new();
    for (entry, parameter) in parameters() {
        let fact = &entry.fact;
        assert!(
            fact.form != Some(Form::Positional) || fact.position.is_some(),
            "`{}`: refused by position, but at which?",
            entry.symbol()
        );
        let question = (entry.dotted(), parameter, fact.position, false);
        expected.entry(entry.last()).or_default().push(question);
    }
    ask(expected, "parameters stand where it is said");
}

#[test]
fn new_keywords_are_accepted() {
    let mut expected = Expected::new();
    for (entry, _) in parameters() {
        let Some(keyword) = &entry.fact.replace else { continue };
        let since = entry.fact.since.as_deref().map_or(0, minor).max(*MINORS.start());
        for version in [since, entry.last().max(since), NEWEST] {
            // Its place is free to be another one.
            let question = (entry.dotted(), keyword.clone(), None, true);
            let known = expected.entry(version).or_default();
            if !known.contains(&question) {
                known.push(question);
            }
        }
    }
    let mut inquiry = Inquiry::default();
    for (version, expected) in expected {
        let says = "the new keywords are there";
        inquiry.expect(version, places(&expected), says, |outcome| {
            outcome.ran() && !outcome.printed.contains("has no parameter")
        });
    }
    inquiry.settle();
}

type Taking = (String, String, BTreeMap<String, String>);

/// Python that prints where a successor does not take what the old one took:
/// `[old, new, names of parameters that are written anew]`.
fn takings(pairs: &[Taking]) -> String {
    let pairs = serde_json::to_string(pairs).expect("texts are JSON");
    format!(
        r#"{FIND}
import inspect
import json

def names(thing):
    """What can be passed by name, in order; None where that cannot be known."""
    known = inspect.signature(thing).parameters.values()
    if any(each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL) for each in known):
        return None
    return [each.name for each in known if each.kind != each.POSITIONAL_ONLY]

for old, new, renamed in json.loads({pairs:?}):
    try:
        before, after = names(find(old)), names(find(new))
    except (AttributeError, ImportError, TypeError, ValueError):
        continue
    before = before and [renamed.get(name, name) for name in before]
    if before is not None and after is not None and after[:len(before)] != before:
        print(old, "takes", before, "and", new, after)
"#
    )
}

#[test]
fn safe_successors_take_the_same_arguments() {
    let mut pairs: BTreeMap<u8, Vec<Taking>> = BTreeMap::new();
    let called = [Kind::Function, Kind::Class, Kind::Method];
    for entry in entries().iter().filter(|entry| entry.is_here() && called.contains(&entry.kind)) {
        let fact = &entry.fact;
        let safe = fact.unsafe_because.is_none() && fact.shown_because.is_none();
        let Some(successor) = fact.replace.clone().filter(|_| safe) else { continue };
        pairs.entry(entry.last()).or_default().push((entry.dotted(), successor, fact.keywords.clone()));
    }
    let mut inquiry = Inquiry::default();
    for (version, pairs) in pairs {
        inquiry.expect_silence(version, takings(&pairs), "successors take the same arguments");
    }
    inquiry.settle();
}
