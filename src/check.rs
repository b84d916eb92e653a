//! Documents and rules to findings.

pub mod baseline;
mod embedded;
pub mod installed;
pub mod suppressions;
pub mod triggers;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::config::Settings;
use crate::discover::{Kind, Target};
use crate::embedded::{Embedded, Piece};
use crate::finding::{Finding, Group, Problem, Run, Severity};
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;
use crate::python::types::Types;
use crate::read::{self, Source, Unreadable, around};
use crate::rule::registry::Entry;
use crate::rule::{File, Sink, Trigger};
use crate::rules::RULES;
use triggers::Scan;

/// What checking one file gave.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// Faults in the file.
    pub findings: Vec<Finding>,
    /// Why it could not be checked.
    pub problem: Option<Problem>,
    /// Whether any of this depends on other files.
    pub around: bool,
}

/// All that was found, sorted; `problems` come first.
#[must_use]
pub fn summed(checked: Vec<Checked>, mut problems: Vec<Problem>) -> Run {
    let files = checked.len();
    let mut findings = Vec::new();
    for one in checked {
        findings.extend(one.findings);
        problems.extend(one.problem);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    Run { findings, problems, files }
}

/// The selected rules, made ready once for all files of a run.
pub struct Checker<'a> {
    project: &'a Project,
    types: &'a Types,
    settings: &'a Settings,
    rules: Vec<&'static Entry>,
    /// Whether any of them judges Python code within other files.
    pieces: bool,
    /// Apart, so that the words of one language are not searched in the other.
    python: Scan,
    other: Scan,
}

impl<'a> Checker<'a> {
    /// Picks the rules that the settings can report.
    #[must_use]
    pub fn new(project: &'a Project, types: &'a Types, settings: &'a Settings) -> Self {
        let selection = &settings.selection;
        let wanted = |entry: &&Entry| {
            let group = entry.rule.meta().group;
            entry.rule.gravest() >= settings.least_severity(entry.id, group)
                && selection.may_report(entry.id, group)
        };
        let rules: Vec<&'static Entry> = RULES.iter().filter(wanted).collect();
        let reads_python = |entry: &Entry| entry.rule.meta().kinds.iter().any(|kind| kind.holds_python());
        let reads_other = |entry: &Entry| entry.rule.meta().kinds.iter().any(|kind| !kind.holds_python());
        let (python, other) =
            (Scan::new(&rules, settings, reads_python), Scan::new(&rules, settings, reads_other));
        let pieces = rules.iter().any(|entry| reads_pieces(entry));
        Self { project, types, settings, rules, pieces, python, other }
    }

    /// Whether any selected rule reads this kind; if not, the file is not even opened.
    #[must_use]
    pub fn reads(&self, kind: Kind) -> bool {
        self.rules.iter().any(|entry| entry.rule.meta().kinds.contains(&kind))
            || self.pieces && kind.holds_commands()
    }

    /// Reads and checks one file. A panic costs that file alone.
    #[must_use]
    pub fn check(&self, target: &Target) -> Checked {
        if !self.reads(target.kind) || is_bundle(target) {
            return Checked::default();
        }
        guarded(&target.path, || match read::read(target) {
            Ok(source) => self.check_readable(source),
            Err(unreadable) => self.refuse(target, unreadable),
        })
    }

    /// Checks bytes that stand for a file, in a run that checks nothing else. A
    /// panic costs that file alone.
    #[must_use]
    pub fn check_bytes(&self, target: &Target, bytes: Vec<u8>) -> Checked {
        guarded(&target.path, || match read::decode(&target.path, target.kind, bytes) {
            Ok(source) => {
                self.types.overlay(std::slice::from_ref(&source));
                self.check_readable(source)
            }
            Err(unreadable) => self.refuse(target, unreadable),
        })
    }

    /// Checks text that has been read already. A panic costs that file alone.
    #[must_use]
    pub fn check_source(&self, source: Source) -> Checked {
        let path = source.path.clone();
        guarded(&path, || self.check_readable(source))
    }

    fn check_readable(&self, source: Source) -> Checked {
        let (checked, around) = around::watch(|| self.judge(source));
        Checked { around, ..checked }
    }

