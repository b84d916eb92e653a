//! Documents and rules to findings.

pub mod baseline;
pub mod suppressions;
pub mod triggers;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::config::Settings;
use crate::discover::{Kind, Target};
use crate::finding::{Finding, Problem, Severity};
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;
use crate::python::types::Types;
use crate::read::{self, Source, Unreadable};
use crate::rule::registry::Entry;
use crate::rule::{File, Sink};
use crate::rules::RULES;
use triggers::Scan;

/// What checking one file gave.
#[derive(Debug, Default)]
pub struct Checked {
    /// Faults in the file.
    pub findings: Vec<Finding>,
    /// Why it could not be checked.
    pub problem: Option<Problem>,
}

/// The selected rules, made ready once for all files of a run.
pub struct Checker<'a> {
    project: &'a Project,
    types: &'a Types,
    settings: &'a Settings,
    rules: Vec<&'static Entry>,
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
            entry.rule.gravest() >= settings.min_severity
                && selection.may_report(entry.id, entry.rule.meta().group)
        };
        let rules: Vec<&'static Entry> = RULES.iter().filter(wanted).collect();
        let reads_python = |entry: &Entry| entry.rule.meta().kinds.iter().any(|kind| kind.holds_python());
        let reads_other = |entry: &Entry| entry.rule.meta().kinds.iter().any(|kind| !kind.holds_python());
        let (python, other) = (Scan::new(&rules, reads_python), Scan::new(&rules, reads_other));
        Self { project, types, settings, rules, python, other }
    }

    /// Whether any selected rule reads this kind; if not, the file is not even opened.
    #[must_use]
    pub fn reads(&self, kind: Kind) -> bool {
        self.rules.iter().any(|entry| entry.rule.meta().kinds.contains(&kind))
    }

    /// Reads and checks one file. A panic costs that file alone.
    #[must_use]
    pub fn check(&self, target: &Target) -> Checked {
        if !self.reads(target.kind) {
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
        let active = self.active(&source);
        if active.is_empty() && !suppressions::may_have(&source.text) {
            return Checked::default();
        }
        let document = match Document::parse(source, self.settings.target) {
            Ok(document) => document,
            // Without a rule that reads the file nobody misses its syntax.
            Err(_) if active.is_empty() => return Checked::default(),
            Err(unparsed) => return self.unparsed(*unparsed),
        };
        let mut findings = Vec::new();
        self.run(&document, &active, &mut findings);
        Checked { findings: self.finish(&document, findings), problem: None }
    }

    /// The rules that read the kind and whose words stand in the text.
    fn active(&self, source: &Source) -> Vec<&'static Entry> {
        let scan = if source.kind.holds_python() { &self.python } else { &self.other };
        let hits = scan.hits(source.text.as_bytes());
        // In the JSON of a notebook, `\ncgi` is the word `cgi` behind a line feed.
        let any = source.kind == Kind::Notebook;
        let all = self.rules.iter().enumerate();
        all.filter(|(at, entry)| {
            (any || hits.contains(*at)) && entry.rule.meta().kinds.contains(&source.kind)
        })
        .map(|(_, entry)| *entry)
        .collect()
    }

    fn run(&self, document: &Document, active: &[&'static Entry], findings: &mut Vec<Finding>) {
        let file = File { document, project: self.project, settings: self.settings };
        let code = match &document.syntax {
            Syntax::Python(module) => {
                let (project, types) = (self.project, Some(self.types));
                let mut code = Code::new(document, module, project, self.settings.target, types);
                code.deprecations = active.iter().any(|entry| entry.rule.gravest() == Severity::Info);
                Some(code)
            }
            _ => None,
        };
        // What the target cannot even parse has no meaning that rules could judge.
        let broken = code.as_ref().is_some_and(|code| code.module.is_broken());
        for entry in active {
            let mut sink = Sink::new(file, entry, findings);
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
            finding.severity >= settings.min_severity
                && finding.confidence >= settings.min_confidence
                && settings.selection.reports(finding.rule, finding.group, &finding.symbol)
                && !settings.is_ignored_in(&finding.path, finding.rule, finding.group, &finding.symbol)
        });
    }

    fn refuse(&self, target: &Target, unreadable: Unreadable) -> Checked {
        match unreadable {
            Unreadable::Failed(message) => {
                let problem = Problem { path: target.path.to_path_buf(), message };
                Checked { findings: Vec::new(), problem: Some(problem) }
            }
            Unreadable::Refused { message, row, column, line } => {
                let finding = crate::rules::syntax_error::refused(&target.path, &message, row, column, &line);
                self.report_syntax(finding)
            }
        }
    }

    fn unparsed(&self, unparsed: crate::parse::Unparsed) -> Checked {
        let mut findings: Vec<Finding> =
            crate::rules::syntax_error::unparsed(&unparsed).into_iter().collect();
        findings.retain(|finding| self.settings.selection.may_report(finding.rule, finding.group));
        Checked { findings: self.finish(&unparsed.document, findings), problem: None }
    }

    fn report_syntax(&self, finding: Finding) -> Checked {
        let mut findings = vec![finding];
        findings.retain(|finding| self.settings.selection.may_report(finding.rule, finding.group));
        self.keep_wanted(&mut findings);
        Checked { findings, problem: None }
    }
}

fn guarded(path: &std::path::Path, check: impl FnOnce() -> Checked) -> Checked {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|panic| {
        let what = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let what = what.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        let message = format!("internal error, file skipped: {what}");
        let problem = Problem { path: path.to_path_buf(), message };
        Checked { findings: Vec::new(), problem: Some(problem) }
    })
}
