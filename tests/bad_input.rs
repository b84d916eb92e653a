//! The real program on input that is broken, hostile or taken away: each time
//! a message with file and place, the right exit code, and nothing lost.

// What cannot be tried says so.
#![allow(clippy::print_stderr)]

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder with files, in which the program runs.
struct Folder(TempDir);

/// What the program said, and how it ended.
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Answer {
    #[track_caller]
    fn is(&self, code: i32, out: &str, err: &str) {
        let first = self.out.lines().next().unwrap_or_default();
        assert_eq!((self.code, first, self.err.as_str()), (Some(code), out, err), "{}", self.out);
    }
}

/// Findings exist nowhere: what is printed then.
const NOTHING: &str = "Nothing found in 1 file";

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary directory"));
        for (name, bytes) in files {
            folder.put(name, bytes);
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a new directory");
        fs::write(path, bytes).expect("a new file");
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("our own file")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newskin"));
        command.current_dir(self.0.path()).args(["check", "--no-progress"]);
        if !arguments.iter().any(|argument| argument.starts_with("--output-format")) {
            command.arg("--output-format=concise");
        }
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end, which comes soon.
    fn run(&self, arguments: &[&str]) -> Answer {
        let started = Instant::now();
        let answer = Answer::from(self.command(arguments).output().expect("the program starts"));
        let took = started.elapsed();
        assert!(took < Duration::from_secs(60), "{arguments:?} took {took:?}");
        answer
    }
}

/// The program on one file that is named.
fn check(name: &str, bytes: impl AsRef<[u8]>) -> Answer {
    Folder::new(&[(name, bytes.as_ref())]).run(&[name])
}

const PIPES: &[u8] = b"import pipes\n\nprint(pipes.quote('a b'))\n";
const SHLEX: &[u8] = b"import shlex\n\nprint(shlex.quote('a b'))\n";

#[test]
fn broken_syntax() {
    let cannot = "error syntax-error(syntax) Python 3.13 cannot parse this:";
    let open = check("a.py", "x = 1\nf(\n");
    assert_eq!(open.code, Some(1));
    assert!(open.out.starts_with(&format!("a.py:3:1: {cannot} ")), "{}", open.out);
    let deep = check("a.py", "import cgi\nx = ".to_owned() + &"[".repeat(10_000) + &"]".repeat(10_000));
    assert_eq!(deep.code, Some(1));
    assert!(
        deep.out.starts_with(&format!("a.py:2:205: {cannot} too many nested parentheses")),
        "{}",
        deep.out
    );
}

#[test]
fn hostile_nesting_and_repetition_in_python() {
    let many = 300_000;
    for text in [
        "x = cgi".to_owned() + &".a".repeat(many),
        "x = cgi".to_owned() + &"()".repeat(many),
        "x = ".to_owned() + &"1 + ".repeat(many) + "cgi",
        "x = ".to_owned() + &"not ".repeat(many) + "cgi",
        "x = ".to_owned() + &"lambda: ".repeat(many) + "cgi",
        "await ".repeat(many),
        "else: ".repeat(many),
        "print 1; ".repeat(20_000),
        "x = f\"".to_owned() + &"{f'".repeat(10_000),
    ] {
        let answer = check("a.py", "import cgi\n".to_owned() + &text + "\n");
        let start: String = text.chars().take(20).collect();
        assert_eq!((answer.code, answer.err.as_str()), (Some(1), ""), "{start}");
        assert!(answer.out.starts_with("a.py:2:"), "{start}: {}", answer.out);
    }
    // As much as CPython 3.13.0 itself compiles.
    let fine = "import cgi\nx = cgi".to_owned() + &".a".repeat(9_900) + "\n";
    check("a.py", fine).is(1, "a.py:1:8: error removed-module(cgi) `cgi` was removed in Python 3.13", "");
}

