//! The Pythons that SAM and CloudFormation templates choose.

use std::cell::OnceCell;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::template::{Literal, Origin, Resource, Template};
use super::{Choice, ChoiceKind, Input, Reader, appended, roots, written_like};
use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::tree::Tree;
use crate::python::Code;

/// The reader.
pub static READER: Reader = Reader {
    kinds: &[Kind::Yaml, Kind::Json],
    words: &[FUNCTIONS[0], FUNCTIONS[1], LAYERS[0], LAYERS[1], STACKS[0], STACKS[1]],
    also: "",
    read,
};

const FUNCTIONS: &[&str] = &["AWS::Serverless::Function", "AWS::Lambda::Function"];
const SAM_FUNCTION: &str = FUNCTIONS[0];
const LAYERS: &[&str] = &["AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"];
/// Templates within templates.
const STACKS: &[&str] = &["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];

/// Folders in which tools lay templates that they make anew each time.
const MADE: &[&str] = &["cdk.out", ".aws-sam", ".serverless"];

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    if is_made(&input.document.path) {
        return Vec::new();
    }
    let templates = roots(input.document).into_iter().filter_map(Template::of);
    templates.flat_map(|template| of_template(input, template)).collect()
}

/// Whether a tool made the file from others, and will again.
#[must_use]
pub fn is_made(path: &Path) -> bool {
    path.iter().any(|part| part.to_str().is_some_and(|part| MADE.contains(&part)))
}

/// The choices of a template, wherever it stands.
#[must_use]
pub fn of_template(input: &Input<'_>, template: Template<'_>) -> Vec<Choice> {
    let by_cdk = input.document.text.contains("aws:cdk:path");
    let place = Place { input, template, resources: template.resources(), by_cdk, users: OnceCell::new() };
    let mut choices = Vec::new();
    for resource in &place.resources {
        if FUNCTIONS.contains(&resource.kind) {
            choices.extend(place.of_function(*resource));
        }
        if STACKS.contains(&resource.kind) {
            choices.extend(place.of_stack(*resource));
        }
        choices.extend(place.of_build_method(*resource));
        if LAYERS.contains(&resource.kind) {
            choices.extend(place.of_compatible(*resource));
        }
    }
    choices.extend(place.refused());
    choices
}

/// Every layer of a template.
#[must_use]
pub fn layers(template: Template<'_>) -> Vec<Resource<'_>> {
    let resources = template.resources().into_iter();
    resources.filter(|resource| LAYERS.contains(&resource.kind)).collect()
}

/// A function of a template, with the properties that it has by `Globals` too.
#[derive(Clone, Copy)]
pub struct Function<'a> {
    template: Template<'a>,
    resource: Resource<'a>,
}

impl<'a> Function<'a> {
    /// Every function of a template.
    #[must_use]
    pub fn all(template: Template<'a>) -> Vec<Self> {
        let resources = template.resources().into_iter();
        let functions = resources.filter(|resource| FUNCTIONS.contains(&resource.kind));
        functions.map(|resource| Self { template, resource }).collect()
    }

    /// Its logical name.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.resource.name
    }

    /// A property, its own or the default of all.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Tree<'a>> {
        let default = || self.template.function_default(name).filter(|_| self.resource.kind == SAM_FUNCTION);
        self.resource.property(name).or_else(default)
    }

    /// Its code, if that stands in the template itself.
    #[must_use]
    pub fn inline_code(self) -> Option<Tree<'a>> {
        self.resource.inline_code()
    }

    /// Whether it is a container image, which brings its own Python.
    #[must_use]
    pub fn is_image(self) -> bool {
        self.property("PackageType").is_some_and(|value| value.text() == Some("Image"))
            || self.property("ImageUri").is_some()
            || self.property("Code").is_some_and(|code| code.get("ImageUri").is_some())
    }

    /// The runtimes that it may have, as far as the template says.
    #[must_use]
    pub fn runtimes(self) -> Vec<&'static Runtime> {
        let Some(value) = self.property("Runtime").filter(|_| !self.is_image()) else { return Vec::new() };
        let literals = self.template.literals(value).into_iter();
        literals.filter_map(|literal| runtimes::runtime(&literal.text)).collect()
    }

    /// What must change together with the runtime, beyond what the next
    /// deployment builds by itself.
    fn along(self) -> Option<&'static str> {
        if self.property("Layers").is_some() {
            return Some("the layers of the function must be built for the same Python");
        }
        if self.resource.metadata("BuildMethod").is_some() {
            return Some("the `BuildMethod` of the function must fit");
        }
        if self.property("RuntimeManagementConfig").is_some_and(|own| own.get("RuntimeVersionArn").is_some())
        {
            return Some("`RuntimeVersionArn` names a version of the old runtime");
        }
        let is_inline = self.resource.inline_code().is_some();
        let code = self.property("CodeUri");
        let is_folder = |code: Tree<'_>| {
            let archive =
                |path: &str| path.starts_with("s3://") || path.ends_with(".zip") || path.ends_with(".jar");
            code.tag().is_none() && code.text().is_some_and(|path| !archive(path))
        };
        let is_built = self.resource.kind == SAM_FUNCTION && code.is_none_or(is_folder);
        (!is_inline && !is_built)
            .then_some("the code comes ready-made and must be built anew for the runtime")
    }
}

