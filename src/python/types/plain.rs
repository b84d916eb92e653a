//! What a value plainly is. To type one expression the engine infers all of the
//! code around it; where definitions alone decide, this is spared.

mod members;

use ruff_db::parsed::parsed_module;
use ruff_python_ast::{self as ast, Expr, ExprRef};
use ty_python_core::definition::{Definition, DefinitionKind};
use ty_python_core::{ProgramFile, place_table};
use ty_python_semantic::types::{KnownClass, TypeDefinition};
use ty_python_semantic::{
    Db, ImportAliasResolution, ResolvedDefinition, SemanticModel, definitions_for_name,
};

use super::lineage::{named, place};
use super::told;
use super::trace::{This, Trace, Value};

/// Steps from one definition to the next.
const DEEPEST: u32 = 12;

/// What an expression plainly is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain<'db> {
    /// What a question may end with.
    Value(Value<'db>),
    Module(ProgramFile<'db>),
    /// A function that gives an object of this class, whatever its own body gives.
    Maker(Definition<'db>),
    None,
}

/// What the expression may be, if that is plain. `around` is the text of the
/// function that it stands in, or of the file.
pub(super) fn plain<'db>(
    model: &SemanticModel<'db>,
    expr: ExprRef<'_>,
    around: &str,
) -> Option<Vec<Value<'db>>> {
    let mut search = Search { db: model.db(), around: Some(around), depth: 0 };
    let found = search.expr(model, expr)?;
    let value = |plain| match plain {
        Plain::Value(value) => Some(Some(value)),
        Plain::None => Some(None),
        Plain::Module(_) | Plain::Maker(_) => None,
    };
    let values: Option<Vec<_>> = found.into_iter().map(value).collect();
    Some(values?.into_iter().flatten().collect())
}

struct Search<'t, 'db> {
    db: &'db dyn Db,
    /// The text in which conditions and assignments may tell more, while the
    /// search is in it.
    around: Option<&'t str>,
    depth: u32,
}

type Found<'db> = Option<Vec<Plain<'db>>>;

