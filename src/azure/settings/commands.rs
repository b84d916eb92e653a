//! Settings that commands of the Azure CLI give to an app.

use ruff_text_size::{TextRange, TextSize};

use super::local::is_reference;
use super::{AppSetting, Entry, SettingValue, SettingsMap};
use crate::azure::commands::{Invocation, Word, invocations};
use crate::azure::context::{App, Language};
use crate::edit::Change;
use crate::parse::Document;
use crate::version::parse_version;

/// The maps that commands of a document set.
pub fn maps(document: &Document) -> Vec<SettingsMap> {
    let all = invocations(document);
    let created = created(&all);
    all.iter().filter_map(|one| map(one, &created)).collect()
}

fn map(one: &Invocation, created: &App) -> Option<SettingsMap> {
    let is_function = one.is(&["functionapp", "config", "appsettings", "set"]);
    if !is_function && !one.is(&["webapp", "config", "appsettings", "set"]) {
        return None;
    }
    let values = one.values(&["--settings", "--slot-settings"]);
    let alone = values.len() < 2;
    let settings: Vec<AppSetting> =
        values.into_iter().filter_map(|(word, before)| setting(word, before, alone)).collect();
    let app = App { is_function: is_function.then_some(true), ..created.clone() };
    (!settings.is_empty()).then_some(SettingsMap { settings, place: "command", app })
}

/// `NAME=value`
fn setting(word: &Word, before: TextRange, alone: bool) -> Option<AppSetting> {
    let (name, value) = word.text.split_once('=').filter(|(name, _)| name.len() < word.known)?;
    let is_known = word.known == word.text.len() && !is_reference(value);
    let name_range = match word.exact {
        Some(range) => TextRange::at(range.start(), TextSize::try_from(name.len()).ok()?),
        None => word.range,
    };
    let entry = match word.exact.filter(|_| !alone) {
        Some(_) => Entry::Changes(vec![Change::new(TextRange::new(before.end(), word.range.end()), "")]),
        None => Entry::Fixed,
    };
    let value = if is_known { SettingValue::Literal(value.to_owned()) } else { SettingValue::Dynamic };
    Some(AppSetting { name: name.to_owned(), name_range, range: word.range, value, entry, here: true })
}

/// The app that the commands of a file create, if they create one kind alone.
fn created(all: &[Invocation]) -> App {
    let mut apps = all.iter().filter(|one| one.is(&["functionapp", "create"])).map(|one| {
        let runtime = one.value(&["--runtime"]);
        let version = one.value(&["--runtime-version"]);
        let language = runtime.map(|word| Language::named(word.said()));
        let python = version.filter(|_| language == Some(Language::Python));
        App {
            language,
            python: python.and_then(|word| parse_version(word.said()).ok()),
            is_function: Some(true),
        }
    });
    let Some(first) = apps.next() else { return App::default() };
    if apps.all(|app| app == first) { first } else { App::default() }
}
