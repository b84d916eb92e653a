//! Removing imports that nothing reads.

use ruff_python_ast::Stmt;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::imports::remove_alias;
use super::{Plan, is_package_init};
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
    let (statement, aliases, alias) = match binding.kind {
        BindingKind::Import(import, alias) => (import.range(), &import.names, alias),
        BindingKind::From(import, alias) if alias.name.as_str() != "*" => {
            (import.range(), &import.names, alias)
        }
        _ => return None,
    };
    let change = remove_alias(text, code.module.body(), statement, aliases, alias)?;
    let line = &text[TextRange::new(statement.start(), line_end(text, statement.end()))];
    let alternative = names.module_bindings(binding.name).len() > 1;
    let exported = names.is_global(id)
        && (is_package_init(&code.document.path)
            || alternative
            || is_compatibility_module(code)
            || alias.asname.as_ref().is_some_and(|name| **name == *alias.name));
    let reason = if exported {
        Some("other modules may import the name from this one")
    } else if names.in_strings(binding.name) {
        Some("a string in this file mentions the name")
    } else if in_type_comments(text, binding.name) {
        Some("a type comment in this file mentions the name")
    } else if is_tried(code, statement) {
        Some("the `try` around it may be a test for the module")
    } else if line.contains("noqa") {
        Some("the line is marked as unused on purpose")
    } else {
        None
    };
    let message = format!("Remove the unused import of `{}`", binding.name);
    Some(Plan { message, reason: reason.map(str::to_owned), changes: vec![change] })
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
