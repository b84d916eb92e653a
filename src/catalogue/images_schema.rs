// The form of the files below `rules/docker/`, read by the build. Unknown keys
// are refused.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

/// An operating system as container images have it: `rules/docker/systems/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct System {
    /// Id; also the name of the file.
    pub system: String,
    /// Its name for people.
    pub title: String,
    /// The package manager that it comes with.
    pub manager: String,
    /// Link to where this is documented.
    pub source: String,
    /// Commands that are there.
    pub has: Vec<String>,
    /// Commands that are not there although another system has them.
    #[serde(default)]
    pub lacks: Vec<String>,
    /// What to do without `yum`.
    pub yum: Option<Yum>,
    /// Sets of packages that cannot be installed there: files of `rules/docker/packages/`.
    #[serde(default)]
    pub packages: Vec<String>,
    /// Sets of commands that are not there before their packages are: files of `rules/docker/commands/`.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Images that are built on it.
    pub images: Vec<Image>,
}

/// Commands that an image lacks: `rules/docker/commands/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Commands {
    /// Id; also the name of the file.
    pub set: String,
    /// Link to where it is documented what the image has.
    pub source: String,
    /// The packages that bring them.
    pub packages: BTreeMap<String, Brought>,
    /// Packages that bring nothing of all this but their own commands.
    #[serde(default)]
    pub alone: Vec<String>,
}

/// What comes with a package.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Brought {
    /// Its commands.
    pub commands: Vec<String>,
    /// Packages that need it, so that it comes along with them.
    #[serde(default)]
    pub with: Vec<String>,
    /// Many others need it, too.
    #[serde(default)]
    pub often: bool,
}

/// Packages that cannot be installed: `rules/docker/packages/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Packages {
    /// Id; also the name of the file.
    pub set: String,
    /// Link to where it is documented which packages there are.
    pub source: String,
    /// By the name that is not there; `*` at its end or its beginning stands for any letters.
    pub packages: BTreeMap<String, Package>,
}

/// Why a package cannot be installed under a name; one of `called`, `conflicts`, `gone`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Package {
    /// The name that it has there.
    pub called: Option<String>,
    /// What else is to be known of that name, as a part of a sentence.
    pub because: Option<String>,
    /// The installed package that it conflicts with.
    pub conflicts: Option<String>,
    /// What that one brings as well.
    pub has: Option<String>,
    /// There is none: the way out, as a part of a sentence.
    pub gone: Option<String>,
    /// Another package may still provide the name.
    #[serde(default)]
    pub unsure: bool,
}

/// What to do on a system without `yum`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Yum {
    /// Why there is none, as the end of a sentence.
    pub because: String,
    /// The command that takes the same arguments, where there is one.
    pub r#use: Option<String>,
    /// Why a person must look at the replacement in every case.
    pub careful: Option<String>,
}

/// Images with the same tags.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Image {
    /// Names without tag; those of Docker Hub without `docker.io/library/`.
    pub names: Vec<String>,
    /// Ends of the path under which registries mirror it.
    pub mirrored_as: Vec<String>,
    /// Tags that are built on this system; any of them.
    pub tags: Vec<Tags>,
}

/// A set of tags. A tag is words joined by `-`; the first is the version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tags {
    /// Whatever the version.
    #[serde(default)]
    pub any: bool,
    /// The first word, up to its first dot; `latest` also means no tag.
    pub word: Option<String>,
    /// First version, quoted; a longer one belongs to it.
    pub from: Option<String>,
    /// Last version, quoted; a longer one belongs to it.
    pub until: Option<String>,
    /// One of the other words begins with this.
    pub having: Option<String>,
    /// No word begins with one of these.
    #[serde(default)]
    pub lacking: Vec<String>,
}

/// A package manager that takes `yum`'s place: `rules/docker/managers/`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manager {
    /// The command; also the name of the file.
    pub manager: String,
    /// The version that was looked at.
    pub version: String,
    /// Link to where this is documented.
    pub source: String,
    /// Sub-commands, those it knows and those that only `yum` knows.
    pub commands: BTreeMap<String, Verdict>,
    /// Options, likewise.
    pub options: BTreeMap<String, Verdict>,
}

/// What becomes of a sub-command or option of `yum`. With none of `write`,
/// `leave-out` and `instead`, it works unchanged.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Verdict {
    /// It asks before it acts, unless given `-y`.
    #[serde(default)]
    pub asks: bool,
    /// It takes a value.
    #[serde(default)]
    pub value: bool,
    /// The only arguments, or values, that work.
    #[serde(default)]
    pub only: Vec<String>,
    /// The word that takes its place.
    pub write: Option<String>,
    /// Why that word does, as a sentence without full stop.
    pub because: Option<String>,
    /// It may be left out: what that changes, as a sentence without full stop.
    pub leave_out: Option<String>,
    /// Leaving it out changes what is printed, and nothing else.
    #[serde(default)]
    pub only_output: bool,
    /// It does not work: the way out, as an order without full stop.
    pub instead: Option<String>,
    /// The full `dnf` has it only with a plugin.
    #[serde(default)]
    pub plugin: bool,
}
