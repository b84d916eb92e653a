//! Whether a class can be defined in a file although other files of the project define it too.
//!
//! Two definitions are two classes: what one file makes is no instance of the other's, and does
//! not compare with it. That is no harm where what a file makes of the class never leaves it.

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::catalogue::Definition;
use crate::python::Code;
use crate::python::names::BindingKind;

/// Whether a definition is a class.
pub(super) fn is_class(definition: &Definition) -> bool {
    definition.source.lines().any(|line| line.starts_with("class "))
}

/// Whether the class is only used, at all of these places, for values that are compared with each
/// other or taken apart right there.
pub(super) fn stays(code: &Code<'_>, class: &str, places: &[TextSize]) -> bool {
    places.iter().all(|place| {
        let around: Vec<_> = code.around(TextRange::empty(*place)).ancestors().collect();
        let value = around.iter().find_map(|node| match node {
            AnyNodeRef::ExprCall(call) if call.start() == *place && is_named(&call.func, class) => {
                Some(*call)
            }
            _ => None,
        });
        match value {
            Some(call) => is_consumed(code, call.into(), class) || is_kept_near(code, call, class),
            None => is_key(&around, *place),
        }
    })
}

/// Whether an expression names the class: `Class`, `module.Class`, or an alias of it.
fn is_named(func: &Expr, class: &str) -> bool {
    match func {
        Expr::Name(_) => true,
        Expr::Attribute(attribute) => attribute.attr.as_str() == class,
        _ => false,
    }
}

/// `sorted(names, key=Class)`: nobody sees the values.
fn is_key(around: &[AnyNodeRef<'_>], place: TextSize) -> bool {
    around.iter().any(|node| match node {
        AnyNodeRef::Keyword(keyword) => {
            keyword.value.start() == place && keyword.arg.as_ref().is_some_and(|name| name.as_str() == "key")
        }
        _ => false,
    })
}

/// Whether the expression around a value makes something else of it.
fn is_consumed(code: &Code<'_>, value: AnyNodeRef<'_>, class: &str) -> bool {
    let around = code.around(value.range());
    let parent = around.ancestors().find(|node| node.range() != value.range());
    match parent {
        Some(AnyNodeRef::ExprCompare(compare)) => {
            let mut all = std::iter::once(&*compare.left).chain(&compare.comparators);
            all.all(|one| one.range() == value.range() || is_own(code, one, class))
        }
        Some(AnyNodeRef::ExprAttribute(attribute)) => attribute.ctx.is_load(),
        Some(AnyNodeRef::InterpolatedElement(_)) => true,
        Some(AnyNodeRef::Arguments(arguments)) => is_text_of(code, around.ancestors(), arguments.range()),
        _ => false,
    }
}

/// Whether these are the arguments of `str` or `repr`.
fn is_text_of<'n>(
    code: &Code<'_>,
    mut around: impl Iterator<Item = AnyNodeRef<'n>>,
    arguments: TextRange,
) -> bool {
    let call = around.find_map(|node| match node {
        AnyNodeRef::ExprCall(call) if call.arguments.range() == arguments => Some(call),
        _ => None,
    });
    let function = call.and_then(|call| call.func.as_name_expr());
    function.is_some_and(|name| {
        matches!(name.id.as_str(), "str" | "repr") && code.names().bindings_of(name).is_empty()
    })
}

/// Whether a value is text, or made of the class in this file.
fn is_own(code: &Code<'_>, value: &Expr, class: &str) -> bool {
    match value {
        Expr::StringLiteral(_) => true,
        Expr::Call(call) => is_named(&call.func, class) && is_class_here(code, &call.func, class),
        Expr::Name(name) => match code.names().only_binding(name) {
            Some(BindingKind::Assignment(value)) => !value.is_name_expr() && is_own(code, value, class),
            _ => false,
        },
        _ => false,
    }
}

fn is_class_here(code: &Code<'_>, func: &Expr, class: &str) -> bool {
    let Expr::Name(name) = func else { return true };
    match code.names().only_binding(name) {
        Some(BindingKind::From(_, alias)) => alias.name.as_str() == class,
        Some(BindingKind::Class(own)) => own.name.as_str().trim_start_matches('_') == class,
        _ => false,
    }
}

/// Whether the value of a call is held by a variable of a function alone, which consumes it.
fn is_kept_near(code: &Code<'_>, call: &ExprCall, class: &str) -> bool {
    let names = code.names();
    let held = names.bindings().find_map(|(id, binding)| match binding.kind {
        BindingKind::Assignment(value) if value.range() == call.range() => Some(id),
        _ => None,
    });
    held.is_some_and(|id| {
        let reads = names.references_to(id);
        is_variable(code, call)
            && !names.is_global(id)
            && reads.iter().all(|read| is_consumed(code, (*read).into(), class))
    })
}

/// Whether the innermost scope around an expression is a function's, not that of a class.
fn is_variable(code: &Code<'_>, call: &ExprCall) -> bool {
    let around = code.around(call.range());
    let scope = around.ancestors().find(|node| node.is_stmt_function_def() || node.is_stmt_class_def());
    scope.is_some_and(|node| node.is_stmt_function_def())
}
