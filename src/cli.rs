//! What can be typed. What it means is decided in `commands`.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Style, Styles};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

use newskin::config::options::{FailOn, parse_fail_on};
use newskin::config::toml::parse_date;
use newskin::config::{Color, OutputFormat, Selector};
use newskin::finding::{Confidence, Severity};
use newskin::rules::RULES;
use newskin::version::{PythonVersion, parse_version};

const STYLES: Styles = Styles::styled()
    .header(Style::new().bold())
    .usage(Style::new().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(Style::new());

/// Find and fix what breaks when Python code moves to Python 3.13: sources,
/// notebooks, Dockerfiles, AWS Lambda and Azure Functions configuration.
#[derive(Debug, Parser)]
#[command(name = "newskin", version, styles = STYLES, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// When to colour the output
    #[arg(long, global = true, value_name = "WHEN", value_parser = names(Color::ALL, Color::as_str))]
    pub color: Option<Color>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check files for what the target version of Python breaks
    Check(Box<CheckArgs>),
    /// Explain a rule or a symbol: what, since when, why, and what to do instead
    Explain {
        /// A rule (`removed-module`) or a symbol (`cgi`, `pipes.quote`)
        #[arg(value_name = "RULE|SYMBOL")]
        topic: String,
    },
    /// List all rules and their groups
    Rules {
        /// How to write the list
        #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = names(ListFormat::ALL, ListFormat::as_str))]
        output_format: ListFormat,
    },
    /// Write the migration report (not available yet)
    #[command(hide = true)]
    Report {
        /// Not read yet
        #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Speak the language server protocol (not available yet)
    #[command(hide = true)]
    Server {
        /// Not read yet
        #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Write a commented `newskin.toml` into the current folder
    Init,
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How `newskin rules` writes its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFormat {
    Text,
    Json,
    Markdown,
}

impl ListFormat {
    const ALL: &'static [Self] = &[Self::Text, Self::Json, Self::Markdown];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Files and folders; `-` reads standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Check what is installed there instead: a virtual environment, a layer's `python/`, an
    /// unpacked archive; may be repeated
    #[arg(long, value_name = "PATH", conflicts_with_all = ["paths", "fix", "diff", "stdin_filename"])]
    pub site_packages: Vec<PathBuf>,

    #[command(flatten)]
    pub fixing: FixingArgs,
    #[command(flatten)]
    pub choosing: ChoosingArgs,
    #[command(flatten)]
    pub reading: ReadingArgs,
    #[command(flatten)]
    pub writing: WritingArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Fixing")]
pub struct FixingArgs {
    /// Apply safe fixes
    #[arg(long)]
    pub fix: bool,
    /// With --fix or --diff: also fixes that a person should look at
    #[arg(long)]
    pub unsafe_fixes: bool,
    /// Show what --fix would change as a unified diff, write nothing
    #[arg(long)]
    pub diff: bool,
    /// With --fix: run this command afterwards, such as the project's tests; if it fails, find the
    /// fixes that break it and take them back
    #[arg(long, value_name = "COMMAND", conflicts_with = "diff")]
    pub verify_with: Option<String>,
    /// With --fix: say nothing of files whose changes git does not have yet
    #[arg(long)]
    pub allow_dirty: bool,
    /// With --fix or --diff: also write what was fixed and what is left into this file; its ending,
    /// .json, .md or .txt, decides how
    #[arg(long, value_name = "FILE")]
    pub summary_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is reported")]
pub struct ChoosingArgs {
    /// The Python the code shall run on [default: 3.13]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    pub target_version: Option<PythonVersion>,
    /// The oldest Python that fixes must work on [default: as the project declares]
    #[arg(long, value_name = "VERSION", value_parser = parse_version)]
    pub minimum_version: Option<PythonVersion>,
    /// The day for which dates of platforms are judged [default: today]
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub as_of: Option<Date>,
    /// Report these instead of the default set: group, rule, rule:symbol-glob, or `all`
    #[arg(long, value_name = "S", value_delimiter = ',', value_parser = selector)]
    pub select: Option<Vec<Selector>>,
    /// Do not report these; of two choices the narrower one wins
    #[arg(long, value_name = "S", value_delimiter = ',', value_parser = selector)]
    pub ignore: Option<Vec<Selector>>,
    /// Report these too
    #[arg(long, value_name = "S", value_delimiter = ',', value_parser = selector)]
    pub extend_select: Option<Vec<Selector>>,
    /// Hide what is less severe [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = names(Severity::ALL, Severity::as_str))]
    pub min_severity: Option<Severity>,
    /// Hide what is less certain [default: likely]
    #[arg(long, value_name = "CONFIDENCE", value_parser = names(Confidence::ALL, Confidence::as_str))]
    pub min_confidence: Option<Confidence>,
    /// Exit with 1 if something this severe is found, or `never` [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on())]
    pub fail_on: Option<FailOn>,
    /// Hide the findings that this file knows
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Record all findings in this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub write_baseline: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is read")]
pub struct ReadingArgs {
    /// Configuration file [default: the nearest newskin.toml or pyproject.toml with [tool.newskin]]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Ignore all configuration files
    #[arg(long)]
    pub isolated: bool,
    /// Leave out files and folders that match; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub exclude: Option<Vec<String>>,
    /// Leave excluded files out even if they are named on the command line
    #[arg(long)]
    pub force_exclude: bool,
    /// Neither read nor write a cache (there is none yet)
    #[arg(long)]
    pub no_cache: bool,
    /// With `-`: the name of what standard input holds; it decides the kind of file
    #[arg(long, value_name = "FILE")]
    pub stdin_filename: Option<PathBuf>,
    /// Number of threads [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<usize>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is written")]
pub struct WritingArgs {
    /// How to write findings [default: full]
    #[arg(long, value_name = "FORMAT", value_parser = names(OutputFormat::ALL, OutputFormat::as_str))]
    pub output_format: Option<OutputFormat>,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Count findings by rule and symbol instead of listing them
    #[arg(long)]
    pub statistics: bool,
    /// Only findings: no summary, no notes, no progress
    #[arg(long)]
    pub quiet: bool,
    /// No progress bar
    #[arg(long)]
    pub no_progress: bool,
}

/// A parser for a type whose values all have a name, listed in the help.
fn names<T>(all: &'static [T], name: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(all.iter().map(move |value| name(*value))).try_map(move |text| {
        all.iter().copied().find(|value| name(*value) == text).ok_or("not one of the values")
    })
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(["error", "warning", "info", "never"]).try_map(|name| parse_fail_on(&name))
}

fn selector(text: &str) -> Result<Selector, String> {
    let known: Vec<&'static str> = RULES.iter().map(|entry| entry.id).collect();
    Selector::parse(text, &known)
}

fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|jobs| *jobs > 0).ok_or_else(|| format!("`{text}` is not a number from 1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use newskin::config::toml::{FLAGS_ONLY, KEYS};

    #[test]
    fn the_definition_holds() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_and_configuration_keys_agree() {
        const KEYS_ONLY: &[&str] = &["per-file-ignores", "backports", "platforms"];
        let command = Cli::command();
        let check = command.find_subcommand("check").expect("defined above");
        let flags = check.get_arguments().chain(command.get_arguments()).filter_map(clap::Arg::get_long);
        let mut flags: Vec<&str> = flags.collect();
        let mut words: Vec<&str> =
            KEYS.iter().chain(FLAGS_ONLY).copied().filter(|key| !KEYS_ONLY.contains(key)).collect();
        flags.sort_unstable();
        words.sort_unstable();
        assert_eq!(flags, words);
    }
}
