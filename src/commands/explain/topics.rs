//! Pages that are about no single rule or name.

use std::fmt::Write as _;

use newskin::catalogue::azure::{AS_OF, PACKAGES, Package, PackageKind};

/// A page under a name of its own.
struct Topic {
    name: &'static str,
    text: &'static str,
    /// What the catalogue adds to it.
    data: fn() -> String,
}

const TOPICS: &[Topic] = &[Topic {
    name: "azure-runtime-pinning",
    text: include_str!("topics/azure-runtime-pinning.md"),
    data: runtimes,
}];

/// The names of all topics.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOPICS.iter().map(|topic| topic.name)
}

/// The page of a topic.
pub(super) fn page(name: &str) -> Option<String> {
    let topic = TOPICS.iter().find(|topic| topic.name == name)?;
    Some(format!("{}\n{}", topic.text.trim_end(), (topic.data)()))
}

/// The releases of the runtime.
fn runtimes() -> String {
    let mut page = format!("\n## Releases\n\nAs of {AS_OF}, without previews:\n\n");
    let is_runtime =
        |package: &&Package| matches!(package.kind, PackageKind::RuntimeV1 | PackageKind::RuntimeV2);
    for package in PACKAGES.iter().filter(is_runtime) {
        let releases: Vec<&str> = package.releases.iter().map(|release| release.version).collect();
        let _ = writeln!(page, "- `{}`: {} ({})", package.name, releases.join(", "), package.source);
    }
    page
}
