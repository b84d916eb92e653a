//! What fixtures say of themselves, on real interpreters.
//!
//! A case of `tests/fixtures/` that is one Python file may begin with comments
//! like these, which are then tried:
//!
//! ```text
//! # On 3.12 and 3.13: differs
//! # On 3.12 and 3.13: same
//! # Repaired, on 3.8 and 3.13: same
//! ```
//!
//! A program is what it prints, how it ends, and which warnings it gives. What
//! is repaired, by safe and unsafe fixes, must do on both versions what the
//! program as it stands does on the first.

mod interpreters;

#[path = "rules/cases.rs"]
#[allow(dead_code)]
mod cases;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use newskin::finding::{Applicability, Group};
use newskin::rules::RULES;
use rayon::prelude::*;

use cases::Case;

/// One claim of a case about two versions.
#[derive(Debug)]
struct Claim {
    versions: [String; 2],
    repaired: bool,
    same: bool,
}

impl Claim {
    /// The claims in the comments at the head of a text.
    fn all(text: &str) -> Vec<Self> {
        text.lines().take_while(|line| line.starts_with('#')).filter_map(Self::parse).collect()
    }

    fn parse(line: &str) -> Option<Self> {
        let line = line.strip_prefix("# ")?;
        let (repaired, rest) = match line.strip_prefix("Repaired, on ") {
            Some(rest) => (true, rest),
            None => (false, line.strip_prefix("On ")?),
        };
        let (versions, verdict) = rest.split_once(": ")?;
        let (one, other) = versions.split_once(" and ")?;
        let same = match verdict {
            "same" => true,
            "differs" => false,
            _ => panic!("`{line}`: neither `same` nor `differs`"),
        };
        Some(Self { versions: [one.to_owned(), other.to_owned()], repaired, same })
    }
}

/// What a program did.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Behaviour {
    printed: String,
    succeeded: bool,
    /// The exception that ended it.
    error: Option<String>,
    /// The categories of the warnings it gave.
    warned: BTreeSet<String>,
}

impl Behaviour {
    /// Runs a file in its folder; `None` without the interpreter.
    fn of(version: &str, file: &Path) -> Option<Self> {
        let python = interpreters::find(version)?;
        let mut command = Command::new(python);
        command.args(["-B", "-W", "always"]).arg(file.file_name().expect("a file"));
        command.current_dir(file.parent().expect("a folder")).env("PYTHONHASHSEED", "0");
        let output = command.output().expect("the interpreter starts");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let succeeded = output.status.success();
        let error = |line: &str| line.split(':').next().unwrap_or_default().trim().to_owned();
        let warning = |line: &str| {
            let words = line.split(": ").map(str::trim);
            words.into_iter().find(|word| word.ends_with("Warning") && !word.contains(' ')).map(str::to_owned)
        };
        Some(Self {
            printed: String::from_utf8_lossy(&output.stdout).into_owned(),
            succeeded,
            error: told.lines().last().filter(|_| !succeeded).map(error),
            warned: told.lines().filter_map(warning).collect(),
        })
    }
}

/// Tries the claims of a case; what is untrue, in words.
fn judge(case: &Case) -> Vec<String> {
    let copied = case.copied();
    let file: PathBuf = copied.root.join(&case.name);
    let Ok(text) = std::fs::read_to_string(&file) else { return Vec::new() };
    let (repaired, plain): (Vec<_>, Vec<_>) = Claim::all(&text).into_iter().partition(|claim| claim.repaired);
    let mut wrong = Vec::new();
    for claim in plain {
        let [one, other] = claim.versions.each_ref().map(|version| Behaviour::of(version, &file));
        let (Some(one), Some(other)) = (one, other) else { continue };
        if (one == other) != claim.same {
            wrong.push(format!("{}: {claim:?}\n  {one:?}\n  {other:?}", case.title()));
        }
    }
    for claim in repaired {
        let Some(meant) = Behaviour::of(&claim.versions[0], &file) else { continue };
        copied.fix(Applicability::Unsafe);
        for version in &claim.versions {
            let Some(now) = Behaviour::of(version, &file) else { continue };
            if now.printed != meant.printed || !now.succeeded {
                wrong.push(format!("{} repaired, on {version}:\n  {now:?}\n  {meant:?}", case.title()));
            }
        }
        std::fs::write(&file, &text).expect("the copy can be written");
    }
    wrong
}

#[test]
fn programs_behave_as_their_fixtures_say() {
    let programs: Vec<Case> = cases::cases().into_iter().filter(|case| case.name.ends_with(".py")).collect();
    let wrong: Vec<String> = cases::pool(2).install(|| programs.par_iter().flat_map(judge).collect());
    assert!(wrong.is_empty(), "{} claims are untrue:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_change_of_meaning_is_shown_by_a_program() {
    let claims = |rule: &str, same: bool| {
        cases::cases().iter().filter(|case| case.rule == rule && case.is_good() == same).any(|case| {
            let copied = case.copied();
            let text = std::fs::read_to_string(copied.root.join(&case.name)).unwrap_or_default();
            Claim::all(&text).iter().any(|claim| !claim.repaired && claim.same == same)
        })
    };
    let mut missing = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.rule.meta().group == Group::Semantics) {
        if !claims(rule.id, false) {
            missing.push(format!("no case of {} says on which versions it differs", rule.id));
        }
        if !claims(rule.id, true) {
            missing.push(format!("no good case of {} says on which versions it is the same", rule.id));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
