//! Where the Python of a function app is chosen.

use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxHashSet;

use super::commands::{Invocation, Word, invocations};
use super::context::{App, Language, member};
use super::names::{Literal, Origin};
use super::plain;
use super::sources::{Source, source};
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::term::{Term, TermKind};
use crate::parse::yaml::{self, NodeKind};
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;
use crate::version::{PythonVersion, parse_version};

/// A place where it is.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is chosen.
    pub python: PythonVersion,
    /// The literal that decides, with its quotes.
    pub range: TextRange,
    /// How sure it is that it is for a function app.
    pub confidence: Confidence,
    /// Where the literal stands, if not at its use: ``the default of `x` ``.
    pub origin: Option<String>,
    /// What makes it the target; `None`: cannot be written.
    pub edits: Option<Vec<Change>>,
    /// What the place is called: the number of the resource among those of the
    /// file, for what is said of its plan.
    pub owner: Owner,
}

/// What a Python is chosen for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The resource of this number.
    Root(usize),
    /// The command of this number.
    Command(usize),
    /// A step of a pipeline.
    Step,
}

/// Words of which a file that chooses one has at least one.
pub const WORDS: &[&str] = &[
    "linuxFxVersion",
    "linux_fx_version",
    "functionAppConfig",
    "runtimeVersion",
    "runtime_version",
    "python_version",
    "--runtime-version",
    "--linux-fx-version",
    "RuntimeVersion",
    "runtimeStack",
    "LinuxFxVersion",
];

/// Whether a text may choose one, at a glance: it speaks of Python and of apps.
#[must_use]
pub fn may_choose(text: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    ["ython", "YTHON"].into_iter().any(has)
        && [
            "Microsoft.Web",
            "unctionapp",
            "unctionApp",
            "unction_app",
            "zure",
            "linuxFxVersion",
            "runtimeVersion",
        ]
        .into_iter()
        .any(has)
        && WORDS.iter().any(|word| has(word))
}

/// Whether a file of a module of Terraform may hold a value that is chosen in another.
#[must_use]
pub fn may_hold(text: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    has("\"3.") && (has("variable") || has("locals"))
}

/// How deep values are looked into.
const MAX_DEPTH: usize = 40;

/// Every choice of a document, each place once.
#[must_use]
pub fn choices(
    document: &Document,
    project: &Project,
    code: Option<&Code<'_>>,
    target: PythonVersion,
) -> Vec<Choice> {
    let mut walk = Walk { text: &document.text, target, found: Vec::new() };
    if let Some(source) = source(document, project, code) {
        for (number, root) in source.roots.iter().enumerate() {
            let mut place = Place { source: &source, kind: &root.kind, file: root.file, number };
            walk.value(&mut place, &root.term, &mut Vec::new());
        }
    }
    for (number, one) in invocations(document).iter().enumerate() {
        walk.command(one, number);
    }
    if let Syntax::Yaml(documents) = &document.syntax {
        documents.iter().for_each(|one| walk.steps(one));
    }
    let mut seen = FxHashSet::default();
    let mut found = walk.found;
    found.sort_by_key(|choice| (choice.range.start(), std::cmp::Reverse(choice.confidence)));
    found.retain(|choice| seen.insert(choice.range));
    found
}

/// The newest Python that the Linux function apps of a module of Terraform are given.
#[must_use]
pub fn newest_of_terraform(document: &Document, project: &Project) -> Option<PythonVersion> {
    let source = super::sources::of_module(document, project)?;
    let is_app = |kind: &str| kind.starts_with("azurerm_linux_function_app");
    let mut newest = None;
    for root in source.roots.iter().filter(|root| is_app(&root.kind)) {
        let app = App::around(&root.kind, &[&root.term], &source.names, root.file);
        newest = newest.max(app.python);
    }
    newest
}

/// Where the walk is.
struct Place<'a> {
    source: &'a Source,
    kind: &'a str,
    file: usize,
    number: usize,
}

struct Walk<'t> {
    text: &'t str,
    target: PythonVersion,
    found: Vec<Choice>,
}