#[test]
fn encodings() {
    let cannot = "error syntax-error(encoding) Python cannot decode this file:";
    let utf16: Vec<u8> = "\u{feff}import cgi\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, place, message) in [
        (&b"#!/usr/bin/python\n# coding: utf8mb4\n"[..], "2:11", "unknown encoding `utf8mb4`"),
        (b"x = '\xe9'\n", "1:6", "the byte `0xe9` is not UTF-8, and no other encoding is declared"),
        (
            b"# coding: cp1252\nx = '\x81'\n",
            "2:6",
            "the byte `0x81` is not valid in the declared encoding, `windows-1252`",
        ),
        (b"x = 1\ny = '\0'\n", "2:6", "source code cannot contain null bytes"),
        (&utf16, "1:1", "the file is UTF-16, which Python does not read"),
    ] {
        check("a.py", bytes).is(1, &format!("a.py:{place}: {cannot} {message}"), "");
    }
    check("requirements.txt", &utf16).is(0, NOTHING, "");
    check("a.py", b"# coding: latin-1\nx = '\xe9'\n").is(0, NOTHING, "");
}

#[test]
fn files_that_are_no_text_do_not_end_the_run() {
    let folder = Folder::new(&[
        ("._a.py", b"\0\x05\x16\x07\0\x02\0\0Mac OS X        \0\x02"),
        ("a.py", PIPES),
        ("picture.py", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10"),
    ]);
    let huge = fs::File::create(folder.path("huge.py")).expect("a new file");
    huge.set_len(100 * 1024 * 1024 + 1).expect("a sparse file");
    folder.run(&["."]).is(
        2,
        "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]",
        "error: ._a.py: binary file\n\
         error: huge.py: larger than 100 MB, the longest file that is read\n\
         error: picture.py: binary file\n",
    );
}

#[test]
fn one_line_of_fifty_megabytes() {
    let text = format!("x = '{}'; import cgi\n", "é".repeat(25_000_000));
    let answer = check("a.py", text);
    // Whether such a line is worth a fix is for the rule to say.
    let found = "a.py:1:25000016: error removed-module(cgi) `cgi` was removed in Python 3.13";
    assert!(
        answer.code == Some(1) && answer.out.starts_with(found) && answer.out.len() < 1000,
        "{}",
        answer.out
    );
    let full = Folder::new(&[]);
    full.put("a.json", format!("{{\"Values\": {{\"x\": \"{}\"}}}}", "a".repeat(50_000_000)));
    full.run(&["."]).is(0, NOTHING, "");
}

#[test]
fn hostile_configuration_files() {
    let template = "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\n";
    let mut laughs = format!("{template}x0: &x0 [lol]\n");
    for level in 1..30 {
        let aliases = vec![format!("*x{}", level - 1); 9].join(", ");
        writeln!(laughs, "x{level}: &x{level} [{aliases}]").expect("writing to a string");
    }
    laughs.push_str("Resources: {F: {Type: AWS::Serverless::Function, Properties: {Runtime: *x29}}}\n");
    let nested = |open: &str, close: &str| open.repeat(10_000) + &close.repeat(10_000);
    let blocks: String = (0..3_000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    for (name, text) in [
        ("template.yaml", laughs),
        ("template.yml", format!("{template}Resources: {}\n", nested("[", "]"))),
        ("template.yaml", format!("{template}Resources: {}\n", nested("{a: ", "}"))),
        ("template.yaml", format!("{template}Resources:\n{blocks}")),
        ("template.yaml", format!("{template}Resources: &a [*a]\n")),
        ("template.yaml", format!("{template}Resources: *nobody\n")),
        (
            "template.json",
            format!("{{\"Transform\": \"AWS::Serverless-2016-10-31\", \"Resources\": {}}}", nested("[", "]")),
        ),
        ("local.settings.json", nested("{\"Values\": ", "}")),
        ("host.json", "{".to_owned()),
        ("a.ipynb", format!("{{\"cells\": {}}}", nested("[", "]"))),
        ("pyproject.toml", format!("[project]\nx = {}\n", nested("[", "]"))),
        ("Dockerfile", format!("FROM python:3.12\nRUN {}\n", nested("$(", ")"))),
        ("Dockerfile", format!("FROM {}\n", nested("${A:-", "}"))),
    ] {
        let answer = check(name, &text);
        let start: String = text.chars().rev().take(30).collect();
        assert!(matches!(answer.code, Some(0 | 1)), "{name} {start}: {:?} {}", answer.code, answer.err);
        assert_eq!(answer.err, "", "{name}");
    }
}

#[cfg(unix)]
#[test]
fn directory_loops() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new(&[("a/b/x.py", PIPES)]);
    symlink(folder.path("a"), folder.path("a/b/up")).expect("a link");
    symlink("self.py", folder.path("a/self.py")).expect("a link");
    let answer = folder.run(&[".", "a"]);
    answer.is(1, "a/b/x.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]", "");
    assert_eq!(answer.out.matches("x.py").count(), 1);
    folder.run(&["a/self.py"]).is(
        2,
        "Nothing found in 0 files",
        "error: a/self.py: too many levels of symbolic links\n",
    );
}

#[test]
fn files_that_are_not_there() {
    let folder = Folder::new(&[("a.py", PIPES)]);
    let found = "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]";
    folder.run(&["missing", "a.py"]).is(2, found, "error: missing: no such file or directory\n");
}

/// Somebody who may not read; `None` if this is root, who may read everything.
#[cfg(unix)]
fn forbid(path: &Path) -> Option<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o000)).expect("our own file");
    let open = if path.is_dir() { fs::read_dir(path).is_ok() } else { fs::File::open(path).is_ok() };
    if open {
        eprintln!("not tried: this user may read {} without permission", path.display());
    }
    (!open).then_some(())
}

