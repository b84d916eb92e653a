//! A number of threads that Azure Functions do not promise to give the Python
//! worker.
//!
//! ## What it finds
//! `PYTHON_THREADPOOL_THREAD_COUNT` in the settings of Python function apps, wherever
//! they are given one (as `shared-memory` does), where the literal is more than 32,
//! less than 1, or no number: informative.
//!
//! ## Why
//! Functions that are not `async` run on these threads.
//! [The documentation](https://learn.microsoft.com/azure/azure-functions/functions-app-settings#python_threadpool_thread_count)
//! allows 1 to 32. From Python 3.9 on the worker takes larger numbers as well, without a
//! promise; what is below 1 or no number it logs and ignores: then there are four threads
//! more than processors, and at most 32.
//!
//! ## Example
//! ```json
//! { "Values": { "FUNCTIONS_WORKER_RUNTIME": "python", "PYTHON_THREADPOOL_THREAD_COUNT": "64" } }
//! ```
//! Use instead:
//! ```json
//! { "Values": { "FUNCTIONS_WORKER_RUNTIME": "python", "PYTHON_THREADPOOL_THREAD_COUNT": "32" } }
//! ```
//!
//! ## Fix safety
//! There is no fix: how many calls shall wait at the same time is for a person to say.

use rustc_hash::FxHashSet;

use crate::azure;
use crate::finding::{Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::app_settings;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: ThreadCount = ThreadCount;

/// Reports numbers of threads that are not promised.
pub struct ThreadCount;

const SETTING: &str = "PYTHON_THREADPOOL_THREAD_COUNT";

const URL: &str =
    "https://learn.microsoft.com/azure/azure-functions/functions-app-settings#python_threadpool_thread_count";

/// The most that the documentation allows.
const MOST: i64 = 32;

impl Rule for ThreadCount {
    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: azure::KINDS }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &[SETTING]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word(SETTING)]
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let mut seen = FxHashSet::default();
        for given in &app_settings::of_python(file, code) {
            for setting in given.named(|name| name == SETTING, &mut seen) {
                let Some(value) = setting.value.text() else { continue };
                let Some(what) = fault(value.trim()) else { continue };
                sink.finding(
                    SETTING,
                    setting.name_range,
                    format!("`{SETTING}` is `{}`, {what}", value.trim()),
                )
                .severity(Severity::Info)
                .confidence(given.confidence)
                .help("Choose 1 to 32, or remove the setting; `async` functions need no threads.")
                .url(URL)
                .show_only(setting.range)
                .emit();
            }
        }
    }
}

/// What is the matter with a value.
fn fault(value: &str) -> Option<&'static str> {
    match value.parse::<i64>() {
        Ok(1..=MOST) => None,
        Ok(count) if count > MOST => Some("more threads than the 32 that are documented"),
        Ok(_) => Some("which the worker ignores: it is less than 1"),
        Err(_) => Some("which the worker ignores: it is no number"),
    }
}
