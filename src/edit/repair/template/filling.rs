//! The old text in the holes of a template.

use ruff_python_ast::Expr;
use ruff_python_ast::operator_precedence::OperatorPrecedence;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::shape::{Piece, Placeholder, Shape, handed_on};
use super::{Old, Site};

/// Puts the old text into the holes.
pub(super) struct Filling<'f, 'c, 'a> {
    pub(super) site: &'f Site<'c, 'a>,
    pub(super) old: &'f Old<'a>,
    /// What of the old text is in the new one.
    pub(super) kept: Vec<TextRange>,
}

impl Filling<'_, '_, '_> {
    pub(super) fn fill(&mut self, shape: &Shape) -> Option<String> {
        let mut result = String::new();
        for (at, piece) in shape.pieces.iter().enumerate() {
            let placeholder = match piece {
                Piece::Text(text) => {
                    result.push_str(text);
                    continue;
                }
                Piece::Hole(placeholder) => *placeholder,
            };
            let after = match shape.pieces.get(at + 1) {
                Some(Piece::Text(text)) => text.as_str(),
                _ => "",
            };
            if placeholder == Placeholder::All {
                self.all(&mut result, after)?;
                continue;
            }
            let before = result.trim_end();
            let begins = before.ends_with(['(', ',', '[']);
            let ends = after.trim_start().starts_with([')', ',', ']']);
            let room = if begins && ends {
                Room::Argument
            } else if shape.is_assignment && before.ends_with('=') && after.is_empty() {
                Room::Value
            } else {
                Room::Operand
            };
            let expr = self.old.argument(placeholder)?;
            self.kept.push(expr.range());
            result.push_str(&embedded(&self.site.text()[expr.range()], expr, room));
        }
        Some(result)
    }

    /// Gives the call that was written the arguments that it hands on.
    pub(super) fn hand_on(&mut self, shape: &Shape, text: &mut String) {
        let Some(call) = self.old.call else { return };
        for argument in handed_on(self.site, call, shape.taken()).into_iter().flatten() {
            self.kept.push(argument);
            if text.ends_with(')') {
                text.insert_str(text.len() - 1, &format!(", {}", &self.site.text()[argument]));
            }
        }
    }

    /// All arguments as they are written.
    fn all(&mut self, result: &mut String, after: &str) -> Option<()> {
        let call = self.old.call?;
        let alone = result.ends_with('(') && after.starts_with(')');
        let generator =
            |expr: &Expr| expr.as_generator_expr().is_some_and(|generator| !generator.parenthesized);
        if !alone && call.arguments.args.iter().any(generator) {
            return None;
        }
        let range = call.arguments.range();
        let inner = TextRange::new(range.start() + TextSize::new(1), range.end() - TextSize::new(1));
        let text = &self.site.text()[inner];
        self.kept.push(inner);
        if text.trim().is_empty() && result.ends_with(", ") {
            result.truncate(result.len() - 2);
        } else if text.starts_with(char::is_whitespace) && result.ends_with(' ') {
            result.truncate(result.len() - 1);
        }
        result.push_str(text);
        Some(())
    }
}

/// How much room a hole has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Between parentheses and commas.
    Argument,
    /// The right-hand side of an assignment.
    Value,
    /// Beside operators, a dot or brackets.
    Operand,
}

/// An expression as it fits there; what it was has no parentheses of its own.
fn embedded(text: &str, expr: &Expr, room: Room) -> String {
    let generator = expr.as_generator_expr().is_some_and(|generator| !generator.parenthesized);
    let bare = generator || matches!(expr, Expr::Named(_) | Expr::Yield(_) | Expr::YieldFrom(_));
    let closed = OperatorPrecedence::from_expr(expr) >= OperatorPrecedence::CallAttribute;
    let number = matches!(expr, Expr::NumberLiteral(_));
    let lines = text.contains('\n') || text.contains('\r');
    let fits = match room {
        Room::Argument => !bare,
        Room::Value => !bare && !lines,
        Room::Operand => closed && !number && !lines && !bare,
    };
    if fits { text.to_owned() } else { format!("({text})") }
}
