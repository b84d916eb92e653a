//! Which Python the files around a place deploy to AWS Lambda.

use std::path::Path;

use super::{ChoiceKind, Input, beside, choices, roots, terraform};
use crate::catalogue::runtimes::{self, Runtime};
use crate::catalogue::tools::Concerns;
use crate::discover::{Kind, below};
use crate::parse::Document;
use crate::read;

/// What is deployed.
#[derive(Debug, Clone, Copy)]
pub struct Deployed {
    /// The newest Python that a function is given.
    pub newest: &'static Runtime,
    /// Whether the configuration wants faults in itself to stop the deployment.
    pub strict: bool,
}

/// Files and folders that are looked at.
const MOST_FILES: usize = 4_000;

/// Of these, files that are read.
const MOST_READ: usize = 400;

/// Longer files are no configuration.
const LONGEST: u64 = 1024 * 1024;

/// What is deployed from the folder, as far as the files show that the tool has to do with.
#[must_use]
pub fn around(input: &Input<'_>, folder: &Path, concerns: Concerns) -> Option<Deployed> {
    let plain = |newest| Deployed { newest, strict: false };
    match concerns {
        Concerns::Azure | Concerns::Python => None,
        Concerns::Terraform => terraform::newest(input, folder).map(plain),
        Concerns::Cdk => newest(files(folder, is_program).filter_map(|path| program(&folder.join(path)))),
        Concerns::Sam => newest(configuration(input, folder, |_| true)),
        Concerns::Serverless => newest(configuration(input, folder, |stem| stem.starts_with("serverless"))),
    }
}

/// What a document itself deploys.
#[must_use]
pub fn by(input: &Input<'_>) -> Option<Deployed> {
    let functions = choices(input, None).into_iter().filter(|choice| choice.kind == ChoiceKind::Function);
    let newest = functions.map(|choice| choice.runtime).max_by_key(|runtime| runtime.python)?;
    let strict = roots(input.document)
        .into_iter()
        .any(|root| root.get("configValidationMode").is_some_and(|mode| mode.text() == Some("error")));
    Some(Deployed { newest, strict })
}

fn newest(all: impl Iterator<Item = Deployed>) -> Option<Deployed> {
    all.reduce(|one, other| Deployed {
        newest: if other.newest.python > one.newest.python { other.newest } else { one.newest },
        strict: one.strict || other.strict,
    })
}

fn files(folder: &Path, wanted: fn(&Path) -> bool) -> impl Iterator<Item = std::path::PathBuf> {
    let made = |path: &Path| path.iter().any(|part| part == "cdk.out" || part == ".aws-sam");
    let files = below(folder, MOST_FILES).into_iter();
    files.filter(move |path| wanted(path) && !made(path)).take(MOST_READ)
}

fn is_program(path: &Path) -> bool {
    matches!(Kind::of_name(path), Some(Kind::Python | Kind::JavaScript))
}

fn is_configuration(path: &Path) -> bool {
    matches!(Kind::of_name(path), Some(Kind::Yaml | Kind::Json))
}

/// A program for the CDK, by the members of its `Runtime`.
fn program(path: &Path) -> Option<Deployed> {
    let is_short = std::fs::metadata(path).is_ok_and(|about| about.is_file() && about.len() <= LONGEST);
    let text = is_short.then(|| String::from_utf8(read::bytes(path).ok()?).ok()).flatten()?;
    if !text.contains("aws-cdk") && !text.contains("aws_cdk") {
        return None;
    }
    const MEMBER: &str = "Runtime.PYTHON_3_";
    let minors = text.split(MEMBER).skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        format!("python3.{}", &rest[..end])
    });
    let runtimes = minors.filter_map(|name| runtimes::runtime(&name));
    runtimes.max_by_key(|runtime| runtime.python).map(|newest| Deployed { newest, strict: false })
}

fn configuration<'a>(
    input: &'a Input<'a>,
    folder: &'a Path,
    wanted: fn(&str) -> bool,
) -> impl Iterator<Item = Deployed> + 'a {
    let named =
        move |path: &std::path::PathBuf| path.file_stem().and_then(|stem| stem.to_str()).is_some_and(wanted);
    files(folder, is_configuration).filter(named).filter_map(move |path| {
        let document: Document = beside::read_at(&folder.join(path))?;
        by(&Input { document: &document, project: input.project, target: input.target })
    })
}
