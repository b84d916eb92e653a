//! The folders from which the code of a file would import.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use ruff_db::system::SystemPathBuf;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue::{self, Presence};
use crate::version::PythonVersion;

/// Where imports are looked for, in order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Roots {
    /// Of the project itself; innermost first.
    pub(super) folders: Vec<SystemPathBuf>,
    /// Folders of installed packages.
    pub(super) installed: Vec<SystemPathBuf>,
}

/// The folders around the files of a run, each looked at once.
#[derive(Debug)]
pub(super) struct Map {
    here: PathBuf,
    /// The repository around the settings, or their folder.
    root: PathBuf,
    folders: RwLock<FxHashMap<PathBuf, Arc<Folder>>>,
}

/// What a folder holds, as far as imports go.
#[derive(Debug, Default)]
struct Folder {
    /// Has an `__init__.py`.
    is_package: bool,
    /// Modules that are files, and packages.
    modules: FxHashSet<String>,
    /// Whether any of the modules is a package.
    has_packages: bool,
    /// Has a `src` that is no package.
    has_source: bool,
    /// Something says that a project begins here.
    is_project: bool,
    /// The `site-packages` of virtual environments in it.
    installed: Vec<PathBuf>,
}

impl Map {
    pub(super) fn new(root: &Path) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let root = absolute(&here, root);
        let repository = root.ancestors().find(|folder| folder.join(".git").exists());
        let root = repository.map_or_else(|| root.clone(), Path::to_path_buf);
        Self { here, root, folders: RwLock::default() }
    }

    /// Where relative paths start.
    pub(super) fn here(&self) -> &Path {
        &self.here
    }

    /// The path without `.` and `..`, from the root of the file system.
    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        absolute(&self.here, path)
    }

    /// The roots for the imports of a file at an absolute path.
    ///
    /// As Python finds them: the folders around the file that are no packages,
    /// with their `src`. Those that matter to no import are left out, so that
    /// most files of a project share their roots and what is known about them:
    /// the engine itself tries the folders around a file last.
    pub(super) fn of(&self, path: &Path, text: &str) -> Roots {
        let around = self.around(path);
        let mut roots = Roots::default();
        let mut inner = true;
        for (at, (folder, known)) in around.iter().enumerate() {
            let outermost = at + 1 == around.len();
            let holds_own_package = inner && at > 0;
            let wanted = outermost
                || holds_own_package
                || known.has_packages
                || known.is_project
                || self.shadows(known, &around[at + 1..], path, text);
            if !known.is_package {
                inner = false;
                if wanted {
                    roots.add(folder);
                }
                if known.has_source {
                    roots.add(&folder.join("src"));
                }
            }
            roots.installed.extend(known.installed.iter().filter_map(|path| system(path)));
        }
        roots
    }

    /// Whether the file imports a module from beside it that another folder or
    /// the standard library has as well.
    fn shadows(&self, folder: &Folder, outer: &[(PathBuf, Arc<Folder>)], path: &Path, text: &str) -> bool {
        let own = path.file_stem().unwrap_or_default();
        imported(text).any(|module| {
            folder.modules.contains(module)
                && own != module
                && (catalogue::stdlib_module(module, PythonVersion::PY38) != Presence::Unknown
                    || outer.iter().any(|(_, folder)| !folder.is_package && folder.modules.contains(module)))
        })
    }

    /// The folders around a file, innermost first: up to the root, or outside
    /// of it to where its project begins.
    fn around(&self, path: &Path) -> Vec<(PathBuf, Arc<Folder>)> {
        let inside = path.starts_with(&self.root);
        let mut around = Vec::new();
        for folder in path.ancestors().skip(1) {
            let known = self.folder(folder);
            let ends = if inside { folder == self.root } else { known.is_project };
            around.push((folder.to_path_buf(), known));
            if ends {
                return around;
            }
        }
        // Nothing says where its project begins: the packages around it, and no more.
        let packages = around.iter().take_while(|(_, folder)| folder.is_package).count();
        around.truncate(packages + 1);
        around
    }

    fn folder(&self, path: &Path) -> Arc<Folder> {
        if let Some(folder) = self.folders.read().unwrap_or_else(PoisonError::into_inner).get(path) {
            return folder.clone();
        }
        let folder = Arc::new(Folder::read(path, &self.root));
        let mut folders = self.folders.write().unwrap_or_else(PoisonError::into_inner);
        folders.entry(path.to_path_buf()).or_insert(folder).clone()
    }
}

impl Roots {
    fn add(&mut self, folder: &Path) {
        self.folders.extend(system(folder));
    }
}

fn system(path: &Path) -> Option<SystemPathBuf> {
    SystemPathBuf::from_path_buf(path.to_path_buf()).ok()
}

impl Folder {
    fn read(path: &Path, root: &Path) -> Self {
        let mut folder = Self::default();
        let Ok(entries) = std::fs::read_dir(path) else { return folder };
        let mut below = Vec::new();
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            match name.as_str() {
                "__init__.py" => folder.is_package = true,
                ".git" | "pyproject.toml" | "setup.py" | "setup.cfg" => folder.is_project = true,
                _ => {}
            }
            match name.split_once('.') {
                Some((module, "py" | "pyi")) => {
                    folder.modules.insert(module.to_owned());
                }
                _ if !entry.file_type().is_ok_and(|kind| kind.is_file()) => below.push(name),
                _ => {}
            }
        }
        // Within a package no folder is a root.
        if !folder.is_package {
            below.sort();
            for name in below {
                folder.add_folder(path, name, root);
            }
        }
        folder
    }

    fn add_folder(&mut self, path: &Path, name: String, root: &Path) {
        let whole = path.join(&name);
        if whole.join("__init__.py").is_file() {
            self.has_packages = true;
            self.modules.insert(name);
        } else if name == "src" {
            self.has_source = whole.is_dir();
        } else if matches!(name.as_str(), ".venv" | "venv" | "env") || is_active(&whole, root) {
            self.installed.extend(site_packages(&whole));
        }
    }
}

/// Whether this is the virtual environment of the shell, within the project.
fn is_active(folder: &Path, root: &Path) -> bool {
    folder.starts_with(root)
        && std::env::var_os("VIRTUAL_ENV").is_some_and(|active| Path::new(&active) == folder)
}

fn site_packages(environment: &Path) -> Vec<PathBuf> {
    if !environment.join("pyvenv.cfg").is_file() {
        return Vec::new();
    }
    let windows = environment.join("Lib").join("site-packages");
    let mut found: Vec<PathBuf> = windows.is_dir().then_some(windows).into_iter().collect();
    for library in ["lib", "lib64"] {
        let versions = std::fs::read_dir(environment.join(library)).into_iter().flatten().flatten();
        let versions = versions.filter(|entry| entry.file_name().to_string_lossy().starts_with("python"));
        found.extend(versions.map(|entry| entry.path().join("site-packages")).filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

/// The first parts of the modules that a text imports: a look at its lines, not
/// at its syntax.
fn imported(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let rest = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?;
        rest.trim_start().split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()
    })
}

/// Joins and drops `.` and `..`, without asking the file system.
fn absolute(here: &Path, path: &Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in here.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                whole.pop();
            }
            other => whole.push(other),
        }
    }
    whole
}
