//! Scopes and bindings; every name and attribute chain to a dotted name.
//!
//! One pass records who binds and who reads; which binding a read means is
//! answered when a rule asks. A binding in a branch (`if`, `try`, a loop) does
//! not hide the ones before it, so a name may mean several things.

mod build;

pub use build::range_of;

use std::borrow::Cow;
use std::cell::OnceCell;

use ruff_python_ast::{
    Alias, Expr, ExprCall, ExprName, ParameterWithDefault, Stmt, StmtClassDef, StmtFunctionDef, StmtImport,
    StmtImportFrom,
};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalogue;

/// The scopes of a module.
pub struct Names<'a> {
    scopes: Vec<Scope<'a>>,
    bindings: Vec<Binding<'a>>,
    /// Sorted by place.
    references: Vec<Reference<'a>>,
    branches: Vec<Branch>,
    strings: Vec<&'a str>,
    /// Who reads each binding, worked out when first asked.
    reads: OnceCell<FxHashMap<BindingId, Vec<&'a ExprName>>>,
}

/// Position of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScopeId(u32);

/// Position of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BindingId(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BranchId(u32);

struct Scope<'a> {
    kind: ScopeKind,
    parent: Option<ScopeId>,
    /// Where names are looked up in it first.
    range: TextRange,
    symbols: FxHashMap<&'a str, Vec<BindingId>>,
    globals: FxHashSet<&'a str>,
    nonlocals: FxHashSet<&'a str>,
    branch: BranchId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScopeKind {
    Module,
    Class,
    /// Functions, lambdas, comprehensions, type parameters.
    Function,
}

/// A part of a scope that may be left out when the program runs.
struct Branch {
    parent: Option<BranchId>,
    /// Arms of one statement of which only one runs share this number.
    fork: u32,
    exclusive: bool,
}

/// One way in which a name gets its value.
pub struct Binding<'a> {
    /// The name.
    pub name: &'a str,
    /// How it is bound.
    pub kind: BindingKind<'a>,
    /// The name's place, or that of the import's alias.
    pub range: TextRange,
    /// Where it is bound.
    pub scope: ScopeId,
    /// The place from which it holds.
    after: TextSize,
    branch: BranchId,
}

/// How a name is bound.
#[derive(Clone, Copy)]
pub enum BindingKind<'a> {
    /// `import a.b` (binds `a`) or `import a.b as c`.
    Import(&'a StmtImport, &'a Alias),
    /// `from a import b` or `from a import b as c`.
    From(&'a StmtImportFrom, &'a Alias),
    /// A plain assignment of this value.
    Assignment(&'a Expr),
    /// `class name`.
    Class(&'a StmtClassDef),
    /// `def name`.
    Function(&'a StmtFunctionDef),
    /// `del name`: no value.
    Deletion,
    /// A parameter of a function that takes one value; not the one that holds a
    /// method's object.
    Parameter(&'a ParameterWithDefault),
    /// Other parameters, loop targets, unpacking, `with … as`, and so on.
    Other,
}

/// A read of a name.
pub struct Reference<'a> {
    /// The expression.
    pub name: &'a ExprName,
    scope: ScopeId,
    branch: BranchId,
}

/// What an expression may mean, as dotted names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Meanings<'a> {
    /// Every dotted name it may stand for; `builtins.x` for a built-in.
    pub dotted: Vec<Cow<'a, str>>,
    /// Whether it may also be something without a dotted name.
    pub other: bool,
}

impl Meanings<'_> {
    /// The dotted name, if it is the only thing the expression can mean.
    #[must_use]
    pub fn only(&self) -> Option<&str> {
        match &self.dotted[..] {
            [one] if !self.other => Some(one),
            _ => None,
        }
    }

    /// Whether it may mean this dotted name.
    #[must_use]
    pub fn may_be(&self, dotted: &str) -> bool {
        self.dotted.iter().any(|one| one == dotted)
    }
}

/// Assignments and attributes followed before giving up.
const MAX_STEPS: u32 = 16;

impl<'a> Names<'a> {
    /// Builds the scopes of a module in one pass.
    #[must_use]
    pub fn of(body: &'a [Stmt]) -> Self {
        build::build(body)
    }

    /// Every binding, in order of the text.
    pub fn bindings(&self) -> impl Iterator<Item = (BindingId, &Binding<'a>)> {
        (0..).map(BindingId).zip(&self.bindings)
    }

