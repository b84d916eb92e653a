//! What functions without annotations give back. The engine takes that for
//! unknown; here it is followed, from the value to what was assigned, returned
//! or yielded, as far as each step is plain.

use ruff_db::parsed::parsed_module;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{self as ast, AnyNodeRef, Expr, ExprRef, Stmt};
use ty_python_core::definition::{Definition, DefinitionKind, TargetKind};
use ty_python_core::{place_table, semantic_index};
use ty_python_semantic::types::{BoundTypeVarInstance, Type, TypeDefinition, TypeVarKind};
use ty_python_semantic::{
    Db, HasType as _, ImportAliasResolution, SemanticModel, definitions_for_attribute, definitions_for_name,
};

use super::lineage::{definitions, lineage};

/// How many steps are taken for one question.
const STEPS: u32 = 100;

/// What a value may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'db> {
    /// As the engine has it.
    Type(Type<'db>),
    /// An instance of a class, or the class.
    Object(Definition<'db>, bool),
    /// A function or method, and what it was fetched from.
    Function(Definition<'db>, This<'db>),
    Unknown,
}

/// What `self` or `cls` stands for in the code that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum This<'db> {
    /// The class around the code.
    Around,
    /// The class of the object on which a method was called.
    Class(Definition<'db>),
    Unknown,
}

/// How a function is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Called,
    Awaited,
    /// As a context manager made of a generator.
    Entered,
}

/// One question.
pub(super) struct Trace<'db> {
    db: &'db dyn Db,
    /// The functions that are being looked into.
    inside: Vec<Definition<'db>>,
    steps: u32,
}

impl<'db> Trace<'db> {
    pub(super) fn new(db: &'db dyn Db) -> Self {
        Self { db, inside: Vec::new(), steps: 0 }
    }

