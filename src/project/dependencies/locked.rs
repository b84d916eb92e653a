//! What lock files say: releases, their files, when they are installed.

use std::path::Path;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::MarkerTree;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::{Platform, marker, normalise};
use crate::parse::json;
use crate::parse::toml::{self, Item, TableLike, Value};
use crate::parse::wheel::Wheel;
use crate::parse::{Document, Syntax};
use crate::version::PythonVersion;

/// The tool that wrote a lock file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locker {
    /// `poetry.lock`
    Poetry,
    /// `uv.lock`
    Uv,
    /// `pdm.lock`
    Pdm,
    /// `Pipfile.lock`
    Pipenv,
    /// `pylock.toml` and `pylock.<name>.toml`
    Pylock,
}

impl Locker {
    /// By the name of the file.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        Some(match name {
            "poetry.lock" => Self::Poetry,
            "uv.lock" => Self::Uv,
            "pdm.lock" => Self::Pdm,
            "Pipfile.lock" => Self::Pipenv,
            _ if name == "pylock.toml" || (name.starts_with("pylock.") && name.ends_with(".toml")) => {
                Self::Pylock
            }
            _ => return None,
        })
    }

    /// The command that locks a newer release of one distribution.
    #[must_use]
    pub fn update(self, name: &str) -> String {
        match self {
            Self::Poetry => format!("poetry update {name}"),
            Self::Uv => format!("uv lock --upgrade-package {name}"),
            Self::Pdm => format!("pdm update {name}"),
            Self::Pipenv => format!("pipenv update {name}"),
            Self::Pylock => "the tool that wrote it".to_owned(),
        }
    }
}

/// One release that a lock file chooses.
#[derive(Debug)]
pub struct Locked {
    /// The distribution, normalised as PEP 503 compares names.
    pub name: String,
    /// The name as written, without quotes.
    pub name_range: TextRange,
    /// The release.
    pub version: Version,
    /// The release as written, without quotes.
    pub version_range: TextRange,
    /// The wheels it lists.
    pub wheels: Vec<Wheel>,
    /// Whether it lists a source distribution.
    pub has_source: bool,
    /// The Pythons that its metadata takes, where the lock file repeats them.
    pub python: Option<VersionSpecifiers>,
    /// When it is installed, as far as that is said beside it.
    pub marker: MarkerTree,
}

/// A lock file.
#[derive(Debug)]
pub struct Lock {
    /// Who wrote it.
    pub locker: Locker,
    /// The Pythons that it is for; `None` if it does not say so.
    pub python: Option<VersionSpecifiers>,
    /// The releases from an index, in order of the text.
    pub packages: Vec<Locked>,
    /// Distributions that something in the file requires, and when.
    wanted: Vec<(String, MarkerTree)>,
}

/// Reads a lock file; `None` if the document is none.
#[must_use]
pub fn lock(document: &Document) -> Option<Lock> {
    let locker = Locker::of(&document.path)?;
    let text = document.text.as_str();
    match (&document.syntax, locker) {
        (Syntax::Json(root), Locker::Pipenv) => {
            Some(Lock { locker, python: None, packages: pipenv(text, root), wanted: Vec::new() })
        }
        (Syntax::Toml(toml), _) => Some(Tables { text, locker, root: toml.as_item() }.read()),
        _ => None,
    }
}

impl Lock {
    /// Whether the file says that it is for other Pythons than this one: then
    /// it must be made anew, and may not list the files for it.
    #[must_use]
    pub fn leaves_out(&self, python: PythonVersion) -> bool {
        self.python.as_ref().is_some_and(|admitted| !admits(admitted, python))
    }

    /// The releases that may be installed on this Python and platform.
    #[must_use]
    pub fn installed(&self, python: PythonVersion, platform: Platform) -> Vec<&Locked> {
        let holds = |marker: &MarkerTree| marker::may_hold(marker, python, Some(platform));
        let mut wanted: FxHashMap<&str, bool> = FxHashMap::default();
        for (name, marker) in &self.wanted {
            *wanted.entry(name).or_default() |= holds(marker);
        }
        let all = self.packages.iter();
        // What nobody in the file requires is required by the project itself.
        all.filter(|one| holds(&one.marker) && wanted.get(&*one.name).copied().unwrap_or(true)).collect()
    }
}

/// Whether any release of a Python is admitted.
#[must_use]
pub fn admits(specifiers: &VersionSpecifiers, python: PythonVersion) -> bool {
    (0..40_u64).any(|patch| {
        specifiers.contains(&Version::new([u64::from(python.major), u64::from(python.minor), patch]))
    })
}

