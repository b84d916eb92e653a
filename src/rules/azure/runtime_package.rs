//! The pin of the Azure Functions runtime does nothing, or cannot be installed.
//!
//! ## What it finds
//! Requirements of `azure-functions-runtime` and `azure-functions-runtime-v1`:
//!
//! | finding | severity |
//! | --- | --- |
//! | the package of the other programming model: it is never imported | error |
//! | a release that does not exist, `==1.2.0` | error |
//! | no marker while the project is still tested, built or said to run on Python 3.12 or older, where nothing can be installed | error |
//! | both packages | warning |
//! | a preview: `==1.1.0b4` | warning |
//! | no exact version: it moves with each deployment | info |
//!
//! `newskin explain azure-runtime-pinning` tells of the three ways to choose the
//! runtime.
//!
//! ## Why
//! From Python 3.13 on a function app
//! [can bring its runtime along](https://learn.microsoft.com/azure/azure-functions/python-313-changes).
//! The worker imports `azure_functions_runtime` where the root of the app has
//! `function_app.py` (or the file that `PYTHON_SCRIPT_FILE_NAME` names), and
//! `azure_functions_runtime_v1` where it has not. The package of the other model is
//! installed without a word and never used, so the platform's own runtime goes on
//! changing. Both packages ask for Python 3.13 or later: on older ones
//! `pip install -r` fails as a whole.
//!
//! ## Example
//! ```text
//! azure-functions-runtime==1.2.0
//! ```
//! Use instead:
//! ```text
//! azure-functions-runtime==1.2.1; python_version >= "3.13"
//! ```
//!
//! ## Fix safety
//! Adding the marker is safe, and so is the other package where no version is
//! asked for. Other versions are unsafe: what changed between them is for a person
//! to read.

use std::str::FromStr;

use pep440_rs::Version;

use crate::azure::apps::{Model, model};
use crate::catalogue::azure::{Package, PackageKind};
use crate::edit::requirements::{add_marker, remove, replace_versions};
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::project::dependencies::{Form, Requirement};
use crate::python::Code;
use crate::rule::{Draft, File, Meta, Rule, Sink, Trigger};
use crate::rules::required::{self, admits_newer, admitted};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: RuntimePackage = RuntimePackage;

/// Reports pins of the runtime.
pub struct RuntimePackage;

const URL: &str = "https://learn.microsoft.com/azure/azure-functions/python-313-changes";

const KINDS: [PackageKind; 2] = [PackageKind::RuntimeV1, PackageKind::RuntimeV2];

impl Rule for RuntimePackage {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: required::KINDS }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["azure-functions-runtime", "azure-functions-runtime-v1"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        required::triggers()
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let found = required::of_kinds(file, &KINDS);
        let Some((first, _)) = found.first() else { return };
        let app = file.project.python_function_app(&file.document.path);
        let model = app.and_then(|app| model(file.project, &app));
        let several = found.iter().any(|(one, _)| one.name != first.name);
        for (requirement, package) in &found {
            let one = One { file, requirement, package };
            let fits = model.is_none_or(|model| kind_of(model) == package.kind);
            match (fits, several) {
                (false, true) => one.report_both(model, sink),
                (false, false) => {
                    one.report_model(model, sink);
                    one.report_float(sink);
                }
                (true, true) if model.is_none() => one.report_both(None, sink),
                (true, _) => one.report_version(sink),
            }
        }
    }
}

fn kind_of(model: Model) -> PackageKind {
    match model {
        Model::V1 => PackageKind::RuntimeV1,
        Model::V2 => PackageKind::RuntimeV2,
    }
}

/// How the worker tells a model.
fn reason_of(model: Option<Model>) -> &'static str {
    match model {
        Some(Model::V1) => "this app has functions of the first model, a `function.json` each",
        Some(Model::V2) => "this app has functions of the second model, in its script file",
        None => "an app has functions of one model",
    }
}

struct One<'a> {
    file: &'a File<'a>,
    requirement: &'a Requirement,
    package: &'static Package,
}

