//! Arguments that are no longer accepted, or not in the form they have.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{AnyNodeRef, ArgOrKeyword, Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::template::has_effects;
use super::{Repair, Site};
use crate::catalogue::{Form, Kind, Name};
use crate::edit::Change;
use crate::edit::imports::{end_of_line, is_pragma, past_line_end, start_of_line};
use crate::edit::spell::{self, At};
use crate::python::Code;

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
    drop(site, call, keyword.range(), &keyword.value)
}

/// An argument that Pythons which still take it need where no event loop runs: they are given it.
pub(super) fn kept(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> Option<Repair> {
    let name = site.name();
    let removed = name.removed.filter(|removed| site.minimum < *removed)?;
    let keyword = call.arguments.keywords.get(index)?;
    let own = keyword.arg.as_ref()?;
    let needed = name.drop && name.unsafe_because.is_some() && site.fact.module.name == "asyncio";
    let starred = call.arguments.args.iter().any(|value| value.start() > keyword.start());
    let whole = &site.text()[keyword.range()];
    if !needed || starred || keyword.value.is_none_literal_expr() || whole.contains('#') || runs(site, call) {
        return None;
    }
    let at = At { place: keyword.start(), beside: None };
    let sys = spell::module(site.code, "sys", at)?;
    let value = &site.text()[keyword.value.range()];
    let new = format!(
        "**({{\"{own}\": {value}}} if {}.version_info < ({}, {}) else {{}})",
        sys.text, removed.major, removed.minor
    );
    let import = sys.insertion(site.code, at)?;
    let changes = import.into_iter().chain([Change::new(keyword.range(), new)]).collect();
    let message = format!("Pass `{own}` to Pythons before {removed} alone");
    let doubt =
        format!("since Python {removed} it belongs to the loop that runs when it is first waited for");
    Some(Repair::new(message, changes).doubt(Some(doubt)))
}

/// Whether an event loop runs where a call stands: in an `async def`, or what shall be one.
fn runs(site: &Site<'_, '_>, call: &ExprCall) -> bool {
    let around = site.around(call.range());
    let function = around.ancestors().find_map(|node| match node {
        AnyNodeRef::StmtFunctionDef(function) => Some(Some(function)),
        AnyNodeRef::ExprLambda(_) => Some(None),
        _ => None,
    });
    function.flatten().is_some_and(|function| {
        let decorated = || {
            let mut decorators = function.decorator_list.iter();
            decorators.any(|one| site.text()[one.expression.range()].ends_with("coroutine"))
        };
        function.is_async || decorated()
    })
}

/// The positional argument at this index.
pub(super) fn positional(site: &Site<'_, '_>, call: &ExprCall, index: usize) -> Option<Repair> {
    let value = call.arguments.args.get(index)?;
    if index + 1 == call.arguments.args.len() && site.name().form.is_none() {
        return drop(site, call, value.range(), value);
    }
    rearranged(site, call, index.checked_sub(usize::from(site.name().position?))?)
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
    let doubt = dropped(site, site.name(), value)?;
    let arguments = arguments(site.code, call);
    let at = arguments.iter().position(|one| one.what.range() == range)?;
    let message = format!("Remove the argument `{}`", site.name().parameter()?);
    Some(Repair::new(message, removal(site.text(), call, &arguments, at, at)).doubt(doubt))
}

/// Why a value may only be left out with a doubt, if it may be left out.
fn dropped(site: &Site<'_, '_>, name: &Name, value: &Expr) -> Option<Option<String>> {
    if name.form.is_some() || name.replace.is_some() {
        return None;
    }
    if !name.drop {
        let several = name.parameter().is_some_and(|parameter| parameter.starts_with('*'));
        let nothing = value.is_none_literal_expr() && !several;
        return nothing.then(|| Some("`None` is taken for the value it has when it is left out".to_owned()));
    }
    Some(has_effects(value).then(|| {
        let value: Vec<&str> = site.text()[value.range()].split_whitespace().collect();
        format!("`{}` is no longer evaluated", value.join(" "))
    }))
}

/// Takes out the arguments from one to another.
fn removal(text: &str, call: &ExprCall, arguments: &[Argument<'_>], from: usize, to: usize) -> Vec<Change> {
    let (first, last) = (&arguments[from], &arguments[to]);
    let gone = |range| vec![Change::new(range, "")];
    let open = call.arguments.start() + TextSize::new(1);
    let close = call.arguments.end() - TextSize::new(1);
    let own = TextRange::new(first.range.start(), last.range.end());
    let end = last.comma.map_or(own.end(), |comma| comma.end());
    let all = TextRange::new(open, close);
    if to - from + 1 == arguments.len() && text[all].matches('#').count() == text[own].matches('#').count() {
        return gone(all);
    }
    let before = from.checked_sub(1).and_then(|at| arguments[at].comma);
    if let Some(lines) = own_lines(text, TextRange::new(own.start(), end)) {
        return match lines {
            Lines::Whole(lines) => {
                let before = before.filter(|_| last.comma.is_none());
                before.into_iter().chain([lines]).map(|range| Change::new(range, "")).collect()
            }
            Lines::Commented(range) => gone(range),
        };
    }
    if let Some(next) = arguments.get(to + 1)
        && !text[TextRange::new(own.end(), next.range.start())].contains('#')
        && from == 0
    {
        return gone(TextRange::new(own.start(), next.range.start()));
    }
    match before {
        // The comma behind it stays, if there is one.
        Some(comma) if !text[TextRange::new(comma.end(), own.start())].contains('#') => {
            gone(TextRange::new(comma.start(), own.end()))
        }
        _ => gone(TextRange::new(own.start(), end)),
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

/// Makes a call whose positional arguments begin at an index right in every
/// place: those that are gone are left out, those that have to be, and those
/// behind a gap, are passed by name.
fn rearranged(site: &Site<'_, '_>, call: &ExprCall, offset: usize) -> Option<Repair> {
    let arguments = arguments(site.code, call);
    let mut gone: Vec<usize> = Vec::new();
    let mut named = Vec::new();
    let mut doubt = None;
    for (at, value) in call.arguments.args.iter().enumerate().skip(offset) {
        let index = arguments.iter().position(|one| one.what.range() == value.range())?;
        let known = parameter_at(site, at - offset);
        let refused = known.is_some_and(|name| name.form == Some(Form::Positional));
        if value.is_starred_expr() {
            return None;
        }
        if let Some(name) = known.filter(|name| name.form.is_none() && name.replace.is_none()) {
            doubt = doubt.or(dropped(site, name, value)?);
            gone.push(index);
        } else if refused || !gone.is_empty() || !named.is_empty() {
            let name = known?;
            named.push(by_name(site, value, &arguments[index], name.replace.or(name.parameter())?));
        }
    }
    let message = match (site.name().form, named.is_empty()) {
        (None, _) => format!("Remove the argument `{}`", site.name().parameter()?),
        _ => format!("Pass `{}` by name", site.name().parameter()?),
    };
    let mut changes = named;
    if let Some((&from, &to)) = gone.first().zip(gone.last()) {
        if to - from + 1 != gone.len() {
            return None;
        }
        changes.extend(removal(site.text(), call, &arguments, from, to));
    }
    Some(Repair::new(message, changes).doubt(doubt))
}

/// `name=` before an argument.
fn by_name(site: &Site<'_, '_>, value: &Expr, argument: &Argument<'_>, name: &str) -> Change {
    let bare = argument.range == value.range()
        && (value.is_named_expr()
            || value.as_generator_expr().is_some_and(|generator| !generator.parenthesized));
    if bare {
        Change::new(value.range(), format!("{name}=({})", &site.text()[value.range()]))
    } else {
        Change::new(TextRange::empty(argument.range.start()), format!("{name}="))
    }
}

/// What is known of the parameter at an index.
fn parameter_at(site: &Site<'_, '_>, index: usize) -> Option<&'static Name> {
    let own = site.name();
    site.fact.module.names.iter().find(|name| {
        name.kind == Some(Kind::Parameter)
            && name.callable() == own.callable()
            && name.form != Some(Form::Keyword)
            && name.position.is_some_and(|at| usize::from(at) == index)
            && name.since <= site.minimum
    })
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
