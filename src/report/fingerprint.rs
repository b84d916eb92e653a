//! What stays the same about a finding while the lines around it move.

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Problem};

/// Numbers the findings that are alike, so that each has its own fingerprint.
#[derive(Debug, Default)]
pub struct Fingerprints {
    seen: FxHashMap<u128, usize>,
}

impl Fingerprints {
    /// A fingerprint of the path, the rule, the symbol and the source line with
    /// its white space evened out, and which of those that have it this is, from 1.
    pub fn of_finding(&mut self, finding: &Finding, path: &str) -> (u128, usize) {
        self.of_parts(&[path, finding.rule, &finding.symbol], finding.excerpt.line())
    }

    /// As [`Self::of_finding`], for a problem.
    pub fn of_problem(&mut self, problem: &Problem, path: &str) -> (u128, usize) {
        self.of_parts(&[path], &problem.message)
    }

    /// The hash is FNV-1a with 128 bits: it must give the same on every machine
    /// and in every release, and nobody gains from a collision.
    fn of_parts(&mut self, parts: &[&str], line: &str) -> (u128, usize) {
        let mut hash = Fnv::new();
        for part in parts {
            hash.add(part.as_bytes());
            hash.add(b"\0");
        }
        for word in line.split_whitespace() {
            hash.add(word.as_bytes());
            hash.add(b" ");
        }
        let count = self.seen.entry(hash.0).or_default();
        *count += 1;
        (hash.0, *count)
    }
}

struct Fnv(u128);

impl Fnv {
    const fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fnv;

    /// Test vectors of the FNV authors (draft-eastlake-fnv, 128 bits).
    #[test]
    fn fnv_gives_the_published_values() {
        for (text, expected) in [
            ("", 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128),
            ("a", 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964),
            ("foobar", 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18),
        ] {
            let mut hash = Fnv::new();
            hash.add(text.as_bytes());
            assert_eq!(hash.0, expected, "{text}");
        }
    }
}
