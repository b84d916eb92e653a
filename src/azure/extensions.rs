//! Worker extensions: which classes of a project are some, also where their
//! bases stand in other files.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruff_python_ast::Expr;

use crate::discover::{Kind, Target};
use crate::parse::python;
use crate::project::Project;
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind, Names, member_of};
use crate::read::read;
use crate::version::PythonVersion;

/// A class that is a worker extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The class of `azure.functions` that it derives from.
    pub base: &'static str,
    /// The file that defines it, if that is another one.
    pub file: Option<PathBuf>,
    /// Whether the names it was found by can mean nothing else.
    pub sure: bool,
}

/// The public names of the classes that extensions derive from.
const BASES: [&str; 2] = ["AppExtensionBase", "FuncExtensionBase"];

/// Classes and files between an extension and its base, at most.
const DEPTH: u32 = 6;

/// Files that are read for one class, at most: many bases have many bases.
const MAX_FILES: u32 = 32;

/// What makes the class that an expression names an extension: that it is one
/// of the bases, or derives from one, through classes of this file and of
/// others of the project.
#[must_use]
pub fn extension<'a>(code: &Code<'a>, class: &'a Expr) -> Option<Extension> {
    let search = Search { project: code.project, target: code.target, left: Cell::new(MAX_FILES) };
    search.named(code.names(), &code.document.path, class, DEPTH)
}

struct Search<'a> {
    project: &'a Project,
    target: PythonVersion,
    /// How many files may still be read.
    left: Cell<u32>,
}

impl Search<'_> {
    fn named<'a>(&self, names: &Names<'a>, path: &Path, expr: &'a Expr, depth: u32) -> Option<Extension> {
        let depth = depth.checked_sub(1)?;
        let meanings = names.resolve(expr);
        let sure = meanings.only().is_some();
        if let Some(base) = meanings.dotted.iter().find_map(|dotted| base(dotted)) {
            return Some(Extension { base, file: None, sure });
        }
        if let Expr::Name(name) = expr {
            let bound = names.bindings_of(name).into_iter();
            let own = bound.filter_map(|id| self.defined(names, path, id, depth)).next();
            if own.is_some() {
                return own;
            }
        }
        let elsewhere = meanings.dotted.iter().find_map(|dotted| self.imported(path, dotted, depth))?;
        Some(Extension { sure: sure && elsewhere.sure, ..elsewhere })
    }

    /// The class that a binding of a file defines.
    fn defined(&self, names: &Names<'_>, path: &Path, id: BindingId, depth: u32) -> Option<Extension> {
        let BindingKind::Class(class) = names.binding(id).kind else { return None };
        let derived = class.bases().iter().find_map(|base| self.named(names, path, base, depth))?;
        Some(Extension { file: None, ..derived })
    }

    /// The class that a dotted name means in a file of the project.
    fn imported(&self, path: &Path, dotted: &str, depth: u32) -> Option<Extension> {
        let depth = depth.checked_sub(1)?;
        let (module, class) = dotted.rsplit_once('.')?;
        let file = self.file_of(path, if module.is_empty() { "." } else { module })?;
        self.left.set(self.left.get().checked_sub(1)?);
        let target = Target { path: Arc::from(file.as_path()), kind: Kind::Python, explicit: true };
        let text = read(&target).ok()?.text;
        let parsed = python::parse(&text, None, self.target);
        let names = Names::of(parsed.body());
        let extension = names.module_bindings(class).iter().find_map(|id| match names.binding(*id).kind {
            BindingKind::Class(_) => self.defined(&names, &file, *id, depth),
            BindingKind::From(import, alias) => self.imported(&file, &member_of(import, alias), depth),
            _ => None,
        })?;
        Some(Extension { file: extension.file.or(Some(file)), ..extension })
    }

    /// The file of the project that a module is, seen from another one.
    fn file_of(&self, path: &Path, module: &str) -> Option<PathBuf> {
        let path = self.project.absolute(path);
        let name = module.trim_start_matches('.');
        let dots = module.len() - name.len();
        let inner: PathBuf = name.split('.').filter(|part| !part.is_empty()).collect();
        let top = self.project.top(&path);
        let mut folders = path.ancestors().skip(1);
        if dots > 0 {
            return file_in(&folders.nth(dots - 1)?.join(inner));
        }
        // The first model imports the app itself under this name.
        let inner = inner.strip_prefix("__app__").map(Path::to_path_buf).unwrap_or(inner);
        folders.take_while(|folder| folder.starts_with(&top)).find_map(|folder| file_in(&folder.join(&inner)))
    }
}

/// The public name of the base class that a dotted name means.
fn base(dotted: &str) -> Option<&'static str> {
    let last = dotted.strip_prefix("azure.functions.")?.rsplit('.').next()?;
    BASES.into_iter().find(|public| *public == last)
}

fn file_in(module: &Path) -> Option<PathBuf> {
    let file = module.with_added_extension("py");
    let package = module.join("__init__.py");
    [file, package].into_iter().find(|file| file.is_file())
}
