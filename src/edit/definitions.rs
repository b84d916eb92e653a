//! Small equivalents of what is gone, written into the file that used it.
//!
//! They stand behind the imports at the head of the file, each once, under its
//! own name, or with `_` before it where that name means something already. Where the oldest
//! Python lacks what one is written with, it stands behind an import of the original that fails.

mod classes;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Identifier, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::imports::{blocks, end_of_line, past_line_end, unit};
use super::spell::{self, At, Import};
use crate::catalogue::{Definition, Module, Name};
use crate::parse::python::parse;
use crate::python::Code;
use crate::python::names::BindingId;
use crate::version::PythonVersion;

/// Why a definition is not written without a person looking.
pub const DEFINED: &str = "the definition stands in this file from now on";

/// What is to be defined in a file for the names that it takes from a module that is gone.
pub struct Definitions<'c, 'a> {
    code: &'c Code<'a>,
    gone: &'static Module,
    /// Where they go: the start of a line.
    place: TextSize,
    /// Whether no statement stands before them.
    is_first: bool,
    /// Bindings that will be no more.
    going: Vec<BindingId>,
    /// Definitions that stand in where the original cannot be imported.
    kept: Vec<&'static Definition>,
    /// Every definition that is needed, by the name it has in this file.
    chosen: Vec<(&'static Definition, String)>,
    /// The text of those that are not there yet.
    written: Vec<String>,
    missing: Vec<Import>,
}

impl<'c, 'a> Definitions<'c, 'a> {
    /// Nothing is needed yet. `reads` are the places of what is gone, `going` the bindings that
    /// the fix removes. `None` where the head of the file has no room.
    #[must_use]
    pub fn new(
        code: &'c Code<'a>,
        gone: &'static Module,
        reads: &[TextSize],
        going: Vec<BindingId>,
    ) -> Option<Self> {
        let place = place(code, reads)?;
        let is_first = code.module.body().first().is_none_or(|stmt| place <= stmt.start());
        let (kept, chosen, written, missing) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Some(Self { code, gone, place, is_first, going, kept, chosen, written, missing })
    }

    /// Takes the original as long as it is there; to be asked for before the name.
    pub fn keep(&mut self, definition: &'static Definition) {
        self.kept.push(definition);
    }

    /// The name that a definition has at all of these places: `wanted`, if it must be that.
    /// `None` where there is no name for it, and for a class that other files share.
    pub fn name(
        &mut self,
        definition: &'static Definition,
        wanted: Option<&str>,
        places: &[TextSize],
    ) -> Option<String> {
        if classes::is_class(definition)
            && (wanted.is_some() || !classes::stays(self.code, definition.name, places))
            && self.code.project.shares_class(&self.code.document.path, self.gone.name, definition.name)
        {
            return None;
        }
        if let Some((_, name)) = self.chosen.iter().find(|(known, _)| std::ptr::eq(*known, definition)) {
            let name = name.clone();
            let fits = wanted.is_none_or(|wanted| *wanted == name);
            return (fits && places.iter().all(|place| self.is_free(&name, *place))).then_some(name);
        }
        for need in definition.needs {
            self.name(self.gone.definition(need)?, None, &[])?;
        }
        let plain = definition.name.to_owned();
        let names = match wanted {
            Some(wanted) => vec![wanted.to_owned()],
            None => vec![plain.clone(), format!("_{plain}")],
        };
        let name = names.into_iter().find(|name| {
            let free = || places.iter().chain([&self.place]).all(|place| self.is_free(name, *place));
            let taken = self.chosen.iter().any(|(_, other)| other == name);
            !taken && (self.stands(definition, name) || free())
        })?;
        self.chosen.push((definition, name.clone()));
        let (text, missing) = self.render(definition, &name)?;
        if !self.stands(definition, &name) {
            self.written.push(text);
            self.missing.extend(missing);
        }
        Some(name)
    }

    /// Whether nothing but what goes, or the definition itself, has the name there.
    fn is_free(&self, name: &str, place: TextSize) -> bool {
        let names = self.code.names();
        let stays =
            |ids: &[BindingId]| ids.iter().any(|id| !self.going.contains(id) && !self.is_written(*id));
        if names.bindings_at(name, place).is_empty() && names.module_bindings(name).is_empty() {
            return spell::is_free(self.code, name, place);
        }
        !stays(names.bindings_at(name, place)) && !stays(names.module_bindings(name))
    }

    /// Whether a binding is a definition that an earlier fix wrote.
    fn is_written(&self, id: BindingId) -> bool {
        let binding = self.code.names().binding(id);
        self.chosen.iter().any(|(definition, name)| binding.name == name && self.stands(definition, name))
    }

