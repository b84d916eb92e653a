//! Settings among the values of resources: lists of names with values, objects,
//! and what puts several together.

use ruff_text_size::{TextRange, TextSize};

use super::local::is_reference;
use super::{AppSetting, Entry, SettingValue, SettingsMap, of_functions};
use crate::azure::context::App;
use crate::azure::names::Names;
use crate::azure::plain;
use crate::azure::sources::Source;
use crate::edit::Change;
use crate::edit::entries::List;
use crate::parse::term::{Term, TermKind};

/// How deep values are looked into.
const MAX_DEPTH: usize = 40;

/// Settings of one app that are read.
const MAX_SETTINGS: usize = 2_000;

/// The maps of a source.
pub fn maps(source: &Source, text: &str) -> Vec<SettingsMap> {
    let mut walk = Walk { source, text, found: Vec::new() };
    for root in &source.roots {
        // What `az functionapp config appsettings set --settings @file` is given.
        let elements = root.term.elements();
        let is_setting = |element: &Term| element.get("name").is_some() && element.get("value").is_some();
        if !elements.is_empty() && elements.iter().all(is_setting) {
            walk.map(&root.term, &root.kind, root.file, &[]);
        }
        walk.value(&root.term, &root.kind, root.file, &mut Vec::new());
    }
    let elsewhere = common(&walk.found);
    let mut maps = walk.found;
    // An app that is described beside its settings says enough of itself.
    for map in maps.iter_mut().filter(|map| map.app.is_function.is_none()) {
        map.app = std::mem::take(&mut map.app).or(elsewhere.clone());
    }
    maps.retain(|map| map.settings.iter().any(|setting| setting.here));
    maps
}

/// What all apps of a file have in common, for settings that stand apart from theirs.
fn common(maps: &[SettingsMap]) -> App {
    let mut known = maps.iter().map(|map| &map.app).filter(|app| app.language.is_some());
    let Some(first) = known.next() else { return App::default() };
    if known.all(|app| app == first) { first.clone() } else { App::default() }
}

/// Whether a key is one of an app's settings.
fn holds_settings(key: &str) -> bool {
    let key = plain(key);
    key.contains("appsetting") || key == "applicationsettings" || key == "functionappsettings"
}

struct Walk<'a> {
    source: &'a Source,
    text: &'a str,
    found: Vec<SettingsMap>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, term: &'a Term, kind: &str, file: usize, around: &mut Vec<&'a Term>) {
        if around.len() >= MAX_DEPTH {
            return;
        }
        match &term.kind {
            TermKind::Object(members) => {
                around.push(term);
                if self.is_settings_resource(term, kind, file)
                    && let Some(values) = term.get("properties")
                {
                    self.map(values, kind, file, around);
                }
                self.variables(term, file, around);
                for member in members {
                    match member.key.as_deref().filter(|key| holds_settings(key)) {
                        Some(_) => self.map(&member.value, kind, file, around),
                        None => self.value(&member.value, kind, file, around),
                    }
                }
                around.pop();
            }
            TermKind::Array(terms) | TermKind::Either(terms) | TermKind::Call(_, terms) => {
                terms.iter().for_each(|term| self.value(term, kind, file, around));
            }
            TermKind::Each(inner) => self.value(inner, kind, file, around),
            // A table that stands for parameters of a command.
            TermKind::Spread(inner) => {
                self.value(self.source.names.meaning(inner, file).term, kind, file, around);
            }
            _ => {}
        }
    }

    /// `environment` of compose files, `env` of containers in Kubernetes, where the
    /// image or a variable says that it is a function app.
    fn variables(&mut self, term: &'a Term, file: usize, around: &[&'a Term]) {
        let values = match (term.get("environment"), term.get("env")) {
            _ if self.source.language.is_some() => return,
            (Some(values), _) => values,
            (None, Some(values)) if term.get("image").is_some() => values,
            _ => return,
        };
        let before = self.found.len();
        self.map(values, "", file, around);
        let is_of_functions = |map: &SettingsMap| {
            map.app.is_function == Some(true)
                || map.settings.iter().any(|setting| of_functions(&setting.name))
        };
        if !self.found[before..].iter().all(is_of_functions) {
            self.found.truncate(before);
        }
    }

    /// `Microsoft.Web/sites/config` of the name `appsettings`.
    fn is_settings_resource(&self, term: &Term, kind: &str, file: usize) -> bool {
        let own = term.get("type").and_then(Term::as_text).unwrap_or(kind).to_ascii_lowercase();
        let is_config = own == "config" || own.ends_with("sites/config") || own.ends_with("slots/config");
        let names = term.get("name").map(|name| self.source.names.literals(name, file)).unwrap_or_default();
        let is_named = |name: &str| {
            let name = name.to_ascii_lowercase();
            name == "appsettings" || name.ends_with("/appsettings")
        };
        let ends_so = || match term.get("name").map(|name| &name.kind) {
            Some(TermKind::Template(pieces) | TermKind::Call(_, pieces)) => {
                pieces.last().and_then(Term::as_text).is_some_and(&is_named)
            }
            _ => false,
        };
        (is_config || own.starts_with("module ") || own.is_empty())
            && (names.iter().any(|name| is_named(&name.text)) || ends_so())
    }

    fn map(&mut self, values: &'a Term, kind: &str, file: usize, around: &[&Term]) {
        let names = &self.source.names;
        let mut reader = Reader { source: self.source, text: self.text, settings: Vec::new() };
        reader.collect(values, file, false, 0);
        if !reader.settings.is_empty() {
            let app = App::around(kind, around, names, file);
            self.found.push(SettingsMap { settings: reader.settings, place: self.source.place, app });
        }
    }
}

