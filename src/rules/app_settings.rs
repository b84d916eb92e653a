//! What rules about application settings share: which of them are those of
//! Python function apps, and how one is taken away.

use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use crate::azure::context::Language;
use crate::azure::settings::{self, AppSetting, SettingsMap};
use crate::finding::{Confidence, Edit};
use crate::parse::{Document, Syntax};
use crate::python::Code;
use crate::rule::File;
use crate::version::PythonVersion;

/// The settings of what may be one Python function app.
pub struct Given {
    /// The settings.
    pub map: SettingsMap,
    /// How sure it is that Python 3.13 will read them.
    pub confidence: Confidence,
    /// Why taking one away is not safe yet.
    pub reason: Option<String>,
}

/// The maps of a file that are, or may be, those of Python function apps.
#[must_use]
pub fn of_python(file: &File<'_>, code: Option<&Code<'_>>) -> Vec<Given> {
    let maps = settings::maps(file.document, file.project, code).into_iter();
    maps.filter_map(|map| given(file, map)).collect()
}

fn given(file: &File<'_>, map: SettingsMap) -> Option<Given> {
    if map.app.is_function == Some(false) {
        return None;
    }
    let in_app = || file.project.python_function_app(&file.document.path).is_some();
    let confidence = match map.app.language {
        Some(Language::Other) => return None,
        Some(Language::Python) => Confidence::Certain,
        None if is_local(file.document) => in_app().then_some(Confidence::Certain)?,
        None => Confidence::Likely,
    };
    let old = map.app.python.filter(|python| *python < PythonVersion::PY313);
    let reason = old.map(|python| {
        format!("the app runs on Python {python}, which still reads the setting, until it moves to 3.13")
    });
    let confidence = if reason.is_some() { confidence.min(Confidence::Likely) } else { confidence };
    Some(Given { map, confidence, reason })
}

/// Whether a file holds the settings of an app on the machine of who writes it.
fn is_local(document: &Document) -> bool {
    matches!(&document.syntax, Syntax::Json(root) if root.get("Values").is_some())
}

impl Given {
    /// The settings that stand in the document, with a name that is wanted, each
    /// place once.
    pub fn named<'a>(
        &'a self,
        wanted: impl Fn(&str) -> bool + 'a,
        seen: &'a mut FxHashSet<TextRange>,
    ) -> impl Iterator<Item = &'a AppSetting> + 'a {
        let settings = self.map.settings.iter();
        settings
            .filter(move |setting| setting.here && wanted(&setting.name) && seen.insert(setting.name_range))
    }
}

/// The edits that take a setting from its file; none where that cannot be.
#[must_use]
pub fn remove(file: &File<'_>, setting: &AppSetting) -> Vec<Edit> {
    let changes = setting.removal(&file.document.text);
    changes.into_iter().map(|change| file.edit(change.range, change.content)).collect()
}
