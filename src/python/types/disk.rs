//! The files as the type engine reads them: decoded as everywhere else, so that
//! places in the text agree, with the texts that are not on the disk before it.

use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use ruff_db::file_revision::FileRevision;
use ruff_db::system::walk_directory::{
    DirectoryWalker, IgnoreIncremental, WalkDirectoryBuilder, WalkDirectoryConfiguration,
    WalkDirectoryVisitorBuilder,
};
use ruff_db::system::{
    DirectoryEntry, FileType, Metadata, System, SystemPath, SystemPathBuf, SystemVirtualPath, WhichError,
    WhichResult, WritableSystem,
};
use ruff_notebook::{Notebook, NotebookError};
use ruff_python_ast::PySourceType;
use rustc_hash::FxHashMap;

use super::limits;
use crate::discover::Kind;
use crate::parse::notebook;
use crate::read::{self, Source};

/// The disk, and before it the texts that differ from it.
#[derive(Debug, Clone)]
pub(super) struct Disk {
    here: SystemPathBuf,
    texts: Arc<RwLock<FxHashMap<PathBuf, Text>>>,
    /// How many bytes were read.
    read: Arc<AtomicU64>,
}

/// A text that is not on the disk.
#[derive(Debug, Clone)]
struct Text {
    text: Arc<str>,
    revision: u128,
}

impl Disk {
    /// The disk alone; `here` is where relative paths start.
    pub(super) fn new(here: &Path) -> Self {
        let here = SystemPathBuf::from_path_buf_lossy(here.to_path_buf());
        Self { here, texts: Arc::default(), read: Arc::default() }
    }

    /// The same with one more text, apart from this one.
    pub(super) fn with(&self, path: &Path, text: &str) -> Self {
        let texts = self.texts.read().unwrap_or_else(PoisonError::into_inner).clone();
        let other =
            Self { here: self.here.clone(), texts: Arc::new(RwLock::new(texts)), read: Arc::default() };
        other.put(path, text);
        other
    }

    /// Sets the text of an absolute path. Whether that changes anything.
    pub(super) fn put(&self, path: &Path, text: &str) -> bool {
        let known = self.text(path);
        let on_disk = || SystemPath::from_std_path(path).and_then(|path| self.read(path).ok());
        let same = match &known {
            Some(known) => &*known.text == text,
            None => on_disk().is_some_and(|on_disk| on_disk == text),
        };
        if !same {
            let revision = known.map_or(0, |known| known.revision) + 1;
            let mut texts = self.texts.write().unwrap_or_else(PoisonError::into_inner);
            texts.insert(path.to_path_buf(), Text { text: text.into(), revision });
        }
        !same
    }

    /// Notes that as much was read.
    pub(super) fn count(&self, bytes: u64) {
        self.read.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Begins to count again.
    pub(super) fn count_anew(&self) {
        self.read.store(0, Ordering::Relaxed);
    }

    /// Whether so much was read that what is known of it should be forgotten.
    pub(super) fn has_read_much(&self) -> bool {
        self.read.load(Ordering::Relaxed) > limits::REMEMBERED
    }

    fn text(&self, path: &Path) -> Option<Text> {
        self.texts.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn read(&self, path: &SystemPath) -> Result<String> {
        let path = path.as_std_path();
        let refused = |what: &str| Error::new(ErrorKind::InvalidData, what.to_owned());
        if std::fs::metadata(path)?.len() > limits::LONGEST {
            return Err(refused("too long"));
        }
        let bytes = read::bytes(path).map_err(|what| refused(&what))?;
        let is_notebook = is_notebook(path);
        let kind = if is_notebook { Kind::Notebook } else { Kind::Python };
        let source = read::decode(&Arc::from(path), kind, bytes).map_err(|_| refused("unreadable"))?;
        self.count(source.text.len() as u64);
        let text = text_of(source).ok_or_else(|| refused("no notebook"))?;
        if limits::too_much(&text).is_some() { Err(refused("too deep")) } else { Ok(text) }
    }
}

fn is_notebook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ipynb"))
}

/// The Python of a source, as documents hold it.
pub(super) fn text_of(source: Source) -> Option<String> {
    match source.kind {
        Kind::Notebook => notebook::parse(&source.text).ok().map(|notebook| notebook.text),
        _ => Some(source.text),
    }
}

impl System for Disk {
    fn path_metadata(&self, path: &SystemPath) -> Result<Metadata> {
        if let Some(text) = self.text(path.as_std_path()) {
            return Ok(Metadata::new(FileRevision::new(text.revision), None, FileType::File));
        }
        let metadata = path.as_std_path().metadata()?;
        // Files are taken to stay as they are while a run lasts.
        Ok(Metadata::new(FileRevision::new(0), None, file_type(metadata.file_type())))
    }

