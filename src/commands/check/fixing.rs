//! `newskin check --fix` and `--diff`: plans the fixes, writes them, proves them.

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use newskin::Fixer;
use newskin::config::Settings;
use newskin::error::Error;
use newskin::fix::{self, FixedRun, Proof, Verdict};
use newskin::report::{Context, Migration};

use super::super::Stop;
use super::input::Group;
use super::{Job, Sink, counted, interrupted, merge, progress, uncommitted};
use crate::cli::FixingArgs;

/// Lines of a failing command that are shown.
const TAIL: usize = 20;

/// Files whose uncommitted changes are named.
const NAMED: usize = 5;

/// What was asked for besides fixes.
#[derive(Debug, Clone)]
pub struct Fixing {
    /// Only show what would be changed.
    pub diff: bool,
    verify_with: Option<String>,
    allow_dirty: bool,
    summary: Option<(PathBuf, Summary)>,
}

/// How the summary is written.
#[derive(Debug, Clone, Copy)]
enum Summary {
    Json,
    Markdown,
    Text,
}

impl Fixing {
    /// Reads the flags; `fixes` says whether anything is to be fixed.
    ///
    /// # Errors
    /// Flags that mean nothing without fixes, and endings that name no format.
    pub fn new(args: &FixingArgs, fixes: bool) -> Result<Self, Error> {
        let needs = |given: bool, flag: &str| {
            if given && !fixes { Err(Error::Usage(format!("`{flag}` needs `--fix`"))) } else { Ok(()) }
        };
        needs(args.verify_with.is_some(), "--verify-with")?;
        needs(args.summary_file.is_some(), "--summary-file")?;
        let summary = args.summary_file.as_ref().map(|path| {
            let ending = path.extension().and_then(OsStr::to_str).unwrap_or_default();
            match ending.to_ascii_lowercase().as_str() {
                "json" => Ok((path.clone(), Summary::Json)),
                "md" | "markdown" => Ok((path.clone(), Summary::Markdown)),
                "txt" => Ok((path.clone(), Summary::Text)),
                _ => Err(Error::Usage(format!(
                    "`--summary-file {}`: the ending must be .json, .md or .txt",
                    path.display()
                ))),
            }
        });
        Ok(Self {
            diff: args.diff,
            verify_with: args.verify_with.clone(),
            allow_dirty: args.allow_dirty,
            summary: summary.transpose()?,
        })
    }
}

impl Job {
    /// Fixes the files of all groups: in memory alone with `--diff`, else on the
    /// disk, proved if that was asked for.
    pub(super) fn fix(&self, groups: &[Group]) -> FixedRun {
        let quiet = Cell::new(self.quiet() || self.is(|options| options.no_progress));
        let settings: Vec<Settings> = groups.iter().map(|group| group.resolved.settings()).collect();
        let fixers = groups.iter().zip(&settings).map(|(group, settings)| Fixer::new(&group.paths, settings));
        let fixers: Vec<Fixer<'_>> = fixers.collect();
        let plan = |left_out: &HashSet<u64>| self.plan(&fixers, left_out, !quiet.get());
        let mut fixed = plan(&HashSet::new());
        for one in fixed.not_made.iter().filter(|one| one.key.is_some()) {
            let (path, row, rule, symbol) = (one.path.display(), one.row, one.rule, &one.symbol);
            self.warn(&format!("{path}:{row}: the fix of {rule} ({symbol}) was not made: {}", one.reason));
        }
        if self.fixing.diff {
            return fixed;
        }
        if !self.fixing.allow_dirty {
            self.warn_of_uncommitted(&fixed);
        }
        let Some(command) = &self.fixing.verify_with else {
            fixed.write();
            return fixed;
        };
        if fixed.changed().next().is_none() {
            self.note(&format!("nothing was fixed, so `{command}` was not run"));
            return fixed;
        }
        // From here on a bar would run once for each trial.
        quiet.set(true);
        let reason = format!("`{command}` fails with it");
        if let Err(error) = interrupted::watch() {
            fixed.fail(Path::new(command), format!("was not run: nobody could stop it ({error})"));
            return fixed;
        }
        let proof = fix::prove(fixed, &plan, &mut self.command(command), &reason);
        self.concluded(command, proof)
    }

