//! An Azure function app is given an older Python than the target.
//!
//! ## What it finds
//! Where the Python of a function app is chosen: `linuxFxVersion` and
//! `functionAppConfig.runtime` in Bicep, ARM templates and programs for Pulumi,
//! also through parameters, variables and interpolated texts; `python_version` of
//! `azurerm_linux_function_app` and its slots, `runtime_version` of
//! `azurerm_function_app_flex_consumption` and `linux_fx_version` of the older
//! resource in Terraform; `--runtime-version` and `--linux-fx-version` of the Azure
//! CLI; `New-AzFunctionApp -RuntimeVersion`; `runtimeStack` of `AzureFunctionApp` in
//! Azure Pipelines. Web apps, which have the same `linuxFxVersion`, are left alone,
//! and so are other languages. Images are found by `base-image`.
//!
//! ## Why
//! Azure Functions
//! [support each Python](https://learn.microsoft.com/azure/azure-functions/supported-languages)
//! for about as long as Python itself does. After that an app goes on running, but
//! gets neither support nor security updates: a warning. Before, it is informative.
//! The days are judged for today or for `--as-of`.
//!
//! ## Example
//! ```bicep
//! siteConfig: {
//!   linuxFxVersion: 'Python|3.10'
//! }
//! ```
//! Use instead:
//! ```bicep
//! siteConfig: {
//!   linuxFxVersion: 'Python|3.13'
//! }
//! ```
//!
//! ## Fix safety
//! Unsafe: the new interpreter needs packages that are built for it, so the app must be
//! published anew, with a remote build or from a build on the same Python; what lies in
//! `.python_packages` [stays as it was](https://github.com/Azure/azure-functions-python-worker/issues/1651).
//! There is no fix for an app on Linux Consumption, where Python 3.13 does not
//! exist (`linux-consumption`).

use jiff::civil::Date;

use crate::azure::{self, plans, runtimes, runtimes::Choice};
use crate::catalogue::azure_settings::{SOURCE, last_day};
use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: FunctionsRuntime = FunctionsRuntime;

/// Reports old Pythons of function apps.
pub struct FunctionsRuntime;

impl Rule for FunctionsRuntime {
    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Unsafe), kinds: azure::KINDS }
    }

    fn triggers(&self) -> Vec<Trigger> {
        let elsewhere = ["variable", "locals"].iter();
        runtimes::WORDS.iter().chain(elsewhere).map(|word| Trigger::Word(word)).collect()
    }

    fn wakes(&self, kind: Kind, text: &[u8]) -> bool {
        match kind {
            Kind::Dockerfile => false,
            Kind::Hcl => runtimes::may_hold(text) || runtimes::may_choose(text),
            _ => azure::may_describe(kind, text) && runtimes::may_choose(text),
        }
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let choices = runtimes::choices(file.document, file.project, code, target);
        let bound = plans::consumption(file.document, file.project, code, &choices);
        for (number, choice) in choices.iter().enumerate().filter(|(_, choice)| choice.python < target) {
            let is_bound = bound.iter().any(|plan| plan.choice == number);
            report(file, choice, is_bound, sink);
        }
    }
}

fn report(file: &File<'_>, choice: &Choice, is_bound: bool, sink: &mut Sink<'_>) {
    let (target, python) = (file.settings.target, choice.python);
    let (severity, state) = state(python, file.settings.as_of);
    let message = match &choice.origin {
        Some(origin) => format!("Python {python}, {origin}, {state}"),
        None => format!("Python {python} {state}"),
    };
    let is_bound = is_bound && target >= PythonVersion::PY313;
    let help = match is_bound {
        true => format!("Move the app to Flex Consumption, which has Python {target}, and publish it anew."),
        false => format!("Move to Python {target} and publish the app with packages built for it."),
    };
    let draft = sink
        .finding(format!("python{python}"), choice.range, message)
        .severity(severity)
        .confidence(choice.confidence)
        .help(help)
        .url(SOURCE);
    let Some(edits) = choice.edits.as_ref().filter(|_| !is_bound) else { return draft.emit() };
    let edits = edits.iter().map(|change| file.edit(change.range, &*change.content)).collect();
    let reason = "the packages of the app must be built anew, and `.python_packages` with them";
    draft.unsafe_fix(format!("Choose Python {target}"), reason, edits).emit();
}

/// What Azure Functions do with a Python on a day.
fn state(python: PythonVersion, day: Date) -> (Severity, String) {
    match last_day(python) {
        Some(last) if day <= last => {
            let month = last.strftime("%B %Y");
            (Severity::Info, format!("is older than the target; Azure Functions support it until {month}"))
        }
        Some(last) => {
            let month = last.strftime("%B %Y");
            (Severity::Warning, format!("is no longer supported by Azure Functions since {month}"))
        }
        None => (Severity::Warning, "is no longer supported by Azure Functions".to_owned()),
    }
}
