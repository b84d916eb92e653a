//! What is not given to the type engine, and where it is stopped: its inference
//! recurses over syntax and from query to query, and a stack that overflows
//! ends the whole run.

use std::cell::Cell;
use std::panic::resume_unwind;

use crate::parse::python::chains::{self, Limits};

/// The longest file, in bytes.
pub(super) const LONGEST: u64 = 2 << 20;

/// How many bytes of source are remembered. What the engine knows about a file
/// takes some twenty times its length.
pub(super) const REMEMBERED: u64 = 7 << 20;

/// What a set of roots counts for among them: what is known about the standard
/// library is known for each anew.
pub(super) const PROJECT: u64 = 1 << 20;

/// The stack of a thread that infers types; only what is used costs memory.
pub(super) const STACK: usize = 512 << 20;

/// What a single query may need of it: it recurses over the syntax of one file.
const RESERVE: usize = 128 << 20;

/// How many queries may be made for one answer. Counted rather than timed, so
/// that a slow machine gives the same answers.
const QUERIES: u32 = 5_000_000;

/// Narrowing by conditions costs more than the square of their number, places
/// such as `a.b.c` the square of their length: a second or so at these.
const CHAINS: Limits = Limits { conditions: 100, members: 500 };

/// Why the engine was stopped.
pub(super) struct Stopped(pub(super) &'static str);

thread_local! {
    /// Where the stack of this thread begins, if it has the size it needs.
    static BOTTOM: Cell<Option<usize>> = const { Cell::new(None) };
    /// How many queries are left to this thread's question.
    static LEFT: Cell<u32> = const { Cell::new(QUERIES) };
}

/// Says that this thread was started with [`STACK`].
pub(super) fn set_bottom() {
    BOTTOM.set(Some(here()));
}

/// Whether this thread was started with [`STACK`].
pub(super) fn has_bottom() -> bool {
    BOTTOM.get().is_some()
}

/// Begins a question.
pub(super) fn begin() {
    LEFT.set(QUERIES);
}

/// Called by the engine before each query; does not return if it goes too far.
pub(super) fn watch(event: salsa::Event) {
    if !matches!(event.kind, salsa::EventKind::WillCheckCancellation) {
        return;
    }
    let left = LEFT.get();
    if left == 0 {
        resume_unwind(Box::new(Stopped("its types take too long to work out")));
    }
    LEFT.set(left - 1);
    if BOTTOM.get().is_some_and(|bottom| bottom.abs_diff(here()) > STACK - RESERVE) {
        resume_unwind(Box::new(Stopped("its types depend on each other too deeply")));
    }
}

/// Roughly where the stack ends now.
#[inline(never)]
fn here() -> usize {
    let local = 0_u8;
    std::ptr::from_ref(std::hint::black_box(&local)).addr()
}

/// Why a text is not typed.
pub(super) fn too_much(text: &str) -> Option<&'static str> {
    if text.len() as u64 > LONGEST {
        return Some("the file is too long");
    }
    chains::exceed(text, CHAINS).then_some("an expression in it is too long")
}
