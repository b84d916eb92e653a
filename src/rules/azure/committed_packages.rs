//! Packages that were installed by another Python are committed with a function
//! app.
//!
//! ## What it finds
//! A folder `.python_packages` beside the `host.json` of a Python function app,
//! unless `.gitignore` keeps it out of the repository: a warning where modules in it
//! are compiled for another Python than the target, informative where there are none
//! or the settings of the app ask for a build on deployment
//! (`SCM_DO_BUILD_DURING_DEPLOYMENT`, `ENABLE_ORYX_BUILD`). The finding stands at the
//! head of `host.json`.
//!
//! ## Why
//! `.python_packages/lib/site-packages` has no version in its path: it goes with the
//! interpreter that filled it. Choosing another Python for the app
//! [does not fill it anew](https://github.com/Azure/azure-functions-python-worker/issues/1651),
//! and modules compiled for the old one are not found: `No module named '_cffi_backend'`.
//!
//! ## Example
//! ```text
//! .python_packages/lib/site-packages/_cffi_backend.cpython-311-x86_64-linux-gnu.so
//! ```
//! Use instead a line in `.gitignore`, and a deployment that installs the
//! requirements: `func azure functionapp publish … --build remote`, or a workflow
//! on the Python of the app.
//!
//! ## Fix safety
//! There is no fix: files have to leave the repository.

use std::path::Path;

use crate::aws::compiled::old;
use crate::azure::apps::values;
use crate::discover::{Kind, below};
use crate::finding::{Confidence, Group, Severity};
use crate::parse::json::Value;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: CommittedPackages = CommittedPackages;

/// Reports packages that are committed with an app.
pub struct CommittedPackages;

const FOLDER: &str = ".python_packages";
const PACKAGES: &str = ".python_packages/lib/site-packages";

const URL: &str = "https://github.com/Azure/azure-functions-python-worker/issues/1651";

/// Files that are looked at, at most.
const MAX_FILES: usize = 50_000;

impl Rule for CommittedPackages {
    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: None, kinds: &[Kind::Json] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &[FOLDER]
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["extensionBundle", "extensions", "logging", "functionTimeout"].map(Trigger::Word).to_vec()
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        let path = &file.document.path;
        let is_host = path.file_name().is_some_and(|name| name == "host.json");
        let Some(first) = value.members().first().filter(|_| is_host) else { return };
        let Some(app) = file.project.python_function_app(path) else { return };
        if !app.join(PACKAGES).is_dir() || !is_committed(&app) {
            return;
        }
        let target = file.settings.target;
        let build = Build::of(file, &app);
        let mut left = MAX_FILES;
        let old = old(&app.join("host.json"), PACKAGES, false, target, &mut left);
        let (severity, message) = match old.first() {
            Some(first) => {
                let name = first.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let more = match old.len() - 1 {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let compiled = format!(
                    "`{FOLDER}` is committed with modules compiled for Python {}, which Python {target} does not load: `{name}`{more}",
                    first.python
                );
                match build {
                    Build::On => (Severity::Info, format!("{compiled}; a remote build takes their place")),
                    Build::Unknown => (Severity::Warning, compiled),
                    Build::Off(setting) => (
                        Severity::Warning,
                        format!("{compiled}; `{setting}` keeps it from being filled anew"),
                    ),
                }
            }
            None => (
                Severity::Info,
                format!(
                    "`{FOLDER}` is committed: it goes with the Python that filled it, and another one does not fill it anew"
                ),
            ),
        };
        sink.finding(FOLDER, first.key_range, message)
            .severity(severity)
            .confidence(Confidence::Likely)
            .help(format!("Take `{FOLDER}` out of the repository and deploy with a remote build, or build on Python {target}."))
            .url(URL)
            .emit();
    }
}

/// Whether a deployment installs the requirements.
enum Build {
    On,
    Off(&'static str),
    Unknown,
}

impl Build {
    /// What the settings of the app say, wherever they are made.
    fn of(file: &File<'_>, app: &Path) -> Self {
        let mut build = Self::Unknown;
        for setting in ["SCM_DO_BUILD_DURING_DEPLOYMENT", "ENABLE_ORYX_BUILD"] {
            for value in values(file.project, app, setting).into_iter().flatten() {
                match value.to_ascii_lowercase().as_str() {
                    "0" | "false" => return Self::Off(setting),
                    "1" | "true" => build = Self::On,
                    _ => {}
                }
            }
        }
        build
    }
}

/// Whether no `.gitignore` keeps the packages out of the repository.
fn is_committed(app: &Path) -> bool {
    below(app, MAX_FILES).iter().any(|path| path.starts_with(PACKAGES))
}
