//! Methods and attributes of values: what the type engine knows of the
//! receiver, and what may be assumed where it knows nothing.

use ruff_python_ast::{Expr, ExprAttribute, ExprCall, Stmt, StmtClassDef};
use ruff_text_size::Ranged;

use super::finders;
use super::walk::is_member;
use super::{Use, UseForm};
use crate::catalogue::{self, Fact, Kind, lookup, reexports};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::{BindingKind, Meanings};
use crate::python::types::{Class, Owners};

/// Looks at one attribute whose meaning names cannot tell.
pub(super) fn find<'a>(
    code: &Code<'a>,
    attribute: &'a ExprAttribute,
    call: Option<&'a ExprCall>,
    meanings: &Meanings<'a>,
    uses: &mut Vec<Use<'a>>,
) {
    let facts = lookup::with_last(attribute.attr.as_str()).iter();
    let is_name = |fact: &Fact| fact.name.kind != Some(Kind::Parameter) && code.looks_for(*fact);
    let facts: Vec<Fact> = facts.copied().filter(is_name).collect();
    if let Some(fact) = of_module(code, attribute, &facts, meanings) {
        let form = UseForm::Attribute(attribute, call);
        uses.push(Use {
            fact,
            range: attribute.range(),
            form,
            confidence: Confidence::Certain,
            deferred: false,
        });
        return;
    }
    if is_special(attribute.attr.as_str()) {
        return;
    }
    let members = facts.into_iter().filter(is_member);
    let found = members.filter_map(|fact| Some((fact, confidence(code, attribute, fact, meanings)?)));
    if let Some((fact, confidence)) = found.max_by_key(|(_, confidence)| *confidence) {
        let form = UseForm::Member(attribute, call);
        uses.push(Use { fact, range: attribute.attr.range(), form, confidence, deferred: false });
    }
}

/// `compat.collections.Mapping`: a module of the standard library that another
/// module of the project hands on.
fn of_module<'a>(
    code: &Code<'a>,
    attribute: &'a ExprAttribute,
    facts: &[Fact],
    meanings: &Meanings<'a>,
) -> Option<Fact> {
    let path = &code.document.path;
    let handed_on = |fact: &&Fact| {
        let last = fact.module.name.rsplit('.').next().unwrap_or_default();
        let packages = meanings.dotted.iter().filter_map(|dotted| {
            let (package, module) = dotted.rsplit_once('.')?.0.rsplit_once('.')?;
            (module == last).then_some(package)
        });
        !fact.name.callable().contains('.')
            && packages.into_iter().any(|package| !code.project.has_submodule(path, package, last))
    };
    if !facts.iter().any(|fact| handed_on(&fact)) {
        return None;
    }
    let owners = code.types?.owners(code.document, attribute.value.range(), attribute.attr.as_str());
    let known = |fact: &&Fact| {
        let homes = owners.modules.iter().map(|module| format!("{module}.{}", attribute.attr));
        homes.into_iter().any(|dotted| lookup::is_home(**fact, &dotted))
    };
    facts.iter().filter(handed_on).find(known).copied()
}

