//! The Pythons that Terraform and OpenTofu configuration chooses.
//!
//! A module is all files of a folder. A choice belongs to the file in which its
//! literal stands, wherever it is used: in a resource, in a module of the
//! registry, in a module of the repository, in a file with values of variables.

mod follow;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::{Choice, ChoiceKind, Input, Reader};
use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::hcl::{Block, Body, Expression, ExpressionKind, Step};
use crate::parse::{Syntax, hcl_json};
use crate::project::Project;
use crate::project::terraform::{ModuleFile, holds_configuration, holds_values};
use crate::python::Code;
use follow::{Call, Inward, Literal, Module, Origin, Scope, Source};

/// The reader.
pub static READER: Reader = Reader {
    kinds: &[Kind::Hcl, Kind::Json],
    words: &["runtime", "compatible_runtimes", "python", "python2", "python3", "python_version"],
    also: "",
    read,
};

const FUNCTIONS: &[&str] = &["aws_lambda_function", "awscc_lambda_function"];
const LAYER: &str = "aws_lambda_layer_version";

/// Values that are looked at for one file.
const MAX_STEPS: usize = 50_000;

/// Modules within modules that are followed.
const MAX_CALLS: usize = 4;

/// Modules that are read for one file.
const MAX_MODULES: usize = 64;

/// How deep a file of values may lie below its module.
const MAX_ABOVE: usize = 3;

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let path = input.project.terraform_path(&input.document.path);
    let from_json;
    let body = match &input.document.syntax {
        Syntax::Hcl(body) => body,
        Syntax::Json(root) if holds_configuration(&path) || holds_values(&path) => {
            from_json = hcl_json::body(&input.document.text, root);
            &from_json
        }
        _ => return Vec::new(),
    };
    let Some(folder) = path.parent() else { return Vec::new() };
    let is_terragrunt = path.extension().is_some_and(|extension| extension == "hcl");
    if is_terragrunt && body.get("inputs").is_none() {
        return Vec::new();
    }
    let folder = if holds_values(&path) { folder_of_values(input.project, folder, body) } else { folder };
    let files = Files::read(input.project, folder, body);
    let reader = Terraform { input, path: &path, files: &files, steps: &Cell::new(MAX_STEPS) };
    let mut found = Vec::new();
    if is_terragrunt {
        reader.of_inputs(body, &mut found);
        return found;
    }
    let mut sources: Vec<Source<'_>> =
        files.sources(folder).into_iter().filter(|source| source.path != path).collect();
    sources.push(Source { path: &path, body });
    let module = Module::new(sources);
    for source in &module.sources {
        reader.of_body(Scope::new(&module, source.path, reader.steps), source.body, 0, &mut found);
    }
    found
}

/// The newest Python that the module in a folder gives to functions, its own or
/// those of the modules that it calls.
pub(super) fn newest(input: &Input<'_>, folder: &Path) -> Option<&'static Runtime> {
    let body = Body::default();
    let files = Files::read(input.project, folder, &body);
    let module = Module::new(files.sources(folder));
    let steps = Cell::new(MAX_STEPS);
    let mut found = Vec::new();
    for path in files.modules.values().flat_map(|files| files.iter()).map(|file| &file.path) {
        let reader = Terraform { input, path, files: &files, steps: &steps };
        for source in &module.sources {
            reader.of_body(Scope::new(&module, source.path, &steps), source.body, 0, &mut found);
        }
    }
    let functions = found.iter().filter(|choice| choice.kind == ChoiceKind::Function);
    functions.map(|choice| choice.runtime).max_by_key(|runtime| runtime.python)
}

/// The nearest folder, from that of a file of values upwards, whose module has
/// the variables.
fn folder_of_values<'a>(project: &Project, folder: &'a Path, values: &Body) -> &'a Path {
    let declares = |folder: &&Path| {
        let files = project.terraform_module(folder);
        let blocks = files.iter().flat_map(|file| file.body.blocks("variable"));
        let mut names = blocks.filter_map(|block| block.label(0));
        names.any(|name| values.get(name).is_some())
    };
    folder.ancestors().take(MAX_ABOVE + 1).find(declares).unwrap_or(folder)
}

