//! One joined line to an instruction: keyword, flags, arguments.

use ruff_text_size::TextRange;

use super::heredoc::{self, Heredoc};
use super::{Arguments, CommandLine, Flag, Instruction, Name, Pair, json};
use crate::parse::fragment::Fragment;
use crate::parse::shell::{self, Options, Script};

/// What reads the commands of a stage.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shell {
    /// PowerShell, `cmd`, or something that is no shell at all.
    foreign: bool,
    options: Options,
}

/// An instruction taken apart, its arguments still in one piece.
pub(super) struct Line {
    pub(super) name: Name,
    pub(super) keyword: TextRange,
    onbuild: Option<TextRange>,
    word: String,
    flags: Vec<Flag>,
    arguments: Fragment,
}

/// Takes a joined line apart.
pub(super) fn split(joined: &Fragment, escape: char) -> Line {
    let outer = one(joined, escape);
    if outer.name != Name::Onbuild || outer.arguments.is_empty() {
        return outer;
    }
    let inner = one(&outer.arguments, escape);
    // Docker refuses one `ONBUILD` within another.
    let name = if inner.name == Name::Onbuild { Name::Unknown } else { inner.name };
    Line { onbuild: Some(outer.keyword), name, ..inner }
}

fn one(joined: &Fragment, escape: char) -> Line {
    let line = trim(joined);
    let text = line.text();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (flags, rest) = flags(&line, end, escape);
    let arguments = trim(&line.slice(rest, text.len()));
    let (keyword, name) = (line.locate(0, end), name(&text[..end]));
    Line { name, keyword, onbuild: None, word: text[..end].to_owned(), flags, arguments }
}

impl Line {
    pub(super) fn start(&self) -> usize {
        self.onbuild.unwrap_or(self.keyword).start().to_usize()
    }

    /// The keyword as written.
    pub(super) fn word(&self) -> &str {
        &self.word
    }

    pub(super) fn takes_heredocs(&self) -> bool {
        matches!(self.name, Name::Run | Name::Copy | Name::Add) && json::strings(&self.arguments).is_none()
    }

    pub(super) fn read(
        self,
        text: &str,
        range: TextRange,
        heredocs: Vec<Heredoc>,
        shell: &Shell,
        escape: char,
    ) -> Instruction {
        let rest = &self.arguments;
        let arguments = match self.name {
            Name::Run | Name::Cmd | Name::Entrypoint => {
                Arguments::Command(command_line(text, rest, &heredocs, shell))
            }
            Name::Healthcheck => {
                let end = rest.text().find(char::is_whitespace).unwrap_or(rest.text().len());
                let command = trim(&rest.slice(end, rest.text().len()));
                Arguments::Command(command_line(text, &command, &heredocs, shell))
            }
            Name::From | Name::Copy | Name::Add | Name::Expose | Name::Volume | Name::Shell => {
                Arguments::Words(json::strings(rest).unwrap_or_else(|| blanks(rest)))
            }
            Name::Arg => Arguments::Pairs(words(rest, escape).iter().map(pair).collect()),
            Name::Env | Name::Label => Arguments::Pairs(pairs(rest, escape)),
            Name::Maintainer
            | Name::Onbuild
            | Name::Stopsignal
            | Name::User
            | Name::Workdir
            | Name::Unknown => Arguments::Text(rest.clone()),
        };
        Instruction {
            range,
            name: self.name,
            keyword: self.keyword,
            onbuild: self.onbuild,
            flags: self.flags,
            arguments,
            heredocs,
        }
    }
}

impl Shell {
    /// What a `SHELL` instruction asks for.
    pub(super) fn set(instruction: &Instruction) -> Self {
        let words = instruction.words();
        let is_shell = |word: &Fragment| {
            let program = word.text().rsplit('/').next().unwrap_or_default();
            shell::is_shell(program)
        };
        let Some(at) = words.iter().position(is_shell) else {
            return Self { foreign: true, ..Self::default() };
        };
        let options = Options::of_arguments(words[at + 1..].iter().map(Fragment::text));
        Self { foreign: false, options }
    }
}

fn command_line(text: &str, command: &Fragment, heredocs: &[Heredoc], shell: &Shell) -> CommandLine {
    if let Some(words) = json::strings(command) {
        return CommandLine { exec: true, script: Some(Script::of_words(words)) };
    }
    let mut script = command.clone();
    let mut options = shell.options;
    let mut foreign = shell.foreign;
    match heredocs {
        [document] if heredoc::is_alone(command) => {
            script = Fragment::default();
            script.push(&text[document.body], document.body.start().to_usize());
            if let Some(interpreter) = script.text().trim_start_matches('\t').strip_prefix("#!") {
                let line = interpreter.lines().next().unwrap_or_default();
                let mut words = line.split_whitespace();
                foreign =
                    !words.by_ref().any(|word| shell::is_shell(word.rsplit('/').next().unwrap_or_default()));
                options = Options::of_arguments(words);
            }
        }
        documents => {
            for document in documents {
                // The line feed before the document belongs to the shell's text.
                let start = document.body.start().to_usize().saturating_sub(1);
                script.push(&text[start..document.end.end().to_usize()], start);
            }
        }
    }
    CommandLine { exec: false, script: (!foreign).then(|| shell::parse(&script, options)) }
}