/// How sure it is that the attribute is the member that the fact is about;
/// `None` if it is not.
pub(in crate::python) fn confidence<'a>(
    code: &Code<'a>,
    attribute: &'a ExprAttribute,
    fact: Fact,
    meanings: &Meanings<'a>,
) -> Option<Confidence> {
    let receiver = &*attribute.value;
    let is_near = |module: &str| code.names().imports_module(module);
    if is_common(fact) && !is_near(fact.module.name) && !finders::givers(fact).iter().copied().any(is_near) {
        return None;
    }
    if is_from_elsewhere(code, meanings) {
        return None;
    }
    let owners = match code.types {
        Some(types) if !is_anything(code, receiver) => {
            types.owners(code.document, receiver.range(), attribute.attr.as_str())
        }
        _ => Owners { unknown: true, ..Owners::default() },
    };
    let hits = owners.classes.iter().filter(|class| provides(class, fact)).count();
    if hits > 0 {
        let sure = hits == owners.classes.len() && !owners.unknown;
        let own = makes_own_elements(code, fact);
        return Some(if own { Confidence::Possible } else { Confidence::resolved(sure) });
    }
    if owners.classes.iter().all(|class| class.defined_by.is_none())
        && let Some(told) = told_by_classes(code, receiver, fact)
    {
        return told;
    }
    let assumed = owners.classes.iter().filter_map(|class| assumed(code, class, receiver, fact)).max();
    if assumed.is_some() || !owners.unknown {
        return assumed;
    }
    // A module or a class from elsewhere, known by its name alone.
    let imported = !meanings.dotted.is_empty() && !meanings.other;
    if imported || !owners.modules.is_empty() || !owners.functions.is_empty() {
        return None;
    }
    let told = is_distinctive(code, fact) || finders::is_listed(code, attribute, fact);
    Some(if told { Confidence::Likely } else { Confidence::Possible })
}

/// Whether the elements of a tree may be of another class than the stubs say: `TreeBuilder` takes
/// a function that makes them.
fn makes_own_elements(code: &Code<'_>, fact: Fact) -> bool {
    fact.module.name == "xml.etree.ElementTree"
        && fact.name.class() == Some("Element")
        && code.document.text.contains("element_factory")
}

/// What the classes of the file say of `self` or of a class among them, where
/// the engine shows nobody who defines the member; `None` if they say nothing.
fn told_by_classes<'a>(code: &Code<'a>, receiver: &Expr, fact: Fact) -> Option<Option<Confidence>> {
    let own = is_self(receiver).then(|| code.names().class_around(receiver.start())).flatten();
    if let Some(class) = own {
        let inherited = inherits(code, class, fact, DEPTH).map(|yes| yes.then_some(Confidence::Certain));
        let given = || is_given_to_heirs(code, class, fact).map(|yes| yes.then_some(Confidence::Likely));
        if let Some(told) = inherited.or_else(given) {
            return Some(told);
        }
    }
    let Expr::Name(name) = receiver else { return None };
    let Some(BindingKind::Class(class)) = code.names().only_binding(name) else { return None };
    inherits(code, class, fact, DEPTH).map(|yes| yes.then_some(Confidence::Certain))
}

/// Whether the name is a special method's: those that are called by name
/// are called on classes, most often by their heirs.
fn is_special(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}

/// The fact about a special method that the class of an object provides.
pub(super) fn of_type(
    code: &Code<'_>,
    object: &Expr,
    method: &str,
    facts: &[Fact],
) -> Option<(Fact, Confidence)> {
    if is_anything(code, object) {
        return None;
    }
    let owners = code.types?.owners(code.document, object.range(), method);
    let found = facts.iter().find_map(|fact| {
        let hits = owners.classes.iter().filter(|class| class.instance && provides(class, *fact)).count();
        (hits > 0).then_some((*fact, hits))
    });
    let (fact, hits) = found?;
    // Of several kinds of objects, such as locks, the fitting one may come here.
    if owners.classes.iter().any(|class| class.defined_by.is_some() && !provides(class, fact)) {
        return None;
    }
    let sure = hits == owners.classes.len() && !owners.unknown;
    Some((fact, Confidence::resolved(sure)))
}

/// Whether nothing says what a value is, so that asking would be in vain: a
/// parameter without an annotation, that no condition narrows.
fn is_anything(code: &Code<'_>, receiver: &Expr) -> bool {
    let Expr::Name(name) = receiver else { return false };
    let Some(BindingKind::Parameter(parameter)) = code.names().only_binding(name) else { return false };
    let plain = parameter.annotation().is_none()
        && parameter.default().is_none_or(|default| matches!(default, Expr::NoneLiteral(_)));
    let asks = |condition: &str| code.document.text.contains(&format!("{condition}{}", name.id));
    plain && !["isinstance(", "issubclass(", "type(", "match "].into_iter().any(asks)
}

