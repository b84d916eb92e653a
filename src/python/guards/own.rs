//! What an object or a module keeps to itself, so that all of its uses can be seen.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ExprAttribute, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::evaluate::is_dead;
use crate::python::Code;
use crate::python::names::BindingKind;

/// The condition that `self.flag` holds, where the class around works it out
/// once: `self.old = hasattr(plistlib, "readPlist")`. Plain constants may be set
/// from outside.
pub(super) fn flag<'a>(code: &Code<'a>, attribute: &ExprAttribute) -> Option<&'a Expr> {
    let is_own = |object: &Expr| matches!(object, Expr::Name(name) if name.id.as_str() == "self");
    if !is_own(&attribute.value) {
        return None;
    }
    let class = code.names().class_around(attribute.start())?;
    let mut assignments = Assignments { name: attribute.attr.as_str(), found: Vec::new() };
    assignments.visit_body(&class.body);
    match assignments.found[..] {
        [Some(value @ (Expr::Call(_) | Expr::Compare(_) | Expr::BoolOp(_) | Expr::UnaryOp(_)))] => {
            Some(value)
        }
        _ => None,
    }
}

/// What is assigned to an attribute of `self`, or to the class's own name.
struct Assignments<'n, 'a> {
    name: &'n str,
    /// `None` where the value is not plain.
    found: Vec<Option<&'a Expr>>,
}

impl<'a> Visitor<'a> for Assignments<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let (targets, value) = match stmt {
            Stmt::Assign(assign) => (&assign.targets[..], Some(&*assign.value)),
            Stmt::AnnAssign(assign) => (std::slice::from_ref(&*assign.target), assign.value.as_deref()),
            Stmt::AugAssign(assign) => (std::slice::from_ref(&*assign.target), None),
            Stmt::FunctionDef(function) if function.name.as_str() == self.name => {
                self.found.push(None);
                return;
            }
            _ => return walk_stmt(self, stmt),
        };
        for target in targets {
            match target {
                Expr::Attribute(target) if target.attr.as_str() == self.name => self.found.push(value),
                Expr::Name(target) if target.id.as_str() == self.name => self.found.push(value),
                Expr::Tuple(all) => all.elts.iter().for_each(|one| self.taken(one)),
                Expr::List(all) => all.elts.iter().for_each(|one| self.taken(one)),
                _ => {}
            }
        }
    }
}

impl Assignments<'_, '_> {
    /// One of several targets of an unpacking.
    fn taken(&mut self, target: &Expr) {
        if matches!(target, Expr::Attribute(target) if target.attr.as_str() == self.name) {
            self.found.push(None);
        }
    }
}

/// Whether the place is in a private function of the module that is used only
/// where nothing runs on the target.
pub(super) fn is_in_dead_function<'a>(code: &Code<'a>, place: TextRange) -> bool {
    let body = code.module.body();
    let around = body.get(body.partition_point(|stmt| stmt.end() < place.end()));
    let Some(Stmt::FunctionDef(function)) = around.filter(|stmt| stmt.range().contains_range(place)) else {
        return false;
    };
    let name = function.name.as_str();
    if !name.starts_with('_') || name.ends_with("__") || code.names().in_strings(name) {
        return false;
    }
    let [id] = code.names().module_bindings(name) else { return false };
    if !matches!(code.names().binding(*id).kind, BindingKind::Function(_)) {
        return false;
    }
    let outside = |range: &TextRange| !function.range().contains_range(*range);
    let uses = code.names().references_to(*id).iter().map(|name| name.range);
    let uses: Vec<TextRange> = uses.filter(outside).collect();
    !uses.is_empty() && uses.into_iter().all(|range| is_dead(code, range))
}
