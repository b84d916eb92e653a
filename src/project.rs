//! The survey: what the repository declares, before any file is judged.
//!
//! Answers the questions that one file cannot: which Python the project still
//! supports, which requirements stand beside a file, which modules are its own.
//!
//! A folder is read when a question about a file below it is first asked, and
//! then kept: most files never raise one, so a run pays for its candidates alone.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use crate::catalogue::Module;
use crate::config::Settings;
use crate::read::around;
use crate::version::PythonVersion;
use declared::Declared;
use folder::Folder;
use supported::OLDEST;

pub use owner::Owner;
pub use script::minimum_of_script;

pub mod bounds;
pub mod ci;
mod classes;
pub mod code_build;
mod declared;
pub mod dependencies;
mod environments;
mod folder;
pub mod function_app;
mod methods;
mod overrides;
mod owner;
pub mod pins;
pub mod pip;
mod script;
mod sources;
mod supported;
mod takers;
pub mod terraform;

/// What the survey knows.
#[derive(Debug)]
pub struct Project {
    target: PythonVersion,
    minimum: Option<PythonVersion>,
    /// Where relative paths start; absolute.
    here: PathBuf,
    /// The repository around the settings' root, or that root itself: nothing
    /// above it belongs to the project.
    root: PathBuf,
    folders: RwLock<FxHashMap<PathBuf, Arc<Folder>>>,
    modules: RwLock<FxHashMap<PathBuf, Arc<Vec<terraform::ModuleFile>>>>,
    recipes: RwLock<FxHashMap<PathBuf, Arc<Vec<overrides::Build>>>>,
    takers: RwLock<FxHashMap<PathBuf, Arc<takers::Takers>>>,
    methods: RwLock<FxHashMap<PathBuf, Arc<methods::Methods>>>,
    classes: RwLock<classes::Users>,
    /// Normalised names of what holds for every file, whatever folders declare.
    required: Vec<String>,
    /// setuptools is there only because the environment was made with it.
    seeded: bool,
}

/// The oldest Python assumed when nothing declares one.
pub const DEFAULT_MINIMUM: PythonVersion = PythonVersion::PY38;

impl Default for Project {
    fn default() -> Self {
        Self::survey(&Settings::default())
    }
}

