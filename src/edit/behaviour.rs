//! Mending a use of what changed, as the catalogue says.

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall, Operator};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::Plan;
use crate::catalogue::changes::Remedy;
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::changes::{Found, may_be_verbose, misplaced_flags, plain};
use crate::version::PythonVersion;

/// How a use does the same on every Python from `minimum` on; `None` if only a person knows.
#[must_use]
pub fn mend<'a>(code: &Code<'a>, minimum: PythonVersion, found: &Found<'a>) -> Option<Plan> {
    let remedy = found.changed.change.fix.as_ref().filter(|remedy| remedy.since <= minimum)?;
    let (message, changes) = rewritten(code, found, remedy)?;
    let uncertain = found.verdict.confidence < Confidence::Certain || found.verdict.partial;
    let doubt = uncertain
        .then(|| format!("this may be something else than what `{}` is about", found.changed.symbol()));
    let reason = remedy.unsafe_because.map(str::to_owned).or(doubt);
    Some(Plan { message, reason, changes })
}

fn rewritten(code: &Code<'_>, found: &Found<'_>, remedy: &Remedy) -> Option<(String, Vec<Change>)> {
    if remedy.assertion {
        return asserted(code, found);
    }
    if let Some(added) = remedy.add {
        return Some((format!("Add `{added}`"), vec![add(code, found.call?, added)?]));
    }
    let argument = found.argument?;
    if let Some(template) = remedy.write {
        let written = write(code, argument, template)?;
        return Some((format!("Write `{}`", template.replace("{}", "…")), vec![written]));
    }
    // Flags of a format are letters of it like others.
    let literal = match argument {
        Expr::BinOp(format) if remedy.flags_first && format.op == Operator::Mod => &*format.left,
        _ => argument,
    };
    let (range, text) = plain(code, literal)?;
    if remedy.flags_first {
        return Some(("Move the flags to the start".to_owned(), flags_first(code, found.call?, range, text)));
    }
    let new = match (remedy.text, remedy.without) {
        (Some(template), _) => template.replace("{}", text),
        (None, Some(letter)) => {
            Some(text.replace(letter, "")).filter(|rest| !rest.is_empty()).unwrap_or("r".into())
        }
        (None, None) => return None,
    };
    Some((format!("Write `{new}`"), vec![Change::new(range, new)]))
}

/// Puts an argument into what the template says of it.
fn write(code: &Code<'_>, argument: &Expr, template: &str) -> Option<Change> {
    // A generator stands without brackets where it is the only argument.
    if matches!(argument, Expr::Generator(_) | Expr::Named(_) | Expr::Starred(_)) {
        return None;
    }
    let (before, after) = template.split_once("{}")?;
    let function = before.strip_suffix('(')?;
    if !code.names().bindings_at(function, argument.start()).is_empty() {
        return None;
    }
    let text = &code.document.text[argument.range()];
    Some(Change::new(argument.range(), format!("{before}{text}{after}")))
}

