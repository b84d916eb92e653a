//! What one name of an import of a module that is gone binds, and who reads it.

use ruff_python_ast::{Alias, AnyNodeRef, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::base;
use super::chains::Chains;
use crate::catalogue::{self, Module, Name};
use crate::python::Code;
use crate::python::names::{Binding, BindingId, BindingKind};

/// What one name of the import statement binds, and its reads.
pub(super) struct Part<'a> {
    pub(super) id: BindingId,
    pub(super) statement: TextRange,
    pub(super) aliases: &'a [Alias],
    pub(super) alias: &'a Alias,
    /// Other imports that bind the same.
    pub(super) others: Vec<(TextRange, &'a [Alias], &'a Alias)>,
    /// The name of the gone module that it binds; `None` where it binds a module.
    pub(super) member: Option<&'static Name>,
    pub(super) reads: Vec<Read<'a>>,
}

/// One read of a name of the gone module.
pub(super) struct Read<'a> {
    pub(super) range: TextRange,
    pub(super) name: &'static Name,
    pub(super) call: Option<&'a ExprCall>,
}

impl<'a> Part<'a> {
    pub(super) fn of(code: &Code<'a>, id: BindingId, gone: &'static Module) -> Option<Self> {
        let names = code.names();
        let ids = siblings(code, id);
        let (&id, others) = ids.split_first()?;
        let binding = names.binding(id);
        let other = |id: &BindingId| match names.binding(*id).kind {
            BindingKind::Import(import, alias) => {
                let module = catalogue::removed_module(&alias.name)?;
                let same = alias.asname.is_none() && std::ptr::eq(module, gone);
                same.then_some((import.range(), &import.names[..], alias))
            }
            _ => None,
        };
        let others: Vec<_> = others.iter().map(other).collect::<Option<_>>()?;
        let (statement, aliases, alias, dotted) = match binding.kind {
            BindingKind::Import(import, alias) => {
                if !catalogue::removed_module(&alias.name).is_some_and(|module| std::ptr::eq(module, gone)) {
                    return None;
                }
                (import.range(), &import.names[..], alias, base(code, id, gone))
            }
            BindingKind::From(import, alias) => {
                let module = import.module.as_ref()?;
                (import.range(), &import.names[..], alias, format!("{module}.{}", alias.name))
            }
            _ => return None,
        };
        let is_from = matches!(binding.kind, BindingKind::From(..));
        let member = gone.member(&dotted).filter(|_| is_from);
        let chains = Chains::of(code);
        let mut reads = Vec::new();
        for read in names.references().iter().map(|reference| reference.name) {
            if read.id.as_str() != binding.name {
                continue;
            }
            let meant = names.bindings_of(read);
            if !meant.iter().any(|one| ids.contains(one)) {
                continue;
            }
            if !meant.iter().all(|one| ids.contains(one)) {
                return None;
            }
            let chain = chains.by_root.get(&read.range().start());
            let longer = chain.and_then(|chain| chain.longest(&dotted, gone).map(|known| (chain, known)));
            let (range, name) = match (longer, member) {
                (Some((chain, (name, end))), _) if has_way(name) || member.is_none() => {
                    if !chain.reads {
                        return None;
                    }
                    (TextRange::new(chain.root, end), name)
                }
                (_, Some(name)) => (read.range(), name),
                (_, None) => return None,
            };
            reads.push(Read { range, name, call: call(code, range) });
        }
        Some(Self { id, statement, aliases, alias, others, member, reads })
    }

    /// What it is called in the file.
    pub(super) fn local(&self) -> &'a str {
        self.alias.asname.as_ref().unwrap_or(&self.alias.name).as_str()
    }
}

fn has_way(name: &Name) -> bool {
    name.replace.is_some() || name.rewrite.is_some() || name.define.is_some()
}

/// The call that an expression is the function of.
fn call<'a>(code: &Code<'a>, function: TextRange) -> Option<&'a ExprCall> {
    code.around(function).ancestors().find_map(|node| match node {
        AnyNodeRef::ExprCall(call) if call.func.range() == function => Some(call),
        _ => None,
    })
}

/// The imports that bind the same name as one: `import gone.part` and `import gone.other`.
fn siblings(code: &Code<'_>, id: BindingId) -> Vec<BindingId> {
    let names = code.names();
    let own = names.binding(id);
    let BindingKind::Import(_, alias) = own.kind else { return vec![id] };
    if alias.asname.is_some() {
        return vec![id];
    }
    let same = |binding: &Binding<'_>| binding.name == own.name && binding.scope == own.scope;
    names.bindings().filter(|(_, binding)| same(binding)).map(|(id, _)| id).collect()
}
