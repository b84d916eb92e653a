//! How a name of another module is written at a place, and the import it needs.

mod placing;

use ruff_python_ast::Stmt;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::imports::blocks;
use crate::catalogue::is_importable;
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind, member_of};
use crate::version::PythonVersion;
use placing::insertion;
pub use placing::{add, add_missing, section_of};

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
