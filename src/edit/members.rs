//! Moving one name of a `from … import …` to another module's import.

use ruff_python_ast::{Alias, Stmt, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::imports::{
    blocks, end_of_line, indentation, is_alone, is_pragma, past_line_end, remove_statement, start_of_line,
};
use crate::python::Code;

/// Longest line that an import is made without a person asking.
const LINE: usize = 88;

/// The statement without a name, or no statement if it has only that.
#[must_use]
pub fn without_alias(code: &Code<'_>, import: &StmtImportFrom, gone: &Alias) -> Option<Change> {
    let text = &code.document.text;
    if import.names.len() == 1 {
        return remove_statement(text, code.module.body(), import.range());
    }
    let cut = cut(text, import, gone)?;
    // What a comment says of a name that is gone, only a person knows.
    (cut.comment.is_none_or(is_pragma)).then(|| Change::new(import.range(), cut.rest(text, import)))
}

/// The statement without a name, and one below it that takes the name from
/// another module.
#[must_use]
pub fn move_alias(
    code: &Code<'_>,
    import: &StmtImportFrom,
    alias: &Alias,
    home: &str,
    spelled: &str,
) -> Option<Vec<Change>> {
    let text = &code.document.text;
    if import.names.len() == 1 {
        let module = Change::new(import.module.as_ref()?.range(), home);
        let name = Change::new(alias.range(), spelled);
        return Some(
            [module, name].into_iter().filter(|change| text[change.range] != change.content).collect(),
        );
    }
    let cut = cut(text, import, alias)?;
    let rest = cut.rest(text, import);
    let new = format!("from {home} import {spelled}");
    if !is_alone(text, import.range()) {
        let whole = Change::new(import.range(), format!("{rest}; {new}"));
        return cut.comment.is_none().then(|| vec![whole]);
    }
    let indent = indentation(text, import.range())?;
    let end = end_of_line(text, import.end())?;
    let behind = &text[TextRange::new(import.end(), end)];
    let comment = match cut.comment {
        Some(comment) => format!("  {comment}"),
        None if is_pragma(behind.trim()) => behind.to_owned(),
        None => String::new(),
    };
    let content = format!("{rest}{behind}\n{indent}{new}{comment}");
    Some(vec![Change::new(TextRange::new(import.start(), end), content)])
}

/// Takes a name out of an import and adds it to one from the other module
/// that stands in the same block; `first_read` is where the name is first read.
#[must_use]
pub fn extension(
    code: &Code<'_>,
    import: &StmtImportFrom,
    alias: &Alias,
    home: &str,
    spelled: &str,
    first_read: Option<TextSize>,
) -> Option<Vec<Change>> {
    let text = &code.document.text;
    let block = block_of(code.module.body(), import.range())?;
    let other = block.iter().filter_map(Stmt::as_import_from_stmt).find(|other| {
        imports_from(other, home)
            && (other.end() <= import.start() || first_read.is_none_or(|read| other.end() <= read))
    })?;
    let removal = without_alias(code, import, alias)?;
    if other.names.iter().any(|known| text[known.range()] == *spelled) {
        return Some(vec![removal]);
    }
    Some(vec![removal, added(text, other, spelled)?])
}

/// Whether an import takes single names from a module.
#[must_use]
pub fn imports_from(import: &StmtImportFrom, module: &str) -> bool {
    import.level == 0
        && import.module.as_ref().is_some_and(|own| own.as_str() == module)
        && import.names.iter().all(|alias| alias.name.as_str() != "*")
}

/// One name more in an import.
#[must_use]
pub fn added(text: &str, import: &StmtImportFrom, spelled: &str) -> Option<Change> {
    let names = &import.names;
    let sorted = names.is_sorted_by(|one, other| one.name.as_str() <= other.name.as_str());
    let next = names.iter().find(|alias| sorted && alias.name.as_str() > spelled);
    let near = next.or(names.last())?;
    let start = start_of_line(text, near.start())?;
    let end = end_of_line(text, near.end())?;
    let indent = &text[TextRange::new(start, near.start())];
    let own_line = indent.trim().is_empty() && !indent.is_empty();
    let length = text[TextRange::new(start, end)].chars().count() + spelled.chars().count() + 2;
    if !own_line && length > LINE {
        return None;
    }
    let behind = &text[TextRange::new(near.end(), end)];
    // A comment behind a statement speaks of the names that are in it now.
    let comment = behind.find('#').map(|at| &behind[at..]);
    if !own_line && comment.is_some_and(|comment| !is_pragma(comment)) {
        return None;
    }
    let between = if own_line { format!(",\n{indent}") } else { ", ".to_owned() };
    if next.is_some() {
        return Some(Change::new(TextRange::empty(near.start()), format!("{spelled}{between}")));
    }
    (comment.is_none() || near.end() == import.end())
        .then(|| Change::new(TextRange::empty(near.end()), format!("{between}{spelled}")))
}

/// A name with what has to go with it from its statement.
struct Cut<'t> {
    range: TextRange,
    /// What is said of it, on its line.
    comment: Option<&'t str>,
}

impl Cut<'_> {
    fn rest(&self, text: &str, import: &StmtImportFrom) -> String {
        let before = &text[TextRange::new(import.start(), self.range.start())];
        format!("{before}{}", &text[TextRange::new(self.range.end(), import.end())])
    }
}

/// Cuts one name of several; `None` if a comment is in the way.
fn cut<'t>(text: &'t str, import: &StmtImportFrom, gone: &Alias) -> Option<Cut<'t>> {
    let at = import.names.iter().position(|alias| alias.range() == gone.range())?;
    let start = start_of_line(text, gone.start())?;
    let end = end_of_line(text, gone.end())?;
    let before = &text[TextRange::new(start, gone.start())];
    let behind = text[TextRange::new(gone.end(), end)].trim();
    let comment = behind.strip_prefix(',').unwrap_or(behind).trim();
    let own_line = before.trim().is_empty() && start > import.start() && end < import.end();
    if own_line && (comment.is_empty() || comment.starts_with('#')) {
        let comment = Some(comment).filter(|comment| !comment.is_empty());
        return Some(Cut { range: TextRange::new(start, past_line_end(text, end)), comment });
    }
    let previous = at.checked_sub(1).and_then(|at| import.names.get(at));
    let range = match (previous, import.names.get(at + 1)) {
        // The last of its line: the next line stays as it is.
        (Some(previous), Some(next)) if previous.start() >= start && next.start() > end => {
            let clear = !comment.starts_with('#') || is_pragma(comment);
            let range = TextRange::new(previous.end(), gone.end());
            return clear.then_some(Cut { range, comment: None });
        }
        (_, Some(next)) => TextRange::new(gone.start(), next.start()),
        (previous, None) => TextRange::new(previous?.end(), gone.end()),
    };
    (!text[range].contains('#')).then_some(Cut { range, comment: None })
}

/// The block that a statement stands in.
fn block_of(body: &[Stmt], statement: TextRange) -> Option<&[Stmt]> {
    let stmt = body.iter().find(|stmt| stmt.range().contains_range(statement))?;
    if stmt.range() == statement {
        return Some(body);
    }
    blocks(stmt).into_iter().find_map(|block| block_of(block, statement))
}
