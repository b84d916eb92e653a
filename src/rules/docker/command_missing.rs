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
//! The package managers of other systems, `apt`, `apt-get` and `apk`, are reported on Amazon Linux, where no package brings
//! them.
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
//! unsafe, since the image grows by it; where the command is a mere convenience, leaving it out is better. In a stage that
//! is still to be moved, the fix is the whole move: the image, the package manager, the packages.

use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use crate::catalogue::images::{self, System};
use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::changed::Presence;
use crate::docker::lacking::{self, Missing};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Group, Severity};
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::moved::Moves;

/// The rule.
pub static RULE: CommandMissing = CommandMissing;

/// Reports commands that are not there.
pub struct CommandMissing;

/// Package managers of other systems, which nothing brings to Amazon Linux.
const FOREIGN: Wanted = Wanted {
    names: &["apk", "apt", "apt-get"],
    on: |system, _| system.id.starts_with("amazon-linux"),
    installed: false,
};

impl Rule for CommandMissing {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        images::lacking().iter().chain(FOREIGN.names).map(|name| Trigger::Word(name)).collect()
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let mut moves = Moves::new(file, dockerfile);
        for missing in lacking::missing(dockerfile, file.settings.target) {
            report(file, dockerfile, &missing, &mut moves, sink);
        }
        let mut told = FxHashSet::default();
        for called in called(dockerfile, &FOREIGN, file.settings.target) {
            let missing =
                called.reach != Reach::Never && called.outcome() != Outcome::Handled && !called.call.asked;
            if missing && told.insert((called.stage, called.name)) {
                foreign(&called, sink);
            }
        }
    }
}

/// Reports a package manager of another system.
fn foreign(called: &Called<'_>, sink: &mut Sink<'_>) {
    let (name, title, manager) = (called.name, called.system.title, manager(called.system));
    let message = format!("`{name}` is not there {}: {title} has `{manager}`", called.place());
    sink.finding(name, called.word.value.range(), message)
        .severity(if called.outcome() == Outcome::Stops { Severity::Error } else { Severity::Warning })
        .confidence(called.confidence())
        .help(format!("Use `{manager}`, and its names for the packages"))
        .url(called.system.source)
        .emit();
}

fn report(
    file: &File<'_>,
    dockerfile: &Dockerfile,
    missing: &Missing<'_>,
    moves: &mut Moves<'_>,
    sink: &mut Sink<'_>,
) {
    let Missing { called, lacking, presence } = missing;
    let outcome = called.outcome();
    let certain = *presence == Presence::Missing && outcome == Outcome::Stops;
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
        .severity(if certain { Severity::Error } else { Severity::Warning })
        .confidence(missing.confidence())
        .help(help)
        .url(lacking.source);
    if called.moved {
        return moves.emit(draft, called.stage);
    }
    let Some(place) = lacking::installation(dockerfile, called) else { return draft.emit() };
    let manager = manager(called.system);
    let end = if file.document.text.contains("\r\n") { "\r\n" } else { "\n" };
    let content = match place.alone {
        true => format!("RUN {manager} install -y {package}{end}"),
        false => format!(" {package}"),
    };
    let edit = file.edit(TextRange::empty(place.at), content);
    draft.unsafe_fix(format!("Install `{package}`"), "the image grows by it", vec![edit]).emit();
}

/// The package manager that people know the system by.
fn manager(system: &System) -> &'static str {
    if system.has.contains(&"dnf") { "dnf" } else { system.manager }
}
