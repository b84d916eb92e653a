//! The classes behind a class: its method resolution order.

use ruff_db::parsed::parsed_module;
use ruff_db::source::source_text;
use ruff_python_ast::{self as ast, Expr};
use ruff_text_size::Ranged as _;
use rustc_hash::FxHashMap;
use ty_module_resolver::file_to_module;
use ty_python_core::definition::{Definition, DefinitionKind};
use ty_python_core::place::ScopedPlaceId;
use ty_python_core::scope::{NodeWithScopeKind, NodeWithScopeRef, ScopeId};
use ty_python_core::{
    ProgramFile, SemanticIndex, attribute_scopes, global_scope, place_table, semantic_index, use_def_map,
};
use ty_python_semantic::types::TypeDefinition;
use ty_python_semantic::types::ide_support::unreachable_ranges;
use ty_python_semantic::types::{KnownClass, KnownInstanceType, SpecialFormType, Type};
use ty_python_semantic::{
    Db, HasType as _, ImportAliasResolution, ProgramEnvironment, ResolvedDefinition, SemanticModel,
    definitions_for_attribute, definitions_for_name,
};

/// Inheritance deeper than this is not followed.
const DEEPEST: usize = 100;

/// A class and those behind it, in method resolution order.
#[derive(Debug, Clone, PartialEq, Eq, salsa::SalsaValue)]
pub(super) struct Lineage<'db> {
    pub(super) classes: Vec<Ancestor<'db>>,
    /// Whether there are bases that are not known.
    pub(super) open: bool,
    /// Whether a class outside of the standard library has a metaclass.
    pub(super) has_metaclass: bool,
}

/// One class of a lineage.
#[derive(Debug, Clone, PartialEq, Eq, salsa::SalsaValue)]
pub(super) struct Ancestor<'db> {
    pub(super) class: Definition<'db>,
    pub(super) name: String,
    pub(super) standard: bool,
}

impl<'db> Lineage<'db> {
    /// The first class that defines the attribute.
    pub(super) fn definer(&self, db: &'db dyn Db, attr: &str, instance: bool) -> Option<usize> {
        self.classes.iter().position(|ancestor| {
            let is_object = ancestor.name == "builtins.object";
            defines(db, ancestor.class, attr, instance)
                || (instance
                    && !is_object
                    && ["__getattr__", "__getattribute__"]
                        .iter()
                        .any(|hook| defines(db, ancestor.class, hook, false)))
        })
    }
}

/// The lineage of a class that a `class` statement defines.
#[salsa::tracked(returns(ref))]
pub(super) fn lineage<'db>(db: &'db dyn Db, class: Definition<'db>) -> Lineage<'db> {
    let mut search = Search { db, orders: FxHashMap::default(), open: false, has_metaclass: false };
    let mut order = search.order(class, 0);
    let env = ProgramEnvironment::from_definition(class);
    let object = KnownClass::Object.to_instance(db, &env).definition(db, &env);
    if let Some(TypeDefinition::StaticClass(object)) = object {
        order.retain(|class| *class != object);
        order.push(object);
    }
    let classes = order.into_iter().map(|class| {
        let (name, standard) = place(db, class);
        Ancestor { class, name, standard }
    });
    Lineage { classes: classes.collect(), open: search.open, has_metaclass: search.has_metaclass }
}

/// Works out the order of one class.
struct Search<'db> {
    db: &'db dyn Db,
    /// `None` while it is being worked out.
    orders: FxHashMap<Definition<'db>, Option<Vec<Definition<'db>>>>,
    open: bool,
    has_metaclass: bool,
}

/// What an expression in the list of bases is.
enum Base<'db> {
    Class(Definition<'db>),
    /// Nothing that has attributes, such as `Generic[T]`.
    Nothing,
    Unknown,
}

