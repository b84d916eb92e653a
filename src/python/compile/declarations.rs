//! `global` and `nonlocal`: what stands before them, and what they mean.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Identifier, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Compiler;
use super::scope::{Kind, Scope};

/// What a scope does with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Deed {
    Reads,
    Binds,
    Annotates,
}

impl<'a> Compiler<'a> {
    pub(super) fn declare(&mut self, names: &'a [Identifier], statement: TextRange, global: bool) {
        let keyword = if global { "global" } else { "nonlocal" };
        if !global && self.scope().kind == Kind::Module {
            return self.refuse(statement, "`nonlocal` at the level of the module");
        }
        for name in names {
            if let Some(fault) = self.misdeclared(name, statement.start(), global) {
                self.refuse(name.range(), format!("`{keyword} {name}`, but {fault}"));
            }
            self.scope().declared.push((name, global));
        }
    }

    /// Why a name cannot be declared so.
    fn misdeclared(&mut self, name: &'a str, place: TextSize, global: bool) -> Option<&'static str> {
        let future_annotations = self.future_annotations;
        let scope = self.scope();
        if scope.parameters.is_some_and(|parameters| is_parameter(parameters, name)) {
            return Some("it is a parameter");
        }
        if scope.declared.contains(&(name, !global)) {
            return Some("it is declared `global` and `nonlocal`");
        }
        match Deeds::of(name, place, future_annotations, scope.body).found {
            Some(Deed::Annotates) => return Some("it was annotated before"),
            Some(Deed::Binds) => return Some("it was assigned to before"),
            Some(Deed::Reads) => return Some("it was used before"),
            None => {}
        }
        if global {
            return None;
        }
        if self.is_type_parameter(name) {
            return Some("it is a type parameter");
        }
        (!self.binds_outside(name)).then_some("no function around has that name")
    }

    /// Whether the innermost thing around that gives the name a meaning is a list
    /// of type parameters.
    fn is_type_parameter(&self, name: &str) -> bool {
        let has = |parameters: Option<&ast::TypeParams>| {
            parameters.is_some_and(|list| list.type_params.iter().any(|one| one.name().as_str() == name))
        };
        let mut inner = true;
        for scope in self.scopes.iter().rev() {
            if !inner && scope.kind != Kind::Class && self.binds(scope, name) {
                return false;
            }
            if has(scope.type_parameters) {
                return true;
            }
            inner = false;
        }
        false
    }

    /// Whether a function around the current scope binds the name.
    fn binds_outside(&self, name: &str) -> bool {
        let (_, around) = self.scopes.split_last().expect("the module's scope is never left");
        around.iter().any(|scope| match scope.kind {
            Kind::Class => name == "__class__" || name == "__classdict__",
            Kind::Function | Kind::AsyncFunction => self.binds(scope, name),
            _ => false,
        })
    }

    fn binds(&self, scope: &Scope<'a>, name: &str) -> bool {
        if scope.parameters.is_some_and(|parameters| is_parameter(parameters, name)) {
            return true;
        }
        let is_global = scope.declared.contains(&(name, true));
        let end = TextSize::new(u32::MAX);
        let deeds = Deeds::of(name, end, self.future_annotations, scope.body);
        !is_global && (deeds.imports || deeds.found >= Some(Deed::Binds))
    }
}

fn is_parameter(parameters: &Parameters, name: &str) -> bool {
    parameters.iter().any(|parameter| parameter.name().as_str() == name)
}

/// Looks for the gravest thing that a scope does with a name, up to a place.
/// Functions and classes inside have scopes of their own.
struct Deeds<'n> {
    name: &'n str,
    before: TextSize,
    future_annotations: bool,
    found: Option<Deed>,
    /// Whether an import binds the name; `global` may stand behind that.
    imports: bool,
}

impl<'n> Deeds<'n> {
    fn of(name: &'n str, before: TextSize, future_annotations: bool, body: &[Stmt]) -> Self {
        let mut deeds = Self { name, before, future_annotations, found: None, imports: false };
        deeds.visit_body(body);
        deeds
    }

    fn note(&mut self, name: &str, deed: Deed) {
        if name == self.name {
            self.found = self.found.max(Some(deed));
        }
    }

    fn annotation(&mut self, expr: &Expr) {
        if !self.future_annotations {
            self.visit_expr(expr);
        }
    }

    fn parameters(&mut self, parameters: &Parameters, generic: bool) {
        let defaults = parameters.iter_non_variadic_params().filter_map(|with| with.default.as_deref());
        defaults.for_each(|default| self.visit_expr(default));
        if !generic {
            parameters.iter().filter_map(|any| any.annotation()).for_each(|expr| self.annotation(expr));
        }
    }

    fn function(&mut self, function: &ast::StmtFunctionDef) {
        self.note(&function.name, Deed::Binds);
        function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        let generic = function.type_params.is_some();
        self.parameters(&function.parameters, generic);
        if let Some(returned) = function.returns.as_deref().filter(|_| !generic) {
            self.annotation(returned);
        }
    }
}

impl<'a> Visitor<'a> for Deeds<'_> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if stmt.start() >= self.before {
            return;
        }
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                self.note(&class.name, Deed::Binds);
                class.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                if let Some(arguments) = class.arguments.as_deref().filter(|_| class.type_params.is_none()) {
                    self.visit_arguments(arguments);
                }
            }
            Stmt::TypeAlias(alias) => self.visit_expr(&alias.name),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.imports |= alias.asname.as_ref().map_or(first, |name| name.as_str()) == self.name;
                }
            }
            Stmt::ImportFrom(import) => {
                let mut bound = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name));
                self.imports |= bound.any(|name| name.as_str() == self.name);
            }
            Stmt::AnnAssign(stmt) => {
                if let Expr::Name(name) = &*stmt.target
                    && stmt.simple
                {
                    self.note(&name.id, Deed::Annotates);
                }
                self.visit_expr(&stmt.target);
                self.annotation(&stmt.annotation);
                stmt.value.iter().for_each(|value| self.visit_expr(value));
            }
            other => visitor::walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                self.note(&name.id, if name.ctx == ExprContext::Load { Deed::Reads } else { Deed::Binds });
            }
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|parameters| self.parameters(parameters, false));
            }
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                generators.iter().take(1).for_each(|first| self.visit_expr(&first.iter));
                let mut walrus = Walrus { name: self.name, found: false };
                visitor::walk_expr(&mut walrus, expr);
                if walrus.found {
                    self.note(self.name, Deed::Binds);
                }
            }
            other => visitor::walk_expr(self, other),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(named) = handler;
        if handler.start() < self.before {
            named.name.iter().for_each(|name| self.note(name, Deed::Binds));
            visitor::walk_except_handler(self, handler);
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(alias) => alias.name.as_ref(),
            Pattern::MatchStar(star) => star.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name.filter(|name| name.start() < self.before) {
            self.note(name, Deed::Binds);
        }
        visitor::walk_pattern(self, pattern);
    }
}

/// Looks for `name :=` in a comprehension, which binds in the scope around.
struct Walrus<'n> {
    name: &'n str,
    found: bool,
}

impl<'a> Visitor<'a> for Walrus<'_> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(named) => {
                self.found |= matches!(&*named.target, Expr::Name(name) if name.id.as_str() == self.name);
                self.visit_expr(&named.value);
            }
            Expr::Lambda(_) => {}
            other => visitor::walk_expr(self, other),
        }
    }
}
