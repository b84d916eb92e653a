//! Text and edits to text: which fixes apply, whether the result still holds,
//! and how it gets to the disk.
//!
//! This room offers the steps; their order is in [`crate::fix`].

use std::collections::HashSet;

use crate::finding::Applicability;

mod apply;
mod attempt;
mod diff;
mod narrow;
mod outcome;
mod prove;
mod select;
mod session;
mod verify;
mod work;
mod write;

pub use outcome::{FixedFile, FixedRun, Made, NotMade};
pub use prove::{Proof, Verdict, prove};
pub use session::{PASSES, ROUNDS, Session};
pub use verify::{Spoiled, spoilers};

/// What may be fixed.
#[derive(Debug, Clone)]
pub struct Options {
    /// The least applicability: `Safe`, or `Unsafe` for both.
    pub threshold: Applicability,
    /// Fixes that are not made, by [`Made::key`].
    pub left_out: HashSet<u64>,
}

impl Options {
    /// Every fix that is at least so applicable.
    #[must_use]
    pub fn all(threshold: Applicability) -> Self {
        Self { threshold, left_out: HashSet::new() }
    }
}

#[cfg(test)]
mod tests;
