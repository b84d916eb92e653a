//! Text to syntax: one door per kind of file.
//!
//! Only this room names the parser crates; what they return is the vocabulary
//! of the rooms above.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use ruff_source_file::LineIndex;
use ruff_text_size::{TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Excerpt, Place, Span};
use crate::read::Source;
use crate::version::PythonVersion;

pub mod dockerfile;
pub mod fragment;
pub mod json;
pub mod notebook;
pub mod python;
pub mod shell;
pub mod toml;
pub mod yaml;

/// A file, its text and its syntax.
#[derive(Debug)]
pub struct Document {
    /// As reached from the command line.
    pub path: Arc<Path>,
    /// What the file is.
    pub kind: Kind,
    /// The text that spans count in; for a notebook, its code cells joined.
    pub text: String,
    /// The cells of a notebook.
    pub cells: Option<notebook::Cells>,
    /// The syntax of the text.
    pub syntax: Syntax,
    lines: OnceLock<LineIndex>,
}

/// What the parser made of the text.
#[derive(Debug)]
pub enum Syntax {
    /// Python source, stub, or the code of a notebook.
    Python(python::Module),
    /// A container build file.
    Dockerfile(dockerfile::Dockerfile),
    /// JSON with comments.
    Json(json::Value),
    /// The documents of a YAML stream.
    Yaml(Vec<yaml::Document>),
    /// Not parsed: no selected rule reads this kind.
    Text,
}

/// The text cannot be understood as its kind (Python reports its own errors
/// as findings instead).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SyntaxFault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub range: TextRange,
}

/// A document whose text is no well-formed example of its kind.
#[derive(Debug)]
pub struct Unparsed {
    /// The text, without syntax.
    pub document: Document,
    /// The first fault.
    pub fault: SyntaxFault,
}

impl Document {
    /// Parses a source by its kind. Python never fails: see [`python::Module::faults`].
    ///
    /// # Errors
    /// The text and the first fault, for kinds whose parser gives up on one.
    pub fn parse(source: Source, target: PythonVersion) -> Result<Self, Box<Unparsed>> {
        let syntax = match source.kind {
            Kind::Python | Kind::Stub => Ok(Syntax::Python(python::parse(&source.text, None, target))),
            Kind::Json => json::parse(&source.text).map(Syntax::Json),
            Kind::Yaml => yaml::parse(&source.text).map(Syntax::Yaml),
            Kind::Dockerfile => Ok(Syntax::Dockerfile(dockerfile::parse(&source.text))),
            _ => Ok(Syntax::Text),
        };
        match syntax {
            Ok(syntax) => Ok(Self::new(source, None, syntax)),
            Err(fault) => Err(Box::new(Unparsed { document: Self::new(source, None, Syntax::Text), fault })),
        }
    }

    /// A document over text that has been parsed already.
    #[must_use]
    pub fn new(source: Source, cells: Option<notebook::Cells>, syntax: Syntax) -> Self {
        Self {
            path: source.path,
            kind: source.kind,
            text: source.text,
            cells,
            syntax,
            lines: OnceLock::new(),
        }
    }

    /// The text of a range.
    #[must_use]
    pub fn slice(&self, range: TextRange) -> &str {
        &self.text[range]
    }

    /// A range as people count it.
    #[must_use]
    pub fn span(&self, range: TextRange) -> Span {
        let cell = self.cells.as_ref().and_then(|cells| cells.at(range.start()));
        let first_row = cell.map_or(0, |cell| self.row(cell.start) - 1);
        let place = |offset| {
            let place = self.place(offset);
            Place { row: place.row.saturating_sub(first_row).max(1), ..place }
        };
        Span {
            range,
            cell: cell.map(|cell| cell.number),
            start: place(range.start()),
            end: place(range.end()),
        }
    }

    /// The lines of a range and one around it, cut down where they are very long.
    #[must_use]
    pub fn excerpt(&self, range: TextRange) -> Excerpt {
        const CONTEXT: usize = 400;
        let floor = |mut at: usize| {
            while !self.text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let end = floor(end.min(start + 4 * CONTEXT));
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at);
        let line_end = line_end - usize::from(self.text[..line_end].ends_with('\r') && line_end > end);
        let from = floor(line_start.max(start.saturating_sub(CONTEXT)));
        let to = floor(line_end.min(end + CONTEXT));
        Excerpt {
            first_row: self.span(TextRange::empty(range.start())).start.row,
            text: self.text[from..to].to_owned(),
            start: start - from,
            end: end - from,
        }
    }

    fn index(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::from_source_text(&self.text))
    }

    fn row(&self, offset: TextSize) -> u32 {
        u32::try_from(self.index().line_index(offset).get()).unwrap_or(u32::MAX)
    }

    fn place(&self, offset: TextSize) -> Place {
        let place = self.index().line_column(offset, &self.text);
        Place {
            row: u32::try_from(place.line.get()).unwrap_or(u32::MAX),
            column: u32::try_from(place.column.get()).unwrap_or(u32::MAX),
        }
    }
}
