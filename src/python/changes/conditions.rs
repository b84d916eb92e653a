//! What must hold of a call and of its arguments.

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall, Keyword, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::{Verdict, items, texts, values};
use crate::catalogue::changes::{Argument, When};
use crate::python::Code;
use crate::python::names::has_word;

/// Whether a node is executed later than what is around it.
pub(super) fn is_later(node: AnyNodeRef<'_>) -> bool {
    matches!(node, AnyNodeRef::StmtFunctionDef(_) | AnyNodeRef::ExprLambda(_))
}

/// Whether one of the words stands in the innermost statement around.
pub(super) fn is_nearby(code: &Code<'_>, place: TextRange, words: &[&str]) -> bool {
    if words.is_empty() {
        return false;
    }
    let statement = super::around(code, place).into_iter().find(|node| node.is_statement());
    statement.is_some_and(|statement| {
        let text = &code.document.text[statement.range()];
        words.iter().any(|word| has_word(text, word))
    })
}

/// Whether a place is reached only after code asked what is there.
pub(super) fn is_asked(code: &Code<'_>, place: TextRange) -> bool {
    let asks = |test: TextRange| code.document.text[test].contains("hasattr(");
    let leaves = |stmt: &Stmt| matches!(stmt, Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_));
    let is_answered = |stmt: &Stmt| match stmt {
        Stmt::If(branches) => asks(branches.test.range()) && branches.body.last().is_some_and(leaves),
        _ => false,
    };
    super::around(code, place).into_iter().any(|node| match node {
        AnyNodeRef::StmtIf(branches) => asks(branches.test.range()),
        AnyNodeRef::ExprIf(choice) => asks(choice.test.range()),
        AnyNodeRef::StmtFunctionDef(function) => {
            function.body.iter().take_while(|stmt| stmt.end() <= place.start()).any(is_answered)
        }
        _ => false,
    })
}

/// How an argument comes to a call.
enum Passed<'a> {
    Value(&'a Expr),
    No,
    /// `*args` or `**kwargs` may hold it.
    Unknown,
}

/// The argument with this keyword, or at this position.
pub(super) fn value<'a>(call: &'a ExprCall, name: &str, at: Option<u8>) -> Option<&'a Expr> {
    match lookup(call, name, at) {
        Passed::Value(value) => Some(value),
        Passed::No | Passed::Unknown => None,
    }
}

fn passed<'a>(call: &'a ExprCall, argument: &Argument) -> Passed<'a> {
    lookup(call, argument.name, argument.at)
}

fn lookup<'a>(call: &'a ExprCall, name: &str, at: Option<u8>) -> Passed<'a> {
    let keywords = &call.arguments.keywords;
    let named = |keyword: &&Keyword| keyword.arg.as_ref().is_some_and(|own| own.as_str() == name);
    if let Some(keyword) = keywords.iter().find(named) {
        return Passed::Value(&keyword.value);
    }
    let until = at.map_or(0, |at| usize::from(at) + 1);
    if call.arguments.args.iter().take(until).any(Expr::is_starred_expr) {
        return Passed::Unknown;
    }
    match until.checked_sub(1).and_then(|at| call.arguments.args.get(at)) {
        Some(value) => Passed::Value(value),
        None if !name.is_empty() && keywords.iter().any(|keyword| keyword.arg.is_none()) => Passed::Unknown,
        None => Passed::No,
    }
}

/// The argument that a finding points at.
pub(super) fn subject<'a>(call: &'a ExprCall, when: &When) -> Option<&'a Expr> {
    when.arguments.iter().find_map(|argument| match passed(call, argument) {
        Passed::Value(value) if !argument.absent => Some(value),
        _ => None,
    })
}

/// What the text of the call tells: which arguments there are, and their literals.
pub(super) fn shape<'a>(code: &Code<'a>, call: &'a ExprCall, when: &When) -> Option<Verdict> {
    let count = call.arguments.len();
    if when.at_most.is_some_and(|most| count > usize::from(most) || has_rest(call)) {
        return None;
    }
    let beside = when.keywords_beside;
    let keywords = call.arguments.keywords.iter().filter_map(|keyword| keyword.arg.as_ref());
    if !beside.is_empty() && !keywords.into_iter().any(|name| !beside.contains(&name.as_str())) {
        return None;
    }
    let mut all = Verdict::CERTAIN;
    for argument in when.arguments {
        match passed(call, argument) {
            Passed::Value(value) if !argument.absent => {
                all = all.and(texts::judge(code, call, value, argument)?);
            }
            Passed::No if argument.absent => {}
            _ => return None,
        }
    }
    Some(all)
}

fn has_rest(call: &ExprCall) -> bool {
    call.arguments.args.iter().any(Expr::is_starred_expr)
        || call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none())
}

/// Whether the text shows that an argument has none of the types that matter.
pub(super) fn are_others<'a>(code: &Code<'a>, call: &'a ExprCall, when: &When) -> bool {
    when.arguments.iter().filter(|argument| !argument.is.is_empty()).any(|argument| {
        matches!(passed(call, argument), Passed::Value(value) if values::is_other(code, value, argument.is))
    })
}

/// What the types of the arguments tell.
pub(super) fn types<'a>(code: &Code<'a>, call: &'a ExprCall, when: &When) -> Option<Verdict> {
    let mut all = Verdict::CERTAIN;
    for argument in when.arguments {
        let Passed::Value(value) = passed(call, argument) else { continue };
        if !argument.is.is_empty() {
            all = all.and(values::is_one_of(code, value, argument.is)?);
        }
        if !argument.items.is_empty() {
            all = all.and(items::have_one_of(code, value, argument.items)?);
        }
    }
    Some(all)
}
