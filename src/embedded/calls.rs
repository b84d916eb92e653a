//! Commands that start Python.

use ruff_text_size::TextRange;

use super::interpreter::{self, Runs};
use super::{Consequence, Embedded, Piece, Python, Start, What};
use crate::finding::Confidence;
use crate::parse::fragment::Fragment;
use crate::parse::shell::{Call, Calls, Command, Document, Failure, List, Pipeline, Script, Subject, Word};

/// Programs that were installed with Python.
const TOOLS: [&str; 1] = ["2to3"];

/// Programs whose arguments are text.
const WRITERS: [&str; 12] =
    ["apk", "apt", "apt-get", "cat", "echo", "egrep", "fgrep", "grep", "pgrep", "pip", "pkill", "printf"];

/// Looks through the commands of a script. `base` is the Python that is found
/// there; `ignores`: what a failure does not stop goes on without it.
pub fn script(script: &Script, base: Python, ignores: bool, found: &mut Embedded) {
    let calls = script.calls();
    let provided: Vec<&str> = TOOLS.into_iter().filter(|tool| provides(&calls, tool)).collect();
    for call in &calls.all {
        let mut context =
            Context { base, failure: consequence(call, ignores), depends: depends(&calls, call) };
        if call.asked {
            context.failure = Consequence::Handled;
        }
        one(call.command, call.documents, context, &provided, found);
    }
}

/// What surrounds a command.
#[derive(Clone, Copy)]
pub struct Context {
    /// The Python that is found there.
    pub base: Python,
    /// What follows when it fails.
    pub failure: Consequence,
    /// Whether it runs is decided by a question about versions.
    pub depends: bool,
}

/// Looks at one command.
pub fn one(
    command: &Command,
    documents: &[Document],
    context: Context,
    provided: &[&str],
    found: &mut Embedded,
) {
    let start = |what, place, python| Start {
        what,
        place,
        python,
        failure: context.failure,
        depends: context.depends,
    };
    let words = &command.words;
    let name = command.name().unwrap_or_default();
    if let Some(tool) = tool(name).filter(|tool| !provided.contains(tool))
        && let Some(word) = command.program()
    {
        found.starts.push(start(What::Tool(tool.to_owned()), word.range, context.base));
        return;
    }
    if WRITERS.contains(&name) {
        return;
    }
    let Some((at, mut python)) = first_interpreter(words, command.program) else { return };
    let arguments = &words[at + 1..];
    if let Some(version) = arguments.first().and_then(|word| interpreter::launched(word.value.text())) {
        python = Python::Named(version);
    }
    if python == Python::Any {
        python = context.base;
    }
    // Where its messages are thrown away, the command is run to see whether it fails.
    let silenced = command.redirects.iter().any(|redirect| redirect.target.literal() == Some("/dev/null"));
    let unsure = context.depends || silenced;
    let piece = |code| Piece {
        code,
        confidence: if unsure { Confidence::Possible } else { Confidence::Likely },
        failure: context.failure,
    };
    match interpreter::runs(arguments) {
        Some(Runs::Module(module, next)) => {
            let literals = arguments[next.min(arguments.len())..].iter().filter_map(Word::literal);
            let what = What::Module(module.text().to_owned(), literals.map(str::to_owned).collect());
            let place = TextRange::new(words[at].range.start(), words[at].range.end());
            let place = place.cover(module.range());
            found.starts.push(start(what, place, python));
        }
        Some(Runs::Code(code)) if runs_here(python) => found.pieces.push(piece(code)),
        Some(Runs::Input) if runs_here(python) => {
            let inputs = command.redirects.iter().filter_map(|redirect| match redirect.operator.as_str() {
                "<<<" => Some(redirect.target.value.without(&redirect.target.holes)),
                operator => documents.get(redirect.document?).map(|one| text(one, operator == "<<-")),
            });
            found.pieces.extend(inputs.map(piece));
        }
        _ => {}
    }
}

/// Code for a Python that the command names is for that Python.
fn runs_here(python: Python) -> bool {
    !matches!(python, Python::Named(version) if version < crate::version::PythonVersion::PY313)
}

fn tool(name: &str) -> Option<&'static str> {
    TOOLS.into_iter().find(|tool| *tool == name)
}