fn name(word: &str) -> Name {
    match word.to_ascii_uppercase().as_str() {
        "ADD" => Name::Add,
        "ARG" => Name::Arg,
        "CMD" => Name::Cmd,
        "COPY" => Name::Copy,
        "ENTRYPOINT" => Name::Entrypoint,
        "ENV" => Name::Env,
        "EXPOSE" => Name::Expose,
        "FROM" => Name::From,
        "HEALTHCHECK" => Name::Healthcheck,
        "LABEL" => Name::Label,
        "MAINTAINER" => Name::Maintainer,
        "ONBUILD" => Name::Onbuild,
        "RUN" => Name::Run,
        "SHELL" => Name::Shell,
        "STOPSIGNAL" => Name::Stopsignal,
        "USER" => Name::User,
        "VOLUME" => Name::Volume,
        "WORKDIR" => Name::Workdir,
        _ => Name::Unknown,
    }
}

fn trim(fragment: &Fragment) -> Fragment {
    let text = fragment.text();
    let start = text.len() - text.trim_start().len();
    fragment.slice(start, start + text.trim().len())
}

/// The `--name=value` words from byte `at` on, and where they end.
fn flags(line: &Fragment, mut at: usize, escape: char) -> (Vec<Flag>, usize) {
    let text = line.text();
    let mut flags = Vec::new();
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if !text[at..].starts_with("--") {
            return (flags, at);
        }
        let end = at + word_length(&text[at..], escape);
        let word = unquoted(line, at, end, escape);
        at = end;
        if word.text() == "--" {
            return (flags, at);
        }
        let whole = word.text();
        let equals = whole.find('=');
        flags.push(Flag {
            range: word.range(),
            name: whole[2..equals.unwrap_or(whole.len()).max(2)].to_owned(),
            value: equals.map(|equals| word.slice(equals + 1, whole.len())),
        });
    }
}

/// Words separated by blanks; quotes are ordinary characters.
fn blanks(line: &Fragment) -> Vec<Fragment> {
    let text = line.text();
    let start_of = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(|word| line.slice(start_of(word), start_of(word) + word.len())).collect()
}

/// Words separated by blanks outside of quotes; the quotes are kept.
fn words(line: &Fragment, escape: char) -> Vec<Fragment> {
    let text = line.text();
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at += text[at..].len() - text[at..].trim_start().len();
        if at == text.len() {
            return words;
        }
        let end = at + word_length(&text[at..], escape);
        words.push(line.slice(at, end));
        at = end;
    }
}

/// Length of the word that begins here.
fn word_length(text: &str, escape: char) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (c, quote) {
            _ if escaped => escaped = false,
            (c, quote) if c == escape && quote != Some('\'') => escaped = true,
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (c, None) if c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

/// Bytes `from..to` without their quotes and escape characters.
fn unquoted(line: &Fragment, from: usize, to: usize, escape: char) -> Fragment {
    let mut word = Fragment::default();
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.text()[from..to].char_indices() {
        match (c, quote) {
            (c, _) if !escaped && c == escape => escaped = true,
            ('\'' | '"', None) if !escaped => quote = Some(c),
            (c, Some(open)) if !escaped && c == open => quote = None,
            _ => {
                escaped = false;
                word.push_slice(line, from + at, from + at + c.len_utf8());
            }
        }
    }
    word
}

/// `NAME=value …`, or the old form `NAME value`, whose value is all the rest.
fn pairs(line: &Fragment, escape: char) -> Vec<Pair> {
    let words = words(line, escape);
    match words.first() {
        Some(name) if !name.text().contains('=') => {
            let text = line.text();
            let value = trim(&line.slice(name.text().len(), text.len()));
            vec![Pair { name: name.clone(), value: (!value.is_empty()).then_some(value) }]
        }
        _ => words.iter().map(pair).collect(),
    }
}

fn pair(word: &Fragment) -> Pair {
    let text = word.text();
    match text.find('=') {
        Some(at) => Pair { name: word.slice(0, at), value: Some(word.slice(at + 1, text.len())) },
        None => Pair { name: word.clone(), value: None },
    }
}
