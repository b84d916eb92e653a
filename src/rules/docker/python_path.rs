//! A build names a folder or command of another Python than the image has.
//!
//! ## What it finds
//! In build files, for stages whose image and Python are known:
//!
//! - paths such as `/usr/local/lib/python3.11/site-packages` (official images), `/var/lang/lib/python3.11/…` (AWS Lambda),
//!   `/opt/python/lib/python3.11/…` (layers of Lambda) and `…/venv/lib/python3.11/site-packages`,
//! - the commands `python3.11` and `pip3.11`.
//!
//! Each is compared with the Python that the stage has now and with the one that it has once its image has been moved to
//! the target. What `COPY --from=…` takes belongs to the stage or image that it is taken from.
//!
//! Nothing is reported where the build brings that Python in itself (`apt-get install python3.11`, `uv`, `pyenv`, `conda`,
//! built from its sources, `COPY --from=python:3.11 /usr/local /usr/local`), and of paths that belong to the distribution
//! (`/usr/lib/python3/dist-packages`). A path that nothing fails without (in `ENV`, behind `|| true`) is a warning, one
//! that is only removed an info.
//!
//! ## Why
//! [The version is a part of the path](https://docs.python.org/3/library/site.html) from which Python loads its packages.
//! In an image with Python 3.13 there is no `/usr/local/lib/python3.11`, and copying from it stops the build; what is
//! copied into it is never imported.
//!
//! ## Example
//! ```dockerfile
//! FROM python:3.13 AS build
//! RUN pip install flask
//! FROM python:3.13-slim
//! COPY --from=build /usr/local/lib/python3.11/site-packages /usr/local/lib/python3.11/site-packages
//! ```
//! Use instead:
//! ```dockerfile
//! FROM python:3.13 AS build
//! RUN pip install flask
//! FROM python:3.13-slim
//! COPY --from=build /usr/local/lib/python3.13/site-packages /usr/local/lib/python3.13/site-packages
//! ```
//!
//! ## Fix safety
//! The fix writes the version of the image; where the image has yet to be moved, it moves the image and everything that
//! belongs to it together. It is unsafe: the image may be what is wrong, and a new one brings another Python.

use std::cell::RefCell;

use crate::discover::Kind;
use crate::docker::mentions::{self, Mention, Owner, Pythons, Use};
use crate::docker::{image, successor};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::{Dockerfile, ImageReference};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::moved::Moves;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: PythonPath = PythonPath;

/// Reports paths and commands of other Pythons.
pub struct PythonPath;

impl Rule for PythonPath {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| {
            ["python3.", "pip3."].iter().any(|name| memchr::memmem::find(text, name.as_bytes()).is_some())
        })]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        let moves = RefCell::new(Moves::new(file, dockerfile));
        for stage in 0..dockerfile.stages.len() {
            for mention in mentions::of_stage(&file.document.text, dockerfile, stage) {
                let one = Mentioned { file, dockerfile, stage, mention: &mention, moves: &moves };
                one.report(sink);
            }
        }
    }
}

struct Mentioned<'a, 'm> {
    file: &'a File<'a>,
    dockerfile: &'a Dockerfile,
    /// The stage in which it stands.
    stage: usize,
    mention: &'a Mention,
    moves: &'a RefCell<Moves<'m>>,
}

impl Mentioned<'_, '_> {
    fn report(&self, sink: &mut Sink<'_>) {
        let text = &self.file.document.text;
        let version = self.mention.version;
        match self.mention.owner {
            Owner::Stage(owner) => {
                let target = self.file.settings.target;
                let Some(pythons) = mentions::pythons(self.dockerfile, owner, target) else { return };
                let Some(image) = image(self.dockerfile, owner) else { return };
                if version == pythons.then && pythons.now.is_none_or(|now| now == version)
                    || mentions::brought_in(text, self.dockerfile, owner, self.mention)
                {
                    return;
                }
                self.of_stage(owner, image, pythons, sink);
            }
            Owner::Image(number) => {
                let from = self.dockerfile.instructions[number].flag("from");
                let Some(image) = from.and_then(|from| self.dockerfile.image_copied(from)) else { return };
                let python = successor::read(&image).and_then(|reading| reading.python);
                if let Some(python) = python.filter(|python| *python != version) {
                    self.now(&image, python, python, sink);
                }
            }
        }
    }

