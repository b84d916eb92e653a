//! The walk that meets every expression and every import once.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprAttribute, ExprCall, ExprContext, ExprName, ExprSubscript, Stmt};
use ruff_text_size::Ranged;

use super::{Use, UseForm, arguments, members, strings, syntax};
use crate::catalogue::reexports::standard;
use crate::catalogue::{Fact, Kind, lookup};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::{BindingKind, Meanings, member_of};
use crate::version::PythonVersion;

/// Collects the uses of a module.
pub(super) fn walk<'a>(code: &Code<'a>) -> Vec<Use<'a>> {
    let stars = code.names().has_star();
    let mut walk = Walk { code, uses: Vec::new(), stars, in_function: false, defers: defers(code) };
    walk.imports();
    walk.visit_body(code.module.body());
    walk.uses
}

struct Walk<'c, 'a> {
    code: &'c Code<'a>,
    uses: Vec<Use<'a>>,
    /// Whether names may come from a star import.
    stars: bool,
    /// Whether the walk is inside of a function, where the annotations of names are never evaluated.
    in_function: bool,
    /// Whether no annotation is evaluated when the program runs.
    defers: bool,
}

/// PEP 563, and PEP 649 from Python 3.14 on.
fn defers(code: &Code<'_>) -> bool {
    let future = |kind: BindingKind<'_>| match kind {
        BindingKind::From(import, alias) => member_of(import, alias) == "__future__.annotations",
        _ => false,
    };
    code.target >= PythonVersion::PY314
        || code.names().module_bindings("annotations").iter().any(|id| future(code.names().binding(*id).kind))
}