/// The files of a module and of those that it calls.
#[derive(Default)]
struct Files {
    modules: FxHashMap<PathBuf, Arc<Vec<ModuleFile>>>,
}

impl Files {
    fn read(project: &Project, folder: &Path, body: &Body) -> Self {
        let mut files = Self::default();
        let mut open = vec![(folder.to_path_buf(), MAX_CALLS)];
        open.extend(called(folder, body).into_iter().map(|folder| (folder, MAX_CALLS - 1)));
        while let Some((folder, left)) = open.pop() {
            if files.modules.contains_key(&folder) || files.modules.len() >= MAX_MODULES {
                continue;
            }
            let module = project.terraform_module(&folder);
            if let Some(left) = left.checked_sub(1) {
                let inner = module.iter().flat_map(|file| called(&folder, &file.body));
                open.extend(inner.map(|folder| (folder, left)));
            }
            files.modules.insert(folder, module);
        }
        files
    }

    fn sources(&self, folder: &Path) -> Vec<Source<'_>> {
        let files = self.modules.get(folder).map(|files| files.as_slice()).unwrap_or_default();
        files.iter().map(|file| Source { path: &file.path, body: &file.body }).collect()
    }
}

/// The folders of the modules that a file calls by their path.
fn called(folder: &Path, body: &Body) -> Vec<PathBuf> {
    let sources = body.blocks.iter().filter(|block| matches!(&*block.kind, "module" | "terraform"));
    let sources = sources.filter_map(|block| block.body.get("source")?.as_str());
    sources.filter_map(|source| local(folder, source)).collect()
}

/// The folder of a module that is named by its path; `//` parts what is copied
/// from what is meant.
fn local(folder: &Path, source: &str) -> Option<PathBuf> {
    let is_local = source.starts_with("./") || source.starts_with("../");
    is_local.then(|| {
        let mut whole = folder.to_path_buf();
        for part in source.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                whole.pop();
            } else {
                whole.push(part);
            }
        }
        whole
    })
}

/// What is known of a use beside its literals.
#[derive(Clone)]
struct Use {
    kind: ChoiceKind,
    owner: String,
    along: Option<&'static str>,
    confidence: Confidence,
}

struct Terraform<'a, 's> {
    input: &'a Input<'a>,
    /// The file that is read.
    path: &'a Path,
    files: &'a Files,
    steps: &'s Cell<usize>,
}

