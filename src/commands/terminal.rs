//! What the two output streams can show, and lines for standard error.

use std::env;
use std::io::{self, IsTerminal, Write};

use clap::builder::styling::{AnsiColor, Style};

use newskin::config::Color;

/// Standard output and standard error as a person or a program sees them.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Standard output gets colours.
    pub colour: bool,
    /// Standard error gets colours.
    pub error_colour: bool,
}

impl Terminal {
    /// Colours by the user's choice, else by `NO_COLOR` and `FORCE_COLOR`,
    /// else by whether a terminal is there.
    pub fn new(color: Color) -> Self {
        Self {
            colour: wants_colour(color, io::stdout().is_terminal()),
            error_colour: wants_colour(color, io::stderr().is_terminal()),
        }
    }

    /// Begins and ends what stands out on standard output.
    pub fn bold(&self) -> Style {
        if self.colour { Style::new().bold() } else { Style::new() }
    }

    /// Says on standard error what went wrong.
    pub fn error(&self, message: &str) {
        self.line("error", AnsiColor::Red.on_default().bold(), message);
    }

    /// Says on standard error what is worth knowing.
    pub fn note(&self, message: &str) {
        self.line("note", AnsiColor::Cyan.on_default().bold(), message);
    }

    /// Says on standard error what may not be meant.
    pub fn warning(&self, message: &str) {
        self.line("warning", AnsiColor::Yellow.on_default().bold(), message);
    }

    fn line(&self, word: &str, style: Style, message: &str) {
        let style = if self.error_colour { style } else { Style::new() };
        print_error(&format!("{style}{word}{style:#}: {message}\n"));
    }
}

/// Writes text to standard error; if that is gone, there is nobody left to tell.
pub fn print_error(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether standard output shows more than ASCII: everything but a terminal
/// whose locale says otherwise.
pub fn unicode() -> bool {
    if cfg!(windows) || !io::stdout().is_terminal() {
        return true;
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| env::var(name).ok());
    let locale = locale.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// The columns of the terminal on standard output; 100 if there is none or it
/// does not say.
pub fn width() -> usize {
    let given = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    given
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
        .unwrap_or(100)
        .max(40)
}

fn wants_colour(color: Color, is_terminal: bool) -> bool {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let on = |name: &str| set(name) && env::var_os(name).is_some_and(|value| value != "0");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR") => false,
        Color::Auto if on("FORCE_COLOR") || on("CLICOLOR_FORCE") => true,
        Color::Auto => is_terminal && env::var_os("TERM").is_none_or(|term| term != "dumb"),
    }
}
