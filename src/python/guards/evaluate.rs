//! Conditions whose value on the target version is known without running them.

use ruff_python_ast::{self as ast, CmpOp, Expr, Number, UnaryOp};

use ruff_text_size::{Ranged, TextRange};

use super::own::flag;
use super::{Fault, Reach, reach};
use crate::catalogue;
use crate::python::Code;
use crate::python::names::BindingKind;

/// Assignments followed before giving up.
const MAX_STEPS: u32 = 12;

/// What an expression is on the target, as far as it is known.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Unknown,
    None,
    /// Something that counts as true and is not `None`.
    Truthy,
    Bool(bool),
    Int(i64),
    Str(String),
    /// Text that begins so.
    Prefix(String),
    Tuple(Vec<Value>),
    /// `sys.version_info`: the target, a micro version and more.
    VersionInfo,
}

/// The truth of a condition on the target version, if it is known.
pub(super) fn truth<'a>(code: &Code<'a>, expr: &'a Expr) -> Option<bool> {
    let key = (expr.range(), code.judging.get());
    if let Some(known) = code.truths.borrow().get(&key) {
        return *known;
    }
    let truth = weigh(code, expr);
    code.truths.borrow_mut().insert(key, truth);
    truth
}

fn weigh<'a>(code: &Code<'a>, expr: &'a Expr) -> Option<bool> {
    match evaluate(code, expr, MAX_STEPS) {
        Value::Unknown => None,
        Value::None => Some(false),
        Value::Truthy | Value::Prefix(_) | Value::VersionInfo => Some(true),
        Value::Bool(value) => Some(value),
        Value::Int(value) => Some(value != 0),
        Value::Str(text) => Some(!text.is_empty()),
        Value::Tuple(items) => Some(!items.is_empty()),
    }
}

fn evaluate<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Value {
    let Some(steps) = steps.checked_sub(1) else { return Value::Unknown };
    match expr {
        Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
        Expr::NoneLiteral(_) => Value::None,
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(int) => int.as_i64().map_or(Value::Unknown, Value::Int),
            _ => Value::Unknown,
        },
        Expr::StringLiteral(literal) => Value::Str(literal.value.to_str().to_owned()),
        Expr::Tuple(tuple) => Value::Tuple(tuple.elts.iter().map(|one| evaluate(code, one, steps)).collect()),
        Expr::List(list) => Value::Tuple(list.elts.iter().map(|one| evaluate(code, one, steps)).collect()),
        Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
            truth(code, &operation.operand).map_or(Value::Unknown, |value| Value::Bool(!value))
        }
        Expr::BoolOp(chain) => bool_chain(code, chain),
        Expr::Compare(compare) => comparison(code, compare, steps),
        Expr::Subscript(subscript) => {
            let value = evaluate(code, &subscript.value, steps);
            index(code, &value, &subscript.slice, steps)
        }
        Expr::Call(call) => called(code, call, steps),
        Expr::Name(_) | Expr::Attribute(_) => named(code, expr, steps),
        _ => Value::Unknown,
    }
}

fn bool_chain<'a>(code: &Code<'a>, chain: &'a ast::ExprBoolOp) -> Value {
    let decides = chain.op == ast::BoolOp::Or;
    let values: Vec<Option<bool>> = chain.values.iter().map(|value| truth(code, value)).collect();
    if values.contains(&Some(decides)) {
        return Value::Bool(decides);
    }
    if values.contains(&None) { Value::Unknown } else { Value::Bool(!decides) }
}

fn version_items(code: &Code<'_>) -> Vec<Value> {
    let (major, minor) = code.target.as_tuple();
    let known = [Value::Int(major.into()), Value::Int(minor.into())];
    known.into_iter().chain([Value::Unknown, Value::Unknown, Value::Unknown]).collect()
}

fn index<'a>(code: &Code<'a>, value: &Value, slice: &'a Expr, steps: u32) -> Value {
    let items = match value {
        Value::VersionInfo => version_items(code),
        Value::Tuple(items) => items.clone(),
        Value::Str(text) | Value::Prefix(text) => return text_index(code, value, text, slice, steps),
        _ => return Value::Unknown,
    };
    match slice {
        Expr::Slice(slice) => {
            let bound = |part: &'a Option<Box<Expr>>, default| match part.as_deref() {
                None => Some(default),
                Some(part) => match evaluate(code, part, steps) {
                    Value::Int(at) => usize::try_from(at).ok(),
                    _ => None,
                },
            };
            match (bound(&slice.lower, 0), bound(&slice.upper, items.len()), &slice.step) {
                (Some(from), Some(to), None) if from <= to => {
                    Value::Tuple(items.get(from..to.min(items.len())).unwrap_or_default().to_vec())
                }
                _ => Value::Unknown,
            }
        }
        at => match evaluate(code, at, steps) {
            Value::Int(at) => {
                usize::try_from(at).ok().and_then(|at| items.get(at).cloned()).unwrap_or(Value::Unknown)
            }
            _ => Value::Unknown,
        },
    }
}

