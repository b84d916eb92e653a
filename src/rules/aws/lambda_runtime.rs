//! An AWS Lambda function is deployed on an older Python than the target.
//!
//! ## What it finds
//! In SAM and CloudFormation templates, YAML or JSON, recognised by their
//! content: `Runtime` of `AWS::Serverless::Function` and `AWS::Lambda::Function`
//! and below `Globals`, followed through `Ref`, `Fn::Sub`, `Fn::Join`,
//! `Fn::FindInMap` and both branches of `Fn::If` to the literal that decides;
//! `BuildMethod` of layers and functions, and layers that do not list the target
//! among their `CompatibleRuntimes`. Functions that are container images have no runtime
//! and are left alone, and so are other languages and newer Pythons.
//!
//! ## Why
//! AWS [ends each runtime in steps](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html):
//! first it gets no more patches (a warning from that day on, informative
//! before), then no function can be created with it, then none can be updated:
//! from that day on the deployment fails, which is an error. The days are judged
//! for today or for `--as-of`.
//!
//! What is built for another Python (`BuildMethod`) has wheels that the
//! function's Python cannot load: a warning. `CompatibleRuntimes` only informs.
//!
//! ## Example
//! ```yaml
//! Resources:
//!   Orders:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Runtime: python3.9
//! ```
//! Use instead:
//! ```yaml
//! Resources:
//!   Orders:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Runtime: python3.13
//! ```
//!
//! ## Fix safety
//! A new runtime is a new interpreter, and coming from 3.11 or older also a new
//! operating system (Amazon Linux 2023), for which dependencies are built anew.
//! While AWS still accepts the old runtime, the template works as it is, so
//! changing it is unsafe. Once updates are blocked the function cannot be
//! deployed any more, and changing the literal is safe where the next deployment
//! builds the code anew: inline code, or a folder that `sam build` takes. It
//! stays unsafe
//!
//! - where the code comes as an archive or from S3, which somebody must rebuild,
//! - where the function uses layers or has a `BuildMethod`, which must move along,
//! - where the code is for Python 2,
//! - where the literal is a parameter's default or an entry of `Mappings`, which
//!   other places may use and a deployment may override. A parameter's
//!   `AllowedValues` get the new runtime too.

use jiff::civil::Date;
use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::edit;
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::parse::json::Value;
use crate::parse::tree::Tree;
use crate::parse::yaml::Document;
use crate::project::cloudformation::{Literal, Origin, Resource, Template};
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: LambdaRuntime = LambdaRuntime;

/// Reports old Python runtimes in templates.
pub struct LambdaRuntime;

const FUNCTIONS: &[&str] = &["AWS::Serverless::Function", "AWS::Lambda::Function"];
const SAM_FUNCTION: &str = FUNCTIONS[0];
const LAYERS: &[&str] = &["AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"];

impl Rule for LambdaRuntime {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Aws, fix: Some(Applicability::Safe), kinds: &[Kind::Yaml, Kind::Json] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        FUNCTIONS.iter().chain(LAYERS).map(|kind| Trigger::Word(kind)).collect()
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        check(file, Tree::Json(value), sink);
    }

    fn check_yaml(&self, file: &File<'_>, documents: &[Document], sink: &mut Sink<'_>) {
        for document in documents {
            check(file, Tree::of(document), sink);
        }
    }
}

/// Where the runtime of a function is named.
struct Use<'a> {
    literal: Literal<'a>,
    runtime: &'static Runtime,
    /// What else must change with it.
    along: Option<&'static str>,
}

fn check(file: &File<'_>, root: Tree<'_>, sink: &mut Sink<'_>) {
    let Some(template) = Template::of(root) else { return };
    let resources = template.resources();
    let mut seen = FxHashSet::default();
    let uses = uses(template, &resources);
    for one in &uses {
        let range = one.literal.source.range();
        if one.runtime.python < file.settings.target && seen.insert(range) {
            let same = uses.iter().filter(|other| other.literal.source.range() == range);
            report_runtime(file, one, same.filter_map(|other| other.along).next(), sink);
        }
    }
    for resource in &resources {
        report_build_method(file, template, *resource, &mut seen, sink);
        report_compatible(file, template, *resource, sink);
    }
}

