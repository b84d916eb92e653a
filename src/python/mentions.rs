//! Expressions that stand for one of a few dotted names.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, ExprContext, Stmt};

use super::Code;

/// An expression and the dotted name it stands for.
#[derive(Debug)]
pub struct Mention<'a> {
    /// The name or attribute.
    pub expr: &'a Expr,
    /// The call of it, if that is what it is for.
    pub call: Option<&'a ExprCall>,
    /// Which of the names it surely means.
    pub dotted: &'static str,
}

/// Every expression that is read and can only mean one of the names.
#[must_use]
pub fn mentions<'a>(code: &Code<'a>, wanted: &'static [&'static str]) -> Vec<Mention<'a>> {
    let mut walk = Walk { code, wanted, call: None, found: Vec::new() };
    walk.visit_body(code.module.body());
    walk.found
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    wanted: &'static [&'static str],
    /// The call whose function comes next.
    call: Option<&'a ExprCall>,
    found: Vec<Mention<'a>>,
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        let call = self.call.take();
        let is_read = match expr {
            Expr::Name(name) => name.ctx == ExprContext::Load,
            Expr::Attribute(attribute) => {
                let last = attribute.attr.as_str();
                attribute.ctx == ExprContext::Load
                    && self.wanted.iter().any(|dotted| dotted.rsplit('.').next() == Some(last))
            }
            _ => false,
        };
        if is_read
            && let Some(dotted) = self.code.names().resolve(expr).only()
            && let Some(dotted) = self.wanted.iter().find(|wanted| **wanted == dotted)
        {
            self.found.push(Mention { expr, call, dotted });
            return;
        }
        if let Expr::Call(call) = expr {
            self.call = Some(call);
        }
        visitor::walk_expr(self, expr);
    }
}

/// Every call in a block, outer before inner.
#[must_use]
pub fn calls(body: &[Stmt]) -> Vec<&ExprCall> {
    let mut walk = Calls { found: Vec::new() };
    walk.visit_body(body);
    walk.found
}

struct Calls<'a> {
    found: Vec<&'a ExprCall>,
}

impl<'a> Visitor<'a> for Calls<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.found.push(call);
        }
        visitor::walk_expr(self, expr);
    }
}
