//! Which rules can fire on a text at all, found before anything is parsed.
//!
//! Modules stand in imports only (or in strings given to `import_module` and
//! `patch`), so just those lines are read. Words are searched by one automaton;
//! some of them count only where their module is imported.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memmem, memrchr};
use rustc_hash::FxHashMap;

use crate::rule::Trigger;
use crate::rule::registry::Entry;

/// The triggers of a set of rules.
pub struct Scan {
    words: Option<AhoCorasick>,
    /// For each word, what it wakes.
    wakes: Vec<Vec<Wake>>,
    /// By first segment.
    modules: FxHashMap<&'static [u8], Root>,
    always: Hits,
}

/// A rule that a word wakes, anywhere or where a module is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wake {
    rule: usize,
    root: Option<usize>,
}

/// The modules below one first segment.
#[derive(Debug, Default)]
struct Root {
    /// The rest of each dotted module, and its rule.
    rests: Vec<(&'static str, usize)>,
    /// The number by which words depend on it.
    number: Option<usize>,
}

/// A set of positions.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    bits: Vec<u64>,
}

impl Hits {
    /// Whether the rule at this position can fire.
    #[must_use]
    pub fn contains(&self, rule: usize) -> bool {
        self.bits.get(rule / 64).is_some_and(|word| word >> (rule % 64) & 1 == 1)
    }

    fn insert(&mut self, rule: usize) {
        let slot = rule / 64;
        if self.bits.len() <= slot {
            self.bits.resize(slot + 1, 0);
        }
        self.bits[slot] |= 1 << (rule % 64);
    }
}

impl Scan {
    /// Takes the triggers of the rules that `counts`; positions in `rules` are
    /// the positions in [`Hits`].
    #[must_use]
    pub fn new(rules: &[&'static Entry], counts: impl Fn(&Entry) -> bool) -> Self {
        let mut by_word: BTreeMap<&'static str, Vec<Wake>> = BTreeMap::new();
        let mut modules: FxHashMap<&'static [u8], Root> = FxHashMap::default();
        let mut roots = 0;
        let mut always = Hits::default();
        for (rule, entry) in rules.iter().enumerate().filter(|(_, entry)| counts(entry)) {
            for trigger in entry.rule.triggers() {
                match trigger {
                    Trigger::Always => always.insert(rule),
                    Trigger::Word(word) => by_word.entry(word).or_default().push(Wake { rule, root: None }),
                    Trigger::Module(module) => {
                        let (first, rest) = module.split_once('.').unwrap_or((module, ""));
                        modules.entry(first.as_bytes()).or_default().rests.push((rest, rule));
                    }
                    Trigger::Member(module, word) => {
                        let first = module.split('.').next().unwrap_or(module);
                        let root = modules.entry(first.as_bytes()).or_default();
                        let number = *root.number.get_or_insert_with(|| {
                            roots += 1;
                            roots - 1
                        });
                        by_word.entry(word).or_default().push(Wake { rule, root: Some(number) });
                    }
                }
            }
        }
        inherit(&mut by_word);
        let words: Vec<&str> = by_word.keys().copied().collect();
        let wakes: Vec<Vec<Wake>> = by_word.into_values().collect();
        // Only an absurd number of words could fail to build; then every rule
        // looks at every file, which is slow but right.
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words).ok();
        if built.is_none() {
            wakes.iter().flatten().for_each(|wake| always.insert(wake.rule));
        }
        Self { words: built.filter(|_| !words.is_empty()), wakes, modules, always }
    }

    /// The rules whose trigger stands in the text.
    #[must_use]
    pub fn hits(&self, text: &[u8]) -> Hits {
        let mut found = Found { hits: self.always.clone(), roots: Hits::default() };
        if !self.modules.is_empty() {
            self.find_modules(text, &mut found);
        }
        for word in self.words.iter().flat_map(|words| words.find_iter(text)) {
            if is_word(text, word.start(), word.end()) {
                let wakes = self.wakes[word.pattern().as_usize()].iter();
                let wakes = wakes.filter(|wake| wake.root.is_none_or(|root| found.roots.contains(root)));
                wakes.for_each(|wake| found.hits.insert(wake.rule));
            }
        }
        found.hits
    }

    fn find_modules(&self, text: &[u8], found: &mut Found) {
        let mut read = 0;
        for at in memmem::find_iter(text, b"import") {
            if at >= read {
                read = self.read_clause(text, at, found);
            }
        }
        for call in [&b"patch("[..], b"setattr("] {
            for at in memmem::find_iter(text, call) {
                self.read_clause(text, at, found);
            }
        }
    }