impl One<'_> {
    fn text(&self) -> &str {
        &self.file.document.text
    }

    fn edit(&self, change: crate::edit::Change) -> Vec<Edit> {
        vec![self.file.edit(change.range, change.content)]
    }

    fn report_model(&self, model: Option<Model>, sink: &mut Sink<'_>) {
        let Some(other) = self.package.counterpart() else { return };
        let message = format!(
            "`{}` is silently ignored: {}, for which the worker imports `{}`",
            self.package.name,
            reason_of(model),
            other.name
        );
        let draft = sink
            .finding(self.package.name, self.requirement.name_range, message)
            .help(format!("Require `{}`.", other.name))
            .url(URL);
        let name = self.requirement.name_range;
        let plain = self.requirement.specifier_range.is_none() && self.requirement.specifiers.is_none();
        let mut edits = vec![self.file.edit(name, other.name)];
        let title = format!("Require `{}`", other.name);
        if plain {
            return draft.safe_fix(title, edits).emit();
        }
        let newest = other.newest().unwrap_or_default();
        let Some(change) = replace_versions(self.text(), self.requirement, &format!("=={newest}")) else {
            return draft.emit();
        };
        edits.push(self.file.edit(change.range, change.content));
        draft.unsafe_fix(title, "the releases of the two packages are numbered apart", edits).emit();
    }

    fn report_both(&self, model: Option<Model>, sink: &mut Sink<'_>) {
        let message = format!(
            "`{}` is one of two runtimes that are required here; {}",
            self.package.name,
            reason_of(model)
        );
        let draft = sink
            .finding(self.package.name, self.requirement.name_range, message)
            .severity(Severity::Warning)
            .help("Keep `azure-functions-runtime` for functions in `function_app.py`, `azure-functions-runtime-v1` for those with a `function.json`.")
            .url(URL);
        let removed = model.and_then(|_| remove(self.text(), self.requirement));
        match removed {
            Some(change) => draft
                .unsafe_fix(
                    format!("Remove `{}`", self.package.name),
                    "another app may be installed from the same requirements",
                    self.edit(change),
                )
                .emit(),
            None => draft.emit(),
        }
    }

    fn report_version(&self, sink: &mut Sink<'_>) {
        let requirement = self.requirement;
        if requirement.form != Form::Index {
            return;
        }
        if admitted(requirement, self.package).is_empty()
            && !self.is_preview()
            && !admits_newer(requirement, self.package)
        {
            return self.report_missing(sink);
        }
        if let Some(older) = required::older(self.file, requirement, PythonVersion::PY313) {
            self.report_marker(&older, sink);
        }
        if self.is_preview() {
            return self.report_preview(sink);
        }
        self.report_float(sink);
    }

    /// Whether it admits a preview on purpose.
    fn is_preview(&self) -> bool {
        let all = self.requirement.specifiers.iter().flat_map(|all| all.iter());
        all.into_iter().any(|one| one.version().any_prerelease())
    }

    /// The release to take in the place of a version: the next one, else the newest.
    fn next(&self) -> Option<&'static str> {
        let wanted =
            self.requirement.specifiers.iter().flat_map(|all| all.iter()).map(|one| one.version()).max();
        let later = |version: &str| {
            wanted.is_some_and(|wanted| Version::from_str(version).is_ok_and(|version| version > *wanted))
        };
        let mut releases = self.package.releases.iter().map(|release| release.version);
        releases.find(|version| later(version)).or_else(|| self.package.newest())
    }

    /// Reports with the fix that requires the next release.
    fn emit_with_next(&self, draft: Draft<'_>, next: &str) {
        match replace_versions(self.text(), self.requirement, &format!("=={next}")) {
            Some(change) => draft
                .unsafe_fix(
                    format!("Require {next}"),
                    "it is another release than the one asked for",
                    self.edit(change),
                )
                .emit(),
            None => draft.emit(),
        }
    }

    fn report_missing(&self, sink: &mut Sink<'_>) {
        let said = &self.text()[self.requirement.range];
        let message = format!("there is no release of `{}` for `{said}`", self.package.name);
        let next = self.next().unwrap_or_default();
        let draft = sink
            .finding(self.package.name, self.requirement.range, message)
            .confidence(Confidence::Likely)
            .help(format!("The next release is {next}."))
            .url(self.package.source);
        self.emit_with_next(draft, next);
    }

    fn report_marker(&self, older: &required::Old, sink: &mut Sink<'_>) {
        let message = format!(
            "`{}` installs on Python 3.13 and later alone, and {} Python {}",
            self.package.name, older.who, older.python
        );
        let draft = sink
            .finding(self.package.name, self.requirement.range, message)
            .confidence(older.confidence)
            .help("Add the marker `; python_version >= \"3.13\"`.")
            .url(self.package.source);
        match add_marker(self.text(), self.requirement, "python_version >= \"3.13\"") {
            Some(change) => {
                draft.safe_fix("Require it on Python 3.13 and later alone", self.edit(change)).emit()
            }
            None => draft.emit(),
        }
    }

    fn report_preview(&self, sink: &mut Sink<'_>) {
        let said = &self.text()[self.requirement.range];
        let message = format!("`{said}` is a preview of the runtime, which is not for production");
        let next = self.next().unwrap_or_default();
        let draft = sink
            .finding(self.package.name, self.requirement.range, message)
            .severity(Severity::Warning)
            .help(format!("Pin a release, such as {next}."))
            .url(URL);
        self.emit_with_next(draft, next);
    }

    fn report_float(&self, sink: &mut Sink<'_>) {
        if self.requirement.pinned().is_some() {
            return;
        }
        let message = format!(
            "`{}` has no exact version: each deployment that builds anew takes the newest release it admits",
            self.package.name
        );
        sink.finding(self.package.name, self.requirement.range, message)
            .severity(Severity::Info)
            .help("Pin one with `==` where the app is critical; `newskin explain azure-runtime-pinning` weighs the ways.")
            .url(URL)
            .emit();
    }
}
