//! Which modules are loaded when distributions are imported or their commands
//! are started, and by whom.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::imports::imported;
use super::{SitePackages, is_aside};
use crate::discover::{Kind, Target};
use crate::parse::compiled::compiled;
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;
use crate::read;
use crate::version::PythonVersion;

/// What imports reach in a folder of packages.
#[derive(Debug, Default)]
pub struct Reached {
    /// By file: the files whose import fails with it.
    importers: FxHashMap<PathBuf, Vec<PathBuf>>,
    /// The files at which imports begin, with the distributions they are for.
    roots: FxHashMap<PathBuf, Vec<usize>>,
    /// All that is reached.
    files: FxHashSet<PathBuf>,
}

/// The modules of a folder by their dotted names.
struct Index<'a> {
    modules: FxHashMap<String, &'a Path>,
}

impl Reached {
    /// Follows the imports of every distribution.
    #[must_use]
    pub fn of(site: &SitePackages, project: &Project, target: PythonVersion) -> Self {
        let index = Index::of(site);
        let mut reached = Self::default();
        for (module, at) in index.roots(site) {
            reached.roots.entry(module.to_path_buf()).or_default().push(at);
        }
        let mut level: Vec<PathBuf> = reached.roots.keys().cloned().chain(index.commands(site)).collect();
        while !level.is_empty() {
            reached.files.extend(level.iter().cloned());
            let read = |file: PathBuf| {
                let imports = index.imports(site, project, target, &file);
                (file, imports)
            };
            let read: Vec<(PathBuf, Imports)> = level.into_par_iter().map(read).collect();
            let mut next = FxHashSet::default();
            for (from, imports) in read {
                for file in imports.files {
                    next.insert(file.clone());
                    reached.importers.entry(file).or_default().push(from.clone());
                }
                if reached.roots.contains_key(&from) {
                    for file in imports.own {
                        reached.roots.entry(file.clone()).or_default().extend(site.owner(&file));
                        next.insert(file);
                    }
                }
            }
            level = next.into_iter().filter(|file| !reached.files.contains(file)).collect();
        }
        reached
    }

    /// Whether a file, by its path from the folder, is loaded when something is
    /// imported or started, and fails it.
    #[must_use]
    pub fn contains(&self, file: &Path) -> bool {
        self.files.contains(file)
    }

    /// The numbers of the distributions that cannot be imported if a file fails; sorted.
    #[must_use]
    pub fn dependents(&self, file: &Path) -> Vec<usize> {
        let mut seen: FxHashSet<&Path> = FxHashSet::default();
        let mut waiting = vec![file];
        let mut found = Vec::new();
        while let Some(file) = waiting.pop() {
            if !seen.insert(file) {
                continue;
            }
            found.extend(self.roots.get(file).into_iter().flatten().copied());
            waiting.extend(self.importers.get(file).into_iter().flatten().map(PathBuf::as_path));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl<'a> Index<'a> {
    fn of(site: &'a SitePackages) -> Self {
        let mut modules: FxHashMap<String, &'a Path> = FxHashMap::default();
        for file in &site.files {
            let Some(dotted) = dotted(file) else { continue };
            // Of a source and something compiled by the same name, the source is read.
            let known = modules.entry(dotted).or_insert(file);
            if file.extension().is_some_and(|end| end == "py") {
                *known = file;
            }
        }
        Self { modules }
    }

    /// The modules at which imports of each distribution begin.
    fn roots(&self, site: &SitePackages) -> Vec<(&'a Path, usize)> {
        let mut found = Vec::new();
        for (dotted, file) in &self.modules {
            let Some(at) = site.owner(file).filter(|_| !is_aside(file)) else { continue };
            let is_top = !packages(dotted).any(|package| self.modules.contains_key(package));
            let own = dotted.rsplit('.').next().unwrap_or(dotted);
            if is_top && (!own.starts_with('_') || !is_source(file)) {
                found.push((*file, at));
            }
        }
        found
    }

    /// The modules that commands start.
    fn commands(&self, site: &SitePackages) -> Vec<PathBuf> {
        let names = site.distributions.iter().flat_map(|distribution| &distribution.commands);
        names.filter_map(|module| self.modules.get(module)).map(|file| file.to_path_buf()).collect()
    }

    fn imports(&self, site: &SitePackages, project: &Project, target: PythonVersion, file: &Path) -> Imports {
        let Some(own) = dotted(file).filter(|_| is_source(file)) else { return Imports::default() };
        let is_package = file.file_name().is_some_and(|name| name == "__init__.py");
        let around =
            if is_package { own.as_str() } else { own.rsplit_once('.').map_or("", |(around, _)| around) };
        let path: Arc<Path> = site.folder.join(file).into();
        let document = read::read(&Target { path, kind: Kind::Python, explicit: false })
            .ok()
            .and_then(|source| Document::parse(source, target).ok());
        let Some(document) = document else { return Imports::default() };
        let Syntax::Python(module) = &document.syntax else { return Imports::default() };
        let found = imported(&Code::new(&document, module, project, target, None), around);
        let files = found.needed.iter().filter_map(|name| self.modules.get(name)).copied();
        let files: Vec<PathBuf> = files.filter(|one| *one != file).map(Path::to_path_buf).collect();
        let inner = format!("{own}.");
        let own = if is_package && !found.all.iter().any(|name| name.starts_with(&inner)) {
            self.public(&inner)
        } else {
            Vec::new()
        };
        Imports { files, own }
    }

    /// The modules and packages right within a package that are not private.
    fn public(&self, prefix: &str) -> Vec<PathBuf> {
        let is_public = |name: &str| {
            name.strip_prefix(prefix).is_some_and(|rest| !rest.contains('.') && !rest.starts_with('_'))
        };
        let inner = self.modules.iter().filter(|(name, file)| is_public(name) && !is_aside(file));
        inner.map(|(_, file)| file.to_path_buf()).collect()
    }
}

/// What a file imports.
#[derive(Default)]
struct Imports {
    /// The files without which it fails.
    files: Vec<PathBuf>,
    /// Of a package that imports nothing of its own: its modules, which whoever
    /// uses it imports one by one.
    own: Vec<PathBuf>,
}

fn is_source(file: &Path) -> bool {
    file.extension().is_some_and(|end| end == "py")
}

/// The packages around a module, outermost first.
fn packages(dotted: &str) -> impl Iterator<Item = &str> {
    dotted.match_indices('.').map(|(at, _)| &dotted[..at])
}

/// The module that a file is, from the folder of the packages.
fn dotted(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let module = match name.strip_suffix(".py").or_else(|| name.strip_suffix(".pyc")) {
        Some(module) => module,
        None => compiled(name)?.module,
    };
    let mut parts = Vec::new();
    for part in file.parent()?.iter() {
        parts.push(part.to_str()?);
    }
    if module != "__init__" {
        parts.push(module);
    }
    let is_name = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
    (!parts.is_empty() && parts.iter().all(is_name)).then(|| parts.join("."))
}
