//! What a build has made of the image that it stands on: which commands and
//! packages have come and gone by the time a command runs.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::package_manager;
use super::provided::{self, FOLDERS};
use crate::catalogue::images::{Lacking, System};
use crate::parse::dockerfile::{Instruction, Name};
use crate::parse::shell::{Command, Word};

/// What a build has made of an image.
#[derive(Debug, Clone, Default)]
pub struct Changed(Rc<State>);

#[derive(Debug, Clone, Default)]
struct State {
    /// Programs looked for that it brought in.
    provided: BTreeSet<&'static str>,
    /// Packages that it took out.
    removed: BTreeSet<String>,
    /// Packages of the system that it brought in.
    installed: BTreeSet<String>,
    /// Programs that it brought in otherwise.
    programs: BTreeSet<String>,
    /// It ran or copied something that may have brought in anything.
    open: bool,
    /// It added a repository of packages.
    repository: bool,
}

/// Whether a command is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Presence {
    /// Nothing has brought it.
    Missing,
    /// It may have come along with something else.
    Unlikely,
    /// What has run may have brought anything.
    Unknown,
    /// It has been installed.
    There,
}

impl Changed {
    /// Whether a program looked for has been brought in.
    #[must_use]
    pub fn provides(&self, name: &str) -> bool {
        self.0.provided.contains(name)
    }

    /// Whether a package has been taken out of the image.
    #[must_use]
    pub fn has_removed(&self, package: &str) -> bool {
        self.0.removed.contains(package)
    }

    /// Whether packages may come from a repository that is not the system's own.
    #[must_use]
    pub fn has_repository(&self) -> bool {
        self.0.repository
    }

    /// Whether a command that the system lacks is there by now.
    #[must_use]
    pub fn presence(&self, command: &Lacking, system: &System) -> Presence {
        let brings = |name: &str| name == command.package || command.with.contains(&name);
        if self.0.programs.contains(command.name) || self.0.installed.iter().any(|name| brings(name)) {
            Presence::There
        } else if self.0.open {
            Presence::Unknown
        } else if self.0.installed.iter().all(|name| system.alone.binary_search(&name.as_str()).is_ok()) {
            Presence::Missing
        } else if command.often {
            Presence::Unknown
        } else {
            Presence::Unlikely
        }
    }

    /// Everything that either has.
    pub(super) fn join(&mut self, other: &Self) {
        if Rc::ptr_eq(&self.0, &other.0) {
            return;
        }
        let state = Rc::make_mut(&mut self.0);
        state.provided.extend(&other.0.provided);
        state.removed.extend(other.0.removed.iter().cloned());
        state.installed.extend(other.0.installed.iter().cloned());
        state.programs.extend(other.0.programs.iter().cloned());
        state.open |= other.0.open;
        state.repository |= other.0.repository;
    }

