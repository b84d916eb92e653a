//! Function apps: which programming model the worker for Python 3.13 takes an
//! app for.

use std::path::Path;
use std::sync::Arc;

use super::context::Language;
use super::settings::{self, AppSetting};
use crate::discover::{Kind, Target, below};
use crate::parse::Document;
use crate::project::Project;
use crate::project::function_app::functions;
use crate::python::Code;
use crate::read::read;
use crate::version::PythonVersion;

/// The programming model of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// A folder with a `function.json` for each function.
    V1,
    /// Functions are decorated, in `function_app.py` or the file that a setting names.
    V2,
}

/// The setting that names the file of the second model.
pub const SCRIPT: &str = "PYTHON_SCRIPT_FILE_NAME";

/// The name of that file where no setting gives another.
pub const DEFAULT_SCRIPT: &str = "function_app.py";

/// Files that a search for a setting looks at, and the longest that it reads.
const MAX_FILES: usize = 20_000;
const LONGEST: u64 = 1024 * 1024;

/// The model of the function app with this root, as the worker decides it: the
/// second if the file that `PYTHON_SCRIPT_FILE_NAME` names lies in the root,
/// else the first. `None` where the setting is only known in the cloud, or
/// there are no functions of either kind.
#[must_use]
pub fn model(project: &Project, root: &Path) -> Option<Model> {
    let exists = |name: &str| root.join(name).is_file();
    let named = values(project, root, SCRIPT);
    let (mut present, mut absent) = (named.contains(&None), named.contains(&None));
    for name in named.iter().flatten() {
        if exists(name) {
            present = true;
        } else {
            absent = true;
        }
    }
    let has_default = exists(DEFAULT_SCRIPT);
    match (present, absent) {
        (true, false) => Some(Model::V2),
        // A name that fits nothing here is the setting of another app.
        (false, _) if has_default => Some(Model::V2),
        (false, _) => functions(root).iter().any(|function| function.is_python).then_some(Model::V1),
        (true, true) => has_default.then_some(Model::V2),
    }
}

/// What a setting is set to anywhere in the repository around an app; `None`
/// stands for a value that only a deployment knows.
#[must_use]
pub fn values(project: &Project, root: &Path, setting: &str) -> Vec<Option<String>> {
    let top = project.top(&root.join("host.json"));
    let mut found: Vec<Option<String>> = Vec::new();
    for path in below(&top, MAX_FILES) {
        for value in values_in(project, &top.join(path), setting) {
            if !found.contains(&value) {
                found.push(value);
            }
        }
    }
    found
}

fn values_in(project: &Project, path: &Path, setting: &str) -> Vec<Option<String>> {
    let Some(document) = mentioning(path, setting) else { return Vec::new() };
    let maps = settings::maps(&document, project, None).into_iter();
    let maps = maps.filter(|map| map.app.language != Some(Language::Other));
    let settings = maps.flat_map(|map| map.settings).filter(|one| one.here && one.name == setting);
    let value = |one: AppSetting| one.value.text().map(|text| text.trim().to_owned());
    settings.map(value).collect()
}

/// A file of configuration, if it holds the word.
fn mentioning(path: &Path, word: &str) -> Option<Document> {
    let kind = Kind::of_name(path).filter(|kind| super::KINDS.contains(kind) && !kind.holds_python())?;
    if std::fs::metadata(path).is_ok_and(|data| data.len() > LONGEST || !data.is_file()) {
        return None;
    }
    let source = read(&Target { path: Arc::from(path), kind, explicit: true }).ok()?;
    memchr::memmem::find(source.text.as_bytes(), word.as_bytes())?;
    Document::parse(source, PythonVersion::PY313).ok()
}

/// Whether a file of Python runs in a function app: one lies around it, or it
/// imports the library of the functions, and it is no test.
#[must_use]
pub fn runs_in_app(code: &Code<'_>) -> bool {
    const LIBRARY: &str = "azure.functions";
    let in_app = code.project.python_function_app(&code.document.path).is_some();
    // Most files are of no app, and do not even name it.
    let names_it = || memchr::memmem::find(code.document.text.as_bytes(), LIBRARY.as_bytes()).is_some();
    (in_app || names_it() && code.names().imports_module(LIBRARY)) && !is_test(code)
}

/// Whether a file belongs to the tests of an app, or of its project, by the names
/// of folders and file: it is not deployed, or not run there.
#[must_use]
pub fn is_test(code: &Code<'_>) -> bool {
    let path = code.project.absolute(&code.document.path);
    let root = code.project.python_function_app(&path).unwrap_or_else(|| code.project.top(&path));
    let inside = path.strip_prefix(root).unwrap_or(&path);
    inside.iter().any(|part| part.to_str().is_some_and(is_tests_name))
}

fn is_tests_name(name: &str) -> bool {
    matches!(name, "test" | "tests" | "testing" | "conftest.py" | "noxfile.py" | "setup.py")
        || name.starts_with("test_")
        || name.ends_with("_test.py")
}
