//! Private modules that nothing imports on the target: what a package keeps for
//! older Pythons.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Alias, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Fault, Reach, reach};
use crate::discover::Kind;
use crate::parse::{Document, Syntax};
use crate::python::Code;
use crate::read;

/// Packages of more files are not searched.
const MOST: usize = 2_000;

/// Whether the file is a module named `_name` that its package imports, and
/// only where nothing runs on the target.
pub(super) fn is_dead_module(code: &Code<'_>) -> bool {
    let path = &code.document.path;
    let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { return false };
    if !name.starts_with('_') || name.ends_with("__") || code.document.kind != Kind::Python {
        return false;
    }
    let Some(files) = package(path) else { return false };
    let mut imported = false;
    for file in files.iter().filter(|file| **file != **path) {
        let Ok(bytes) = read::bytes(file) else { return false };
        if memchr::memmem::find(&bytes, name.as_bytes()).is_none() {
            continue;
        }
        match is_imported(code, file, bytes, name) {
            Some(true) => return false,
            Some(false) => imported = true,
            None => {}
        }
    }
    imported
}

/// The Python files of the outermost package around a file.
fn package(path: &Path) -> Option<Vec<PathBuf>> {
    let is_package = |folder: &&Path| folder.join("__init__.py").is_file();
    let root = path.ancestors().skip(1).take_while(is_package).last()?;
    let mut files = Vec::new();
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().ok()?.flatten() {
            let (kind, path) = (entry.file_type().ok()?, entry.path());
            if kind.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                files.push(path);
            }
        }
        if files.len() > MOST {
            return None;
        }
    }
    Some(files)
}

/// Whether a file imports the module where it runs; `None` if it does not at all.
fn is_imported(code: &Code<'_>, file: &Path, bytes: Vec<u8>, name: &str) -> Option<bool> {
    let source = read::decode(&Arc::from(file), Kind::Python, bytes).ok()?;
    let document = Document::parse(source, code.target).ok()?;
    let Syntax::Python(module) = &document.syntax else { return None };
    let mut imports = Imports { name, found: Vec::new() };
    imports.visit_body(module.body());
    if imports.found.is_empty() {
        return None;
    }
    let other = Code::new(&document, module, code.project, code.target, None);
    Some(imports.found.into_iter().any(|range| reach(&other, range, Fault::Import) != Reach::Dead))
}

/// The imports that may be of a module so called.
struct Imports<'n> {
    name: &'n str,
    found: Vec<TextRange>,
}

impl Imports<'_> {
    fn names(&self, dotted: &str) -> bool {
        dotted.split('.').any(|part| part == self.name)
    }
}

impl<'a> Visitor<'a> for Imports<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let any = |names: &[Alias]| names.iter().any(|alias| self.names(&alias.name));
        let found = match stmt {
            Stmt::Import(import) => any(&import.names),
            Stmt::ImportFrom(import) => {
                import.module.as_ref().is_some_and(|module| self.names(module)) || any(&import.names)
            }
            _ => false,
        };
        if found {
            self.found.push(stmt.range());
        }
        walk_stmt(self, stmt);
    }
}
