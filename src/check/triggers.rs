//! Which rules can fire on a text at all, found in one scan of its bytes.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memmem};

use crate::rule::Trigger;
use crate::rule::registry::Entry;

/// The trigger words of a set of rules as one automaton.
pub struct Scan {
    words: Option<AhoCorasick>,
    /// For each word: the rest of a dotted module (empty for a plain word), and the rule.
    meanings: Vec<Meaning>,
    always: Hits,
}

struct Meaning {
    rule: usize,
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
        let mut words: Vec<&'static str> = Vec::new();
        let mut meanings = Vec::new();
        let mut always = Hits::default();
        for (rule, entry) in rules.iter().enumerate() {
            for trigger in entry.rule.triggers() {
                match trigger {
                    Trigger::Always => always.insert(rule),
                    Trigger::Word(word) => {
                        words.push(word);
                        meanings.push(Meaning { rule, module: false, rest: "" });
                    }
                    Trigger::Module(module) => {
                        let (first, rest) = module.split_once('.').unwrap_or((module, ""));
                        words.push(first);
                        meanings.push(Meaning { rule, module: true, rest });
                    }
                }
            }
        }
        // Only the empty list or an absurd number of words could fail to build;
        // then every rule looks at every file, which is slow but right.
        let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&words).ok();
        let words = built.filter(|_| !words.is_empty());
        if words.is_none() {
            meanings.iter().for_each(|meaning| always.insert(meaning.rule));
        }
        Self { words, meanings, always }
    }

    /// The rules whose trigger stands in the text.
    #[must_use]
    pub fn hits(&self, text: &[u8]) -> Hits {
        let mut hits = self.always.clone();
        let Some(words) = &self.words else { return hits };
        for found in words.find_overlapping_iter(text) {
            let meaning = &self.meanings[found.pattern().as_usize()];
            if hits.contains(meaning.rule) || !is_word(text, found.start(), found.end()) {
                continue;
            }
            if !meaning.module || names_module(text, found.start(), found.end(), meaning.rest) {
                hits.insert(meaning.rule);
            }
        }
        hits
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
