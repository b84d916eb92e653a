//! Imports with a fallback: `try: from new import name`, `except ImportError: from old import name`.
//!
//! Code that still has to run on Pythons without a successor takes it from
//! where it was, in the way that maintainers write it.

use std::borrow::Cow;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtImportFrom, StmtTry};
use ruff_text_size::{Ranged, TextRange};

use super::Change;
use super::imports::{end_of_line, indentation, is_alone, remove_statement, unit};
use super::members::{added, imports_from};
use super::spell::{before, is_module, section_of};
use crate::catalogue::Name;
use crate::python::Code;

/// A name that newer Pythons have in one place and older ones in another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    /// Its module now.
    pub home: String,
    /// Its name now.
    pub member: String,
    /// Its module before.
    pub old_home: String,
    /// Its name before.
    pub old_member: String,
    /// What the file calls it.
    pub local: String,
}

impl Moved {
    fn spelled(&self) -> Cow<'_, str> {
        spelled(&self.member, &self.local)
    }

    fn old_spelled(&self) -> Cow<'_, str> {
        spelled(&self.old_member, &self.local)
    }
}

fn spelled<'n>(member: &'n str, local: &str) -> Cow<'n, str> {
    if member == local { member.into() } else { format!("{member} as {local}").into() }
}

/// Module and name of the successor, if it is a name of the standard library.
#[must_use]
pub fn successor(name: &Name) -> Option<(&'static str, &'static str)> {
    let replace = name.replace?;
    let (home, member) = replace.rsplit_once('.')?;
    (is_module(home) && !is_module(replace)).then_some((home, member))
}

/// The statement for names, behind this indentation.
#[must_use]
pub fn statement(code: &Code<'_>, moved: &[Moved], indent: &str) -> String {
    let step = unit(&code.document.text, code.module.body());
    let mut lines = vec!["try:".to_owned()];
    lines
        .extend(imports(moved, |one| (&one.home, one.spelled())).map(|line| format!("{indent}{step}{line}")));
    lines.push(format!("{indent}except ImportError:"));
    let old = imports(moved, |one| (&one.old_home, one.old_spelled()));
    lines.extend(old.map(|line| format!("{indent}{step}{line}")));
    lines.join("\n")
}

/// One import for each module, in the order of the names.
fn imports<'m>(
    moved: &'m [Moved],
    of: impl Fn(&'m Moved) -> (&'m String, Cow<'m, str>),
) -> impl Iterator<Item = String> {
    let mut homes: Vec<(&String, Vec<Cow<'m, str>>)> = Vec::new();
    for (home, name) in moved.iter().map(of) {
        match homes.iter_mut().find(|(known, _)| *known == home) {
            Some((_, names)) => names.push(name),
            None => homes.push((home, vec![name])),
        }
    }
    homes.into_iter().map(|(home, names)| format!("from {home} import {}", names.join(", ")))
}

/// The names in a statement of this kind that is there already, whenever `beside` has been run.
#[must_use]
pub fn extension(code: &Code<'_>, beside: TextRange, moved: &[Moved]) -> Option<Vec<Change>> {
    let text = &code.document.text;
    let first = moved.first()?;
    let same = |one: &Moved| one.home == first.home && one.old_home == first.old_home;
    if !moved.iter().all(same) {
        return None;
    }
    // What stands above, or next to it.
    let above = before(code.module.body(), beside.end());
    let beneath = code.module.body().iter().skip_while(|stmt| stmt.end() <= beside.end());
    let beneath = beneath.take_while(|stmt| is_import(stmt));
    let known = above.into_iter().chain(beneath).filter_map(Stmt::as_try_stmt);
    let (new, old) = known.filter_map(|tried| branches(tried, first)).last()?;
    let missing = |one: &&Moved| new.names.iter().all(|known| text[known.range()] != *one.spelled());
    let missing: Vec<&Moved> = moved.iter().filter(missing).collect();
    if missing.is_empty() {
        return Some(Vec::new());
    }
    let names = |spelled: fn(&Moved) -> Cow<'_, str>| {
        let names: Vec<Cow<'_, str>> = missing.iter().copied().map(spelled).collect();
        names.join(", ")
    };
    Some(vec![added(text, new, &names(Moved::spelled))?, added(text, old, &names(Moved::old_spelled))?])
}

fn is_import(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        Stmt::Try(tried) => tried.body.iter().all(is_import),
        _ => false,
    }
}

/// The imports of a `try` and of its handler, if it is such a statement.
fn branches<'a>(tried: &'a StmtTry, moved: &Moved) -> Option<(&'a StmtImportFrom, &'a StmtImportFrom)> {
    let [ExceptHandler::ExceptHandler(handler)] = &tried.handlers[..] else { return None };
    let catches = handler.type_.as_deref().is_some_and(|class| {
        matches!(class, Expr::Name(name) if matches!(name.id.as_str(), "ImportError" | "ModuleNotFoundError"))
    });
    if !catches || !tried.orelse.is_empty() || !tried.finalbody.is_empty() {
        return None;
    }
    let from = |body: &'a [Stmt], home: &str| {
        body.iter().filter_map(Stmt::as_import_from_stmt).find(|import| imports_from(import, home))
    };
    Some((from(&tried.body, &moved.home)?, from(&handler.body, &moved.old_home)?))
}

/// A new statement: below the imports among which `beside` stands, or below it
/// where that is in a function.
#[must_use]
pub fn insertion(code: &Code<'_>, beside: TextRange, moved: &[Moved]) -> Option<Change> {
    let text = &code.document.text;
    let last = match section_of(code, beside) {
        Some(section) => *section.last()?,
        None => {
            let indent = indentation(text, beside).filter(|_| is_alone(text, beside))?;
            let end = end_of_line(text, beside.end())?;
            let content = format!("\n{indent}{}", statement(code, moved, indent));
            return Some(Change::new(TextRange::empty(end), content));
        }
    };
    if !is_alone(text, last) {
        return None;
    }
    let end = end_of_line(text, last.end())?;
    let content = format!("\n\n{}{}", statement(code, moved, ""), gap(text, end.to_usize()));
    Some(Change::new(TextRange::empty(end), content))
}

/// A new statement in the place of an import.
#[must_use]
pub fn instead(code: &Code<'_>, import: TextRange, moved: &[Moved]) -> Option<Vec<Change>> {
    let text = &code.document.text;
    let indent = indentation(text, import).filter(|_| is_alone(text, import))?;
    let section = section_of(code, import);
    if section.as_ref().and_then(|section| section.last()).is_some_and(|last| *last != import) {
        let removal = remove_statement(text, code.module.body(), import)?;
        return Some(vec![removal, insertion(code, import, moved)?]);
    }
    let end = end_of_line(text, import.end())?;
    let behind = &text[TextRange::new(import.end(), end)];
    let mut content = format!("{}{behind}", statement(code, moved, indent));
    if let Some(section) = section {
        let lead = if section.len() > 1 { "\n" } else { "" };
        content = format!("{lead}{content}{}", gap(text, end.to_usize()));
    }
    Some(vec![Change::new(TextRange::new(import.start(), end), content)])
}

/// The line feed that makes a blank line below, where none is.
fn gap(text: &str, line_end: usize) -> &'static str {
    let next = text[line_end..].lines().nth(1);
    if next.is_some_and(|line| !line.trim().is_empty()) { "\n" } else { "" }
}
