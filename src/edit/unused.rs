//! Removing imports that nothing reads.

use ruff_python_ast::Stmt;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::imports::remove_alias;
use super::members::without_alias;
use super::{Plan, is_package_init};
use crate::catalogue::is_importable;
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind, has_word};

/// Removes the import of a name that nothing reads.
#[must_use]
pub fn drop_unused(code: &Code<'_>, id: BindingId) -> Option<Plan> {
    let names = code.names();
    let binding = names.binding(id);
    let text = &code.document.text;
    if is_read(code, id) {
        return None;
    }
    let (statement, alias, change) = match binding.kind {
        BindingKind::Import(import, alias) => {
            let change = remove_alias(text, code.module.body(), import.range(), &import.names, alias);
            (import.range(), alias, change?)
        }
        BindingKind::From(import, alias) if alias.name.as_str() != "*" => {
            (import.range(), alias, without_alias(code, import, alias)?)
        }
        _ => return None,
    };
    let line = &text[TextRange::new(statement.start(), line_end(text, statement.end()))];
    let alternative = names.module_bindings(binding.name).len() > 1;
    let tried = is_tried(code, statement);
    // What a handler gives as well, or another module takes, is there on purpose.
    let wanted = || alternative && tried || code.project.takes(&code.document.path, binding.name);
    if names.is_global(id) && wanted() {
        return None;
    }
    let exported = names.is_global(id)
        && (is_package_init(&code.document.path)
            || alternative
            || hands_on(code, id)
            || is_compatibility_module(code)
            || alias.asname.as_ref().is_some_and(|name| **name == *alias.name));
    let reason = if exported {
        Some("other modules may import the name from this one")
    } else if names.in_strings(binding.name) {
        Some("a string in this file mentions the name")
    } else if in_type_comments(text, binding.name) {
        Some("a type comment in this file mentions the name")
    } else if tried {
        Some("the `try` around it may be a test for the module")
    } else if line.contains("noqa") {
        Some("the line is marked as unused on purpose")
    } else {
        None
    };
    let message = format!("Remove the unused import of `{}`", binding.name);
    Some(Plan { message, reason: reason.map(str::to_owned), changes: vec![change] })
}

/// Whether the module imports other names, too, that nothing in it reads: it
/// may be there to hand them on.
fn hands_on(code: &Code<'_>, id: BindingId) -> bool {
    let names = code.names();
    let text = &code.document.text;
    let is_test =
        code.document.path.file_stem().is_some_and(|stem| stem.to_string_lossy().starts_with("test"));
    if is_test || !matches!(names.binding(id).kind, BindingKind::From(..)) {
        return false;
    }
    names.bindings().any(|(other, binding)| {
        let BindingKind::From(import, alias) = binding.kind else { return false };
        let module = import.module.as_ref().map_or("", |module| module.as_str());
        let gone = import.level == 0 && is_importable(module, Some(&alias.name), code.target) == Some(false);
        other != id
            && names.is_global(other)
            && !gone
            && module != "__future__"
            && alias.name.as_str() != "*"
            && !is_read(code, other)
            && !names.in_strings(binding.name)
            && !in_type_comments(text, binding.name)
    })
}

/// Whether a comment such as `# type: (Name) -> None` mentions the name.
pub(super) fn in_type_comments(text: &str, name: &str) -> bool {
    let comments =
        text.match_indices("# type:").map(|(at, _)| text[at..].split('\n').next().unwrap_or_default());
    comments.into_iter().any(|comment| has_word(comment, name))
}

/// Whether a statement stands in the body of a `try` with handlers.
fn is_tried(code: &Code<'_>, statement: TextRange) -> bool {
    let mut finder = TriedBodies { statement, found: false };
    finder.visit_body(code.module.body());
    finder.found
}

struct TriedBodies {
    statement: TextRange,
    found: bool,
}

impl<'a> Visitor<'a> for TriedBodies {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if !stmt.range().contains_range(self.statement) {
            return;
        }
        if let Stmt::Try(tried) = stmt {
            let holds = |stmt: &Stmt| stmt.range().contains_range(self.statement);
            self.found |= !tried.handlers.is_empty() && tried.body.iter().any(holds);
        }
        visitor::walk_stmt(self, stmt);
    }
}

/// Whether anything in the module reads what an import binds.
fn is_read(code: &Code<'_>, id: BindingId) -> bool {
    let names = code.names();
    let binding = names.binding(id);
    match binding.kind {
        // `import a.b` and `import a.c` bind one name; a read of `a` is one of both.
        BindingKind::Import(_, alias) if alias.asname.is_none() && alias.name.contains('.') => {
            names.references().iter().any(|reference| reference.name.id.as_str() == binding.name)
        }
        _ => !names.references_to(id).is_empty(),
    }
}

/// Modules that exist to hand names on to others.
pub(super) fn is_compatibility_module(code: &Code<'_>) -> bool {
    let name = code.document.path.file_stem().unwrap_or_default().to_string_lossy();
    ["compat", "six", "py3k", "py2", "backport"].iter().any(|word| name.contains(word))
}

fn line_end(text: &str, offset: TextSize) -> TextSize {
    let after = &text[offset.to_usize()..];
    offset + TextSize::of(after.split(['\n', '\r']).next().unwrap_or_default())
}
