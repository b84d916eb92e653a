//! The command line of Python: which words are the interpreter, and what it is
//! told to run.

use crate::parse::fragment::Fragment;
use crate::parse::shell::{Expansion, Word};
use crate::version::PythonVersion;

use super::Python;

/// What the interpreter is told to run.
pub enum Runs {
    /// `-m` and the name; the position of the first word behind it.
    Module(Fragment, usize),
    /// `-c` and the code.
    Code(Fragment),
    /// Nothing: it reads its standard input.
    Input,
}

/// The interpreter that a word stands for.
pub fn interpreter(word: &Word) -> Option<Python> {
    let text = word.value.text();
    let Some(hole) = word.holes.last() else {
        return named(text);
    };
    let whole = word.holes.len() == 1 && *hole == (0..text.len());
    match word.expansions.as_slice() {
        [Expansion::Command(script)] if whole => {
            // $(which python3)
            let calls = script.calls();
            let [call] = calls.all.as_slice() else { return None };
            let asks = matches!(call.command.name(), Some("which" | "command" | "type"));
            named(call.command.arguments().last().filter(|_| asks)?.literal()?).map(|_| Python::Any)
        }
        [Expansion::Variable { name, .. }, ..] if whole => variable(name),
        // $VENV/bin/python
        _ => named(text.get(hole.end..).filter(|tail| tail.contains(['/', '\\']))?),
    }
}

/// Variables that are called after what they hold.
pub fn variable(name: &str) -> Option<Python> {
    let name = name.to_ascii_lowercase();
    let name = name.trim_start_matches('_');
    let known = name.ends_with("python")
        || name.starts_with("python") && !name.contains("path") && !name.contains("version")
        || matches!(name, "py" | "py3" | "python_bin" | "pyexe" | "pybin" | "interpreter");
    if name.contains("python2") || name == "py2" {
        return Some(Python::Named(PythonVersion { major: 2, minor: 7 }));
    }
    known.then_some(Python::Any)
}

/// The interpreter of a literal path or name.
pub fn named(text: &str) -> Option<Python> {
    let mut segments = text.rsplit(['/', '\\']);
    let base = segments.next()?.trim_matches(['{', '}', '"', '\'']);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    if matches!(base, "py" | "envpython") {
        return Some(Python::Any);
    }
    let rest = base.strip_prefix("pythonw").or_else(|| base.strip_prefix("python"))?;
    let rest = rest.trim_end_matches("-dbg").trim_end_matches(['t', 'd', 'm']);
    if !rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let own = version(rest);
    let around = || segments.find_map(version_of_folder);
    Some(own.or_else(around).map_or(Python::Any, Python::Named))
}

/// `3.8`, `38`, `2`; nothing for `3`.
fn version(text: &str) -> Option<PythonVersion> {
    let (major, minor) = match text.split_once('.') {
        Some((major, rest)) => (major, rest.split('.').next().unwrap_or(rest)),
        None if text == "2" => ("2", "7"),
        None if text.len() > 1 => text.split_at(1),
        None => return None,
    };
    Some(PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

/// `/opt/python/cp38-cp38/bin/python`, `.tox/py38/bin/python`.
fn version_of_folder(segment: &str) -> Option<PythonVersion> {
    let rest = ["cp", "python-", "python", "py"].iter().find_map(|prefix| segment.strip_prefix(prefix))?;
    let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    version(&rest[..length])
}

/// Which Python the options of the launcher `py` ask for: `-3.8`, `-V:3.8`.
pub fn launched(word: &str) -> Option<PythonVersion> {
    let rest = word.strip_prefix("-V:").or_else(|| word.strip_prefix('-'))?;
    let rest = rest.split('-').next().unwrap_or(rest);
    rest.starts_with(['2', '3']).then(|| version(rest)).flatten()
}

/// What the words behind the interpreter tell it to run.
pub fn runs(words: &[Word]) -> Option<Runs> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let text = word.value.text();
        if word.literal().is_none() {
            // $PYFLAGS may hold options; a quoted word is a file.
            let option = text.starts_with('-') && word.holes.first().is_some_and(|hole| hole.start > 1);
            if !option && (word.quoted || !text.starts_with('$')) {
                return None;
            }
            if !option {
                continue;
            }
        }
        if text == "-" {
            return Some(Runs::Input);
        }
        let letters = text.strip_prefix('-')?;
        if letters.starts_with('-') {
            at += usize::from(letters == "-check-hash-based-pycs");
            continue;
        }
        for (index, letter) in letters.char_indices() {
            let rest = index + 1 + letter.len_utf8();
            let glued = rest < text.len();
            match letter {
                'c' | 'm' => {
                    let (value, next) = if glued {
                        (Some((word, rest)), at)
                    } else {
                        (words.get(at).map(|word| (word, 0)), at + 1)
                    };
                    let (word, from) = value?;
                    return run(letter, word, from, next);
                }
                'W' | 'X' => {
                    at += usize::from(!glued);
                    break;
                }
                'V' | 'h' | '?' if !letters.starts_with("V:") => return None,
                '0'..='9' | 'V' => break,
                _ => {}
            }
        }
    }
    Some(Runs::Input)
}

