//! Code imports setuptools or pkg_resources when it runs, and no requirement brings them.
//!
//! ## What it finds
//! Imports of `pkg_resources` and of `setuptools` in projects that say what they need (nothing, perhaps) and do not list
//! setuptools, neither to run nor to build; of `pkg_resources` also where they require a setuptools that may be 82 or
//! later. Tests are told of `pkg_resources` unless a file that makes environments for them (`tox.ini`, `noxfile.py`, CI,
//! lists of requirements) names setuptools. Silent are `setup.py` and other files that build (`conf.py`, `noxfile.py`),
//! examples, imports whose failure is handled, and projects without a list of requirements. `distutils`, which setuptools
//! serves, is told of by `removed-module`. With `--site-packages`, the same of `pkg_resources` in virtual environments that were made with
//! setuptools.
//!
//! ## Why
//! Up to Python 3.11 `python -m venv` put setuptools into every environment;
//! [from 3.12 on it does not](https://docs.python.org/3/whatsnew/3.12.html#ensurepip), and the images of Python leave it out as
//! well. Unless another package happens to need it, the import fails with `ModuleNotFoundError`. It is a warning as that can
//! be. setuptools 82 has no `pkg_resources` any more, on any Python.
//!
//! ## Example
//! ```text
//! requirements.txt: flask
//! app.py:           import pkg_resources
//!
//!                   VERSION = pkg_resources.get_distribution("app").version
//! ```
//! Use instead:
//! ```python
//! from importlib.metadata import version
//!
//! VERSION = version("app")
//! ```
//! or list `setuptools<82` among the requirements.
//!
//! ## Fix safety
//! An import of `pkg_resources` is replaced together with everything that is done with it, or it stays. Versions and
//! entry points come from `importlib.metadata` (`importlib_metadata` where the project supports a Python before 3.8),
//! files from `pkgutil` and by their paths, `parse_version` from `packaging`; what is not in the standard library is
//! added to the requirements. It is unsafe: nothing is unpacked from zip files any more, and the versions of what a
//! distribution requires are not checked. Where tests of the project patch names of `pkg_resources`, and where something
//! is done with it that has no other name, it stays, and `setuptools<82` is added to the requirements (an import of
//! `setuptools` adds that): unsafe too, as every installation gets it then.

use std::path::Path;

use pep440_rs::Version;
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::edit::pkg_resources::{Departure, leave};
use crate::edit::requirements::{add, add_for_tests, bound};
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::installed::is_aside;
use crate::project::Owner;
use crate::project::dependencies::{List, Requirement, Role};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, is_dead_module, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: MissingSetuptools = MissingSetuptools;

/// Reports imports of what no requirement brings.
pub struct MissingSetuptools;

/// What setuptools brought before 82.
const PKG_RESOURCES: &str = "pkg_resources";

/// Why a requirement of setuptools is not safe to add.
const STAYS: &str = "every installation gets setuptools from then on; lock files must be made anew";

/// What setuptools brings.
const MODULES: [&str; 2] = [PKG_RESOURCES, "setuptools"];

impl Rule for MissingSetuptools {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Dependencies,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &MODULES
    }

    fn triggers(&self) -> Vec<Trigger> {
        MODULES.map(Trigger::Module).to_vec()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let path = &*file.document.path;
        let inside = path.strip_prefix(&file.settings.root).unwrap_or(path);
        let in_tests = is_of_tests(inside);
        if file.settings.target < PythonVersion::PY312
            || is_for_building(path)
            || is_aside(inside) && !in_tests
        {
            return;
        }
        let mut imports = imports(code);
        imports.retain(|(module, _)| !in_tests || *module == PKG_RESOURCES);
        imports.retain(|(_, range)| reach(code, *range, Fault::Import) == Reach::Live);
        // Of installed packages only what even the newest setuptools does not bring is told.
        let seeded = file.project.is_seeded();
        imports.retain(|(module, _)| !seeded || *module == PKG_RESOURCES);
        if imports.is_empty() || is_dead_module(code) {
            return;
        }
        let missing = seeded || is_missing(file);
        let lost = !missing && is_admitted_without(file);
        imports.retain(|(module, _)| missing || lost && *module == PKG_RESOURCES);
        imports.dedup();
        if in_tests && (imports.is_empty() || seeded || file.project.tests_get(path, "setuptools")) {
            return;
        }
        let bounded = imports.iter().any(|(module, _)| *module == PKG_RESOURCES);
        let requirement = if bounded { "setuptools<82" } else { "setuptools" };
        for (module, range) in imports {
            report(file, code, Missing { module, range, requirement, in_tests }, sink);
        }
    }
}

