// The form of the files in `rules/packages/`, read by the build. Unknown keys
// are refused; `rules/schema.json` is generated from these types.

use schemars::JsonSchema;
use serde::Deserialize;

/// A distribution of PyPI, by what keeps older releases from newer Pythons.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Its name, normalised; also the name of the file.
    pub package: String,
    /// The first release without any of the faults, quoted; left out where no release is.
    pub first: Option<String>,
    /// Link to the fact, or to the files of the first release.
    pub source: String,
    /// The way out where no release is one, or where it is a better one, as a sentence.
    pub instead: Option<String>,
    /// What older releases have, the gravest first.
    pub faults: Vec<Fault>,
}

/// What a range of releases has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The first release that has it, quoted; left out if all older ones do.
    pub from: Option<String>,
    /// The first release without it, quoted; left out if all newer ones have it.
    pub below: Option<String>,
    /// The first Python on which it shows, quoted.
    pub since: String,
    /// What it is.
    pub how: How,
    /// The module of the standard library that is missing, where that is why.
    pub module: Option<String>,
    /// What happens, behind a colon.
    pub says: Option<String>,
    /// The program that fails with it, and runs with the first release without it.
    pub r#try: Option<String>,
    /// How this was measured, on which release.
    pub measured: String,
}

/// What keeps a release from a Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// There is no wheel for it on Linux, so it must be built.
    Wheel,
    /// The same, but where there is no compiler it does without its compiled part.
    Fallback,
    /// There is no wheel for it on Linux and no source distribution.
    Nothing,
    /// There is no wheel for it, and the sources do not build with it.
    Build,
    /// Its import fails.
    Import,
    /// Some of its modules, or calls of it, fail.
    Part,
}
