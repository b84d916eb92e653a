//! What a function does with the mapping of its own variables.
//!
//! `locals()`, `vars()`, `dir()`, `exec`, `eval` and the function's own frame all
//! stand for that mapping. Up to Python 3.12 they shared one dictionary, which
//! kept names that were put into it; since 3.13 each call makes a fresh one
//! ([PEP 667](https://peps.python.org/pep-0667/)). Variables of the function
//! are left alone by both: what is written under their names is lost on every
//! Python. Classes and modules have a namespace of their own, which stays.

mod calls;
mod effect;
mod flow;
mod frame;
mod lost;
mod proxy;
mod template;
mod walk;

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::TextRange;

pub use effect::Effect;
pub use flow::{Block, Place};
pub use frame::Of;
pub use lost::{Grade, Lost, lost};
pub use proxy::{Deed, Touch, touches};

use super::Code;
use super::guards::{Fault, Reach, reach};

/// One function, method or `lambda`, and what happens to its variables by name.
pub struct Function<'a> {
    /// The statements in it; none in a `lambda`.
    pub body: &'a [Stmt],
    /// Where the body stands.
    pub range: TextRange,
    /// In order of the text.
    pub events: Vec<Event<'a>>,
}

/// One thing that happens to the variables by name.
pub struct Event<'a> {
    /// The expression or statement.
    pub range: TextRange,
    /// Where in the function it stands.
    pub place: Place,
    /// Whether it stands in a comprehension, which is part of the function since Python 3.12.
    pub inlined: bool,
    /// What happens.
    pub act: Act<'a>,
}

/// What happens to the variables by name.
pub enum Act<'a> {
    /// Code runs in the function's own namespace.
    Run(Run<'a>),
    /// The mapping is read, written or handed on.
    Use(Use<'a>),
}

/// A call of `exec` or `eval`.
pub struct Run<'a> {
    /// The call.
    pub call: &'a ExprCall,
    /// `exec` or `eval`.
    pub function: &'static str,
    /// What the code binds and reads.
    pub effect: Effect,
    /// The name that holds the mapping, where that is handed over as the namespace.
    pub held: Option<&'a str>,
}

/// A use of the mapping.
pub struct Use<'a> {
    /// Where the mapping comes from.
    pub mapping: Mapping<'a>,
    /// The expression that stands for it.
    pub expr: &'a Expr,
    /// How it is used.
    pub how: How<'a>,
}

/// An expression for the mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping<'a> {
    /// A call that makes it: `locals`, `vars`, `dir`, or `f_locals` of the own frame.
    Fresh(&'static str),
    /// A variable that holds what such a call gave.
    Held(&'a str),
}

/// What is done with the mapping.
#[derive(Debug, Clone)]
pub enum How<'a> {
    /// `m["x"]`
    Item(Names<'a>),
    /// `m.get("x")`, `"x" in m`: nothing fails without the name.
    Ask(Names<'a>),
    /// Names are filled into a text.
    Format(Names<'a>),
    /// `m["x"] = …`, `m.update(…)`, `m |= …`
    Write(Names<'a>),
    /// `del m["x"]`, `m.pop("x")`
    Take(Names<'a>),
    /// `name = m`
    Keep(&'a str),
    /// `m is …`
    Identity,
    /// Compared or set against something else as a whole.
    Compare,
    /// `return m`
    Return,
    /// Printed or logged.
    Show,
    /// Made and thrown away.
    Discard,
    /// Anything else: handed over, looped over.
    Whole,
}

/// Names that are meant; all or any of them where they cannot be known.
pub type Names<'a> = Option<Vec<std::borrow::Cow<'a, str>>>;

impl<'a> Event<'a> {
    /// The code that runs, if it is that.
    #[must_use]
    pub fn as_run(&self) -> Option<&Run<'a>> {
        match &self.act {
            Act::Run(run) => Some(run),
            Act::Use(_) => None,
        }
    }

    /// The use of the mapping, if it is that.
    #[must_use]
    pub fn as_use(&self) -> Option<&Use<'a>> {
        match &self.act {
            Act::Use(one) => Some(one),
            Act::Run(_) => None,
        }
    }

    /// The variable that holds the mapping which is used, if one does.
    #[must_use]
    pub fn held(&self) -> Option<&'a str> {
        match &self.act {
            Act::Run(run) => run.held,
            Act::Use(one) => match one.mapping {
                Mapping::Held(name) => Some(name),
                Mapping::Fresh(_) => None,
            },
        }
    }

    /// Whether it runs on the target.
    #[must_use]
    pub fn is_live(&self, code: &Code<'a>) -> bool {
        reach(code, self.range, Fault::Name) != Reach::Dead
    }

    /// Whether, up to Python 3.12, the shared dictionary was brought up to date by it.
    #[must_use]
    pub fn refreshes(&self) -> bool {
        match &self.act {
            _ if self.inlined => false,
            Act::Run(run) => run.held.is_none(),
            Act::Use(one) => matches!(one.mapping, Mapping::Fresh(_)),
        }
    }

    /// The builtin or attribute that the event is about, as documented.
    #[must_use]
    pub fn symbol(&self) -> &'static str {
        match &self.act {
            Act::Run(run) => run.function,
            Act::Use(one) => match one.mapping {
                Mapping::Fresh("f_locals") => "frame.f_locals",
                Mapping::Fresh(function) => function,
                Mapping::Held(_) => "locals",
            },
        }
    }
}

impl<'a> Function<'a> {
    /// The functions of a module in which something happens to variables by name.
    #[must_use]
    pub(super) fn all(code: &Code<'a>) -> Vec<Self> {
        walk::functions(code)
    }

    /// Whether the function has a variable so called, bound anywhere in it.
    #[must_use]
    pub fn has_variable(&self, code: &Code<'_>, name: &str) -> bool {
        code.names().is_variable(name, self.range)
    }

    /// Names of a set that are no variables of the function.
    #[must_use]
    pub fn strangers(&self, code: &Code<'_>, names: &BTreeSet<String>) -> BTreeSet<String> {
        names.iter().filter(|name| !self.has_variable(code, name)).cloned().collect()
    }
}