/// `sys.version[0]`, `sys.version[:3]`.
fn text_index<'a>(code: &Code<'a>, value: &Value, text: &str, slice: &'a Expr, steps: u32) -> Value {
    let end = match slice {
        Expr::Slice(slice) if slice.lower.is_none() && slice.step.is_none() => {
            slice.upper.as_deref().map(|upper| evaluate(code, upper, steps))
        }
        Expr::Slice(_) => None,
        at => match evaluate(code, at, steps) {
            Value::Int(0) => Some(Value::Int(1)),
            _ => None,
        },
    };
    match end {
        Some(Value::Int(end)) => match usize::try_from(end) {
            Ok(end) if end <= text.len() => {
                text.get(..end).map_or(Value::Unknown, |text| Value::Str(text.to_owned()))
            }
            _ if matches!(value, Value::Str(_)) => value.clone(),
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

fn named<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Value {
    let (major, minor) = code.target.as_tuple();
    if let Some(dotted) = code.names().resolve(expr).only() {
        let known = match dotted {
            "sys.version_info" => Value::VersionInfo,
            "sys.version_info.major" => Value::Int(major.into()),
            "sys.version_info.minor" => Value::Int(minor.into()),
            "sys.version" => Value::Prefix(format!("{major}.{minor}.")),
            "sys.hexversion" => Value::Int(i64::from(major) << 24 | i64::from(minor) << 16 | 0x00f0),
            "typing.TYPE_CHECKING" | "typing_extensions.TYPE_CHECKING" => Value::Bool(false),
            "six.PY2" => Value::Bool(false),
            "six.PY3" | "six.PY34" => Value::Bool(true),
            "builtins.str" | "builtins.bytes" => Value::Str(dotted.to_owned()),
            "builtins.unicode" | "builtins.long" | "builtins.basestring" | "builtins.xrange" => {
                Value::Unknown
            }
            _ => by_spelling(dotted.rsplit('.').next().unwrap_or(dotted)),
        };
        if known != Value::Unknown {
            return known;
        }
    }
    assigned(code, expr, steps)
}

/// Constants such as `PY2`, wherever a project defines them.
fn by_spelling(name: &str) -> Value {
    let bare = name.trim_start_matches('_').to_ascii_lowercase();
    match bare.strip_prefix("is_").or(bare.strip_prefix("is")).unwrap_or(&bare) {
        "py2" | "python2" | "py_2" | "python_2" | "py27" => Value::Bool(false),
        "py3" | "python3" | "py_3" | "python_3" | "py3k" => Value::Bool(true),
        "type_checking" | "mypy_check_running" | "mypy" => Value::Bool(false),
        _ => Value::Unknown,
    }
}

/// A name has the value that its bindings agree on, as far as they run on the target.
fn assigned<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Value {
    let name = match expr {
        Expr::Name(name) => name,
        Expr::Attribute(attribute) => {
            return flag(code, attribute).map_or(Value::Unknown, |value| evaluate(code, value, steps));
        }
        _ => return Value::Unknown,
    };
    let bindings = code.names().bindings_of(name);
    let several = bindings.len() > 1;
    let bindings = bindings.into_iter().map(|id| code.names().binding(id));
    let bindings = bindings.filter(|binding| !several || !is_dead(code, binding.range));
    let values: Vec<Value> = bindings
        .map(|binding| match binding.kind {
            BindingKind::Assignment(value) => evaluate(code, value, steps),
            BindingKind::Import(_, alias) => imported(code, &alias.name, None),
            BindingKind::From(import, alias) if import.level == 0 => import
                .module
                .as_ref()
                .map_or(Value::Unknown, |module| imported(code, module, Some(&alias.name))),
            _ => Value::Unknown,
        })
        .collect();
    match &values[..] {
        [one] if *one != Value::Unknown => one.clone(),
        [] | [_] => by_spelling(name.id.as_str()),
        // `try: … PY2 = False / except: PY2 = True`: only if they agree.
        [first, rest @ ..] if rest.iter().all(|other| other == first) => first.clone(),
        _ => by_spelling(name.id.as_str()),
    }
}

/// What an import that runs gives: a module, or something of a module.
fn imported(code: &Code<'_>, module: &str, name: Option<&str>) -> Value {
    match catalogue::is_importable(module, name, code.target) {
        // Constants such as `TYPE_CHECKING` are known by their dotted names.
        Some(true) if name.is_none_or(|name| name.contains(|letter: char| letter.is_ascii_lowercase())) => {
            Value::Truthy
        }
        _ => Value::Unknown,
    }
}

/// Whether a binding does not run on the target. Judging one condition may ask
/// for the value of another; beyond a few levels the answer is not worth it.
pub(super) fn is_dead(code: &Code<'_>, place: TextRange) -> bool {
    const MAX_DEPTH: u32 = 4;
    let depth = code.judging.get();
    if depth >= MAX_DEPTH {
        return false;
    }
    if let Some(known) = code.dead.borrow().get(&(place, depth)) {
        return *known;
    }
    code.judging.set(depth + 1);
    let dead = reach(code, place, Fault::Import) == Reach::Dead;
    code.judging.set(depth);
    code.dead.borrow_mut().insert((place, depth), dead);
    dead
}

fn called<'a>(code: &Code<'a>, call: &'a ast::ExprCall, steps: u32) -> Value {
    let (major, minor) = code.target.as_tuple();
    let argument = |at: usize| call.arguments.args.get(at);
    if let Some(text) = method_of_text(code, call, steps) {
        return text;
    }
    let meanings = code.names().resolve(&call.func);
    match meanings.only() {
        Some("platform.python_version_tuple") => {
            let text = |number: u8| Value::Str(number.to_string());
            Value::Tuple(vec![text(major), text(minor), Value::Unknown])
        }
        Some("platform.python_version") => Value::Prefix(format!("{major}.{minor}.")),
        Some("builtins.int") => match argument(0).map(|argument| evaluate(code, argument, steps)) {
            Some(Value::Str(text)) => text.parse().map_or(Value::Unknown, Value::Int),
            Some(value @ Value::Int(_)) => value,
            _ => Value::Unknown,
        },
        Some("builtins.tuple") => {
            argument(0).map_or(Value::Unknown, |argument| evaluate(code, argument, steps))
        }
        Some("builtins.bool") => {
            argument(0).and_then(|argument| truth(code, argument)).map_or(Value::Unknown, Value::Bool)
        }
        Some(
            "importlib.util.find_spec" | "importlib.find_loader" | "pkgutil.find_loader" | "imp.find_module",
        ) => match argument(0).map(|argument| evaluate(code, argument, steps)) {
            Some(Value::Str(module)) => present(code, &module, None, Value::None),
            _ => Value::Unknown,
        },
        Some("builtins.hasattr") => attribute_present(code, call, Value::Bool(false)),
        Some("builtins.getattr") if matches!(argument(2), Some(Expr::NoneLiteral(_))) => {
            attribute_present(code, call, Value::None)
        }
        // What nobody but a distributor sets, as `sysconfig._PIP_USE_SYSCONFIG`.
        Some("builtins.getattr") if is_private_setting(code, call) => {
            argument(2).map_or(Value::Unknown, |default| evaluate(code, default, steps))
        }
        None => returned(code, call).map_or(Value::Unknown, |value| evaluate(code, value, steps)),
        _ => Value::Unknown,
    }
}

/// `getattr(module, "_NAME", default)` for a module of the standard library.
fn is_private_setting<'a>(code: &Code<'a>, call: &'a ast::ExprCall) -> bool {
    let [object, Expr::StringLiteral(name), _] = &call.arguments.args[..] else { return false };
    let name = name.value.to_str();
    let is_setting = name.starts_with('_') && !name.contains(|letter: char| letter.is_ascii_lowercase());
    let meanings = code.names().resolve(object);
    is_setting
        && meanings.only().is_some_and(|module| {
            catalogue::is_stdlib_module(module)
                && catalogue::is_importable(module, Some(name), code.target) != Some(true)
        })
}

