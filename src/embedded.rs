//! What files hold besides their own language: commands that start Python, and
//! Python code given to it on the spot.
//!
//! Scripts, build files, recipes and configuration of continuous integration
//! hold commands; so do strings in Python. A command may start a module
//! (`python -m name`), or Python code (`python -c '…'`, `python <<EOF`), which
//! then is a small program of its own within the file.

use ruff_text_size::TextRange;

use crate::finding::Confidence;
use crate::parse::fragment::Fragment;
use crate::parse::{Document, Syntax};
use crate::python::Code;
use crate::version::PythonVersion;

mod build;
mod calls;
mod docs;
mod interpreter;
mod keys;
mod strings;

/// All that a file holds besides its own language.
#[derive(Debug, Default)]
pub struct Embedded {
    /// Modules and tools that commands start.
    pub starts: Vec<Start>,
    /// Python code.
    pub pieces: Vec<Piece>,
}

/// A module, or a tool that came with Python, started by a command.
#[derive(Debug)]
pub struct Start {
    /// What is started.
    pub what: What,
    /// The words that name it.
    pub place: TextRange,
    /// On which Python.
    pub python: Python,
    /// What follows when it fails.
    pub failure: Consequence,
    /// Whether it runs is decided by a question about versions.
    pub depends: bool,
}

/// What a command starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// `python -m name`, with the literal words behind it.
    Module(String, Vec<String>),
    /// A program that was installed with Python.
    Tool(String),
}

/// Which Python a command starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Python {
    /// The one that runs the file itself.
    Own,
    /// One that the command names.
    Named(PythonVersion),
    /// The one of the container image.
    Image(PythonVersion),
    /// Whichever is found.
    Any,
}

/// What follows when a command fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// What it is part of fails.
    Fails,
    /// The build goes on without it.
    Ignored,
    /// Another way is taken.
    Handled,
}

/// Python code within a file.
#[derive(Debug)]
pub struct Piece {
    /// The code.
    pub code: Fragment,
    /// How sure it can be at best.
    pub confidence: Confidence,
    /// What follows when it fails.
    pub failure: Consequence,
}

/// Looks through a document. `code` is what it means if it is Python.
#[must_use]
pub fn find(document: &Document, code: Option<&Code<'_>>) -> Embedded {
    let mut found = Embedded::default();
    match (&document.syntax, code) {
        (_, Some(code)) => {
            strings::find(code, &mut found);
            docs::find(code, &mut found);
        }
        (Syntax::Dockerfile(dockerfile), _) => build::dockerfile(dockerfile, &document.text, &mut found),
        (Syntax::Makefile(makefile), _) => build::makefile(makefile, &mut found),
        (Syntax::Shell(script), _) => calls::script(script, Python::Any, false, &mut found),
        (Syntax::Json(_) | Syntax::Yaml(_), _) => keys::find(document, &mut found),
        _ => {}
    }
    found.pieces.retain(|piece| piece.failure != Consequence::Handled && !piece.code.is_empty());
    found
}
