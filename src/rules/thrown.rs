//! Operations of the language and its library that throw something else than
//! they did before, each measured on real interpreters.

use ruff_python_ast::{CmpOp, Expr, Number, Operator, Stmt};

use super::handlers::{CallView, Operation};
use super::standard::{classes, derives, named};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::BindingKind;

/// An operation that throws something else than it did.
pub struct Change {
    /// What the finding is about.
    pub symbol: &'static str,
    /// When it throws, as the end of a sentence.
    pub when: &'static str,
    /// What it threw.
    pub old: &'static [&'static str],
    /// What it throws; `None` if it does not fail any more.
    pub new: Option<&'static str>,
    /// The minor version.
    pub since: u8,
    /// Where it is told.
    pub url: &'static str,
    /// Whether it is this operation, and how sure that is.
    pub is: for<'a> fn(&Code<'a>, Operation<'a>) -> Option<Confidence>,
}

macro_rules! whats_new {
    ($version:literal) => {
        concat!("https://docs.python.org/3/whatsnew/", $version, ".html")
    };
}

/// Every operation that is known to throw something else.
pub static CHANGES: &[Change] = &[
    Change {
        symbol: "getpass.getuser",
        when: "where no name is found",
        old: &["KeyError", "ImportError"],
        new: Some("OSError"),
        since: 13,
        url: "https://docs.python.org/3/library/getpass.html#getpass.getuser",
        is: |code, one| function(code, one, &["getpass.getuser"]),
    },
    Change {
        symbol: "pathlib.Path.resolve",
        when: "for a symbolic link that leads to itself",
        old: &["RuntimeError"],
        new: Some("OSError"),
        since: 13,
        url: "https://docs.python.org/3/library/pathlib.html#pathlib.Path.resolve",
        is: |code, one| resolve(code, one, true),
    },
    Change {
        symbol: "pathlib.Path.resolve",
        when: "for a symbolic link that leads to itself",
        old: &["RuntimeError"],
        new: None,
        since: 13,
        url: "https://docs.python.org/3/library/pathlib.html#pathlib.Path.resolve",
        is: |code, one| resolve(code, one, false),
    },
    Change {
        symbol: "collections.namedtuple._replace",
        when: "for a field that does not exist",
        old: &["ValueError"],
        new: Some("TypeError"),
        since: 13,
        url: whats_new!("3.13"),
        is: replace_fields,
    },
    Change {
        symbol: "dataclasses.replace",
        when: "for a field that `__init__` does not take",
        old: &["ValueError"],
        new: Some("TypeError"),
        since: 13,
        url: whats_new!("3.13"),
        is: |code, one| function(code, one, &["dataclasses.replace"]),
    },
    Change {
        symbol: "compile",
        when: "for text with null bytes",
        old: &["ValueError"],
        new: Some("SyntaxError"),
        since: 12,
        url: whats_new!("3.12"),
        is: |code, one| reads_source(code, one, "compile"),
    },
    Change {
        symbol: "ast.parse",
        when: "for text with null bytes",
        old: &["ValueError"],
        new: Some("SyntaxError"),
        since: 12,
        url: whats_new!("3.12"),
        is: |code, one| reads_source(code, one, "ast.parse"),
    },
    Change {
        symbol: "random.randrange",
        when: "for arguments that are not integers",
        old: &["ValueError"],
        new: Some("TypeError"),
        since: 12,
        url: whats_new!("3.12"),
        is: |code, one| no_integer(code, one, "random.randrange"),
    },
    Change {
        symbol: "object.__set_name__",
        when: "for what `__set_name__` throws while a class is made",
        old: &["RuntimeError"],
        new: None,
        since: 12,
        url: whats_new!("3.12"),
        is: names_set,
    },
    Change {
        symbol: "enum.EnumType.__contains__",
        when: "for what is no member",
        old: &["TypeError"],
        new: None,
        since: 12,
        url: whats_new!("3.12"),
        is: contained,
    },
    Change {
        symbol: "sqlite3.Cursor.execute",
        when: "for a parameter that cannot be bound",
        old: &["sqlite3.InterfaceError"],
        new: Some("sqlite3.ProgrammingError"),
        since: 11,
        url: whats_new!("3.11"),
        is: |_, one| executes(one),
    },
    Change {
        symbol: "sqlite3.Cursor.execute",
        when: "for more than one statement",
        old: &["sqlite3.Warning"],
        new: Some("sqlite3.ProgrammingError"),
        since: 11,
        url: whats_new!("3.11"),
        is: |_, one| executes(one),
    },
    Change {
        symbol: "contextlib.ExitStack.enter_context",
        when: "for what is no context manager",
        old: &["AttributeError"],
        new: Some("TypeError"),
        since: 11,
        url: whats_new!("3.11"),
        is: enters,
    },
    Change {
        symbol: "with",
        when: "for what is no context manager",
        old: &["AttributeError"],
        new: Some("TypeError"),
        since: 11,
        url: whats_new!("3.11"),
        is: with_object,
    },
    Change {
        symbol: "datetime.datetime.fromisoformat",
        when: "for most other forms of ISO 8601",
        old: &["ValueError"],
        new: None,
        since: 11,
        url: whats_new!("3.11"),
        is: |code, one| {
            const NAMES: &[&str] = &[
                "datetime.datetime.fromisoformat",
                "datetime.date.fromisoformat",
                "datetime.time.fromisoformat",
            ];
            function(code, one, NAMES)
        },
    },
    Change {
        symbol: "email.utils.parsedate_to_datetime",
        when: "for what is no date",
        old: &["TypeError"],
        new: Some("ValueError"),
        since: 10,
        url: "https://docs.python.org/3/library/email.utils.html#email.utils.parsedate_to_datetime",
        is: |code, one| function(code, one, &["email.utils.parsedate_to_datetime"]),
    },
    Change {
        symbol: "math.factorial",
        when: "for arguments that are not integers",
        old: &["ValueError"],
        new: Some("TypeError"),
        since: 10,
        url: "https://docs.python.org/3/library/math.html#math.factorial",
        is: |code, one| no_integer(code, one, "math.factorial"),
    },
    Change {
        symbol: "importlib.util.resolve_name",
        when: "beyond the top-level package",
        old: &["ValueError"],
        new: Some("ImportError"),
        since: 9,
        url: whats_new!("3.9"),
        is: |code, one| function(code, one, &["importlib.util.resolve_name"]),
    },
    Change {
        symbol: "__import__",
        when: "beyond the top-level package",
        old: &["ValueError"],
        new: Some("ImportError"),
        since: 9,
        url: whats_new!("3.9"),
        is: |code, one| {
            let Operation::Call(call) = one else { return None };
            let relative = call.args.len() > 4 || call.arguments.find_keyword("level").is_some();
            relative.then(|| function(code, one, &["__import__"])).flatten()
        },
    },
    Change {
        symbol: "pickle.dumps",
        when: "for what cannot be found by its name",
        old: &["AttributeError"],
        new: Some("pickle.PicklingError"),
        since: 14,
        url: whats_new!("3.14"),
        is: |code, one| function(code, one, &["pickle.dumps", "pickle.dump"]),
    },
];

