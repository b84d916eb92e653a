//! A build uses a command that its image does not have.
//!
//! ## What it finds
//! Commands such as `find`, `tar`, `unzip`, `git`, `make`, `which`, `useradd` and `ps` in a stage whose image lacks them,
//! or will lack them once it has been moved to the target, with nothing before that brings the package: no installation in
//! this stage or in one that it starts from, no file copied to where programs are found. `tar` is looked at for the
//! programs that it starts as well: `gzip`, `xz`, `bzip2`. Each command is reported once in a stage. A command that is
//! asked for first (`command -v tar || …`) is not reported. Where other packages, scripts or downloads came before and may
//! have brought the command along, it is a warning or hidden.
//!
//! ## Why
//! The images of AWS Lambda up to Python 3.11 are built on Amazon Linux 2, those from Python 3.12 on on
//! [Amazon Linux 2023 (minimal)](https://docs.aws.amazon.com/linux/al2023/ug/minimal-container.html), which has `bash`,
//! the core utilities, `curl`, `sed`, `grep` and `awk`, and little else. `RUN find …` then stops the build:
//! [`find: command not found`](https://github.com/aws/aws-lambda-base-images/issues/196).
//!
//! ## Example
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf install -y git
//! RUN find /var/task -name __pycache__ -delete
//! ```
//! Use instead:
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf install -y git findutils
//! RUN find /var/task -name __pycache__ -delete
//! ```
//!
//! ## Fix safety
//! The fix installs the package: with the packages that the stage installs before, or by an instruction of its own. It is
//! unsafe, since the image grows by it; where the command is a mere convenience, leaving it out is better.

use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxHashSet;

use crate::catalogue::images::{self, Lacking};
use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::changed::Presence;
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::parse::dockerfile::{Arguments, Dockerfile, Name};
use crate::parse::shell::Word;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: CommandMissing = CommandMissing;

/// Reports commands that are not there.
pub struct CommandMissing;

impl Rule for CommandMissing {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        images::lacking().iter().map(|name| Trigger::Word(name)).collect()
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let wanted = Wanted {
            names: images::lacking(),
            on: |system, name| system.command(name).is_some(),
            installed: true,
        };
        let mut reported: FxHashSet<(usize, &str)> = FxHashSet::default();
        for called in called(dockerfile, &wanted, file.settings.target) {
            let started =
                (called.name == "tar").then(|| started_by_tar(called.call.command.arguments())).flatten();
            for name in std::iter::once(called.name).chain(started) {
                let Some(lacking) = called.system.command(name) else { continue };
                let lineage = dockerfile.lineage(called.stage);
                if lineage.iter().any(|stage| reported.contains(&(*stage, lacking.package))) {
                    continue;
                }
                if report(file, dockerfile, &called, lacking, sink) {
                    reported.insert((called.stage, lacking.package));
                }
            }
        }
    }
}

/// Reports that a command is not there; whether that is shown.
fn report(
    file: &File<'_>,
    dockerfile: &Dockerfile,
    called: &Called<'_>,
    lacking: &'static Lacking,
    sink: &mut Sink<'_>,
) -> bool {
    let presence = called.earlier.presence(lacking, called.system);
    let outcome = called.outcome();
    // `PM=$(which yum)` gets the answer that it would have got.
    let asked = called.name == lacking.name
        && (called.call.asked || lacking.name == "which" && outcome != Outcome::Stops);
    if presence == Presence::There || called.reach == Reach::Never || outcome == Outcome::Handled || asked {
        return false;
    }
    let certain = presence == Presence::Missing && outcome == Outcome::Stops;
    let severity = if certain { Severity::Error } else { Severity::Warning };
    let confidence = match presence {
        Presence::Unknown => Confidence::Possible,
        Presence::Unlikely => called.confidence().min(Confidence::Likely),
        _ => called.confidence(),
    };
    let (name, package) = (lacking.name, lacking.package);
    let what = if called.name == name {
        format!("`{name}` is not there")
    } else {
        format!("`{}` starts `{name}`, which is not there", called.name)
    };
    let mut help = format!("Install the package `{package}` before");
    if outcome == Outcome::GoesOn {
        help.push_str(". The build goes on without what this should have done");
    }
    if called.onbuild {
        help.push_str(". It runs in the builds that start from this image");
    }
    let draft = sink
        .finding(name, called.word.value.range(), format!("{what} {}", called.place()))
        .severity(severity)
        .confidence(confidence)
        .help(help)
        .url(lacking.source);
    match fix(file, dockerfile, called, package) {
        Some(edit) => {
            draft.unsafe_fix(format!("Install `{package}`"), "the image grows by it", vec![edit]).emit();
        }
        None => draft.emit(),
    }
    confidence > Confidence::Possible
}

