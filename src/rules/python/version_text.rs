//! The version of Python compared as text, or as a number with a point.
//!
//! ## What it finds
//! Comparisons of `sys.version`, of `sys.version[:3]`, `platform.python_version()` and the
//! first word of `sys.version`, and of `float(…)` of these, with a version, where the target
//! version comes out on the wrong side.
//!
//! ## Why
//! Up to Python 3.9 it worked: `"3.9" > "3.5"`. From 3.10 on letters and numbers tell
//! otherwise: `"3.13" < "3.5"`, and `"3.13.0"[:3]` is `"3.1"`. The code takes the newest
//! Python for an old one and does, without a word, what was meant for that;
//! [`sys.version_info`](https://docs.python.org/3/library/sys.html#sys.version) has the numbers.
//!
//! ## Example
//! ```python
//! import sys
//!
//! if sys.version >= "3.5":
//!     print("types are hints")
//! ```
//! Use instead:
//! ```python
//! import sys
//!
//! if sys.version_info >= (3, 5):
//!     print("types are hints")
//! ```
//!
//! ## Fix safety
//! Safe: Pythons before 3.10 answer the same as before, later ones what was meant.

use std::cmp::Ordering;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare, ExprSubscript, Number, Operator};
use ruff_text_size::Ranged;

use crate::discover::Kind;
use crate::edit::spell::{self, At};
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::standard::named;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: VersionText = VersionText;

/// Reports versions of Python that are compared as text.
pub struct VersionText;

/// The first version with two digits behind the point.
const SINCE: PythonVersion = PythonVersion { major: 3, minor: 10 };

const SYMBOL: &str = "sys.version";

impl Rule for VersionText {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Warning
    }

    fn symbols(&self) -> &'static [&'static str] {
        &[SYMBOL]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(mentions_version)]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if code.target < SINCE {
            return;
        }
        let mut compared = Compared(Vec::new());
        compared.visit_body(code.module.body());
        for compare in compared.0 {
            if let Some(wrong) = Wrong::of(code, compare)
                && reach(code, compare.range(), Fault::Call) != Reach::Dead
            {
                report(file, code, compare, &wrong, sink);
            }
        }
    }
}

fn mentions_version(text: &[u8]) -> bool {
    ["sys.version", "import version", "python_version"]
        .into_iter()
        .any(|part| memchr::memmem::find(text, part.as_bytes()).is_some())
}

struct Compared<'a>(Vec<&'a ExprCompare>);

impl<'a> Visitor<'a> for Compared<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Compare(compare) = expr
            && compare.ops.len() == 1
        {
            self.0.push(compare);
        }
        visitor::walk_expr(self, expr);
    }
}

/// How an expression holds the version of the running Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `3.13.0`, and what may come behind it.
    Whole,
    /// The first three letters.
    Start,
    /// `3.13`.
    Pair,
    /// The first three letters, as a number.
    StartNumber,
    /// `3.13`, as a number.
    PairNumber,
}

impl Form {
    fn of<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Option<Self> {
        let steps = steps.checked_sub(1)?;
        match expr {
            Expr::Subscript(subscript) => Self::part(code, subscript, steps),
            Expr::Call(call) => Self::made(code, call, steps),
            Expr::BinOp(format) if format.op == Operator::Mod => {
                let Expr::StringLiteral(literal) = &*format.left else { return None };
                let is_plain = matches!(literal.value.to_str(), "%d.%d" | "%i.%i" | "%s.%s");
                (is_plain && is_info_pair(code, &format.right)).then_some(Self::Pair)
            }
            Expr::Name(_) | Expr::Attribute(_) if named(code, expr, &[SYMBOL]).is_some() => Some(Self::Whole),
            Expr::Name(name) => match code.names().only_binding(name)? {
                BindingKind::Assignment(value) => Self::of(code, value, steps),
                _ => None,
            },
            _ => None,
        }
    }

    /// `sys.version[:3]`, `sys.version.split()[0]`.
    fn part<'a>(code: &Code<'a>, subscript: &'a ExprSubscript, steps: u32) -> Option<Self> {
        if is_start(&subscript.slice, 3) {
            return (Self::of(code, &subscript.value, steps)? == Self::Whole).then_some(Self::Start);
        }
        let Expr::Call(call) = &*subscript.value else { return None };
        let Expr::Attribute(split) = &*call.func else { return None };
        let plain = split.attr.as_str() == "split" && call.arguments.is_empty();
        let first = integer(&subscript.slice) == Some(0);
        (plain && first && Self::of(code, &split.value, steps)? == Self::Whole).then_some(Self::Whole)
    }

    /// `platform.python_version()`, `float(…)`.
    fn made<'a>(code: &Code<'a>, call: &'a ExprCall, steps: u32) -> Option<Self> {
        if named(code, &call.func, &["platform.python_version"]).is_some() {
            return call.arguments.is_empty().then_some(Self::Whole);
        }
        let [argument] = &*call.arguments.args else { return None };
        named(code, &call.func, &["float"])?;
        match Self::of(code, argument, steps)? {
            Self::Start => Some(Self::StartNumber),
            Self::Pair => Some(Self::PairNumber),
            _ => None,
        }
    }

    /// What it is on that Python.
    fn shown(self, version: PythonVersion) -> String {
        let pair = format!("{}.{}", version.major, version.minor);
        match self {
            Self::Whole => format!("{pair}.0"),
            Self::Start | Self::StartNumber => pair.chars().take(3).collect(),
            Self::Pair | Self::PairNumber => pair,
        }
    }

    fn is_number(self) -> bool {
        matches!(self, Self::StartNumber | Self::PairNumber)
    }
}

