//! The colours of text for people; none of them when colour is off.

use anstyle::{AnsiColor, Style};

use crate::finding::Severity;

/// Styles by meaning. `{style}` begins one, `{style:#}` ends it; without
/// colour both write nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Paint {
    /// Severity `error`.
    pub error: Style,
    /// Severity `warning`.
    pub warning: Style,
    /// Severity `info`.
    pub info: Style,
    /// What the eye shall find first.
    pub strong: Style,
    /// What may be skipped.
    pub faint: Style,
    /// The word before a piece of advice.
    pub advice: Style,
    /// Text that a fix removes.
    pub old: Style,
    /// Text that a fix adds.
    pub new: Style,
}

impl Paint {
    /// The styles of a terminal, or none.
    #[must_use]
    pub fn new(colour: bool) -> Self {
        if !colour {
            return Self::default();
        }
        let colour = |colour: AnsiColor| colour.on_default();
        Self {
            error: colour(AnsiColor::Red).bold(),
            warning: colour(AnsiColor::Yellow).bold(),
            info: colour(AnsiColor::Blue).bold(),
            strong: Style::new().bold(),
            faint: Style::new().dimmed(),
            advice: colour(AnsiColor::Cyan),
            old: colour(AnsiColor::Red),
            new: colour(AnsiColor::Green),
        }
    }

    /// The style of a severity.
    #[must_use]
    pub const fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }
}
