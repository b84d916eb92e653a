//! Which rules can fire on a text at all, found before anything is parsed.
//!
//! Modules stand in imports only (or in strings given to `import_module` and
//! `patch`), so just those lines are read. Words are searched by one automaton;
//! some of them count only where their module is imported.

mod words;

use memchr::{memchr, memmem, memrchr};
use rustc_hash::FxHashMap;

use crate::rule::Trigger;
use crate::rule::registry::Entry;
use words::{Place, Words, continues, is_word};

/// The triggers of a set of rules.
#[derive(Default)]
pub struct Scan {
    words: Words,
    /// For each word, what it wakes.
    wakes: Vec<Vec<Wake>>,
    /// By first segment.
    modules: FxHashMap<&'static [u8], Root>,
    always: Hits,
}

/// A rule that a word wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wake {
    rule: usize,
    condition: Condition,
}

/// When a word wakes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    Anywhere,
    /// As a name: of a module, by the number of its root and by its last segment;
    /// together with another word, by its number.
    Name { home: Option<(usize, &'static str)>, argument: Option<usize> },
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
        let mut scan = Self::default();
        let mut roots = 0;
        for (rule, entry) in rules.iter().enumerate().filter(|(_, entry)| counts(entry)) {
            for trigger in entry.rule.triggers() {
                scan.add(rule, trigger, &mut roots);
            }
        }
        scan.wakes.resize(scan.words.len(), Vec::new());
        for wakes in &mut scan.wakes {
            wakes.sort_unstable();
            wakes.dedup();
        }
        if scan.words.build().is_none() {
            // Slow, but right.
            scan.wakes.iter().flatten().for_each(|wake| scan.always.insert(wake.rule));
        }
        scan
    }

    fn add(&mut self, rule: usize, trigger: Trigger, roots: &mut usize) {
        match trigger {
            Trigger::Always => self.always.insert(rule),
            Trigger::Word(word) => self.wake(word, Wake { rule, condition: Condition::Anywhere }),
            Trigger::Module(module) => {
                let (first, rest) = module.split_once('.').unwrap_or((module, ""));
                self.modules.entry(first.as_bytes()).or_default().rests.push((rest, rule));
            }
            Trigger::Name { home, name, argument } => {
                let home = home.map(|home| {
                    let first = home.split('.').next().unwrap_or(home);
                    let root = self.modules.entry(first.as_bytes()).or_default();
                    let number = *root.number.get_or_insert_with(|| {
                        *roots += 1;
                        *roots - 1
                    });
                    (number, home.rsplit('.').next().unwrap_or(home))
                });
                let argument = argument.map(|argument| self.words.number(argument));
                self.wake(name, Wake { rule, condition: Condition::Name { home, argument } });
            }
        }
    }

    fn wake(&mut self, word: &'static str, wake: Wake) {
        let number = self.words.number(word);
        if self.wakes.len() <= number {
            self.wakes.resize(number + 1, Vec::new());
        }
        self.wakes[number].push(wake);
    }

    /// The rules whose trigger stands in the text.
    #[must_use]
    pub fn hits(&self, text: &[u8]) -> Hits {
        let mut found = Found { hits: self.always.clone(), ..Found::default() };
        if !self.modules.is_empty() {
            self.find_modules(text, &mut found);
        }
        let mut seen = Hits::default();
        let mut waiting: Vec<(usize, usize)> = Vec::new();
        self.words.each(text, |place| {
            seen.insert(place.number);
            for wake in &self.wakes[place.number] {
                match wake.condition {
                    _ if found.hits.contains(wake.rule) => {}
                    Condition::Anywhere => found.hits.insert(wake.rule),
                    Condition::Name { home, argument } => {
                        if found.is_name(text, place, home) {
                            match argument {
                                None => found.hits.insert(wake.rule),
                                Some(argument) => waiting.push((argument, wake.rule)),
                            }
                        }
                    }
                }
            }
        });
        let both = waiting.into_iter().filter(|(argument, _)| seen.contains(*argument));
        both.for_each(|(_, rule)| found.hits.insert(rule));
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
        let mut has_root = false;
        while from < end {
            let word = from + text[from..end].iter().take_while(|byte| continues(byte)).count();
            if let Some(root) = self.modules.get(&text[from..word]) {
                root.number.into_iter().for_each(|number| found.roots.insert(number));
                has_root |= root.number.is_some();
                let named = root.rests.iter().filter(|(rest, _)| has_rest(&text[word..end], rest));
                named.for_each(|(_, rule)| found.hits.insert(*rule));
            }
            from = word.max(from) + 1;
        }
        if has_root {
            found.clauses.push((start, end));
            found.starred |= text[start..end].contains(&b'*');
        }
        end
    }
}