impl Project {
    /// Begins a survey; no folder is read before a question needs it.
    #[must_use]
    pub fn survey(settings: &Settings) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let root = absolute(&here, &settings.root);
        let repository = root.ancestors().find(|folder| folder.join(".git").exists());
        Self {
            target: settings.target,
            minimum: settings.minimum,
            root: repository.map_or_else(|| root.clone(), Path::to_path_buf),
            here,
            folders: RwLock::default(),
            modules: RwLock::default(),
            recipes: RwLock::default(),
            takers: RwLock::default(),
            methods: RwLock::default(),
            classes: RwLock::default(),
            required: Vec::new(),
            seeded: false,
        }
    }

    /// A survey of installed packages: nothing around their folder counts.
    /// `required` are the normalised names of what they need; `seeded` says that
    /// setuptools came with the environment, so that a new one may lack it.
    #[must_use]
    pub fn installed(folder: &Path, required: Vec<String>, seeded: bool, settings: &Settings) -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        Self {
            target: settings.target,
            minimum: settings.minimum,
            root: absolute(&here, folder),
            here,
            folders: RwLock::default(),
            modules: RwLock::default(),
            recipes: RwLock::default(),
            takers: RwLock::default(),
            methods: RwLock::default(),
            classes: RwLock::default(),
            required,
            seeded,
        }
    }

    /// Whether these are the packages of an environment that was made with
    /// setuptools, which a new one lacks.
    #[must_use]
    pub const fn is_seeded(&self) -> bool {
        self.seeded
    }

    /// The oldest Python that the code at `path` still supports: what the user
    /// said, else the lowest Python 3 that the nearest `requires-python` (or
    /// its like in Poetry, `setup.cfg`, `setup.py` or `Pipfile`) admits, else
    /// [`DEFAULT_MINIMUM`], or an older one of the nearest classifiers.
    #[must_use]
    pub fn minimum(&self, path: &Path) -> PythonVersion {
        self.stated_minimum(path).unwrap_or_else(|| {
            let listed = self.nearest(path, |declared| declared.oldest_listed);
            listed.map_or(DEFAULT_MINIMUM, |oldest| oldest.clamp(OLDEST, DEFAULT_MINIMUM))
        })
    }

    /// The same, if anyone has said it.
    #[must_use]
    pub fn stated_minimum(&self, path: &Path) -> Option<PythonVersion> {
        let declared = || self.nearest(path, |declared| declared.supported);
        self.minimum.or_else(|| declared().map(|supported| supported.minimum))
    }

    /// Whether the code at `path` is declared to run on Python 2 as well: by
    /// what declares its minimum, or else by its classifiers.
    #[must_use]
    pub fn supports_python2(&self, path: &Path) -> bool {
        self.minimum.is_none()
            && match self.nearest(path, |declared| declared.supported) {
                Some(supported) => supported.python2,
                None => self.any(path, |declared| declared.lists_python2),
            }
    }

    /// Whether `import module` in the file at `path` finds a module of the
    /// project itself, so that it is not the standard library's. A dotted name
    /// is judged by its first part.
    ///
    /// Looked at are the roots from which Python 3 would import: every folder
    /// from the file's own to the root of the repository that is not itself a
    /// package, and their `src`. A module beside the file inside a package
    /// counts only when the file is run as a script (`__main__`, a shebang) or
    /// changes `sys.path`, because imports are absolute. A folder without
    /// `__init__.py` never counts: a namespace package yields to any regular
    /// module, so it is not what the code meant while the standard library had
    /// that name.
    #[must_use]
    pub fn has_module(&self, path: &Path, module: &str) -> bool {
        let module = module.split('.').next().unwrap_or(module);
        if self.seeded && module == "_distutils_hack" {
            return false;
        }
        let path = self.absolute(path);
        self.ancestors(&path).enumerate().any(|(index, folder)| {
            if folder.is_package() {
                return index == 0 && folder.has_module(module) && is_script(&path);
            }
            folder.has_module(module) || self.source_folder(&folder).has_module(module)
        })
    }

    /// Whether `import package.module` in the file at `path` finds a module of
    /// the project that lies at that place.
    #[must_use]
    pub fn has_submodule(&self, path: &Path, package: &str, module: &str) -> bool {
        let path = self.absolute(path);
        let inner: PathBuf = package.split('.').collect();
        let is_within = |folder: &Folder| self.folder(&folder.path.join(&inner)).has_module(module);
        self.ancestors(&path).filter(|folder| !folder.is_package()).any(|folder| {
            is_within(&folder) || folder.has_folder("src") && is_within(&self.source_folder(&folder))
        })
    }

    /// Whether a requirement that applies to the file at `path` on the target
    /// version names the distribution (any spelling of PEP 503). Requirements
    /// apply to their folder and all below it.
    #[must_use]
    pub fn requires(&self, path: &Path, distribution: &str) -> bool {
        let name = dependencies::normalise(distribution);
        self.required.contains(&name) || self.any(path, |declared| declared.requirements.contains(&name))
    }

    /// Whether the distribution is installed to build the project of the file
    /// at `path` (`build-system.requires`, `setup_requires`).
    #[must_use]
    pub fn build_requires(&self, path: &Path, distribution: &str) -> bool {
        let name = dependencies::normalise(distribution);
        self.any(path, |declared| declared.build_requirements.contains(&name))
    }

    /// Whether code at `path` finds a module that the standard library has no
    /// longer: a module of the project itself, or one that a required
    /// distribution brings back. What setuptools serves depends on more.
    #[must_use]
    pub fn serves(&self, path: &Path, module: &Module) -> bool {
        let mut backports = module.backports.iter().filter(|backport| backport.package != "setuptools");
        self.has_module(path, module.name) || backports.any(|backport| self.requires(path, backport.package))
    }

    fn nearest<T>(&self, path: &Path, question: impl Fn(&Declared) -> Option<T>) -> Option<T> {
        let path = self.absolute(path);
        self.ancestors(&path).find_map(|folder| question(folder.declared(self.target)))
    }

    fn any(&self, path: &Path, question: impl Fn(&Declared) -> bool) -> bool {
        self.nearest(path, |declared| question(declared).then_some(())).is_some()
    }

    /// The folders around a file that belong to its project, innermost first.
    fn ancestors<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = Arc<Folder>> + 'a {
        let mut ended = false;
        path.ancestors().skip(1).map_while(move |path| {
            if ended {
                return None;
            }
            let folder = self.folder(path);
            ended = folder.is_repository || path == self.root || self.is_stray_root(path, &folder);
            Some(folder)
        })
    }

    /// Outside of the root and of version control, the innermost folder that
    /// declares anything is the whole project.
    fn is_stray_root(&self, path: &Path, folder: &Folder) -> bool {
        !path.starts_with(&self.root) && !self.root.starts_with(path) && folder.declares()
    }

    fn source_folder(&self, folder: &Folder) -> Arc<Folder> {
        if folder.has_folder("src") { self.folder(&folder.path.join("src")) } else { Arc::default() }
    }

    fn folder(&self, path: &Path) -> Arc<Folder> {
        around::note();
        if let Ok(folders) = self.folders.read()
            && let Some(folder) = folders.get(path)
        {
            return folder.clone();
        }
        let folder = Arc::new(Folder::read(path));
        if let Ok(mut folders) = self.folders.write() {
            return folders.entry(path.to_path_buf()).or_insert(folder).clone();
        }
        folder
    }

    /// The path from the root of the file system, without `.` and `..`.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> PathBuf {
        absolute(&self.here, path)
    }

    /// The outermost folder that belongs to the project of a file.
    #[must_use]
    pub fn top(&self, path: &Path) -> PathBuf {
        let path = self.absolute(path);
        let top = self.ancestors(&path).last().map(|folder| folder.path.clone());
        top.unwrap_or_else(|| path.parent().unwrap_or(&path).to_path_buf())
    }
}

/// A name as PEP 503 compares it.
#[must_use]
pub fn normalised(name: &str) -> String {
    dependencies::normalise(name)
}

/// The normalised name in a requirement of PEP 508, if its marker may hold on the target.
#[must_use]
pub fn required_name(requirement: &str, target: PythonVersion) -> Option<String> {
    dependencies::of_text(requirement).filter(|one| one.applies_to(target)).map(|one| one.name)
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

/// Whether Python is started with this file, or the file arranges its own path:
/// then the folder of the file is searched first.
fn is_script(path: &Path) -> bool {
    let Ok(bytes) = crate::read::bytes(path) else { return false };
    let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    path.file_name().is_some_and(|name| name == "__main__.py")
        || bytes.starts_with(b"#!")
        || (has(b"__name__") && has(b"__main__"))
        || has(b"sys.path")
}

#[cfg(test)]
mod tests;