impl<'a> Terraform<'a, '_> {
    /// The choices of the resources and calls in a file of a module.
    fn of_body(&self, scope: Scope<'a, '_>, body: &'a Body, calls: usize, found: &mut Vec<Choice>) {
        for block in &body.blocks {
            let scope = scope.inside(&block.body);
            match (&*block.kind, block.label(0)) {
                ("resource", Some(kind)) if FUNCTIONS.contains(&kind) => {
                    self.of_function(scope, block, found);
                }
                ("resource", Some(LAYER)) => {
                    let owner = format!("layer `{}`", block.label(1).unwrap_or_default());
                    let list = block.body.get("compatible_runtimes");
                    self.of_compatible(scope, list, owner, Confidence::Certain, found);
                }
                ("module", Some(name)) => {
                    let Some(source) = block.body.get("source").and_then(Expression::as_str) else {
                        continue;
                    };
                    let arguments = block.body.attributes.iter();
                    let arguments = arguments.map(|argument| (&*argument.key, &argument.value)).collect();
                    self.of_call(Call { arguments, scope }, source, name, calls, found);
                }
                _ => {}
            }
        }
    }

    fn of_function(&self, scope: Scope<'a, '_>, function: &'a Block, found: &mut Vec<Choice>) {
        let property = |name| function.body.get(name);
        let package = property("package_type").map(|value| scope.literals(value, &[])).unwrap_or_default();
        let is_image = !package.is_empty() && package.iter().all(|literal| literal.text == "Image");
        let Some(runtime) = property("runtime").filter(|_| !is_image) else { return };
        let one = Use {
            kind: ChoiceKind::Function,
            owner: format!("function `{}`", function.label(1).unwrap_or_default()),
            along: along(scope, &function.body),
            confidence: Confidence::Certain,
        };
        self.choose(&one, scope.literals(runtime, &[]), found);
    }

    /// The newest Python of a list.
    fn of_compatible(
        &self,
        scope: Scope<'a, '_>,
        list: Option<&'a Expression>,
        owner: String,
        confidence: Confidence,
        found: &mut Vec<Choice>,
    ) {
        let literals = list.map(|list| scope.literals(list, &[Inward::Every])).unwrap_or_default();
        let named =
            literals.into_iter().filter_map(|literal| Some((runtimes::runtime(&literal.text)?, literal)));
        let newest = named.max_by_key(|(runtime, _)| runtime.python).map(|(_, literal)| literal);
        let one = Use { kind: ChoiceKind::Compatible, owner, along: None, confidence };
        let before = found.len();
        self.choose(&one, newest.into_iter().collect(), found);
        found[before..].iter_mut().for_each(|choice| choice.edits = None);
    }

    /// The choices of a module that is called.
    fn of_call(&self, call: Call<'a, '_>, source: &str, name: &str, calls: usize, found: &mut Vec<Choice>) {
        let folder = call.scope.path.parent().and_then(|folder| local(folder, source));
        if let Some(folder) = folder {
            let sources = self.files.sources(&folder);
            if sources.is_empty() {
                return self.of_unknown_module(&call, name, found);
            }
            if calls >= MAX_CALLS {
                return;
            }
            let module = Module::new(sources);
            for source in &module.sources {
                let scope = call.scope.within(&module, source.path, &call);
                self.of_body(scope, source.body, calls + 1, found);
            }
        } else if is_lambda_module(source) {
            self.of_lambda_module(&call, name, found);
        } else if !FOREIGN.iter().any(|word| source.contains(word)) {
            self.of_unknown_module(&call, name, found);
        }
    }

    /// `terraform-aws-modules/lambda/aws`.
    fn of_lambda_module(&self, call: &Call<'a, '_>, name: &str, found: &mut Vec<Choice>) {
        let argument = |name: &str| {
            call.arguments.iter().find(|(argument, _)| *argument == name).map(|(_, value)| *value)
        };
        let is = |name, kind: ExpressionKind| argument(name).is_some_and(|value| value.kind == kind);
        let truth = ExpressionKind::Bool(true);
        let is_layer = is("create_layer", truth.clone());
        let owner = format!("{} `{name}`", if is_layer { "layer" } else { "module" });
        let list = argument("compatible_runtimes");
        self.of_compatible(call.scope, list, owner.clone(), Confidence::Certain, found);
        let is_image = argument("package_type").and_then(Expression::as_str) == Some("Image");
        let is_built = argument("source_path").is_some();
        let along = if argument("layers").is_some() {
            Some(LAYERS)
        } else if is("build_in_docker", truth) {
            Some("the image that the module builds in must be of the same Python")
        } else if is_built {
            Some(
                "the module builds with an interpreter of that name, which must be there where Terraform runs",
            )
        } else {
            Some(ARCHIVE)
        };
        let kind = if is_layer { ChoiceKind::Build } else { ChoiceKind::Function };
        let one = Use { kind, owner, along, confidence: Confidence::Certain };
        if let Some(runtime) = argument("runtime").filter(|_| !is_image) {
            self.choose(&one, call.scope.literals(runtime, &[]), found);
        }
        if let Some(image) = argument("docker_image") {
            let images = call.scope.literals(image, &[]);
            found.extend(images.iter().filter_map(|image| self.of_build_image(image, name)));
        }
    }

    /// An image such as `public.ecr.aws/sam/build-python3.12`, which exists for each Python.
    fn of_build_image(&self, image: &Literal<'a>, name: &str) -> Option<Choice> {
        let (before, after) = (image.before.len(), image.text.len() - image.after.len());
        let own = image.text.get(before..after).filter(|_| image.path == self.path)?;
        let start = own.find("build-python")? + "build-".len();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '.';
        let length = own[start..].find(|c| !is_part(c)).unwrap_or(own.len() - start);
        let runtime = runtimes::runtime(&own[start..start + length])?;
        let target = self.input.target_name();
        let content = target.map(|target| format!("\"{}{target}{}\"", &own[..start], &own[start + length..]));
        let (origin, shared) = self.story(image);
        Some(Choice {
            runtime,
            range: image.range,
            kind: ChoiceKind::Build,
            confidence: Confidence::Certain,
            owner: Some(format!("module `{name}`")),
            origin,
            clash: None,
            shared,
            along: None,
            edits: content.filter(|_| image.quoted).map(|content| vec![Change::new(image.range, content)]),
        })
    }

    /// A module that cannot be seen from here, by what its arguments are called.
    fn of_unknown_module(&self, call: &Call<'a, '_>, name: &str, found: &mut Vec<Choice>) {
        let owner = format!("module `{name}`");
        let mut open: Vec<(&str, &'a Expression)> = call.arguments.clone();
        while let Some((key, value)) = open.pop() {
            if key == "compatible_runtimes" {
                self.of_compatible(call.scope, Some(value), owner.clone(), Confidence::Likely, found);
            } else if key == "runtime" || key.ends_with("_runtime") {
                let one = Use {
                    kind: ChoiceKind::Function,
                    owner: owner.clone(),
                    along: Some("what the module deploys must be built for the same Python"),
                    confidence: Confidence::Likely,
                };
                self.choose(&one, call.scope.literals(value, &[]), found);
            } else {
                let items = value.items().iter().chain(value.elements().iter().flat_map(Expression::items));
                open.extend(items.map(|item| (item.key.as_deref().unwrap_or_default(), &item.value)));
            }
        }
    }

    /// The inputs of a Terragrunt file go to the module that it names.
    fn of_inputs(&self, body: &'a Body, found: &mut Vec<Choice>) {
        let sources = body.blocks("terraform").filter_map(|block| block.body.get("source")?.as_str());
        let module = Module::new(vec![Source { path: self.path, body }]);
        let scope = Scope::new(&module, self.path, self.steps);
        let inputs = body.get("inputs").map(Expression::items).unwrap_or_default();
        let arguments = inputs.iter().filter_map(|item| Some((item.key.as_deref()?, &item.value))).collect();
        let source = sources.last().unwrap_or_default();
        self.of_call(Call { arguments, scope }, source, "inputs", 0, found);
    }

    fn choose(&self, one: &Use, literals: Vec<Literal<'a>>, found: &mut Vec<Choice>) {
        for literal in literals.iter().filter(|literal| literal.path == self.path) {
            let Some(runtime) = runtimes::runtime(&literal.text) else { continue };
            let (origin, shared) = self.story(literal);
            found.push(Choice {
                runtime,
                range: literal.range,
                kind: one.kind,
                confidence: one.confidence,
                owner: Some(one.owner.clone()),
                origin,
                clash: None,
                shared,
                along: one.along,
                edits: self.edits(literal),
            });
        }
    }

    /// Where the literal stands, and who else may use it.
    fn story(&self, literal: &Literal<'a>) -> (Option<String>, Option<String>) {
        match literal.origin {
            Origin::Direct | Origin::Computed => (None, None),
            Origin::Given(name, _) => (Some(format!("the value of variable `{name}`")), None),
            Origin::Default(name, _) => (
                Some(format!("the default of variable `{name}`")),
                Some(format!("other values of variable `{name}` may be set where the module is used")),
            ),
            Origin::Local(name) => {
                let mentions = self.input.document.text.matches(&format!("local.{name}")).count();
                let shared = (mentions != 1).then(|| format!("other places may use the local `{name}`"));
                (Some(format!("local `{name}`")), shared)
            }
        }
    }

    /// What gives the literal the value that makes the runtime the target.
    fn edits(&self, literal: &Literal<'a>) -> Option<Vec<Change>> {
        let target = self.input.target_name()?;
        let text = target.strip_prefix(&*literal.before)?.strip_suffix(&*literal.after)?;
        if matches!(literal.origin, Origin::Computed) {
            return None;
        }
        let content = if literal.quoted { format!("\"{text}\"") } else { text.to_owned() };
        let mut edits = vec![Change::new(literal.range, content)];
        if let Origin::Default(_, declaration) | Origin::Given(_, Some(declaration)) = literal.origin {
            for list in allowed(declaration) {
                if list.elements().iter().any(|value| value.as_str() == Some(text)) {
                    continue;
                }
                // The list stands where the variable does, which may be another file.
                let Origin::Default(..) = literal.origin else { return None };
                edits.push(append(&self.input.document.text, list, text)?);
            }
        }
        Some(edits)
    }
}

