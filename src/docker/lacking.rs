//! Commands that a stage uses and its image does not have.

use ruff_text_size::TextSize;
use rustc_hash::FxHashSet;

use super::called::{Called, Wanted, called};
use super::changed::Presence;
use super::reach::{Outcome, Reach};
use crate::catalogue::images::{self, Lacking};
use crate::finding::Confidence;
use crate::parse::dockerfile::{Arguments, Dockerfile, Name};
use crate::parse::shell::Word;
use crate::version::PythonVersion;

/// A command that is not there.
pub struct Missing<'a> {
    /// The call that needs it.
    pub called: Called<'a>,
    /// The command: the one that is called, or one that it starts.
    pub lacking: &'static Lacking,
    /// Whether it may be there all the same.
    pub presence: Presence,
}

impl Missing<'_> {
    /// How sure it is that the command is missing.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        match self.presence {
            Presence::Unknown | Presence::There => Confidence::Possible,
            Presence::Unlikely => self.called.confidence().min(Confidence::Likely),
            Presence::Missing => self.called.confidence(),
        }
    }

    /// Whether it is more than possible.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.confidence() > Confidence::Possible
    }
}

/// The commands that are missing, each once in a stage and in those that start
/// from it.
#[must_use]
pub fn missing(dockerfile: &Dockerfile, target: PythonVersion) -> Vec<Missing<'_>> {
    let wanted = Wanted {
        names: images::lacking(),
        on: |system, name| system.command(name).is_some(),
        installed: true,
    };
    let mut found = Vec::new();
    let mut told: FxHashSet<(usize, &str)> = FxHashSet::default();
    for called in called(dockerfile, &wanted, target) {
        let outcome = called.outcome();
        if called.reach == Reach::Never || outcome == Outcome::Handled {
            continue;
        }
        let started =
            (called.name == "tar").then(|| started_by_tar(called.call.command.arguments())).flatten();
        for name in std::iter::once(called.name).chain(started) {
            let Some(lacking) = called.system.command(name) else { continue };
            // `PM=$(which yum)` gets the answer that it would have got.
            let asked =
                called.name == name && (called.call.asked || name == "which" && outcome != Outcome::Stops);
            let presence = called.earlier.presence(lacking, called.system);
            let known = |stage: &usize| told.contains(&(*stage, lacking.package));
            if asked || presence == Presence::There || dockerfile.lineage(called.stage).iter().any(known) {
                continue;
            }
            let missing = Missing { called: called.clone(), lacking, presence };
            if missing.is_shown() {
                told.insert((missing.called.stage, lacking.package));
            }
            found.push(missing);
        }
    }
    found
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

/// Where a package is added.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The place in the file.
    pub at: TextSize,
    /// An instruction of its own is written before the one that stands there;
    /// otherwise the package joins those that end there.
    pub alone: bool,
}

/// Where the package of a missing command is added: behind the last ones that
/// the stage installs before, or else before the instruction.
#[must_use]
pub fn installation(dockerfile: &Dockerfile, called: &Called<'_>) -> Option<Place> {
    if called.onbuild {
        return None;
    }
    let stage = dockerfile.stages.get(called.stage)?;
    let instructions = dockerfile.instructions.get(stage.instructions.start..=called.number)?;
    let before = called.word.range.start();
    let mut found = None;
    for instruction in instructions {
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
                    && !text.contains(['/', ':', '@', '*'])
            });
            found = last.map(|word| word.range.end()).or(found);
        }
    }
    if let Some(at) = found {
        return Some(Place { at, alone: false });
    }
    let at = dockerfile.instructions.get(called.number)?.range.start();
    Some(Place { at, alone: true })
}
