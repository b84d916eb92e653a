//! A build installs packages for the system's Python where the image brings its own.
//!
//! ## What it finds
//! In the images of AWS Lambda for Python: `python3-devel` and modules such as `python3-numpy` (`python3-pip` is an
//! info). In the official `python` images: `apt-get install python3.11-dev`, when the release of Debian has another
//! Python 3, and modules such as `python3-numpy` or, on Alpine, `py3-numpy`. Each stage is judged on its image and on
//! the one that it will be built on once it has been moved to the target.
//!
//! ## Why
//! Python is in `/var/lang` in the images of AWS Lambda, and in `/usr/local` in the
//! [official images](https://hub.docker.com/_/python). Packages of the system belong to the system's Python, another
//! version in `/usr`, which the package manager brings along: modules are installed for that one, and headers are those of
//! that one. Debian has one Python 3 in each release: 3.9 in `bullseye`, 3.11 in `bookworm`, 3.13 in `trixie`. Packages
//! with another version in their name do not exist, and `apt-get install` stops the build.
//!
//! ## Example
//! ```dockerfile
//! FROM python:3.13-slim-bookworm
//! RUN apt-get update && apt-get install -y python3-numpy
//! ```
//! Use instead:
//! ```dockerfile
//! FROM python:3.13-slim-bookworm
//! RUN pip install numpy
//! ```
//!
//! ## Fix safety
//! There is no fix: what is needed of the packages is not known.

use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::destination;
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Confidence, Group, Severity};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::shell::Word;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: SystemPython = SystemPython;

/// Reports packages for another Python than the image's.
pub struct SystemPython;

const WANTED: Wanted = Wanted {
    names: &["apk", "apt", "apt-get", "dnf", "microdnf", "yum"],
    on: |system, name| match name {
        "apk" => system.id == "alpine",
        "apt" | "apt-get" => system.id == "debian",
        _ => system.id.starts_with("amazon-linux"),
    },
    installed: true,
};

/// The Python 3 of each release of Debian, the newest first.
const DEBIAN: [Release; 5] =
    [("trixie", "3.13"), ("bookworm", "3.11"), ("bullseye", "3.9"), ("buster", "3.7"), ("stretch", "3.5")];

/// What packages of modules are often installed for besides: tools, libraries.
const TOOLS: [&str; 22] = [
    "all",
    "all-dev",
    "apt",
    "config",
    "dbg",
    "dev",
    "devel",
    "distutils",
    "full",
    "gi",
    "lib2to3",
    "libs",
    "minimal",
    "opencv",
    "pip",
    "pkg-resources",
    "setuptools",
    "tk",
    "venv",
    "virtualenv",
    "wheel",
    "yaml",
];

impl Rule for SystemPython {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: None, kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| {
            ["python3", "py3-"].iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
        })]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for called in called(dockerfile, &WANTED, file.settings.target) {
            let arguments = called.call.command.arguments();
            let order =
                arguments.iter().find(|word| word.literal().is_some_and(|text| !text.starts_with('-')));
            let installs = order.is_some_and(|word| matches!(word.literal(), Some("install" | "add")));
            if !installs || called.reach == Reach::Never || called.outcome() == Outcome::Handled {
                continue;
            }
            let own = called.image.rsplit('/').next().and_then(|image| image.split(':').next());
            let path = match (own, called.image.contains("lambda")) {
                (Some("python" | "aws-lambda-python"), true) => "/var/lang",
                (Some("python"), false) => "/usr/local",
                _ => continue,
            };
            let later = destination(dockerfile, called.stage, file.settings.target).and_then(|image| {
                let image = image.to_string();
                let release = release(&image)?;
                Some((image, release))
            });
            for word in arguments {
                if let Some(package) = word.literal() {
                    judge(&called, word, package, path, later.as_ref(), sink);
                }
            }
        }
    }
}

/// A release of Debian with its Python.
type Release = (&'static str, &'static str);

/// Reports a package; `later` is what the stage will be built on.
fn judge(
    called: &Called<'_>,
    word: &Word,
    package: &str,
    path: &str,
    later: Option<&(String, Release)>,
    sink: &mut Sink<'_>,
) {
    let name = package.split(['=', ':']).next().unwrap_or(package);
    if let Some(module) = name.strip_prefix("python3-").or_else(|| name.strip_prefix("py3-")) {
        // Whoever installs headers counts on them; Debian's stand beside the image's own, which are found first.
        let counted_on = module == "devel" && called.system.id.starts_with("amazon-linux");
        let tool = TOOLS.contains(&module) && !counted_on;
        let severity = if tool { Severity::Info } else { Severity::Warning };
        let what = if matches!(module, "dev" | "devel") { "has the headers of" } else { "is for" };
        let message = format!("`{name}` {what} the system's Python, not the image's own in `{path}`");
        let help = if counted_on {
            "Leave it out: the image brings its own headers, which `pip` finds."
        } else if tool {
            "Leave it out, if nothing else needs it."
        } else {
            "Install the module with `pip`."
        };
        return report(called, word, name, severity, message, help, sink);
    }
    let Some(version) = versioned(name).filter(|_| called.system.id == "debian") else { return };
    let today = release(&called.image);
    let absent = |place: &str, release: &str, python: &str| {
        format!(
            "there is no `{name}` {place}: Debian {release} has Python {python}, the image its own in `{path}`"
        )
    };
    let severity = if called.outcome() == Outcome::Stops { Severity::Error } else { Severity::Warning };
    let help = "Leave it out: headers and `pip` come with the image.";
    if called.earlier.has_repository() {
        return;
    }
    if let Some((release, python)) = today.filter(|(_, python)| *python != version) {
        return report(called, word, name, severity, absent(&called.place(), release, python), help, sink);
    }
    if let Some((image, (release, python))) = later.filter(|(_, (_, python))| *python != version) {
        let place = format!("once the stage is built on `{image}`");
        return report(called, word, name, severity, absent(&place, release, python), help, sink);
    }
    if today.is_some() {
        let message = format!("`{name}` is for the system's Python, not the image's own in `{path}`");
        report(called, word, name, Severity::Info, message, "Leave it out, if nothing else needs it.", sink);
    }
}

/// The version of `python3.11-dev`.
fn versioned(name: &str) -> Option<&str> {
    let version = name.strip_prefix("python")?;
    let version = version.split('-').next().unwrap_or(version);
    let minor = version.strip_prefix("3.")?;
    (!minor.is_empty() && minor.bytes().all(|b| b.is_ascii_digit())).then_some(version)
}

/// The release of Debian that a tag names, with its Python.
fn release(image: &str) -> Option<Release> {
    let tag = image.rsplit(':').next()?;
    let named = DEBIAN.iter().find(|(release, _)| tag.split('-').any(|word| word == *release));
    // Without a name it is the newest release that there was; only for 3.13 is that settled.
    let settled = || (tag.starts_with("3.13") && !tag.contains('…')).then_some(&DEBIAN[0]);
    named.or_else(settled).copied()
}

fn report(
    called: &Called<'_>,
    word: &Word,
    name: &str,
    severity: Severity,
    message: String,
    help: &str,
    sink: &mut Sink<'_>,
) {
    sink.finding(name, word.range, message)
        .severity(severity)
        .confidence(called.confidence().min(Confidence::Likely))
        .help(help)
        .url("https://hub.docker.com/_/python")
        .emit();
}
