//! What the configuration of AWS means: which Python is chosen where.
//!
//! Many tools deploy to AWS Lambda, each with files of its own. One reader per
//! tool finds the places where they choose a Python; rules judge the places and
//! need not know the tool. A reader is added to [`READERS`], nowhere else.

use std::collections::hash_map::Entry;
use std::ops::Range;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use crate::catalogue::runtimes::{self, Runtime};
use crate::discover::Kind;
use crate::edit::{self, Change};
use crate::finding::Confidence;
use crate::parse::tree::Tree;
use crate::parse::{Document, Syntax};
use crate::project::Project;
use crate::python::Code;
use crate::version::PythonVersion;

pub mod beside;
pub mod cdk;
pub mod cloudformation;
pub mod command_line;
pub mod compiled;
pub mod deployed;
pub mod environment;
pub mod layers;
pub mod parameters;
pub mod program;
pub mod pulumi;
pub mod samconfig;
pub mod serverless;
pub mod template;
pub mod terraform;
pub mod tools;
pub mod zappa;

/// Every reader.
pub const READERS: &[&Reader] = &[
    &cdk::READER,
    &cloudformation::READER,
    &command_line::READER,
    &parameters::READER,
    &pulumi::READER,
    &samconfig::READER,
    &serverless::READER,
    &terraform::READER,
    &zappa::READER,
];

/// The kinds of file that any of them reads.
pub const KINDS: &[Kind] = &[
    Kind::Yaml,
    Kind::Json,
    Kind::Toml,
    Kind::Hcl,
    Kind::Shell,
    Kind::Makefile,
    Kind::Dockerfile,
    Kind::JavaScript,
    Kind::Python,
];

/// What understands the files of one tool.
pub struct Reader {
    /// The kinds of file that it reads.
    pub kinds: &'static [Kind],
    /// Words without which a file has nothing for the reader: at least one of
    /// them stands there, bounded by non-identifier characters.
    pub words: &'static [&'static str],
    /// What must stand there as well, anywhere; empty if nothing.
    pub also: &'static str,
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

impl Reader {
    /// Whether a file of this kind may have something for the reader.
    #[must_use]
    pub fn wakes(&self, kind: Kind, text: &[u8]) -> bool {
        let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
        self.kinds.contains(&kind) && has(self.also) && self.words.iter().any(|word| has(word))
    }
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
    /// Less than certain where the meaning of the place is guessed from names.
    pub confidence: Confidence,
    /// Whose Python it is, for the beginning of a message: ``layer `Deps` ``,
    /// ``parameter `X` ``.
    pub owner: Option<String>,
    /// Where the literal stands, if not at its use: ``the default of parameter
    /// `X` ``. Goes into the message.
    pub origin: Option<String>,
    /// What is chosen otherwise elsewhere, so that the two do not fit even now:
    /// ``function `F`, which uses it, runs on `python3.13` ``.
    pub clash: Option<String>,
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
    /// Named beside a container image, which brings its own.
    Idle,
    /// Chosen where it is not among the values allowed.
    Refused,
}

impl Choice {
    /// A certain choice and nothing more; the rest is added by `..`.
    #[must_use]
    pub fn of(runtime: &'static Runtime, range: TextRange, kind: ChoiceKind) -> Self {
        Self {
            runtime,
            range,
            kind,
            confidence: Confidence::Certain,
            owner: None,
            origin: None,
            clash: None,
            shared: None,
            along: None,
            edits: None,
        }
    }
}

/// Every choice in a file, each place once, those of functions first.
#[must_use]
pub fn choices(input: &Input<'_>, code: Option<&Code<'_>>) -> Vec<Choice> {
    let document = input.document;
    let awake = READERS.iter().filter(|reader| reader.wakes(document.kind, document.text.as_bytes()));
    let mut choices: Vec<Choice> = awake.flat_map(|reader| (reader.read)(input, code)).collect();
    choices.sort_by_key(|choice| (choice.kind as u8, choice.range.start(), choice.range.end()));
    let mut each: Vec<Choice> = Vec::new();
    let mut places: FxHashMap<(TextRange, bool), usize> = FxHashMap::default();
    for choice in choices {
        match places.entry((choice.range, choice.kind == ChoiceKind::Refused)) {
            Entry::Occupied(at) => each[*at.get()].join(choice),
            Entry::Vacant(free) => {
                free.insert(each.len());
                each.push(choice);
            }
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
        self.shared = self.shared.take().or(other.shared);
        self.along = self.along.or(other.along);
        self.confidence = self.confidence.max(other.confidence);
    }
}

/// A scalar of JSON or YAML with another text, written like it.
fn written_like(scalar: Tree<'_>, text: &str) -> Option<Change> {
    let content = match scalar {
        Tree::Json(_) => edit::json::quote(text),
        Tree::Yaml(_, node) => edit::yaml::scalar_like(node.style()?, text)?,
    };
    Some(Change::new(scalar.range(), content))
}

/// A list of JSON or YAML with one more element.
fn appended(text: &str, list: Tree<'_>, element: &str) -> Option<Change> {
    match list {
        Tree::Json(array) => edit::json::append_element(text, array, &edit::json::quote(element)),
        Tree::Yaml(_, sequence) => edit::yaml::append_element(text, sequence, element),
    }
}

/// The outermost values of a document of JSON or YAML.
fn roots(document: &Document) -> Vec<Tree<'_>> {
    match &document.syntax {
        Syntax::Json(value) => vec![Tree::Json(value)],
        Syntax::Yaml(documents) => documents.iter().map(Tree::of).collect(),
        _ => Vec::new(),
    }
}

/// The first name of a runtime in a text, such as that of an image or a command.
fn named_in(text: &str) -> Option<(Range<usize>, &'static Runtime)> {
    text.match_indices("python").find_map(|(at, word)| {
        let rest = &text[at + word.len()..];
        let version = rest.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(rest, |end| &rest[..end]);
        let end = at + word.len() + version.trim_end_matches('.').len();
        Some((at..end, runtimes::runtime(&text[at..end])?))
    })
}
