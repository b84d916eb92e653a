//! A setting enables Azure Functions worker extensions, which do not exist on
//! Python 3.13.
//!
//! ## What it finds
//! `PYTHON_ENABLE_WORKER_EXTENSIONS` in the settings of Python function apps,
//! wherever they are given one (as `shared-memory` does): a warning when it is on
//! and code of the app uses an extension, which then silently does nothing;
//! informative when it is off or nothing uses it. Many apps carry the setting
//! from a template without having any extension. Of settings that stand beside
//! no app, such as those of a template in `infra/`, all function apps of the
//! repository are looked at.
//!
//! ## Why
//! The worker for Python 3.13
//! [does not support extensions](https://learn.microsoft.com/azure/azure-functions/python-313-changes)
//! and does not read the setting. Extensions in the code are reported by
//! `worker-extension`.
//!
//! ## Example
//! ```json
//! { "Values": { "FUNCTIONS_WORKER_RUNTIME": "python", "PYTHON_ENABLE_WORKER_EXTENSIONS": "1" } }
//! ```
//! Use instead:
//! ```json
//! { "Values": { "FUNCTIONS_WORKER_RUNTIME": "python" } }
//! ```
//!
//! ## Fix safety
//! Where no Python file of the app mentions an extension, removing the setting
//! changes nothing on any version and is safe. Otherwise there is no fix: as
//! long as the app also runs on 3.12, its extensions need the setting. Where the
//! configuration says that the app runs on an older Python now, removing is unsafe.

use rustc_hash::FxHashSet;

use crate::azure::{self, settings::AppSetting};
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::app_settings::{self, Given};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: WorkerExtensionSetting = WorkerExtensionSetting;

/// Reports the setting that enables worker extensions.
pub struct WorkerExtensionSetting;

const SETTING: &str = "PYTHON_ENABLE_WORKER_EXTENSIONS";

const URL: &str = "https://learn.microsoft.com/azure/azure-functions/python-313-changes";

impl Rule for WorkerExtensionSetting {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: azure::KINDS }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word(SETTING)]
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let mut seen = FxHashSet::default();
        let mut uses = None;
        for given in &app_settings::of_python(file, code) {
            for setting in given.named(|name| name == SETTING, &mut seen) {
                let uses =
                    *uses.get_or_insert_with(|| file.project.uses_worker_extensions(&file.document.path));
                report(file, given, setting, uses, sink);
            }
        }
    }
}

fn report(file: &File<'_>, given: &Given, setting: &AppSetting, uses: Option<bool>, sink: &mut Sink<'_>) {
    let on = setting.value.is_on() != Some(false);
    let message = "`PYTHON_ENABLE_WORKER_EXTENSIONS` is not read on Python 3.13, where Azure Functions has no worker extensions";
    let message = match uses {
        Some(true) if on => format!("{message}; those of this app will silently do nothing"),
        _ => message.to_owned(),
    };
    let help = match uses {
        Some(true) => {
            "Move what the extensions do into decorators, ASGI or WSGI middleware, or OpenTelemetry."
        }
        Some(false) => "Remove the setting; no code of this app uses an extension.",
        None => "Remove the setting once no code of the app uses an extension.",
    };
    let draft = sink
        .finding(SETTING, setting.name_range, message)
        .severity(if on && uses == Some(true) { Severity::Warning } else { Severity::Info })
        .confidence(given.confidence)
        .help(help)
        .url(URL)
        .show_only(setting.range)
        .versions(None, Some(PythonVersion::PY313));
    let edits = app_settings::remove(file, setting);
    if uses != Some(false) || edits.is_empty() {
        return draft.emit();
    }
    let title = format!("Remove `{SETTING}`");
    match &given.reason {
        Some(reason) => draft.unsafe_fix(title, &**reason, edits).emit(),
        None => draft.safe_fix(title, edits).emit(),
    }
}
