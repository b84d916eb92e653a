//! A lock file chooses a release that has no wheel for the target.
//!
//! ## What it finds
//! Releases in `poetry.lock`, `uv.lock`, `pdm.lock` and `pylock.toml` that list wheels for Linux, but none that CPython of the
//! target version takes there: no `cp313`, none of the stable ABI (`abi3`), none of pure Python. Also releases whose metadata,
//! repeated in the lock file, leave out the target. Where a lock file has only hashes, where markers leave out the target or
//! Linux, where another locked release of the same distribution fits, and where a release never had wheels for Linux, nothing is
//! said.
//!
//! ## Why
//! Installers [choose wheels by their tags](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/).
//! With no wheel that fits they build the source distribution, which needs a compiler, headers and often a change in the
//! sources for the new Python; small images and the builds of functions have no compiler. Without a source distribution they
//! stop.
//!
//! ## Example
//! ```toml
//! [[package]]
//! name = "fastcalc"
//! version = "1.0.0"
//! description = ""
//! optional = false
//! python-versions = ">=3.8"
//! files = [
//!     {file = "fastcalc-1.0.0-cp312-cp312-manylinux2014_x86_64.whl", hash = "sha256:00"},
//!     {file = "fastcalc-1.0.0.tar.gz", hash = "sha256:01"},
//! ]
//! ```
//! Use instead:
//! ```toml
//! [[package]]
//! name = "fastcalc"
//! version = "1.1.0"
//! description = ""
//! optional = false
//! python-versions = ">=3.8"
//! files = [
//!     {file = "fastcalc-1.1.0-cp313-cp313-manylinux2014_x86_64.whl", hash = "sha256:02"},
//!     {file = "fastcalc-1.1.0.tar.gz", hash = "sha256:03"},
//! ]
//! ```
//!
//! ## Fix safety
//! There is no fix: only the tool that wrote the lock file can change it.

use rustc_hash::FxHashSet;

use crate::catalogue::packages::{self, How};
use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::parse::wheel::{Machine, Wheel};
use crate::project::dependencies::Platform;
use crate::project::dependencies::locked::{self, Lock, Locked};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: PackageWithoutWheel = PackageWithoutWheel;

/// Reports locked releases that the target cannot install as wheels.
pub struct PackageWithoutWheel;

impl Rule for PackageWithoutWheel {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Dependencies, fix: None, kinds: &[Kind::Toml] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(may_say)]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let Some(lock) = locked::lock(file.document).filter(|lock| !lock.leaves_out(target)) else { return };
        let installed = lock.installed(target, Platform::Linux);
        let fits = |one: &&&Locked| trouble(one, target).is_none();
        // Of several releases the fitting one is taken.
        let fitting: FxHashSet<&str> = installed.iter().filter(fits).map(|one| &*one.name).collect();
        for one in installed.into_iter().filter(|one| !fitting.contains(&*one.name)) {
            if let Some(trouble) = trouble(one, target) {
                report(file, &lock, one, trouble, sink);
            }
        }
    }
}

fn may_say(text: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    has(b"name = ") && has(b"version = ") && (has(b".whl") || has(b"python"))
}

/// What keeps a release from being installed as a wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Its metadata leave the target out.
    Refused,
    /// There are wheels, and a source distribution, but none that fits.
    Built,
    /// The same, but without a compiler it does without its compiled part.
    Slow,
    /// There is nothing to install from.
    Nothing,
}

fn trouble(one: &Locked, target: PythonVersion) -> Option<Trouble> {
    if one.python.as_ref().is_some_and(|python| !locked::admits(python, target)) {
        return Some(Trouble::Refused);
    }
    // The known fact says more than that.
    let known = packages::faults(&one.name, &one.version, target);
    if known.iter().any(|fault| matches!(fault.how, How::Build | How::Import)) {
        return None;
    }
    let machines = [Machine::X86_64, Machine::Aarch64];
    let compiled = |machine: Machine| {
        let for_linux = |wheel: &&Wheel| wheel.is_for_cpython() && wheel.is_for_linux(machine);
        one.wheels.iter().any(|wheel| for_linux(&wheel) && !wheel.fits(target))
    };
    let machine = machines.into_iter().find(|machine| compiled(*machine))?;
    let fits =
        |wheel: &Wheel| wheel.fits(target) && (wheel.is_for_linux(machine) || wheel.is_for_any_platform());
    // Wheels for newer Pythons alone: the release has left the target behind.
    let has_older = one.wheels.iter().any(|wheel| wheel.is_older(target));
    if !has_older || one.wheels.iter().any(fits) {
        return None;
    }
    Some(match one.has_source {
        true if known.iter().any(|fault| fault.how == How::Fallback) => Trouble::Slow,
        true => Trouble::Built,
        false => Trouble::Nothing,
    })
}

fn report(file: &File<'_>, lock: &Lock, one: &Locked, trouble: Trouble, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let (name, version) = (&one.name, &one.version);
    let (severity, message) = match trouble {
        Trouble::Refused => {
            let python = one.python.as_ref().map(ToString::to_string).unwrap_or_default();
            (
                Severity::Error,
                format!(
                    "`{name}` {version} takes only Python {python}: installers refuse it on Python {target}"
                ),
            )
        }
        Trouble::Built => (
            Severity::Warning,
            format!(
                "`{name}` {version} has no wheel for Python {target} on Linux: it must be built from source"
            ),
        ),
        Trouble::Slow => (
            Severity::Info,
            format!(
                "`{name}` {version} has no wheel for Python {target} on Linux: without a compiler it does without its compiled part"
            ),
        ),
        Trouble::Nothing => (
            Severity::Error,
            format!(
                "`{name}` {version} has no wheel for Python {target} on Linux and no source distribution: it cannot be installed"
            ),
        ),
    };
    let update = lock.locker.update(name);
    let help = match packages::first(name, target).filter(|first| *first > *version) {
        Some(first) => {
            format!("Lock `{name}` {first} or newer, which has wheels for Python {target}: `{update}`.")
        }
        None => format!("Lock a release that has wheels for Python {target}: `{update}`."),
    };
    sink.finding(name.as_str(), one.version_range, message)
        .severity(severity)
        .confidence(Confidence::Likely)
        .help(help)
        .url("https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/")
        .emit();
}
