//! Python source to its syntax tree.

use ruff_python_ast::token::Tokens;
use ruff_python_ast::{ModModule, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_cells_unchecked, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::SyntaxFault;
use super::notebook::Cells;
use crate::version::PythonVersion;

/// A module: tree, tokens, and what the grammar of the target refuses.
#[derive(Debug)]
pub struct Module {
    parsed: Parsed<ModModule>,
}

impl Module {
    /// The top-level statements.
    #[must_use]
    pub fn body(&self) -> &[Stmt] {
        &self.parsed.syntax().body
    }

    /// The tree.
    #[must_use]
    pub fn syntax(&self) -> &ModModule {
        self.parsed.syntax()
    }

    /// The tokens, comments included.
    #[must_use]
    pub fn tokens(&self) -> &Tokens {
        self.parsed.tokens()
    }

    /// Whether the target's parser would refuse the text.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.parsed.has_syntax_errors()
    }

    /// Everything refused, in order of the text.
    #[must_use]
    pub fn faults(&self) -> Vec<SyntaxFault> {
        let errors = self.parsed.errors().iter();
        let errors = errors.map(|error| (error.error.to_string(), error.location));
        let newer = self.parsed.unsupported_syntax_errors().iter();
        let newer = newer.map(|error| (error.to_string(), error.range()));
        let mut faults: Vec<SyntaxFault> =
            errors.chain(newer).map(|(message, range)| SyntaxFault { message, range }).collect();
        faults.sort_by_key(|fault| (fault.range.start(), fault.range.end()));
        faults
    }
}

/// Parses a file, or the cells of a notebook. Never fails: what cannot be
/// understood is among [`Module::faults`].
#[must_use]
pub fn parse(text: &str, cells: Option<&Cells>, target: PythonVersion) -> Module {
    let parsed = match cells {
        Some(cells) => {
            let options = ParseOptions::from(Mode::Ipython).with_target_version(target);
            parse_cells_unchecked(text, cells.ranges(), &options)
        }
        None => {
            let options = ParseOptions::from(Mode::Module).with_target_version(target);
            parse_unchecked(text, options).try_into_module().expect("a module was asked for")
        }
    };
    Module { parsed }
}

/// Whether a range covers more than white space and comments of a text.
#[must_use]
pub fn is_blank(text: &str, range: TextRange) -> bool {
    text[range].trim().is_empty()
}
