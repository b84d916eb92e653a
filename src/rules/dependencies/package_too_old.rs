//! A release is required that the target cannot install or import.
//!
//! ## What it finds
//! Requirements that admit only releases of widely used distributions that are known to fail on the target: exact pins and
//! upper bounds in requirements and constraints files, `pyproject.toml` (PEP 621, dependency groups, Poetry, PDM, Hatch, uv),
//! `setup.cfg`, `setup.py`, `Pipfile`, environments of conda, and commands such as `pip install`; and the releases that lock
//! files chose. Requirements that admit a newer release are left alone, and so are those whose marker leaves out the target, and
//! modules that a backport among the requirements brings back.
//!
//! ## Why
//! Code can be ready for a Python that its dependencies do not take: an old release imports a module that is gone from the
//! standard library, its sources no longer compile, or it has no wheel, so that it must be
//! [built from source](https://packaging.python.org/en/latest/discussions/package-formats/). The first two are errors, the last
//! a warning. Every entry of the catalogue was tried on the distribution itself.
//!
//! ## Example
//! ```text
//! discord.py==2.3.2
//! ```
//! Use instead:
//! ```text
//! discord.py==2.5.0
//! ```
//!
//! ## Fix safety
//! Unsafe: an exact pin is raised to the first release that works. That release may behave differently, and need a newer Python
//! than the project supports. Pins with hashes, upper bounds and lock files are left to their tools.

use std::str::FromStr;

use pep440_rs::Version;
use rustc_hash::FxHashSet;

use crate::catalogue::packages::{self, Fault, How, Package};
use crate::catalogue::removed_module;
use crate::discover::Kind;
use crate::edit::requirements;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::project::dependencies::locked::{self, Lock, Locker};
use crate::project::dependencies::{self, Form, Platform, Requirement, Role, Style};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: PackageTooOld = PackageTooOld;

/// Reports requirements that the target cannot fulfil.
pub struct PackageTooOld;

impl Rule for PackageTooOld {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Dependencies,
            fix: Some(Applicability::Unsafe),
            kinds: &[
                Kind::Requirements,
                Kind::Toml,
                Kind::Ini,
                Kind::Python,
                Kind::Json,
                Kind::Yaml,
                Kind::Dockerfile,
                Kind::Shell,
                Kind::Makefile,
            ],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(may_say)]
    }

    fn wakes(&self, kind: Kind, text: &[u8]) -> bool {
        let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
        match kind {
            Kind::Python => has(b"_require") && has(b"setup"),
            Kind::Json => has(b"\"version\": \"==") || has(b"pip"),
            Kind::Requirements | Kind::Toml | Kind::Ini => true,
            _ => has(b"pip"),
        }
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        if Locker::of(&file.document.path).is_some() {
            if let Some(lock) = locked::lock(file.document) {
                check_lock(file, &lock, sink);
            }
            return;
        }
        let sheet = dependencies::read(file.document);
        for requirement in &sheet.requirements {
            check(file, requirement, sink);
        }
    }
}

/// Requirements that are bounded from above have one of these signs.
fn may_say(text: &[u8]) -> bool {
    let has = |sign: &[u8]| memchr::memmem::find(text, sign).is_some();
    // A source that is no `setup.py` need not be looked through.
    let head = &text[..text.len().min(1000)];
    let imports = |start: &[u8]| head.starts_with(&start[1..]) || memchr::memmem::find(head, start).is_some();
    let is_code = (imports(b"\nimport ") || imports(b"\nfrom ")) && !has(b"setup(");
    !is_code && (has(b"=") || has(b"<") || has(b"~") || has(b"^"))
}

/// What is wrong with the newest release that a requirement admits.
struct Trouble {
    package: &'static Package,
    fault: &'static Fault,
}

