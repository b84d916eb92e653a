//! The fix that findings share which come true once a stage is moved.

use rustc_hash::FxHashMap;

use crate::docker::bump::{self, Bump};
use crate::finding::Edit;
use crate::parse::dockerfile::Dockerfile;
use crate::rule::{Draft, File};

/// What moving the stages of a file changes, each found once.
pub struct Moves<'a> {
    file: File<'a>,
    dockerfile: &'a Dockerfile,
    bumps: FxHashMap<usize, Option<Bump>>,
}

impl<'a> Moves<'a> {
    /// Of one file.
    #[must_use]
    pub fn new(file: &File<'a>, dockerfile: &'a Dockerfile) -> Self {
        Self { file: *file, dockerfile, bumps: FxHashMap::default() }
    }

    /// Reports a finding with everything that moving its stage changes as the
    /// fix: the image, and the commands that do not run there.
    pub fn emit(&mut self, draft: Draft<'_>, stage: usize) {
        let (text, target) = (&self.file.document.text, self.file.settings.target);
        let bump =
            self.bumps.entry(stage).or_insert_with(|| bump::bump(text, self.dockerfile, stage, target));
        let Some(bump) = bump else { return draft.emit() };
        draft.unsafe_fix(bump.title(), bump.reasons.join("; "), edits(&self.file, bump)).emit();
    }

    /// Whether moving the stage is something that can be done here.
    #[must_use]
    pub fn has(&mut self, stage: usize) -> bool {
        let (text, target) = (&self.file.document.text, self.file.settings.target);
        self.bumps.entry(stage).or_insert_with(|| bump::bump(text, self.dockerfile, stage, target)).is_some()
    }
}

/// The edits of a move, with the line ends of the file.
#[must_use]
pub fn edits(file: &File<'_>, bump: &Bump) -> Vec<Edit> {
    let dos = file.document.text.contains("\r\n");
    let written = |text: &String| if dos { text.replace('\n', "\r\n") } else { text.clone() };
    bump.edits.iter().map(|(range, text)| file.edit(*range, written(text))).collect()
}