/// The program that `tar` starts to compress or to expand.
fn started_by_tar(arguments: &[Word]) -> Option<&'static str> {
    let ends = |suffixes: &[&str]| {
        arguments.iter().any(|word| suffixes.iter().any(|suffix| word.value.text().ends_with(suffix)))
    };
    let first = arguments.first().map(|word| word.value.text()).unwrap_or_default();
    let lettered = |letter: char| {
        // The letters of the first word need no dash.
        let bundled = !first.starts_with('-') && !first.contains(['/', '.']) && first.contains(letter);
        let short = |word: &Word| {
            let text = word.value.text();
            text.strip_prefix('-').is_some_and(|letters| {
                // What follows `f` and `C` is a file.
                let end = letters.find(['f', 'C']).unwrap_or(letters.len());
                !letters.starts_with('-') && letters[..end].contains(letter)
            })
        };
        bundled || arguments.iter().any(short)
    };
    let long = |name: &str| arguments.iter().any(|word| word.literal() == Some(name));
    if lettered('z') || long("--gzip") || long("--gunzip") || ends(&[".tar.gz", ".tgz"]) {
        Some("gzip")
    } else if lettered('J') || long("--xz") || ends(&[".tar.xz", ".txz"]) {
        Some("xz")
    } else if lettered('j') || long("--bzip2") || ends(&[".tar.bz2", ".tbz2", ".tbz"]) {
        Some("bzip2")
    } else {
        None
    }
}

/// Adds the package to those that the stage installs before, or an instruction
/// that installs it.
fn fix(file: &File<'_>, dockerfile: &Dockerfile, called: &Called<'_>, package: &str) -> Option<Edit> {
    if called.onbuild || called.moved {
        return None;
    }
    let stage = dockerfile.stages.get(called.stage)?;
    let last =
        installed_before(dockerfile, stage.instructions.start..called.number + 1, called.word.range.start());
    if let Some(at) = last {
        return Some(file.edit(TextRange::empty(at), format!(" {package}")));
    }
    let manager = if called.system.has.contains(&"dnf") { "dnf" } else { called.system.manager };
    let at = dockerfile.instructions.get(called.number)?.range.start();
    let end = if file.document.text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(file.edit(TextRange::empty(at), format!("RUN {manager} install -y {package}{end}")))
}

/// The end of the last package that the instructions install before a place.
fn installed_before(
    dockerfile: &Dockerfile,
    instructions: std::ops::Range<usize>,
    before: TextSize,
) -> Option<TextSize> {
    let mut found = None;
    for instruction in dockerfile.instructions.get(instructions)? {
        let (Name::Run, None, Arguments::Command(line)) =
            (instruction.name, instruction.onbuild, &instruction.arguments)
        else {
            continue;
        };
        let Some(script) = line.script.as_ref().filter(|_| !line.exec) else { continue };
        for call in script.calls().all {
            let command = call.command;
            let installs = matches!(command.name(), Some("dnf" | "microdnf" | "yum"))
                && command.arguments().iter().any(|word| word.literal() == Some("install"));
            let last = command.arguments().last().filter(|word| {
                let text = word.value.text();
                installs
                    && word.range.end() < before
                    && !word.quoted
                    && word.literal().is_some_and(|text| text != "install" && !text.starts_with('-'))
                    && !text.contains(['/', ':', '@'])
            });
            found = last.map(|word| word.range.end()).or(found);
        }
    }
    found
}