impl<'db> Search<'db> {
    fn order(&mut self, class: Definition<'db>, depth: usize) -> Vec<Definition<'db>> {
        match self.orders.get(&class) {
            Some(Some(order)) => return order.clone(),
            Some(None) => {
                self.open = true;
                return vec![class];
            }
            None => {}
        }
        if depth > DEEPEST {
            self.open = true;
            return vec![class];
        }
        self.orders.insert(class, None);
        let bases = self.bases(class);
        let mut lists: Vec<Vec<Definition<'db>>> =
            bases.iter().map(|base| self.order(*base, depth + 1)).collect();
        lists.push(bases);
        let mut order = vec![class];
        if !merge(&mut lists, &mut order) {
            self.open = true;
        }
        self.orders.insert(class, Some(order.clone()));
        order
    }

    fn bases(&mut self, class: Definition<'db>) -> Vec<Definition<'db>> {
        let db = self.db;
        let DefinitionKind::Class(node) = class.kind(db) else {
            self.open = true;
            return Vec::new();
        };
        let parsed = parsed_module(db, class.python_file(db)).load(db);
        let node = node.node(&parsed);
        let model = SemanticModel::new(db, class.program_file(db));
        let standard = || is_standard(db, class.program_file(db));
        let metaclass = node.keywords().iter().any(|keyword| keyword.arg.as_deref() == Some("metaclass"));
        self.has_metaclass |= metaclass && !standard();
        let mut found = Vec::new();
        for base in node.bases() {
            for expression in meant(base) {
                if let Some(base) = named(&model, expression).filter(|base| *base != class) {
                    if !found.contains(&base) {
                        found.push(base);
                    }
                    continue;
                }
                let ty = if expression.is_starred_expr() { None } else { expression.inferred_type(&model) };
                match ty.map_or(Base::Unknown, |ty| self.base(ty, &model.program_environment())) {
                    Base::Class(base) if base != class && !found.contains(&base) => found.push(base),
                    Base::Class(_) => self.open = true,
                    Base::Unknown => {
                        self.open = true;
                        let decorated = decorated(&model, expression);
                        found.extend(decorated.filter(|base| *base != class));
                    }
                    Base::Nothing => {}
                }
            }
            self.has_metaclass |= base.is_call_expr();
        }
        found
    }

    fn base(&mut self, ty: Type<'db>, env: &ProgramEnvironment<'db>) -> Base<'db> {
        match ty {
            Type::ClassLiteral(_) | Type::GenericAlias(_) | Type::SubclassOf(_) => {
                match ty.definition(self.db, env) {
                    Some(TypeDefinition::StaticClass(class)) => Base::Class(class),
                    _ => Base::Unknown,
                }
            }
            Type::SpecialForm(
                SpecialFormType::Generic
                | SpecialFormType::Protocol
                | SpecialFormType::NamedTuple
                | SpecialFormType::TypedDict(_),
            )
            | Type::KnownInstance(
                KnownInstanceType::SubscriptedGeneric(_) | KnownInstanceType::SubscriptedProtocol(_),
            ) => Base::Nothing,
            // One of several, as after `try: … except ImportError: …`.
            Type::Union(union) => {
                self.open = true;
                let elements = union.elements(self.db).iter();
                let mut bases = elements.map(|element| self.base(*element, env)).collect::<Vec<_>>();
                let known = bases.iter().position(|base| matches!(base, Base::Class(_)));
                known.map_or(Base::Unknown, |at| bases.swap_remove(at))
            }
            _ => Base::Unknown,
        }
    }
}

/// The classes that stand in the list of bases: of `with_metaclass(Meta, Base)`
/// those behind the metaclass.
fn meant(base: &Expr) -> &[Expr] {
    let Expr::Call(ast::ExprCall { func, arguments, .. }) = base else { return std::slice::from_ref(base) };
    let name = match &**func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    };
    match &*arguments.args {
        [_, bases @ ..] if name == "with_metaclass" && arguments.keywords.is_empty() => bases,
        _ => std::slice::from_ref(base),
    }
}

/// The class that a name or `module.name` plainly stands for. The engine would
/// infer everything around the expression for it.
pub(super) fn named<'db>(model: &SemanticModel<'db>, base: &Expr) -> Option<Definition<'db>> {
    let db = model.db();
    let alias = ImportAliasResolution::ResolveAliases;
    let found = match base {
        Expr::Name(name) => definitions_for_name(model, name.id.as_str(), name.into(), alias),
        Expr::Attribute(ast::ExprAttribute { value, attr, .. }) => {
            let Expr::Name(module) = &**value else { return None };
            let found = definitions_for_name(model, module.id.as_str(), module.into(), alias);
            let [ResolvedDefinition::Module(file)] = found[..] else { return None };
            // What the module does not have itself would be taken from the built-ins.
            place_table(db, global_scope(db, file)).symbol_id(attr)?;
            let parsed = parsed_module(db, file.python_file(db)).load(db);
            let model = SemanticModel::new(db, file);
            definitions_for_name(&model, attr, parsed.syntax().into(), alias)
        }
        _ => return None,
    };
    let [only] = &found[..] else { return None };
    let class = only.definition()?;
    let DefinitionKind::Class(node) = class.kind(db) else { return None };
    let parsed = parsed_module(db, class.python_file(db)).load(db);
    let node = node.node(&parsed);
    let special = ["Generic", "NamedTuple", "Protocol", "TypedDict"].contains(&node.name.as_str());
    (node.decorator_list.is_empty() && !special).then_some(class)
}

/// The class that a name stands for before decorators, which the engine does not
/// know, have had it.
fn decorated<'db>(model: &SemanticModel<'db>, base: &Expr) -> Option<Definition<'db>> {
    let found = match base {
        Expr::Name(name) => {
            let alias = ImportAliasResolution::ResolveAliases;
            definitions_for_name(model, name.id.as_str(), name.into(), alias)
        }
        Expr::Attribute(attribute) => definitions_for_attribute(model, attribute),
        _ => return None,
    };
    let [found] = found.as_slice() else { return None };
    found.definition().filter(|found| matches!(found.kind(model.db()), DefinitionKind::Class(_)))
}

