//! The Pythons that programs for the AWS CDK choose: `Runtime.PYTHON_3_11` by
//! whatever name, in Python, JavaScript and TypeScript.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, Keyword};
use ruff_text_size::{Ranged, TextRange};

use super::program::{self, Known, Names};
use super::{Choice, ChoiceKind, Input, Reader};
use crate::discover::Kind;
use crate::parse::Syntax;
use crate::parse::javascript::{NodeKind, Script, Value, call};
use crate::python::Code;

/// The reader.
pub static READER: Reader = Reader {
    kinds: &[Kind::JavaScript, Kind::Python],
    also: "aws",
    words: &[
        "PYTHON_2_7",
        "PYTHON_3_6",
        "PYTHON_3_7",
        "PYTHON_3_8",
        "PYTHON_3_9",
        "PYTHON_3_10",
        "PYTHON_3_11",
        "PYTHON_3_12",
        "CfnFunction",
        "CfnLayerVersion",
        "RuntimeFamily",
        "aws_lambda",
    ],
    read,
};

fn read(input: &Input<'_>, code: Option<&Code<'_>>) -> Vec<Choice> {
    match (&input.document.syntax, code) {
        (Syntax::JavaScript(script), _) => of_script(input, script),
        (_, Some(code)) => of_python(input, code),
        _ => Vec::new(),
    }
}

/// The names behind `aws_lambda`, and whether they are of the first CDK, which
/// ended before Python 3.13.
fn lambda<'n, 'a>(known: &'n Known<'a>) -> Option<(&'n [&'a str], bool)> {
    match (known.module, known.names.as_slice()) {
        ("aws-cdk-lib/aws-lambda", rest) | ("aws-cdk-lib", ["aws_lambda", rest @ ..]) => Some((rest, false)),
        ("@aws-cdk/aws-lambda" | "monocdk/aws-lambda", rest) | ("monocdk", ["aws_lambda", rest @ ..]) => {
            Some((rest, true))
        }
        _ => None,
    }
}

fn of_script(input: &Input<'_>, script: &Script) -> Vec<Choice> {
    let names = Names::of(script);
    let mut lists: Vec<TextRange> = Vec::new();
    let mut choices = Vec::new();
    let mut is_cdk = false;
    script.each(|nodes| {
        for (at, node) in nodes.iter().enumerate() {
            let rest = &nodes[at..];
            match (node.name(), rest) {
                (Some("compatibleRuntimes"), [_, colon, list, ..]) if colon.is(b':') => {
                    lists.push(list.range)
                }
                _ => {}
            }
            let behind_dot = at > 0 && nodes[at - 1].is(b'.');
            let Some(call) = call(rest).filter(|_| !behind_dot) else { continue };
            let Some(known) = names.resolve(&call.name) else { continue };
            let Some((name, _)) = lambda(&known) else { continue };
            choices.extend(of_call(input, &names, name, &call.arguments));
        }
    });
    let mut listed: Vec<(TextRange, Choice)> = Vec::new();
    for (known, places) in program::mentions(script, &names) {
        is_cdk |= known.module.starts_with("aws-cdk-lib") || known.module.starts_with("@aws-cdk/");
        let Some((["Runtime", member, rest @ ..], is_first)) = lambda(&known) else { continue };
        let place = places.len().checked_sub(rest.len() + 1).map(|at| places[at]);
        // A name that the member was given elsewhere chooses nothing.
        let Some((_, range)) = place.filter(|(written, _)| written == member) else { continue };
        let is_image = rest.first() == Some(&"bundlingImage");
        let Some(choice) = of_member(input, member, range, is_image, is_first) else { continue };
        match lists.iter().find(|list| list.contains_range(range)) {
            Some(list) => listed.push((*list, choice)),
            None => choices.push(choice),
        }
    }
    for list in lists {
        let own = listed.iter().filter(|(other, _)| *other == list).map(|(_, choice)| choice.clone());
        choices.extend(program::newest(own.collect()));
    }
    if is_cdk {
        script.each(|nodes| {
            for node in nodes {
                if let NodeKind::String(text) = &node.kind
                    && text.contains("sam/build-python")
                {
                    choices.extend(program::choice_of_text(input, text, node.range, ChoiceKind::Build));
                }
            }
        });
    }
    choices
}

