//! Where new import statements go among those of a file.

use ruff_python_ast::{Stmt, StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{At, Import, before};
use crate::catalogue::is_importable;
use crate::edit::Change;
use crate::edit::imports::{end_of_line, indentation, is_alone};
use crate::edit::members::{added, imports_from};
use crate::python::Code;
use crate::version::PythonVersion;

/// An import as far as its place among others goes.
enum Line<'a> {
    Plain(&'a StmtImport),
    From(&'a StmtImportFrom),
}

impl<'a> Line<'a> {
    fn of(stmt: &'a Stmt) -> Option<Self> {
        match stmt {
            Stmt::Import(import) => Some(Self::Plain(import)),
            Stmt::ImportFrom(import) => {
                let future = import.module.as_ref().is_some_and(|module| module.as_str() == "__future__");
                (!future).then_some(Self::From(import))
            }
            _ => None,
        }
    }

    fn module(&self) -> &'a str {
        match self {
            Self::Plain(import) => import.names.first().map_or("", |alias| alias.name.as_str()),
            Self::From(import) => import.module.as_ref().map_or("", |module| module.as_str()),
        }
    }

    /// Whether it stands above a new import: plain ones come first, then by name.
    fn precedes(&self, new: &Import) -> bool {
        match (self, new) {
            (Self::Plain(_), Import::Member(..)) => true,
            (Self::From(_), Import::Module(_)) => false,
            (Self::From(import), Import::Member(..)) if import.level > 0 => false,
            _ => self.module() <= new.module(),
        }
    }

    fn range(&self) -> TextRange {
        match self {
            Self::Plain(import) => import.range(),
            Self::From(import) => import.range(),
        }
    }

    fn is_standard(&self) -> bool {
        let relative = matches!(self, Self::From(import) if import.level > 0);
        let first = self.module().split('.').next().unwrap_or_default();
        !relative && is_importable(first, None, PythonVersion::PY313) == Some(true)
    }
}

/// Adds the insertions of imports that are missing at a place; `None` where one has no room.
#[must_use]
pub fn add_missing(
    code: &Code<'_>,
    missing: impl IntoIterator<Item = Import>,
    at: At,
    changes: &mut Vec<Change>,
) -> Option<()> {
    for import in missing {
        add(changes, insertion(code, &import, at)?);
    }
    Some(())
}

/// Adds the insertion of an import to others; the first of a file share the empty line beside them.
pub fn add(changes: &mut Vec<Change>, new: Change) {
    let Some(last) = changes.last_mut().filter(|last| last.range == new.range) else {
        changes.push(new);
        return;
    };
    if last.content.starts_with("\n\n") && new.content.starts_with("\n\n") {
        last.content.push_str(&new.content[1..]);
    } else if last.content.ends_with("\n\n") && new.content.ends_with("\n\n") {
        last.content.pop();
        last.content.push_str(&new.content);
    } else {
        changes.push(new);
    }
}

/// Where a new import statement goes.
pub(super) fn insertion(code: &Code<'_>, import: &Import, at: At) -> Option<Change> {
    let text = &code.document.text;
    let body = code.module.body();
    let statement = import.statement();
    if let Import::Member(module, member) = import {
        let known = before(body, at.place).into_iter().filter_map(Stmt::as_import_from_stmt);
        let known = known.filter(|known| imports_from(known, module));
        if let Some(change) = known.last().and_then(|known| added(text, known, member)) {
            return Some(change);
        }
    }
    if let Some(beside) = at.beside
        && before(body, at.place).iter().any(|stmt| stmt.range() == beside)
        && !body.iter().any(|stmt| stmt.range() == beside)
    {
        // Within a function or another block that holds the place.
        return below(code, beside, &statement);
    }
    let body = &body[..body.partition_point(|stmt| stmt.end() <= at.place)];
    let sections = sections(text, body);
    let has = |section: &&Vec<Line<'_>>| {
        at.beside.is_some_and(|beside| section.iter().any(|line| line.range() == beside))
    };
    let standard = |section: &&Vec<Line<'_>>| section.iter().any(Line::is_standard);
    let section = sections.iter().find(has).or_else(|| sections.iter().find(standard));
    let Some(section) = section.or_else(|| sections.first()) else {
        return on_top(code, &statement);
    };
    let own = section.iter().position(|line| at.beside == Some(line.range()));
    let mut above = section.iter().rposition(|line| line.precedes(import));
    // Where the section is not sorted, beside the import it belongs to.
    let sorted = section.windows(2).all(|pair| match (&pair[0], &pair[1]) {
        (Line::Plain(one), Line::Plain(other)) => one.names[0].name.as_str() <= other.names[0].name.as_str(),
        (Line::From(_), Line::Plain(_)) => false,
        _ => true,
    });
    if !sorted && let Some(own) = own {
        above = Some(own);
    }
    let notebook = code.document.cells.is_some();
    if let Some(line) = above.filter(|_| !notebook).and_then(|above| section.get(above)) {
        return below(code, line.range(), &statement);
    }
    let next = if notebook { above.or(own).unwrap_or_default() } else { 0 };
    over(text, section.get(next)?.range(), &statement)
}

