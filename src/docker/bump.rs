//! Everything that moving a stage to the target's Python changes in a build
//! file: the images of all stages that must have the same Python, and the
//! commands that the new images do not have.

use ruff_text_size::TextRange;

use super::successor::Successor;
use super::{crossing, destination, image};
use crate::parse::dockerfile::{Base, Dockerfile, ImageReference, Name};
use crate::parse::fragment::Fragment;
use crate::version::PythonVersion;

/// Edits that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bump {
    /// What is written where, in order of the text.
    pub edits: Vec<(TextRange, String)>,
    /// Why a person must look at them, beyond the new Python.
    pub reasons: Vec<String>,
}

/// What moving a stage changes, with all stages that must move along; `None`
/// if it stays, or where the text of the file does not say the whole of it.
#[must_use]
pub fn bump(dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Option<Bump> {
    let stages = together(dockerfile, stage, target);
    let mut bump = Bump::default();
    for stage in &stages {
        let (image, successor) = moved(dockerfile, *stage, target)?;
        bump.edits.extend(reference(image, &successor)?);
    }
    let crossing = crossing::crossing(dockerfile, &stages, target);
    bump.edits.extend(crossing.edits);
    bump.edits.sort_by_key(|(range, _)| (range.start(), range.end()));
    bump.edits.dedup();
    let overlap = |pair: &[(TextRange, String)]| pair[0].0.end() > pair[1].0.start();
    if bump.edits.is_empty() || bump.edits.windows(2).any(overlap) {
        return None;
    }
    bump.reasons.extend(others(dockerfile, &stages, &bump.edits));
    bump.reasons.extend(crossing.reasons);
    Some(bump)
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