/// The imports, each by the module that it is about.
fn imports(code: &Code<'_>) -> Vec<(&'static str, TextRange)> {
    let known = |dotted: &str| {
        let first = dotted.split('.').next().unwrap_or_default();
        MODULES.into_iter().find(|module| *module == first)
    };
    let one = |kind: BindingKind<'_>| match kind {
        BindingKind::Import(_, alias) => known(&alias.name).map(|module| (module, alias.name.range())),
        BindingKind::From(import, _) if import.level == 0 => {
            let from = import.module.as_ref()?;
            known(from).map(|module| (module, from.range()))
        }
        _ => None,
    };
    code.names().bindings().filter_map(|(_, binding)| one(binding.kind)).collect()
}

/// Files that build a project or help those who work on it.
fn is_for_building(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_tool = name.starts_with("setup") || name.starts_with("build") || name.starts_with("bootstrap");
    is_tool
        || matches!(
            name,
            "noxfile.py" | "versioneer.py" | "fabfile.py" | "tasks.py" | "ez_setup.py" | "conf.py"
        )
}

/// Tests, apart from what they only read.
fn is_of_tests(inside: &Path) -> bool {
    let mut folders = inside.parent().into_iter().flat_map(Path::components);
    let name = inside.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_data =
        |folder: &str| ["data", "fixtures", "sample", "example"].iter().any(|word| folder.contains(word));
    !folders.any(|folder| folder.as_os_str().to_str().is_some_and(is_data))
        && (name.starts_with("test_")
            || name.ends_with("_test.py")
            || matches!(name, "conftest.py" | "tests.py"))
}

/// Whether the project says what it needs, and that is not setuptools.
fn is_missing(file: &File<'_>) -> bool {
    let (project, path) = (file.project, &*file.document.path);
    let lists = project.owner(path).is_some_and(|owner| says_what_it_needs(&owner));
    let brought = |name: &str| project.requires(path, name) || project.build_requires(path, name);
    let is_own = MODULES.iter().any(|module| project.has_module(path, module));
    lists && !is_own && !brought("setuptools") && !brought("pkg-resources")
}

/// Whether requirements are listed, or said to be none.
fn says_what_it_needs(Owner { document, sheet }: &Owner) -> bool {
    let is_empty =
        |list: &List| list.role == Role::Runtime && matches!(&document.text[list.range], "[]" | "()");
    // An empty list may be filled by code.
    let named = ["'setuptools", "\"setuptools"].iter().any(|name| document.text.contains(name));
    !sheet.requirements.is_empty() || !named && (sheet.room.is_some() || sheet.lists.iter().any(is_empty))
}

/// Whether the project requires setuptools, and admits releases without `pkg_resources`.
fn is_admitted_without(file: &File<'_>) -> bool {
    let (project, path) = (file.project, &*file.document.path);
    let is_own = project.has_module(path, PKG_RESOURCES);
    let without = Version::new([82]);
    let Some(owner) = project.owner(path).filter(|_| !is_own) else { return false };
    let of_setuptools = |one: &&Requirement| one.name == "setuptools" && one.role == Role::Runtime;
    let mut admits = owner.sheet.requirements.iter().filter(of_setuptools).map(|one| one.admits(&without));
    admits.next() == Some(Some(true)) && admits.all(|admits| admits == Some(true))
}