    /// Looks up each word of the logical line around `at`; gives its end.
    fn read_clause(&self, text: &[u8], at: usize, found: &mut Found) -> usize {
        let (start, end) = (clause_start(text, at), clause_end(text, at));
        let mut from = start;
        while from < end {
            let word = from + text[from..end].iter().take_while(|byte| continues(byte)).count();
            if let Some(root) = self.modules.get(&text[from..word]) {
                root.number.into_iter().for_each(|number| found.roots.insert(number));
                let named = root.rests.iter().filter(|(rest, _)| has_rest(&text[word..end], rest));
                named.for_each(|(_, rule)| found.hits.insert(*rule));
            }
            from = word.max(from) + 1;
        }
        end
    }
}

/// What one text has of the triggers so far.
struct Found {
    hits: Hits,
    /// The numbers of imported modules.
    roots: Hits,
}

/// Only the longest word at a place is found, so it also wakes for the words in
/// it that are bounded: `b` in `a-b`, not `a` in `ab`.
fn inherit(by_word: &mut BTreeMap<&'static str, Vec<Wake>>) {
    let whole = |word: &str| word.bytes().all(|byte| continues(&byte));
    let outer: Vec<&'static str> = by_word.keys().copied().filter(|word| !whole(word)).collect();
    for word in outer {
        let inner = by_word.iter().filter(|(inner, _)| **inner != word && word.contains(**inner));
        let inherited: Vec<Wake> = inner.flat_map(|(_, own)| own).copied().collect();
        by_word.entry(word).or_default().extend(inherited);
    }
    for wakes in by_word.values_mut() {
        wakes.sort_unstable();
        wakes.dedup();
    }
}

fn continues(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80
}

fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    !text[..start].last().is_some_and(continues) && !text.get(end).is_some_and(continues)
}

/// Whether the rest of a dotted module follows its first segment: `.rest`, or
/// among the names of `from package import …`.
fn has_rest(after: &[u8], rest: &str) -> bool {
    if rest.is_empty() {
        return true;
    }
    if after.first() == Some(&b'.') {
        return after[1..].starts_with(rest.as_bytes());
    }
    let last = rest.rsplit('.').next().unwrap_or(rest);
    let is_last = |at: usize| is_word(after, at, at + last.len());
    after.contains(&b'*') || memmem::find_iter(after, last.as_bytes()).any(is_last)
}

/// The start of the line, and of the lines that it continues by a backslash.
fn clause_start(text: &[u8], at: usize) -> usize {
    let mut start = memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    while start > 0 && text[..start].trim_ascii_end().ends_with(b"\\") {
        let above = text[..start].trim_ascii_end().len();
        start = memrchr(b'\n', &text[..above]).map_or(0, |newline| newline + 1);
    }
    start
}

/// The end of the line, of the lines that continue it, or of its brackets.
fn clause_end(text: &[u8], at: usize) -> usize {
    let line_end = |from: usize| memchr(b'\n', &text[from..]).map_or(text.len(), |length| from + length);
    let mut end = line_end(at);
    if memchr(b'(', &text[at..end]).is_some() && memchr(b')', &text[at..end]).is_none() {
        return memchr(b')', &text[end..]).map_or(text.len(), |length| end + length);
    }
    while end < text.len() && text[at..end].trim_ascii_end().ends_with(b"\\") {
        end = line_end(end + 1);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, module: &'static str) -> bool {
        let (first, rest) = module.split_once('.').unwrap_or((module, ""));
        let root = Root { rests: vec![(rest, 0)], number: None };
        let modules = FxHashMap::from_iter([(first.as_bytes(), root)]);
        let scan = Scan { words: None, wakes: Vec::new(), modules, always: Hits::default() };
        scan.hits(text.as_bytes()).contains(0)
    }

    #[test]
    fn modules_are_found_in_every_form_of_import() {
        for text in [
            "import cgi",
            "import os, \\\n  cgi",
            "from \\\r\n  cgi import x",
            "x = 1; import cgi",
            "__import__('cgi')",
            "import_module(\n    'cgi'\n)",
            "patch(\"cgi.x\")",
        ] {
            assert!(named(text, "cgi"), "{text}");
        }
        for text in ["cgi.escape()", "import cgitb", "x = cgi", "import os\ncgi", "from .cgix import y"] {
            assert!(!named(text, "cgi"), "{text}");
        }
    }

    #[test]
    fn submodules_need_their_last_segment() {
        for text in [
            "import typing.io",
            "from typing.io import IO",
            "from typing import (\n  List,\n  io)",
            "from typing import *",
            "from typing import a, \\\n  io",
        ] {
            assert!(named(text, "typing.io"), "{text}");
        }
        for text in [
            "import typing",
            "from typing import Optional",
            "from typing import List\nimport io",
            "from typing import (List)\nio",
        ] {
            assert!(!named(text, "typing.io"), "{text}");
        }
    }
}
