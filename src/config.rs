//! What the user asked for: command line over configuration file over defaults.

pub mod globs;
pub mod options;
pub mod selection;
pub mod toml;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::error::Error;
use crate::finding::{Confidence, Group, Severity};
use crate::version::PythonVersion;

pub use globs::PathGlob;
pub use options::{Color, Options, OutputFormat};
pub use selection::{Selection, Selector};

/// Settings of one run, complete: every default is filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The Python the code shall run on.
    pub target: PythonVersion,
    /// The oldest Python still supported, when the user said so.
    pub minimum: Option<PythonVersion>,
    /// The day for which dates of platforms are judged.
    pub as_of: Date,
    /// Rules and symbols.
    pub selection: Selection,
    /// Files matching the glob get these selectors taken away.
    pub per_file_ignores: Vec<(PathGlob, Vec<Selector>)>,
    /// Findings below are not shown.
    pub min_severity: Severity,
    /// Whether `min_severity` was stated, rather than taken by default.
    pub states_severity: bool,
    /// Findings below are not shown.
    pub min_confidence: Confidence,
    /// Findings at or above make the exit code 1; `None` is `never`.
    pub fail_on: Option<Severity>,
    /// Globs left out while walking: of names, or of absolute paths.
    pub exclude: Vec<String>,
    /// Apply `exclude` to files named on the command line too.
    pub force_exclude: bool,
    /// Whether fixes add requirements that bring removed modules back: `None` where nothing else
    /// serves, `Some(true)` also in place of definitions, `Some(false)` never.
    pub backports: Option<bool>,
    /// The folder of the configuration file, else the current folder.
    pub root: PathBuf,
    /// How to read the configuration files of folders below; `None` if these
    /// settings hold there too.
    pub deeper: Option<Deeper>,
}

impl Settings {
    /// The least severity that is shown of a rule: who selects a group that is off
    /// by default, and states no severity, wants its findings, all of which are only informative.
    #[must_use]
    pub fn least_severity(&self, rule: &str, group: Group) -> Severity {
        let asked = !self.states_severity && self.selection.asks_for(rule, group);
        if asked { Severity::Info } else { self.min_severity }
    }

    /// Whether `per-file-ignores` takes this finding away from the file.
    #[must_use]
    pub fn is_ignored_in(&self, path: &Path, rule: &str, group: Group, symbol: &str) -> bool {
        if self.per_file_ignores.is_empty() {
            return false;
        }
        let path = globs::absolute(path);
        let here = self.per_file_ignores.iter().filter(|(glob, _)| glob.matches(&path));
        here.flat_map(|(_, selectors)| selectors).any(|selector| selector.matches(rule, group, symbol))
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            target: PythonVersion::PY313,
            minimum: None,
            as_of: jiff::Zoned::now().date(),
            selection: Selection::default(),
            per_file_ignores: Vec::new(),
            min_severity: Severity::Warning,
            states_severity: false,
            min_confidence: Confidence::Likely,
            fail_on: Some(Severity::Warning),
            exclude: Vec::new(),
            force_exclude: false,
            backports: None,
            root: PathBuf::from("."),
            deeper: None,
        }
    }
}

/// The name of a configuration file that is nothing else.
pub const FILE_NAME: &str = "newskin.toml";

/// The file that Python's tools share; ours is the table `[tool.newskin]`.
const PYPROJECT: &str = "pyproject.toml";

/// Where configuration comes from.
#[derive(Debug, Clone)]
pub enum Origin {
    /// The nearest file at or above what is checked.
    Nearest,
    /// This file, in the form of `newskin.toml`; or a `pyproject.toml`.
    File(PathBuf),
    /// No file at all.
    Isolated,
}

/// A configuration file and what it says.
#[derive(Debug)]
struct Found {
    path: PathBuf,
    options: Options,
}

/// Finds, reads and merges configuration; reads no file twice.
#[derive(Debug)]
pub struct Configuration {
    origin: Origin,
    known: Vec<&'static str>,
    over: Options,
    seen: HashMap<PathBuf, Option<usize>>,
    files: Vec<Found>,
}

/// The configuration that holds for a folder.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// File, with the command line laid over it.
    pub options: Options,
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// The folder that settings are rooted in.
    pub root: PathBuf,
    /// How to read the configuration of folders below.
    pub deeper: Option<Deeper>,
}

impl Resolved {
    /// The settings of the library.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings { deeper: self.deeper.clone(), ..self.options.settings(&self.root) }
    }
}

impl Configuration {
    /// `over` is what the command line says, `known` the ids of all rules.
    #[must_use]
    pub fn new(origin: Origin, over: Options, known: Vec<&'static str>) -> Self {
        Self { origin, known, over, seen: HashMap::new(), files: Vec::new() }
    }

