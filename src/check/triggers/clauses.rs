//! The text of import clauses: where one begins and ends, and which modules it gives.

use memchr::{memchr, memmem, memrchr};

use super::words::{continues, is_word};

/// Whether an import of the dotted name at the start of `text` gives the module:
/// of itself, of what it is in, and without `from` of what is in it.
pub(super) fn gives(text: &[u8], is_from: bool, module: &str) -> bool {
    let dotted = text.iter().take_while(|byte| continues(byte) || **byte == b'.').count();
    let (dotted, module) = (&text[..dotted], module.as_bytes());
    let is_within = |inner: &[u8], outer: &[u8]| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
    };
    is_within(module, dotted) || !is_from && is_within(dotted, module)
}

/// Whether the rest of a dotted module follows its first segment: `.rest`, or
/// among the names of `from package import …`.
pub(super) fn has_rest(after: &[u8], rest: &str) -> bool {
    if rest.is_empty() {
        return true;
    }
    if let Some(after) = after.strip_prefix(b".") {
        // `from xml.dom import pulldom`
        let package = rest.rsplit_once('.').filter(|(package, _)| after.starts_with(package.as_bytes()));
        return after.starts_with(rest.as_bytes())
            || package.is_some_and(|(package, last)| has_rest(&after[package.len()..], last));
    }
    let last = rest.rsplit('.').next().unwrap_or(rest);
    let is_last = |at: usize| is_word(after, at, at + last.len());
    after.contains(&b'*') || memmem::find_iter(after, last.as_bytes()).any(is_last)
}

/// The start of the line, and of the lines that it continues by a backslash.
pub(super) fn clause_start(text: &[u8], at: usize) -> usize {
    let mut start = memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    while start > 0 && text[..start].trim_ascii_end().ends_with(b"\\") {
        let above = text[..start].trim_ascii_end().len();
        start = memrchr(b'\n', &text[..above]).map_or(0, |newline| newline + 1);
    }
    start
}

/// The end of the line, of the lines that continue it, or of its brackets.
pub(super) fn clause_end(text: &[u8], at: usize) -> usize {
    let mut open = false;
    let mut end = at;
    while end < text.len() {
        match text[end] {
            b'(' => open = true,
            b')' => open = false,
            b'#' => end = memchr(b'\n', &text[end..]).map_or(text.len(), |length| end + length) - 1,
            b'\n' if !open && !text[at..end].trim_ascii_end().ends_with(b"\\") => return end,
            _ => {}
        }
        end += 1;
    }
    end
}