#[cfg(unix)]
#[test]
fn no_permission() {
    let folder = Folder::new(&[("a.py", PIPES), ("locked/b.py", b""), ("c.py", b"")]);
    // What not even root can read.
    #[cfg(target_os = "linux")]
    folder.run(&["a.py", "/proc/self/mem"]).is(
        2,
        "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]",
        "error: /proc/self/mem: input/output error\n",
    );
    if forbid(&folder.path("c.py")).and(forbid(&folder.path("locked"))).is_some() {
        let answer = folder.run(&["."]);
        let refused = "error: c.py: permission denied\nerror: locked: permission denied\n";
        answer.is(
            2,
            "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]",
            refused,
        );
    }
}

/// `a.py` is a pipe: as long as nothing is written to it the program waits,
/// and in that time `b.py` goes away.
#[cfg(unix)]
#[test]
fn a_file_that_vanishes_while_others_are_read() {
    let folder = Folder::new(&[("b.py", PIPES)]);
    let made = Command::new("mkfifo").arg(folder.path("a.py")).status().expect("mkfifo exists");
    assert!(made.success());
    let child = folder.command(&["--jobs", "1", "a.py", "b.py"]).spawn().expect("the program starts");
    // Opens when the program does.
    let mut pipe = fs::OpenOptions::new().write(true).open(folder.path("a.py")).expect("our own pipe");
    fs::remove_file(folder.path("b.py")).expect("our own file");
    pipe.write_all(PIPES).expect("somebody reads");
    drop(pipe);
    let answer = Answer::from(child.wait_with_output().expect("the program ends"));
    let found = "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]";
    answer.is(2, found, "error: b.py: no such file or directory\n");
}

#[test]
fn bad_configuration_and_flags() {
    let folder =
        Folder::new(&[("a.py", PIPES), ("newskin.toml", b"target-version = \"3.13\"\nselct = []\n")]);
    let answer = folder.run(&["."]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""));
    assert!(answer.err.contains("newskin.toml:2:1: ") && answer.err.contains("`select`"), "{}", answer.err);
    for flags in [
        &["--select", "removed-modul"][..],
        &["--ignore", "removed-modul:cgi"],
        &["--extend-select", "removed-modul"],
    ] {
        let answer = folder.run(&[&["--isolated", "."], flags].concat());
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{flags:?}");
        assert!(answer.err.contains("`removed-module`"), "{}", answer.err);
    }
    folder.put("newskin.toml", b"select = [\n");
    let answer = folder.run(&["."]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.err.contains("newskin.toml:"), "{}", answer.err);
}