impl Walk<'_> {
    fn value<'a>(&mut self, place: &mut Place<'a>, term: &'a Term, around: &mut Vec<&'a Term>) {
        if around.len() >= MAX_DEPTH {
            return;
        }
        match &term.kind {
            TermKind::Object(members) => {
                around.push(term);
                for member in members {
                    if let Some(key) = &member.key {
                        self.member(place, &plain(key), &member.value, around);
                    }
                    self.value(place, &member.value, around);
                }
                around.pop();
            }
            TermKind::Array(terms) | TermKind::Either(terms) | TermKind::Call(_, terms) => {
                terms.iter().for_each(|term| self.value(place, term, around));
            }
            TermKind::Each(inner) | TermKind::Spread(inner) => self.value(place, inner, around),
            _ => {}
        }
    }

    fn member<'a>(&mut self, place: &Place<'a>, key: &str, value: &'a Term, around: &[&'a Term]) {
        let names = &place.source.names;
        let version = match key {
            "linuxfxversion" => Some(value),
            "functionappconfig" => {
                let config = names.meaning(value, place.file).term;
                let runtime = config.get("runtime").map(|runtime| names.meaning(runtime, place.file).term);
                let is_python = |runtime: &&Term| speaks_python(place, runtime.get("name"));
                runtime.filter(is_python).and_then(|runtime| runtime.get("version"))
            }
            "runtimeversion" => {
                let name =
                    around.last().and_then(|own| member(own, &["runtimename", "runtime", "runtimestack"]));
                Some(value).filter(|_| speaks_python(place, name))
            }
            "applicationstack" => member(names.meaning(value, place.file).term, &["pythonversion"]),
            _ => None,
        };
        let Some(version) = version else { return };
        let app = App::around(place.kind, around, names, place.file);
        let is_function = app.is_function.or_else(|| has_settings_of_functions(place, around));
        let is_function = is_function.or_else(|| App::is_module_of_functions(place.kind));
        if is_function == Some(false) || app.language == Some(Language::Other) {
            return;
        }
        let of_stack = key == "linuxfxversion";
        // Both kinds of app have a stack; a module may be for either.
        let confidence = match is_function {
            Some(true) => Confidence::Certain,
            _ if of_stack => return,
            _ => Confidence::Possible,
        };
        for literal in names.literals(version, place.file) {
            if literal.file == place.source.own {
                self.literal(place, &literal, of_stack, confidence);
            }
        }
    }

    fn literal(&mut self, place: &Place<'_>, literal: &Literal, of_stack: bool, confidence: Confidence) {
        let Some((start, python)) = version_in(&literal.text, of_stack) else { return };
        let origin = match &literal.origin {
            Origin::Direct | Origin::Computed => None,
            Origin::Variable(name) => Some(format!("the value of `{name}`")),
            Origin::Parameter(name) => Some(format!("the default of `{name}`")),
        };
        let allowed = match &literal.origin {
            Origin::Parameter(name) => place.source.allows(name, &self.rewritten(literal, start)),
            _ => true,
        };
        let edits = self.edits(literal, start).filter(|_| allowed);
        let owner = Owner::Root(place.number);
        self.found.push(Choice { python, range: literal.range, confidence, origin, edits, owner });
    }

    /// The literal's own text for the target.
    fn rewritten(&self, literal: &Literal, start: usize) -> String {
        let own = literal.text.len().saturating_sub(literal.after.len());
        let before = literal.text.get(literal.before.len()..start).unwrap_or_default();
        let end = start + version_length(&literal.text[start..]);
        let after = literal.text.get(end..own).unwrap_or_default();
        format!("{before}{}{after}", self.target)
    }

    fn edits(&self, literal: &Literal, start: usize) -> Option<Vec<Change>> {
        let end = start + version_length(&literal.text[start..]);
        let own = literal.before.len()..literal.text.len().checked_sub(literal.after.len())?;
        if literal.origin == Origin::Computed || start < own.start || end > own.end {
            return None;
        }
        let written = self.text.get(literal.range.start().to_usize()..literal.range.end().to_usize())?;
        let text = self.rewritten(literal, start);
        let old = literal.text.get(own)?;
        // A number of HCL, written without its quotes.
        if !literal.quoted && written != old {
            return None;
        }
        let content = if literal.quoted && written != old { written.replacen(old, &text, 1) } else { text };
        (content != written).then(|| vec![Change::new(literal.range, content)])
    }

    fn word(&mut self, word: &Word, of_stack: bool, owner: Owner) {
        let said = word.said();
        let Some((start, python)) = version_in(said, of_stack) else { return };
        let (from, exact) = match &word.stands {
            Some(value) => (0, value.exact.then_some(value.range)),
            None => (word.text.len() - said.len(), word.exact),
        };
        let range = exact.map(|range| {
            let at = |offset: usize| TextSize::try_from(offset).unwrap_or_default();
            TextRange::at(range.start() + at(from + start), at(version_length(&said[start..])))
        });
        let edits = range.map(|range| vec![Change::new(range, self.target.to_string())]);
        let range = range.unwrap_or(word.range);
        let origin = word.stands.as_ref().and_then(|value| value.origin.clone());
        let confidence = Confidence::Certain;
        self.found.push(Choice { python, range, confidence, origin, edits, owner });
    }

    fn command(&mut self, one: &Invocation, number: usize) {
        let owner = Owner::Command(number);
        if one.is(&["functionapp", "create"]) {
            let is_python =
                one.value(&["--runtime"]).is_some_and(|word| word.said().eq_ignore_ascii_case("python"));
            if let Some(word) = one.value(&["--runtime-version"]).filter(|_| is_python) {
                self.word(word, false, owner);
            }
        } else if one.is(&["functionapp", "config", "set"])
            && let Some(word) = one.value(&["--linux-fx-version"])
        {
            self.word(word, true, owner);
        }
    }

    /// `runtimeStack: 'PYTHON|3.11'` of tasks that deploy function apps.
    fn steps(&mut self, document: &yaml::Document) {
        let mut open = vec![&document.root];
        while let Some(node) = open.pop() {
            match &node.kind {
                NodeKind::Mapping(entries, _) => {
                    let task = document.get(node, "task").and_then(yaml::Node::as_str).unwrap_or_default();
                    let stack =
                        document.get(node, "inputs").and_then(|inputs| document.get(inputs, "runtimeStack"));
                    if let Some(stack) = stack.filter(|_| task.starts_with("AzureFunctionApp"))
                        && let Some((start, python)) = stack.as_str().and_then(|text| version_in(text, true))
                    {
                        let edits = self.in_scalar(stack, start);
                        let (range, owner) = (stack.range, Owner::Step);
                        let (confidence, origin) = (Confidence::Certain, None);
                        self.found.push(Choice { python, range, confidence, origin, edits, owner });
                    }
                    open.extend(entries.iter().rev().map(|entry| &entry.value));
                }
                NodeKind::Sequence(elements, _) => open.extend(elements.iter().rev()),
                _ => {}
            }
        }
    }

    fn in_scalar(&self, node: &yaml::Node, start: usize) -> Option<Vec<Change>> {
        let fragment = node.fragment(self.text)?;
        let length = version_length(&fragment.text()[start..]);
        let range = fragment.exact(start, start + length)?;
        Some(vec![Change::new(range, self.target.to_string())])
    }
}

