//! An installed distribution does not work on the target Python.
//!
//! ## What it finds
//! Only with `newskin check --site-packages PATH`, of each distribution in a virtual environment, a Lambda layer or another
//! folder of packages:
//!
//! - `Requires-Python` that leaves out the target,
//! - modules that are compiled for another Python (`_speed.cpython-311-x86_64-linux-gnu.so`, `_speed.cp311-win_amd64.pyd`,
//!   or `_speed.so` in a wheel with the tag `cp311-cp311`) and that are not there for the target, for every Python
//!   (`.abi3.so`) or as source. Where nothing loads them when the distribution is imported, or where it can do without them,
//!   that is a warning,
//! - bytecode without its source (`speed.pyc` outside of `__pycache__`) that another Python has written,
//! - distributions that are needed on the target and not before it, and are not there.
//!
//! The rules about code are asked about the sources, too: `removed-module` and its like, those of the groups `stdlib`,
//! `semantics` and `syntax`. What makes an import of the distribution or the start of one of its commands fail stays an
//! error; what fails when one of its functions is called, or a module is imported that nothing else imports, is a warning; what
//! lies in folders of tests and examples is an info.
//!
//! ## Why
//! [pip does not install](https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python) a distribution
//! that leaves out the Python, but nothing stops a folder that is copied. Compiled modules work with
//! [the Python that their name tells](https://peps.python.org/pep-3149/); another one does not see them, and says
//! `ModuleNotFoundError`. Bytecode is refused: `bad magic number`.
//!
//! ## Example
//! ```text
//! $ newskin check --site-packages .venv
//! greenlet 1.0.0 breaks
//! ```
//! Ask for a release that is made for the target, and install anew:
//! ```text
//! $ python3.13 -m pip install --upgrade greenlet
//! ```

use std::path::Path;
use std::sync::Arc;

use ruff_text_size::TextRange;

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::installed::binaries::{self, Foreign, Sign};
use crate::parse::{Document, Syntax, metadata};
use crate::project::bounds;
use crate::read::{Encoding, Source};
use crate::rule::{File, Installed, Meta, Rule, Sink};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: InstalledDistribution = InstalledDistribution;

/// Reports installed distributions that break.
pub struct InstalledDistribution;

impl Rule for InstalledDistribution {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Dependencies, fix: None, kinds: &[Kind::Installed] }
    }

    fn check_installed(&self, file: &File<'_>, installed: &Installed<'_>, sink: &mut Sink<'_>) {
        refused(file, installed, sink);
        compiled(file, installed, sink);
        missing(file, installed, sink);
    }
}

/// `Requires-Python` leaves out the target.
fn refused(file: &File<'_>, installed: &Installed<'_>, sink: &mut Sink<'_>) {
    let (distribution, target) = (installed.distribution(), file.settings.target);
    let Some(said) = &distribution.requires_python else { return };
    if bounds::excludes(said, target) != Some(true) {
        return;
    }
    let range = metadata::place(&file.document.text, "Requires-Python").unwrap_or_default();
    let message = format!(
        "`{}` admits Python `{said}`: pip refuses to install it on Python {target}",
        distribution.title()
    );
    sink.finding(distribution.name.as_str(), range, message)
        .help(format!("Ask for a release that admits Python {target}."))
        .url("https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python")
        .emit();
}

/// Modules for another Python.
fn compiled(file: &File<'_>, installed: &Installed<'_>, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let foreign = binaries::foreign(installed.site, installed.number, target);
    let is_loaded = |one: &&Foreign| installed.reached.contains(&one.file);
    let needed = foreign.iter().find(is_loaded).or_else(|| unnamed(installed, &foreign));
    let Some(first) = needed.or(foreign.first()) else { return };
    let others = match foreign.len() - 1 {
        0 => String::new(),
        1 => " and another".to_owned(),
        count => format!(" and {count} others"),
    };
    let distribution = installed.distribution();
    let (title, path) = (distribution.title(), first.file.to_string_lossy().replace('\\', "/"));
    let python =
        first.python.map_or_else(|| "another Python".to_owned(), |python| format!("Python {python}"));
    let message = match first.sign {
        Sign::Name => {
            format!("`{title}` is compiled for {python}: Python {target} does not find `{path}`{others}")
        }
        Sign::Tag => format!(
            "`{title}` is compiled for {python}, as its wheel says: Python {target} does not load `{path}`{others}"
        ),
        Sign::Bytecode => format!(
            "`{title}` is bytecode of {python} without its source: Python {target} refuses `{path}`{others}"
        ),
    };
    let severity = if needed.is_some() { Severity::Error } else { Severity::Warning };
    let document = binary(&installed.site.folder.join(&first.file));
    sink.elsewhere(&document)
        .finding(distribution.name.as_str(), TextRange::default(), message)
        .severity(severity)
        .confidence(Confidence::resolved(first.sign != Sign::Tag))
        .help(format!("Install it anew with Python {target}, in a release that has a wheel for it."))
        .url("https://peps.python.org/pep-3149/")
        .emit();
}

/// The first module that no source names, where that holds for most of them:
/// then nothing shows that they are only tried.
fn unnamed<'a>(installed: &Installed<'_>, foreign: &'a [Foreign]) -> Option<&'a Foreign> {
    let is_unnamed = |one: &&Foreign| binaries::is_unnamed(installed.site, installed.number, &one.file);
    let unnamed: Vec<&Foreign> = foreign.iter().filter(is_unnamed).collect();
    unnamed.first().copied().filter(|_| 2 * unnamed.len() > foreign.len())
}

/// A file that is no text, as a place.
fn binary(path: &Path) -> Document {
    let path: Arc<Path> = path.into();
    let source =
        Source { path, kind: Kind::Installed, text: String::new(), encoding: Encoding::Utf8, bom: false };
    Document::new(source, None, Syntax::Text)
}

/// What is needed from the target on and is not there.
fn missing(file: &File<'_>, installed: &Installed<'_>, sink: &mut Sink<'_>) {
    let (site, target) = (installed.site, file.settings.target);
    if site.environment.is_some_and(|python| python >= target) {
        return;
    }
    let distribution = installed.distribution();
    let before = PythonVersion { minor: target.minor.saturating_sub(1), ..target };
    let earlier: Vec<String> = distribution.requirements(before).collect();
    for name in distribution.requirements(target).filter(|name| !earlier.contains(name) && !site.has(name)) {
        let range = metadata::place(&file.document.text, "Name").unwrap_or_default();
        let message = format!(
            "`{}` needs `{name}` from Python {target} on, which is not installed here",
            distribution.title()
        );
        // An environment is made anew for another Python; other folders may be taken along.
        let severity = if site.environment.is_some() { Severity::Info } else { Severity::Warning };
        sink.finding(distribution.name.as_str(), range, message)
            .severity(severity)
            .help(format!("Install the packages anew with Python {target}: pip brings it along."))
            .url("https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers")
            .emit();
    }
}
