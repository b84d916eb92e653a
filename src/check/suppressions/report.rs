//! Findings about suppressions themselves.

use ruff_text_size::{TextRange, TextSize};

use super::comments::{Comment, Directive, Entry, line_around};
use crate::config::Selector;
use crate::finding::{Finding, Severity};
use crate::parse::Syntax;
use crate::rule::{File, Sink};
use crate::rules::RULES;

/// The rule that everything here is reported under.
const ID: &str = "unused-suppression";

const HELP: &str = "`newskin explain unused-suppression` shows how to write one.";

/// What is to be said of the comments. `used` tells for each comment and entry
/// whether it hid a finding.
pub fn unused(file: File<'_>, comments: &[Comment], used: &[Vec<bool>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(rule) = RULES.iter().find(|entry| entry.id == ID) else { return findings };
    let mut sink = Sink::new(file, rule, &mut findings);
    for (comment, used) in comments.iter().zip(used) {
        match &comment.directive {
            Err(mistake) => {
                let said = file.document.slice(mistake.range);
                sink.finding(said, mistake.range, &mistake.message)
                    .severity(Severity::Warning)
                    .help(HELP)
                    .emit();
            }
            Ok(directive) => about_entries(file, comment, directive, used, &mut sink),
        }
    }
    findings
}

fn about_entries(
    file: File<'_>,
    comment: &Comment,
    directive: &Directive,
    used: &[bool],
    sink: &mut Sink<'_>,
) {
    for entry in &directive.entries {
        if let Err(message) = &entry.selector {
            sink.finding(file.document.slice(entry.range), entry.range, message)
                .severity(Severity::Warning)
                .help(HELP)
                .emit();
        }
    }
    let unused: Vec<usize> = (0..directive.entries.len())
        .filter(|at| !used[*at] && is_judged(file, &directive.entries[*at]))
        .collect();
    if unused.is_empty() {
        return;
    }
    let all = unused.len() == directive.entries.len();
    if all && !has_place_to_be(file, comment, directive) {
        let message = "this `ignore` stands on a line of its own, where there is nothing to suppress";
        let help = "Put it at the end of the line that it is about, or write `ignore-file`.";
        sink.finding(file.document.slice(directive.range), comment.range, message)
            .severity(Severity::Warning)
            .help(help)
            .emit();
        return;
    }
    if all {
        let said = file.document.slice(directive.range);
        let draft =
            sink.finding(listed(file, directive), comment.range, format!("`{said}` suppresses nothing"));
        let draft = draft.severity(Severity::Info).help("Remove the comment.");
        match without_comment(file, comment) {
            Some(range) => draft.safe_fix("Remove the comment", vec![file.edit(range, "")]).emit(),
            None => draft.emit(),
        }
        return;
    }
    for at in unused {
        let entry = &directive.entries[at];
        let said = file.document.slice(entry.range);
        sink.finding(said, entry.range, format!("`{said}` suppresses nothing here"))
            .severity(Severity::Info)
            .help("Remove it from the brackets.")
            .safe_fix(format!("Remove `{said}`"), vec![file.edit(without_entry(directive, at), "")])
            .emit();
    }
}

fn listed(file: File<'_>, directive: &Directive) -> String {
    let names: Vec<&str> = directive.entries.iter().map(|entry| file.document.slice(entry.range)).collect();
    names.join(", ")
}

/// Whether the finding that the entry waits for would have been found: its rule
/// ran, and the text could be understood.
fn is_judged(file: File<'_>, entry: &Entry) -> bool {
    let Ok(selector) = &entry.selector else { return false };
    // What hides findings of this kind is not known before they are reported.
    if matches!(selector, Selector::Rule(id, _) if *id == ID) {
        return false;
    }
    let broken = matches!(&file.document.syntax, Syntax::Python(module) if module.is_broken());
    let runs = |rule: &str, group| file.settings.selection.may_report(rule, group);
    let mut meant = RULES.iter().map(|entry| (entry.id, entry.rule.meta().group));
    !broken && meant.all(|(id, group)| !selector.concerns(id, group) || runs(id, group))
}

/// Whether anything but an empty line could be meant.
fn has_place_to_be(file: File<'_>, comment: &Comment, directive: &Directive) -> bool {
    directive.whole_file || !comment.own_line || matches!(file.document.syntax, Syntax::Dockerfile(_))
}

/// What goes when a comment goes; `None` where a person must look.
fn without_comment(file: File<'_>, comment: &Comment) -> Option<TextRange> {
    let text = file.document.text.as_str();
    let (start, end) = (comment.range.start().to_usize(), comment.range.end().to_usize());
    let line = line_around(text, start);
    let offset = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    let rest = text[end..line.end].trim();
    if !comment.own_line || !rest.is_empty() {
        // Another comment that follows keeps its distance from the code.
        let from =
            if rest.is_empty() { line.start + text[line.start..start].trim_end().len() } else { start };
        let to = if rest.is_empty() { line.end } else { line.end - text[end..line.end].trim_start().len() };
        return Some(TextRange::new(offset(from), offset(to)));
    }
    // Python looks for an encoding in the first two lines, Docker for directives
    // above all else: a comment that is neither must not become one.
    let is_comment = |line: &str| line.trim().is_empty() || line.starts_with('#');
    let mut below = text[line.end..].lines().skip(1).take(2);
    let at_top = text[..line.start].lines().all(is_comment);
    if at_top && below.any(|line| line.starts_with('#') && line.contains(['=', ':'])) {
        return None;
    }
    let behind = &text[line.end..];
    let end = if behind.starts_with("\r\n") { 2 } else { usize::from(!behind.is_empty()) };
    Some(TextRange::new(offset(line.start), offset(line.end + end)))
}

/// One entry with its comma.
fn without_entry(directive: &Directive, at: usize) -> TextRange {
    let entries = &directive.entries;
    match (at.checked_sub(1).and_then(|before| entries.get(before)), entries.get(at + 1)) {
        (Some(before), _) => TextRange::new(before.range.end(), entries[at].range.end()),
        (None, Some(next)) => TextRange::new(entries[at].range.start(), next.range.start()),
        (None, None) => entries[at].range,
    }
}
