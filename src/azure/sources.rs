//! A file that describes resources, as values with the names they refer to.

use std::path::{Path, PathBuf};

use super::arm;
use super::names::{Names, Value};
use super::program;
use crate::edit::entries::Language;
use crate::parse::bicep::{Bicep, DeclarationKind};
use crate::parse::hcl::{Block, Body};
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
}

/// An outermost value.
#[derive(Debug)]
pub struct Root {
    /// Its type, in lower case: `microsoft.web/sites`, `azurerm_linux_function_app`,
    /// `module`; empty where the value says it itself.
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
            let is_template = arm::is_template(root);
            let term = arm::term(root, &document.text, is_template);
            let names = if is_template { arm::names(&term) } else { Names::default() };
            let place = if is_template { "ARM template" } else { "JSON" };
            Some(Source {
                roots: vec![Root::plain(term)],
                names,
                own: 0,
                language: Some(Language::JSON),
                place,
            })
        }
        (Syntax::Yaml(documents), _) => {
            let roots = documents.iter().map(|one| Root::plain(term::of_yaml(&one.root))).collect();
            Some(Source { roots, names: Names::default(), own: 0, language: None, place: "YAML" })
        }
        (Syntax::JavaScript(script), _) => {
            let (roots, names) = program::of_javascript(script);
            let roots = roots.into_iter().map(Root::plain).collect();
            Some(Source { roots, names, own: 0, language: Some(Language::JSON), place: "program" })
        }
        (_, Some(code)) => {
            let (roots, names) = program::of_python(code);
            let roots = roots.into_iter().map(Root::plain).collect();
            Some(Source { roots, names, own: 0, language: Some(Language::PYTHON), place: "program" })
        }
        _ => None,
    }
}

fn of_bicep(bicep: &Bicep) -> Source {
    let mut names = Names::default();
    let mut roots = Vec::new();
    for declaration in bicep.all() {
        let Some(term) = &declaration.value else { continue };
        let parameter = declaration.kind == DeclarationKind::Parameter;
        match declaration.kind {
            DeclarationKind::Parameter | DeclarationKind::Variable => {
                names.add(&*declaration.name, Value { term: term.clone(), file: 0, parameter });
            }
            kind => roots.push(Root {
                kind: match kind {
                    DeclarationKind::Module => "module".to_owned(),
                    _ => declaration.resource_type().unwrap_or_default(),
                },
                name: declaration.name.to_string(),
                term: term.clone(),
                file: 0,
            }),
        }
    }
    Source { roots, names, own: 0, language: Some(Language::JSON), place: "Bicep" }
}

/// All files of the module that the document belongs to.
fn of_terraform(document: &Document, project: &Project) -> Option<Source> {
    let path = project.terraform_path(&document.path);
    if path.extension().is_some_and(|extension| extension == "hcl") {
        return None;
    }
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
    let mut source = Source {
        roots: Vec::new(),
        names: Names::default(),
        own: 0,
        language: Some(if matches!(document.syntax, Syntax::Json(_)) {
            Language::JSON
        } else {
            Language::HCL
        }),
        place: "Terraform",
    };
    for (file, (path, body)) in files.iter().enumerate().filter(|(_, (path, _))| holds_configuration(path)) {
        read_body(path, body, file, &mut source);
    }
    for (_, body) in files.iter().filter(|(path, _)| holds_values(path)) {
        body.attributes.iter().for_each(|given| source.names.loosen(&format!("var.{}", given.key)));
    }
    Some(source)
}

fn read_body(_: &Path, body: &Body, file: usize, source: &mut Source) {
    for block in &body.blocks {
        match (&*block.kind, block.label(0)) {
            ("locals", _) => {
                for local in &block.body.attributes {
                    let value = Value { term: term::of_hcl(&local.value), file, parameter: false };
                    source.names.add(format!("local.{}", local.key), value);
                }
            }
            ("variable", Some(name)) => {
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
                let (kind, name) = ("module".to_owned(), name.to_owned());
                source.roots.push(Root { kind, name, term: of_block(block), file });
            }
            _ => {}
        }
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
