//! What CPython's compiler refuses although its parser takes it: `return`
//! outside a function, a parameter that is declared global, two starred targets.
//!
//! One walk down the tree with the scopes around. Declarations of names are
//! rare, so what stands before one is looked for only when one is met.

mod declarations;
mod expressions;
mod parameters;
mod patterns;
mod scope;
mod statements;
pub mod warned;

use ruff_python_ast::{Expr, ModModule, Stmt, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::parse::SyntaxFault;
use crate::version::PythonVersion;
use scope::{Kind, Scope};

/// The first thing in a module that its compiler refuses.
///
/// `interactive` is for the cells of a notebook, where `await` needs no function.
#[must_use]
pub fn refused(
    module: &ModModule,
    text: &str,
    interactive: bool,
    target: PythonVersion,
) -> Option<SyntaxFault> {
    let mut compiler = Compiler {
        text,
        target,
        interactive,
        scopes: vec![Scope::new(Kind::Module, &module.body)],
        future_annotations: future_annotations(&module.body),
        imports_end: future_imports_end(&module.body),
        forbids: None,
        iterable: false,
        fault: None,
    };
    compiler.docstring(&module.body);
    compiler.body(&module.body);
    compiler.fault
}

/// Where the part of a module ends that imports from the future may stand in:
/// the docstring and these imports.
fn future_imports_end(body: &[Stmt]) -> TextSize {
    let docstring = matches!(body.first(), Some(Stmt::Expr(first)) if first.value.is_string_literal_expr());
    let imports = body.iter().skip(usize::from(docstring));
    let last = imports.take_while(|stmt| is_future_import(stmt)).last();
    last.map_or(TextSize::new(0), Ranged::end)
}

/// Whether annotations are kept as text.
#[must_use]
pub fn future_annotations(body: &[Stmt]) -> bool {
    let end = future_imports_end(body);
    let early = body.iter().take_while(|stmt| stmt.end() <= end);
    let names = early.filter_map(Stmt::as_import_from_stmt).flat_map(|import| &import.names);
    names.into_iter().any(|alias| &alias.name == "annotations")
}

fn is_future_import(stmt: &Stmt) -> bool {
    stmt.as_import_from_stmt().is_some_and(future_module)
}

fn future_module(import: &StmtImportFrom) -> bool {
    import.level == 0 && import.module.as_ref().is_some_and(|module| module == "__future__")
}

struct Compiler<'a> {
    text: &'a str,
    target: PythonVersion,
    interactive: bool,
    /// Outer before inner; the module is always there.
    scopes: Vec<Scope<'a>>,
    future_annotations: bool,
    imports_end: TextSize,
    /// The place, if it is one that takes neither `yield`, `await` nor `:=`.
    forbids: Option<&'static str>,
    /// Whether this is what a comprehension iterates over.
    iterable: bool,
    fault: Option<SyntaxFault>,
}

impl<'a> Compiler<'a> {
    fn scope(&mut self) -> &mut Scope<'a> {
        self.scopes.last_mut().expect("the module's scope is never left")
    }

    /// Notes a fault, if it is the first in the text.
    fn refuse(&mut self, range: TextRange, message: impl Into<String>) {
        if self.fault.as_ref().is_none_or(|known| range.start() < known.range.start()) {
            self.fault = Some(SyntaxFault { message: message.into(), range });
        }
    }

    /// Judges what stands in a scope of its own.
    fn within(&mut self, scope: Scope<'a>, judge: impl FnOnce(&mut Self)) -> Scope<'a> {
        let forbids = self.forbids;
        if scope.kind.is_function() {
            self.forbids = None;
        }
        self.scopes.push(scope);
        judge(self);
        self.forbids = forbids;
        self.scopes.pop().expect("the scope that was entered")
    }

    /// Judges an expression at a place that takes neither `yield`, `await` nor `:=`.
    fn forbidding(&mut self, place: &'static str, judge: impl FnOnce(&mut Self)) {
        let before = self.forbids.replace(place);
        judge(self);
        self.forbids = before;
    }

    /// An annotation; `generic` if names of type parameters can be seen from it.
    fn annotation(&mut self, expr: &'a Expr, generic: bool) {
        let value = match expr {
            // `*args: *Ts`
            Expr::Starred(starred) => &starred.value,
            other => other,
        };
        if self.future_annotations || self.target >= PythonVersion::PY314 {
            self.forbidding("an annotation", |compiler| compiler.expr(value));
        } else if generic {
            self.forbidding("the definition of a generic", |compiler| compiler.expr(value));
        } else {
            self.expr(value);
        }
    }
}
