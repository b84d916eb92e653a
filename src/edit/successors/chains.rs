//! Attribute chains that begin with a name.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprAttribute, ExprContext};
use ruff_text_size::{Ranged, TextSize};
use rustc_hash::FxHashMap;

use crate::catalogue::{Module, Name};
use crate::python::Code;

/// `a.b.c` as it stands in the text.
pub(super) struct Chain<'a> {
    pub(super) root: TextSize,
    /// Each attribute and where it ends.
    attributes: Vec<(&'a str, TextSize)>,
    pub(super) reads: bool,
}

impl Chain<'_> {
    /// The first part of the chain that the catalogue knows, and where it ends.
    pub(super) fn member(&self, base: &str, gone: &'static Module) -> Option<(&'static Name, TextSize)> {
        let mut dotted = base.to_owned();
        self.attributes.iter().find_map(|(attribute, end)| {
            dotted.push('.');
            dotted.push_str(attribute);
            gone.member(&dotted).map(|name| (name, *end))
        })
    }

    /// The longest part of the chain that the catalogue knows, and where it ends.
    pub(super) fn longest(&self, base: &str, gone: &'static Module) -> Option<(&'static Name, TextSize)> {
        let mut dotted = base.to_owned();
        let known = self.attributes.iter().filter_map(|(attribute, end)| {
            dotted.push('.');
            dotted.push_str(attribute);
            gone.member(&dotted).map(|name| (name, *end))
        });
        known.last()
    }
}

/// The attribute chains of a module, by the place of their first name.
pub(super) struct Chains<'a> {
    pub(super) by_root: FxHashMap<TextSize, Chain<'a>>,
}

impl<'a> Chains<'a> {
    pub(super) fn of(code: &Code<'a>) -> Self {
        let mut chains = Self { by_root: FxHashMap::default() };
        chains.visit_body(code.module.body());
        chains
    }

    fn add(&mut self, outermost: &'a ExprAttribute) -> bool {
        let mut attributes = Vec::new();
        let mut at = outermost;
        loop {
            attributes.push((at.attr.as_str(), at.end()));
            match &*at.value {
                Expr::Attribute(inner) => at = inner,
                Expr::Name(root) => {
                    attributes.reverse();
                    let reads = outermost.ctx == ExprContext::Load || attributes.len() > 1;
                    self.by_root.insert(root.start(), Chain { root: root.start(), attributes, reads });
                    return true;
                }
                _ => return false,
            }
        }
    }
}

impl<'a> Visitor<'a> for Chains<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Attribute(attribute) if self.add(attribute) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}
