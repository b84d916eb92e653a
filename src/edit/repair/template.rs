//! Calls and attributes written anew after a template of the catalogue.

use ruff_python_ast::operator_precedence::OperatorPrecedence;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, Expr, ExprAttribute, ExprCall, ExprName, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Repair, Site, rename};
use crate::catalogue::Kind;
use crate::edit::Change;
use crate::edit::spell::{self, At, Import};
use crate::parse::python::parse;
use crate::python::names::BindingKind;
use crate::version::PythonVersion;

/// `module.function(…)`, `module.CONSTANT`.
pub(super) fn attribute<'a>(
    site: &Site<'_, 'a>,
    attribute: &'a ExprAttribute,
    call: Option<&'a ExprCall>,
    at: At,
) -> Option<Repair> {
    let kind = site.name().kind;
    // `{self}` of a class method is the class.
    let receiver = site.name().class().map(|_| attribute);
    let module = module_of(site, attribute);
    let whole = match call.filter(|_| !matches!(kind, Some(Kind::Constant))) {
        Some(call) => Old { whole: call.range(), receiver, call: Some(call), module, deferred: false },
        None if kind == Some(Kind::Constant) => {
            Old { whole: attribute.range(), receiver: None, call: None, module, deferred: false }
        }
        None => return handed_on(site, attribute, at),
    };
    complete(site, whole.write(site, at)?, at)
}

/// How the module of a name, or of its class, is written.
fn module_of<'a>(site: &Site<'_, 'a>, attribute: &'a ExprAttribute) -> Option<&'a Expr> {
    match site.name().class() {
        None => Some(&attribute.value),
        Some(_) => attribute.value.as_attribute_expr().map(|class| &*class.value),
    }
}

/// A function without arguments that is called elsewhere: `default=Class.method`.
fn handed_on<'a>(site: &Site<'_, 'a>, attribute: &'a ExprAttribute, at: At) -> Option<Repair> {
    let whole = attribute.range();
    let takes_room = matches!(
        site.around(whole).parent()?,
        AnyNodeRef::Arguments(_)
            | AnyNodeRef::Keyword(_)
            | AnyNodeRef::ParameterWithDefault(_)
            | AnyNodeRef::ExprDict(_)
            | AnyNodeRef::StmtReturn(_)
    );
    // Django writes default values into migrations by their names.
    let by_name = site.code.names().bindings().any(|(_, binding)| match binding.kind {
        BindingKind::Import(_, alias) => alias.name.split('.').next() == Some("django"),
        BindingKind::From(import, _) => {
            import.module.as_ref().is_some_and(|module| module.split('.').next() == Some("django"))
        }
        _ => false,
    });
    if !takes_room || by_name || !is_repeatable(&attribute.value) {
        return None;
    }
    let receiver = site.name().class().map(|_| attribute);
    let module = module_of(site, attribute);
    let old = Old { whole, receiver, call: None, module, deferred: true };
    complete(site, old.write(site, at)?, at)
}

/// A name that a star import brought.
pub(super) fn star<'a>(
    site: &Site<'_, 'a>,
    name: &'a ExprName,
    call: Option<&'a ExprCall>,
    at: At,
) -> Option<Repair> {
    let old = match call {
        Some(call) => {
            Old { whole: call.range(), receiver: None, call: Some(call), module: None, deferred: false }
        }
        None if site.name().kind == Some(Kind::Constant) => {
            Old { whole: name.range(), receiver: None, call: None, module: None, deferred: false }
        }
        None => return None,
    };
    complete(site, old.write(site, at)?, at)
}

/// `receiver.method(…)`, `receiver.attribute`.
pub(super) fn member<'a>(
    site: &Site<'_, 'a>,
    attribute: &'a ExprAttribute,
    call: Option<&'a ExprCall>,
    at: At,
) -> Option<Repair> {
    let receiver = Some(attribute);
    let old = match (site.name().kind, call) {
        (Some(Kind::Attribute), _) => {
            Old { whole: attribute.range(), receiver, call: None, module: None, deferred: false }
        }
        (_, Some(call)) => {
            Old { whole: call.range(), receiver, call: Some(call), module: None, deferred: false }
        }
        (_, None) => return None,
    };
    complete(site, old.write(site, at)?, at)
}

