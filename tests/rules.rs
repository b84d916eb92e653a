//! The laws of the rules, tried on every case of `tests/fixtures/`.

#[path = "rules/cases.rs"]
mod cases;
#[path = "rules/examples.rs"]
mod examples;
#[path = "rules/show.rs"]
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use newskin::finding::{Applicability, Edit, Finding, Group, Run, Severity};
use newskin::rules::RULES;

use cases::{Fixed, OBSERVED, cases, name, pool, rule_folders};

#[test]
fn findings_and_fixes_are_those_of_the_snapshots() {
    let mut failed = Vec::new();
    for observed in OBSERVED.iter() {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../snapshots/rules/{}", observed.case.rule));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        let shown = show::observed(observed);
        let compare = || settings.bind(|| insta::assert_snapshot!(observed.case.name.as_str(), shown));
        if std::panic::catch_unwind(AssertUnwindSafe(compare)).is_err() {
            failed.push(observed.case.title());
        }
    }
    assert!(failed.is_empty(), "{} differ: {failed:?}", failed.len());
}

#[test]
fn every_snapshot_has_its_case() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/rules");
    let known: BTreeSet<String> = cases().iter().map(|case| format!("{}.snap", case.title())).collect();
    for folder in std::fs::read_dir(root).into_iter().flatten().flatten() {
        for snapshot in std::fs::read_dir(folder.path()).expect("a folder").flatten() {
            let title = format!("{}/{}", name(&folder.path()), name(&snapshot.path()));
            assert!(known.contains(&title) || title.ends_with(".snap.new"), "no case for {title}");
        }
    }
}

