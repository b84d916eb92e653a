//! Bytes to text, without losing what is needed to write them back.

use std::path::Path;
use std::sync::Arc;

use crate::discover::{Kind, Target};

/// How the bytes of a file spell its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, the default of everything.
    Utf8,
    /// ISO 8859-1: every byte is the character of that number.
    Latin1,
    /// Any other that a PEP 263 cookie or a byte order mark names.
    Other(&'static encoding_rs::Encoding),
}

/// A file as text. Line ends are kept as they are.
#[derive(Debug, Clone)]
pub struct Source {
    /// As reached from the command line.
    pub path: Arc<Path>,
    /// Decides the parser.
    pub kind: Kind,
    /// The decoded text without a byte order mark.
    pub text: String,
    /// For writing back.
    pub encoding: Encoding,
    /// A byte order mark stood first.
    pub bom: bool,
}

/// Why a file has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// The file system said no: exit code 2.
    Failed(String),
    /// Python itself would refuse the bytes: a `syntax-error` at this place.
    Refused {
        /// What Python would say.
        message: String,
        /// Line, from 1.
        row: u32,
        /// Byte in the line, from 1.
        column: u32,
        /// The line, decoded with loss.
        line: String,
    },
}

/// Reads and decodes one file.
///
/// # Errors
/// [`Unreadable`], which the caller turns into a problem or a finding.
pub fn read(target: &Target) -> Result<Source, Unreadable> {
    let bytes = std::fs::read(&target.path).map_err(|error| Unreadable::Failed(error.to_string()))?;
    decode(&target.path, target.kind, bytes)
}

/// Decodes what [`read`] has read, or what came from standard input.
///
/// # Errors
/// As [`read`].
pub fn decode(path: &Arc<Path>, kind: Kind, bytes: Vec<u8>) -> Result<Source, Unreadable> {
    let text = String::from_utf8(bytes).map_err(|error| Unreadable::Failed(error.to_string()))?;
    Ok(Source { path: path.clone(), kind, text, encoding: Encoding::Utf8, bom: false })
}
