//! The layers that functions use, as far as configuration names them.

use super::cloudformation::{self, Function};
use super::template::Template;
use super::{Input, roots, serverless};
use crate::catalogue::runtimes::{self, Runtime};
use crate::parse::Syntax;
use crate::parse::fragment::Fragment;
use crate::parse::hcl::{Body, Expression};

/// A text in which the ARN of a layer may stand, and who uses it.
pub struct Use {
    /// A string, or the part of an expression that holds one.
    pub text: Fragment,
    /// The function, for a message: ``function `F` ``.
    pub owner: String,
    /// What the function may run on, as far as that is known.
    pub runtimes: Vec<&'static Runtime>,
}

/// Every use of a layer in a template, in configuration of the Serverless
/// Framework or of Terraform.
#[must_use]
pub fn uses(input: &Input<'_>) -> Vec<Use> {
    if cloudformation::is_made(&input.document.path) {
        return Vec::new();
    }
    let text = &input.document.text;
    if let Syntax::Hcl(body) = &input.document.syntax {
        return of_terraform(body, text);
    }
    let mut uses = Vec::new();
    for root in roots(input.document) {
        uses.extend(Template::of(root).into_iter().flat_map(|template| of_template(template, text)));
        uses.extend(serverless::layers(input, root));
    }
    uses
}

/// Those of a template in a file of this text.
pub(super) fn of_template(template: Template<'_>, text: &str) -> Vec<Use> {
    let mut uses = Vec::new();
    for function in Function::all(template) {
        let layers = function.property("Layers").map(|layers| template.scalars(layers)).unwrap_or_default();
        let owner = format!("function `{}`", function.name());
        let used = |text| Use { text, owner: owner.clone(), runtimes: function.runtimes() };
        uses.extend(layers.into_iter().filter_map(|layer| layer.fragment(text)).map(used));
    }
    uses
}

/// `layers` of functions and modules, followed to locals and variables of the file.
fn of_terraform(body: &Body, text: &str) -> Vec<Use> {
    let mut uses = Vec::new();
    for block in body.blocks("resource").chain(body.blocks("module")) {
        let is_function = block.label(0) == Some("aws_lambda_function");
        let (Some(layers), true) = (block.body.get("layers"), is_function || &*block.kind == "module") else {
            continue;
        };
        let kind = if is_function { "function" } else { "module" };
        let name = block.labels.last().map(|name| &**name).unwrap_or_default();
        let owner = format!("{kind} `{name}`");
        let runtime = block.body.get("runtime").map(|value| referred(body, value, text));
        let runtime = runtime.and_then(Expression::as_str);
        if runtime.is_some_and(|runtime| !runtime.starts_with("python")) {
            continue;
        }
        let runtimes: Vec<_> = runtime.and_then(runtimes::runtime).into_iter().collect();
        for layer in referred(body, layers, text).elements() {
            let layer = referred(body, layer, text);
            let mut whole = Fragment::default();
            whole.push(&text[layer.range], layer.range.start().to_usize());
            uses.push(Use { text: whole, owner: owner.clone(), runtimes: runtimes.clone() });
        }
    }
    uses
}

/// What `local.name` and `var.name` stand for, if the file says so.
fn referred<'a>(body: &'a Body, value: &'a Expression, text: &str) -> &'a Expression {
    let (kind, name) = text[value.range].split_once('.').unwrap_or_default();
    let found = match kind {
        "local" => body.blocks("locals").find_map(|block| block.body.get(name)),
        "var" => {
            let declared = body.blocks("variable").find(|block| block.label(0) == Some(name));
            declared.and_then(|block| block.body.get("default"))
        }
        _ => None,
    };
    found.unwrap_or(value)
}