/// `sys.version_info[:2]`
fn is_info_pair<'a>(code: &Code<'a>, expr: &'a Expr) -> bool {
    let Expr::Subscript(subscript) = expr else { return false };
    is_start(&subscript.slice, 2) && named(code, &subscript.value, &["sys.version_info"]).is_some()
}

/// `[:length]`
fn is_start(slice: &Expr, length: u64) -> bool {
    let Expr::Slice(slice) = slice else { return false };
    let from = slice.lower.as_deref();
    from.is_none_or(|from| integer(from) == Some(0))
        && slice.step.is_none()
        && slice.upper.as_deref().and_then(integer) == Some(length)
}

fn integer(expr: &Expr) -> Option<u64> {
    let Expr::NumberLiteral(literal) = expr else { return None };
    let Number::Int(number) = &literal.value else { return None };
    number.as_u64()
}

/// A comparison whose answer is wrong.
struct Wrong<'a> {
    version: &'a Expr,
    form: Form,
    literal: &'a Expr,
    /// The numbers of the literal.
    meant: Vec<u8>,
    /// How the target seems to stand to them.
    seems: Ordering,
}

impl<'a> Wrong<'a> {
    fn of(code: &Code<'a>, compare: &'a ExprCompare) -> Option<Self> {
        let (left, right) = (&*compare.left, &compare.comparators[0]);
        let turned = matches!(left, Expr::StringLiteral(_) | Expr::NumberLiteral(_));
        let (version, literal) = if turned { (right, left) } else { (left, right) };
        let said = match literal {
            Expr::StringLiteral(text) => text.value.to_str().to_owned(),
            Expr::NumberLiteral(_) => code.document.text[literal.range()].to_owned(),
            _ => return None,
        };
        let meant: Vec<u8> = said.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        // Of more digits no Python thought well.
        if !(2..=3).contains(&meant.len()) || meant.iter().any(|number| *number > 9) {
            return None;
        }
        let form = Form::of(code, version, 4)?;
        if form.is_number() != literal.is_number_literal_expr() {
            return None;
        }
        let shown = form.shown(code.target);
        let seems = if form.is_number() {
            shown.parse::<f64>().ok()?.partial_cmp(&said.parse::<f64>().ok()?)?
        } else {
            shown.cmp(&said)
        };
        let own = [code.target.major, code.target.minor];
        let is = own[..].cmp(&meant[..]);
        let operator = compare.ops[0];
        let turn = |order: Ordering| if turned { order.reverse() } else { order };
        let wrong = holds(operator, turn(seems))? != holds(operator, turn(is))?;
        let equality = matches!(operator, CmpOp::Eq | CmpOp::NotEq);
        (wrong && !(equality && form == Form::Whole)).then_some(Self { version, form, literal, meant, seems })
    }
}

/// The answer of a comparison of two that stand so to each other.
fn holds(operator: CmpOp, order: Ordering) -> Option<bool> {
    Some(match operator {
        CmpOp::Lt => order.is_lt(),
        CmpOp::LtE => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::GtE => order.is_ge(),
        CmpOp::Eq => order.is_eq(),
        CmpOp::NotEq => order.is_ne(),
        _ => return None,
    })
}

fn report(file: &File<'_>, code: &Code<'_>, compare: &ExprCompare, wrong: &Wrong<'_>, sink: &mut Sink<'_>) {
    let kind = if wrong.form.is_number() { "a number" } else { "text" };
    let relation = match wrong.seems {
        Ordering::Less => "older than",
        Ordering::Equal => "the same as",
        Ordering::Greater => "newer than",
    };
    let numbers: Vec<String> = wrong.meant.iter().map(u8::to_string).collect();
    let message = format!("compared as {kind}, Python {} is {relation} {}", code.target, numbers.join("."));
    let draft = sink
        .finding(SYMBOL, compare.range(), message)
        .severity(Severity::Warning)
        .help("Compare `sys.version_info` with a tuple of numbers.")
        .url("https://docs.python.org/3/library/sys.html#sys.version");
    let at = At { place: compare.start(), beside: None };
    let Some(spelling) = spell::name(code, "sys.version_info", at) else { return draft.emit() };
    let Some(import) = spelling.insertion(code, at) else { return draft.emit() };
    let part = if wrong.form == Form::Whole { "" } else { "[:2]" };
    let mut edits = vec![
        file.edit(wrong.version.range(), format!("{}{part}", spelling.text)),
        file.edit(wrong.literal.range(), format!("({})", numbers.join(", "))),
    ];
    edits.extend(import.map(|change| file.edit(change.range, change.content)));
    draft.safe_fix("Compare `sys.version_info`", edits).emit();
}