/// Every runtime of every function that has one.
fn uses<'a>(template: Template<'a>, resources: &[Resource<'a>]) -> Vec<Use<'a>> {
    let mut uses = Vec::new();
    for function in resources.iter().filter(|resource| FUNCTIONS.contains(&resource.kind)) {
        let property = |name| {
            let default = || template.function_default(name).filter(|_| function.kind == SAM_FUNCTION);
            function.property(name).or_else(default)
        };
        let is_image = property("PackageType").is_some_and(|value| value.text() == Some("Image"));
        if is_image || property("ImageUri").is_some() {
            continue;
        }
        let along = along(function, property);
        let literals = property("Runtime").map(|value| template.literals(value)).unwrap_or_default();
        for literal in literals {
            if let Some(runtime) = runtimes::runtime(&literal.text) {
                uses.push(Use { literal, runtime, along });
            }
        }
    }
    uses
}

/// What must change together with the runtime of a function, beyond what the
/// next deployment builds by itself.
fn along<'a>(
    function: &Resource<'a>,
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

fn report_runtime(file: &File<'_>, one: &Use<'_>, along: Option<&str>, sink: &mut Sink<'_>) {
    let Use { literal, runtime, .. } = one;
    let target = target(file);
    let name = runtime.name;
    let (severity, state) = state(runtime, file.settings.as_of);
    let range = literal.source.range();
    let message = match literal.origin {
        Origin::Parameter(parameter, _) => {
            format!("`{name}`, the default of parameter `{parameter}`, {state}")
        }
        _ => format!("`{name}` {state}"),
    };
    let draft = sink
        .finding(name, range, message)
        .severity(severity)
        .help(format!("Move to `{target}` and build the dependencies for it{}.", system(runtime)))
        .url(runtimes::SOURCE);
    let Some(edits) = edits(file, literal, &target) else { return draft.emit() };
    let title = format!("Replace `{name}` with `{target}`");
    match reason(one, severity, along) {
        Some(reason) => draft.unsafe_fix(title, reason, edits).emit(),
        None => draft.safe_fix(title, edits).emit(),
    }
}

/// What AWS does with a runtime on a day.
fn state(runtime: &Runtime, day: Date) -> (Severity, String) {
    let Runtime { deprecated, create_blocked, update_blocked, .. } = runtime;
    if day >= *update_blocked {
        (
            Severity::Error,
            format!("is blocked: since {update_blocked} AWS Lambda refuses to update functions on it"),
        )
    } else if day >= *create_blocked {
        let state = format!(
            "is deprecated since {deprecated}; AWS Lambda creates no functions on it and blocks updates from {update_blocked}"
        );
        (Severity::Warning, state)
    } else if day >= *deprecated {
        let state = format!(
            "is deprecated since {deprecated}; AWS Lambda blocks updates of functions on it from {update_blocked}"
        );
        (Severity::Warning, state)
    } else {
        (Severity::Info, format!("is older than the target; AWS Lambda deprecates it on {deprecated}"))
    }
}

/// Whether the operating system changes as well.
fn system(runtime: &Runtime) -> &'static str {
    if runtime.python < PYTHON_ON_AL2023 { " on Amazon Linux 2023" } else { "" }
}

const PYTHON_ON_AL2023: crate::version::PythonVersion = crate::version::PythonVersion::PY312;

/// Why a person must look at the change; `None` if it can only help.
fn reason(one: &Use<'_>, severity: Severity, along: Option<&str>) -> Option<String> {
    let fixed = match one.literal.origin {
        Origin::Parameter(name, _) => {
            return Some(format!(
                "other values of parameter `{name}` may be set where the template is deployed"
            ));
        }
        Origin::Mapping => Some("other places may use the same entry of `Mappings`"),
        _ if one.runtime.python.major < 3 => Some("the code is written for Python 2"),
        _ if severity < Severity::Error => {
            Some("AWS Lambda still runs the old runtime, and the dependencies must be built anew")
        }
        _ => along,
    };
    fixed.map(str::to_owned)
}

