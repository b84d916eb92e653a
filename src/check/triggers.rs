//! Which rules can fire on a text at all, found before anything is parsed.
//!
//! Words are searched by one automaton. Modules stand in imports only (or in
//! strings given to `import_module` and `patch`), so just those lines are read.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memmem, memrchr};
use rustc_hash::FxHashMap;

use crate::rule::Trigger;
use crate::rule::registry::Entry;

/// The triggers of a set of rules.
pub struct Scan {
    words: Option<AhoCorasick>,
    /// For each word, the rules that it wakes.
    wakes: Vec<Vec<usize>>,
    /// By first segment: the rest of the dotted module, and the rule.
    modules: FxHashMap<&'static [u8], Vec<(&'static str, usize)>>,
    always: Hits,
}

/// A set of positions in the list of rules.
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
        let mut by_word: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        let mut modules: FxHashMap<&'static [u8], Vec<(&'static str, usize)>> = FxHashMap::default();
        let mut always = Hits::default();
        for (rule, entry) in rules.iter().enumerate().filter(|(_, entry)| counts(entry)) {
            for trigger in entry.rule.triggers() {
                match trigger {
                    Trigger::Always => always.insert(rule),
                    Trigger::Word(word) => by_word.entry(word).or_default().push(rule),
                    Trigger::Module(module) => {
                        let (first, rest) = module.split_once('.').unwrap_or((module, ""));
                        modules.entry(first.as_bytes()).or_default().push((rest, rule));
                    }
                }
            }
        }
        inherit(&mut by_word);
        let words: Vec<&str> = by_word.keys().copied().collect();
        let wakes: Vec<Vec<usize>> = by_word.into_values().collect();
        // Only an absurd number of words could fail to build; then every rule
        // looks at every file, which is slow but right.
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words).ok();
        if built.is_none() {
            wakes.iter().flatten().for_each(|rule| always.insert(*rule));
        }
        Self { words: built.filter(|_| !words.is_empty()), wakes, modules, always }
    }

    /// The rules whose trigger stands in the text.
    #[must_use]
    pub fn hits(&self, text: &[u8]) -> Hits {
        let mut hits = self.always.clone();
        for found in self.words.iter().flat_map(|words| words.find_iter(text)) {
            if is_word(text, found.start(), found.end()) {
                self.wakes[found.pattern().as_usize()].iter().for_each(|rule| hits.insert(*rule));
            }
        }
        if !self.modules.is_empty() {
            self.find_modules(text, &mut hits);
        }
        hits
    }

    fn find_modules(&self, text: &[u8], hits: &mut Hits) {
        let mut read = 0;
        for at in memmem::find_iter(text, b"import") {
            if at >= read {
                read = self.read_clause(text, at, hits);
            }
        }
        for at in memmem::find_iter(text, b"patch(") {
            self.read_clause(text, at, hits);
        }
    }

    /// Looks up each word of the logical line around `at`; gives its end.
    fn read_clause(&self, text: &[u8], at: usize, hits: &mut Hits) -> usize {
        let (start, end) = (clause_start(text, at), clause_end(text, at));
        let mut from = start;
        while from < end {
            let word = from + text[from..end].iter().take_while(|byte| continues(byte)).count();
            if let Some(modules) = self.modules.get(&text[from..word]) {
                let named = modules.iter().filter(|(rest, _)| has_rest(&text[word..end], rest));
                named.for_each(|(_, rule)| hits.insert(*rule));
            }
            from = word.max(from) + 1;
        }
        end
    }
}

/// Only the longest word at a place is found, so it also wakes for the words in it.
fn inherit(by_word: &mut BTreeMap<&'static str, Vec<usize>>) {
    let all: Vec<(&'static str, Vec<usize>)> =
        by_word.iter().map(|(word, own)| (*word, own.clone())).collect();
    for (word, rules) in by_word.iter_mut() {
        let inner = all.iter().filter(|(inner, _)| inner != word && word.contains(inner));
        rules.extend(inner.flat_map(|(_, own)| own));
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
        let modules = FxHashMap::from_iter([(first.as_bytes(), vec![(rest, 0)])]);
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
