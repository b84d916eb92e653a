//! A build runs `yum` in an image that has none.
//!
//! ## What it finds
//! Calls of `yum` in a stage whose image does not have it. Each stage is judged by the image that it starts from, through
//! arguments with their defaults and through other stages. Where the image is not known, nothing is reported; neither is
//! a command that asks for `yum` first (`command -v yum && …`), has another way (`yum … || dnf …`), or stands behind
//! something that brings `yum` into the image. A failure that the build ignores (`yum update; …`) is a warning.
//! `yum-config-manager`, `yum-builddep` and `yumdownloader` are reported likewise, under their own names.
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
//! added, without which `microdnf` waits for ever), or when a package is known not to be there under its old name. There
//! is no fix for what `microdnf` cannot do at all, such as `groupinstall` or installing a file: the help names the way.
//!
//! What `microdnf` cannot do needs the full `dnf` in its place. AWS's own build images remove the package `microdnf-dnf`
//! with `dnf` and then install `dnf` with `microdnf`; installing `dnf` or `yum` without that ends in a conflict.

use crate::catalogue::images::{self, System};
use crate::discover::Kind;
use crate::docker::package_manager::{self, Translation};
use crate::docker::reach::{self, Outcome, Reach};
use crate::docker::{self, Basis, provided};
use crate::finding::{Applicability, Confidence, Edit, Group, Severity};
use crate::parse::dockerfile::{Arguments, Base, Dockerfile, Instruction, Name};
use crate::parse::shell::{Call, Calls, Word};
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: YumMissing = YumMissing;

/// Reports `yum` where there is none.
pub struct YumMissing;

/// The programs that are looked for.
const NAMES: [&str; 4] = ["yum", "yum-builddep", "yum-config-manager", "yumdownloader"];

impl Rule for YumMissing {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Safe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("yum"), Trigger::Word("yumdownloader")]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        // What each stage has brought in by its end.
        let mut ends: Vec<Vec<&'static str>> = Vec::new();
        for (number, stage) in dockerfile.stages.iter().enumerate() {
            let inherited = match stage.base {
                Base::Stage(parent) => ends.get(parent).cloned().unwrap_or_default(),
                _ => Vec::new(),
            };
            let mut visit =
                Visit { file, dockerfile, stage: number, basis: docker::basis(dockerfile, number) };
            ends.push(visit.stage(inherited, sink));
        }
    }
}

/// One stage being looked at.
struct Visit<'a> {
    file: &'a File<'a>,
    dockerfile: &'a Dockerfile,
    stage: usize,
    basis: Option<Basis<'a>>,
}

/// A call of a program that is not there.
struct Missing<'a> {
    /// What the system's own manager makes of the arguments.
    translation: Option<Translation>,
    basis: Basis<'a>,
    /// Of [`NAMES`].
    name: &'static str,
    call: Call<'a>,
    /// The word of the program stands for it; it is not its name.
    variable: Option<String>,
    /// The arguments are strings of a JSON array.
    exec: bool,
    onbuild: bool,
    reach: Reach,
    assumed: bool,
}

