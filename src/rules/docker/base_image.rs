//! A container image has an older Python than the target.
//!
//! ## What it finds
//! Images with a Python of their own, in the `FROM` lines of build files (through arguments with their defaults), where
//! files are copied from an image (`COPY --from=python:3.11 …`), and under `image` and `container` of YAML and JSON files:
//! Compose, Kubernetes, GitHub workflows, GitLab and CircleCI. A file that names images of several Pythons tests on all of
//! them, and an old one there is an info. These images are known:
//!
//! - the [official images](https://hub.docker.com/_/python) `python:3.11-slim-bookworm`,
//! - the [base images of AWS Lambda](https://docs.aws.amazon.com/lambda/latest/dg/python-image.html), under all their names
//!   and with dates and architectures, and the build images of AWS SAM,
//! - the base images of [Azure Functions](https://github.com/Azure/azure-functions-docker),
//! - images that have ended: `lambci/lambda`, `amazon/aws-sam-cli-build-image-python3.8`.
//!
//! | finding | severity |
//! | --- | --- |
//! | a tag that was never built, `python:3.13-slim-buster`: the build stops | error |
//! | a Python that is not kept up any more, on the day of the check or of `--as-of` | warning |
//! | a variant that is not built any more (`3.13-bullseye`), or not for the target (`3.9-slim-buster`) | warning |
//! | a tag that floats (`python:3`, `latest`): it is past the target, or will be | warning |
//! | an image that has ended | warning |
//! | any other image with an older Python | info |
//!
//! ## Why
//! What is tested on one Python must run on the same one. Images outlive their Python: they can still be pulled when it
//! [gets no patches any more](https://devguide.python.org/versions/). A container image of a Lambda function can be deployed although its Python is no longer
//! accepted as a runtime, so an old one is never an error.
//!
//! The version in the tag is not all that changes. Not every variant exists for every Python: Debian 10 (`buster`) has no
//! image for Python 3.12 and later, Debian 11 (`bullseye`) none after 3.13.6, and each version of Alpine is there for some
//! years only. The Lambda images from Python 3.12 on are built on Amazon Linux 2023, those before on Amazon Linux 2.
//!
//! ## Example
//! ```dockerfile
//! FROM python:3.9-slim-buster
//! ```
//! Use instead:
//! ```dockerfile
//! FROM python:3.13-slim-bookworm
//! ```
//!
//! ## Fix safety
//! The fix names the same variant of the target's image, or the one that has taken its place; patch releases and days are
//! left out. All stages that share files or an argument move together. It is unsafe: the new image brings another
//! interpreter, for which dependencies are built anew, and sometimes another system. An image that is pinned by its digest
//! has no fix, for nobody knows the new digest.

use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use crate::catalogue::images;
use crate::catalogue::python_images::{Standing, Support};
use crate::catalogue::{releases, runtimes};
use crate::discover::Kind;
use crate::docker;
use crate::docker::bump::{self, Bump, bump, copied};
use crate::docker::successor::{self, Reading, Successor};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::{Base, Dockerfile, Expanded, ImageReference};
use crate::parse::json::Value;
use crate::parse::tree::Tree;
use crate::parse::yaml::Document;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::moved;

/// The rule.
pub static RULE: BaseImage = BaseImage;

/// Reports images by the Python they have.
pub struct BaseImage;

impl Rule for BaseImage {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Docker,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Dockerfile, Kind::Yaml, Kind::Json],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| {
            [&b"python"[..], b"lambci"].iter().any(|name| memchr::memmem::find(text, name).is_some())
        })]
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        named(file, Tree::Json(value), sink);
    }

    fn check_yaml(&self, file: &File<'_>, documents: &[Document], sink: &mut Sink<'_>) {
        for document in documents {
            named(file, Tree::of(document), sink);
        }
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let (text, target) = (&file.document.text, file.settings.target);
        for (number, stage) in dockerfile.stages.iter().enumerate() {
            let instructions = dockerfile.in_stage(stage);
            if let (Base::Image(image), Some(from)) = (&stage.base, instructions[0].words().first()) {
                let place = Place { range: from.range(), several: false };
                report(file, image, place, || bump(text, dockerfile, number, target), sink);
            }
            for (at, instruction) in stage.instructions.clone().zip(instructions) {
                let Some(from) = instruction.flag("from") else { continue };
                if let Some(image) = dockerfile.image_copied(from) {
                    let place = Place { range: from.range(), several: false };
                    report(file, &image, place, || copied(text, dockerfile, at, target), sink);
                }
            }
        }
    }
}

/// Reports the images that a document of configuration names.
fn named(file: &File<'_>, root: Tree<'_>, sink: &mut Sink<'_>) {
    let found = docker::named::images(&file.document.text, root);
    let pythons = found.iter().filter_map(|(image, _)| successor::read(image)?.python);
    // A file that names several is about several: the jobs of a test matrix.
    let several = pythons.collect::<FxHashSet<_>>().len() > 1;
    for (image, range) in &found {
        let alone = || bump::alone(image, file.settings.target);
        report(file, image, Place { range: *range, several }, alone, sink);
    }
}