struct Place<'a> {
    input: &'a Input<'a>,
    template: Template<'a>,
    resources: Vec<Resource<'a>>,
    /// Whether the AWS CDK wrote the template.
    by_cdk: bool,
    /// For each layer of the template a function that uses it and runs on the
    /// target already, with the name of its runtime.
    users: OnceCell<FxHashMap<&'a str, (&'a str, &'static str)>>,
}

impl<'a> Place<'a> {
    fn of_function(&self, resource: Resource<'a>) -> Vec<Choice> {
        let function = Function { template: self.template, resource };
        // An image's own runtime is a slip; the default of all is for the others.
        let (value, kind) = if function.is_image() {
            (resource.property("Runtime"), ChoiceKind::Idle)
        } else {
            (function.property("Runtime"), ChoiceKind::Function)
        };
        let owner = Some(format!("function `{}`", resource.name));
        let along = function.along();
        let complete = |choice: Choice| Choice { owner: owner.clone(), along, ..choice };
        self.choices(value, kind).into_iter().map(complete).collect()
    }

    /// What a template gives to another one.
    fn of_stack(&self, resource: Resource<'a>) -> Vec<Choice> {
        let parameters = resource.property("Parameters").map(Tree::members).unwrap_or_default();
        let mut choices = Vec::new();
        for member in parameters {
            let Some(name) = member.key.filter(|name| is_runtime_name(name)) else { continue };
            for choice in self.choices(Some(member.value), ChoiceKind::Function) {
                let origin = Some(format!("which parameter `{name}` of `{}` is given", resource.name));
                let shared = Some("the template of the stack must allow the value".to_owned());
                choices.push(Choice { confidence: Confidence::Likely, origin, shared, ..choice });
            }
        }
        choices
    }

    fn of_build_method(&self, resource: Resource<'a>) -> Vec<Choice> {
        let choices = self.choices(resource.metadata("BuildMethod"), ChoiceKind::Build);
        if choices.is_empty() {
            return choices;
        }
        let is_layer = LAYERS.contains(&resource.kind);
        let kind = if is_layer { "layer" } else { "function" };
        let owner = Some(format!("{kind} `{}`", resource.name));
        let user = self.users.get_or_init(|| self.newer_users()).get(resource.name).filter(|_| is_layer);
        let clash =
            user.map(|(user, runtime)| format!("function `{user}`, which uses it, runs on `{runtime}`"));
        let complete = |choice: Choice| Choice { owner: owner.clone(), clash: clash.clone(), ..choice };
        choices.into_iter().map(complete).collect()
    }

