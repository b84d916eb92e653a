//! The names of the catalogue: they come and go when it says so.

use std::collections::BTreeMap;

use crate::ask::{MINORS, Outcome};
use crate::inquiry::Inquiry;
use crate::schema::{Kind, Name};
use crate::successors::FIND;
use crate::{NEWEST, catalogue, minor};

/// A name of a kind of its own, not one that merely goes with its module.
pub struct Entry {
    /// The module that documents it.
    pub module: String,
    /// Other modules that hold it.
    pub aliases: Vec<String>,
    /// As it stands behind the module's name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Where the module itself is removed: since when.
    module_removed: Option<String>,
    /// All that is said of it.
    pub fact: Name,
}

impl Entry {
    /// The dotted name.
    pub fn symbol(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    /// The dotted name without a parameter.
    pub fn dotted(&self) -> String {
        self.symbol().split('(').next().unwrap_or_default().to_owned()
    }

    /// The parameter that the entry is about.
    pub fn parameter(&self) -> Option<&str> {
        self.name.split_once('(').map(|(_, parameter)| parameter.trim_end_matches(')'))
    }

    /// The first version with it, as far as interpreters reach.
    pub fn first(&self) -> u8 {
        self.fact.added.as_deref().map_or(*MINORS.start(), minor)
    }

    /// The last segment, without a parameter.
    pub fn last_word(&self) -> &str {
        let callable = self.name.split('(').next().unwrap_or_default();
        callable.rsplit('.').next().unwrap_or_default()
    }

    fn removed(&self) -> Option<u8> {
        self.fact.removed.as_deref().or(self.module_removed.as_deref()).map(minor)
    }

    /// The last version with it, as far as interpreters reach.
    pub fn last(&self) -> u8 {
        self.removed().map_or(NEWEST, |removed| removed - 1).min(NEWEST)
    }

    /// The version without it, if there is an interpreter for that.
    pub fn gone(&self) -> Option<u8> {
        self.removed().filter(|removed| *removed <= NEWEST)
    }

    /// Whether it can be looked for in this machine's interpreters.
    pub fn is_here(&self) -> bool {
        self.fact.platform.is_none()
    }

    /// The words of its name, which a message about it contains.
    fn words(&self) -> Vec<String> {
        // A single letter is a part of every message.
        let words = self.name.split(['.', '(', ')']).filter(|word| word.len() > 1);
        words.map(str::to_lowercase).collect()
    }

    /// Whether one of the texts speaks of it.
    pub fn is_named_in(&self, texts: &[String]) -> bool {
        texts.iter().any(|text| {
            let text = text.to_lowercase();
            let quoted = format!("'{}'", self.last_word().to_lowercase());
            self.words().iter().any(|word| text.contains(word.as_str())) || text.contains(&quoted)
        })
    }
}

/// Every entry of the catalogue.
pub fn entries() -> Vec<Entry> {
    let mut found = Vec::new();
    for module in catalogue() {
        for (name, fact) in module.names {
            let Some(kind) = fact.kind else { continue };
            found.push(Entry {
                module: module.module.clone(),
                aliases: module.aliases.clone(),
                name,
                kind,
                module_removed: module.removed.clone(),
                fact: Name { platform: fact.platform.clone().or(module.platform.clone()), ..fact },
            });
        }
    }
    found
}

/// Python that prints which of the names are not as said: `[name, present]`.
fn presence(expected: &[(String, bool)]) -> String {
    let expected = serde_json::to_string(expected).expect("texts are JSON");
    format!(
        r#"{FIND}
import json
for name, present in json.loads({expected:?}):
    try:
        find(name)
    except (ImportError, AttributeError):
        if present:
            print(name, "is missing")
    else:
        if not present:
            print(name, "is there")
"#
    )
}

/// Attributes of instances cannot be found in their class: their programs show
/// them.
fn is_findable(entry: &Entry) -> bool {
    match entry.kind {
        Kind::Parameter => false,
        Kind::Attribute => entry.fact.bad.is_empty(),
        _ => true,
    }
}

#[test]
fn names_come_and_go() {
    let mut expected: BTreeMap<u8, Vec<(String, bool)>> = BTreeMap::new();
    for entry in entries().iter().filter(|entry| is_findable(entry)) {
        let mut expect = |version: u8, present| {
            if MINORS.contains(&version) {
                expected.entry(version).or_default().push((entry.dotted(), present));
            }
        };
        if entry.is_here() {
            expect(entry.last(), true);
        } else {
            eprintln!("oracle: `{}` exists elsewhere, only its absence is checked", entry.symbol());
        }
        if entry.fact.added.is_some() {
            expect(entry.first(), entry.is_here());
            expect(entry.first() - 1, false);
        }
        if let Some(gone) = entry.gone() {
            expect(gone, false);
        }
    }
    let mut inquiry = Inquiry::default();
    for (version, names) in expected {
        inquiry.expect_silence(version, presence(&names), "names are there, or gone, as said");
    }
    inquiry.settle();
}

/// Python that prints the aliases that do not hold what they should.
fn identity(pairs: &[(String, String)]) -> String {
    let pairs = serde_json::to_string(pairs).expect("texts are JSON");
    format!(
        r#"{FIND}
import json
shared, modules = set(), set()
for alias, home in json.loads({pairs:?}):
    module = alias.rsplit(".", 1)[0]
    try:
        importlib.import_module(module)
    except ImportError:
        continue
    modules.add(module)
    try:
        there = find(alias)
    except (ImportError, AttributeError):
        continue
    if there is find(home):
        shared.add(module)
    else:
        print(alias, "is not", home)
for module in modules:
    print("alias", module, module in shared)
"#
    )
}

#[test]
fn aliases_hold_the_same_objects() {
    let mut pairs: BTreeMap<u8, Vec<(String, String)>> = BTreeMap::new();
    let mut all = std::collections::BTreeSet::new();
    for entry in entries().iter().filter(|entry| entry.is_here()) {
        let dotted = entry.dotted();
        let first = dotted[entry.module.len() + 1..].split('.').next().unwrap_or_default();
        // Attributes of a module that warns on access are made anew.
        for alias in &entry.aliases {
            let pair = (format!("{alias}.{first}"), format!("{}.{first}", entry.module));
            pairs.entry(entry.last()).or_default().push(pair);
            all.insert(alias.clone());
        }
    }
    let programs: Vec<_> = pairs.into_iter().map(|(version, pairs)| (version, identity(&pairs))).collect();
    let mut useless = all.clone();
    let mut elsewhere = all;
    let mut wrong = Vec::new();
    for outcome in crate::ask::ask(&programs) {
        // Where an interpreter is missing, nothing can be said.
        let Some(outcome) = outcome else { return };
        assert!(outcome.ran(), "{outcome:?}");
        for line in outcome.printed.lines() {
            let Some((module, shares)) = line.strip_prefix("alias ").and_then(|told| told.split_once(' '))
            else {
                wrong.push(line.to_owned());
                continue;
            };
            elsewhere.remove(module);
            if shares == "True" {
                useless.remove(module);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    elsewhere.iter().for_each(|module| eprintln!("oracle: the alias `{module}` is not importable here"));
    let useless: Vec<_> = useless.difference(&elsewhere).collect();
    assert!(useless.is_empty(), "aliases that hold none of the names: {useless:?}");
}

/// Whether an outcome tells that an entry is missing, or a parameter refused.
pub fn is_refused(entry: &Entry, outcome: &Outcome) -> bool {
    let named = entry.is_named_in(std::slice::from_ref(&outcome.message));
    match outcome.error.as_deref() {
        Some("AttributeError" | "ImportError") => entry.kind != Kind::Parameter && named,
        // Of the arguments given by position, messages tell how many there may be.
        Some("TypeError") if entry.kind == Kind::Parameter => {
            named || outcome.message.contains("argument") || outcome.message.contains("keyword")
        }
        // The operators that special methods stand behind.
        Some("TypeError") => entry.name.ends_with("__"),
        _ => false,
    }
}

/// The warnings of a program that speak of deprecation.
pub fn deprecations(outcome: &Outcome) -> Vec<String> {
    let categories = ["DeprecationWarning: ", "PendingDeprecationWarning: ", "FutureWarning: "];
    let about = outcome.warned.iter().filter_map(|warning| {
        categories.iter().find_map(|category| warning.strip_prefix(category)).map(str::to_owned)
    });
    about.collect()
}