/// Where an image is named.
struct Place {
    range: TextRange,
    /// Beside others with other Pythons.
    several: bool,
}

fn report(
    file: &File<'_>,
    image: &ImageReference,
    place: Place,
    bump: impl FnOnce() -> Option<Bump>,
    sink: &mut Sink<'_>,
) {
    let Some(reading) = successor::read(image) else { return };
    let successor = successor::successor(image, file.settings.target);
    let Some(verdict) = judge(file, image, &reading, successor.as_ref()) else { return };
    let assumed = image.assumed || reading.mirrored || verdict.assumed;
    let severity = match verdict.severity {
        Severity::Warning if place.several => Severity::Info,
        severity => severity,
    };
    let symbol = image.name.replace(Expanded::HOLE, "…");
    let draft = sink
        .finding(symbol, place.range, verdict.message)
        .severity(severity)
        .confidence(if assumed { Confidence::Likely } else { Confidence::Certain })
        .help(verdict.help)
        .url(verdict.source);
    let Some(bump) = bump() else { return draft.emit() };
    let edits = moved::edits(file, &bump);
    draft.unsafe_fix(bump.title(), bump.reasons.join("; "), edits).emit();
}

/// What is the matter with an image.
struct Verdict {
    severity: Severity,
    message: String,
    help: String,
    source: &'static str,
    /// It may be otherwise.
    assumed: bool,
}

fn judge(
    file: &File<'_>,
    image: &ImageReference,
    reading: &Reading<'_>,
    successor: Option<&Successor>,
) -> Option<Verdict> {
    let target = file.settings.target;
    let Reading { images, variant, .. } = *reading;
    let to = successor.map(|successor| format!("Move to `{successor}`{}.", system(image, successor)));
    let help = to.unwrap_or_else(|| format!("Choose one of {}.", images.title));
    let verdict =
        |severity, message| Verdict { severity, message, help, source: images.source, assumed: false };
    if let Some(abandoned) = &images.abandoned {
        let message = format!("`{image}` has no newer versions: {}", abandoned.because);
        return Some(verdict(Severity::Warning, message));
    }
    if let Some(former) = reading.former {
        return Some(verdict(Severity::Warning, format!("`{image}` is out of use: {former}")));
    }
    let Some(python) = reading.python else {
        let message = format!("`{image}` floats: which Python it brings depends on the day it is pulled");
        let help = successor.map(|one| format!("Name the version: `{one}`.")).unwrap_or_default();
        return Some(Verdict { help, assumed: true, ..verdict(Severity::Warning, message) });
    };
    if images.standing(python, variant) == Standing::Never {
        let message = format!("there is no `{image}`: `{variant}` was never built for Python {python}");
        return Some(Verdict { assumed: images.unsure, ..verdict(Severity::Error, message) });
    }
    if python > target {
        return None;
    }
    if python == target {
        return there(image, reading).map(|message| verdict(Severity::Warning, message));
    }
    let ended = ended(file, reading);
    let gone = match images.standing(target, variant) {
        Standing::Never => Some(format!("`{variant}` was never built for {target}")),
        Standing::Frozen(last) => Some(format!("`{variant}` is not built any more since {last}")),
        Standing::Current | Standing::Unknown => None,
    };
    let severity = if ended.is_some() || gone.is_some() { Severity::Warning } else { Severity::Info };
    let state = ended.unwrap_or_else(|| format!("older than {target}"));
    let mut message = format!("`{image}` has Python {python}, {state}");
    if let Some(gone) = gone {
        message = format!("{message}; {gone}");
    }
    Some(verdict(severity, message))
}

/// What is the matter with an image that has the target's Python.
fn there(image: &ImageReference, reading: &Reading<'_>) -> Option<String> {
    if reading.prerelease {
        return Some(format!("`{image}` is a release before the first, and is not built any more"));
    }
    let python = reading.python?;
    let Standing::Frozen(last) = reading.images.standing(python, reading.variant) else { return None };
    Some(format!("`{image}` is not built any more since {last}, and gets no patches"))
}

/// Since when an image's Python is not kept up, if it is not.
fn ended(file: &File<'_>, reading: &Reading<'_>) -> Option<String> {
    let (python, today) = (reading.python?, file.settings.as_of);
    match reading.images.support {
        Support::Python => {
            let last = releases::last_day(python).filter(|last| *last < today)?;
            Some(format!("which gets no patches since {last}"))
        }
        Support::Lambda => {
            let runtime = runtimes::runtime_of(python).filter(|one| one.deprecated <= today)?;
            Some(format!("which AWS does not keep up since {}", runtime.deprecated))
        }
    }
}

/// What else the system of the successor is, if it is another one.
fn system(image: &ImageReference, successor: &Successor) -> String {
    let now = images::system(&image.name, image.tag.as_deref(), image.digest.as_deref());
    match (now, successor.system) {
        (Some((now, _)), Some(then)) if now.id != then.id => format!(", which is built on {}", then.title),
        _ => String::new(),
    }
}
