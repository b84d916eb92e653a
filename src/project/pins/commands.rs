//! Commands that start, install or ask for a certain Python.

use super::{Named, Pin};
use crate::parse::shell::{Command, Word};
use crate::parse::{Document, scripts};

/// Looks through the commands of scripts, recipes and configuration.
pub fn find(document: &Document) -> Vec<Pin> {
    let mut found = Vec::new();
    scripts::each(document, &|text| text.contains("3."), &mut |script| {
        for call in &script.calls().all {
            found.extend(of_command(call.command, &document.text));
        }
    });
    found
}

fn of_command(command: &Command, text: &str) -> Option<Pin> {
    let name = command.name()?;
    let words = command.arguments();
    let what = |name: &str| format!("a command (`{name}`)");
    if ["python3.", "pip3."].iter().any(|start| name.starts_with(start)) {
        let word = command.program()?;
        let from = word.value.text().len() - name.len();
        let from = if name.starts_with("pip") { from + "pip".len() } else { from };
        return Some(Pin::one(what(name), name, part(word, from, text)?));
    }
    let literal = |at: usize| words.get(at).and_then(Word::literal);
    let behind = |options: &[&str]| {
        let at = words.iter().position(|word| word.literal().is_some_and(|word| options.contains(&word)))?;
        words.get(at + 1)
    };
    let word = match (name, literal(0), literal(1)) {
        ("pyenv", Some("install" | "global" | "local" | "shell"), _) => {
            words.iter().skip(1).find(|word| !is_option(word))
        }
        ("asdf" | "mise", Some("install" | "global" | "local"), Some("python")) => words.get(2),
        ("uv", Some("python"), Some("install" | "pin")) => words.iter().skip(2).find(|word| !is_option(word)),
        ("uv", ..) => behind(&["--python", "-p"]),
        ("virtualenv" | "pipenv", ..) => behind(&["--python", "-p"]),
        ("poetry", Some("env"), Some("use")) => words.get(2),
        ("conda" | "mamba" | "micromamba", Some("create" | "install"), _) => {
            return words
                .iter()
                .find_map(|word| conda(word, text))
                .map(|named| Pin::one(what(name), name, named));
        }
        _ => None,
    };
    Some(Pin::one(what(name), name, part(word?, 0, text)?))
}

fn is_option(word: &Word) -> bool {
    word.value.text().starts_with('-')
}

/// `python=3.9`
fn conda(word: &Word, text: &str) -> Option<Named> {
    let said = word.literal()?;
    let version = said.strip_prefix("python")?.trim_start_matches('=');
    (version.len() + "python".len() < said.len()).then(|| part(word, said.len() - version.len(), text))?
}

/// The version that a word names from an offset on.
fn part(word: &Word, from: usize, text: &str) -> Option<Named> {
    let said = word.literal()?;
    let range = word.value.exact(from, said.len())?;
    Named::of(range, range, text)
}
