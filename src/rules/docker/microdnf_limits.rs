//! A command line of `dnf` that `microdnf` does not understand.
//!
//! ## What it finds
//! In images whose `dnf` is `microdnf`: sub-commands and options that it does not have (`groupinstall`, `list`,
//! `--allowerasing`, `-q`, …), packages given as files, addresses or groups, and commands that change something but are
//! not given `-y`. Each stage is judged by the image that it starts from, through arguments with their defaults and
//! through other stages. Where the image is not known, nothing is reported, nor behind what puts the full `dnf` into the
//! image.
//!
//! ## Why
//! The base images of AWS Lambda for Python 3.12 and later are built on Amazon Linux 2023 (minimal), where `dnf` is a link
//! to [`microdnf`](https://github.com/rpm-software-management/microdnf) 3.8.1. It stops the build with `Unknown command` or
//! `Unknown option`. Without `-y` it asks, gets no answer, and waits for ever; `dnf update` does so only on the day that
//! there is something to update, which is a warning.
//!
//! ## Example
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf -q update && dnf install -y git
//! ```
//! Use instead:
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf update -y && dnf install -y git
//! ```
//!
//! ## Fix safety
//! Safe: `-y` is added, `-q`, `-v`, `-d` and `-e` are left out, which only change the output, `erase` becomes `remove`,
//! `clean metadata` becomes `clean all`. Leaving out `--skip-broken` is unsafe. What only the full `dnf` can do gets it, at
//! the start of the stage: AWS's own build images take the package `microdnf-dnf` out with `dnf` and then install `dnf`
//! with `microdnf`. That is unsafe: it brings a Python and some hundred megabytes. What needs a plugin of `dnf` has no fix.

use crate::catalogue::images;
use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::package_manager::{self, Obstacle, ObstacleKind};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Group, Severity, capitalised};
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: MicrodnfLimits = MicrodnfLimits;

/// Reports what the small `dnf` does not do.
pub struct MicrodnfLimits;

/// Only where `dnf` is known to be that very version.
const WANTED: Wanted = Wanted {
    names: &["dnf", "microdnf"],
    on: |system, name| {
        system.manager == "microdnf" && system.has.contains(&"dnf") && system.has.contains(&name)
    },
    installed: false,
};

impl Rule for MicrodnfLimits {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Safe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("dnf"), Trigger::Word("microdnf")]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for called in called(dockerfile, &WANTED, file.settings.target) {
            let system = called.system;
            let Some(manager) = images::manager(system.manager) else { continue };
            let value = |name: &str| called.value(name);
            let translation = package_manager::translate(called.call.command, manager, system, &value);
            for obstacle in translation.obstacles {
                if obstacle.kind != ObstacleKind::Package {
                    report(file, dockerfile, &called, &obstacle, sink);
                }
            }
        }
    }
}

fn report(
    file: &File<'_>,
    dockerfile: &Dockerfile,
    called: &Called<'_>,
    obstacle: &Obstacle,
    sink: &mut Sink<'_>,
) {
    let outcome = called.outcome();
    let waits = obstacle.kind == ObstacleKind::Question;
    if called.reach == Reach::Never || outcome == Outcome::Handled && !waits {
        return;
    }
    let symbol = match obstacle.kind {
        ObstacleKind::File => "dnf install".to_owned(),
        _ => format!("dnf {}", obstacle.subject),
    };
    let alias = match called.name {
        "dnf" => format!("`dnf` in `{}` is `microdnf`: ", called.image),
        _ => String::new(),
    };
    let fails = waits || outcome == Outcome::Stops;
    let severity = if fails && !obstacle.sometimes { Severity::Error } else { Severity::Warning };
    let draft = sink
        .finding(symbol, obstacle.range, format!("{alias}{}", obstacle.told))
        .severity(severity)
        .confidence(called.confidence())
        .url(images::manager("microdnf").map_or(called.system.source, |manager| manager.source));
    let draft = match &obstacle.instead {
        Some(instead) => draft.help(capitalised(instead)),
        None => draft,
    };
    let text = &file.document.text;
    if obstacle.full && obstacle.edits.is_empty() {
        let Some((range, content)) =
            package_manager::full(dockerfile, called.stage).filter(|_| !called.moved)
        else {
            return draft.emit();
        };
        let content = if text.contains("\r\n") { content.replace('\n', "\r\n") } else { content };
        let edits = vec![file.edit(range, content)];
        return draft.unsafe_fix("Install the full `dnf`", package_manager::FULL, edits).emit();
    }
    // Between the strings of a JSON array stand commas and quotes.
    let plain = obstacle.edits.iter().all(|(range, _)| !text[*range].contains(['#', '"', '\'', ',']));
    if obstacle.edits.is_empty() || called.exec || called.variable.is_some() || !plain {
        return draft.emit();
    }
    let edits = obstacle.edits.iter().map(|(range, content)| file.edit(*range, content.clone())).collect();
    let message = obstacle.instead.as_deref().map(capitalised).unwrap_or_default();
    match &obstacle.cost {
        Some(cost) => draft.unsafe_fix(message, cost, edits).emit(),
        None => draft.safe_fix(message, edits).emit(),
    }
}
