//! Variables that container build files give to images of Azure Functions.

use ruff_text_size::TextRange;

use super::local::is_reference;
use super::{AppSetting, Entry, SettingValue, SettingsMap};
use crate::azure::context::App;
use crate::docker;
use crate::edit::Change;
use crate::parse::dockerfile::{Dockerfile, Instruction, Name};

/// One map for each stage.
pub fn maps(dockerfile: &Dockerfile, text: &str) -> Vec<SettingsMap> {
    let maps = dockerfile.stages.iter().enumerate().map(|(number, stage)| {
        let image = docker::image(dockerfile, number);
        let app = image.map(|image| App::of_image(&image.name, image.tag.as_deref())).unwrap_or_default();
        let all = dockerfile.in_stage(stage).iter();
        let settings = all.filter(|one| one.name == Name::Env).flat_map(|one| pairs(one, text)).collect();
        SettingsMap { settings, place: "container build file", app }
    });
    maps.filter(|map| !map.settings.is_empty()).collect()
}

fn pairs(instruction: &Instruction, text: &str) -> Vec<AppSetting> {
    let pairs = instruction.pairs();
    let place = |at: usize| {
        let (name, value) = (pairs[at].name.range(), pairs[at].value.as_ref());
        value.map_or(name, |value| name.cover(value.range()))
    };
    let setting = |at: usize| {
        let pair = &pairs[at];
        let value = pair.value.as_ref()?.text().trim_matches(['"', '\'']);
        let is_known = !value.contains('$') && !is_reference(value);
        let range = match (at.checked_sub(1), pairs.len()) {
            (None, 1) => Some(whole_lines(instruction.range, text)),
            (None, _) => Some(TextRange::new(place(at).start(), place(at + 1).start())),
            (Some(before), _) => Some(TextRange::new(place(before).end(), place(at).end())),
        };
        Some(AppSetting {
            name: pair.name.text().to_owned(),
            name_range: pair.name.range(),
            range: place(at),
            value: if is_known { SettingValue::Literal(value.to_owned()) } else { SettingValue::Dynamic },
            entry: range.map_or(Entry::Fixed, |range| Entry::Changes(vec![Change::new(range, "")])),
            here: true,
        })
    };
    (0..pairs.len()).filter_map(setting).collect()
}

/// A range up to the end of its line.
fn whole_lines(range: TextRange, text: &str) -> TextRange {
    let rest = &text[range.end().to_usize()..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    let end = blank + usize::from(rest[blank..].starts_with('\n'));
    TextRange::new(range.start(), range.end() + ruff_text_size::TextSize::try_from(end).unwrap_or_default())
}
