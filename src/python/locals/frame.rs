//! Which frame an expression stands for.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall, ExprSubscript};
use ruff_text_size::{Ranged, TextRange};

use super::super::Code;
use super::super::names::BindingKind;

/// Whose frame it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// That of the function in which the expression stands.
    Own,
    /// That of its direct caller.
    Caller,
    /// Another one: of a caller further out, of a traceback, of a generator.
    Other,
    /// That of some frame, as a name says.
    Named,
    /// Perhaps none: nothing says so.
    Unknown,
}

/// Assignments and attributes followed before giving up.
const MAX_STEPS: u32 = 8;

/// Whose frame an expression stands for; `None` if it does not look like one.
/// `around` is the body of the function in which it stands.
#[must_use]
pub fn of<'a>(code: &Code<'a>, expr: &'a Expr, around: TextRange) -> Option<Of> {
    of_within(code, expr, around, MAX_STEPS)
}

fn of_within<'a>(code: &Code<'a>, expr: &'a Expr, around: TextRange, steps: u32) -> Option<Of> {
    let steps = steps.checked_sub(1)?;
    match expr {
        Expr::Call(call) => of_call(code, call),
        Expr::Attribute(attribute) => of_attribute(code, attribute, around, steps),
        Expr::Subscript(item) => of_item(code, item),
        Expr::Name(name) => {
            if let Some(BindingKind::Assignment(value)) = code.names().only_binding(name)
                && let Some(of) = of_within(code, value, around, steps)
            {
                // A frame that an outer function took is not that of an inner one.
                let here = around.contains_range(value.range());
                return Some(if here { of } else { Of::Other });
            }
            match is_frame(code, expr) {
                Some(true) => Some(Of::Other),
                Some(false) => None,
                None => name.id.contains("frame").then_some(Of::Named),
            }
        }
        _ => None,
    }
}

/// `sys._getframe(…)`, `inspect.currentframe()`.
fn of_call<'a>(code: &Code<'a>, call: &'a ExprCall) -> Option<Of> {
    if !matches!(&*call.func, Expr::Name(_) | Expr::Attribute(_)) {
        return None;
    }
    let meanings = code.names().resolve(&call.func);
    match meanings.dotted.first()?.as_ref() {
        "sys._getframe" => Some(match call.arguments.args.first() {
            None => Of::Own,
            Some(depth) if is_number(depth, 0) => Of::Own,
            Some(depth) if is_number(depth, 1) => Of::Caller,
            Some(_) => Of::Other,
        }),
        "inspect.currentframe" => Some(Of::Own),
        _ => None,
    }
}

fn of_attribute<'a>(
    code: &Code<'a>,
    attribute: &'a ExprAttribute,
    around: TextRange,
    steps: u32,
) -> Option<Of> {
    match attribute.attr.as_str() {
        "f_back" => of_within(code, &attribute.value, around, steps).map(|of| match of {
            Of::Own => Of::Caller,
            _ => Of::Other,
        }),
        "tb_frame" | "gi_frame" | "cr_frame" | "ag_frame" => Some(Of::Other),
        // `inspect.stack()[0].frame`
        "frame" => match &*attribute.value {
            Expr::Subscript(item) => of_stack(code, item).or(Some(Of::Named)),
            _ => Some(Of::Named),
        },
        name if name.contains("frame") => Some(Of::Named),
        _ => None,
    }
}

/// `inspect.stack()[n][0]`
fn of_item<'a>(code: &Code<'a>, item: &'a ExprSubscript) -> Option<Of> {
    if !is_number(&item.slice, 0) {
        return None;
    }
    match &*item.value {
        Expr::Subscript(entry) => of_stack(code, entry),
        Expr::Name(name) => match code.names().only_binding(name)? {
            BindingKind::Assignment(Expr::Subscript(entry)) => of_stack(code, entry),
            _ => None,
        },
        _ => None,
    }
}

/// `inspect.stack()[n]`
fn of_stack<'a>(code: &Code<'a>, entry: &'a ExprSubscript) -> Option<Of> {
    let Expr::Call(call) = &*entry.value else { return None };
    match code.names().resolve(&call.func).only()? {
        "inspect.stack" if is_number(&entry.slice, 0) => Some(Of::Own),
        "inspect.stack" | "inspect.trace" | "inspect.getouterframes" | "inspect.getinnerframes" => {
            Some(Of::Other)
        }
        _ => None,
    }
}

/// Whether it is a frame; `None` where the type engine cannot tell.
fn is_frame(code: &Code<'_>, expr: &Expr) -> Option<bool> {
    let owners = code.types?.owners(code.document, expr.range(), "f_locals");
    let is_frame = |class: &super::super::types::Class| {
        class.instance && class.mro.first().is_some_and(|name| name == "types.FrameType")
    };
    if owners.classes.iter().any(is_frame) {
        return Some(true);
    }
    (!owners.unknown && !owners.classes.is_empty()).then_some(false)
}

fn is_number(expr: &Expr, wanted: u8) -> bool {
    let number = expr.as_number_literal_expr().and_then(|number| number.value.as_int());
    number.and_then(|number| number.as_u8()) == Some(wanted)
}
