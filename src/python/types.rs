//! Types: what a value may be, where names alone cannot tell.
//!
//! Only this room names the crates of the type engine.

use std::path::{Path, PathBuf};

use ruff_text_size::TextRange;

use crate::config::Settings;
use crate::parse::Document;
use crate::read::Source;

/// The type engine of one run. Costs nothing until first asked; shared by all
/// threads.
#[derive(Debug)]
pub struct Types {
    root: PathBuf,
}

/// Where an attribute of a value may come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    /// One for each class the value may have: the members of a union, `None` left out.
    pub classes: Vec<Class>,
    /// Modules that it may be (dotted).
    pub modules: Vec<String>,
    /// Functions and methods that it may be, by the dotted place of their definition.
    pub functions: Vec<String>,
    /// Whether it may also be something else, or something the engine cannot
    /// tell: `Any`, an untyped parameter, a package that is not installed.
    pub unknown: bool,
}

/// A class that a value may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Dotted names of the places of definition, in method resolution order:
    /// `unittest.case.TestCase`, `builtins.object`.
    pub mro: Vec<String>,
    /// Whether each class in `mro` is the standard library's.
    pub standard: Vec<bool>,
    /// The first class in `mro` that defines the attribute: in its body or, by
    /// assigning to `self`, in a method. A `__getattr__` counts.
    pub defined_by: Option<usize>,
    /// Whether there are bases that are not known, so that the attribute may
    /// come from there.
    pub open: bool,
    /// Whether the value is an instance, rather than the class itself.
    pub instance: bool,
}

impl Types {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { root: settings.root.clone() }
    }

    /// Where `attr` of the expression at `receiver` would come from.
    #[must_use]
    pub fn owners(&self, document: &Document, receiver: TextRange, attr: &str) -> Owners {
        let _ = (document, receiver, attr, &self.root);
        Owners { unknown: true, ..Owners::default() }
    }

    /// Why the file was not typed, if the engine gave up on it.
    #[must_use]
    pub fn gave_up(&self, path: &Path) -> Option<&'static str> {
        let _ = path;
        None
    }

    /// Texts that differ from those on the disk. Must not be called while a
    /// check runs.
    pub fn overlay(&self, changed: &[Source]) {
        let _ = changed;
    }
}