fn function<'a>(code: &Code<'a>, one: Operation<'a>, names: &[&'static str]) -> Option<Confidence> {
    let Operation::Call(call) = one else { return None };
    named(code, call.func, names).map(|(_, confidence)| confidence)
}

/// A call that `ValueError` may come from by null bytes: it gets a text that is
/// not known, or that has some, and no wrong mode.
fn reads_source<'a>(code: &Code<'a>, one: Operation<'a>, name: &'static str) -> Option<Confidence> {
    let Operation::Call(call) = one else { return None };
    let may_have_null = match call.args.first()? {
        Expr::StringLiteral(literal) => literal.value.to_str().contains('\0'),
        Expr::BytesLiteral(literal) => literal.value.bytes().any(|byte| byte == 0),
        Expr::Call(_) => return None,
        _ => true,
    };
    let mode = call.args.get(2).and_then(Expr::as_string_literal_expr);
    let wrong = mode.is_some_and(|mode| !["exec", "eval", "single"].contains(&mode.value.to_str()));
    (may_have_null && !wrong).then(|| function(code, one, &[name])).flatten()
}

fn method<'a>(one: Operation<'a>, name: &str) -> Option<(&'a Expr, CallView<'a>)> {
    let Operation::Call(call) = one else { return None };
    let Expr::Attribute(attribute) = call.func else { return None };
    (attribute.attr.as_str() == name).then_some((&*attribute.value, call))
}

fn resolve<'a>(code: &Code<'a>, one: Operation<'a>, strict: bool) -> Option<Confidence> {
    let (path, call) = method(one, "resolve")?;
    let asked = call.args.first().or(call.arguments.find_keyword("strict").map(|keyword| &keyword.value));
    let is_strict = match asked {
        None => false,
        Some(Expr::BooleanLiteral(literal)) => literal.value,
        Some(_) => return None,
    };
    let paths = ["pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"];
    let known = classes(code, path, "resolve");
    let sure = !known.is_empty() && known.iter().all(|class| derives(class, &paths));
    (is_strict == strict && sure).then_some(Confidence::Certain)
}

