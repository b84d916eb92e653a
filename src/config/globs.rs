//! Globs of files, with the meaning they have in `ruff` and `.gitignore`-like
//! tools: a glob without a slash matches a name at any depth, every glob matches
//! the path as seen from the folder of the configuration file (for flags: from
//! the current folder). `*` crosses slashes.

use std::path::{Component, Path, PathBuf};

use globset::{Glob, GlobMatcher};

/// A path as the file system would take it, without `.` and `..`; symbolic
/// links are left as they are.
#[must_use]
pub fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            Component::CurDir => {}
            part => clean.push(part),
        }
    }
    clean
}

/// The globs that one written glob stands for.
struct Parts {
    name: Option<Glob>,
    path: Glob,
}

fn parts(glob: &str, root: &Path) -> Result<Parts, String> {
    let bad = |error: globset::Error| format!("bad glob `{glob}`: {}", error.kind());
    let trimmed = glob.trim_end_matches('/');
    if trimmed.is_empty() {
        return Err(format!("bad glob `{glob}`: it matches nothing"));
    }
    let relative = trimmed.strip_prefix("./").unwrap_or(trimmed);
    let root = globset::escape(&root.to_string_lossy().replace('\\', "/"));
    let path = if Path::new(relative).is_absolute() {
        relative.to_owned()
    } else {
        format!("{}/{relative}", root.trim_end_matches('/'))
    };
    let name = (!trimmed.contains('/')).then(|| Glob::new(trimmed).map_err(bad)).transpose()?;
    Ok(Parts { name, path: Glob::new(&path).map_err(bad)? })
}

/// One glob of files; a leading `!` turns its meaning round.
#[derive(Debug, Clone)]
pub struct PathGlob {
    negated: bool,
    name: Option<GlobMatcher>,
    path: GlobMatcher,
}

impl PathGlob {
    /// Compiles a glob that is relative to `root`, an absolute folder.
    ///
    /// # Errors
    /// A sentence with the glob and what is wrong with it.
    pub fn new(glob: &str, root: &Path) -> Result<Self, String> {
        let (negated, glob) = match glob.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, glob),
        };
        let Parts { name, path } = parts(glob, root)?;
        Ok(Self { negated, name: name.map(|name| name.compile_matcher()), path: path.compile_matcher() })
    }

    /// Whether the glob means this file, given by its [`absolute`] path.
    #[must_use]
    pub fn matches(&self, path: &Path) -> bool {
        let by_name = || {
            let name = path.file_name();
            self.name.as_ref().zip(name).is_some_and(|(glob, name)| glob.is_match(name))
        };
        (self.path.is_match(path) || by_name()) != self.negated
    }
}

/// A glob of files or folders to leave out, rooted: one without a slash stays a
/// name, any other becomes the glob of an absolute path.
///
/// # Errors
/// A sentence with the glob and what is wrong with it.
pub fn rooted(glob: &str, root: &Path) -> Result<String, String> {
    let Parts { name, path } = parts(glob, root)?;
    Ok(name.unwrap_or(path).glob().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/srv/[project]";

    fn glob(glob: &str) -> PathGlob {
        PathGlob::new(glob, Path::new(ROOT)).expect(glob)
    }

    fn at(path: &str) -> PathBuf {
        Path::new(ROOT).join(path)
    }

    #[test]
    fn a_name_matches_at_any_depth() {
        assert!(glob("*_pb2.py").matches(&at("a/b_pb2.py")));
        assert!(glob("a.py").matches(&at("a.py")));
        assert!(!glob("build").matches(&at("build/inner.py")));
    }

    #[test]
    fn a_path_is_seen_from_the_root() {
        assert!(glob("src/a.py").matches(&at("src/a.py")));
        assert!(!glob("src/a.py").matches(&at("other/src/a.py")));
        assert!(glob("./docs/*").matches(&at("docs/conf.py")));
        assert!(glob("**/gen/*.py").matches(&at("a/gen/b.py")));
        assert!(glob("src/*.py").matches(&at("src/deep/a.py")), "`*` crosses slashes");
    }

    #[test]
    fn what_is_left_out_is_a_name_or_an_absolute_path() {
        let rooted = |glob| rooted(glob, Path::new("/p[1]"));
        assert_eq!(rooted("build/").as_deref(), Ok("build"));
        assert_eq!(rooted("*.egg-info").as_deref(), Ok("*.egg-info"));
        assert_eq!(rooted("./tests/data/").as_deref(), Ok("/p[[]1[]]/tests/data"));
        assert_eq!(rooted("/elsewhere/x").as_deref(), Ok("/elsewhere/x"));
    }

    #[test]
    fn one_glob_may_be_turned_round() {
        let outside = glob("!src/**.py");
        assert!(!outside.matches(&at("src/a.py")));
        assert!(outside.matches(&at("tests/a.py")));
    }

    #[test]
    fn bad_globs_are_named() {
        let message = rooted("a{b", Path::new("/")).expect_err("unclosed");
        assert!(message.starts_with("bad glob `a{b`"), "{message}");
        assert!(PathGlob::new("", Path::new("/")).is_err());
    }

    #[test]
    fn dots_go_away() {
        assert_eq!(absolute(Path::new("/a/./b/../c")), Path::new("/a/c"));
    }
}
