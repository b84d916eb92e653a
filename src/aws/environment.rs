//! The environment variables that programs and Terraform give to functions of
//! AWS Lambda. Those of templates stand under keys of their own names.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::parse::hcl::{Body, Expression, ExpressionKind};
use crate::parse::javascript::{Script, Value};
use crate::parse::{Document, Syntax};
use crate::python::Code;

/// A variable with a literal value.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The place of the name.
    pub name_range: TextRange,
    /// Its value.
    pub value: String,
    /// The place of the value, without quotes; `None` if it is not written plainly.
    pub value_range: Option<TextRange>,
}

/// The variables of every function that a document describes.
#[must_use]
pub fn variables(document: &Document, code: Option<&Code<'_>>) -> Vec<Variable> {
    let mut reader = Reader { text: &document.text, found: Vec::new() };
    match (&document.syntax, code) {
        (Syntax::Hcl(body), _) => reader.terraform(body),
        (Syntax::JavaScript(script), _) => reader.script(script),
        (_, Some(code)) => Calls { code, reader: &mut reader }.visit_body(code.module.body()),
        _ => {}
    }
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    found: Vec<Variable>,
}

impl Reader<'_> {
    fn add(&mut self, name: &str, name_range: TextRange, value: &str, place: TextRange) {
        let written = &self.text[place];
        let quoted = written.len() == value.len() + 2 && written.starts_with(['"', '\'', '`']);
        let quote = TextSize::new(u32::from(quoted));
        let inner = TextRange::new(place.start() + quote, place.end() - quote);
        let value_range = (&self.text[inner] == value).then_some(inner);
        self.found.push(Variable { name: name.to_owned(), name_range, value: value.to_owned(), value_range });
    }

    /// `environment { variables = { … } }` of functions, `environment_variables`
    /// of modules.
    fn terraform(&mut self, body: &Body) {
        for resource in body.blocks("resource").filter(|one| one.label(0) == Some("aws_lambda_function")) {
            for environment in resource.body.blocks("environment") {
                environment.body.get("variables").into_iter().for_each(|map| self.map(map));
            }
        }
        for module in body.blocks("module").filter(|one| one.body.get("runtime").is_some()) {
            module.body.get("environment_variables").into_iter().for_each(|map| self.map(map));
        }
    }

    fn map(&mut self, map: &Expression) {
        if let ExpressionKind::Call(name, parts) = &map.kind
            && &**name == "merge"
        {
            parts.iter().for_each(|part| self.map(part));
        }
        for item in map.items() {
            let value = match &item.value.kind {
                ExpressionKind::String(text) | ExpressionKind::Number(text) => text,
                _ => continue,
            };
            if let Some(name) = &item.key {
                self.add(name, item.key_range, value, item.value.range);
            }
        }
    }

    /// `environment: { … }` in programs that import something for functions.
    fn script(&mut self, script: &Script) {
        let is_cloud = |module: &str| module.contains("aws");
        if !script.imports().iter().any(|import| is_cloud(import.module)) {
            return;
        }
        script.each(|nodes| {
            for at in 0..nodes.len().saturating_sub(2) {
                if nodes[at].name() == Some("environment") && nodes[at + 1].is(b':') {
                    for member in Value(&nodes[at + 2..at + 3]).members() {
                        if let Some((text, place)) = member.value.text() {
                            self.add(member.key, member.key_range, text, place);
                        }
                    }
                }
            }
        });
    }
}

/// Looks for `environment={…}` in calls of the CDK.
struct Calls<'c, 'r, 't, 'a> {
    code: &'c Code<'a>,
    reader: &'r mut Reader<'t>,
}

impl<'a> Calls<'_, '_, '_, 'a> {
    fn call(&mut self, call: &'a ExprCall) {
        let meanings = self.code.meanings(&call.func);
        if !meanings.dotted.iter().any(|name| name.starts_with("aws_cdk.") || name.starts_with("pulumi_aws."))
        {
            return;
        }
        let Some(keyword) = call.arguments.find_keyword("environment") else { return };
        let Expr::Dict(map) = &keyword.value else { return };
        for item in &map.items {
            if let (Some(Expr::StringLiteral(name)), Expr::StringLiteral(value)) = (&item.key, &item.value) {
                self.reader.add(name.value.to_str(), name.range(), value.value.to_str(), value.range());
            }
        }
    }
}

impl<'a> Visitor<'a> for Calls<'_, '_, '_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}
