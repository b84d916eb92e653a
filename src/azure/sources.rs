//! A file that describes resources, as values with the names they refer to.

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use super::arm;
use super::names::{Names, Value};
use super::program;
use crate::edit::entries::Language;
use crate::parse::bicep::{Bicep, DeclarationKind};
use crate::parse::hcl::{Block, Body, Expression, ExpressionKind};
use crate::parse::powershell::{self, PowerShell, Word};
use crate::parse::term::{self, Member, Term, TermKind};
use crate::parse::{Document, Syntax, hcl_json};
use crate::project::Project;
use crate::project::terraform::{holds_configuration, holds_values};
use crate::python::Code;

/// The values of a file.
#[derive(Debug)]
pub struct Source {
    /// The outermost values that may describe something.
    pub roots: Vec<Root>,
    /// What they refer to.
    pub names: Names,
    /// The number of the file itself among those that were read.
    pub own: usize,
    /// How its entries are parted; `None` where lines do it.
    pub language: Option<Language>,
    /// What it is written in, for people.
    pub place: &'static str,
    /// What some parameters may be, each as texts.
    pub allowed: FxHashMap<String, Vec<String>>,
}

impl Source {
    /// Whether a parameter may have a value, as far as the file limits it.
    #[must_use]
    pub fn allows(&self, parameter: &str, value: &str) -> bool {
        self.allowed.get(parameter).is_none_or(|all| all.iter().any(|one| one == value))
    }

    fn new(roots: Vec<Root>, names: Names, language: Option<Language>, place: &'static str) -> Self {
        Self { roots, names, own: 0, language, place, allowed: FxHashMap::default() }
    }
}

/// An outermost value.
#[derive(Debug)]
pub struct Root {
    /// Its type, in lower case: `microsoft.web/sites`, `azurerm_linux_function_app`,
    /// `module` with its path; empty where the value says it itself.
    pub kind: String,
    /// What it is called there.
    pub name: String,
    /// The value.
    pub term: Term,
    /// Which of the files it stands in.
    pub file: usize,
}

impl Root {
    fn plain(term: Term) -> Self {
        Self { kind: String::new(), name: String::new(), term, file: 0 }
    }
}

/// What a document describes; `None` if it is of another kind.
#[must_use]
pub fn source(document: &Document, project: &Project, code: Option<&Code<'_>>) -> Option<Source> {
    match (&document.syntax, code) {
        (Syntax::Bicep(bicep), _) => Some(of_bicep(bicep)),
        (Syntax::Hcl(_), _) => of_terraform(document, project),
        (Syntax::Json(_), _) if holds_configuration(&document.path) => of_terraform(document, project),
        (Syntax::Json(root), _) => {
            if arm::is_generated(root) {
                return None;
            }
            let is_template = arm::is_template(root);
            let term = arm::term(root, &document.text, is_template);
            let names = if is_template { arm::names(&term) } else { Names::default() };
            let place = if is_template { "ARM template" } else { "JSON" };
            let mut allowed = FxHashMap::default();
            for member in term.get("parameters").map(Term::members).unwrap_or_default() {
                if let (Some(name), Some(values)) = (&member.key, member.value.get("allowedValues")) {
                    allowed.insert(name.to_string(), texts(values));
                }
            }
            let source = Source::new(vec![Root::plain(term)], names, Some(Language::JSON), place);
            Some(Source { allowed, ..source })
        }
        (Syntax::Yaml(documents), _) => {
            let roots = documents.iter().map(|one| Root::plain(term::of_yaml(&one.root))).collect();
            Some(Source::new(roots, Names::default(), None, "YAML"))
        }
        (Syntax::JavaScript(script), _) => {
            let (roots, names) = program::of_javascript(script);
            let roots = roots.into_iter().map(Root::plain).collect();
            Some(Source::new(roots, names, Some(Language::JSON), "program"))
        }
        (Syntax::PowerShell(script), _) => Some(of_powershell(script)),
        (_, Some(code)) => {
            let (roots, names) = program::of_python(code);
            let roots = roots.into_iter().map(Root::plain).collect();
            Some(Source::new(roots, names, Some(Language::PYTHON), "program"))
        }
        _ => None,
    }
}

fn of_bicep(bicep: &Bicep) -> Source {
    let mut names = Names::default();
    let mut roots = Vec::new();
    let mut allowed = FxHashMap::default();
    for declaration in bicep.all() {
        for decorator in &declaration.decorators {
            if let TermKind::Call(name, arguments) = &decorator.kind
                && name.ends_with("allowed")
                && let Some(values) = arguments.first()
            {
                allowed.insert(declaration.name.to_string(), texts(values));
            }
        }
        let Some(term) = &declaration.value else { continue };
        let parameter = declaration.kind == DeclarationKind::Parameter;
        match declaration.kind {
            DeclarationKind::Parameter | DeclarationKind::Variable => {
                names.add(&*declaration.name, Value { term: term.clone(), file: 0, parameter });
            }
            kind => roots.push(Root {
                kind: match kind {
                    DeclarationKind::Module => module(declaration.subject.as_deref().unwrap_or_default()),
                    _ => declaration.resource_type().unwrap_or_default(),
                },
                name: declaration.name.to_string(),
                term: term.clone(),
                file: 0,
            }),
        }
    }
    Source { allowed, ..Source::new(roots, names, Some(Language::JSON), "Bicep") }
}

/// The kind of a module, with its path.
fn module(path: &str) -> String {
    format!("module {}", path.to_ascii_lowercase())
}

/// The texts of a list.
fn texts(list: &Term) -> Vec<String> {
    list.elements().iter().filter_map(|element| element.as_text().map(str::to_owned)).collect()
}

