//! Which rules can fire on a text at all, found in one scan of its bytes.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memmem};

use crate::rule::Trigger;
use crate::rule::registry::Entry;

/// The trigger words of a set of rules as one automaton.
pub struct Scan {
    words: Option<AhoCorasick>,
    /// For each word, what it means when it stands in a text.
    meanings: Vec<Vec<Meaning>>,
    always: Hits,
}

#[derive(Clone, Copy)]
struct Meaning {
    rule: usize,
    /// The first segment of a module: counts in imports and strings, with `rest` behind it.
    module: bool,
    rest: &'static str,
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
    /// Builds the automaton; positions in `rules` are the positions in [`Hits`].
    #[must_use]
    pub fn new(rules: &[&'static Entry]) -> Self {
        let mut by_word: BTreeMap<&'static str, Vec<Meaning>> = BTreeMap::new();
        let mut always = Hits::default();
        for (rule, entry) in rules.iter().enumerate() {
            for trigger in entry.rule.triggers() {
                let (word, meaning) = match trigger {
                    Trigger::Always => {
                        always.insert(rule);
                        continue;
                    }
                    Trigger::Word(word) => (word, Meaning { rule, module: false, rest: "" }),
                    Trigger::Module(module) => {
                        let (first, rest) = module.split_once('.').unwrap_or((module, ""));
                        (first, Meaning { rule, module: true, rest })
                    }
                };
                by_word.entry(word).or_default().push(meaning);
            }
        }
        inherit(&mut by_word);
        let words: Vec<&str> = by_word.keys().copied().collect();
        let meanings: Vec<Vec<Meaning>> = by_word.into_values().collect();
        // Only an absurd number of words could fail to build; then every rule
        // looks at every file, which is slow but right.
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&words).ok();
        if built.is_none() {
            meanings.iter().flatten().for_each(|meaning| always.insert(meaning.rule));
        }
        Self { words: built.filter(|_| !words.is_empty()), meanings, always }
    }

    /// The rules whose trigger stands in the text.
    #[must_use]
    pub fn hits(&self, text: &[u8]) -> Hits {
        let mut hits = self.always.clone();
        let Some(words) = &self.words else { return hits };
        for found in words.find_iter(text) {
            let meanings = &self.meanings[found.pattern().as_usize()];
            let (start, end) = (found.start(), found.end());
            if meanings.iter().all(|meaning| hits.contains(meaning.rule)) || !is_word(text, start, end) {
                continue;
            }
            for meaning in meanings {
                if !meaning.module || names_module(text, start, end, meaning.rest) {
                    hits.insert(meaning.rule);
                }
            }
        }
        hits
    }
}

/// Only the longest word at a place is found, so it also stands for the words in it.
fn inherit(by_word: &mut BTreeMap<&'static str, Vec<Meaning>>) {
    let all: Vec<(&'static str, Vec<Meaning>)> =
        by_word.iter().map(|(word, own)| (*word, own.clone())).collect();
    for (word, meanings) in by_word.iter_mut() {
        let inner = all.iter().filter(|(inner, _)| inner != word && word.contains(inner));
        meanings.extend(inner.flat_map(|(_, own)| own).map(|own| Meaning { module: false, ..*own }));
    }
}

fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    !text[..start].last().is_some_and(continues) && !text.get(end).is_some_and(continues)
}

/// Whether the word at `start..end` can be a module's first segment in an
/// import or in a string, with `rest` behind it.
fn names_module(text: &[u8], start: usize, end: usize, rest: &str) -> bool {
    let quoted = matches!(text[..start].last(), Some(b'"' | b'\''));
    if !quoted && !follows_import(&text[..start]) {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let after = &text[end..];
    if after.first() == Some(&b'.') {
        return after[1..].starts_with(rest.as_bytes());
    }
    // `from package import rest`: the names run to the line's end, or to `)`.
    let last = rest.rsplit('.').next().unwrap_or(rest);
    let clause = &after[..after.len().min(4096)];
    let line = position(clause, b'\n');
    let stop = match position(&clause[..line], b'(') {
        at if at < line => position(clause, b')'),
        _ if clause[..line].ends_with(b"\\") || clause[..line].ends_with(b"\\\r") => clause.len(),
        _ => line,
    };
    let clause = &clause[..stop];
    clause.contains(&b'*') || contains(clause, last.as_bytes())
}

/// Whether `import` or `from` stands before this place in its logical line.
fn follows_import(before: &[u8]) -> bool {
    let mut line = before;
    loop {
        let start = memchr::memrchr2(b'\n', b'\r', line).map_or(0, |at| at + 1);
        let text = &line[start..];
        if contains(text, b"import") || contains(text, b"from") {
            return true;
        }
        let previous = line[..start].trim_ascii_end();
        if !previous.ends_with(b"\\") {
            return false;
        }
        line = &previous[..previous.len() - 1];
    }
}

/// Where the byte stands first, or the length of the text.
fn position(text: &[u8], byte: u8) -> usize {
    memchr(byte, text).unwrap_or(text.len())
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    memmem::find(text, needle).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str, module: &str) -> bool {
        let (first, rest) = module.split_once('.').unwrap_or((module, ""));
        memmem::find_iter(text.as_bytes(), first).any(|at| {
            let end = at + first.len();
            is_word(text.as_bytes(), at, end) && names_module(text.as_bytes(), at, end, rest)
        })
    }

    #[test]
    fn modules_count_in_imports_and_strings_only() {
        for text in
            ["import cgi", "import os, \\\n  cgi", "from cgi import x", "__import__('cgi')", "\"cgi.x\""]
        {
            assert!(named(text, "cgi"), "{text}");
        }
        for text in ["cgi.escape()", "import cgitb", "x = cgi", "import os\ncgi"] {
            assert!(!named(text, "cgi"), "{text}");
        }
        for text in [
            "import typing.io",
            "from typing.io import IO",
            "from typing import (\n  List,\n  io)",
            "from typing import *",
            "from typing import a, \\\n  io",
        ] {
            assert!(named(text, "typing.io"), "{text}");
        }
        for text in ["import typing", "from typing import List\nimport io", "from typing import (List)\nio"] {
            assert!(!named(text, "typing.io"), "{text}");
        }
    }
}
