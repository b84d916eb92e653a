//! Taking names out of import statements, or statements out of blocks.

use ruff_python_ast::{Alias, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::vacancy::{vacate, with_gap};

/// Removes one name of an import statement, or the statement with its last name.
///
/// `body` is the top of the tree that holds the statement. A comment behind
/// the statement stays, unless it only speaks to a tool about the import.
#[must_use]
pub fn remove_alias(
    text: &str,
    body: &[Stmt],
    statement: TextRange,
    names: &[Alias],
    gone: &Alias,
) -> Option<Change> {
    if names.len() == 1 {
        return remove_statement(text, body, statement);
    }
    let at = names.iter().position(|alias| alias.range() == gone.range())?;
    let range = match names.get(at + 1) {
        Some(next) => TextRange::new(gone.start(), next.start()),
        None => TextRange::new(names.get(at.checked_sub(1)?)?.end(), gone.end()),
    };
    // A comment between two names belongs to one of them; only a person knows which.
    (!text[range].contains('#')).then(|| Change::new(range, ""))
}

/// Removes a whole statement from its block. Where the block would be empty,
/// what does nothing without it goes too, or `pass` takes its place.
#[must_use]
pub fn remove_statement(text: &str, body: &[Stmt], statement: TextRange) -> Option<Change> {
    if siblings(body, statement)? == 1 && !body.iter().any(|stmt| stmt.range() == statement) {
        return vacate(text, body, statement);
    }
    let line_start = start_of_line(text, statement.start())?;
    let line_end = end_of_line(text, statement.end())?;
    let before = &text[TextRange::new(line_start, statement.start())];
    let after = &text[TextRange::new(statement.end(), line_end)];
    let mut after = after;
    if let Some(rest) = after.trim_start().strip_prefix(';') {
        let next = rest.trim_start();
        if !next.is_empty() && !next.starts_with('#') {
            // `import a; b()`: up to the next statement.
            let next = line_end - TextSize::of(next);
            return Some(Change::new(TextRange::new(statement.start(), next), ""));
        }
        // `import a;`: nothing follows.
        after = rest;
    }
    if let Some(rest) = before.trim_end().strip_suffix(';') {
        let previous = line_start + TextSize::of(rest.trim_end());
        return Some(Change::new(TextRange::new(previous, statement.end()), ""));
    }
    if !before.trim().is_empty() {
        return None;
    }
    let comment = after.trim();
    if comment.is_empty() || is_pragma(comment) {
        let lines = TextRange::new(line_start, past_line_end(text, line_end));
        return Some(Change::new(with_gap(text, lines), ""));
    }
    let kept = line_end - TextSize::of(after.trim_start());
    Some(Change::new(TextRange::new(statement.start(), kept), ""))
}

/// The white space before a statement, if nothing else stands before it on its line.
#[must_use]
pub fn indentation(text: &str, statement: TextRange) -> Option<&str> {
    let before = &text[TextRange::new(start_of_line(text, statement.start())?, statement.start())];
    before.trim().is_empty().then_some(before)
}

/// Whether a statement is alone on its lines, apart from a comment behind it.
#[must_use]
pub fn is_alone(text: &str, statement: TextRange) -> bool {
    let Some(end) = end_of_line(text, statement.end()) else { return false };
    let after = text[TextRange::new(statement.end(), end)].trim_start();
    indentation(text, statement).is_some() && (after.is_empty() || after.starts_with('#'))
}

/// A comment that only tells a tool something about the statement before it.
pub(super) fn is_pragma(comment: &str) -> bool {
    const TOOLS: &[&str] =
        &["noqa", "type:", "pylint:", "pragma:", "isort:", "nosec", "fmt:", "pyright:", "ruff:", "newskin:"];
    let text = comment.trim_start_matches('#').trim_start();
    TOOLS.iter().any(|tool| text.get(..tool.len()).is_some_and(|start| start.eq_ignore_ascii_case(tool)))
}

/// How many statements stand in the block of a statement, itself included.
fn siblings(body: &[Stmt], statement: TextRange) -> Option<usize> {
    let stmt = body.iter().find(|stmt| stmt.range().contains_range(statement))?;
    if stmt.range() == statement {
        return Some(body.len());
    }
    blocks(stmt).into_iter().find_map(|block| siblings(block, statement))
}

/// The blocks directly within a compound statement.
pub(super) fn blocks(stmt: &Stmt) -> Vec<&[Stmt]> {
    match stmt {
        Stmt::FunctionDef(stmt) => vec![&stmt.body],
        Stmt::ClassDef(stmt) => vec![&stmt.body],
        Stmt::With(stmt) => vec![&stmt.body],
        Stmt::For(stmt) => vec![&stmt.body, &stmt.orelse],
        Stmt::While(stmt) => vec![&stmt.body, &stmt.orelse],
        Stmt::If(stmt) => {
            let clauses = stmt.elif_else_clauses.iter().map(|clause| &clause.body[..]);
            std::iter::once(&stmt.body[..]).chain(clauses).collect()
        }
        Stmt::Try(stmt) => {
            let handlers = stmt.handlers.iter().filter_map(|handler| handler.as_except_handler());
            let handlers = handlers.map(|handler| &handler.body[..]);
            let ends = [&stmt.orelse[..], &stmt.finalbody[..]];
            std::iter::once(&stmt.body[..]).chain(handlers).chain(ends).collect()
        }
        Stmt::Match(stmt) => stmt.cases.iter().map(|case| &case.body[..]).collect(),
        _ => Vec::new(),
    }
}

/// How far from a statement the ends of its line are looked for. Nobody wrote
/// longer lines by hand, and looking far for each statement of one would never end.
const LONGEST: usize = 10_000;

pub(super) fn start_of_line(text: &str, offset: TextSize) -> Option<TextSize> {
    let offset = offset.to_usize();
    let from = text.floor_char_boundary(offset.saturating_sub(LONGEST));
    let start = text[from..offset].rfind(['\n', '\r']).map(|at| from + at + 1);
    start.or((from == 0).then_some(0)).and_then(|start| TextSize::try_from(start).ok())
}

pub(crate) fn end_of_line(text: &str, offset: TextSize) -> Option<TextSize> {
    let offset = offset.to_usize();
    let to = text.floor_char_boundary((offset + LONGEST).min(text.len()));
    let end = text[offset..to].find(['\n', '\r']).map(|at| offset + at);
    end.or((to == text.len()).then_some(to)).and_then(|end| TextSize::try_from(end).ok())
}

pub(super) fn past_line_end(text: &str, line_end: TextSize) -> TextSize {
    let after = &text[line_end.to_usize()..];
    let length = if after.starts_with("\r\n") { 2 } else { u32::from(!after.is_empty()) };
    line_end + TextSize::new(length)
}

/// How a file indents, four spaces where no block shows it; `body` is its whole tree.
#[must_use]
pub fn unit<'t>(text: &'t str, body: &[Stmt]) -> &'t str {
    let mut inner = body.iter().filter_map(|stmt| blocks(stmt).into_iter().flatten().next());
    let indent = inner.find_map(|stmt| indentation(text, stmt.range()).filter(|indent| !indent.is_empty()));
    indent.unwrap_or("    ")
}
