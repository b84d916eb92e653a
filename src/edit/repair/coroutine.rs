//! `@asyncio.coroutine` to `async def`.
//!
//! What a function yields from, and what in the same file yields from it, is
//! seen together: an `async def` waits for nothing but awaitables, and a plain
//! generator cannot wait for an `async def`.

mod body;
mod functions;
mod outcome;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Decorator, ExprAttribute, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange, TextSize};

use self::body::Body;
use self::functions::{Function, Functions};
use super::{Repair, Site};
use crate::edit::Change;
use crate::edit::imports::{end_of_line, is_pragma, past_line_end, start_of_line};
use crate::edit::spell::{self, At, Import};
use crate::python::Code;

/// Why `async def` is not safe.
const REASON: &str = "`await` takes nothing but awaitables, and a plain generator elsewhere cannot `yield from` an `async def`";

/// Why `types.coroutine` is not safe.
const KEPT: &str = "what a plain function returns is not waited for, and since Python 3.12 `asyncio.create_task` \
                    takes only what an `async def` gives";

/// What becomes of one decorated function.
pub(super) enum Way {
    /// An `async def`: the changes, and imports that they need.
    Async(Vec<Change>, Vec<Import>),
    /// A generator that `types.coroutine` makes awaitable, as it did before.
    Generator,
}

/// The decorator written as an attribute.
pub(super) fn attribute(site: &Site<'_, '_>, attribute: &ExprAttribute, at: At) -> Option<Repair> {
    match way(site, attribute.range())? {
        Way::Async(mut changes, missing) => {
            spell::add_missing(site.code, missing, at, &mut changes)?;
            Some(repair(changes))
        }
        Way::Generator => {
            let spelling = spell::name(site.code, "types.coroutine", at)?;
            let import = spelling.insertion(site.code, at)?;
            let decorator = Change::new(attribute.range(), spelling.text);
            Some(kept(import.into_iter().chain([decorator]).collect()))
        }
    }
}

/// The repair by `async def`.
pub(super) fn repair(changes: Vec<Change>) -> Repair {
    let message = "Replace the decorator with `async def`".to_owned();
    Repair::new(message, changes).doubt(Some(REASON))
}

/// The repair by `types.coroutine`.
pub(super) fn kept(changes: Vec<Change>) -> Repair {
    let message = "Replace `asyncio.coroutine` with `types.coroutine`".to_owned();
    Repair::new(message, changes).doubt(Some(KEPT))
}

/// What can become of the function whose decorator this is.
pub(super) fn way(site: &Site<'_, '_>, decorator: TextRange) -> Option<Way> {
    if site.fact.symbol() != "asyncio.coroutine" {
        return None;
    }
    let functions = Functions::of(site.code);
    let Some(function) = functions.decorated_by(decorator) else {
        return functions.is_made_of_generator(site.code, decorator).then_some(Way::Generator);
    };
    let at = function.def.decorator_list.iter().position(|one| one.expression.range() == decorator)?;
    let (own, below) = function.def.decorator_list.get(at..)?.split_first()?;
    if function.def.is_async {
        // It gave such functions back as they are.
        return Some(Way::Async(vec![without_decorator(site.text(), own)?], Vec::new()));
    }
    let changed = || {
        below.iter().all(|one| functions::is_transparent(site.code, one)).then_some(())?;
        let group = functions.group(site.code, function)?;
        let mut changes = vec![without_decorator(site.text(), own)?];
        let mut missing = Vec::new();
        for one in group {
            changes.push(Change::new(definition(site.code, one.def)?, "async "));
            let new = one.body.awaiting(site, &functions, one)?;
            changes.extend(new.changes);
            missing.extend(
                new.missing.into_iter().filter(|import| !missing.contains(import)).collect::<Vec<_>>(),
            );
        }
        Some(Way::Async(changes, missing))
    };
    let generator = || (below.is_empty() && function.body.is_generator()).then_some(Way::Generator);
    changed().or_else(generator)
}

/// Whether it decorates a method that Python calls, and does not wait for.
pub(super) fn is_special(site: &Site<'_, '_>, decorator: TextRange) -> bool {
    let functions = Functions::of(site.code);
    functions.decorated_by(decorator).is_some_and(|function| functions::is_special(function.def))
}

fn without_decorator(text: &str, decorator: &Decorator) -> Option<Change> {
    let start = start_of_line(text, decorator.start())?;
    let end = end_of_line(text, decorator.end())?;
    let comment = text[TextRange::new(decorator.end(), end)].trim();
    let range = if comment.is_empty() || is_pragma(comment) {
        TextRange::new(start, past_line_end(text, end))
    } else {
        TextRange::new(decorator.start(), end - TextSize::of(comment))
    };
    Some(Change::new(range, ""))
}

/// The place before `def`.
fn definition(code: &Code<'_>, function: &StmtFunctionDef) -> Option<TextRange> {
    let from = function.decorator_list.last().map_or(function.start(), Ranged::end);
    let tokens = code.module.tokens();
    let first = tokens.partition_point(|token| token.start() < from);
    let def = tokens[first..].iter().find(|token| token.kind() == TokenKind::Def)?;
    Some(TextRange::empty(def.start()))
}