    fn plan(&self, fixers: &[Fixer<'_>], left_out: &HashSet<u64>, shows: bool) -> FixedRun {
        let options = fix::Options { left_out: left_out.clone(), ..fix::Options::all(self.threshold()) };
        progress::watch(shows, |progress| {
            let mut all = FixedRun::default();
            fixers.iter().for_each(|fixer| merge(&mut all, fixer.fix(&options, progress)));
            all
        })
    }

    /// Something that runs the command and says whether it succeeds; nothing when
    /// it was interrupted. What it writes is shown the first time that it fails.
    fn command<'a>(&'a self, command: &'a str) -> impl FnMut() -> Option<bool> + 'a {
        let mut told = false;
        move || {
            if interrupted::is() {
                return None;
            }
            let began = Instant::now();
            let output = shell(command).stdin(Stdio::null()).env("PYTHONDONTWRITEBYTECODE", "1").output();
            let seconds = began.elapsed().as_secs_f64();
            if interrupted::is() {
                return None;
            }
            Some(match output {
                Ok(output) if output.status.success() => {
                    self.note(&format!("`{command}` succeeded in {seconds:.1} s"));
                    true
                }
                Ok(output) => {
                    self.note(&format!("`{command}` failed in {seconds:.1} s ({})", output.status));
                    if !std::mem::replace(&mut told, true) {
                        self.tail(&output);
                    }
                    false
                }
                Err(error) => {
                    self.note(&format!("`{command}` could not be started: {error}"));
                    false
                }
            })
        }
    }

    fn tail(&self, output: &Output) {
        if self.quiet() {
            return;
        }
        for stream in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(stream);
            let lines: Vec<&str> = text.lines().collect();
            let tail = lines.iter().skip(lines.len().saturating_sub(TAIL));
            let shown: String = tail.map(|line| format!("  | {line}\n")).collect();
            super::terminal::print_error(&shown);
        }
    }

    fn concluded(&self, command: &str, proof: Proof) -> FixedRun {
        let Proof { mut fixed, trials, verdict } = proof;
        let times = counted(trials, "run");
        match verdict {
            Verdict::Works => {}
            Verdict::TakenBack(count) => self.note(&format!(
                "took {} back, so that `{command}` succeeds again ({times})",
                if count == 1 { "1 fix".to_owned() } else { format!("{count} fixes") }
            )),
            Verdict::Unexplained => fixed.fail(
                Path::new(command),
                format!(
                    "fails with the fixes and without them ({times}); none was found that makes the difference, \
                     so all were kept"
                ),
            ),
            Verdict::Stuck => fixed.fail(
                Path::new(command),
                "the search for the fix that breaks it could not go on".to_owned(),
            ),
            Verdict::Stopped => {
                fixed.fail(Path::new(command), "was interrupted, so nothing was fixed".to_owned());
            }
        }
        fixed
    }

    /// Says which files are rewritten that version control could not give back.
    fn warn_of_uncommitted(&self, fixed: &FixedRun) {
        let files: Vec<&Path> = fixed.changed().map(|file| &*file.path).collect();
        let dirty = uncommitted::among(&files);
        if dirty.is_empty() {
            return;
        }
        let named: Vec<String> =
            dirty.iter().take(NAMED).map(|path| format!("`{}`", path.display())).collect();
        let rest = dirty.len().saturating_sub(NAMED);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        let (have, them) = if dirty.len() == 1 { ("has", "it is") } else { ("have", "they are") };
        self.warn(&format!(
            "{}{rest} {have} changes that git does not have yet, and {them} rewritten now \
             (`--allow-dirty` says nothing of this)",
            named.join(", ")
        ));
    }

    /// Writes the summary file.
    pub(super) fn write_summary(&self, migration: &Migration, context: &Context) -> Result<(), Stop> {
        let Some((path, summary)) = &self.fixing.summary else { return Ok(()) };
        Sink::File(path.clone()).write(|out| match summary {
            Summary::Json => migration.write_json(out),
            Summary::Markdown => migration.write_markdown(out, true),
            Summary::Text => migration.write_text(out, true, &Context { colour: false, ..context.clone() }),
        })
    }
}

/// A command line for the shell of the system.
fn shell(command: &str) -> Command {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut whole = Command::new(shell);
    whole.arg(flag).arg(command);
    whole
}