#[test]
fn a_closed_pipe_is_success() {
    let folder = Folder::new(&[("a.py", "import cgi\n".repeat(2_000).as_bytes())]);
    for format in ["concise", "full", "json", "sarif"] {
        let format = format!("--output-format={format}");
        let mut child = folder.command(&[&format, "a.py"]).spawn().expect("the program starts");
        drop(child.stdout.take());
        let answer = Answer::from(child.wait_with_output().expect("the program ends"));
        assert_eq!((answer.code, answer.err.as_str()), (Some(0), ""), "{format}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_for_the_report() {
    let folder = Folder::new(&[("a.py", PIPES)]);
    let answer = folder.run(&["--output-file", "/dev/full", "a.py"]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""));
    assert!(
        answer.err.starts_with("error: /dev/full: ") && answer.err.contains("o space left"),
        "{}",
        answer.err
    );
    let answer = folder.run(&["--output-file", "missing/report.txt", "a.py"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.err.contains("missing/report.txt: "), "{}", answer.err);
}

#[test]
fn a_read_only_file_is_not_fixed() {
    let folder = Folder::new(&[("a.py", PIPES), ("b.py", PIPES)]);
    let mut permissions = fs::metadata(folder.path("a.py")).expect("our own file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.path("a.py"), permissions).expect("our own file");
    folder.run(&["--fix", "."]).is(
        2,
        "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]",
        "error: a.py: not fixed: the file is read-only\n",
    );
    assert_eq!((folder.bytes("a.py"), folder.bytes("b.py")), (PIPES.to_vec(), SHLEX.to_vec()));
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new(&[("sub/a.py", PIPES)]);
    let mode =
        |mode| fs::set_permissions(folder.path("sub"), fs::Permissions::from_mode(mode)).expect("ours");
    mode(0o555);
    if fs::write(folder.path("sub/trial"), "").is_ok() {
        eprintln!("not tried: this user may write into a read-only folder");
    } else {
        let answer = folder.run(&["--fix", "."]);
        let message = "error: sub/a.py: not fixed: nothing can be written beside it: permission denied\n";
        assert_eq!((answer.code, answer.err.as_str()), (Some(2), message));
        assert_eq!(folder.bytes("sub/a.py"), PIPES);
    }
    mode(0o755);
}

/// A limit on the size of files stands for a full disk: the write fails midway.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_while_fixing() {
    let folder = Folder::new(&[("a.py", &[PIPES, &b"# a comment\n".repeat(1000)].concat())]);
    let before = folder.bytes("a.py");
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$@\"";
    let output = Command::new("bash")
        .current_dir(folder.0.path())
        .args([
            "-c",
            script,
            "bash",
            env!("CARGO_BIN_EXE_newskin"),
            "check",
            "--fix",
            "--output-format",
            "concise",
            "a.py",
        ])
        .output()
        .expect("bash exists");
    Answer::from(output).is(
        2,
        "a.py:1:8: error removed-module(pipes) `pipes` was removed in Python 3.13 [fix]",
        "error: a.py: not fixed: file too large\n",
    );
    assert_eq!(folder.bytes("a.py"), before);
    assert_eq!(fs::read_dir(folder.0.path()).expect("our own folder").count(), 1, "no temporary file stays");
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let folder = Folder::new(&[("real/a.py", PIPES)]);
    std::os::unix::fs::symlink("real/a.py", folder.path("link.py")).expect("a link");
    folder.run(&["--fix", "link.py"]).is(0, "Fixed 1 finding in 1 file", "");
    assert!(folder.path("link.py").is_symlink());
    assert_eq!(folder.bytes("real/a.py"), SHLEX);
}

#[test]
fn a_diff_says_what_fixing_writes() {
    let folder = Folder::new(&[
        ("a.py", &PIPES.to_vec().repeat(1)),
        ("sub/crlf.py", b"import pipes\r\n\r\nprint(pipes.quote('a b'))"),
    ]);
    let diff = folder.run(&["--diff", "."]);
    assert_eq!(diff.code, Some(1), "nothing is fixed yet");
    assert_eq!(folder.bytes("a.py"), PIPES);
    let copy = Folder::new(&[("a.py", PIPES), ("sub/crlf.py", &folder.bytes("sub/crlf.py"))]);
    let mut patch = Command::new("patch")
        .args(["-p0", "--binary", "--quiet"])
        .current_dir(copy.0.path())
        .stdin(Stdio::piped())
        .spawn()
        .expect("patch exists");
    patch.stdin.take().expect("piped").write_all(diff.out.as_bytes()).expect("patch reads");
    assert!(patch.wait().expect("patch ends").success(), "{}", diff.out);
    assert_eq!(folder.run(&["--fix", "."]).code, Some(0));
    for name in ["a.py", "sub/crlf.py"] {
        assert_eq!(copy.bytes(name), folder.bytes(name), "{name}");
    }
    assert_eq!(folder.bytes("a.py"), SHLEX);
    let again = folder.run(&["--fix", "."]);
    again.is(0, "Nothing found in 2 files", "");
}
