//! Blocks that lose their only statement: what goes with it, or `pass`.

use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtIf, StmtTry};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Change;
use super::imports::{blocks, end_of_line, is_pragma, remove_statement};

/// Takes the only statement of a block away: with a clause or a compound
/// statement that does nothing without it, or with `pass` in its place.
///
/// `body` is the top of the tree that holds the statement.
pub(super) fn vacate(text: &str, body: &[Stmt], statement: TextRange) -> Option<Change> {
    let holder = holder(body, statement)?;
    let gone = match holder {
        Stmt::If(branches) => vacate_if(text, body, branches, statement),
        Stmt::Try(tried) => vacate_try(text, body, tried, statement),
        Stmt::For(stmt) if holds(&stmt.orelse, statement) => clause(text, &stmt.body, statement),
        Stmt::While(stmt) if holds(&stmt.orelse, statement) => clause(text, &stmt.body, statement),
        _ => None,
    };
    gone.or_else(|| Some(Change::new(statement, "pass")))
}

fn vacate_if(text: &str, body: &[Stmt], branches: &StmtIf, statement: TextRange) -> Option<Change> {
    let Some((last, others)) = branches.elif_else_clauses.split_last() else {
        return is_plain(&branches.test).then(|| whole(text, body, branches.range()))?;
    };
    let unasked = |clause: &ElifElseClause| clause.test.as_ref().is_none_or(is_plain);
    if !holds(&last.body, statement) || !unasked(last) {
        return None;
    }
    clause(text, others.last().map_or(&branches.body, |clause| &clause.body), statement)
}

fn vacate_try(text: &str, body: &[Stmt], tried: &StmtTry, statement: TextRange) -> Option<Change> {
    let handled = tried.handlers.last().and_then(|handler| handler.as_except_handler());
    let handled = &handled?.body[..];
    if holds(&tried.body, statement) {
        let only = tried.orelse.is_empty() && tried.finalbody.is_empty();
        return only.then(|| whole(text, body, tried.range()))?;
    }
    if holds(&tried.finalbody, statement) {
        return clause(text, if tried.orelse.is_empty() { handled } else { &tried.orelse }, statement);
    }
    holds(&tried.orelse, statement).then(|| clause(text, handled, statement))?
}

/// A compound statement as a whole, unless a comment in it is for a reader.
fn whole(text: &str, body: &[Stmt], range: TextRange) -> Option<Change> {
    let silent = text[range].lines().all(|line| line.find('#').is_none_or(|at| is_pragma(&line[at..])));
    silent.then(|| remove_statement(text, body, range))?
}

/// The last clause, from the line end of the block before it.
fn clause(text: &str, before: &[Stmt], statement: TextRange) -> Option<Change> {
    let start = end_of_line(text, before.last()?.end())?;
    let end = end_of_line(text, statement.end())?;
    let header = text.get(start.to_usize()..statement.start().to_usize())?;
    let rest = text[TextRange::new(statement.end(), end)].trim();
    let plain = !header.contains('#') && (rest.is_empty() || is_pragma(rest));
    plain.then(|| Change::new(TextRange::new(start, end), ""))
}

fn holds(block: &[Stmt], statement: TextRange) -> bool {
    block.first().is_some_and(|first| first.range() == statement)
}

/// The compound statement in one of whose blocks a statement stands.
fn holder(body: &[Stmt], statement: TextRange) -> Option<&Stmt> {
    let stmt =
        body.iter().find(|stmt| stmt.range().contains_range(statement) && stmt.range() != statement)?;
    let inner = blocks(stmt).into_iter().find_map(|block| holder(block, statement));
    inner.or(Some(stmt))
}

/// Whether a condition has no effect, so that nobody misses it.
fn is_plain(test: &Expr) -> bool {
    match test {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => is_plain(&attribute.value),
        Expr::Subscript(subscript) => is_plain(&subscript.value) && is_plain(&subscript.slice),
        Expr::Slice(slice) => {
            let ends = [&slice.lower, &slice.upper, &slice.step];
            ends.into_iter().flatten().all(|end| is_plain(end))
        }
        Expr::Compare(compare) => is_plain(&compare.left) && compare.comparators.iter().all(is_plain),
        Expr::BoolOp(chain) => chain.values.iter().all(is_plain),
        Expr::UnaryOp(operation) => is_plain(&operation.operand),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_plain),
        _ => test.is_literal_expr(),
    }
}

/// The blank lines that go with whole lines, so that the larger gap of the two
/// around them stays, and none at the ends of a file or at the top of a block.
pub(super) fn with_gap(text: &str, lines: TextRange) -> TextRange {
    let (above, below) = (&text[..lines.start().to_usize()], &text[lines.end().to_usize()..]);
    let is_blank = |line: &&str| line.trim_matches([' ', '\t', '\r', '\n']).is_empty();
    let gap = |lines: &[&str]| lines.iter().map(|line| TextSize::of(*line)).sum::<TextSize>();
    let over: Vec<&str> = above.split_inclusive('\n').rev().take_while(is_blank).collect();
    let under: Vec<&str> = below.split_inclusive('\n').take_while(is_blank).collect();
    let bare = &above[..above.len() - gap(&over).to_usize()];
    if gap(&under) == TextSize::of(below) {
        // The end of the file.
        return TextRange::new(lines.start() - gap(&over), lines.end() + gap(&under));
    }
    let opens = bare.is_empty() || over.is_empty() && bare.trim_end().ends_with(':');
    if opens {
        return TextRange::new(lines.start(), lines.end() + gap(&under));
    }
    // Those above, so that what takes the place of the lines can stand there.
    let fewer = over.len().min(under.len());
    TextRange::new(lines.start() - gap(&over[..fewer]), lines.end())
}
