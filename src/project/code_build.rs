//! What AWS `CodeBuild` is asked for.

use std::path::Path;

use super::Project;
use super::declared::read;

impl Project {
    /// Whether a `buildspec.yml` in a folder around the file asks for Python.
    #[must_use]
    pub fn builds_with_python(&self, path: &Path) -> bool {
        let path = self.absolute(path);
        self.ancestors(&path).any(|folder| {
            let specifications = ["buildspec.yml", "buildspec.yaml"].map(|name| folder.path.join(name));
            specifications.iter().any(|path| read(path).is_some_and(|text| asks_for_python(&text)))
        })
    }
}

/// Whether a text has `runtime-versions` with Python among them.
#[must_use]
pub fn asks_for_python(text: &str) -> bool {
    text.split("runtime-versions").skip(1).any(|behind| {
        let near = behind.lines().take(6);
        near.map(|line| line.trim_start_matches([' ', '"', '\'', '\\', ':', '{']))
            .any(|line| line.starts_with("python"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_python_among_the_versions() {
        assert!(asks_for_python("install:\n  runtime-versions:\n    nodejs: 18\n    python: 3.9\n"));
        assert!(asks_for_python("{\"runtime-versions\": {\"python\": 3.9}}"));
        assert!(!asks_for_python(
            "runtime-versions:\n  nodejs: 18\nphases:\n  build:\n    commands:\n      - run\n      - python x.py\n"
        ));
    }
}
