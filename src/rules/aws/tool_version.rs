//! A tool that deploys to AWS Lambda is held on a release that does not know the target.
//!
//! ## What it finds
//! Constraints that admit no release which accepts `python3.13`, where Python is deployed: the provider `hashicorp/aws` of
//! Terraform and OpenTofu before 5.76.0 (`required_providers`, `provider "aws"`, `.terraform.lock.hcl`), in a module that
//! gives a Python to a function, its own or one of a module that it calls; `aws-cdk-lib` before 2.167.0 and the first version
//! of the CDK; the Serverless Framework before 4.4.9 (`frameworkVersion`, too) and `osls` before 3.42.0; the SAM CLI before
//! 1.128.0; Chalice before 1.32.0 and Zappa before 0.60.0. They are read in `package.json`, requirement files,
//! `pyproject.toml`, `Pipfile`, and commands of scripts, recipes, container build files and configuration of continuous
//! integration. For Azure Functions, the provider `hashicorp/azurerm` before 4.25.0. Ranges that admit a newer release (`~> 5.0`, `^2.100.0`) are left alone.
//!
//! Where no file below the folder shows that Python is deployed, the finding is only possible.
//!
//! ## Why
//! These tools have a list of their own of the runtimes. One that is not on it is
//! [refused](https://github.com/hashicorp/terraform-provider-aws/issues/40107) before AWS is asked. The Serverless Framework
//! warns instead, unless `configValidationMode` is `error`.
//!
//! ## Example
//! ```terraform
//! required_providers {
//!   aws = {
//!     source  = "hashicorp/aws"
//!     version = "~> 5.31.0"
//!   }
//! }
//! ```
//! Use instead:
//! ```terraform
//! required_providers {
//!   aws = {
//!     source  = "hashicorp/aws"
//!     version = "~> 5.76"
//!   }
//! }
//! ```
//!
//! ## Fix safety
//! Unsafe: a newer release may change more than its list of runtimes, and lock files must be renewed. There is no fix where
//! the way out is another tool.

use crate::aws::Input;
use crate::aws::deployed::{self, Deployed};
use crate::aws::tools::{self, Pin};
use crate::azure::runtimes;
use crate::catalogue::runtimes::runtime_of;
use crate::catalogue::tools::{Concerns, Registry, Stops};
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ToolVersion = ToolVersion;

/// Reports tools that are too old for the target.
pub struct ToolVersion;

impl Rule for ToolVersion {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Aws,
            fix: Some(Applicability::Unsafe),
            kinds: &[
                Kind::Hcl,
                Kind::Json,
                Kind::Yaml,
                Kind::Toml,
                Kind::Requirements,
                Kind::Shell,
                Kind::Makefile,
                Kind::Dockerfile,
            ],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(tools::may_pin)]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let document = file.document;
        let target = file.settings.target;
        if target < PythonVersion::PY313 {
            return;
        }
        let input = Input { document, project: file.project, target };
        for pin in tools::pins(document) {
            let concerns = pin.tool.concerns;
            let deployed = match concerns {
                Concerns::Serverless if is_service(file) => deployed::by(&input),
                Concerns::Azure => of_azure(file),
                _ => deployed::around(&input, tools::folder_of(&document.path), concerns),
            };
            let is_meant = match concerns {
                Concerns::Terraform | Concerns::Azure => deployed.is_some(),
                Concerns::Serverless if is_service(file) => deployed.is_some() && !uses_fork(file),
                Concerns::Serverless => pin.tool.name == "osls" || !uses_fork(file),
                _ => true,
            };
            if is_meant {
                report(file, &pin, deployed, sink);
            }
        }
    }
}

/// The newest Python of the function apps of a module for Azure.
fn of_azure(file: &File<'_>) -> Option<Deployed> {
    let newest = runtimes::newest_of_terraform(file.document, file.project)?;
    Some(Deployed { newest: runtime_of(newest)?, strict: false })
}

/// Whether the file is the configuration of a service itself.
fn is_service(file: &File<'_>) -> bool {
    file.document.kind == Kind::Yaml && file.document.text.contains("frameworkVersion")
}

/// Whether the service is deployed with `osls`, which goes by the versions of the
/// Serverless Framework.
fn uses_fork(file: &File<'_>) -> bool {
    let folders = tools::folder_of(&file.document.path).ancestors();
    let mut packages = folders.take(4).map(|folder| folder.join("package.json"));
    packages.any(|path| {
        crate::read::bytes(&path).is_ok_and(|text| memchr::memmem::find(&text, b"\"osls\"").is_some())
    })
}

fn report(file: &File<'_>, pin: &Pin, deployed: Option<Deployed>, sink: &mut Sink<'_>) {
    let tool = pin.tool;
    let chosen = deployed.is_some_and(|deployed| deployed.newest.python >= PythonVersion::PY313);
    let fails = match tool.stops {
        Stops::Always => true,
        Stops::Chosen => chosen,
        Stops::Strict => chosen && deployed.is_some_and(|deployed| deployed.strict),
        Stops::Never => false,
    };
    let when = match tool.concerns {
        Concerns::Python => "",
        _ if chosen => "with a function on `python3.13`, as here, ",
        _ => "once a function moves to `python3.13`, ",
    };
    let outcome = tool.outcome;
    let message = match tool.first.filter(|_| !pin.text.is_empty()) {
        Some([major, minor, patch]) => format!(
            "`{} {}` is older than {major}.{minor}.{patch}, the first release for Python 3.13: {when}{outcome}",
            tool.name, pin.text
        ),
        None => format!("no release of `{}` is for Python 3.13: {when}{outcome}", tool.name),
    };
    let confidence = match (tool.concerns, deployed) {
        (Concerns::Python, _) => Confidence::Certain,
        (_, Some(_)) => Confidence::Likely,
        (_, None) => Confidence::Possible,
    };
    let draft = sink
        .finding(tool.name, pin.range, message)
        .severity(if fails { Severity::Error } else { Severity::Warning })
        .confidence(confidence)
        .help(help(pin))
        .url(tool.source);
    match &pin.raised {
        Some(raised) => draft
            .unsafe_fix(
                format!("Replace `{}` with `{raised}`", pin.text),
                "a newer release may change more, and lock files must be renewed",
                vec![file.edit(pin.range, raised.as_str())],
            )
            .emit(),
        None => draft.emit(),
    }
}

fn help(pin: &Pin) -> String {
    let tool = pin.tool;
    if pin.locked {
        return "Run `terraform init -upgrade`, or `tofu init -upgrade`, once the constraints admit a newer release."
            .to_owned();
    }
    if let Some(instead) = tool.instead {
        return instead.to_owned();
    }
    let [major, minor, patch] = tool.first.unwrap_or_default();
    let then = match tool.registry {
        Registry::Terraform => ", then run `terraform init -upgrade`",
        _ => "",
    };
    format!("Take release {major}.{minor}.{patch} or newer{then}.")
}
