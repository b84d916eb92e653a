//! The one pass over a tree that fills [`Names`].

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{
    self as ast, AnyParameterRef, Comprehension, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt,
    TypeParam,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Binding, BindingId, BindingKind, Branch, BranchId, Names, Reference, Scope, ScopeId, ScopeKind};

/// Walks a module.
pub(super) fn build(body: &[Stmt]) -> Names<'_> {
    let names = Names {
        scopes: Vec::new(),
        bindings: Vec::new(),
        references: Vec::new(),
        branches: vec![Branch { parent: None, fork: 0, exclusive: false }],
        strings: Vec::new(),
        reads: Default::default(),
    };
    let mut builder = Builder { names, scope: ScopeId(0), branch: BranchId(0), forks: 0 };
    builder.push_scope(ScopeKind::Module, None, TextRange::up_to(TextSize::new(u32::MAX)));
    builder.visit_body(body);
    let mut names = builder.names;
    names.references.sort_by_key(|reference| reference.name.range.start());
    names
}

/// The lines of a docstring that `doctest` runs.
fn examples(docstring: &str) -> impl Iterator<Item = &str> {
    let has = memchr::memmem::find(docstring.as_bytes(), b">>> ").is_some();
    let lines = has.then(|| docstring.lines()).into_iter().flatten();
    lines.map(str::trim_start).filter(|line| line.starts_with(">>> ") || line.starts_with("... "))
}

struct Builder<'a> {
    names: Names<'a>,
    scope: ScopeId,
    branch: BranchId,
    forks: u32,
}

impl<'a> Builder<'a> {
    fn push_scope(&mut self, kind: ScopeKind, parent: Option<ScopeId>, range: TextRange) -> ScopeId {
        let id = ScopeId(u32::try_from(self.names.scopes.len()).unwrap_or(u32::MAX));
        self.names.scopes.push(Scope {
            kind,
            parent,
            range,
            symbols: Default::default(),
            globals: Default::default(),
            nonlocals: Default::default(),
            branch: self.branch,
        });
        id
    }

    /// Runs `visit` in a new scope below the current one.
    fn within(&mut self, kind: ScopeKind, range: TextRange, visit: impl FnOnce(&mut Self)) {
        let (outer, outer_branch) = (self.scope, self.branch);
        self.branch = self.push_branch(0, false);
        self.scope = self.push_scope(kind, Some(outer), range);
        visit(self);
        (self.scope, self.branch) = (outer, outer_branch);
    }

    fn push_branch(&mut self, fork: u32, exclusive: bool) -> BranchId {
        let id = BranchId(u32::try_from(self.names.branches.len()).unwrap_or(u32::MAX));
        self.names.branches.push(Branch { parent: Some(self.branch), fork, exclusive });
        id
    }

    /// A number for a statement with arms.
    fn fork(&mut self) -> u32 {
        self.forks += 1;
        self.forks
    }

    /// Runs `visit` as one arm of a fork.
    fn arm(&mut self, fork: u32, exclusive: bool, visit: impl FnOnce(&mut Self)) {
        let outer = self.branch;
        self.branch = self.push_branch(fork, exclusive);
        visit(self);
        self.branch = outer;
    }

    fn bind(&mut self, name: &'a str, kind: BindingKind<'a>, range: TextRange, after: TextSize) {
        let scope = self.owner(name);
        let id = BindingId(u32::try_from(self.names.bindings.len()).unwrap_or(u32::MAX));
        self.names.bindings.push(Binding { name, kind, range, scope, after, branch: self.branch });
        self.names.scopes[scope.0 as usize].symbols.entry(name).or_default().push(id);
    }

