//! Which names the modules of a package take from each other.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Project, absolute, sources};
use crate::read::{self, around};

/// Modules, by their last name, and what others import from them.
#[derive(Debug, Default)]
pub(super) struct Takers {
    taken: FxHashSet<(String, String)>,
    /// Modules of which tests put something else in the place of a name.
    patched: FxHashSet<String>,
}

impl Project {
    /// Whether a module of the same package (of the same folder, where that is
    /// none) seems to import a name from the module at `path`. Reads the files
    /// once and looks at their text: to be asked last.
    #[must_use]
    pub fn takes(&self, path: &Path, name: &str) -> bool {
        let path = absolute(&self.here, path);
        let Some((folder, stem)) = path.parent().zip(path.file_stem().and_then(|stem| stem.to_str())) else {
            return false;
        };
        let is_package = |folder: &&Path| folder.join("__init__.py").is_file();
        let root = path.ancestors().skip(1).take_while(is_package).last();
        let takers = self.takers(root.unwrap_or(folder), root.is_some());
        let of = |name: &str| takers.taken.contains(&(stem.to_owned(), name.to_owned()));
        of(name) || !name.starts_with('_') && of("*")
    }

    /// Whether a file of the project puts something else in the place of a name of `module`:
    /// `mock.patch("module.name")`, `monkeypatch.setattr(module, "name", …)`. Reads the files
    /// once and looks at their text: to be asked last.
    #[must_use]
    pub fn patches(&self, path: &Path, module: &str) -> bool {
        let (root, recursive) = self.distribution(&self.absolute(path));
        self.takers(&root, recursive).patched.contains(module)
    }

    fn takers(&self, root: &Path, recursive: bool) -> Arc<Takers> {
        around::note();
        if let Some(known) = self.takers.read().ok().and_then(|known| known.get(root).cloned()) {
            return known;
        }
        let found = Arc::new(Takers::read(root, recursive));
        if let Ok(mut known) = self.takers.write() {
            known.insert(root.to_owned(), found.clone());
        }
        found
    }
}

impl Takers {
    fn read(root: &Path, recursive: bool) -> Self {
        let mut takers = Self::default();
        let files = sources::files(root, recursive);
        for bytes in files.into_iter().filter_map(|file| read::bytes(&file).ok()) {
            let text = String::from_utf8_lossy(&bytes);
            takers.add(&text);
            takers.add_patched(&text);
        }
        takers
    }

    /// Adds the modules whose names are patched, by one string or by module and name.
    fn add_patched(&mut self, text: &str) {
        for call in ["patch(", "patch.object(", "setattr("] {
            for (at, _) in text.match_indices(call) {
                let argument = text[at + call.len()..].trim_start();
                let is_string = argument.starts_with(['"', '\'']);
                let argument = argument.trim_start_matches(['"', '\'']);
                let end = argument.find(|letter: char| !letter.is_alphanumeric() && !"_.".contains(letter));
                let dotted = &argument[..end.unwrap_or(argument.len())];
                let module = match is_string {
                    true => dotted.rsplit_once('.').map(|(module, _)| module),
                    false => Some(dotted),
                };
                self.patched.extend(module.map(str::to_owned));
            }
        }
    }

    /// Adds what a module imports from others.
    fn add(&mut self, text: &str) {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some((module, first)) =
                line.trim_start().strip_prefix("from ").and_then(|rest| rest.split_once(" import"))
            else {
                continue;
            };
            let module = module.trim().rsplit('.').next().unwrap_or_default();
            let mut part = first;
            let bracketed = first.trim_start().starts_with('(');
            loop {
                let code = part.split('#').next().unwrap_or_default().trim_end();
                for name in code.trim_end_matches('\\').split(['(', ')', ',']) {
                    let name = name.split_whitespace().next().unwrap_or_default();
                    if !name.is_empty() {
                        self.taken.insert((module.to_owned(), name.to_owned()));
                    }
                }
                let goes_on = if bracketed { !code.contains(')') } else { code.ends_with('\\') };
                match goes_on.then(|| lines.next()).flatten() {
                    Some(next) => part = next,
                    None => break,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_is_patched() {
        let mut takers = Takers::default();
        takers.add_patched(
            "@mock.patch('a.b')\nm.setattr(\n    \"c.d.e\", f)\nsetattr(g.h, 'i', 1)\npatch('j')\n\
             with mock.patch.object(k.l, 'm'): pass",
        );
        let mut found: Vec<&String> = takers.patched.iter().collect();
        found.sort();
        assert_eq!(found, ["a", "c.d", "g.h", "k.l"]);
    }

    #[test]
    fn reads_what_is_imported() {
        let mut takers = Takers::default();
        takers.add("from .a import b, c as d  # e\nfrom x.y import (f,  # g\n    h as i,\n)\nfrom z import j, \\\n    k\nimport l\nfrom . import m\n");
        let mut found: Vec<String> =
            takers.taken.iter().map(|(module, name)| format!("{module}.{name}")).collect();
        found.sort();
        assert_eq!(found, [".m", "a.b", "a.c", "y.f", "y.h", "z.j", "z.k"]);
    }
}