/// Adds the imports that are missing.
fn complete(site: &Site<'_, '_>, new: New, at: At) -> Option<Repair> {
    let mut changes = vec![new.change];
    for missing in new.missing {
        let spelling = spell::Spelling { text: String::new(), missing: Some(missing) };
        changes.extend(spelling.insertion(site.code, at)?);
    }
    let repair = Repair::new(message(site), changes).doubt(new.reason);
    Some(Repair { shown_because: new.shown_because, ..repair })
}

pub(super) fn message(site: &Site<'_, '_>) -> String {
    let shown = site.name().rewritten().unwrap_or_default();
    if site.is_member() {
        format!("Replace `{}` with `{shown}`", site.name().last())
    } else {
        rename::message(site, &shown)
    }
}

/// What stands there now.
pub(in crate::edit) struct Old<'a> {
    /// All that is replaced.
    pub whole: TextRange,
    /// The attribute whose value `{self}` is.
    pub receiver: Option<&'a ExprAttribute>,
    /// The call whose arguments the template takes.
    pub call: Option<&'a ExprCall>,
    /// How the module of the name is written there.
    pub module: Option<&'a Expr>,
    /// Whether what takes its place shall only happen when it is called.
    pub deferred: bool,
}

/// What takes its place.
pub(in crate::edit) struct New {
    pub change: Change,
    pub missing: Vec<Import>,
    reason: Option<String>,
    shown_because: Option<String>,
}

impl New {
    pub(in crate::edit) fn doubts(&self) -> (Option<String>, Option<String>) {
        (self.reason.clone(), self.shown_because.clone())
    }
}

impl<'a> Old<'a> {
    /// Fills in the template; the missing imports are left to the caller.
    pub(in crate::edit) fn write(&self, site: &Site<'_, 'a>, at: At) -> Option<New> {
        let (template, missing) = spelled(site, self.module, at)?;
        let shape = Shape::of(&template)?;
        if !shape.is_free(site, at.place)
            || self.call.is_some_and(|call| !shape.accepts(site, call))
            || self.deferred && shape.is_assignment
        {
            return None;
        }
        let shape = self.kept_lines(site, &template).unwrap_or(shape);
        let around = site.around(self.whole);
        let parent = around.ancestors().find(|node| node.range() != self.whole || node.is_statement());
        let is_statement = matches!(parent, Some(AnyNodeRef::StmtExpr(stmt)) if stmt.range() == self.whole);
        if shape.is_assignment && !is_statement {
            return None;
        }
        let mut filling = Filling { site, old: self, kept: Vec::new() };
        let mut text = filling.fill(&shape)?;
        if self.deferred {
            text = format!("lambda: {text}");
        } else if !(is_statement || shape.is_closed || parent.is_some_and(is_roomy)) {
            text = format!("({text})");
        }
        let kept = filling.kept;
        if !comments(site, self.whole).all(|comment| kept.iter().any(|kept| kept.contains_range(comment))) {
            return None;
        }
        let (reason, shown_because) = self.doubts(site, &shape);
        Some(New { change: Change::new(self.whole, text), missing, reason, shown_because })
    }

    /// The template with all arguments in one hole, where they stand on several lines and it takes
    /// them in their order.
    fn kept_lines(&self, site: &Site<'_, 'a>, template: &str) -> Option<Shape> {
        let arguments = &self.call?.arguments;
        let text = &site.text()[arguments.range()];
        let ends = text.trim_end_matches(')').trim_end();
        let count = arguments.args.len();
        if count < 2 || !text.contains('\n') || ends.ends_with(',') {
            return None;
        }
        let holes: Vec<String> = (0..count).map(|at| format!("{{{at}}}")).collect();
        let holes = holes.join(", ");
        (template.matches(&holes).count() == 1).then(|| Shape::of(&template.replace(&holes, "{*}")))?
    }

