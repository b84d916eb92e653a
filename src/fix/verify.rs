//! Whether fixing did what it was for: the findings are gone and none has come.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::narrow::{Units, sift};
use super::work::Files;
use super::{FixedRun, Made, NotMade};
use crate::discover::Kind;
use crate::finding::{Finding, Problem, Severity};

/// Files whose fixes together did not do what they are for.
#[derive(Debug, Clone)]
pub struct Spoiled {
    /// The files that show it: those that share fixes with the first, which are
    /// as they were, and one where something new was found.
    pub paths: Vec<Arc<Path>>,
    /// Their fixes, by [`Made::key`].
    pub keys: Vec<u64>,
    /// What went wrong.
    pub message: String,
}

/// Fixes some files, with fixes left out.
type Plan<'a> = dyn FnMut(&[Arc<Path>], HashSet<u64>) -> FixedRun + 'a;

/// Finds the fixes that spoil files, so that the others can be made; `plan`
/// fixes those files alone, in memory, with fixes left out by their key.
///
/// Gives the fixes to be left out, with what each would do.
pub fn spoilers(fixed: &FixedRun, plan: &mut Plan<'_>) -> Vec<(u64, NotMade)> {
    let mut all = Vec::new();
    for Spoiled { paths, keys, message } in fixed.spoiled.iter().take(MOST) {
        let units = Units::new(keys.iter().copied());
        let all_units = units.all();
        let mut works = |kept: &[usize]| plan(paths, units.without(kept)).spoiled.is_empty();
        let is_sure = all_units.len() == 1 && paths.len() == 1;
        let culprits = if is_sure { all_units } else { sift(&all_units, &mut works) };
        let mut culprits = units.keys(&culprits);
        let reason = message.trim_start_matches(NOT_FIXED).replacen("its fixes would", "it would", 1);
        for note in &fixed.not_made {
            if let Some(key) = note.key.filter(|key| culprits.remove(key)) {
                all.push((key, NotMade { reason: reason.clone(), ..note.clone() }));
            }
        }
    }
    all
}

/// How a message about a file begins that is as it was.
const NOT_FIXED: &str = "not fixed: ";

/// After so many files the search for single fixes is given up: something is
/// wrong with a kind of fix, and the files stay as they are.
const MOST: usize = 20;

/// A file that must be given back.
pub struct Fault {
    /// The file.
    pub path: Arc<Path>,
    /// Why.
    pub message: String,
    /// The other file that is the worse for its fixes.
    pub seen: Option<Arc<Path>>,
}

/// Findings of a file that nobody could tell apart.
type Alike<'a> = (&'a Path, &'static str, &'a str);

/// Compares what was found before any fix with what is found in the fixed
/// texts. Gives the files that must be given back, each with the reason, and
/// what is only worth saying.
pub fn verify(files: &Files, before: &[Finding], after: &[Finding]) -> (Vec<Fault>, Vec<Problem>) {
    let (old, new) = (counts(before), counts(after));
    let mut faults = Vec::new();
    for (path, work) in files.0.iter().filter(|(_, work)| !work.failed) {
        let stays = |made: &&Made| {
            let alike = (&**path, made.rule, &*made.symbol);
            let on_line = |all: &Counts<'_>| -> Vec<Severity> {
                let same = |finding: &&&Finding| finding.excerpt.marked() == made.marked;
                let findings = all.get(&alike).into_iter().flatten().filter(same);
                findings.map(|finding| finding.severity).collect()
            };
            let (were, are) = (on_line(&old), on_line(&new));
            // What a requirement brings back may still be worth a word, but no more than that.
            let gravest = were.iter().max();
            let as_grave = are.iter().filter(|severity| gravest.is_none_or(|gravest| *severity >= gravest));
            let count = as_grave.count();
            count > 0 && count >= were.len()
        };
        faults.extend(work.made.iter().find(stays).map(|made| Fault {
            path: path.clone(),
            message: format!("{NOT_FIXED}the fix of {} ({}) leaves what it is for", made.rule, made.symbol),
            seen: None,
        }));
    }
    let mut problems = Vec::new();
    for (alike, findings) in &new {
        let (path, rule, symbol) = *alike;
        let is_new = findings.len() > old.get(alike).map_or(0, Vec::len);
        // What works on the target may be said in other words after a fix.
        let is_grave = findings.iter().any(|finding| finding.severity > Severity::Info);
        if !is_new || !is_grave || was_unreadable(path, before) {
            continue;
        }
        let row = findings.last().map_or(0, |finding| finding.span.start.row);
        let what = format!("{rule} ({symbol}) in line {row}, which was not there");
        match files.0.get_key_value(path) {
            Some((path, work)) if work.is_changed() => {
                let message = format!("{NOT_FIXED}its fixes would bring {what}");
                faults.push(Fault { path: path.clone(), message, seen: None });
            }
            _ => {
                let message = || format!("{NOT_FIXED}its fixes would bring {what}, to `{}`", path.display());
                let seen = findings.last().map(|finding| finding.path.clone());
                let fault =
                    |path: &Arc<Path>| Fault { path: path.clone(), message: message(), seen: seen.clone() };
                let blamed: Vec<Fault> = declarations(files, path).into_iter().map(fault).collect();
                if blamed.is_empty() {
                    let message = format!("the fixes of other files have brought {what}");
                    problems.push(Problem { path: path.to_owned(), message });
                }
                faults.extend(blamed);
            }
        }
    }
    (faults, problems)
}

type Counts<'a> = BTreeMap<Alike<'a>, Vec<&'a Finding>>;

fn counts(findings: &[Finding]) -> Counts<'_> {
    let mut counts = Counts::new();
    for finding in findings {
        counts.entry((&finding.path, finding.rule, &finding.symbol)).or_default().push(finding);
    }
    counts
}

/// Whether nothing but its syntax could be judged before.
fn was_unreadable(path: &Path, before: &[Finding]) -> bool {
    before.iter().any(|finding| *finding.path == *path && finding.rule == "syntax-error")
}

/// Changed files that speak for another one: those above it, else all.
fn declarations<'a>(files: &'a Files, other: &Path) -> Vec<&'a Arc<Path>> {
    let speaks = |kind: Kind| !kind.holds_python();
    let is_setup = |path: &Path| path.file_name().is_some_and(|name| name == "setup.py");
    let changed = files.0.iter().filter(|(_, work)| work.is_changed());
    let all = changed.filter(|(path, work)| speaks(work.now.kind) || is_setup(path)).map(|(path, _)| path);
    let (above, aside): (Vec<_>, Vec<_>) =
        all.partition(|path| path.parent().is_some_and(|folder| other.starts_with(folder)));
    if above.is_empty() { aside } else { above }
}
