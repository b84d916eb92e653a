//! The file that lists what the code at a place needs when it runs.

use std::path::{Path, PathBuf};

use super::Project;
use super::declared::document;
use super::dependencies::{self, Role, Room, Sheet};
use super::folder::Folder;
use crate::parse::Document;
use crate::read;

/// A file with requirements, and what it lists.
#[derive(Debug)]
pub struct Owner {
    /// The file; its path begins where that of the code does.
    pub document: Document,
    /// Its requirements.
    pub sheet: Sheet,
}

/// In this order of several files in one folder; what is generated from others,
/// as `requirements.txt` often is, comes last.
const FILES: [&str; 8] = [
    "requirements.in",
    "requirements/base.in",
    "pyproject.toml",
    "setup.cfg",
    "setup.py",
    "Pipfile",
    "requirements.txt",
    "requirements/base.txt",
];

impl Project {
    /// The file of the nearest folder around the code at `path` that lists what is
    /// needed when it runs, or could as it describes a project; `None` if there is none.
    /// What is above a project that works its requirements out is another's.
    #[must_use]
    pub fn owner(&self, path: &Path) -> Option<Owner> {
        let absolute = self.absolute(path);
        let lists = |sheet: &Sheet| sheet.lists.iter().any(|list| list.role == Role::Runtime);
        for folder in self.ancestors(&absolute) {
            // `setup.cfg` would take the place of what `setup.py` works out.
            let has_room = |sheet: &Sheet| match sheet.room {
                Some(Room::Option(_) | Room::Section(_)) => !has(&folder, "setup.py", &["install_requires"]),
                room => room.is_some(),
            };
            let find = |fits: &dyn Fn(&Sheet) -> bool| {
                let mut files = FILES.iter().map(|name| folder.path.join(name));
                files.find_map(|file| self.owner_in(&folder, &file, path.is_relative(), fits))
            };
            let found = find(&lists).or_else(|| find(&has_room));
            if found.is_some() {
                return found;
            }
            let describes = [
                ("setup.py", &["install_requires"][..]),
                ("pyproject.toml", &["[project]", "[tool.poetry]"]),
            ];
            if describes.iter().any(|(name, words)| has(&folder, name, words)) {
                return None;
            }
        }
        None
    }

    fn owner_in(
        &self,
        folder: &Folder,
        file: &Path,
        relative: bool,
        fits: &dyn Fn(&Sheet) -> bool,
    ) -> Option<Owner> {
        if !folder.declarations().iter().any(|declared| declared == file) {
            return None;
        }
        let inside = file.strip_prefix(&self.here).ok().filter(|_| relative);
        let shown: PathBuf = inside.unwrap_or(file).to_path_buf();
        let document = document(&shown, self.target)?;
        let sheet = dependencies::read(&document);
        fits(&sheet).then_some(Owner { document, sheet })
    }
}

/// Whether a file of a folder has one of some words.
fn has(folder: &Folder, name: &str, words: &[&str]) -> bool {
    let file = folder.path.join(name);
    let is_there = folder.declarations().contains(&file);
    let text = is_there.then(|| read::bytes(&file).ok()).flatten().unwrap_or_default();
    words.iter().any(|word| memchr::memmem::find(&text, word.as_bytes()).is_some())
}