fn one(value: Value<'_>) -> Found<'_> {
    Some(vec![Plain::Value(value)])
}

/// Whether nothing at all is known.
fn is_unknown(found: &[Plain<'_>]) -> bool {
    found.iter().all(|one| *one == Plain::Value(Value::Unknown))
}

impl<'db> Search<'_, 'db> {
    fn expr(&mut self, model: &SemanticModel<'db>, expr: ExprRef<'_>) -> Found<'db> {
        self.depth += 1;
        let found = if self.depth > DEEPEST { None } else { self.step(model, expr) };
        self.depth -= 1;
        found
    }

    fn step(&mut self, model: &SemanticModel<'db>, expr: ExprRef<'_>) -> Found<'db> {
        match expr {
            ExprRef::Name(name) => self.name(model, name),
            ExprRef::Attribute(attribute) => {
                let base = self.expr(model, (&*attribute.value).into())?;
                if self.is_member_told(expr) {
                    return None;
                }
                self.member(&base, &attribute.attr)
            }
            ExprRef::Call(call) => {
                let callee = self.expr(model, (&*call.func).into())?;
                self.called(&callee)
            }
            ExprRef::Subscript(item) => {
                let base = self.expr(model, (&*item.value).into())?;
                (is_unknown(&base) && !self.is_member_told(expr)).then_some(base)
            }
            ExprRef::Await(awaited) => {
                let base = self.expr(model, (&*awaited.value).into())?;
                is_unknown(&base).then_some(base)
            }
            ExprRef::NoneLiteral(_) => Some(vec![Plain::None]),
            ExprRef::StringLiteral(_) | ExprRef::FString(_) => self.known(model, KnownClass::Str),
            ExprRef::BytesLiteral(_) => self.known(model, KnownClass::Bytes),
            ExprRef::BooleanLiteral(_) => self.known(model, KnownClass::Bool),
            ExprRef::Dict(_) | ExprRef::DictComp(_) => self.known(model, KnownClass::Dict),
            ExprRef::List(_) | ExprRef::ListComp(_) => self.known(model, KnownClass::List),
            ExprRef::Set(_) | ExprRef::SetComp(_) => self.known(model, KnownClass::Set),
            ExprRef::NumberLiteral(number) => match number.value {
                ast::Number::Int(_) => self.known(model, KnownClass::Int),
                ast::Number::Float(_) => self.known(model, KnownClass::Float),
                ast::Number::Complex { .. } => None,
            },
            _ => None,
        }
    }

    fn known(&self, model: &SemanticModel<'db>, class: KnownClass) -> Found<'db> {
        let env = model.program_environment();
        match class.to_instance(self.db, &env).definition(self.db, &env)? {
            TypeDefinition::StaticClass(class) => one(Value::Object(class, true)),
            _ => None,
        }
    }

    fn is_told(&self, name: &str, can_be_set: bool) -> bool {
        self.around.is_some_and(|text| told::is_told(text, name, can_be_set))
    }

    fn is_member_told(&self, expr: ExprRef<'_>) -> bool {
        let written = told::written(expr);
        self.around.is_some() && written.is_none_or(|written| self.is_told(&written, true))
    }

    fn name(&mut self, model: &SemanticModel<'db>, name: &ast::ExprName) -> Found<'db> {
        if self.is_told(&name.id, false) || matches!(name.id.as_str(), "float" | "complex" | "super" | "type")
        {
            return None;
        }
        let alias = ImportAliasResolution::ResolveAliases;
        let found = definitions_for_name(model, name.id.as_str(), name.into(), alias);
        self.resolved(found)
    }

    /// What several definitions of one thing come to.
    fn resolved(&mut self, found: Vec<ResolvedDefinition<'db>>) -> Found<'db> {
        let several = found.len() > 1;
        let mut all = Vec::new();
        for one in found {
            let values = match one {
                ResolvedDefinition::Definition(definition) => self.definition(definition)?,
                ResolvedDefinition::Module(file) => vec![Plain::Module(file)],
                ResolvedDefinition::FileWithRange(_) => return None,
            };
            all.extend(values);
        }
        all.dedup();
        // Which of several holds where, only the flow of the code tells.
        let is_function = |one: &Plain<'db>| matches!(one, Plain::Value(Value::Function(..)));
        let decided = !all.is_empty() && (!several || all.len() == 1 || all.iter().all(is_function));
        decided.then_some(all)
    }

    fn definition(&mut self, definition: Definition<'db>) -> Found<'db> {
        let db = self.db;
        let model = SemanticModel::new(db, definition.program_file(db));
        let parsed = parsed_module(db, definition.python_file(db)).load(db);
        match definition.kind(db) {
            DefinitionKind::Class(node) => {
                node.node(&parsed).decorator_list.iter().all(keeps_class).then_some(())?;
                one(Value::Object(definition, false))
            }
            DefinitionKind::Function(node) => match &node.node(&parsed).decorator_list[..] {
                [] => one(Value::Function(definition, This::Unknown)),
                [only] => self.decorated(&model, &only.expression),
                _ => None,
            },
            DefinitionKind::Assignment(assignment) if assignment.unpack().is_none() => {
                self.expr(&model, assignment.value(&parsed).into())
            }
            DefinitionKind::AnnotatedAssignment(assignment) => {
                self.annotated(&model, assignment.annotation(&parsed))
            }
            DefinitionKind::ExceptHandler(handler) => {
                let handled = handler.handled_exceptions(&parsed)?;
                self.annotated(&model, handled)
            }
            // It was not found.
            DefinitionKind::ImportFrom(_) => one(Value::Unknown),
            DefinitionKind::Import(import) => {
                let alias = import.alias(&parsed);
                (alias.asname.is_some() || !alias.name.contains('.')).then_some(())?;
                one(Value::Unknown)
            }
            DefinitionKind::Parameter(_) => self.parameter(&model, definition),
            _ => None,
        }
    }

    /// What `@contextlib.contextmanager` makes of a function.
    fn decorated(&mut self, model: &SemanticModel<'db>, decorator: &Expr) -> Found<'db> {
        let db = self.db;
        let found = self.elsewhere(|search| search.expr(model, decorator.into()))?;
        let Plain::Value(Value::Function(decorator, _)) = *found.first()? else { return None };
        (place(db, decorator) == ("contextlib.contextmanager".to_owned(), true)).then_some(())?;
        let home = decorator.program_file(db);
        let parsed = parsed_module(db, home.python_file(db)).load(db);
        let model = SemanticModel::new(db, home);
        let alias = ImportAliasResolution::ResolveAliases;
        let found = definitions_for_name(&model, "_GeneratorContextManager", parsed.syntax().into(), alias);
        let [made] = &found[..] else { return None };
        Some(vec![Plain::Maker(made.definition()?)])
    }

    fn parameter(&mut self, model: &SemanticModel<'db>, definition: Definition<'db>) -> Found<'db> {
        let db = self.db;
        if let Value::Object(class, instance) = Trace::new(db).own_parameter(definition, This::Around) {
            return one(Value::Object(class, instance));
        }
        let parsed = parsed_module(db, definition.python_file(db)).load(db);
        let scope = definition.scope(db);
        let node = scope.node(db).as_function()?.node(&parsed);
        let places = place_table(db, scope);
        let name = definition.place(db).as_symbol().map(|symbol| places.symbol(symbol).name())?;
        let parameter = node.parameters.iter_non_variadic_params().find(|one| one.name().id == *name)?;
        match (parameter.annotation(), parameter.default()) {
            (Some(annotation), None | Some(Expr::NoneLiteral(_))) => self.annotated(model, annotation),
            // The first of a method may be an object of its class.
            (None, None | Some(Expr::NoneLiteral(_))) => {
                let is_method = scope.class_definition_of_method(db).is_some();
                let first = node.parameters.iter_non_variadic_params().next();
                let is_first = first.is_some_and(|first| first.name().id == *name);
                (!(is_method && is_first)).then_some(())?;
                one(Value::Unknown)
            }
            _ => None,
        }
    }

    /// What has this annotation.
    fn annotated(&mut self, model: &SemanticModel<'db>, annotation: &Expr) -> Found<'db> {
        match annotation {
            Expr::NoneLiteral(_) => Some(vec![Plain::None]),
            Expr::BinOp(ast::ExprBinOp { left, op: ast::Operator::BitOr, right, .. }) => {
                let mut all = self.annotated(model, left)?;
                all.extend(self.annotated(model, right)?);
                Some(all)
            }
            Expr::Subscript(item) => self.annotated(model, &item.value),
            Expr::Name(name) if matches!(name.id.as_str(), "float" | "complex" | "type" | "object") => None,
            Expr::Name(_) | Expr::Attribute(_) | Expr::StringLiteral(_) => {
                let class = self.class(model, annotation)?;
                let (name, standard) = place(self.db, class);
                let special = standard && name.starts_with("typing") || name == "builtins.type";
                (!special).then_some(())?;
                one(Value::Object(class, true))
            }
            _ => None,
        }
    }

    /// The class that an annotation names.
    fn class(&self, model: &SemanticModel<'db>, annotation: &Expr) -> Option<Definition<'db>> {
        if let Some(class) = named(model, annotation) {
            return Some(class);
        }
        let name = match annotation {
            Expr::Name(name) => name.id.as_str(),
            Expr::StringLiteral(quoted) => quoted.value.to_str(),
            _ => return None,
        };
        if name == "float" || name == "complex" || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            return None;
        }
        let alias = ImportAliasResolution::ResolveAliases;
        let found = definitions_for_name(model, name, annotation.into(), alias);
        let [only] = &found[..] else { return None };
        let class = only.definition()?;
        let DefinitionKind::Class(node) = class.kind(self.db) else { return None };
        let parsed = parsed_module(self.db, class.python_file(self.db)).load(self.db);
        node.node(&parsed).decorator_list.iter().all(keeps_class).then_some(class)
    }

    /// What stands around the place that was asked about says nothing there.
    fn elsewhere(&mut self, go: impl FnOnce(&mut Self) -> Found<'db>) -> Found<'db> {
        let around = self.around.take();
        let found = go(self);
        self.around = around;
        found
    }
}

/// Whether a decorator gives the class back that it is given.
fn keeps_class(decorator: &ast::Decorator) -> bool {
    let called = match &decorator.expression {
        Expr::Call(call) => &call.func,
        plain => plain,
    };
    let name = match called {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    };
    ["dataclass", "total_ordering", "final", "runtime_checkable", "unique"].contains(&name)
}
