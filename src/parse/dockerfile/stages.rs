//! What each stage starts from, through arguments, names and numbers.

use std::cell::Cell;
use std::ops::Range;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::expand::{Expanded, expand, hole};
use super::{Dockerfile, Instruction, Name, Pair};
use crate::parse::SyntaxFault;
use crate::parse::fragment::Fragment;

/// One `FROM` and the instructions up to the next.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Of [`Dockerfile::instructions`], the `FROM` first.
    pub instructions: Range<usize>,
    /// Behind `AS`.
    pub name: Option<Fragment>,
    /// What it starts from.
    pub base: Base,
}

/// What a stage starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// An earlier stage of the same file, by its number.
    Stage(usize),
    /// An image.
    Image(ImageReference),
    /// Nothing at all.
    Scratch,
    /// `FROM` says nothing that can be understood.
    Unknown,
}

/// The name of an image, taken apart. Any part can contain [`Expanded::HOLE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReference {
    /// Registry and path, without tag and digest: `public.ecr.aws/lambda/python`.
    pub name: String,
    /// Behind the `:`.
    pub tag: Option<String>,
    /// Behind the `@`.
    pub digest: Option<String>,
    /// All of it, with the places in the file that its parts come from.
    pub written: Fragment,
    /// It holds unless the build is given other arguments.
    pub assumed: bool,
}

impl std::fmt::Display for ImageReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |part: &str| part.replace(Expanded::HOLE, "…");
        f.write_str(&shown(&self.name))?;
        match &self.tag {
            Some(tag) => write!(f, ":{}", shown(tag)),
            None => Ok(()),
        }
    }
}

impl ImageReference {
    /// Takes a reference apart as it is written; `None` if it is empty.
    #[must_use]
    pub fn of(text: &Fragment) -> Option<Self> {
        Self::read(&Expanded { value: text.clone(), assumed: false })
    }

    fn read(reference: &Expanded) -> Option<Self> {
        let all = reference.text();
        let start = all.len() - all.trim_start().len();
        let written = reference.value.slice(start, start + all.trim().len());
        let (text, digest) = match written.text().split_once('@') {
            Some((text, digest)) => (text, Some(digest.to_owned())),
            None => (written.text(), None),
        };
        // A colon before the last slash is the port of a registry.
        let path = text.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match text[path..].find(':') {
            Some(colon) => (&text[..path + colon], Some(text[path + colon + 1..].to_owned())),
            None => (text, None),
        };
        let name = name.to_owned();
        (!name.is_empty()).then_some(Self { name, tag, digest, written, assumed: reference.assumed })
    }
}

/// Arguments that the builder sets by itself, so that their values are never
/// those of the file.
const AUTOMATIC: [&str; 8] = [
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
];

/// Arguments before the first `FROM`, with their values.
type Globals = FxHashMap<String, Expanded>;

/// Arguments that the builds of the file give.
type Given = FxHashMap<String, String>;

/// How many variables the value of one may take in, over all levels.
const VARIABLES: usize = 30;

/// Finds the stages.
pub(super) fn analyse(
    instructions: &[Instruction],
    given: &Given,
    escape: char,
    faults: &mut Vec<SyntaxFault>,
) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let mut globals = Globals::default();
    for (at, instruction) in instructions.iter().enumerate() {
        if instruction.name == Name::From && instruction.onbuild.is_none() {
            if let Some(last) = stages.last_mut() {
                last.instructions.end = at;
            }
            let stage = stage(instruction, at, instructions.len(), &stages, &globals, escape);
            if stage.base == Base::Unknown {
                faults.push(SyntaxFault {
                    message: "`FROM` takes an image, or an image, `AS` and a name".to_owned(),
                    range: instruction.range,
                });
            }
            stages.push(stage);
        } else if stages.is_empty() {
            if instruction.name == Name::Arg {
                declare(instruction, &mut globals, given, escape);
            } else if instruction.name != Name::Unknown {
                faults.push(SyntaxFault {
                    message: "only `ARG` can stand before the first `FROM`".to_owned(),
                    range: instruction.range,
                });
            }
        }
    }
    stages
}

