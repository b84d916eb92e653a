//! What code in a string binds and reads.

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, ExprCall, Stmt};

use super::super::Code;
use super::super::names::{BindingKind, Names};
use super::template::{self, HOLE};
use crate::parse::python;

/// What running code does to the names around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// Names that it certainly binds.
    pub binds: BTreeSet<String>,
    /// Names that it binds, as far as they are known.
    pub bind_patterns: BTreeSet<Pattern>,
    /// Whether it may bind any other name.
    pub binds_more: bool,
    /// Names that it looks for around itself.
    pub reads: BTreeSet<String>,
    /// Whether it may look for other names.
    pub reads_more: bool,
    /// Whether it is statements, rather than an expression.
    pub executes: bool,
    /// Names that it looks for, as far as they are known.
    pub read_patterns: BTreeSet<Pattern>,
    /// Whether the whole code stands in the file.
    pub known: bool,
}

/// A name of which the middle is filled in when the program runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    before: String,
    after: String,
}

impl Pattern {
    /// What stands around the hole in a name.
    fn of(name: &str) -> Option<Self> {
        let (before, _) = name.split_once(HOLE)?;
        let (_, after) = name.rsplit_once(HOLE)?;
        Some(Self { before: before.to_owned(), after: after.to_owned() })
    }

    /// Whether a name may be meant.
    #[must_use]
    pub fn fits(&self, name: &str) -> bool {
        name.strip_prefix(self.before.as_str()).is_some_and(|rest| rest.ends_with(self.after.as_str()))
    }

    /// Whether nothing of the name is known.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

impl Effect {
    /// Code of which nothing is known; `executes` statements, rather than an expression.
    fn unknown(executes: bool) -> Self {
        Self { binds_more: executes, reads_more: true, executes, ..Self::default() }
    }

    /// Whether it leaves names behind.
    #[must_use]
    pub fn is_binding(&self) -> bool {
        self.binds_more || !self.binds.is_empty() || !self.bind_patterns.is_empty()
    }

    /// Of the code that a call of `exec` or `eval` is given.
    pub(super) fn of<'a>(code: &Code<'a>, call: &'a ExprCall, executes: bool) -> Self {
        let Some(source) = call.arguments.args.first() else { return Self::unknown(executes) };
        let (source, executes) = match compiled(code, source) {
            Some((inner, mode)) => (inner, mode.unwrap_or(executes)),
            None => (source, executes),
        };
        let Some(text) = template::text(code, source) else { return Self::unknown(executes) };
        Self::of_text(code, &text, executes)
    }

    fn of_text(code: &Code<'_>, text: &str, executes: bool) -> Self {
        let text = if text.trim_start() == text || !executes {
            text.trim_start().to_owned()
        } else {
            format!("if 1:\n{}", text.trim_start_matches('\n'))
        };
        let module = python::parse(&text, None, code.target);
        let stands_alone = |stmt: &Stmt| match stmt {
            Stmt::Expr(stmt) => stmt.value.as_name_expr().is_some_and(|name| name.id.contains(HOLE)),
            _ => false,
        };
        if module.is_broken() || module.body().iter().any(stands_alone) {
            return Self::unknown(executes);
        }
        let names = Names::of(module.body());
        let mut effect = Self { known: !text.contains(HOLE), executes, ..Self::default() };
        for (_, binding) in names.bindings().filter(|(id, _)| names.is_global(*id)) {
            match binding.kind {
                BindingKind::Deletion => {}
                _ if binding.name == "*" => effect.binds_more = true,
                _ if let Some(pattern) = Pattern::of(binding.name) => {
                    effect.bind_patterns.insert(pattern);
                }
                _ => _ = effect.binds.insert(binding.name.to_owned()),
            }
        }
        for reference in names.references() {
            let name = reference.name.id.as_str();
            match name {
                _ if let Some(pattern) = Pattern::of(name) => {
                    effect.reads_more = true;
                    effect.read_patterns.insert(pattern);
                }
                "locals" | "vars" | "dir" | "eval" | "exec" => effect.reads_more = true,
                _ if names.bindings_of(reference.name).is_empty() => {
                    effect.reads.insert(name.to_owned());
                }
                _ => {}
            }
        }
        effect
    }
}

/// What `compile` is given, and whether as statements.
fn compiled<'a>(code: &Code<'a>, source: &'a Expr) -> Option<(&'a Expr, Option<bool>)> {
    let source = match source {
        Expr::Name(name) => match code.names().only_binding(name)? {
            BindingKind::Assignment(value) => value,
            _ => return None,
        },
        other => other,
    };
    let Expr::Call(call) = source else { return None };
    if code.names().resolve(&call.func).only() != Some("builtins.compile") {
        return None;
    }
    let mode = call.arguments.find_argument_value("mode", 2).and_then(|mode| match mode {
        Expr::StringLiteral(mode) => Some(mode.value.to_str() != "eval"),
        _ => None,
    });
    Some((call.arguments.find_argument_value("source", 0)?, mode))
}
