//! The examples that explain a rule are true: those of the catalogue and those
//! on the pages.

use newskin::catalogue::changes::Gravity;
use newskin::catalogue::lookup;
use newskin::catalogue::{CHANGES, MODULES};
use newskin::config::{Selection, Selector, Settings};
use newskin::discover::{Kind, Target};
use newskin::finding::{Confidence, Finding, Run, Severity};
use newskin::rules::RULES;
use newskin::version::PythonVersion;

use crate::cases::pool;

fn check(name: &str, kind: Kind, text: &str, target: PythonVersion) -> Run {
    let settings = Settings {
        target,
        as_of: jiff::civil::date(2026, 11, 21),
        min_severity: Severity::Info,
        min_confidence: Confidence::Possible,
        selection: Selection { select: vec![Selector::All], ..Selection::default() },
        ..Settings::default()
    };
    let file = Target { path: std::path::Path::new(name).into(), kind, explicit: true };
    pool(1).install(|| newskin::run_text(&file, text.as_bytes().to_vec(), &settings))
}

fn of_module(run: &Run, module: &str) -> Vec<Finding> {
    let own = |finding: &&Finding| finding.rule == "removed-module" && finding.symbol == module;
    run.findings.iter().filter(own).cloned().collect()
}

#[test]
fn bad_examples_of_the_catalogue_are_reported_and_good_ones_are_not() {
    for module in MODULES {
        let Some(removed) = module.removed else { continue };
        let target = removed.max(PythonVersion::PY313);
        for bad in module.bad {
            let found = of_module(&check("example.py", Kind::Python, bad, target), module.name);
            let errors = found.iter().filter(|finding| finding.severity == Severity::Error);
            assert!(errors.count() > 0, "`{}` is not reported in\n{bad}", module.name);
        }
        for good in module.good {
            let run = check("example.py", Kind::Python, good, target);
            assert!(run.findings.is_empty(), "reported: {:?}\n{good}", run.findings);
        }
    }
}

#[test]
fn bad_examples_of_names_are_reported_and_good_ones_are_not() {
    let mut wrong = Vec::new();
    for fact in lookup::facts() {
        let Some(removed) = fact.name.removed else { continue };
        let target = removed.max(PythonVersion::PY313);
        let symbol = fact.symbol();
        // Classes of a module share names: where the type is not known, any will do.
        let last = symbol.rsplit('.').next().unwrap_or_default().to_owned();
        let reports = |program: &str| {
            let run = check("example.py", Kind::Python, program, target);
            run.findings.iter().any(|finding| finding.symbol.rsplit('.').next() == Some(&last))
        };
        wrong.extend(
            fact.name.bad.iter().filter(|bad| !reports(bad)).map(|bad| format!("missed {symbol}:\n{bad}")),
        );
        wrong.extend(
            fact.name
                .good
                .iter()
                .filter(|good| reports(good))
                .map(|good| format!("made up {symbol}:\n{good}")),
        );
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bad_examples_of_changes_are_reported_and_good_ones_are_not() {
    let mut wrong = Vec::new();
    for change in CHANGES {
        let now = change.deprecated.unwrap_or(change.since);
        for target in [now, now.max(PythonVersion::PY313), change.since] {
            let of_change = |program: &str| {
                let run = check("example.py", Kind::Python, program, target);
                let own = |finding: &&Finding| finding.rule == "changed-behaviour";
                run.findings.iter().filter(own).map(|finding| finding.severity).max()
            };
            for bad in change.bad {
                let info = target < change.since || change.severity == Gravity::Info;
                match of_change(bad) {
                    None => wrong.push(format!("missed for {target}:\n{bad}")),
                    Some(severity) if info != (severity == Severity::Info) => {
                        wrong.push(format!("{severity} for {target}:\n{bad}"));
                    }
                    Some(_) => {}
                }
            }
            let good = change.good.iter().filter_map(|good| Some((good, of_change(good)?)));
            wrong.extend(good.map(|(good, _)| format!("made up for {target}:\n{good}")));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn changes_are_not_reported_before_they_happen() {
    for change in CHANGES {
        let now = change.deprecated.unwrap_or(change.since).min(change.since);
        let before = PythonVersion { major: 3, minor: now.minor - 1 };
        for bad in change.bad {
            let run = check("example.py", Kind::Python, bad, before);
            let symbols: Vec<String> = change.named().map(|changed| changed.symbol()).collect();
            let found = run
                .findings
                .iter()
                .find(|finding| finding.rule == "changed-behaviour" && symbols.contains(&finding.symbol));
            assert!(found.is_none(), "{found:?} for Python {before} in\n{bad}");
        }
    }
}

#[test]
fn a_module_is_not_reported_before_it_goes() {
    for module in MODULES {
        let Some(removed) = module.removed else { continue };
        let before = PythonVersion { major: 3, minor: removed.minor - 1 };
        for bad in module.bad {
            let found = of_module(&check("example.py", Kind::Python, bad, before), module.name);
            assert!(found.is_empty(), "`{}` is reported for Python {before} in\n{bad}", module.name);
        }
    }
}

/// The fenced blocks of the section `## Example`: language, text, and whether
/// it stands behind `Use instead`.
fn blocks(page: &str) -> Vec<(&str, &str, bool)> {
    let section = page.split("\n## Example\n").nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let (before, after) = section.split_once("Use instead").unwrap_or((section, ""));
    let fenced = |text, good| fences(text).into_iter().map(move |(language, block)| (language, block, good));
    fenced(before, false).chain(fenced(after, true)).collect()
}

fn fences(text: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = text.split("```").collect();
    parts.chunks_exact(2).filter_map(|pair| pair[1].split_once('\n')).collect()
}

#[test]
fn the_examples_on_the_pages_are_true() {
    let kinds = [("python", "example.py", Kind::Python), ("dockerfile", "Dockerfile", Kind::Dockerfile)];
    for rule in RULES {
        let blocks = blocks(rule.page);
        assert!(!blocks.is_empty(), "{}: no example on the page", rule.id);
        for (language, text, good) in blocks {
            let Some((_, name, kind)) = kinds.iter().find(|(known, ..)| *known == language) else { continue };
            let run = check(name, *kind, text, PythonVersion::PY313);
            let own = run.findings.iter().any(|finding| finding.rule == rule.id);
            assert!(own != good, "{}: {}reported\n{text}", rule.id, if good { "" } else { "not " });
        }
    }
}
