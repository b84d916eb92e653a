//! Jupyter notebooks: JSON whose code cells are read as one Python module.

use std::ops::Range;

use jsonc_parser::common::Ranged;
use jsonc_parser::{ParseOptions, ast};
use ruff_text_size::{TextRange, TextSize};

use super::{SyntaxFault, json};

mod magic;
mod rewrite;

pub use rewrite::{OutsideCells, rewrite};

/// Where each code cell stands in the joined text.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    /// In order of the text.
    pub code: Vec<Cell>,
}

/// One code cell that is Python.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// From 1, counting every cell of the notebook.
    pub number: u32,
    /// First byte in the joined text.
    pub start: TextSize,
    /// Behind the last byte; a line feed follows.
    pub end: TextSize,
}

impl Cells {
    /// The cell that holds an offset.
    #[must_use]
    pub fn at(&self, offset: TextSize) -> Option<Cell> {
        let at = self.code.partition_point(|cell| cell.end < offset);
        self.code.get(at).copied()
    }

    /// The ranges of the cells, as the parser wants them.
    pub fn ranges(&self) -> impl Iterator<Item = TextRange> + '_ {
        self.code.iter().map(|cell| TextRange::new(cell.start, cell.end))
    }
}

/// The Python of a notebook.
#[derive(Debug, Clone, Default)]
pub struct Notebook {
    /// The code cells, a line feed behind each. As long as their sources; a
    /// line that only IPython takes for a command is made a comment.
    pub text: String,
    /// Where each stands.
    pub cells: Cells,
}

/// Reads a notebook of format 4, or of 2 and 3, where cells stand in
/// worksheets. Without code cells in Python the text is empty: cells in other
/// languages, by the notebook's kernel, the cell's metadata, or a cell magic
/// such as `%%bash`, are left out.
///
/// # Errors
/// The first fault of the JSON, or what it lacks to be a notebook.
pub fn parse(json: &str) -> Result<Notebook, SyntaxFault> {
    let mut notebook = Notebook::default();
    for cell in code_cells(json)? {
        let start = TextSize::of(&notebook.text);
        notebook.text.push_str(&cell.text);
        magic::comment_out(&mut notebook.text, start.to_usize());
        let end = TextSize::of(&notebook.text);
        notebook.text.push('\n');
        notebook.cells.code.push(Cell { number: cell.number, start, end });
    }
    Ok(notebook)
}

/// The Python cells as they are, each with its number.
///
/// # Errors
/// As [`parse`].
pub fn sources(json: &str) -> Result<Vec<(u32, String)>, SyntaxFault> {
    Ok(code_cells(json)?.into_iter().map(|cell| (cell.number, cell.text)).collect())
}

/// A Python cell as it stands in the JSON.
struct CodeCell {
    number: u32,
    /// The source, its lines joined.
    text: String,
    /// The bytes of the JSON value: a string, or an array of them.
    place: Range<usize>,
    /// The strings that make up the source, quotes included; empty when the
    /// value is no array.
    parts: Vec<Range<usize>>,
}

/// The Python cells with any text, in order.
fn code_cells(json: &str) -> Result<Vec<CodeCell>, SyntaxFault> {
    let tree = json::tree(json, &options())?;
    let Some(root) = tree.as_object() else {
        return Err(fault(tree.range().start, "a notebook is a JSON object"));
    };
    if !is_python(root) {
        return Ok(Vec::new());
    }
    let cells: Vec<&ast::Value> = match (array(root, "cells"), array(root, "worksheets")) {
        (Some(cells), _) => cells.collect(),
        (None, Some(sheets)) => {
            let sheets = sheets.filter_map(ast::Value::as_object);
            sheets.filter_map(|sheet| array(sheet, "cells")).flatten().collect()
        }
        (None, None) => return Err(fault(root.range.start, "no notebook: it has no list of `cells`")),
    };
    let databricks = object(root, "metadata")
        .is_some_and(|metadata| metadata.get("application/vnd.databricks.v1+notebook").is_some());
    let cells = (1..).zip(cells).filter_map(|(number, cell)| code_cell(number, cell.as_object()?));
    Ok(cells.filter(|cell| !cell.text.is_empty() && !magic::is_foreign(&cell.text, databricks)).collect())
}

