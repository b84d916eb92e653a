//! A Python function app is hosted on Linux Consumption, which stops at Python 3.12.
//!
//! ## What it finds
//! The Consumption plan of a Python function app: a size `Y1` or a tier `Dynamic` in
//! Bicep, ARM templates and Terraform, where the app names the plan or the file has no
//! other; `--consumption-plan-location` of `az functionapp create`. An error where the
//! app is given Python 3.13, a warning where it is on an older one, as it cannot
//! move. Flex Consumption (`FC1`), Premium and dedicated plans have Python 3.13.
//!
//! ## Why
//! Python apps run on Linux alone, and the Consumption plan for Linux
//! [gets no newer Python](https://learn.microsoft.com/azure/azure-functions/consumption-plan)
//! than 3.12: it is to be retired on 30 September 2028. An app that is deployed there
//! with 3.13 does not start.
//!
//! ## Example
//! ```terraform
//! resource "azurerm_service_plan" "jobs" {
//!   os_type  = "Linux"
//!   sku_name = "Y1"
//! }
//! ```
//! Use instead:
//! ```terraform
//! resource "azurerm_service_plan" "jobs" {
//!   os_type  = "Linux"
//!   sku_name = "FC1"
//! }
//! ```
//! with `azurerm_function_app_flex_consumption` in place of `azurerm_linux_function_app`.
//! An app that exists already moves with `az functionapp flex-migration`.
//!
//! ## Fix safety
//! No fix: on Flex Consumption the app is another resource with other settings.

use rustc_hash::FxHashSet;

use crate::azure::{self, plans, runtimes};
use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: LinuxConsumption = LinuxConsumption;

/// Reports Consumption plans of Python apps.
pub struct LinuxConsumption;

const WORDS: &[&str] = &["Y1", "Dynamic", "--consumption-plan-location", "consumption-plan-location"];

const URL: &str = "https://learn.microsoft.com/azure/azure-functions/consumption-plan";

impl Rule for LinuxConsumption {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: azure::KINDS }
    }

    fn triggers(&self) -> Vec<Trigger> {
        WORDS.iter().map(|word| Trigger::Word(word)).collect()
    }

    fn wakes(&self, kind: Kind, text: &[u8]) -> bool {
        kind != Kind::Dockerfile && azure::may_describe(kind, text) && runtimes::may_choose(text)
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        if target < PythonVersion::PY313 {
            return;
        }
        let choices = runtimes::choices(file.document, file.project, code, target);
        let mut plans = plans::consumption(file.document, file.project, code, &choices);
        // Of several apps on a plan, that of the newest Python.
        plans.sort_by_key(|plan| std::cmp::Reverse(choices[plan.choice].python));
        let mut seen = FxHashSet::default();
        for plan in plans.iter().filter(|plan| seen.insert(plan.range)) {
            let python = choices[plan.choice].python;
            let (severity, effect) = match python >= PythonVersion::PY313 {
                true => (Severity::Error, format!("an app on Python {python} does not start there")),
                false => {
                    (Severity::Warning, format!("the app on Python {python} cannot move to {target} there"))
                }
            };
            let message =
                format!("`{}` means Linux Consumption, which ends with Python 3.12: {effect}", plan.said);
            sink.finding(&*plan.said, plan.range, message)
                .severity(severity)
                .confidence(Confidence::Likely)
                .help("Host the app on Flex Consumption: `az functionapp flex-migration` moves one that exists.")
                .url(URL)
                .emit();
        }
    }
}