    /// One binding.
    #[must_use]
    pub fn binding(&self, id: BindingId) -> &Binding<'a> {
        &self.bindings[id.0 as usize]
    }

    /// Every read of a name, in order of the text.
    #[must_use]
    pub fn references(&self) -> &[Reference<'a>] {
        &self.references
    }

    /// The module-level bindings of a name.
    #[must_use]
    pub fn module_bindings(&self, name: &str) -> &[BindingId] {
        self.scopes[0].symbols.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether names may come from a star import at module level.
    #[must_use]
    pub fn has_star(&self) -> bool {
        !self.module_bindings("*").is_empty()
    }

    /// Whether a star import may bring the name to the module.
    #[must_use]
    pub fn may_come_by_star(&self, name: &str) -> bool {
        self.module_bindings("*").iter().any(|star| match self.binding(*star).kind {
            BindingKind::From(import, _) => match &import.module {
                Some(module) if import.level == 0 => catalogue::may_bring(module, name) != Some(false),
                _ => true,
            },
            _ => false,
        })
    }

    /// Whether the module, or something in it, is imported anywhere here.
    #[must_use]
    pub fn imports_module(&self, module: &str) -> bool {
        self.bindings.iter().any(|binding| match binding.kind {
            BindingKind::Import(_, alias) => alias.name.as_str().starts_with(module),
            BindingKind::From(import, alias) => member_of(import, alias).starts_with(module),
            _ => false,
        })
    }

    /// The innermost class whose body holds the place.
    #[must_use]
    pub fn class_around(&self, place: TextSize) -> Option<&'a StmtClassDef> {
        let classes = self.bindings.iter().filter_map(|binding| match binding.kind {
            BindingKind::Class(class) if class.range().contains(place) => Some(class),
            _ => None,
        });
        classes.min_by_key(|class| class.range().len())
    }

    /// The bindings from which a read of `name` at a place would take its value,
    /// wherever in their scope they stand; empty for a built-in or unknown name.
    #[must_use]
    pub fn bindings_at(&self, name: &str, place: TextSize) -> &[BindingId] {
        // Scopes are listed outer before inner.
        let holds = |scope: &Scope<'_>| scope.range.contains(place);
        let innermost = self.scopes.iter().rposition(holds).unwrap_or_default();
        let mut at = Some(ScopeId(u32::try_from(innermost).unwrap_or_default()));
        let mut own = true;
        while let Some(id) = at {
            let scope = self.scope(id);
            if scope.globals.contains(name) {
                return self.module_bindings(name);
            }
            let hidden = scope.kind == ScopeKind::Class && !own || scope.nonlocals.contains(name);
            if let Some(found) = scope.symbols.get(name).filter(|_| !hidden) {
                return found;
            }
            (at, own) = (scope.parent, false);
        }
        &[]
    }

    /// Whether the function with this body, or one around it, has a variable so called.
    #[must_use]
    pub fn is_variable(&self, name: &str, body: TextRange) -> bool {
        let own = |scope: &&Scope<'_>| scope.kind == ScopeKind::Function && scope.range == body;
        let mut at = self.scopes.iter().find(own);
        while let Some(scope) = at {
            if scope.globals.contains(name) {
                return false;
            }
            if scope.kind == ScopeKind::Function && scope.symbols.contains_key(name) {
                return true;
            }
            at = scope.parent.map(|id| self.scope(id));
        }
        false
    }

    /// The bindings of the variables of the function with this body.
    pub fn variables(&self, body: TextRange) -> impl Iterator<Item = &Binding<'a>> {
        let own = |scope: &Scope<'_>| scope.kind == ScopeKind::Function && scope.range == body;
        let scope = self.scopes.iter().position(own);
        self.bindings.iter().filter(move |binding| Some(binding.scope.0 as usize) == scope)
    }

    /// Whether a place belongs to a function, rather than to a class or the module.
    #[must_use]
    pub fn is_in_function(&self, place: TextSize) -> bool {
        let innermost = self.scopes.iter().rfind(|scope| scope.range.contains(place));
        innermost.is_some_and(|scope| scope.kind == ScopeKind::Function)
    }

    /// Whether the binding is at module level, where other modules see it.
    #[must_use]
    pub fn is_global(&self, id: BindingId) -> bool {
        self.binding(id).scope == ScopeId(0)
    }

    /// Whether a string holds the name as a word, so that code not visible here
    /// may mean it (`eval`, annotations, `__all__`). Of docstrings, only the
    /// examples count.
    #[must_use]
    pub fn in_strings(&self, name: &str) -> bool {
        self.strings.iter().any(|text| has_word(text, name))
    }

    /// Whether a string that is no docstring is the name: `__all__` and the like.
    #[must_use]
    pub fn has_string(&self, name: &str) -> bool {
        self.strings.contains(&name)
    }

    /// The bindings that a read may mean; empty for a built-in or unknown name.
    #[must_use]
    pub fn bindings_of(&self, name: &ExprName) -> Vec<BindingId> {
        let place = name.range.start();
        let Ok(at) = self.references.binary_search_by_key(&place, |reference| reference.name.range.start())
        else {
            return Vec::new();
        };
        let reference = &self.references[at];
        self.lookup(name.id.as_str(), reference.scope, reference.branch, place)
    }

    /// What binds a name, if only one thing does.
    #[must_use]
    pub fn only_binding(&self, name: &ExprName) -> Option<BindingKind<'a>> {
        let [id] = self.bindings_of(name)[..] else { return None };
        Some(self.binding(id).kind)
    }

    /// The reads that may mean a binding, in order of the text.
    #[must_use]
    pub fn references_to(&self, id: BindingId) -> &[&'a ExprName] {
        let reads = self.reads.get_or_init(|| {
            let mut reads: FxHashMap<BindingId, Vec<&'a ExprName>> = FxHashMap::default();
            for reference in &self.references {
                for id in self.bindings_of(reference.name) {
                    reads.entry(id).or_default().push(reference.name);
                }
            }
            reads
        });
        reads.get(&id).map_or(&[], Vec::as_slice)
    }

    /// What an expression stands for: names through imports and plain
    /// assignments, attributes of what has a dotted name.
    #[must_use]
    pub fn resolve(&self, expr: &'a Expr) -> Meanings<'a> {
        self.resolve_within(expr, &|_| true, MAX_STEPS)
    }

    /// As [`Names::resolve`], of the bindings that `counts`.
    #[must_use]
    pub fn resolve_where(&self, expr: &'a Expr, counts: &dyn Fn(&Binding<'a>) -> bool) -> Meanings<'a> {
        self.resolve_within(expr, counts, MAX_STEPS)
    }

    fn resolve_within(
        &self,
        expr: &'a Expr,
        counts: &dyn Fn(&Binding<'a>) -> bool,
        steps: u32,
    ) -> Meanings<'a> {
        let unknown = Meanings { dotted: Vec::new(), other: true };
        let Some(steps) = steps.checked_sub(1) else { return unknown };
        match expr {
            Expr::Name(name) => {
                let bindings = self.bindings_of(name);
                if bindings.is_empty() {
                    return self.resolve_unbound(name);
                }
                let mut all = Meanings::default();
                for id in bindings.into_iter().filter(|id| counts(self.binding(*id))) {
                    let one = self.resolve_binding(id, counts, steps);
                    all.other |= one.other;
                    for dotted in one.dotted {
                        if !all.dotted.contains(&dotted) {
                            all.dotted.push(dotted);
                        }
                    }
                }
                all
            }
            Expr::Attribute(attribute) => {
                let mut base = self.resolve_within(&attribute.value, counts, steps);
                for dotted in &mut base.dotted {
                    dotted.to_mut().push('.');
                    dotted.to_mut().push_str(attribute.attr.as_str());
                }
                base
            }
            Expr::Call(call) => self.resolve_import_call(call, steps).unwrap_or(unknown),
            _ => unknown,
        }
    }

    /// `importlib.import_module("a.b")` and `__import__("a.b")`.
    fn resolve_import_call(&self, call: &'a ExprCall, steps: u32) -> Option<Meanings<'a>> {
        let Some(Expr::StringLiteral(module)) = call.arguments.args.first() else { return None };
        let module = module.value.to_str();
        let function = self.resolve_within(&call.func, &|_| true, steps);
        let dotted = match function.only()? {
            "importlib.import_module" if !module.starts_with('.') => module,
            "builtins.__import__" | "importlib.__import__" if call.arguments.len() == 1 => {
                first_segment(module)
            }
            _ => return None,
        };
        Some(Meanings { dotted: vec![Cow::Borrowed(dotted)], other: false })
    }

    /// What a binding gives its name.
    fn resolve_binding(
        &self,
        id: BindingId,
        counts: &dyn Fn(&Binding<'a>) -> bool,
        steps: u32,
    ) -> Meanings<'a> {
        let one = |dotted| Meanings { dotted: vec![dotted], other: false };
        match self.binding(id).kind {
            BindingKind::Import(_, alias) if alias.asname.is_some() => {
                one(Cow::Borrowed(alias.name.as_str()))
            }
            BindingKind::Import(_, alias) => one(Cow::Borrowed(first_segment(alias.name.as_str()))),
            BindingKind::From(import, alias) => one(Cow::Owned(member_of(import, alias))),
            BindingKind::Assignment(value) => self.resolve_within(value, counts, steps),
            BindingKind::Deletion => Meanings::default(),
            BindingKind::Class(_)
            | BindingKind::Function(_)
            | BindingKind::Parameter(_)
            | BindingKind::Other => Meanings { dotted: Vec::new(), other: true },
        }
    }

    /// A name that nothing binds: a built-in, or brought by a star import.
    fn resolve_unbound(&self, name: &ExprName) -> Meanings<'a> {
        let id = name.id.as_str();
        let builtin = Cow::Owned(format!("builtins.{id}"));
        let mut all = Meanings { dotted: vec![builtin], other: false };
        for star in self.module_bindings("*") {
            let BindingKind::From(import, _) = self.binding(*star).kind else { continue };
            match &import.module {
                Some(module) if import.level == 0 && catalogue::may_bring(module, id) == Some(false) => {}
                Some(module) if import.level == 0 => all.dotted.push(Cow::Owned(format!("{module}.{id}"))),
                _ => all.other = true,
            }
        }
        all
    }

    fn scope(&self, id: ScopeId) -> &Scope<'a> {
        &self.scopes[id.0 as usize]
    }

    /// The bindings that a read of `name` may mean, innermost scope first.
    fn lookup(&self, name: &str, from: ScopeId, branch: BranchId, place: TextSize) -> Vec<BindingId> {
        let mut at = Some(from);
        while let Some(id) = at {
            let scope = self.scope(id);
            let (own, global) = (id == from, scope.globals.contains(name));
            if global {
                return self.visible(ScopeId(0), name, false, branch, place);
            }
            let hidden = scope.kind == ScopeKind::Class && !own || scope.nonlocals.contains(name);
            if !hidden {
                let found = self.visible(id, name, own, branch, place);
                if !found.is_empty() {
                    return found;
                }
            }
            at = scope.parent;
        }
        Vec::new()
    }

    /// The bindings of a scope that a read may see: in the scope itself those
    /// above the read, from a nested scope those that are left at the end.
    fn visible(
        &self,
        scope: ScopeId,
        name: &str,
        own: bool,
        branch: BranchId,
        place: TextSize,
    ) -> Vec<BindingId> {
        let Some(all) = self.scope(scope).symbols.get(name) else { return Vec::new() };
        let branch = if own { branch } else { self.scope(scope).branch };
        let mut seen = Vec::new();
        for id in all.iter().rev() {
            let binding = self.binding(*id);
            if own && binding.after > place || self.are_exclusive(binding.branch, branch) {
                continue;
            }
            seen.push(*id);
            if self.is_within(branch, binding.branch) {
                break;
            }
        }
        // Read before any binding above it: a loop, or a name of an outer scope
        // at class level; taking all of them keeps the answer on the safe side.
        if seen.is_empty() && self.scope(scope).kind == ScopeKind::Function {
            return all.clone();
        }
        seen
    }

    fn ancestors(&self, branch: BranchId) -> impl Iterator<Item = BranchId> + '_ {
        std::iter::successors(Some(branch), |at| self.branches[at.0 as usize].parent)
    }

    fn is_within(&self, inner: BranchId, outer: BranchId) -> bool {
        self.ancestors(inner).any(|at| at == outer)
    }

    /// Whether two branches are different arms of one `if` or `match`.
    fn are_exclusive(&self, one: BranchId, other: BranchId) -> bool {
        let arm = |at: BranchId| {
            let branch = &self.branches[at.0 as usize];
            branch.exclusive.then_some((branch.fork, at))
        };
        self.ancestors(one).filter_map(arm).any(|(fork, at)| {
            self.ancestors(other)
                .filter_map(arm)
                .any(|(their_fork, theirs)| fork == their_fork && at != theirs)
        })
    }
}

/// The dotted name that `from … import …` gives: `.x.y` when it is relative.
#[must_use]
pub fn member_of(import: &StmtImportFrom, alias: &Alias) -> String {
    let module = import.module.as_ref().map_or("", |module| module.as_str());
    let dots = ".".repeat(import.level as usize);
    let join = if module.is_empty() { "" } else { "." };
    format!("{dots}{module}{join}{}", alias.name)
}

fn first_segment(dotted: &str) -> &str {
    dotted.split('.').next().unwrap_or(dotted)
}

/// Whether a text holds a word, bounded by what cannot be part of an identifier.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = text.as_bytes();
    memchr::memmem::find_iter(bytes, word).any(|at| {
        !bytes[..at].last().is_some_and(continues) && !bytes.get(at + word.len()).is_some_and(continues)
    })
}

impl<'a> Reference<'a> {
    /// Where the name is read.
    #[must_use]
    pub fn range(&self) -> TextRange {
        self.name.range()
    }
}
