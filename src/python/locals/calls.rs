//! Calls that run code, and those of methods of the mapping.

use std::borrow::Cow;

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Arguments, Expr, ExprCall, Operator, StmtAugAssign};
use ruff_text_size::Ranged;

use super::effect::Effect;
use super::walk::Walk;
use super::{Act, Event, How, Mapping, Names, Run, template};

impl<'a> Walk<'_, 'a> {
    /// A call of `exec` or `eval`: notes it if it runs in the function's own
    /// namespace, and visits what is left.
    pub(super) fn run(&mut self, expr: &'a Expr, call: &'a ExprCall, function: &'static str) {
        let arguments = &call.arguments;
        let globals = given(arguments, "globals", 1);
        let locals = given(arguments, "locals", 2);
        let namespace = locals.or(globals);
        let mapping = namespace.and_then(|namespace| self.mapping(namespace));
        let held = match (namespace, mapping) {
            (None, _) | (_, Some(Mapping::Fresh("locals" | "vars"))) => None,
            (_, Some(Mapping::Held(name))) => Some(name),
            _ => return visitor::walk_expr(self, expr),
        };
        let mut effect = Effect::of(self.code, call, function == "exec");
        effect.reads.retain(|name| !self.is_target(name));
        self.push(call.range(), Act::Run(Run { call, function, effect, held }));
        for argument in arguments.iter_source_order() {
            let value = argument.value();
            if self.mapping(value).is_none() {
                self.visit_expr(value);
            }
        }
    }

    /// `m.get("x")` and the like.
    pub(super) fn method(&mut self, call: &'a ExprCall) -> bool {
        let Expr::Attribute(attribute) = &*call.func else { return false };
        let Some(mapping) = self.mapping(&attribute.value) else { return false };
        let arguments = &call.arguments;
        let key = || arguments.args.first().and_then(|key| self.keys(key));
        let how = match attribute.attr.as_str() {
            "get" | "__contains__" => How::Ask(key()),
            "__getitem__" => How::Item(key()),
            "pop" if arguments.len() > 1 => How::Ask(key()),
            "pop" => How::Take(key()),
            "setdefault" | "__setitem__" => How::Write(key()),
            "update" => How::Write(written(arguments)),
            "clear" | "popitem" => How::Take(None),
            _ => How::Whole,
        };
        self.used(call.range(), &attribute.value, mapping, how);
        self.visit_arguments(arguments);
        true
    }

    /// `"…".format(**m)`, `"…".format_map(m)`, `print(m)`.
    pub(super) fn filled(&mut self, call: &'a ExprCall) -> bool {
        let arguments = &call.arguments;
        let method = call.func.as_attribute_expr();
        let filled = match method.map(|method| method.attr.as_str()) {
            Some("format") => arguments.keywords.iter().find(|keyword| keyword.arg.is_none()),
            _ => None,
        };
        let value = match filled {
            Some(keyword) => Some(&keyword.value),
            None if method.is_some_and(|method| method.attr.as_str() == "format_map") => {
                arguments.args.first()
            }
            None => None,
        };
        let Some((value, method)) = value.zip(method) else { return false };
        let Some(mapping) = self.mapping(value) else { return false };
        let text = template::text(self.code, &method.value);
        let how = text.map_or(How::Whole, |text| How::Format(Some(owned(template::brace_names(&text)))));
        self.used(call.range(), value, mapping, how);
        self.visit_expr(&method.value);
        for argument in arguments.iter_source_order().filter(|one| one.value().range() != value.range()) {
            self.visit_expr(argument.value());
        }
        true
    }

    /// The mapping where it is only shown to somebody.
    pub(super) fn shown(&mut self, call: &'a ExprCall) -> bool {
        let shows = match &*call.func {
            Expr::Name(name) => matches!(name.id.as_str(), "print" | "pprint" | "repr" | "str" | "pp"),
            Expr::Attribute(method) => {
                let name = method.attr.as_str();
                matches!(name, "pprint" | "debug" | "info" | "warning" | "error" | "exception" | "log")
            }
            _ => false,
        };
        if !shows {
            return false;
        }
        for argument in call.arguments.iter_source_order() {
            let value = argument.value();
            match self.mapping(value) {
                Some(mapping) => self.used(value.range(), value, mapping, How::Show),
                None => self.visit_expr(value),
            }
        }
        self.visit_expr(&call.func);
        true
    }

    pub(super) fn aug_assign(&mut self, statement: &'a StmtAugAssign) -> bool {
        if statement.op != Operator::BitOr {
            return false;
        }
        let Expr::Name(name) = &*statement.target else { return false };
        // The statement binds the name, so that it is looked for before it.
        let held = self.current.and_then(|current| {
            let keeps = |event: &&Event<'a>| {
                event
                    .as_use()
                    .is_some_and(|one| matches!(one.how, How::Keep(kept) if kept == name.id.as_str()))
            };
            self.found[current].events.iter().rev().find(keeps).map(|_| name.id.as_str())
        });
        let Some(held) = held else { return false };
        let names = mapping_keys(&statement.value);
        self.used(statement.range(), &statement.target, Mapping::Held(held), How::Write(names));
        self.visit_expr(&statement.value);
        true
    }
}

/// An argument; `None` if it is left out or the constant that stands for that.
fn given<'a>(arguments: &'a Arguments, name: &str, at: usize) -> Option<&'a Expr> {
    arguments.find_argument_value(name, at).filter(|value| !value.is_none_literal_expr())
}

/// The names that `update` is given.
fn written(arguments: &Arguments) -> Names<'_> {
    let mut names = Vec::new();
    for argument in &arguments.args {
        names.extend(mapping_keys(argument)?);
    }
    for keyword in &arguments.keywords {
        names.push(Cow::Borrowed(keyword.arg.as_ref()?.as_str()));
    }
    Some(names)
}

/// The keys of a dictionary display.
fn mapping_keys(expr: &Expr) -> Names<'_> {
    let Expr::Dict(dict) = expr else { return None };
    let key = |item: &ruff_python_ast::DictItem| match &item.key {
        Some(Expr::StringLiteral(key)) => Some(key.value.to_str().to_owned()),
        _ => None,
    };
    let keys: Option<Vec<String>> = dict.items.iter().map(key).collect();
    keys.map(owned)
}

/// Names that the file does not hold as they are.
pub(super) fn owned<'a>(names: Vec<String>) -> Vec<Cow<'a, str>> {
    names.into_iter().map(Cow::Owned).collect()
}