/// What Python's `json` reads, since it writes most notebooks.
fn options() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_trailing_commas: false,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: true,
        allow_extended_string_escapes: false,
    }
}

fn code_cell(number: u32, cell: &ast::Object<'_>) -> Option<CodeCell> {
    if string(cell, "cell_type") != Some("code") || !is_python_cell(cell) {
        return None;
    }
    // Before format 4 it was called the input.
    let value = &cell.get("source").or_else(|| cell.get("input"))?.value;
    let literals: Vec<&ast::StringLit<'_>> = match value {
        ast::Value::StringLit(literal) => vec![literal],
        ast::Value::Array(array) => {
            array.elements.iter().map(ast::Value::as_string_lit).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let text = literals.iter().map(|literal| &*literal.value).collect();
    let range = |range: jsonc_parser::common::Range| range.start..range.end;
    let mut parts: Vec<_> = literals.iter().map(|literal| range(literal.range)).collect();
    if value.as_array().is_none() {
        parts.clear();
    }
    Some(CodeCell { number, text, place: range(value.range()), parts })
}

/// What the notebook says of its kernel; one that says nothing is Python's.
fn is_python(root: &ast::Object<'_>) -> bool {
    const OTHERS: &[&str] = &[
        ".net",
        "bash",
        "gophernotes",
        "ijavascript",
        "ir",
        "java",
        "julia",
        "kotlin",
        "matlab",
        "octave",
        "perl",
        "ruby",
        "rust",
        "sas",
        "scala",
        "spark",
        "stata",
        "wolfram",
        "xcpp",
    ];
    let Some(metadata) = object(root, "metadata") else { return true };
    let spec = object(metadata, "kernelspec");
    let language = object(metadata, "language_info").and_then(|info| string(info, "name"));
    let language = language.or_else(|| spec.and_then(|spec| string(spec, "language")));
    match (language, spec.and_then(|spec| string(spec, "name"))) {
        (Some(language), _) => names_python(language),
        (None, Some(kernel)) => {
            let kernel = kernel.to_ascii_lowercase();
            !OTHERS.iter().any(|other| kernel == *other || kernel.starts_with(&format!("{other}-")))
        }
        (None, None) => true,
    }
}

/// What the editors that mix languages say of a cell.
fn is_python_cell(cell: &ast::Object<'_>) -> bool {
    let metadata = object(cell, "metadata");
    let of_metadata = |key| metadata.and_then(|metadata| string(metadata, key));
    let vscode = metadata.and_then(|metadata| object(metadata, "vscode"));
    let language =
        vscode.and_then(|vscode| string(vscode, "languageId")).or_else(|| string(cell, "language"));
    let kernel = of_metadata("kernel").is_none_or(|kernel| kernel.to_ascii_lowercase().contains("py"));
    let deepnote = of_metadata("deepnote_cell_type").is_none_or(|kind| kind == "code");
    language.is_none_or(names_python) && kernel && deepnote
}

fn names_python(language: &str) -> bool {
    let language = language.to_ascii_lowercase();
    language == "ipython" || language.starts_with("python") || language.starts_with("pyspark")
}

fn object<'a, 'b>(of: &'b ast::Object<'a>, key: &str) -> Option<&'b ast::Object<'a>> {
    of.get(key)?.value.as_object()
}

fn string<'a>(of: &'a ast::Object<'_>, key: &str) -> Option<&'a str> {
    of.get(key)?.value.as_string_lit().map(|literal| &*literal.value)
}

fn array<'a, 'b>(of: &'b ast::Object<'a>, key: &str) -> Option<std::slice::Iter<'b, ast::Value<'a>>> {
    of.get(key)?.value.as_array().map(|array| array.elements.iter())
}

fn fault(at: usize, message: &str) -> SyntaxFault {
    let at = TextSize::try_from(at).unwrap_or_default();
    SyntaxFault { message: message.to_owned(), range: TextRange::empty(at) }
}

#[cfg(test)]
mod tests;