    /// Follows an instruction that copies files into the image.
    pub(super) fn copy(&mut self, instruction: &Instruction, names: &[&'static str]) {
        if !matches!(instruction.name, Name::Copy | Name::Add) {
            return;
        }
        let words: Vec<&str> = instruction.words().iter().map(|word| word.text().trim_matches('"')).collect();
        let Some((target, sources)) = words.split_last() else { return };
        let brought = names.iter().filter(|name| provided::by_copy(instruction, name));
        let state = Rc::make_mut(&mut self.0);
        state.provided.extend(brought);
        state.repository |= is_repository(target) || sources.iter().any(|source| is_repository(source));
        let elsewhere = instruction.flag("from").is_some();
        match Place::of(target) {
            Place::Program(name) => {
                state.programs.insert(name.to_owned());
            }
            Place::Folder => {
                let many = |source: &str| {
                    source.ends_with(['/', '.', '*'])
                        || source.contains('*')
                        || elsewhere && Place::of(source) == Place::Folder
                };
                state.open |= sources.iter().any(|source| many(source));
                state.programs.extend(sources.iter().map(|source| last(source).to_owned()));
            }
            Place::Elsewhere => {}
        }
    }

    /// Follows a command; `value` gives the values of variables.
    pub(super) fn command(
        &mut self,
        command: &Command,
        names: &[&'static str],
        value: &dyn Fn(&str) -> Option<String>,
    ) {
        let provided = names.iter().filter(|name| provided::by_command(command, name));
        let brought: Vec<&'static str> =
            provided.copied().filter(|name| !self.0.provided.contains(name)).collect();
        let removed: Vec<String> = provided::taken_out(command).collect();
        let brings = brings(command, value);
        let repository = adds_repository(command);
        if brought.is_empty() && removed.is_empty() && brings == Brings::default() && !repository {
            return;
        }
        let state = Rc::make_mut(&mut self.0);
        state.provided.extend(brought);
        state.removed.extend(removed);
        state.installed.extend(brings.packages);
        state.programs.extend(brings.programs);
        state.open |= brings.open;
        state.repository |= repository;
    }
}

/// Where in the image a path leads.
#[derive(PartialEq, Eq)]
enum Place<'p> {
    /// A program where programs are found.
    Program(&'p str),
    /// A folder that has, or whose folders have, such programs.
    Folder,
    /// Somewhere else.
    Elsewhere,
}

impl<'p> Place<'p> {
    fn of(path: &'p str) -> Self {
        const ABOVE: [&str; 6] = ["", "/usr", "/usr/local", "/opt", "/opt/bin", "/var/lang/bin"];
        let folder = path.trim_end_matches('/');
        if !path.starts_with('/') {
            return Self::Elsewhere;
        }
        if ABOVE.contains(&folder) || FOLDERS.iter().any(|one| one.trim_end_matches('/') == folder) {
            return Self::Folder;
        }
        let name = provided::program(path);
        if name == path || name.contains('/') { Self::Elsewhere } else { Self::Program(name) }
    }
}

/// What a command brings into the image.
#[derive(Debug, Default, PartialEq, Eq)]
struct Brings {
    packages: Vec<String>,
    programs: Vec<String>,
    /// Anything may have come.
    open: bool,
}

impl Brings {
    fn anything(open: bool) -> Self {
        Self { open, ..Self::default() }
    }
}

fn brings(command: &Command, value: &dyn Fn(&str) -> Option<String>) -> Brings {
    const MANAGERS: [&str; 8] = ["apk", "apt", "apt-get", "dnf", "microdnf", "tdnf", "yum", "zypper"];
    const OTHERS: [&str; 6] = ["amazon-linux-extras", "brew", "conda", "mamba", "micromamba", "rpm"];
    const UNPACKERS: [&str; 4] = ["bsdtar", "rsync", "tar", "unzip"];
    let arguments = command.arguments();
    let Some(program) = command.name() else { return Brings::default() };
    let has = |wanted: &[&str]| {
        arguments.iter().any(|word| word.literal().is_some_and(|text| wanted.contains(&text)))
    };
    let orders = ["add", "install", "reinstall", "localinstall"];
    match program {
        _ if MANAGERS.contains(&program) && has(&orders) => {
            let (packages, open) = named(arguments, value);
            Brings { packages, programs: Vec::new(), open }
        }
        _ if MANAGERS.contains(&program) => {
            Brings::anything(has(&["groupinstall", "group", "builddep", "swap"]))
        }
        "pip" | "pip3" | "uv" | "pipx" if has(&orders) => {
            Brings { programs: named(arguments, value).0, ..Brings::default() }
        }
        _ if program.starts_with("python") && has(&["pip"]) && has(&orders) => {
            Brings { programs: named(arguments, value).0, ..Brings::default() }
        }
        _ if OTHERS.contains(&program) => {
            let queries = arguments.iter().any(|word| word.value.text().starts_with("-q"));
            Brings::anything(!queries && !has(&["--import", "-e", "--erase", "clean"]))
        }
        "cp" | "install" | "ln" | "mv" => copies(arguments),
        _ if UNPACKERS.contains(&program) => {
            Brings::anything(arguments.iter().any(|word| Place::of(word.value.text()) == Place::Folder))
        }
        "source" | "." => Brings::anything(true),
        _ if command.program().is_some_and(|word| is_script(word.value.text())) => Brings::anything(true),
        // A shell that runs a file, or what comes through a pipe.
        "bash" | "sh" | "dash" | "ash" | "zsh" if command.script.is_none() => Brings::anything(true),
        _ => writes(command, program),
    }
}

/// What `cp`, `mv` and the like put among the programs.
fn copies(arguments: &[Word]) -> Brings {
    let Some((target, sources)) = arguments.split_last() else { return Brings::default() };
    match Place::of(target.value.text()) {
        Place::Program(name) => Brings { programs: vec![name.to_owned()], ..Brings::default() },
        Place::Folder => Brings {
            programs: sources.iter().filter_map(Word::literal).map(|text| last(text).to_owned()).collect(),
            open: sources
                .iter()
                .any(|word| word.glob || word.literal().is_none_or(|text| text.ends_with(['/', '.']))),
            packages: Vec::new(),
        },
        Place::Elsewhere => Brings::default(),
    }
}

/// The programs that a command writes into a file.
fn writes(command: &Command, program: &str) -> Brings {
    const WRITERS: [&str; 5] = ["alternatives", "curl", "tee", "update-alternatives", "wget"];
    let name = |word: &Word| match Place::of(word.value.text()) {
        Place::Program(name) => Some(name.to_owned()),
        _ => None,
    };
    let redirects = command.redirects.iter().filter(|one| one.operator.starts_with('>'));
    let mut programs: Vec<String> = redirects.filter_map(|one| name(&one.target)).collect();
    if WRITERS.contains(&program) {
        programs.extend(command.arguments().iter().filter_map(name));
    }
    Brings { programs, ..Brings::default() }
}

/// The packages of a command line, and whether some of them are not known.
fn named(arguments: &[Word], value: &dyn Fn(&str) -> Option<String>) -> (Vec<String>, bool) {
    let mut found = Vec::new();
    let mut open = false;
    let mut ordered = false;
    for word in arguments {
        let known = match (word.literal(), word.variable()) {
            (Some(text), _) => Some(text.to_owned()),
            (None, Some(variable)) => value(variable),
            (None, None) => None,
        };
        let Some(known) = known else {
            // A version or a folder may stand in an option.
            open |= !word.value.text().starts_with('-');
            continue;
        };
        for name in known.split_whitespace().filter(|name| !name.starts_with('-')) {
            // The first is the order itself.
            if !std::mem::replace(&mut ordered, true) {
                continue;
            }
            open |=
                name.starts_with('@') || name.ends_with(".rpm") || name.contains("://") || name.contains('*');
            let name = name.split(['=', '<', '>', '[', '~']).next().unwrap_or(name);
            found.push(package_manager::plain(name).to_owned());
        }
    }
    (found, open)
}

/// The last part of a path.
fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether a path is a script of the image's own rather than a program of the system.
fn is_script(path: &str) -> bool {
    path.contains('/') && provided::program(path) == path
}

/// Whether a command adds a repository of packages.
fn adds_repository(command: &Command) -> bool {
    let written = command.redirects.iter().filter(|one| one.operator.starts_with('>')).map(|one| &one.target);
    let words = command.arguments().iter().chain(written);
    let named = words.clone().any(|word| is_repository(word.value.text()));
    match command.name() {
        Some("yum-config-manager" | "spal-release") => true,
        Some("dnf" | "yum" | "microdnf" | "rpm") => {
            let release = |word: &Word| {
                let text = word.value.text();
                let file = last(text);
                file.contains("-release")
                    || file.contains("-repo")
                    || text == "config-manager"
                    || text.starts_with("--repofrompath")
            };
            named || command.arguments().iter().any(release)
        }
        _ => named,
    }
}

fn is_repository(path: &str) -> bool {
    path.contains("yum.repos.d") || path.ends_with(".repo")
}
