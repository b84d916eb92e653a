//! An AWS Lambda function is deployed on an older Python than the target.
//!
//! ## What it finds
//! In SAM and CloudFormation templates, YAML or JSON, recognised by their
//! content: `Runtime` of `AWS::Serverless::Function` and `AWS::Lambda::Function`
//! and below `Globals`, followed through `Ref`, `Fn::Sub`, `Fn::Join`,
//! `Fn::FindInMap`, loops and both branches of `Fn::If` to the literal that decides;
//! `BuildMethod` of layers and functions, and layers that do not list the target
//! among their `CompatibleRuntimes`. Parameters that do not allow their own default.
//! What other templates, `samconfig.toml` and files of parameters give to a
//! parameter whose name says that it is a runtime. Templates in `cdk.out`,
//! `.aws-sam` and `.serverless` are made anew each time and are left alone.
//!
//! In configuration of the Serverless Framework: `runtime` of the provider and of
//! functions, followed through its variables and into the files that they name,
//! `compatibleRuntimes`, `pythonBin` and `dockerImage` of
//! `custom.pythonRequirements`, and templates below `resources`. In settings of
//! Zappa: `runtime`.
//!
//! In Terraform and OpenTofu configuration (also as JSON, in files of values and in
//! the inputs of Terragrunt): `runtime` of `aws_lambda_function`,
//! `compatible_runtimes` of layers, and the same of `terraform-aws-modules/lambda`,
//! of modules in the repository, and, as likely, of other modules, followed over all
//! files of a module through variables, locals, `for_each`, conditions, templates
//! and functions.
//!
//! In commands of scripts, recipes, container build files and configuration of continuous integration: `--runtime` and
//! `--compatible-runtimes` of the AWS CLI, `sam init`, parameters given to `sam deploy` and `aws cloudformation`, `terraform
//! apply -var`, and `--python-version` or `--abi` where pip or uv install into a folder (`--target`); variables of the same
//! file are followed if they are set once.
//!
//! In programs for the AWS CDK (Python, JavaScript, TypeScript): `Runtime.PYTHON_3_9`
//! by any name that imports give it, also of a bundling image, `Runtime("python3.9")`,
//! and the resources `CfnFunction` and `CfnLayerVersion`. In programs for Pulumi, and
//! its YAML: `aws.lambda.Function` and `aws.lambda.Runtime`. In Python: calls of
//! boto3's `create_function` and `update_function_configuration`. Whatever stands in
//! tests is only possible.
//!
//! Functions that are container images have no runtime
//! and are left alone, and so are other languages and newer Pythons.
//!
//! ## Why
//! AWS [ends each runtime in steps](https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html):
//! first it gets no more patches (a warning from that day on, informative
//! before), then no function can be created with it, then none can be updated:
//! from that day on the deployment fails, which is an error. The days are judged
//! for today or for `--as-of`.
//!
//! What is built for another Python (`BuildMethod`, `pip install --python-version`) has wheels that the
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

use crate::aws::{self, Choice, ChoiceKind, Input};
use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: LambdaRuntime = LambdaRuntime;

/// Reports old Python runtimes, whatever tool deploys them.
pub struct LambdaRuntime;

impl Rule for LambdaRuntime {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Aws, fix: Some(Applicability::Safe), kinds: aws::KINDS }
    }

    fn triggers(&self) -> Vec<Trigger> {
        aws::READERS.iter().flat_map(|reader| reader.words).map(|word| Trigger::Word(word)).collect()
    }

    fn wakes(&self, kind: Kind, text: &[u8]) -> bool {
        aws::READERS.iter().any(|reader| reader.wakes(kind, text))
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let input = Input { document: file.document, project: file.project, target };
        for choice in &aws::choices(&input, code) {
            match choice.kind {
                ChoiceKind::Refused => report_refused(file, choice, sink),
                _ if choice.runtime.python >= target => {}
                ChoiceKind::Function => report_function(file, choice, sink),
                ChoiceKind::Build => report_build(file, choice, sink),
                ChoiceKind::Compatible => report_compatible(file, choice, sink),
                ChoiceKind::Idle => report_idle(choice, sink),
            }
        }
    }
}

