//! Where code does what a newer Python does otherwise: the `changes` of the
//! catalogue, looked for in calls, their arguments and what becomes of results.

mod conditions;
mod fate;
mod items;
mod pattern;
mod texts;
mod values;
mod walk;

pub use pattern::misplaced_flags;
pub use texts::{may_be_verbose, plain};

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::Code;
use crate::catalogue::changes::{Change, Changed};
use crate::finding::Confidence;

/// One place at which a change matters.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// What changed.
    pub changed: Changed,
    /// The place to point at.
    pub range: TextRange,
    /// The call, if the name is called.
    pub call: Option<&'a ExprCall>,
    /// The argument that it is about.
    pub argument: Option<&'a Expr>,
    /// The object of which something is asked.
    pub receiver: Option<&'a Expr>,
    /// How sure that is.
    pub verdict: Verdict,
}

/// How sure a condition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How it is known.
    pub confidence: Confidence,
    /// Whether it holds of some of the values that may come here, and not of others.
    pub partial: bool,
}

impl Verdict {
    const CERTAIN: Self = Self::of(Confidence::Certain);

    const fn of(confidence: Confidence) -> Self {
        Self { confidence, partial: false }
    }

    /// Both of two conditions.
    fn and(self, other: Self) -> Self {
        Self { confidence: self.confidence.min(other.confidence), partial: self.partial || other.partial }
    }
}

/// Every place of a module where one of the changes that are `wanted` matters, in order of the text.
#[must_use]
pub fn find<'a>(code: &Code<'a>, wanted: &dyn Fn(&'static Change) -> bool) -> Vec<Found<'a>> {
    let mut found = walk::walk(code, wanted);
    found.sort_by_key(|one| (one.range.start(), one.range.end()));
    found.dedup_by(|a, b| a.range == b.range && std::ptr::eq(a.changed.change, b.changed.change));
    found
}

/// The nodes around an expression, the nearest first.
fn around<'a>(code: &Code<'a>, range: TextRange) -> Vec<AnyNodeRef<'a>> {
    let covering = code.around(range);
    covering.ancestors().filter(|node| node.range() != range || node.is_statement()).collect()
}
