//! What each command does and prints; the only room that prints.

mod check;
mod completions;
mod explain;
mod init;
mod page;
mod rules;
mod terminal;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use newskin::error::Error;

use crate::cli::{Cli, Command};
use terminal::Terminal;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Nothing remains.
    Clean,
    /// Findings remain.
    Findings,
    /// Something was not done.
    Failure,
}

/// Why a command ended early.
#[derive(Debug)]
pub enum Stop {
    /// Nobody reads the output any more, which is the reader's right.
    ClosedPipe,
    /// What the user must know.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl Stop {
    /// A failed write to a file, or to what stands for it such as `standard output`.
    fn writing(to: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Error(Error::file(to, error)),
        }
    }
}

/// Runs what was typed.
pub fn run(cli: Cli) -> ExitCode {
    let color = cli.color;
    let ended = match cli.command {
        Command::Check(args) => check::run(*args, color),
        Command::Explain { topic } => explain::run(&topic, &Terminal::new(color.unwrap_or_default())),
        Command::Rules { output_format } => {
            rules::run(output_format, &Terminal::new(color.unwrap_or_default()))
        }
        Command::Report { .. } => Err(not_yet("report")),
        Command::Server { .. } => Err(not_yet("server")),
        Command::Init => init::run(Path::new(".")),
        Command::Completions { shell } => completions::run(shell),
    };
    let exit = ended.unwrap_or_else(|stop| match stop {
        Stop::ClosedPipe => Exit::Clean,
        Stop::Error(error) => {
            Terminal::new(color.unwrap_or_default()).error(&error.to_string());
            Exit::Failure
        }
    });
    ExitCode::from(match exit {
        Exit::Clean => 0,
        Exit::Findings => 1,
        Exit::Failure => 2,
    })
}

fn not_yet(command: &str) -> Stop {
    Stop::Error(Error::Usage(format!("`newskin {command}` is not available yet")))
}

/// Writes text to standard output, all of it or with an error.
fn print(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Stop::writing(Path::new("standard output"), &error))
}
