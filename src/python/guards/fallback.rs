//! `try: import … except ImportError: …`: which of the two runs on the target.

use ruff_python_ast::{self as ast, Stmt};

use super::evaluate::truth;
use super::{Fault, Reach, Walk, is_exit};
use crate::catalogue;
use crate::python::Code;
use ruff_text_size::Ranged;

/// Modules that code falls back to although neither a Python nor a package on
/// PyPI has ever had them.
const PHANTOMS: &[&str] = &["pyaudioop"];

/// Whether a statement is an import, and whether it succeeds on the target
/// (`Some(None)`: not known, such as a third-party package).
pub(super) fn imports(code: &Code<'_>, stmt: &Stmt) -> Option<Option<bool>> {
    match stmt {
        Stmt::Import(import) => {
            Some(all(import.names.iter().map(|alias| importable(code, alias.name.as_str(), None))))
        }
        Stmt::ImportFrom(import) => Some(import_from(code, import)),
        _ => None,
    }
}

fn import_from(code: &Code<'_>, import: &ast::StmtImportFrom) -> Option<bool> {
    if import.level > 0 {
        // The project's own modules are there, as far as can be seen from here.
        return Some(true);
    }
    let module = import.module.as_ref()?.as_str();
    all(import.names.iter().map(|alias| importable(code, module, Some(alias.name.as_str()))))
}

fn importable(code: &Code<'_>, module: &str, name: Option<&str>) -> Option<bool> {
    let top = module.split('.').next().unwrap_or(module);
    if PHANTOMS.contains(&top) && !code.project.has_module(&code.document.path, top) {
        return Some(false);
    }
    match catalogue::is_importable(module, name.filter(|name| *name != "*"), code.target) {
        Some(false) if code.project.has_module(&code.document.path, top) => Some(true),
        known => known,
    }
}

/// True if all are, false if one is false, unknown otherwise.
fn all(values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for value in values {
        match value {
            Some(false) => return Some(false),
            Some(true) => {}
            None => result = None,
        }
    }
    result
}

/// Whether the body of a `try` runs through on the target, as far as its
/// imports decide; other statements are taken to be harmless only if trivial.
pub(super) fn succeeds<'a>(code: &Code<'a>, body: &'a [Stmt]) -> Option<bool> {
    all(body.iter().map(|stmt| match stmt {
        Stmt::Import(_) | Stmt::ImportFrom(_) => imports(code, stmt).flatten(),
        Stmt::Assign(assign) => {
            let meanings = code.names().resolve(&assign.value);
            let attribute = assign.value.is_attribute_expr();
            match meanings.only().and_then(|dotted| dotted.rsplit_once('.')) {
                Some((module, name)) if attribute => {
                    catalogue::is_importable(module, Some(name), code.target)
                }
                _ if attribute => None,
                _ => Some(true),
            }
        }
        Stmt::Pass(_) => Some(true),
        Stmt::Raise(_) => Some(false),
        // `if not hasattr(importlib, "reload"): raise ImportError`
        Stmt::If(branches) => match truth(code, &branches.test) {
            Some(true) => succeeds(code, &branches.body),
            Some(false) if branches.elif_else_clauses.is_empty() => Some(true),
            _ => None,
        },
        Stmt::Expr(stmt) if stmt.value.is_literal_expr() => Some(true),
        // A bare name, tried for its existence: `unicode`.
        Stmt::Expr(stmt) if stmt.value.is_name_expr() => {
            let meanings = code.names().resolve(&stmt.value);
            match meanings.only() {
                Some("builtins.unicode" | "builtins.long" | "builtins.xrange" | "builtins.basestring") => {
                    Some(false)
                }
                _ => None,
            }
        }
        _ => None,
    }))
}

/// Whether a handler goes on with something that can work on the target.
pub(super) fn recovers<'a>(code: &Code<'a>, body: &'a [Stmt]) -> bool {
    for stmt in body {
        if is_exit(code, stmt) {
            // A function that returns goes on; an exception or an exit does not.
            return matches!(stmt, Stmt::Return(_) | Stmt::Continue(_) | Stmt::Break(_)) || is_skip(stmt);
        }
        // The fallback is missing too. A nested `try` speaks for itself.
        if imports(code, stmt).flatten() == Some(false) && !has_backport(code, stmt) {
            return false;
        }
        if let Stmt::Try(inner) = stmt
            && inner.body.iter().any(|stmt| imports(code, stmt).flatten() == Some(false))
            && !inner.handlers.is_empty()
        {
            let place = inner.body.first().map(Ranged::range).unwrap_or_default();
            let walk = Walk { code, place, fault: Fault::Import, receiver: None };
            if walk.tried(inner) == Reach::Live {
                return false;
            }
        }
        if uses_missing(code, stmt) {
            return false;
        }
    }
    true
}

/// `load_source = importlib.load_source`: an attribute that is not there.
fn uses_missing<'a>(code: &Code<'a>, stmt: &'a Stmt) -> bool {
    let Stmt::Assign(assign) = stmt else { return false };
    let value = match &*assign.value {
        ast::Expr::Call(call) => &*call.func,
        other => other,
    };
    if !value.is_attribute_expr() {
        return false;
    }
    let meanings = code.names().resolve(value);
    let split = meanings.only().and_then(|dotted| dotted.rsplit_once('.'));
    split.is_some_and(|(module, name)| {
        catalogue::is_importable(module, Some(name), code.target) == Some(false)
    })
}

/// A test that is skipped is a handled failure.
fn is_skip(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Expr(stmt) => matches!(&*stmt.value, ast::Expr::Call(call)
            if matches!(&*call.func, ast::Expr::Attribute(name) if matches!(name.attr.as_str(), "skip" | "skipTest"))),
        Stmt::Raise(raise) => raise.exc.as_deref().is_some_and(|exc| {
            let class = match exc {
                ast::Expr::Call(call) => &*call.func,
                other => other,
            };
            matches!(class, ast::Expr::Attribute(name) if name.attr.as_str() == "SkipTest")
                || matches!(class, ast::Expr::Name(name) if name.id.as_str() == "SkipTest")
        }),
        _ => false,
    }
}

/// Whether the project requires the distribution that brings the module back.
fn has_backport(code: &Code<'_>, stmt: &Stmt) -> bool {
    let module = match stmt {
        Stmt::Import(import) => import.names.first().map(|alias| alias.name.as_str()),
        Stmt::ImportFrom(import) => import.module.as_ref().map(|module| module.as_str()),
        _ => None,
    };
    module.and_then(catalogue::removed_module).is_some_and(|gone| {
        gone.backports.iter().any(|one| code.project.requires(&code.document.path, one.package))
    })
}
