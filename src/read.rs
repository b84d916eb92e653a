//! Bytes to text, without losing what is needed to write them back.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use crate::discover::{Kind, Target, reason};

pub mod around;
mod codec;
mod cookie;
mod pending;

use codec::Codec;
pub use codec::{Encoding, Unencodable, encode};
pub use pending::Pending;

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
    /// The file system said no, or this is no text: exit code 2.
    Failed(String),
    /// Python itself would refuse the bytes: a `syntax-error` at this place.
    Refused {
        /// What Python objects to, without a final full stop.
        message: String,
        /// Line, from 1.
        row: u32,
        /// Character in the line, from 1.
        column: u32,
        /// The line, decoded with loss; the beginning of a very long one.
        line: String,
    },
}

/// What is said of a file that is no text.
pub const BINARY: &str = "binary file";

/// The longest file that is read, in bytes.
pub const LONGEST: u64 = 100 * 1024 * 1024;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads and decodes one file.
///
/// # Errors
/// [`Unreadable`], which the caller turns into a problem or a finding.
pub fn read(target: &Target) -> Result<Source, Unreadable> {
    let bytes = bytes(&target.path).map_err(Unreadable::Failed)?;
    decode(&target.path, target.kind, bytes)
}

/// The content of a file, or what it is about to be ([`Pending`]).
///
/// # Errors
/// What the system said, or that the file is longer than [`LONGEST`].
pub fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    around::note();
    match pending::content(path) {
        Some(bytes) => Ok(bytes.to_vec()),
        None => bytes_on_disk(path),
    }
}

/// The content of a file as it is on the disk.
///
/// # Errors
/// As [`bytes`].
pub fn bytes_on_disk(path: &Path) -> Result<Vec<u8>, String> {
    let refuse = |error: std::io::Error| reason(&error);
    let file = std::fs::File::open(path).map_err(refuse)?;
    let length = file.metadata().map_err(refuse)?.len();
    let mut bytes = Vec::new();
    if length <= LONGEST {
        // A length that fits is at most a hint: pipes have none, files grow.
        bytes.reserve(usize::try_from(length).unwrap_or_default());
        file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(refuse)?;
    }
    if length > LONGEST || bytes.len() as u64 > LONGEST {
        return Err(format!("larger than {} MB, the longest file that is read", LONGEST / 1024 / 1024));
    }
    Ok(bytes)
}

/// Decodes what [`read`] has read, or what came from standard input.
///
/// # Errors
/// As [`read`].
pub fn decode(path: &Arc<Path>, kind: Kind, bytes: Vec<u8>) -> Result<Source, Unreadable> {
    let (text, encoding, bom) = if kind.is_python() { python(bytes)? } else { other(bytes)? };
    Ok(Source { path: path.clone(), kind, text, encoding, bom })
}

type Decoded = Result<(String, Encoding, bool), Unreadable>;

/// As CPython 3.13 reads a source file: the cookie of PEP 263, else UTF-8.
fn python(mut bytes: Vec<u8>) -> Decoded {
    let bom = bytes.starts_with(BOM);
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(refused(&bytes, 0, "the file is UTF-16, which Python does not read"));
    }
    let begin = if bom { BOM.len() } else { 0 };
    let encoding = match cookie::find(&bytes[begin..]) {
        None => Encoding::Utf8,
        Some(cookie) => {
            let (at, name) = (begin + cookie.start, cookie.name);
            if bom && !codec::is_utf8(name) {
                let message = format!("the encoding `{name}` is declared behind a UTF-8 byte order mark");
                return Err(refused(&bytes, at, &message));
            }
            match Codec::of_python(name) {
                Codec::Known(encoding) => encoding,
                Codec::Unknown => return Err(refused(&bytes, at, &format!("unknown encoding `{name}`"))),
                Codec::LikeAscii if bytes.is_ascii() => Encoding::Ascii,
                Codec::LikeAscii | Codec::Foreign => {
                    let message = format!("its encoding, `{name}`, is not one that newskin reads");
                    return Err(Unreadable::Failed(message));
                }
            }
        }
    };
    if let Some(at) = position_of_nul(&bytes) {
        if is_binary(&bytes) {
            return Err(Unreadable::Failed(BINARY.to_owned()));
        }
        return Err(refused(&bytes, at, "source code cannot contain null bytes"));
    }
    if bom {
        bytes.drain(..begin);
    }
    match codec::decode(encoding, bytes) {
        Ok(text) => Ok((text, encoding, bom)),
        Err((bytes, at)) => {
            let byte = bytes.get(at).copied().unwrap_or_default();
            let message = match encoding {
                Encoding::Utf8 => {
                    format!("the byte `0x{byte:02x}` is not UTF-8, and no other encoding is declared")
                }
                _ => format!("the byte `0x{byte:02x}` is not valid in the declared encoding, `{encoding}`"),
            };
            Err(refused(&bytes, at, &message))
        }
    }
}

