//! A build runs `setup.py` where there is no setuptools.
//!
//! ## What it finds
//! `python setup.py install`, `develop`, `bdist_wheel` and the other commands of `setup.py` in stages of a build file that
//! are built on an official `python` image of 3.12 or later, or will be once the image has been moved to the target, and in
//! which nothing has installed `setuptools` before. Where other packages have been installed before, one of them may have
//! brought it: then it is a warning.
//!
//! ## Why
//! The official images up to Python 3.11 come with `setuptools` and `wheel`; those from 3.12 on
//! [have neither](https://github.com/docker-library/python/pull/954), and `distutils` is
//! [gone from the standard library](https://docs.python.org/3/whatsnew/3.12.html). `setup.py` stops with
//! `ModuleNotFoundError: No module named 'setuptools'`. `pip` brings along what a build needs by itself.
//!
//! ## Example
//! ```dockerfile
//! FROM python:3.13-slim
//! COPY . .
//! RUN python setup.py install
//! ```
//! Use instead:
//! ```dockerfile
//! FROM python:3.13-slim
//! COPY . .
//! RUN pip install .
//! ```
//!
//! ## Fix safety
//! The fix writes `pip install .` for `python setup.py install` and `pip install -e .` for `develop`, where nothing stands
//! behind them. It is unsafe: `pip` builds apart from the environment and installs in another form.

use ruff_text_size::TextRange;

use crate::discover::Kind;
use crate::docker::{destination, image, mentions, successor};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::{Dockerfile, Instruction, Name};
use crate::parse::shell::{Call, Command, Failure};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SetupPyInstall = SetupPyInstall;

/// Reports `setup.py` without setuptools.
pub struct SetupPyInstall;

/// The first Python whose images come without setuptools.
const WITHOUT: PythonVersion = PythonVersion::PY312;

impl Rule for SetupPyInstall {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["setuptools"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("setup")]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for stage in 0..dockerfile.stages.len() {
            if let Some(ground) = Ground::of(dockerfile, stage, file.settings.target) {
                ground.check(file, dockerfile, sink);
            }
        }
    }
}

/// What a stage is built on.
struct Ground {
    stage: usize,
    /// The image without setuptools.
    image: String,
    /// The stage is not built on it yet.
    moved: bool,
    assumed: bool,
}

/// What has been installed by the time a command runs.
#[derive(Default)]
struct Installed {
    setuptools: bool,
    others: bool,
}

