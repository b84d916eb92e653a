//! Texts to the disk: each file whole, old or new, whatever happens.

use std::fs::{File, Metadata, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempPath;

use crate::discover::reason;
use crate::read::{self, Source, encode};

/// Why a file is left alone that somebody else has written meanwhile.
pub const CHANGED: &str = "not fixed: it was changed by somebody else meanwhile";

/// The new content beside the file that it will replace.
struct Staged {
    content: TempPath,
    destination: PathBuf,
}

/// Replaces the files that go together: all of them are written out beside the
/// old ones first, so that a full disk or a missing permission changes none.
/// Each pair is the source as it was read and as it shall be.
///
/// # Errors
/// The first file that cannot be replaced, and why.
pub fn replace(pairs: &[(&Source, &Source)]) -> Result<(), (Arc<Path>, String)> {
    let mut staged = Vec::new();
    for (before, after) in pairs {
        let one = stage(before, after).map_err(|message| (before.path.clone(), message))?;
        staged.push((before.path.clone(), one));
    }
    for (path, one) in staged {
        let persisted = one.content.persist(&one.destination);
        persisted.map_err(|error| (path, refused(&error.error)))?;
    }
    Ok(())
}

fn stage(before: &Source, after: &Source) -> Result<Staged, String> {
    let bytes = |source: &Source| {
        encode(source.encoding, source.bom, &source.text).map_err(|error| format!("not fixed: {error}"))
    };
    let (old, new) = (bytes(before)?, bytes(after)?);
    // A link stays a link: the file behind it is replaced.
    let destination = before.path.canonicalize().map_err(|error| refused(&error))?;
    let metadata = destination.metadata().map_err(|error| refused(&error))?;
    if metadata.permissions().readonly() {
        return Err("not fixed: the file is read-only".to_owned());
    }
    // Replacing needs no right to write the file, changing it does.
    OpenOptions::new().write(true).open(&destination).map_err(|error| refused(&error))?;
    let folder = destination.parent().ok_or("not fixed: it is no file")?;
    let mut content = tempfile::Builder::new()
        .prefix(".newskin-")
        .suffix(".tmp")
        .tempfile_in(folder)
        .map_err(|error| format!("not fixed: nothing can be written beside it: {}", reason(&error)))?;
    let file = content.as_file_mut();
    file.write_all(&new).map_err(|error| refused(&error))?;
    keep_owner(file, &metadata);
    file.set_permissions(metadata.permissions()).map_err(|error| refused(&error))?;
    file.sync_all().map_err(|error| refused(&error))?;
    if read::bytes_on_disk(&destination)? != old {
        return Err(CHANGED.to_owned());
    }
    Ok(Staged { content: content.into_temp_path(), destination })
}

fn refused(error: &std::io::Error) -> String {
    format!("not fixed: {}", reason(error))
}

/// Owner and group, as far as the system lets us; the mode is set afterwards,
/// because a change of owner takes bits away.
#[cfg(unix)]
fn keep_owner(file: &File, metadata: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let ours = file.metadata().map(|ours| (ours.uid(), ours.gid())).ok();
    if ours != Some((metadata.uid(), metadata.gid())) {
        let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()))
            .or_else(|_| fchown(file, None, Some(metadata.gid())));
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &Metadata) {}
