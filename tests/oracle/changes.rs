//! The changes of the catalogue: what a bad program does differs before and
//! after, what a good one does not, and what is repaired does throughout what
//! was done before.

use std::collections::BTreeSet;

use newskin::finding::Applicability;

use crate::ask::{MINORS, Outcome, ask};
use crate::fixes::repaired;
use crate::schema::{Change, Module};
use crate::{NEWEST, catalogue, minor};

/// The versions before and after a change, if there are interpreters for them:
/// of one that is yet to come, before and after it began to warn.
fn versions(change: &Change) -> Option<(u8, u8)> {
    let since = minor(&change.since);
    let after = if since > NEWEST { minor(change.deprecated.as_deref()?) } else { since };
    let before = change.before.as_deref().map_or(after - 1, minor);
    (after <= NEWEST && MINORS.contains(&before)).then_some((before, after))
}

fn all() -> Vec<(Module, (u8, u8), usize)> {
    let mut found = Vec::new();
    for module in catalogue() {
        for (at, versions) in module.changes.iter().map(versions).enumerate() {
            found.extend(versions.map(|versions| (again(&module.module), versions, at)));
        }
    }
    found
}

fn again(name: &str) -> Module {
    catalogue().into_iter().find(|module| module.module == name).expect("it was listed")
}

/// What counts of an outcome: the categories of warnings, but not that
/// something was left open.
fn seen(outcome: &Outcome) -> (Option<String>, String, BTreeSet<String>) {
    let category = |text: &String| text.split(':').next().unwrap_or_default().to_owned();
    let mut warned: BTreeSet<String> = outcome.warned.iter().map(category).collect();
    warned.remove("ResourceWarning");
    (outcome.error.clone(), outcome.printed.clone(), warned)
}

/// Compares the outcomes of programs on two versions; complains where they are not as said.
fn compare(programs: &[(String, String, (u8, u8))], same: bool) {
    let asked: Vec<(u8, String)> = programs
        .iter()
        .flat_map(|(_, text, (before, after))| [(*before, text.clone()), (*after, text.clone())])
        .collect();
    let outcomes = ask(&asked);
    let mut wrong = Vec::new();
    for ((place, text, versions), pair) in programs.iter().zip(outcomes.chunks(2)) {
        let [Some(before), Some(after)] = pair else { continue };
        if (seen(before) == seen(after)) != same {
            wrong.push(format!("{place} on {versions:?}:\n{text}\n  {before:?}\n  {after:?}"));
        }
    }
    let what = if same { "differ" } else { "are the same" };
    assert!(wrong.is_empty(), "{} {what}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bad_programs_do_something_else() {
    let mut programs = Vec::new();
    for (module, versions, at) in all() {
        let change = &module.changes[at];
        let place = format!("{}: {:?}", module.module, change.of);
        programs.extend(change.bad.iter().map(|bad| (place.clone(), bad.clone(), versions)));
    }
    assert!(!programs.is_empty());
    compare(&programs, false);
}

#[test]
fn good_programs_do_the_same() {
    let mut programs = Vec::new();
    for (module, versions, at) in all() {
        let change = &module.changes[at];
        let place = format!("{}: {:?}", module.module, change.of);
        programs.extend(change.good.iter().map(|good| (place.clone(), good.clone(), versions)));
    }
    compare(&programs, true);
}

/// A bad program and what is made of it.
struct Repaired {
    place: String,
    bad: String,
    text: String,
    versions: (u8, u8),
    /// The first version that the repaired program runs on.
    since: u8,
    safe: bool,
    /// An assertion now, which may be wrong of the program.
    asserts: bool,
}

/// The bad programs that are repaired; complains of a fix that its first program does not show.
fn all_repaired() -> Vec<Repaired> {
    let mut found = Vec::new();
    for (module, versions, at) in all() {
        let change = &module.changes[at];
        let Some(fix) = &change.fix else { continue };
        let place = format!("{}: {:?}", module.module, change.of);
        let since = fix.since.as_deref().map_or(0, minor);
        let safe = fix.unsafe_because.is_none();
        let threshold = if safe { Applicability::Safe } else { Applicability::Unsafe };
        for (number, bad) in change.bad.iter().enumerate() {
            let text = repaired(bad, NEWEST, versions.0.max(since), threshold);
            assert!(text.is_some() || number > 0, "{place} is not repaired:\n{bad}");
            found.extend(text.map(|text| {
                let (place, bad) = (place.clone(), bad.clone());
                Repaired { place, bad, text, versions, since, safe, asserts: fix.assertion }
            }));
        }
    }
    found
}

#[test]
fn repaired_programs_do_what_was_done() {
    let all = all_repaired();
    let asked: Vec<(u8, String)> = all
        .iter()
        .flat_map(|one| {
            let (before, after) = one.versions;
            [(before, one.bad.clone()), (before, one.text.clone()), (after, one.text.clone())]
        })
        .collect();
    let outcomes = ask(&asked);
    let mut wrong = Vec::new();
    for (one, three) in all.iter().zip(outcomes.chunks(3)) {
        let [Some(meant), before, after] = three else { continue };
        let now = [(one.versions.0, before), (one.versions.1, after)];
        for (version, now) in now.into_iter().filter(|(version, _)| *version >= one.since) {
            let Some(now) = now else { continue };
            let is_asserted = one.asserts && now.error.as_deref() == Some("AssertionError");
            let fails = !now.ran() && !is_asserted;
            if fails || one.safe && now.printed != meant.printed {
                let Repaired { place, text, .. } = one;
                wrong.push(format!("{place} repaired, on 3.{version}:\n{text}\n  {now:?}\n  {meant:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