impl Ground {
    /// `None` where setuptools is there, and where that is not known.
    fn of(dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Option<Self> {
        let image = image(dockerfile, stage)?;
        let reading = successor::read(image)?;
        if reading.images.id != "python" {
            return None;
        }
        let pythons = mentions::pythons(dockerfile, stage, target)?;
        let assumed = image.assumed || reading.mirrored;
        // The first patch releases of 3.12 still had it.
        let sure = pythons.now.is_some_and(|now| now > WITHOUT || now == WITHOUT && !reading.exact);
        if sure {
            return Some(Self { stage, image: image.to_string(), moved: false, assumed });
        }
        let successor = destination(dockerfile, stage, target).filter(|_| pythons.then >= WITHOUT)?;
        Some(Self { stage, image: successor.to_string(), moved: true, assumed })
    }

    fn check(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let mut installed = Installed::default();
        for stage in dockerfile.lineage(self.stage) {
            let instructions = dockerfile.in_stage(&dockerfile.stages[stage]);
            for instruction in instructions.iter().filter(|one| one.onbuild.is_none()) {
                let commands = if stage == self.stage { Some(&mut *sink) } else { None };
                self.instruction(file, instruction, &mut installed, commands);
            }
        }
    }

    fn instruction(
        &self,
        file: &File<'_>,
        instruction: &Instruction,
        installed: &mut Installed,
        mut sink: Option<&mut Sink<'_>>,
    ) {
        // A whole environment may come along.
        let brings =
            |text: &str| ["/usr/local", "site-packages", "venv"].iter().any(|sign| text.contains(sign));
        if instruction.name == Name::Copy && instruction.flag("from").is_some() {
            installed.setuptools |= instruction.words().iter().any(|word| brings(word.text()));
        }
        let Some(script) = instruction.script() else { return };
        for call in script.calls().all {
            let words = || call.command.arguments().iter().map(|word| word.value.text());
            if words().any(|text| text.contains("setuptools") || text.contains("ez_setup")) {
                installed.setuptools = true;
            }
            let Some(setup) = Setup::of(call.command) else {
                let system = matches!(call.command.name(), Some("apk" | "apt" | "apt-get" | "dnf" | "yum"));
                installed.others |= !system && words().any(|text| matches!(text, "install" | "sync" | "add"));
                continue;
            };
            if !installed.setuptools
                && let Some(sink) = sink.as_deref_mut()
            {
                self.report(file, &call, &setup, installed, sink);
            }
        }
    }

    fn report(
        &self,
        file: &File<'_>,
        call: &Call<'_>,
        setup: &Setup,
        installed: &Installed,
        sink: &mut Sink<'_>,
    ) {
        let sure = matches!(call.failure, Failure::Stops) && !call.asked && !installed.others;
        let message = if self.moved {
            format!(
                "`setup.py {}` fails once the stage is built on `{}`, which comes without setuptools",
                setup.order, self.image
            )
        } else {
            format!("`setup.py {}` fails in `{}`, which comes without setuptools", setup.order, self.image)
        };
        let sure_of_image = !self.moved && !self.assumed && sure;
        let draft = sink
            .finding("setuptools", setup.range, message)
            .severity(if sure { Severity::Error } else { Severity::Warning })
            .confidence(if sure_of_image { Confidence::Certain } else { Confidence::Likely })
            .help("Run `pip install .` in its place, or `pip install setuptools` before it.")
            .url("https://github.com/docker-library/python/pull/954");
        let Some(to) = setup.instead else { return draft.emit() };
        let reason = "`pip` builds apart from the environment and installs in another form";
        draft.unsafe_fix(format!("Write `{to}`"), reason, vec![file.edit(setup.range, to)]).emit();
    }
}

/// A call of `setup.py`.
struct Setup {
    /// From the interpreter to the last word.
    range: TextRange,
    order: String,
    /// The command that does the same.
    instead: Option<&'static str>,
}

impl Setup {
    fn of(command: &Command) -> Option<Self> {
        const ORDERS: [&str; 11] = [
            "bdist",
            "bdist_egg",
            "bdist_wheel",
            "build",
            "build_ext",
            "build_py",
            "develop",
            "egg_info",
            "install",
            "sdist",
            "test",
        ];
        let program = command.program()?;
        let name = command.name()?;
        let is_python = name
            .strip_prefix("python")
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
        let (script, rest) = if is_python {
            let arguments = command.arguments();
            let at = arguments.iter().position(|word| !word.value.text().starts_with('-'))?;
            // `-m` and `-c` run something else.
            let plain = arguments[..at].iter().all(|word| !matches!(word.value.text(), "-m" | "-c"));
            (arguments.get(at).filter(|_| plain)?, &arguments[at + 1..])
        } else {
            (program, command.arguments())
        };
        let path = script.literal()?;
        if path.rsplit('/').next() != Some("setup.py") {
            return None;
        }
        let order = rest.iter().filter_map(|word| word.literal()).find(|word| ORDERS.contains(word))?;
        let alone = is_python && rest.len() == 1 && command.arguments().len() == 2;
        let instead = match order {
            "install" => Some("pip install ."),
            "develop" => Some("pip install -e ."),
            _ => None,
        };
        let instead = instead
            .filter(|_| alone && matches!(path, "setup.py" | "./setup.py") && command.redirects.is_empty());
        let range = TextRange::new(
            program.range.start(),
            rest.last().map_or(program.range.end(), |word| word.range.end()),
        );
        Some(Self { range, order: order.to_owned(), instead })
    }
}
