//! What Python code means: names, and whether they are reached.

pub mod guards;
pub mod names;
pub mod types;
pub mod uses;

use std::cell::{Cell, OnceCell};

use crate::parse::Document;
use crate::parse::python::Module;
use crate::project::Project;
use crate::version::PythonVersion;
use names::Names;
use types::Types;

/// A parsed module with the questions that rules ask about it. Names are
/// resolved once, when the first rule asks.
pub struct Code<'a> {
    /// The file.
    pub document: &'a Document,
    /// Its syntax.
    pub module: &'a Module,
    /// The repository around it.
    pub project: &'a Project,
    /// The version that guards are judged for.
    pub target: PythonVersion,
    /// Knows what values may be; asked only where names cannot tell.
    pub types: Option<&'a Types>,
    names: OnceCell<Names<'a>>,
    /// How many conditions are being judged inside each other.
    judging: Cell<u32>,
}

impl<'a> Code<'a> {
    /// Wraps a module; nothing is computed yet.
    #[must_use]
    pub fn new(
        document: &'a Document,
        module: &'a Module,
        project: &'a Project,
        target: PythonVersion,
        types: Option<&'a Types>,
    ) -> Self {
        Self { document, module, project, target, types, names: OnceCell::new(), judging: Cell::new(0) }
    }

    /// Scopes, bindings and references.
    #[must_use]
    pub fn names(&self) -> &Names<'a> {
        self.names.get_or_init(|| Names::of(self.module.body()))
    }
}
