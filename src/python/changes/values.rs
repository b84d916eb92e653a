//! What type a value has: by its syntax, or else by what the type engine knows.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{AnyNodeRef, Expr, ExprCall, Number, Operator, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::{Verdict, around};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::BindingKind;
use crate::python::types::{Class, Owners};

/// Names followed before giving up.
const DEEPEST: u32 = 8;

/// Functions that give a float, whose stubs promise any number.
const FLOATS: &[&str] = &[
    "math.exp",
    "math.log",
    "math.log10",
    "math.log2",
    "math.pow",
    "math.sqrt",
    "random.random",
    "random.uniform",
    "time.time",
];

/// What `async def` gives when it is called.
pub(super) const COROUTINE: &str = "types.CoroutineType";
const GENERATOR: &str = "types.GeneratorType";

/// A float that stands for a whole number, as far as the text tells.
const WHOLE_FLOAT: &str = "whole-float";

/// Whether a value has one of the types.
pub(super) fn is_one_of<'a>(code: &Code<'a>, expr: &'a Expr, wanted: &[&str]) -> Option<Verdict> {
    if wanted.contains(&"None") && may_be_missing(code, expr) {
        return Some(Verdict { confidence: Confidence::Likely, partial: true });
    }
    // A number that is not whole was refused all along.
    if wanted == [WHOLE_FLOAT] {
        let broken = matches!(expr, Expr::NumberLiteral(number) if is_broken(&number.value));
        return if broken { None } else { is_one_of(code, expr, &["float"]) };
    }
    let guess = by_syntax(code, expr, DEEPEST);
    let fits = |name: &str| wanted.contains(&name);
    if let Some((name, Confidence::Certain)) = guess {
        return fits(name).then_some(Verdict::CERTAIN);
    }
    // Objects of these types do not wait under a name.
    let made = [COROUTINE, GENERATOR].iter().any(|name| wanted.contains(name));
    if made && !expr.is_call_expr() || expr.is_starred_expr() || is_asked_about(code, expr) {
        return None;
    }
    // Numbers that are worked out are seldom known to be whole or not.
    // Nor is it worth asking of every value whether it may be missing.
    if wanted.iter().all(|name| matches!(*name, "float" | "bool" | "complex" | "None")) && guess.is_none() {
        return None;
    }
    let owners = owners(code, expr);
    if !owners.classes.is_empty() && !is_vague(&owners) {
        return of_classes(code, expr, &owners, wanted);
    }
    guess.filter(|(name, _)| fits(name)).map(|(_, confidence)| Verdict::of(confidence))
}

fn is_broken(number: &Number) -> bool {
    matches!(number, Number::Float(value) if value.fract() != 0.0)
}

/// Whether a value shows by its syntax that it has none of the types.
pub(super) fn is_other<'a>(code: &Code<'a>, expr: &'a Expr, wanted: &[&str]) -> bool {
    let wanted = if wanted == [WHOLE_FLOAT] { &["float"] } else { wanted };
    let made = [COROUTINE, GENERATOR].iter().any(|name| wanted.contains(name));
    let guess = by_syntax(code, expr, DEEPEST);
    made && !expr.is_call_expr()
        || matches!(guess, Some((name, Confidence::Certain)) if !wanted.contains(&name) && name != "None")
            && !(wanted.contains(&"None") && may_be_missing(code, expr))
}

/// Whether a variable of the environment is taken as it is, which may be none at all.
fn may_be_missing<'a>(code: &Code<'a>, expr: &'a Expr) -> bool {
    let Expr::Call(call) = expr else { return false };
    let names = ["os.environ.get", "os.getenv"];
    let known = call.arguments.len() == 1
        && code.meanings(&call.func).only().is_some_and(|dotted| names.contains(&dotted));
    let variable = &code.document.text[call.arguments.range()];
    let tests = |test: TextRange| code.document.text[test].contains(variable.trim_matches(['(', ')']));
    known
        && !around(code, expr.range()).into_iter().any(|node| match node {
            AnyNodeRef::StmtIf(branches) => tests(branches.test.range()),
            AnyNodeRef::ExprIf(choice) => tests(choice.test.range()),
            _ => false,
        })
}