/// An import of what nothing brings.
struct Missing {
    module: &'static str,
    range: TextRange,
    /// What brings everything that the file imports so.
    requirement: &'static str,
    in_tests: bool,
}

fn report(file: &File<'_>, code: &Code<'_>, missing: Missing, sink: &mut Sink<'_>) {
    let Missing { module, range, requirement, in_tests } = missing;
    let add: fn(&Owner, &str) -> Option<Edit> = if in_tests { add_for_tests } else { add };
    let target = file.settings.target;
    let help = if module == PKG_RESOURCES {
        "Use `importlib.metadata` and `importlib.resources`, or require `setuptools<82`: later releases have no \
         `pkg_resources`."
    } else {
        "Add `setuptools` to the requirements."
    };
    let message = if file.project.is_seeded() {
        format!(
            "`{module}` came with the environment: one of Python {target} is made without setuptools, and setuptools \
             82 and later have no `{module}`"
        )
    } else if !is_missing(file) {
        format!("`{module}` is in no setuptools from 82 on, and the requirement of setuptools admits those")
    } else {
        format!(
            "`{module}` comes with setuptools, which is in no environment of Python {target} unless something \
             requires it, and this project does not"
        )
    };
    let draft = sink
        .finding(module, range, message)
        .severity(Severity::Warning)
        .confidence(Confidence::Likely)
        .help(help)
        .url("https://docs.python.org/3/whatsnew/3.12.html#ensurepip");
    let departure = (module == PKG_RESOURCES).then(|| leave(code, file.minimum(), range)).flatten();
    let departure = departure.filter(|_| !file.project.patches(&file.document.path, module));
    let owner = file.project.owner(&file.document.path);
    let Some(Departure { plan, requires }) = departure else {
        return match owner.and_then(|owner| keep(&owner, requirement, add)) {
            Some((message, edit)) => draft.unsafe_fix(message, STAYS, vec![edit]).emit(),
            None => draft.emit(),
        };
    };
    let mut edits: Vec<Edit> =
        plan.changes.into_iter().map(|change| file.edit(change.range, change.content)).collect();
    let mut reason = plan.reason.unwrap_or_default();
    for (package, pythons) in requires {
        let on_old = |one: &Requirement| one.name == package && one.applies_to(file.minimum());
        let listed = |owner: &Owner| pythons.is_some() && owner.sheet.requirements.iter().any(on_old);
        if file.project.requires(&file.document.path, package) || owner.as_ref().is_some_and(listed) {
            continue;
        }
        let marker = pythons.map(|pythons| format!("; {pythons}")).unwrap_or_default();
        match owner.as_ref().and_then(|owner| add(owner, &format!("{package}{marker}"))) {
            Some(edit) => edits.push(edit),
            None => reason = format!("`{package}` has to be installed; {reason}"),
        }
    }
    draft.unsafe_fix(plan.message, file.keeps_python2().unwrap_or(reason), edits).emit();
}

/// Where the import has to stay: the requirement of setuptools that brings it.
fn keep(owner: &Owner, requirement: &str, add: fn(&Owner, &str) -> Option<Edit>) -> Option<(String, Edit)> {
    let Owner { document, sheet } = owner;
    let listed = sheet.requirements.iter().find(|one| one.name == "setuptools" && one.role == Role::Runtime);
    let edit = match listed {
        Some(listed) => {
            let change = bound(&document.text, listed, "<82")?;
            let span = document.span(change.range);
            Edit { path: Some(document.path.clone()), span, content: change.content }
        }
        None => add(owner, requirement)?,
    };
    let name = document.path.file_name()?.to_string_lossy().into_owned();
    Some((format!("Require `{requirement}` in `{name}`"), edit))
}
