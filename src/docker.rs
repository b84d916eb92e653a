//! What container build files mean: the system each stage runs on, which of
//! its commands are reached, and what a package manager makes of another's
//! command line.

use crate::catalogue::images::{self, Match, System};
use crate::parse::dockerfile::{Base, Dockerfile, ImageReference};
use crate::version::PythonVersion;
use successor::Successor;

pub mod bump;
pub mod called;
pub mod changed;
pub mod crossing;
pub mod lacking;
pub mod mentions;
pub mod named;
pub mod package_manager;
pub mod provided;
pub mod reach;
pub mod successor;

/// What a stage is built on.
#[derive(Debug, Clone, Copy)]
pub struct Basis<'d> {
    /// The system.
    pub system: &'static System,
    /// The image, as far as it is known.
    pub image: &'d ImageReference,
    /// It rests on an assumption: the default of an argument, the path of a
    /// mirror, a tag that floats.
    pub assumed: bool,
}

/// What a stage is built on, through all the stages it starts from; `None`
/// where the image is not known.
#[must_use]
pub fn basis(dockerfile: &Dockerfile, stage: usize) -> Option<Basis<'_>> {
    let image = image(dockerfile, stage)?;
    let (system, sure) = images::system(&image.name, image.tag.as_deref(), image.digest.as_deref())?;
    Some(Basis { system, image, assumed: image.assumed || sure != Match::Exact })
}

/// The image that a stage is built on: that of the first stage it starts from.
#[must_use]
pub fn image(dockerfile: &Dockerfile, stage: usize) -> Option<&ImageReference> {
    let root = *dockerfile.lineage(stage).first()?;
    match &dockerfile.stages.get(root)?.base {
        Base::Image(image) => Some(image),
        _ => None,
    }
}

/// What a stage is built on once its image has been moved to the target; `None`
/// if it is there already, or where the image is not known.
#[must_use]
pub fn destination(dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Option<Successor> {
    successor::successor(image(dockerfile, stage)?, target)
}
