//! From the type of an expression to those who may own an attribute of it.

use ruff_db::files::system_path_to_file;
use ruff_db::parsed::parsed_module;
use ruff_db::source::source_text;
use ruff_db::system::SystemPath;
use ruff_python_ast::find_node::covering_node;
use ruff_python_ast::{self as ast, AnyNodeRef, Expr, ExprRef};
use ruff_text_size::{Ranged as _, TextRange};
use ty_python_core::definition::{Definition, DefinitionKind};
use ty_python_core::program::{Program, ProgramSettings};
use ty_python_core::semantic_index;
use ty_python_semantic::types::TypeDefinition;
use ty_python_semantic::types::{BoundTypeVarInstance, Type, TypeVarKind};
use ty_python_semantic::{Db, HasType as _, ProgramEnvironment, SemanticModel};

use super::database::Database;
use super::lineage::{lineage, place};
use super::plain::plain;
use super::trace::{This, Trace, Value, enclosing_class, is_gap};
use super::{Class, Owners};

/// What there was to say about a question.
pub(super) enum Answer {
    Owners(Owners),
    /// The engine has another text for the file.
    OtherText,
}

/// A question put to one thread's handle.
pub(super) struct Question<'a> {
    pub(super) settings: &'a ProgramSettings,
    pub(super) path: &'a SystemPath,
    pub(super) text: &'a str,
    pub(super) receiver: TextRange,
    pub(super) attr: &'a str,
}

pub(super) fn answer(db: &Database, question: &Question<'_>) -> Answer {
    let Ok(file) = system_path_to_file(db, question.path) else { return Answer::OtherText };
    if source_text(db, file).as_str() != question.text {
        return Answer::OtherText;
    }
    let program = Program::from_settings(db, question.settings);
    let file = program.program_file(db, file);
    let model = SemanticModel::new(db, file);
    let parsed = parsed_module(db, model.python_file()).load(db);
    let root = AnyNodeRef::from(parsed.syntax());
    let mut owners = Owners::default();
    let receiver = root.range().contains_range(question.receiver).then(|| {
        let covering = covering_node(root, question.receiver);
        covering.ancestors().find_map(|node| expression(node, question.receiver))
    });
    match receiver.flatten() {
        Some(receiver) => {
            let env = model.program_environment();
            let mut collector = Collector { db, model: &model, env, receiver, attr: question.attr, owners };
            let around = &question.text[around(root, question.receiver)];
            match plain(&model, receiver, around) {
                Some(values) => collector.values(values),
                None => collector.trace(receiver.inferred_type(&model).unwrap_or(Type::Never)),
            }
            owners = collector.owners;
        }
        None => owners.unknown = true,
    }
    Answer::Owners(sorted(owners))
}

/// The function around a place, or the whole file.
fn around(root: AnyNodeRef<'_>, place: TextRange) -> TextRange {
    let covering = covering_node(root, place);
    let function = covering.ancestors().rfind(|node| matches!(node, AnyNodeRef::StmtFunctionDef(_)));
    function.map_or(root.range(), |function| function.range())
}

/// The expression with exactly this range.
fn expression<'a>(node: AnyNodeRef<'a>, range: TextRange) -> Option<ExprRef<'a>> {
    (node.range() == range).then(|| node.as_expr_ref()).flatten()
}

/// Types come in the order in which inference met them; reports must not.
fn sorted(mut owners: Owners) -> Owners {
    owners.classes.sort_by(|a, b| (&a.mro, a.instance, a.open).cmp(&(&b.mro, b.instance, b.open)));
    owners.classes.dedup();
    owners.modules.sort();
    owners.modules.dedup();
    owners.functions.sort();
    owners.functions.dedup();
    owners
}

/// Types nested deeper than this are not looked into.
const DEEPEST: u32 = 20;

struct Collector<'a, 'db> {
    db: &'db dyn Db,
    model: &'a SemanticModel<'db>,
    env: ProgramEnvironment<'db>,
    receiver: ExprRef<'a>,
    attr: &'a str,
    owners: Owners,
}

