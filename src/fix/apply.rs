//! Text and edits to text, and whether it still holds together.

use ruff_text_size::TextRange;

use super::select::Change;
use crate::discover::Kind;
use crate::parse::notebook::Cells;
use crate::parse::{self, notebook};
use crate::read::{Source, encode};
use crate::version::PythonVersion;

/// The source with the edits made, which are sorted and do not overlap. Line
/// feeds in new text become the line ends of the file.
///
/// # Errors
/// Why they cannot be made, as the end of a sentence about the fix.
pub fn apply(source: &Source, edits: &[&Change]) -> Result<Source, String> {
    let newline = newline(source);
    let contents: Vec<String> = edits.iter().map(|edit| with_newline(&edit.content, newline)).collect();
    let pairs: Vec<(TextRange, &str)> =
        edits.iter().zip(&contents).map(|(edit, content)| (edit.range, content.as_str())).collect();
    let text = match source.kind {
        Kind::Notebook => {
            notebook::rewrite(&source.text, &pairs).map_err(|error| format!("does not fit: {error}"))?
        }
        _ => splice(&source.text, &pairs).ok_or("does not fit: its place is not in the file")?,
    };
    encode(source.encoding, source.bom, &text).map_err(|error| format!("cannot be written: {error}"))?;
    Ok(Source { text, ..source.clone() })
}

/// Replaces ranges of a text; `None` if one is out of order or not in it.
fn splice(text: &str, edits: &[(TextRange, &str)]) -> Option<String> {
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (range, content) in edits {
        result.push_str(text.get(done..range.start().to_usize())?);
        result.push_str(content);
        done = range.end().to_usize();
    }
    result.push_str(text.get(done..)?);
    Some(result)
}

/// The line end that the file begins with.
fn newline(source: &Source) -> &'static str {
    if source.kind == Kind::Notebook {
        return "\n";
    }
    match source.text.find(['\n', '\r']) {
        Some(at) if source.text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if source.text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

fn with_newline(content: &str, newline: &str) -> String {
    if newline == "\n" || !content.contains('\n') {
        return content.to_owned();
    }
    content.replace("\r\n", "\n").replace('\n', newline)
}

/// Whether an edit leaves the text as it is.
pub fn changes_nothing(text: &str, edit: &Change) -> bool {
    text.get(edit.range.start().to_usize()..edit.range.end().to_usize()) == Some(&*edit.content)
}

/// Whether the text is well-formed on every one of these versions. A kind
/// that no parser knows always is.
pub fn is_sound(source: &Source, versions: &[PythonVersion]) -> bool {
    let text = &source.text;
    match source.kind {
        Kind::Python | Kind::Stub => is_sound_python(text, None, versions),
        Kind::Notebook => notebook::parse(text)
            .is_ok_and(|notebook| is_sound_python(&notebook.text, Some(&notebook.cells), versions)),
        Kind::Json => parse::json::parse(text).is_ok(),
        Kind::Yaml => parse::yaml::parse(text).is_ok(),
        Kind::Toml => parse::toml::parse(text).is_ok(),
        Kind::Hcl => parse::hcl::parse(text).is_ok(),
        Kind::Bicep => parse::bicep::parse(text).is_ok(),
        Kind::PowerShell => parse::powershell::parse(text).is_ok(),
        Kind::Dockerfile
        | Kind::Requirements
        | Kind::Ini
        | Kind::Versions
        | Kind::JavaScript
        | Kind::Shell
        | Kind::Makefile
        | Kind::Installed => true,
    }
}

fn is_sound_python(text: &str, cells: Option<&Cells>, versions: &[PythonVersion]) -> bool {
    versions.iter().all(|version| parse::python::parse(text, cells, *version).faults().is_empty())
}

/// The text that edits of a source count in: of a notebook, its code.
pub fn text_of_edits(source: &Source) -> std::borrow::Cow<'_, str> {
    match source.kind {
        Kind::Notebook => {
            notebook::parse(&source.text).map(|notebook| notebook.text).unwrap_or_default().into()
        }
        _ => (&*source.text).into(),
    }
}