    /// The scope that a binding made here belongs to.
    fn owner(&self, name: &str) -> ScopeId {
        let scope = &self.names.scopes[self.scope.0 as usize];
        if scope.globals.contains(name) {
            return ScopeId(0);
        }
        if scope.nonlocals.contains(name) {
            let outer = std::iter::successors(scope.parent, |id| self.names.scopes[id.0 as usize].parent);
            let mut functions =
                outer.filter(|id| self.names.scopes[id.0 as usize].kind == ScopeKind::Function);
            return functions.next().unwrap_or(self.scope);
        }
        self.scope
    }

    /// Binds the names of a target; `value` where one plain name gets it.
    fn bind_target(&mut self, target: &'a Expr, value: Option<&'a Expr>, after: TextSize) {
        match target {
            Expr::Name(name) => {
                let kind = value.map_or(BindingKind::Other, BindingKind::Assignment);
                self.bind(name.id.as_str(), kind, name.range, after);
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|one| self.bind_target(one, None, after)),
            Expr::List(list) => list.elts.iter().for_each(|one| self.bind_target(one, None, after)),
            Expr::Starred(starred) => self.bind_target(&starred.value, None, after),
            // `a.b = …` and `a[b] = …` read their parts.
            other => self.visit_expr(other),
        }
    }

    /// Binds the parameters of a function or of a `lambda`.
    fn bind_parameters(&mut self, parameters: &'a Parameters, of_function: bool) {
        let around = self.names.scopes[self.scope.0 as usize].parent;
        let in_class = around.is_some_and(|id| self.names.scopes[id.0 as usize].kind == ScopeKind::Class);
        for (at, parameter) in parameters.iter().enumerate() {
            let kind = match parameter {
                AnyParameterRef::NonVariadic(plain) if of_function && (at > 0 || !in_class) => {
                    BindingKind::Parameter(plain)
                }
                _ => BindingKind::Other,
            };
            let name = parameter.name();
            self.bind(name.as_str(), kind, name.range(), name.end());
        }
    }

    fn function(&mut self, function: &'a ast::StmtFunctionDef) {
        function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        self.parameter_values(&function.parameters);
        let body = |this: &mut Self| {
            if let Some(parameters) = &function.type_params {
                this.visit_type_params(parameters);
            }
            this.annotations(&function.parameters);
            if let Some(returns) = &function.returns {
                this.visit_annotation(returns);
            }
            this.within(ScopeKind::Function, range_of(&function.body), |this| {
                this.bind_parameters(&function.parameters, true);
                this.body(&function.body);
            });
        };
        match function.type_params {
            Some(_) => self.within(ScopeKind::Function, function.range(), body),
            None => body(self),
        }
        self.bind(
            function.name.as_str(),
            BindingKind::Function(function),
            function.name.range(),
            function.name.end(),
        );
    }

    fn class(&mut self, class: &'a ast::StmtClassDef) {
        class.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        let body = |this: &mut Self| {
            if let Some(parameters) = &class.type_params {
                this.visit_type_params(parameters);
            }
            if let Some(arguments) = &class.arguments {
                this.visit_arguments(arguments);
            }
            this.within(ScopeKind::Class, range_of(&class.body), |this| this.body(&class.body));
        };
        match class.type_params {
            Some(_) => self.within(ScopeKind::Function, class.range(), body),
            None => body(self),
        }
        self.bind(class.name.as_str(), BindingKind::Class(class), class.name.range(), class.end());
    }

    /// A body whose first statement may be a docstring, which is only text.
    fn body(&mut self, body: &'a [Stmt]) {
        let rest = match body {
            [Stmt::Expr(first), rest @ ..] if let Expr::StringLiteral(text) = &*first.value => {
                self.names.strings.extend(text.value.iter().flat_map(|part| examples(&part.value)));
                rest
            }
            _ => body,
        };
        rest.iter().for_each(|stmt| self.visit_stmt(stmt));
    }

