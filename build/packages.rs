//! The distributions of `rules/packages/`, as a static table.

use std::fmt::Write as _;
use std::path::Path;

use super::{listing, stem, version};

#[allow(dead_code)] // Some keys are for those who measure.
#[path = "../src/catalogue/packages_schema.rs"]
mod packages_schema;

use packages_schema::{Distribution, Fault};

/// The table, sorted by name.
pub fn table(folder: &Path) -> String {
    let mut all: Vec<Distribution> = Vec::new();
    let is_data = |file: &std::path::PathBuf| file.extension().is_some_and(|extension| extension == "yaml");
    for file in listing(folder).into_iter().filter(is_data) {
        let text = std::fs::read_to_string(&file).expect("a listed file can be read");
        let one: Distribution =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(one.package, stem(&file), "{}: the file is named after it", file.display());
        assert!(!one.faults.is_empty(), "{}: no faults", file.display());
        all.push(one);
    }
    all.sort_by(|a, b| a.package.cmp(&b.package));
    let mut table =
        "/// Every distribution, sorted by name.\npub static PACKAGES: &[Package] = &[\n".to_owned();
    for Distribution { package, first, source, instead, faults } in &all {
        let faults: String = faults.iter().map(fault).collect();
        writeln!(
            table,
            "Package {{ name: {package:?}, first: {first:?}, source: {source:?}, instead: {instead:?}, faults: &[{faults}] }},"
        )
        .expect("writing to a string");
    }
    table + "];\n"
}

fn fault(fault: &Fault) -> String {
    let Fault { from, below, since, how, module, says, r#try: _, measured } = fault;
    assert!(!measured.is_empty(), "every fact is measured");
    format!(
        "Fault {{ from: {from:?}, below: {below:?}, since: {}, how: How::{how:?}, module: {module:?}, says: {says:?} }},",
        version(since)
    )
}
