//! What the configuration of AWS means: which Python is chosen where.
//!
//! Many tools deploy to AWS Lambda, each with files of its own. One reader per
//! tool finds the places where they choose a Python; rules judge the places and
//! need not know the tool. A reader is added to [`READERS`], nowhere else.

use ruff_text_size::TextRange;

use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::Document;
use crate::project::Project;
use crate::python::Code;
use crate::version::PythonVersion;

pub mod cloudformation;
pub mod command_line;
pub mod template;
pub mod terraform;

/// Every reader.
pub const READERS: &[&Reader] = &[&cloudformation::READER, &terraform::READER, &command_line::READER];

/// The kinds of file that any of them reads.
pub const KINDS: &[Kind] =
    &[Kind::Yaml, Kind::Json, Kind::Hcl, Kind::Shell, Kind::Makefile, Kind::Dockerfile];

/// What understands the files of one tool.
pub struct Reader {
    /// Words without which a file has nothing for the reader: at least one of
    /// them stands there, bounded by non-identifier characters.
    pub words: &'static [&'static str],
    /// The choices of a file, in any order; none where the file is of another
    /// tool. It looks at the syntax of the document, and may meet any; the code
    /// is there where that is Python that parses.
    pub read: fn(&Input<'_>, Option<&Code<'_>>) -> Vec<Choice>,
}

/// The file that is read.
pub struct Input<'a> {
    /// Its text and syntax.
    pub document: &'a Document,
    /// The repository around it.
    pub project: &'a Project,
    /// The Python that everything shall run on.
    pub target: PythonVersion,
}

impl Input<'_> {
    /// What to write for the target; `None` if AWS Lambda does not know it.
    #[must_use]
    pub fn target_name(&self) -> Option<&'static str> {
        runtimes::runtime_of(self.target).map(|runtime| runtime.name)
    }
}

/// A place where the Python of something that AWS Lambda runs is chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is chosen, old or new.
    pub runtime: &'static Runtime,
    /// The literal that decides: what a finding points at, reported once per place.
    pub range: TextRange,
    /// What it is chosen for.
    pub kind: ChoiceKind,
    /// Less than certain where the use of the literal had to be assumed.
    pub confidence: Confidence,
    /// Whose Python it is, for the beginning of a message: ``layer `Deps` ``.
    pub owner: Option<String>,
    /// Where the literal stands, if not at its use: ``the default of parameter
    /// `X` ``. Goes into the message.
    pub origin: Option<String>,
    /// Why other places or deployments may depend on the literal: makes a fix unsafe.
    pub shared: Option<String>,
    /// What else must move with it: makes a fix unsafe.
    pub along: Option<&'static str>,
    /// What makes it the target: one fix, applied whole. `None`: cannot be written.
    pub edits: Option<Vec<Change>>,
}

/// What a Python is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChoiceKind {
    /// A function runs on it.
    Function,
    /// Dependencies are built for it: `BuildMethod`, `pip --python-version`.
    Build,
    /// The newest that a layer says it is compatible with.
    Compatible,
}

/// Every choice in a file, each place once, those of functions first.
#[must_use]
pub fn choices(input: &Input<'_>, code: Option<&Code<'_>>) -> Vec<Choice> {
    let mut choices: Vec<Choice> = READERS.iter().flat_map(|reader| (reader.read)(input, code)).collect();
    choices.sort_by_key(|choice| (choice.kind as u8, choice.range.start(), choice.range.end()));
    let mut each: Vec<Choice> = Vec::new();
    for choice in choices {
        match each.iter_mut().find(|other| other.range == choice.range) {
            Some(other) => other.join(choice),
            None => each.push(choice),
        }
    }
    each
}

impl Choice {
    /// Takes in another use of the same literal: what holds for one holds for
    /// the place.
    fn join(&mut self, other: Self) {
        if other.kind != self.kind {
            return;
        }
        if self.edits != other.edits {
            self.edits = None;
        }
        self.confidence = self.confidence.max(other.confidence);
        self.shared = self.shared.take().or(other.shared);
        self.along = self.along.or(other.along);
    }
}