    fn newer_users(&self) -> FxHashMap<&'a str, (&'a str, &'static str)> {
        let mut users = FxHashMap::default();
        for function in Function::all(self.template) {
            let newest = function.runtimes().into_iter().max_by_key(|runtime| runtime.python);
            let Some(newest) = newest.filter(|newest| newest.python >= self.input.target) else { continue };
            for layer in function.property("Layers").map(Tree::elements).unwrap_or_default() {
                let name = super::template::function(layer).filter(|(name, _)| *name == "Ref");
                if let Some(name) = name.and_then(|(_, argument)| argument.text()) {
                    users.entry(name).or_insert((function.name(), newest.name));
                }
            }
        }
        users
    }

    /// The newest Python that a layer lists.
    fn of_compatible(&self, layer: Resource<'a>) -> Option<Choice> {
        let list = layer.property("CompatibleRuntimes")?;
        let choices =
            list.elements().into_iter().flat_map(|value| self.choices(Some(value), ChoiceKind::Compatible));
        // Of equal ones the last, as `max_by_key` has it.
        let newest = choices.max_by_key(|choice| choice.runtime.python)?;
        Some(Choice { owner: Some(format!("layer `{}`", layer.name)), edits: None, ..newest })
    }

    /// Parameters whose default they do not allow: no template with one can be
    /// deployed.
    fn refused(&self) -> Vec<Choice> {
        let refused = |(name, declaration): (&str, Tree<'a>)| {
            let default = declaration.get("Default")?;
            let runtime = runtimes::runtime(default.text()?)?;
            let allowed = declaration.get("AllowedValues")?;
            let elements = allowed.elements();
            let is_known = elements.iter().all(|value| value.text().is_some());
            let is_allowed = elements.iter().any(|value| value.text() == Some(runtime.name));
            if elements.is_empty() || !is_known || is_allowed || runtime.python < self.input.target {
                return None;
            }
            let edits = appended(&self.input.document.text, allowed, runtime.name).map(|edit| vec![edit]);
            let owner = Some(format!("parameter `{name}`"));
            Some(Choice { owner, edits, ..Choice::of(runtime, default.range(), ChoiceKind::Refused) })
        };
        self.template.parameters().into_iter().filter_map(refused).collect()
    }

    /// Every Python that a value names.
    fn choices(&self, value: Option<Tree<'a>>, kind: ChoiceKind) -> Vec<Choice> {
        let literals = value.map(|value| self.template.literals(value)).unwrap_or_default();
        let is_allowed = |literal: &Literal<'a>| matches!(literal.origin, Origin::Allowed(..));
        let (allowed, literals): (Vec<_>, Vec<_>) = literals.into_iter().partition(is_allowed);
        // Whatever a deployment takes, it is not newer than the newest.
        let allowed = allowed.into_iter().filter_map(|literal| self.choice(&literal, kind));
        let newest = allowed.max_by_key(|choice| choice.runtime.python);
        literals.into_iter().filter_map(|literal| self.choice(&literal, kind)).chain(newest).collect()
    }

    /// A choice, if the literal names a Python.
    fn choice(&self, literal: &Literal<'a>, kind: ChoiceKind) -> Option<Choice> {
        let runtime = runtimes::runtime(&literal.text)?;
        let (origin, shared) = match literal.origin {
            Origin::Parameter(name, _) => (
                Some(format!("the default of parameter `{name}`")),
                Some(format!("other values of parameter `{name}` may be set where the template is deployed")),
            ),
            Origin::Allowed(name, _) => (
                Some(format!("the newest value that parameter `{name}` allows")),
                Some(format!("the value of parameter `{name}` is set where the template is deployed")),
            ),
            Origin::Mapping => (None, Some("other places may use the same entry of `Mappings`".to_owned())),
            Origin::Direct | Origin::Computed | Origin::Loop => (None, None),
        };
        let by_cdk =
            self.by_cdk.then(|| "the AWS CDK wrote the template, and its program must change".to_owned());
        let shared = shared.or(by_cdk);
        let edits = self.edits(literal);
        Some(Choice { origin, shared, edits, ..Choice::of(runtime, literal.source.range(), kind) })
    }

    /// The edits that give a literal the value that makes the runtime the target;
    /// `None` where that cannot be written or is not known to AWS.
    fn edits(&self, literal: &Literal<'a>) -> Option<Vec<Change>> {
        let target = self.input.target_name()?;
        let text = target.strip_prefix(&*literal.before)?.strip_suffix(&*literal.after)?;
        let file = &self.input.document.text;
        match literal.origin {
            // The values of a loop differ, each with a resource of its own.
            Origin::Computed | Origin::Loop => None,
            Origin::Allowed(_, declaration) => {
                Some(vec![appended(file, declaration.get("AllowedValues")?, text)?])
            }
            Origin::Parameter(_, declaration) => {
                if declaration.get("AllowedPattern").is_some() {
                    return None;
                }
                let mut edits = vec![written_like(literal.source, text)?];
                if let Some(allowed) = declaration.get("AllowedValues")
                    && !allowed.elements().iter().any(|value| value.text() == Some(text))
                {
                    edits.push(appended(file, allowed, text)?);
                }
                Some(edits)
            }
            Origin::Direct | Origin::Mapping => Some(vec![written_like(literal.source, text)?]),
        }
    }
}

/// Whether a parameter of this name gives the runtime of functions, if its value
/// is the name of one.
#[must_use]
pub fn is_runtime_name(name: &str) -> bool {
    name.to_ascii_lowercase().contains("runtime")
}