    /// Whether the file has the definition under this name.
    fn stands(&self, definition: &'static Definition, name: &str) -> bool {
        let Some((text, _)) = self.render(definition, name) else { return false };
        let document = &self.code.document.text;
        let same = |stmt: &Stmt| {
            let range = stmt.range();
            text.starts_with(
                &document[range][..document[range].find(['\n', '\r']).unwrap_or(range.len().to_usize())],
            ) && document[range].lines().eq(text.lines())
        };
        self.code.module.body().iter().any(same)
    }

    /// The source of a definition as names and modules are called in this file, and the imports
    /// that are missing.
    fn render(&self, definition: &'static Definition, name: &str) -> Option<(String, Vec<Import>)> {
        let parsed = parse(definition.source, None, PythonVersion::PY313);
        let mut words = vec![(definition.name, name.to_owned())];
        for need in definition.needs {
            let need = self.gone.definition(need)?;
            let called = self.chosen.iter().find(|(known, _)| std::ptr::eq(*known, need));
            words.push((need.name, called.map_or(need.name, |(_, name)| name).to_owned()));
        }
        let mut missing = Vec::new();
        let mut modules = Vec::new();
        for module in definition.imports {
            let at = At { place: self.place, beside: None };
            let spelling = spell::module_without(self.code, module, at, &self.going)?;
            missing.extend(spelling.missing);
            modules.push((*module, spelling.text));
        }
        let mut renaming = Renaming { source: definition.source, words, modules, found: Vec::new() };
        renaming.visit_body(parsed.body());
        let text = renaming.text();
        let text = if self.kept.iter().any(|kept| std::ptr::eq(*kept, definition)) {
            self.or_original(definition, name, &text)
        } else {
            text
        };
        Some((indented(text, unit(&self.code.document.text, self.code.module.body())), missing))
    }

    /// The original, and the definition where that cannot be imported.
    fn or_original(&self, definition: &Definition, name: &str, text: &str) -> String {
        let (module, own) = (self.gone.name, definition.name);
        let taken = if name == own { own.to_owned() } else { format!("{own} as {name}") };
        let line = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
        let body: Vec<String> = text.lines().map(line).collect();
        format!("try:\n    from {module} import {taken}\nexcept ImportError:\n{}", body.join("\n"))
    }

    /// Where the definitions go.
    #[must_use]
    pub fn place(&self) -> TextSize {
        self.place
    }

    /// The imports that the definitions need and the file does not have.
    #[must_use]
    pub fn missing(&self) -> &[Import] {
        &self.missing
    }

    /// The definitions that are not there yet, in the place of `removed`, which the fix takes out
    /// of the file, where that stands right before them. They take the place of some text, so
    /// that no two fixes write some at once.
    #[must_use]
    pub fn insertion(&self, removed: Option<TextRange>) -> Option<Change> {
        let removed = removed.filter(|range| range.start() < self.place && self.place <= range.end());
        let mut content = self.content(removed)?;
        let text = &self.code.document.text;
        if let Some(removed) = removed {
            return Some(Change::new(removed, content));
        }
        let place = self.place.to_usize();
        let (before, behind) = text.split_at(place);
        // The imports of a file without any stand before its first letter.
        if before.ends_with('\n') && !self.is_first {
            let newline = if before.ends_with("\r\n") { "\r\n" } else { "\n" };
            content.insert(0, '\n');
            return Some(Change::new(
                TextRange::new(self.place - TextSize::of(newline), self.place),
                content,
            ));
        }
        let first = &behind[..behind.chars().next().map_or(0, char::len_utf8)];
        content.push_str(first);
        Some(Change::new(TextRange::at(self.place, TextSize::of(first)), content))
    }

