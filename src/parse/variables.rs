//! What words of commands stand for, through variables that are set once.

use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxHashMap;

use super::shell::{Expansion, Script, Word};
use super::{Document, Syntax, json, yaml};
use crate::discover::Kind;

/// A literal that decides.
#[derive(Debug, Clone)]
pub struct Value {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub range: TextRange,
    /// The file says it in these very bytes, so that they can be replaced.
    pub exact: bool,
    /// Where it stands, if not at its use.
    pub origin: Option<String>,
    /// Why others may depend on it.
    pub shared: Option<String>,
}

impl Value {
    /// A part of a word that the shell does not change.
    #[must_use]
    pub fn of_part(word: &Word, from: usize, to: usize) -> Option<Self> {
        let untouched = word.holes.iter().all(|hole| hole.end <= from || hole.start >= to);
        let text = word.value.text().get(from..to).filter(|_| untouched)?.to_owned();
        let exact = word.value.exact(from, to);
        let range = exact.unwrap_or(word.range);
        Some(Self { text, range, exact: exact.is_some(), origin: None, shared: None })
    }
}

/// The literal values of variables.
#[derive(Debug, Default)]
pub struct Variables {
    /// Each value that a name is given; `None` for what only the run knows.
    values: FxHashMap<String, Vec<Option<Value>>>,
}

/// Keys of configuration below which names have values.
const ENVIRONMENTS: [&str; 5] = ["env", "environment", "variables", "vars", "args"];

impl Variables {
    /// Those that stand in the file outside of commands.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let mut variables = Self::default();
        match &document.syntax {
            Syntax::Makefile(_) => variables.of_makefile(&document.text),
            Syntax::Yaml(documents) => {
                documents.iter().for_each(|one| variables.of_yaml(&one.root, false, &document.text));
            }
            Syntax::Json(value) => variables.of_json(value, false),
            _ => debug_assert!(document.kind != Kind::Makefile),
        }
        variables
    }

    fn add(&mut self, name: &str, text: &str, range: TextRange) {
        self.put(name, Value { text: text.to_owned(), range, exact: true, origin: None, shared: None });
    }

    fn put(&mut self, name: &str, value: Value) {
        let value = Value {
            origin: Some(format!("the value of `{name}`")),
            shared: Some(format!("other commands may use `{name}`")),
            ..value
        };
        self.values.entry(name.to_owned()).or_default().push(Some(value));
    }

    /// `NAME = value` on lines that are no recipes.
    fn of_makefile(&mut self, text: &str) {
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let start = at;
            at += line.len();
            let Some((name, said)) = line.split_once('=').filter(|_| !line.starts_with(['\t', '#'])) else {
                continue;
            };
            let name = name.trim_end_matches([':', '?', ' ']).trim_start().trim_start_matches("export ");
            let value = said.split('#').next().unwrap_or_default();
            let from = start + line.len() - said.len() + value.len() - value.trim_start().len();
            let value = value.trim();
            if is_name(name) && !value.is_empty() {
                self.add(name, value, range(from, from + value.len()));
            }
        }
    }

    fn of_yaml(&mut self, node: &yaml::Node, within: bool, text: &str) {
        match &node.kind {
            yaml::NodeKind::Mapping(entries, _) => {
                for entry in entries.iter() {
                    let name = entry.key.as_str().unwrap_or_default();
                    let value = &entry.value;
                    if within && let Some(fragment) = value.fragment(text) {
                        let exact = fragment.exact(0, fragment.text().len());
                        exact.into_iter().for_each(|range| self.add(name, fragment.text(), range));
                    }
                    self.of_yaml(value, ENVIRONMENTS.contains(&name), text);
                }
            }
            yaml::NodeKind::Sequence(elements, _) => {
                elements.iter().for_each(|element| self.of_yaml(element, false, text));
            }
            _ => {}
        }
    }

    fn of_json(&mut self, value: &json::Value, within: bool) {
        for member in value.members() {
            if within && let Some(text) = member.value.as_str() {
                let one = TextSize::new(1);
                let inside = TextRange::new(member.value.range.start() + one, member.value.range.end() - one);
                self.add(&member.key, text, inside);
            }
            self.of_json(&member.value, ENVIRONMENTS.contains(&&*member.key));
        }
        value.elements().iter().for_each(|element| self.of_json(element, false));
    }

    /// Adds what the commands of a script assign.
    pub fn assigned(&mut self, script: &Script) {
        for call in &script.calls().all {
            let command = call.command;
            let sets =
                matches!(command.name(), Some("export" | "readonly" | "local" | "declare" | "typeset"));
            let arguments = if sets { command.arguments() } else { &[] };
            for word in command.assignments.iter().chain(arguments) {
                let Some((name, value)) = word.value.text().split_once('=') else { continue };
                let from = name.len() + 1;
                match Value::of_part(word, from, from + value.len()).filter(|_| is_name(name)) {
                    Some(literal) => self.put(name, literal),
                    None => self.values.entry(name.to_owned()).or_default().push(None),
                }
            }
        }
    }

    /// What a word stands for from an offset on.
    #[must_use]
    pub fn resolve(&self, word: &Word, from: usize) -> Option<Value> {
        let end = word.value.text().len();
        if word.holes.iter().all(|hole| hole.end <= from) {
            return Value::of_part(word, from, end);
        }
        let [.., hole] = word.holes.as_slice() else { return None };
        let Some(Expansion::Variable { name, plain }) = word.expansions.last() else { return None };
        if *hole != (from..end) {
            return None;
        }
        if !plain {
            return default(word, hole.start, name);
        }
        match self.values.get(name)?.as_slice() {
            [Some(one)] => Some(one.clone()),
            _ => None,
        }
    }
}

/// `${NAME:-value}`
fn default(word: &Word, from: usize, name: &str) -> Option<Value> {
    let said = word.value.text().get(from..)?;
    let rest = said.strip_prefix("${")?.strip_prefix(name)?;
    let value = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'))?.strip_suffix('}')?;
    let end = from + said.len() - 1;
    let start = end - value.len();
    let exact = word.value.exact(start, end)?;
    Some(Value {
        text: value.to_owned(),
        range: exact,
        exact: true,
        origin: Some(format!("the default of `{name}`")),
        shared: Some(format!("`{name}` may be set where the command runs")),
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn range(from: usize, to: usize) -> TextRange {
    let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
    TextRange::new(offset(from), offset(to))
}
