//! The Pythons that SAM and CloudFormation templates choose.

use super::template::{Literal, Origin, Resource, Template};
use super::{Choice, ChoiceKind, Input, Reader};
use crate::catalogue::runtimes;
use crate::edit::{self, Change};
use crate::finding::Confidence;
use crate::parse::Syntax;
use crate::parse::tree::Tree;
use crate::python::Code;

/// The reader.
pub static READER: Reader = Reader { words: &[FUNCTIONS[0], FUNCTIONS[1], LAYERS[0], LAYERS[1]], read };

const FUNCTIONS: &[&str] = &["AWS::Serverless::Function", "AWS::Lambda::Function"];
const SAM_FUNCTION: &str = FUNCTIONS[0];
const LAYERS: &[&str] = &["AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"];

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let roots: Vec<Tree<'_>> = match &input.document.syntax {
        Syntax::Json(value) => vec![Tree::Json(value)],
        Syntax::Yaml(documents) => documents.iter().map(Tree::of).collect(),
        _ => return Vec::new(),
    };
    roots.into_iter().filter_map(Template::of).flat_map(|template| of_template(input, template)).collect()
}

/// The choices of a template, wherever it stands.
#[must_use]
pub fn of_template(input: &Input<'_>, template: Template<'_>) -> Vec<Choice> {
    let place = Place { input, template };
    let mut choices = Vec::new();
    for resource in template.resources() {
        if FUNCTIONS.contains(&resource.kind) {
            choices.extend(place.of_function(resource));
        }
        choices.extend(place.of_build_method(resource));
        if LAYERS.contains(&resource.kind) {
            choices.extend(place.of_compatible(resource));
        }
    }
    choices
}

struct Place<'a> {
    input: &'a Input<'a>,
    template: Template<'a>,
}

impl<'a> Place<'a> {
    /// Functions that are container images have no runtime.
    fn of_function(&self, function: Resource<'a>) -> Vec<Choice> {
        let property = |name| {
            let default = || self.template.function_default(name).filter(|_| function.kind == SAM_FUNCTION);
            function.property(name).or_else(default)
        };
        let is_image = property("PackageType").is_some_and(|value| value.text() == Some("Image"));
        let Some(runtime) = property("Runtime").filter(|_| !is_image && property("ImageUri").is_none())
        else {
            return Vec::new();
        };
        let along = along(function, property);
        let literals = self.template.literals(runtime).into_iter();
        literals
            .filter_map(|literal| Some(Choice { along, ..self.choice(&literal, ChoiceKind::Function)? }))
            .collect()
    }

    fn of_build_method(&self, resource: Resource<'a>) -> Vec<Choice> {
        let kind = if LAYERS.contains(&resource.kind) { "layer" } else { "function" };
        let owner = Some(format!("{kind} `{}`", resource.name));
        let method = resource.metadata("BuildMethod");
        let literals = method.map(|value| self.template.literals(value)).unwrap_or_default();
        let choice = |literal: Literal<'a>| {
            Some(Choice { owner: owner.clone(), ..self.choice(&literal, ChoiceKind::Build)? })
        };
        literals.into_iter().filter_map(choice).collect()
    }

    /// The newest Python that a layer lists.
    fn of_compatible(&self, layer: Resource<'a>) -> Option<Choice> {
        let list = layer.property("CompatibleRuntimes")?;
        let literals = list.elements().into_iter().flat_map(|value| self.template.literals(value));
        let choices = literals.filter_map(|literal| self.choice(&literal, ChoiceKind::Compatible));
        // Of equal ones the last, as `max_by_key` has it.
        let newest = choices.max_by_key(|choice| choice.runtime.python)?;
        Some(Choice { owner: Some(format!("layer `{}`", layer.name)), edits: None, ..newest })
    }

    /// A choice, if the literal names a Python.
    fn choice(&self, literal: &Literal<'a>, kind: ChoiceKind) -> Option<Choice> {
        let runtime = runtimes::runtime(&literal.text)?;
        let (origin, shared) = match literal.origin {
            Origin::Parameter(name, _) => (
                Some(format!("the default of parameter `{name}`")),
                Some(format!("other values of parameter `{name}` may be set where the template is deployed")),
            ),
            Origin::Mapping => (None, Some("other places may use the same entry of `Mappings`".to_owned())),
            _ => (None, None),
        };
        let range = literal.source.range();
        let edits = self.edits(literal);
        let confidence = Confidence::Certain;
        Some(Choice { runtime, range, kind, confidence, owner: None, origin, shared, along: None, edits })
    }

    /// The edits that give a literal the value that makes the runtime the target;
    /// `None` where that cannot be written or is not known to AWS.
    fn edits(&self, literal: &Literal<'a>) -> Option<Vec<Change>> {
        let target = self.input.target_name()?;
        let text = target.strip_prefix(&*literal.before)?.strip_suffix(&*literal.after)?;
        if matches!(literal.origin, Origin::Computed) {
            return None;
        }
        let mut edits = vec![Change::new(literal.source.range(), quoted_like(literal.source, text)?)];
        if let Origin::Parameter(_, declaration) = literal.origin {
            if declaration.get("AllowedPattern").is_some() {
                return None;
            }
            if let Some(allowed) = declaration.get("AllowedValues")
                && !allowed.elements().iter().any(|value| value.text() == Some(text))
            {
                edits.push(append(&self.input.document.text, allowed, text)?);
            }
        }
        Some(edits)
    }
}

/// What must change together with the runtime of a function, beyond what the
/// next deployment builds by itself.
fn along<'a>(
    function: Resource<'a>,
    property: impl Fn(&'static str) -> Option<Tree<'a>>,
) -> Option<&'static str> {
    if property("Layers").is_some() {
        return Some("the layers of the function must be built for the same Python");
    }
    if function.metadata("BuildMethod").is_some() {
        return Some("the `BuildMethod` of the function must fit");
    }
    let is_inline = property("InlineCode").is_some()
        || property("Code").is_some_and(|code| code.get("ZipFile").is_some());
    let code = property("CodeUri");
    let is_folder = |code: Tree<'_>| {
        let archive =
            |path: &str| path.starts_with("s3://") || path.ends_with(".zip") || path.ends_with(".jar");
        code.tag().is_none() && code.text().is_some_and(|path| !archive(path))
    };
    let is_built = function.kind == SAM_FUNCTION && code.is_none_or(is_folder);
    (!is_inline && !is_built).then_some("the code comes ready-made and must be built anew for the runtime")
}

fn quoted_like(scalar: Tree<'_>, text: &str) -> Option<String> {
    match scalar {
        Tree::Json(_) => Some(edit::json::quote(text)),
        Tree::Yaml(_, node) => edit::yaml::scalar_like(node.style()?, text),
    }
}

fn append(text: &str, list: Tree<'_>, element: &str) -> Option<Change> {
    match list {
        Tree::Json(array) => edit::json::append_element(text, array, &edit::json::quote(element)),
        Tree::Yaml(_, sequence) => edit::yaml::append_element(text, sequence, element),
    }
}