    fn argument(&self, placeholder: Placeholder) -> Option<&Expr> {
        match placeholder {
            Placeholder::Receiver => Some(&self.receiver?.value),
            Placeholder::Argument(at) => self.call?.arguments.args.get(at),
            Placeholder::All => None,
        }
    }

    /// What changes in the order or number of evaluations.
    fn doubts(&self, site: &Site<'_, 'a>, shape: &Shape) -> (Option<String>, Option<String>) {
        let used: Vec<Placeholder> = shape.placeholders().collect();
        let text = |expr: &Expr| site.text()[expr.range()].split_whitespace().collect::<Vec<_>>().join(" ");
        let twice = used.iter().enumerate().find_map(|(at, one)| {
            let again = used[..at].contains(one);
            self.argument(*one).filter(|expr| again && !is_repeatable(expr))
        });
        let shown = twice.map(|expr| format!("`{}` would be evaluated twice", text(expr)));
        let lost = self.receiver.filter(|_| !used.contains(&Placeholder::Receiver));
        let lost =
            lost.filter(|receiver| has_effects(&receiver.value) && !self.makes_receiver(site, receiver));
        if let Some(lost) = lost {
            return (Some(format!("`{}` is no longer evaluated", text(&lost.value))), shown);
        }
        let active: Vec<Placeholder> = used
            .iter()
            .copied()
            .filter(|one| *one == Placeholder::All || self.argument(*one).is_some_and(has_effects))
            .collect();
        let reordered = active.windows(2).any(|pair| pair[0] > pair[1]);
        (reordered.then(|| "the arguments are evaluated in another order".to_owned()), shown)
    }

    /// Whether the receiver is only made for this call: `Class().method()`.
    fn makes_receiver(&self, site: &Site<'_, 'a>, receiver: &'a ExprAttribute) -> bool {
        let Expr::Call(made) = &*receiver.value else { return false };
        let class = site.code.names().resolve(&made.func);
        made.arguments.is_empty() && class.only() == Some(&*site.old().0)
    }
}

/// The template as its modules are called in this file, and the imports that are missing.
fn spelled<'a>(site: &Site<'_, 'a>, own: Option<&'a Expr>, at: At) -> Option<(String, Vec<Import>)> {
    let mut template = site.name().rewrite?.to_owned();
    let mut missing = Vec::new();
    for module in site.name().imports {
        let same = own.filter(|own| site.code.names().resolve(own).may_be(module));
        if let Some(own) = same {
            template = replace_dotted(&template, module, &site.text()[own.range()]);
            continue;
        }
        if let Some(spelling) = spell::module_without(site.code, module, at, site.going) {
            missing.extend(spelling.missing);
            template = replace_dotted(&template, module, &spelling.text);
            continue;
        }
        for member in members(&template, module) {
            let dotted = format!("{module}.{member}");
            let spelling = spell::name(site.code, &dotted, at)?;
            missing.extend(spelling.missing);
            template = replace_dotted(&template, &dotted, &spelling.text);
        }
    }
    Some((template, missing))
}

/// The names that a template takes from a module, each once.
fn members(template: &str, module: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, dotted) in template.match_indices(module) {
        let rest = template[at + dotted.len()..].strip_prefix('.').unwrap_or_default();
        let member: String =
            rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if is_start(&template[..at]) && !member.is_empty() && !found.contains(&member) {
            found.push(member);
        }
    }
    found
}

/// Whether a dotted name can begin behind this text.
fn is_start(before: &str) -> bool {
    !before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '}'))
}

/// Another spelling for a dotted name, wherever it stands in a template.
fn replace_dotted(template: &str, dotted: &str, new: &str) -> String {
    let mut result = String::new();
    let mut rest = 0;
    for (at, found) in template.match_indices(dotted) {
        let behind = &template[at + found.len()..];
        let goes_on = behind.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if is_start(&template[..at]) && !goes_on {
            result.push_str(&template[rest..at]);
            result.push_str(new);
            rest = at + found.len();
        }
    }
    result + &template[rest..]
}

/// What a template takes from the old text; in the order of the old text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Placeholder {
    Receiver,
    Argument(usize),
    All,
}

enum Piece {
    Text(String),
    Hole(Placeholder),
}

