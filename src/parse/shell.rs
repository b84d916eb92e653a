//! Shell commands: what runs, on what condition, and where it stands in the
//! file.
//!
//! Reads the shell language of `sh` and `bash` as it appears in container
//! build files and scripts, without running or expanding anything.
//! `brush-parser` was tried: it gives up on the first fault, leaves commands
//! within words unread and counts places in characters of its input, while
//! here the input is a fragment of another file; `yash-syntax` is not
//! permissive. A reader that never fails and maps every word back is smaller
//! than the bridge to either.

use std::ops::Range;

use ruff_text_size::TextRange;

use super::SyntaxFault;
use super::fragment::Fragment;

mod calls;
mod compound;
mod parser;
mod words;
mod wrappers;

pub use calls::{Call, Calls, Circumstance, Failure, Subject};
pub use wrappers::is_shell;

/// A script or the text given to `sh -c`.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The commands.
    pub body: List,
    /// Options in force from the start.
    pub options: Options,
    /// `#` to the end of the line.
    pub comments: Vec<TextRange>,
    /// What a shell would refuse; reading went on.
    pub faults: Vec<SyntaxFault>,
    /// The here-documents; [`Redirect::document`] counts in them.
    pub documents: Vec<Document>,
}

/// The text of a `<<`.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Its lines.
    pub text: Fragment,
    /// What the shell puts into it; nothing when its name was quoted.
    pub expansions: Vec<Expansion>,
    /// Which bytes of the text it replaces by them.
    pub holes: Vec<Range<usize>>,
    /// Its name was quoted: the text is taken as it stands.
    pub quoted: bool,
    /// Read as commands, because a shell takes it as standard input.
    pub script: Option<Script>,
}

/// Options that decide whether a failure stops the script.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// `set -e`.
    pub errexit: bool,
    /// `set -o pipefail`.
    pub pipefail: bool,
}

/// Commands one after the other.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// In order.
    pub items: Vec<Chain>,
}

/// Pipelines joined by `&&` and `||`.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The first.
    pub first: Pipeline,
    /// The others, each with what joins it to those before.
    pub rest: Vec<(Connector, Pipeline)>,
    /// Ends in `&`: nobody waits for it.
    pub background: bool,
}

/// What joins two pipelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connector {
    /// `&&`
    And,
    /// `||`
    Or,
}

/// Commands joined by `|`.
#[derive(Debug, Clone)]
pub struct Pipeline {
    /// `!` stands before it.
    pub negated: bool,
    /// At least one.
    pub commands: Vec<Node>,
}

/// A simple or a compound command.
#[derive(Debug, Clone)]
pub enum Node {
    /// A program with its arguments.
    Simple(Command),
    /// `if`, `for`, `{ … }` and so on, with its redirections.
    Compound(Box<Compound>, Vec<Redirect>),
}

/// A command made of other commands.
#[derive(Debug, Clone)]
pub enum Compound {
    /// `{ … }`
    Group(List),
    /// `( … )`
    Subshell(List),
    /// Conditions with what they lead to, and `else`.
    If(Vec<(List, List)>, Option<List>),
    /// `while` or `until`: condition and body.
    While(List, List),
    /// `for` or `select`: the variable, the words it takes and the body.
    For(Option<Word>, Vec<Word>, List),
    /// The subject, and the patterns and commands of each arm.
    Case(Word, Vec<(Vec<Word>, List)>),
    /// `name() …`
    Function(Word, Node),
    /// `(( … ))`
    Arithmetic,
}

/// A program with its arguments.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// `NAME=value` before the program.
    pub assignments: Vec<Word>,
    /// The program and its arguments, wrappers such as `sudo` included.
    pub words: Vec<Word>,
    /// Which of the words is the program behind the wrappers.
    pub program: usize,
    /// In order.
    pub redirects: Vec<Redirect>,
    /// The script among the words: that of `sh -c '…'` or `eval`.
    pub script: Option<Script>,
    /// Which of the words were read as [`Command::script`].
    pub script_words: Range<usize>,
}

/// A redirection.
#[derive(Debug, Clone)]
pub struct Redirect {
    /// `>`, `>>`, `<`, `<<` and so on, without the number before it.
    pub operator: String,
    /// The file, or the name that ends the document.
    pub target: Word,
    /// The document of `<<`, by its number in [`Script::documents`].
    pub document: Option<usize>,
}

