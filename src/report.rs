//! Findings to text: one file per output format.
//!
//! A format is a pure function of the run and the [`Context`]; where the text
//! goes, and whether colour suits that place, is for the caller to know.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::check::installed::Verdict;
use crate::finding::{Finding, Problem, Run};

mod azure;
mod change;
mod concise;
mod fingerprint;
mod frame;
mod full;
mod github;
mod gitlab;
mod installed;
mod json;
mod junit;
mod markdown;
pub mod migration;
mod paint;
mod place;
mod plain;
mod sarif;
mod statistics;
mod summary;

pub use crate::config::OutputFormat as Format;
pub use migration::Migration;

/// What a report depends on besides the run.
#[derive(Debug, Clone)]
pub struct Context {
    /// Directory the command was started in, absolute. Paths of findings are
    /// relative to it, and people are shown paths relative to it.
    pub current: PathBuf,
    /// Directory, absolute, that machines resolve paths against: the checkout
    /// (`github`, `gitlab`, `junit`, `azure`, `sarif`).
    pub root: PathBuf,
    /// Colours for a terminal (`full`, `concise`, statistics, problems).
    pub colour: bool,
    /// Whether the terminal shows more than ASCII (`full`).
    pub unicode: bool,
    /// Columns of the terminal (`full`).
    pub width: usize,
    /// Closing lines with counts (`full`, `concise`).
    pub summary: bool,
    /// What this run has repaired already, for the closing lines (`full`,
    /// `concise`) and the first ones (`markdown`).
    pub migration: Option<Migration>,
}

impl Context {
    /// Plain text, 100 columns wide, everything relative to one directory.
    #[must_use]
    pub fn new(current: impl Into<PathBuf>) -> Self {
        let current = current.into();
        Self {
            root: current.clone(),
            current,
            colour: false,
            unicode: true,
            width: 100,
            summary: true,
            migration: None,
        }
    }
}

impl Context {
    /// Marks where text was cut.
    const fn cut(&self) -> char {
        if self.unicode { '…' } else { '~' }
    }
}

/// Writes the whole report, ending with a line feed.
///
/// The findings must be sorted by file, as [`Run`] promises. The problems of
/// the run are in it for every format but `full`, `concise`, `json` and
/// `json-lines`, which have no place for them: there [`problems`] is needed.
///
/// # Errors
/// Those of `out`, unchanged, so that a closed pipe can be told apart.
pub fn write(out: &mut dyn Write, format: Format, run: &Run, context: &Context) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    match format {
        Format::Full => full::write(&mut out, run, context),
        Format::Concise => concise::write(&mut out, run, context),
        Format::Json => json::write(&mut out, run, context),
        Format::JsonLines => json::write_lines(&mut out, run, context),
        Format::Sarif => sarif::write(&mut out, run, context),
        Format::Github => github::write(&mut out, run, context),
        Format::Gitlab => gitlab::write(&mut out, run, context),
        Format::Junit => junit::write(&mut out, run, context),
        Format::Azure => azure::write(&mut out, run, context),
        Format::Markdown => markdown::write(&mut out, run, context),
    }?;
    out.flush()
}

/// Writes what was found in installed distributions: for people summed by
/// distribution (`full`, and the counts of `concise`), else as [`write`].
///
/// # Errors
/// Those of `out`.
pub fn write_installed(
    out: &mut dyn Write,
    format: Format,
    run: &Run,
    verdicts: &[Verdict],
    context: &Context,
) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        Format::Full => installed::write(&mut out, run, verdicts, context)?,
        Format::Concise => {
            concise::write(&mut out, run, &Context { summary: false, ..context.clone() })?;
            if context.summary {
                installed::summary(&mut out, run, verdicts, context)?;
            }
        }
        Format::Markdown => installed::write_markdown(&mut out, run, verdicts, context)?,
        _ => write(&mut out, format, run, context)?,
    }
    out.flush()
}

/// Writes counts per rule and symbol instead of the findings: an array for
/// `json`, an object per line for `json-lines`, a table for `markdown` and as
/// text for every other format.
///
/// # Errors
/// Those of `out`.
pub fn write_statistics(out: &mut dyn Write, format: Format, run: &Run, context: &Context) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    statistics::write(&mut out, format, run, context)?;
    out.flush()
}

/// One line for each file that could not be read or written, for standard error.
#[must_use]
pub fn problems(problems: &[Problem], context: &Context) -> String {
    let paint = paint::Paint::new(context.colour);
    let mut text = String::new();
    for problem in problems {
        let path = place::shown(&problem.path, context);
        let message = plain::line(&problem.message);
        let (error, strong) = (paint.error, paint.strong);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{error}error{error:#}: {strong}{path}{strong:#}: {message}");
    }
    text
}

/// The findings of each file, so that what depends on the path is done once.
fn by_file(findings: &[Finding]) -> impl Iterator<Item = &[Finding]> {
    findings.chunk_by(|a, b| std::sync::Arc::ptr_eq(&a.path, &b.path) || a.path == b.path)
}