#[test]
fn a_rule_reports_its_cases_and_is_silent_about_good_ones() {
    let mut wrong = Vec::new();
    for observed in OBSERVED.iter() {
        let own = observed.before.findings.iter().any(|finding| finding.rule == observed.case.rule);
        if own == observed.case.is_good() {
            let verdict = if own { "reported" } else { "not reported" };
            wrong.push(format!("{} is {verdict} by its own rule", observed.case.title()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn fixing_converges() {
    for observed in OBSERVED.iter() {
        let title = observed.case.title();
        for (threshold, Fixed { first, again }) in
            [(Applicability::Safe, &observed.safe), (Applicability::Unsafe, &observed.unsafe_)]
        {
            assert!(again.files.is_empty(), "{title}: {threshold} fixes change something the second time");
            assert_eq!(
                first.run.findings, again.run.findings,
                "{title}: other findings after {threshold} fixes"
            );
            // What a fix would bring is worse than what it mends: that is told.
            let is_told = |finding: &&Finding| {
                first.not_made.iter().any(|one| (one.rule, &one.symbol) == (finding.rule, &finding.symbol))
            };
            let mut left =
                again.run.findings.iter().filter(|finding| applicability(finding) >= Some(threshold));
            let left = left.find(|finding| !is_told(finding));
            assert!(left.is_none(), "{title}: {threshold} fixes leave {left:?}");
            assert_eq!(first.run.problems, observed.before.problems, "{title}: {threshold} fixes failed");
        }
    }
}

fn applicability(finding: &Finding) -> Option<Applicability> {
    finding.fix.as_ref().map(|fix| fix.applicability)
}

#[test]
fn fixes_remove_what_they_claim() {
    for observed in OBSERVED.iter() {
        let mut before = &observed.before;
        for Fixed { first, .. } in [&observed.safe, &observed.unsafe_] {
            // What is only a note afterwards counts as fixed.
            let grave = |finding: &&Finding| finding.severity > Severity::Info;
            let (had, has, graver) = (
                by_rule(&before.findings),
                by_rule(&first.run.findings),
                by_rule(first.run.findings.iter().filter(grave)),
            );
            for (rule, fixed) in first.counts() {
                let there = had.get(rule).copied().unwrap_or_default();
                let was_grave = before.findings.iter().filter(grave).any(|finding| finding.rule == rule);
                let left = if was_grave { &graver } else { &has }.get(rule).copied().unwrap_or_default();
                let title = observed.case.title();
                assert!(left + fixed <= there, "{title}: {rule}: {there} found, {fixed} fixed, {left} left");
            }
            before = &first.run;
        }
    }
}

fn by_rule<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        *counts.entry(finding.rule).or_default() += 1;
    }
    counts
}

#[test]
fn what_was_fixed_still_parses() {
    let broken = |run: &Run| {
        let faults = run.findings.iter().filter(|finding| finding.rule == "syntax-error");
        faults.map(|finding| finding.path.to_path_buf()).collect::<BTreeSet<_>>()
    };
    for observed in OBSERVED.iter() {
        for Fixed { first, .. } in [&observed.safe, &observed.unsafe_] {
            let new: Vec<_> = broken(&first.run).difference(&broken(&observed.before)).cloned().collect();
            assert!(new.is_empty(), "{}: does not parse after fixes: {new:?}", observed.case.title());
        }
    }
}

#[test]
fn rules_offer_the_fixes_that_they_declare() {
    let mut emitted: BTreeMap<&str, Option<Applicability>> = BTreeMap::new();
    for finding in OBSERVED.iter().flat_map(|observed| &observed.before.findings) {
        let strongest = emitted.entry(finding.rule).or_default();
        *strongest = (*strongest).max(applicability(finding));
    }
    let mut wrong = Vec::new();
    for rule in RULES {
        let (declared, found) = (rule.rule.meta().fix, emitted.get(rule.id).copied().flatten());
        if declared != found {
            wrong.push(format!("{}: declares {declared:?}, the strongest fix seen is {found:?}", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_finding_is_complete() {
    for observed in OBSERVED.iter() {
        for finding in &observed.before.findings {
            let at = format!("{}: {finding:?}", observed.case.title());
            assert!(!finding.symbol.is_empty() && !finding.symbol.contains('\n'), "{at}: a symbol");
            assert!(!finding.message.ends_with('.') && !finding.message.contains('\n'), "{at}: a message");
            assert!(finding.help.as_ref().is_none_or(|help| !help.trim().is_empty()), "{at}: an empty help");
            assert!(finding.url.as_ref().is_none_or(|url| url.starts_with("https://")), "{at}: a link");
            assert!(RULES.iter().any(|rule| rule.id == finding.rule), "{at}: a rule that is registered");
            if let Some(fix) = &finding.fix {
                assert!(!fix.edits.is_empty() && !fix.message.is_empty(), "{at}: an empty fix");
                assert_eq!(fix.reason.is_none(), fix.applicability == Applicability::Safe, "{at}: a reason");
                let apart = |one: &Edit, other: &Edit| {
                    one.path != other.path
                        || one.span.range.end() <= other.span.range.start()
                        || other.span.range.end() <= one.span.range.start()
                };
                let pairs = fix
                    .edits
                    .iter()
                    .enumerate()
                    .flat_map(|(at, one)| fix.edits[at + 1..].iter().map(move |other| (one, other)));
                let together = pairs.filter(|(one, other)| !apart(one, other)).count();
                assert_eq!(together, 0, "{at}: edits that overlap, so the fix is never made");
            }
        }
    }
}

#[test]
fn threads_make_no_difference() {
    for case in cases() {
        let copied = case.copied();
        let one = pool(1).install(|| copied.run());
        let many = pool(4).install(|| copied.run());
        assert_eq!(one.findings, many.findings, "{}", case.title());
        assert_eq!((one.problems, one.files), (many.problems, many.files), "{}", case.title());
    }
}

#[test]
fn every_rule_has_fixtures() {
    let folders: BTreeSet<String> = rule_folders().iter().map(|folder| name(folder)).collect();
    let rules: BTreeSet<String> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    assert_eq!(folders, rules);
    for rule in &rules {
        let own: Vec<bool> =
            cases().iter().filter(|case| case.rule == *rule).map(cases::Case::is_good).collect();
        assert!(own.contains(&true) && own.contains(&false), "{rule}: a good case and another one");
    }
}

#[test]
fn every_rule_has_a_page() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let summary = rule.summary();
        if !summary.ends_with('.') || summary.contains(". ") {
            wrong.push(format!("{}: the summary is one sentence: {summary}", rule.id));
        }
        let mut sections = vec!["## What it finds", "## Why", "## Example"];
        sections.extend(rule.rule.meta().fix.map(|_| "## Fix safety"));
        for section in sections {
            if !rule.page.contains(&format!("\n{section}\n")) {
                wrong.push(format!("{}: the page has no section `{section}`", rule.id));
            }
        }
        let why = rule.page.split("\n## Why\n").nth(1).and_then(|rest| rest.split("\n## ").next());
        // The suppression of findings has no source but this project.
        let needs_link = rule.rule.meta().group != Group::Newskin;
        if !why.is_some_and(|why| why.contains("](https://") || !needs_link) {
            wrong.push(format!("{}: `## Why` links to a source", rule.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
