//! Where a build file names the version of the Python that a stage has: in the
//! paths of its folders and in the names of its commands.

use ruff_text_size::{TextRange, TextSize};

use super::{destination, image, successor};
use crate::parse::dockerfile::{Arguments, Dockerfile, Instruction, Name};
use crate::parse::fragment::Fragment;
use crate::parse::shell::{Call, Failure};
use crate::version::{PythonVersion, parse_version};

/// One such place.
#[derive(Debug, Clone)]
pub struct Mention {
    /// The digits of the version, where an edit can write others.
    pub version_range: TextRange,
    /// The path or the command.
    pub range: TextRange,
    /// The same as people read it.
    pub text: String,
    /// The version.
    pub version: PythonVersion,
    /// Whose Python it is.
    pub owner: Owner,
    /// What comes of it if the stage has another Python.
    pub use_: Use,
    /// What kind of thing it is.
    pub kind: Kind,
}

/// Whose Python a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// That of a stage.
    Stage(usize),
    /// That of an image which files are copied from; the number of the instruction.
    Image(usize),
}

/// What a path or command is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// It must be there, or the build or the start of the container fails.
    Needed,
    /// Nobody fails without it.
    Tolerated,
    /// It is taken away.
    Removed,
}

/// What each stage has, now and on the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pythons {
    /// Today, as the tag says; `None` where it floats.
    pub now: Option<PythonVersion>,
    /// Once its image has been moved; the same if it stays.
    pub then: PythonVersion,
}