fn report_function(file: &File<'_>, choice: &Choice, sink: &mut Sink<'_>) {
    let target = target(file);
    let name = choice.runtime.name;
    let (severity, state) = state(choice.runtime, file.settings.as_of);
    let message = match &choice.origin {
        Some(origin) => format!("`{name}`, {origin}, {state}"),
        None => format!("`{name}` {state}"),
    };
    let draft = sink
        .finding(name, choice.range, message)
        .severity(severity)
        .confidence(choice.confidence)
        .help(format!("Move to `{target}` and build the dependencies for it{}.", system(choice.runtime)))
        .url(runtimes::SOURCE);
    let Some(edits) = edits(file, choice) else { return draft.emit() };
    let title = format!("Replace `{name}` with `{target}`");
    match reason(choice, severity) {
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

const PYTHON_ON_AL2023: PythonVersion = PythonVersion::PY312;

/// Why a person must look at the change; `None` if it can only help.
fn reason(choice: &Choice, severity: Severity) -> Option<String> {
    let fixed = match &choice.shared {
        Some(shared) => return Some(shared.clone()),
        None if choice.runtime.python.major < 3 => Some("the code is written for Python 2"),
        None if severity < Severity::Error => {
            Some("AWS Lambda still runs the old runtime, and the dependencies must be built anew")
        }
        None => choice.along,
    };
    fixed.map(str::to_owned)
}

/// The name of the runtime to move to.
fn target(file: &File<'_>) -> String {
    format!("python{}", file.settings.target)
}

fn edits(file: &File<'_>, choice: &Choice) -> Option<Vec<Edit>> {
    let edits = choice.edits.as_ref()?.iter();
    Some(edits.map(|change| file.edit(change.range, &*change.content)).collect())
}

/// Whose choice it is, to begin a message with.
fn owner(choice: &Choice) -> &str {
    choice.owner.as_deref().unwrap_or("this")
}

fn report_build(file: &File<'_>, choice: &Choice, sink: &mut Sink<'_>) {
    let target = target(file);
    let name = choice.runtime.name;
    let owner = owner(choice);
    let (message, confidence, reason) = match &choice.clash {
        Some(clash) => (
            format!("{owner} is built for `{name}`, but {clash}, where what is compiled in it does not load"),
            Confidence::Certain,
            "others that stay on the old runtime may use it",
        ),
        None => (
            format!("{owner} is built for `{name}`; what is compiled in it does not load on `{target}`"),
            Confidence::Likely,
            "the runtime of the functions must move at the same time",
        ),
    };
    let draft = sink
        .finding(name, choice.range, message)
        .severity(Severity::Warning)
        .confidence(choice.confidence.min(confidence))
        .help(format!("Build it for `{target}` when the functions run on that."))
        .url("https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-layers.html");
    let Some(edits) = edits(file, choice) else { return draft.emit() };
    let title = format!("Replace `{name}` with `{target}`");
    draft.unsafe_fix(title, reason, edits).emit();
}

fn report_compatible(file: &File<'_>, choice: &Choice, sink: &mut Sink<'_>) {
    let target = target(file);
    let owner = owner(choice);
    let message = format!("{owner} does not list `{target}` among its compatible runtimes");
    sink.finding(choice.runtime.name, choice.range, message)
        .severity(Severity::Info)
        .confidence(choice.confidence)
        .help(format!("List `{target}` once the layer is built for it."))
        .url("https://docs.aws.amazon.com/lambda/latest/dg/creating-deleting-layers.html")
        .emit();
}

fn report_idle(choice: &Choice, sink: &mut Sink<'_>) {
    let name = choice.runtime.name;
    let message = format!("{} is a container image: `{name}` does not choose its Python", owner(choice));
    sink.finding(name, choice.range, message)
        .severity(Severity::Info)
        .help("Remove `Runtime`, and see to the base image of its Dockerfile.")
        .url("https://docs.aws.amazon.com/lambda/latest/dg/python-image.html")
        .emit();
}

fn report_refused(file: &File<'_>, choice: &Choice, sink: &mut Sink<'_>) {
    let name = choice.runtime.name;
    let message =
        format!("`{name}` is not among the values that {} allows: the deployment fails", owner(choice));
    let draft = sink
        .finding(name, choice.range, message)
        .help(format!("Add `{name}` to the allowed values."))
        .url("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html");
    match edits(file, choice) {
        Some(edits) => draft.safe_fix(format!("Allow `{name}`"), edits).emit(),
        None => draft.emit(),
    }
}
