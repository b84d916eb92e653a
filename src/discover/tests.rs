//! Walks over small trees.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::config::globs::rooted;

fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary directory");
    for (name, text) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("a new directory");
        fs::write(path, text).expect("a new file");
    }
    root
}

fn settings(root: &TempDir, exclude: &[&str]) -> Settings {
    Settings {
        root: root.path().to_owned(),
        exclude: exclude.iter().map(|glob| rooted(glob, root.path()).expect("a glob")).collect(),
        ..Settings::default()
    }
}

/// What is found below `paths` (relative to the root), as relative names.
fn names(root: &TempDir, paths: &[&str], settings: &Settings) -> Vec<String> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| root.path().join(path)).collect();
    let (targets, problems) = discover(&paths, settings);
    assert_eq!(problems, []);
    let relative =
        |target: Target| target.path.strip_prefix(root.path()).map(|path| path.display().to_string());
    targets.into_iter().map(|target| relative(target).expect("below the root")).collect()
}

#[test]
fn ignore_files_and_usual_folders() {
    let root = tree(&[
        (".gitignore", "ignored.py\nout/\n"),
        (".ignore", "also.py\n"),
        ("ignored.py", ""),
        ("also.py", ""),
        ("out/x.py", ""),
        ("a.py", ""),
        ("a-b/x.py", ""),
        ("a/x.py", ""),
        (".github/workflows/ci.yml", ""),
        (".git/hooks/x.py", ""),
        ("venv/lib/x.py", ""),
        ("env/pyvenv.cfg", ""),
        ("env/x.py", ""),
        ("lib/site-packages/x.py", ""),
        ("readme.md", ""),
    ]);
    let all = names(&root, &[""], &settings(&root, &[]));
    assert_eq!(all, [".github/workflows/ci.yml", "a/x.py", "a-b/x.py", "a.py"]);
}

#[test]
fn what_is_named_is_found() {
    let root = tree(&[
        (".gitignore", "ignored.py\n"),
        ("ignored.py", ""),
        ("venv/lib/site-packages/x.py", ""),
        ("script", "print()"),
        ("run", "#!/bin/sh\n"),
        ("README.md", ""),
    ]);
    let none = settings(&root, &[]);
    assert_eq!(names(&root, &["ignored.py"], &none), ["ignored.py"]);
    assert_eq!(names(&root, &["venv"], &none), ["venv/lib/site-packages/x.py"]);
    assert_eq!(names(&root, &["venv/lib/site-packages"], &none), ["venv/lib/site-packages/x.py"]);
    assert_eq!(names(&root, &["script", "run", "README.md"], &none), ["run", "script"]);
    let (targets, _) = discover(&[root.path().join("run")], &none);
    assert_eq!((targets[0].kind, targets[0].explicit), (Kind::Shell, true));
}

#[test]
fn exclude_by_name_and_by_path() {
    let root = tree(&[("a/b/x.py", ""), ("b/x.py", ""), ("b/y_pb2.py", ""), ("c/a/b/z.py", "")]);
    assert_eq!(names(&root, &[""], &settings(&root, &["b"])), Vec::<String>::new());
    assert_eq!(names(&root, &[""], &settings(&root, &["a/b"])), ["b/x.py", "b/y_pb2.py", "c/a/b/z.py"]);
    assert_eq!(names(&root, &[""], &settings(&root, &["./a/", "c/**", "*_pb2.py"])), ["b/x.py"]);
    // Below a named directory, paths still count from the root.
    assert_eq!(names(&root, &["a", "c"], &settings(&root, &["a/b"])), ["c/a/b/z.py"]);
    let mut forced = settings(&root, &["a/b"]);
    assert_eq!(names(&root, &["a/b/x.py"], &forced), ["a/b/x.py"]);
    forced.force_exclude = true;
    assert_eq!(names(&root, &["a/b/x.py", "b/x.py"], &forced), ["b/x.py"]);
}

#[test]
fn each_file_once() {
    let root = tree(&[("a/x.py", ""), ("a/y.py", "")]);
    let none = settings(&root, &[]);
    assert_eq!(names(&root, &["", "a", "a/x.py"], &none), ["a/x.py", "a/y.py"]);
    let path = root.path();
    let paths = [path.join("a/./x.py"), path.join("a/../a/x.py")];
    let (targets, _) = discover(&paths, &none);
    assert_eq!(targets.len(), 1);
}

#[cfg(unix)]
#[test]
fn links() {
    use std::os::unix::fs::symlink;

    let root = tree(&[("a/x.py", ""), ("b/only.py", ""), ("outside.data", "")]);
    let path = root.path();
    symlink(path.join("a"), path.join("b/loop")).expect("a link");
    symlink(path, path.join("a/up")).expect("a link");
    symlink(path.join("a/x.py"), path.join("0.py")).expect("a link");
    symlink(path.join("outside.data"), path.join("b/data.py")).expect("a link");
    symlink(path.join("missing.py"), path.join("broken.py")).expect("a link");
    symlink(path.join("self.py"), path.join("self.py")).expect("a link");
    let none = settings(&root, &[]);
    assert_eq!(names(&root, &[""], &none), ["a/x.py", "b/data.py", "b/only.py"]);
    assert_eq!(names(&root, &["b/loop"], &none), ["b/loop/x.py"], "a named link is walked");
    assert_eq!(names(&root, &["", "0.py"], &none), ["0.py", "b/data.py", "b/only.py"], "the named one wins");
}

#[cfg(unix)]
#[test]
fn scripts_without_extension() {
    use std::os::unix::fs::PermissionsExt;

    let python = "#!/usr/bin/env python3\n";
    let root = tree(&[("bin/tool", python), ("bin/data", python), ("bin/perl", "#!/usr/bin/perl\n")]);
    for name in ["bin/tool", "bin/perl"] {
        let mode = fs::Permissions::from_mode(0o755);
        fs::set_permissions(root.path().join(name), mode).expect("our own file");
    }
    assert_eq!(names(&root, &[""], &settings(&root, &[])), ["bin/tool"]);
}

#[test]
fn problems_name_the_path() {
    let root = tree(&[("a.py", "")]);
    let missing = root.path().join("missing");
    let paths = [missing.clone(), root.path().to_owned()];
    let settings = Settings { exclude: vec!["[".into(), "*.txt".into()], ..settings(&root, &[]) };
    let (targets, problems) = discover(&paths, &settings);
    assert_eq!(targets.len(), 1);
    let glob = Problem {
        path: "[".into(),
        message: "this pattern of `exclude` is no glob: unclosed character class; missing ']'".into(),
    };
    assert_eq!(problems, [Problem { path: missing, message: "no such file or directory".into() }, glob]);
}
