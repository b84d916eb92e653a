//! `newskin check`: the main job. Asks the library, then says what it found.

mod fixing;
mod input;
mod installed;
mod interrupted;
mod output;
mod progress;
mod uncommitted;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use newskin::check::baseline::{Baseline, Scope};
use newskin::config::globs::absolute;
use newskin::config::{Color, Options, Settings};
use newskin::discover::{Kind, Target};
use newskin::error::Error;
use newskin::finding::{Applicability, Finding, Run};
use newskin::fix::FixedRun;
use newskin::python::types;
use newskin::read::{self, Source};
use newskin::report::{self, Context, Migration};

use super::terminal::{self, Terminal};
use super::{Exit, Stop};
use crate::cli::CheckArgs;
use fixing::Fixing;
use input::Group;
use output::Sink;

/// Checks, fixes, reports.
pub fn run(args: CheckArgs, color: Option<Color>) -> Result<Exit, Stop> {
    // A single file is checked where it was asked for, so that thread needs the room too.
    let thread = std::thread::Builder::new().stack_size(types::STACK).spawn(move || {
        types::has_room();
        check(&args, color)
    });
    let thread = thread.map_err(|error| Error::Usage(format!("a thread cannot be started: {error}")))?;
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn check(args: &CheckArgs, color: Option<Color>) -> Result<Exit, Stop> {
    let stdin = args.reads_stdin()?;
    let groups = input::groups(args, color)?;
    let Some(first) = groups.first() else { return Ok(Exit::Clean) };
    let options = first.resolved.options.clone();
    let fixes = args.fixing.diff || options.fix == Some(true);
    let job = Job {
        settings: first.resolved.settings(),
        terminal: Terminal::new(options.color.unwrap_or_default()),
        fixing: Fixing::new(&args.fixing, fixes && args.site_packages.is_empty())?,
        fixes,
        options,
        write_baseline: args.choosing.write_baseline.clone(),
    };
    let paths = if args.site_packages.is_empty() { &args.paths } else { &args.site_packages };
    set_threads(job.options.jobs, paths)?;
    // A bad baseline is said before the work, not after it.
    let baseline = job.baseline()?;
    if !args.site_packages.is_empty() {
        return job.installed(&args.site_packages, baseline);
    }
    let (fixed, text) =
        if stdin { job.standard_input(args.stdin_filename())? } else { (job.files(&groups), None) };
    let paths: Vec<PathBuf> = groups.into_iter().flat_map(|group| group.paths).collect();
    job.conclude(fixed, text, baseline, &paths)
}

fn set_threads(jobs: Option<usize>, paths: &[PathBuf]) -> Result<(), Error> {
    // One file needs no other thread, and starting them takes longer than the file.
    if matches!(paths, [path] if path.is_file() || path == Path::new(input::STDIN)) {
        return Ok(());
    }
    let jobs = jobs.unwrap_or(0);
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(types::STACK)
        .start_handler(|_| types::has_room())
        .build_global()
        .map_err(|error| Error::Usage(format!("{jobs} threads cannot be started: {error}")))
}

/// One run of `check`.
struct Job {
    options: Options,
    settings: Settings,
    terminal: Terminal,
    fixing: Fixing,
    /// Whether anything is fixed, or shown as it would be.
    fixes: bool,
    write_baseline: Option<PathBuf>,
}

/// What goes to standard output before any report: the text of standard input.
type Text = Option<Vec<u8>>;

impl Job {
    fn is(&self, option: impl Fn(&Options) -> Option<bool>) -> bool {
        option(&self.options) == Some(true)
    }

    fn quiet(&self) -> bool {
        self.is(|options| options.quiet)
    }

    fn threshold(&self) -> Applicability {
        if self.is(|options| options.unsafe_fixes) { Applicability::Unsafe } else { Applicability::Safe }
    }

    fn files(&self, groups: &[Group]) -> FixedRun {
        if self.fixes {
            return self.fix(groups);
        }
        let wanted = !self.quiet() && !self.is(|options| options.no_progress);
        progress::watch(wanted, |progress| {
            let mut all = FixedRun::default();
            for group in groups {
                let settings = group.resolved.settings();
                let run = newskin::run_watched(&group.paths, &settings, progress);
                merge(&mut all, FixedRun::unfixed(run));
            }
            all
        })
    }

    /// Checks what standard input holds, under the name it was given.
    fn standard_input(&self, name: PathBuf) -> Result<(FixedRun, Text), Stop> {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map_err(|error| Error::file(Path::new("standard input"), &error))?;
        let original = (self.fixes && !self.fixing.diff).then(|| bytes.clone());
        let kind = if name == Path::new(input::STDIN) { Some(Kind::Python) } else { Kind::of_name(&name) };
        let excluded = self.settings.force_exclude && newskin::discover::is_excluded(&name, &self.settings);
        let Some(kind) = kind.filter(|_| !excluded) else {
            return Ok((FixedRun::default(), original));
        };
        let target = Target { path: Arc::from(name), kind, explicit: true };
        if !self.fixes {
            let run = newskin::run_text(&target, bytes, &self.settings);
            return Ok((FixedRun::unfixed(run), None));
        }
        match read::decode(&target.path, kind, bytes.clone()) {
            Ok(source) => {
                let fixed = newskin::fix_source(source, &self.settings, self.threshold());
                let after = fixed.files.first().map(|file| encoded(&file.after)).transpose()?;
                Ok((fixed, original.map(|original| after.unwrap_or(original))))
            }
            Err(_) => {
                let run = newskin::run_text(&target, bytes, &self.settings);
                Ok((FixedRun::unfixed(run), original))
            }
        }
    }

    fn conclude(
        &self,
        mut fixed: FixedRun,
        text: Text,
        baseline: Option<Baseline>,
        paths: &[PathBuf],
    ) -> Result<Exit, Stop> {
        let scope = Scope { paths, problems: &fixed.run.problems.clone(), settings: &self.settings };
        let left = std::mem::take(&mut fixed.run.findings);
        let mut migration = None;
        if self.fixes && self.write_baseline.is_none() {
            fixed.run.findings = match &baseline {
                Some(baseline) => baseline.clone().hide(left.clone(), scope).0,
                None => left.clone(),
            };
            migration = Some(Migration::new(&fixed, !self.fixing.diff, &self.context(&Sink::Stderr)));
        }
        // Nothing was written, so every finding is still there.
        let findings = if self.fixing.diff { std::mem::take(&mut fixed.before) } else { left };
        fixed.run.findings = self.without_known(findings, baseline, scope)?;
        let exit = self.exit(&fixed.run);
        let shown = self.show(&fixed, text, migration.as_ref());
        self.show_problems(&fixed.run);
        if let Some(migration) = &migration {
            self.write_summary(migration, &self.context(&Sink::Stderr))?;
        }
        // A reader that has seen enough does not make findings undone.
        match shown {
            Ok(()) => Ok(exit),
            Err(Stop::ClosedPipe) => Ok(Exit::Clean),
            Err(stop) => Err(stop),
        }
    }

    fn exit(&self, run: &Run) -> Exit {
        let fails = |finding: &Finding| self.settings.fail_on.is_some_and(|least| finding.severity >= least);
        if !run.problems.is_empty() {
            Exit::Failure
        } else if run.findings.iter().any(fails) {
            Exit::Findings
        } else {
            Exit::Clean
        }
    }
}

/// Baseline.
impl Job {
    /// Reads the known findings. `--write-baseline` over an existing file begins
    /// with what it holds, so that a run over a part of the project keeps the rest.
    fn baseline(&self) -> Result<Option<Baseline>, Error> {
        let read = |path: &Path| {
            let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, &error))?;
            Baseline::parse(path, &text)
        };
        match (&self.write_baseline, &self.options.baseline) {
            (Some(path), _) if path.exists() => read(path).map(Some),
            (Some(path), _) => Ok(Some(Baseline::new(path))),
            (None, Some(path)) => read(path).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn without_known(
        &self,
        findings: Vec<Finding>,
        baseline: Option<Baseline>,
        scope: Scope<'_>,
    ) -> Result<Vec<Finding>, Stop> {
        let Some(mut baseline) = baseline else { return Ok(findings) };
        if let Some(path) = &self.write_baseline {
            baseline.record(&findings, scope);
            let text = baseline.to_json();
            Sink::File(path.clone()).write(|out| out.write_all(text.as_bytes()))?;
            self.note(&format!("{} recorded in {}", counted(baseline.len(), "finding"), path.display()));
            return Ok(Vec::new());
        }
        let (findings, fixed) = baseline.hide(findings, scope);
        if fixed > 0 {
            let verb = if fixed == 1 { "entry is" } else { "entries are" };
            let path = self.options.baseline.as_deref().unwrap_or(Path::new("")).display();
            self.note(&format!("{fixed} baseline {verb} fixed; shrink it with `--write-baseline {path}`"));
        }
        Ok(findings)
    }

    fn note(&self, message: &str) {
        if !self.quiet() {
            self.terminal.note(message);
        }
    }

    fn warn(&self, message: &str) {
        if !self.quiet() {
            self.terminal.warning(message);
        }
    }
}

/// Output.
impl Job {
    fn show(&self, fixed: &FixedRun, text: Text, migration: Option<&Migration>) -> Result<(), Stop> {
        let in_stdout = text.is_some();
        if let Some(text) = text {
            Sink::Stdout.write(|out| out.write_all(&text))?;
        }
        let sink = match &self.options.output_file {
            Some(path) => Sink::File(path.clone()),
            None if in_stdout => Sink::Stderr,
            None => Sink::Stdout,
        };
        if self.fixing.diff { self.show_diff(fixed, &sink) } else { self.report(fixed, migration, &sink) }
    }

    fn report(&self, fixed: &FixedRun, migration: Option<&Migration>, sink: &Sink) -> Result<(), Stop> {
        let format = self.options.output_format.unwrap_or_default();
        let mut context = self.context(sink);
        context.migration = migration.cloned();
        sink.write(|out| {
            if self.is(|options| options.statistics) {
                report::write_statistics(out, format, &fixed.run, &context)
            } else {
                report::write(out, format, &fixed.run, &context)
            }
        })
    }

    fn show_diff(&self, fixed: &FixedRun, sink: &Sink) -> Result<(), Stop> {
        sink.write(|out| fixed.files.iter().try_for_each(|file| out.write_all(file.diff().as_bytes())))?;
        let would: usize = fixed.counts().values().sum();
        let files = counted(fixed.files.len(), "file");
        self.note(&match would {
            0 => "no fixes to apply".to_owned(),
            _ => format!("would fix {} in {files}", counted(would, "finding")),
        });
        Ok(())
    }

    fn context(&self, sink: &Sink) -> Context {
        let current = absolute(Path::new("."));
        let mut context = Context::new(current.clone());
        context.root = checkout(&current).unwrap_or(current);
        context.colour = match sink {
            Sink::Stdout => self.terminal.colour,
            Sink::Stderr => self.terminal.error_colour,
            Sink::File(_) => self.options.color == Some(Color::Always),
        };
        if *sink == Sink::Stdout {
            context.width = terminal::width();
            context.unicode = terminal::unicode();
        }
        context.summary = !self.quiet();
        context
    }

    fn show_problems(&self, run: &Run) {
        let mut context = self.context(&Sink::Stderr);
        context.summary = false;
        terminal::print_error(&report::problems(&run.problems, &context));
    }
}

fn encoded(source: &Source) -> Result<Vec<u8>, Error> {
    read::encode(source.encoding, source.bom, &source.text).map_err(|error| Error::file(&source.path, &error))
}

/// The nearest folder above that is a checkout.
fn checkout(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

fn merge(all: &mut FixedRun, mut one: FixedRun) {
    let first = all.run.files == 0 && all.run.problems.is_empty();
    let groups = all.files.iter().map(|file| file.group + 1).max().unwrap_or(0);
    one.files.iter_mut().for_each(|file| file.group += groups);
    all.run.findings.extend(one.run.findings);
    all.run.problems.extend(one.run.problems);
    all.run.files += one.run.files;
    all.files.extend(one.files);
    all.not_made.extend(one.not_made);
    all.spoiled.extend(one.spoiled);
    all.before.extend(one.before);
    if !first {
        all.sort();
    }
}

fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
