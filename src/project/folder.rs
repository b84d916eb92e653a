//! One folder: the modules in it and the files that declare something.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use super::declared::Declared;
use crate::version::PythonVersion;

/// A folder as the survey needs it. One that cannot be read is empty.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// Absolute.
    pub(super) path: PathBuf,
    /// Holds `.git`, as a folder or as the file of a worktree.
    pub(super) is_repository: bool,
    /// Names of the modules that lie here as files.
    modules: FxHashSet<String>,
    /// Names of the folders in it.
    folders: FxHashSet<String>,
    /// Files that [`Declared`] reads, sorted.
    declarations: Vec<PathBuf>,
    declared: OnceLock<Declared>,
    /// A `host.json` lies here.
    pub(super) is_function_app: bool,
    /// So does what projects in another language begin with.
    pub(super) is_of_other_language: bool,
    pub(super) is_python_app: OnceLock<bool>,
    pub(super) uses_extension: OnceLock<bool>,
}

impl Folder {
    pub(super) fn read(path: &Path) -> Self {
        let mut folder = Self { path: path.to_path_buf(), ..Self::default() };
        let Ok(entries) = std::fs::read_dir(path) else { return folder };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let is_folder = entry.file_type().is_ok_and(|kind| {
                kind.is_dir()
                    || (kind.is_symlink() && std::fs::metadata(entry.path()).is_ok_and(|m| m.is_dir()))
            });
            if name == ".git" {
                folder.is_repository = true;
            } else if is_folder {
                folder.folders.insert(name);
            } else {
                folder.add_file(name);
            }
        }
        if folder.folders.contains("requirements") {
            folder.add_requirements();
        }
        folder.declarations.sort();
        folder
    }

    fn add_file(&mut self, name: String) {
        self.is_function_app |= name == "host.json";
        self.is_of_other_language |= begins_other_language(&name);
        if is_declaration(&name) {
            self.declarations.push(self.path.join(&name));
        }
        if let Some(module) = module_of(&name) {
            self.modules.insert(module.to_owned());
        }
    }

    /// `requirements/base.txt` and the like belong to the folder above.
    fn add_requirements(&mut self) {
        let Ok(entries) = std::fs::read_dir(self.path.join("requirements")) else { return };
        let files = entries.flatten().map(|entry| entry.path());
        self.declarations
            .extend(files.filter(|file| file.extension().is_some_and(|e| e == "txt" || e == "in")));
    }

    /// Whether it has an `__init__.py`.
    pub(super) fn is_package(&self) -> bool {
        self.modules.contains("__init__")
    }

    /// Whether the module lies here as a file or as a regular package.
    pub(super) fn has_module(&self, module: &str) -> bool {
        self.modules.contains(module)
            || (self.has_folder(module) && self.path.join(module).join("__init__.py").is_file())
    }

    /// Names of the modules that lie here as files.
    pub(super) fn modules(&self) -> &FxHashSet<String> {
        &self.modules
    }

    /// Names of the folders in it.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    pub(super) fn has_folder(&self, name: &str) -> bool {
        self.folders.contains(name)
    }

    /// The files that declare something, sorted.
    pub(super) fn declarations(&self) -> &[PathBuf] {
        &self.declarations
    }

    /// Whether any file here declares versions or requirements.
    pub(super) fn declares(&self) -> bool {
        !self.declarations.is_empty()
    }

    /// Whether a file here says what is released from here.
    pub(super) fn is_distribution(&self) -> bool {
        let says = ["pyproject.toml", "setup.cfg", "setup.py"];
        self.declarations.iter().any(|file| says.iter().any(|name| file.ends_with(name)))
    }

    /// What its files declare, for a run on `target`; read once.
    pub(super) fn declared(&self, target: PythonVersion) -> &Declared {
        self.declared.get_or_init(|| Declared::read(&self.declarations, target))
    }
}

fn begins_other_language(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        name,
        "package.json" | "pom.xml" | "build.gradle" | "build.gradle.kts" | "profile.ps1" | "go.mod"
    ) || matches!(extension, "csproj" | "fsproj" | "vbproj")
}

fn is_declaration(name: &str) -> bool {
    matches!(
        name,
        "pyproject.toml" | "setup.cfg" | "setup.py" | "Pipfile" | "environment.yml" | "environment.yaml"
    ) || (name.contains("requirements") && (name.ends_with(".txt") || name.ends_with(".in")))
}

/// The module that a file becomes: sources, bytecode without sources, compiled
/// modules, and Cython sources, which are compiled in place.
fn module_of(name: &str) -> Option<&str> {
    let (_, extension) = name.rsplit_once('.')?;
    let is_module = matches!(extension, "py" | "pyc" | "pyw" | "so" | "pyd" | "pyx");
    is_module.then(|| name.split('.').next()).flatten()
}