    /// What an expression may be.
    pub(super) fn values<'a>(
        &mut self,
        model: &SemanticModel<'db>,
        expr: impl Into<ExprRef<'a>>,
        this: This<'db>,
    ) -> Vec<Value<'db>> {
        let expr = expr.into();
        let ty = expr.inferred_type(model).unwrap_or(Type::Never);
        let mut values = Vec::new();
        let elements = match &ty {
            Type::Union(union) => union.elements(self.db),
            other => std::slice::from_ref(other),
        };
        let mut gap = false;
        for element in elements {
            match *element {
                element if is_gap(self.db, element) => gap = true,
                Type::TypeVar(variable) => values.push(self.own(*element, variable, true, model, expr, this)),
                Type::SubclassOf(class) => values.push(match class.into_type_var() {
                    Some(variable) => self.own(*element, variable, false, model, expr, this),
                    None => Value::Type(*element),
                }),
                element => values.push(Value::Type(element)),
            }
        }
        if gap {
            values.extend(self.follow(model, expr, this));
        }
        values.dedup();
        values
    }

    /// `self`, `cls`, or another type variable.
    fn own(
        &self,
        ty: Type<'db>,
        variable: BoundTypeVarInstance<'db>,
        instance: bool,
        model: &SemanticModel<'db>,
        expr: ExprRef<'_>,
        this: This<'db>,
    ) -> Value<'db> {
        if variable.typevar(self.db).kind(self.db) != TypeVarKind::TypingSelf {
            return Value::Type(ty);
        }
        let class = match this {
            This::Around => enclosing_class(self.db, model, AnyNodeRef::from(expr)),
            This::Class(class) => Some(class),
            This::Unknown => None,
        };
        class.map_or(Value::Unknown, |class| Value::Object(class, instance))
    }

    fn follow(&mut self, model: &SemanticModel<'db>, expr: ExprRef<'_>, this: This<'db>) -> Vec<Value<'db>> {
        self.steps += 1;
        if self.steps > STEPS {
            return vec![Value::Unknown];
        }
        match expr {
            ExprRef::Call(call) => self.call(model, &call.func, this, Use::Called),
            ExprRef::Await(awaited) => match &*awaited.value {
                Expr::Call(call) => self.call(model, &call.func, this, Use::Awaited),
                _ => vec![Value::Unknown],
            },
            ExprRef::Name(name) => {
                let alias = ImportAliasResolution::ResolveAliases;
                let found = definitions_for_name(model, name.id.as_str(), name.into(), alias);
                let found = found.iter().map(|found| found.definition());
                self.all(found.collect(), this)
            }
            ExprRef::Attribute(attribute) => self.attribute(model, attribute, this),
            ExprRef::Named(named) => self.values(model, &*named.value, this),
            ExprRef::If(either) => {
                let mut values = self.values(model, &*either.body, this);
                values.extend(self.values(model, &*either.orelse, this));
                values
            }
            ExprRef::BoolOp(operation) => {
                operation.values.iter().flat_map(|value| self.values(model, value, this)).collect()
            }
            _ => vec![Value::Unknown],
        }
    }

    fn all(&mut self, found: Vec<Option<Definition<'db>>>, this: This<'db>) -> Vec<Value<'db>> {
        if found.is_empty() {
            return vec![Value::Unknown];
        }
        found
            .into_iter()
            .flat_map(|found| found.map_or(vec![Value::Unknown], |found| self.bound(found, this)))
            .collect()
    }

    /// What a definition binds its name to.
    fn bound(&mut self, definition: Definition<'db>, this: This<'db>) -> Vec<Value<'db>> {
        let model = SemanticModel::new(self.db, definition.program_file(self.db));
        let parsed = parsed_module(self.db, definition.python_file(self.db)).load(self.db);
        let value = match definition.kind(self.db) {
            DefinitionKind::Assignment(assignment) if assignment.unpack().is_none() => {
                assignment.value(&parsed)
            }
            DefinitionKind::NamedExpression(named) => &named.node(&parsed).value,
            DefinitionKind::WithItem(item) if matches!(item.target_kind(), TargetKind::Single) => {
                return self.entered(&model, item.context_expr(&parsed), this);
            }
            DefinitionKind::Function(_) => return vec![Value::Function(definition, this)],
            DefinitionKind::Parameter(_) => return vec![self.own_parameter(definition, this)],
            _ => return vec![Value::Unknown],
        };
        self.values(&model, value, this)
    }

    /// The first parameter of a method, where the engine does not say what it is.
    pub(super) fn own_parameter(&self, parameter: Definition<'db>, this: This<'db>) -> Value<'db> {
        let db = self.db;
        let scope = parameter.scope(db);
        let parsed = parsed_module(db, parameter.python_file(db)).load(db);
        let function = scope.node(db).as_function().map(|function| function.node(&parsed));
        let (Some(function), Some(class)) = (function, scope.class_definition_of_method(db)) else {
            return Value::Unknown;
        };
        let places = place_table(db, scope);
        let name = parameter.place(db).as_symbol().map(|symbol| places.symbol(symbol).name());
        let first = function.parameters.iter_non_variadic_params().next();
        let is_first =
            first.is_some_and(|first| first.annotation().is_none() && Some(&first.name().id) == name);
        let class = match this {
            This::Around => class,
            This::Class(class) => class,
            This::Unknown => return Value::Unknown,
        };
        match function.decorator_list.as_slice() {
            _ if !is_first => Value::Unknown,
            [] => Value::Object(class, true),
            [decorator] if is_named(decorator, &["classmethod"]) => Value::Object(class, false),
            _ => Value::Unknown,
        }
    }

    fn attribute(
        &mut self,
        model: &SemanticModel<'db>,
        attribute: &ast::ExprAttribute,
        this: This<'db>,
    ) -> Vec<Value<'db>> {
        let mut values = Vec::new();
        for owner in self.values(model, &*attribute.value, this) {
            if matches!(owner, Value::Type(Type::ModuleLiteral(_))) {
                let found = definitions_for_attribute(model, attribute);
                let found = found.iter().map(|found| found.definition());
                values.extend(self.all(found.collect(), This::Unknown));
            } else {
                values.extend(self.member(owner, &attribute.attr, model));
            }
        }
        values
    }

    /// What an object has under a name.
    fn member(&mut self, owner: Value<'db>, name: &str, model: &SemanticModel<'db>) -> Vec<Value<'db>> {
        let Some((class, instance)) = self.class_of(owner, model) else { return vec![Value::Unknown] };
        let lineage = lineage(self.db, class);
        let Some(at) = lineage.definer(self.db, name, instance) else { return vec![Value::Unknown] };
        let definer = &lineage.classes[at];
        let found = definitions(self.db, definer.class, name, instance);
        if definer.standard || found.is_empty() {
            return vec![Value::Unknown];
        }
        let mut values = Vec::new();
        for found in found {
            let is_property = has_decorator(self.db, found, &["property", "cached_property"]);
            if instance && is_property == Some(true) {
                values.extend(self.returned(found, This::Class(class), Use::Called, true));
            } else {
                values.extend(self.bound(found, This::Class(class)));
            }
        }
        values
    }

    fn class_of(&self, value: Value<'db>, model: &SemanticModel<'db>) -> Option<(Definition<'db>, bool)> {
        match value {
            Value::Object(class, instance) => Some((class, instance)),
            Value::Type(ty @ (Type::NominalInstance(_) | Type::ClassLiteral(_) | Type::GenericAlias(_))) => {
                match ty.definition(self.db, &model.program_environment())? {
                    TypeDefinition::StaticClass(class) => {
                        Some((class, matches!(ty, Type::NominalInstance(_))))
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What a call of `func` gives.
    fn call(
        &mut self,
        model: &SemanticModel<'db>,
        func: &Expr,
        this: This<'db>,
        usage: Use,
    ) -> Vec<Value<'db>> {
        let env = model.program_environment();
        let mut values = Vec::new();
        for callee in self.callees(model, func, this) {
            let (function, this) = match callee {
                Value::Function(function, this) => (function, this),
                Value::Type(ty @ Type::FunctionLiteral(_)) => match ty.definition(self.db, &env) {
                    Some(TypeDefinition::Function(function)) => (function, This::Unknown),
                    _ => return vec![Value::Unknown],
                },
                _ => return vec![Value::Unknown],
            };
            values.extend(self.returned(function, this, usage, false));
        }
        values
    }

    /// The functions that an expression may be. Methods are looked up here, so
    /// that it is known on what they are called.
    fn callees(&mut self, model: &SemanticModel<'db>, func: &Expr, this: This<'db>) -> Vec<Value<'db>> {
        let values = self.values(model, func, this);
        match func {
            Expr::Attribute(attribute)
                if values.iter().any(|value| matches!(value, Value::Type(Type::BoundMethod(_)))) =>
            {
                self.attribute(model, attribute, this)
            }
            _ => values,
        }
    }

    /// What `with` binds.
    fn entered(&mut self, model: &SemanticModel<'db>, manager: &Expr, this: This<'db>) -> Vec<Value<'db>> {
        self.steps += 1;
        if self.steps > STEPS {
            return vec![Value::Unknown];
        }
        let mut values = Vec::new();
        for value in self.values(model, manager, this) {
            let entered = match (self.class_of(value, model), manager) {
                (Some((class, true)), Expr::Call(call)) if is_generated(self.db, class) => {
                    self.generated(model, &call.func, this)
                }
                (Some((class, true)), _) => {
                    let method = self.member(value, "__enter__", model);
                    method
                        .into_iter()
                        .flat_map(|method| match method {
                            Value::Function(method, _) => {
                                self.returned(method, This::Class(class), Use::Called, false)
                            }
                            _ => vec![Value::Unknown],
                        })
                        .collect()
                }
                _ => vec![Value::Unknown],
            };
            values.extend(entered);
        }
        values
    }

    /// What the generator behind `@contextmanager` yields.
    fn generated(&mut self, model: &SemanticModel<'db>, func: &Expr, this: This<'db>) -> Vec<Value<'db>> {
        let functions = match func {
            Expr::Name(name) => {
                let alias = ImportAliasResolution::ResolveAliases;
                let found = definitions_for_name(model, name.id.as_str(), name.into(), alias);
                let found = found.iter().map(|found| found.definition());
                self.all(found.collect(), This::Unknown)
            }
            Expr::Attribute(attribute) => self.attribute(model, attribute, this),
            _ => return vec![Value::Unknown],
        };
        functions
            .into_iter()
            .flat_map(|function| match function {
                Value::Function(function, this) => self.returned(function, this, Use::Entered, false),
                _ => vec![Value::Unknown],
            })
            .collect()
    }

    /// What the body of a function returns or, as a context manager, yields.
    pub(super) fn returned(
        &mut self,
        function: Definition<'db>,
        this: This<'db>,
        usage: Use,
        is_property: bool,
    ) -> Vec<Value<'db>> {
        let db = self.db;
        if self.inside.contains(&function) {
            // Nothing that its other values do not say.
            return Vec::new();
        }
        let DefinitionKind::Function(node) = function.kind(db) else { return vec![Value::Unknown] };
        let parsed = parsed_module(db, function.python_file(db)).load(db);
        let node = node.node(&parsed);
        let decorators: &[&str] = match usage {
            Use::Entered => &["contextmanager"],
            _ if is_property => &["property", "cached_property"],
            _ => &["classmethod", "staticmethod"],
        };
        let only_known = has_decorator(db, function, decorators).is_some();
        let body = Body::of(node);
        let is_generator = body.is_generator();
        let fits = match usage {
            Use::Called => !node.is_async && !is_generator,
            Use::Awaited => node.is_async && !is_generator,
            Use::Entered => !node.is_async && is_generator && !body.delegates,
        };
        let given = if usage == Use::Entered { body.yielded } else { body.returned };
        if node.returns.is_some() || !only_known || !fits || given.is_empty() {
            return vec![Value::Unknown];
        }
        let model = SemanticModel::new(db, function.program_file(db));
        self.inside.push(function);
        let values = given.into_iter().flat_map(|given| self.values(&model, given, this)).collect();
        self.inside.pop();
        values
    }
}

