//! A setting enables Azure Functions worker extensions, which do not exist on
//! Python 3.13.
//!
//! ## What it finds
//! `PYTHON_ENABLE_WORKER_EXTENSIONS` in the settings of Python function apps
//! (`local.settings.json` and its templates): a warning when it is on and code
//! of the app uses an extension, which then silently does nothing; informative
//! when it is off or nothing uses it. Many apps carry the setting from a
//! template without having any extension.
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
//! long as the app also runs on 3.12, its extensions need the setting.

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::parse::json::Value;
use crate::project::app_settings::{AppSetting, of_local_settings};
use crate::project::function_app::worker_runtime;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::app_settings;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: WorkerExtensionSetting = WorkerExtensionSetting;

/// Reports the setting that enables worker extensions.
pub struct WorkerExtensionSetting;

const SETTING: &str = "PYTHON_ENABLE_WORKER_EXTENSIONS";

const URL: &str = "https://learn.microsoft.com/azure/azure-functions/python-313-changes";

impl Rule for WorkerExtensionSetting {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: &[Kind::Json] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word(SETTING)]
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let app = file.project.python_function_app(&file.document.path);
        if worker_runtime(value).map_or(app.is_none(), |runtime| runtime != "python") {
            return;
        }
        // Without a `host.json` the code of the app is somewhere else.
        let uses = app.map(|app| file.project.uses_worker_extension(&app));
        for setting in of_local_settings(value).iter().filter(|setting| setting.name == SETTING) {
            report(file, setting, uses, sink);
        }
    }
}

fn report(file: &File<'_>, setting: &AppSetting<'_>, uses: Option<bool>, sink: &mut Sink<'_>) {
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
        .help(help)
        .url(URL)
        .show_only(setting.range)
        .versions(None, Some(PythonVersion::PY313));
    if uses == Some(false) {
        draft.safe_fix(format!("Remove `{SETTING}`"), app_settings::remove(file, setting)).emit();
    } else {
        draft.emit();
    }
}