/// Whether the module asks of the name what it is, so that not every value comes everywhere.
fn is_asked_about(code: &Code<'_>, expr: &Expr) -> bool {
    let Expr::Name(name) = expr else { return false };
    let names = code.names();
    let is_parameter = |kind| matches!(kind, BindingKind::Parameter(_));
    names.bindings_of(name).into_iter().any(|id| is_parameter(names.binding(id).kind))
        && code.document.text.contains(&format!("isinstance({},", name.id))
}

fn owners(code: &Code<'_>, expr: &Expr) -> Owners {
    let unknown = Owners { unknown: true, ..Owners::default() };
    if let Expr::Name(name) = expr
        && let Some(BindingKind::Parameter(parameter)) = code.names().only_binding(name)
        && parameter.annotation().is_none()
    {
        return unknown;
    }
    code.types.map_or(unknown, |types| types.owners(code.document, expr.range(), "__class__"))
}

fn of_classes(code: &Code<'_>, expr: &Expr, owners: &Owners, wanted: &[&str]) -> Option<Verdict> {
    let is_wanted = |class: &&Class| class.instance && wanted.iter().any(|name| is_of(class, name));
    let hits = owners.classes.iter().filter(is_wanted).count();
    if hits == 0 {
        return None;
    }
    let partial = hits < owners.classes.len();
    let declared = matches!(expr, Expr::Name(name)
        if matches!(code.names().only_binding(name), Some(BindingKind::Parameter(_))));
    let sure = !partial && !owners.unknown && !declared;
    (!(partial && owners.unknown)).then_some(Verdict { confidence: Confidence::resolved(sure), partial })
}

/// What is annotated as `float` may be an integer.
fn is_vague(owners: &Owners) -> bool {
    let has =
        |name: &str| owners.classes.iter().any(|class| class.mro.first().is_some_and(|first| first == name));
    has("builtins.float") && has("builtins.int")
}

/// Whether an object of the class has the type so called.
fn is_of(class: &Class, wanted: &str) -> bool {
    let has = |dotted: &str| class.mro.iter().any(|name| name == dotted);
    match wanted {
        "set" => has("typing.AbstractSet") && !has("typing.Sequence"),
        COROUTINE => has(COROUTINE) || has("typing.Coroutine"),
        GENERATOR => has(GENERATOR) || has("typing.Generator"),
        _ if !wanted.contains('.') => has(&format!("builtins.{wanted}")),
        _ => class.mro.iter().zip(&class.standard).any(|(name, standard)| *standard && is_same(name, wanted)),
    }
}

/// A class may be defined in a part of the package that documents it.
fn is_same(defined: &str, documented: &str) -> bool {
    let ends = |dotted: &str| {
        let (first, last) = (dotted.split('.').next(), dotted.rsplit('.').next());
        (first.map(str::to_owned), last.map(str::to_owned))
    };
    defined == documented || ends(defined) == ends(documented)
}