fn speaks_python(place: &Place<'_>, name: Option<&Term>) -> bool {
    let literals = name.map(|name| place.source.names.literals(name, place.file)).unwrap_or_default();
    matches!(literals.as_slice(), [one] if one.text.eq_ignore_ascii_case("python"))
}

/// Whether settings beside say that they are those of a function app.
fn has_settings_of_functions(place: &Place<'_>, around: &[&Term]) -> Option<bool> {
    let near = around.iter().rev().take(2).flat_map(|own| own.members());
    let is_settings = |key: &str| plain(key).contains("appsetting");
    let mut found = false;
    for member in near.filter(|member| member.key.as_deref().is_some_and(is_settings)) {
        place.source.names.meaning(&member.value, place.file).term.each(&mut |term| {
            let keys = term.members().iter().filter_map(|member| member.key.as_deref());
            found |= keys.chain(term.as_text()).any(|text| text.starts_with("FUNCTIONS_"));
        });
    }
    found.then_some(true)
}

/// Where a version begins in a text, and which it is. A stack has the name of its
/// language before it.
fn version_in(text: &str, of_stack: bool) -> Option<(usize, PythonVersion)> {
    let start = match of_stack {
        true => {
            let (name, _) = text.split_once('|')?;
            name.trim().eq_ignore_ascii_case("python").then_some(name.len() + 1)?
        }
        false => 0,
    };
    let version = &text[start..];
    let is_plain = version_length(version) == version.trim_end().len();
    let known = |python: &PythonVersion| *python >= PythonVersion { major: 3, minor: 6 };
    Some((start, parse_version(version).ok().filter(|_| is_plain).filter(known)?))
}

fn version_length(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len())
}
