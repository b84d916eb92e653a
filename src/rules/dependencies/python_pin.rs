//! A file says that the project uses or tests an older Python than the target.
//!
//! ## What it finds
//! Places that name one Python which is older than the target: `.python-version`, `.tool-versions`, `mise.toml`,
//! `runtime.txt`, environments of conda, `actions/setup-python`, `UsePythonVersion`, `.readthedocs.yaml`, `buildspec.yml`,
//! `app.yaml`, pre-commit, images of CircleCI. And lists that end before the target: matrices of
//! workflows, environments of tox, nox and Hatch, `.travis.yml`, trove classifiers. In scripts, recipes and configuration
//! of continuous integration also commands: `python3.9`, `pyenv install 3.9`, `uv venv --python 3.9`, `conda create
//! python=3.9` and their like.
//!
//! ## Why
//! Nothing fails: the named Python is installed and works while it is
//! [maintained](https://devguide.python.org/versions/). But what is not tried on the target says nothing about
//! it, and what is deployed from such a file is not on the target. A list that names the target or a newer Python is
//! not reported. Files for images and functions have rules of their own.
//!
//! ## Example
//! ```toml
//! [tools]
//! python = "3.9"
//! ```
//! Use instead:
//! ```toml
//! [tools]
//! python = "3.13"
//! ```
//!
//! ## Fix safety
//! Unsafe: a single version is replaced, a list gets the target behind its last element. The project must be tried
//! on the new Python first.

use crate::discover::Kind;
use crate::edit::list;
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::project::pins::{self, Pin};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: PythonPin = PythonPin;

/// Reports files that name older Pythons.
pub struct PythonPin;

impl Rule for PythonPin {
    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Dependencies,
            fix: Some(Applicability::Unsafe),
            kinds: &[
                Kind::Versions,
                Kind::Toml,
                Kind::Ini,
                Kind::Yaml,
                Kind::Python,
                Kind::Shell,
                Kind::Makefile,
                Kind::Json,
            ],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(may_say)]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        for pin in pins::find(file.document) {
            report(file, &pin, sink);
        }
    }
}

/// Files that hold nothing but versions are short and need no word.
fn may_say(text: &[u8]) -> bool {
    const SHORT: usize = 400;
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    has(b"3") && (text.len() < SHORT || has(b"py") || has(b"Python") || has(b"versionSpec"))
}

fn report(file: &File<'_>, pin: &Pin, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let Some(newest) = pin.older_than(target) else { return };
    let (what, old) = (&pin.what, newest.python);
    let message = if pin.list {
        format!("Python {target} is missing from {what}; the newest there is {old}")
    } else {
        format!("{what} names Python {old}, not {target}")
    };
    let mut help = format!("Try the project on Python {target}, then name it here.");
    if let Some(along) = pin.along {
        help = format!("{help} Mind that {along}.");
    }
    let draft = sink
        .finding(&*pin.symbol, newest.version, message)
        .severity(Severity::Info)
        .confidence(Confidence::Certain)
        .help(help)
        .url("https://devguide.python.org/versions/");
    let reason = match pin.along {
        Some(along) => along.to_owned(),
        None => format!("the project must be tried on Python {target} first"),
    };
    match edit(file, pin) {
        Some(edit) if pin.list => draft.unsafe_fix(format!("Add Python {target}"), reason, vec![edit]).emit(),
        Some(edit) => draft.unsafe_fix(format!("Replace {old} with {target}"), reason, vec![edit]).emit(),
        None => draft.emit(),
    }
}

fn edit(file: &File<'_>, pin: &Pin) -> Option<Edit> {
    let target = file.settings.target;
    let text = &file.document.text;
    if !pin.open {
        return None;
    }
    let last = pin.named.last()?;
    let yaml_number = file.document.kind == Kind::Yaml && target.to_string().ends_with('0');
    if yaml_number && last.element == last.version {
        // Without quotes it would be another number.
        return None;
    }
    if !pin.list {
        return Some(file.edit(last.version, last.respelled(target)));
    }
    let elements: Vec<_> = pin.named.iter().map(|named| named.element).collect();
    let change = list::append(text, &elements, &last.element_for(target, text))?;
    Some(file.edit(change.range, change.content))
}
