//! `rules/python/reexports.txt` as static tables.

use std::fs;
use std::path::Path;

/// The names and the classes, each sorted.
pub fn tables(file: &Path) -> String {
    let text = fs::read_to_string(file).expect("the table of names can be read");
    let (mut names, mut classes, mut section) = (Vec::new(), Vec::new(), "");
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let mut words = line.split(' ');
        let (Some(name), Some(stands_for)) = (words.next(), words.next()) else {
            panic!("{}: not two names: {line}", file.display());
        };
        let own: Vec<&str> = words
            .map(|word| word.strip_prefix('-').unwrap_or_else(|| panic!("{}: {line}", file.display())))
            .collect();
        match section {
            "[modules]" | "[names]" if own.is_empty() => names.push((name, stands_for)),
            "[classes]" => classes.push((name, stands_for, own)),
            _ => panic!("{}: unexpected in {section:?}: {line}", file.display()),
        }
    }
    names.sort_unstable();
    classes.sort_unstable();
    let classes: String = classes
        .iter()
        .map(|(name, base, own)| format!("Derived {{ name: {name:?}, base: {base:?}, own: &{own:?} }},\n"))
        .collect();
    format!("static NAMES: &[(&str, &str)] = &{names:?};\nstatic CLASSES: &[Derived] = &[\n{classes}];\n")
}
