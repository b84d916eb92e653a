//! The command line as users see it. Most cases are text in `tests/cli/`: a
//! `.trycmd` file holds commands with what they print and their exit codes, a
//! folder of the same name ending in `.in` the files they see. After a change
//! that is meant, `TRYCMD=overwrite cargo test --test cli` rewrites them.

use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn commands() {
    trycmd::TestCases::new()
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .case("tests/cli/*.trycmd")
        .case("tests/cli/*.toml");
}

/// The command in an empty folder.
fn newskin(folder: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_newskin"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

#[test]
fn a_closed_pipe_is_success() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.py"), "import pipes\n".repeat(5000)).expect("written");
    for arguments in [&["check"][..], &["check", "--output-format=json"], &["rules"], &["explain", "pipes"]] {
        let mut child = newskin(&folder, arguments).stderr(Stdio::piped()).spawn().expect("started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ended");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = newskin(&folder, &["check", "--output-file=/dev/full"]).output().expect("ended");
    assert_eq!(output.status.code(), Some(2));
    let full = std::fs::File::options().write(true).open("/dev/full").expect("on Linux");
    let output = newskin(&folder, &["rules"]).stdout(full).stderr(Stdio::piped()).output().expect("ended");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.starts_with("error: standard output: "), "{message}");
}

#[test]
fn colour_is_a_choice() {
    let folder = tempfile::tempdir().expect("a folder");
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = newskin(&folder, arguments);
        command.env_remove("NO_COLOR").env_remove("FORCE_COLOR").env_remove("CLICOLOR_FORCE");
        command.envs(variables.iter().copied());
        command.output().expect("ended").stdout.contains(&0x1b)
    };
    assert!(!coloured(&["rules"], &[]), "a pipe is no terminal");
    assert!(coloured(&["rules", "--color=always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&["rules"], &[("FORCE_COLOR", "1")]));
    assert!(!coloured(&["rules"], &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["rules", "--color=never"], &[("FORCE_COLOR", "1")]));
}

#[test]
fn standard_input_may_be_in_another_encoding() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = newskin(&folder, &["check", "--isolated", "--fix", "--stdin-filename=a.py", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    let text = b"# coding: latin-1\nname = '\xe9'\n";
    child.stdin.take().expect("piped").write_all(text).expect("read");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(output.stdout, text, "what needs no fix comes back as it was");
}
