//! Scopes and bindings; every name and attribute chain to a dotted name.

use ruff_python_ast::Stmt;

/// The scopes of a module.
pub struct Names<'a> {
    _body: &'a [Stmt],
}

impl<'a> Names<'a> {
    /// Builds the scopes of a module in one pass.
    #[must_use]
    pub fn of(body: &'a [Stmt]) -> Self {
        Self { _body: body }
    }
}
