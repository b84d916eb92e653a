//! Compiles `rules/azure/packages.yaml` and `rules/azure/bundles.yaml` into
//! static tables.

use std::fs;
use std::path::Path;

use crate::azure_schema::{AzureBundles, AzurePackage, AzurePackages};

/// The packages of Azure Functions.
pub fn packages(file: &Path) -> String {
    let data: AzurePackages = read(file);
    let entries: String = data.packages.iter().map(package).collect();
    format!(
        "/// Every package.\npub static PACKAGES: &[Package] = &[\n{entries}];\n\
         /// The day on which the index was read.\npub static AS_OF: Date = {};\n",
        crate::day(&data.as_of)
    )
}

fn package(package: &AzurePackage) -> String {
    let AzurePackage { name, kind, source, instead, releases, previews } = package;
    let release = |python: &str, version: &str| {
        let python = (!python.is_empty()).then_some(python);
        format!("Release {{ version: {version:?}, python: {python:?} }},")
    };
    let all = releases.iter().flat_map(|group| group.versions.iter().map(|one| release(&group.python, one)));
    let releases: String = all.collect();
    format!(
        "Package {{ name: {name:?}, kind: PackageKind::{kind:?}, source: {source:?}, instead: {instead:?}, \
         releases: &[{releases}], previews: &{previews:?} }},\n"
    )
}

/// What is known of extension bundles.
pub fn bundles(file: &Path) -> String {
    let AzureBundles { as_of, id, current, source, host, images, ended } = read(file);
    format!(
        "/// What is known of them.\npub static BUNDLES: Bundles = Bundles {{ as_of: {}, id: {id:?}, current: {current:?}, source: {source:?}, \
         host: {:?}, host_source: {:?}, images_python: {}, images: {:?}, images_source: {:?}, supported: {:?}, last_day: {} }};\n",
        crate::day(&as_of),
        release(&host.minimum),
        host.source,
        crate::version(&images.python),
        release(&images.minimum),
        images.source,
        release(&ended.below),
        crate::day(&ended.day),
    )
}

fn release(text: &str) -> [u64; 3] {
    crate::release(text)
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    let text = fs::read_to_string(file).expect("a listed file can be read");
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
