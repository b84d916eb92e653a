//! The layers that functions use, as far as configuration names them.

use super::cloudformation::{self, Function};
use super::template::Template;
use super::{Input, roots, serverless};
use crate::catalogue::runtimes::Runtime;
use crate::parse::tree::Tree;

/// A text in which the ARN of a layer may stand, and who uses it.
pub struct Use<'a> {
    /// A scalar.
    pub text: Tree<'a>,
    /// The function, for a message: ``function `F` ``.
    pub owner: String,
    /// What the function may run on, as far as that is known.
    pub runtimes: Vec<&'static Runtime>,
}

/// Every use of a layer in a file of JSON or YAML.
#[must_use]
pub fn uses<'a>(input: &'a Input<'a>) -> Vec<Use<'a>> {
    if cloudformation::is_made(&input.document.path) {
        return Vec::new();
    }
    let mut uses = Vec::new();
    for root in roots(input.document) {
        uses.extend(Template::of(root).into_iter().flat_map(of_template));
        uses.extend(serverless::layers(input, root));
    }
    uses
}

/// Those of a template.
pub(super) fn of_template<'a>(template: Template<'a>) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    for function in Function::all(template) {
        let layers = function.property("Layers").map(|layers| template.scalars(layers)).unwrap_or_default();
        let owner = format!("function `{}`", function.name());
        let used = |text| Use { text, owner: owner.clone(), runtimes: function.runtimes() };
        uses.extend(layers.into_iter().map(used));
    }
    uses
}