/// The imports among which one stands at the top of a module, in order;
/// `None` within functions and other blocks, and in notebooks.
#[must_use]
pub fn section_of(code: &Code<'_>, import: TextRange) -> Option<Vec<TextRange>> {
    if code.document.cells.is_some() {
        return None;
    }
    let sections = sections(&code.document.text, code.module.body());
    let section = sections.into_iter().find(|section| section.iter().any(|line| line.range() == import))?;
    Some(section.iter().map(Line::range).collect())
}

/// The imports of a block, in groups without a blank line or other code between them.
fn sections<'a>(text: &str, body: &'a [Stmt]) -> Vec<Vec<Line<'a>>> {
    let mut sections: Vec<Vec<Line<'a>>> = Vec::new();
    let mut last: Option<TextSize> = None;
    for stmt in body {
        let Some(line) = Line::of(stmt) else {
            last = None;
            continue;
        };
        let adjacent = last.is_some_and(|end| {
            let between: Vec<&str> = text[TextRange::new(end, stmt.start())].split('\n').collect();
            !between.iter().skip(1).rev().skip(1).any(|line| line.trim().is_empty())
        });
        last = Some(stmt.end());
        match sections.last_mut().filter(|_| adjacent) {
            Some(section) => section.push(line),
            None => sections.push(vec![line]),
        }
    }
    sections
}

/// A new line below a statement.
fn below(code: &Code<'_>, statement: TextRange, line: &str) -> Option<Change> {
    let text = &code.document.text;
    if code.document.cells.is_some() || !is_alone(text, statement) {
        return over(text, statement, line);
    }
    let indent = indentation(text, statement)?;
    let end = end_of_line(text, statement.end())?;
    Some(Change::new(TextRange::empty(end), format!("\n{indent}{line}")))
}

/// A new line above a statement.
fn over(text: &str, statement: TextRange, line: &str) -> Option<Change> {
    let indent = indentation(text, statement)?;
    let start = statement.start() - TextSize::of(indent);
    Some(Change::new(TextRange::empty(start), format!("{indent}{line}\n")))
}

/// The first import of a file.
fn on_top(code: &Code<'_>, line: &str) -> Option<Change> {
    let text = &code.document.text;
    let body = code.module.body();
    let is_head = |stmt: &&Stmt| match stmt {
        Stmt::Expr(docstring) => docstring.value.is_string_literal_expr(),
        Stmt::ImportFrom(import) => Line::From(import).module() == "__future__",
        _ => false,
    };
    let head = body.iter().take_while(is_head).last().filter(|_| code.document.cells.is_none());
    if let Some(head) = head {
        if !is_alone(text, head.range()) {
            return None;
        }
        let end = end_of_line(text, head.end())?;
        return Some(Change::new(TextRange::empty(end), format!("\n\n{line}")));
    }
    // Behind the comments that head the file.
    let first = body.first()?.start();
    let mut start = TextSize::new(0);
    for comment in text.split_inclusive('\n').take_while(|line| line.starts_with('#')) {
        start += TextSize::of(comment);
    }
    (start <= first && code.document.cells.is_none())
        .then(|| Change::new(TextRange::empty(start), format!("{line}\n\n")))
        .or_else(|| over(text, body.first()?.range(), line))
}