/// The Python of a stage's image, if that is known.
#[must_use]
pub fn pythons(dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Option<Pythons> {
    let reading = successor::read(image(dockerfile, stage)?)?;
    let then = match destination(dockerfile, stage, target) {
        Some(_) => target,
        None => reading.python?,
    };
    Some(Pythons { now: reading.python, then })
}

/// How many places of one stage are looked at; more are not written.
const MOST: usize = 200;

/// Every place of a stage; those that belong to another stage included.
#[must_use]
pub fn of_stage(text: &str, dockerfile: &Dockerfile, stage: usize) -> Vec<Mention> {
    let Some(range) = dockerfile.stages.get(stage).map(|stage| stage.instructions.clone()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for number in range {
        let instruction = &dockerfile.instructions[number];
        if instruction.name != Name::From && found.len() < MOST {
            let reader = Reader { text, dockerfile, stage, number, instruction };
            reader.read(&mut found);
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    dockerfile: &'a Dockerfile,
    stage: usize,
    number: usize,
    instruction: &'a Instruction,
}

/// What stands at a place, before it is known what for.
struct Found {
    token: TextRange,
    version_range: TextRange,
    version: PythonVersion,
    kind: Kind,
}

/// What names a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A path below `/usr/local` or `/var/lang`, where only the image's own Python is.
    Fixed,
    /// A path of any other environment.
    Environment,
    /// A command without a path.
    Command,
}

impl Reader<'_> {
    fn read(&self, found: &mut Vec<Mention>) {
        let calls = self.instruction.script().map(crate::parse::shell::Script::calls);
        for one in self.tokens() {
            let call = calls.as_ref().and_then(|calls| calls.all.iter().find(|call| holds(call, one.token)));
            let is_program = |call: &Call<'_>| {
                call.command.program().is_some_and(|word| word.range.contains_range(one.token))
            };
            if one.kind == Kind::Command && !call.is_some_and(is_program) {
                continue;
            }
            found.push(Mention {
                version_range: one.version_range,
                range: one.token,
                text: self.text[one.token].to_owned(),
                version: one.version,
                owner: self.owner(one.token),
                use_: self.used(call),
                kind: one.kind,
            });
        }
    }

    /// Every path and name with a version in it.
    fn tokens(&self) -> Vec<Found> {
        let (start, end) =
            (self.instruction.range.start().to_usize(), self.instruction.range.end().to_usize());
        let text = &self.text[start..end];
        let mut found = Vec::new();
        for name in ["python", "pip"] {
            for (at, _) in text.match_indices(name) {
                let digits = at + name.len();
                let length = text[digits..].find(|c: char| !c.is_ascii_digit() && c != '.');
                let stop = digits + length.unwrap_or(text.len() - digits);
                let Some(version) = two_numbers(&text[digits..stop]) else { continue };
                let (from, to) = bounds(text, at, stop);
                let Some(kind) = kind(&text[from..at], name, &text[stop..to]) else { continue };
                let token = range(start + from, start + to);
                let commented = self.dockerfile.comments.iter().any(|comment| comment.contains_range(token));
                if !commented {
                    let version_range = range(start + digits, start + stop);
                    found.push(Found { token, version_range, version, kind });
                }
            }
        }
        found.sort_by_key(|found| found.token.start());
        found
    }

    /// What is copied belongs to where it comes from.
    fn owner(&self, token: TextRange) -> Owner {
        let own = Owner::Stage(self.stage);
        let Some(from) = self.instruction.flag("from") else { return own };
        let is_target = |word: &Fragment| word.range().contains_range(token);
        if self.instruction.words().last().is_some_and(is_target) {
            return own;
        }
        self.dockerfile.stage_named(from.text()).map_or(Owner::Image(self.number), Owner::Stage)
    }

    fn used(&self, call: Option<&Call<'_>>) -> Use {
        match self.instruction.name {
            Name::Run | Name::Cmd | Name::Entrypoint | Name::Copy | Name::Add => {}
            _ => return Use::Tolerated,
        }
        let Some(call) = call else { return Use::Needed };
        match call.command.name() {
            Some("rm" | "rmdir" | "unlink") => Use::Removed,
            Some("echo" | "printf" | "export" | "[" | "test") | None => Use::Tolerated,
            Some(_) if call.asked || !matches!(call.failure, Failure::Stops) => Use::Tolerated,
            Some(_) => Use::Needed,
        }
    }
}

/// Whether a token is a part of a command.
fn holds(call: &Call<'_>, token: TextRange) -> bool {
    let command = call.command;
    command.words.iter().chain(&command.assignments).any(|word| word.range.contains_range(token))
}

/// `3.11` and nothing else.
fn two_numbers(text: &str) -> Option<PythonVersion> {
    let (major, minor) = text.split_once('.')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (major == "3" && is_number(minor)).then(|| parse_version(text).ok()).flatten()
}

/// Where the word around a place begins and ends.
fn bounds(text: &str, from: usize, to: usize) -> (usize, usize) {
    let ends = |c: char| c.is_whitespace() || "\"'=:,;()[]<>|&`".contains(c);
    let start = text[..from].rfind(ends).map_or(0, |at| at + 1);
    let end = text[to..].find(ends).map_or(text.len(), |length| to + length);
    (start, end)
}

/// What a path or name belongs to, by what stands before and behind it;
/// `None` where that is not the Python of the image, or not known.
fn kind(before: &str, name: &str, behind: &str) -> Option<Kind> {
    /// Parts of the paths of other Pythons.
    const OTHERS: [&str; 14] = [
        "asdf",
        "bitnami",
        "cellar",
        "conda",
        "hostedtoolcache",
        "linuxbrew",
        "mamba",
        "mise",
        "pypy",
        "pyenv",
        "rtx",
        "/rh/",
        "uv/python",
        "spack",
    ];
    if before.is_empty() {
        return behind.is_empty().then_some(Kind::Command);
    }
    let lower = before.to_ascii_lowercase();
    if OTHERS.iter().any(|other| lower.contains(other)) || behind.contains("dist-packages") {
        return None;
    }
    let ends_well = behind.is_empty() || behind.starts_with('/');
    if let Some(root) = before.strip_suffix("/bin/") {
        return match root {
            "/usr/local" | "/var/lang" => behind.is_empty().then_some(Kind::Fixed),
            _ => (root.contains("venv") && behind.is_empty()).then_some(Kind::Environment),
        };
    }
    let root = ["/lib/", "/lib64/", "/include/"].iter().find_map(|folder| before.strip_suffix(folder))?;
    if name != "python" || !ends_well {
        return None;
    }
    match root {
        "/usr/local" | "/var/lang" => Some(Kind::Fixed),
        "/usr" | "" => None,
        _ if behind.starts_with("/site-packages") || root.ends_with("/opt/python") => Some(Kind::Environment),
        _ => None,
    }
}

fn range(from: usize, to: usize) -> TextRange {
    let size = |at| TextSize::try_from(at).unwrap_or_default();
    TextRange::new(size(from), size(to))
}

/// Whether the build may bring a Python of that version into a stage by itself,
/// besides the one that its image has.
#[must_use]
pub fn brought_in(text: &str, dockerfile: &Dockerfile, stage: usize, mention: &Mention) -> bool {
    let Mention { version, kind, .. } = *mention;
    let stages = dockerfile.lineage(stage).into_iter().filter_map(|stage| dockerfile.stages.get(stage));
    stages.flat_map(|stage| dockerfile.in_stage(stage)).any(|instruction| {
        let written = &text[instruction.range];
        // Built from its sources, or unpacked.
        if instruction.name == Name::Run
            && ["cpython", "Python-3", "altinstall"].iter().any(|sign| written.contains(sign))
        {
            return true;
        }
        match &instruction.arguments {
            // Package managers have their Pythons elsewhere.
            Arguments::Command(line) if instruction.name == Name::Run && kind != Kind::Fixed => {
                let calls = line.script.as_ref().map(|script| script.calls());
                calls.is_some_and(|calls| calls.all.iter().any(|call| installs(call, version)))
            }
            Arguments::Words(_) if instruction.name == Name::Copy => whole_python(instruction),
            _ => false,
        }
    })
}

/// Whether a command installs a Python of that version, or one that is not named.
fn installs(call: &Call<'_>, version: PythonVersion) -> bool {
    const SYSTEM: [&str; 8] = ["apk", "apt", "apt-get", "dnf", "microdnf", "tdnf", "yum", "zypper"];
    const OTHERS: [&str; 12] = [
        "asdf",
        "brew",
        "conda",
        "hatch",
        "mamba",
        "micromamba",
        "mise",
        "pdm",
        "pyenv",
        "rye",
        "uv",
        "add-apt-repository",
    ];
    let Some(name) = call.command.name() else { return false };
    let digits = version.to_string();
    let arguments = || call.command.arguments().iter().map(|word| word.value.text());
    if OTHERS.contains(&name) {
        // `uv pip install` and the like bring no Python.
        return arguments()
            .any(|text| text.contains(&digits) || text.contains('$') || text.contains("deadsnakes"));
    }
    let is_python = |text: &str| {
        text == "python3"
            || text.starts_with("python3-")
            || text == "python-is-python3"
            || text.contains(&digits)
    };
    SYSTEM.contains(&name) && arguments().any(is_python)
}

/// Whether files are copied that may be a whole Python: `COPY --from=… /usr/local /usr/local`.
fn whole_python(instruction: &Instruction) -> bool {
    let roots = [
        "",
        "/usr",
        "/usr/local",
        "/usr/local/lib",
        "/usr/local/bin",
        "/var",
        "/var/lang",
        "/opt",
        "/opt/python",
    ];
    let Some((_, sources)) = instruction.words().split_last() else { return false };
    instruction.flag("from").is_some()
        && sources.iter().any(|source| roots.contains(&source.text().trim_end_matches('/')))
}