/// `{"default": {"name": {"version": "==1.0", "markers": "…"}}}`
fn pipenv(text: &str, root: &json::Value) -> Vec<Locked> {
    let sections = ["default", "develop"].into_iter().filter_map(|name| root.get(name));
    let entry = |member: &json::Member| {
        let version = member.value.get("version")?;
        let fragment = version.fragment(text)?;
        let said = fragment.text().strip_prefix("==")?;
        let read = |key: &str| member.value.get(key).and_then(json::Value::as_str);
        Some(Locked {
            name: normalise(&member.key),
            name_range: member.key_range,
            version: Version::from_str(said).ok()?,
            version_range: fragment.locate(2, fragment.text().len()),
            wheels: Vec::new(),
            has_source: false,
            python: None,
            marker: read("markers")
                .and_then(|said| MarkerTree::from_str(said).ok())
                .unwrap_or(MarkerTree::TRUE),
        })
    };
    sections.flat_map(json::Value::members).filter_map(entry).collect()
}

/// A lock file of TOML.
struct Tables<'a> {
    text: &'a str,
    locker: Locker,
    root: &'a Item,
}

impl<'a> Tables<'a> {
    fn read(&self) -> Lock {
        let key = if self.locker == Locker::Pylock { "packages" } else { "package" };
        let tables = self.root.get(key).and_then(Item::as_array_of_tables);
        let tables: Vec<&dyn TableLike> =
            tables.into_iter().flatten().map(|table| table as &dyn TableLike).collect();
        Lock {
            locker: self.locker,
            python: self.python(),
            packages: tables.iter().filter_map(|table| self.package(*table)).collect(),
            wanted: tables.iter().flat_map(|table| dependencies(*table)).collect(),
        }
    }

    /// The Pythons that limit which files are listed. Poetry lists all.
    fn python(&self) -> Option<VersionSpecifiers> {
        let said = match self.locker {
            Locker::Poetry | Locker::Pipenv => return None,
            Locker::Uv | Locker::Pylock => self.root.get("requires-python")?.as_str()?,
            Locker::Pdm => {
                let targets = toml::at(self.root, &["metadata", "targets"])?;
                let targets = targets.as_array_of_tables()?;
                let mut said =
                    targets.iter().map(|target| target.get("requires_python").and_then(Item::as_str));
                let first = said.next()??;
                // Of several the union counts; then nothing is left out.
                return said.next().is_none().then(|| VersionSpecifiers::from_str(first).ok()).flatten();
            }
        };
        VersionSpecifiers::from_str(said).ok()
    }

    fn package(&self, table: &'a dyn TableLike) -> Option<Locked> {
        let text = |key: &str| table.get(key).and_then(Item::as_str);
        if !self.is_from_index(table) {
            return None;
        }
        let name = text("name")?;
        let mut files = Files::default();
        for key in ["files", "wheels", "sdist"] {
            if let Some(item) = table.get(key) {
                files.add(item);
            }
        }
        if files.is_empty() {
            // Poetry 1.0 to 1.3 and PDM before 2.8 have them at the end.
            let listed = toml::at(self.root, &["metadata", "files"]);
            let key = format!("{name} {}", text("version")?);
            if let Some(item) = listed.and_then(|files| files.get(name).or_else(|| files.get(&key))) {
                files.add(item);
            }
        }
        let python =
            text("python-versions").or_else(|| text("requires_python")).or_else(|| text("requires-python"));
        Some(Locked {
            name: normalise(name),
            name_range: self.place(table.get("name")?)?,
            version: Version::from_str(text("version")?).ok()?,
            version_range: self.place(table.get("version")?)?,
            wheels: files.wheels,
            has_source: files.source,
            python: python.and_then(|said| VersionSpecifiers::from_str(said).ok()),
            marker: marker_of(table),
        })
    }

    /// The place of a string without its quotes.
    fn place(&self, item: &Item) -> Option<TextRange> {
        let (fragment, _) = super::pyproject::string(self.text, item.as_value()?)?;
        Some(fragment.range())
    }

    fn is_from_index(&self, table: &dyn TableLike) -> bool {
        let elsewhere = ["vcs", "directory", "archive", "git", "path", "url", "editable"];
        let source = table.get("source");
        let registry = match self.locker {
            Locker::Uv => source.is_some_and(|source| source.get("registry").is_some()),
            // A mirror of PyPI is `legacy`.
            Locker::Poetry => {
                let kind = source.and_then(|source| source.get("type")).and_then(Item::as_str);
                kind.is_none_or(|kind| kind == "legacy")
            }
            _ => true,
        };
        registry && !elsewhere.iter().any(|key| table.contains_key(key))
    }
}