fn run(letter: char, word: &Word, from: usize, next: usize) -> Option<Runs> {
    let value = &word.value;
    if letter == 'c' {
        let code = value.without(&word.holes);
        // Holes are shorter than what they stand for, but lie behind the option.
        let first = word.holes.first().is_none_or(|hole| hole.start >= from);
        return first.then(|| Runs::Code(code.slice(from, code.text().len())));
    }
    let name = value.slice(from, value.text().len());
    word.literal().map(|_| Runs::Module(name, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::shell::{self, Options};

    fn seen(command: &str) -> String {
        let script = shell::parse(&Fragment::whole(command), Options::default());
        let calls = script.calls();
        let command = calls.all[0].command;
        let python = match command.program().and_then(interpreter) {
            None => return "-".to_owned(),
            Some(Python::Named(version)) => version.to_string(),
            Some(_) => "any".to_owned(),
        };
        let what = match runs(command.arguments()) {
            None => "nothing".to_owned(),
            Some(Runs::Module(name, _)) => format!("module {}", name.text()),
            Some(Runs::Code(code)) => format!("code {}", code.text()),
            Some(Runs::Input) => "input".to_owned(),
        };
        format!("{python}: {what}")
    }

    #[test]
    fn command_lines_are_understood() {
        for (command, expected) in [
            ("python -m gone", "any: module gone"),
            ("/usr/bin/env -S python3 -mgone -x", "any: module gone"),
            ("python3.8 -um gone", "3.8: module gone"),
            ("python2 -m gone", "2.7: module gone"),
            ("py -3 -m gone", "any: module gone"),
            ("\"$PYTHON\" -u -W error -Xdev -X dev -m gone", "any: module gone"),
            ("${PYTHON:-python3} -m gone", "any: module gone"),
            ("$(which python3) -m gone", "any: module gone"),
            ("`command -v python` -m gone", "any: module gone"),
            ("$VENV/bin/python3 $FLAGS -m gone", "any: module gone"),
            ("/opt/python/cp38-cp38/bin/python -m gone", "3.8: module gone"),
            ("sudo -u x python.exe -m gone", "any: module gone"),
            ("{envpython} -m gone", "any: module gone"),
            ("python -c 'import x'", "any: code import x"),
            ("python -Ic\"import $M; x\"", "any: code import _; x"),
            ("python - a", "any: input"),
            ("python", "any: input"),
            ("python -m \"$M\"", "any: nothing"),
            ("python app.py -m gone", "any: nothing"),
            ("python --version", "any: input"),
            ("python -V -m gone", "any: nothing"),
            ("pypy3 -m gone", "-"),
            ("python-config -m gone", "-"),
            ("$PYTHONPATH -m gone", "-"),
        ] {
            assert_eq!(seen(command), expected, "{command}");
        }
    }
}