    fn content(&self, removed: Option<TextRange>) -> Option<String> {
        if self.written.is_empty() {
            return None;
        }
        let text = &self.code.document.text;
        let end = removed.map_or(self.place, |range| range.start());
        let next = removed.map_or(self.place, |range| range.end()).to_usize();
        let before = &text[..end.to_usize()];
        let newlines = before.len() - before.trim_end_matches(['\r', '\n']).len();
        let newlines = before[before.len() - newlines..].matches('\n').count();
        let behind = text[next..].trim_start_matches(['\r', '\n']);
        let blanks = text[next..text.len() - behind.len()].matches('\n').count();
        let room = |text: &String| if is_block(text) { 2_usize } else { 1 };
        let (blocks, mut written): (Vec<&String>, Vec<&String>) =
            self.written.iter().partition(|one| is_block(one));
        written.extend(blocks);
        let mut content = String::new();
        for (at, one) in written.iter().enumerate() {
            let gap = match at.checked_sub(1) {
                // The imports that are missing bring an empty line with them.
                None if self.is_first && !self.missing.is_empty() => 1,
                None if before.is_empty() => 0,
                None => (room(one) + 1).saturating_sub(newlines),
                Some(at) if is_block(one) || is_block(written[at]) => 3,
                Some(_) => 1,
            };
            content.push_str(&"\n".repeat(gap));
            content.push_str(one);
        }
        if !behind.is_empty() {
            let last = written.last().map_or(0, |one| room(one));
            content.push_str(&"\n".repeat(1 + last.saturating_sub(blanks)));
        } else if newlines > 0 {
            content.push('\n');
        }
        Some(content)
    }
}

/// Whether the oldest Python has to take the original, as it lacks what the definition of a name is
/// written with.
#[must_use]
pub fn is_kept(name: &Name, minimum: PythonVersion) -> bool {
    // Not before the modules that definitions import.
    let has_modules = minimum >= PythonVersion { major: 3, minor: 4 };
    name.define.is_some() && name.rewrite.is_none() && name.since > minimum && has_modules
}

/// Whether a definition has a body.
fn is_block(text: &str) -> bool {
    text.contains('\n') && (text.starts_with(['d', 'c', '@']) || text.starts_with("try:"))
}

/// Behind the statements at the head of the file that are imports, or stand between imports; but
/// before anything that reads what is gone.
fn place(code: &Code<'_>, reads: &[TextSize]) -> Option<TextSize> {
    let text = &code.document.text;
    let body = code.module.body();
    if code.document.cells.is_some() {
        return None;
    }
    let reads_it = |stmt: &&Stmt| !reads.iter().any(|read| stmt.range().contains(*read));
    let opens = |stmt: &&Stmt| !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
    let head: Vec<&Stmt> = body.iter().take_while(opens).take_while(reads_it).collect();
    let last = head.iter().rposition(|stmt| is_import(stmt));
    let docstring = head.first().filter(|stmt| is_docstring(stmt)).copied();
    let Some(last) = last.map(|at| head[at]).or(docstring) else { return top(code) };
    let end = end_of_line(text, last.end())?;
    let rest = text[TextRange::new(last.end(), end)].trim_start();
    let alone = rest.is_empty() || rest.starts_with('#');
    alone.then(|| past_line_end(text, end))
}

/// Behind the comments that head a file without imports.
fn top(code: &Code<'_>) -> Option<TextSize> {
    let text = &code.document.text;
    let first = code.module.body().first()?.start();
    let mut start = TextSize::new(0);
    for comment in text.split_inclusive('\n').take_while(|line| line.starts_with('#')) {
        start += TextSize::of(comment);
    }
    (start <= first).then_some(start)
}

fn is_docstring(stmt: &Stmt) -> bool {
    stmt.as_expr_stmt().is_some_and(|stmt| stmt.value.is_string_literal_expr())
}

/// An import, or a choice between imports.
fn is_import(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => true,
        Stmt::If(_) | Stmt::Try(_) => {
            let inner: Vec<&Stmt> = blocks(stmt).into_iter().flatten().collect();
            let plain = |stmt: &&Stmt| {
                is_import(stmt) || matches!(stmt, Stmt::Pass(_) | Stmt::Assign(_) | Stmt::Raise(_))
            };
            inner.iter().any(|stmt| is_import(stmt)) && inner.iter().all(plain)
        }
        _ => false,
    }
}

/// A text that is indented by four spaces, indented otherwise.
fn indented(text: String, unit: &str) -> String {
    if unit == "    " {
        return text;
    }
    let line = |line: &str| {
        let rest = line.trim_start_matches(' ');
        unit.repeat((line.len() - rest.len()) / 4) + &" ".repeat((line.len() - rest.len()) % 4) + rest
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Finds the names of a definition that are called otherwise in the file.
struct Renaming<'s> {
    source: &'s str,
    words: Vec<(&'static str, String)>,
    modules: Vec<(&'static str, String)>,
    found: Vec<(TextRange, String)>,
}

impl Renaming<'_> {
    fn word(&mut self, name: &str, range: TextRange) {
        if let Some((_, new)) = self.words.iter().find(|(old, _)| *old == name) {
            self.found.push((range, new.clone()));
        }
    }

    fn identifier(&mut self, name: &Identifier) {
        self.word(name.as_str(), name.range());
    }

    fn text(mut self) -> String {
        self.found.sort_by_key(|(range, _)| range.start());
        let mut text = String::new();
        let mut done = 0;
        for (range, new) in &self.found {
            text.push_str(&self.source[done..range.start().to_usize()]);
            text.push_str(new);
            done = range.end().to_usize();
        }
        text + &self.source[done..]
    }
}

impl<'a> Visitor<'a> for Renaming<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.identifier(&function.name),
            Stmt::ClassDef(class) => self.identifier(&class.name),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.word(name.id.as_str(), name.range()),
            Expr::Attribute(_) => {
                let written = &self.source[expr.range()];
                if let Some((_, new)) = self.modules.iter().find(|(module, _)| *module == written) {
                    self.found.push((expr.range(), new.clone()));
                    return;
                }
            }
            _ => {}
        }
        if let Expr::Name(name) = expr
            && let Some((_, new)) = self.modules.iter().find(|(module, _)| *module == name.id.as_str())
        {
            self.found.push((name.range(), new.clone()));
            return;
        }
        visitor::walk_expr(self, expr);
    }
}
