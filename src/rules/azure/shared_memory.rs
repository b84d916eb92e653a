//! An Azure Functions setting asks for shared memory, which the Python worker
//! gave up with 3.13.
//!
//! ## What it finds
//! In the settings of Python function apps, wherever they are given one:
//! `local.settings.json` and its templates, Bicep, ARM templates, Terraform,
//! commands (`az`, Az PowerShell), Azure Pipelines and GitHub workflows, programs
//! for Pulumi, container build files and configuration of containers:
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
//! with `--unsafe-fixes`: the app may use `/dev/shm` itself. So is anything where
//! the configuration says that the app runs on an older Python now.

use rustc_hash::FxHashSet;

use crate::azure::{self, settings::AppSetting};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::app_settings::{self, Given};
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
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: azure::KINDS }
    }

    fn triggers(&self) -> Vec<Trigger> {
        [ENABLED, SIZE, DIRECTORIES].map(Trigger::Word).to_vec()
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let mut seen = FxHashSet::default();
        for given in &app_settings::of_python(file, code) {
            let is_enabled =
                |setting: &AppSetting| setting.name == ENABLED && setting.value.is_on() != Some(false);
            let enabled = given.map.settings.iter().any(is_enabled);
            let is_meant = |name: &str| match name {
                // The name alone is also that of Docker's own option.
                SIZE => given.map.app.is_function == Some(true),
                _ => matches!(name, ENABLED | DIRECTORIES),
            };
            for setting in given.named(is_meant, &mut seen) {
                report(file, given, setting, enabled, sink);
            }
        }
    }
}

/// What is to be said of a setting.
struct Story {
    severity: Severity,
    message: String,
    help: &'static str,
    /// Why removing it is not safe.
    reason: Option<String>,
}

fn report(file: &File<'_>, given: &Given, setting: &AppSetting, enabled: bool, sink: &mut Sink<'_>) {
    let story = match &*setting.name {
        ENABLED => of_enabled(setting),
        SIZE => of_size(enabled),
        _ => of_directories(),
    };
    let likely = matches!(setting.value, azure::settings::SettingValue::Default(_));
    let confidence = if likely { given.confidence.min(Confidence::Likely) } else { given.confidence };
    let draft = sink
        .finding(&*setting.name, setting.name_range, story.message)
        .severity(story.severity)
        .confidence(confidence)
        .help(story.help)
        .url(URL)
        .show_only(setting.range)
        .versions(None, Some(PythonVersion::PY313));
    let edits = app_settings::remove(file, setting);
    let is_dynamic = setting.name == ENABLED && setting.value.is_on().is_none();
    if edits.is_empty() || is_dynamic {
        return draft.emit();
    }
    let title = format!("Remove `{}`", setting.name);
    match story.reason.or_else(|| given.reason.clone()) {
        Some(reason) => draft.unsafe_fix(title, reason, edits).emit(),
        None => draft.safe_fix(title, edits).emit(),
    }
}

fn of_enabled(setting: &AppSetting) -> Story {
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
    let message = format!("`{ENABLED}` {effect}");
    Story { severity, message, help: "Remove the setting; all payloads travel by gRPC.", reason: None }
}

fn of_size(enabled: bool) -> Story {
    let reason = "the app may use `/dev/shm` itself, for example through `multiprocessing.shared_memory`";
    Story {
        severity: if enabled { Severity::Warning } else { Severity::Info },
        message: "`DOCKER_SHM_SIZE` sizes the memory shared with the Functions host, which Python 3.13 no longer shares".to_owned(),
        help: "Remove the setting, unless the app itself uses `/dev/shm`.",
        reason: Some(reason.to_owned()),
    }
}

fn of_directories() -> Story {
    Story {
        severity: Severity::Info,
        message: "`FUNCTIONS_UNIX_SHARED_MEMORY_DIRECTORIES` places the memory shared with the Functions host, which Python 3.13 no longer shares".to_owned(),
        help: "Remove the setting.",
        reason: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::check::Checker;
    use crate::config::Settings;
    use crate::discover::Kind;
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
