//! Commands that install packages.

use crate::parse::shell::{Command, Word};

/// What follows `pip` in `pip install`, `python -m pip download`, `uv pip
/// install` and their like. `value` tells the text of a word, for variables.
pub fn arguments(command: &Command, value: impl Fn(&Word) -> Option<String>) -> Option<&[Word]> {
    let words = command.words.get(command.program..)?;
    let text = |word: &Word| value(word).unwrap_or_else(|| word.value.text().to_owned());
    let names: Vec<String> = words.iter().take(3).map(text).collect();
    let name = |at: usize| {
        let name: &str = names.get(at)?;
        Some(name.rsplit(['/', ' ']).next().unwrap_or_default())
    };
    let starts = |at: usize, program: &str| {
        let rest = name(at)?.strip_prefix(program)?;
        rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.').then_some(())
    };
    let at = if starts(0, "pip").is_some() {
        0
    } else if name(0) == Some("uv") && name(1) == Some("pip") {
        1
    } else if starts(0, "python").is_some() && name(1) == Some("-m") && name(2) == Some("pip") {
        2
    } else {
        return None;
    };
    let rest = words.get(at + 1..)?;
    let installs = rest.iter().any(|word| matches!(word.literal(), Some("install" | "download" | "wheel")));
    installs.then_some(rest)
}
