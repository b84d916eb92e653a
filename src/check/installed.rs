//! Installed distributions: which of them break, and by what.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Checked, Checker};
use crate::config::{Selector, Settings};
use crate::discover::{Kind, Target};
use crate::finding::{Confidence, Finding, Group, Severity};
use crate::installed::{Distribution, Reached, SitePackages, is_aside, runs_at_import};
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::types::Types;
use crate::read::{self, Encoding, Source};
use crate::rule::{File, Installed, Sink};
use crate::version::PythonVersion;

/// Groups of rules that are asked about the sources of distributions.
const GROUPS: [Group; 3] = [Group::Stdlib, Group::Semantics, Group::Syntax];

/// What a virtual environment is made with; a new one gets its own.
const SEEDS: [&str; 3] = ["pip", "setuptools", "wheel"];

/// The rule about distributions; its findings about what is compiled show no text.
const COMPILED: &str = "installed-distribution";

/// The rule about what environments were made with.
const SEEDED: &str = "missing-setuptools";

/// From this Python on virtual environments are made without setuptools.
const WITHOUT_SETUPTOOLS: PythonVersion = PythonVersion::PY312;

/// What was found out about one distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Its name; of what belongs to no distribution, the module.
    pub name: String,
    /// `None` of what belongs to no distribution.
    pub version: Option<String>,
    /// Its findings, the gravest first, then by place.
    pub findings: Vec<Finding>,
    /// The names of others that cannot be imported because of it.
    pub takes_down: Vec<String>,
}

/// Why a distribution does not do on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// It cannot be installed or imported.
    Broken,
    /// Nothing is wrong with it but that it is compiled for another Python.
    Compiled,
    /// Something in it fails or differs.
    Parts,
}

impl Verdict {
    /// The name with its version.
    #[must_use]
    pub fn title(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{} {version}", self.name))
    }

    /// Why it does not do; `None` if it does.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        // Of text it can be told what is wrong with it; the rest is compiled.
        let is_compiled = |finding: &&Finding| finding.rule == COMPILED && finding.excerpt.text.is_empty();
        match self.severity()? {
            Severity::Error => {
                let mut errors = self.findings.iter().filter(|one| one.severity == Severity::Error);
                Some(if errors.all(|one| is_compiled(&one)) { Cause::Compiled } else { Cause::Broken })
            }
            _ if self.findings.iter().all(|one| is_compiled(&one)) => Some(Cause::Compiled),
            _ => Some(Cause::Parts),
        }
    }

    /// The severity of the gravest finding.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// What was found out about one folder.
#[derive(Debug, Default)]
pub struct Judged {
    /// Every distribution, sorted by name.
    pub verdicts: Vec<Verdict>,
    /// Files that could not be read, and how many were looked at.
    pub checked: Vec<Checked>,
}

/// Judges every distribution of a folder. `done` is told of each file.
#[must_use]
pub fn judge(folder: &Path, settings: &Settings, started: impl Fn(usize), done: impl Fn() + Sync) -> Judged {
    let site = SitePackages::read(folder);
    let wide = widened(settings);
    let seeded = site.environment.is_some_and(|python| python < WITHOUT_SETUPTOOLS);
    let project = Project::installed(folder, required(&site, settings), seeded, settings);
    let types = Types::new(&Settings { root: folder.to_path_buf(), ..settings.clone() });
    let checker = Checker::new(&project, &types, &wide);
    let sources = sources(&site);
    started(sources.len());
    let check = |(file, target): &(&Path, Target)| {
        let checked = checker.check(target);
        done();
        (file.to_path_buf(), checked)
    };
    let mut checked: Vec<(PathBuf, Checked)> = sources.par_iter().map(check).collect();
    let reached = Reached::of(&site, &project, settings.target);
    let mut broken = Vec::new();
    let mut found: FxHashMap<usize, Vec<Finding>> = FxHashMap::default();
    for (file, checked) in &mut checked {
        let Some(owner) = site.owner(file) else { continue };
        let mut findings = std::mem::take(&mut checked.findings);
        findings.retain(|finding| GROUPS.contains(&finding.group) || finding.rule == SEEDED);
        weigh(&site, &reached, file, &mut findings);
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            broken.push(file.clone());
        }
        found.entry(owner).or_default().extend(findings);
    }
    for number in 0..site.distributions.len() {
        let installed = Installed { site: &site, number, reached: &reached };
        found.entry(number).or_default().extend(of_distribution(&checker, installed));
    }
    let narrow = Checker::new(&project, &types, settings);
    let mut verdicts = verdicts(&site, found, &narrow);
    name_dependents(&site, &reached, &broken, &mut verdicts);
    let verdicts = verdicts.into_iter().map(|(_, verdict)| verdict).collect();
    Judged { verdicts, checked: checked.into_iter().map(|(_, checked)| checked).collect() }
}

/// The settings with which sources are read: only the groups that count.
fn widened(settings: &Settings) -> Settings {
    let mut wide = settings.clone();
    let others = Group::ALL.iter().filter(|group| !GROUPS.contains(group) && **group != Group::Dependencies);
    wide.selection.ignore.extend(others.copied().map(Selector::Group));
    wide
}

