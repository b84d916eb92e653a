//! The application settings of Azure function apps, wherever they are written.
//! Rules ask for settings by name; each kind of place has its own reader below.

use ruff_text_size::TextRange;

use super::context::{App, Language};
use crate::edit::Change;
use crate::edit::entries::{self, List};
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;

mod commands;
mod images;
mod local;
mod objects;
mod pipelines;

/// One setting at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSetting {
    /// The name of the environment variable that it becomes.
    pub name: String,
    /// The name as it stands in the file, with its quotes.
    pub name_range: TextRange,
    /// Name and value as they stand in the file. What stands around them may
    /// be secret.
    pub range: TextRange,
    /// What it is set to.
    pub value: SettingValue,
    /// For removing it.
    pub entry: Entry,
    /// Whether it stands in the document, and not in another file of its module.
    pub here: bool,
}

/// What a setting is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// Known from the file.
    Literal(String),
    /// Known from the file, unless a deployment says otherwise.
    Default(String),
    /// Known only where the app runs: encrypted, a reference, an expression.
    Dynamic,
}

/// The syntax around a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// One of several between brackets.
    Listed(List, usize),
    /// What takes it away.
    Changes(Vec<Change>),
    /// It cannot be taken away alone.
    Fixed,
}

/// The settings of one app at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsMap {
    /// In the order of the file.
    pub settings: Vec<AppSetting>,
    /// What kind of place it is, for people: `Bicep`, `Terraform`.
    pub place: &'static str,
    /// What is known of the app.
    pub app: App,
}

/// Names that only function apps have.
const OF_FUNCTIONS: &[&str] = &["FUNCTIONS_", "AzureWebJobs", "AzureFunctionsJobHost"];

/// The setting that names the language of an app.
const RUNTIME: &str = "FUNCTIONS_WORKER_RUNTIME";

impl SettingValue {
    /// The text, if it is known.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Literal(text) | Self::Default(text) => Some(text),
            Self::Dynamic => None,
        }
    }

    /// Whether the Functions host and its Python worker take the value for yes;
    /// `None` if it cannot be known.
    #[must_use]
    pub fn is_on(&self) -> Option<bool> {
        let text = self.text()?.trim().to_ascii_lowercase();
        Some(matches!(text.as_str(), "1" | "true" | "t" | "yes" | "y"))
    }
}

impl AppSetting {
    /// What takes the setting from its file and leaves the file well-formed;
    /// nothing where that cannot be.
    #[must_use]
    pub fn removal(&self, text: &str) -> Vec<Change> {
        match &self.entry {
            Entry::Listed(list, index) => entries::remove(text, list, *index),
            Entry::Changes(changes) => changes.clone(),
            Entry::Fixed => Vec::new(),
        }
    }
}

impl SettingsMap {
    /// The setting of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&AppSetting> {
        self.settings.iter().rev().find(|setting| setting.name == name)
    }

    /// Adds what the settings themselves say of the app.
    #[must_use]
    fn understood(mut self) -> Self {
        let runtimes = self.settings.iter().filter(|setting| setting.name == RUNTIME);
        let named =
            runtimes.filter_map(|setting| setting.value.text()).filter(|text| !text.trim().is_empty());
        let mut named = named.map(Language::named);
        let first = named.next();
        let runtime = first.filter(|first| named.all(|other| other == *first));
        self.app.language = runtime.or(self.app.language);
        if self.settings.iter().any(|setting| of_functions(&setting.name)) {
            self.app.is_function = Some(true);
        }
        self
    }
}

/// Whether only function apps have a setting of this name.
fn of_functions(name: &str) -> bool {
    OF_FUNCTIONS.iter().any(|start| name.starts_with(start))
}

/// Every map of settings that a document gives to an app; `code` where it is
/// Python that parses.
#[must_use]
pub fn maps(document: &Document, project: &Project, code: Option<&Code<'_>>) -> Vec<SettingsMap> {
    let mut maps = match &document.syntax {
        Syntax::Json(root) => local::map(root).into_iter().collect(),
        Syntax::Yaml(documents) => pipelines::maps(documents, &document.text),
        Syntax::Dockerfile(dockerfile) => images::maps(dockerfile, &document.text),
        _ => Vec::new(),
    };
    if maps.is_empty() {
        let source = super::sources::source(document, project, code);
        maps.extend(source.into_iter().flat_map(|source| objects::maps(&source, &document.text)));
        maps.extend(commands::maps(document));
    }
    maps.into_iter().map(SettingsMap::understood).collect()
}
