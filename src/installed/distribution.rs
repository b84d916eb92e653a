//! One installed distribution: what its metadata say.

use std::path::{Path, PathBuf};

use crate::parse::metadata::headers;
use crate::project::{normalised, required_name};
use crate::read;
use crate::version::PythonVersion;

/// Something that was installed as one.
#[derive(Debug, Default)]
pub struct Distribution {
    /// As it is written in the metadata; of what belongs to no distribution, the
    /// module.
    pub name: String,
    /// The name as PEP 503 compares it.
    pub key: String,
    /// `None` of what belongs to no distribution.
    pub version: Option<String>,
    /// The file `METADATA` or `PKG-INFO`, from the folder of the packages, and its text.
    pub metadata: Option<(PathBuf, String)>,
    /// The Pythons that it may be installed on.
    pub requires_python: Option<String>,
    /// What else it needs.
    pub requires: Vec<String>,
    /// The tags of the wheel that it came as.
    pub tags: Vec<String>,
    /// Modules that commands start.
    pub commands: Vec<String>,
    /// Where its metadata lie: the folder `….dist-info`, from the folder of the packages.
    pub(super) home: Option<PathBuf>,
    /// What an egg calls its own; its files lie below.
    pub(super) egg: Option<PathBuf>,
}

impl Distribution {
    /// The name with its version.
    #[must_use]
    pub fn title(&self) -> String {
        self.version.as_ref().map_or_else(|| self.name.clone(), |version| format!("{} {version}", self.name))
    }

    /// The normalised names of what it needs on the Python without any extra.
    pub fn requirements(&self, python: PythonVersion) -> impl Iterator<Item = String> {
        let is_plain =
            |text: &&String| !text.split_once(';').is_some_and(|(_, marker)| marker.contains("extra"));
        let plain = self.requires.iter().filter(is_plain);
        plain.filter_map(move |text| required_name(text, python))
    }

    /// What belongs to no distribution, by the name of its module.
    pub(super) fn unnamed(module: &str) -> Self {
        Self { name: module.to_owned(), key: normalised(module), ..Self::default() }
    }
}

/// The distributions that have metadata in a folder, sorted by name. `files` are
/// all files of the folder.
pub(super) fn all(folder: &Path, files: &[PathBuf]) -> Vec<Distribution> {
    let mut all: Vec<Distribution> = files.iter().filter_map(|file| one(folder, file)).collect();
    all.sort_by(|a, b| (&a.key, &a.version).cmp(&(&b.key, &b.version)));
    all
}

/// The distribution whose metadata a file holds.
fn one(folder: &Path, file: &Path) -> Option<Distribution> {
    let parts: Vec<&str> = file.iter().map(|part| part.to_str().unwrap_or_default()).collect();
    let (home, egg) = match parts[..] {
        [home, "METADATA"] if home.ends_with(".dist-info") => (Some(home), None),
        [home, "PKG-INFO"] if home.ends_with(".egg-info") => (Some(home), None),
        [file] if file.ends_with(".egg-info") => (None, None),
        [egg, "EGG-INFO", "PKG-INFO"] if egg.ends_with(".egg") => (None, Some(egg)),
        _ => return None,
    };
    let text = text(&folder.join(file))?;
    let headers = headers(&text);
    let name = headers.first("Name")?.to_owned();
    let inner = file.parent().unwrap_or(Path::new("")).to_path_buf();
    let wheel = text_of(folder, &inner, "WHEEL").unwrap_or_default();
    let mut requires: Vec<String> = headers.every("Requires-Dist").map(str::to_owned).collect();
    if requires.is_empty() && file.ends_with("PKG-INFO") {
        requires = plain_requirements(&text_of(folder, &inner, "requires.txt").unwrap_or_default());
    }
    Some(Distribution {
        key: normalised(&name),
        name,
        version: Some(headers.first("Version").unwrap_or("?").to_owned()),
        requires_python: headers.first("Requires-Python").map(str::to_owned),
        requires,
        tags: crate::parse::metadata::headers(&wheel).every("Tag").map(str::to_owned).collect(),
        commands: commands(&text_of(folder, &inner, "entry_points.txt").unwrap_or_default()),
        home: home.map(PathBuf::from),
        egg: egg.map(PathBuf::from),
        metadata: Some((file.to_path_buf(), text)),
    })
}

/// Text whose encoding nobody checked when it was installed.
fn text(path: &Path) -> Option<String> {
    Some(String::from_utf8_lossy(&read::bytes(path).ok()?).into_owned())
}

pub(super) fn text_of(folder: &Path, home: &Path, name: &str) -> Option<String> {
    text(&folder.join(home).join(name))
}

/// The part of `requires.txt` that is always needed, before the first extra.
fn plain_requirements(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The modules in `name = module:function`.
fn commands(text: &str) -> Vec<String> {
    let mut scripts = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            scripts = matches!(line, "[console_scripts]" | "[gui_scripts]");
        } else if let Some((_, target)) = line.split_once('=').filter(|_| scripts) {
            let module = target.split([':', ' ', '[']).find(|part| !part.is_empty());
            found.extend(module.map(str::to_owned));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_start_modules() {
        let text =
            "[console_scripts]\na = pkg.cli:main\nb=pkg.cli:other [extra]\n\n[pytest11]\nc = pkg.plugin\n";
        assert_eq!(commands(text), ["pkg.cli"]);
    }

    #[test]
    fn extras_are_not_needed() {
        assert_eq!(plain_requirements("six>=1.9\n\n[test]\npytest\n"), ["six>=1.9"]);
        let one = Distribution {
            requires: vec![
                "legacy-cgi>=2.6 ; python_version >= \"3.13\"".to_owned(),
                "Six (>=1.9)".to_owned(),
                "pytest; extra == 'test'".to_owned(),
                "futures; python_version < '3'".to_owned(),
            ],
            ..Distribution::default()
        };
        let on = |minor| one.requirements(PythonVersion { major: 3, minor }).collect::<Vec<_>>();
        assert_eq!(on(13), ["legacy-cgi", "six"]);
        assert_eq!(on(12), ["six"]);
    }
}
