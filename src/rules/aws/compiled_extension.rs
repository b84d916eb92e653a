//! A folder that is shipped to AWS Lambda holds modules for an older Python.
//!
//! ## What it finds
//! Folders of the repository that SAM and CloudFormation templates name as the
//! code of a Python function or as a layer (`CodeUri`, `Code`, `ContentUri`), or the
//! Serverless Framework as a layer (`path`), with
//!
//! - modules that are compiled for an older Python
//!   (`_speed.cpython-311-x86_64-linux-gnu.so`), unless the same module lies beside
//!   it for the target, for every Python (`.abi3.so`) or as Python code,
//! - in a layer `python/lib/python3.11`, where only that Python looks, unless there
//!   is such a folder for the target.
//!
//! What is ignored by git or lies in a virtual environment is not looked at, nor
//! are modules for Windows and macOS, bytecode, and `.so` files that do not say
//! what they are for. The finding is where the folder is named.
//!
//! ## Why
//! An extension module [works with the Python it is built for](https://docs.python.org/3/whatsnew/3.2.html#pep-3149-abi-version-tagged-so-files),
//! and the name says which; others do not see it, so that the import ends in
//! `ModuleNotFoundError`. In a layer Lambda puts
//! [`python` and `python/lib/python3.x/site-packages`](https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html)
//! of its own version on the path. Some packages do without their compiled modules:
//! where nothing else is old, that is a warning.
//!
//! ## Example
//! ```yaml
//! Resources:
//!   Dependencies:
//!     Type: AWS::Serverless::LayerVersion
//!     Properties:
//!       ContentUri: layer/   # python/greenlet/_greenlet.cpython-311-x86_64-linux-gnu.so
//! ```
//! Build the folder anew for the target, or let `sam build` do so from a
//! `requirements.txt`:
//! ```yaml
//! Resources:
//!   Dependencies:
//!     Type: AWS::Serverless::LayerVersion
//!     Properties:
//!       ContentUri: layer/   # requirements.txt
//!     Metadata:
//!       BuildMethod: python3.13
//! ```
//!
//! ## Fix safety
//! None is offered: the modules must be compiled.

use rustc_hash::FxHashSet;

use crate::aws::Input;
use crate::aws::compiled::{self, Old, Shipped};
use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: CompiledExtension = CompiledExtension;

/// Reports shipped folders for an older Python.
pub struct CompiledExtension;

/// Files and folders that are looked at for one file that names them, so that none
/// of these takes long.
const MAX_ENTRIES: usize = 100_000;

/// Packages that go on without their compiled modules.
const OPTIONAL: &[&str] = &[
    "_yaml",
    "aiohttp",
    "bson",
    "charset_normalizer",
    "coverage",
    "frozenlist",
    "gridfs",
    "markupsafe",
    "msgpack",
    "multidict",
    "propcache",
    "pymongo",
    "simplejson",
    "sqlalchemy",
    "tornado",
    "websockets",
    "wrapt",
    "yaml",
    "yarl",
];

impl Rule for CompiledExtension {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Aws, fix: None, kinds: &[Kind::Yaml, Kind::Json] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        ["CodeUri", "ContentUri", "Code", "Content", "layers"].map(Trigger::Word).to_vec()
    }

    fn wakes(&self, _: Kind, text: &[u8]) -> bool {
        let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
        has("AWS::") || has("provider")
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let input = Input { document: file.document, project: file.project, target };
        let mut left = MAX_ENTRIES;
        let mut seen = FxHashSet::default();
        let mut folders = FxHashSet::default();
        for shipped in compiled::shipped(&input) {
            // One folder is told of once, wherever it is named again.
            let is_new = seen.insert(shipped.text.range()) && folders.insert(shipped.path.clone());
            let old = if is_new {
                compiled::old(&file.document.path, &shipped.path, shipped.is_layer, target, &mut left)
            } else {
                Vec::new()
            };
            if !old.is_empty() {
                report(file, &shipped, &old, sink);
            }
        }
    }
}

fn report(file: &File<'_>, shipped: &Shipped<'_>, old: &[Old], sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let needed = old.iter().find(|one| !is_optional(one));
    let Some(first) = needed.or(old.first()) else { return };
    let severity = if needed.is_some() { Severity::Error } else { Severity::Warning };
    let path = first.path.to_string_lossy().replace('\\', "/");
    let others = match old.len() - 1 {
        0 => String::new(),
        1 => " and another".to_owned(),
        count => format!(" and {count} others"),
    };
    let is_now = !shipped.runtimes.is_empty() && shipped.runtimes.iter().all(|one| one.python >= target);
    let state = if is_now { ", on which it runs," } else { "" };
    let message = format!(
        "{} is shipped with `{path}`{others} for Python {}: `python{target}`{state} does not find it",
        shipped.owner, first.python
    );
    sink.finding(symbol(first), shipped.text.range(), message)
        .severity(severity)
        .confidence(Confidence::Likely)
        .help(format!("Build the folder anew for Python {target}, or have it built at each deployment."))
        .url("https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html")
        .emit();
}

/// The path without the folders that a layer puts around packages.
fn inside(one: &Old) -> Vec<&str> {
    let parts: Vec<&str> = one.path.iter().filter_map(|part| part.to_str()).collect();
    let start = parts.iter().position(|part| *part == "site-packages").map_or(0, |at| at + 1);
    let start = if start == 0 { usize::from(parts.len() > 1 && parts[0] == "python") } else { start };
    parts[start..].to_vec()
}

/// The module by its dotted name, or the folder.
fn symbol(one: &Old) -> String {
    inside(one).join(".").replace("lib.python", "lib/python")
}

fn is_optional(one: &Old) -> bool {
    let inside = inside(one);
    inside.first().is_some_and(|package| OPTIONAL.binary_search(package).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_sorted() {
        assert!(OPTIONAL.is_sorted());
    }
}