impl<'a> Visit<'a> {
    /// Looks at the instructions in order; what the image has gained by the end.
    fn stage(&mut self, mut provided: Vec<&'static str>, sink: &mut Sink<'_>) -> Vec<&'static str> {
        let stage = &self.dockerfile.stages[self.stage];
        // What waits for the child build happens on top of all this.
        let mut later: Vec<&'static str> = Vec::new();
        for (offset, instruction) in self.dockerfile.in_stage(stage).iter().enumerate() {
            let number = stage.instructions.start + offset;
            if instruction.onbuild.is_some() {
                let mut all = [provided.as_slice(), later.as_slice()].concat();
                self.instruction(number, instruction, &mut all, sink);
                later = all;
            } else {
                self.instruction(number, instruction, &mut provided, sink);
            }
        }
        provided
    }

    fn instruction(
        &self,
        number: usize,
        instruction: &'a Instruction,
        provided: &mut Vec<&'static str>,
        sink: &mut Sink<'_>,
    ) {
        provided.extend(NAMES.iter().filter(|name| provided::by_copy(instruction, name)));
        let (Name::Run, Arguments::Command(line)) = (instruction.name, &instruction.arguments) else {
            return;
        };
        let Some(script) = &line.script else { return };
        let calls = script.calls();
        let functions: Vec<&str> =
            NAMES.into_iter().filter(|name| provided::by_function(&calls, name)).collect();
        for (at, call) in calls.all.iter().enumerate() {
            provided.extend(NAMES.iter().filter(|name| provided::by_command(call.command, name)));
            let Some((name, variable, assumed)) = self.program(number, &calls, at) else { continue };
            let Some(basis) = self.basis.filter(|basis| basis.system.lacks.contains(&name)) else { continue };
            if provided.contains(&name) || functions.contains(&name) {
                continue;
            }
            let value = |variable: &str| self.value(number, &calls.all[..at], variable);
            let translation = (name == "yum").then(|| translate(call, basis.system, &value)).flatten();
            let missing = Missing {
                translation,
                basis,
                name,
                call: *call,
                variable,
                exec: line.exec && at == 0,
                onbuild: instruction.onbuild.is_some(),
                reach: reach::reach(&calls, call, name, basis.system),
                assumed: assumed || basis.assumed,
            };
            missing.report(self.file, sink);
        }
    }

    /// The value of a variable that no argument of the build can change.
    fn value(&self, number: usize, before: &[Call<'_>], variable: &str) -> Option<String> {
        match assigned(before, variable) {
            Assigned::Once(value) => Some(value.to_owned()),
            Assigned::Unknown => None,
            Assigned::Nowhere => {
                let value = self.dockerfile.variable(self.stage, number, variable)?;
                (!value.assumed && value.is_whole()).then_some(value.text)
            }
        }
    }

    /// Which of the programs a call runs; the variable that stands for it, and
    /// whether its value is assumed.
    fn program(
        &self,
        number: usize,
        calls: &Calls<'a>,
        at: usize,
    ) -> Option<(&'static str, Option<String>, bool)> {
        let word = calls.all[at].command.program()?;
        let known = |text: &str| NAMES.into_iter().find(|name| *name == provided::program(text));
        if let Some(literal) = word.literal() {
            return known(literal).map(|name| (name, None, false));
        }
        let variable = word.variable()?;
        let (value, assumed) = match assigned(&calls.all[..at], variable) {
            Assigned::Nowhere => {
                let value = self.dockerfile.variable(self.stage, number, variable)?;
                (value.text, value.assumed)
            }
            Assigned::Once(value) => (value.to_owned(), true),
            Assigned::Unknown => return None,
        };
        // `PM="yum -y"` is split into words.
        let first = value.split_whitespace().next()?;
        known(first).map(|name| (name, Some(variable.to_owned()), assumed))
    }
}

/// What the system's own manager makes of a call of `yum`.
fn translate(
    call: &Call<'_>,
    system: &System,
    value: &dyn Fn(&str) -> Option<String>,
) -> Option<Translation> {
    let manager = images::manager(system.manager)?;
    Some(package_manager::translate(call.command, manager, system, value))
}

/// What the commands of a script give a variable.
enum Assigned<'s> {
    Nowhere,
    Once(&'s str),
    Unknown,
}

fn assigned<'s>(calls: &[Call<'s>], variable: &str) -> Assigned<'s> {
    let mut found = Assigned::Nowhere;
    for command in calls.iter().map(|call| call.command) {
        let declared: &[Word] = match command.name() {
            None if command.words.is_empty() => &command.assignments,
            Some("declare" | "export" | "local" | "readonly" | "typeset") => command.arguments(),
            Some("read") if command.arguments().iter().any(|word| word.literal() == Some(variable)) => {
                return Assigned::Unknown;
            }
            _ => continue,
        };
        for word in declared {
            let Some((_, value)) = word.value.text().split_once('=').filter(|(name, _)| *name == variable)
            else {
                continue;
            };
            match found {
                Assigned::Nowhere if word.expansions.is_empty() => found = Assigned::Once(value),
                _ => return Assigned::Unknown,
            }
        }
    }
    found
}

