//! An Azure Functions setting asks for shared memory, which the Python worker
//! gave up with 3.13.
//!
//! ## What it finds
//! In the settings of Python function apps (`local.settings.json` and its
//! templates):
//!
//! - `FUNCTIONS_WORKER_SHARED_MEMORY_DATA_TRANSFER_ENABLED`: an error when it is
//!   on (`1`, `true`, `t`, `yes`, `y`), a warning when its value is only known
//!   at run time, informative when it is off;
//! - `DOCKER_SHM_SIZE`, which sized that memory: a warning beside the first when
//!   that is on, informative otherwise;
//! - `FUNCTIONS_UNIX_SHARED_MEMORY_DIRECTORIES`, which placed it: informative.
//!
//! `multiprocessing.shared_memory`, `mmap` and files of the app's own under
//! `/dev/shm` are something else and are not reported.
//!
//! ## Why
//! Up to Python 3.12, payloads of a megabyte and more could travel between the
//! Functions host and the Python worker through files in shared memory. From
//! 3.13 on [all of them travel by gRPC](https://learn.microsoft.com/azure/azure-functions/python-313-changes).
//! The 3.13 worker still tells the host that it can share memory but refuses
//! what comes that way, so with the setting on large inputs can fail instead of
//! merely being slower.
//!
//! ## Example
//! ```json
//! {
//!   "Values": {
//!     "FUNCTIONS_WORKER_RUNTIME": "python",
//!     "FUNCTIONS_WORKER_SHARED_MEMORY_DATA_TRANSFER_ENABLED": "1"
//!   }
//! }
//! ```
//! Use instead:
//! ```json
//! {
//!   "Values": {
//!     "FUNCTIONS_WORKER_RUNTIME": "python"
//!   }
//! }
//! ```
//!
//! ## Fix safety
//! Without the setting payloads travel by gRPC on every version, so removing it
//! is safe; so is removing the directories. `DOCKER_SHM_SIZE` is removed only
//! with `--unsafe-fixes`: the app may use `/dev/shm` itself.

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::parse::json::Value;
use crate::project::app_settings::{AppSetting, of_local_settings};
use crate::project::function_app::worker_runtime;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::app_settings;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SharedMemory = SharedMemory;

/// Reports settings of the shared memory transfer.
pub struct SharedMemory;

const ENABLED: &str = "FUNCTIONS_WORKER_SHARED_MEMORY_DATA_TRANSFER_ENABLED";
const SIZE: &str = "DOCKER_SHM_SIZE";
const DIRECTORIES: &str = "FUNCTIONS_UNIX_SHARED_MEMORY_DIRECTORIES";

const URL: &str = "https://learn.microsoft.com/azure/azure-functions/python-313-changes";

impl Rule for SharedMemory {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: &[Kind::Json] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        [ENABLED, SIZE, DIRECTORIES].map(Trigger::Word).to_vec()
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 || !is_python_app(file, value) {
            return;
        }
        let settings = of_local_settings(value);
        let is_enabled =
            |setting: &AppSetting<'_>| setting.name == ENABLED && setting.value.is_on() != Some(false);
        let enabled = settings.iter().any(is_enabled);
        for setting in &settings {
            match setting.name {
                ENABLED => report_enabled(file, setting, sink),
                SIZE => report_size(file, setting, enabled, sink),
                DIRECTORIES => report_directories(file, setting, sink),
                _ => {}
            }
        }
    }
}

fn is_python_app(file: &File<'_>, value: &Value) -> bool {
    worker_runtime(value).map_or_else(
        || file.project.python_function_app(&file.document.path).is_some(),
        |runtime| runtime == "python",
    )
}

fn report_enabled(file: &File<'_>, setting: &AppSetting<'_>, sink: &mut Sink<'_>) {
    let (severity, effect) = match setting.value.is_on() {
        Some(true) => (
            Severity::Error,
            "turns on shared memory transfer, which Azure Functions does not have on Python 3.13; inputs of 1 MB and more can fail",
        ),
        Some(false) => (
            Severity::Info,
            "turns off shared memory transfer, which Azure Functions does not have on Python 3.13 anyway",
        ),
        None => (
            Severity::Warning,
            "may turn on shared memory transfer, which Azure Functions does not have on Python 3.13",
        ),
    };
    let draft = sink
        .finding(setting.name, setting.name_range, format!("`{}` {effect}", setting.name))
        .severity(severity)
        .help("Remove the setting; all payloads travel by gRPC.")
        .url(URL)
        .show_only(setting.range)
        .versions(None, Some(PythonVersion::PY313));
    if setting.value.is_on().is_some() {
        draft.safe_fix(removal_of(setting), app_settings::remove(file, setting)).emit();
    } else {
        draft.emit();
    }
}

fn report_size(file: &File<'_>, setting: &AppSetting<'_>, enabled: bool, sink: &mut Sink<'_>) {
    let message = "`DOCKER_SHM_SIZE` sizes the memory shared with the Functions host, which Python 3.13 no longer shares";
    sink.finding(setting.name, setting.name_range, message)
        .severity(if enabled { Severity::Warning } else { Severity::Info })
        .help("Remove the setting, unless the app itself uses `/dev/shm`.")
        .url(URL)
        .show_only(setting.range)
        .versions(None, Some(PythonVersion::PY313))
        .unsafe_fix(
            removal_of(setting),
            "the app may use `/dev/shm` itself, for example through `multiprocessing.shared_memory`",
            app_settings::remove(file, setting),
        )
        .emit();
}

fn report_directories(file: &File<'_>, setting: &AppSetting<'_>, sink: &mut Sink<'_>) {
    let message = "`FUNCTIONS_UNIX_SHARED_MEMORY_DIRECTORIES` places the memory shared with the Functions host, which Python 3.13 no longer shares";
    sink.finding(setting.name, setting.name_range, message)
        .severity(Severity::Info)
        .help("Remove the setting.")
        .url(URL)
        .show_only(setting.range)
        .versions(None, Some(PythonVersion::PY313))
        .safe_fix(removal_of(setting), app_settings::remove(file, setting))
        .emit();
}

fn removal_of(setting: &AppSetting<'_>) -> String {
    format!("Remove `{}`", setting.name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::check::Checker;
    use crate::config::Settings;
    use crate::project::Project;
    use crate::python::types::Types;
    use crate::read::{Encoding, Source};

    #[test]
    fn shows_no_other_setting() {
        let one_line = r#"{"Values": {"FUNCTIONS_WORKER_RUNTIME": "python", "A": "SECRET", "DOCKER_SHM_SIZE": "1", "B": "SECRET"}}"#;
        for text in [one_line, &one_line.replace(", ", ",\n  ")] {
            let (path, text) = (Path::new("local.settings.json").into(), text.to_owned());
            let source = Source { path, kind: Kind::Json, text, encoding: Encoding::Utf8, bom: false };
            let settings = Settings { min_severity: Severity::Info, ..Settings::default() };
            let project = Project::survey(&settings);
            let types = Types::new(&settings);
            let findings = Checker::new(&project, &types, &settings).check_source(source).findings;
            let [finding] = findings.as_slice() else { panic!("one finding, not {}", findings.len()) };
            assert_eq!(finding.excerpt.text.trim(), "\"DOCKER_SHM_SIZE\": \"1\"");
            assert_eq!(
                &finding.excerpt.text[finding.excerpt.start..finding.excerpt.end],
                "\"DOCKER_SHM_SIZE\""
            );
            assert_eq!(finding.excerpt.first_row, finding.span.start.row);
        }
    }
}
