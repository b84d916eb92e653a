//! Folders that are shipped to AWS Lambda as they are, and what in them only one
//! Python loads.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::cloudformation::{self, Function};
use super::template::Template;
use super::{Input, roots, serverless};
use crate::catalogue::runtimes::Runtime;
use crate::discover::below;
use crate::parse::compiled::{Compiled, Loader, System, compiled};
use crate::parse::tree::Tree;
use crate::version::PythonVersion;

/// A folder that configuration names as the content of a function or layer.
pub struct Shipped<'a> {
    /// The literal that names it.
    pub text: Tree<'a>,
    /// Its path from the folder of the file.
    pub path: String,
    /// Who it is for: ``function `F` ``.
    pub owner: String,
    /// Whether it is the content of a layer.
    pub is_layer: bool,
    /// What it may run on, as far as that is known.
    pub runtimes: Vec<&'static Runtime>,
}

/// What only an older Python finds or loads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    /// Its path from the folder.
    pub path: PathBuf,
    /// The Python that it is for.
    pub python: PythonVersion,
}

/// Every folder that a file of JSON or YAML ships.
#[must_use]
pub fn shipped<'a>(input: &'a Input<'a>) -> Vec<Shipped<'a>> {
    if cloudformation::is_made(&input.document.path) {
        return Vec::new();
    }
    let mut all = Vec::new();
    for root in roots(input.document) {
        if let Some(template) = Template::of(root) {
            all.extend(of_template(template));
        }
        all.extend(serverless::shipped(input, root));
    }
    all
}

fn of_template(template: Template<'_>) -> Vec<Shipped<'_>> {
    let mut all = Vec::new();
    for function in Function::all(template) {
        let runtimes = function.runtimes();
        let code = function.property("CodeUri").or_else(|| function.property("Code"));
        if let Some(code) = code.filter(|_| !runtimes.is_empty()) {
            let owner = format!("function `{}`", function.name());
            all.extend(folders(template, code, &owner, false, &runtimes));
        }
    }
    for layer in cloudformation::layers(template) {
        let content = layer.property("ContentUri").or_else(|| layer.property("Content"));
        let owner = format!("layer `{}`", layer.name);
        all.extend(content.into_iter().flat_map(|content| folders(template, content, &owner, true, &[])));
    }
    all
}

fn folders<'a>(
    template: Template<'a>,
    content: Tree<'a>,
    owner: &str,
    is_layer: bool,
    runtimes: &[&'static Runtime],
) -> Vec<Shipped<'a>> {
    let literals = template.literals(content).into_iter();
    let shipped = |literal: super::template::Literal<'a>| Shipped {
        text: literal.source,
        path: literal.text.into_owned(),
        owner: owner.to_owned(),
        is_layer,
        runtimes: runtimes.to_vec(),
    };
    literals.map(shipped).collect()
}

/// What in a folder the target does not find or load: modules that are compiled
/// for another Python without one for the target beside them, and folders of a
/// layer where only another Python looks. Nothing if the folder is none. `left` is
/// how many files and folders may be looked at, and then how many more.
#[must_use]
pub fn old(document: &Path, path: &str, is_layer: bool, target: PythonVersion, left: &mut usize) -> Vec<Old> {
    let path = Path::new(path);
    let folder = document.parent().map(|parent| parent.join(path)).filter(|folder| folder.is_dir());
    let Some(folder) = folder.filter(|_| !path.is_absolute()) else { return Vec::new() };
    let entries = below(&folder, *left);
    *left -= entries.len();
    let mut modules: FxHashMap<PathBuf, Vec<Form>> = FxHashMap::default();
    let mut old = Vec::new();
    for entry in entries {
        let text = entry.to_string_lossy().replace('\\', "/");
        let inside = text.strip_prefix("python/lib/python").filter(|_| is_layer);
        if let Some(python) = inside.and_then(version) {
            if python != target && !folder.join(format!("python/lib/python{target}")).exists() {
                old.push(Old { path: entry, python });
            }
            continue;
        }
        if let Some((module, form)) = form(&text) {
            modules.entry(entry.with_file_name(module)).or_default().push(form);
        }
    }
    let is_whole_layer = |path: &Path| old.iter().any(|old: &Old| path.starts_with(&old.path));
    let mut compiled = Vec::new();
    for (module, forms) in modules {
        let loads = |form: &Form| matches!(form, Form::Any) || *form == Form::Of(target);
        let newest =
            forms.iter().filter_map(|form| if let Form::Of(python) = form { Some(*python) } else { None });
        let newest = newest.filter(|python| *python < target).max();
        if let Some(python) = newest.filter(|_| !forms.iter().any(loads) && !is_whole_layer(&module)) {
            compiled.push(Old { path: module, python });
        }
    }
    compiled.sort_by(|a, b| a.path.cmp(&b.path));
    old.sort_by(|a, b| a.path.cmp(&b.path));
    old.extend(compiled);
    old
}

/// What Python a file of a module is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Source, the stable interface, or not said.
    Any,
    /// `.cpython-311-x86_64-linux-gnu.so`.
    Of(PythonVersion),
}

/// The module that a file is, and for which Python. Windows and macOS are not
/// what runs on Lambda.
fn form(path: &str) -> Option<(&str, Form)> {
    let name = path.rsplit('/').next()?;
    if let Some((module, "py")) = name.split_once('.') {
        return Some((module, Form::Any));
    }
    let Compiled { module, loader, system } = compiled(name)?;
    match loader {
        _ if system != System::Linux => None,
        Loader::Stable | Loader::Untold => Some((module, Form::Any)),
        Loader::Of(python) => Some((module, Form::Of(python))),
        Loader::Foreign => None,
    }
}

/// `3.11` with nothing or `/…` behind it: the first such folder only.
fn version(text: &str) -> Option<PythonVersion> {
    crate::version::parse_version(text).ok().filter(|_| !text.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_apart() {
        let of = |minor| Form::Of(PythonVersion { major: 3, minor });
        for (path, expected) in [
            ("a/_greenlet.cpython-311-x86_64-linux-gnu.so", Some(("_greenlet", of(11)))),
            ("_x.cpython-37m-x86_64-linux-gnu.so", Some(("_x", of(7)))),
            ("_x.abi3.so", Some(("_x", Form::Any))),
            ("_x.so", Some(("_x", Form::Any))),
            ("x.py", Some(("x", Form::Any))),
            ("_x.cpython-311-darwin.so", None),
            ("_x.cp311-win_amd64.pyd", None),
            ("__pycache__/x.cpython-311.pyc", None),
            ("libssl.so.10", None),
            ("README", None),
        ] {
            assert_eq!(form(path), expected, "{path}");
        }
    }
}
