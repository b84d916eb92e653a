//! What types the items of a collection have.

use ruff_python_ast::{AnyNodeRef, Expr, ExprName, Operator};
use ruff_text_size::Ranged;

use super::{Verdict, around, values};
use crate::python::Code;
use crate::python::names::BindingKind;

/// Whether one of the items is known to have one of the types.
pub(super) fn have_one_of<'a>(code: &Code<'a>, expr: &'a Expr, wanted: &[&str]) -> Option<Verdict> {
    Search { code, wanted }.items(expr, DEEPEST)
}

/// Names followed before giving up.
const DEEPEST: u32 = 8;

struct Search<'c, 'a> {
    code: &'c Code<'a>,
    wanted: &'c [&'c str],
}

impl<'a> Search<'_, 'a> {
    fn items(&self, expr: &'a Expr, steps: u32) -> Option<Verdict> {
        let steps = steps.checked_sub(1)?;
        match expr {
            Expr::List(list) => self.any(&list.elts, steps),
            Expr::Tuple(tuple) => self.any(&tuple.elts, steps),
            Expr::Set(set) => self.any(&set.elts, steps),
            Expr::ListComp(comprehension) => self.item(&comprehension.elt, steps),
            Expr::SetComp(comprehension) => self.item(&comprehension.elt, steps),
            Expr::Generator(generator) => self.item(&generator.elt, steps),
            Expr::BinOp(operation) if operation.op == Operator::Add => {
                self.items(&operation.left, steps).or_else(|| self.items(&operation.right, steps))
            }
            Expr::BinOp(operation) if operation.op == Operator::Mult => self.items(&operation.left, steps),
            Expr::Call(call) => {
                let meanings = self.code.meanings(&call.func);
                let known = ["builtins.list", "builtins.tuple", "builtins.set"];
                let [items] = &*call.arguments.args else { return None };
                known.iter().any(|name| meanings.only() == Some(name)).then(|| self.items(items, steps))?
            }
            Expr::Name(name) => self.named(name, steps),
            _ => None,
        }
    }

    fn any(&self, elts: &'a [Expr], steps: u32) -> Option<Verdict> {
        elts.iter().filter_map(|elt| self.item(elt, steps)).max_by_key(|verdict| verdict.confidence)
    }

    fn item(&self, elt: &'a Expr, steps: u32) -> Option<Verdict> {
        match elt {
            Expr::Starred(starred) => self.items(&starred.value, steps),
            _ => values::is_one_of(self.code, elt, self.wanted),
        }
    }

    /// A collection that has a name: what it is made of, and what is added to it.
    fn named(&self, name: &'a ExprName, steps: u32) -> Option<Verdict> {
        let names = self.code.names();
        let [id] = names.bindings_of(name)[..] else { return None };
        let BindingKind::Assignment(value) = names.binding(id).kind else { return None };
        self.items(value, steps).or_else(|| {
            let reads =
                names.references_to(id).iter().take_while(|read| read.range.end() <= name.range.start());
            reads.filter_map(|read| self.added(read, steps)).max_by_key(|verdict| verdict.confidence)
        })
    }

    /// `name.append(item)`.
    fn added(&self, read: &'a ExprName, steps: u32) -> Option<Verdict> {
        let mut nodes = around(self.code, read.range()).into_iter();
        let Some(AnyNodeRef::ExprAttribute(method)) = nodes.next() else { return None };
        let Some(AnyNodeRef::ExprCall(call)) = nodes.next() else { return None };
        let [argument] = &*call.arguments.args else { return None };
        match method.attr.as_str() {
            "append" | "add" if call.func.range() == method.range() => self.item(argument, steps),
            "extend" | "update" => self.items(argument, steps),
            _ => None,
        }
    }
}
