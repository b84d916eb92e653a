// The forms of the files in `rules/`, read by the build. Unknown keys are
// refused; `rules/schema.json` is generated from these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// One module of the standard library.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Dotted name; also the name of the file.
    pub module: String,
    /// First version in which it is deprecated, quoted: "3.11".
    pub deprecated: Option<String>,
    /// First version without it, quoted: "3.13".
    pub removed: Option<String>,
    /// Link to where this is documented.
    pub source: String,
    /// `win32` and the like, where it only ever existed there.
    pub platform: Option<String>,
    /// The way out, as sentences for a reader in a hurry.
    #[serde(default)]
    pub instead: String,
    /// Distributions on PyPI that bring the module back under its old name, the best first.
    #[serde(default)]
    pub backports: Vec<Backport>,
    /// Names in the module that have a successor.
    #[serde(default)]
    pub names: BTreeMap<String, Name>,
    /// Programs that fail on the version that removed the module.
    pub bad: Vec<String>,
    /// Programs that run on the old and on the new version.
    pub good: Vec<String>,
}

/// A distribution on PyPI that brings a module back under its old name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backport {
    /// Its name on PyPI, such as `legacy-cgi`.
    pub package: String,
    /// The Pythons it can be installed on, as its metadata say; left out if on all.
    pub python: Option<String>,
}

/// One name within a module.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// Dotted name of a drop-in successor: takes the same arguments, gives the same result.
    pub replace: Option<String>,
    /// First Python that has the successor, quoted; 3.0 when left out.
    pub since: Option<String>,
    /// Why the successor is not the same in every case; left out if it is.
    pub unsafe_because: Option<String>,
    /// The way out where there is no drop-in successor: part of a sentence, without a full stop.
    pub instead: Option<String>,
    /// Arguments, each as it stands between the parentheses of a call, on which the old and the
    /// new function are compared by the tests.
    #[serde(default)]
    pub probe: Vec<String>,
}

/// The file `rules/aws/runtimes.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runtimes {
    /// Link to where the days are documented.
    pub source: String,
    /// The day on which they were read.
    pub as_of: String,
    /// By the name that templates use, such as `python3.9`.
    pub runtimes: BTreeMap<String, Runtime>,
}

/// One runtime of AWS Lambda; days as `2026-07-01`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// From this day on it gets no patches and no support.
    pub deprecated: String,
    /// From this day on no function can be created with it.
    pub create_blocked: String,
    /// From this day on no function with it can be updated.
    pub update_blocked: String,
}