/// A template, taken apart.
struct Shape {
    pieces: Vec<Piece>,
    is_assignment: bool,
    /// Needs no parentheses anywhere.
    is_closed: bool,
    /// Names that it takes as they are: built-ins.
    names: Vec<String>,
}

impl Shape {
    fn of(template: &str) -> Option<Self> {
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

    fn placeholders(&self) -> impl Iterator<Item = Placeholder> + '_ {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(placeholder) => Some(*placeholder),
            Piece::Text(_) => None,
        })
    }

    /// Whether the built-ins that it names are what they are.
    fn is_free(&self, site: &Site<'_, '_>, place: TextSize) -> bool {
        let imported = |name: &String| {
            site.name().imports.iter().any(|module| module.split('.').next() == Some(name))
                || !crate::catalogue::stdlib_name("builtins", name, PythonVersion::PY313).unwrap_or(false)
        };
        let names = self.names.iter().filter(|name| !imported(name));
        names.into_iter().all(|name| site.code.names().bindings_at(name, place).is_empty())
    }

    /// Whether a call has exactly the arguments that the template takes.
    fn accepts(&self, site: &Site<'_, '_>, call: &ExprCall) -> bool {
        let arguments = &call.arguments;
        if self.placeholders().any(|one| one == Placeholder::All) {
            return true;
        }
        let last = self.placeholders().filter_map(|one| match one {
            Placeholder::Argument(at) => Some(at + 1),
            _ => None,
        });
        let taken = last.max().unwrap_or_default();
        let defaults = site.name().defaults;
        let is_default =
            |(given, default): (&Expr, &&str)| site.text()[given.range()].replace('"', "'") == **default;
        let given = arguments.args.len();
        arguments.keywords.is_empty()
            && !arguments.args.iter().any(Expr::is_starred_expr)
            && (taken..=taken + defaults.len()).contains(&given)
            && arguments.args[taken..].iter().zip(defaults).all(is_default)
    }
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

/// Puts the old text into the holes.
struct Filling<'f, 'c, 'a> {
    site: &'f Site<'c, 'a>,
    old: &'f Old<'a>,
    /// What of the old text is in the new one.
    kept: Vec<TextRange>,
}

impl Filling<'_, '_, '_> {
    fn fill(&mut self, shape: &Shape) -> Option<String> {
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

/// Whether any expression can stand below this node without parentheses.
fn is_roomy(parent: AnyNodeRef<'_>) -> bool {
    matches!(
        parent,
        AnyNodeRef::StmtExpr(_)
            | AnyNodeRef::StmtAssign(_)
            | AnyNodeRef::StmtReturn(_)
            | AnyNodeRef::StmtIf(_)
            | AnyNodeRef::StmtWhile(_)
            | AnyNodeRef::Arguments(_)
            | AnyNodeRef::Keyword(_)
    )
}

/// Whether evaluating it twice is the same as once.
fn is_repeatable(expr: &Expr) -> bool {
    match expr {
        Expr::Attribute(attribute) => is_repeatable(&attribute.value),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_repeatable),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_none_or(is_repeatable) && is_repeatable(&item.value)),
        Expr::List(list) => list.elts.iter().all(is_repeatable),
        _ => expr.is_name_expr() || expr.is_literal_expr(),
    }
}

/// Whether evaluating it may do something.
pub(super) fn has_effects(expr: &Expr) -> bool {
    let mut effects = Effects { found: false };
    effects.visit_expr(expr);
    effects.found
}

struct Effects {
    found: bool,
}

impl<'a> Visitor<'a> for Effects {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(_) | Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Named(_) => {
                self.found = true;
            }
            Expr::Lambda(_) => {}
            _ => visitor::walk_expr(self, expr),
        }
    }
}

fn comments<'s>(site: &'s Site<'_, '_>, within: TextRange) -> impl Iterator<Item = TextRange> + 's {
    let tokens = site.code.module.tokens();
    let first = tokens.partition_point(|token| token.end() <= within.start());
    let inside = tokens[first..].iter().take_while(move |token| token.start() < within.end());
    inside.filter(|token| token.kind() == TokenKind::Comment).map(|token| token.range())
}
