//! A requirement whose versions the pip of the target refuses to read.
//!
//! ## What it finds
//! Requirements with versions that are not as
//! [PEP 440](https://peps.python.org/pep-0440/) has them: `>=1.0.*`, `>2011k`, `=1.16`, `>=`. They are looked for in requirement
//! and constraint files, in `pyproject.toml` and in `setup.cfg`. Placeholders of templates are left alone, and so are the
//! notations of Poetry, Pipenv and conda.
//!
//! ## Why
//! Since [pip 24.1](https://pip.pypa.io/en/stable/news/#v24-1) such a requirement is an error; older releases took some of them
//! with a warning. Python 3.13 comes with pip 24.2, so what was installed in an older environment stops in a new one:
//! `Invalid requirement: '…': .* suffix can only be used with == or != operators`. Nothing is known of the versions that were
//! meant, so other rules cannot judge the requirement.
//!
//! ## Example
//! ```text
//! six>=1.0.*
//! ```
//! Use instead:
//! ```text
//! six>=1.0
//! ```
//!
//! ## Fix safety
//! `>=1.0.*` is rewritten as `>=1.0`, and `<2.*` as `<2`. It is unsafe, because releases of pip differed in what they took it for.
//! Everything else is left to a person.

use std::str::FromStr;

use crate::discover::Kind;
use crate::edit::requirements::replace_versions;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::project::dependencies::{Form, Requirement, Style, requirements};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: UnreadableRequirement = UnreadableRequirement;

/// Reports versions that pip does not read.
pub struct UnreadableRequirement;

const URL: &str = "https://pip.pypa.io/en/stable/news/#v24-1";

impl Rule for UnreadableRequirement {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Dependencies,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Requirements, Kind::Toml, Kind::Ini],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| text.iter().any(|byte| b"=<>~".contains(byte)))]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        for requirement in requirements(file.document).iter().filter(|one| is_refused(file, one)) {
            report(file, requirement, sink);
        }
    }
}

/// Whether pip reads the requirement as PEP 508 has it, and cannot.
fn is_refused(file: &File<'_>, requirement: &Requirement) -> bool {
    let Some(place) = requirement.specifier_range else { return false };
    let versions = &file.document.text[place];
    requirement.form == Form::Unreadable
        && requirement.specifiers.is_none()
        && matches!(requirement.style, Style::Line | Style::Literal | Style::OptionLine)
        // Prose, a marker on a line of its own, placeholders, and versions that are compared letter by letter.
        && versions.starts_with(['<', '>', '=', '!', '~'])
        && !versions.contains(['{', '$', '%', '@', '#', '"', '\''])
        && !versions.contains("===")
}

fn report(file: &File<'_>, requirement: &Requirement, sink: &mut Sink<'_>) {
    let text = &file.document.text;
    let place = requirement.specifier_range.unwrap_or(requirement.range);
    let message = format!(
        "the pip of Python {} refuses `{}`: `{}` is no condition on versions",
        file.settings.target,
        text[requirement.range].lines().next().unwrap_or_default(),
        &text[place]
    );
    let draft = sink
        .finding(requirement.name.as_str(), place, message)
        .severity(Severity::Warning)
        .confidence(Confidence::Likely)
        .help("Write the versions as PEP 440 has them, such as `>=1.0` or `==1.*`.")
        .url(URL);
    let change = without_wildcards(&text[place]).and_then(|versions| {
        let change = replace_versions(text, requirement, &versions)?;
        Some((versions, change))
    });
    match change {
        Some((versions, change)) => draft
            .unsafe_fix(
                format!("Write `{versions}`"),
                "releases of pip differed in what they took the old condition for",
                vec![file.edit(change.range, change.content)],
            )
            .emit(),
        None => draft.emit(),
    }
}

/// The conditions with no `.*` behind an ordering, if that makes all of them readable.
fn without_wildcards(versions: &str) -> Option<String> {
    let conditions: Vec<&str> = versions
        .split(',')
        .map(|one| {
            let is_ordered = one.trim_start().starts_with(['<', '>']);
            if is_ordered { one.strip_suffix(".*").unwrap_or(one) } else { one }
        })
        .collect();
    let written = conditions.join(",");
    let readable = pep440_rs::VersionSpecifiers::from_str(&written).is_ok();
    (readable && written != versions).then_some(written)
}
