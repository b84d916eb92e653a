//! The programs that show the names of the catalogue: the bad ones run before
//! and fail, or warn, after; the good ones run throughout.

use std::collections::BTreeSet;

use crate::NEWEST;
use crate::ask::{MINORS, Outcome};
use crate::entries::{Entry, deprecations, entries, is_refused};
use crate::inquiry::Inquiry;
use crate::minor;
use crate::schema::Kind;

#[test]
fn bad_programs_run_before_and_fail_after() {
    let mut inquiry = Inquiry::default();
    let mut count = 0;
    for entry in entries() {
        let symbol = entry.symbol();
        assert!(entry.kind != Kind::Parameter || !entry.fact.bad.is_empty(), "`{symbol}` needs a program");
        let entry = std::rc::Rc::new(entry);
        for bad in entry.fact.bad.clone() {
            count += 1;
            if entry.is_here() {
                let says = format!("a bad program of `{symbol}` runs");
                inquiry.expect(entry.last(), &bad, says, Outcome::ran);
            }
            if let Some(gone) = entry.gone() {
                let says = format!("a bad program of `{symbol}` fails for want of it");
                let entry = entry.clone();
                inquiry.expect(gone, &bad, says, move |outcome| is_refused(&entry, outcome));
            }
        }
    }
    eprintln!("oracle: {count} bad programs of names");
    inquiry.settle();
}

/// A program that uses the name as shortly as possible.
fn mention(entry: &Entry) -> String {
    let Entry { module, .. } = entry;
    format!("import {module}\n{}\n", entry.dotted())
}

#[test]
fn deprecated_names_warn_unless_silent() {
    let mut inquiry = Inquiry::default();
    for entry in entries() {
        let Some(deprecated) = entry.fact.deprecated.as_deref() else { continue };
        if minor(deprecated) > entry.last() || !entry.is_here() {
            continue;
        }
        let programs = match entry.fact.bad.clone() {
            bad if bad.is_empty() => vec![mention(&entry)],
            bad => bad,
        };
        // To name a function is not to use it.
        let only_named = entry.fact.bad.is_empty() && entry.gone().is_some();
        let (symbol, version) = (entry.symbol(), entry.last());
        if !entry.fact.silent && !only_named {
            let says = format!("the first bad program of `{symbol}` warns");
            inquiry.expect(version, &programs[0], says, |outcome| !deprecations(outcome).is_empty());
        }
        let entry = std::rc::Rc::new(entry);
        for program in programs.iter().filter(|_| entry.fact.silent) {
            let (entry, says) = (entry.clone(), format!("`{symbol}` gives no warning"));
            inquiry.expect(version, program, says, move |outcome| !entry.is_named_in(&deprecations(outcome)));
        }
    }
    inquiry.settle();
}

#[test]
fn good_programs_run_throughout() {
    let mut inquiry = Inquiry::default();
    for entry in entries().iter().filter(|entry| entry.is_here()) {
        let since = entry.fact.since.as_deref().map_or(*MINORS.start(), minor);
        let versions: BTreeSet<u8> =
            [Some(entry.last()), entry.gone(), Some(NEWEST)].into_iter().flatten().collect();
        for good in &entry.fact.good {
            for &version in versions.iter().filter(|version| **version >= since) {
                inquiry.expect(
                    version,
                    good,
                    format!("a good program of `{}` runs", entry.symbol()),
                    Outcome::ran,
                );
            }
        }
    }
    inquiry.settle();
}
