//! The encoding that a Python file declares (PEP 263).

/// `# coding: name`.
#[derive(Debug, PartialEq, Eq)]
pub struct Cookie<'a> {
    /// As written.
    pub name: &'a str,
    /// Where the name begins.
    pub start: usize,
}

/// Looks where CPython looks: in a comment alone on its line, on the first
/// line, or on the second if the first is blank or a comment.
pub fn find(bytes: &[u8]) -> Option<Cookie<'_>> {
    let mut start = 0;
    for _ in 0..2 {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0c');
        let indent = bytes[start..].iter().take_while(|byte| is_space(byte)).count();
        let rest = &bytes[start + indent..];
        let length = match rest.first()? {
            b'#' => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()),
            b'\n' | b'\r' => 0,
            _ => return None,
        };
        let comment = start + indent;
        if let Some((at, name)) = name(&rest[..length]) {
            return Some(Cookie { name, start: comment + at });
        }
        start = comment + length;
        start += if bytes[start..].starts_with(b"\r\n") { 2 } else { 1 };
        if start >= bytes.len() {
            return None;
        }
    }
    None
}

/// `coding[:=][ \t]*([-\w.]+)`, the first that matches.
fn name(comment: &[u8]) -> Option<(usize, &str)> {
    const WORD: &[u8] = b"coding";
    for (at, window) in comment.windows(WORD.len() + 1).enumerate() {
        if !window.starts_with(WORD) || !matches!(window[WORD.len()], b':' | b'=') {
            continue;
        }
        let after = at + WORD.len() + 1;
        let blanks = comment[after..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let rest = &comment[after + blanks..];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = rest.iter().take_while(|byte| is_name(byte)).count();
        if length > 0 {
            return Some((after + blanks, std::str::from_utf8(&rest[..length]).ok()?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_cpython_finds_it() {
        // Each was tried on CPython 3.13.0.
        let cases: &[(&[u8], Option<&str>)] = &[
            (b"# coding: foo\n", Some("foo")),
            (b"# coding: foo", Some("foo")),
            (b"#coding=foo\n", Some("foo")),
            (b"# vim: set fileencoding=foo :\n", Some("foo")),
            (b"# -*- coding: foo -*-\r\n", Some("foo")),
            (b"# encoding:foo-bar_x.y\n", Some("foo-bar_x.y")),
            (b"# coding: \t coding=foo\n", Some("coding")),
            (b"# coding: \n", None),
            (b"# Coding: foo\n", None),
            (b"# coding : foo\n", None),
            (b"\x0c \t\n# coding: foo\n", Some("foo")),
            (b"#!/usr/bin/python\n# coding: foo\n", Some("foo")),
            (b"#x\r# coding: foo\n", Some("foo")),
            (b"#x\r\n# coding: foo\n", Some("foo")),
            (b"#x\r#y\r# coding: foo\n", None),
            (b"\n\n# coding: foo\n", None),
            (b"x = 1\n# coding: foo\n", None),
            (b"x = 1 # coding: foo\n", None),
            (b"\"\"\"\n# coding: foo\"\"\"\n", None),
            (b"\\\n# coding: foo\n", None),
            (b"#x\\\n# coding: foo\n", Some("foo")),
            (b"", None),
            (b"#", None),
            (b"\n", None),
        ];
        for (bytes, expected) in cases {
            let found = find(bytes);
            assert_eq!(found.as_ref().map(|cookie| cookie.name), *expected, "{}", bytes.escape_ascii());
            if let Some(cookie) = found {
                assert!(bytes[cookie.start..].starts_with(cookie.name.as_bytes()));
            }
        }
    }
}
