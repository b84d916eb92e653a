//! Where text goes: standard output, or a file that is replaced as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::Stop;

/// The destination of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sink {
    /// Standard output.
    Stdout,
    /// Standard error, when standard output carries something else.
    Stderr,
    /// A file.
    File(PathBuf),
}

impl Sink {
    /// Lets `write` write to the destination. A file appears when all is written.
    ///
    /// # Errors
    /// A closed pipe, or what could not be written.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Stop> {
        let (name, written) = match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                (Path::new("standard output"), write(&mut out).and_then(|()| out.flush()))
            }
            Self::Stderr => (Path::new("standard error"), write(&mut io::stderr().lock())),
            Self::File(path) => (path.as_path(), replace(path, write)),
        };
        written.map_err(|error| Stop::writing(name, &error))
    }
}

/// Writes a file as a whole: the old one stays until the new one is complete.
/// What is no regular file (a device, a pipe) is written to as it is.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let old = fs::metadata(path);
    if old.as_ref().is_ok_and(|old| !old.is_file()) {
        let mut file = File::options().write(true).open(path)?;
        return write(&mut file);
    }
    if old.as_ref().is_ok_and(|old| old.permissions().readonly()) {
        return Err(io::Error::other("the file is read-only"));
    }
    // A link stays a link: what it points to is replaced.
    let path = if old.is_ok() { fs::canonicalize(path)? } else { path.to_owned() };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".newskin-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    write(file.as_file_mut())?;
    if let Ok(old) = old {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) -> io::Result<()> {
        replace(path, |out| out.write_all(text.as_bytes()))
    }

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.json");
        write(&path, "old").expect("written");
        let failed = replace(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("full"))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).expect("still there"), "old");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1, "nothing is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_modes_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        write(&real, "old").expect("written");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("allowed");
        symlink("real", &link).expect("linked");
        write(&link, "new").expect("written");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&real).expect("there"), "new");
        assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_device_is_an_error_and_stays_a_device() {
        assert!(write(Path::new("/dev/full"), "x").is_err());
        assert!(!fs::metadata("/dev/full").expect("there").is_file());
    }
}
