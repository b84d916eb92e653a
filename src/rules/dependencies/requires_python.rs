//! The metadata of a project leaves out the target Python.
//!
//! ## What it finds
//! Bounds that admit no release of the target version: `requires-python` in `pyproject.toml`, `python_requires` in
//! `setup.cfg` and `setup.py`, `python` among the dependencies of Poetry, with its own signs (`^3.8` admits 3.13,
//! `~3.11` does not), and `[requires]` of a `Pipfile`. Projects that begin with a newer Python are left alone.
//!
//! ## Why
//! [pip refuses](https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python) to install such a
//! project on the target, and so do Poetry and uv. Pipenv stops with `--deploy`; without that it
//! looks for the other Python.
//!
//! ## Example
//! ```toml
//! [project]
//! requires-python = ">=3.8,<3.12"
//! ```
//! Use instead:
//! ```toml
//! [project]
//! requires-python = ">=3.8,<3.14"
//! ```
//!
//! ## Fix safety
//! Unsafe: the bound may be there for a reason, such as a dependency that does not work on the target yet. Lock files that
//! know the bound must be made anew.

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::project::bounds::{self, Bound, Reader};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: RequiresPython = RequiresPython;

/// Reports projects that cannot be installed on the target.
pub struct RequiresPython;

impl Rule for RequiresPython {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Dependencies,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Toml, Kind::Ini, Kind::Python],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["requires-python", "python_requires", "python-requires", "tool.poetry.dependencies", "requires]"]
            .map(Trigger::Word)
            .to_vec()
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        for bound in bounds::find(file.document) {
            if bound.leaves_out(&file.document.text, file.settings.target) {
                report(file, &bound, sink);
            }
        }
    }
}

fn report(file: &File<'_>, bound: &Bound, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let key = bound.key;
    let said = &file.document.text[bound.range];
    let message = match bound.reader {
        Reader::Pip => format!("`{key}` is `{said}`: pip refuses to install this project on Python {target}"),
        Reader::Poetry => {
            format!("`{key}` is `{said}`: Poetry and pip refuse to install this project on Python {target}")
        }
        Reader::Pipenv => format!("`{key}` is `{said}`: `pipenv install --deploy` stops on Python {target}"),
    };
    let (severity, confidence) = match bound.reader {
        Reader::Pipenv => (Severity::Warning, Confidence::Likely),
        Reader::Pip | Reader::Poetry => (Severity::Error, Confidence::Certain),
    };
    let url = match bound.reader {
        Reader::Pip => "https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python",
        Reader::Poetry => "https://python-poetry.org/docs/basic-usage/#setting-a-python-version",
        Reader::Pipenv => "https://pipenv.pypa.io/en/latest/cli.html#install",
    };
    let draft = sink
        .finding(key, bound.range, message)
        .severity(severity)
        .confidence(confidence)
        .help(format!("Try the project and its dependencies on Python {target}, then admit it here."))
        .url(url);
    match bound.raised(&file.document.text, target) {
        Some(raised) => draft
            .unsafe_fix(
                format!("Replace `{said}` with `{raised}`"),
                format!("the bound may be there because something does not work on Python {target}; lock files must be made anew"),
                vec![file.edit(bound.range, raised)],
            )
            .emit(),
        None => draft.emit(),
    }
}