/// `point._replace(**changes)`: nobody misspells a field that is written there.
fn replace_fields<'a>(code: &Code<'a>, one: Operation<'a>) -> Option<Confidence> {
    let (value, call) = method(one, "_replace")?;
    let any = call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
    let known = classes(code, value, "_replace");
    let sure = known.iter().any(|class| derives(class, &["typing.NamedTuple", "tuple"]));
    any.then_some(Confidence::resolved(sure))
}

/// An argument that is plainly no integer.
fn no_integer<'a>(code: &Code<'a>, one: Operation<'a>, name: &'static str) -> Option<Confidence> {
    let Operation::Call(call) = one else { return None };
    call.args.iter().any(is_no_integer).then(|| function(code, one, &[name])).flatten()
}

fn is_no_integer(argument: &Expr) -> bool {
    match argument {
        Expr::NumberLiteral(number) => matches!(number.value, Number::Float(_)),
        Expr::StringLiteral(_) => true,
        Expr::BinOp(operation) => operation.op == Operator::Div,
        _ => false,
    }
}

/// A class with an object whose class, in this file, has a `__set_name__` that throws.
fn names_set<'a>(code: &Code<'a>, one: Operation<'a>) -> Option<Confidence> {
    let Operation::Class(class) = one else { return None };
    let throws = |value: &'a Expr| {
        let Expr::Call(call) = value else { return false };
        let Expr::Name(name) = &*call.func else { return false };
        let Some(BindingKind::Class(class)) = code.names().only_binding(name) else { return false };
        class.body.iter().any(|stmt| match stmt {
            Stmt::FunctionDef(method) if method.name.as_str() == "__set_name__" => {
                method.body.iter().any(throws_other)
            }
            _ => false,
        })
    };
    let mut values = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) => Some(&*assign.value),
        Stmt::AnnAssign(assign) => assign.value.as_deref(),
        _ => None,
    });
    values.any(throws).then_some(Confidence::Certain)
}

/// Whether a statement throws something that is no `RuntimeError`.
fn throws_other(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Raise(raise) => raise.exc.as_deref().is_some_and(|exc| {
            let class = if let Expr::Call(call) = exc { &*call.func } else { exc };
            !matches!(class, Expr::Name(name) if name.id.as_str() == "RuntimeError")
        }),
        Stmt::If(branches) => branches.body.iter().any(throws_other),
        _ => false,
    }
}

/// `value in Colour`, of an enumeration.
fn contained<'a>(code: &Code<'a>, one: Operation<'a>) -> Option<Confidence> {
    let Operation::Compare(compare) = one else { return None };
    let ([CmpOp::In | CmpOp::NotIn], [class]) = (&compare.ops[..], &compare.comparators[..]) else {
        return None;
    };
    let name = match class {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return None,
    };
    // Values are not called like classes.
    if !name.trim_start_matches('_').starts_with(char::is_uppercase) {
        return None;
    }
    let known = classes(code, class, "__contains__");
    let sure =
        !known.is_empty() && known.iter().all(|class| !class.instance && derives(class, &["enum.Enum"]));
    sure.then_some(Confidence::Certain)
}

fn executes(one: Operation<'_>) -> Option<Confidence> {
    let methods = ["execute", "executemany"];
    methods.into_iter().any(|name| method(one, name).is_some()).then_some(Confidence::Likely)
}

/// `stack.enter_context(value)`, of a value that is not made on the spot.
fn enters<'a>(_: &Code<'a>, one: Operation<'a>) -> Option<Confidence> {
    let (_, call) = method(one, "enter_context")?;
    matches!(call.args, [Expr::Name(_) | Expr::Attribute(_)]).then_some(Confidence::Likely)
}

/// `with value: pass`: where there is more in it, other attributes may be missing.
fn with_object<'a>(_: &Code<'a>, one: Operation<'a>) -> Option<Confidence> {
    let Operation::With(with) = one else { return None };
    let idle = |stmt: &Stmt| matches!(stmt, Stmt::Pass(_));
    let plain =
        with.items.iter().all(|item| item.context_expr.is_name_expr() || is_value(&item.context_expr));
    (plain && with.body.iter().all(idle)).then_some(Confidence::Likely)
}

fn is_value(expr: &Expr) -> bool {
    expr.is_literal_expr() || matches!(expr, Expr::Call(call) if call.func.is_name_expr())
}

/// Whether a call throws `KeyError` itself, for which the handler may be.
pub fn is_rival<'a>(code: &Code<'a>, one: Operation<'a>) -> bool {
    function(code, one, &["pwd.getpwnam", "pwd.getpwuid", "grp.getgrgid", "grp.getgrnam"]).is_some()
}
