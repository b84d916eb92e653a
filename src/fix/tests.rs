//! Fixes that no rule offers, so that every way to go wrong is tried.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use ruff_text_size::{TextRange, TextSize};
use tempfile::TempDir;

use super::apply::apply;
use super::narrow::sift;
use super::select::{Candidate, Change, edits_in, select};
use super::*;
use crate::config::Settings;
use crate::discover::{Kind, Target};
use crate::finding::{
    Applicability, Confidence, Edit, Excerpt, Finding, Fix, Group, Place, Problem, Run, Severity, Span,
};
use crate::project::Project;
use crate::read::{self, Pending, Source};

mod prove;
mod select;
mod session;
mod verify;

fn range(start: usize, end: usize) -> TextRange {
    let at = |offset| TextSize::try_from(offset).expect("short");
    TextRange::new(at(start), at(end))
}

fn span(range: TextRange) -> Span {
    let place = Place { row: 1, column: 1 };
    Span { range, cell: None, start: place, end: place }
}

/// A finding at the first edit of its fix.
fn finding(path: &Path, edits: &[(Option<&Path>, TextRange, &str)]) -> Finding {
    let edit = |(path, range, content): &(Option<&Path>, TextRange, &str)| Edit {
        path: path.map(Arc::from),
        span: span(*range),
        content: (*content).to_owned(),
    };
    Finding {
        rule: "test",
        group: Group::Stdlib,
        symbol: "x".to_owned(),
        path: path.into(),
        span: span(edits[0].1),
        severity: Severity::Error,
        confidence: Confidence::Certain,
        message: String::new(),
        help: None,
        url: None,
        removed_in: None,
        deprecated_in: None,
        fix: Some(Fix {
            applicability: Applicability::Safe,
            message: String::new(),
            reason: None,
            edits: edits.iter().map(edit).collect(),
        }),
        excerpt: Excerpt { text: format!("{edits:?}"), ..Excerpt::default() },
    }
}

fn change(start: usize, end: usize, content: &str) -> Change {
    Change { path: Path::new("x").into(), range: range(start, end), content: content.to_owned() }
}

fn source(kind: Kind, text: &str) -> Source {
    read::decode(&Path::new("x").into(), kind, text.as_bytes().to_vec()).expect("text")
}

/// Which of these fixes, each a list of edits, are picked.
fn picked(fixes: &[&[&Change]]) -> Vec<usize> {
    let findings: Vec<Finding> =
        (0..fixes.len()).map(|at| finding(Path::new("x"), &[(None, range(at, at), "")])).collect();
    let mut candidates: Vec<Candidate<'_>> = findings
        .iter()
        .zip(fixes)
        .map(|(finding, edits)| Candidate { finding, edits: edits.iter().copied().cloned().collect() })
        .collect();
    select(&mut candidates)
}

/// A folder of files, and rounds of fixes over it.
struct Trial {
    folder: TempDir,
    settings: Settings,
    started: SystemTime,
}

impl Trial {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("a new file");
        }
        Self { folder, settings: Settings::default(), started: SystemTime::now() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("our own file")
    }

    /// Fixes with what `check` finds in each text, by file name.
    fn fix(&self, write: bool, names: &[&str], check: impl Fn(&Path, &str) -> Vec<Finding>) -> FixedRun {
        self.fix_after(write, names, check, || ())
    }

    /// The same, with something happening between the last check and the writing.
    fn fix_after(
        &self,
        write: bool,
        names: &[&str],
        check: impl Fn(&Path, &str) -> Vec<Finding>,
        meanwhile: impl FnOnce(),
    ) -> FixedRun {
        self.fix_with(Options::all(Applicability::Safe), write, names, check, meanwhile)
    }

    fn fix_with(
        &self,
        options: Options,
        write: bool,
        names: &[&str],
        check: impl Fn(&Path, &str) -> Vec<Finding>,
        meanwhile: impl FnOnce(),
    ) -> FixedRun {
        let mut targets: Vec<Target> = names
            .iter()
            .map(|name| self.path(name))
            .map(|path| Target {
                kind: Kind::of_name(&path).expect("a known name"),
                path: path.into(),
                explicit: true,
            })
            .collect();
        targets.sort_by(|a, b| a.path.cmp(&b.path));
        let project = Project::survey(&self.settings);
        let mut run = Run { files: targets.len(), ..Run::default() };
        for target in &targets {
            match read::read(target) {
                Ok(source) => run.findings.extend(check(&target.path, &source.text)),
                Err(error) => panic!("{error:?}"),
            }
        }
        let mut session = Session::new(options, &self.settings, &targets, self.started);
        let mut sources = session.open(&run.findings, &project);
        for _ in 0..ROUNDS {
            let checked =
                sources.iter().map(|source| (source.path.clone(), check(&source.path, &source.text)));
            sources = session.round(&checked.collect::<Vec<_>>(), &project);
            if sources.is_empty() {
                break;
            }
        }
        session.give_up(&sources);
        loop {
            let after = self.after(&session, &targets, &check);
            if session.holds(&run.findings, &after.findings) {
                meanwhile();
                let mut fixed = session.finish(run, after);
                if write {
                    fixed.write();
                }
                return fixed;
            }
        }
    }

    /// What is found in the files as they would be.
    fn after(
        &self,
        session: &Session<'_>,
        targets: &[Target],
        check: impl Fn(&Path, &str) -> Vec<Finding>,
    ) -> Run {
        let _pending = Pending::new(session.changed());
        let sources = targets.iter().filter_map(|target| read::read(target).ok());
        let findings = sources.flat_map(|source| check(&source.path, &source.text)).collect();
        Run { findings, files: targets.len(), ..Run::default() }
    }
}

/// Finds every `old` and offers `new`.
fn replacing(old: &'static str, new: &'static str) -> impl Fn(&Path, &str) -> Vec<Finding> {
    move |path, text| {
        let places = text.match_indices(old).map(|(at, _)| range(at, at + old.len()));
        places.map(|place| finding(path, &[(None, place, new)])).collect()
    }
}

fn messages(run: &FixedRun) -> Vec<&str> {
    run.run.problems.iter().map(|problem| problem.message.as_str()).collect()
}