/// The merge of C3. Whether the bases agree on an order; if not, the rest is in
/// the order in which it was found.
fn merge<'db>(lists: &mut Vec<Vec<Definition<'db>>>, order: &mut Vec<Definition<'db>>) -> bool {
    loop {
        lists.retain(|list| !list.is_empty());
        if lists.is_empty() {
            return true;
        }
        let heads = lists.iter().map(|list| list[0]);
        let is_late = |class: &Definition<'db>| lists.iter().any(|list| list[1..].contains(class));
        let Some(next) = heads.into_iter().find(|head| !is_late(head)) else { break };
        order.push(next);
        for list in &mut *lists {
            list.retain(|class| *class != next);
        }
    }
    for class in lists.drain(..).flatten() {
        if !order.contains(&class) {
            order.push(class);
        }
    }
    false
}

/// Whether the body of the class binds the name or, for an instance, a method
/// assigns it to `self`.
fn defines<'db>(db: &'db dyn Db, class: Definition<'db>, name: &str, instance: bool) -> bool {
    let Some((index, scope)) = body(db, class) else { return false };
    let symbols = place_table(db, scope);
    if symbols.symbol_by_name(name).is_some_and(|symbol| symbol.is_bound() || symbol.is_declared()) {
        return !is_for_other_pythons(db, class, name);
    }
    instance
        && attribute_scopes(db, scope).any(|method| {
            let places = index.place_table(method);
            places.member_id_by_instance_attribute_name(name).is_some_and(|member| {
                let place = places.place(ScopedPlaceId::Member(member));
                place.is_bound() || place.is_declared()
            })
        })
}

/// Whether a class of the project binds the name only under a test that fails on this Python.
/// Classes of the standard library have what they have on any.
fn is_for_other_pythons<'db>(db: &'db dyn Db, class: Definition<'db>, name: &str) -> bool {
    let file = class.program_file(db);
    if is_standard(db, file) || !source_text(db, file.file(db)).contains("version_info") {
        return false;
    }
    let parsed = parsed_module(db, class.python_file(db)).load(db);
    let dead = unreachable_ranges(db, file);
    let is_dead = |definition: &Definition<'db>| {
        let range = definition.full_range(db, &parsed).range();
        dead.iter().any(|dead| dead.range.contains_range(range))
    };
    let Some((_, scope)) = body(db, class) else { return false };
    let Some(symbol) = place_table(db, scope).symbol_id(name) else { return false };
    let bindings = use_def_map(db, scope).end_of_scope_symbol_bindings(symbol);
    let found: Vec<Definition<'db>> = bindings.filter_map(|binding| binding.binding.definition()).collect();
    !found.is_empty() && found.iter().all(is_dead)
}

/// What binds the name in the body of the class or, for an instance, in a method.
pub(super) fn definitions<'db>(
    db: &'db dyn Db,
    class: Definition<'db>,
    name: &str,
    instance: bool,
) -> Vec<Definition<'db>> {
    let Some((index, scope)) = body(db, class) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(symbol) = place_table(db, scope).symbol_id(name) {
        let bindings = use_def_map(db, scope).end_of_scope_symbol_bindings(symbol);
        found.extend(bindings.filter_map(|binding| binding.binding.definition()));
    }
    for method in attribute_scopes(db, scope).filter(|_| instance) {
        let places = index.place_table(method);
        if let Some(member) = places.member_id_by_instance_attribute_name(name) {
            let bindings = index.use_def_map(method).reachable_member_bindings(member);
            found.extend(bindings.filter_map(|binding| binding.binding.definition()));
        }
    }
    found
}

fn body<'db>(db: &'db dyn Db, class: Definition<'db>) -> Option<(&'db SemanticIndex<'db>, ScopeId<'db>)> {
    let DefinitionKind::Class(node) = class.kind(db) else { return None };
    let file = class.program_file(db);
    let parsed = parsed_module(db, class.python_file(db)).load(db);
    let index = semantic_index(db, file);
    let body = index.try_node_scope(NodeWithScopeRef::Class(node.node(&parsed)))?;
    Some((index, body.to_scope_id(db, file)))
}

/// The dotted name of a place of definition, and whether it is in the standard
/// library.
pub(super) fn place<'db>(db: &'db dyn Db, definition: Definition<'db>) -> (String, bool) {
    let file = definition.program_file(db);
    let parsed = parsed_module(db, definition.python_file(db)).load(db);
    let index = semantic_index(db, file);
    let mut names = Vec::from_iter(definition.name(db));
    for (_, scope) in index.ancestor_scopes(definition.file_scope(db)) {
        match scope.node() {
            NodeWithScopeKind::Class(class) => names.push(class.node(&parsed).name.to_string()),
            NodeWithScopeKind::Function(function) => names.push(function.node(&parsed).name.to_string()),
            _ => {}
        }
    }
    let module = file_to_module(db, file.resolver_file(db));
    let module = module.map(|module| module.name(db).as_str().to_owned());
    names.push(module.unwrap_or_else(|| {
        let path = file.file(db).path(db).as_str();
        let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
        name.split('.').next().unwrap_or(name).to_owned()
    }));
    names.reverse();
    (names.join("."), is_standard(db, file))
}

fn is_standard<'db>(db: &'db dyn Db, file: ProgramFile<'db>) -> bool {
    file.file(db).path(db).is_vendored_path()
}