    fn judge(&self, source: Source) -> Checked {
        let active = self.active(&source);
        let pieces = self.pieces(&source, &active);
        if active.is_empty() && !pieces && !suppressions::may_have(&source.text) {
            return Checked::default();
        }
        let mut document = match Document::parse(source, self.settings.target) {
            Ok(document) => document,
            // Without a rule that is about the file nobody misses its syntax.
            Err(_) if active.iter().all(|entry| entry.rule.reads_starts()) => return Checked::default(),
            Err(unparsed) => return self.unparsed(*unparsed),
        };
        if let Syntax::Dockerfile(dockerfile) = &mut document.syntax
            && dockerfile.takes_arguments()
        {
            dockerfile.give(self.project.build_arguments(&document.path));
        }
        let mut findings = Vec::new();
        self.run(&document, &active, pieces, &mut findings);
        Checked { findings: self.finish(&document, findings), ..Checked::default() }
    }

    /// The rules that read the kind and whose words stand in the text.
    fn active(&self, source: &Source) -> Vec<&'static Entry> {
        let scan = if source.kind.holds_python() { &self.python } else { &self.other };
        let text = source.text.as_bytes();
        let hits = scan.hits(text);
        // In the JSON of a notebook, `\ncgi` is the word `cgi` behind a line feed.
        let any = source.kind == Kind::Notebook;
        let all = self.rules.iter().enumerate();
        all.filter(|(at, entry)| {
            (any || hits.contains(*at))
                && entry.rule.meta().kinds.contains(&source.kind)
                && entry.rule.wakes(source.kind, text)
        })
        .map(|(_, entry)| *entry)
        .collect()
    }

    /// Whether Python code within the file is to be looked for: only where it
    /// can stand and a rule would have something to say of it.
    fn pieces(&self, source: &Source, active: &[&'static Entry]) -> bool {
        let has = |sign: &[u8]| memchr::memmem::find(source.text.as_bytes(), sign).is_some();
        let signs: &[&[u8]] = match source.kind {
            _ if !self.pieces => &[],
            Kind::Python | Kind::Notebook => {
                &[b"-c", b">>> ", b"_python", b"runpython", b"exec(", b"eval(", b"compile(", b"timeit"]
            }
            kind if kind.holds_commands() => &[b"-c", b"<<", b"ZipFile", b"InlineCode", b"python"],
            _ => &[],
        };
        if !signs.iter().any(|sign| has(sign)) {
            return false;
        }
        if source.kind.holds_python() {
            return active.iter().any(|entry| reads_pieces(entry));
        }
        self.awake_in_piece(&source.text).next().is_some()
    }

    /// The rules whose words stand in Python code within another file.
    fn awake_in_piece(&self, text: &str) -> impl Iterator<Item = &'static Entry> + '_ {
        let hits = self.python.hits(text.as_bytes());
        let all = self.rules.iter().enumerate();
        all.filter(move |(at, entry)| hits.contains(*at) && reads_pieces(entry)).map(|(_, entry)| *entry)
    }

    /// Judges Python code within a file.
    fn piece(&self, host: &Document, piece: &Piece, findings: &mut Vec<Finding>) {
        let mut awake = self.awake_in_piece(piece.code.text()).peekable();
        if awake.peek().is_none() {
            return;
        }
        let target = self.settings.target;
        let Some(document) = embedded::document(host, piece, target) else { return };
        let Syntax::Python(module) = &document.syntax else { return };
        let code = Code::new(&document, module, self.project, target, None);
        let file = File { document: &document, project: self.project, settings: self.settings };
        let mut inner = Vec::new();
        for entry in awake {
            entry.rule.check_python(&file, &code, &mut Sink::new(file, entry, &mut inner));
        }
        findings.extend(inner.into_iter().map(|finding| embedded::moved(host, piece, finding)));
    }

    fn run(&self, document: &Document, active: &[&'static Entry], pieces: bool, findings: &mut Vec<Finding>) {
        let file = File { document, project: self.project, settings: self.settings };
        let code = match &document.syntax {
            Syntax::Python(module) => {
                let (project, types) = (self.project, Some(self.types));
                let mut code = Code::new(document, module, project, self.settings.target, types);
                let asks = |entry: &&Entry| {
                    entry.rule.meta().group == Group::Stdlib && entry.rule.gravest() == Severity::Info
                };
                code.deprecations = active.iter().any(asks);
                Some(code)
            }
            _ => None,
        };
        // What the target cannot even parse has no meaning that rules could judge.
        let broken = code.as_ref().is_some_and(|code| code.module.is_broken());
        let starts = active.iter().any(|entry| entry.rule.reads_starts());
        let found = if (starts || pieces) && !broken {
            crate::embedded::find(document, code.as_ref())
        } else {
            Embedded::default()
        };
        for piece in found.pieces.iter().filter(|_| pieces) {
            self.piece(document, piece, findings);
        }
        for entry in active {
            let mut sink = Sink::new(file, entry, findings);
            if entry.rule.reads_starts() {
                entry.rule.check_starts(&file, &found.starts, &mut sink);
            }
            entry.rule.check_file(&file, code.as_ref().filter(|_| !broken), &mut sink);
            match (&document.syntax, &code) {
                (_, Some(code)) if !broken || entry.rule.reads_broken() => {
                    entry.rule.check_python(&file, code, &mut sink);
                }
                (Syntax::Dockerfile(dockerfile), _) => {
                    entry.rule.check_dockerfile(&file, dockerfile, &mut sink)
                }
                (Syntax::Json(value), _) => entry.rule.check_json(&file, value, &mut sink),
                (Syntax::Yaml(documents), _) => entry.rule.check_yaml(&file, documents, &mut sink),
                _ => {}
            }
        }
    }

    /// Suppressions, selection by symbol, thresholds.
    fn finish(&self, document: &Document, findings: Vec<Finding>) -> Vec<Finding> {
        let mut findings = if suppressions::may_have(&document.text) {
            let file = File { document, project: self.project, settings: self.settings };
            suppressions::apply(file, findings)
        } else {
            findings
        };
        self.keep_wanted(&mut findings);
        findings
    }

    fn keep_wanted(&self, findings: &mut Vec<Finding>) {
        let settings = self.settings;
        findings.retain(|finding| {
            finding.severity >= settings.least_severity(finding.rule, finding.group)
                && finding.confidence >= settings.min_confidence
                && settings.selection.reports(finding.rule, finding.group, &finding.symbol)
                && !settings.is_ignored_in(&finding.path, finding.rule, finding.group, &finding.symbol)
        });
    }

    fn refuse(&self, target: &Target, unreadable: Unreadable) -> Checked {
        match unreadable {
            // Installers carry what they install behind their last line.
            Unreadable::Failed(message)
                if message == read::BINARY && matches!(target.kind, Kind::Shell | Kind::Makefile) =>
            {
                Checked::default()
            }
            Unreadable::Failed(message) => {
                let problem = Problem { path: target.path.to_path_buf(), message };
                Checked { problem: Some(problem), ..Checked::default() }
            }
            Unreadable::Refused { message, row, column, line } => {
                let finding =
                    crate::rules::syntax_error::undecoded(&target.path, &message, row, column, &line);
                self.report_syntax(finding)
            }
        }
    }

    fn unparsed(&self, unparsed: crate::parse::Unparsed) -> Checked {
        let mut findings: Vec<Finding> =
            crate::rules::syntax_error::unparsed(&unparsed).into_iter().collect();
        findings.retain(|finding| self.settings.selection.may_report(finding.rule, finding.group));
        Checked { findings: self.finish(&unparsed.document, findings), ..Checked::default() }
    }

    fn report_syntax(&self, finding: Finding) -> Checked {
        let mut findings = vec![finding];
        findings.retain(|finding| self.settings.selection.may_report(finding.rule, finding.group));
        self.keep_wanted(&mut findings);
        Checked { findings, ..Checked::default() }
    }
}

/// Whether it is a script so large that no hand has written it.
fn is_bundle(target: &Target) -> bool {
    const LARGE: u64 = 400_000;
    target.kind == Kind::JavaScript && target.path.metadata().is_ok_and(|metadata| metadata.len() > LARGE)
}

/// Whether a rule judges Python code within other files: one that looks for
/// certain words in Python, and not at the file as a whole.
fn reads_pieces(entry: &Entry) -> bool {
    entry.rule.meta().kinds.contains(&Kind::Python)
        && !entry.rule.triggers().iter().any(|trigger| matches!(trigger, Trigger::Always))
}

fn guarded(path: &std::path::Path, check: impl FnOnce() -> Checked) -> Checked {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let message = format!("internal error, file skipped: {what}");
        let problem = Problem { path: path.to_path_buf(), message };
        Checked { problem: Some(problem), ..Checked::default() }
    })
}