/// `new Runtime('python3.11', …)`, `new CfnFunction(…, { runtime: 'python3.11' })`.
fn of_call<'a>(input: &Input<'_>, names: &Names<'a>, name: &[&str], arguments: &[Value<'a>]) -> Vec<Choice> {
    let texts = |value: Option<Value<'a>>| value.map(|value| names.texts(value)).unwrap_or_default();
    let object = |key| arguments.iter().find_map(|argument| argument.get(key));
    let read = |texts: Vec<(&str, TextRange)>| {
        let read = |(text, range)| program::choice_of_text(input, text, range, ChoiceKind::Function);
        texts.into_iter().filter_map(read).collect::<Vec<_>>()
    };
    match name {
        ["Runtime"] => read(texts(arguments.first().copied())),
        ["CfnFunction"] => read(texts(object("runtime"))),
        ["CfnLayerVersion"] => {
            let list = object("compatibleRuntimes").map(Value::elements).unwrap_or_default();
            let texts = list.into_iter().flat_map(|value| names.texts(value)).collect();
            program::newest(read(texts)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// `Runtime.PYTHON_3_11`, or an image of it.
fn of_member(
    input: &Input<'_>,
    member: &str,
    range: TextRange,
    is_image: bool,
    is_first: bool,
) -> Option<Choice> {
    let runtime = program::runtime_of_member(member)?;
    let kind = if is_image { ChoiceKind::Build } else { ChoiceKind::Function };
    let content =
        program::member_like(member, input.target).filter(|_| !is_first && input.target_name().is_some());
    let choice = program::choice(input, runtime, range, kind, content);
    let origin = is_first.then(|| {
        format!("named by the first CDK, which ended in 2023 and has no name for `python{}`", input.target)
    });
    let owner = Some("what is bundled here".to_owned());
    Some(Choice { origin, owner, ..choice })
}

fn of_python(input: &Input<'_>, code: &Code<'_>) -> Vec<Choice> {
    let is_cdk = |module: &str| code.names().imports_module(module);
    if !is_cdk("aws_cdk") && !is_cdk("monocdk") {
        return Vec::new();
    }
    let is_first = is_cdk("monocdk")
        || is_cdk("aws_cdk.core")
        || ["aws-cdk.core", "aws-cdk.aws-lambda"]
            .iter()
            .any(|name| input.project.requires(&input.document.path, name));
    let mut walk = Walk { input, code, is_first, found: Vec::new() };
    walk.visit_body(code.module.body());
    walk.found
}

struct Walk<'c, 'a> {
    input: &'c Input<'c>,
    code: &'c Code<'a>,
    is_first: bool,
    found: Vec<Choice>,
}

impl<'a> Walk<'_, 'a> {
    /// The names behind `aws_lambda`.
    fn lambda(&self, expr: &'a Expr) -> Option<String> {
        let meanings = self.code.names().resolve(expr);
        let dotted = meanings.only()?;
        let rest = ["aws_cdk.aws_lambda.", "monocdk.aws_lambda."]
            .iter()
            .find_map(|home| dotted.strip_prefix(home))?;
        Some(rest.to_owned())
    }

    fn member(&self, expr: &'a Expr, is_image: bool) -> Option<Choice> {
        let Expr::Attribute(attribute) = expr else { return None };
        program::runtime_of_member(&attribute.attr)?;
        let name = self.lambda(expr)?;
        let member = name.strip_prefix("Runtime.")?;
        of_member(self.input, member, attribute.attr.range(), is_image, self.is_first)
    }

    fn text(&self, value: &'a Expr, kind: ChoiceKind) -> Option<Choice> {
        let Expr::StringLiteral(text) = value else { return None };
        program::choice_of_text(self.input, text.value.to_str(), text.range(), kind)
    }

    fn list(&mut self, list: &'a Expr) {
        let Expr::List(list) = list else { return self.visit_expr(list) };
        let all = list.elts.iter();
        let choices =
            all.filter_map(|one| self.member(one, false).or_else(|| self.text(one, ChoiceKind::Function)));
        let newest = program::newest(choices.collect());
        self.found.extend(newest);
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // Whoever compares chooses nothing.
            Expr::Compare(_) => return,
            Expr::Attribute(attribute) => {
                let is_image = attribute.attr.as_str() == "bundling_image";
                let inner = if is_image { &*attribute.value } else { expr };
                if let Some(choice) = self.member(inner, is_image) {
                    self.found.push(choice);
                    return;
                }
            }
            Expr::StringLiteral(text) if text.value.to_str().contains("sam/build-python") => {
                self.found.extend(self.text(expr, ChoiceKind::Build));
            }
            Expr::Call(call) => {
                let name = self.lambda(&call.func);
                let value = match name.as_deref() {
                    Some("Runtime") => call.arguments.find_argument_value("name", 0),
                    Some("CfnFunction") => {
                        call.arguments.find_keyword("runtime").map(|keyword| &keyword.value)
                    }
                    _ => None,
                };
                self.found.extend(value.and_then(|value| self.text(value, ChoiceKind::Function)));
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        if keyword.arg.as_ref().is_some_and(|name| name.as_str() == "compatible_runtimes") {
            self.list(&keyword.value);
        } else {
            visitor::walk_keyword(self, keyword);
        }
    }
}
