//! Everything that moving a stage to the target's Python changes in a build
//! file: the images of all stages that must have the same Python.

use ruff_text_size::TextRange;

use super::mentions::{self, Owner};
use super::successor::{self, Successor, successor};
use super::{crossing, destination, image};
use crate::catalogue::images;
use crate::catalogue::python_images::Standing;
use crate::parse::dockerfile::{Base, Dockerfile, ImageReference, Name};
use crate::parse::fragment::Fragment;
use crate::version::PythonVersion;

/// Edits that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bump {
    /// The images to move to, in order of the stages.
    pub images: Vec<String>,
    /// What is written where, in order of the text.
    pub edits: Vec<(TextRange, String)>,
    /// Why a person must look at them.
    pub reasons: Vec<String>,
}

impl Bump {
    /// What it does, as an order.
    #[must_use]
    pub fn title(&self) -> String {
        format!("Move to `{}`", self.images.join("`, `"))
    }

    fn because(&mut self, reason: String) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// With more stages than this it is a machine that writes the file.
const STAGES: usize = 60;

/// What moving a stage changes, with all stages that must move along: their
/// images, the paths and commands of their Python, the package manager. `None`
/// if it stays, or where the text of the file does not say the whole of it.
#[must_use]
pub fn bump(text: &str, dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Option<Bump> {
    if dockerfile.stages.len() > STAGES {
        return None;
    }
    let stages = together(dockerfile, stage, target);
    let mut bump = Bump::default();
    for stage in &stages {
        let (image, successor) = moved(dockerfile, *stage, target)?;
        bump.edits.extend(reference(image, &successor)?);
        for reason in reasons(image, &successor) {
            bump.because(reason);
        }
        let to = successor.to_string();
        if !bump.images.contains(&to) {
            bump.images.push(to);
        }
    }
    let images = bump.edits.clone();
    others(dockerfile, &stages, &images).for_each(|reason| bump.because(reason));
    versions_named(text, dockerfile, &stages, target, &mut bump);
    let crossing = crossing::crossing(dockerfile, &stages, target);
    bump.edits.extend(crossing.edits);
    crossing.reasons.into_iter().for_each(|reason| bump.because(reason));
    finished(bump)
}

/// What changing an image that is only copied from changes: the number of the
/// instruction that copies.
#[must_use]
pub fn copied(text: &str, dockerfile: &Dockerfile, number: usize, target: PythonVersion) -> Option<Bump> {
    let image = dockerfile.image_copied(dockerfile.instructions.get(number)?.flag("from")?)?;
    let mut bump = alone(&image, target)?;
    let stage = dockerfile.stages.iter().position(|stage| stage.instructions.contains(&number))?;
    for mention in mentions::of_stage(text, dockerfile, stage) {
        if mention.owner == Owner::Image(number) && mention.version != target {
            bump.edits.push((mention.version_range, target.to_string()));
        }
    }
    finished(bump)
}

/// What changing an image changes that stands by itself.
#[must_use]
pub fn alone(image: &ImageReference, target: PythonVersion) -> Option<Bump> {
    let successor = successor(image, target)?;
    finished(Bump {
        images: vec![successor.to_string()],
        edits: reference(image, &successor)?,
        reasons: reasons(image, &successor),
    })
}

/// In order, each edit once; `None` if two of them contradict each other.
fn finished(mut bump: Bump) -> Option<Bump> {
    bump.edits.sort_by_key(|(range, _)| (range.start(), range.end()));
    bump.edits.dedup();
    let overlap = |pair: &[(TextRange, String)]| pair[0].0.end() > pair[1].0.start();
    (!bump.edits.is_empty() && !bump.edits.windows(2).any(overlap)).then_some(bump)
}

/// Why a person must look at the new image.
fn reasons(image: &ImageReference, successor: &Successor) -> Vec<String> {
    let mut reasons = vec!["the image brings another Python, for which everything is built anew".to_owned()];
    let now = images::system(&image.name, image.tag.as_deref(), None).map(|(system, _)| system.id);
    if let Some(system) = successor.system.filter(|system| now.is_some_and(|now| now != system.id)) {
        reasons.push(format!("it is built on {}", system.title));
    }
    match successor::read(image) {
        Some(reading) if reading.images.abandoned.is_none() => match successor.standing {
            Standing::Never | Standing::Frozen(_) => {
                reasons.push(format!("`{}` is not built for it", reading.variant));
            }
            Standing::Unknown => reasons.push("whether there is such a tag is not known here".to_owned()),
            Standing::Current => {}
        },
        _ => {}
    }
    reasons
}

/// Adds the paths and commands of the Python that the stages have.
fn versions_named(
    text: &str,
    dockerfile: &Dockerfile,
    stages: &[usize],
    target: PythonVersion,
    bump: &mut Bump,
) {
    for (stage, one) in dockerfile.stages.iter().enumerate() {
        let mut copied = Vec::new();
        let mentions = mentions::of_stage(text, dockerfile, stage);
        for mention in &mentions {
            let Owner::Stage(owner) = mention.owner else { continue };
            let moves = stages.contains(&owner) && mention.version != target;
            if moves && !mentions::brought_in(text, dockerfile, owner, mention) {
                bump.edits.push((mention.version_range, target.to_string()));
                copied.extend((owner != stage).then_some(mention.version));
            }
        }
        let stays =
            |one: &mentions::Mention| one.owner == Owner::Stage(stage) && copied.contains(&one.version);
        if !stages.contains(&stage)
            && mentions.iter().any(stays)
            && let Base::Image(image) = &one.base
        {
            bump.because(format!("`{image}` must have Python {target}, too"));
        }
    }
}

fn moved(
    dockerfile: &Dockerfile,
    stage: usize,
    target: PythonVersion,
) -> Option<(&ImageReference, Successor)> {
    Some((image(dockerfile, stage)?, destination(dockerfile, stage, target)?))
}

/// The stages that must have the same Python as one of them, in order: those
/// that it starts from, copies from, or shares the text of the version with.
fn together(dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Vec<usize> {
    let places: Vec<Vec<TextRange>> = (0..dockerfile.stages.len())
        .map(|stage| {
            let (image, successor) = moved(dockerfile, stage, target)?;
            Some(reference(image, &successor)?.into_iter().map(|(range, _)| range).collect())
        })
        .map(Option::unwrap_or_default)
        .collect();
    let moves = |stage: usize| destination(dockerfile, stage, target).is_some();
    let linked = |one: usize, other: usize| {
        places[one].iter().any(|range| places[other].contains(range))
            || copied_from(dockerfile, one).contains(&other)
            || copied_from(dockerfile, other).contains(&one)
    };
    let mut found = vec![stage];
    let mut at = 0;
    while let Some(one) = found.get(at).copied() {
        let more = (0..dockerfile.stages.len()).filter(|other| moves(*other) && linked(one, *other));
        let more: Vec<usize> = more.filter(|other| !found.contains(other)).collect();
        found.extend(more);
        at += 1;
    }
    found.sort_unstable();
    found
}

/// The stages that a stage copies from.
fn copied_from(dockerfile: &Dockerfile, stage: usize) -> Vec<usize> {
    let instructions = dockerfile.in_stage(&dockerfile.stages[stage]).iter();
    let copies = instructions.filter(|one| one.name == Name::Copy && one.onbuild.is_none());
    let sources = copies.filter_map(|copy| copy.flag("from"));
    sources.filter_map(|source| dockerfile.stage_named(source.text())).collect()
}

/// The edits that turn an image into its successor; `None` where the file does
/// not have the words as they are read, and for an image pinned by its digest.
#[must_use]
pub fn reference(image: &ImageReference, successor: &Successor) -> Option<Vec<(TextRange, String)>> {
    if image.digest.is_some() {
        return None;
    }
    let written = &image.written;
    let length = image.name.len();
    let mut edits = Vec::new();
    if image.name != successor.name {
        if versions(&image.name, &successor.name).is_none() {
            let whole = written.exact(0, written.text().len())?;
            return Some(vec![(whole, successor.to_string())]);
        }
        edits.push(word(written, 0, &image.name, &successor.name)?);
    }
    match image.tag.as_deref() {
        Some(tag) => edits.extend(tag_edits(written, length + 1, tag, &successor.tag)?),
        None if successor.tag.is_empty() => {}
        None => edits.push(insertion(written, length, format!(":{}", successor.tag))?),
    }
    Some(edits)
}

/// The words of a tag, one by one.
fn tag_edits(written: &Fragment, at: usize, old: &str, new: &str) -> Option<Vec<(TextRange, String)>> {
    // `slim` becomes `3.13-slim`.
    if let Some(front) = new.strip_suffix(old).filter(|front| front.ends_with('-')) {
        let start = written.exact(at, at + old.len())?.start();
        return Some(vec![(TextRange::empty(start), front.to_owned())]);
    }
    let mut edits = Vec::new();
    let (mut olds, mut news) = (old.split('-'), new.split('-'));
    let mut start = at;
    loop {
        match (olds.next(), news.next()) {
            (Some(old), Some(new)) => {
                if old != new {
                    edits.push(word(written, start, old, new)?);
                }
                start += old.len() + 1;
            }
            (Some(_), None) => {
                edits.push((written.exact(start - 1, at + old.len())?, String::new()));
                return Some(edits);
            }
            (None, Some(new)) => {
                let rest: String = news.flat_map(|word| ["-", word]).collect();
                edits.push(insertion(written, start - 1, format!("-{new}{rest}"))?);
                return Some(edits);
            }
            (None, None) => return Some(edits),
        }
    }
}

/// One word that changes: only its version if the rest is the same.
fn word(written: &Fragment, at: usize, old: &str, new: &str) -> Option<(TextRange, String)> {
    let same = versions(old, new).unwrap_or_default();
    if let Some(range) = written.exact(at + same, at + old.len()) {
        return Some((range, new[same..].to_owned()));
    }
    // `3.$MINOR`
    let pairs = || old.bytes().zip(new.bytes());
    let front = pairs().take_while(|(old, new)| old == new).count();
    let range = written.exact(at + front, at + old.len())?;
    Some((range, new[front..].to_owned()))
}

/// Where the versions begin that two words end in, if they have the same front.
fn versions(old: &str, new: &str) -> Option<usize> {
    let is_version = |c: char| c.is_ascii_digit() || c == '.';
    let (front, other) = (old.trim_end_matches(is_version), new.trim_end_matches(is_version));
    (front == other && front.len() < old.len() && front.len() < new.len()).then_some(front.len())
}

fn insertion(written: &Fragment, at: usize, text: String) -> Option<(TextRange, String)> {
    let end = written.exact(at.checked_sub(1)?, at)?.end();
    Some((TextRange::empty(end), text))
}

/// Images that an edit changes although they do not move.
fn others<'d>(
    dockerfile: &'d Dockerfile,
    stages: &'d [usize],
    edits: &'d [(TextRange, String)],
) -> impl Iterator<Item = String> + 'd {
    let stays = (0..dockerfile.stages.len()).filter(|stage| !stages.contains(stage));
    let images = stays.filter_map(|stage| match &dockerfile.stages[stage].base {
        Base::Image(image) => Some(image),
        _ => None,
    });
    let changed = |image: &&ImageReference| {
        let length = image.written.text().len();
        let mut places = (0..length).filter_map(|at| image.written.exact(at, at + 1));
        places.any(|place| edits.iter().any(|(range, _)| range.contains_range(place)))
    };
    images.filter(changed).map(|image| format!("`{image}` changes with it"))
}