/// Whether a class is the one that `contextlib.contextmanager` makes objects of.
fn is_generated<'db>(db: &'db dyn Db, class: Definition<'db>) -> bool {
    lineage(db, class)
        .classes
        .first()
        .is_some_and(|class| class.standard && class.name == "contextlib._GeneratorContextManager")
}

/// Whether a function has one of these decorators; `None` if it has any other.
fn has_decorator<'db>(db: &'db dyn Db, function: Definition<'db>, names: &[&str]) -> Option<bool> {
    let DefinitionKind::Function(node) = function.kind(db) else { return Some(false) };
    let parsed = parsed_module(db, function.python_file(db)).load(db);
    let decorators = &node.node(&parsed).decorator_list;
    let is_known = |decorator: &ast::Decorator| is_named(decorator, names);
    decorators.iter().all(is_known).then_some(!decorators.is_empty())
}

fn is_named(decorator: &ast::Decorator, names: &[&str]) -> bool {
    match &decorator.expression {
        Expr::Name(name) => names.contains(&name.id.as_str()),
        Expr::Attribute(attribute) => names.contains(&attribute.attr.as_str()),
        _ => false,
    }
}

/// Whether the engine says nothing of what a value is: it does not know, or
/// holds that the code is never reached.
pub(super) fn is_gap<'db>(db: &'db dyn Db, ty: Type<'db>) -> bool {
    match ty {
        Type::Dynamic(_) | Type::Divergent(_) | Type::Never => true,
        Type::Intersection(both) => both.iter_positive(db).all(|ty| is_gap(db, ty)),
        _ => false,
    }
}

