//! Which rules can fire on a text at all, found before anything is parsed.
//!
//! Modules stand in imports only (or in strings given to `import_module` and
//! `patch`), so just those lines are read. Words are searched by one automaton;
//! some of them count only where their module is imported.

mod clauses;
mod words;

use memchr::{memchr, memmem};
use rustc_hash::FxHashMap;

use crate::config::Settings;
use crate::rule::Trigger;
use crate::rule::registry::Entry;
use clauses::{clause_end, clause_start, gives, has_rest};
use words::{Place, Words, continues, is_word};

/// The triggers of a set of rules.
#[derive(Default)]
pub struct Scan {
    words: Words,
    /// For each word, what it wakes.
    wakes: Vec<Vec<Wake>>,
    /// By first segment.
    modules: FxHashMap<&'static [u8], Root>,
    /// Rules that look at the text themselves.
    texts: Vec<(usize, Says)>,
    always: Hits,
}

/// Whether a text says by itself that a rule can fire.
type Says = fn(&[u8]) -> bool;

/// A rule that a word wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wake {
    rule: usize,
    condition: Condition,
    /// The number of another word that must stand somewhere.
    argument: Option<usize>,
}

/// Where a word wakes a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    Anywhere,
    /// Before an opening bracket, or a pair of them.
    Called {
        bare: bool,
    },
    /// Before a value in a file that imports the module; if that is a call, of a
    /// function whose name holds one of these.
    Before(Home, &'static [&'static str]),
    /// As what the module has.
    Name(Home),
    /// As what an object has.
    Member(Option<Home>),
}

/// A module that words depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Home {
    number: usize,
    /// The last segment of its name.
    last: &'static str,
}

