//! How a name of another module is written at a place, and the import it needs.

use ruff_python_ast::{Stmt, StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::imports::{blocks, end_of_line, indentation, is_alone};
use super::members::{added, imports_from};
use crate::catalogue::is_importable;
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind, member_of};
use crate::version::PythonVersion;

/// Where a name shall be written.
#[derive(Debug, Clone, Copy)]
pub struct At {
    /// The place of the new name.
    pub place: TextSize,
    /// The import that serves the name written there now; a new import goes beside it.
    pub beside: Option<TextRange>,
}

/// A name as it can be written at a place.
#[derive(Debug)]
pub struct Spelling {
    /// The expression.
    pub text: String,
    /// The import that is still missing.
    pub missing: Option<Import>,
}

/// An import statement to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Import {
    /// `import module`.
    Module(String),
    /// `from module import member`.
    Member(String, String),
}

impl Import {
    /// The statement.
    #[must_use]
    pub fn statement(&self) -> String {
        match self {
            Self::Module(module) => format!("import {module}"),
            Self::Member(module, member) => format!("from {module} import {member}"),
        }
    }

    fn module(&self) -> &str {
        match self {
            Self::Module(module) | Self::Member(module, _) => module,
        }
    }
}

impl Spelling {
    fn existing(text: impl Into<String>) -> Self {
        Self { text: text.into(), missing: None }
    }

    /// The insertion of the missing import; `Some(None)` where nothing is missing.
    #[must_use]
    pub fn insertion(&self, code: &Code<'_>, at: At) -> Option<Option<Change>> {
        match &self.missing {
            None => Some(None),
            Some(import) => insertion(code, import, at).map(Some),
        }
    }
}

/// Spells a dotted name: a built-in, a name that an import gives already, or
/// one behind its module.
#[must_use]
pub fn name(code: &Code<'_>, dotted: &str, at: At) -> Option<Spelling> {
    let (home, member) = match dotted.rsplit_once('.') {
        Some(("builtins", name)) => {
            let free = code.names().bindings_at(name, at.place).is_empty() && !code.names().has_star();
            return free.then(|| Spelling::existing(name));
        }
        Some(parts) if !is_module(dotted) => parts,
        _ => return module(code, dotted, at),
    };
    let gives = |kind: BindingKind<'_>| matches!(kind, BindingKind::From(import, alias) if member_of(import, alias) == dotted);
    if let Some(name) = bound(code, at.place, gives) {
        return Some(Spelling::existing(name));
    }
    if !is_module(home) {
        // A member of a class.
        let class = name(code, home, at).filter(|_| home.contains('.'))?;
        return Some(Spelling { text: format!("{}.{member}", class.text), missing: class.missing });
    }
    if let Some(Spelling { text, missing }) = module(code, home, at) {
        return Some(Spelling { text: format!("{text}.{member}"), missing });
    }
    is_free(code, member, at.place).then(|| Spelling {
        text: member.to_owned(),
        missing: Some(Import::Member(home.to_owned(), member.to_owned())),
    })
}

/// Spells a module; `None` where its name means something else.
#[must_use]
pub fn module(code: &Code<'_>, module: &str, at: At) -> Option<Spelling> {
    module_without(code, module, at, &[])
}

/// As [`module`], where the fix removes some bindings.
#[must_use]
pub fn module_without(code: &Code<'_>, module: &str, at: At, going: &[BindingId]) -> Option<Spelling> {
    let gives = |kind: BindingKind<'_>| match kind {
        BindingKind::Import(_, alias) => alias.asname.is_some() && alias.name.as_str() == module,
        BindingKind::From(import, alias) => member_of(import, alias) == module,
        _ => false,
    };
    if let Some(name) = bound(code, at.place, gives) {
        return Some(Spelling::existing(name));
    }
    let names = code.names();
    let first = module.split('.').next().unwrap_or(module);
    let seen = names.bindings_at(first, at.place);
    if !seen.is_empty() && seen.iter().all(|id| going.contains(id)) {
        return Some(Spelling { text: module.to_owned(), missing: Some(Import::Module(module.to_owned())) });
    }
    let plain = |id: &BindingId| match names.binding(*id).kind {
        BindingKind::Import(import, alias) if alias.asname.is_none() => Some((import, alias)),
        _ => None,
    };
    if !seen.iter().all(|id| plain(id).is_some()) || seen.is_empty() && !is_free(code, first, at.place) {
        return None;
    }
    let loads = |name: &str| {
        name == module || name.strip_prefix(module).is_some_and(|rest| rest.starts_with('.'))
            // `os` imports `os.path` itself.
            || module == "os.path" && name == "os"
    };
    let before = before(code.module.body(), at.place);
    let loaded = seen.iter().filter_map(plain).any(|(import, alias)| {
        loads(alias.name.as_str()) && before.iter().any(|stmt| stmt.range() == import.range())
    });
    let missing = (!loaded).then(|| Import::Module(module.to_owned()));
    Some(Spelling { text: module.to_owned(), missing })
}

/// Whether a dotted name is a module of the standard library.
#[must_use]
pub fn is_module(dotted: &str) -> bool {
    is_importable(dotted, None, PythonVersion::PY313) == Some(true)
}

/// Whether nothing at a place, and nothing at module level, has this name.
#[must_use]
pub fn is_free(code: &Code<'_>, name: &str, place: TextSize) -> bool {
    let names = code.names();
    let is_unbound_read = || {
        let mut reads = names.references().iter().filter(|reference| reference.name.id.as_str() == name);
        reads.any(|reference| names.bindings_of(reference.name).is_empty())
    };
    names.bindings_at(name, place).is_empty()
        && names.module_bindings(name).is_empty()
        && !(names.has_star() && is_unbound_read())
}

/// A name that surely has what `gives` looks for, whenever the place is reached.
fn bound(code: &Code<'_>, place: TextSize, gives: impl Fn(BindingKind<'_>) -> bool) -> Option<String> {
    let names = code.names();
    let (id, binding) = names
        .bindings()
        .find(|(id, binding)| gives(binding.kind) && names.bindings_at(binding.name, place) == [*id])?;
    let statement = statement_of(code, id)?;
    let before = before(code.module.body(), place);
    before.iter().any(|stmt| stmt.range() == statement).then(|| binding.name.to_owned())
}

/// The import statement of a binding.
#[must_use]
pub fn statement_of(code: &Code<'_>, id: BindingId) -> Option<TextRange> {
    match code.names().binding(id).kind {
        BindingKind::Import(import, _) => Some(import.range()),
        BindingKind::From(import, _) => Some(import.range()),
        _ => None,
    }
}

/// The statements that have been run whenever a place is reached: those above
/// it in the blocks that hold it.
#[must_use]
pub fn before(body: &[Stmt], place: TextSize) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut block = Some(body);
    while let Some(body) = block {
        let at = body.partition_point(|stmt| stmt.end() <= place);
        found.extend(&body[..at]);
        let holding = body.get(at).filter(|stmt| stmt.start() <= place);
        let inner = holding.into_iter().flat_map(blocks);
        block = inner.into_iter().find(|block| {
            let ends = block.first().zip(block.last());
            ends.is_some_and(|(first, last)| first.start() <= place && place < last.end())
        });
    }
    found
}

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
fn insertion(code: &Code<'_>, import: &Import, at: At) -> Option<Change> {
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
