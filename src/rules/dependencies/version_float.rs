//! A version such as 3.10 stands without quotes, where YAML reads the number 3.1.
//!
//! ## What it finds
//! `3.10`, `3.20` and so on without quotes, alone or in a list, as the value of a key that names versions of Python: in
//! workflows and actions of GitHub (`python-version`, keys of a matrix, of `env` and of inputs that are given to it), in
//! `.readthedocs.yaml`, in the `runtime-versions` of AWS CodeBuild, in `.travis.yml`, and under `python-version` or
//! `python_version` in any other YAML file.
//!
//! ## Why
//! YAML has numbers, and [3.10 is the number 3.1](https://github.com/actions/setup-python/issues/160). Nobody has a
//! Python 3.1, so the job stops at its installation. The other versions survive as numbers, which hides the trap
//! until one with a zero at its end is added.
//!
//! ## Example
//! ```yaml
//! on: push
//! jobs:
//!   test:
//!     runs-on: ubuntu-latest
//!     strategy:
//!       matrix:
//!         python-version: [3.9, 3.10]
//! ```
//! Use instead:
//! ```yaml
//! on: push
//! jobs:
//!   test:
//!     runs-on: ubuntu-latest
//!     strategy:
//!       matrix:
//!         python-version: [3.9, "3.10"]
//! ```
//!
//! ## Fix safety
//! Safe: quotes make it the text that was meant.

use rustc_hash::FxHashSet;

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::yaml::{Document, Node, NodeKind, ScalarStyle};
use crate::project::ci::{self, Reader};
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: VersionFloat = VersionFloat;

/// Reports versions that are numbers.
pub struct VersionFloat;

impl Rule for VersionFloat {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Dependencies, fix: Some(Applicability::Safe), kinds: &[Kind::Yaml] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(may_say)]
    }

    fn check_yaml(&self, file: &File<'_>, documents: &[Document], sink: &mut Sink<'_>) {
        for document in documents {
            check(file, document, sink);
        }
    }
}

/// Whether a text has such a number and speaks of Python.
fn may_say(text: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    (has(b"3.10") || has(b"3.20")) && (has(b"py") || has(b"PY") || has(b"versionSpec"))
}

fn check(file: &File<'_>, document: &Document, sink: &mut Sink<'_>) {
    let reader = Reader::of(&file.document.path, document);
    let used = if reader == Reader::GitHub { ci::names_used(document) } else { FxHashSet::default() };
    let mut found = Vec::new();
    ci::each_entry(document, &mut |key, above, value| {
        if reader.is_python(key, above, &used) {
            let certain = reader != Reader::GitHub || used.contains(key) || key == "python-version";
            let value = document.get(value, "default").unwrap_or(value);
            match &value.kind {
                NodeKind::Sequence(elements, _) => {
                    let elements = elements.iter().map(|element| document.resolve(element));
                    found.extend(elements.map(|element| (key, certain, element)));
                }
                _ => found.push((key, certain, value)),
            }
        }
    });
    found.retain(|(.., value)| loses_zero(value));
    found.sort_by_key(|(_, certain, value)| (value.range.start(), !certain));
    found.dedup_by_key(|(.., value)| value.range);
    for (key, certain, value) in found {
        report(file, reader, key, certain, value, sink);
    }
}

/// A number that is a version of Python 3 with a zero at its end.
fn loses_zero(value: &Node) -> bool {
    let NodeKind::Scalar { value: text, style: ScalarStyle::Plain } = &value.kind else { return false };
    let minor = text.strip_prefix("3.").unwrap_or_default();
    let is_number = minor.len() > 1 && minor.bytes().all(|byte| byte.is_ascii_digit());
    value.tag.is_none() && is_number && minor.ends_with('0') && !minor.starts_with('0')
}

fn report(file: &File<'_>, reader: Reader, key: &str, certain: bool, value: &Node, sink: &mut Sink<'_>) {
    let text = &file.document.text[value.range];
    let number = text.trim_end_matches('0');
    let what = format!("`{text}` without quotes is the number {number}");
    let (severity, confidence, message) = match reader {
        Reader::GitHub => (
            Severity::Error,
            Confidence::resolved(certain),
            format!("{what}: the workflow asks for Python {number}"),
        ),
        Reader::ReadTheDocs => {
            (Severity::Error, Confidence::Certain, format!("{what}, which Read the Docs refuses"))
        }
        Reader::CodeBuild => {
            (Severity::Error, Confidence::Certain, format!("{what}, and CodeBuild has no Python {number}"))
        }
        Reader::Travis | Reader::Other => {
            (Severity::Warning, Confidence::Likely, format!("{what} to what reads YAML"))
        }
    };
    let source = match reader {
        Reader::GitHub => "https://github.com/actions/setup-python/issues/160",
        Reader::ReadTheDocs => "https://docs.readthedocs.io/en/stable/config-file/v2.html#build-tools-python",
        Reader::CodeBuild => "https://docs.aws.amazon.com/codebuild/latest/userguide/runtime-versions.html",
        Reader::Travis | Reader::Other => "https://yaml.org/spec/1.2.2/#24-tags",
    };
    let quote = quote(&file.document.text);
    sink.finding(key, value.range, message)
        .severity(severity)
        .confidence(confidence)
        .help("Write versions in quotes.")
        .url(source)
        .safe_fix(
            format!("Put `{text}` in quotes"),
            vec![file.edit(value.range, format!("{quote}{text}{quote}"))],
        )
        .emit();
}

/// The quotes that the file has around versions.
fn quote(text: &str) -> char {
    let single = text.matches("'3.").count();
    if single > text.matches("\"3.").count() { '\'' } else { '"' }
}
