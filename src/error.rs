//! What stops a run before it has begun: exit code 2.
//!
//! What goes wrong with one file while a run goes on is a
//! [`Problem`](crate::finding::Problem) instead.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::finding::Problem;

/// A mistake in what the user asked for, or a file of the run itself
/// (configuration, baseline, report) that cannot be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A flag, an argument, or a combination of them.
    #[error("{0}")]
    Usage(String),
    /// A place in a file that the user wrote.
    #[error("{}:{row}:{column}: {message}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        row: usize,
        /// Unicode character in the line, from 1.
        column: usize,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// A whole file.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What happened.
        message: String,
    },
}

impl Error {
    /// An error about a file as a whole, with the operating system's words.
    #[must_use]
    pub fn file(path: &Path, cause: &dyn std::fmt::Display) -> Self {
        let message = cause.to_string();
        // Its number says nothing that its words do not.
        let words = message.split_once(" (os error ").map_or(message.as_str(), |(words, _)| words);
        Self::File { path: path.to_owned(), message: words.to_owned() }
    }

    /// An error at a range of bytes of a file's text.
    #[must_use]
    pub fn at(path: &Path, text: &str, range: &Range<usize>, message: String) -> Self {
        let before = text.get(..range.start).unwrap_or(text);
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        Self::Malformed {
            path: path.to_owned(),
            row: before.matches('\n').count() + 1,
            column: before[line..].chars().count() + 1,
            message,
        }
    }
}

impl Error {
    /// The error as one of several of a run that goes on; `so` tells what
    /// follows from it.
    #[must_use]
    pub fn into_problem(self, so: &str) -> Problem {
        let (path, message) = match self {
            Self::Usage(message) => (PathBuf::new(), message),
            Self::Malformed { path, row, column, message } => {
                (path, format!("line {row}, column {column}: {message}"))
            }
            Self::File { path, message } => (path, message),
        };
        Problem { path, message: format!("{message} ({so})") }
    }
}

/// The candidate that was probably meant, if one is near enough to be no guess.
///
/// Distance is counted in typing mistakes (insert, delete, replace, swap): at
/// most one for every three letters of the shorter word, and at least one.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let near = candidates.into_iter().filter_map(|candidate| {
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        let length = lower.chars().count().min(candidate.chars().count());
        (distance <= (length / 3).max(1)).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_a_plausible_mistake() {
        let keys = ["select", "ignore", "target-version", "fix"];
        assert_eq!(nearest("selct", keys), Some("select"));
        assert_eq!(nearest("target_version", keys), Some("target-version"));
        assert_eq!(nearest("Ignore", keys), Some("ignore"));
        assert_eq!(nearest("completely-different", keys), None);
    }

    #[test]
    fn places_count_characters() {
        let error = Error::at(Path::new("a.toml"), "é = 1\nü = 2\n", &(9..10), "no".to_owned());
        assert_eq!(error.to_string(), "a.toml:2:2: no");
    }
}