impl<'a> Walk<'_, 'a> {
    /// `from module import name`.
    fn imports(&mut self) {
        for (id, binding) in self.code.names().bindings() {
            let BindingKind::From(import, alias) = binding.kind else { continue };
            let Some(module) = import.module.as_ref().filter(|_| import.level == 0) else { continue };
            let facts = lookup::with_last(alias.name.as_str());
            if facts.is_empty() {
                continue;
            }
            let dotted = format!("{module}.{}", alias.name);
            if let Some(fact) = self.wanted(lookup::fact(&standard(&dotted)))
                && !self.is_own(module)
            {
                let form = UseForm::Import(import, alias, id);
                self.uses.push(Use {
                    fact,
                    range: alias.range(),
                    form,
                    confidence: Confidence::Certain,
                    deferred: false,
                });
            }
        }
    }

    fn wanted(&self, fact: Option<Fact>) -> Option<Fact> {
        fact.filter(|fact| self.code.looks_for(*fact))
    }

    /// Whether the project has a module of that name itself.
    fn is_own(&self, module: &str) -> bool {
        self.code.project.has_module(&self.code.document.path, module)
    }

    fn attribute(&mut self, attribute: &'a ExprAttribute, whole: &'a Expr, call: Option<&'a ExprCall>) {
        let facts = lookup::with_last(attribute.attr.as_str());
        if facts.is_empty() || attribute.ctx == ExprContext::Store {
            return;
        }
        let meanings = self.code.meanings(whole);
        let named = self.named(&meanings, lookup::fact);
        if let Some((fact, confidence)) = named {
            let form = UseForm::Attribute(attribute, call);
            self.uses.push(Use { fact, range: attribute.range(), form, confidence, deferred: false });
            return;
        }
        members::find(self.code, attribute, call, &meanings, &mut self.uses);
    }

    /// A bare name that a star import may have brought.
    fn star(&mut self, name: &'a ExprName, whole: &'a Expr, call: Option<&'a ExprCall>) {
        if lookup::with_last(name.id.as_str()).is_empty() || !self.code.names().bindings_of(name).is_empty() {
            return;
        }
        let meanings = self.code.meanings(whole);
        let stars = meanings.dotted.iter().filter(|dotted| !dotted.starts_with("builtins."));
        let found = stars.filter_map(|dotted| self.wanted(lookup::fact(&standard(dotted)))).next();
        // Something built in has the name too: `format` is hardly `locale.format`.
        if let Some(fact) = found.filter(|_| !is_builtin(self.code, name)) {
            let form = UseForm::Star(name, call);
            self.uses.push(Use {
                fact,
                range: name.range(),
                form,
                confidence: Confidence::Certain,
                deferred: false,
            });
        }
    }

    /// The fact that one of the meanings has, and how sure it is.
    fn named<'m>(
        &self,
        meanings: &'m Meanings<'a>,
        find: impl Fn(&str) -> Option<Fact>,
    ) -> Option<(Fact, Confidence)> {
        let found = meanings.dotted.iter().filter_map(|dotted| {
            let fact = self.wanted(find(&standard(dotted)))?;
            let own = self.is_own(dotted) && !dotted.starts_with("builtins.");
            (!own).then_some(fact)
        });
        let fact = found.into_iter().next()?;
        let sure = meanings.only().is_some();
        Some((fact, Confidence::resolved(sure)))
    }

    fn call(&mut self, call: &'a ExprCall) {
        arguments::find(self.code, call, &mut self.uses);
        strings::find(self.code, call, &mut self.uses);
        if let Some(object) = syntax::entered(call) {
            syntax::find(self.code, object, "__enter__", &mut self.uses);
        }
    }

    /// The callee of a call, so that a use knows that it is called.
    fn callee(&mut self, call: &'a ExprCall) {
        match &*call.func {
            Expr::Attribute(attribute) => {
                self.attribute(attribute, &call.func, Some(call));
                self.visit_expr(&attribute.value);
            }
            Expr::Name(name) if self.stars => self.star(name, &call.func, Some(call)),
            other => self.visit_expr(other),
        }
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let outer = self.in_function;
        let known = self.uses.len();
        match stmt {
            Stmt::With(with) if !with.is_async => {
                let entered = with.items.iter().map(|item| &item.context_expr);
                entered.for_each(|object| syntax::find(self.code, object, "__enter__", &mut self.uses));
            }
            Stmt::FunctionDef(_) => self.in_function = true,
            Stmt::ClassDef(_) => self.in_function = false,
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
        self.in_function = outer;
        if let Stmt::AnnAssign(assign) = stmt
            && outer
        {
            let unread = self.uses[known..].iter_mut();
            unread
                .filter(|one| assign.annotation.range().contains_range(one.range))
                .for_each(|one| one.deferred = true);
        }
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        let known = self.uses.len();
        self.visit_expr(annotation);
        if self.defers {
            self.uses[known..].iter_mut().for_each(|one| one.deferred = true);
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                self.call(call);
                self.callee(call);
                self.visit_arguments(&call.arguments);
            }
            Expr::Attribute(attribute) => {
                self.attribute(attribute, expr, None);
                self.visit_expr(&attribute.value);
            }
            Expr::Name(name) if self.stars && name.ctx == ExprContext::Load => self.star(name, expr, None),
            Expr::Await(awaited) => {
                syntax::find(self.code, &awaited.value, "__await__", &mut self.uses);
                visitor::walk_expr(self, expr);
            }
            Expr::Subscript(subscript) if is_index(subscript) => {
                syntax::find(self.code, &subscript.value, "__getitem__", &mut self.uses);
                visitor::walk_expr(self, expr);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}

/// `object[0]`, read.
fn is_index(subscript: &ExprSubscript) -> bool {
    subscript.ctx == ExprContext::Load
        && matches!(&*subscript.slice, Expr::NumberLiteral(_) | Expr::UnaryOp(_) | Expr::Slice(_))
}

fn is_builtin(code: &Code<'_>, name: &ExprName) -> bool {
    crate::catalogue::stdlib_name("builtins", name.id.as_str(), code.target) == Some(true)
}

/// Whether a fact is about something in a class: a method or an attribute.
pub(super) fn is_member(fact: &Fact) -> bool {
    matches!(fact.name.kind, Some(Kind::Method | Kind::Attribute)) && fact.name.class().is_some()
}
