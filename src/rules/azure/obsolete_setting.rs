//! An Azure Functions setting that the Python worker no longer reads.
//!
//! ## What it finds
//! In the settings of Python function apps, wherever they are given one (as
//! `shared-memory` does):
//!
//! - `PYTHON_ISOLATE_WORKER_DEPENDENCIES`, `PYTHON_ENABLE_INIT_INDEXING`,
//!   `PYTHON_ROLLBACK_CWD_PATH` and `PYTHON_EXTENSIONS_RELOAD_FUNCTIONS`:
//!   informative, as nothing fails without them;
//! - `PYTHON_AZURE_MONITOR_LOGGER_NAME`: a warning, as the logger that it names is
//!   not used under this name any more.
//!
//! ## Why
//! The worker for Python 3.13 [is another
//! program](https://learn.microsoft.com/azure/azure-functions/python-313-changes)
//! than that of older Pythons and reads fewer settings. What most of them turned
//! on is always so now.
//!
//! ## Example
//! ```json
//! { "Values": { "FUNCTIONS_WORKER_RUNTIME": "python", "PYTHON_ENABLE_INIT_INDEXING": "1" } }
//! ```
//! Use instead:
//! ```json
//! { "Values": { "FUNCTIONS_WORKER_RUNTIME": "python" } }
//! ```
//!
//! ## Fix safety
//! Removing what is not read is safe, and so is the new name of one that was
//! renamed. Where the configuration says that the app runs on an older Python
//! now, which does read the setting, both are unsafe until it moves.

use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxHashSet;

use crate::azure::{self, settings::AppSetting};
use crate::catalogue::azure_settings::{SETTINGS, Setting};
use crate::finding::{Applicability, Edit, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::app_settings::{self, Given};

/// The rule.
pub static RULE: ObsoleteSetting = ObsoleteSetting;

/// Reports settings that are no longer read.
pub struct ObsoleteSetting;

impl Rule for ObsoleteSetting {
    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: azure::KINDS }
    }

    fn triggers(&self) -> Vec<Trigger> {
        SETTINGS.iter().map(|setting| Trigger::Word(setting.name)).collect()
    }

    fn check_file(&self, file: &File<'_>, code: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let gone = |name: &str| SETTINGS.iter().find(|one| one.name == name && one.gone <= target);
        let mut seen = FxHashSet::default();
        for given in &app_settings::of_python(file, code) {
            for setting in given.named(|name| gone(name).is_some(), &mut seen) {
                if let Some(fact) = gone(&setting.name) {
                    report(file, given, setting, fact, sink);
                }
            }
        }
    }
}

fn report(file: &File<'_>, given: &Given, setting: &AppSetting, fact: &Setting, sink: &mut Sink<'_>) {
    let name = fact.name;
    let help = match fact.renamed {
        Some(renamed) => format!("Name it `{renamed}`."),
        None => "Remove the setting.".to_owned(),
    };
    let draft = sink
        .finding(name, setting.name_range, format!("`{name}` {}", fact.why))
        .severity(if fact.renamed.is_some() { Severity::Warning } else { Severity::Info })
        .confidence(given.confidence)
        .help(help)
        .url(fact.source)
        .show_only(setting.range)
        .versions(None, Some(fact.gone));
    // Under both names the new one is read.
    let renamed = fact.renamed.filter(|renamed| given.map.get(renamed).is_none());
    let (title, edits) = match renamed {
        Some(renamed) => {
            (format!("Rename `{name}` to `{renamed}`"), rename(file, setting, renamed).into_iter().collect())
        }
        None => (format!("Remove `{name}`"), app_settings::remove(file, setting)),
    };
    match (&given.reason, edits.is_empty()) {
        (_, true) => draft.emit(),
        (Some(reason), _) => draft.unsafe_fix(title, &**reason, edits).emit(),
        (None, _) => draft.safe_fix(title, edits).emit(),
    }
}

/// The name alone, within its quotes.
fn rename(file: &File<'_>, setting: &AppSetting, renamed: &str) -> Option<Edit> {
    let written = file.document.slice(setting.name_range);
    let at = written.find(&setting.name)?;
    let start = setting.name_range.start() + TextSize::try_from(at).ok()?;
    let range = TextRange::at(start, TextSize::try_from(setting.name.len()).ok()?);
    Some(file.edit(range, renamed))
}
