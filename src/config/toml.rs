//! A configuration file to options. Every mistake is named with its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml_edit::{Array, Document, Item, TableLike, Value};

use super::globs::{self, PathGlob};
use super::options::{Options, parse_fail_on};
use super::selection::Selector;
use crate::error::{Error, nearest};
use crate::finding::Group;
use crate::version::parse_version;

/// Every key that a configuration file may have.
pub const KEYS: &[&str] = &[
    "target-version",
    "minimum-version",
    "as-of",
    "select",
    "extend-select",
    "ignore",
    "per-file-ignores",
    "min-severity",
    "min-confidence",
    "fail-on",
    "output-format",
    "output-file",
    "exclude",
    "force-exclude",
    "baseline",
    "fix",
    "unsafe-fixes",
    "backports",
    "platforms",
    "no-cache",
    "statistics",
    "jobs",
    "no-progress",
    "color",
    "quiet",
];

/// Flags that only make sense for one run.
pub const FLAGS_ONLY: &[&str] = &[
    "config",
    "isolated",
    "diff",
    "site-packages",
    "write-baseline",
    "stdin-filename",
    "verify-with",
    "allow-dirty",
    "summary-file",
];

/// The keys of `[platforms]`, and the group of rules that each stands for.
const PLATFORMS: &[(&str, Group)] =
    &[("aws", Group::Aws), ("azure", Group::Azure), ("docker", Group::Docker)];

/// Something wrong at a range of bytes.
struct Fault {
    range: Option<Range<usize>>,
    message: String,
}

type Read<T> = Result<T, Fault>;

/// What surrounds a value: needed to read selectors and globs.
struct Context<'a> {
    /// Ids of all rules.
    known: &'a [&'static str],
    /// The folder of the file, absolute.
    root: &'a Path,
}

/// Reads the text of a `newskin.toml`.
///
/// `path` is for messages, `root` its absolute folder, `known` the ids of all rules.
///
/// # Errors
/// The first mistake, with file, line, column and what would be right.
pub fn read(path: &Path, text: &str, root: &Path, known: &[&'static str]) -> Result<Options, Error> {
    let document = parse(path, text)?;
    options(document.as_table(), &Context { known, root }).map_err(|fault| fault.in_file(path, text))
}

/// Reads `[tool.newskin]` of a `pyproject.toml`; `None` if it has no such table.
///
/// # Errors
/// As [`read`]. A file that is no TOML and does not mention the table is `None` too:
/// it is for others to complain.
pub fn read_pyproject(
    path: &Path,
    text: &str,
    root: &Path,
    known: &[&'static str],
) -> Result<Option<Options>, Error> {
    if !text.contains("newskin") {
        return Ok(None);
    }
    let document = match parse(path, text) {
        Ok(document) => document,
        Err(_) if !text.contains("tool.newskin") => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(item) = document.as_table().get("tool").and_then(|tool| tool.get("newskin")) else {
        return Ok(None);
    };
    let read = match item.as_table_like() {
        Some(table) => options(table, &Context { known, root }),
        None => Err(mismatch(item, "a table")),
    };
    read.map(Some).map_err(|fault| fault.in_file(path, text))
}

fn parse<'a>(path: &Path, text: &'a str) -> Result<Document<&'a str>, Error> {
    Document::parse(text).map_err(|error| {
        let message = error.message().trim_end().replace('\n', ", ");
        Error::at(path, text, &error.span().unwrap_or_default(), message)
    })
}

impl Fault {
    fn in_file(self, path: &Path, text: &str) -> Error {
        Error::at(path, text, &self.range.unwrap_or_default(), self.message)
    }
}

fn options(table: &dyn TableLike, context: &Context<'_>) -> Read<Options> {
    let mut options = Options::default();
    for (key, item) in table.iter() {
        set(&mut options, key, item, context, table)?;
    }
    Ok(options)
}

fn set(
    options: &mut Options,
    key: &str,
    item: &Item,
    context: &Context<'_>,
    table: &dyn TableLike,
) -> Read<()> {
    match key {
        "target-version" => options.target_version = Some(version(item)?),
        "minimum-version" => options.minimum_version = Some(version(item)?),
        "as-of" => options.as_of = Some(date(item)?),
        "select" => options.select = Some(selectors(item, context)?),
        "extend-select" => options.extend_select = Some(selectors(item, context)?),
        "ignore" => options.ignore = Some(selectors(item, context)?),
        "per-file-ignores" => options.per_file_ignores = Some(per_file_ignores(item, context)?),
        "min-severity" => options.min_severity = Some(word(item)?),
        "min-confidence" => options.min_confidence = Some(word(item)?),
        "fail-on" => options.fail_on = Some(parsed(item, parse_fail_on)?),
        "output-format" => options.output_format = Some(word(item)?),
        "output-file" => options.output_file = Some(file(item, context)?),
        "exclude" => options.exclude = Some(exclude(item, context)?),
        "force-exclude" => options.force_exclude = Some(boolean(item)?),
        "baseline" => options.baseline = Some(file(item, context)?),
        "fix" => options.fix = Some(boolean(item)?),
        "unsafe-fixes" => options.unsafe_fixes = Some(boolean(item)?),
        "backports" => options.backports = Some(boolean(item)?),
        "platforms" => options.unused_platforms = Some(unused_platforms(item)?),
        "no-cache" => options.no_cache = Some(boolean(item)?),
        "statistics" => options.statistics = Some(boolean(item)?),
        "jobs" => options.jobs = Some(jobs(item)?),
        "no-progress" => options.no_progress = Some(boolean(item)?),
        "color" => options.color = Some(word(item)?),
        "quiet" => options.quiet = Some(boolean(item)?),
        _ => return Err(Fault { range: key_range(table, key), message: unknown(key, KEYS) }),
    }
    Ok(())
}

fn unknown(key: &str, keys: &[&str]) -> String {
    if FLAGS_ONLY.contains(&key) {
        return format!("`{key}` can only be given on the command line");
    }
    match nearest(key, keys.iter().copied()) {
        Some(candidate) => format!("unknown key `{key}`; did you mean `{candidate}`?"),
        None => format!("unknown key `{key}`; the keys are {}", keys.join(", ")),
    }
}

fn key_range(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span)
}

