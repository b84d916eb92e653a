//! Programs that run the program named in their arguments.

use super::{Command, Options, Word, parser};
use crate::parse::fragment::Fragment;

/// How the arguments of a wrapper are told from the program it runs.
struct Wrapper {
    name: &'static str,
    /// Options whose value is the next word.
    valued: &'static [&'static str],
    /// Options with which nothing is run.
    idle: &'static [&'static str],
    /// `NAME=value` may come before the program.
    assignments: bool,
    /// Words that come before the program.
    operands: usize,
}

const fn wrapper(name: &'static str, valued: &'static [&'static str]) -> Wrapper {
    Wrapper { name, valued, idle: &[], assignments: false, operands: 0 }
}

static WRAPPERS: [Wrapper; 24] = [
    wrapper("builtin", &[]),
    wrapper("busybox", &[]),
    Wrapper { idle: &["-v", "-V"], ..wrapper("command", &[]) },
    wrapper("doas", &["-a", "-C", "-u"]),
    wrapper("eatmydata", &[]),
    Wrapper { assignments: true, ..wrapper("env", &["-u", "--unset", "-C", "--chdir"]) },
    wrapper("exec", &["-a"]),
    wrapper("fakeroot", &["-l", "-s", "-i", "-b"]),
    Wrapper { operands: 1, ..wrapper("gosu", &[]) },
    wrapper("ionice", &["-c", "-n"]),
    wrapper("linux32", &[]),
    wrapper("linux64", &[]),
    wrapper("nice", &["-n"]),
    wrapper("nohup", &[]),
    Wrapper { operands: 1, ..wrapper("setarch", &[]) },
    wrapper("setsid", &[]),
    wrapper("stdbuf", &["-i", "-o", "-e"]),
    Wrapper { operands: 1, ..wrapper("su-exec", &[]) },
    Wrapper {
        idle: &["-l", "-v", "-k", "-K", "-e"],
        assignments: true,
        ..wrapper(
            "sudo",
            &["-u", "--user", "-g", "--group", "-h", "-p", "-C", "-r", "-t", "-T", "-U", "-D", "-R"],
        )
    },
    wrapper("time", &["-f", "-o"]),
    Wrapper { operands: 1, ..wrapper("timeout", &["-s", "--signal", "-k", "--kill-after"]) },
    wrapper("tini", &["-p", "-e"]),
    wrapper("unbuffer", &[]),
    wrapper(
        "xargs",
        &[
            "-a",
            "-d",
            "-E",
            "-I",
            "-L",
            "-n",
            "-P",
            "-s",
            "--max-args",
            "--max-procs",
            "--max-lines",
            "--delimiter",
        ],
    ),
];

/// Whether a program is a shell that speaks the language read here.
#[must_use]
pub fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "dash" | "ash" | "zsh" | "ksh" | "mksh" | "rbash")
}

/// Finds the program behind wrappers and the script among the arguments.
pub(super) fn unwrap(command: &mut Command, depth: usize) {
    while let Some(wrapper) = command.name().and_then(known) {
        let Some(next) = behind(wrapper, command.arguments()) else { break };
        command.program += 1 + next;
    }
    if depth < parser::DEPTH {
        script(command, depth);
    }
}

/// The options of a shell that takes its commands from standard input.
pub(super) fn reads_script(command: &Command) -> Option<Options> {
    command.name().filter(|name| is_shell(name))?;
    let arguments = command.arguments();
    let from_input = |word: &Word| matches!(word.literal(), Some("-" | "-s"));
    let given = operand(arguments).filter(|at| !arguments[..=*at].iter().any(from_input));
    (given.is_none() && !takes_command(arguments))
        .then(|| Options::of_arguments(arguments.iter().filter_map(Word::literal)))
}

fn known(name: &str) -> Option<&'static Wrapper> {
    WRAPPERS.iter().find(|wrapper| wrapper.name == name)
}

/// Which of the arguments is the program that the wrapper runs.
fn behind(wrapper: &Wrapper, arguments: &[Word]) -> Option<usize> {
    let mut at = 0;
    let mut operands = wrapper.operands;
    while let Some(word) = arguments.get(at) {
        let text = word.value.text();
        if word.literal().is_some() && text == "--" {
            at += 1;
            break;
        }
        if word.literal().is_some() && text.len() > 1 && text.starts_with('-') {
            if wrapper.idle.contains(&text) {
                return None;
            }
            at += 1 + usize::from(takes_value(wrapper, text));
        } else if wrapper.assignments && text.contains('=') && !text.starts_with('=') {
            at += 1;
        } else if operands > 0 {
            operands -= 1;
            at += 1;
        } else {
            break;
        }
    }
    at += operands.min(arguments.len());
    (at < arguments.len()).then_some(at)
}

/// Whether the next word is the option's value; `-Eu` ends in one that has.
fn takes_value(wrapper: &Wrapper, option: &str) -> bool {
    if option.starts_with("--") {
        return wrapper.valued.contains(&option);
    }
    let last = option.chars().next_back().unwrap_or('-');
    let is_valued =
        |letter: char| wrapper.valued.iter().any(|valued| valued.len() == 2 && valued.ends_with(letter));
    // `-n1`: the value is in the word, behind the first letter that takes one.
    is_valued(last) && !option[1..option.len() - last.len_utf8()].contains(is_valued)
}

/// Reads the script that the program is given among its arguments.
fn script(command: &mut Command, depth: usize) {
    let first = command.program + 1;
    let arguments = command.arguments();
    let (words, options) = match command.name() {
        Some(name) if is_shell(name) && takes_command(arguments) => {
            let Some(at) = operand(arguments) else { return };
            let options = Options::of_arguments(arguments[..at].iter().filter_map(Word::literal));
            (at..at + 1, options)
        }
        Some("eval") => (0..arguments.len(), Options::default()),
        Some("su" | "runuser") => {
            let is_flag = |word: &Word| matches!(word.literal(), Some("-c" | "--command" | "-lc"));
            let Some(flag) = arguments.iter().position(is_flag) else { return };
            (flag + 1..(flag + 2).min(arguments.len()), Options::default())
        }
        _ => return,
    };
    let mut text = Fragment::default();
    for word in &arguments[words.clone()] {
        if !text.is_empty() {
            let end = text.range().end().to_usize();
            text.push_escaped(" ", end, end);
        }
        text.push_slice(&word.value, 0, word.value.text().len());
    }
    command.script_words = first + words.start..first + words.end;
    command.script = Some(parser::parse(&text, options, depth + 1));
}

/// Whether `-c` is among the options of a shell.
fn takes_command(arguments: &[Word]) -> bool {
    let end = operand(arguments).unwrap_or(arguments.len());
    arguments[..end].iter().filter_map(Word::literal).any(|word| {
        word.strip_prefix('-').is_some_and(|letters| !letters.starts_with('-') && letters.contains('c'))
    })
}

/// The first argument of a shell that is neither option nor an option's value.
fn operand(arguments: &[Word]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = arguments.get(at) {
        let Some(text) = word.literal() else { return Some(at) };
        if matches!(text, "--" | "-") {
            return Some(at + 1).filter(|at| *at < arguments.len());
        }
        let valued = match text.strip_prefix(['-', '+']) {
            None => return Some(at),
            Some(long) if long.starts_with('-') => matches!(long, "-rcfile" | "-init-file"),
            Some(letters) => letters.contains(['o', 'O']),
        };
        at += 1 + usize::from(valued);
    }
    None
}
