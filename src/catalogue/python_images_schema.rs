// The form of the files in `rules/docker/images/` and of
// `rules/python/releases.yaml`, read by the build. Unknown keys are refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// Images that differ by the Python they have: `rules/docker/images/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PythonImages {
    /// Id; also the name of the file.
    pub images: String,
    /// What they are, in the plural, as a part of a sentence.
    pub title: String,
    /// Link to where they are documented.
    pub source: String,
    /// The day on which that was read, as `2026-08-13`.
    pub as_of: String,
    /// Who says how long a Python is kept up.
    pub support: Support,
    /// Names without tag; `{}` stands for the Python version.
    pub names: Vec<String>,
    /// Ends of the path under which registries mirror it, likewise.
    #[serde(default)]
    pub mirrored_as: Vec<String>,
    /// How a tag begins, before the variant; `{}` stands for the Python version. Without it the name has the version, and
    /// the whole tag is the variant.
    pub tag: Option<String>,
    /// How tags of images that are no longer kept up begin, and why they are not.
    #[serde(default)]
    pub former_tags: BTreeMap<String, String>,
    /// Variants in order of time; within a line a later one can take the place of an earlier one.
    #[serde(default)]
    pub lines: Vec<Vec<String>>,
    /// Variants that no Python has, and the variant to take.
    #[serde(default)]
    pub never: BTreeMap<String, String>,
    /// What is known of the images of each Python; of the others nothing is.
    #[serde(default)]
    pub pythons: BTreeMap<String, Variants>,
    /// What is said of variants that never existed was not read from the registry.
    #[serde(default)]
    pub unsure: bool,
    /// There are no newer images.
    pub abandoned: Option<Abandoned>,
}

/// Whose days count.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// Those of `rules/python/releases.yaml`.
    Python,
    /// Those of `rules/aws/runtimes.yaml`.
    Lambda,
}

/// The images of one Python. What stands in a line of `lines` and not here never existed for it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variants {
    /// Those that are built anew for each release; `""` is the tag without any.
    pub current: Vec<String>,
    /// Those that are not built any more, and the last version that they have.
    #[serde(default)]
    pub frozen: BTreeMap<String, String>,
    /// Those that never existed for this Python, and the variant to take.
    #[serde(default)]
    pub never: BTreeMap<String, String>,
    /// The first version of the tools in the image, where the tag is that version, quoted.
    pub tools_from: Option<String>,
}

/// What takes the place of images of which there are no newer ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Abandoned {
    /// The image to take; `{}` stands for the Python version.
    pub r#for: String,
    /// Why there are none, as a clause.
    pub because: String,
}

/// How long each Python is kept up: `rules/python/releases.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Releases {
    /// Link to where the days are documented.
    pub source: String,
    /// The day on which they were read.
    pub as_of: String,
    /// The last day, by version.
    pub releases: BTreeMap<String, String>,
}