fn stage(
    from: &Instruction,
    at: usize,
    end: usize,
    earlier: &[Stage],
    globals: &Globals,
    escape: char,
) -> Stage {
    let words = from.words();
    let name = match words {
        [_, r#as, name, ..] if r#as.text().eq_ignore_ascii_case("as") => Some(name.clone()),
        _ => None,
    };
    let base = match words.first() {
        Some(image) => base(&expand(image, &|name| globals.get(name).cloned(), escape), earlier),
        None => Base::Unknown,
    };
    Stage { instructions: at..end, name, base }
}

fn base(reference: &Expanded, earlier: &[Stage]) -> Base {
    let text = reference.text().trim();
    if let Some(stage) = named(text, earlier) {
        return Base::Stage(stage);
    }
    if text.eq_ignore_ascii_case("scratch") {
        return Base::Scratch;
    }
    ImageReference::read(reference).map_or(Base::Unknown, Base::Image)
}

/// The stage that a name or a number means.
fn named(text: &str, earlier: &[Stage]) -> Option<usize> {
    let named =
        |stage: &Stage| stage.name.as_ref().is_some_and(|name| name.text().eq_ignore_ascii_case(text));
    let number = || text.parse().ok().filter(|number: &usize| *number < earlier.len());
    earlier.iter().rposition(named).or_else(number)
}

/// Adds what an `ARG` before the first `FROM` declares.
fn declare(instruction: &Instruction, globals: &mut Globals, given: &Given, escape: char) {
    for pair in instruction.pairs() {
        let name = pair.name.text();
        if let Some(value) = overridden(pair, given) {
            globals.insert(name.to_owned(), value);
            continue;
        }
        let Some(value) = pair.value.as_ref().filter(|_| !AUTOMATIC.contains(&name)) else { continue };
        let value = expand(value, &|name| globals.get(name).cloned(), escape);
        globals.insert(name.to_owned(), Expanded { assumed: true, ..value });
    }
}

/// What the builds give an argument instead of its default. It stands in for
/// the whole declaration, so that no edit of a part of it is possible.
fn overridden(pair: &Pair, given: &Given) -> Option<Expanded> {
    let name = pair.name.text();
    let value = given.get(name).filter(|_| !AUTOMATIC.contains(&name))?;
    Some(Expanded::instead_of(value, pair.name.range(), true))
}

impl Dockerfile {
    /// The stage that a `--from` means; also one that follows.
    #[must_use]
    pub fn stage_named(&self, text: &str) -> Option<usize> {
        named(text, &self.stages)
    }

    /// What a `--from` of an instruction names that is no stage: the words are
    /// taken as they stand, for the builder replaces no variables in them.
    #[must_use]
    pub fn image_copied(&self, from: &Fragment) -> Option<ImageReference> {
        let plain = self.stage_named(from.text()).is_none() && !from.text().contains('$');
        plain.then(|| ImageReference::of(from)).flatten()
    }

    /// The stages that one is made of: the one that starts from an image
    /// first, itself last.
    #[must_use]
    pub fn lineage(&self, stage: usize) -> Vec<usize> {
        let mut lineage = vec![stage];
        // A stage starts only from an earlier one, so that this ends.
        while let Some(Stage { base: Base::Stage(parent), .. }) =
            lineage.last().and_then(|at| self.stages.get(*at))
        {
            lineage.push(*parent);
        }
        lineage.reverse();
        lineage
    }

    /// The value that an `ARG` or `ENV` gives a variable in a stage, where
    /// the instruction with this number stands.
    #[must_use]
    pub fn variable(&self, stage: usize, instruction: usize, name: &str) -> Option<Expanded> {
        let lineage = self.lineage(stage);
        self.look_up(&lineage, instruction, name, &Cell::new(VARIABLES))
    }

    /// Looks back from an instruction: the last `ENV` counts, or else the last `ARG`.
    fn look_up(&self, lineage: &[usize], before: usize, name: &str, left: &Cell<usize>) -> Option<Expanded> {
        let Some(fewer) = left.get().checked_sub(1) else { return Some(hole(TextRange::default())) };
        left.set(fewer);
        let escape = self.escape();
        let mut argument = None;
        for stage in lineage.iter().rev().filter_map(|stage| self.stages.get(*stage)) {
            let Range { start, end } = stage.instructions;
            for at in (start..end.min(before)).rev() {
                let one = &self.instructions[at];
                if one.onbuild.is_some() || !matches!(one.name, Name::Arg | Name::Env) {
                    continue;
                }
                let Some(pair) = one.pairs().iter().rev().find(|pair| pair.name.text() == name) else {
                    continue;
                };
                if one.name == Name::Arg {
                    argument.get_or_insert((at, pair));
                } else if let Some(value) = &pair.value {
                    return Some(expand(value, &|name| self.look_up(lineage, at, name, left), escape));
                }
            }
        }
        let (at, pair) = argument.filter(|_| !AUTOMATIC.contains(&name))?;
        if let Some(value) = overridden(pair, &self.given) {
            return Some(value);
        }
        let value = match &pair.value {
            Some(value) => expand(value, &|name| self.look_up(lineage, at, name, left), escape),
            None => self.global(name)?,
        };
        Some(Expanded { assumed: true, ..value })
    }

    /// The value of an argument before the first `FROM`.
    fn global(&self, name: &str) -> Option<Expanded> {
        let first = self.stages.first().map_or(0, |stage| stage.instructions.start);
        let mut globals = Globals::default();
        for instruction in self.instructions[..first].iter().filter(|one| one.name == Name::Arg) {
            declare(instruction, &mut globals, &self.given, self.escape());
        }
        globals.remove(name)
    }

    /// The escape character that the file chose.
    #[must_use]
    pub fn escape(&self) -> char {
        let chosen = self.directives.iter().find(|directive| directive.name == "escape");
        if chosen.is_some_and(|directive| directive.value == "`") { '`' } else { '\\' }
    }
}
