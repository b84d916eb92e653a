//! Where a repository says which Python it is developed, tested or deployed
//! with, outside of container images and the configuration of clouds.

use ruff_text_size::{TextRange, TextSize};

use crate::parse::{Document, Syntax};
use crate::version::PythonVersion;

mod commands;
mod lines;
mod python;
mod spelled;
mod tables;
mod tox;
mod workflow;
mod yaml;

use spelled::Form;

/// A place where Pythons are named.
#[derive(Debug)]
pub struct Pin {
    /// What names them, to begin a message with: `` `python` below `tools` ``.
    pub what: String,
    /// The key or the file.
    pub symbol: String,
    /// Each Python that is named; at least one.
    pub named: Vec<Named>,
    /// Several of which each counts, such as the matrix of a test: what is
    /// missing can be added. Otherwise the one is replaced.
    pub list: bool,
    /// Whether it is written so that the target can be put there, or behind the last.
    pub open: bool,
    /// What else must be done when it changes.
    pub along: Option<&'static str>,
}

/// One Python that is named.
#[derive(Debug, Clone)]
pub struct Named {
    /// The element of the list, with its quotes.
    pub element: TextRange,
    /// The part of it that is the version.
    pub version: TextRange,
    /// Which it is.
    pub python: PythonVersion,
    form: Form,
}

/// The pins in a file.
#[must_use]
pub fn find(document: &Document) -> Vec<Pin> {
    match &document.syntax {
        Syntax::Text => lines::find(document),
        Syntax::Toml(toml) => tables::find(document, toml.as_item()),
        Syntax::Ini(ini) => tox::find(document, ini),
        Syntax::Yaml(documents) => {
            let mut found: Vec<Pin> = documents.iter().flat_map(|one| yaml::find(document, one)).collect();
            found.extend(commands::find(document));
            found
        }
        Syntax::Shell(_) | Syntax::Makefile(_) | Syntax::Json(_) => commands::find(document),
        Syntax::Python(module) => python::find(document, module.body()),
        _ => Vec::new(),
    }
}

impl Pin {
    /// One place, to be replaced.
    fn one(what: impl Into<String>, symbol: impl Into<String>, named: Named) -> Self {
        Self {
            what: what.into(),
            symbol: symbol.into(),
            named: vec![named],
            list: false,
            open: true,
            along: None,
        }
    }

    /// What a list names; `None` where no element is a version.
    fn list(what: impl Into<String>, symbol: impl Into<String>, named: Vec<Named>) -> Option<Self> {
        let several = named.len() > 1;
        let first = named.first()?.clone();
        let pin = Self::one(what, symbol, first);
        Some(Self { named, list: several, ..pin })
    }

    /// The newest Python that is named, if none is the wanted one or newer.
    #[must_use]
    pub fn older_than(&self, python: PythonVersion) -> Option<&Named> {
        let newest = self.named.iter().max_by_key(|named| named.python)?;
        (newest.python < python).then_some(newest)
    }
}

impl Named {
    /// The first version within a text that stands in the file as it is.
    fn of(element: TextRange, content: TextRange, text: &str) -> Option<Self> {
        let spelled = spelled::read(&text[content])?;
        let offset = |at: usize| content.start() + TextSize::try_from(at).unwrap_or_default();
        let version = TextRange::new(offset(spelled.range.start), offset(spelled.range.end));
        Some(Self { element, version, python: spelled.python, form: spelled.form })
    }

    /// The text of the version for another Python.
    #[must_use]
    pub fn respelled(&self, python: PythonVersion) -> String {
        self.form.write(python)
    }

    /// The text of the element for another Python.
    #[must_use]
    pub fn element_for(&self, python: PythonVersion, text: &str) -> String {
        let before = &text[TextRange::new(self.element.start(), self.version.start())];
        let after = &text[TextRange::new(self.version.end(), self.element.end())];
        format!("{before}{}{after}", self.respelled(python))
    }
}

/// What stands between quotes, if any are around it.
fn unquoted(range: TextRange, text: &str) -> TextRange {
    let within = &text[range];
    let quoted = ['"', '\'']
        .iter()
        .any(|quote| within.len() > 1 && within.starts_with(*quote) && within.ends_with(*quote));
    let one = TextSize::new(1);
    if quoted { TextRange::new(range.start() + one, range.end() - one) } else { range }
}

/// A part of a text that begins at an offset of the file.
fn part(start: TextSize, from: usize, to: usize) -> TextRange {
    let offset = |at: usize| start + TextSize::try_from(at).unwrap_or_default();
    TextRange::new(offset(from), offset(to))
}

#[cfg(test)]
mod tests;