    /// The configuration for what lies in a folder.
    ///
    /// # Errors
    /// The first mistake in the file that decides, or that it cannot be read.
    pub fn of_folder(&mut self, folder: &Path) -> Result<Resolved, Error> {
        let at = match self.origin.clone() {
            Origin::Isolated => None,
            Origin::File(path) => Some(self.given(&path)?),
            Origin::Nearest => self.nearest(&globs::absolute(folder))?,
        };
        let mut options = at.map(|at| self.files[at].options.clone()).unwrap_or_default();
        options.update(self.over.clone());
        let file = at.map(|at| self.files[at].path.clone());
        let beside = file.as_deref().filter(|_| !matches!(self.origin, Origin::File(_)));
        let root =
            beside.and_then(Path::parent).map_or_else(|| globs::absolute(Path::new(".")), Path::to_owned);
        let nearest = matches!(self.origin, Origin::Nearest);
        let deeper = nearest.then(|| Deeper { over: self.over.clone(), known: self.known.clone() });
        Ok(Resolved { options, file, root, deeper })
    }

    fn given(&mut self, path: &Path) -> Result<usize, Error> {
        if self.files.is_empty() {
            let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, &error))?;
            // As in ruff: the paths in it are seen from the project one stands in, wherever it is kept.
            let root = globs::absolute(Path::new("."));
            let options = if path.file_name().is_some_and(|name| name == PYPROJECT) {
                let missing = || Error::file(path, &"there is no table `[tool.newskin]` in it");
                toml::read_pyproject(path, &text, &root, &self.known)?.ok_or_else(missing)?
            } else {
                toml::read(path, &text, &root, &self.known)?
            };
            self.files.push(Found { path: path.to_owned(), options });
        }
        Ok(0)
    }

    fn nearest(&mut self, folder: &Path) -> Result<Option<usize>, Error> {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.seen.get(folder) {
                found = *known;
                break;
            }
            passed.push(folder);
            if let Some(read) = read_folder(folder, &self.known)? {
                self.files.push(read);
                found = Some(self.files.len() - 1);
                break;
            }
        }
        self.seen.extend(passed.into_iter().map(|folder| (folder.to_owned(), found)));
        Ok(found)
    }
}

/// What is needed to read a configuration file that a walk comes across.
#[derive(Debug, Clone)]
pub struct Deeper {
    /// What the command line says.
    over: Options,
    /// Ids of all rules.
    known: Vec<&'static str>,
}

/// The settings of a folder that has its own configuration file.
#[derive(Debug)]
pub struct Layer {
    /// As reached from the command line.
    pub folder: PathBuf,
    /// What holds for the files below, unless a deeper layer does; a mistake
    /// leaves it unsaid how to check them.
    pub settings: Result<Settings, Error>,
}

impl Settings {
    /// The layers below these settings, given the files that a walk has found.
    #[must_use]
    pub fn layers<'a>(&self, files: impl Iterator<Item = &'a Path>) -> Vec<Layer> {
        let Some(deeper) = &self.deeper else { return Vec::new() };
        let is_configuration =
            |file: &&Path| file.file_name().is_some_and(|name| name == FILE_NAME || name == PYPROJECT);
        let mut folders: Vec<&Path> = files.filter(is_configuration).filter_map(Path::parent).collect();
        folders.sort_unstable();
        folders.dedup();
        folders.into_iter().filter_map(|folder| self.layer(folder, deeper)).collect()
    }

    fn layer(&self, folder: &Path, deeper: &Deeper) -> Option<Layer> {
        let root = globs::absolute(folder);
        if root == self.root {
            return None;
        }
        let found = read_folder(&root, &deeper.known).transpose()?;
        let settings = found.map(|found| {
            let mut options = found.options;
            options.update(deeper.over.clone());
            Self { deeper: self.deeper.clone(), ..options.settings(&root) }
        });
        Some(Layer { folder: folder.to_owned(), settings })
    }
}

/// The configuration file of one folder; `newskin.toml` comes first.
fn read_folder(folder: &Path, known: &[&'static str]) -> Result<Option<Found>, Error> {
    let path = folder.join(FILE_NAME);
    if let Some(text) = read_if_there(&path)? {
        let options = toml::read(&shown(&path), &text, folder, known)?;
        return Ok(Some(Found { path, options }));
    }
    let path = folder.join(PYPROJECT);
    let Some(text) = read_if_there(&path)? else { return Ok(None) };
    let options = toml::read_pyproject(&shown(&path), &text, folder, known)?;
    Ok(options.map(|options| Found { path, options }))
}

fn read_if_there(path: &Path) -> Result<Option<String>, Error> {
    use std::io::ErrorKind;
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        // A folder of that name, or one that may not be looked into, configures nothing.
        Err(error) if matches!(error.kind(), ErrorKind::IsADirectory | ErrorKind::PermissionDenied) => {
            Ok(None)
        }
        Err(error) => Err(Error::file(&shown(path), &error)),
    }
}

/// A path as a person at the current folder would write it.
fn shown(path: &Path) -> PathBuf {
    let here = globs::absolute(Path::new("."));
    path.strip_prefix(here).map_or_else(|_| path.to_owned(), Path::to_owned)
}
