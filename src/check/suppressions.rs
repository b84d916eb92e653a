//! `# newskin: ignore[…]` comments: what they hide, and which of them hide nothing.
//!
//! How to write one is on the page of the rule `unused-suppression`.

mod comments;
mod report;

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange};

use crate::finding::Finding;
use crate::parse::{Document, Syntax};
use crate::rule::File;
use crate::rules::RULES;
use comments::{Comment, Directive, find, line_around};

/// Whether a text can hold a suppression, so that the document is needed for it.
#[must_use]
pub fn may_have(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"newskin:").is_some()
}

/// Takes away the findings that a comment of the document suppresses, and
/// adds an `unused-suppression` for every comment that suppressed nothing.
#[must_use]
pub fn apply(file: File<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    let known: Vec<&'static str> = RULES.iter().map(|entry| entry.id).collect();
    let comments = find(file.document, &known);
    if comments.is_empty() {
        return findings;
    }
    let mut suppressions = Suppressions::new(file.document, &comments);
    findings.retain(|finding| !suppressions.hide(finding));
    let mut unused = report::unused(file, &comments, &suppressions.used);
    unused.retain(|finding| !suppressions.hide(finding));
    findings.append(&mut unused);
    findings
}

/// The comments of a document and which of their entries were of use.
struct Suppressions<'a> {
    /// Each understood comment with what it is about; `None` is the whole file.
    scopes: Vec<(usize, &'a Directive, Option<Vec<TextRange>>)>,
    /// By comment, by entry.
    used: Vec<Vec<bool>>,
}

impl<'a> Suppressions<'a> {
    fn new(document: &Document, comments: &'a [Comment]) -> Self {
        let statements = Statements::of(document);
        let understood = comments.iter().enumerate().filter_map(|(at, comment)| {
            let directive = comment.directive.as_ref().ok()?;
            let about = (!directive.whole_file).then(|| statements.about(document, comment));
            Some((at, directive, about))
        });
        let entries = |comment: &Comment| comment.directive.as_ref().map_or(0, |found| found.entries.len());
        Self {
            scopes: understood.collect(),
            used: comments.iter().map(|comment| vec![false; entries(comment)]).collect(),
        }
    }

    /// Whether a comment hides the finding; every comment that does was of use.
    fn hide(&mut self, finding: &Finding) -> bool {
        let mut hidden = false;
        for (at, directive, about) in &self.scopes {
            let range = finding.span.range;
            if about.as_ref().is_some_and(|about| !about.iter().any(|lines| touches(*lines, range))) {
                continue;
            }
            for (entry, used) in directive.entries.iter().zip(&mut self.used[*at]) {
                let selector = entry.selector.as_ref();
                if selector.is_ok_and(|it| it.matches(finding.rule, finding.group, &finding.symbol)) {
                    *used = true;
                    hidden = true;
                }
            }
        }
        hidden
    }
}

/// Whether a finding reaches into whole lines, which include both their ends.
fn touches(lines: TextRange, finding: TextRange) -> bool {
    let begins = finding.start() <= lines.end();
    begins && (finding.end() > lines.start() || finding.start() == lines.start())
}

/// Statements of several lines, whose first and last line speak for all.
struct Statements {
    ranges: Vec<TextRange>,
    /// Comments stand on the line before the statement.
    comment_before: bool,
}

impl Statements {
    fn of(document: &Document) -> Self {
        match &document.syntax {
            Syntax::Python(module) => Self { ranges: logical_lines(module.tokens()), comment_before: false },
            Syntax::Dockerfile(dockerfile) => {
                let ranges = dockerfile.instructions.iter().map(|instruction| instruction.range);
                Self { ranges: ranges.collect(), comment_before: true }
            }
            _ => Self { ranges: Vec::new(), comment_before: false },
        }
    }

    /// The lines that an `ignore` comment is about.
    fn about(&self, document: &Document, comment: &Comment) -> Vec<TextRange> {
        let text = document.text.as_str();
        let line = lines_of(text, comment.range);
        let mut about = vec![line];
        for statement in &self.ranges {
            let lines = lines_of(text, *statement);
            let at_an_end = lines.start() == line.start() || lines.end() == line.end();
            let follows = self.comment_before && comment.own_line && lines.start() > line.end() && {
                let between = &text[TextRange::new(line.end(), lines.start())];
                between.lines().skip(1).all(|line| line.trim_start().starts_with('#'))
            };
            if at_an_end || follows {
                about.push(lines);
            }
        }
        about
    }
}

/// Whole lines around a range, without the last line's end.
fn lines_of(text: &str, range: TextRange) -> TextRange {
    let first = line_around(text, range.start().to_usize());
    let last = line_around(text, range.end().to_usize());
    let offset = |at: usize| ruff_text_size::TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    TextRange::new(offset(first.start), offset(last.end))
}

/// The statements of Python, each from its first token to its last. Of a
/// compound statement this is the head.
fn logical_lines(tokens: &[ruff_python_ast::token::Token]) -> Vec<TextRange> {
    let mut lines = Vec::new();
    let mut start = None;
    let mut end = None;
    for token in tokens {
        match token.kind() {
            TokenKind::Newline | TokenKind::EndOfFile => {
                lines.extend(start.take().zip(end.take()).map(|(start, end)| TextRange::new(start, end)));
            }
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::Indent | TokenKind::Dedent => {}
            _ => {
                start.get_or_insert(token.start());
                end = Some(token.end());
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests;