/// The modules below one first segment.
#[derive(Debug, Default)]
struct Root {
    /// The rest of each dotted module, and its rule.
    rests: Vec<(&'static str, usize)>,
    /// The dotted modules that words depend on, and their numbers.
    homes: Vec<(&'static str, usize)>,
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
    pub fn new(rules: &[&'static Entry], settings: &Settings, counts: impl Fn(&Entry) -> bool) -> Self {
        let mut scan = Self::default();
        let mut homes = 0;
        for (rule, entry) in rules.iter().enumerate().filter(|(_, entry)| counts(entry)) {
            for trigger in entry.rule.triggers_for(settings) {
                scan.add(rule, trigger, &mut homes);
            }
        }
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

    fn add(&mut self, rule: usize, trigger: Trigger, homes: &mut usize) {
        let (word, condition, argument) = match trigger {
            Trigger::Always => return self.always.insert(rule),
            Trigger::Text(says) => return self.texts.push((rule, says)),
            Trigger::Module(module) => {
                let (first, rest) = module.split_once('.').unwrap_or((module, ""));
                return self.modules.entry(first.as_bytes()).or_default().rests.push((rest, rule));
            }
            Trigger::Word(word) => (word, Condition::Anywhere, None),
            Trigger::Call { name, bare, argument } => (name, Condition::Called { bare }, argument),
            Trigger::Name { home, name, argument } => {
                (name, Condition::Name(self.home(home, homes)), argument)
            }
            Trigger::Keyword { home, word, calls } => {
                (word, Condition::Before(self.home(home, homes), calls), None)
            }
            Trigger::Member { home, name, argument } => {
                (name, Condition::Member(home.map(|home| self.home(home, homes))), argument)
            }
        };
        let argument = argument.map(|argument| self.number(argument));
        let number = self.number(word);
        self.wakes[number].push(Wake { rule, condition, argument });
    }

    /// The number of a word, which has its place among what words wake.
    fn number(&mut self, word: &'static str) -> usize {
        let number = self.words.number(word);
        self.wakes.resize(self.wakes.len().max(number + 1), Vec::new());
        number
    }

    /// A module that words depend on; `next` is its number if it is new.
    fn home(&mut self, module: &'static str, next: &mut usize) -> Home {
        let first = module.split('.').next().unwrap_or(module);
        let homes = &mut self.modules.entry(first.as_bytes()).or_default().homes;
        let known = homes.iter().find(|(home, _)| *home == module).map(|(_, number)| *number);
        let number = known.unwrap_or_else(|| {
            homes.push((module, *next));
            *next += 1;
            *next - 1
        });
        Home { number, last: module.rsplit('.').next().unwrap_or(module) }
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
                if !found.hits.contains(wake.rule) && found.fits(text, place, wake.condition) {
                    match wake.argument {
                        None => found.hits.insert(wake.rule),
                        Some(argument) => waiting.push((argument, wake.rule)),
                    }
                }
            }
        });
        let both = waiting.into_iter().filter(|(argument, _)| seen.contains(*argument));
        both.for_each(|(_, rule)| found.hits.insert(rule));
        for (rule, says) in &self.texts {
            if !found.hits.contains(*rule) && says(text) {
                found.hits.insert(*rule);
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
        let stars = memchr(b'*', &text[start..end]).is_some();
        let aliases = memmem::find(&text[start..end], b" as ").is_some();
        let mut from = start;
        while from < end {
            let word = from + text[from..end].iter().take_while(|byte| continues(byte)).count();
            if let Some(root) = self.modules.get(&text[from..word]) {
                let named = root.rests.iter().filter(|(rest, _)| has_rest(&text[word..end], rest));
                named.for_each(|(_, rule)| found.hits.insert(*rule));
                let is_from = text[start..from].trim_ascii_end().ends_with(b"from");
                let homes = root.homes.iter().filter(|(home, _)| gives(&text[from..end], is_from, home));
                for (_, number) in homes {
                    found.homes.insert(*number);
                    found.clauses.push((start, end, *number));
                    if stars {
                        found.starred.insert(*number);
                    }
                    if aliases {
                        found.aliased.insert(*number);
                    }
                }
            }
            from = word.max(from) + 1;
        }
        end
    }
}

/// What one text has of the triggers so far.
#[derive(Default)]
struct Found {
    hits: Hits,
    /// The numbers of imported modules.
    homes: Hits,
    /// Where they are imported.
    clauses: Vec<(usize, usize, usize)>,
    /// The numbers of those that gave all that they have.
    starred: Hits,
    /// The numbers of those that may have another name.
    aliased: Hits,
    /// The numbers of those that were looked for as the values of other names.
    searched: Hits,
}

impl Found {
    fn fits(&mut self, text: &[u8], place: Place, condition: Condition) -> bool {
        let before = &text[..place.start];
        let in_string = || matches!(before.last(), Some(b'"' | b'\''));
        match condition {
            Condition::Anywhere => true,
            Condition::Called { bare } => {
                let blanks = text[place.end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
                text[place.end + blanks.count()..].starts_with(if bare { b"()" } else { b"(" })
            }
            Condition::Before(home, calls) => {
                self.homes.contains(home.number) && stands_before(&text[place.end..], calls)
            }
            Condition::Member(home) => {
                home.is_none_or(|home| self.homes.contains(home.number))
                    && (in_string() || owner(before).is_some())
            }
            Condition::Name(home) => match owner(before) {
                // Another module may hand on the home.
                Some(owner) if owner.ends_with(home.last.as_bytes()) => true,
                Some(owner) => {
                    self.homes.contains(home.number)
                        && (!owner.last().is_some_and(continues) || self.has_other_name(text, home))
                }
                None => {
                    self.homes.contains(home.number)
                        && (in_string() || self.starred.contains(home.number) || self.imports(place, home))
                }
            },
        }
    }

    /// Whether the module may go by another name; the text is searched once for each.
    fn has_other_name(&mut self, text: &[u8], home: Home) -> bool {
        if !self.aliased.contains(home.number) && !self.searched.contains(home.number) {
            self.searched.insert(home.number);
            if is_assigned(text, home) {
                self.aliased.insert(home.number);
            }
        }
        self.aliased.contains(home.number)
    }

    fn imports(&self, place: Place, home: Home) -> bool {
        let within = |(start, end, number): &(usize, usize, usize)| {
            *start <= place.start && place.end <= *end && *number == home.number
        };
        self.clauses.iter().any(within)
    }
}

/// Whether a value begins here that is no call, or one of these.
fn stands_before(after: &[u8], calls: &[&str]) -> bool {
    let value = after.trim_ascii_start();
    let end = value.iter().take_while(|byte| continues(byte) || **byte == b'.').count();
    let name = &value[..end];
    // Of several values in brackets, and of chained calls, the whole line counts.
    let line = &value[..memchr(b'\n', value).unwrap_or(value.len())];
    let has = |part: &&str| memmem::find(if end == 0 { value } else { line }, part.as_bytes()).is_some();
    value.get(end) != Some(&b'(') && !name.is_empty() || calls.iter().any(has)
}

/// What ends in a point, without it.
fn owner(before: &[u8]) -> Option<&[u8]> {
    before.trim_ascii_end().strip_suffix(b".").map(<[u8]>::trim_ascii_end)
}

/// Whether the module itself is the value of something.
fn is_assigned(text: &[u8], home: Home) -> bool {
    let last = home.last.as_bytes();
    memmem::find_iter(text, last).any(|at| {
        let end = at + last.len();
        let outer = text[..at].iter().rev().take_while(|byte| continues(byte) || **byte == b'.').count();
        text[..at - outer].trim_ascii_end().ends_with(b"=")
            && is_word(text, at, end)
            && !matches!(text.get(end), Some(b'.' | b'(' | b'['))
    })
}

#[cfg(test)]
mod tests;
