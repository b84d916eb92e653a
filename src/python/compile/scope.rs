//! A scope, as the compiler sees it while it is in it.

use std::cell::OnceCell;

use ruff_python_ast::{Comprehension, Parameters, Stmt, TypeParams};
use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use super::declarations::Deeds;

/// What opens a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Module,
    Class,
    Function,
    AsyncFunction,
    Lambda,
    /// A comprehension that runs at once.
    Comprehension,
    Generator,
}

impl Kind {
    pub(super) fn is_function(self) -> bool {
        matches!(self, Self::Function | Self::AsyncFunction | Self::Lambda)
    }

    pub(super) fn is_comprehension(self) -> bool {
        matches!(self, Self::Comprehension | Self::Generator)
    }
}

pub(super) struct Scope<'a> {
    pub(super) kind: Kind,
    pub(super) body: &'a [Stmt],
    pub(super) parameters: Option<&'a Parameters>,
    pub(super) type_parameters: Option<&'a TypeParams>,
    /// The clauses of a comprehension.
    pub(super) clauses: &'a [Comprehension],
    /// What `global` (true) and `nonlocal` (false) have declared so far.
    pub(super) declared: FxHashSet<(&'a str, bool)>,
    /// What the scope does with names, once that was asked for.
    pub(super) deeds: OnceCell<Deeds<'a>>,
    /// Whether the place is in a loop.
    pub(super) in_loop: bool,
    /// Whether it is in a handler of `except*`, and that within the loop.
    pub(super) in_group: bool,
    pub(super) loop_in_group: bool,
    /// How many blocks are around the place.
    pub(super) blocks: usize,
    pub(super) yields: bool,
    /// A `return` with a value.
    pub(super) returned: Option<TextRange>,
    /// Whether a comprehension awaits something.
    pub(super) awaits: bool,
}

impl<'a> Scope<'a> {
    pub(super) fn new(kind: Kind, body: &'a [Stmt]) -> Self {
        Self {
            kind,
            body,
            parameters: None,
            type_parameters: None,
            clauses: &[],
            declared: FxHashSet::default(),
            deeds: OnceCell::new(),
            in_loop: false,
            in_group: false,
            loop_in_group: false,
            // Coroutines stand in a block that catches `StopIteration`.
            blocks: usize::from(kind == Kind::AsyncFunction),
            yields: false,
            returned: None,
            awaits: false,
        }
    }
}
