//! The kind of a file.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;

use super::Kind;

/// By name alone.
pub fn of_name(path: &Path) -> Option<Kind> {
    let name = path.file_name()?.to_string_lossy();
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        of_lower(&name.to_ascii_lowercase(), path)
    } else {
        of_lower(&name, path)
    }
}

fn of_lower(name: &str, path: &Path) -> Option<Kind> {
    let Some((stem, extension)) = name.rsplit_once('.') else { return of_bare(name) };
    let kind = match extension {
        "py" | "pyw" => Kind::Python,
        "pyi" => Kind::Stub,
        "ipynb" => Kind::Notebook,
        "dockerfile" | "containerfile" => Kind::Dockerfile,
        "toml" => Kind::Toml,
        "yaml" | "yml" | "template" | "cfn" => Kind::Yaml,
        "json" | "jsonc" => Kind::Json,
        "tf" | "tofu" | "tfvars" | "hcl" => Kind::Hcl,
        "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" if is_own_script(stem, path) => Kind::JavaScript,
        "bicep" => Kind::Bicep,
        "ps1" | "psm1" => Kind::PowerShell,
        "sh" | "bash" => Kind::Shell,
        "mk" => Kind::Makefile,
        "txt" | "in" if is_requirements(stem, path) => Kind::Requirements,
        "cfg" if stem == "setup" => Kind::Ini,
        "ini" if stem == "tox" => Kind::Ini,
        "txt" if stem == "runtime" => Kind::Versions,
        "python-version" | "tool-versions" if stem.is_empty() => Kind::Versions,
        "lock" if stem == "pipfile" => Kind::Json,
        "lock" if matches!(stem, "poetry" | "uv" | "pdm") => Kind::Toml,
        // The ignore file of one Dockerfile, and notes about it.
        "dockerignore" | "md" | "rst" | "txt" => return None,
        _ if name.starts_with("dockerfile.") || name.starts_with("containerfile.") => Kind::Dockerfile,
        _ => return None,
    };
    Some(kind)
}

fn of_bare(name: &str) -> Option<Kind> {
    match name {
        "dockerfile" | "containerfile" => Some(Kind::Dockerfile),
        "makefile" | "gnumakefile" => Some(Kind::Makefile),
        "pipfile" => Some(Kind::Toml),
        _ => None,
    }
}

/// Not what was generated or comes from elsewhere: configuration is not there.
fn is_own_script(stem: &str, path: &Path) -> bool {
    let foreign = ["node_modules", "dist", "cdk.out", "site-packages", "bower_components"];
    let is_foreign = |part: &OsStr| foreign.iter().any(|name| part == *name);
    !stem.ends_with(".d") && !stem.ends_with(".min") && !path.iter().any(is_foreign)
}

fn is_requirements(stem: &str, path: &Path) -> bool {
    let marked = |word: &str| stem.starts_with(word) || stem.ends_with(word);
    let folder = || path.parent().and_then(Path::file_name);
    marked("requirements")
        || marked("constraints")
        || folder().is_some_and(|name| name == "requirements" || name == "constraints")
}

/// By the `#!` line; reads the first bytes of the file.
pub fn of_shebang(path: &Path) -> Option<Kind> {
    let mut head = Vec::with_capacity(LONGEST);
    let file = std::fs::File::open(path).ok()?;
    // A pipe can be read only once.
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    file.take(LONGEST as u64).read_to_end(&mut head).ok()?;
    interpreter(&head)
}

/// Linux itself reads no more of the line.
const LONGEST: usize = 256;

fn interpreter(head: &[u8]) -> Option<Kind> {
    let line = head.strip_prefix(b"#!")?.split(|&byte| byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line);
    let mut words = line.split_whitespace();
    let mut program = base(words.next()?);
    if program == "env" {
        program = base(words.find(|word| !word.starts_with('-') && !word.contains('='))?);
    }
    if matches!(program, "uv" | "pipx") && words.next() == Some("run") {
        return Some(Kind::Python);
    }
    match program.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "python" | "pythonw" | "pypy" => Some(Kind::Python),
        "sh" | "bash" | "dash" | "ash" | "ksh" => Some(Kind::Shell),
        _ => None,
    }
}

fn base(program: &str) -> &str {
    program.rsplit(['/', '\\']).next().unwrap_or(program)
}

