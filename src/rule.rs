//! What a rule is.
//!
//! A rule implements only the check of the syntax it reads. The id of a code
//! rule is the name of its file, its page the file's `//!` comment.

use ruff_text_size::TextRange;

use crate::config::Settings;
use crate::discover::Kind;
use crate::embedded::Start;
use crate::finding::{Applicability, Confidence, Edit, Finding, Fix, Group, Severity};
use crate::installed::{Distribution, Reached, SitePackages};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::{Document, json, yaml};
use crate::project::{Project, minimum_of_script};
use crate::python::Code;
use crate::version::PythonVersion;

pub mod registry;

/// What is known of a rule without running it.
#[derive(Debug)]
pub struct Meta {
    /// The family it belongs to.
    pub group: Group,
    /// The strongest fix it may offer; `None` if it never offers one.
    pub fix: Option<Applicability>,
    /// The kinds of file it reads.
    pub kinds: &'static [Kind],
}

/// Words without which a rule cannot fire on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
// Equal triggers are only dropped to save work.
#[allow(unpredictable_function_pointer_comparisons)]
pub enum Trigger {
    /// The word stands anywhere, bounded by non-identifier characters.
    Word(&'static str),
    /// The word is called: with nothing between the brackets, if it is so.
    Call {
        /// The word.
        name: &'static str,
        /// Whether only calls without arguments count.
        bare: bool,
        /// A word that must stand somewhere, too.
        argument: Option<&'static str>,
    },
    /// The dotted module is imported or named in a string.
    Module(&'static str),
    /// What a module has: the name is imported from it, stands behind its name, or
    /// begins a string.
    Name {
        /// The module that must be imported or named in a string.
        home: &'static str,
        /// The name.
        name: &'static str,
        /// A word that must stand somewhere, too.
        argument: Option<&'static str>,
    },
    /// What objects have: the name stands behind a point or begins a string.
    Member {
        /// The module that must be imported or named in a string, if any.
        home: Option<&'static str>,
        /// The name.
        name: &'static str,
        /// A word that must stand somewhere, too.
        argument: Option<&'static str>,
    },
    /// A keyword stands before a value in a file that imports the module.
    Keyword {
        /// The module that must be imported or named in a string.
        home: &'static str,
        /// The keyword.
        word: &'static str,
        /// Where the value is a call, what the name of the function must hold one of.
        calls: &'static [&'static str],
    },
    /// The text as a whole says so, at a glance.
    Text(fn(&[u8]) -> bool),
    /// The rule looks at every file.
    Always,
}

/// One kind of fault.
pub trait Rule: Sync {
    /// The gravest finding it may make.
    fn gravest(&self) -> Severity {
        Severity::Error
    }

    /// The symbols of its findings, where they are few and always the same.
    fn symbols(&self) -> &'static [&'static str] {
        &[]
    }

    /// Group, fixability, kinds.
    fn meta(&self) -> &'static Meta;

    /// When to look at a file at all; holds for every kind of file.
    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Always]
    }

    /// A second look at a text that a trigger has hit, by its kind.
    fn wakes(&self, kind: Kind, text: &[u8]) -> bool {
        let _ = (kind, text);
        true
    }

    /// As [`Rule::triggers`], without those of findings that these settings never show.
    fn triggers_for(&self, settings: &Settings) -> Vec<Trigger> {
        let _ = settings;
        self.triggers()
    }

    /// Whether the rule has something to say of Python that does not parse.
    fn reads_broken(&self) -> bool {
        false
    }

    /// Whether the rule is about commands, in files of any kind that holds some.
    fn reads_starts(&self) -> bool {
        false
    }

    /// Modules and tools of Python that commands in the file start.
    fn check_starts(&self, file: &File<'_>, starts: &[Start], sink: &mut Sink<'_>) {
        let _ = (file, starts, sink);
    }

    /// A file of any kind, for rules that are about the same thing in many; `code`
    /// where it is Python that parses.
    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let _ = (file, code, sink);
    }

    /// Python sources, stubs, notebooks.
    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let _ = (file, code, sink);
    }

    /// Container build files.
    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let _ = (file, dockerfile, sink);
    }

    /// JSON files.
    fn check_json(&self, file: &File<'_>, value: &json::Value, sink: &mut Sink<'_>) {
        let _ = (file, value, sink);
    }

    /// One distribution among installed ones. The file of `file` and `sink` is its
    /// metadata; see [`Sink::elsewhere`].
    fn check_installed(&self, file: &File<'_>, installed: &Installed<'_>, sink: &mut Sink<'_>) {
        let _ = (file, installed, sink);
    }

    /// YAML files; every document of the stream.
    fn check_yaml(&self, file: &File<'_>, documents: &[yaml::Document], sink: &mut Sink<'_>) {
        let _ = (file, documents, sink);
    }
}

/// What surrounds a check: the document, the repository, the settings.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// The file itself.
    pub document: &'a Document,
    /// The repository.
    pub project: &'a Project,
    /// What the user asked for.
    pub settings: &'a Settings,
}

