//! What a file requires: every requirement with its places, whatever the format.
//!
//! One reader a format, behind one type. Each reads the file alone; which other
//! files it includes is told separately.

use std::path::Path;
use std::str::FromStr;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::MarkerTree;
use ruff_text_size::TextRange;

use crate::parse::fragment::Fragment;
use crate::parse::{Document, Syntax};
use crate::version::PythonVersion;

mod conda;
mod installed;
mod lines;
pub mod locked;
mod marker;
mod pep508;
mod pyproject;
mod setup;
mod tables;

pub use marker::Platform;

/// One requirement at one place of a file.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The distribution, normalised as PEP 503 compares names.
    pub name: String,
    /// The name as written.
    pub name_range: TextRange,
    /// The requirement as written, without quotes: name, extras, versions,
    /// marker; for a table's entry the key and its value.
    pub range: TextRange,
    /// What one element of its list is: the line with its continuations, the
    /// literal with its quotes, key and value.
    pub element: TextRange,
    /// The versions it admits, other spellings translated. `None` if any fits or
    /// if it cannot be said so (`||` of Poetry): then there is a `specifier_range`.
    pub specifiers: Option<VersionSpecifiers>,
    /// Where the versions stand; `None` if there are none, or not in one piece.
    pub specifier_range: Option<TextRange>,
    /// When it applies; always true if it has no marker.
    pub marker: MarkerTree,
    /// Where the marker stands, without `;`.
    pub marker_range: Option<TextRange>,
    /// Names of extras, as written.
    pub extras: Vec<String>,
    /// What it is for.
    pub role: Role,
    /// Where it comes from.
    pub form: Form,
    /// How it is written.
    pub style: Style,
    /// Which list of [`Sheet::lists`] it is in.
    pub list: usize,
}

/// What a requirement is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Needed by whatever runs.
    Runtime,
    /// Needed by an extra of this name; empty where it is not told.
    Optional(String),
    /// Needed by those who work on the project; the group.
    Development(String),
    /// Needed to build the project.
    Build,
    /// Bounds the version, if something else requires it.
    Constraint,
}

/// Where a requirement comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// From an index.
    Index,
    /// From a URL, a path or version control.
    Location,
    /// The same, installed in place.
    Editable,
    /// It cannot be read, apart from its name: placeholders, versions that are none.
    Unreadable,
}

/// How a requirement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// A line of a requirements file.
    Line,
    /// A string literal of TOML, Python or YAML, as PEP 508 has it.
    Literal,
    /// A line of an option's value.
    OptionLine,
    /// A key and its value in a table of Poetry.
    Poetry,
    /// A key and its value in a table of Pipenv.
    Pipenv,
    /// A scalar in a list of conda.
    Conda,
    /// A word of a command.
    Word,
}

/// What lists requirements.
#[derive(Debug, Clone)]
pub struct List {
    /// What its requirements are for.
    pub role: Role,
    /// How they are written.
    pub style: Style,
    /// All of it, with brackets; the whole file for lines.
    pub range: TextRange,
}

/// Another file whose requirements count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// As written, relative to the folder of the file.
    pub path: String,
    /// Where it is written.
    pub range: TextRange,
    /// What its requirements are for.
    pub role: Role,
}

/// What one file requires.
#[derive(Debug, Default)]
pub struct Sheet {
    /// In order of the text.
    pub requirements: Vec<Requirement>,
    /// The lists they are in, also empty ones.
    pub lists: Vec<List>,
    /// Other files whose requirements count.
    pub includes: Vec<Include>,
    /// Where a project that states no runtime requirements can state them.
    pub room: Option<Room>,
}

/// Where the requirements of a project would stand, if it had any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Behind this keyword, the last of the call of `setup`.
    Keyword(TextRange),
    /// Behind this value, the last of `[options]` in `setup.cfg`.
    Option(TextRange),
    /// Behind this value, the last of `[metadata]` in a `setup.cfg` without `[options]`.
    Section(TextRange),
    /// Behind this value, the last of `[project]` in `pyproject.toml`.
    Key(TextRange),
}

/// The requirements of a file alone; of a lock file none.
#[must_use]
pub fn requirements(document: &Document) -> Vec<Requirement> {
    read(document).requirements
}

/// All that a file says of requirements.
#[must_use]
pub fn read(document: &Document) -> Sheet {
    let text = document.text.as_str();
    let name = document.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut reader = Reader { text, sheet: Sheet::default() };
    match &document.syntax {
        Syntax::Text if document.kind == crate::discover::Kind::Requirements => {
            lines::read(&mut reader, name);
        }
        Syntax::Toml(toml) if name == "pyproject.toml" => pyproject::read(&mut reader, toml.as_item()),
        Syntax::Toml(toml) if name == "Pipfile" => tables::pipfile(&mut reader, toml.as_item()),
        Syntax::Ini(ini) if name == "setup.cfg" => setup::cfg(&mut reader, ini),
        Syntax::Python(module) if name == "setup.py" => setup::py(&mut reader, module.body()),
        Syntax::Yaml(documents) if conda::is_environment(&document.path) => {
            documents.iter().for_each(|one| conda::read(&mut reader, one));
        }
        _ => installed::read(&mut reader, document),
    }
    reader.sheet
}

