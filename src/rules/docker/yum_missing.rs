//! A build runs `yum` in an image that has none.
//!
//! ## What it finds
//! Calls of `yum` in a stage whose image does not have it. Each stage is judged by the image that it starts from, through
//! arguments with their defaults and through other stages. Where the image is not known, nothing is reported; neither is
//! a command that asks for `yum` first (`command -v yum && …`), has another way (`yum … || dnf …`), or stands behind
//! something that brings `yum` into the image. A failure that the build ignores (`yum update; …`) is a warning.
//! `yum-config-manager`, `yum-builddep` and `yumdownloader` are reported likewise, under their own names.
//! A stage that has to move to an image without `yum` to get the target's Python is judged by that image as well.
//!
//! ## Why
//! The base images of AWS Lambda for Python 3.12 and later are built on Amazon Linux 2023 (minimal). Its package manager
//! is [`microdnf`](https://github.com/rpm-software-management/microdnf), which is also there under the name `dnf`; `yum`,
//! which the images up to Python 3.11 had, is gone, and `RUN yum install …` stops the build with
//! `yum: command not found`. See
//! [the base images for Python](https://docs.aws.amazon.com/lambda/latest/dg/python-image.html) and
//! [Python 3.13 in AWS Lambda](https://aws.amazon.com/blogs/compute/python-3-13-runtime-now-available-in-aws-lambda/).
//! The same holds for the other Lambda images on Amazon Linux 2023 (`provided:al2023`, `nodejs:20`, `java:21`,
//! `dotnet:8`, …), for `amazonlinux:2023-minimal`, and of course for images that never had `yum`, such as the official
//! `python` images on Debian. The full image `amazonlinux:2023` still accepts `yum`.
//!
//! ## Example
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN yum install -y gcc && yum clean all
//! ```
//! Use instead:
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN dnf install -y gcc && dnf clean all
//! ```
//!
//! ## Fix safety
//! The fix writes `dnf` for `yum`. It is safe when `microdnf` knows the sub-command and every option and is told `-y`. It
//! is unsafe, and says why, when it also has to change the arguments (`-q` is left out, `erase` becomes `remove`, `-y` is
//! added, without which `microdnf` waits for ever), or when a package is known not to be there under its old name.
//!
//! What `microdnf` cannot do at all, such as `groupinstall` or installing a file, needs the full `dnf` in its place, which
//! the fix installs at the start of the stage: AWS's own build images remove the package `microdnf-dnf` with `dnf` and
//! then install `dnf` with `microdnf`; installing `dnf` or `yum` without that ends in a conflict.
//!
//! In a stage that is still to be moved, the fix is the whole move, unsafe with its reasons: the image, `dnf` for `yum`,
//! the new names of packages, the packages of commands that are missing there.

use crate::catalogue::images;
use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::package_manager::{self, Translation};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Edit, Group, Severity, capitalised};
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::moved::Moves;

/// The rule.
pub static RULE: YumMissing = YumMissing;

/// Reports `yum` where there is none.
pub struct YumMissing;

/// The programs that are looked for.
const WANTED: Wanted = Wanted {
    names: &["yum", "yum-builddep", "yum-config-manager", "yumdownloader"],
    on: |system, name| system.lacks.contains(&name),
    installed: false,
};

impl Rule for YumMissing {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Safe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("yum"), Trigger::Word("yumdownloader")]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let mut moves = Moves::new(file, dockerfile);
        for called in called(dockerfile, &WANTED, file.settings.target) {
            let translation = (called.name == "yum").then(|| translate(&called)).flatten();
            Missing { translation, called }.report(file, dockerfile, &mut moves, sink);
        }
    }
}

/// A call of a program that is not there.
struct Missing<'a> {
    /// What the system's own manager makes of the arguments.
    translation: Option<Translation>,
    called: Called<'a>,
}

/// What the system's own manager makes of a call of `yum`.
fn translate(called: &Called<'_>) -> Option<Translation> {
    let system = called.system;
    let manager = images::manager(system.manager)?;
    Some(package_manager::translate(called.call.command, manager, system, &|name| called.value(name)))
}