impl File<'_> {
    /// The oldest Python that fixes must work on.
    #[must_use]
    pub fn minimum(&self) -> PythonVersion {
        self.stated_minimum().unwrap_or_else(|| self.project.minimum(&self.document.path))
    }

    /// The same, if anyone has said it: the user, the script itself, the project.
    #[must_use]
    pub fn stated_minimum(&self) -> Option<PythonVersion> {
        let script = || minimum_of_script(&self.document.text);
        let project = || self.project.stated_minimum(&self.document.path);
        self.settings.minimum.or_else(script).or_else(project)
    }

    /// Why a fix that Python 2 would not run is not safe; `None` where the project
    /// does not declare to support it.
    #[must_use]
    pub fn keeps_python2(&self) -> Option<String> {
        let declared = self.project.supports_python2(&self.document.path);
        declared.then(|| "the project declares to support Python 2, where this does not run".to_owned())
    }

    /// An edit of this file.
    #[must_use]
    pub fn edit(&self, range: TextRange, content: impl Into<String>) -> Edit {
        Edit { path: None, span: self.document.span(range), content: content.into() }
    }
}

/// One of the distributions in a folder of packages.
#[derive(Clone, Copy)]
pub struct Installed<'a> {
    /// The folder.
    pub site: &'a SitePackages,
    /// The number of the distribution.
    pub number: usize,
    /// What imports reach.
    pub reached: &'a Reached,
}

impl<'a> Installed<'a> {
    /// The distribution itself.
    #[must_use]
    pub fn distribution(&self) -> &'a Distribution {
        &self.site.distributions[self.number]
    }
}

/// Collects the findings of one rule on one file.
pub struct Sink<'a> {
    file: File<'a>,
    rule: &'static registry::Entry,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Sink<'a> {
    /// A sink for one rule.
    pub fn new(file: File<'a>, rule: &'static registry::Entry, findings: &'a mut Vec<Finding>) -> Self {
        Self { file, rule, findings }
    }

    /// The same for another file.
    pub fn elsewhere<'b>(&'b mut self, document: &'b Document) -> Sink<'b> {
        Sink { file: File { document, ..self.file }, rule: self.rule, findings: self.findings }
    }

    /// Begins a finding about `symbol` at `range`: an error, certain, unless
    /// told otherwise. Nothing is reported before [`Draft::emit`].
    pub fn finding(
        &mut self,
        symbol: impl Into<String>,
        range: TextRange,
        message: impl Into<String>,
    ) -> Draft<'_> {
        let document = self.file.document;
        let finding = Finding {
            rule: self.rule.id,
            group: self.rule.rule.meta().group,
            symbol: symbol.into(),
            path: document.path.clone(),
            span: document.span(range),
            severity: Severity::Error,
            confidence: Confidence::Certain,
            message: message.into(),
            help: None,
            url: None,
            removed_in: None,
            deprecated_in: None,
            fix: None,
            excerpt: document.excerpt(range),
        };
        Draft { finding, findings: self.findings }
    }
}

/// A finding being written.
#[must_use = "a draft is reported by `emit`"]
pub struct Draft<'a> {
    finding: Finding,
    findings: &'a mut Vec<Finding>,
}

impl Draft<'_> {
    /// Sets the severity.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// Sets the confidence.
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.finding.confidence = confidence;
        self
    }

    /// Sets the way out.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// Sets the source of the fact.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.finding.url = Some(url.into());
        self
    }

    /// Sets the Python versions of deprecation and removal.
    pub fn versions(mut self, deprecated: Option<PythonVersion>, removed: Option<PythonVersion>) -> Self {
        self.finding.deprecated_in = deprecated.map(|version| version.to_string());
        self.finding.removed_in = removed.map(|version| version.to_string());
        self
    }

    /// Adds a fix that keeps the meaning on every supported Python.
    pub fn safe_fix(self, message: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix(Applicability::Safe, message.into(), None, edits)
    }

    /// Adds a fix that a person must look at, with the reason.
    pub fn unsafe_fix(self, message: impl Into<String>, reason: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix(Applicability::Unsafe, message.into(), Some(reason.into()), edits)
    }

    /// Adds a fix that is only shown, with the reason.
    pub fn display_fix(
        self,
        message: impl Into<String>,
        reason: impl Into<String>,
        edits: Vec<Edit>,
    ) -> Self {
        self.fix(Applicability::Display, message.into(), Some(reason.into()), edits)
    }

    fn fix(
        mut self,
        applicability: Applicability,
        message: String,
        reason: Option<String>,
        edits: Vec<Edit>,
    ) -> Self {
        debug_assert!(!edits.is_empty(), "a fix without edits");
        self.finding.fix = Some(Fix { applicability, message, reason, edits });
        self
    }

    /// Shows nothing of the file but this range, which holds the finding: what
    /// stands around it may be secret.
    pub fn show_only(mut self, shown: TextRange) -> Self {
        let excerpt = &mut self.finding.excerpt;
        // Where the excerpt's text lies in the file.
        let at = self.finding.span.range.start().to_usize() - excerpt.start;
        let start = shown.start().to_usize().saturating_sub(at).min(excerpt.start);
        let end = shown.end().to_usize().saturating_sub(at).clamp(excerpt.end, excerpt.text.len());
        let line = excerpt.text[..start].rfind('\n').map_or(0, |line| line + 1);
        let start = if excerpt.text[line..start].trim().is_empty() { line } else { start };
        let rows = excerpt.text[..start].matches('\n').count();
        excerpt.first_row += u32::try_from(rows).unwrap_or_default();
        excerpt.text = excerpt.text[start..end].to_owned();
        excerpt.start -= start;
        excerpt.end -= start;
        self
    }

    /// Reports the finding.
    pub fn emit(self) {
        self.findings.push(self.finding);
    }
}
