//! What is done with `f_locals` of a frame.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Arguments, CmpOp, Expr, ExprCall, ExprContext, Operator, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::super::Code;
use super::super::names::{BindingKind, range_of};
use super::frame::{self, Of};

/// One thing done with `f_locals`.
pub struct Touch<'a> {
    /// What is done.
    pub deed: Deed<'a>,
    /// Where it is done.
    pub range: TextRange,
    /// The call that does it, if one does.
    pub call: Option<&'a ExprCall>,
    /// The expression for `f_locals`.
    pub mapping: &'a Expr,
    /// Whose frame it is.
    pub of: Of,
    /// The body of the function in which it is done; `None` in modules and classes.
    pub within: Option<TextRange>,
}

/// What is done with `f_locals`.
pub enum Deed<'a> {
    /// A method that only a dictionary has.
    Method(&'a str),
    /// `del f_locals[…]`
    Delete,
    /// `update` with what is no mapping.
    Pairs,
    /// Copied, pickled or serialised by this function.
    Copied(String),
    /// Handed to a function that takes a real dictionary only.
    Demanded(String),
    /// `isinstance(f_locals, dict)` and the like.
    Typed,
    /// `f_locals is …`
    Identity,
    /// `f_locals.keys() & …`
    KeySet,
    /// Written under this name, or one that is made up.
    Written(Option<&'a str>),
    /// `PyFrame_LocalsToFast`
    Flushed,
}

/// Everything that is done with `f_locals` in a module.
#[must_use]
pub fn touches<'a>(code: &Code<'a>) -> Vec<Touch<'a>> {
    let mut walk = Walk { code, found: Vec::new(), within: None, unpacked: Vec::new() };
    walk.visit_body(code.module.body());
    walk.found
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    found: Vec<Touch<'a>>,
    within: Option<TextRange>,
    /// Variables that `inspect.getargvalues` was unpacked into, where they are bound.
    unpacked: Vec<(TextRange, Of)>,
}

