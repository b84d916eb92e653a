//! Placeholder door, filled by its own change.

/// The root of the syntax.
#[derive(Debug)]
pub struct Node;
