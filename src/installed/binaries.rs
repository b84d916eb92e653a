//! Modules of a distribution that are no text: which of them the target loads.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};

use super::SitePackages;
use crate::parse::compiled::{self, Loader, System, compiled};
use crate::parse::wheel::{Wants, wants};
use crate::read;
use crate::version::PythonVersion;

/// A module that the target does not load, and that is not there in another form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Its file, from the folder of the packages.
    pub file: PathBuf,
    /// The Python that it is for, where that is known.
    pub python: Option<PythonVersion>,
    /// What says so.
    pub sign: Sign,
}

/// What says which Python a module is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// The name of the file.
    Name,
    /// The tags of the wheel; the name says nothing.
    Tag,
    /// The first bytes of bytecode that has no source.
    Bytecode,
}

/// The modules of a distribution, by its number, that the target does not load;
/// sorted by file.
#[must_use]
pub fn foreign(site: &SitePackages, distribution: usize, target: PythonVersion) -> Vec<Foreign> {
    let built = built_for(&site.distributions[distribution].tags, target);
    let mut loaded: FxHashSet<PathBuf> = FxHashSet::default();
    let mut foreign: FxHashMap<PathBuf, Foreign> = FxHashMap::default();
    let files: Vec<&Path> = site.files_of(distribution).collect();
    for file in &files {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
        if let Some(module) = name.strip_suffix(".py") {
            loaded.insert(file.with_file_name(module));
            continue;
        }
        let Some((module, python, sign)) = of_file(site, file, name, target, built) else { continue };
        let module = file.with_file_name(module);
        match python {
            None => {
                loaded.insert(module);
            }
            Some(python) => {
                let one = Foreign { file: file.to_path_buf(), python, sign };
                let known = foreign.entry(module).or_insert_with(|| one.clone());
                // The newest, if it is there for several.
                if known.python < one.python {
                    *known = one;
                }
            }
        }
    }
    // What mypyc makes beside its modules is there for them alone, and they have sources.
    let is_own = |module: &Path| !module.to_string_lossy().ends_with("__mypyc");
    foreign.retain(|module, _| is_own(module));
    let mut left: Vec<Foreign> =
        foreign.into_iter().filter(|(module, _)| !loaded.contains(module)).map(|(_, one)| one).collect();
    left.sort_by(|a, b| a.file.cmp(&b.file));
    left
}

/// Whether no source of the distribution so much as names the module of a file:
/// then nothing shows that it is only tried, or used by a part.
#[must_use]
pub fn is_unnamed(site: &SitePackages, distribution: usize, file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).and_then(|name| name.split('.').next());
    let Some(name) = name else { return false };
    let mut sources =
        site.files_of(distribution).filter(|file| file.extension().is_some_and(|end| end == "py")).peekable();
    sources.peek().is_some()
        && !sources.any(|source| {
            let text = read::bytes(&site.folder.join(source)).unwrap_or_default();
            memmem::find(&text, name.as_bytes()).is_some()
        })
}

/// The module that a file is, and the Python that it is for if the target does
/// not load it (`Some(None)` if that Python has no number).
type Judged<'a> = (&'a str, Option<Option<PythonVersion>>, Sign);

fn of_file<'a>(
    site: &SitePackages,
    file: &Path,
    name: &'a str,
    target: PythonVersion,
    built: Built,
) -> Option<Judged<'a>> {
    if let Some(module) = name.strip_suffix(".pyc") {
        let python = bytecode(&site.folder.join(file));
        let foreign = python.filter(|python| *python != target).map(Some);
        return (!module.contains('.')).then_some((module, foreign, Sign::Bytecode));
    }
    let found = compiled(name)?;
    let foreign = match (found.loader, built) {
        (Loader::Of(python), _) if python != target => Some(Some(python)),
        (Loader::Untold, Built::For(python)) if is_module(found.system, name) => {
            return Some((found.module, Some(Some(python)), Sign::Tag));
        }
        (Loader::Foreign, _) => Some(None),
        _ => None,
    };
    Some((found.module, foreign, Sign::Name))
}

/// A shared library that programs link with is no module, though its name may
/// look like one.
fn is_module(system: System, name: &str) -> bool {
    system == System::Windows || !name.starts_with("lib")
}

/// For what the wheel of a distribution was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Built {
    /// For the target, for several, or nobody knows.
    Target,
    /// For one other Python.
    For(PythonVersion),
}

fn built_for(tags: &[String], target: PythonVersion) -> Built {
    let mut python = None;
    for tag in tags {
        match wants(tag) {
            Some(Wants::Only(version)) if version != target => python = python.max(Some(version)),
            Some(Wants::Since(version)) if version > target => python = python.max(Some(version)),
            _ => return Built::Target,
        }
    }
    python.map_or(Built::Target, Built::For)
}

fn bytecode(path: &Path) -> Option<PythonVersion> {
    let mut head = [0; 4];
    std::fs::File::open(path).ok()?.read_exact(&mut head).ok()?;
    compiled::bytecode_of(&head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_tell_what_a_wheel_was_built_for() {
        let built = |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            built_for(&tags, PythonVersion::PY313)
        };
        let py39 = PythonVersion { major: 3, minor: 9 };
        assert_eq!(
            built(&["cp39-cp39-manylinux_2_17_x86_64", "cp39-cp39-manylinux2014_x86_64"]),
            Built::For(py39)
        );
        assert_eq!(built(&["cp39-abi3-manylinux_2_17_x86_64"]), Built::Target);
        assert_eq!(built(&["py2-none-any", "py3-none-any"]), Built::Target);
        assert_eq!(built(&["cp313-cp313-manylinux_2_17_x86_64"]), Built::Target);
        assert_eq!(built(&["new-tag-any"]), Built::Target);
        assert_eq!(built(&[]), Built::Target);
    }
}
