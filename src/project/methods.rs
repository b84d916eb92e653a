//! Which methods that are known by their name alone the project's own classes have.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use memchr::memmem;
use rustc_hash::FxHashSet;

use super::{Project, sources};
use crate::catalogue::lookup;
use crate::read::{self, around};

/// Names that nothing in the world but a class of the standard library is said to have.
static DISTINCTIVE: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let distinctive = lookup::facts().filter(|fact| fact.name.distinctive);
    distinctive.map(|fact| fact.name.last()).collect()
});

/// The distinctive names among the methods of one project.
pub(super) type Methods = FxHashSet<&'static str>;

impl Project {
    /// Whether a class in any file of the project around `path`, its tests
    /// included, seems to define a method of this distinctive name. Reads the
    /// files once and looks at their text: to be asked last.
    #[must_use]
    pub fn defines_method(&self, path: &Path, name: &str) -> bool {
        around::note();
        let path = self.absolute(path);
        let (root, recursive) = self.distribution(&path);
        if let Some(known) = self.methods.read().ok().and_then(|known| known.get(&root).cloned()) {
            return known.contains(name);
        }
        let found = Arc::new(read(&root, recursive));
        if let Ok(mut known) = self.methods.write() {
            known.insert(root, found.clone());
        }
        found.contains(name)
    }
}

fn read(root: &Path, recursive: bool) -> Methods {
    let mut methods = Methods::default();
    for file in sources::files(root, recursive) {
        if let Ok(bytes) = read::bytes(&file) {
            add(&mut methods, &bytes);
        }
    }
    methods
}

/// Adds the distinctive names of functions that do not stand at the start of a line.
fn add(methods: &mut Methods, text: &[u8]) {
    for at in memmem::find_iter(text, b"def ") {
        if at == 0 || !matches!(text[at - 1], b' ' | b'\t') {
            continue;
        }
        let name = text[at + 4..].trim_ascii_start();
        let end = name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let known = std::str::from_utf8(&name[..end]).ok().and_then(|name| DISTINCTIVE.get(name));
        methods.extend(known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_methods_of_distinctive_names() {
        let mut methods = Methods::default();
        add(&mut methods, b"class A:\n    async def readfp(self): pass\n    def other(self): pass\n");
        add(&mut methods, b"def getiterator(): pass\nx = 'undef assertEquals('\n");
        assert_eq!(methods.into_iter().collect::<Vec<_>>(), ["readfp"]);
    }
}
