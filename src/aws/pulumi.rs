//! The Pythons that Pulumi programs choose for AWS Lambda, in Python, JavaScript,
//! TypeScript and YAML, and those that boto3 is called with.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

use super::program::{self, Known, Names};
use super::{Choice, ChoiceKind, Input, Reader};
use crate::discover::Kind;
use crate::finding::Confidence;
use crate::parse::Syntax;
use crate::parse::javascript::{Script, Value, call};
use crate::parse::tree::Tree;
use crate::python::Code;

/// The reader.
pub static READER: Reader = Reader {
    kinds: &[Kind::JavaScript, Kind::Python, Kind::Yaml],
    also: "",
    words: &[
        "pulumi_aws",
        "pulumi",
        "create_function",
        "update_function_configuration",
        "aws:lambda:Function",
        "aws:lambda/function:Function",
    ],
    read,
};

/// Calls of boto3 that choose a runtime.
const CALLS: &[&str] = &["create_function", "update_function_configuration"];

fn read(input: &Input<'_>, code: Option<&Code<'_>>) -> Vec<Choice> {
    match (&input.document.syntax, code) {
        (Syntax::JavaScript(script), _) => of_script(input, script),
        (Syntax::Yaml(documents), _) => {
            documents.iter().flat_map(|document| of_yaml(input, Tree::of(document))).collect()
        }
        (_, Some(code)) => of_python(input, code),
        _ => Vec::new(),
    }
}

/// The names behind `aws.lambda`.
fn lambda<'n, 'a>(known: &'n Known<'a>) -> Option<&'n [&'a str]> {
    match (known.module, known.names.as_slice()) {
        ("@pulumi/aws", ["lambda", rest @ ..]) | ("@pulumi/aws/lambda", rest) => Some(rest),
        _ => None,
    }
}

fn of_script(input: &Input<'_>, script: &Script) -> Vec<Choice> {
    let names = Names::of(script);
    let mut choices = Vec::new();
    script.each(|nodes| {
        for at in 0..nodes.len() {
            let behind_dot = at > 0 && nodes[at - 1].is(b'.');
            let Some(call) = call(&nodes[at..]).filter(|_| !behind_dot) else { continue };
            let known = names.resolve(&call.name);
            if known.as_ref().and_then(lambda) != Some(&["Function"]) {
                continue;
            }
            let object = |key| call.arguments.iter().find_map(|argument| argument.get(key));
            let runtime = object("runtime").filter(|_| {
                object("packageType").and_then(Value::text).is_none_or(|(kind, _)| kind != "Image")
            });
            let texts = runtime.map(|runtime| names.texts(runtime)).unwrap_or_default();
            let read = |(text, range)| program::choice_of_text(input, text, range, ChoiceKind::Function);
            choices.extend(texts.into_iter().filter_map(read));
        }
    });
    for (known, places) in program::mentions(script, &names) {
        if let Some(["Runtime", member]) = lambda(&known)
            && let Some(runtime) = program::runtime_of_member(member)
            && let Some((_, range)) = places.last().filter(|(written, _)| written == member)
        {
            let content =
                program::member_like(member, input.target).filter(|_| input.target_name().is_some());
            choices.push(program::choice(input, runtime, *range, ChoiceKind::Function, content));
        }
    }
    choices
}

/// `type: aws:lambda:Function` below `resources`; `runtime` at the top is the
/// language of the program.
fn of_yaml(input: &Input<'_>, root: Tree<'_>) -> Vec<Choice> {
    let resources = root.get("resources").map(Tree::members).unwrap_or_default();
    let of_resource = |resource: Tree<'_>| {
        let kind = resource.get("type")?.text()?;
        let properties = resource.get("properties")?;
        let is_image = properties.get("packageType").and_then(Tree::text) == Some("Image");
        let is_function = matches!(kind, "aws:lambda:Function" | "aws:lambda/function:Function") && !is_image;
        let runtime = properties.get("runtime").filter(|_| is_function)?;
        program::choice_of_text(input, runtime.text()?, runtime.range(), ChoiceKind::Function)
    };
    resources.into_iter().filter_map(|member| of_resource(member.value)).collect()
}

fn of_python(input: &Input<'_>, code: &Code<'_>) -> Vec<Choice> {
    let imports = |module: &str| code.names().imports_module(module);
    let is_pulumi = imports("pulumi_aws");
    let is_boto = ["boto3", "botocore", "aioboto3", "aiobotocore"].iter().any(|module| imports(module));
    if !is_pulumi && !is_boto {
        return Vec::new();
    }
    let mut walk = Walk { input, code, is_boto, found: Vec::new() };
    walk.visit_body(code.module.body());
    walk.found
}

struct Walk<'c, 'a> {
    input: &'c Input<'c>,
    code: &'c Code<'a>,
    is_boto: bool,
    found: Vec<Choice>,
}

impl<'a> Walk<'_, 'a> {
    /// The names behind `pulumi_aws.lambda_`.
    fn lambda(&self, expr: &'a Expr) -> Option<String> {
        let meanings = self.code.names().resolve(expr);
        Some(meanings.only()?.strip_prefix("pulumi_aws.lambda_.")?.to_owned())
    }

    fn of_call(&mut self, call: &'a ExprCall) {
        let is_method = |attr: &str| self.is_boto && CALLS.contains(&attr);
        let (key, confidence) = match &*call.func {
            Expr::Attribute(attribute) if is_method(&attribute.attr) => ("Runtime", Confidence::Likely),
            func if self.lambda(func).as_deref() == Some("Function") => ("runtime", Confidence::Certain),
            _ => return,
        };
        let Some(Expr::StringLiteral(text)) = call.arguments.find_keyword(key).map(|keyword| &keyword.value)
        else {
            return;
        };
        let value = text.value.to_str();
        let choice = match program::runtime_of_member(value) {
            // The member of the enumeration, as a text.
            Some(_) if key == "runtime" => None,
            _ => program::choice_of_text(self.input, value, text.range(), ChoiceKind::Function),
        };
        let choice = choice.map(|choice| Choice { confidence: choice.confidence.min(confidence), ..choice });
        self.found.extend(choice);
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Compare(_) => return,
            Expr::Attribute(attribute) => {
                if let Some(runtime) = program::runtime_of_member(&attribute.attr)
                    && self.lambda(expr).is_some_and(|name| name.starts_with("Runtime."))
                {
                    let range = attribute.attr.range();
                    let content = program::member_like(&attribute.attr, self.input.target)
                        .filter(|_| self.input.target_name().is_some());
                    let choice = program::choice(self.input, runtime, range, ChoiceKind::Function, content);
                    self.found.push(choice);
                    return;
                }
            }
            Expr::Call(call) => self.of_call(call),
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}