/// The files of one release.
#[derive(Default)]
struct Files {
    wheels: Vec<Wheel>,
    source: bool,
}

impl Files {
    fn is_empty(&self) -> bool {
        self.wheels.is_empty() && !self.source
    }

    /// One file, or an array of them.
    fn add(&mut self, item: &Item) {
        match (item.as_array(), item.as_array_of_tables()) {
            (Some(array), _) => array
                .iter()
                .for_each(|value| self.file(value.as_inline_table().map(|table| table as &dyn TableLike))),
            (_, Some(tables)) => tables.iter().for_each(|table| self.file(Some(table))),
            _ => self.file(item.as_table_like()),
        }
    }

    fn file(&mut self, table: Option<&dyn TableLike>) {
        let text = |key: &str| table.and_then(|table| table.get(key)).and_then(Item::as_str);
        let Some(said) =
            text("file").or_else(|| text("name")).or_else(|| text("url")).or_else(|| text("path"))
        else {
            return;
        };
        let name = said.split(['#', '?']).next().unwrap_or_default();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        if name.ends_with(".whl") {
            self.wheels.extend(Wheel::read(name));
        } else if [".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz"].iter().any(|end| name.ends_with(end)) {
            self.source = true;
        }
    }
}

/// `marker`, `markers` (a text, or one for each group), `resolution-markers`.
fn marker_of(table: &dyn TableLike) -> MarkerTree {
    let any = |texts: Vec<&str>| {
        let mut whole = MarkerTree::FALSE;
        for text in &texts {
            whole.or(MarkerTree::from_str(text).unwrap_or(MarkerTree::TRUE));
        }
        if texts.is_empty() { MarkerTree::TRUE } else { whole }
    };
    let strings = |item: &'_ Item| -> Vec<String> {
        let array = item.as_array().into_iter().flatten().filter_map(Value::as_str);
        let members = item.as_table_like().into_iter().flat_map(TableLike::iter);
        let members = members.filter_map(|(_, item)| item.as_str());
        item.as_str().into_iter().chain(array).chain(members).map(str::to_owned).collect()
    };
    let mut whole = MarkerTree::TRUE;
    for key in ["marker", "markers", "resolution-markers"] {
        if let Some(item) = table.get(key) {
            let texts = strings(item);
            whole.and(any(texts.iter().map(String::as_str).collect()));
        }
    }
    whole
}

/// All that a package requires, for itself, its extras and its groups.
fn dependencies(table: &dyn TableLike) -> Vec<(String, MarkerTree)> {
    let mut found = table.get("dependencies").map(required).unwrap_or_default();
    for key in ["optional-dependencies", "dev-dependencies"] {
        let groups = table.get(key).and_then(Item::as_table_like).into_iter().flat_map(TableLike::iter);
        found.extend(groups.flat_map(|(_, group)| required(group)));
    }
    found
}

/// A table of Poetry, an array of uv or PDM.
fn required(item: &Item) -> Vec<(String, MarkerTree)> {
    let read = |text: Option<&str>| match text {
        Some(text) => MarkerTree::from_str(text).unwrap_or(MarkerTree::TRUE),
        None => MarkerTree::TRUE,
    };
    if let Some(array) = item.as_array() {
        let entry = |value: &Value| {
            if let Some(text) = value.as_str() {
                let (name, marker) =
                    text.split_once(';').map_or((text, None), |(name, marker)| (name, Some(marker)));
                let end = name.find(|c: char| !super::pep508::is_of_name(c)).unwrap_or(name.len());
                return Some((normalise(&name[..end]), read(marker.map(str::trim))));
            }
            let table = value.as_inline_table()?;
            let text = |key: &str| table.get(key).and_then(Value::as_str);
            Some((normalise(text("name")?), read(text("marker"))))
        };
        return array.iter().filter_map(entry).collect();
    }
    let members = item.as_table_like().into_iter().flat_map(TableLike::iter);
    let mut found = Vec::new();
    for (name, item) in members {
        let values: Vec<Option<&str>> = match item.as_array() {
            Some(array) => {
                let inner =
                    |value: &'_ Value| value.as_inline_table()?.get("markers")?.as_str().map(str::to_owned);
                let texts: Vec<Option<String>> = array.iter().map(inner).collect();
                found.extend(texts.iter().map(|text| (normalise(name), read(text.as_deref()))));
                continue;
            }
            None => vec![item.get("markers").and_then(Item::as_str)],
        };
        found.extend(values.into_iter().map(|text| (normalise(name), read(text))));
    }
    found
}