/// The class around a place.
pub(super) fn enclosing_class<'db>(
    db: &'db dyn Db,
    model: &SemanticModel<'db>,
    node: AnyNodeRef<'_>,
) -> Option<Definition<'db>> {
    let index = semantic_index(db, model.program_file());
    let mut around = index.ancestor_scopes(model.scope(node)?);
    let class = around.find_map(|(_, scope)| scope.node().as_class())?;
    Some(index.expect_single_definition(class))
}

/// What a function's own body gives, nested functions left out.
#[derive(Default)]
pub(super) struct Body<'a> {
    returned: Vec<&'a Expr>,
    yielded: Vec<&'a Expr>,
    /// Has a `yield from`, or a `yield` of nothing.
    delegates: bool,
}

impl<'a> Body<'a> {
    pub(super) fn of(function: &'a ast::StmtFunctionDef) -> Self {
        let mut body = Self::default();
        body.visit_body(&function.body);
        body
    }

    pub(super) fn is_generator(&self) -> bool {
        !self.yielded.is_empty() || self.delegates
    }
}

impl<'a> Visitor<'a> for Body<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(returned) => {
                self.returned.extend(returned.value.as_deref());
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Lambda(_) | Expr::Generator(_) => return,
            Expr::Yield(yielded) => match yielded.value.as_deref() {
                Some(value) => self.yielded.push(value),
                None => self.delegates = true,
            },
            Expr::YieldFrom(_) => self.delegates = true,
            _ => {}
        }
        walk_expr(self, expr);
    }
}