/// The assertion of a mock that was meant: `mock.called_with(1)`, alone or in an `assert` or
/// `self.assertTrue`.
fn asserted(code: &Code<'_>, found: &Found<'_>) -> Option<(String, Vec<Change>)> {
    let text = &code.document.text;
    let around = code.around(found.range);
    let attribute = around.ancestors().find_map(|node| match node {
        AnyNodeRef::ExprAttribute(attribute) => Some(attribute),
        _ => None,
    })?;
    let own = attribute.attr.as_str();
    // `asert_called` and the like have a prefix of their own.
    let meant = own.split_once('_').filter(|(first, _)| first.starts_with('a') && first.ends_with('t'));
    let name = format!("assert_{}", meant.map_or(own, |(_, rest)| rest));
    let call = around.ancestors().find_map(|node| match node {
        AnyNodeRef::ExprCall(call) if call.func.range() == attribute.range() => Some(call),
        _ => None,
    });
    let whole = call.map_or(attribute.range(), |call| call.range());
    let mut changes = vec![Change::new(attribute.attr.range(), name.clone())];
    let mut holders = around.ancestors().skip_while(|node| !node.range().contains_range(whole));
    let holder = holders.find(|node| node.range() != whole || node.is_statement())?;
    if call.is_none() {
        // Without arguments only these say something.
        if !matches!(name.as_str(), "assert_called" | "assert_called_once" | "assert_not_called") {
            return None;
        }
        changes.push(Change::new(TextRange::empty(whole.end()), "()"));
    }
    match holder {
        AnyNodeRef::StmtExpr(_) => {}
        AnyNodeRef::StmtAssert(assert) if assert.msg.is_none() && assert.end() == whole.end() => {
            let head = TextRange::new(assert.start(), whole.start());
            (text[head].trim_end() == "assert").then_some(())?;
            changes.push(Change::new(head, ""));
        }
        AnyNodeRef::Arguments(_) => {
            let outer = holders.find_map(|node| match node {
                AnyNodeRef::ExprCall(call) => Some(call),
                _ => None,
            });
            let outer = outer.filter(|outer| says_true(outer))?;
            let around = holders.find(|node| node.range() != outer.range() || node.is_statement());
            let is_statement = matches!(around, Some(AnyNodeRef::StmtExpr(_)));
            let head = TextRange::new(outer.start(), whole.start());
            let tail = TextRange::new(whole.end(), outer.end());
            // Brackets and comments between the two are left to a person.
            let behind: String = text[tail].split_whitespace().collect();
            let bare = text[head].trim_end().ends_with('(') && matches!(behind.as_str(), ")" | ",)");
            (is_statement && bare).then_some(())?;
            changes.extend([Change::new(head, ""), Change::new(tail, "")]);
        }
        _ => return None,
    }
    Some((format!("Write `{name}`"), changes))
}

/// `self.assertTrue(…)` of one argument.
fn says_true(call: &ExprCall) -> bool {
    let Expr::Attribute(attribute) = &*call.func else { return false };
    let asks = matches!(attribute.attr.as_str(), "assertTrue" | "assert_" | "failUnless");
    asks && call.arguments.keywords.is_empty() && call.arguments.args.len() == 1
}

/// Adds an argument behind the last one.
fn add(code: &Code<'_>, call: &ExprCall, added: &str) -> Option<Change> {
    let text = &code.document.text;
    let close = call.arguments.end() - TextSize::new(1);
    let last = call.arguments.iter_source_order().last().map(|last| last.end());
    let Some(last) = last else { return Some(Change::new(TextRange::empty(close), added)) };
    let behind = &text[TextRange::new(last, close)];
    // Brackets and comments behind the last argument are left to a person.
    let comma = behind.trim_start().starts_with(',');
    if !behind.chars().all(|letter| letter.is_whitespace() || letter == ',') || comma && behind.contains('\n')
    {
        return None;
    }
    let between = if comma { " " } else { ", " };
    let at = if comma { last + TextSize::of(behind.split_once(',')?.0) + TextSize::new(1) } else { last };
    Some(Change::new(TextRange::empty(at), format!("{between}{added}")))
}

fn flags_first(code: &Code<'_>, call: &ExprCall, range: TextRange, text: &str) -> Vec<Change> {
    let place = |at: usize| range.start() + TextSize::try_from(at).unwrap_or_default();
    let mut letters: Vec<char> = Vec::new();
    let mut changes = Vec::new();
    for flags in misplaced_flags(text, may_be_verbose(code, call)) {
        for letter in text[flags.clone()].chars().filter(char::is_ascii_alphabetic) {
            if !letters.contains(&letter) {
                letters.push(letter);
            }
        }
        changes.push(Change::new(TextRange::new(place(flags.start), place(flags.end)), ""));
    }
    let letters: String = letters.into_iter().collect();
    changes.push(Change::new(TextRange::empty(range.start()), format!("(?{letters})")));
    changes
}
