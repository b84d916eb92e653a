//! Requirements that commands give to `pip install`.

use super::{Include, Reader, Role, Style};
use crate::parse::shell::{Command, Script, Word};
use crate::parse::{Document, scripts};
use crate::project::pip;

/// Options of pip that take the next word.
const VALUED: [&str; 26] = [
    "--abi",
    "--cache-dir",
    "--cert",
    "--config-settings",
    "--extra-index-url",
    "--find-links",
    "--implementation",
    "--index-url",
    "--log",
    "--no-binary",
    "--only-binary",
    "--platform",
    "--prefix",
    "--progress-bar",
    "--proxy",
    "--python",
    "--python-version",
    "--retries",
    "--root",
    "--src",
    "--target",
    "--timeout",
    "--trusted-host",
    "--upgrade-strategy",
    "--wheel-dir",
    "--dest",
];

/// The same, of one letter.
const SHORT: [&str; 8] = ["-b", "-C", "-d", "-f", "-i", "-p", "-t", "-w"];

/// Reads every command of a file.
pub(super) fn read(reader: &mut Reader<'_>, document: &Document) {
    if !document.kind.holds_commands() || !document.text.contains("pip") {
        return;
    }
    scripts::each(document, &|text| text.contains("pip"), &mut |script| each(reader, script));
}

fn each(reader: &mut Reader<'_>, script: &Script) {
    let calls = script.calls();
    for call in &calls.all {
        // Under a condition, or for a Python of its own: not what is deployed.
        if calls.circumstances(call).next().is_some() || !is_of_any_python(call.command) {
            continue;
        }
        let Some(words) = pip::arguments(call.command, |_| None) else { continue };
        let Some(first) = words.first() else { continue };
        let whole = words.iter().fold(first.range, |whole, word| whole.cover(word.range));
        reader.list(Role::Runtime, Style::Word, whole);
        let mut words = words.iter().skip_while(|word| !is_verb(word)).skip(1);
        while let Some(word) = words.next() {
            option_or_requirement(reader, word, &mut words);
        }
    }
}

/// `pip`, `python -m pip`, `uv`: not `python3.9`, not that of an environment elsewhere.
fn is_of_any_python(command: &Command) -> bool {
    let program = command.words.get(command.program).and_then(Word::literal).unwrap_or_default();
    matches!(program, "pip" | "pip3" | "python" | "python3" | "uv")
}

fn is_verb(word: &Word) -> bool {
    matches!(word.literal(), Some("install" | "download" | "wheel"))
}

fn option_or_requirement<'a>(
    reader: &mut Reader<'_>,
    word: &'a Word,
    words: &mut impl Iterator<Item = &'a Word>,
) {
    let said = word.value.text();
    let role = match said {
        "-r" | "--requirement" => Role::Runtime,
        "-c" | "--constraint" => Role::Constraint,
        "-e" | "--editable" => {
            if let Some(location) = words.next() {
                reader.add_editable(&location.value, location.range);
            }
            return;
        }
        _ if VALUED.contains(&said) || SHORT.contains(&said) => {
            words.next();
            return;
        }
        _ if said.starts_with('-') => return,
        _ => return reader.add(&word.value, word.range),
    };
    if let Some(file) = words.next().filter(|file| file.literal().is_some()) {
        let path = file.value.text().to_owned();
        reader.sheet.includes.push(Include { path, range: file.range, role });
    }
}
