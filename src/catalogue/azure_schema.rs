// The form of `rules/azure/packages.yaml` and `rules/azure/bundles.yaml`, read
// by the build. Unknown keys are refused.

use schemars::JsonSchema;
use serde::Deserialize;

/// The file `rules/azure/packages.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AzurePackages {
    /// The day on which the index was read, as `2026-11-22`.
    pub as_of: String,
    /// Packages of Azure Functions.
    pub packages: Vec<AzurePackage>,
}

/// A package of Azure Functions.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AzurePackage {
    /// As the index has it, normalised.
    pub name: String,
    /// What it is.
    pub kind: AzurePackageKind,
    /// Link to where it is documented.
    pub source: String,
    /// What takes its place.
    pub instead: Option<String>,
    /// Its releases, oldest first, where they matter.
    #[serde(default)]
    pub releases: Vec<AzureReleases>,
    /// Its previews, likewise.
    #[serde(default)]
    pub previews: Vec<String>,
}

/// What a package of Azure Functions is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AzurePackageKind {
    /// The runtime of the first programming model.
    #[serde(rename = "runtime-v1")]
    RuntimeV1,
    /// The runtime of the second programming model.
    #[serde(rename = "runtime-v2")]
    RuntimeV2,
    /// What functions import.
    Library,
    /// What runs them, up to Python 3.12.
    Worker,
    /// An extension of that worker.
    Extension,
}

/// Releases that admit the same Pythons.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureReleases {
    /// Their `Requires-Python`; empty if they have none.
    pub python: String,
    /// The releases, oldest first.
    pub versions: Vec<String>,
}

/// The file `rules/azure/bundles.yaml`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AzureBundles {
    /// The day on which this was read, as `2026-11-22`.
    pub as_of: String,
    /// The id of the bundle.
    pub id: String,
    /// The range that new projects have.
    pub current: String,
    /// Link to the documentation.
    pub source: String,
    /// What the host itself refuses.
    pub host: AzureBundleHost,
    /// What the container images refuse.
    pub images: AzureBundleImages,
    /// Which bundles are not supported any more.
    pub ended: AzureBundleEnd,
}

/// The oldest release that the host accepts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureBundleHost {
    /// As `2.8.2`.
    pub minimum: String,
    /// Link to where this is said.
    pub source: String,
}

/// The oldest release that container images accept.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureBundleImages {
    /// The first Python whose images do so, as `3.12`.
    pub python: String,
    /// As `4.12.0`.
    pub minimum: String,
    /// Link to the images.
    pub source: String,
}

/// The end of support for old bundles.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AzureBundleEnd {
    /// The first release that is still supported.
    pub below: String,
    /// The last day of support, as `2026-05-30`.
    pub day: String,
}
