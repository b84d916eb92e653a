//! A stage asks for a locale that its image does not have.
//!
//! ## What it finds
//! `ENV` of `LANG`, `LC_ALL` and the other `LC_…` with a locale such as `de_DE.UTF-8` in a stage on Amazon
//! Linux 2023, or in one that will be built on it once it has been moved to the target, when nothing installs its language
//! pack. `C`, `POSIX` and `C.UTF-8` are always there. `LANG=en_US.UTF-8`, which the images of AWS Lambda set themselves,
//! is left alone.
//!
//! ## Why
//! The images of Amazon Linux 2 had the locales of all languages, those of Amazon Linux 2023 have `C`, `C.UTF-8` and
//! `POSIX`. `locale.setlocale(locale.LC_ALL, "")` then
//! [raises `locale.Error`](https://github.com/aws/aws-lambda-base-images/issues/229), and dates and numbers are written
//! in the way of `C`.
//!
//! ## Example
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! ENV LC_ALL=de_DE.UTF-8
//! ```
//! Use instead:
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf install -y glibc-langpack-de
//! ENV LC_ALL=de_DE.UTF-8
//! ```
//!
//! ## Fix safety
//! The language pack is installed before. It is unsafe, since the image grows by it.

use ruff_text_size::TextRange;

use crate::discover::Kind;
use crate::docker::{basis, destination};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::{Dockerfile, Instruction, Name, Pair};
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: LocaleMissing = LocaleMissing;

/// Reports locales that are not there.
pub struct LocaleMissing;

const URL: &str = "https://github.com/aws/aws-lambda-base-images/issues/229";

impl Rule for LocaleMissing {
    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["LANG", "LC_ALL", "LC_TIME", "LC_CTYPE", "LC_NUMERIC", "LC_MONETARY", "LC_COLLATE", "LC_MESSAGES"]
            .map(Trigger::Word)
            .to_vec()
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for (number, stage) in dockerfile.stages.iter().enumerate() {
            let Some(place) = place(file, dockerfile, number) else { continue };
            for instruction in dockerfile.in_stage(stage).iter().filter(|one| one.name == Name::Env) {
                for pair in instruction.pairs() {
                    if let Some(language) = language(pair).filter(|one| !brings(dockerfile, number, one)) {
                        report(file, &place, instruction, pair, language, sink);
                    }
                }
            }
        }
    }
}

/// Where the locales are few.
struct Place {
    told: String,
    moved: bool,
    assumed: bool,
}

fn place(file: &File<'_>, dockerfile: &Dockerfile, stage: usize) -> Option<Place> {
    let few = |id: &str| matches!(id, "amazon-linux-2023" | "amazon-linux-2023-minimal");
    if let Some(basis) = basis(dockerfile, stage).filter(|basis| few(basis.system.id)) {
        return Some(Place { told: format!("in `{}`", basis.image), moved: false, assumed: basis.assumed });
    }
    let later = destination(dockerfile, stage, file.settings.target)?;
    let told = format!("once the stage is built on `{later}`");
    later.system.filter(|system| few(system.id)).map(|_| Place { told, moved: true, assumed: true })
}

/// The language of a locale that needs a pack: `de` of `LC_ALL=de_DE.UTF-8`.
fn language(pair: &Pair) -> Option<&str> {
    let name = pair.name.text();
    if name != "LANG" && !name.starts_with("LC_") {
        return None;
    }
    let value = pair.value.as_ref()?.text().trim_matches(['"', '\'']);
    if name == "LANG" && value.starts_with("en_US") {
        return None;
    }
    let (language, country) = value.split_once('_')?;
    let is_language = matches!(language.len(), 2 | 3) && language.bytes().all(|b| b.is_ascii_lowercase());
    let is_country = country.get(..2).is_some_and(|country| country.bytes().all(|b| b.is_ascii_uppercase()));
    (is_language && is_country).then_some(language)
}

/// Whether the stage, or one that it starts from, installs locales.
fn brings(dockerfile: &Dockerfile, stage: usize, language: &str) -> bool {
    let packs = [
        format!("glibc-langpack-{language}"),
        "glibc-all-langpacks".to_owned(),
        "glibc-locale-source".to_owned(),
    ];
    let stages = dockerfile.lineage(stage);
    let instructions = stages.iter().flat_map(|stage| dockerfile.in_stage(&dockerfile.stages[*stage]));
    instructions.filter_map(Instruction::script).any(|script| {
        script.calls().all.iter().any(|call| {
            call.command.name() == Some("localedef")
                || call.command.arguments().iter().any(|word| {
                    let text = word.value.text();
                    packs.iter().any(|pack| text.starts_with(pack))
                        || word.glob && text.starts_with("glibc-langpack")
                })
        })
    })
}

fn report(
    file: &File<'_>,
    place: &Place,
    instruction: &Instruction,
    pair: &Pair,
    language: &str,
    sink: &mut Sink<'_>,
) {
    let Some(value) = &pair.value else { return };
    let (name, locale) = (pair.name.text(), value.text().trim_matches(['"', '\'']));
    let pack = format!("glibc-langpack-{language}");
    let message = format!("the locale `{locale}` is not there {}: `setlocale` fails", place.told);
    let draft = sink
        .finding(name, value.range(), message)
        .severity(Severity::Warning)
        .confidence(if place.assumed { Confidence::Likely } else { Confidence::Certain })
        .help(format!("Install `{pack}` before, or use `C.UTF-8`."))
        .url(URL);
    if place.moved || instruction.onbuild.is_some() {
        return draft.emit();
    }
    let end = if file.document.text.contains("\r\n") { "\r\n" } else { "\n" };
    let content = format!("RUN dnf install -y {pack}{end}");
    let at = TextRange::empty(instruction.range.start());
    draft
        .unsafe_fix(format!("Install `{pack}`"), "the image grows by it", vec![file.edit(at, content)])
        .emit();
}
