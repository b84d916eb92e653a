//! A build calls `amazon-linux-extras` where there is none.
//!
//! ## What it finds
//! Calls of `amazon-linux-extras` in a stage on Amazon Linux 2023, or in one that will be built on it once it has been
//! moved to the target. A stage on Amazon Linux 2 that stays there is left alone.
//!
//! ## Why
//! The command and its topics are gone:
//! [most of them are ordinary packages](https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html) of Amazon
//! Linux 2023, often with the version in their name. The build stops with `amazon-linux-extras: command not found`.
//!
//! ## Example
//! ```dockerfile
//! FROM amazonlinux:2023
//! RUN amazon-linux-extras install -y docker
//! ```
//! Use instead:
//! ```dockerfile
//! FROM amazonlinux:2023
//! RUN dnf install -y docker
//! ```
//!
//! ## Fix safety
//! The packages of the topics are installed with `dnf`, where they are known for all the topics that are named. It is
//! unsafe: they are other versions.

use ruff_text_size::TextRange;

use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Group, Severity};
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: AmazonLinuxExtras = AmazonLinuxExtras;

/// Reports a command that Amazon Linux 2 had.
pub struct AmazonLinuxExtras;

const URL: &str = "https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html";

const WANTED: Wanted = Wanted {
    names: &["amazon-linux-extras"],
    on: |system, _| system.id.starts_with("amazon-linux-2023"),
    installed: false,
};

/// Topics, and the package that takes the place of each; `golang1.` stands for all that begin so.
const TOPICS: [(&str, &str); 14] = [
    ("ImageMagick", "ImageMagick"),
    ("R4", "R"),
    ("corretto8", "java-1.8.0-amazon-corretto"),
    ("docker", "docker"),
    ("golang1.", "golang"),
    ("java-openjdk11", "java-11-amazon-corretto"),
    ("mariadb10.5", "mariadb105"),
    ("nginx1", "nginx"),
    ("postgresql10", "postgresql15"),
    ("postgresql11", "postgresql15"),
    ("postgresql12", "postgresql15"),
    ("postgresql13", "postgresql15"),
    ("postgresql14", "postgresql15"),
    ("redis6", "redis6"),
];

impl Rule for AmazonLinuxExtras {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| memchr::memmem::find(text, b"amazon-linux-extras").is_some())]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for called in called(dockerfile, &WANTED, file.settings.target) {
            report(file, &called, sink);
        }
    }
}

fn report(file: &File<'_>, called: &Called<'_>, sink: &mut Sink<'_>) {
    let outcome = called.outcome();
    if called.reach == Reach::Never || outcome == Outcome::Handled {
        return;
    }
    let topics = topics(called);
    let packages: Option<Vec<&str>> = topics.iter().map(|topic| package(topic)).collect();
    let help = match topics.iter().find(|topic| package(topic).is_none()).copied() {
        Some("epel") => {
            "There is no EPEL for Amazon Linux 2023; SPAL, the package `spal-release`, has much of it."
                .to_owned()
        }
        Some(topic) if topic.starts_with("python") => {
            "Use the Python of the image, or a package such as `python3.13`.".to_owned()
        }
        _ => match &packages {
            Some(packages) if !packages.is_empty() => {
                format!("Install `{}` with `dnf`.", packages.join("`, `"))
            }
            _ => "Install the packages of the topic with `dnf`; most have the version in their name."
                .to_owned(),
        },
    };
    let severity = if outcome == Outcome::Stops { Severity::Error } else { Severity::Warning };
    let draft = sink
        .finding(
            "amazon-linux-extras",
            called.word.value.range(),
            format!("`amazon-linux-extras` is gone {}", called.place()),
        )
        .severity(severity)
        .confidence(called.confidence())
        .help(help)
        .url(URL);
    let command = called.call.command;
    let installs = command.arguments().iter().any(|word| word.literal() == Some("install"));
    let (Some(packages), Some(last)) =
        (packages.filter(|packages| installs && !packages.is_empty()), command.words.last())
    else {
        return draft.emit();
    };
    let range = TextRange::new(called.word.range.start(), last.range.end());
    let plain = !file.document.text[range].contains(['#', '\n']) && !called.exec && called.variable.is_none();
    if !plain || called.moved {
        return draft.emit();
    }
    let content = format!("dnf install -y {}", packages.join(" "));
    draft
        .unsafe_fix(
            format!("Write `{content}`"),
            "they are other versions",
            vec![file.edit(range, content.clone())],
        )
        .emit();
}

/// The topics that a call names, without their versions.
fn topics<'a>(called: &Called<'a>) -> Vec<&'a str> {
    let words = called.call.command.arguments().iter().filter_map(|word| word.literal());
    let operands = words.filter(|text| !text.starts_with('-')).skip(1);
    operands.map(|text| text.split('=').next().unwrap_or(text)).collect()
}

fn package(topic: &str) -> Option<&'static str> {
    let fits = |name: &str| topic == name || name.ends_with('.') && topic.starts_with(name);
    TOPICS.iter().find(|(name, _)| fits(name)).map(|(_, package)| *package)
}
