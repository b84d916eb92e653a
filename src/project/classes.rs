//! Which files of a project use a class that they may come to define.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::{Project, sources};
use crate::read::{self, around};

/// The files that use a class, by the folder of all of them and its name.
pub(super) type Users = FxHashMap<(PathBuf, &'static str), Arc<Vec<PathBuf>>>;

impl Project {
    /// Whether another file of the project around `path` seems to take the class from a module
    /// of that name, or to define it. Reads the files once and looks at their text: to be asked
    /// last.
    #[must_use]
    pub fn shares_class(&self, path: &Path, module: &str, class: &'static str) -> bool {
        around::note();
        let path = self.absolute(path);
        let (root, recursive) = self.distribution(&path);
        let key = (root, class);
        let known = self.classes.read().ok().and_then(|known| known.get(&key).cloned());
        let users = known.unwrap_or_else(|| {
            let files = sources::files(&key.0, recursive);
            let users = files.into_iter().filter(|file| uses(file, module, class)).collect();
            let users: Arc<Vec<PathBuf>> = Arc::new(users);
            if let Ok(mut known) = self.classes.write() {
                known.insert(key, users.clone());
            }
            users
        });
        users.iter().any(|user| *user != path)
    }
}

fn uses(file: &Path, module: &str, class: &str) -> bool {
    let Ok(text) = read::bytes(file) else { return false };
    let has = |part: &str| memmem::find(&text, part.as_bytes()).is_some();
    has(class) && (has(module) || has(&format!("class {class}")) || has(&format!("class _{class}")))
}