/// What the distributions need on the target.
fn required(site: &SitePackages, settings: &Settings) -> Vec<String> {
    let mut names: Vec<String> =
        site.distributions.iter().flat_map(|one| one.requirements(settings.target)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether a distribution came with the environment: a new one gets its own.
fn is_seed(site: &SitePackages, distribution: &Distribution) -> bool {
    site.environment.is_some() && SEEDS.contains(&distribution.key.as_str())
}

/// The Python files, each with its path from the folder.
fn sources(site: &SitePackages) -> Vec<(&Path, Target)> {
    let is_seed = |file: &Path| site.owner(file).is_none_or(|at| is_seed(site, &site.distributions[at]));
    let python = site.files.iter().filter(|file| file.extension().is_some_and(|end| end == "py"));
    let target =
        |file: &'_ Path| Target { path: site.folder.join(file).into(), kind: Kind::Python, explicit: false };
    python.filter(|file| !is_seed(file)).map(|file| (file.as_path(), target(file))).collect()
}

/// Gives the findings of one source the severity that they have for whoever
/// uses the distribution. Nobody repairs installed code, so fixes are dropped.
fn weigh(site: &SitePackages, reached: &Reached, file: &Path, findings: &mut [Finding]) {
    let document = OnceDocument::default();
    for finding in findings {
        finding.fix = None;
        let is_reached = reached.contains(file);
        finding.severity = match finding.severity {
            Severity::Warning
                if finding.rule == SEEDED
                    && is_reached
                    && !is_aside(file)
                    && document.runs(&site.folder.join(file), finding) =>
            {
                Severity::Warning
            }
            // What differs is for those to judge who write it.
            Severity::Info | Severity::Warning => Severity::Info,
            Severity::Error if is_aside(file) => Severity::Info,
            Severity::Error if finding.rule == "syntax-error" && !is_reached => Severity::Info,
            Severity::Error if !is_reached || !document.runs(&site.folder.join(file), finding) => {
                Severity::Warning
            }
            Severity::Error => Severity::Error,
        };
        if finding.symbol == "distutils" {
            // Somebody may install setuptools in addition.
            finding.confidence = finding.confidence.min(Confidence::Likely);
        }
    }
}

/// A source that is read again when the first finding asks.
#[derive(Default)]
struct OnceDocument {
    document: std::cell::OnceCell<Option<Document>>,
}

impl OnceDocument {
    /// Whether the place of a finding runs when the module is imported.
    fn runs(&self, path: &Path, finding: &Finding) -> bool {
        let parse = || {
            let target = Target { path: path.into(), kind: Kind::Python, explicit: false };
            let source = read::read(&target).ok()?;
            Document::parse(source, PythonVersion::PY313).ok()
        };
        let Some(document) = self.document.get_or_init(parse) else { return true };
        match &document.syntax {
            Syntax::Python(module) => module.is_broken() || runs_at_import(module, finding.span.range),
            _ => true,
        }
    }
}

/// What rules say of a distribution as a whole.
fn of_distribution(checker: &Checker<'_>, installed: Installed<'_>) -> Vec<Finding> {
    let distribution = installed.distribution();
    let (site, mut findings) = (installed.site, Vec::new());
    if is_seed(site, distribution) {
        return findings;
    }
    let (path, text) = distribution.metadata.clone().unwrap_or_default();
    let path: Arc<Path> = site.folder.join(path).into();
    let source = Source { path, kind: Kind::Installed, text, encoding: Encoding::Utf8, bom: false };
    let document = Document::new(source, None, Syntax::Text);
    let file = File { document: &document, project: checker.project, settings: checker.settings };
    for entry in &checker.rules {
        entry.rule.check_installed(&file, &installed, &mut Sink::new(file, entry, &mut findings));
    }
    findings
}

/// The findings that are wanted, by distribution, with its number.
fn verdicts(
    site: &SitePackages,
    mut found: FxHashMap<usize, Vec<Finding>>,
    checker: &Checker<'_>,
) -> Vec<(usize, Verdict)> {
    let one = |(number, distribution): (usize, &Distribution)| {
        let mut findings = found.remove(&number).unwrap_or_default();
        checker.keep_wanted(&mut findings);
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.sort_key().cmp(&b.sort_key())));
        let (name, version) = (distribution.name.clone(), distribution.version.clone());
        (number, Verdict { name, version, findings, takes_down: Vec::new() })
    };
    site.distributions.iter().enumerate().map(one).collect()
}

/// Tells each distribution with a file that cannot be imported who fails with it.
fn name_dependents(
    site: &SitePackages,
    reached: &Reached,
    broken: &[PathBuf],
    verdicts: &mut [(usize, Verdict)],
) {
    for file in broken {
        let Some(owner) = site.owner(file) else { continue };
        let others = reached.dependents(file).into_iter().filter(|other| *other != owner);
        let names: Vec<String> = others.map(|other| site.distributions[other].name.clone()).collect();
        if let Some((_, verdict)) = verdicts.iter_mut().find(|(number, _)| *number == owner) {
            verdict.takes_down.extend(names);
            verdict.takes_down.sort_unstable();
            verdict.takes_down.dedup();
        }
    }
}