/// The gravest fault of a release that nothing in the project makes up for.
fn trouble(file: &File<'_>, name: &str, release: &Version, has: impl Fn(&str) -> bool) -> Option<Trouble> {
    let package = packages::find(name)?;
    let faults = packages::faults(name, release, file.settings.target);
    let served = |fault: &&'static Fault| {
        let module = fault.module.and_then(removed_module);
        module.is_some_and(|module| {
            let path = &file.document.path;
            let required = |package: &str| has(package) || file.project.requires(path, package);
            module.backports.iter().any(|one| required(one.package))
                || file.project.has_module(path, module.name)
        })
    };
    let fault = faults.into_iter().find(|fault| !served(fault))?;
    Some(Trouble { package, fault })
}

fn check(file: &File<'_>, requirement: &Requirement, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let Some(newest) = newest(requirement) else { return };
    if !requirement.applies_on(target, Platform::Linux) {
        return;
    }
    let Some(Trouble { package, fault }) = trouble(file, &requirement.name, &newest.release, |_| false)
    else {
        return;
    };
    if fault.how.is_of_files() && is_for_elsewhere(file) {
        return;
    }
    // conda has builds of its own.
    if requirement.style == Style::Conda && (fault.how.is_of_files() || fault.how == How::Build) {
        return;
    }
    let certain = newest.exact && fault.how == How::Import;
    let by_hand =
        requirement.style == Style::Word && !matches!(file.document.kind, Kind::Dockerfile | Kind::Shell);
    let confidence = match requirement.role {
        Role::Constraint => Confidence::Possible,
        _ if by_hand => Confidence::Possible,
        _ if certain && requirement.role == Role::Runtime => Confidence::Certain,
        _ => Confidence::Likely,
    };
    let name = file.document.slice(requirement.name_range).trim_matches(['"', '\'']);
    let said = requirement.specifier_range.map(|range| file.document.slice(range)).unwrap_or_default();
    let subject = if newest.exact {
        format!("`{name}` {}", newest.release)
    } else {
        format!("the newest `{name}` that `{said}` admits")
    };
    let range = requirement.specifier_range.unwrap_or(requirement.range);
    let draft = sink
        .finding(requirement.name.as_str(), range, message(file, &subject, fault))
        .severity(severity(fault))
        .confidence(confidence)
        .help(help(package, None))
        .url(package.source);
    let raised = package.first.and_then(|first| raised(said, first).map(|versions| (first, versions)));
    let change = raised.and_then(|(first, versions)| {
        Some((first, requirements::replace_versions(&file.document.text, requirement, &versions)?))
    });
    match change {
        Some((first, change)) => draft
            .unsafe_fix(
                format!("Raise `{name}` to {first}"),
                format!("`{name}` {first} may behave differently and need a newer Python than the project supports"),
                vec![file.edit(change.range, change.content)],
            )
            .emit(),
        None => draft.emit(),
    }
}

fn check_lock(file: &File<'_>, lock: &Lock, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let installed = lock.installed(target, Platform::Linux);
    let names: FxHashSet<&str> = installed.iter().map(|one| &*one.name).collect();
    let troubled =
        |name: &str, release: &Version| trouble(file, name, release, |backport| names.contains(backport));
    // Of several releases the fitting one is taken.
    let fitting: FxHashSet<&str> = installed
        .iter()
        .filter(|one| troubled(&one.name, &one.version).is_none())
        .map(|one| &*one.name)
        .collect();
    for one in installed.into_iter().filter(|one| !fitting.contains(&*one.name)) {
        let Some(Trouble { package, fault }) = troubled(&one.name, &one.version) else { continue };
        let listed = lock.locker != Locker::Pipenv && !one.wheels.is_empty();
        let fits = one.wheels.iter().any(|wheel| wheel.fits(target));
        // What the file lists itself is the business of `package-without-wheel`.
        if (fault.how.is_of_files() && listed) || (fault.how == How::Build && fits) {
            continue;
        }
        let subject = format!("`{}` {}", one.name, one.version);
        sink.finding(one.name.as_str(), one.version_range, message(file, &subject, fault))
            .severity(severity(fault))
            .confidence(Confidence::Likely)
            .help(help(package, Some(lock.locker.update(&one.name))))
            .url(package.source)
            .emit();
    }
}

