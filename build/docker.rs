//! Compiles `rules/docker/` into static tables.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::images_schema::{
    Brought, Commands, Image, Manager, Package, Packages, System, Tags, Verdict, Yum,
};

/// The systems that images are built on and the package managers they have.
pub fn tables(folder: &Path) -> String {
    let systems: Vec<System> = read(&folder.join("systems"), |system: &System| &system.system);
    let managers: Vec<Manager> = read(&folder.join("managers"), |manager: &Manager| &manager.manager);
    let sets: Vec<Packages> = read(&folder.join("packages"), |set: &Packages| &set.set);
    let commands: Vec<Commands> = read(&folder.join("commands"), |set: &Commands| &set.set);
    let systems: String = systems.iter().map(|one| system(one, &sets, &commands)).collect();
    let mut names: Vec<&String> =
        commands.iter().flat_map(|set| set.packages.values()).flat_map(|one| &one.commands).collect();
    names.sort();
    let managers: String = managers.iter().map(manager).collect();
    format!(
        "/// Every system, sorted by id.\npub static SYSTEMS: &[System] = &[\n{systems}];\n\
         /// Every manager, sorted by name.\npub static MANAGERS: &[Manager] = &[\n{managers}];\n\
         /// Every command that some system lacks, sorted.\npub static LACKING: &[&str] = &{names:?};\n"
    )
}

/// Every entry of a folder; each is named after its file.
pub fn read<T: DeserializeOwned>(folder: &Path, id: impl Fn(&T) -> &str) -> Vec<T> {
    let mut entries = Vec::new();
    for file in crate::listing(folder) {
        let text = fs::read_to_string(&file).expect("a listed file can be read");
        let entry: T =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(id(&entry), crate::stem(&file), "{}: named after what it describes", file.display());
        entries.push(entry);
    }
    entries
}

fn system(system: &System, sets: &[Packages], lacking: &[Commands]) -> String {
    let System { system: id, title, manager, source, has, lacks, yum, packages, commands, images } = system;
    let mut held: Vec<(&String, String)> = Vec::new();
    for id in packages {
        let set = sets.iter().find(|set| set.set == *id);
        let set = set.unwrap_or_else(|| panic!("{}: no set of packages {id}", system.system));
        held.extend(set.packages.iter().map(|(name, one)| (name, package(name, one, &set.source))));
    }
    held.sort();
    let packages: String = held.into_iter().map(|(_, text)| text).collect();
    let (commands, alone) = lacking_of(id, commands, lacking);
    let images: String = images.iter().map(image).collect();
    let yum = yum.as_ref().map_or_else(|| "None".to_owned(), yum_of);
    format!(
        "System {{ id: {id:?}, title: {title:?}, manager: {manager:?}, source: {source:?}, has: &{has:?}, \
         lacks: &{lacks:?}, yum: {yum}, packages: &[{packages}], commands: &[{commands}], alone: &{alone:?}, \
         images: &[{images}] }},\n"
    )
}

/// The commands that a system lacks, and the packages that bring none.
fn lacking_of<'s>(system: &str, ids: &[String], sets: &'s [Commands]) -> (String, Vec<&'s String>) {
    let mut held: Vec<(&String, String)> = Vec::new();
    let mut alone = Vec::new();
    for id in ids {
        let set = sets.iter().find(|set| set.set == *id);
        let set = set.unwrap_or_else(|| panic!("{system}: no set of commands {id}"));
        for (package, Brought { commands, with, often }) in &set.packages {
            held.extend(commands.iter().map(|name| {
                let source = &set.source;
                let text = format!(
                    "Lacking {{ name: {name:?}, package: {package:?}, with: &{with:?}, often: {often}, \
                     source: {source:?} }},"
                );
                (name, text)
            }));
        }
        alone.extend(&set.alone);
    }
    held.sort();
    alone.sort();
    assert!(held.windows(2).all(|two| two[0].0 != two[1].0), "{system}: a command of two packages");
    (held.into_iter().map(|(_, text)| text).collect(), alone)
}

fn package(name: &str, package: &Package, source: &str) -> String {
    let Package { called, because, conflicts, has, gone, unsure } = package;
    let more = because.as_ref().map(|because| format!("; {because}")).unwrap_or_default();
    let reason = match (called, conflicts, gone) {
        (Some(called), None, None) => format!("it is called `{called}`{more}"),
        (None, Some(installed), None) => {
            let has = has.as_ref().map(|has| format!(" and has {has}")).unwrap_or_default();
            format!("it conflicts with `{installed}`, which is installed{has}")
        }
        (None, None, Some(gone)) => format!("there is no such package; {gone}"),
        _ => panic!("{name}: one of `called`, `conflicts`, `gone`"),
    };
    format!(
        "Package {{ name: {name:?}, reason: {reason:?}, called: {called:?}, conflicts: {conflicts:?}, \
         has: {}, unsure: {unsure}, source: {source:?} }},",
        has.is_some()
    )
}

fn yum_of(yum: &Yum) -> String {
    let Yum { because, r#use, careful } = yum;
    format!("Some(Yum {{ because: {because:?}, r#use: {:?}, careful: {careful:?} }})", r#use)
}

fn image(image: &Image) -> String {
    let Image { names, mirrored_as, tags } = image;
    let tags: String = tags.iter().map(tag).collect();
    format!("Image {{ names: &{names:?}, mirrored_as: &{mirrored_as:?}, tags: &[{tags}] }},")
}

fn tag(tags: &Tags) -> String {
    let Tags { any, word, from, until, having, lacking } = tags;
    assert!(*any || word.is_some() || from.is_some(), "{tags:?} names no tag");
    format!(
        "Tags {{ any: {any}, word: {word:?}, from: {from:?}, until: {until:?}, having: {having:?}, lacking: &{lacking:?} }},"
    )
}

fn manager(manager: &Manager) -> String {
    let Manager { manager: name, version, source, commands, options } = manager;
    let commands: String = commands.iter().map(verdict).collect();
    let options: String = options.iter().map(verdict).collect();
    format!(
        "Manager {{ name: {name:?}, version: {version:?}, source: {source:?}, commands: &[{commands}], options: &[{options}] }},\n"
    )
}

fn verdict((name, verdict): (&String, &Verdict)) -> String {
    let Verdict { asks, value, only, write, because, leave_out, only_output, instead, plugin } = verdict;
    let ways = [write.is_some(), leave_out.is_some(), instead.is_some()];
    assert!(ways.into_iter().filter(|way| *way).count() <= 1, "`{name}` has more than one way out");
    assert_eq!(write.is_some(), because.is_some(), "`{name}`: what is written needs its reason");
    format!(
        "Verdict {{ name: {name:?}, asks: {asks}, value: {value}, only: &{only:?}, write: {write:?}, \
         because: {because:?}, leave_out: {leave_out:?}, only_output: {only_output}, instead: {instead:?}, plugin: {plugin} }},"
    )
}