struct Reader<'a> {
    source: &'a Source,
    text: &'a str,
    settings: Vec<AppSetting>,
}

impl<'a> Reader<'a> {
    fn names(&self) -> &'a Names {
        &self.source.names
    }

    fn collect(&mut self, values: &'a Term, file: usize, parameter: bool, depth: usize) {
        if depth > MAX_DEPTH || self.settings.len() > MAX_SETTINGS {
            return;
        }
        let meaning = self.names().meaning(values, file);
        let (values, file, parameter) = (meaning.term, meaning.file, parameter || meaning.parameter);
        match &values.kind {
            TermKind::Object(_) => self.object(values, file, parameter, depth),
            TermKind::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    match &element.kind {
                        TermKind::Object(_) => self.element(values, index, file, parameter),
                        TermKind::Text(text) => self.line(values, index, text, file),
                        _ => self.collect(element, file, parameter, depth + 1),
                    }
                }
            }
            TermKind::Call(name, arguments) if joins(name) => {
                arguments.iter().for_each(|one| self.collect(one, file, parameter, depth + 1));
            }
            TermKind::Either(terms) => {
                terms.iter().for_each(|one| self.collect(one, file, parameter, depth + 1));
            }
            TermKind::Spread(inner) => self.collect(inner, file, parameter, depth + 1),
            _ => {}
        }
    }

    fn object(&mut self, object: &'a Term, file: usize, parameter: bool, depth: usize) {
        let ranges: Vec<TextRange> = object.members().iter().map(|member| member.range()).collect();
        for (index, member) in object.members().iter().enumerate() {
            let Some(name) = &member.key else {
                self.collect(&member.value, file, parameter, depth + 1);
                continue;
            };
            let entry = self.entry(object, &ranges, index, file);
            self.add(name, member.key_range, member.range(), &member.value, entry, file, parameter);
        }
    }

    /// `- A=1`
    fn line(&mut self, array: &'a Term, index: usize, text: &str, file: usize) {
        let Some((name, value)) = text.split_once('=') else { return };
        let ranges: Vec<TextRange> = array.elements().iter().map(|element| element.range).collect();
        let entry = self.entry(array, &ranges, index, file);
        let range = ranges[index];
        let value = match is_reference(value) {
            true => SettingValue::Dynamic,
            false => SettingValue::Literal(value.to_owned()),
        };
        let (name, here) = (name.to_owned(), file == self.source.own);
        self.settings.push(AppSetting { name, name_range: range, range, value, entry, here });
    }

    /// `{ name: 'A', value: '1' }`
    fn element(&mut self, array: &'a Term, index: usize, file: usize, parameter: bool) {
        let ranges: Vec<TextRange> = array.elements().iter().map(|element| element.range).collect();
        let element = &array.elements()[index];
        let (Some(name), Some(value)) = (element.get("name"), element.get("value")) else { return };
        let literals = self.names().literals(name, file);
        let [named] = literals.as_slice() else { return };
        let entry = self.entry(array, &ranges, index, file);
        let text = named.text.clone();
        self.add(&text, name.range, element.range, value, entry, file, parameter);
    }

    #[allow(clippy::too_many_arguments)]
    fn add(
        &mut self,
        name: &str,
        name_range: TextRange,
        range: TextRange,
        value: &Term,
        entry: Entry,
        file: usize,
        parameter: bool,
    ) {
        let value = self.value(value, file, parameter);
        let here = file == self.source.own;
        self.settings.push(AppSetting { name: name.to_owned(), name_range, range, value, entry, here });
    }

    fn value(&self, term: &Term, file: usize, parameter: bool) -> SettingValue {
        let meaning = self.names().meaning(term, file);
        let known = |text: &str| match parameter || meaning.parameter {
            true => SettingValue::Default(text.to_owned()),
            false => SettingValue::Literal(text.to_owned()),
        };
        match &meaning.term.kind {
            TermKind::Text(text) if !is_reference(text) => known(text),
            TermKind::Number(text) => known(text),
            TermKind::Bool(value) => known(if *value { "true" } else { "false" }),
            TermKind::Null => known(""),
            // `string(true)`
            TermKind::Call(name, arguments)
                if arguments.len() == 1 && name.to_ascii_lowercase().contains("string") =>
            {
                self.value(&arguments[0], meaning.file, parameter || meaning.parameter)
            }
            _ => SettingValue::Dynamic,
        }
    }

    fn entry(&self, around: &Term, ranges: &[TextRange], index: usize, file: usize) -> Entry {
        if file != self.source.own {
            return Entry::Fixed;
        }
        let Some(language) = self.source.language else { return self.lines(around, ranges, index) };
        match inside(around.range, self.text) {
            Some(inside) => Entry::Listed(List { inside, entries: ranges.into(), language }, index),
            None => Entry::Fixed,
        }
    }

    /// An entry of YAML on lines of its own, one of several.
    fn lines(&self, _: &Term, ranges: &[TextRange], index: usize) -> Entry {
        let (text, range) = (self.text, ranges[index]);
        let start = text[..range.start().to_usize()].rfind('\n').map_or(0, |at| at + 1);
        let before = text[start..range.start().to_usize()].trim();
        let end = range.end().to_usize();
        let stop = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
        let behind = text[end..stop].trim();
        let is_alone = matches!(before, "" | "-") && (behind.is_empty() || behind.starts_with('#'));
        if ranges.len() < 2 || !is_alone || text[range].ends_with('\n') {
            return Entry::Fixed;
        }
        let place = |at: usize| TextSize::try_from(at).unwrap_or_default();
        Entry::Changes(vec![Change::new(TextRange::new(place(start), place(stop)), "")])
    }
}

/// Functions that put settings together.
fn joins(name: &str) -> bool {
    matches!(
        &*name.to_ascii_lowercase(),
        "union" | "concat" | "merge" | "shallowmerge" | "flatten" | "tomap" | "object.assign" | "dict"
    )
}

/// What is between the brackets of a value; `None` if it has none.
fn inside(range: TextRange, text: &str) -> Option<TextRange> {
    let written = text.get(range.start().to_usize()..range.end().to_usize())?;
    let open = written.find(['{', '[', '('])?;
    let is_bracket = written[..open].trim_start_matches('@').trim().is_empty() || written.ends_with(')');
    if !is_bracket || !written.ends_with(['}', ']', ')']) {
        return None;
    }
    let start = range.start() + TextSize::try_from(open + 1).ok()?;
    let end = range.end() - TextSize::new(1);
    (start <= end).then(|| TextRange::new(start, end))
}
