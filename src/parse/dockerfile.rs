//! Container build files: instructions, their words and the commands they run,
//! each with its place in the file.
//!
//! The reader follows BuildKit's own parser. The crates that read Dockerfiles
//! (`parse-dockerfile`, `dockerfile-parser`, `dockerfile-parser-rs`,
//! `tree-sitter-containerfile`) were tried on directives, here-documents in
//! every position, comments within continuations, `ONBUILD` and byte order
//! marks, and none passed: some refuse the whole file over one line, which a
//! reader of other people's files must never do.

use std::ops::Range;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use super::SyntaxFault;
use super::fragment::Fragment;
use super::shell::Script;

mod expand;
mod heredoc;
mod instruction;
mod json;
mod lines;
mod stages;

pub use expand::Expanded;
pub use heredoc::Heredoc;
pub use stages::{Base, ImageReference, Stage};

/// A whole build file.
#[derive(Debug, Clone, Default)]
pub struct Dockerfile {
    /// The `# name=value` lines at the very top.
    pub directives: Vec<Directive>,
    /// In order of the text.
    pub instructions: Vec<Instruction>,
    /// In order; what each starts from and which instructions it has.
    pub stages: Vec<Stage>,
    /// Comments, those within continued instructions and commands included.
    pub comments: Vec<TextRange>,
    /// What a builder would refuse; the rest of the file is read all the same.
    pub faults: Vec<SyntaxFault>,
    /// What the builds of the file give its arguments, whatever their defaults.
    given: FxHashMap<String, String>,
}

/// A parser directive such as `# escape=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// In lower case: `syntax`, `escape` or `check`.
    pub name: String,
    /// As written.
    pub value: String,
    /// The whole line.
    pub range: TextRange,
}

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are Docker's own")]
pub enum Name {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// No instruction of Docker's.
    Unknown,
}

/// One instruction with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Instruction {
    /// From the keyword to the last byte, here-documents included.
    pub range: TextRange,
    /// What it does; under `ONBUILD`, what the child build will do.
    pub name: Name,
    /// The keyword of [`Instruction::name`].
    pub keyword: TextRange,
    /// The word `ONBUILD`, when the instruction waits for the child build.
    pub onbuild: Option<TextRange>,
    /// The `--name=value` words behind the keyword.
    pub flags: Vec<Flag>,
    /// The rest.
    pub arguments: Arguments,
    /// The documents that follow the instruction's line.
    pub heredocs: Vec<Heredoc>,
}

/// An option of an instruction, such as `--platform=linux/arm64`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// The whole word.
    pub range: TextRange,
    /// Without the dashes.
    pub name: String,
    /// Behind the `=`.
    pub value: Option<Fragment>,
}

/// What follows the keyword and the flags.
#[derive(Debug, Clone)]
pub enum Arguments {
    /// `RUN`, `CMD`, `ENTRYPOINT`, `HEALTHCHECK CMD`: what is executed.
    Command(CommandLine),
    /// `FROM`, `COPY`, `ADD`, `EXPOSE`, `VOLUME`, `SHELL`: words, unquoted only in JSON form.
    Words(Vec<Fragment>),
    /// `ARG`, `ENV`, `LABEL`.
    Pairs(Vec<Pair>),
    /// Everything else, in one piece.
    Text(Fragment),
}

/// What a `RUN` and its like execute.
#[derive(Debug, Clone)]
pub struct CommandLine {
    /// Written as a JSON array: no shell takes part.
    pub exec: bool,
    /// As a shell reads it; `None` when something else does, such as
    /// PowerShell or the interpreter of a script's first line.
    pub script: Option<Script>,
}

/// `NAME=value`, quotes and variables as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Left of the `=`.
    pub name: Fragment,
    /// Right of it; `None` where there is no `=`.
    pub value: Option<Fragment>,
}

impl Instruction {
    /// The value of a flag.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Fragment> {
        self.flags.iter().find(|flag| flag.name == name)?.value.as_ref()
    }

    /// What is executed, when a shell or nothing reads it.
    #[must_use]
    pub fn script(&self) -> Option<&Script> {
        match &self.arguments {
            Arguments::Command(line) => line.script.as_ref(),
            _ => None,
        }
    }

    /// The words, for instructions that have them.
    #[must_use]
    pub fn words(&self) -> &[Fragment] {
        match &self.arguments {
            Arguments::Words(words) => words,
            _ => &[],
        }
    }

    /// The pairs, for instructions that have them.
    #[must_use]
    pub fn pairs(&self) -> &[Pair] {
        match &self.arguments {
            Arguments::Pairs(pairs) => pairs,
            _ => &[],
        }
    }
}

impl Dockerfile {
    /// Whether it declares arguments that a build can give.
    #[must_use]
    pub fn takes_arguments(&self) -> bool {
        self.instructions.iter().any(|one| one.name == Name::Arg)
    }

    /// Sets what the builds of the file give its arguments.
    pub fn give(&mut self, arguments: FxHashMap<String, String>) {
        if arguments.is_empty() {
            return;
        }
        self.given = arguments;
        // The faults are those of the first reading.
        self.stages = stages::analyse(&self.instructions, &self.given, self.escape(), &mut Vec::new());
    }

    /// The instructions of a stage, its `FROM` included.
    #[must_use]
    pub fn in_stage(&self, stage: &Stage) -> &[Instruction] {
        let Range { start, end } = stage.instructions;
        self.instructions.get(start..end).unwrap_or_default()
    }
}

/// Reads a build file (without byte order mark). Never fails: what a builder
/// would refuse is among [`Dockerfile::faults`].
#[must_use]
pub fn parse(text: &str) -> Dockerfile {
    let mut dockerfile = lines::read(text);
    let escape = dockerfile.escape();
    dockerfile.stages =
        stages::analyse(&dockerfile.instructions, &dockerfile.given, escape, &mut dockerfile.faults);
    for script in dockerfile.instructions.iter().filter_map(Instruction::script) {
        dockerfile.comments.extend(&script.comments);
    }
    dockerfile.comments.sort_by_key(|range| range.start());
    dockerfile
}

#[cfg(test)]
mod tests;