impl Missing<'_> {
    fn report(&self, file: &File<'_>, sink: &mut Sink<'_>) {
        let outcome = reach::outcome(&self.call, self.name);
        if self.reach == Reach::Never || outcome == Outcome::Handled {
            return;
        }
        let (Some(yum), Some(word)) = (&self.basis.system.yum, self.call.command.program()) else { return };
        let severity = if outcome == Outcome::Stops { Severity::Error } else { Severity::Warning };
        let Basis { system, image, .. } = self.basis;
        let draft = sink
            .finding(
                self.name,
                word.value.range(),
                format!("`{}` is not in `{image}`: {}", self.name, yum.because),
            )
            .severity(severity)
            .confidence(self.confidence())
            .help(self.help(outcome))
            .url(system.source);
        let fix = self.translation.as_ref().and_then(|translation| self.fix(file, word, translation));
        let Some((to, edits, reasons)) = fix else { return draft.emit() };
        let message = format!("Replace `{}` with `{to}`", self.name);
        if reasons.is_empty() {
            draft.safe_fix(message, edits).emit();
        } else {
            draft.unsafe_fix(message, reasons.join("; "), edits).emit();
        }
    }

    fn confidence(&self) -> Confidence {
        match self.reach {
            Reach::Never | Reach::Unknown => Confidence::Possible,
            Reach::Always if !self.assumed && !self.onbuild => Confidence::Certain,
            Reach::Sometimes | Reach::Always => Confidence::Likely,
        }
    }

    fn help(&self, outcome: Outcome) -> String {
        let system = self.basis.system;
        let r#use = system.yum.as_ref().and_then(|yum| yum.r#use);
        let mut help = match (self.translation.as_ref().and_then(|one| one.blocked.as_ref()), r#use) {
            (Some(blocked), _) => format!("{}.", capitalised(blocked)),
            (None, Some(command)) if self.name == "yum" => {
                format!("Use `{command}`, which takes the same sub-command.")
            }
            (None, Some(command)) => format!("{}.", tool(self.name, command)),
            (None, None) => format!(
                "Use `{}`, and its names for the packages.",
                system.has.get(1).unwrap_or(&system.manager)
            ),
        };
        if let Some(variable) = &self.variable {
            help = format!("The command comes from `{variable}`. {help}");
        }
        if outcome == Outcome::GoesOn {
            help.push_str(" The build goes on without what this should have done.");
        }
        if self.onbuild {
            help.push_str(" It runs in the builds that start from this image.");
        }
        help
    }

    /// The new command, the edits, and why a person must look at them.
    fn fix(
        &self,
        file: &File<'_>,
        word: &Word,
        translation: &Translation,
    ) -> Option<(&'static str, Vec<Edit>, Vec<String>)> {
        let yum = self.basis.system.yum.as_ref()?;
        let to = yum.r#use?;
        if translation.blocked.is_some() || self.variable.is_some() {
            return None;
        }
        // The last part of the path, and only where it is written out.
        let length = word.value.text().len();
        let name = word.value.locate(length - self.name.len(), length);
        let text = &file.document.text;
        let whole = &text[name] == self.name;
        // Between the strings of a JSON array stand commas and quotes.
        let rewritable = translation.edits.is_empty() || !self.exec;
        if !whole || !rewritable || !package_manager::fits(text, translation) {
            return None;
        }
        let mut edits = vec![file.edit(name, to)];
        edits.extend(translation.edits.iter().map(|(range, content)| file.edit(*range, content.clone())));
        let mut reasons = translation.reasons.clone();
        reasons.extend(yum.careful.map(str::to_owned));
        let wrappers = &self.call.command.words[..self.call.command.program];
        if wrappers.iter().any(|word| word.literal() == Some("xargs")) {
            reasons.push("what `xargs` adds to the command is not known here".to_owned());
        }
        Some((to, edits, reasons))
    }
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

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
