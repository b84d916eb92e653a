//! Which key of a configuration of continuous integration holds a version of
//! Python.

use std::path::Path;

use rustc_hash::FxHashSet;

use crate::parse::yaml::{Document, Node, NodeKind};

/// What reads a YAML file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A workflow or an action of GitHub.
    GitHub,
    /// Read the Docs.
    ReadTheDocs,
    /// AWS `CodeBuild`.
    CodeBuild,
    /// Travis CI.
    Travis,
    /// Something else.
    Other,
}

impl Reader {
    /// The reader of a file, by its place and its outermost keys.
    #[must_use]
    pub fn of(path: &Path, document: &Document) -> Self {
        let name =
            path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml")).unwrap_or(&name);
        let has = |key: &str| document.get(&document.root, key).is_some();
        let parts: Vec<_> = path.components().map(|part| part.as_os_str()).collect();
        let within = |folder: &[&str]| parts.windows(folder.len()).any(|window| window == folder);
        match stem {
            ".travis" => Self::Travis,
            ".readthedocs" | "readthedocs" => Self::ReadTheDocs,
            _ if within(&[".github", "workflows"]) && has("jobs") => Self::GitHub,
            "action" if has("runs") => Self::GitHub,
            _ if has("jobs") && has("on") => Self::GitHub,
            _ if has("phases") && has("version") => Self::CodeBuild,
            _ => Self::Other,
        }
    }

    /// Whether the value of a key is a version of Python. `above` is the key
    /// around it.
    #[must_use]
    pub fn is_python(self, key: &str, above: Option<&str>, used: &FxHashSet<String>) -> bool {
        let plain = key.to_ascii_lowercase().replace(['_', '.', ' '], "-");
        if matches!(&*plain, "python-version" | "python-versions" | "pythonversion" | "pythonversions") {
            return true;
        }
        match self {
            Self::GitHub => {
                used.contains(key)
                    || matches!(
                        &*plain,
                        "python" | "pythons" | "py" | "pyver" | "py-ver" | "py-version" | "python-ver"
                    )
            }
            Self::ReadTheDocs => plain == "python" && above == Some("tools"),
            Self::CodeBuild => plain == "python" && above == Some("runtime-versions"),
            Self::Travis => plain == "python",
            Self::Other => plain == "versionspec",
        }
    }
}

/// The names of `${{ matrix.name }}`, `env`, `inputs` and `vars` that are given to keys
/// for a version of Python, and nowhere to a key for the version of something else.
#[must_use]
pub fn names_used(document: &Document) -> FxHashSet<String> {
    let none = FxHashSet::default();
    let (mut used, mut others) = (FxHashSet::default(), FxHashSet::default());
    each_entry(document, &mut |key, above, value| {
        let name = value.as_str().and_then(reference);
        if Reader::Other.is_python(key, above, &none) {
            used.extend(name.map(str::to_owned));
        } else if key.ends_with("version") {
            others.extend(name);
        }
    });
    used.retain(|name| !others.contains(name.as_str()));
    used
}

/// The name in a text that is `${{ matrix.name }}` and nothing else.
#[must_use]
pub fn reference(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim();
    let (_, name) = inner.split_once('.').filter(|(home, _)| matches!(*home, "matrix" | "env" | "inputs"))?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    is_name.then_some(name)
}

/// Calls `visit` with each key, the key around it and its value. Aliases are
/// not followed: what they stand for is looked at where it is.
pub fn each_entry<'a>(document: &'a Document, visit: &mut dyn FnMut(&'a str, Option<&'a str>, &'a Node)) {
    let mut waiting = vec![(None, &document.root)];
    while let Some((above, node)) = waiting.pop() {
        match &node.kind {
            NodeKind::Mapping(entries, _) => {
                for entry in entries.iter() {
                    let key = document.text(&entry.key);
                    if let Some(key) = key {
                        visit(key, above, document.resolve(&entry.value));
                    }
                    waiting.push((key, &entry.value));
                }
            }
            NodeKind::Sequence(elements, _) => {
                waiting.extend(elements.iter().map(|element| (above, element)))
            }
            _ => {}
        }
    }
}