/// What a function of the module gives that takes nothing and only returns.
fn returned<'a>(code: &Code<'a>, call: &'a ast::ExprCall) -> Option<&'a Expr> {
    let Expr::Name(name) = &*call.func else { return None };
    let Some(BindingKind::Function(function)) = code.names().only_binding(name) else { return None };
    let plain = function.decorator_list.is_empty() && !function.is_async && call.arguments.is_empty();
    let body = match &function.body[..] {
        [ast::Stmt::Expr(text), rest @ ..] if text.value.is_string_literal_expr() => rest,
        body => body,
    };
    match body {
        [ast::Stmt::Return(returned)] if plain => returned.value.as_deref(),
        _ => None,
    }
}

/// `sys.version.startswith("2")`.
fn method_of_text<'a>(code: &Code<'a>, call: &'a ast::ExprCall, steps: u32) -> Option<Value> {
    let Expr::Attribute(method) = &*call.func else { return None };
    if method.attr.as_str() != "startswith" {
        return None;
    }
    let Value::Prefix(text) = evaluate(code, &method.value, steps) else { return None };
    match evaluate(code, call.arguments.args.first()?, steps) {
        Value::Str(start) if text.starts_with(&start) => Some(Value::Bool(true)),
        Value::Str(start) if !start.starts_with(&text) => Some(Value::Bool(false)),
        _ => None,
    }
}

