//! What is not given to the type engine: its inference recurses over the syntax,
//! and a stack that overflows ends the whole run.

/// The longest file, in bytes.
pub(super) const LONGEST: u64 = 2 << 20;

/// Room for the deepest inference that was met, several times over; only what is
/// used costs memory.
pub(super) const STACK: usize = 512 << 20;

/// Why a text is not typed.
pub(super) fn too_much(text: &str) -> Option<&'static str> {
    (text.len() as u64 > LONGEST).then_some("the file is too long")
}
