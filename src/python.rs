//! What Python code means: names, and whether they are reached.

pub mod changes;
pub mod compile;
pub mod guards;
pub mod locals;
pub mod mentions;
pub mod names;
pub mod types;
pub mod uses;

use std::cell::{Cell, OnceCell, RefCell};

use ruff_python_ast::find_node::{CoveringNode, covering_node};
use ruff_python_ast::{AnyNodeRef, Expr};
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use crate::catalogue::Fact;
use crate::parse::Document;
use crate::parse::python::Module;
use crate::project::Project;
use crate::version::PythonVersion;
use compile::warned::Warned;
use guards::{Fault, Reach};
use locals::Function;
use names::{Meanings, Names};
use types::Types;
use uses::Use;

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
    /// Whether anyone wants to know of what still works and is deprecated.
    pub deprecations: bool,
    names: OnceCell<Names<'a>>,
    uses: OnceCell<Vec<Use<'a>>>,
    functions: OnceCell<Vec<Function<'a>>>,
    warned: OnceCell<Vec<Warned<'a>>>,
    /// How many conditions are being judged inside each other.
    judging: Cell<u32>,
    /// Conditions that were judged before, by place and by `judging`.
    truths: Judged<Option<bool>>,
    /// Bindings that were judged before, likewise.
    dead: Judged<bool>,
    /// Whether nothing imports the file on the target.
    unused: OnceCell<bool>,
}

/// Answers by place, and by how deep in other questions they were asked.
type Judged<T> = RefCell<FxHashMap<(TextRange, u32), T>>;

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
        Self {
            document,
            module,
            project,
            target,
            types,
            deprecations: false,
            names: OnceCell::new(),
            uses: OnceCell::new(),
            functions: OnceCell::new(),
            warned: OnceCell::new(),
            judging: Cell::new(0),
            truths: RefCell::default(),
            dead: RefCell::default(),
            unused: OnceCell::new(),
        }
    }

    /// The nodes around a range, innermost first.
    #[must_use]
    pub fn around(&self, range: TextRange) -> CoveringNode<'a> {
        covering_node(AnyNodeRef::from(self.module.syntax()), range)
    }

    /// Scopes, bindings and references.
    #[must_use]
    pub fn names(&self) -> &Names<'a> {
        self.names.get_or_init(|| Names::of(self.module.body()))
    }

    /// What an expression stands for, without what bindings give it that do
    /// not run on the target.
    #[must_use]
    pub fn meanings(&self, expr: &'a Expr) -> Meanings<'a> {
        let all = self.names().resolve(expr);
        if all.only().is_some() || all.dotted.is_empty() {
            return all;
        }
        let live = self
            .names()
            .resolve_where(expr, &|binding| guards::reach(self, binding.range, Fault::Import) != Reach::Dead);
        if live.dotted.is_empty() && !live.other { all } else { live }
    }

    /// Uses of what the catalogue knows, in order of the text: of what is gone,
    /// and of what is deprecated if that is asked for.
    pub fn uses(&self) -> &[Use<'a>] {
        self.uses.get_or_init(|| Use::all(self))
    }

    /// What functions do with the mapping of their variables, in order of the text.
    pub fn functions(&self) -> &[Function<'a>] {
        self.functions.get_or_init(|| Function::all(self))
    }

    /// What the compiler of Python warns of, in order of the text.
    pub fn warned(&self) -> &[Warned<'a>] {
        self.warned.get_or_init(|| {
            let body = self.module.body();
            compile::warned::warned(body, compile::future_annotations(body))
        })
    }

    /// Whether uses of the name are looked for.
    #[must_use]
    pub fn looks_for(&self, fact: Fact) -> bool {
        let past = |version: Option<PythonVersion>| version.is_some_and(|version| version <= self.target);
        past(fact.name.removed) || self.deprecations && past(fact.name.deprecated)
    }
}
