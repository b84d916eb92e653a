//! Requirements that bring a removed module back.

use std::path::Path;

use super::requirements::add;
use crate::catalogue::Module;
use crate::finding::Edit;
use crate::project::Project;
use crate::version::PythonVersion;

/// Why such a requirement is not safe to add.
pub const BACKPORT: &str =
    "the package keeps old code alive that nobody develops; lock files must be made anew";

/// Adds the package that brings a module back to the file that lists what the code at `path`
/// needs, for the Pythons without the module: what is done, and the edit. `None` where no file
/// lists requirements, or none can take one more.
#[must_use]
pub fn require(
    project: &Project,
    path: &Path,
    minimum: PythonVersion,
    module: &Module,
) -> Option<(String, Edit)> {
    let removed = module.removed?;
    let package = module.backports.first()?.package;
    if project.requires(path, package) {
        return None;
    }
    let owner = project.owner(path)?;
    // A project without an older Python needs no condition.
    let requirement = if minimum >= removed {
        package.to_owned()
    } else {
        format!("{package}; python_version >= \"{removed}\"")
    };
    let edit = add(&owner, &requirement)?;
    let name = owner.document.path.file_name()?.to_string_lossy().into_owned();
    Some((format!("Add `{package}` to `{name}`"), edit))
}