/// What one text has of the triggers so far.
#[derive(Default)]
struct Found {
    hits: Hits,
    /// The numbers of imported modules.
    roots: Hits,
    /// Where they are imported.
    clauses: Vec<(usize, usize)>,
    /// Whether one of them gave all that it has.
    starred: bool,
}

impl Found {
    /// Whether a word can be the name of a module, or of whatever has it.
    fn is_name(&self, text: &[u8], place: Place, home: Option<(usize, &str)>) -> bool {
        let before = text[..place.start].trim_ascii_end();
        let is_member = before.last() == Some(&b'.');
        let imported = home.is_none_or(|(root, _)| self.roots.contains(root));
        if is_member || matches!(text[..place.start].last(), Some(b'"' | b'\'')) {
            // Another module may hand on the home.
            return imported || is_member && home.is_some_and(|(_, last)| ends_with(before, last));
        }
        let within = |clause: &(usize, usize)| clause.0 <= place.start && place.end <= clause.1;
        imported && (self.starred || self.clauses.iter().any(within))
    }
}

/// Whether the module's last segment stands before the point.
fn ends_with(before: &[u8], last: &str) -> bool {
    before.strip_suffix(b".").is_some_and(|before| before.ends_with(last.as_bytes()))
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
    let mut open = false;
    let mut end = at;
    while end < text.len() {
        match text[end] {
            b'(' => open = true,
            b')' => open = false,
            b'#' => end = memchr(b'\n', &text[end..]).map_or(text.len(), |length| end + length) - 1,
            b'\n' if !open && !text[at..end].trim_ascii_end().ends_with(b"\\") => return end,
            _ => {}
        }
        end += 1;
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
        let mut scan = Scan { modules, ..Scan::default() };
        scan.words.build();
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
    fn comments_end_no_brackets() {
        assert!(named("from x import (  # (as ever)\n    a,  # :)\n    cgi)", "cgi"));
        assert!(!named("import x  # (see\ncgi)", "cgi"));
    }

    #[test]
    fn names_count_where_they_can_be_the_modules() {
        let wakes = |text: &str, argument: Option<&'static str>| {
            let mut scan = Scan::default();
            scan.add(0, Trigger::Name { home: Some("json.decoder"), name: "loads", argument }, &mut 0);
            scan.wakes.resize(scan.words.len(), Vec::new());
            scan.words.build();
            scan.hits(text.as_bytes()).contains(0)
        };
        for text in [
            "import json.decoder as j\nj.loads(x)",
            "from json.decoder import (a,\n  loads)",
            "from json.decoder import *\nloads(x)",
            "import json.decoder\ngetattr(json.decoder, 'loads')",
            "import json\njson.decoder \\\n . loads",
            "import x\nx.decoder.loads",
        ] {
            assert!(wakes(text, None), "{text}");
        }
        for text in ["import json\nloads(x)", "import x\nx.loads(y)", "from x import loads"] {
            assert!(!wakes(text, None), "{text}");
        }
        assert!(wakes("import json\njson.loads(x, encoding=y)", Some("encoding")));
        assert!(!wakes("import json\njson.loads(x)", Some("encoding")));
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
