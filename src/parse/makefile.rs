//! Makefiles: the commands of the recipes, each with its place in the file.
//!
//! `makefile-lossless` was looked at: it answers with the text of recipes, not
//! with places, and refuses files that `make` takes. Commands are all that is
//! asked for here, and those are lines behind a tab.

use super::fragment::Fragment;
use super::shell::{self, Options, Script};

/// What the recipes run.
#[derive(Debug, Clone, Default)]
pub struct Makefile {
    /// In order of the text. Each has a shell of its own.
    pub commands: Vec<Command>,
}

/// One line of a recipe, continued lines included.
#[derive(Debug, Clone)]
pub struct Command {
    /// As the shell gets it; what `make` computes stands as a variable.
    pub script: Script,
    /// `-` stands before it: a failure does not matter.
    pub tolerated: bool,
}

/// Reads a Makefile. Never fails: what is no recipe is passed over.
#[must_use]
pub fn parse(text: &str) -> Makefile {
    let mut commands = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = logical_end(text, at);
        let line = &text[at..end];
        if line.starts_with('\t') {
            commands.extend(command(text, at + 1, end));
        } else if let Some((_, recipe)) = line.split_once(';').filter(|_| is_rule(line)) {
            // `target: needs; command`
            commands.extend(command(text, end - recipe.len(), end));
        } else if !line.starts_with('#') {
            functions(text, at, end, &mut commands);
        }
        at = end;
    }
    Makefile { commands }
}

/// The commands of `$(shell …)` outside of recipes, whose failure `make` ignores.
fn functions(text: &str, start: usize, end: usize, commands: &mut Vec<Command>) {
    const SHELL: &str = "$(shell ";
    let mut at = start;
    while let Some(found) = text[at..end].find(SHELL) {
        let open = at + found;
        let length = reference_length(&text[open..end]);
        let reference = &text[open..open + length];
        let inner = reference.strip_suffix(')').unwrap_or(reference).len();
        let shell = expanded(text, open + SHELL.len(), open + inner.max(SHELL.len()));
        commands.push(Command { script: shell::parse(&shell, Options::default()), tolerated: true });
        at = open + length;
    }
}

/// Whether a line is `target: …` rather than a variable.
fn is_rule(line: &str) -> bool {
    let Some(at) = line.find([':', '=', '#']) else { return false };
    line[at..].starts_with(':') && !line[at..].starts_with(":=") && !line[at..].starts_with("::=")
}

/// Behind the last line that continues the one that begins here.
fn logical_end(text: &str, mut at: usize) -> usize {
    loop {
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length + 1);
        let line = text[at..end].trim_end_matches(['\n', '\r']);
        let slashes = line.len() - line.trim_end_matches('\\').len();
        if slashes.is_multiple_of(2) || end == text.len() {
            return end;
        }
        at = end;
    }
}

fn command(text: &str, start: usize, end: usize) -> Option<Command> {
    let line = &text[start..end];
    let body = line.trim_start_matches(['@', '-', '+', ' ', '\t']);
    let signs = &line[..line.len() - body.len()];
    if body.trim().is_empty() {
        return None;
    }
    let shell = expanded(text, end - body.len(), end);
    Some(Command { script: shell::parse(&shell, Options::default()), tolerated: signs.contains('-') })
}

/// The line as the shell gets it: `$$` is a `$`, `$(NAME)` is written `${NAME}`,
/// `$(shell command)` is `$(command)`, any other function a variable without name.
fn expanded(text: &str, start: usize, end: usize) -> Fragment {
    let mut out = Fragment::default();
    let mut at = start;
    while at < end {
        let rest = &text[at..end];
        if let Some(next) = rest.strip_prefix('\n').filter(|next| next.starts_with('\t')) {
            // The tab of a continued line belongs to `make`.
            out.push("\n", at);
            at = end - next.len() + 1;
        } else if rest.starts_with("$$") {
            out.push_escaped("$", at, at + 2);
            at += 2;
        } else if rest.starts_with("$(") || rest.starts_with("${") {
            at += reference(&mut out, rest, at);
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let plain = rest[first..].find(['$', '\n']).map_or(rest.len(), |length| length + first);
            out.push(&rest[..plain], at);
            at += plain;
        }
    }
    out
}

/// Appends what a reference stands for; gives its length.
fn reference(out: &mut Fragment, rest: &str, at: usize) -> usize {
    let length = reference_length(rest);
    let inner = rest.get(2..length - 1).unwrap_or_default();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if let Some(command) = inner.strip_prefix("shell ") {
        out.push_escaped("$(", at, at + 2);
        out.push(command, at + "$(shell ".len());
        out.push_escaped(")", at + length - 1, at + length);
    } else {
        let name = if inner.chars().all(is_name) { inner } else { "_" };
        out.push_escaped(&format!("${{{name}}}"), at, at + length);
    }
    length
}

/// Length of the `$(…)` or `${…}` that begins here.
fn reference_length(rest: &str) -> usize {
    let (open, close) = if rest.starts_with("$(") { (b'(', b')') } else { (b'{', b'}') };
    let mut depth = 0_usize;
    for (index, byte) in rest.bytes().enumerate().skip(1) {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return index + 1;
            }
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(text: &str) -> Vec<String> {
        let shown = |command: &Command| {
            let calls = command.script.calls();
            let words = calls.all[0].command.words.iter();
            words.map(|word| word.value.text().to_owned()).collect::<Vec<_>>().join("|")
        };
        parse(text).commands.iter().map(shown).collect()
    }

    #[test]
    fn recipes_are_read_as_the_shell_gets_them() {
        assert_eq!(commands("a: b\n\t@$(PY) -m x $$HOME\n\t-é ${X:.c=.o}\n"), ["${PY}|-m|x|$HOME", "é|${_}"]);
        assert_eq!(commands("a: ; cmd $(shell which py)\nV := a;b\n"), ["cmd|$(which py)"]);
        assert_eq!(commands("a:\n\tone \\\n\t  two\n\n\t\n# c\n\tthree"), ["one|two", "three"]);
        assert_eq!(commands("V := $(shell $(PY) -c x) $(shell y)\n"), ["${PY}|-c|x", "y"]);
        assert!(parse("a:\n\t-false\n").commands[0].tolerated);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "a:\n\t@$(PY) \\\n\t\t-m gone\n";
        let makefile = parse(text);
        let calls = makefile.commands[0].script.calls();
        let ranges: Vec<&str> = calls.all[0].command.words.iter().map(|word| &text[word.range]).collect();
        assert_eq!(ranges, ["$(PY)", "-m", "gone"]);
    }

    #[test]
    fn hostile_text_is_read_to_its_end() {
        for text in [
            "\t$(",
            "A = $(shell ",
            "A = $(shell é",
            "A = $(shell $(shell ))",
            "\t$",
            "\t${é",
            "\t$(((((",
            "a:\\",
            "\\\n\\",
            "\t\\\n\t",
            ":;",
            "\té$$é",
        ] {
            let _ = parse(text);
        }
    }
}
