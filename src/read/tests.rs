//! Acceptance as CPython 3.13.0 has it; each case was tried there.

use super::*;

fn read_as(kind: Kind, bytes: &[u8]) -> Result<Source, Unreadable> {
    decode(&Path::new("x").into(), kind, bytes.to_vec())
}

fn python(bytes: &[u8]) -> Result<Source, Unreadable> {
    read_as(Kind::Python, bytes)
}

/// The text, after checking that it gives the same bytes again.
fn text(kind: Kind, bytes: &[u8]) -> String {
    let source = read_as(kind, bytes).unwrap_or_else(|error| panic!("{}: {error:?}", bytes.escape_ascii()));
    assert_eq!(encode(source.encoding, source.bom, &source.text).as_deref(), Ok(bytes));
    source.text
}

fn refusal(bytes: &[u8]) -> (String, u32, u32, String) {
    match python(bytes) {
        Err(Unreadable::Refused { message, row, column, line }) => (message, row, column, line),
        other => panic!("{}: {other:?}", bytes.escape_ascii()),
    }
}

#[test]
fn accepted_and_written_back() {
    let cases: &[(&[u8], &str)] = &[
        (b"", ""),
        (b"x = 1\r\ny = 2\r", "x = 1\r\ny = 2\r"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: UTF_8\n", "# coding: UTF_8\n"),
        (b"\xef\xbb\xbf# coding: utf-8-sig\n", "# coding: utf-8-sig\n"),
        (b"# coding: utf_8_sig\n", "# coding: utf_8_sig\n"),
        (b"# coding: utf8\n'\xc3\xa9'\n", "# coding: utf8\n'é'\n"),
        (b"# -*- coding: latin-1-unix -*-\n'\xe9'\n", "# -*- coding: latin-1-unix -*-\n'é'\n"),
        // Not Windows-1252, although the web says so.
        (b"# coding: iso-8859-1\n'\x85\x9f'\n", "# coding: iso-8859-1\n'\u{85}\u{9f}'\n"),
        (b"# coding: windows-1252\n'\x85\xe9'\n", "# coding: windows-1252\n'…é'\n"),
        (b"# coding: ascii\nx\n", "# coding: ascii\nx\n"),
        (b"# coding: shift_jis\n'\x83\x5c'\n", "# coding: shift_jis\n'ソ'\n"),
        (b"# coding: euc-jp\n'\xa5\xbd'\n", "# coding: euc-jp\n'ソ'\n"),
        (b"# coding: gbk\n'\xd6\xd0'\n", "# coding: gbk\n'中'\n"),
        (b"# coding: koi8-r\n'\xc1'\n", "# coding: koi8-r\n'а'\n"),
        (b"# coding: mac-roman\n'\x8e'\n", "# coding: mac-roman\n'é'\n"),
        (b"# coding: iso8859-15\n'\xa4'\n", "# coding: iso8859-15\n'€'\n"),
        (b"# coding: ibm437\nx\n", "# coding: ibm437\nx\n"),
        (b"\n\n# coding: third line\n", "\n\n# coding: third line\n"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(text(Kind::Python, bytes), *expected);
    }
}

#[test]
fn refused_with_its_place() {
    let no = |message: &str, row, column, line: &str| (message.to_owned(), row, column, line.to_owned());
    let latin = "the byte `0xe9` is not UTF-8, and no other encoding is declared";
    assert_eq!(refusal(b"x = 1\ny = '\xe9'\n"), no(latin, 2, 6, "y = '\u{fffd}'"));
    assert_eq!(refusal(b"x\r\ny\r'\xe9'\r\n"), no(latin, 3, 2, "'\u{fffd}'"));
    let utf16 = "the file is UTF-16, which Python does not read";
    assert_eq!(refusal(b"\xff\xfex\0\n\0").0, utf16);
    assert_eq!(refusal(b"# coding: utf8mb4\n"), no("unknown encoding `utf8mb4`", 1, 11, "# coding: utf8mb4"));
    assert_eq!(refusal(b"# coding: cp-1252\n").0, "unknown encoding `cp-1252`");
    assert_eq!(refusal(b"# coding: utf-16\n").0, "unknown encoding `utf-16`");
    assert_eq!(refusal(b"# coding: rot13\n").0, "unknown encoding `rot13`");
    let bom = "the encoding `latin-1` is declared behind a UTF-8 byte order mark";
    assert_eq!(refusal(b"\xef\xbb\xbf\n# coding: latin-1\n"), no(bom, 2, 11, "# coding: latin-1"));
    assert_eq!(refusal(b"\xef\xbb\xbf# coding: utf8\n").2, 11, "the mark is no column");
    let ascii = "the byte `0xe9` is not valid in the declared encoding, `ASCII`";
    assert_eq!(refusal(b"# coding: ascii\n# \xe9\n"), no(ascii, 2, 3, "# \u{fffd}"));
    let cp1252 = "the byte `0x81` is not valid in the declared encoding, `windows-1252`";
    assert_eq!(refusal(b"# coding: cp1252\n\xe9\x81\n"), no(cp1252, 2, 2, "\u{fffd}"));
    let gbk = "the byte `0x81` is not valid in the declared encoding, `GBK`";
    assert_eq!(refusal(b"# coding: gbk\n\n'\x81'\n"), no(gbk, 3, 2, "'\u{fffd}'"));
    let nul = "source code cannot contain null bytes";
    assert_eq!(refusal(b"x = 1\n# \0\n"), no(nul, 2, 3, "# \0"));
    assert_eq!(refusal(b"x = 1\n\0"), no(nul, 2, 1, "\0"));
}

#[test]
fn binary_files_and_foreign_encodings_fail() {
    let failed = |message: &str| Unreadable::Failed(message.to_owned());
    let apple_double = b"\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02";
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10";
    for bytes in [&apple_double[..], png] {
        for kind in [Kind::Python, Kind::Yaml] {
            assert_eq!(read_as(kind, bytes).expect_err("no text"), failed("binary file"));
        }
    }
    let utf7 = python(b"# coding: utf-7\n").expect_err("a codec that is not here");
    assert_eq!(utf7, failed("its encoding, `utf-7`, is not one that newskin reads"));
    let dos = python(b"# coding: cp437\n'\x82'\n").expect_err("a codec that is not here");
    assert_eq!(dos, failed("its encoding, `cp437`, is not one that newskin reads"));
}

#[test]
fn other_kinds_follow_the_byte_order_mark() {
    let cases: &[(&[u8], &str)] = &[
        (b"\xff\xfex\0\n\0", "x\n"),
        (b"\xfe\xff\0x\xd8\x3d\xde\0", "x😀"),
        (b"\xff\xfe\0\0x\0\0\0", "x"),
        (b"\0\0\xfe\xff\0\x01\xf6\0", "😀"),
        (b"\xef\xbb\xbfx", "x"),
        // No encoding is said: nothing may be lost, nothing be refused.
        (b"FROM x # \xe9\x85\n", "FROM x # é\u{85}\n"),
        (b"a\0b", "a\0b"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(text(Kind::Requirements, bytes), *expected);
    }
    for broken in [&b"\xff\xfex\0\n\0\0\xd8"[..], b"\xff\xfex\0\n\0y", b"\xff\xfe\0\0\n\0\0\0\0\0\x11\0"] {
        let error = read_as(Kind::Requirements, broken).expect_err("broken");
        assert!(
            matches!(&error, Unreadable::Failed(message) if message.starts_with("line 2 is not UTF-")),
            "{error:?}"
        );
    }
}

#[test]
fn characters_that_do_not_fit_are_refused() {
    let other = |name: &str| match Codec::of_python(name) {
        Codec::Known(encoding) => encoding,
        codec => panic!("{name}: {codec:?}"),
    };
    for (encoding, text, character) in [
        (Encoding::Ascii, "aé€", 'é'),
        (Encoding::Latin1, "aé€", '€'),
        (other("cp1252"), "a€中", '中'),
        (other("gbk"), "中\u{10ffff}", '\u{10ffff}'),
    ] {
        assert_eq!(encode(encoding, false, text), Err(Unencodable { character, encoding }));
    }
}

#[test]
fn every_name_of_python_is_known() {
    // `encodings.aliases` of CPython 3.13.0, without what it refuses in source code.
    for name in
        ["L1", "8859", "IBM367", "ansi_x3.4-1968", "Windows_1251", "big5-hkscs", "ujis", "csisolatin2"]
    {
        assert!(matches!(Codec::of_python(name), Codec::Known(_)), "{name}");
    }
    for (name, codec) in [("KOI8-U", Codec::LikeAscii), ("mbcs", Codec::Foreign), ("cs437", Codec::Unknown)] {
        assert_eq!(Codec::of_python(name), codec, "{name}");
    }
}

#[test]
fn valid_utf8_is_not_copied() {
    let bytes = b"x = 1\n".to_vec();
    let place = bytes.as_ptr();
    let source = decode(&Path::new("x").into(), Kind::Python, bytes).expect("valid");
    assert_eq!(source.text.as_ptr(), place);
}

#[test]
fn files() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("x.py");
    let target = Target { path: path.clone().into(), kind: Kind::Python, explicit: false };
    let failed = |message: &str| Err(Unreadable::Failed(message.to_owned()));
    assert_eq!(read(&target).map(|source| source.text), failed("no such file or directory"));
    let file = std::fs::File::create(&path).expect("a new file");
    file.set_len(LONGEST + 1).expect("a sparse file");
    let long = "larger than 100 MB, the longest file that is read";
    assert_eq!(read(&target).map(|source| source.text), failed(long));
    std::fs::write(&path, "x\n").expect("our own file");
    assert_eq!(read(&target).map(|source| source.text), Ok("x\n".to_owned()));
}