    fn parameter_values(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn annotations(&mut self, parameters: &'a Parameters) {
        for parameter in parameters {
            if let Some(annotation) = parameter.annotation() {
                self.visit_annotation(annotation);
            }
        }
    }

    fn comprehension(&mut self, range: TextRange, generators: &'a [Comprehension], results: &[&'a Expr]) {
        // The first iterable is evaluated outside.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.within(ScopeKind::Function, range, |this| {
            for (at, generator) in generators.iter().enumerate() {
                if at > 0 {
                    this.visit_expr(&generator.iter);
                }
                this.bind_target(&generator.target, None, generator.target.start());
                generator.ifs.iter().for_each(|test| this.visit_expr(test));
            }
            results.iter().for_each(|result| this.visit_expr(result));
        });
    }

    fn import(&mut self, import: &'a ast::StmtImport) {
        for alias in &import.names {
            let name =
                alias.asname.as_ref().map_or(super::first_segment(alias.name.as_str()), |name| name.as_str());
            self.bind(name, BindingKind::Import(import, alias), alias.range, import.end());
        }
    }

    fn import_from(&mut self, import: &'a ast::StmtImportFrom) {
        for alias in &import.names {
            let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            self.bind(name, BindingKind::From(import, alias), alias.range, import.end());
        }
    }

    fn if_statement(&mut self, stmt: &'a ast::StmtIf) {
        self.visit_expr(&stmt.test);
        let fork = self.fork();
        self.arm(fork, true, |this| this.visit_body(&stmt.body));
        for clause in &stmt.elif_else_clauses {
            if let Some(test) = &clause.test {
                self.visit_expr(test);
            }
            self.arm(fork, true, |this| this.visit_body(&clause.body));
        }
    }

    fn try_statement(&mut self, stmt: &'a ast::StmtTry) {
        let fork = self.fork();
        self.arm(fork, false, |this| {
            this.visit_body(&stmt.body);
            this.visit_body(&stmt.orelse);
        });
        let handlers = self.fork();
        for handler in &stmt.handlers {
            self.arm(handlers, true, |this| this.visit_except_handler(handler));
        }
        self.visit_body(&stmt.finalbody);
    }

    fn match_statement(&mut self, stmt: &'a ast::StmtMatch) {
        self.visit_expr(&stmt.subject);
        let fork = self.fork();
        for case in &stmt.cases {
            self.arm(fork, true, |this| this.visit_match_case(case));
        }
    }

    fn loop_body(&mut self, body: &'a [Stmt], orelse: &'a [Stmt]) {
        let fork = self.fork();
        self.arm(fork, false, |this| this.visit_body(body));
        self.arm(fork, false, |this| this.visit_body(orelse));
    }

    fn assignment(&mut self, targets: &'a [Expr], value: &'a Expr) {
        self.visit_expr(value);
        targets.iter().for_each(|target| self.bind_target(target, Some(value), value.end()));
    }
}

