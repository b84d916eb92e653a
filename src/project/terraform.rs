//! Folders of Terraform configuration: what stands in the files of a module.
//!
//! A module is a folder, and a value in one of its files is often decided in
//! another. Each folder is read once, when a question first needs it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Project;
use crate::parse::hcl::{self, Body};
use crate::parse::{hcl_json, json};
use crate::read::{self, around};

/// Files of one folder that are read; real modules have a few dozen.
const MAX_FILES: usize = 1_000;

/// Bytes of a file that is read; generated ones may be larger.
const MAX_SIZE: u64 = 2_000_000;

/// A file of a module; one that cannot be read or understood is none.
#[derive(Debug)]
pub struct ModuleFile {
    /// Absolute.
    pub path: PathBuf,
    /// What stands there.
    pub body: Body,
}

/// Whether the name is that of a file with values for variables.
#[must_use]
pub fn holds_values(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// Whether the name is that of a file with configuration.
#[must_use]
pub fn holds_configuration(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    [".tf", ".tofu", ".tf.json", ".tofu.json"].iter().any(|end| name.ends_with(end))
}

impl Project {
    /// The files of the module in a folder, sorted by name: configuration and
    /// values of variables.
    #[must_use]
    pub fn terraform_module(&self, folder: &Path) -> Arc<Vec<ModuleFile>> {
        around::note();
        let folder = self.absolute(folder);
        if let Ok(modules) = self.modules.read()
            && let Some(module) = modules.get(&folder)
        {
            return module.clone();
        }
        let module = Arc::new(read_folder(&folder));
        if let Ok(mut modules) = self.modules.write() {
            return modules.entry(folder).or_insert(module).clone();
        }
        module
    }

    /// A path as [`ModuleFile`] has it.
    #[must_use]
    pub fn terraform_path(&self, path: &Path) -> PathBuf {
        self.absolute(path)
    }
}

fn read_folder(folder: &Path) -> Vec<ModuleFile> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| holds_configuration(path) || holds_values(path)).take(MAX_FILES).collect();
    paths.sort();
    paths.into_iter().filter_map(read_file).collect()
}

fn read_file(path: PathBuf) -> Option<ModuleFile> {
    let metadata = std::fs::metadata(&path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_SIZE {
        return None;
    }
    let text = String::from_utf8(read::bytes(&path).ok()?).ok()?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    let body =
        if is_json { hcl_json::body(text, &json::parse(text).ok()?) } else { hcl::parse(text).ok()? };
    Some(ModuleFile { path, body })
}