/// Whether names tell enough: a function or value of a module of the standard
/// library, or of a package that is not part of the project.
fn is_from_elsewhere(code: &Code<'_>, meanings: &Meanings<'_>) -> bool {
    let Some((receiver, _)) = meanings.only().and_then(|dotted| dotted.rsplit_once('.')) else {
        return false;
    };
    if receiver.starts_with('.') || receiver.is_empty() {
        return false;
    }
    let top = receiver.split('.').next().unwrap_or(receiver);
    let standard = catalogue::is_stdlib_module(top);
    catalogue::is_stdlib_module(receiver)
        || !standard && top != "builtins" && !code.project.has_module(&code.document.path, top)
}

/// What may be assumed of a class that is known and does not show the member.
fn assumed(code: &Code<'_>, class: &Class, receiver: &Expr, fact: Fact) -> Option<Confidence> {
    if class.defined_by.is_some() {
        return None;
    }
    // `ast.expr`, where an `ast.Constant` is expected.
    let first = class.mro.first().and_then(|name| name.rsplit_once('.'));
    if first.is_some_and(|(module, _)| module == fact.module.name) && class.standard.first() == Some(&true) {
        return Some(Confidence::Possible);
    }
    let own = class.standard.first() == Some(&false);
    // A mixin for tests calls what the class that it is mixed into inherits.
    let mixed_in = own && is_self(receiver);
    if mixed_in && is_assertion(fact) || (mixed_in || class.open) && is_distinctive(code, fact) {
        return Some(Confidence::Likely);
    }
    class.open.then_some(Confidence::Possible)
}

/// Whether the member's name is enough to know it by: no class of the project, and of what the
/// file imports, has a member so called.
fn is_distinctive(code: &Code<'_>, fact: Fact) -> bool {
    let own = |name: &str| {
        let mut bindings = code.names().bindings();
        bindings.any(|(_, one)| one.name == name && matches!(one.kind, BindingKind::Function(_)))
    };
    fact.name.distinctive
        && !fact.name.namesakes.iter().any(|module| code.names().imports_module(module))
        && !own(fact.name.last())
        && !code.project.defines_method(&code.document.path, fact.name.last())
}

/// A method of test cases by its name; `assert_` is a name that other bases give too.
fn is_assertion(fact: Fact) -> bool {
    fact.module.name == "unittest" && fact.name.class() == Some("TestCase") && fact.name.last() != "assert_"
}

/// Whether the attribute of such a value is the standard library's member.
fn provides(class: &Class, fact: Fact) -> bool {
    let last = class.defined_by.unwrap_or(usize::MAX);
    let mro = class.mro.iter().zip(&class.standard).enumerate();
    mro.take_while(|(at, _)| *at <= last).any(|(_, (name, standard))| *standard && is_class(fact, name))
}

/// A class may be defined under a private name, `asyncio.events._AbstractEventLoopPolicy`.
fn is_class(fact: Fact, dotted: &str) -> bool {
    let is_home = |class: &str| lookup::is_home(fact, &format!("{class}.{}", fact.name.last()));
    is_home(dotted)
        || dotted.contains("._") && is_home(&dotted.replacen("._", ".", 1))
        || finders::protocol(dotted).is_some_and(is_home)
}

fn is_self(receiver: &Expr) -> bool {
    match receiver {
        Expr::Name(name) => matches!(name.id.as_str(), "self" | "cls"),
        Expr::Call(call) => matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super"),
        _ => false,
    }
}

/// Classes of one file that derive from each other.
const DEPTH: u32 = 8;

