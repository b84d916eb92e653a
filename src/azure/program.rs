//! Programs that describe resources: Python for Pulumi or the CDK for Terraform,
//! as values. A call that is given keywords is the object that they make.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::names::{Names, Value};
use crate::parse::javascript::{Node, NodeKind, Script};
use crate::parse::term::{self, Member, Term, TermKind};
use crate::python::Code;

/// How deep values may lie within each other.
const MAX_DEPTH: usize = 60;

/// Modules whose programs describe Azure.
const MODULES: &[&str] =
    &["pulumi_azure_native", "pulumi_azure", "cdktf_cdktf_provider_azurerm", "imports.azurerm"];

/// The outermost calls of a program that describes Azure, and its names.
#[must_use]
pub fn of_python(code: &Code<'_>) -> (Vec<Term>, Names) {
    let mut walk = Walk { found: Vec::new(), names: Names::default() };
    if MODULES.iter().any(|module| code.names().imports_module(module)) {
        walk.visit_body(code.module.body());
    }
    (walk.found, walk.names)
}

struct Walk {
    found: Vec<Term>,
    names: Names,
}

impl<'a> Visitor<'a> for Walk {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assign(assign) = stmt
            && let [Expr::Name(name)] = assign.targets.as_slice()
        {
            let value = Value { term: expression(&assign.value, 0), file: 0, parameter: false };
            self.names.add(name.id.to_string(), value);
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) if !call.arguments.keywords.is_empty() => self.found.push(expression(expr, 0)),
            _ => visitor::walk_expr(self, expr),
        }
    }
}

fn expression(expr: &Expr, depth: usize) -> Term {
    let range = expr.range();
    if depth > MAX_DEPTH {
        return Term::new(range, TermKind::Other);
    }
    let inner = |expr: &Expr| expression(expr, depth + 1);
    let kind = match expr {
        Expr::StringLiteral(text) => TermKind::Text(text.value.to_str().into()),
        Expr::NumberLiteral(_) => TermKind::Other,
        Expr::BooleanLiteral(value) => TermKind::Bool(value.value),
        Expr::NoneLiteral(_) => TermKind::Null,
        Expr::List(list) => TermKind::Array(list.elts.iter().map(|element| spread(element, depth)).collect()),
        Expr::Tuple(tuple) => TermKind::Array(tuple.elts.iter().map(inner).collect()),
        Expr::Dict(dict) => TermKind::Object(
            dict.items
                .iter()
                .map(|item| match &item.key {
                    Some(key) => Member {
                        key: key.as_string_literal_expr().map(|text| text.value.to_str().into()),
                        key_range: key.range(),
                        value: inner(&item.value),
                    },
                    None => spread_member(&item.value, depth),
                })
                .collect(),
        ),
        Expr::Name(name) => TermKind::Name(name.id.as_str().into()),
        Expr::Attribute(attribute) => {
            TermKind::Field(Box::new(inner(&attribute.value)), attribute.attr.as_str().into())
        }
        Expr::If(choice) => TermKind::Either(vec![inner(&choice.body), inner(&choice.orelse)]),
        Expr::ListComp(each) => TermKind::Each(Box::new(inner(&each.elt))),
        Expr::BinOp(sum) if sum.op.as_str() == "+" || sum.op.as_str() == "|" => {
            TermKind::Call("merge".into(), vec![inner(&sum.left), inner(&sum.right)])
        }
        Expr::Call(call) if !call.arguments.keywords.is_empty() => keywords(call, depth),
        _ => TermKind::Other,
    };
    Term::new(range, kind)
}

fn keywords(call: &ExprCall, depth: usize) -> TermKind {
    let member = |keyword: &ruff_python_ast::Keyword| match &keyword.arg {
        Some(name) => Member {
            key: Some(name.as_str().into()),
            key_range: name.range(),
            value: expression(&keyword.value, depth + 1),
        },
        None => spread_member(&keyword.value, depth),
    };
    let positional = call.arguments.args.iter().filter(|argument| argument.is_dict_expr());
    let positional = positional.map(|argument| spread_member(argument, depth));
    TermKind::Object(positional.chain(call.arguments.keywords.iter().map(member)).collect())
}

fn spread(expr: &Expr, depth: usize) -> Term {
    match expr {
        Expr::Starred(starred) => {
            Term::new(expr.range(), TermKind::Spread(Box::new(expression(&starred.value, depth + 1))))
        }
        _ => expression(expr, depth + 1),
    }
}

fn spread_member(value: &Expr, depth: usize) -> Member {
    let term = expression(value, depth + 1);
    let key_range = TextRange::empty(term.range.start());
    Member { key: None, key_range, value: Term::new(term.range, TermKind::Spread(Box::new(term))) }
}

/// The outermost objects of a script that describes Azure, and its names.
#[must_use]
pub fn of_javascript(script: &Script) -> (Vec<Term>, Names) {
    let is_azure = |module: &str| module.contains("azure");
    let mut names = Names::default();
    let mut found = Vec::new();
    if !script.imports().iter().any(|import| is_azure(import.module)) {
        return (found, names);
    }
    for (name, value) in script.constants() {
        if let Some(name) = name.name() {
            names.add(name, Value { term: term::of_javascript(value), file: 0, parameter: false });
        }
    }
    objects(&script.nodes, &mut found);
    (found, names)
}

/// Braces that hold `key: value`, the outermost of each place.
fn objects(nodes: &[Node], found: &mut Vec<Term>) {
    for node in nodes {
        if let NodeKind::Group(sign, inner) = &node.kind {
            let is_object =
                *sign == b'{' && inner.get(1).is_some_and(|second| second.is(b':') || second.is(b','));
            if is_object {
                let value = crate::parse::javascript::Value(std::slice::from_ref(node));
                found.push(term::of_javascript(value));
            } else {
                objects(inner, found);
            }
        }
    }
}