/// Everything else: the byte order mark decides, else UTF-8; where that fails
/// the bytes are kept as Latin-1, so that one odd comment hides no finding.
fn other(mut bytes: Vec<u8>) -> Decoded {
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
        return text(bytes, Encoding::Utf8, true);
    }
    let marks: [(&[u8], Encoding); 4] = [
        (b"\xFF\xFE\0\0", Encoding::Utf32 { big: false }),
        (b"\0\0\xFE\xFF", Encoding::Utf32 { big: true }),
        (b"\xFF\xFE", Encoding::Utf16 { big: false }),
        (b"\xFE\xFF", Encoding::Utf16 { big: true }),
    ];
    for (mark, encoding) in marks {
        if bytes.starts_with(mark) {
            bytes.drain(..mark.len());
            return text(bytes, encoding, true);
        }
    }
    if position_of_nul(&bytes).is_some() && is_binary(&bytes) {
        return Err(Unreadable::Failed(BINARY.to_owned()));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((text, Encoding::Utf8, false)),
        Err(error) => text(error.into_bytes(), Encoding::Latin1, false),
    }
}

fn text(bytes: Vec<u8>, encoding: Encoding, bom: bool) -> Decoded {
    codec::decode(encoding, bytes).map(|text| (text, encoding, bom)).map_err(|(bytes, at)| {
        let row = 1 + bytes[..at].iter().filter(|&&byte| byte == b'\n').count();
        Unreadable::Failed(format!("line {row} is not {encoding}, as its byte order mark says"))
    })
}

fn position_of_nul(bytes: &[u8]) -> Option<usize> {
    // `contains` looks at a word at a time; only a hit is searched again.
    bytes.contains(&0).then(|| bytes.iter().position(|&byte| byte == 0)).flatten()
}

/// Tells an image or archive from a text with stray null bytes: it has other
/// control characters, or bytes that are no text, near its beginning.
fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8192)];
    let is_text = |byte: &u8| matches!(byte, 0 | 7..=13 | 26 | 27) || *byte >= 32;
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    !is_utf8 || !head.iter().all(is_text)
}

fn refused(bytes: &[u8], at: usize, message: &str) -> Unreadable {
    const SHOWN: usize = 400;
    let begin = if bytes.starts_with(BOM) { BOM.len().min(at) } else { 0 };
    let mut row = 1;
    let mut start = begin;
    for (index, &byte) in bytes[begin..at].iter().enumerate() {
        // A lone carriage return ends a line too.
        if byte == b'\n' || byte == b'\r' && bytes.get(begin + index + 1) != Some(&b'\n') {
            row += 1;
            start = begin + index + 1;
        }
    }
    let before = String::from_utf8_lossy(&bytes[start..at]);
    let line = bytes[start..].split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    Unreadable::Refused {
        message: message.to_owned(),
        row,
        column: u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX),
        line: String::from_utf8_lossy(&line[..line.len().min(SHOWN)]).into_owned(),
    }
}

#[cfg(test)]
mod tests;