/// One word.
#[derive(Debug, Clone, Default)]
pub struct Word {
    /// With its quotes.
    pub range: TextRange,
    /// Without its quotes; variables and commands in it stand as written.
    pub value: Fragment,
    /// What the shell puts into it.
    pub expansions: Vec<Expansion>,
    /// Which bytes of the value it replaces by them.
    pub holes: Vec<Range<usize>>,
    /// Some of it was quoted or escaped.
    pub quoted: bool,
    /// `*`, `?` or `[` stand in it unquoted.
    pub glob: bool,
}

/// What the shell replaces within a word.
#[derive(Debug, Clone)]
pub enum Expansion {
    /// `$NAME` or `${NAME…}`; `plain` when nothing but the name is within.
    Variable {
        /// Without `$` and braces.
        name: String,
        /// No operator follows the name.
        plain: bool,
    },
    /// `$(…)`, backticks, `<(…)`.
    Command(Script),
    /// `$((…))`
    Arithmetic,
}

impl Word {
    /// The text, when the shell changes nothing in it.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        self.expansions.is_empty().then(|| self.value.text())
    }

    /// The name, when the word is one variable and nothing else.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        let [Expansion::Variable { name, plain: true }] = self.expansions.as_slice() else { return None };
        let text = self.value.text().strip_prefix('$')?;
        let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or(text);
        (text == name).then_some(name)
    }
}

impl Command {
    /// The program behind the wrappers, as a word.
    #[must_use]
    pub fn program(&self) -> Option<&Word> {
        self.words.get(self.program)
    }

    /// What follows the program.
    #[must_use]
    pub fn arguments(&self) -> &[Word] {
        self.words.get(self.program + 1..).unwrap_or_default()
    }

    /// The last part of the program's literal path.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let literal = self.program()?.literal()?;
        literal.rsplit('/').next()
    }
}

impl Script {
    /// A program and its arguments that no shell reads.
    #[must_use]
    pub fn of_words(words: Vec<Fragment>) -> Self {
        let words = words.into_iter().map(|value| Word { range: value.range(), value, ..Word::default() });
        let mut command = Command { words: words.collect(), ..Command::default() };
        wrappers::unwrap(&mut command, 0);
        let pipeline = Pipeline { negated: false, commands: vec![Node::Simple(command)] };
        let chain = Chain { first: pipeline, rest: Vec::new(), background: false };
        Self { body: List { items: vec![chain] }, ..Self::default() }
    }
}

impl Options {
    /// The options that a shell is started with, or that `set` is given.
    pub fn of_arguments<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut options = Self::default();
        options.apply(words);
        options
    }

    /// Follows `set -e`, `set +e`, `set -eo pipefail`.
    pub fn apply<'w>(&mut self, words: impl IntoIterator<Item = &'w str>) {
        let mut named = None;
        for word in words {
            if let Some(on) = named.take() {
                self.name(word, on);
                continue;
            }
            let (on, letters) = match word.split_at_checked(1) {
                Some(("-", letters)) if !letters.starts_with('-') => (true, letters),
                Some(("+", letters)) => (false, letters),
                _ => continue,
            };
            if letters.contains('e') {
                self.errexit = on;
            }
            if letters.contains('o') {
                named = Some(on);
            }
        }
    }

    fn name(&mut self, name: &str, on: bool) {
        match name {
            "errexit" => self.errexit = on,
            "pipefail" => self.pipefail = on,
            _ => {}
        }
    }
}

/// Reads a script. Never fails: what a shell would refuse is among
/// [`Script::faults`].
#[must_use]
pub fn parse(text: &Fragment, options: Options) -> Script {
    parser::parse(text, options, 0)
}

/// Reads a file of its own, whose first line may ask for options.
#[must_use]
pub fn parse_file(text: &str) -> Script {
    let shebang = text.strip_prefix("#!").and_then(|line| line.lines().next()).unwrap_or_default();
    let options = Options::of_arguments(shebang.split_whitespace().skip(1));
    parse(&Fragment::whole(text), options)
}

#[cfg(test)]
mod tests;