/// Clouds that name their runtimes alike.
const FOREIGN: &[&str] =
    &["alicloud", "aliyun", "google", "azure", "yandex", "tencent", "huawei", "terraform-google"];

const LAYERS: &str = "the layers of the function must be built for the same Python";
const ARCHIVE: &str = "the code comes as an archive that must be built anew for the runtime";

fn is_lambda_module(source: &str) -> bool {
    ["terraform-aws-modules/lambda/aws", "terraform-aws-modules/terraform-aws-lambda"]
        .iter()
        .any(|name| source.contains(name))
}

/// What must change together with the runtime of a function, unless Terraform
/// makes the archive from sources that hold nothing else.
fn along(scope: Scope<'_, '_>, function: &Body) -> Option<&'static str> {
    if function
        .get("layers")
        .is_some_and(|layers| !matches!(&layers.kind, ExpressionKind::Array(all) if all.is_empty()))
    {
        return Some(LAYERS);
    }
    let Some(ExpressionKind::Traversal(base, steps)) = function.get("filename").map(|value| &value.kind)
    else {
        return Some(ARCHIVE);
    };
    let [Step::Name(kind), Step::Name(name), ..] = steps.as_slice() else { return Some(ARCHIVE) };
    if base.kind != ExpressionKind::Variable("data".into()) || &**kind != "archive_file" {
        return Some(ARCHIVE);
    }
    let blocks = scope.module.sources.iter().flat_map(|source| source.body.blocks("data"));
    let archive = blocks
        .into_iter()
        .find(|block| block.label(0) == Some("archive_file") && block.label(1) == Some(name));
    let is_source = archive.is_some_and(|archive| {
        archive.body.get("source_file").is_some() || archive.body.get("source_content").is_some()
    });
    (!is_source).then_some("what is installed into the archived folder must be built anew for the runtime")
}

/// The lists that a variable's value must be in.
fn allowed<'a>(variable: &'a Block) -> Vec<&'a Expression> {
    let mut lists = Vec::new();
    let conditions = variable.body.blocks("validation").filter_map(|block| block.body.get("condition"));
    let mut open: Vec<&'a Expression> = conditions.collect();
    while let Some(condition) = open.pop() {
        match &condition.kind {
            ExpressionKind::Call(name, arguments) if &**name == "contains" => lists.extend(arguments.first()),
            ExpressionKind::Operation(operands) => open.extend(operands),
            _ => {}
        }
    }
    lists
}

/// Appends to a list of texts, in the way of its last element.
fn append(text: &str, list: &Expression, element: &str) -> Option<Change> {
    let last = list.elements().last()?.range;
    let before = text.get(..last.start().to_usize())?;
    let indent = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let between =
        if !indent.is_empty() && indent.trim().is_empty() { format!(",\n{indent}") } else { ", ".to_owned() };
    Some(Change::new(TextRange::empty(last.end()), format!("{between}\"{element}\"")))
}