/// One requirement that stands alone, as metadata have it.
#[must_use]
pub fn of_text(text: &str) -> Option<Requirement> {
    let whole = TextRange::up_to(ruff_text_size::TextSize::of(text));
    let mut reader = Reader { text, sheet: Sheet::default() };
    reader.list(Role::Runtime, Style::Literal, whole);
    reader.add(&Fragment::whole(text), whole);
    reader.sheet.requirements.pop()
}

/// A name as PEP 503 compares it: lower case, runs of `-`, `_` and `.` as one `-`.
#[must_use]
pub fn normalise(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.trim().chars() {
        if matches!(character, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.push(character.to_ascii_lowercase());
        }
    }
    normal
}

impl Requirement {
    /// Whether the marker can hold on this Python, on whatever platform and for
    /// whatever extra.
    #[must_use]
    pub fn applies_to(&self, python: PythonVersion) -> bool {
        marker::may_hold(&self.marker, python, None)
    }

    /// The same on one platform.
    #[must_use]
    pub fn applies_on(&self, python: PythonVersion, platform: Platform) -> bool {
        marker::may_hold(&self.marker, python, Some(platform))
    }

    /// Whether the versions admit this one; `None` if that cannot be told.
    #[must_use]
    pub fn admits(&self, version: &Version) -> Option<bool> {
        match (&self.specifiers, self.specifier_range, self.form) {
            (_, _, Form::Unreadable | Form::Location | Form::Editable) => None,
            (Some(specifiers), ..) => Some(specifiers.contains(version)),
            (None, Some(_), _) => None,
            (None, None, _) => Some(true),
        }
    }

    /// The one version that it admits: `==1.2`, without a wildcard.
    #[must_use]
    pub fn pinned(&self) -> Option<&Version> {
        use pep440_rs::Operator;
        if self.form != Form::Index {
            return None;
        }
        let mut exact = self.specifiers.iter().flat_map(|all| all.iter());
        exact
            .find(|one| matches!(one.operator(), Operator::Equal | Operator::ExactEqual))
            .map(pep440_rs::VersionSpecifier::version)
    }
}

impl Include {
    /// The file that is meant, from the one that includes it.
    #[must_use]
    pub fn target(&self, from: &Path) -> std::path::PathBuf {
        from.parent().unwrap_or(Path::new("")).join(&self.path)
    }
}

/// What the readers of the formats fill.
struct Reader<'a> {
    text: &'a str,
    sheet: Sheet,
}

impl Reader<'_> {
    /// Begins a list; the requirements that follow are in it.
    fn list(&mut self, role: Role, style: Style, range: TextRange) {
        self.sheet.lists.push(List { role, style, range });
    }

    /// A requirement as PEP 508 has it, or as pip takes it, in the last list.
    fn add(&mut self, fragment: &Fragment, element: TextRange) {
        let Some(parts) = pep508::parts(fragment.text()) else { return };
        self.push(fragment, element, parts, false);
    }

    /// The same behind `-e`.
    fn add_editable(&mut self, fragment: &Fragment, element: TextRange) {
        let Some(parts) = pep508::parts(fragment.text()) else { return };
        self.push(fragment, element, parts, true);
    }

    fn push(&mut self, fragment: &Fragment, element: TextRange, parts: pep508::Parts, editable: bool) {
        let Some((list, role, style)) = self.current() else { return };
        let text = fragment.text();
        let mut form = match parts.form {
            Form::Location if editable => Form::Editable,
            form => form,
        };
        let mut specifiers = None;
        if let Some(versions) = &parts.versions {
            specifiers = pep508::specifiers(&text[versions.clone()]);
            if specifiers.is_none() {
                form = Form::Unreadable;
            }
        }
        let mut marker = MarkerTree::TRUE;
        if let Some(range) = &parts.marker {
            match MarkerTree::from_str(&text[range.clone()]) {
                Ok(read) => marker = read,
                Err(_) => form = Form::Unreadable,
            }
        }
        let place = |range: std::ops::Range<usize>| fragment.locate(range.start, range.end);
        self.sheet.requirements.push(Requirement {
            name: normalise(&text[parts.name.clone()]),
            name_range: place(parts.name),
            range: place(parts.whole),
            element,
            specifiers,
            specifier_range: parts.versions.and_then(|range| fragment.exact(range.start, range.end)),
            marker,
            marker_range: parts.marker.map(place),
            extras: parts.extras,
            role,
            form,
            style,
            list,
        });
    }

    /// A condition on all requirements from one on.
    fn restrict(&mut self, from: usize, marker: &str) {
        if let Ok(marker) = MarkerTree::from_str(marker) {
            for one in &mut self.sheet.requirements[from..] {
                one.marker.and(marker.clone());
            }
        }
    }

    fn current(&self) -> Option<(usize, Role, Style)> {
        let last = self.sheet.lists.last()?;
        Some((self.sheet.lists.len() - 1, last.role.clone(), last.style))
    }
}

#[cfg(test)]
mod tests;