fn severity(fault: &Fault) -> Severity {
    match fault.how {
        How::Fallback => Severity::Info,
        How::Wheel | How::Part => Severity::Warning,
        How::Build | How::Import | How::Nothing => Severity::Error,
    }
}

fn message(file: &File<'_>, subject: &str, fault: &Fault) -> String {
    let target = file.settings.target;
    let what = match fault.how {
        How::Wheel => format!("has no wheel for Python {target} on Linux and must be built from source"),
        How::Fallback => {
            format!(
                "has no wheel for Python {target} on Linux: without a compiler it does without its compiled part"
            )
        }
        How::Nothing => {
            format!(
                "has no wheel for Python {target} on Linux and no source distribution: it cannot be installed"
            )
        }
        How::Build => format!("has no wheel for Python {target} and does not build there"),
        How::Import => format!("does not work on Python {target}"),
        How::Part => format!("fails in parts on Python {target}"),
    };
    match fault.says {
        Some(says) => format!("{subject} {what}: {says}"),
        None => format!("{subject} {what}"),
    }
}

fn help(package: &Package, update: Option<String>) -> String {
    let first = package.first.map(|first| {
        let update = update.map(|update| format!(": `{update}`")).unwrap_or_default();
        format!("`{}` {first} is the first release without that{update}.", package.name)
    });
    match (first, package.instead) {
        (Some(first), Some(instead)) => format!("{first} {instead}"),
        (Some(first), None) => first,
        (None, Some(instead)) => instead.to_owned(),
        (None, None) => format!("No release of `{}` works there: replace it.", package.name),
    }
}

/// Whether the name of the file says that it is for another system than Linux.
fn is_for_elsewhere(file: &File<'_>) -> bool {
    let name = file.document.path.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name = name.unwrap_or_default();
    ["windows", "win32", "win64", "macos", "darwin", "osx"].iter().any(|system| name.contains(system))
}

/// The newest release that a requirement admits.
struct Newest {
    /// Itself, or what comes before all releases that are refused.
    release: Version,
    exact: bool,
}

/// What the upper bounds leave; `None` if there are none.
fn newest(requirement: &Requirement) -> Option<Newest> {
    use pep440_rs::Operator;
    if requirement.form != Form::Index {
        return None;
    }
    let within = |release: &[u64], parts: usize| {
        // Behind `1.4.*` comes 1.5, and before that whatever begins with 1.4.
        let mut bound: Vec<u64> = release.iter().copied().take(parts).collect();
        *bound.last_mut()? += 1;
        before(&Version::new(bound))
    };
    let mut newest: Option<Newest> = None;
    for one in requirement.specifiers.as_ref()?.iter() {
        let version = one.version();
        let parts = version.release().len();
        let (bound, exact) = match one.operator() {
            Operator::Equal | Operator::ExactEqual => (version.clone(), true),
            Operator::LessThanEqual => (version.clone(), false),
            Operator::LessThan => (before(version)?, false),
            Operator::EqualStar => (within(version.release(), parts)?, false),
            Operator::TildeEqual => (within(version.release(), parts.saturating_sub(1).max(1))?, false),
            _ => continue,
        };
        if newest.as_ref().is_none_or(|newest| bound < newest.release) {
            newest = Some(Newest { release: bound, exact });
        }
    }
    newest
}

/// What comes before a release and behind all that are older.
fn before(version: &Version) -> Option<Version> {
    let release: Vec<String> = version.release().iter().map(u64::to_string).collect();
    let epoch = version.epoch();
    let epoch = if epoch == 0 { String::new() } else { format!("{epoch}!") };
    Version::from_str(&format!("{epoch}{}.dev0", release.join("."))).ok()
}

/// A single pin with another release behind the same sign.
fn raised(said: &str, first: &str) -> Option<String> {
    let version = said.trim_start_matches(['=', ' ', '^', '~']);
    let sign = &said[..said.len() - version.len()];
    let is_plain = version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '!'));
    let is_pin = matches!(sign.trim(), "==" | "===" | "" | "^");
    (is_plain && is_pin && !version.is_empty()).then(|| format!("{sign}{first}"))
}
