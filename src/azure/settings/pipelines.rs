//! Settings that steps of Azure Pipelines and of GitHub workflows give to an app.

use ruff_text_size::{TextRange, TextSize};

use super::local::is_reference;
use super::{AppSetting, Entry, SettingValue, SettingsMap};
use crate::azure::context::App;
use crate::edit::Change;
use crate::edit::entries::{self, Language, List};
use crate::parse::fragment::Fragment;
use crate::parse::json::{self, Value, ValueKind};
use crate::parse::shell::{self, Options};
use crate::parse::yaml::{Document, Node, NodeKind};

/// Tasks of Azure Pipelines, without their versions, and whether they only deploy
/// function apps.
const TASKS: &[(&str, bool)] = &[
    ("AzureAppServiceSettings", false),
    ("AzureFunctionApp", true),
    ("AzureFunctionAppContainer", true),
    ("AzureRmWebAppDeployment", false),
    ("AzureWebApp", false),
];

/// The maps of a file.
pub fn maps(documents: &[Document], text: &str) -> Vec<SettingsMap> {
    let mut found = Vec::new();
    for document in documents {
        let mut open = vec![&document.root];
        while let Some(node) = open.pop() {
            match &node.kind {
                NodeKind::Mapping(entries, _) => {
                    found.extend(step(document, node, text));
                    open.extend(entries.iter().rev().map(|entry| &entry.value));
                }
                NodeKind::Sequence(elements, _) => open.extend(elements.iter().rev()),
                _ => {}
            }
        }
    }
    found
}

fn step(document: &Document, node: &Node, text: &str) -> Option<SettingsMap> {
    let get = |node, key: &str| document.get(node, key);
    let task = get(node, "task").and_then(Node::as_str).and_then(|task| task.split('@').next());
    let task = task.and_then(|task| TASKS.iter().find(|(name, _)| name.eq_ignore_ascii_case(task)));
    let is_action = get(node, "uses")
        .and_then(Node::as_str)
        .is_some_and(|action| action.to_ascii_lowercase().starts_with("azure/appservice-settings@"));
    let (value, is_function) = match task {
        Some((_, is_function)) => {
            let inputs = get(node, "inputs")?;
            (get(inputs, "appSettings").or_else(|| get(inputs, "AppSettings"))?, *is_function)
        }
        None if is_action => (get(get(node, "with")?, "app-settings-json")?, false),
        None => return None,
    };
    let fragment = value.fragment(text)?;
    let settings = if fragment.text().trim_start().starts_with('[') {
        of_json(&fragment, text)?
    } else {
        of_options(&fragment)
    };
    let app = App { is_function: is_function.then_some(true), ..App::default() };
    (!settings.is_empty()).then_some(SettingsMap { settings, place: "pipeline", app })
}

/// `[ { "name": "A", "value": "1" } ]`
fn of_json(fragment: &Fragment, text: &str) -> Option<Vec<AppSetting>> {
    let root = json::parse(fragment.text()).ok()?;
    let one = TextSize::new(1);
    let list = List {
        inside: TextRange::new(root.range.start() + one, root.range.end() - one),
        entries: root.elements().iter().map(|element| element.range).collect(),
        language: Language::JSON,
    };
    let place = |range: TextRange| fragment.locate(range.start().to_usize(), range.end().to_usize());
    let setting = |(index, element): (usize, &Value)| {
        let name = element.get("name")?;
        let value = match &element.get("value")?.kind {
            ValueKind::String(text) if is_reference(text) => SettingValue::Dynamic,
            ValueKind::String(text) | ValueKind::Number(text) => SettingValue::Literal(text.to_string()),
            ValueKind::Bool(value) => SettingValue::Literal(value.to_string()),
            _ => SettingValue::Dynamic,
        };
        let changes = entries::remove(fragment.text(), &list, index);
        let changes: Option<Vec<Change>> =
            changes.into_iter().map(|change| moved(fragment, text, change)).collect();
        Some(AppSetting {
            name: name.as_str()?.to_owned(),
            name_range: place(name.range),
            range: place(element.range),
            value,
            entry: changes.map_or(Entry::Fixed, Entry::Changes),
            here: true,
        })
    };
    Some(root.elements().iter().enumerate().filter_map(setting).collect())
}

/// A deletion within a scalar where it stands in the file: of whole lines with
/// their indentation.
fn moved(fragment: &Fragment, text: &str, change: Change) -> Option<Change> {
    let (from, to) = (change.range.start().to_usize(), change.range.end().to_usize());
    let own = fragment.text();
    let at_start = from == 0 || own[..from].ends_with('\n');
    if at_start && own[..to].ends_with('\n') {
        // Line ends and indentation may stand there otherwise than in the scalar.
        let first = from + own[from..to].len() - own[from..to].trim_start().len();
        let last = from + own[from..to].trim_end().len();
        let range = fragment.locate(first, last);
        let start = text[..range.start().to_usize()].rfind('\n').map_or(0, |at| at + 1);
        let end = range.end().to_usize() + text[range.end().to_usize()..].find('\n')? + 1;
        let place = |at: usize| TextSize::try_from(at).unwrap_or_default();
        return Some(Change::new(TextRange::new(place(start), place(end)), ""));
    }
    Some(Change::new(fragment.exact(from, to)?, ""))
}

/// `-A 1 -B "2 3"`
fn of_options(fragment: &Fragment) -> Vec<AppSetting> {
    let script = shell::parse(fragment, Options::default());
    let mut settings = Vec::new();
    script.body.each(&mut |command| {
        let words = &command.words;
        for (at, word) in words.iter().enumerate() {
            let Some(name) = word.literal().and_then(|text| text.strip_prefix('-')) else { continue };
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            let Some(value) = words.get(at + 1).filter(|_| is_name) else { continue };
            let known = value.literal().filter(|text| !is_reference(text));
            let around = (at.checked_sub(1).map(|at| words[at].range.end()), words.get(at + 2));
            let change = match around {
                (Some(before), _) => Some(TextRange::new(before, value.range.end())),
                (None, Some(next)) => Some(TextRange::new(word.range.start(), next.range.start())),
                (None, None) => None,
            };
            settings.push(AppSetting {
                name: name.to_owned(),
                name_range: word.range,
                range: word.range.cover(value.range),
                value: known.map_or(SettingValue::Dynamic, |text| SettingValue::Literal(text.to_owned())),
                entry: change.map_or(Entry::Fixed, |range| Entry::Changes(vec![Change::new(range, "")])),
                here: true,
            });
        }
    });
    settings
}