/// What a named file of unknown kind is read as: Python, as other Python
/// tools do, unless its extension says that it is something else.
pub fn of_unknown(path: &Path) -> Option<Kind> {
    const FOREIGN: &[&str] = &[
        "bat", "bmp", "c", "cc", "cfg", "conf", "cpp", "cs", "css", "csv", "dll", "env", "exe", "gif", "go",
        "gz", "h", "hpp", "htm", "html", "ico", "ini", "jar", "java", "jpeg", "jpg", "js", "jsx", "kt",
        "less", "lock", "log", "map", "md", "mjs", "pdf", "php", "pl", "png", "po", "proto", "pyc", "pyd",
        "rb", "rs", "rst", "scss", "so", "sql", "svg", "swift", "tar", "tex", "ts", "tsv", "tsx", "txt",
        "vue", "webp", "whl", "woff", "woff2", "xls", "xlsx", "xml", "xz", "zip",
    ];
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    FOREIGN.binary_search(&&*extension).is_err().then_some(Kind::Python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let cases = [
            ("a.py", Some(Kind::Python)),
            ("a.PYW", Some(Kind::Python)),
            ("a.pyi", Some(Kind::Stub)),
            ("x/Dockerfile", Some(Kind::Dockerfile)),
            ("x/dockerfile", Some(Kind::Dockerfile)),
            ("Dockerfile.prod", Some(Kind::Dockerfile)),
            ("Dockerfile.dockerignore", None),
            ("Dockerfile-prod", None),
            ("app.Dockerfile", Some(Kind::Dockerfile)),
            ("Containerfile", Some(Kind::Dockerfile)),
            ("dockerfile.py", Some(Kind::Python)),
            ("requirements.txt", Some(Kind::Requirements)),
            ("requirements-dev.txt", Some(Kind::Requirements)),
            ("dev-requirements.txt", Some(Kind::Requirements)),
            ("requirements.in", Some(Kind::Requirements)),
            ("requirements/base.txt", Some(Kind::Requirements)),
            ("constraints-3.8.txt", Some(Kind::Requirements)),
            ("notes.txt", None),
            ("Pipfile", Some(Kind::Toml)),
            ("Pipfile.lock", Some(Kind::Json)),
            ("poetry.lock", Some(Kind::Toml)),
            ("uv.lock", Some(Kind::Toml)),
            ("Cargo.lock", None),
            ("setup.cfg", Some(Kind::Ini)),
            ("tox.ini", Some(Kind::Ini)),
            ("pytest.ini", None),
            (".python-version", Some(Kind::Versions)),
            (".tool-versions", Some(Kind::Versions)),
            ("runtime.txt", Some(Kind::Versions)),
            ("tox.cfg", None),
            (".github/workflows/ci.yml", Some(Kind::Yaml)),
            ("app.ts", Some(Kind::JavaScript)),
            ("serverless.mjs", Some(Kind::JavaScript)),
            ("app.d.ts", None),
            ("jquery.min.js", None),
            ("a/node_modules/b/index.js", None),
            ("main.bicep", Some(Kind::Bicep)),
            ("deploy.PS1", Some(Kind::PowerShell)),
            ("main.tf", Some(Kind::Hcl)),
            ("main.tofu", Some(Kind::Hcl)),
            ("main.tf.json", Some(Kind::Json)),
            ("GNUmakefile", Some(Kind::Makefile)),
            ("rules.mk", Some(Kind::Makefile)),
            (".bashrc", None),
        ];
        for (name, kind) in cases {
            assert_eq!(of_name(Path::new(name)), kind, "{name}");
        }
    }

    #[test]
    fn shebangs() {
        let cases = [
            ("#!/usr/bin/env python3\n", Some(Kind::Python)),
            ("#! /usr/bin/python3.8 -u\n", Some(Kind::Python)),
            ("#!/usr/bin/env -S python3 -u", Some(Kind::Python)),
            ("#!/usr/bin/env -S LANG=C pypy3\r\n", Some(Kind::Python)),
            ("#!/usr/bin/env -S uv run --script\n", Some(Kind::Python)),
            ("#!/bin/sh\n", Some(Kind::Shell)),
            ("#!/usr/bin/env bash\n", Some(Kind::Shell)),
            ("#!/usr/bin/perl\n", None),
            ("#!/usr/bin/env", None),
            ("#!", None),
            ("import cgi\n", None),
        ];
        for (head, kind) in cases {
            assert_eq!(interpreter(head.as_bytes()), kind, "{head}");
        }
    }

    #[test]
    fn foreign_is_sorted() {
        // The lookup is a binary search.
        assert_eq!(of_unknown(Path::new("README.md")), None);
        assert_eq!(of_unknown(Path::new("a.bat")), None);
        assert_eq!(of_unknown(Path::new("a.zip")), None);
        assert_eq!(of_unknown(Path::new("a.PNG")), None);
        assert_eq!(of_unknown(Path::new("script")), Some(Kind::Python));
        assert_eq!(of_unknown(Path::new("a.wsgi")), Some(Kind::Python));
    }
}