impl<'a> Walk<'_, 'a> {
    fn push(&mut self, deed: Deed<'a>, range: TextRange, mapping: &'a Expr, of: Of) {
        self.found.push(Touch { deed, range, call: None, mapping, of, within: self.within });
    }

    fn push_call(&mut self, deed: Deed<'a>, call: &'a ExprCall, mapping: &'a Expr, of: Of) {
        let (range, within) = (call.range(), self.within);
        self.found.push(Touch { deed, range, call: Some(call), mapping, of, within });
    }

    fn apart(&mut self, within: Option<TextRange>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.within, within);
        visit(self);
        self.within = outer;
    }

    /// Whose `f_locals` an expression is, directly or by a variable.
    fn mapping(&self, expr: &'a Expr) -> Option<Of> {
        match expr {
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                "f_locals" => {
                    let around = self.within.unwrap_or_default();
                    let of = frame::of(self.code, &attribute.value, around);
                    let own = attribute.value.as_name_expr().is_some_and(|name| name.id.as_str() == "self");
                    of.or((!own).then_some(Of::Unknown))
                }
                "locals" => self.argument_values(&attribute.value),
                _ => None,
            },
            Expr::Name(name) => {
                let [id] = self.code.names().bindings_of(name)[..] else { return None };
                let binding = self.code.names().binding(id);
                if let Some((_, of)) = self.unpacked.iter().find(|(range, _)| *range == binding.range) {
                    return Some(*of);
                }
                match binding.kind {
                    BindingKind::Assignment(value @ Expr::Attribute(_)) => self.mapping(value),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The frame of `inspect.getargvalues(frame)`, whose last part is its `f_locals`.
    fn argument_values(&self, expr: &'a Expr) -> Option<Of> {
        let call = match expr {
            Expr::Call(call) => call,
            Expr::Name(name) => match self.code.names().only_binding(name)? {
                BindingKind::Assignment(Expr::Call(call)) => call,
                _ => return None,
            },
            _ => return None,
        };
        let given = call.arguments.args.first()?;
        let is_it = self.code.names().resolve(&call.func).only() == Some("inspect.getargvalues");
        is_it.then(|| frame::of(self.code, given, self.within.unwrap_or_default()).unwrap_or(Of::Named))
    }

    fn method(&mut self, call: &'a ExprCall) {
        let Expr::Attribute(attribute) = &*call.func else { return };
        let Some(of) = self.mapping(&attribute.value) else { return };
        let arguments = &call.arguments;
        let deed = match attribute.attr.as_str() {
            name @ ("pop" | "popitem" | "clear" | "fromkeys") => Deed::Method(name),
            "update" if is_pairs(self.code, arguments) => Deed::Pairs,
            "update" => Deed::Written(None),
            "setdefault" | "__setitem__" => Deed::Written(arguments.args.first().and_then(literal)),
            "__delitem__" => Deed::Delete,
            _ => return,
        };
        self.push_call(deed, call, &attribute.value, of);
    }

    fn handed(&mut self, call: &'a ExprCall) {
        let arguments = &call.arguments;
        let handed = |walk: &Self, at: usize| {
            let value = arguments.args.get(at)?;
            Some((value, walk.mapping(value)?))
        };
        let Some(at) = (0..3).find(|at| handed(self, *at).is_some()) else { return };
        let Some((value, of)) = handed(self, at) else { return };
        let meanings = self.code.names().resolve(&call.func);
        let Some(function) = meanings.only() else { return };
        let deed = match function {
            "copy.copy" | "copy.deepcopy" | "pickle.dumps" | "pickle.dump" | "json.dumps" | "json.dump"
            | "marshal.dumps" | "marshal.dump"
                if at == 0 =>
            {
                Deed::Copied(function.to_owned())
            }
            "builtins.exec" | "builtins.eval" if at == 1 => Deed::Demanded(function.to_owned()),
            "types.FunctionType" if at == 1 => Deed::Demanded(function.to_owned()),
            "builtins.type" if at == 2 => Deed::Demanded(function.to_owned()),
            "builtins.id" if at == 0 => Deed::Identity,
            "builtins.isinstance" if at == 0 && arguments.args.get(1).is_some_and(|of| self.is_dict(of)) => {
                Deed::Typed
            }
            _ => return,
        };
        self.push_call(deed, call, value, of);
    }

    fn is_dict(&self, expr: &'a Expr) -> bool {
        match expr {
            Expr::Tuple(tuple) => tuple.elts.iter().all(|one| self.is_dict(one)),
            _ => self.code.names().resolve(expr).only() == Some("builtins.dict"),
        }
    }

    /// `type(f_locals) is dict`, `f_locals is locals()`.
    fn compared(&mut self, left: &'a Expr, op: CmpOp, right: &'a Expr, range: TextRange) {
        for (one, other) in [(left, right), (right, left)] {
            if let Expr::Call(call) = one
                && let [inner] = &call.arguments.args[..]
                && let Some(of) = self.mapping(inner)
                && self.is_dict(other)
                && self.code.names().resolve(&call.func).only() == Some("builtins.type")
            {
                return self.push(Deed::Typed, range, inner, of);
            }
        }
        if !matches!(op, CmpOp::Is | CmpOp::IsNot) {
            return;
        }
        // In a module both are the same dictionary, in a function they never were.
        let is_globals = |expr: &'a Expr| match expr {
            Expr::Attribute(attribute) => attribute.attr.ends_with("globals"),
            Expr::Name(name) => name.id.contains("global"),
            Expr::Call(call) => self.code.names().resolve(&call.func).only() == Some("builtins.globals"),
            other => other.is_literal_expr(),
        };
        match (self.mapping(left), self.mapping(right)) {
            (Some(of), _) if !is_globals(right) => self.push(Deed::Identity, range, left, of),
            (_, Some(of)) if !is_globals(left) => self.push(Deed::Identity, range, right, of),
            _ => {}
        }
    }

    /// `f_locals.keys() & names`
    fn key_set(&mut self, left: &'a Expr, right: &'a Expr, range: TextRange) {
        for side in [left, right] {
            if let Expr::Call(call) = side
                && let Expr::Attribute(keys) = &*call.func
                && matches!(keys.attr.as_str(), "keys" | "items")
                && let Some(of) = self.mapping(&keys.value)
            {
                return self.push(Deed::KeySet, range, &keys.value, of);
            }
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
                self.visit_parameters(&function.parameters);
                self.apart(Some(range_of(&function.body)), |this| this.visit_body(&function.body));
            }
            Stmt::Assign(assign) => {
                if let [Expr::Tuple(parts)] = &assign.targets[..]
                    && let [_, _, _, Expr::Name(last)] = &parts.elts[..]
                    && let Some(of) = self.argument_values(&assign.value)
                {
                    self.unpacked.push((last.range(), of));
                }
                visitor::walk_stmt(self, stmt);
            }
            Stmt::ClassDef(class) => {
                class.arguments.iter().for_each(|arguments| self.visit_arguments(arguments));
                self.apart(None, |this| this.visit_body(&class.body));
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(lambda) => {
                let body = &lambda.body;
                return self.apart(Some(body.range()), |this| this.visit_expr(body));
            }
            Expr::Call(call) => {
                self.method(call);
                self.handed(call);
            }
            Expr::Subscript(item) if item.ctx != ExprContext::Load => {
                if let Some(of) = self.mapping(&item.value) {
                    let deed = match item.ctx {
                        ExprContext::Del => Deed::Delete,
                        _ => Deed::Written(literal(&item.slice)),
                    };
                    self.push(deed, item.range(), &item.value, of);
                }
            }
            Expr::Compare(compare) => {
                let mut left = &*compare.left;
                for (op, right) in compare.ops.iter().zip(&compare.comparators) {
                    self.compared(left, *op, right, compare.range());
                    left = right;
                }
            }
            Expr::BinOp(sets)
                if matches!(
                    sets.op,
                    Operator::BitAnd | Operator::BitOr | Operator::BitXor | Operator::Sub
                ) =>
            {
                self.key_set(&sets.left, &sets.right, sets.range());
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == "PyFrame_LocalsToFast" => {
                self.push(Deed::Flushed, attribute.range(), expr, Of::Other);
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    expr.as_string_literal_expr().map(|literal| literal.value.to_str())
}

/// Whether `update` gets what the proxy does not take: pairs, or keywords.
fn is_pairs<'a>(code: &Code<'a>, arguments: &'a Arguments) -> bool {
    if !arguments.keywords.is_empty() {
        return true;
    }
    let Some(first) = arguments.args.first() else { return false };
    match first {
        Expr::List(_) | Expr::Tuple(_) | Expr::ListComp(_) | Expr::Generator(_) | Expr::Set(_) => true,
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) => method.attr.as_str() == "items" && call.arguments.is_empty(),
            Expr::Name(_) => {
                matches!(
                    code.names().resolve(&call.func).only(),
                    Some("builtins.zip" | "builtins.map" | "builtins.enumerate")
                )
            }
            _ => false,
        },
        _ => false,
    }
}
