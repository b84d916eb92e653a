//! Older Pythons on which the requirements of an app are still installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::discover::{Kind, Target};
use crate::docker::successor;
use crate::parse::dockerfile::Base;
use crate::parse::{Document, Syntax};
use crate::project::{Project, pins};
use crate::read::read;
use crate::version::PythonVersion;

/// A Python older than asked for, and who names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Older {
    /// The oldest that is named there.
    pub python: PythonVersion,
    /// The file, from the outermost folder of the project.
    pub file: PathBuf,
}

/// Files beside requirements, and around them, that name Pythons.
const BESIDE: &[&str] = &["tox.ini", ".python-version", "runtime.txt", "Dockerfile", "dockerfile"];

/// Files of pipelines in the outermost folder.
const PIPELINES: &[&str] = &["azure-pipelines.yml", "azure-pipelines.yaml", ".gitlab-ci.yml", ".travis.yml"];

/// Workflows that are looked at, at most.
const MAX_WORKFLOWS: usize = 50;

/// A Python before `first` that tests, images or pipelines of the project still
/// install requirements of a file on. Pipelines count if the file lies in the
/// outermost folder, or they name its folder.
#[must_use]
pub fn older_than(project: &Project, path: &Path, first: PythonVersion) -> Option<Older> {
    let path = project.absolute(path);
    let top = project.top(&path);
    let own = path.parent()?;
    let folders = own.ancestors().take_while(|folder| folder.starts_with(&top));
    let beside = folders.flat_map(|folder| BESIDE.iter().map(|name| folder.join(name)));
    let oldest = |file: PathBuf, below: &str| {
        let document = document(&file)?;
        if !document.text.contains(below) {
            return None;
        }
        let python = named(&document).into_iter().filter(|python| *python < first).min()?;
        let file = file.strip_prefix(&top).map_or_else(|_| file.clone(), Path::to_path_buf);
        Some(Older { python, file })
    };
    let inner = own.strip_prefix(&top).ok().and_then(Path::to_str).unwrap_or_default().replace('\\', "/");
    let near = beside.into_iter().find_map(|file| oldest(file, ""));
    near.or_else(|| pipelines(&top).into_iter().find_map(|file| oldest(file, &inner)))
}

fn pipelines(top: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = PIPELINES.iter().map(|name| top.join(name)).collect();
    let workflows = std::fs::read_dir(top.join(".github").join("workflows"));
    let mut found: Vec<PathBuf> =
        workflows.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.sort();
    files.extend(found.into_iter().take(MAX_WORKFLOWS));
    files
}

fn document(path: &Path) -> Option<Document> {
    if !path.is_file() {
        return None;
    }
    let source = read(&Target { path: Arc::from(path), kind: Kind::of_name(path)?, explicit: true }).ok()?;
    Document::parse(source, PythonVersion::PY313).ok()
}

/// The Pythons that a file names.
fn named(document: &Document) -> Vec<PythonVersion> {
    if let Syntax::Dockerfile(dockerfile) = &document.syntax {
        let images = dockerfile.stages.iter().filter_map(|stage| match &stage.base {
            Base::Image(image) => successor::read(image)?.python,
            _ => None,
        });
        return images.collect();
    }
    pins::find(document).iter().flat_map(|pin| pin.named.iter().map(|named| named.python)).collect()
}
