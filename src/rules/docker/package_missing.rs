//! A package is installed under a name that the image's system does not have.
//!
//! ## What it finds
//! Packages in `dnf install`, `microdnf install` and `yum install` that Amazon Linux 2023 has under another name, not at
//! all, or that conflict with one that is installed: `postgresql-devel`, `amazon-linux-extras`, `curl` beside
//! `curl-minimal`. Each stage is judged by the image that it starts from, through arguments with their defaults and
//! through other stages. Where the image is not known, nothing is reported. A conflict is silent behind
//! `--allowerasing`, and with the full `dnf` a package that `--skip-broken` passes over.
//!
//! ## Why
//! The images of AWS Lambda up to Python 3.11 are built on Amazon Linux 2, those from Python 3.12 on on
//! [Amazon Linux 2023](https://docs.aws.amazon.com/linux/al2023/release-notes/all-packages-AL2023.html), which has other
//! packages. Where `yum` went on with what it found, `dnf` and `microdnf` stop the build when one package is missing.
//!
//! ## Example
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf install -y gcc postgresql-devel
//! ```
//! Use instead:
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf install -y gcc libpq-devel
//! ```
//!
//! ## Fix safety
//! A package that is there under another name is written so: unsafe, since its version is another one too. `curl` beside
//! `curl-minimal`, which has the same command, is left out of a list of packages: safe. For others there is no fix; the
//! message says what is known.

use crate::catalogue::images::{self, Package};
use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::package_manager::{self, Obstacle, ObstacleKind};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::moved::Moves;

/// The rule.
pub static RULE: PackageMissing = PackageMissing;

/// Reports packages that are not there.
pub struct PackageMissing;

const WANTED: Wanted = Wanted {
    names: &["dnf", "microdnf", "yum"],
    on: |system, _| !system.packages.is_empty(),
    installed: true,
};

impl Rule for PackageMissing {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Safe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("dnf"), Trigger::Word("microdnf"), Trigger::Word("yum")]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let mut moves = Moves::new(file, dockerfile);
        for called in called(dockerfile, &WANTED, file.settings.target) {
            let system = called.system;
            // Both read their command lines alike.
            let manager = images::manager(system.manager).or_else(|| images::manager("microdnf"));
            let Some(manager) = manager else { continue };
            let value = |name: &str| called.value(name);
            let translation = package_manager::translate(called.call.command, manager, system, &value);
            for obstacle in translation.obstacles {
                if obstacle.kind == ObstacleKind::Package
                    && let Some(package) = system.package(&obstacle.subject)
                {
                    report(file, &called, &obstacle, package, &mut moves, sink);
                }
            }
        }
    }
}

fn report(
    file: &File<'_>,
    called: &Called<'_>,
    obstacle: &Obstacle,
    package: &'static Package,
    moves: &mut Moves<'_>,
    sink: &mut Sink<'_>,
) {
    let outcome = called.outcome();
    if called.reach == Reach::Never || outcome == Outcome::Handled || is_passed_over(called, package) {
        return;
    }
    let name = obstacle.subject.as_str();
    let message = format!("`{name}` cannot be installed {}: {}", called.place(), package.reason);
    let severity = if outcome == Outcome::Stops { Severity::Error } else { Severity::Warning };
    // Another repository may have it.
    let unsure = package.unsure || package.conflicts.is_none() && called.earlier.has_repository();
    let confidence = if unsure { Confidence::Possible } else { called.confidence() };
    let draft = sink
        .finding(name, obstacle.range, message)
        .severity(severity)
        .confidence(confidence)
        .url(package.source);
    let draft = match (package.called, package.conflicts) {
        (Some(name), _) => draft.help(format!("Install `{name}`")),
        (None, Some(_)) => draft.help("Leave it out"),
        (None, None) => draft,
    };
    if called.moved {
        return moves.emit(draft, called.stage);
    }
    let text = &file.document.text;
    let plain = obstacle.edits.iter().all(|(range, _)| !text[*range].contains(['#', '"', '\'']));
    if obstacle.edits.is_empty() || called.exec || !plain {
        return draft.emit();
    }
    let edits = obstacle.edits.iter().map(|(range, content)| file.edit(*range, content.clone())).collect();
    match package.called {
        Some(name) => {
            draft.unsafe_fix(format!("Write `{name}`"), "it is another version as well", edits).emit();
        }
        None if package.has => draft.safe_fix("Leave it out", edits).emit(),
        None => draft.unsafe_fix("Leave it out", "what is installed has less", edits).emit(),
    }
}

/// Whether the command line allows for it.
fn is_passed_over(called: &Called<'_>, package: &Package) -> bool {
    let has =
        |option: &str| called.call.command.arguments().iter().any(|word| word.literal() == Some(option));
    let full = called.system.manager != "microdnf";
    if package.conflicts.is_some_and(|installed| called.changed.has_removed(installed)) {
        return true;
    }
    full && (package.conflicts.is_some() && has("--allowerasing") || has("--skip-broken"))
}