/// `hasattr(module, "name")` for a module of the standard library.
fn attribute_present<'a>(code: &Code<'a>, call: &'a ast::ExprCall, absent: Value) -> Value {
    let [object, Expr::StringLiteral(name), ..] = &call.arguments.args[..] else { return Value::Unknown };
    let meanings = code.names().resolve(object);
    let name = name.value.to_str();
    match meanings.only() {
        Some(module) if catalogue::is_stdlib_module(module) => present(code, module, Some(name), absent),
        // Of a class only what is gone is known.
        Some(class) if catalogue::is_gone(class, name, code.target) => absent,
        _ => Value::Unknown,
    }
}

fn present(code: &Code<'_>, module: &str, name: Option<&str>, absent: Value) -> Value {
    match catalogue::is_importable(module, name, code.target) {
        Some(true) if absent == Value::None => Value::Truthy,
        Some(true) => Value::Bool(true),
        Some(false) => absent,
        None => Value::Unknown,
    }
}

fn comparison<'a>(code: &Code<'a>, compare: &'a ast::ExprCompare, steps: u32) -> Value {
    let mut left = evaluate(code, &compare.left, steps);
    let mut unknown = false;
    for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
        let right = evaluate(code, right, steps);
        match compare_values(code, *operator, &left, &right) {
            Some(false) => return Value::Bool(false),
            Some(true) => {}
            None => unknown = true,
        }
        left = right;
    }
    if unknown { Value::Unknown } else { Value::Bool(true) }
}

fn compare_values(code: &Code<'_>, operator: CmpOp, left: &Value, right: &Value) -> Option<bool> {
    let (left, right) = (&unfolded(code, left), &unfolded(code, right));
    match operator {
        CmpOp::In | CmpOp::NotIn => {
            let Value::Tuple(items) = right else { return None };
            let mut found = Some(false);
            for item in items {
                match compare_values(code, CmpOp::Eq, left, item) {
                    Some(true) => return Some(operator == CmpOp::In),
                    Some(false) => {}
                    None => found = None,
                }
            }
            found.map(|found| found == (operator == CmpOp::In))
        }
        CmpOp::Is | CmpOp::IsNot => {
            let same = match (left, right) {
                (Value::Unknown, _) | (_, Value::Unknown) => return None,
                (left, right) => left == right,
            };
            Some(same == (operator == CmpOp::Is))
        }
        _ => {
            let order = order(left, right)?;
            Some(match operator {
                CmpOp::Eq => order.is_eq(),
                CmpOp::NotEq => order.is_ne(),
                CmpOp::Lt => order.is_lt(),
                CmpOp::LtE => order.is_le(),
                CmpOp::Gt => order.is_gt(),
                CmpOp::GtE => order.is_ge(),
                _ => return None,
            })
        }
    }
}

fn unfolded(code: &Code<'_>, value: &Value) -> Value {
    match value {
        Value::VersionInfo => Value::Tuple(version_items(code)),
        other => other.clone(),
    }
}

fn order(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Str(left), Value::Str(right)) => Some(left.cmp(right)),
        (Value::Prefix(known), Value::Str(other)) => prefix_order(known, other),
        (Value::Str(other), Value::Prefix(known)) => {
            prefix_order(known, other).map(std::cmp::Ordering::reverse)
        }
        (Value::Tuple(left), Value::Tuple(right)) => {
            for (left, right) in left.iter().zip(right) {
                match order(left, right)? {
                    std::cmp::Ordering::Equal => {}
                    different => return Some(different),
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        _ => None,
    }
}

/// Text of which only the beginning is known, against whole text.
fn prefix_order(known: &str, other: &str) -> Option<std::cmp::Ordering> {
    let length = known.len().min(other.len());
    match known.as_bytes()[..length].cmp(&other.as_bytes()[..length]) {
        std::cmp::Ordering::Equal if known.len() >= other.len() => Some(std::cmp::Ordering::Greater),
        std::cmp::Ordering::Equal => None,
        different => Some(different),
    }
}