    fn canonicalize_path(&self, path: &SystemPath) -> Result<SystemPathBuf> {
        let path = path.as_std_path().canonicalize()?;
        SystemPathBuf::from_path_buf(path).map_err(|_| ErrorKind::InvalidData.into())
    }

    fn is_same_file(&self, first: &SystemPath, second: &SystemPath) -> Result<bool> {
        Ok(self.canonicalize_path(first)? == self.canonicalize_path(second)?)
    }

    /// Notebooks are read as the Python of their cells.
    fn source_type(&self, path: &SystemPath) -> Option<PySourceType> {
        let is_stub = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pyi"));
        Some(if is_stub { PySourceType::Stub } else { PySourceType::Python })
    }

    fn which(&self, _: &str) -> WhichResult {
        Err(WhichError::CannotFindBinaryPath)
    }

    fn read_to_string(&self, path: &SystemPath) -> Result<String> {
        match self.text(path.as_std_path()) {
            Some(text) => Ok(text.text.to_string()),
            None => self.read(path),
        }
    }

    fn read_to_notebook(&self, _: &SystemPath) -> std::result::Result<Notebook, NotebookError> {
        Err(NotebookError::from(Error::from(ErrorKind::Unsupported)))
    }

    fn read_virtual_path_to_string(&self, _: &SystemVirtualPath) -> Result<String> {
        Err(ErrorKind::Unsupported.into())
    }

    fn read_virtual_path_to_notebook(
        &self,
        _: &SystemVirtualPath,
    ) -> std::result::Result<Notebook, NotebookError> {
        Err(NotebookError::from(Error::from(ErrorKind::Unsupported)))
    }

    fn current_directory(&self) -> &SystemPath {
        &self.here
    }

    fn user_config_directory(&self) -> Option<SystemPathBuf> {
        None
    }

    fn cache_dir(&self) -> Option<SystemPathBuf> {
        None
    }

    fn read_directory<'a>(
        &'a self,
        path: &SystemPath,
    ) -> Result<Box<dyn Iterator<Item = Result<DirectoryEntry>> + 'a>> {
        let entries = std::fs::read_dir(path.as_std_path())?.map(|entry| {
            let entry = entry?;
            let kind = file_type(entry.file_type()?);
            let path = SystemPathBuf::from_path_buf(entry.path());
            let path = path.map_err(|_| Error::from(ErrorKind::InvalidData))?;
            Ok(DirectoryEntry::new(path, kind))
        });
        Ok(Box::new(entries))
    }

    fn walk_directory(&self, path: &SystemPath) -> WalkDirectoryBuilder {
        WalkDirectoryBuilder::new(path, Nowhere)
    }

    fn as_writable(&self) -> Option<&dyn WritableSystem> {
        None
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
        self
    }

    fn dyn_clone(&self) -> Box<dyn System> {
        Box::new(self.clone())
    }
}

fn file_type(kind: std::fs::FileType) -> FileType {
    if kind.is_symlink() {
        FileType::Symlink
    } else if kind.is_dir() {
        FileType::Directory
    } else {
        FileType::File
    }
}

/// Walks no folder: imports are found by name.
struct Nowhere;

impl DirectoryWalker for Nowhere {
    fn walk(&self, _: &mut dyn WalkDirectoryVisitorBuilder, _: WalkDirectoryConfiguration) {}

    fn incremental_matcher(&self, _: WalkDirectoryConfiguration) -> Box<dyn IgnoreIncremental> {
        Box::new(Self)
    }
}

impl IgnoreIncremental for Nowhere {
    fn is_ignored(&mut self, _: &SystemPath, _: bool) -> bool {
        true
    }
}
