//! Finding many words in a text at once.

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

/// Words to look for, by number.
#[derive(Debug, Default)]
pub(super) struct Words {
    numbers: FxHashMap<&'static [u8], usize>,
    /// For each first byte, the lengths of the identifiers that begin with it, as bits.
    lengths: Vec<u64>,
    /// Words such as `-m` and `(?i`, that no identifier can be, and their numbers.
    marks: Option<(AhoCorasick, Vec<usize>)>,
}

/// Where a word stands in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) number: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Whether a byte is part of identifiers, at each byte.
const CONTINUES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize || byte >= 0x80;
        byte += 1;
    }
    table
};

/// Whether the byte is part of an identifier or a number.
pub(super) fn continues(byte: &u8) -> bool {
    CONTINUES[usize::from(*byte)]
}

/// Whether the word between these places is bounded.
pub(super) fn is_word(text: &[u8], start: usize, end: usize) -> bool {
    !text[..start].last().is_some_and(continues) && !text.get(end).is_some_and(continues)
}

impl Words {
    /// The number of a word, which is looked for from now on.
    pub(super) fn number(&mut self, word: &'static str) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry(word.as_bytes()).or_insert(next)
    }

    /// Makes the search ready. Fails where no automaton can be built for so
    /// many words, so that nothing can be found.
    pub(super) fn build(&mut self) -> Option<()> {
        self.lengths = vec![0; 256];
        let mut marks = Vec::new();
        for (word, number) in &self.numbers {
            if word.iter().all(continues) {
                self.lengths[usize::from(word[0])] |= 1 << word.len().min(63);
            } else {
                marks.push((*word, *number));
            }
        }
        if !marks.is_empty() {
            let automaton = AhoCorasick::new(marks.iter().map(|(word, _)| word)).ok()?;
            self.marks = Some((automaton, marks.into_iter().map(|(_, number)| number).collect()));
        }
        Some(())
    }

    /// Calls `found` for every bounded occurrence of a word.
    pub(super) fn each(&self, text: &[u8], mut found: impl FnMut(Place)) {
        let mut at = 0;
        while at < text.len() {
            if !continues(&text[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while at < text.len() && continues(&text[at]) {
                at += 1;
            }
            // Most words end here, by their first byte and their length.
            if self.lengths[usize::from(text[start])] >> (at - start).min(63) & 1 == 1
                && let Some(number) = self.numbers.get(&text[start..at])
            {
                found(Place { number: *number, start, end: at });
            }
        }
        if let Some((automaton, numbers)) = &self.marks {
            for mark in automaton.find_overlapping_iter(text) {
                let (start, end) = (mark.start(), mark.end());
                // A bracket ends what is before it.
                if text[start] == b'(' || is_word(text, start, end) {
                    found(Place { number: numbers[mark.pattern().as_usize()], start, end });
                }
            }
        }
    }
}
