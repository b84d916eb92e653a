//! What a module imports, and what of it runs, while it is imported itself.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use crate::parse::python::Module;
use crate::python::Code;
use crate::python::guards::{Fault, Reach, holds, reach};

/// What a module imports while it is imported itself, each with every package
/// around it. `package` is what relative imports start from.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// Without these it fails: neither is the failure handled, nor does the import
    /// depend on a condition that only a run decides.
    pub(super) needed: Vec<String>,
    /// All of them.
    pub(super) all: Vec<String>,
}

/// Reads the imports outside of functions.
pub(super) fn imported(code: &Code<'_>, package: &str) -> Imported {
    let mut top = TopLevel { code, imports: Vec::new(), depends: false };
    top.visit_body(code.module.body());
    let mut found = Imported::default();
    for (stmt, depends) in top.imports {
        let names = names(stmt, package);
        if !depends && !names.is_empty() && reach(code, stmt.range(), Fault::Import) == Reach::Live {
            found.needed.extend(names.iter().cloned());
        }
        found.all.extend(names);
    }
    found.needed.sort_unstable();
    found.needed.dedup();
    found
}

/// Whether a place of a module runs when the module is imported: not what is
/// within a function, nor what runs only as a script.
#[must_use]
pub fn runs_at_import(module: &Module, place: TextRange) -> bool {
    let mut later = Later { place, found: false };
    later.visit_body(module.body());
    !later.found
}

/// The statements of imports outside of functions, each with whether it depends
/// on a condition that is not known.
struct TopLevel<'c, 'a> {
    code: &'c Code<'a>,
    imports: Vec<(&'a Stmt, bool)>,
    depends: bool,
}

impl<'a> TopLevel<'_, 'a> {
    fn branches(&mut self, branches: &'a ast::StmtIf) {
        let outer = self.depends;
        self.depends |= holds(self.code, &branches.test).is_none();
        self.visit_body(&branches.body);
        for clause in &branches.elif_else_clauses {
            self.depends |= clause.test.as_ref().is_some_and(|test| holds(self.code, test).is_none());
            self.visit_body(&clause.body);
        }
        self.depends = outer;
    }
}

impl<'a> Visitor<'a> for TopLevel<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) => {}
            Stmt::If(branches) if is_script_test(&branches.test) => {}
            Stmt::If(branches) => self.branches(branches),
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.imports.push((stmt, self.depends)),
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// Looks for a place within what runs later.
struct Later {
    place: TextRange,
    found: bool,
}

impl Later {
    fn holds(&self, body: &[Stmt]) -> bool {
        let bounds = body.first().zip(body.last());
        bounds
            .is_some_and(|(first, last)| TextRange::new(first.start(), last.end()).contains_range(self.place))
    }
}

impl<'a> Visitor<'a> for Later {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if self.found || !stmt.range().contains_range(self.place) {
            return;
        }
        match stmt {
            Stmt::FunctionDef(function) if self.holds(&function.body) => self.found = true,
            Stmt::If(branches) if is_script_test(&branches.test) && self.holds(&branches.body) => {
                self.found = true;
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Lambda(lambda) = expr
            && lambda.body.range().contains_range(self.place)
        {
            self.found = true;
            return;
        }
        visitor::walk_expr(self, expr);
    }
}

/// `__name__ == "__main__"`
fn is_script_test(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else { return false };
    let is_name = |expr: &Expr| matches!(expr, Expr::Name(name) if name.id == "__name__");
    matches!(*compare.ops, [ast::CmpOp::Eq])
        && (is_name(&compare.left) || compare.comparators.iter().any(is_name))
}

fn names(stmt: &Stmt, package: &str) -> Vec<String> {
    let mut found = Vec::new();
    match stmt {
        Stmt::Import(import) => {
            import.names.iter().for_each(|alias| add(&mut found, &alias.name));
        }
        Stmt::ImportFrom(import) => {
            let module = import.module.as_ref().map_or("", |module| module.as_str());
            let Some(from) = base(package, import.level, module) else { return found };
            add(&mut found, &from);
            found.extend(import.names.iter().map(|alias| format!("{from}.{}", alias.name)));
        }
        _ => {}
    }
    found
}

/// A module and the packages around it.
fn add(found: &mut Vec<String>, dotted: &str) {
    found.extend(dotted.match_indices('.').map(|(at, _)| dotted[..at].to_owned()));
    found.push(dotted.to_owned());
}

/// What `from ..module` stands for in a package.
fn base(package: &str, level: u32, module: &str) -> Option<String> {
    if level == 0 {
        return Some(module.to_owned());
    }
    let mut parts: Vec<&str> = package.split('.').collect();
    for _ in 1..level {
        parts.pop()?;
    }
    parts.extend(Some(module).filter(|module| !module.is_empty()));
    Some(parts.join(".")).filter(|whole| !whole.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_imports() {
        assert_eq!(base("a.b", 1, "c"), Some("a.b.c".to_owned()));
        assert_eq!(base("a.b", 2, "c"), Some("a.c".to_owned()));
        assert_eq!(base("a.b", 1, ""), Some("a.b".to_owned()));
        assert_eq!(base("a", 3, "c"), None);
        assert_eq!(base("a", 0, "c.d"), Some("c.d".to_owned()));
    }
}
