//! Where code uses what the catalogue knows: names, methods, arguments.
//!
//! One walk over the module, made when the first rule asks. A use stands at
//! the place that a person would edit: the import that takes a name, or else
//! the attribute, the argument, the string.

mod arguments;
mod finders;
mod members;
mod strings;
mod syntax;
mod walk;

pub use finders::givers;
pub(super) use members::confidence as member_confidence;
pub use members::is_common;
pub use syntax::{CALLS, keyword};

use ruff_python_ast::{Alias, Expr, ExprAttribute, ExprCall, ExprName, StmtImportFrom};
use ruff_text_size::TextRange;

use super::Code;
use super::guards::Fault;
use super::names::BindingId;
use crate::catalogue::{Fact, Kind};
use crate::finding::Confidence;

/// One use of a name that the catalogue knows.
pub struct Use<'a> {
    /// What is used.
    pub fact: Fact,
    /// The place to point at.
    pub range: TextRange,
    /// How it is used.
    pub form: UseForm<'a>,
    /// How sure it is that this name is meant.
    pub confidence: Confidence,
    /// Whether it stands in an annotation that is not evaluated unless somebody asks.
    pub deferred: bool,
}

/// The ways to use a name.
#[derive(Clone, Copy)]
pub enum UseForm<'a> {
    /// `module.name` or `module.Class.method`, known by imports; the call, if it is called.
    Attribute(&'a ExprAttribute, Option<&'a ExprCall>),
    /// `receiver.method`, known by the receiver's type; the call, if it is called.
    Member(&'a ExprAttribute, Option<&'a ExprCall>),
    /// `from module import name`, and everything that is done with the name.
    Import(&'a StmtImportFrom, &'a Alias, BindingId),
    /// A name that `from module import *` brought; the call, if it is called.
    Star(&'a ExprName, Option<&'a ExprCall>),
    /// The keyword argument at this index of a call.
    Keyword(&'a ExprCall, usize),
    /// The positional argument at this index of a call.
    Positional(&'a ExprCall, usize),
    /// An object that syntax hands to a special method: `with path:`.
    Syntax(&'a Expr),
    /// A name in a string, or in another place that no fix touches.
    Text,
}

impl<'a> Use<'a> {
    /// Every use in a module, in order of the text.
    #[must_use]
    pub(super) fn all(code: &Code<'a>) -> Vec<Self> {
        let mut uses = walk::walk(code);
        uses.sort_by_key(|one| (one.range.start(), one.range.end()));
        uses.dedup_by(|a, b| a.range == b.range && std::ptr::eq(a.fact.name, b.fact.name));
        uses
    }

    /// What goes wrong where the name is gone; decides which guards count.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self.form {
            UseForm::Import(..) => Fault::Import,
            UseForm::Syntax(_) => Fault::Call,
            _ if self.fact.name.kind == Some(Kind::Parameter) => Fault::Call,
            _ => Fault::Attribute,
        }
    }

    /// The object, class or module whose attribute is used.
    #[must_use]
    pub fn receiver(&self) -> Option<&'a Expr> {
        match self.form {
            UseForm::Member(attribute, _) | UseForm::Attribute(attribute, _) => Some(&attribute.value),
            _ => None,
        }
    }
}