impl<'db> Collector<'_, 'db> {
    /// What the engine does not know is followed, if that is possible.
    fn trace(&mut self, ty: Type<'db>) {
        let has_gap = match ty {
            Type::Union(union) => union.elements(self.db).iter().any(|ty| is_gap(self.db, *ty)),
            ty => is_gap(self.db, ty),
        };
        if !has_gap {
            return self.collect(ty, 0);
        }
        self.values(Trace::new(self.db).values(self.model, self.receiver, This::Around));
    }

    fn values(&mut self, values: Vec<Value<'db>>) {
        for value in values {
            match value {
                Value::Type(ty) => self.collect(ty, 0),
                Value::Object(class, instance) => self.class(class, instance, 0),
                Value::Function(function, _) => self.owners.functions.push(place(self.db, function).0),
                Value::Unknown => self.owners.unknown = true,
            }
        }
        let nothing = self.owners == Owners::default();
        self.owners.unknown |= nothing;
    }

    fn collect(&mut self, ty: Type<'db>, depth: u32) {
        let db = self.db;
        if depth > DEEPEST {
            self.owners.unknown = true;
            return;
        }
        match ty {
            Type::Union(union) => {
                for element in union.elements(db) {
                    self.collect(*element, depth + 1);
                }
            }
            Type::Intersection(intersection) => {
                let parts: Vec<Type<'db>> = intersection.iter_positive(db).collect();
                self.intersect(&parts, depth);
            }
            Type::TypeAlias(alias) => self.collect(alias.value_type(db), depth + 1),
            Type::TypeVar(variable) => self.variable(variable, true, depth),
            Type::BoundSuper(_) => self.parent(),
            Type::SubclassOf(class) => match class.into_type_var() {
                Some(variable) => self.variable(variable, false, depth),
                None => self.defined(ty, false),
            },
            Type::ClassLiteral(_) | Type::GenericAlias(_) => self.defined(ty, false),
            Type::NominalInstance(_)
            | Type::ProtocolInstance(_)
            | Type::LiteralValue(_)
            | Type::TypedDict(_) => {
                if !ty.is_none(db) {
                    self.defined(ty, true);
                }
            }
            Type::ModuleLiteral(_) | Type::FunctionLiteral(_) | Type::BoundMethod(_) => {
                self.defined(ty, true)
            }
            _ => self.owners.unknown = true,
        }
    }

    /// What has several types at once: the one that has the attribute counts.
    fn intersect(&mut self, parts: &[Type<'db>], depth: u32) {
        let before = std::mem::take(&mut self.owners);
        let mut found: Vec<Owners> = Vec::new();
        for part in parts {
            self.collect(*part, depth + 1);
            let one = std::mem::take(&mut self.owners);
            if !one.unknown {
                found.push(one);
            }
        }
        self.owners = before;
        let defines = |owners: &Owners| owners.classes.iter().any(|class| class.defined_by.is_some());
        let at = found.iter().position(defines).unwrap_or_default();
        let several = found.len() > 1;
        match (at < found.len()).then(|| found.swap_remove(at)) {
            Some(mut one) => {
                for class in &mut one.classes {
                    class.open |= several;
                }
                self.owners.classes.append(&mut one.classes);
                self.owners.modules.append(&mut one.modules);
                self.owners.functions.append(&mut one.functions);
            }
            None => self.owners.unknown = true,
        }
    }

    fn defined(&mut self, ty: Type<'db>, instance: bool) {
        let db = self.db;
        match ty.definition(db, &self.env) {
            Some(TypeDefinition::StaticClass(class)) => self.class(class, instance, 0),
            Some(TypeDefinition::Function(function)) => self.owners.functions.push(place(db, function).0),
            Some(TypeDefinition::Module(module)) => self.owners.modules.push(module.name(db).to_string()),
            Some(TypeDefinition::EnumMember(member)) => match self.class_around(member) {
                Some(class) => self.class(class, instance, 0),
                None => self.owners.unknown = true,
            },
            _ => self.owners.unknown = true,
        }
    }

    /// Adds a class; `skipped` are those at the front of its order that are not
    /// looked into.
    fn class(&mut self, class: Definition<'db>, instance: bool, skipped: usize) {
        let lineage = lineage(self.db, class);
        let mut classes = lineage.classes.as_slice();
        // What is only known to be an object can be anything.
        if instance && classes.len() == 1 && classes[0].name == "builtins.object" {
            self.owners.unknown = true;
            return;
        }
        let mut defined_by = lineage.definer(self.db, self.attr, instance);
        if skipped > 0 {
            classes = classes.get(skipped..).unwrap_or_default();
            let rest = super::lineage::Lineage { classes: classes.to_vec(), ..*lineage };
            defined_by = rest.definer(self.db, self.attr, instance);
        }
        self.owners.classes.push(Class {
            mro: classes.iter().map(|class| class.name.clone()).collect(),
            standard: classes.iter().map(|class| class.standard).collect(),
            defined_by,
            open: lineage.open || (!instance && lineage.has_metaclass),
            instance,
        });
    }

    fn variable(&mut self, variable: BoundTypeVarInstance<'db>, instance: bool, depth: u32) {
        let db = self.db;
        let kind = variable.typevar(db).kind(db);
        if kind == TypeVarKind::TypingSelf {
            match self.enclosing_class() {
                Some(class) => self.class(class, instance, 0),
                None => self.owners.unknown = true,
            }
            return;
        }
        let definition = Type::TypeVar(variable).definition(db, &self.env);
        let Some(TypeDefinition::TypeVar(definition)) = definition else {
            self.owners.unknown = true;
            return;
        };
        match bound(db, definition) {
            Some(Type::ClassLiteral(class)) => self.defined(Type::ClassLiteral(class), instance),
            Some(ty) if instance => self.collect(ty, depth + 1),
            _ => self.owners.unknown = true,
        }
    }

    /// What `super()` gives: the classes behind the one around it.
    fn parent(&mut self) {
        let is_plain = match self.receiver {
            ExprRef::Call(call) => {
                call.arguments.args.is_empty() || self.names_enclosing(&call.arguments.args[0])
            }
            _ => false,
        };
        match self.enclosing_class() {
            Some(class) if is_plain => self.class(class, true, 1),
            _ => self.owners.unknown = true,
        }
    }

    fn names_enclosing(&self, expression: &Expr) -> bool {
        let ty = expression.inferred_type(self.model);
        let definition = ty.and_then(|ty| ty.definition(self.db, &self.env));
        matches!(definition, Some(TypeDefinition::StaticClass(class)) if Some(class) == self.enclosing_class())
    }

    fn enclosing_class(&self) -> Option<Definition<'db>> {
        enclosing_class(self.db, self.model, AnyNodeRef::from(self.receiver))
    }

    fn class_around(&self, member: Definition<'db>) -> Option<Definition<'db>> {
        let index = semantic_index(self.db, member.program_file(self.db));
        let class = index.scope(member.file_scope(self.db)).node().as_class()?;
        Some(index.expect_single_definition(class))
    }
}

/// The bound of `T = TypeVar("T", bound=…)`.
fn bound<'db>(db: &'db dyn Db, definition: Definition<'db>) -> Option<Type<'db>> {
    let parsed = parsed_module(db, definition.python_file(db)).load(db);
    let model = SemanticModel::new(db, definition.program_file(db));
    let DefinitionKind::Assignment(assignment) = definition.kind(db) else { return None };
    let Expr::Call(ast::ExprCall { arguments, .. }) = assignment.value(&parsed) else { return None };
    let bound = arguments.keywords.iter().find(|keyword| keyword.arg.as_deref() == Some("bound"))?;
    bound.value.inferred_type(&model)
}
