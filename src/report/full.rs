//! Code frames for people, by file, with the way out below each.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeStyles};
use textwrap::{Options, WordSeparator, WordSplitter};

use super::change::{self, Sign};
use super::frame::Frame;
use super::paint::Paint;
use super::{Context, by_file, place, plain, summary};
use crate::finding::{Applicability, Finding, Fix, Run, Severity};

/// Where text below a frame begins.
const INDENT: usize = 8;
/// How many findings before one are looked at for the same fix.
const NEAR: usize = 100;
/// Narrower terminals wrap by themselves.
const NARROWEST: usize = 40;

/// Writes the findings, then the counts.
pub fn write(out: &mut impl Write, run: &Run, context: &Context) -> io::Result<()> {
    let renderer = Renderer::new(context);
    let mut text = String::new();
    for file in by_file(&run.findings) {
        let path = place::shown(&file[0].path, context);
        renderer.heading(&mut text, &path, file);
        for (at, finding) in file.iter().enumerate() {
            // One fix of several findings is shown once.
            let near = &file[at.saturating_sub(NEAR)..at];
            let is_told = near.iter().any(|other| other.fix.is_some() && other.fix == finding.fix);
            // Writing to a string cannot fail.
            let _ = renderer.finding(&mut text, finding, &path, is_told);
            text.push('\n');
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    if context.summary {
        summary::write(out, run, context)?;
    }
    Ok(())
}

/// What miette is given to draw.
struct Shown {
    headline: String,
    severity: miette::Severity,
    frame: Frame,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.headline)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.frame)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.frame.label())))
    }
}

struct Renderer<'a> {
    context: &'a Context,
    paint: Paint,
    /// Columns to fill.
    width: usize,
    /// One per severity, which decides the colour of the underline.
    handlers: [GraphicalReportHandler; 3],
}

impl<'a> Renderer<'a> {
    fn new(context: &'a Context) -> Self {
        let width = context.width.max(NARROWEST);
        let handlers = [Severity::Info, Severity::Warning, Severity::Error].map(|severity| {
            let mut theme = if context.unicode { GraphicalTheme::unicode() } else { GraphicalTheme::ascii() };
            theme.styles = if context.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
            theme.styles.highlights = vec![match severity {
                Severity::Info => theme.styles.advice,
                Severity::Warning => theme.styles.warning,
                Severity::Error => theme.styles.error,
            }];
            GraphicalReportHandler::new_themed(theme)
                .with_width(width)
                .with_break_words(false)
                .with_word_separator(WordSeparator::AsciiSpace)
                .with_word_splitter(WordSplitter::NoHyphenation)
                .without_syntax_highlighting()
        });
        Self { context, paint: Paint::new(context.colour), width, handlers }
    }

    /// The file and what is in it.
    fn heading(&self, text: &mut String, path: &str, file: &[Finding]) {
        let (strong, faint) = (self.paint.strong, self.paint.faint);
        let counts = summary::Counts::new(file);
        let counts = summary::severities(&counts.severities, &Paint::default());
        let bar = if self.context.unicode { "━━" } else { "==" };
        let _ = writeln!(text, "{faint}{bar}{faint:#} {strong}{path}{strong:#} {faint}({counts}){faint:#}\n");
    }

    fn finding(&self, text: &mut String, finding: &Finding, path: &str, is_told: bool) -> fmt::Result {
        let (level, strong) = (self.paint.severity(finding.severity), self.paint.strong);
        let headline = format!(
            "{level}{}{level:#} {strong}{}{strong:#}({}): {}",
            finding.severity,
            finding.rule,
            plain::line(&finding.symbol),
            plain::line(&finding.message),
        );
        let shown = Shown {
            headline,
            severity: match finding.severity {
                Severity::Info => miette::Severity::Advice,
                Severity::Warning => miette::Severity::Warning,
                Severity::Error => miette::Severity::Error,
            },
            frame: Frame::new(finding, path, self.width, self.context.cut()),
        };
        self.handlers[finding.severity as usize].render_report(text, &shown)?;
        if let Some(help) = &finding.help {
            self.advice(text, "help", &plain::line(help));
        }
        match &finding.fix {
            Some(fix) if is_told => {
                self.advice(text, "fix", &format!("{}, as above", plain::line(&fix.message)))
            }
            Some(fix) => self.fix(text, finding, fix)?,
            None => {}
        }
        if let Some(url) = &finding.url {
            self.advice(text, "link", &plain::line(url));
        }
        Ok(())
    }

    fn fix(&self, text: &mut String, finding: &Finding, fix: &Fix) -> fmt::Result {
        let message = plain::line(&fix.message);
        let how = match fix.applicability {
            Applicability::Safe => "safe: `--fix`",
            Applicability::Unsafe => "unsafe (`--fix --unsafe-fixes`)",
            Applicability::Display => "not applied",
        };
        match &fix.reason {
            None => self.advice(text, "fix", &format!("{message} ({how})")),
            Some(reason) => {
                self.advice(text, "fix", &message);
                self.paragraph(text, &" ".repeat(INDENT), &format!("{how}: {}", plain::line(reason)));
            }
        }
        let lines = change::lines(finding, fix, self.context, self.width - INDENT - 8);
        let widest = lines.iter().map(|line| textwrap::core::display_width(&line.place)).max().unwrap_or(0);
        for line in &lines {
            let (sign, style) = match line.sign {
                Sign::Old => ('-', self.paint.old),
                Sign::New => ('+', self.paint.new),
                Sign::Part => ('~', self.paint.new),
                Sign::Remark => (' ', self.paint.faint),
            };
            let (faint, pad) = (self.paint.faint, widest - textwrap::core::display_width(&line.place));
            writeln!(
                text,
                "{:INDENT$}{:pad$}{faint}{}{faint:#} {style}{sign} {}{style:#}",
                "", "", line.place, line.text,
            )?;
        }
        Ok(())
    }

    /// A word in the margin and what belongs to it, as miette has its help.
    fn advice(&self, text: &mut String, word: &str, content: &str) {
        let style = self.paint.advice;
        self.paragraph(text, &format!("{style}{word:>width$}:{style:#} ", width = INDENT - 2), content);
    }

    fn paragraph(&self, text: &mut String, first: &str, content: &str) {
        let indent = " ".repeat(INDENT);
        let options = Options::new(self.width)
            .initial_indent(first)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        text.push_str(&textwrap::fill(content, options));
        text.push('\n');
    }
}
