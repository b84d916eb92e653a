//! Arguments that are no longer accepted, or not in the form they have.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{ArgOrKeyword, Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::template::has_effects;
use super::{Repair, Site};
use crate::catalogue::{Form, Kind};
use crate::edit::Change;
use crate::edit::imports::{end_of_line, is_pragma, past_line_end, start_of_line};
use crate::python::Code;
use crate::python::uses::UseForm;

/// The keyword argument at this index.
pub(super) fn keyword(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> Option<Repair> {
    let name = site.name();
    let keyword = call.arguments.keywords.get(index)?;
    let own = keyword.arg.as_ref()?;
    if name.form == Some(Form::Keyword) {
        return by_position(site, call, index);
    }
    if let Some(new) = name.replace {
        let taken = call
            .arguments
            .keywords
            .iter()
            .any(|other| other.arg.as_ref().is_none_or(|name| name.as_str() == new));
        let message = format!("Rename the argument `{own}` to `{new}`");
        return (!taken).then(|| Repair::new(message, vec![Change::new(own.range(), new)]));
    }
    name.drop.then(|| drop(site, call, keyword.range(), &keyword.value))?
}

/// The positional argument at this index.
pub(super) fn positional(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> Option<Repair> {
    let name = site.name();
    if has_gone_before(site, call, index) {
        return None;
    }
    if name.form == Some(Form::Positional) {
        return by_name(site, call, index);
    }
    let value = call.arguments.args.get(index)?;
    // Those behind it would move up.
    let is_last = index + 1 == call.arguments.args.len();
    (name.drop && is_last).then(|| drop(site, call, value.range(), value))?
}

/// Whether an argument before this one is refused in every form: the call
/// fails whatever becomes of those behind it.
fn has_gone_before(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> bool {
    site.code.uses().iter().any(|other| match other.form {
        UseForm::Positional(same, at) => {
            same.range() == call.range() && at < index && other.fact.name.form.is_none()
        }
        _ => false,
    })
}

/// One argument as it is written.
struct Argument<'a> {
    what: ArgOrKeyword<'a>,
    /// With its parentheses.
    range: TextRange,
    comma: Option<TextRange>,
}

/// The arguments of a call in the order of the text.
fn arguments<'a>(code: &Code<'_>, call: &'a ExprCall) -> Vec<Argument<'a>> {
    let tokens = code.module.tokens();
    let within = call.arguments.range();
    let first = tokens.partition_point(|token| token.end() <= within.start());
    let mut tokens = tokens[first..]
        .iter()
        .take_while(|token| token.end() <= within.end())
        .filter(|token| !matches!(token.kind(), TokenKind::Comment | TokenKind::NonLogicalNewline))
        .skip(1);
    let mut arguments = Vec::new();
    for what in call.arguments.iter_source_order() {
        let mut range: Option<TextRange> = None;
        let mut comma = None;
        for token in tokens.by_ref() {
            let behind = token.start() >= what.end();
            if behind && token.kind() == TokenKind::Comma {
                comma = Some(token.range());
                break;
            }
            if token.end() == within.end() {
                break;
            }
            range = Some(range.map_or(token.range(), |range| range.cover(token.range())));
        }
        arguments.push(Argument { what, range: range.unwrap_or(what.range()), comma });
    }
    arguments
}

/// Takes an argument out of its call.
fn drop(site: &Site<'_, '_>, call: &ExprCall, range: TextRange, value: &Expr) -> Option<Repair> {
    let arguments = arguments(site.code, call);
    let at = arguments.iter().position(|one| one.what.range() == range)?;
    let text = site.text();
    let parameter = site.name().parameter()?;
    let effects = has_effects(value).then(|| {
        let value: Vec<&str> = text[value.range()].split_whitespace().collect();
        format!("`{}` is no longer evaluated", value.join(" "))
    });
    let message = format!("Remove the argument `{parameter}`");
    Some(Repair::new(message, removal(text, call, &arguments, at)).doubt(effects))
}

fn removal(text: &str, call: &ExprCall, arguments: &[Argument<'_>], at: usize) -> Vec<Change> {
    let own = &arguments[at];
    let gone = |range| vec![Change::new(range, "")];
    let open = call.arguments.start() + TextSize::new(1);
    let close = call.arguments.end() - TextSize::new(1);
    let end = own.comma.map_or(own.range.end(), |comma| comma.end());
    let all = TextRange::new(open, close);
    if arguments.len() == 1 && text[all].matches('#').count() == text[own.range].matches('#').count() {
        return gone(all);
    }
    if let Some(lines) = own_lines(text, TextRange::new(own.range.start(), end)) {
        return match lines {
            Lines::Whole(lines) => {
                let before = at.checked_sub(1).and_then(|at| arguments[at].comma);
                let before = before.filter(|_| own.comma.is_none());
                before.into_iter().chain([lines]).map(|range| Change::new(range, "")).collect()
            }
            Lines::Commented(range) => gone(range),
        };
    }
    if let Some(next) = arguments.get(at + 1)
        && !text[TextRange::new(own.range.end(), next.range.start())].contains('#')
        && at == 0
    {
        return gone(TextRange::new(own.range.start(), next.range.start()));
    }
    let before = at.checked_sub(1).and_then(|at| arguments[at].comma);
    match before {
        // The comma behind it stays, if there is one.
        Some(comma) if !text[TextRange::new(comma.end(), own.range.start())].contains('#') => {
            gone(TextRange::new(comma.start(), own.range.end()))
        }
        _ => gone(TextRange::new(own.range.start(), end)),
    }
}

enum Lines {
    /// Nothing else stands on them.
    Whole(TextRange),
    /// A comment stands behind; all but the comment.
    Commented(TextRange),
}

/// The lines of an argument that shares them with no code.
fn own_lines(text: &str, range: TextRange) -> Option<Lines> {
    let start = start_of_line(text, range.start())?;
    let end = end_of_line(text, range.end())?;
    let before = &text[TextRange::new(start, range.start())];
    let after = text[TextRange::new(range.end(), end)].trim();
    if !before.trim().is_empty() || !(after.is_empty() || after.starts_with('#')) {
        return None;
    }
    if after.is_empty() || is_pragma(after) {
        return Some(Lines::Whole(TextRange::new(start, past_line_end(text, end))));
    }
    Some(Lines::Commented(TextRange::new(range.start(), end - TextSize::of(after))))
}

/// Writes `name=` before an argument, and before those behind it.
fn by_name(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> Option<Repair> {
    let offset = index.checked_sub(usize::from(site.name().position?))?;
    let arguments = arguments(site.code, call);
    let mut changes = Vec::new();
    for (at, value) in call.arguments.args.iter().enumerate().skip(index) {
        let new = parameter_at(site, at - offset).filter(|_| !value.is_starred_expr())?;
        let argument = arguments.iter().find(|one| one.what.range() == value.range())?;
        let bare = argument.range == value.range()
            && (value.is_named_expr()
                || value.as_generator_expr().is_some_and(|generator| !generator.parenthesized));
        if bare {
            changes.push(Change::new(value.range(), format!("{new}=({})", &site.text()[value.range()])));
        } else {
            changes.push(Change::new(TextRange::empty(argument.range.start()), format!("{new}=")));
        }
    }
    let parameter = site.name().parameter()?;
    Some(Repair::new(format!("Pass `{parameter}` by name"), changes))
}

/// The name to pass the parameter at an index by.
fn parameter_at(site: &Site<'_, '_>, index: usize) -> Option<&'static str> {
    let own = site.name();
    let mut known = site.fact.module.names.iter().filter(|name| {
        name.kind == Some(Kind::Parameter)
            && name.callable() == own.callable()
            && name.form != Some(Form::Keyword)
    });
    let name = known.find(|name| name.position.is_some_and(|at| usize::from(at) == index))?;
    // One that is gone altogether has no name to be passed by.
    let lasting = name.form == Some(Form::Positional) || name.replace.is_some();
    name.replace.or(name.parameter()).filter(|_| lasting)
}

/// Takes `name=` away from an argument that stands at its place.
fn by_position(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> Option<Repair> {
    let keyword = call.arguments.keywords.get(index)?;
    let name = keyword.arg.as_ref()?;
    let before = call.arguments.iter_source_order().take_while(|one| one.start() < keyword.start());
    let before: Vec<ArgOrKeyword<'_>> = before.collect();
    let plain = before.iter().all(|one| matches!(one, ArgOrKeyword::Arg(value) if !value.is_starred_expr()));
    if !plain || before.len() != usize::from(site.name().position?) {
        return None;
    }
    let arguments = arguments(site.code, call);
    let argument = arguments.iter().find(|one| one.what.range() == keyword.range())?;
    let head = TextRange::new(name.start(), keyword.value.start());
    if site.text()[head].contains('#') || argument.range.start() != keyword.start() {
        return None;
    }
    // `name = (value)`: the parentheses stay.
    let equals = site.text()[head].find('=')? + 1;
    let blank = site.text()[head][equals..].chars().take_while(|letter| letter.is_whitespace());
    let blank: usize = blank.map(char::len_utf8).sum();
    let end = name.start() + TextSize::try_from(equals + blank).ok()?;
    let message = format!("Pass `{name}` by position");
    Some(Repair::new(message, vec![Change::new(TextRange::new(name.start(), end), "")]))
}
