//! The settings and the Pythons of Azure Functions, as static tables.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::{day, schema, version};

/// Both tables.
pub fn tables(folder: &Path) -> String {
    settings(&folder.join("settings.yaml")) + &runtimes(&folder.join("runtimes.yaml"))
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn settings(file: &Path) -> String {
    let data: schema::AzureSettings = read(file);
    let mut table =
        "/// Every setting that is no longer read.\npub static SETTINGS: &[Setting] = &[\n".to_owned();
    for setting in &data.settings {
        let schema::AzureSetting { name, gone, why, renamed, source } = setting;
        let gone = version(gone);
        writeln!(
            table,
            "Setting {{ name: {name:?}, gone: {gone}, why: {why:?}, renamed: {renamed:?}, source: {source:?} }},"
        )
        .expect("writing to a string");
    }
    table + "];\n"
}

fn runtimes(file: &Path) -> String {
    let data: schema::AzureRuntimes = read(file);
    let mut table = format!(
        "/// Where the days are documented.\npub const SOURCE: &str = {:?};\n/// The day on which they were read.\npub const AS_OF: Date = {};\n/// Every Python with its last day.\npub static RUNTIMES: &[(PythonVersion, Date)] = &[\n",
        data.source,
        day(&data.as_of)
    );
    for (python, last) in &data.runtimes {
        writeln!(table, "({}, {}),", version(python), day(last)).expect("writing to a string");
    }
    table + "];\n"
}