/// The name of the runtime to move to.
fn target(file: &File<'_>) -> String {
    format!("python{}", file.settings.target)
}

/// The edits that give a literal the value that makes the runtime the target;
/// `None` where that cannot be written or is not known to AWS.
fn edits(file: &File<'_>, literal: &Literal<'_>, target: &str) -> Option<Vec<Edit>> {
    runtimes::runtime(target)?;
    let text = target.strip_prefix(&*literal.before)?.strip_suffix(&*literal.after)?;
    if matches!(literal.origin, Origin::Computed) {
        return None;
    }
    let mut edits = vec![file.edit(literal.source.range(), quoted_like(literal.source, text)?)];
    if let Origin::Parameter(_, declaration) = literal.origin {
        if declaration.get("AllowedPattern").is_some() {
            return None;
        }
        if let Some(allowed) = declaration.get("AllowedValues")
            && !allowed.elements().iter().any(|value| value.text() == Some(text))
        {
            edits.push(append(file, allowed, text)?);
        }
    }
    Some(edits)
}

fn quoted_like(scalar: Tree<'_>, text: &str) -> Option<String> {
    match scalar {
        Tree::Json(_) => Some(edit::json::quote(text)),
        Tree::Yaml(_, node) => edit::yaml::scalar_like(node.style()?, text),
    }
}

fn append(file: &File<'_>, list: Tree<'_>, text: &str) -> Option<Edit> {
    let change = match list {
        Tree::Json(array) => {
            edit::json::append_element(&file.document.text, array, &edit::json::quote(text))?
        }
        Tree::Yaml(_, sequence) => edit::yaml::append_element(&file.document.text, sequence, text)?,
    };
    Some(file.edit(change.range, change.content))
}

fn report_build_method(
    file: &File<'_>,
    template: Template<'_>,
    resource: Resource<'_>,
    seen: &mut FxHashSet<TextRange>,
    sink: &mut Sink<'_>,
) {
    let kind = if LAYERS.contains(&resource.kind) { "layer" } else { "function" };
    let literals = resource.metadata("BuildMethod").map(|value| template.literals(value)).unwrap_or_default();
    for literal in literals {
        let Some(runtime) = runtimes::runtime(&literal.text) else { continue };
        let range = literal.source.range();
        if runtime.python >= file.settings.target || !seen.insert(range) {
            continue;
        }
        let target = target(file);
        let name = runtime.name;
        let message = format!(
            "{kind} `{}` is built for `{name}`; what is compiled in it does not load on `{target}`",
            resource.name
        );
        let draft = sink
            .finding(name, range, message)
            .severity(Severity::Warning)
            .confidence(Confidence::Likely)
            .help(format!("Build it for `{target}` when the functions run on that."))
            .url("https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-layers.html");
        match edits(file, &literal, &target) {
            Some(edits) => draft
                .unsafe_fix(
                    format!("Replace `{name}` with `{target}`"),
                    "the runtime of the functions must move at the same time",
                    edits,
                )
                .emit(),
            None => draft.emit(),
        }
    }
}

fn report_compatible(file: &File<'_>, template: Template<'_>, layer: Resource<'_>, sink: &mut Sink<'_>) {
    let list = layer.property("CompatibleRuntimes").filter(|_| LAYERS.contains(&layer.kind));
    let Some(list) = list else { return };
    let literals = list.elements().into_iter().flat_map(|value| template.literals(value));
    let pythons: Vec<_> =
        literals.filter_map(|literal| Some((runtimes::runtime(&literal.text)?, literal))).collect();
    let Some((newest, literal)) = pythons.iter().max_by_key(|(runtime, _)| runtime.python) else { return };
    if newest.python >= file.settings.target {
        return;
    }
    let target = target(file);
    let message = format!("layer `{}` does not list `{target}` among its compatible runtimes", layer.name);
    sink.finding(newest.name, literal.source.range(), message)
        .severity(Severity::Info)
        .help(format!("List `{target}` once the layer is built for it."))
        .url("https://docs.aws.amazon.com/lambda/latest/dg/creating-deleting-layers.html")
        .emit();
}
