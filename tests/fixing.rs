//! `--fix` on repositories that one would not want to lose: what is proved,
//! what is warned of, what is summed up, and what a kill leaves behind.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PIPES: &str = "import pipes\n\nprint(pipes.quote(\"a b\"))\n";
const SHLEX: &str = "import shlex\n\nprint(shlex.quote(\"a b\"))\n";

/// A folder with files, in which the program runs.
struct Folder(TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary directory"));
        for (name, text) in files {
            fs::write(folder.path(name), text).expect("a new file");
        }
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("our own file")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newskin"));
        command
            .current_dir(self.0.path())
            .args(["check", "--isolated", "--output-format", "concise", "--color", "never"])
            .args(args)
            .env_remove("GIT_DIR")
            .stdin(Stdio::null());
        command
    }

    /// Exit code, standard output, standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.command(args).output().expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
    }

    fn git(&self, args: &[&str]) {
        let identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"];
        let mut git = Command::new("git");
        git.current_dir(self.0.path()).args(identity).args(args).stdout(Stdio::null());
        assert!(git.status().expect("git is there").success(), "git {args:?}");
    }
}

#[test]
fn fixes_that_pass_the_trial_stay() {
    let folder = Folder::new(&[("a.py", PIPES), ("b.py", PIPES)]);
    let (code, out, err) = folder.run(&["--fix", "--verify-with", "! grep -q pipes *.py", "."]);
    assert_eq!((code, folder.text("a.py")), (0, SHLEX.to_owned()), "{out}{err}");
    assert!(err.starts_with("note: `! grep -q pipes *.py` succeeded in "), "{err}");
    assert_eq!(err.lines().count(), 1, "{err}");
    let (_, _, err) = folder.run(&["--fix", "--verify-with", "false", "."]);
    assert_eq!(err, "note: nothing was fixed, so `false` was not run\n");
}

#[test]
fn the_fix_that_fails_the_trial_is_taken_back_alone() {
    let files: Vec<(String, &str)> = (0..6).map(|number| (format!("m{number}.py"), PIPES)).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&**name, *text)).collect();
    let folder = Folder::new(&files);
    let trial = "echo one >> trials; echo seen; grep -q pipes m4.py";
    let (code, out, err) =
        folder.run(&["--fix", "--verify-with", trial, "--summary-file", "summary.json", "."]);
    assert_eq!(code, 1, "{out}{err}");
    for number in 0..6 {
        let expected = if number == 4 { PIPES } else { SHLEX };
        assert_eq!(folder.text(&format!("m{number}.py")), expected, "m{number}.py");
    }
    let trials = folder.text("trials").lines().count();
    assert!(
        err.contains(&format!("took 1 fix back, so that `{trial}` succeeds again ({trials} runs)")),
        "{err}"
    );
    assert_eq!(err.matches("  | seen").count(), 1, "what the command writes is shown once: {err}");
    let reason = format!("its fix was not made: `{trial}` fails with it");
    assert!(out.contains(&reason), "{out}");
    let summary: serde_json::Value = serde_json::from_str(&folder.text("summary.json")).expect("JSON");
    assert_eq!((&summary["fixes"], &summary["findings"]), (&5.into(), &1.into()));
    assert_eq!(summary["left"][0]["why"], "failed");
    assert_eq!(summary["left"][0]["reason"], reason.as_str());
}

#[test]
fn fixes_are_kept_when_the_trial_fails_without_them_too() {
    let folder = Folder::new(&[("a.py", PIPES), ("b.py", PIPES)]);
    let (code, _, err) = folder.run(&["--fix", "--verify-with", "false", "."]);
    assert_eq!((code, folder.text("a.py"), folder.text("b.py")), (2, SHLEX.to_owned(), SHLEX.to_owned()));
    assert!(err.contains("error: false: fails with the fixes and without them"), "{err}");
}

#[test]
fn flags_that_need_a_fix_say_so() {
    let folder = Folder::new(&[("a.py", PIPES)]);
    for (args, message) in [
        (&["--verify-with", "true"][..], "error: `--verify-with` needs `--fix`\n"),
        (&["--summary-file", "x.json"], "error: `--summary-file` needs `--fix`\n"),
        (
            &["--fix", "--summary-file", "x.html"],
            "error: `--summary-file x.html`: the ending must be .json, .md or .txt\n",
        ),
    ] {
        let (code, _, err) = folder.run(args);
        assert_eq!((code, err.as_str()), (2, message));
    }
    assert_eq!(folder.text("a.py"), PIPES);
}