/// Whether a class inherits the member by what its file says of its bases;
/// `None` if that does not tell.
fn inherits<'a>(code: &Code<'a>, class: &'a StmtClassDef, fact: Fact, depth: u32) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    if defines(class, fact.name.last()) {
        return Some(false);
    }
    let bases = class.arguments.iter().flat_map(|arguments| &arguments.args);
    bases.into_iter().find_map(|base| {
        if let Expr::Name(name) = base
            && let Some(BindingKind::Class(base)) = code.names().only_binding(name)
        {
            return inherits(code, base, fact, depth);
        }
        let meanings = code.meanings(base);
        let dotted = reexports::standard(meanings.only()?);
        match reexports::derived(&dotted) {
            Some(derived) => is_class(fact, derived.base).then(|| !derived.own.contains(&fact.name.last())),
            None => is_class(fact, &dotted).then_some(true),
        }
    })
}

/// Whether the classes of the file that mix in this one get the member from the
/// standard library with their other bases; `None` if there is no telling.
fn is_given_to_heirs<'a>(code: &Code<'a>, mixin: &'a StmtClassDef, fact: Fact) -> Option<bool> {
    let names = code.names();
    let is_mixin = |base: &Expr| {
        let Expr::Name(base) = base else { return false };
        let bound = names.bindings_of(base).into_iter().map(|id| names.binding(id).kind);
        bound.into_iter().any(|kind| matches!(kind, BindingKind::Class(class) if std::ptr::eq(class, mixin)))
    };
    let classes = names.bindings().filter_map(|(_, binding)| match binding.kind {
        BindingKind::Class(class) => Some(class),
        _ => None,
    });
    let bases = classes.map(StmtClassDef::bases).filter(|bases| bases.iter().any(&is_mixin)).flatten();
    let mut own = None;
    for base in bases.filter(|base| !is_mixin(base)) {
        let owners = code.types?.owners(code.document, base.range(), fact.name.last());
        if owners.classes.iter().any(|class| provides(class, fact)) {
            return Some(true);
        }
        if owners.classes.iter().any(|class| class.defined_by.is_some()) {
            own = Some(false);
        }
    }
    own
}

/// Whether the body of a class gives the attribute a value of its own.
fn defines(class: &StmtClassDef, attr: &str) -> bool {
    class.body.iter().any(|stmt| match stmt {
        Stmt::FunctionDef(function) => function.name.as_str() == attr,
        Stmt::Assign(assign) => assign.targets.iter().any(|target| is_named(target, attr)),
        Stmt::AnnAssign(assign) => is_named(&assign.target, attr),
        _ => false,
    })
}

fn is_named(target: &Expr, name: &str) -> bool {
    matches!(target, Expr::Name(own) if own.id.as_str() == name)
}

/// Whether the member has a name that every container or file has too: only
/// where its module is imported is it worth asking what the receiver is.
#[must_use]
pub fn is_common(fact: Fact) -> bool {
    const COMMON: &[&str] = &[
        "_asdict",
        "_make",
        "_parse_args",
        "_replace",
        "add_argument_group",
        "addCleanup",
        "all_tasks",
        "append",
        "callback",
        "cert_file",
        "certfile",
        "clear",
        "close",
        "copy",
        "count",
        "current_task",
        "doctype",
        "error",
        "extend",
        "filename",
        "find",
        "find_loader",
        "find_module",
        "format",
        "fromkeys",
        "get",
        "getcode",
        "geturl",
        "index",
        "info",
        "inner",
        "insert",
        "items",
        "join",
        "joinpath",
        "key_file",
        "keyfile",
        "keys",
        "load_module",
        "n",
        "name",
        "open",
        "outer",
        "pop",
        "read",
        "remove",
        "reverse",
        "runcall",
        "s",
        "shuffle",
        "sort",
        "split",
        "ssl_version",
        "starttls",
        "submit",
        "tarfile",
        "trace",
        "update",
        "values",
        "write",
        "xpath",
    ];
    COMMON.contains(&fact.name.last()) || is_special(fact.name.last())
}
