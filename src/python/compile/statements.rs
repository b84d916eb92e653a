//! Statements.

use ruff_python_ast::{self as ast, ExceptHandler, Expr, Stmt};
use ruff_text_size::{Ranged, TextRange};

use super::Compiler;
use super::scope::{Kind, Scope};
use crate::version::PythonVersion;

/// How many blocks may stand in each other.
const BLOCKS: usize = 21;

/// What `from __future__ import` knows.
const FEATURES: &[&str] = &[
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

impl<'a> Compiler<'a> {
    /// Since 3.13 the indentation of docstrings is taken out, which half a
    /// surrogate pair does not survive.
    pub(super) fn docstring(&mut self, body: &'a [Stmt]) {
        let Some(Stmt::Expr(first)) = body.first() else { return };
        let Expr::StringLiteral(docstring) = &*first.value else { return };
        // The parser puts the replacement character in its place.
        if self.target < PythonVersion::PY313 || !docstring.value.to_str().contains('\u{fffd}') {
            return;
        }
        let text = self.text[docstring.range].to_ascii_lowercase();
        let surrogates =
            text.split("\\u").skip(1).filter_map(|escape| escape.trim_start_matches("0000").get(..4));
        let mut numbers = surrogates.filter_map(|digits| u16::from_str_radix(digits, 16).ok());
        if numbers.any(|number| (0xd800..=0xdfff).contains(&number)) {
            self.refuse(docstring.range, "a docstring with half a surrogate pair");
        }
    }

    pub(super) fn body(&mut self, body: &'a [Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Return(stmt) => self.returns(stmt),
            Stmt::Delete(stmt) => stmt.targets.iter().for_each(|target| self.target(target)),
            Stmt::TypeAlias(stmt) => {
                self.target(&stmt.name);
                self.type_parameters(stmt.type_params.as_deref());
                self.forbidding("a type alias", |compiler| compiler.expr(&stmt.value));
            }
            Stmt::Assign(stmt) => {
                self.expr(&stmt.value);
                stmt.targets.iter().for_each(|target| self.target(target));
            }
            Stmt::AugAssign(stmt) => {
                self.expr(&stmt.value);
                self.target(&stmt.target);
            }
            Stmt::AnnAssign(stmt) => self.annotated(stmt),
            Stmt::For(stmt) => {
                if stmt.is_async {
                    self.needs_coroutine(stmt.range, "`async for`");
                }
                self.expr(&stmt.iter);
                self.target(&stmt.target);
                self.looped(&stmt.body, stmt.range);
                self.body(&stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.expr(&stmt.test);
                self.looped(&stmt.body, stmt.range);
                self.body(&stmt.orelse);
            }
            Stmt::If(stmt) => {
                self.expr(&stmt.test);
                self.body(&stmt.body);
                for clause in &stmt.elif_else_clauses {
                    clause.test.iter().for_each(|test| self.expr(test));
                    self.body(&clause.body);
                }
            }
            Stmt::With(stmt) => self.with(stmt),
            Stmt::Match(stmt) => self.matched(stmt),
            Stmt::Raise(stmt) => {
                [&stmt.exc, &stmt.cause].into_iter().flatten().for_each(|value| self.expr(value));
            }
            Stmt::Try(stmt) => self.tried(stmt),
            Stmt::Assert(stmt) => {
                self.expr(&stmt.test);
                stmt.msg.iter().for_each(|message| self.expr(message));
            }
            Stmt::Import(stmt) => {
                stmt.names.iter().for_each(|alias| self.bound(alias.asname.as_ref().unwrap_or(&alias.name)));
            }
            Stmt::ImportFrom(stmt) => self.import_from(stmt),
            Stmt::Global(stmt) => self.declare(&stmt.names, stmt.range, true),
            Stmt::Nonlocal(stmt) => self.declare(&stmt.names, stmt.range, false),
            Stmt::Expr(stmt) => self.expr(&stmt.value),
            Stmt::Break(stmt) => self.leaves_loop(stmt.range, "break"),
            Stmt::Continue(stmt) => self.leaves_loop(stmt.range, "continue"),
            Stmt::Pass(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        function.decorator_list.iter().for_each(|decorator| self.expr(&decorator.expression));
        self.bound(&function.name);
        self.type_parameters(function.type_params.as_deref());
        let generic = function.type_params.is_some();
        self.parameters(&function.parameters, generic);
        function.returns.iter().for_each(|returned| self.annotation(returned, generic));
        let kind = if function.is_async { Kind::AsyncFunction } else { Kind::Function };
        let mut scope = Scope::new(kind, &function.body);
        scope.parameters = Some(&function.parameters);
        scope.type_parameters = function.type_params.as_deref();
        self.docstring(&function.body);
        let left = self.within(scope, |compiler| compiler.body(&function.body));
        if let (Kind::AsyncFunction, true, Some(returned)) = (kind, left.yields, left.returned) {
            self.refuse(returned, "`return` with a value in an asynchronous generator");
        }
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        class.decorator_list.iter().for_each(|decorator| self.expr(&decorator.expression));
        self.bound(&class.name);
        self.type_parameters(class.type_params.as_deref());
        if let Some(arguments) = &class.arguments {
            if class.type_params.is_some() {
                self.forbidding("the definition of a generic", |compiler| compiler.arguments(arguments));
            } else {
                self.arguments(arguments);
            }
        }
        self.docstring(&class.body);
        let mut scope = Scope::new(Kind::Class, &class.body);
        scope.type_parameters = class.type_params.as_deref();
        self.within(scope, |compiler| compiler.body(&class.body));
    }

    fn returns(&mut self, stmt: &'a ast::StmtReturn) {
        let scope = self.scope();
        let fault = if !scope.kind.is_function() {
            Some("`return` outside a function")
        } else {
            scope.in_group.then_some("`return` in a handler of `except*`")
        };
        if stmt.value.is_some() {
            scope.returned.get_or_insert(stmt.range);
        }
        if let Some(fault) = fault {
            self.refuse(stmt.range, fault);
        }
        stmt.value.iter().for_each(|value| self.expr(value));
    }

    fn annotated(&mut self, stmt: &'a ast::StmtAnnAssign) {
        stmt.value.iter().for_each(|value| self.expr(value));
        self.annotation(&stmt.annotation, false);
        self.target(&stmt.target);
        if let Expr::Name(name) = &*stmt.target
            && stmt.simple
        {
            let scope = self.scope();
            let declared =
                [true, false].iter().any(|global| scope.declared.contains(&(name.id.as_str(), *global)));
            if declared && scope.kind != Kind::Module {
                self.refuse(
                    name.range,
                    format!("`{}` is annotated and declared `global` or `nonlocal`", name.id),
                );
            }
        }
    }

    fn looped(&mut self, body: &'a [Stmt], range: TextRange) {
        let scope = self.scope();
        let before = (scope.in_loop, scope.loop_in_group);
        (scope.in_loop, scope.loop_in_group) = (true, false);
        self.blocks(1, range, |compiler| compiler.body(body));
        let scope = self.scope();
        (scope.in_loop, scope.loop_in_group) = before;
    }

    fn leaves_loop(&mut self, range: TextRange, keyword: &str) {
        let scope = self.scope();
        let fault = match (scope.in_loop, scope.loop_in_group) {
            (false, _) => "outside a loop",
            (true, true) => "in a handler of `except*`",
            (true, false) => return,
        };
        self.refuse(range, format!("`{keyword}` {fault}"));
    }

    fn with(&mut self, stmt: &'a ast::StmtWith) {
        if stmt.is_async {
            self.needs_coroutine(stmt.range, "`async with`");
        }
        for item in &stmt.items {
            self.expr(&item.context_expr);
            item.optional_vars.iter().for_each(|target| self.target(target));
        }
        self.blocks(stmt.items.len(), stmt.range, |compiler| compiler.body(&stmt.body));
    }

    fn tried(&mut self, stmt: &'a ast::StmtTry) {
        let last = usize::from(!stmt.finalbody.is_empty());
        let caught = usize::from(!stmt.handlers.is_empty());
        self.blocks(last, stmt.range, |compiler| {
            compiler.blocks(caught, stmt.range, |compiler| compiler.body(&stmt.body));
            for (at, ExceptHandler::ExceptHandler(handler)) in stmt.handlers.iter().enumerate() {
                if handler.type_.is_none() && at + 1 < stmt.handlers.len() {
                    compiler.refuse(handler.range, "a bare `except:` must be the last handler");
                }
                compiler.handler(handler, stmt.is_star);
            }
            compiler.body(&stmt.orelse);
        });
        self.blocks(last, stmt.range, |compiler| compiler.body(&stmt.finalbody));
    }

    fn handler(&mut self, handler: &'a ast::ExceptHandlerExceptHandler, group: bool) {
        handler.type_.iter().for_each(|class| self.expr(class));
        handler.name.iter().for_each(|name| self.bound(name));
        let scope = self.scope();
        let before = (scope.in_group, scope.loop_in_group);
        scope.in_group |= group;
        scope.loop_in_group |= group;
        // One for the handlers, one to forget the name.
        self.blocks(2, handler.range, |compiler| compiler.body(&handler.body));
        let scope = self.scope();
        (scope.in_group, scope.loop_in_group) = before;
    }

    /// Judges what stands in that many more blocks.
    fn blocks(&mut self, count: usize, range: TextRange, judge: impl FnOnce(&mut Self)) {
        self.scope().blocks += count;
        if self.scope().blocks > BLOCKS {
            self.refuse(range, "too many blocks within blocks");
        }
        judge(self);
        self.scope().blocks -= count;
    }

    fn import_from(&mut self, stmt: &'a ast::StmtImportFrom) {
        let future = super::future_module(stmt);
        for alias in &stmt.names {
            match alias.name.as_str() {
                "*" if future => {}
                "*" if self.scope().kind != Kind::Module => {
                    self.refuse(stmt.range, "`import *` below the level of the module");
                }
                _ => self.bound(alias.asname.as_ref().unwrap_or(&alias.name)),
            }
        }
        if !future {
            return;
        }
        if stmt.end() > self.imports_end {
            self.refuse(stmt.range, "an import from `__future__` that is not at the beginning of the file");
        }
        for alias in stmt.names.iter().filter(|alias| !FEATURES.contains(&alias.name.as_str())) {
            self.refuse(alias.range(), format!("`__future__` has no feature `{}`", alias.name));
        }
    }
}
