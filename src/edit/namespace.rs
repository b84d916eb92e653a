//! Giving code that `exec` runs a dictionary of its own.

use ruff_python_ast::{ExprCall, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::imports::{blocks, indentation};
use super::{Change, Plan};
use crate::python::Code;
use crate::python::locals::{Act, Block, Event, Function, How, Lost, Mapping};
use crate::python::names::has_word;

/// Makes a dictionary before the code runs, hands it over, and looks into it
/// wherever `lost` says that the name is no longer found. `None` where only a
/// person can tell what is meant.
#[must_use]
pub fn plan<'a>(code: &Code<'a>, function: &Function<'a>, lost: &[Lost<'_, 'a>]) -> Option<Plan> {
    let text = &code.document.text;
    let name = free_name(code, function)?;
    let runs = runs(function, lost)?;
    let first = runs.first()?;
    let observers: Vec<&Event<'a>> = lost.iter().map(|lost| lost.observer).collect();
    let mut changes = Vec::new();
    for run in &runs {
        changes.extend(hand_over(text, run.as_run()?.call, &name)?);
    }
    for observer in &observers {
        if !runs.iter().any(|run| run.range == observer.range) {
            changes.extend(look_into(code, function, lost, first, observer, &name)?);
        }
    }
    let others = runs.iter().chain(&observers);
    let common = others.map(|other| first.place.common(&other.place)).min()?;
    let reads_variables = runs.iter().filter_map(|run| run.as_run()).any(|run| {
        let effect = &run.effect;
        !effect.known
            || effect.reads_more
            || effect.reads.iter().any(|name| function.has_variable(code, name))
    });
    // Directly before the code runs, unless that is not always.
    let inner = &first.place.steps[common..];
    let always = inner.iter().all(|step| step.kind == Block::Always);
    let before = if always { first.range } else { inner.first()?.statement };
    let start = TextRange::empty(before.start());
    let indent = indentation(text, before)?;
    let made = if reads_variables { "dict(locals())" } else { "{}" };
    changes.push(Change::new(start, format!("{name} = {made}\n{indent}")));
    let repeats = first.place.steps[..common].iter().any(|step| step.kind == Block::Loop);
    let rebinds = runs.last().is_some_and(|last| binds_between(code, function, first.range, last.range));
    let reason = if repeats {
        Some("what the code binds in one turn of the loop is not there in the next")
    } else if reads_variables && (!always || rebinds) {
        Some("the code sees the variables as they are when the dictionary is made")
    } else {
        None
    };
    Some(Plan {
        message: format!("Run the code in a dictionary of its own, `{name}`"),
        reason: reason.map(str::to_owned),
        changes,
    })
}

/// The calls that are to get the dictionary, in order of the text.
fn runs<'f, 'a>(function: &Function<'a>, lost: &[Lost<'f, 'a>]) -> Option<Vec<&'f Event<'a>>> {
    let sources = lost.iter().map(|lost| lost.source);
    let seconds = lost.iter().map(|lost| lost.observer);
    let seconds = seconds.filter(|event| event.as_run().is_some_and(|run| run.function == "exec"));
    let mut runs: Vec<&Event<'a>> = sources.chain(seconds).collect();
    runs.sort_by_key(|event| event.range.start());
    runs.dedup_by_key(|event| event.range);
    let fits = |event: &&Event<'a>| {
        event.as_run().is_some_and(|run| run.held.is_none()) && is_statement(function.body, event.range)
    };
    runs.iter().all(fits).then_some(runs)
}

/// Whether an expression is a statement of its own.
fn is_statement(body: &[Stmt], expr: TextRange) -> bool {
    body.iter().filter(|stmt| stmt.range().contains_range(expr)).any(|stmt| match stmt {
        Stmt::Expr(stmt) => stmt.value.range() == expr && stmt.range() == expr,
        _ => blocks(stmt).into_iter().any(|block| is_statement(block, expr)),
    })
}

/// A name that means nothing in the function yet.
fn free_name(code: &Code<'_>, function: &Function<'_>) -> Option<String> {
    let text = code.document.slice(function.range);
    let numbered = (2..10).map(|number| format!("namespace_{number}"));
    let mut names = std::iter::once("namespace".to_owned()).chain(numbered);
    names.find(|name| !has_word(text, name) && !function.has_variable(code, name))
}

/// Makes `name` the namespace of a call of `exec` or `eval`.
fn hand_over(text: &str, call: &ExprCall, name: &str) -> Option<Vec<Change>> {
    let arguments = &call.arguments;
    if !arguments.keywords.is_empty() || arguments.args.iter().any(|argument| argument.is_starred_expr()) {
        return None;
    }
    let change = match &arguments.args[..] {
        [source] => Change::new(end_of(text, source.range(), call)?, format!(", globals(), {name}")),
        [_, globals] if is_call_of(globals, "globals") => {
            Change::new(end_of(text, globals.range(), call)?, format!(", {name}"))
        }
        [_, mapping] | [_, _, mapping] if is_call_of(mapping, "locals") || is_call_of(mapping, "vars") => {
            Change::new(mapping.range(), name)
        }
        _ => return None,
    };
    Some(vec![change])
}

/// Behind the last argument and the brackets around it.
fn end_of(text: &str, argument: TextRange, call: &ExprCall) -> Option<TextRange> {
    let rest = &text[TextRange::new(argument.end(), call.end() - TextSize::new(1))];
    let mut end = argument.end();
    for (at, letter) in rest.char_indices() {
        match letter {
            ')' => end = argument.end() + TextSize::try_from(at + 1).ok()?,
            ',' => break,
            _ if letter.is_whitespace() => {}
            // A comment that would end up between the arguments.
            _ => return None,
        }
    }
    Some(TextRange::empty(end))
}

fn is_call_of(expr: &ruff_python_ast::Expr, function: &str) -> bool {
    let called = expr.as_call_expr().filter(|call| call.arguments.is_empty());
    called.and_then(|call| call.func.as_name_expr()).is_some_and(|name| name.id.as_str() == function)
}

/// Has an observer look into the dictionary.
fn look_into<'a>(
    code: &Code<'a>,
    function: &Function<'a>,
    lost: &[Lost<'_, 'a>],
    first: &Event<'a>,
    observer: &Event<'a>,
    name: &str,
) -> Option<Vec<Change>> {
    match &observer.act {
        Act::Run(run) => {
            let effect = &run.effect;
            let told = |read: &String| lost.iter().any(|lost| lost.names.contains(read));
            let sure = effect.known
                && !effect.reads_more
                && effect.reads.iter().all(|read| told(read) || !function.has_variable(code, read));
            if sure { hand_over(&code.document.text, run.call, name) } else { None }
        }
        Act::Use(one) => {
            if !matches!(one.mapping, Mapping::Fresh("locals" | "vars")) {
                return None;
            }
            let fits = match &one.how {
                How::Item(names) | How::Ask(names) | How::Take(names) => names.is_some(),
                // The dictionary holds the variables as they were then.
                How::Return | How::Whole => !binds_between(code, function, first.range, observer.range),
                _ => false,
            };
            fits.then(|| vec![Change::new(one.expr.range(), name)])
        }
    }
}

/// Whether the function binds a variable between two places.
fn binds_between(code: &Code<'_>, function: &Function<'_>, from: TextRange, to: TextRange) -> bool {
    let between = TextRange::new(from.end(), to.start().max(from.end()));
    code.names().bindings().any(|(_, binding)| {
        between.contains_range(binding.range) && function.has_variable(code, binding.name)
    })
}