/// The parameters of each command of Az PowerShell that concerns an app.
fn of_powershell(script: &PowerShell) -> Source {
    const COMMANDS: &[&str] = &[
        "new-azfunctionapp",
        "set-azwebapp",
        "set-azwebappslot",
        "update-azfunctionapp",
        "update-azfunctionappsetting",
    ];
    let mut names = Names::default();
    for assignment in &script.assignments {
        if let TermKind::Name(name) = &assignment.target.kind {
            let value = Value { term: assignment.value.clone(), file: 0, parameter: !assignment.plain };
            names.add(&**name, value);
        }
    }
    let mut roots = Vec::new();
    for command in &script.commands {
        let kind = command.name.to_ascii_lowercase();
        if COMMANDS.contains(&kind.as_str()) {
            let term = Term::new(command.range, TermKind::Object(parameters(command)));
            roots.push(Root { kind, name: String::new(), term, file: 0 });
        }
    }
    Source::new(roots, names, Some(Language::POWERSHELL), "PowerShell")
}

fn parameters(command: &powershell::Command) -> Vec<Member> {
    let mut members = Vec::new();
    for (at, word) in command.words.iter().enumerate() {
        match (word, command.words.get(at + 1)) {
            (Word::Parameter(name, range), Some(Word::Value(value))) => members.push(Member {
                key: Some(name.trim_matches(['-', ':']).into()),
                key_range: *range,
                value: value.clone(),
            }),
            // A table of parameters.
            (Word::Value(Term { kind: TermKind::Name(name), range }), _) if name.starts_with('@') => {
                let table = Term::new(*range, TermKind::Name(name[1..].to_ascii_lowercase().into()));
                let value = Term::new(*range, TermKind::Spread(Box::new(table)));
                members.push(Member { key: None, key_range: *range, value });
            }
            _ => {}
        }
    }
    members
}

/// All files of the module that the document belongs to.
fn of_terraform(document: &Document, project: &Project) -> Option<Source> {
    let is_other = document.path.extension().is_some_and(|extension| extension == "hcl");
    if is_other { None } else { of_module(document, project) }
}

/// The same, whatever the document is.
#[must_use]
pub fn of_module(document: &Document, project: &Project) -> Option<Source> {
    let path = project.terraform_path(&document.path);
    let module = project.terraform_module(path.parent()?);
    let from_json;
    let body = match &document.syntax {
        Syntax::Hcl(body) => body,
        Syntax::Json(root) => {
            from_json = hcl_json::body(&document.text, root);
            &from_json
        }
        _ => return None,
    };
    let mut files: Vec<(PathBuf, &Body)> = vec![(path.clone(), body)];
    files.extend(module.iter().filter(|file| file.path != path).map(|file| (file.path.clone(), &file.body)));
    let is_json = matches!(document.syntax, Syntax::Json(_));
    let language = if is_json { Language::JSON } else { Language::HCL };
    let mut source = Source::new(Vec::new(), Names::default(), Some(language), "Terraform");
    for (file, (_, body)) in files.iter().enumerate().filter(|(_, (path, _))| holds_configuration(path)) {
        read_body(body, file, &mut source);
    }
    for (_, body) in files.iter().filter(|(path, _)| holds_values(path)) {
        body.attributes.iter().for_each(|given| source.names.loosen(&format!("var.{}", given.key)));
    }
    Some(source)
}

fn read_body(body: &Body, file: usize, source: &mut Source) {
    for block in &body.blocks {
        match (&*block.kind, block.label(0)) {
            ("locals", _) => {
                for local in &block.body.attributes {
                    let value = Value { term: term::of_hcl(&local.value), file, parameter: false };
                    source.names.add(format!("local.{}", local.key), value);
                }
            }
            ("variable", Some(name)) => {
                for condition in block.body.blocks("validation").filter_map(|one| one.body.get("condition")) {
                    let mut values = Vec::new();
                    listed(condition, &mut values);
                    source.allowed.insert(name.to_owned(), values);
                }
                if let Some(default) = block.body.get("default") {
                    let value = Value { term: term::of_hcl(default), file, parameter: true };
                    source.names.add(format!("var.{name}"), value);
                }
            }
            ("resource", Some(kind)) => {
                let name = block.label(1).unwrap_or_default().to_owned();
                source.roots.push(Root {
                    kind: kind.to_ascii_lowercase(),
                    name,
                    term: of_block(block),
                    file,
                });
            }
            ("module", Some(name)) => {
                let path = block.body.get("source").and_then(Expression::as_str).unwrap_or_default();
                let (kind, name) = (module(path), name.to_owned());
                source.roots.push(Root { kind, name, term: of_block(block), file });
            }
            _ => {}
        }
    }
}

/// The texts that a condition names.
fn listed(condition: &Expression, found: &mut Vec<String>) {
    match &condition.kind {
        ExpressionKind::Call(_, values)
        | ExpressionKind::Array(values)
        | ExpressionKind::Operation(values) => {
            values.iter().for_each(|value| listed(value, found));
        }
        _ => found.extend(condition.as_str().map(str::to_owned)),
    }
}

/// A block as an object; blocks within it are members of it.
fn of_block(block: &Block) -> Term {
    let attribute = |attribute: &crate::parse::hcl::Attribute| Member {
        key: Some(attribute.key.clone()),
        key_range: attribute.key_range,
        value: term::of_hcl(&attribute.value),
    };
    let inner = |block: &Block| Member {
        key: Some(block.kind.clone()),
        key_range: block.kind_range,
        value: of_block(block),
    };
    let members = block.body.attributes.iter().map(attribute).chain(block.body.blocks.iter().map(inner));
    Term::new(block.range, TermKind::Object(members.collect()))
}