impl<'a> Visitor<'a> for Builder<'a> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        self.body(body);
    }

    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            Stmt::If(stmt) => self.if_statement(stmt),
            Stmt::Try(stmt) => self.try_statement(stmt),
            Stmt::Match(stmt) => self.match_statement(stmt),
            Stmt::Assign(assign) => self.assignment(&assign.targets, &assign.value),
            Stmt::AnnAssign(assign) => {
                self.visit_annotation(&assign.annotation);
                match &assign.value {
                    Some(value) => self.assignment(std::slice::from_ref(&*assign.target), value),
                    // A bare annotation makes the name local without a value.
                    None if assign.target.is_name_expr() => {}
                    None => self.visit_expr(&assign.target),
                }
            }
            Stmt::AugAssign(assign) => {
                self.visit_expr(&assign.value);
                if let Expr::Name(name) = &*assign.target {
                    self.names.references.push(Reference { name, scope: self.scope, branch: self.branch });
                }
                self.bind_target(&assign.target, None, assign.end());
            }
            Stmt::TypeAlias(alias) => {
                self.bind_target(&alias.name, None, alias.end());
                self.within(ScopeKind::Function, alias.range(), |this| {
                    if let Some(parameters) = &alias.type_params {
                        this.visit_type_params(parameters);
                    }
                    this.visit_expr(&alias.value);
                });
            }
            Stmt::For(stmt) => {
                self.visit_expr(&stmt.iter);
                self.bind_target(&stmt.target, None, stmt.target.end());
                self.loop_body(&stmt.body, &stmt.orelse);
            }
            Stmt::While(stmt) => {
                self.visit_expr(&stmt.test);
                self.loop_body(&stmt.body, &stmt.orelse);
            }
            Stmt::With(stmt) => {
                for item in &stmt.items {
                    self.visit_expr(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.bind_target(target, None, target.end());
                    }
                }
                self.visit_body(&stmt.body);
            }
            Stmt::Delete(stmt) => {
                for target in &stmt.targets {
                    match target {
                        Expr::Name(name) => {
                            self.names.references.push(Reference {
                                name,
                                scope: self.scope,
                                branch: self.branch,
                            });
                            self.bind(name.id.as_str(), BindingKind::Deletion, name.range, stmt.end());
                        }
                        other => self.visit_expr(other),
                    }
                }
            }
            Stmt::Global(stmt) => {
                let names = stmt.names.iter().map(ast::Identifier::as_str);
                self.names.scopes[self.scope.0 as usize].globals.extend(names);
            }
            Stmt::Nonlocal(stmt) => {
                let names = stmt.names.iter().map(ast::Identifier::as_str);
                self.names.scopes[self.scope.0 as usize].nonlocals.extend(names);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx == ExprContext::Load => {
                self.names.references.push(Reference { name, scope: self.scope, branch: self.branch });
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                self.bind_target(&named.target, Some(&named.value), named.end());
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.parameter_values(parameters);
                }
                self.within(ScopeKind::Function, lambda.body.range(), |this| {
                    if let Some(parameters) = &lambda.parameters {
                        this.bind_parameters(parameters, false);
                    }
                    this.visit_expr(&lambda.body);
                });
            }
            Expr::ListComp(comp) => self.comprehension(comp.range(), &comp.generators, &[&comp.elt]),
            Expr::SetComp(comp) => self.comprehension(comp.range(), &comp.generators, &[&comp.elt]),
            Expr::Generator(comp) => self.comprehension(comp.range(), &comp.generators, &[&comp.elt]),
            Expr::DictComp(comp) => {
                // Since 3.15 the key may be missing (unpacking).
                let key = comp.key.as_deref();
                let results: Vec<&'a Expr> = key.into_iter().chain([&*comp.value]).collect();
                self.comprehension(comp.range(), &comp.generators, &results);
            }
            Expr::StringLiteral(string) => {
                self.names.strings.extend(string.value.iter().map(|part| &*part.value));
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    fn visit_interpolated_string_element(&mut self, element: &'a ast::InterpolatedStringElement) {
        if let ast::InterpolatedStringElement::Literal(literal) = element {
            self.names.strings.push(&literal.value);
        }
        visitor::walk_interpolated_string_element(self, element);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(handler) = handler;
        if let Some(class) = &handler.type_ {
            self.visit_expr(class);
        }
        if let Some(name) = &handler.name {
            self.bind(name.as_str(), BindingKind::Other, name.range(), name.end());
        }
        self.visit_body(&handler.body);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let bound = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = bound {
            self.bind(name.as_str(), BindingKind::Other, name.range(), name.end());
        }
        visitor::walk_pattern(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        let name = parameter.name();
        self.bind(name.as_str(), BindingKind::Other, name.range(), name.end());
        visitor::walk_type_param(self, parameter);
    }
}

/// Where a body stands.
#[must_use]
pub fn range_of(body: &[Stmt]) -> TextRange {
    let ends = body.first().zip(body.last());
    ends.map_or(TextRange::default(), |(first, last)| TextRange::new(first.start(), last.end()))
}
