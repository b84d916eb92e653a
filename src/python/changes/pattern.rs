//! Regular expressions, read as far as it takes to find their global flags.

use std::ops::Range;

/// Where `(?i)` and the like stand behind the start of a pattern. In a `verbose`
/// one, spaces and comments are nothing.
pub fn misplaced_flags(pattern: &str, verbose: bool) -> Vec<Range<usize>> {
    let mut reader = Reader { text: pattern.as_bytes(), at: 0, verbose, begun: false, found: Vec::new() };
    while reader.at < reader.text.len() {
        reader.step();
    }
    reader.found
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    verbose: bool,
    /// Whether there is something that flags would stand behind.
    begun: bool,
    found: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    /// Reads one item.
    fn step(&mut self) {
        match self.rest()[0] {
            b'\\' => self.take(2),
            b'[' => self.set(),
            b'#' if self.verbose => self.past(b'\n'),
            byte if self.verbose && byte.is_ascii_whitespace() => self.at += 1,
            b'(' if self.rest().starts_with(b"(?#") => self.past(b')'),
            b'(' if self.flags().is_some() => self.global(),
            _ => self.take(1),
        }
    }

    fn take(&mut self, bytes: usize) {
        self.begun = true;
        self.at = (self.at + bytes).min(self.text.len());
    }

    /// Goes behind the next of a byte; what lies between is a comment.
    fn past(&mut self, end: u8) {
        let length = memchr::memchr(end, self.rest()).map_or(self.rest().len(), |at| at + 1);
        self.at += length;
    }

    /// `[…]`, in which `]` may be the first.
    fn set(&mut self) {
        self.take(1);
        if self.rest().first() == Some(&b'^') {
            self.at += 1;
        }
        if self.rest().first() == Some(&b']') {
            self.at += 1;
        }
        while let Some(byte) = self.rest().first() {
            match byte {
                b']' => return self.take(1),
                b'\\' => self.take(2),
                _ => self.at += 1,
            }
        }
    }

    /// The length of `(?flags)` at this place.
    fn flags(&self) -> Option<usize> {
        let letters = self.rest().strip_prefix(b"(?")?;
        let count = letters.iter().take_while(|byte| b"aiLmsux".contains(byte)).count();
        (count > 0 && letters.get(count) == Some(&b')')).then_some(count + 3)
    }

    fn global(&mut self) {
        let end = self.at + self.flags().unwrap_or(1);
        if self.begun {
            self.found.push(self.at..end);
        }
        self.verbose |= self.text[self.at..end].contains(&b'x');
        self.at = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_belong_at_the_start() {
        for good in [
            "(?i)a",
            "(?i)(?m)a",
            "a(?i:b)",
            r"\(?i)",
            "[(?i)]",
            "[](?i)]",
            "[^](?i)]",
            r"[\](?i)]",
            "(?#x)(?i)a",
            "(?x) a # (?i)\n",
            "",
            "(?P<i>a)",
            "(?i",
            "(?)",
        ] {
            assert!(misplaced_flags(good, false).is_empty(), "{good}");
        }
        for (bad, at) in [
            ("a(?i)", 1),
            ("^(?i)a", 1),
            ("((?i)a)", 1),
            ("a|(?im)b", 2),
            (" (?x)a", 1),
            (r"\\(?i)", 2),
            ("[a](?i)", 3),
            ("(?#x)a(?i)", 6),
        ] {
            assert_eq!(misplaced_flags(bad, false).first().map(|range| range.start), Some(at), "{bad}");
        }
        assert!(misplaced_flags(" # a\n (?i)", true).is_empty());
    }
}
