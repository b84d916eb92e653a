//! What was typed, as the library understands it.

use std::path::{Path, PathBuf};

use newskin::config::globs::{absolute, rooted};
use newskin::config::{Color, Configuration, Options, Origin, Resolved};
use newskin::error::Error;
use newskin::rules::RULES;

use crate::cli::CheckArgs;

/// Stands for standard input among the paths.
pub const STDIN: &str = "-";

/// Paths that one configuration holds for.
#[derive(Debug)]
pub struct Group {
    /// The configuration, with the command line laid over it.
    pub resolved: Resolved,
    /// What was named on the command line.
    pub paths: Vec<PathBuf>,
}

/// The paths by configuration; the group of the first path comes first, and its
/// configuration decides what there can be only one of (the report, the exit code).
///
/// # Errors
/// A mistake in a flag or in a configuration file.
pub fn groups(args: &CheckArgs, color: Option<Color>) -> Result<Vec<Group>, Error> {
    let known = RULES.iter().map(|entry| entry.id).collect();
    let mut configuration = Configuration::new(origin(args), options(args, color)?, known);
    let mut groups: Vec<Group> = Vec::new();
    for path in &args.paths {
        let named = if path == Path::new(STDIN) { args.stdin_filename() } else { path.clone() };
        let folder = if named.is_dir() { named.clone() } else { folder_of(&named) };
        let resolved = configuration.of_folder(&folder)?;
        match groups.iter_mut().find(|group| group.resolved.file == resolved.file) {
            Some(group) => group.paths.push(named),
            None => groups.push(Group { resolved, paths: vec![named] }),
        }
    }
    Ok(groups)
}

impl CheckArgs {
    /// Whether standard input is to be read.
    ///
    /// # Errors
    /// Combinations that mean nothing.
    pub fn reads_stdin(&self) -> Result<bool, Error> {
        let usage = |message: &str| Err(Error::Usage(message.to_owned()));
        let given = self.paths.iter().any(|path| path == Path::new(STDIN));
        match (given, self.paths.len()) {
            (true, 1) => Ok(true),
            (true, _) => usage("`-` reads standard input and stands alone, without other paths"),
            (false, _) if self.reading.stdin_filename.is_some() => {
                usage("`--stdin-filename` names what standard input holds and needs `-` as the path")
            }
            (false, _) => Ok(false),
        }
    }

    /// The name of what standard input holds.
    pub fn stdin_filename(&self) -> PathBuf {
        self.reading.stdin_filename.clone().unwrap_or_else(|| PathBuf::from(STDIN))
    }
}

fn folder_of(path: &Path) -> PathBuf {
    absolute(path).parent().map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

fn origin(args: &CheckArgs) -> Origin {
    match &args.reading.config {
        Some(path) => Origin::File(path.clone()),
        None if args.reading.isolated => Origin::Isolated,
        None => Origin::Nearest,
    }
}

fn options(args: &CheckArgs, color: Option<Color>) -> Result<Options, Error> {
    let CheckArgs { fixing, choosing, reading, writing, .. } = args;
    let flag = |given: bool| given.then_some(true);
    let here = absolute(Path::new("."));
    let exclude = reading.exclude.as_ref().map(|globs| {
        let rooted = globs.iter().map(|glob| rooted(glob, &here));
        rooted.collect::<Result<Vec<_>, _>>().map_err(|message| Error::Usage(format!("--exclude: {message}")))
    });
    Ok(Options {
        target_version: choosing.target_version,
        minimum_version: choosing.minimum_version,
        as_of: choosing.as_of,
        select: choosing.select.clone(),
        extend_select: choosing.extend_select.clone(),
        ignore: choosing.ignore.clone(),
        min_severity: choosing.min_severity,
        min_confidence: choosing.min_confidence,
        fail_on: choosing.fail_on,
        output_format: writing.output_format,
        output_file: writing.output_file.clone(),
        exclude: exclude.transpose()?,
        force_exclude: flag(reading.force_exclude),
        baseline: choosing.baseline.clone(),
        fix: flag(fixing.fix),
        unsafe_fixes: flag(fixing.unsafe_fixes),
        no_cache: flag(reading.no_cache),
        statistics: flag(writing.statistics),
        jobs: reading.jobs,
        no_progress: flag(writing.no_progress),
        color,
        quiet: flag(writing.quiet),
        per_file_ignores: None,
        backports: None,
        unused_platforms: None,
    })
}
