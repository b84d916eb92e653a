//! Whether a command is reached on the system it stands on, and what its
//! failure leads to.

use crate::catalogue::images::System;
use crate::parse::shell::{Call, Calls, Circumstance, Command, Failure, List, Pipeline, Subject, Word};

/// Whether a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Not on this system: it asks for the program first, or for another that is there.
    Never,
    /// It depends on the system, by a question that is not answered here.
    Unknown,
    /// It depends on something else.
    Sometimes,
    /// Always.
    Always,
}

/// What the failure of a command leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The build stops.
    Stops,
    /// The build goes on without it.
    GoesOn,
    /// Another way is taken.
    Handled,
}

/// Programs that install packages with what they need.
const MANAGERS: [&str; 8] = ["apk", "apt", "apt-get", "dnf", "microdnf", "pacman", "tdnf", "zypper"];

/// How many conditions of one command are looked at; more are not written.
const CONDITIONS: usize = 200;

/// Whether a call of the program `name`, which the system lacks, is reached.
#[must_use]
pub fn reach(calls: &Calls<'_>, call: &Call<'_>, name: &str, system: &System) -> Reach {
    let conditions = calls.circumstances(call).take(CONDITIONS);
    conditions.map(|condition| judge(condition, name, system)).min().unwrap_or(Reach::Always)
}

fn judge(condition: Circumstance<'_>, name: &str, system: &System) -> Reach {
    match condition.subject {
        Subject::Command(command) => match asked(command, condition.holds, name, system) {
            Reach::Never => Reach::Never,
            // Every build that ends well has come past it.
            _ if condition.required => Reach::Always,
            reach => reach,
        },
        Subject::Case(subject, patterns) => {
            if patterns.iter().any(|pattern| mentions(pattern, name)) {
                Reach::Never
            } else if asks_system(subject) {
                Reach::Unknown
            } else {
                Reach::Sometimes
            }
        }
    }
}

fn asked(command: &Command, holds: Option<bool>, name: &str, system: &System) -> Reach {
    const TESTS: [&str; 14] = [
        "[", "[[", "command", "compgen", "egrep", "grep", "hash", "ls", "rpm", "stat", "test", "type",
        "whereis", "which",
    ];
    let Some(program) = command.name() else { return Reach::Sometimes };
    let arguments = command.arguments();
    if program == name {
        let asks = |word: &Word| matches!(word.literal(), Some("--version" | "--help" | "-h"));
        return if holds != Some(false) && arguments.iter().any(asks) { Reach::Never } else { Reach::Always };
    }
    let is_manager = |program: &str| MANAGERS.contains(&program) && system.has.contains(&program);
    if holds != Some(true) && is_manager(program) {
        // `apt-get … || yum …`: the way that works here comes first.
        return Reach::Never;
    }
    let queries = |word: &Word| {
        word.literal().is_some_and(|text| text.starts_with("--query") || text.starts_with("-q"))
    };
    if !TESTS.contains(&program) || (program == "rpm" && !arguments.iter().any(queries)) {
        return Reach::Always;
    }
    // `[ ! -z "$YUM" ]` denies twice.
    let denies = |word: &&Word| matches!(word.literal(), Some("!" | "-z"));
    let flips = matches!(program, "[" | "[[" | "test") && arguments.iter().filter(denies).count() % 2 == 1;
    let holds = holds.map(|holds| holds != flips);
    let mentioned = |name: &str| arguments.iter().any(|word| mentions(word, name));
    if mentioned(name) {
        // Reached only where the program is missing, it is certainly missing here.
        return if holds == Some(false) { Reach::Sometimes } else { Reach::Never };
    }
    if holds != Some(true) && system.has.iter().any(|other| is_manager(other) && mentioned(other)) {
        return Reach::Never;
    }
    if arguments.iter().any(asks_system) { Reach::Unknown } else { Reach::Sometimes }
}

/// Whether the word names the program, as in `/usr/bin/yum`, `$YUM_CMD` or
/// `has_yum`; `/etc/yum.conf` and addresses do not.
fn mentions(word: &Word, name: &str) -> bool {
    let text = word.value.text().to_ascii_lowercase();
    let ends = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '/' | ':' | '_');
    text.split(ends).any(|part| match part.rsplit_once('/') {
        Some((folder, file)) => file == name && !folder.contains(':'),
        None => part.split('_').any(|part| part == name),
    })
}

/// Whether a word has to do with which system this is.
fn asks_system(word: &Word) -> bool {
    const SIGNS: [&str; 10] = [
        "-release",
        "_release",
        "debian_version",
        "distro",
        "lsb_",
        "os_",
        "platform",
        "version_id",
        "amazon",
        "amzn",
    ];
    let text = word.value.text().to_ascii_lowercase();
    matches!(text.trim_matches(['$', '{', '}']), "id" | "os" | "id_like")
        || SIGNS.iter().any(|sign| text.contains(sign))
}

/// What the failure of a call of the program `name` leads to.
#[must_use]
pub fn outcome(call: &Call<'_>, name: &str) -> Outcome {
    match call.failure {
        Failure::Stops => Outcome::Stops,
        Failure::Continues => Outcome::GoesOn,
        Failure::Pipeline(pipeline) => alternative(|visit| Pipeline::each(pipeline, visit), name),
        Failure::List(list) => alternative(|visit| List::each(list, visit), name),
    }
}

fn alternative<'s>(each: impl FnOnce(&mut dyn FnMut(&'s Command)), name: &str) -> Outcome {
    let mut outcome = Outcome::GoesOn;
    each(&mut |command| match command.name() {
        Some("rpm") => outcome = Outcome::Handled,
        Some(program) if MANAGERS.contains(&program) => outcome = Outcome::Handled,
        // Trying the same again ends the same way.
        Some(program) if program == name && outcome == Outcome::GoesOn => outcome = Outcome::Stops,
        Some("exit" | "return") if outcome == Outcome::GoesOn => {
            let fails = command.arguments().first().is_none_or(|word| word.literal() != Some("0"));
            if fails {
                outcome = Outcome::Stops;
            }
        }
        Some("false") if outcome == Outcome::GoesOn => outcome = Outcome::Stops,
        _ => {}
    });
    outcome
}
