//! The application settings of an Azure function app, wherever they are
//! written. Rules ask for settings by name; each place has its own reader here.

use ruff_text_size::TextRange;

use crate::parse::json;

/// One setting at one place.
#[derive(Debug, Clone, Copy)]
pub struct AppSetting<'a> {
    /// The name of the environment variable that it becomes.
    pub name: &'a str,
    /// The name as it stands in the file.
    pub name_range: TextRange,
    /// Name and value as they stand in the file. What stands around them may
    /// be secret.
    pub range: TextRange,
    /// What it is set to.
    pub value: SettingValue<'a>,
    /// For removing it.
    pub entry: Entry<'a>,
}

/// What a setting is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingValue<'a> {
    /// Known from the file.
    Literal(&'a str),
    /// Known only where the app runs: encrypted, a reference, an expression.
    Dynamic,
}

/// The syntax around a setting.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// The member of a JSON object at a position.
    JsonMember(&'a json::Value, usize),
}

impl SettingValue<'_> {
    /// Whether the Functions host and its Python worker take the value for yes;
    /// `None` if it cannot be known.
    #[must_use]
    pub fn is_on(self) -> Option<bool> {
        match self {
            Self::Literal(text) => {
                let text = text.trim().to_ascii_lowercase();
                Some(matches!(text.as_str(), "1" | "true" | "t" | "yes" | "y"))
            }
            Self::Dynamic => None,
        }
    }
}

/// The settings in a `local.settings.json` (or a template of one, under
/// whatever name): the members of `Values`. Anything else has none.
#[must_use]
pub fn of_local_settings(root: &json::Value) -> Vec<AppSetting<'_>> {
    let Some(values) = root.get("Values") else { return Vec::new() };
    let encrypted = root.get("IsEncrypted").is_some_and(|value| match &value.kind {
        json::ValueKind::Bool(encrypted) => *encrypted,
        json::ValueKind::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    });
    let setting = |(index, member)| setting(values, index, member, encrypted);
    values.members().iter().enumerate().map(setting).collect()
}

fn setting<'a>(
    values: &'a json::Value,
    index: usize,
    member: &'a json::Member,
    encrypted: bool,
) -> AppSetting<'a> {
    let literal = match &member.value.kind {
        json::ValueKind::String(text) if is_reference(text) => None,
        json::ValueKind::String(text) | json::ValueKind::Number(text) => Some(&**text),
        json::ValueKind::Bool(true) => Some("true"),
        json::ValueKind::Bool(false) => Some("false"),
        json::ValueKind::Null => Some(""),
        json::ValueKind::Array(_) | json::ValueKind::Object(_) => None,
    };
    AppSetting {
        name: &member.key,
        name_range: member.key_range,
        range: member.range(),
        value: literal.filter(|_| !encrypted).map_or(SettingValue::Dynamic, SettingValue::Literal),
        entry: Entry::JsonMember(values, index),
    }
}

/// Key Vault references, other settings in `%…%`, and placeholders of templates.
fn is_reference(text: &str) -> bool {
    text.starts_with('@')
        || (text.len() > 2 && text.starts_with('%') && text.ends_with('%'))
        || text.contains("${")
        || text.contains("{{")
        || text.contains("#{")
        || (text.starts_with('<') && text.ends_with('>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_local_settings() {
        let text = r#"{"IsEncrypted": false, "Values": {"A": "True", "B": 0, "C": true, "D": "@Microsoft.KeyVault(x)",
            "E": "%X%", "F": null, "G": "Y", "H": "enabled"}, "Host": {"A": "1"}}"#;
        let root = json::parse(text).expect("well-formed");
        let on: Vec<_> = of_local_settings(&root).iter().map(|setting| setting.value.is_on()).collect();
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(on, [yes, no, yes, None, None, no, yes, no]);
        let encrypted = json::parse(r#"{"IsEncrypted": true, "Values": {"A": "1"}}"#).expect("well-formed");
        assert_eq!(of_local_settings(&encrypted)[0].value, SettingValue::Dynamic);
        let other = json::parse(r#"{"A": "1"}"#).expect("well-formed");
        assert!(of_local_settings(&other).is_empty());
    }
}
