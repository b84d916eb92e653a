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

pub mod bicep;
pub mod combined;
pub mod compiled;
pub mod dockerfile;
pub mod fragment;
pub mod hcl;
pub mod hcl_json;
pub mod ini;
pub mod javascript;
pub mod json;
pub mod literal;
pub mod makefile;
pub mod metadata;
pub mod notebook;
pub mod powershell;
pub mod python;
pub mod scripts;
pub mod shell;
pub mod term;
pub mod toml;
pub mod tree;
pub mod variables;
pub mod wheel;
pub mod yaml;

/// Bytes of a very long line that an excerpt keeps on each side.
const NEAR: usize = 400;

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
    /// A script of `sh` or `bash`.
    Shell(shell::Script),
    /// Terraform and its like.
    Hcl(hcl::Body),
    /// JavaScript or TypeScript.
    JavaScript(javascript::Script),
    /// Recipes of `make`.
    Makefile(makefile::Makefile),
    /// Bicep.
    Bicep(bicep::Bicep),
    /// PowerShell.
    PowerShell(powershell::PowerShell),
    /// TOML.
    Toml(Box<toml::Owned>),
    /// Sections of options.
    Ini(ini::Ini),
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

/// JSON is YAML, unless tabs indent it; then it is read as what it is.
fn yaml_or_json(text: &str) -> Result<Syntax, SyntaxFault> {
    yaml::parse(text).map(Syntax::Yaml).or_else(|fault| {
        let json = text.trim_start().starts_with('{').then(|| json::parse(text).ok()).flatten();
        json.map(Syntax::Json).ok_or(fault)
    })
}

impl Document {
    /// Parses a source by its kind. Python never fails: see [`python::Module::faults`].
    ///
    /// # Errors
    /// The text and the first fault, for kinds whose parser gives up on one.
    pub fn parse(mut source: Source, target: PythonVersion) -> Result<Self, Box<Unparsed>> {
        let mut cells = None;
        let syntax = match source.kind {
            Kind::Python | Kind::Stub => Ok(Syntax::Python(python::parse(&source.text, None, target))),
            Kind::Notebook => notebook::parse(&source.text).map(|notebook| {
                let cells = cells.insert(notebook.cells);
                source.text = notebook.text;
                Syntax::Python(python::parse(&source.text, Some(cells), target))
            }),
            Kind::Json => json::parse(&source.text).map(Syntax::Json),
            Kind::Yaml => yaml_or_json(&source.text),
            Kind::Dockerfile => Ok(Syntax::Dockerfile(dockerfile::parse(&source.text))),
            Kind::JavaScript => javascript::parse(&source.text).map(Syntax::JavaScript),
            Kind::Hcl => hcl::parse(&source.text).map(Syntax::Hcl),
            Kind::Shell => Ok(Syntax::Shell(shell::parse_file(&source.text))),
            Kind::Bicep => bicep::parse(&source.text).map(Syntax::Bicep),
            Kind::PowerShell => powershell::parse(&source.text).map(Syntax::PowerShell),
            Kind::Makefile => Ok(Syntax::Makefile(makefile::parse(&source.text))),
            Kind::Toml => toml::parse(source.text.clone()).map(|toml| Syntax::Toml(Box::new(toml))),
            Kind::Ini => Ok(Syntax::Ini(ini::parse(&source.text))),
            _ => Ok(Syntax::Text),
        };
        match syntax {
            Ok(syntax) => Ok(Self::new(source, cells, syntax)),
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

    /// The lines of a range and one above and below, within its cell; of lines
    /// that are very long only what is near the range.
    #[must_use]
    pub fn excerpt(&self, range: TextRange) -> Excerpt {
        let cell = self.cells.as_ref().and_then(|cells| cells.at(range.start()));
        let bounds = cell.map_or(0..self.text.len(), |cell| cell.start.to_usize()..cell.end.to_usize());
        let start = range.start().to_usize();
        let end = self.text.floor_char_boundary(range.end().to_usize().min(start + 4 * NEAR)).max(start);
        let (mut from, whole) = self.line_start(start, bounds.start);
        if whole && from > bounds.start {
            from = match self.line_start(from - 1, bounds.start) {
                (above, true) => above,
                (_, false) => from,
            };
        }
        let (mut to, whole) = self.line_end(end, bounds.end);
        if whole && to < bounds.end {
            to = match self.line_end(to + 1, bounds.end) {
                (below, true) => below,
                (_, false) => to,
            };
        }
        to -= usize::from(to > end && self.text[..to].ends_with('\r'));
        let above_cell = cell.map_or(0, |cell| self.row(cell.start) - 1);
        Excerpt {
            first_row: self
                .row(TextSize::try_from(from).unwrap_or_default())
                .saturating_sub(above_cell)
                .max(1),
            text: self.text[from..to].to_owned(),
            start: start - from,
            end: end - from,
        }
    }

    /// The start of the line of an offset, and whether it is that rather than
    /// as far as we look.
    fn line_start(&self, offset: usize, bound: usize) -> (usize, bool) {
        let limit = self.text.floor_char_boundary(offset.saturating_sub(NEAR)).max(bound).min(offset);
        match self.text[limit..offset].rfind('\n') {
            Some(at) => (limit + at + 1, true),
            None => (limit, limit == bound),
        }
    }

    /// As [`Self::line_start`], for the end, before the line feed.
    fn line_end(&self, offset: usize, bound: usize) -> (usize, bool) {
        let limit = self.text.floor_char_boundary(offset + NEAR).min(bound).max(offset);
        match self.text[offset..limit].find('\n') {
            Some(at) => (offset + at, true),
            None => (limit, limit == bound),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Encoding;

    /// The excerpt of the first `needle`, as its first row, text and needle.
    fn excerpt(text: &str, needle: &str) -> (u32, String, String) {
        let path: Arc<Path> = Path::new("a.py").into();
        let text = text.to_owned();
        let start = TextSize::try_from(text.find(needle).expect("in the text")).expect("short");
        let range = TextRange::at(start, TextSize::of(needle));
        let source = Source { path, kind: Kind::Python, text, encoding: Encoding::Utf8, bom: false };
        let excerpt = Document::new(source, None, Syntax::Text).excerpt(range);
        let found = excerpt.text[excerpt.start..excerpt.end].to_owned();
        (excerpt.first_row, excerpt.text, found)
    }

    #[test]
    fn excerpts_are_whole_lines_and_one_around() {
        let text = "a\r\nbé\r\nimport cgi\r\nd\r\ne\r\n";
        assert_eq!(excerpt(text, "cgi"), (2, "bé\r\nimport cgi\r\nd".to_owned(), "cgi".to_owned()));
        assert_eq!(excerpt(text, "a"), (1, "a\r\nbé".to_owned(), "a".to_owned()));
        assert_eq!(excerpt("cgi", "cgi"), (1, "cgi".to_owned(), "cgi".to_owned()));
        assert_eq!(excerpt("x\ncgi\n", "cgi"), (1, "x\ncgi\n".to_owned(), "cgi".to_owned()));
    }

    #[test]
    fn long_lines_are_cut_near_the_range() {
        let long = "é".repeat(1000);
        let text = format!("{long}\nx = 1; {long}cgi{long}\n{long}\n");
        let (row, shown, found) = excerpt(&text, "cgi");
        assert_eq!((row, found.as_str()), (2, "cgi"));
        assert!(shown.len() <= 2 * NEAR + 3 && shown.starts_with('é') && !shown.contains('\n'), "{shown}");
    }
}
