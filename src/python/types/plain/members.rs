//! What a plain value has under a name, and what calling it gives.

use ruff_db::parsed::parsed_module;
use ruff_python_ast::{self as ast, Expr};
use ty_python_core::definition::{Definition, DefinitionKind};
use ty_python_core::{ProgramFile, global_scope, place_table};
use ty_python_semantic::types::KnownClass;
use ty_python_semantic::{ImportAliasResolution, SemanticModel, definitions_for_name};

use super::{Found, Plain, Search, is_unknown, one};
use crate::python::types::lineage::{definitions, lineage};
use crate::python::types::trace::{Body, This, Trace, Use, Value};

impl<'db> Search<'_, 'db> {
    /// What a value has under a name.
    pub(super) fn member(&mut self, base: &[Plain<'db>], attr: &str) -> Found<'db> {
        if is_unknown(base) {
            return one(Value::Unknown);
        }
        let [base] = base else { return None };
        let (class, instance) = match *base {
            Plain::Module(file) => return self.of_module(file, attr),
            Plain::Value(Value::Object(class, instance)) => (class, instance),
            _ => return None,
        };
        let lineage = lineage(self.db, class);
        let definer = &lineage.classes[lineage.definer(self.db, attr, instance)?];
        let found = definitions(self.db, definer.class, attr, instance);
        let definition = match found[..] {
            [only] => only,
            [_, _, ..] if instance => return self.assigned(&found),
            _ => return None,
        };
        let is_enumeration = lineage.classes.iter().any(|class| class.standard && class.name == "enum.Enum");
        match definition.kind(self.db) {
            DefinitionKind::Assignment(_) if is_enumeration => {
                let is_member = !instance && !definer.standard && !attr.starts_with('_');
                is_member.then_some(())?;
                one(Value::Object(definer.class, true))
            }
            DefinitionKind::Function(node) => {
                let parsed = parsed_module(self.db, definition.python_file(self.db)).load(self.db);
                let node = node.node(&parsed);
                match &node.decorator_list[..] {
                    [] => one(Value::Function(definition, This::Class(class))),
                    [ast::Decorator { expression: Expr::Name(name), .. }]
                        if name.id == "property" && instance =>
                    {
                        let model = SemanticModel::new(self.db, definition.program_file(self.db));
                        self.elsewhere(|search| search.annotated(&model, node.returns.as_deref()?))
                    }
                    _ => None,
                }
            }
            _ => self.elsewhere(|search| search.definition(definition)),
        }
    }

    /// What an attribute is that several methods assign.
    fn assigned(&mut self, found: &[Definition<'db>]) -> Found<'db> {
        let mut all = Vec::new();
        for definition in found {
            match definition.kind(self.db) {
                DefinitionKind::Assignment(_) => {
                    all.extend(self.elsewhere(|search| search.definition(*definition))?);
                }
                _ => return None,
            }
        }
        all.dedup();
        Some(all)
    }

    fn of_module(&mut self, file: ProgramFile<'db>, attr: &str) -> Found<'db> {
        let db = self.db;
        // What the module does not have itself would be taken from the built-ins.
        place_table(db, global_scope(db, file)).symbol_id(attr)?;
        let parsed = parsed_module(db, file.python_file(db)).load(db);
        let model = SemanticModel::new(db, file);
        let alias = ImportAliasResolution::ResolveAliases;
        let found = definitions_for_name(&model, attr, parsed.syntax().into(), alias);
        self.elsewhere(|search| search.resolved(found))
    }

    pub(super) fn called(&mut self, callee: &[Plain<'db>]) -> Found<'db> {
        let mut all = Vec::new();
        for one in callee {
            all.extend(match *one {
                Plain::Value(Value::Unknown) => vec![*one],
                Plain::Value(Value::Object(class, false)) => self.made(class)?,
                Plain::Value(Value::Function(function, this)) => self.returned(function, this)?,
                Plain::Maker(class) => vec![Plain::Value(Value::Object(class, true))],
                _ => return None,
            });
        }
        all.dedup();
        // Of several functions, only the flow of the code tells which it is.
        (callee.len() == 1 || all.len() == 1).then_some(all)
    }

    /// What a call of the class gives.
    fn made(&self, class: Definition<'db>) -> Found<'db> {
        let lineage = lineage(self.db, class);
        let maker = lineage.definer(self.db, "__new__", false);
        let own = maker.is_some_and(|at| !lineage.classes[at].standard);
        let odd = lineage.classes.first().is_none_or(|class| {
            class.standard && (class.name.starts_with("typing") || class.name == "builtins.object")
        });
        (!own && !odd && !lineage.has_metaclass && !lineage.open).then_some(())?;
        one(Value::Object(class, true))
    }

    fn returned(&mut self, function: Definition<'db>, this: This<'db>) -> Found<'db> {
        let DefinitionKind::Function(node) = function.kind(self.db) else { return None };
        let parsed = parsed_module(self.db, function.python_file(self.db)).load(self.db);
        let node = node.node(&parsed);
        let model = SemanticModel::new(self.db, function.program_file(self.db));
        if node.is_async {
            let plain = !Body::of(node).is_generator();
            return plain.then(|| self.known(&model, KnownClass::CoroutineType))?;
        }
        match node.returns.as_deref() {
            Some(returns) => self.elsewhere(|search| search.annotated(&model, returns)),
            None => {
                let values = Trace::new(self.db).returned(function, this, Use::Called, false);
                Some(values.into_iter().map(Plain::Value).collect())
            }
        }
    }
}
