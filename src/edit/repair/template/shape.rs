//! A template of the catalogue, taken apart.

use ruff_python_ast::operator_precedence::OperatorPrecedence;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall, Keyword, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Site;
use crate::parse::python::parse;
use crate::version::PythonVersion;

/// What a template takes from the old text; in the order of the old text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Placeholder {
    Receiver,
    Argument(usize),
    All,
}

pub(super) enum Piece {
    Text(String),
    Hole(Placeholder),
}

/// A template, taken apart.
pub(super) struct Shape {
    pub(super) pieces: Vec<Piece>,
    pub(super) is_assignment: bool,
    /// Needs no parentheses anywhere.
    pub(super) is_closed: bool,
    /// Names that it takes as they are: built-ins.
    names: Vec<String>,
}

impl Shape {
    pub(super) fn of(template: &str) -> Option<Self> {
        let pieces = pieces(template);
        // Names that no module has.
        let dummy = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Hole(_) => "_".to_owned(),
        };
        let sample: String = pieces.iter().map(dummy).collect();
        let parsed = parse(&sample, None, PythonVersion::PY313);
        let [stmt] = parsed.body() else { return None };
        let mut names = Names { found: Vec::new() };
        names.visit_stmt(stmt);
        let is_closed = match stmt {
            Stmt::Expr(stmt) => {
                OperatorPrecedence::from_expr(&stmt.value) >= OperatorPrecedence::CallAttribute
            }
            Stmt::Assign(_) => true,
            _ => return None,
        };
        let is_assignment = stmt.is_assign_stmt();
        (!parsed.is_broken()).then_some(Self { pieces, is_assignment, is_closed, names: names.found })
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(placeholder) => Some(*placeholder),
            Piece::Text(_) => None,
        })
    }

    /// Whether the built-ins that it names are what they are.
    pub(super) fn is_free(&self, site: &Site<'_, '_>, place: TextSize) -> bool {
        let imported = |name: &String| {
            site.name().imports.iter().any(|module| module.split('.').next() == Some(name))
                || !crate::catalogue::stdlib_name("builtins", name, PythonVersion::PY313).unwrap_or(false)
        };
        let names = self.names.iter().filter(|name| !imported(name));
        names.into_iter().all(|name| site.code.names().bindings_at(name, place).is_empty())
    }

    /// Whether a call has exactly the arguments that the template takes.
    pub(super) fn accepts(&self, site: &Site<'_, '_>, call: &ExprCall) -> bool {
        let arguments = &call.arguments;
        if self.placeholders().any(|one| one == Placeholder::All) {
            return true;
        }
        let taken = self.taken();
        let defaults = site.name().defaults;
        let is_default =
            |(given, default): (&Expr, &&str)| site.text()[given.range()].replace('"', "'") == **default;
        let given = arguments.args.len();
        let plain = !arguments.args.iter().any(Expr::is_starred_expr) && given >= taken;
        if plain && handed_on(site, call, taken).is_some() {
            return true;
        }
        plain
            && arguments.keywords.is_empty()
            && given <= taken + defaults.len()
            && arguments.args[taken..].iter().zip(defaults).all(is_default)
    }

    /// How many arguments the template takes by position.
    pub(super) fn taken(&self) -> usize {
        let ends = self.placeholders().filter_map(|one| match one {
            Placeholder::Argument(at) => Some(at + 1),
            _ => None,
        });
        ends.max().unwrap_or_default()
    }
}

/// The arguments of a call behind those that the template takes, if it hands all of them on.
pub(super) fn handed_on(site: &Site<'_, '_>, call: &ExprCall, taken: usize) -> Option<Vec<TextRange>> {
    let passes = site.name().passes;
    let behind = call.arguments.args.get(taken..)?;
    let named = |keyword: &Keyword| keyword.arg.as_ref().is_some_and(|name| passes.contains(&name.as_str()));
    let fits = behind.len() <= passes.len() && call.arguments.keywords.iter().all(named);
    let keywords = call.arguments.keywords.iter().map(Ranged::range);
    let arguments = behind.iter().map(Ranged::range).chain(keywords);
    (fits && !passes.is_empty()).then(|| arguments.collect())
}

struct Names {
    found: Vec<String>,
}

impl<'a> Visitor<'a> for Names {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr
            && name.id.as_str() != "_"
        {
            self.found.push(name.id.to_string());
        }
        visitor::walk_expr(self, expr);
    }
}

fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(letter) = rest.chars().next() {
        let inside = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(inside, _)| inside);
        let hole = inside.and_then(|inside| match inside {
            "self" => Some(Placeholder::Receiver),
            "*" => Some(Placeholder::All),
            digits => digits.parse().ok().map(Placeholder::Argument),
        });
        match hole.zip(inside) {
            Some((hole, inside)) => {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
                pieces.push(Piece::Hole(hole));
                rest = &rest[inside.len() + 2..];
            }
            None => {
                text.push(letter);
                rest = &rest[letter.len_utf8()..];
            }
        }
    }
    pieces.push(Piece::Text(text));
    pieces
}
