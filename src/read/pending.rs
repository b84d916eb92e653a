//! Texts that are about to be written and stand before what is on the disk, so
//! that a repository can be looked at as it will be.
//!
//! One place for the whole process: whoever reads a file, for whatever reason,
//! must see the same text.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::{Source, encode};

type Texts = FxHashMap<PathBuf, Arc<[u8]>>;

static TEXTS: LazyLock<RwLock<Texts>> = LazyLock::new(RwLock::default);
/// How many there are, so that reading costs nothing while there are none.
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Texts are pending as long as this lives.
#[must_use]
pub struct Pending(Vec<PathBuf>);

impl Pending {
    /// Lets these texts stand before the files of their paths. A text that its
    /// encoding cannot hold is left out.
    pub fn new<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Self {
        let bytes = |source: &Source| encode(source.encoding, source.bom, &source.text).ok();
        let texts: Texts = sources
            .into_iter()
            .filter_map(|source| Some((whole(&source.path), bytes(source)?.into())))
            .collect();
        let paths = texts.keys().cloned().collect();
        let mut all = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
        all.extend(texts);
        COUNT.store(all.len(), Ordering::Release);
        Self(paths)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut all = TEXTS.write().unwrap_or_else(PoisonError::into_inner);
        self.0.iter().for_each(|path| drop(all.remove(path)));
        COUNT.store(all.len(), Ordering::Release);
    }
}

/// The content that a file is about to have, if it is about to have another.
pub(super) fn content(path: &Path) -> Option<Arc<[u8]>> {
    if COUNT.load(Ordering::Acquire) == 0 {
        return None;
    }
    TEXTS.read().unwrap_or_else(PoisonError::into_inner).get(&whole(path)).cloned()
}

/// One spelling for each file, without asking the file system for links.
fn whole(path: &Path) -> PathBuf {
    crate::config::globs::absolute(path)
}
