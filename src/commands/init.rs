//! `newskin init`: a configuration file to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use newskin::config::FILE_NAME;
use newskin::error::Error;

use super::{Exit, Stop, print};

/// A starting point: every line that is not a comment says what holds anyway.
const STARTER: &str = include_str!("init.toml");

const NEXT: &str = "\
Wrote `newskin.toml`. Next:
  newskin check                                       look at the project
  newskin check --write-baseline newskin-baseline.json
                                                      accept what is there, report only what is new
To check every commit, add to `.pre-commit-config.yaml`:
  - repo: https://github.com/newskin/newskin
    rev: vVERSION
    hooks:
      - id: newskin
";

/// Writes the file; an existing one is left alone.
pub fn run(folder: &Path) -> Result<Exit, Stop> {
    let path = folder.join(FILE_NAME);
    let shown = Path::new(FILE_NAME);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            Error::File { path: shown.to_owned(), message: "exists already and is left as it is".to_owned() }
        } else {
            Error::file(shown, &error)
        }
    })?;
    file.write_all(STARTER.as_bytes()).map_err(|error| Error::file(shown, &error))?;
    print(&NEXT.replace("VERSION", env!("CARGO_PKG_VERSION")))?;
    Ok(Exit::Clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use newskin::config::toml;

    fn reads(text: &str) {
        let known: Vec<_> = newskin::rules::RULES.iter().map(|entry| entry.id).collect();
        toml::read(Path::new(FILE_NAME), text, Path::new("/"), &known).expect("valid");
    }

    #[test]
    fn the_starter_is_valid_with_and_without_its_comments() {
        reads(STARTER);
        let bare: Vec<&str> = STARTER
            .lines()
            .map(|line| {
                line.strip_prefix("# ").filter(|_| line.contains(" = ") || line.contains('[')).unwrap_or(line)
            })
            .collect();
        reads(&bare.join("\n"));
    }
}
