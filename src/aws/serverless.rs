//! The Pythons that the configuration of the Serverless Framework chooses.

use super::compiled::Shipped;
use super::layers::{self, Use};
use super::template::Template;
use super::{Choice, ChoiceKind, Input, Reader, beside, cloudformation, named_in, roots};
use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::parse::tree::{Member, Tree};
use crate::python::Code;
use variables::{Value, Variables, at, file_reference};

pub mod variables;

/// The reader.
pub static READER: Reader =
    Reader { kinds: &[Kind::Yaml, Kind::Json], words: &["provider"], also: "untime", read };

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let services = roots(input.document).into_iter().filter_map(|root| Service::of(input, root));
    services.flat_map(|service| service.choices()).collect()
}

/// The layers that the functions of a service use.
pub(super) fn layers(input: &Input<'_>, root: Tree<'_>) -> Vec<Use> {
    let Some(service) = Service::of(input, root) else { return Vec::new() };
    let file = &input.document.text;
    let templates = service.templates().into_iter();
    let mut uses: Vec<Use> = templates.flat_map(|template| layers::of_template(template, file)).collect();
    let provider = ("a function of the service".to_owned(), service.provider);
    let functions = service.functions.here.iter();
    let functions =
        functions.map(|member| (format!("function `{}`", member.key.unwrap_or_default()), member.value));
    for (owner, place) in std::iter::once(provider).chain(functions) {
        let value = place.get("runtime").or_else(|| service.provider.get("runtime"));
        let values = value.map(|value| service.variables().values(value)).unwrap_or_default();
        let runtimes: Vec<_> = values.iter().filter_map(|value| runtimes::runtime(&value.text)).collect();
        let layers = place.get("layers").map(Tree::elements).unwrap_or_default();
        let scalars = layers.into_iter().flat_map(|layer| service.variables().scalars(layer));
        for text in scalars.filter_map(|scalar| scalar.fragment(file)) {
            uses.push(Use { text, owner: owner.clone(), runtimes: runtimes.clone() });
        }
    }
    uses
}

/// The folders that the layers of a service are made of.
pub(super) fn shipped<'a>(input: &'a Input<'a>, root: Tree<'a>) -> Vec<Shipped<'a>> {
    if Service::of(input, root).is_none() {
        return Vec::new();
    }
    let layers = root.get("layers").map(Tree::members).unwrap_or_default();
    let shipped = |layer: Member<'a>| {
        let text = layer.value.get("path")?;
        let path = text.text().filter(|path| !path.contains("${"))?.to_owned();
        let owner = format!("layer `{}`", layer.key.unwrap_or_default());
        Some(Shipped { text, path, owner, is_layer: true, runtimes: Vec::new() })
    };
    layers.into_iter().filter_map(shipped).collect()
}

/// A service that is deployed to AWS.
struct Service<'a> {
    input: &'a Input<'a>,
    root: Tree<'a>,
    provider: Tree<'a>,
    functions: Functions<'a>,
}

/// What is known of the functions.
#[derive(Default)]
struct Functions<'a> {
    /// Those that stand in the file.
    here: Vec<Member<'a>>,
    /// Where another file holds some.
    elsewhere: Vec<Tree<'a>>,
}

impl<'a> Service<'a> {
    /// Recognised by its content.
    fn of(input: &'a Input<'a>, root: Tree<'a>) -> Option<Self> {
        let provider = root.get("provider").filter(|_| root.get("service").is_some())?;
        let name = provider.get("name").unwrap_or(provider);
        if name.text() != Some("aws") {
            return None;
        }
        let mut functions = Functions::default();
        let all = root.get("functions");
        let groups = all.map(|all| if all.elements().is_empty() { vec![all] } else { all.elements() });
        for group in groups.unwrap_or_default() {
            functions.add(group);
        }
        Some(Self { input, root, provider, functions })
    }

    fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        if self.needs_default() {
            let along = self.along(&[self.provider]);
            choices.extend(self.function("every function", self.provider.get("runtime"), along));
        }
        for member in self.functions.here.iter().filter(|member| member.value.get("image").is_none()) {
            let owner = format!("function `{}`", member.key.unwrap_or_default());
            let along = self.along(&[self.provider, member.value]);
            choices.extend(self.function(&owner, member.value.get("runtime"), along));
        }
        for reference in &self.functions.elsewhere {
            choices.extend(self.elsewhere(*reference));
        }
        choices.extend(self.layers());
        choices.extend(self.requirements());
        let of_template = |template| cloudformation::of_template(self.input, template);
        choices.extend(self.templates().into_iter().flat_map(of_template));
        choices
    }

    /// What it adds to the template that the framework writes.
    fn templates(&self) -> Vec<Template<'a>> {
        let resources = self.root.get("resources").into_iter();
        let parts = resources.flat_map(|all| [vec![all], all.elements()].concat());
        parts.filter_map(Template::of).collect()
    }

    /// Whether any function may take the runtime of the provider.
    fn needs_default(&self) -> bool {
        let own = |member: &Member<'_>| {
            member.value.get("runtime").is_some() || member.value.get("image").is_some()
        };
        let Functions { here, elsewhere } = &self.functions;
        !elsewhere.is_empty() || here.is_empty() || !here.iter().all(own)
    }

    fn function(&self, owner: &str, value: Option<Tree<'a>>, along: Option<&'static str>) -> Vec<Choice> {
        let complete = |choice: Choice| Choice { owner: Some(owner.to_owned()), along, ..choice };
        self.named(value, ChoiceKind::Function).into_iter().map(complete).collect()
    }

    /// What must change with the runtime, beyond what the next deployment builds.
    fn along(&self, places: &[Tree<'a>]) -> Option<&'static str> {
        if places.iter().any(|place| place.get("layers").is_some()) {
            return Some("the layers of the function must be built for the same Python");
        }
        let is_made =
            |place: &Tree<'a>| place.get("package").is_some_and(|own| own.get("artifact").is_some());
        if is_made(&self.root) || places.iter().any(is_made) {
            return Some("the code comes ready-made and must be built anew for the runtime");
        }
        let is_named = !self.requirements().is_empty();
        is_named.then_some("what `pythonRequirements` names for building must fit")
    }

    /// Functions whose configuration is in another file.
    fn elsewhere(&self, reference: Tree<'a>) -> Vec<Choice> {
        let text = reference.text().and_then(|text| text.strip_prefix("${")?.strip_suffix('}'));
        let Some((path, key)) = text.and_then(file_reference) else { return Vec::new() };
        let Some(document) = beside::load(self.input.document, path) else { return Vec::new() };
        let Some(value) = roots(&document).first().and_then(|root| at(*root, key)) else { return Vec::new() };
        // One function, or several by their names.
        let mut functions = vec![value];
        functions.extend(value.members().into_iter().map(|member| member.value));
        let runtimes = functions.iter().filter(|one| one.get("handler").is_some());
        let names = runtimes.filter_map(|one| one.get("runtime")?.text());
        let oldest = names.filter_map(runtimes::runtime).min_by_key(|runtime| runtime.python);
        let choice = oldest.map(|runtime| Choice {
            origin: Some(format!("which `{path}` says")),
            ..Choice::of(runtime, reference.range(), ChoiceKind::Function)
        });
        choice.into_iter().collect()
    }

    fn layers(&self) -> Vec<Choice> {
        let layers = self.root.get("layers").map(Tree::members).unwrap_or_default();
        let newest = |layer: &Member<'a>| {
            let list = layer.value.get("compatibleRuntimes")?.elements();
            let choices = list.into_iter().flat_map(|value| self.named(Some(value), ChoiceKind::Compatible));
            let newest = choices.max_by_key(|choice| choice.runtime.python)?;
            let owner = Some(format!("layer `{}`", layer.key.unwrap_or_default()));
            Some(Choice { owner, edits: None, ..newest })
        };
        layers.iter().filter_map(newest).collect()
    }

    /// What the plugin `serverless-python-requirements` builds with.
    fn requirements(&self) -> Vec<Choice> {
        let Some(own) = self.root.get("custom").and_then(|custom| custom.get("pythonRequirements")) else {
            return Vec::new();
        };
        let mut choices = Vec::new();
        for key in ["pythonBin", "dockerImage"] {
            for value in own.get(key).map(|value| self.variables().values(value)).unwrap_or_default() {
                let Some((place, runtime)) = named_in(&value.text) else { continue };
                // Only some images have the same name with another version.
                let moves = key == "pythonBin" || value.text.contains("sam/build-python");
                let text =
                    self.input.target_name().filter(|_| moves).map(|name| {
                        format!("{}{name}{}", &value.text[..place.start], &value.text[place.end..])
                    });
                let edits = text.and_then(|text| value.written(&text));
                let owner = Some(format!("what `pythonRequirements` installs by its `{key}`"));
                choices.push(Choice { owner, edits, ..chosen(&value, runtime, ChoiceKind::Build) });
            }
        }
        choices
    }

    /// The Pythons that a value names.
    fn named(&self, value: Option<Tree<'a>>, kind: ChoiceKind) -> Vec<Choice> {
        let values = value.map(|value| self.variables().values(value)).unwrap_or_default();
        let choice = |value: &Value<'a>| {
            let runtime = runtimes::runtime(&value.text)?;
            let edits = self.input.target_name().and_then(|name| value.written(name));
            Some(Choice { edits, ..chosen(value, runtime, kind) })
        };
        values.iter().filter_map(choice).collect()
    }

    fn variables(&self) -> Variables<'a> {
        Variables { input: self.input, root: self.root }
    }
}

impl<'a> Functions<'a> {
    fn add(&mut self, group: Tree<'a>) {
        if group.text().is_some() {
            self.elsewhere.push(group);
        }
        for member in group.members() {
            if member.value.text().is_some_and(|text| text.contains("${")) {
                self.elsewhere.push(member.value);
            } else {
                self.here.push(member);
            }
        }
    }
}

fn chosen(value: &Value<'_>, runtime: &'static Runtime, kind: ChoiceKind) -> Choice {
    let (origin, shared) = (value.origin.clone(), value.shared.clone());
    Choice { origin, shared, ..Choice::of(runtime, value.range, kind) }
}