    fn of_stage(&self, owner: usize, image: &ImageReference, pythons: Pythons, sink: &mut Sink<'_>) {
        let Mention { version, ref text, .. } = *self.mention;
        if let Some(now) = pythons.now.filter(|now| *now != version) {
            if version == pythons.then {
                // Written for the target already: it is the image that stays behind.
                return self.behind(owner, image, now, sink);
            }
            return self.now(image, now, pythons.then, sink);
        }
        let target = self.file.settings.target;
        let Some(successor) = crate::docker::destination(self.dockerfile, owner, target) else { return };
        let message = format!(
            "`{text}` belongs to Python {version}, which is gone once the stage is built on `{successor}`"
        );
        self.emit(owner, message, true, &self.places(target), sink);
    }

    /// The image has another Python today.
    fn now(&self, image: &ImageReference, has: PythonVersion, then: PythonVersion, sink: &mut Sink<'_>) {
        let Mention { version, ref text, .. } = *self.mention;
        let message = format!("`{text}` belongs to Python {version}, but `{image}` has Python {has}");
        let owner = match self.mention.owner {
            Owner::Stage(owner) => owner,
            Owner::Image(_) => self.stage,
        };
        self.emit(owner, message, image.assumed, &self.places(then), sink);
    }

    /// The image has an older Python than the path that is the target's.
    fn behind(&self, owner: usize, image: &ImageReference, has: PythonVersion, sink: &mut Sink<'_>) {
        let Mention { version, ref text, .. } = *self.mention;
        let message = format!("`{text}` belongs to Python {version}, but `{image}` has Python {has}");
        self.emit(owner, message, image.assumed, "", sink);
    }

    fn places(&self, version: PythonVersion) -> String {
        let Mention { version_range, range, ref text, .. } = *self.mention;
        let at = (version_range.start() - range.start()).to_usize();
        let length = version_range.len().to_usize();
        format!("{}{version}{}", &text[..at], &text[at + length..])
    }

    fn emit(&self, owner: usize, message: String, assumed: bool, instead: &str, sink: &mut Sink<'_>) {
        let Mention { range, version_range, ref text, .. } = *self.mention;
        let severity = match self.mention.use_ {
            Use::Needed => Severity::Error,
            Use::Tolerated => Severity::Warning,
            Use::Removed => Severity::Info,
        };
        let environment = self.mention.kind == mentions::Kind::Environment;
        let confidence = if assumed || environment { Confidence::Likely } else { Confidence::Certain };
        let help = if instead.is_empty() {
            "Move the image to the same Python.".to_owned()
        } else {
            format!("Write `{instead}`.")
        };
        let draft = sink
            .finding(text, range, message)
            .severity(severity)
            .confidence(confidence)
            .help(help)
            .url("https://docs.python.org/3/library/site.html");
        let mut moves = self.moves.borrow_mut();
        if matches!(self.mention.owner, Owner::Stage(_)) && moves.has(owner) {
            return moves.emit(draft, owner);
        }
        if instead.is_empty() {
            return draft.emit();
        }
        let length = version_range.len().to_usize();
        let at = (version_range.start() - range.start()).to_usize();
        let version = &instead[at..instead.len() - (text.len() - at - length)];
        let edit = self.file.edit(version_range, version);
        let reason = "it may be the image that has the wrong Python";
        draft.unsafe_fix(format!("Write `{instead}`"), reason, vec![edit]).emit();
    }
}
