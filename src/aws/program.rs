//! What the readers of programs share: CDK and Pulumi, in Python and in
//! JavaScript or TypeScript.

use std::path::Path;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::{Choice, ChoiceKind, Input};
use crate::catalogue::runtimes::{self, Runtime};
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::javascript::{Node, NodeKind, Script, Value, dotted};
use crate::version::PythonVersion;

/// A dotted name by the module that it comes from.
#[derive(Debug, Clone)]
pub struct Known<'a> {
    /// The module, as imports name it.
    pub module: &'a str,
    /// The names behind it.
    pub names: Vec<&'a str>,
}

/// The names of a script that stand for something of a module.
pub struct Names<'a> {
    known: FxHashMap<&'a str, Known<'a>>,
    /// Texts by the only name that is declared with them.
    texts: FxHashMap<&'a str, Option<Value<'a>>>,
}

impl<'a> Names<'a> {
    /// Looks through imports and declarations.
    #[must_use]
    pub fn of(script: &'a Script) -> Self {
        let imports = script.imports().into_iter().map(|import| {
            let names = import.member.into_iter().filter(|name| *name != "default").collect();
            (import.name, Known { module: import.module, names })
        });
        let mut names = Self { known: imports.collect(), texts: FxHashMap::default() };
        for (name, value) in script.constants() {
            let Some(name) = name.name() else { continue };
            if let Some(known) = value.dotted().and_then(|dotted| names.resolve(&dotted)) {
                names.known.entry(name).or_insert(known);
            } else if value.text().is_some() {
                let slot = names.texts.entry(name).or_insert(Some(value));
                if slot.is_some_and(|other| other.range() != value.range()) {
                    *slot = None;
                }
            }
        }
        names
    }

    /// What a dotted name stands for, if it comes from a module.
    #[must_use]
    pub fn resolve(&self, dotted: &[&'a str]) -> Option<Known<'a>> {
        let (first, rest) = dotted.split_first()?;
        let known = self.known.get(first)?;
        let names = known.names.iter().chain(rest).copied().collect();
        Some(Known { module: known.module, names })
    }

    /// The texts that a value may be, each where it is written.
    #[must_use]
    pub fn texts(&self, value: Value<'a>) -> Vec<(&'a str, TextRange)> {
        let text = |value: Value<'a>| {
            value.text().or_else(|| match value.dotted()?.as_slice() {
                [name] => self.texts.get(name).copied().flatten()?.text(),
                _ => None,
            })
        };
        value.choices().into_iter().filter_map(text).collect()
    }
}

/// Every dotted name of a script that comes from a module, with its names as
/// they are written and their places; not what is compared with something.
#[must_use]
pub fn mentions<'a>(script: &'a Script, names: &Names<'a>) -> Vec<(Known<'a>, Vec<(&'a str, TextRange)>)> {
    let mut found = Vec::new();
    script.each(|nodes| {
        let mut at = 0;
        while at < nodes.len() {
            let behind_dot = at > 0 && (nodes[at - 1].is(b'.'));
            let Some((path, length)) = dotted(&nodes[at..]).filter(|_| !behind_dot) else {
                at += 1;
                continue;
            };
            let is_compared = |node: Option<&Node>| {
                node.is_some_and(|node| matches!(node.kind, NodeKind::Sign(b'=' | b'!', true)))
            };
            let sides = [at.checked_sub(1).and_then(|before| nodes.get(before)), nodes.get(at + length)];
            if let Some(known) = names.resolve(&path).filter(|_| !sides.into_iter().any(is_compared)) {
                let places = nodes[at..at + length].iter().step_by(2).map(|node| node.range);
                let places = path.iter().copied().zip(places).collect();
                found.push((known, places));
            }
            at += length;
        }
    });
    found
}

/// The runtime of a member such as `PYTHON_3_11`, `Python3d11` or `PYTHON3D11`.
#[must_use]
pub fn runtime_of_member(name: &str) -> Option<&'static Runtime> {
    let rest = name
        .strip_prefix("PYTHON_")
        .or_else(|| name.strip_prefix("PYTHON"))
        .or_else(|| name.strip_prefix("Python"))?;
    let (major, minor) = rest.split_once(['_', 'd', 'D'])?;
    runtimes::runtime_of(PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

/// The same member for another Python.
#[must_use]
pub fn member_like(name: &str, target: PythonVersion) -> Option<String> {
    let digit = name.find(|c: char| c.is_ascii_digit())?;
    let separator = name[digit..].find(|c: char| !c.is_ascii_digit())? + digit;
    Some(format!("{}{}{}{}", &name[..digit], target.major, &name[separator..=separator], target.minor))
}

/// A choice without more to say of it.
#[must_use]
pub fn choice(
    input: &Input<'_>,
    runtime: &'static Runtime,
    range: TextRange,
    kind: ChoiceKind,
    content: Option<String>,
) -> Choice {
    let is_test = is_test(&input.document.path);
    Choice {
        runtime,
        range,
        kind,
        confidence: if is_test { Confidence::Possible } else { Confidence::Certain },
        owner: None,
        origin: None,
        clash: None,
        shared: None,
        along: Some("what is packed with the function must be built anew for the runtime"),
        edits: content.map(|content| vec![Change::new(range, content)]),
    }
}

/// A choice by a text that names a runtime or an image that builds for one;
/// `range` holds the quotes.
#[must_use]
pub fn choice_of_text(input: &Input<'_>, text: &str, range: TextRange, kind: ChoiceKind) -> Option<Choice> {
    const IMAGE: &str = "build-python";
    let start = match kind {
        ChoiceKind::Build => text.find(IMAGE)? + "build-".len(),
        _ => 0,
    };
    let rest = &text[start..];
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
    let runtime =
        runtimes::runtime(&rest[..length]).filter(|_| kind == ChoiceKind::Build || length == text.len())?;
    let written = input.document.slice(range);
    let content = input.target_name().filter(|_| written.matches(runtime.name).count() == 1);
    let content = content.map(|target| written.replace(runtime.name, target));
    Some(choice(input, runtime, range, kind, content))
}

/// What tests deploy is rarely deployed.
fn is_test(path: &Path) -> bool {
    let is_folder = |part: &std::ffi::OsStr| matches!(part.to_str(), Some("test" | "tests" | "__tests__"));
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    path.parent().is_some_and(|folder| folder.iter().any(is_folder))
        || name.starts_with("test_")
        || name.contains("_test.")
        || name.contains(".test.")
        || name.contains(".spec.")
        || name == "conftest.py"
}

/// Of the members of a list only the newest counts, and nothing is written.
#[must_use]
pub fn newest(choices: Vec<Choice>) -> Option<Choice> {
    let newest = choices.into_iter().max_by_key(|choice| choice.runtime.python)?;
    let owner = Some("a layer".to_owned());
    Some(Choice { kind: ChoiceKind::Compatible, owner, edits: None, ..newest })
}
