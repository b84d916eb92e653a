//! `local.settings.json`, or a template of one under whatever name.

use ruff_text_size::{TextRange, TextSize};

use super::{AppSetting, Entry, SettingValue, SettingsMap};
use crate::azure::context::App;
use crate::edit::entries::{Language, List};
use crate::parse::json::{Member, Value, ValueKind};

/// What such a file is called, for people.
pub const PLACE: &str = "local.settings.json";

/// The members of `Values`. Anything else has none.
pub fn map(root: &Value) -> Option<SettingsMap> {
    let values = root.get("Values")?;
    let encrypted = root.get("IsEncrypted").is_some_and(|value| match &value.kind {
        ValueKind::Bool(encrypted) => *encrypted,
        ValueKind::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    });
    let one = TextSize::new(1);
    let list = List {
        inside: TextRange::new(
            values.range.start() + one,
            (values.range.end() - one).max(values.range.start() + one),
        ),
        entries: values.members().iter().map(Member::range).collect(),
        language: Language::JSON,
    };
    let setting = |(index, member): (usize, &Member)| AppSetting {
        name: member.key.to_string(),
        name_range: member.key_range,
        range: member.range(),
        value: if encrypted { SettingValue::Dynamic } else { value(&member.value) },
        entry: Entry::Listed(list.clone(), index),
        here: true,
    };
    let settings: Vec<AppSetting> = values.members().iter().enumerate().map(setting).collect();
    (!settings.is_empty()).then(|| SettingsMap {
        settings,
        place: PLACE,
        app: App { is_function: Some(true), ..App::default() },
    })
}

fn value(value: &Value) -> SettingValue {
    match &value.kind {
        ValueKind::String(text) if is_reference(text) => SettingValue::Dynamic,
        ValueKind::String(text) | ValueKind::Number(text) => SettingValue::Literal(text.to_string()),
        ValueKind::Bool(value) => SettingValue::Literal(value.to_string()),
        ValueKind::Null => SettingValue::Literal(String::new()),
        ValueKind::Array(_) | ValueKind::Object(_) => SettingValue::Dynamic,
    }
}

/// Key Vault references, other settings in `%…%`, and placeholders of templates.
pub fn is_reference(text: &str) -> bool {
    text.starts_with('@')
        || (text.len() > 2 && text.starts_with('%') && text.ends_with('%'))
        || ["${", "{{", "#{", "$("].iter().any(|sign| text.contains(sign))
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.len() > 4 && text.starts_with("__") && text.ends_with("__"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::json;

    #[test]
    fn reads_local_settings() {
        let text = r#"{"IsEncrypted": false, "Values": {"A": "True", "B": 0, "C": true, "D": "@Microsoft.KeyVault(x)",
            "E": "%X%", "F": null, "G": "Y", "H": "enabled"}, "Host": {"A": "1"}}"#;
        let root = json::parse(text).expect("well-formed");
        let settings = map(&root).expect("has values").settings;
        let on: Vec<_> = settings.iter().map(|setting| setting.value.is_on()).collect();
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(on, [yes, no, yes, None, None, no, yes, no]);
        let encrypted = json::parse(r#"{"IsEncrypted": true, "Values": {"A": "1"}}"#).expect("well-formed");
        assert_eq!(map(&encrypted).expect("has values").settings[0].value, SettingValue::Dynamic);
        let other = json::parse(r#"{"A": "1"}"#).expect("well-formed");
        assert!(map(&other).is_none());
    }
}
