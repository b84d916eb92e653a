//! Azure function apps: where they are, in which language, and whether their
//! code uses the worker extensions that Python 3.13 no longer has.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Project;
use super::declared::read;
use super::folder::Folder;
use crate::parse::json;

/// Words of which one stands in every Python file that defines a worker
/// extension or uses a published one.
pub const EXTENSION_WORDS: &[&str] = &[
    "AppExtensionBase",
    "FuncExtensionBase",
    "OpenCensusExtension",
    "ElasticAPMExtension",
    "engine_function_extension",
];

/// Folders of an app that hold other people's code.
const FOREIGN: &[&str] = &[
    "node_modules",
    "site-packages",
    "dist-packages",
    "venv",
    "env",
    "virtualenv",
    "bin",
    "obj",
    "__pycache__",
];

/// Files that a search for extension words reads at most.
const MAX_FILES: usize = 5_000;

impl Project {
    /// The root of the Python function app that a file belongs to: the nearest
    /// folder with a `host.json`, unless the app is in another language.
    /// `None` outside of function apps.
    #[must_use]
    pub fn python_function_app(&self, path: &Path) -> Option<PathBuf> {
        let path = self.absolute(path);
        let root = self.ancestors(&path).find(|folder| folder.is_function_app)?;
        root.is_python_app().then(|| root.path.clone())
    }

    /// Whether Python code of the function app around a file mentions a worker
    /// extension; outside of any, that of a function app anywhere in the
    /// repository. `None` if there is none.
    #[must_use]
    pub fn uses_worker_extensions(&self, path: &Path) -> Option<bool> {
        if let Some(app) = self.python_function_app(path) {
            return Some(self.uses_worker_extension(&app));
        }
        let is_host = |path: &PathBuf| path.file_name().is_some_and(|name| name == "host.json");
        let hosts = crate::discover::below(&self.root, MAX_FILES).into_iter().filter(is_host);
        let apps = hosts.filter_map(|host| self.python_function_app(&self.root.join(host)));
        apps.map(|app| self.uses_worker_extension(&app)).reduce(|one, other| one || other)
    }

    /// Whether Python code of the function app mentions a worker extension.
    #[must_use]
    pub fn uses_worker_extension(&self, app: &Path) -> bool {
        let folder: Arc<Folder> = self.folder(app);
        *folder.uses_extension.get_or_init(|| mentions_extension(app))
    }
}

impl Folder {
    /// Whether the function app in this folder runs Python: its local settings
    /// say so, or say nothing while Python code lies in the app.
    fn is_python_app(&self) -> bool {
        *self.is_python_app.get_or_init(|| {
            let settings = self.path.join("local.settings.json");
            let runtime = read(&settings).and_then(|text| worker_runtime(&json::parse(&text).ok()?));
            runtime.map_or_else(|| self.looks_like_python_app(), |runtime| runtime == "python")
        })
    }

    /// What the files say where no setting does.
    fn looks_like_python_app(&self) -> bool {
        if self.modules().contains("function_app") {
            return true;
        }
        let functions = functions(&self.path);
        if !functions.is_empty() {
            return functions.iter().any(|function| function.is_python);
        }
        (self.declares() || !self.is_of_other_language) && self.has_python_code()
    }

    fn has_python_code(&self) -> bool {
        let is_python = |folder: &Self| !folder.modules().is_empty();
        is_python(self) || self.folders().any(|name| is_python(&Self::read(&self.path.join(name))))
    }
}

/// A function that a `function.json` describes: the first programming model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Whether its script is Python.
    pub is_python: bool,
}

/// The functions one level below the root of an app that have a `function.json`.
#[must_use]
pub fn functions(app: &Path) -> Vec<Function> {
    let Ok(entries) = std::fs::read_dir(app) else { return Vec::new() };
    let function = |folder: PathBuf| {
        let description = json::parse(&read(&folder.join("function.json"))?).ok()?;
        let script = description.get("scriptFile").and_then(json::Value::as_str);
        let is_python = match script {
            Some(script) => script.to_ascii_lowercase().ends_with(".py"),
            None => folder.join("__init__.py").is_file(),
        };
        Some(Function { is_python })
    };
    entries.flatten().filter_map(|entry| function(entry.path())).collect()
}

/// The language that a `local.settings.json` names, in lower case.
#[must_use]
pub fn worker_runtime(root: &json::Value) -> Option<String> {
    let runtime = root.get("Values")?.get("FUNCTIONS_WORKER_RUNTIME")?.as_str()?;
    // Encrypted values are known to the tools alone.
    let encrypted = root.get("IsEncrypted").is_some_and(|value| match &value.kind {
        json::ValueKind::Bool(encrypted) => *encrypted,
        _ => value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")),
    });
    if encrypted {
        return None;
    }
    let is_known = runtime.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ' '));
    is_known.then(|| runtime.trim().to_ascii_lowercase())
}

fn mentions_extension(app: &Path) -> bool {
    let Ok(words) = aho_corasick::AhoCorasick::new(EXTENSION_WORDS) else { return true };
    let mut folders = vec![app.to_path_buf()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let is_own = !name.starts_with('.') && !FOREIGN.contains(&&*name);
                folders.extend(is_own.then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "py" || extension == "ipynb") {
                files += 1;
                // Too large to be judged: then nothing may rest on there being none.
                if files > MAX_FILES || crate::read::bytes(&path).is_ok_and(|text| words.is_match(&text)) {
                    return true;
                }
            }
        }
    }
    false
}