/// The program, or the first word behind it that names an interpreter: other
/// programs (`docker run`, `poetry run`, `xvfb-run`) start what they are given.
fn first_interpreter(words: &[Word], program: usize) -> Option<(usize, Python)> {
    let behind = words.iter().enumerate().skip(program);
    let mut candidates = behind.filter_map(|(at, word)| {
        let python = interpreter::interpreter(word)?;
        // Further on, only names count, and only before options of Python.
        let first = at == program;
        let follows = words.get(at + 1).is_some_and(|next| next.value.text().starts_with('-'));
        (first || follows).then_some((at, python))
    });
    candidates.next()
}

/// The text of a here-document as the command gets it.
fn text(document: &Document, strip_tabs: bool) -> Fragment {
    let mut text = if document.quoted { document.text.clone() } else { unescaped(document) };
    if strip_tabs {
        let mut stripped = Fragment::default();
        let mut at = 0;
        for line in text.text().split_inclusive('\n') {
            let tabs = line.len() - line.trim_start_matches('\t').len();
            stripped.push_slice(&text, at + tabs, at + line.len());
            at += line.len();
        }
        text = stripped;
    }
    text
}

/// The text with a name for each hole, and without the backslashes that the
/// shell takes away.
fn unescaped(document: &Document) -> Fragment {
    let filled = document.text.without(&document.holes);
    let mut out = Fragment::default();
    let mut from = 0;
    let mut at = 0;
    while let Some(length) = filled.text()[at..].find('\\') {
        at += length;
        let behind = &filled.text()[at + 1..];
        if behind.starts_with(['$', '`', '\\']) {
            out.push_slice(&filled, from, at);
            from = at + 1;
            at += 2;
        } else if behind.starts_with('\n') {
            out.push_slice(&filled, from, at);
            from = at + 2;
            at += 2;
        } else {
            at += 1;
        }
    }
    out.push_slice(&filled, from, filled.text().len());
    out
}

fn consequence(call: &Call<'_>, ignores: bool) -> Consequence {
    match call.failure {
        Failure::Stops => Consequence::Fails,
        Failure::Continues if ignores => Consequence::Ignored,
        Failure::Continues => Consequence::Fails,
        Failure::Pipeline(pipeline) => alternative(|visit| Pipeline::each(pipeline, visit)),
        Failure::List(list) => alternative(|visit| List::each(list, visit)),
    }
}

/// What the commands behind `||` make of a failure.
fn alternative(each: impl FnOnce(&mut dyn FnMut(&Command))) -> Consequence {
    let mut outcome = Consequence::Ignored;
    each(&mut |command| match command.name() {
        Some("true" | ":" | "echo" | "printf" | "sleep" | "set" | "warn" | "cat") => {}
        Some("exit" | "return" | "false" | "die" | "fail" | "abort") if outcome == Consequence::Ignored => {
            let fails = command.arguments().first().is_none_or(|word| word.literal() != Some("0"));
            if fails {
                outcome = Consequence::Fails;
            }
        }
        _ => outcome = Consequence::Handled,
    });
    outcome
}

/// Whether a question about versions decides if a command runs.
fn depends(calls: &Calls<'_>, call: &Call<'_>) -> bool {
    const MOST: usize = 200;
    let asks = |word: &Word| {
        let text = word.value.text().to_ascii_lowercase();
        ["python", "version", "py2", "py3", "py_", "2.7", "3."].iter().any(|sign| text.contains(sign))
    };
    calls.circumstances(call).take(MOST).any(|condition| match condition.subject {
        Subject::Command(command) => {
            let tests = matches!(command.name(), Some("[" | "[[" | "test" | "grep" | "egrep" | "expr"))
                || command.name().is_some_and(|name| interpreter::named(name).is_some());
            tests && !condition.required && command.words.iter().any(asks)
        }
        Subject::Case(subject, patterns) => asks(subject) || patterns.iter().any(asks),
    })
}

/// Whether a script installs or defines a program itself.
fn provides(calls: &Calls<'_>, tool: &str) -> bool {
    let is_tool = |word: &Word| {
        let text = word.value.text();
        text.rsplit('/').next().is_some_and(|base| base.split(['=', '<', '>', '~']).next() == Some(tool))
    };
    calls.functions.iter().any(|function| function.value.text() == tool)
        || calls.all.iter().any(|call| {
            let arguments = call.command.arguments();
            let installs = arguments
                .iter()
                .any(|word| matches!(word.literal(), Some("install" | "add" | "-S" | "-i" | "ln" | "cp")));
            let links = matches!(call.command.name(), Some("ln" | "cp" | "install" | "alias"));
            (installs || links) && arguments.iter().any(is_tool)
        })
}
