//! `global` and `nonlocal`: what stands before them, and what they mean.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{self as ast, Expr, ExprContext, Identifier, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Compiler;
use super::scope::{Kind, Scope};
use rustc_hash::FxHashMap;

/// What a scope does with a name, and where for the first time.
#[derive(Debug, Clone, Copy, Default)]
struct Deed {
    read: Option<TextSize>,
    bound: Option<TextSize>,
    annotated: Option<TextSize>,
    /// Whether an import binds it; `global` may stand behind that.
    imported: bool,
}

/// What a scope does with each name. Functions and classes inside have scopes of their own.
pub(super) struct Deeds<'a> {
    future_annotations: bool,
    names: FxHashMap<&'a str, Deed>,
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
            self.scope().declared.insert((name, global));
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
        let deed = scope.deed(name, future_annotations);
        let before = |first: Option<TextSize>| first.is_some_and(|first| first < place);
        if before(deed.annotated) {
            return Some("it was annotated before");
        }
        if before(deed.bound) {
            return Some("it was assigned to before");
        }
        if before(deed.read) {
            return Some("it was used before");
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
        let deed = scope.deed(name, self.future_annotations);
        !is_global && (deed.imported || deed.bound.is_some() || deed.annotated.is_some())
    }
}

impl<'a> Scope<'a> {
    fn deed(&self, name: &str, future_annotations: bool) -> Deed {
        let deeds = self.deeds.get_or_init(|| Deeds::of(self.body, future_annotations));
        deeds.names.get(name).copied().unwrap_or_default()
    }
}

fn is_parameter(parameters: &Parameters, name: &str) -> bool {
    parameters.iter().any(|parameter| parameter.name().as_str() == name)
}

impl<'a> Deeds<'a> {
    fn of(body: &'a [Stmt], future_annotations: bool) -> Self {
        let mut deeds = Self { future_annotations, names: FxHashMap::default() };
        deeds.visit_body(body);
        deeds
    }

    fn read(&mut self, name: &'a str, place: TextSize) {
        self.names.entry(name).or_default().read.get_or_insert(place);
    }

    fn bind(&mut self, name: &'a str, place: TextSize) {
        let bound = &mut self.names.entry(name).or_default().bound;
        *bound = Some(bound.map_or(place, |first| first.min(place)));
    }

    fn import(&mut self, name: &'a str) {
        self.names.entry(name).or_default().imported = true;
    }

    fn annotation(&mut self, expr: &'a Expr) {
        if !self.future_annotations {
            self.visit_expr(expr);
        }
    }

    fn parameters(&mut self, parameters: &'a Parameters, generic: bool) {
        let defaults = parameters.iter_non_variadic_params().filter_map(|with| with.default.as_deref());
        defaults.for_each(|default| self.visit_expr(default));
        if !generic {
            parameters.iter().filter_map(|any| any.annotation()).for_each(|expr| self.annotation(expr));
        }
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        self.bind(&function.name, function.start());
        function.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
        let generic = function.type_params.is_some();
        self.parameters(&function.parameters, generic);
        if let Some(returned) = function.returns.as_deref().filter(|_| !generic) {
            self.annotation(returned);
        }
    }
}

impl<'a> Visitor<'a> for Deeds<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                self.bind(&class.name, class.start());
                class.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                if let Some(arguments) = class.arguments.as_deref().filter(|_| class.type_params.is_none()) {
                    self.visit_arguments(arguments);
                }
            }
            Stmt::TypeAlias(alias) => self.visit_expr(&alias.name),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.import(alias.asname.as_ref().map_or(first, |name| name.as_str()));
                }
            }
            Stmt::ImportFrom(import) => {
                let bound = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name));
                bound.for_each(|name| self.import(name));
            }
            Stmt::AnnAssign(stmt) => {
                if let Expr::Name(name) = &*stmt.target
                    && stmt.simple
                {
                    let first = &mut self.names.entry(name.id.as_str()).or_default().annotated;
                    first.get_or_insert(stmt.start());
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
            Expr::Name(name) if name.ctx == ExprContext::Load => self.read(&name.id, name.range.start()),
            Expr::Name(name) => self.bind(&name.id, name.range.start()),
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|parameters| self.parameters(parameters, false));
            }
            Expr::ListComp(ast::ExprListComp { generators, .. })
            | Expr::SetComp(ast::ExprSetComp { generators, .. })
            | Expr::DictComp(ast::ExprDictComp { generators, .. })
            | Expr::Generator(ast::ExprGenerator { generators, .. }) => {
                generators.iter().take(1).for_each(|first| self.visit_expr(&first.iter));
                let mut walrus = Walrus { found: Vec::new() };
                visitor::walk_expr(&mut walrus, expr);
                walrus.found.into_iter().for_each(|name| self.bind(name, expr.start()));
            }
            other => visitor::walk_expr(self, other),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ast::ExceptHandler) {
        let ast::ExceptHandler::ExceptHandler(named) = handler;
        named.name.iter().for_each(|name| self.bind(name, handler.start()));
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(alias) => alias.name.as_ref(),
            Pattern::MatchStar(star) => star.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        name.into_iter().for_each(|name| self.bind(name, name.start()));
        visitor::walk_pattern(self, pattern);
    }
}

/// The targets of `:=` in a comprehension, which are bound in the scope around.
struct Walrus<'a> {
    found: Vec<&'a str>,
}

impl<'a> Visitor<'a> for Walrus<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Named(named) => {
                self.found.extend(named.target.as_name_expr().map(|name| name.id.as_str()));
                self.visit_expr(&named.value);
            }
            Expr::Lambda(_) => {}
            other => visitor::walk_expr(self, other),
        }
    }
}
