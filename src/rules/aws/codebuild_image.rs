//! An image of AWS CodeBuild does not have the target Python.
//!
//! ## What it finds
//! Names of images such as `aws/codebuild/standard:6.0` in templates, Terraform and other configuration, if they come with
//! older Pythons only. As likely where the same file or a `buildspec.yml` in its folder or above asks for Python by
//! `runtime-versions`, else as possible.
//!
//! ## Why
//! [An image comes with certain versions](https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html)
//! of each language. A `buildspec.yml` that asks for another one stops before its first command: `Unknown runtime version`.
//! Python 3.13 is in `amazonlinux-x86_64-standard:5.0`, `amazonlinux-aarch64-standard:3.0`, `standard:7.0` and what follows.
//!
//! ## Example
//! ```yaml
//! Environment:
//!   Type: LINUX_CONTAINER
//!   Image: aws/codebuild/standard:6.0
//! ```
//! Use instead:
//! ```yaml
//! Environment:
//!   Type: LINUX_CONTAINER
//!   Image: aws/codebuild/standard:7.0
//! ```
//!
//! ## Fix safety
//! Unsafe: with the image, everything else in it changes as well, from Amazon Linux 2 also the system.

use ruff_text_size::{TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::project::code_build;
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: CodebuildImage = CodebuildImage;

/// Reports images without the target Python.
pub struct CodebuildImage;

/// A line of images: the name, the last number whose Pythons all are older than
/// 3.13, and the image to take instead.
const LINES: [(&str, u32, &str); 3] = [
    ("amazonlinux2-x86_64-standard", 4, "amazonlinux-x86_64-standard:5.0"),
    ("amazonlinux2-aarch64-standard", 2, "amazonlinux-aarch64-standard:3.0"),
    ("standard", 6, "standard:7.0"),
];

const PREFIX: &str = "aws/codebuild/";

impl Rule for CodebuildImage {
    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Aws,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Yaml, Kind::Json, Kind::Hcl, Kind::Shell],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("aws/codebuild")]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if file.settings.target < PythonVersion::PY313 {
            return;
        }
        let text = &file.document.text;
        let mut confidence = None;
        for (at, _) in text.match_indices(PREFIX) {
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            if text[line..at].trim_start().starts_with(['#', '/']) {
                continue;
            }
            let start = at + PREFIX.len();
            let Some((length, instead)) = older(&text[start..]) else { continue };
            let confidence = *confidence.get_or_insert_with(|| confidence_of(file));
            report(file, at..start + length, instead, confidence, sink);
        }
    }
}

/// The length of the name of an image without Python 3.13, and the one to take instead.
fn older(name: &str) -> Option<(usize, &'static str)> {
    LINES.iter().find_map(|(line, last, instead)| {
        let rest = name.strip_prefix(line)?.strip_prefix(':')?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_older = rest[..digits].parse::<u32>().is_ok_and(|number| number <= *last);
        let ends = rest[digits..].strip_prefix(".0")?;
        let whole =
            ends.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '}'));
        (is_older && whole).then_some((name.len() - ends.len(), *instead))
    })
}

/// How sure it is that the project builds with Python.
fn confidence_of(file: &File<'_>) -> Confidence {
    let asked = code_build::asks_for_python(&file.document.text);
    let asked = asked || file.project.builds_with_python(&file.document.path);
    if asked { Confidence::Likely } else { Confidence::Possible }
}

fn report(
    file: &File<'_>,
    place: std::ops::Range<usize>,
    instead: &str,
    confidence: Confidence,
    sink: &mut Sink<'_>,
) {
    let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
    let range = TextRange::new(offset(place.start), offset(place.end));
    let image = &file.document.text[range];
    let target = file.settings.target;
    let instead = format!("{PREFIX}{instead}");
    let message = format!("`{image}` has no Python {target}: a build that asks for it stops");
    sink.finding(image, range, message)
        .severity(Severity::Warning)
        .confidence(confidence)
        .help(format!("Take `{instead}` or a newer one before `runtime-versions` names Python {target}."))
        .url("https://docs.aws.amazon.com/codebuild/latest/userguide/available-runtimes.html")
        .unsafe_fix(
            format!("Replace `{image}` with `{instead}`"),
            "the other tools of the image change as well",
            vec![file.edit(range, instead)],
        )
        .emit();
}
