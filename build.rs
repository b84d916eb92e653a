//! Lists the code rules and compiles the catalogue of `rules/`.

#[path = "build/azure.rs"]
mod azure;
#[path = "src/catalogue/azure_schema.rs"]
mod azure_schema;
#[path = "build/azure_settings.rs"]
mod azure_settings;
#[path = "build/changes.rs"]
mod changes;
#[path = "build/docker.rs"]
mod docker;
#[path = "src/catalogue/images_schema.rs"]
mod images_schema;
#[path = "build/packages.rs"]
mod packages;
#[path = "build/python_images.rs"]
mod python_images;
#[path = "src/catalogue/python_images_schema.rs"]
mod python_images_schema;
#[path = "build/reexports.rs"]
mod reexports;
#[path = "src/catalogue/schema.rs"]
mod schema;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=src/rules");
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/catalogue/schema.rs");
    println!("cargo::rerun-if-changed=src/catalogue/azure_schema.rs");
    println!("cargo::rerun-if-changed=src/catalogue/images_schema.rs");
    println!("cargo::rerun-if-changed=src/catalogue/python_images_schema.rs");
    println!("cargo::rerun-if-changed=src/catalogue/packages_schema.rs");
    println!("cargo::rerun-if-changed=build");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by cargo"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("set by cargo"));
    fs::write(out.join("rules.rs"), rules(&root.join("src/rules"))).expect("OUT_DIR is writable");
    fs::write(out.join("catalogue.rs"), catalogue(&root.join("rules/stdlib"))).expect("OUT_DIR is writable");
    fs::write(out.join("docker.rs"), docker::tables(&root.join("rules/docker")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("python_images.rs"), python_images::tables(&root.join("rules/docker/images")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("releases.rs"), python_images::releases(&root.join("rules/python/releases.yaml")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("runtimes.rs"), runtimes(&root.join("rules/aws/runtimes.yaml")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("packages.rs"), packages::table(&root.join("rules/packages")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("layers.rs"), layers(&root.join("rules/aws/layers.yaml")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("tools.rs"), tools(&root.join("rules/aws/tools.yaml"))).expect("OUT_DIR is writable");
    let packages = azure::packages(&root.join("rules/azure/packages.yaml"));
    let bundles = azure::bundles(&root.join("rules/azure/bundles.yaml"));
    fs::write(out.join("azure.rs"), packages + &bundles).expect("OUT_DIR is writable");
    fs::write(out.join("azure_settings.rs"), azure_settings::tables(&root.join("rules/azure")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("reexports.rs"), reexports::tables(&root.join("rules/python/reexports.txt")))
        .expect("OUT_DIR is writable");
    fs::write(out.join("stdlib.rs"), stdlib(&root.join("rules/python/stdlib.txt")))
        .expect("OUT_DIR is writable");
}

/// A `mod` line per file of the folder and the table of all rules, by id.
fn rules(folder: &Path) -> String {
    let mut files: Vec<PathBuf> = listing(folder).into_iter().flat_map(|group| listing(&group)).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort_by_key(|file| stem(file));
    let mut modules = String::new();
    let mut entries = String::new();
    for file in &files {
        let name = stem(file);
        let id = name.replace('_', "-");
        let page = page(file);
        let path = file.display().to_string();
        writeln!(modules, "#[path = {path:?}]\npub mod {name};").expect("writing to a string");
        writeln!(entries, "Entry {{ id: {id:?}, page: {page:?}, rule: &{name}::RULE }},")
            .expect("writing to a string");
    }
    format!(
        "{modules}\nuse crate::rule::registry::Entry;\n/// Every code rule, sorted by id.\npub static RULES: &[Entry] = &[\n{entries}];\n"
    )
}

/// The `//!` comment at the head of a file.
fn page(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a listed file can be read");
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let page: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    assert!(!page.is_empty(), "{}: a rule begins with its page, in `//!` lines", file.display());
    page.join("\n")
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    paths
}

fn stem(file: &Path) -> String {
    file.file_stem().expect("a file has a name").to_string_lossy().into_owned()
}

/// The modules of the standard library that changed, as a static table.
fn catalogue(folder: &Path) -> String {
    let mut modules: Vec<schema::Module> = Vec::new();
    for file in listing(folder) {
        let text = fs::read_to_string(&file).expect("a listed file can be read");
        let module: schema::Module =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(module.module, stem(&file), "{}: named after its module", file.display());
        modules.push(module);
    }
    modules.sort_by(|a, b| a.module.cmp(&b.module));
    let entries: String = modules.iter().map(entry).collect();
    let changes = changes::table(&modules);
    format!(
        "/// Every module of the catalogue, sorted by name.\npub static MODULES: &[Module] = &[\n{entries}];\n{changes}"
    )
}

fn entry(module: &schema::Module) -> String {
    let names: String = module.names.iter().map(|(name, fact)| member(module, name, fact)).collect();
    let part = |(name, part): (&String, &schema::Part)| {
        definition(name, &part.define, &part.imports, &part.needs) + ","
    };
    let parts: String = module.parts.iter().map(part).collect();
    let backports: String = module
        .backports
        .iter()
        .map(|one| format!("Backport {{ package: {:?}, python: {:?} }},", one.package, one.python))
        .collect();
    format!(
        "Module {{ name: {:?}, deprecated: {}, removed: {}, source: {:?}, platform: {:?}, instead: {:?}, aliases: &{:?}, backports: &[{backports}], names: &[{names}], parts: &[{parts}], bad: &{:?}, good: &{:?} }},\n",
        module.module,
        optional(module.deprecated.as_deref()),
        optional(module.removed.as_deref()),
        module.source,
        module.platform,
        module.instead.trim(),
        module.aliases,
        module.bad,
        module.good,
    )
}

fn member(module: &schema::Module, name: &str, fact: &schema::Name) -> String {
    let is_parameter = fact.kind == Some(schema::Kind::Parameter);
    let defined = fact.define.is_some();
    let repaired =
        defined || fact.replace.is_some() || fact.rewrite.is_some() || fact.drop || fact.form.is_some();
    let goes = module.removed.is_some() || fact.removed.is_some() || fact.deprecated.is_some();
    for (wrong, what) in [
        (!fact.probe.is_empty() && !repaired, "a probe and no successor"),
        (!fact.keywords.is_empty() && fact.replace.is_none(), "keywords and no successor"),
        (!fact.needs.is_empty() && !defined, "needs and no definition"),
        (fact.statement && fact.rewrite.is_none(), "a statement that nothing is rewritten to"),
        (fact.unsafe_because.is_some() && !repaired, "no successor that could be unsafe"),
        (fact.shown_because.is_some() && !repaired, "no successor to show"),
        (fact.kind.is_none() && module.removed.is_none(), "no kind"),
        (is_parameter != name.ends_with(')'), "a kind that its spelling denies"),
        (!is_parameter && (fact.drop || fact.position.is_some() || fact.form.is_some()), "no arguments"),
        (!goes, "no version since when"),
        (fact.silent && fact.deprecated.is_none(), "a warning to be silent about, and no deprecation"),
        (fact.added.as_deref().is_some_and(|added| version(added) == version("3.0")), "no need of `added`"),
    ] {
        assert!(!wrong, "{}: `{name}` has {what}", module.module);
    }
    literal(name, fact)
}

/// What is written in the place of a name, with those of the modules that it names.
fn definition(name: &str, source: &str, imports: &[String], needs: &[String]) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    let imports = named(imports, source);
    let source = source.trim_end();
    format!("Definition {{ name: {last:?}, source: {source:?}, imports: &{imports:?}, needs: &{needs:?} }}")
}

/// The modules that a text names.
fn named<'m>(modules: &'m [String], text: &str) -> Vec<&'m str> {
    modules.iter().map(String::as_str).filter(|module| text.contains(&format!("{module}."))).collect()
}

/// A name as it stands in the table.
fn literal(name: &str, fact: &schema::Name) -> String {
    let kind = fact.kind.map_or_else(|| "None".to_owned(), |kind| format!("Some(Kind::{kind:?})"));
    let form = fact.form.map_or_else(|| "None".to_owned(), |form| format!("Some(Form::{form:?})"));
    let written = |source: &String| format!("Some({})", definition(name, source, &fact.imports, &fact.needs));
    let define = fact.define.as_ref().map_or_else(|| "None".to_owned(), written);
    let imports = match (&fact.rewrite, &fact.define) {
        (Some(rewrite), Some(_)) => named(&fact.imports, rewrite),
        _ => fact.imports.iter().map(String::as_str).collect(),
    };
    format!(
        "Name {{ name: {name:?}, kind: {kind}, deprecated: {}, removed: {}, platform: {:?}, source: {:?}, replace: {:?}, keywords: &{:?}, rewrite: {:?}, imports: &{:?}, statement: {}, defaults: &{:?}, passes: &{:?}, define: {}, drop: {}, since: {}, unsafe_because: {:?}, shown_because: {:?}, instead: {:?}, position: {:?}, form: {form}, distinctive: {}, namesakes: &{:?}, bad: &{:?}, good: &{:?} }},",
        optional(fact.deprecated.as_deref()),
        optional(fact.removed.as_deref()),
        fact.platform,
        fact.source,
        fact.replace,
        fact.keywords.iter().collect::<Vec<_>>(),
        fact.rewrite,
        imports,
        fact.statement,
        fact.defaults,
        fact.passes,
        define,
        fact.drop,
        version(fact.since.as_deref().unwrap_or("2.7")),
        fact.unsafe_because,
        fact.shown_because,
        fact.instead,
        fact.position,
        fact.distinctive,
        fact.namesakes,
        fact.bad,
        fact.good,
    )
}

/// The runtimes of AWS Lambda, as a static table.
fn runtimes(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a listed file can be read");
    let data: schema::Runtimes =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut entries: Vec<String> = Vec::new();
    for (name, runtime) in &data.runtimes {
        let python = name.strip_prefix("python").unwrap_or_else(|| panic!("`{name}` is no Python runtime"));
        entries.push(format!(
            "Runtime {{ name: {name:?}, python: {}, deprecated: {}, create_blocked: {}, update_blocked: {} }},\n",
            version(python),
            day(&runtime.deprecated),
            day(&runtime.create_blocked),
            day(&runtime.update_blocked),
        ));
    }
    format!(
        "/// Where the days are documented.\npub const SOURCE: &str = {:?};\n/// The day on which they were read.\npub const AS_OF: Date = {};\n/// Every runtime.\npub static RUNTIMES: &[Runtime] = &[\n{}];\n",
        data.source,
        day(&data.as_of),
        entries.concat(),
    )
}

/// The layers that are published once for each Python, as a static table.
fn layers(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a listed file can be read");
    let data: schema::Layers =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut table = "/// Every family of layers.\npub static LAYERS: &[Layer] = &[\n".to_owned();
    for (name, layer) in &data.layers {
        let schema::Layer { compiled, source } = layer;
        writeln!(table, "Layer {{ name: {name:?}, compiled: {compiled}, source: {source:?} }},")
            .expect("writing to a string");
    }
    table + "];\n"
}

/// The tools that deploy to AWS Lambda, as a static table.
fn tools(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("a listed file can be read");
    let data: schema::Tools =
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut table = "/// Every tool.\npub static TOOLS: &[Tool] = &[\n".to_owned();
    for tool in &data.tools {
        let schema::Tool { name, registry, first, concerns, stops, outcome, instead, source } = tool;
        let first = (first != "none").then(|| release(first));
        writeln!(
            table,
            "Tool {{ name: {name:?}, registry: Registry::{registry:?}, first: {first:?}, concerns: Concerns::{concerns:?}, stops: Stops::{stops:?}, outcome: {outcome:?}, instead: {instead:?}, source: {source:?} }},"
        )
        .expect("writing to a string");
    }
    table + "];\n"
}

/// A release such as `5.76.0`.
fn release(text: &str) -> [u64; 3] {
    let parts: Vec<u64> = text.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.try_into().unwrap_or_else(|_| panic!("`{text}` is no release"))
}

/// A day such as `2026-07-01`.
fn day(text: &str) -> String {
    let parts: Vec<u16> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = parts[..] else { panic!("`{text}` is no day") };
    format!("date({year}, {month}, {day})")
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "None".to_owned(), |text| format!("Some({})", version(text)))
}

fn version(text: &str) -> String {
    let (major, minor) = text.split_once('.').unwrap_or_else(|| panic!("`{text}` is no version"));
    format!("PythonVersion {{ major: {major}, minor: {minor} }}")
}

/// The names of the standard library, as a static table. A line that is not
/// indented begins a module, `NAME MARKS`; indented lines hold its names.
fn stdlib(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("the table of names can be read");
    let mut modules: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match (line.strip_prefix(' '), modules.last_mut()) {
            (Some(names), Some(module)) => module.2.extend(names.split_whitespace()),
            (Some(_), None) => panic!("{}: names before the first module", file.display()),
            (None, _) => {
                let (name, life) = line.split_once(' ').unwrap_or((line, ""));
                modules.push((name, life, Vec::new()));
            }
        }
    }
    modules.sort_unstable_by_key(|module| module.0);
    let entries: String = modules
        .iter()
        .map(|(name, life, names)| {
            let names = names.join(" ");
            format!("Module {{ name: {name:?}, life: {life:?}, names: {names:?} }},\n")
        })
        .collect();
    format!("static MODULES: &[Module] = &[\n{entries}];\n")
}