/// The type that an expression shows.
fn by_syntax<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Option<(&'static str, Confidence)> {
    let steps = steps.checked_sub(1)?;
    let name = match expr {
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Generator(_) => GENERATOR,
        Expr::StringLiteral(_) | Expr::FString(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "None",
        Expr::NumberLiteral(number) => match number.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::UnaryOp(operation) if !operation.op.is_not() => {
            return by_syntax(code, &operation.operand, steps);
        }
        Expr::BinOp(operation) => {
            let (left, right) =
                (by_syntax(code, &operation.left, steps), by_syntax(code, &operation.right, steps));
            return of_operation(operation.op, left, right);
        }
        Expr::Call(call) => return of_call(code, call),
        Expr::Name(name) => match code.names().only_binding(name)? {
            BindingKind::Assignment(value) => return by_syntax(code, value, steps),
            _ => return None,
        },
        _ => return None,
    };
    Some((name, Confidence::Certain))
}

type Guess = Option<(&'static str, Confidence)>;

fn of_operation(op: Operator, left: Guess, right: Guess) -> Guess {
    let is = |guess: Guess, names: &[&str]| guess.is_some_and(|(name, _)| names.contains(&name));
    let number = |guess: Guess| is(guess, &["int", "float", "bool"]);
    let sure = |certain: bool| Confidence::resolved(certain);
    match op {
        Operator::Sub | Operator::BitOr | Operator::BitAnd | Operator::BitXor if is(left, &["set"]) => left,
        // What is divided by a number, or multiplied with a fraction, is no whole number.
        Operator::Div if number(left) || number(right) => {
            Some(("float", sure(number(left) && number(right))))
        }
        Operator::Mult | Operator::Add | Operator::Sub if is(left, &["float"]) || is(right, &["float"]) => {
            Some(("float", sure(number(left) && number(right))))
        }
        Operator::Add | Operator::Sub | Operator::Mult if is(left, &["int"]) && is(right, &["int"]) => left,
        Operator::Pow if is(left, &["float"]) && number(right) => left,
        Operator::Pow if is(right, &["float"]) && number(left) => right,
        _ => None,
    }
}

fn of_call<'a>(code: &Code<'a>, call: &'a ExprCall) -> Guess {
    if let Some(name) = of_own_function(code, call) {
        return Some(name);
    }
    if let Expr::Attribute(method) = &*call.func
        && matches!(method.attr.as_str(), "keys" | "items")
        && call.arguments.is_empty()
    {
        return Some(("set", Confidence::Likely));
    }
    let meanings = code.meanings(&call.func);
    if FLOATS.contains(&meanings.only()?) {
        return Some(("float", Confidence::Certain));
    }
    let name = match meanings.only()?.strip_prefix("builtins.")? {
        "set" | "frozenset" => "set",
        "dict" => "dict",
        "list" | "sorted" => "list",
        "tuple" => "tuple",
        "str" => "str",
        "bytes" => "bytes",
        "bytearray" => "bytearray",
        "memoryview" => "memoryview",
        "range" => "range",
        "float" => "float",
        "int" | "len" => "int",
        _ => return None,
    };
    Some((name, Confidence::Certain))
}

/// A coroutine or a generator that a function of this module makes.
fn of_own_function<'a>(code: &Code<'a>, call: &'a ExprCall) -> Guess {
    let (function, confidence) = match &*call.func {
        Expr::Name(name) => match code.names().only_binding(name)? {
            BindingKind::Function(function) => (function, Confidence::Certain),
            _ => return None,
        },
        Expr::Attribute(method) => {
            let Expr::Name(object) = &*method.value else { return None };
            let class = code.names().class_around(object.range.start())?;
            let own = class.body.iter().find_map(|stmt| match stmt {
                Stmt::FunctionDef(function) if function.name == method.attr => Some(function),
                _ => None,
            });
            (own.filter(|_| matches!(object.id.as_str(), "self" | "cls"))?, Confidence::Likely)
        }
        _ => return None,
    };
    if !function.decorator_list.is_empty() {
        return None;
    }
    match (function.is_async, yields(function)) {
        (true, false) => Some((COROUTINE, confidence)),
        (false, true) => Some((GENERATOR, confidence)),
        _ => None,
    }
}

/// Whether a function yields, so that calling it gives a generator.
fn yields(function: &StmtFunctionDef) -> bool {
    struct Search(bool);
    impl<'a> Visitor<'a> for Search {
        fn visit_stmt(&mut self, stmt: &'a Stmt) {
            if !matches!(stmt, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                visitor::walk_stmt(self, stmt);
            }
        }
        fn visit_expr(&mut self, expr: &'a Expr) {
            match expr {
                Expr::Yield(_) | Expr::YieldFrom(_) => self.0 = true,
                Expr::Lambda(_) => {}
                _ => visitor::walk_expr(self, expr),
            }
        }
    }
    let mut search = Search(false);
    search.visit_body(&function.body);
    search.0
}
