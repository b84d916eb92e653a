//! A requirement of `azure-functions` that cannot be fulfilled, or of the worker
//! itself.
//!
//! ## What it finds
//! | finding | severity |
//! | --- | --- |
//! | versions of `azure-functions` of which none installs on the target, `==1.26.0` | error |
//! | versions that only install on Python 3.13 and later, `==2.3.0`, where the project is still tested, built or said to run on an older one | error |
//! | `azure-functions-worker` | warning |
//!
//! ## Why
//! Releases 1.26 of [`azure-functions`](https://pypi.org/project/azure-functions/#history)
//! are for Python 3.10 to 3.12, releases from 2.0 on for Python 3.13 and later:
//! elsewhere pip finds no matching distribution. The worker
//! [comes with the platform](https://learn.microsoft.com/azure/azure-functions/functions-reference-python);
//! what PyPI has under its name is from 2020 and asks for a `grpcio` that has no
//! wheels for Python 3.13.
//!
//! ## Example
//! ```text
//! azure-functions==1.26.0
//! ```
//! Use instead:
//! ```text
//! azure-functions>=2,<3
//! ```
//! or, while both are supported:
//! ```text
//! azure-functions>=2,<3; python_version >= "3.13"
//! azure-functions<2; python_version < "3.13"
//! ```
//!
//! ## Fix safety
//! Giving each Python its releases by markers keeps what is installed on the
//! target and is safe. Other versions are unsafe, for release 2 may do something
//! otherwise. So is taking out the worker: tests may import it.

use crate::catalogue::azure::{Package, PackageKind, Release};
use crate::edit::requirements::{add_marker, append, remove, replace_versions};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::project::dependencies::{Form, Requirement, read};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::required::{self, admits_newer, admitted, installs_on};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: FunctionsPackage = FunctionsPackage;

/// Reports requirements of the library and of the worker.
pub struct FunctionsPackage;

impl Rule for FunctionsPackage {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Safe), kinds: required::KINDS }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["azure-functions", "azure-functions-worker"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        required::triggers()
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        for (requirement, package) in required::of_kinds(file, &[PackageKind::Worker]) {
            report_worker(file, &requirement, package, sink);
        }
        for (requirement, package) in required::of_kinds(file, &[PackageKind::Library]) {
            if requirement.form == Form::Index
                && !is_preview(&requirement)
                && !admits_newer_here(&requirement, package)
            {
                report_library(file, &requirement, package, sink);
            }
        }
    }
}

fn is_preview(requirement: &Requirement) -> bool {
    requirement.specifiers.iter().flat_map(|all| all.iter()).any(|one| one.version().any_prerelease())
}

/// Newer releases go on from the newest: for Python 3.13 and later.
fn admits_newer_here(requirement: &Requirement, package: &Package) -> bool {
    admits_newer(requirement, package) && admitted(requirement, package).is_empty()
}

fn report_worker(file: &File<'_>, requirement: &Requirement, package: &Package, sink: &mut Sink<'_>) {
    let message = "the worker comes with Azure Functions; `azure-functions-worker` of PyPI is another one, and what it needs has no wheels for Python 3.13";
    let draft = sink
        .finding(package.name, requirement.name_range, message)
        .severity(Severity::Warning)
        .help("Take it out; functions need `azure-functions` alone.")
        .url(package.source);
    match remove(&file.document.text, requirement) {
        Some(change) => draft
            .unsafe_fix(
                "Remove `azure-functions-worker`",
                "code that imports `azure_functions_worker`, such as tests, has to do without it",
                vec![file.edit(change.range, change.content)],
            )
            .emit(),
        None => draft.emit(),
    }
}

fn report_library(file: &File<'_>, requirement: &Requirement, package: &Package, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let releases = admitted(requirement, package);
    let on = |python: PythonVersion| releases.iter().any(|release| installs_on(release, python));
    if !on(target) {
        return report_none(file, requirement, package, &releases, sink);
    }
    let only_new = !on(PythonVersion { major: 3, minor: 12 }) && !on(PythonVersion { major: 3, minor: 11 });
    if only_new && let Some(older) = required::older(file, requirement, PythonVersion::PY313) {
        report_older(file, requirement, package, &older, sink);
    }
}

/// No release fits on the target.
fn report_none(
    file: &File<'_>,
    requirement: &Requirement,
    package: &Package,
    releases: &[&Release],
    sink: &mut Sink<'_>,
) {
    let target = file.settings.target;
    let said = &file.document.text[requirement.range];
    let message = match releases {
        [] => format!("there is no release of `azure-functions` for `{said}`"),
        [.., last] => format!(
            "no release that `{said}` admits installs on Python {target}: {} asks for `{}`",
            last.version,
            last.python.unwrap_or_default()
        ),
    };
    // What was not there when the index was read may have come since.
    let confidence = if releases.is_empty() { Confidence::Likely } else { Confidence::Certain };
    let draft = sink
        .finding(package.name, requirement.range, message)
        .confidence(confidence)
        .help(format!("Require `azure-functions>=2,<3` for Python {target}."))
        .url(package.source);
    match replace_versions(&file.document.text, requirement, ">=2,<3") {
        Some(change) => draft
            .unsafe_fix(
                "Require release 2",
                "release 2 may do something otherwise, and does not install on Python 3.12 and older",
                vec![file.edit(change.range, change.content)],
            )
            .emit(),
        None => draft.emit(),
    }
}

/// No release fits on an older Python that is still in use.
fn report_older(
    file: &File<'_>,
    requirement: &Requirement,
    package: &Package,
    older: &required::Old,
    sink: &mut Sink<'_>,
) {
    let text = &file.document.text;
    let said = &text[requirement.range];
    let message = format!(
        "`{said}` installs on Python 3.13 and later alone, and {} Python {}",
        older.who, older.python
    );
    let draft = sink
        .finding(package.name, requirement.range, message)
        .confidence(older.confidence)
        .help("Give each Python its releases by markers, or give up the older one.")
        .url(package.source);
    let sheet = read(file.document);
    let new = add_marker(text, requirement, "python_version >= \"3.13\"");
    let old = append(text, &sheet, &requirement.role, "azure-functions<2; python_version < \"3.13\"");
    match new.zip(old) {
        Some((new, old)) => draft
            .safe_fix(
                "Give each Python its releases",
                [new, old].map(|change| file.edit(change.range, change.content)).to_vec(),
            )
            .emit(),
        None => draft.emit(),
    }
}
