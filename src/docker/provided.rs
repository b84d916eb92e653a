//! Commands that a build brings into an image by itself.

use crate::parse::dockerfile::{Instruction, Name};
use crate::parse::shell::{Calls, Command, Word};

/// Folders in which programs are found.
pub(super) const FOLDERS: [&str; 6] =
    ["/usr/local/bin/", "/usr/bin/", "/bin/", "/usr/local/sbin/", "/usr/sbin/", "/sbin/"];

/// The name of the program that a word calls: `yum` for `yum` and `/usr/bin/yum`.
#[must_use]
pub fn program(word: &str) -> &str {
    FOLDERS.iter().find_map(|folder| word.strip_prefix(folder)).unwrap_or(word)
}

/// Whether a command brings the program `name` into the image: links, copies
/// or downloads it, installs it as a package, or writes it.
#[must_use]
pub fn by_command(command: &Command, name: &str) -> bool {
    const WRITERS: [&str; 9] =
        ["alternatives", "cp", "curl", "install", "ln", "mv", "tee", "update-alternatives", "wget"];
    const INSTALLERS: [&str; 8] = ["apk", "apt", "apt-get", "dnf", "microdnf", "rpm", "tdnf", "zypper"];
    let is_path = |word: &Word| {
        let text = word.value.text();
        text.ends_with(name) && program(text) == name && text != name
    };
    if command.redirects.iter().any(|one| one.operator.starts_with('>') && is_path(&one.target)) {
        return true;
    }
    let arguments = command.arguments();
    match command.name() {
        Some("alias") => arguments
            .iter()
            .any(|word| word.value.text().split_once('=').is_some_and(|(alias, _)| alias == name)),
        Some(program) if WRITERS.contains(&program) => arguments.iter().any(is_path),
        // Some repositories name the package after the program, some call it `name4`.
        Some(program) if INSTALLERS.contains(&program) => {
            let package =
                |word: &Word| word.value.text().rsplit('/').next().is_some_and(|text| is_package(text, name));
            arguments.iter().any(package)
        }
        _ => false,
    }
}

/// Whether a package, by its name or file, brings the program.
fn is_package(text: &str, name: &str) -> bool {
    if text.starts_with("yum-utils") {
        return true;
    }
    let Some(rest) = text.strip_prefix(name) else { return false };
    rest.is_empty()
        || rest == "4"
        || rest.starts_with('-') && rest[1..].starts_with(|c: char| c.is_ascii_digit())
}

/// Packages that a command takes out of the image.
pub fn taken_out(command: &Command) -> impl Iterator<Item = String> {
    const REMOVERS: [&str; 4] = ["dnf", "microdnf", "rpm", "yum"];
    const ORDERS: [&str; 6] = ["remove", "erase", "autoremove", "swap", "-e", "--erase"];
    let arguments = command.arguments();
    let removes = command.name().is_some_and(|name| REMOVERS.contains(&name))
        && arguments.iter().any(|word| word.literal().is_some_and(|text| ORDERS.contains(&text)));
    let words = if removes { arguments } else { &[] };
    words.iter().filter_map(Word::literal).filter(|text| !text.starts_with('-')).map(str::to_owned)
}

/// Whether a script defines a function of that name.
#[must_use]
pub fn by_function(calls: &Calls<'_>, name: &str) -> bool {
    calls.functions.iter().any(|function| function.value.text() == name)
}

/// Whether an instruction copies a program of that name into the image.
#[must_use]
pub fn by_copy(instruction: &Instruction, name: &str) -> bool {
    if !matches!(instruction.name, Name::Copy | Name::Add) {
        return false;
    }
    let mut words: Vec<&str> = instruction.words().iter().map(|word| word.text().trim_matches('"')).collect();
    let Some(target) = words.pop() else { return false };
    let is_file = |word: &str| word.rsplit('/').next() == Some(name);
    let is_folder = FOLDERS.iter().any(|folder| target.trim_end_matches('/') == folder.trim_end_matches('/'));
    (target != name && program(target) == name) || (is_folder && words.into_iter().any(is_file))
}