impl Missing<'_> {
    fn report(&self, file: &File<'_>, dockerfile: &Dockerfile, moves: &mut Moves<'_>, sink: &mut Sink<'_>) {
        let called = &self.called;
        let outcome = called.outcome();
        if called.reach == Reach::Never || outcome == Outcome::Handled {
            return;
        }
        let (Some(yum), Some(word)) = (&called.system.yum, called.call.command.program()) else {
            return;
        };
        let severity = if outcome == Outcome::Stops { Severity::Error } else { Severity::Warning };
        let (name, image, because) = (called.name, &called.image, yum.because);
        let message = if called.moved {
            format!("`{name}` is gone once the stage is built on `{image}`: {because}")
        } else {
            format!("`{name}` is not in `{image}`: {because}")
        };
        let draft = sink
            .finding(name, word.value.range(), message)
            .severity(severity)
            .confidence(self.called.confidence())
            .help(self.help(outcome))
            .url(called.system.source);
        if called.moved {
            return moves.emit(draft, called.stage);
        }
        let fix = self.translation.as_ref().and_then(|translation| self.fix(file, dockerfile, translation));
        let Some((to, edits, reasons)) = fix else { return draft.emit() };
        let message = format!("Replace `{}` with `{to}`", self.called.name);
        if reasons.is_empty() {
            draft.safe_fix(message, edits).emit();
        } else {
            draft.unsafe_fix(message, reasons.join("; "), edits).emit();
        }
    }

    fn help(&self, outcome: Outcome) -> String {
        let system = self.called.system;
        let r#use = system.yum.as_ref().and_then(|yum| yum.r#use);
        let mut help = match (self.translation.as_ref().and_then(|one| one.blocked.as_ref()), r#use) {
            (Some(blocked), _) => format!("{}.", capitalised(blocked)),
            (None, Some(command)) if self.called.name == "yum" => {
                format!("Use `{command}`, which takes the same sub-command.")
            }
            (None, Some(command)) => format!("{}.", tool(self.called.name, command)),
            (None, None) => format!(
                "Use `{}`, and its names for the packages.",
                system.has.get(1).unwrap_or(&system.manager)
            ),
        };
        if let Some(variable) = &self.called.variable {
            help = format!("The command comes from `{variable}`. {help}");
        }
        if outcome == Outcome::GoesOn {
            help.push_str(" The build goes on without what this should have done.");
        }
        if self.called.onbuild {
            help.push_str(" It runs in the builds that start from this image.");
        }
        help
    }

    /// The new command, the edits, and why a person must look at them.
    fn fix(
        &self,
        file: &File<'_>,
        dockerfile: &Dockerfile,
        translation: &Translation,
    ) -> Option<(&'static str, Vec<Edit>, Vec<String>)> {
        let yum = self.called.system.yum.as_ref()?;
        let to = yum.r#use?;
        let full = translation.full.then(|| package_manager::full(dockerfile, self.called.stage)).flatten();
        let full = full.filter(|_| translation.blocked.is_some());
        if translation.blocked.is_some() && full.is_none() {
            return None;
        }
        let (name, _) = package_manager::name_edit(&self.called, to)?;
        let text = &file.document.text;
        let whole = &text[name] == self.called.name;
        // Between the strings of a JSON array stand commas and quotes.
        let rewritable = translation.edits.is_empty() || !self.called.exec;
        if !whole || !rewritable || !package_manager::fits(text, translation) {
            return None;
        }
        let mut edits = vec![file.edit(name, to)];
        edits.extend(translation.edits.iter().map(|(range, content)| file.edit(*range, content.clone())));
        let mut reasons = translation.reasons.clone();
        if let Some((range, content)) = full {
            edits.push(file.edit(range, line_ends(text, content)));
            reasons.push(package_manager::FULL.to_owned());
        }
        reasons.extend(yum.careful.map(str::to_owned));
        let wrappers = &self.called.call.command.words[..self.called.call.command.program];
        if wrappers.iter().any(|word| word.literal() == Some("xargs")) {
            reasons.push("what `xargs` adds to the command is not known here".to_owned());
        }
        Some((to, edits, reasons))
    }
}

/// A text with the line ends of another.
fn line_ends(of: &str, text: String) -> String {
    if of.contains("\r\n") { text.replace('\n', "\r\n") } else { text }
}

/// What to do without one of `yum`'s tools.
fn tool(name: &str, command: &str) -> String {
    match name {
        "yumdownloader" => format!("Use `{command} download`"),
        "yum-builddep" => "Install the packages that the build needs by name".to_owned(),
        _ => {
            "Write the repository into a file below `/etc/yum.repos.d`, with `curl -o` for example".to_owned()
        }
    }
}