#[test]
fn a_summary_tells_what_was_fixed_and_what_is_left() {
    let folder = Folder::new(&[("a.py", PIPES), ("b.py", "import msilib\n\nmsilib.init_database()\n")]);
    let (code, out, _) = folder.run(&["--diff", "--summary-file", "would.txt", "."]);
    assert_eq!((code, folder.text("a.py").as_str()), (1, PIPES), "{out}");
    assert!(folder.text("would.txt").starts_with("Would fix 1 finding in 1 file\n"));
    folder.run(&["--fix", "--summary-file", "done.md", "."]);
    let text = folder.text("done.md");
    assert!(text.starts_with("## newskin: fixed 1 finding in 1 file\n"), "{text}");
    for line in ["| 1 | 1 | `removed-module(pipes)` | safe |", "### Left for a person: 1 finding"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[test]
fn files_that_git_could_not_give_back_are_named() {
    let folder = Folder::new(&[
        ("clean.py", PIPES),
        ("dirty.py", PIPES),
        ("staged.py", PIPES),
        ("still.py", "print(1)\n"),
    ]);
    folder.git(&["init", "--quiet"]);
    folder.git(&["add", "."]);
    folder.git(&["commit", "--quiet", "-m", "first"]);
    for name in ["dirty.py", "staged.py", "still.py"] {
        fs::write(folder.path(name), folder.text(name) + "# more\n").expect("our own file");
    }
    folder.git(&["add", "staged.py"]);
    fs::create_dir(folder.path("new")).expect("a new folder");
    fs::write(folder.path("new/file.py"), PIPES).expect("a new file");
    let (_, _, err) = folder.run(&["--diff", "."]);
    assert_eq!(err, "note: would fix 4 findings in 4 files\n", "a dry run warns of nothing");
    let (_, _, err) = folder.run(&["--fix", "."]);
    let expected = "warning: `dirty.py`, `new/file.py` have changes that git does not have yet, and they are \
                    rewritten now (`--allow-dirty` says nothing of this)\n";
    assert_eq!(err, expected);
    assert_eq!(folder.text("clean.py"), SHLEX, "a warning stops nothing");

    fs::write(folder.path("clean.py"), PIPES.to_owned() + "# again\n").expect("our own file");
    let (_, _, err) = folder.run(&["--fix", "--allow-dirty", "."]);
    assert_eq!(err, "");
}

/// An interruption while fixes are on trial puts the files back.
#[cfg(unix)]
#[test]
fn an_interrupted_trial_leaves_the_files_as_they_were() {
    let folder = Folder::new(&[("a.py", PIPES), ("b.py", PIPES)]);
    let trial = "touch started; exec sleep 20";
    let child = folder.command(&["--fix", "--verify-with", trial, "."]).stderr(Stdio::piped()).spawn();
    let child = child.expect("the program starts");
    let began = Instant::now();
    while !folder.path("started").exists() && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(folder.text("a.py"), SHLEX, "on trial");
    // As a terminal does, the command is interrupted too.
    let mut kill = Command::new("sh");
    let pid = child.id();
    kill.args(["-c", &format!("kill -INT {pid}; pkill -INT -P {pid}; true")]);
    assert!(kill.status().expect("a shell").success());
    let output = child.wait_with_output().expect("our own process");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        (output.status.code(), folder.text("a.py").as_str(), folder.text("b.py").as_str()),
        (Some(2), PIPES, PIPES)
    );
    assert!(err.contains("was interrupted, so nothing was fixed"), "{err}");
}

/// Whatever the moment, each file is the old one or the new one.
#[test]
fn a_kill_tears_no_file() {
    let tail = "# a comment that makes the file longer\n".repeat(500);
    let (old, new) = (format!("{PIPES}{tail}"), format!("{SHLEX}{tail}"));
    let names: Vec<String> = (0..40).map(|number| format!("m{number}.py")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), old.as_str())).collect();
    let began = Instant::now();
    Folder::new(&files).run(&["--fix", "."]);
    let whole = began.elapsed();
    for step in 0..12 {
        let folder = Folder::new(&files);
        let mut child =
            folder.command(&["--fix", "."]).stdout(Stdio::null()).spawn().expect("the program starts");
        std::thread::sleep(whole.mul_f64(f64::from(step) / 10.0).max(Duration::from_millis(1)));
        child.kill().expect("our own process");
        child.wait().expect("our own process");
        for name in &names {
            let text = folder.text(name);
            assert!(text == old || text == new, "{name} is torn after step {step}");
        }
    }
}
