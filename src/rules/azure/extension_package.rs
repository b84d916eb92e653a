//! A package extends the worker of Azure Functions, which takes no extensions on
//! Python 3.13.
//!
//! ## What it finds
//! Requirements of `opencensus-extension-azure-functions` and
//! `engine-function-extension` that apply on the target, in requirement files,
//! `pyproject.toml`, `setup.cfg`, `Pipfile` and files of conda. Packages named
//! `azurefunctions-extensions-…` are bindings and go on working; `elastic-apm`
//! is more than its extension, of which `worker-extension` finds the import.
//!
//! ## Why
//! The worker for Python 3.13
//! [calls no extension](https://learn.microsoft.com/azure/azure-functions/python-313-changes).
//! The package is installed and imported as before, and does **silently** nothing:
//! no telemetry is recorded. Microsoft ended its support for OpenCensus in Python
//! [on 30 September 2024](https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-python-opencensus-migrate).
//! Both packages also ask for `azure-functions` below 2, whose newest release for
//! Python 3.13 is 1.25.
//!
//! ## Example
//! ```text
//! opencensus-extension-azure-functions==1.0.0
//! ```
//! Use instead:
//! ```text
//! azure-monitor-opentelemetry
//! ```
//! with the application settings `PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY` as
//! `true` and `APPLICATIONINSIGHTS_CONNECTION_STRING`.
//!
//! ## Fix safety
//! Unsafe: code that imports the old package has to move as well, and the
//! setting has to be made.

use crate::catalogue::azure::{Package, PackageKind};
use crate::edit::Change;
use crate::edit::requirements::remove;
use crate::finding::{Applicability, Group};
use crate::project::dependencies::{Requirement, Style};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::required;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ExtensionPackage = ExtensionPackage;

/// Reports packages of worker extensions.
pub struct ExtensionPackage;

impl Rule for ExtensionPackage {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Unsafe), kinds: required::KINDS }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["opencensus-extension-azure-functions", "engine-function-extension"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        required::triggers()
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let others = required::names(file);
        for (requirement, package) in required::of_kinds(file, &[PackageKind::Extension]) {
            report(file, &requirement, package, &others, sink);
        }
    }
}

fn report(
    file: &File<'_>,
    requirement: &Requirement,
    package: &'static Package,
    others: &[String],
    sink: &mut Sink<'_>,
) {
    let message = format!(
        "`{}` is an extension of the Azure Functions worker; on Python 3.13 it is installed and silently does nothing",
        package.name
    );
    let help = match package.instead {
        Some(instead) => format!(
            "Require `{instead}` and set `PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY` to `true` in the application settings."
        ),
        None => "Move what it does into decorators, or into ASGI or WSGI middleware.".to_owned(),
    };
    let draft = sink.finding(package.name, requirement.name_range, message).help(help).url(package.source);
    let Some(instead) = package.instead else { return draft.emit() };
    let change = if others.iter().any(|name| name == instead) {
        remove(&file.document.text, requirement)
    } else {
        replaced(requirement, instead)
    };
    match change {
        Some(change) => draft
            .unsafe_fix(
                format!("Replace `{}` with `{instead}`", package.name),
                "code that imports the old package has to move as well, and the application setting has to be made",
                vec![file.edit(change.range, change.content)],
            )
            .emit(),
        None => draft.emit(),
    }
}

/// The other package, in any version.
fn replaced(requirement: &Requirement, instead: &str) -> Option<Change> {
    let is_text = matches!(requirement.style, Style::Line | Style::Literal | Style::OptionLine);
    let is_plain = requirement.marker_range.is_none() && requirement.extras.is_empty();
    (is_text && is_plain).then(|| Change::new(requirement.range, instead))
}