fn mismatch(item: &Item, wanted: &str) -> Fault {
    let found = match item.type_name() {
        "none" => "nothing".to_owned(),
        name if name.starts_with(['a', 'i']) => format!("an {name}"),
        name => format!("a {name}"),
    };
    Fault { range: item.span(), message: format!("expected {wanted}, found {found}") }
}

fn string(item: &Item) -> Read<&str> {
    item.as_str().ok_or_else(|| mismatch(item, "a string"))
}

fn boolean(item: &Item) -> Read<bool> {
    item.as_bool().ok_or_else(|| mismatch(item, "true or false"))
}

fn parsed<T>(item: &Item, parse: impl Fn(&str) -> Result<T, String>) -> Read<T> {
    parse(string(item)?).map_err(|message| Fault { range: item.span(), message })
}

fn word<T: std::str::FromStr<Err = String>>(item: &Item) -> Read<T> {
    parsed(item, str::parse)
}

/// A number is refused: TOML reads `3.10` as `3.1`.
fn version(item: &Item) -> Read<crate::version::PythonVersion> {
    match item.as_value() {
        Some(Value::Float(_) | Value::Integer(_)) => {
            Err(mismatch(item, "a version in quotes, such as \"3.13\""))
        }
        _ => parsed(item, parse_version),
    }
}

/// Both `"2026-11-21"` and TOML's own date.
fn date(item: &Item) -> Read<jiff::civil::Date> {
    let text = match item.as_value() {
        Some(Value::Datetime(date)) => date.value().to_string(),
        _ => string(item)?.to_owned(),
    };
    parse_date(&text).map_err(|message| Fault { range: item.span(), message })
}

/// Reads `2026-11-21`.
///
/// # Errors
/// A sentence naming the text.
pub fn parse_date(text: &str) -> Result<jiff::civil::Date, String> {
    jiff::civil::Date::strptime("%Y-%m-%d", text)
        .map_err(|_| format!("`{text}` is not a date such as 2026-11-21"))
}

/// Threads: a number from 1.
fn jobs(item: &Item) -> Read<usize> {
    let number = item.as_integer().ok_or_else(|| mismatch(item, "a number"))?;
    usize::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| Fault { range: item.span(), message: format!("`{number}` is not a number from 1") })
}

/// Paths in a file are seen from its folder.
fn file(item: &Item, context: &Context<'_>) -> Read<PathBuf> {
    string(item).map(|text| context.root.join(text))
}

fn array(item: &Item) -> Read<&Array> {
    item.as_array().ok_or_else(|| mismatch(item, "an array of strings"))
}

fn strings(array: &Array) -> impl Iterator<Item = Read<(&str, Option<Range<usize>>)>> {
    array.iter().map(|value| match value.as_str() {
        Some(text) => Ok((text, value.span())),
        None => {
            let message = format!("expected a string, found {}", value.type_name());
            Err(Fault { range: value.span(), message })
        }
    })
}

fn selectors(item: &Item, context: &Context<'_>) -> Read<Vec<Selector>> {
    strings(array(item)?)
        .map(|entry| {
            let (text, range) = entry?;
            Selector::parse(text, context.known).map_err(|message| Fault { range, message })
        })
        .collect()
}

fn exclude(item: &Item, context: &Context<'_>) -> Read<Vec<String>> {
    strings(array(item)?)
        .map(|entry| {
            let (glob, range) = entry?;
            globs::rooted(glob, context.root).map_err(|message| Fault { range, message })
        })
        .collect()
}

fn per_file_ignores(item: &Item, context: &Context<'_>) -> Read<Vec<(PathGlob, Vec<Selector>)>> {
    let table = item.as_table_like().ok_or_else(|| mismatch(item, "a table of globs"))?;
    table
        .iter()
        .map(|(glob, item)| {
            let glob = PathGlob::new(glob, context.root)
                .map_err(|message| Fault { range: key_range(table, glob), message })?;
            Ok((glob, selectors(item, context)?))
        })
        .collect()
}

fn unused_platforms(item: &Item) -> Read<Vec<Group>> {
    let table = item.as_table_like().ok_or_else(|| mismatch(item, "a table"))?;
    let mut unused = Vec::new();
    for (key, item) in table.iter() {
        let Some((_, group)) = PLATFORMS.iter().find(|(name, _)| *name == key) else {
            let keys: Vec<&str> = PLATFORMS.iter().map(|(name, _)| *name).collect();
            return Err(Fault { range: key_range(table, key), message: unknown(key, &keys) });
        };
        if !boolean(item)? {
            unused.push(*group);
        }
    }
    Ok(unused)
}

#[cfg(test)]
mod tests;
