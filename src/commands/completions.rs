//! `newskin completions`: what a shell needs to complete the command line.

use clap::CommandFactory as _;

use super::{Exit, Stop, print};
use crate::cli::Cli;

/// Prints the completions of a shell.
pub fn run(shell: clap_complete::Shell) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "newskin", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
