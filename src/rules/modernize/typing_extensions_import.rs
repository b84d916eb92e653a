//! A name of `typing_extensions` that the standard library has.
//!
//! ## What it finds
//! Imports and uses of names that the standard library has had since the oldest
//! Python of the project, in the same form: `deprecated` (3.13, in `warnings`),
//! `TypeVar`, `ParamSpec` and `TypeVarTuple` with `default=`, `ReadOnly`,
//! `TypeIs`, `NoDefault` (3.13), `override` (3.12), `Self`, `Never`,
//! `assert_never`, `LiteralString`, `Required` (3.11), `TypeAlias`, `TypeGuard`
//! (3.10), and so on.
//!
//! ## Why
//! One dependency less, and the same objects: where `typing_extensions` finds its
//! name in the standard library, it hands that on. Python 3.13 brought
//! [`warnings.deprecated`](https://docs.python.org/3/whatsnew/3.13.html#typing)
//! and defaults of type parameters. The versions are those from which both are
//! one object, measured with `typing_extensions` 4.15, so a name that the standard
//! library has had for longer, but with a fault that was mended later (`Protocol`,
//! `TypedDict`), waits for that Python. `TypedDict`, `is_typeddict` and
//! `TypeAliasType`, which can do more there than in any Python, are never
//! reported. `deprecated` is one object since Python 3.13.3.
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! from typing_extensions import TypeVar, deprecated
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! from typing import TypeVar
//! from warnings import deprecated
//! ```
//!
//! ## Fix safety
//! Safe. Unsafe in an `__init__.py` and in modules that exist to hand names on:
//! there the import may be meant to stay what it is.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprAttribute};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::edit::members::{extension, move_alias};
use crate::edit::spell::{self, At};
use crate::edit::{Change, spell::Spelling};
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::{BindingId, BindingKind};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: TypingExtensionsImport = TypingExtensionsImport;

/// Reports names of `typing_extensions` that the standard library has.
pub struct TypingExtensionsImport;

const HOME: &str = "typing_extensions";

/// Names by the minor release since which the module has the same object.
pub const NAMES: &[(u8, &str, &[&str])] = &[
    (
        9,
        "typing",
        &[
            "AbstractSet",
            "Annotated",
            "AnyStr",
            "AsyncIterable",
            "AsyncIterator",
            "Awaitable",
            "BinaryIO",
            "Callable",
            "ChainMap",
            "ClassVar",
            "Collection",
            "Container",
            "Coroutine",
            "Counter",
            "DefaultDict",
            "Deque",
            "Dict",
            "Final",
            "ForwardRef",
            "FrozenSet",
            "Generic",
            "Hashable",
            "IO",
            "ItemsView",
            "Iterable",
            "Iterator",
            "KeysView",
            "List",
            "Mapping",
            "MappingView",
            "Match",
            "MutableMapping",
            "MutableSequence",
            "MutableSet",
            "NoReturn",
            "Optional",
            "OrderedDict",
            "Pattern",
            "Reversible",
            "Sequence",
            "Set",
            "Sized",
            "TYPE_CHECKING",
            "Text",
            "TextIO",
            "Tuple",
            "Type",
            "Union",
            "ValuesView",
            "cast",
            "no_type_check",
            "no_type_check_decorator",
        ],
    ),
    (
        10,
        "typing",
        &["Literal", "ParamSpecArgs", "ParamSpecKwargs", "TypeAlias", "TypeGuard", "get_args", "get_origin"],
    ),
    (
        11,
        "typing",
        &[
            "Any",
            "Concatenate",
            "LiteralString",
            "Never",
            "NewType",
            "NotRequired",
            "Required",
            "Self",
            "assert_never",
            "assert_type",
            "clear_overloads",
            "final",
            "get_overloads",
            "overload",
            "reveal_type",
        ],
    ),
    (12, "collections.abc", &["Buffer"]),
    (12, "types", &["get_original_bases"]),
    (
        12,
        "typing",
        &[
            "SupportsAbs",
            "SupportsBytes",
            "SupportsComplex",
            "SupportsFloat",
            "SupportsIndex",
            "SupportsInt",
            "SupportsRound",
            "Unpack",
            "dataclass_transform",
            "override",
        ],
    ),
    (13, "types", &["CapsuleType"]),
    (
        13,
        "typing",
        &[
            "AsyncContextManager",
            "AsyncGenerator",
            "ContextManager",
            "Generator",
            "NamedTuple",
            "NoDefault",
            "ParamSpec",
            "Protocol",
            "ReadOnly",
            "TypeIs",
            "TypeVar",
            "TypeVarTuple",
            "get_protocol_members",
            "get_type_hints",
            "is_protocol",
            "runtime_checkable",
        ],
    ),
    (13, "warnings", &["deprecated"]),
];

/// Where the standard library has a name of `typing_extensions`, and since when.
#[must_use]
pub fn successor(name: &str) -> Option<(&'static str, PythonVersion)> {
    let (minor, home, _) = NAMES.iter().find(|(_, _, names)| names.contains(&name))?;
    Some((home, PythonVersion { major: 3, minor: *minor }))
}

impl Rule for TypingExtensionsImport {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Modernize,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Module(HOME)]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let minimum = file.minimum();
        for (id, binding) in code.names().bindings() {
            let BindingKind::From(import, alias) = binding.kind else { continue };
            let is_ours = import.level == 0 && import.module.as_ref().is_some_and(|module| module == HOME);
            let known = successor(&alias.name).filter(|(_, since)| *since <= minimum);
            if let (true, Some((home, since))) = (is_ours, known)
                && reach(code, alias.range(), Fault::Import) != Reach::Dead
            {
                let changes = moved(code, id, home, minimum);
                report(file, alias.name.as_str(), alias.range(), home, since, changes, sink);
            }
        }
        if code.names().imports_module(HOME) {
            let mut walk = Attributes { code, minimum, found: Vec::new() };
            walk.visit_body(code.module.body());
            for (attribute, home, since) in walk.found {
                let changes = respelled(code, attribute, home);
                report(file, attribute.attr.as_str(), attribute.range, home, since, changes, sink);
            }
        }
    }
}

fn report(
    file: &File<'_>,
    name: &str,
    range: TextRange,
    home: &str,
    since: PythonVersion,
    changes: Option<Vec<Change>>,
    sink: &mut Sink<'_>,
) {
    let page = if home == "warnings" { "warnings" } else { home };
    let draft = sink
        .finding(
            format!("{HOME}.{name}"),
            range,
            format!("Python {since} and later have `{home}.{name}`, and the project needs no older one"),
        )
        .severity(Severity::Info)
        .url(format!("https://docs.python.org/3/library/{page}.html#{home}.{name}"))
        .help(format!("Take `{name}` from `{home}`"));
    let Some(changes) = changes.filter(|changes| !changes.is_empty()) else { return draft.emit() };
    let edits = changes.into_iter().map(|change| file.edit(change.range, change.content)).collect();
    let message = format!("Take `{name}` from `{home}`");
    if hands_on(&file.document.path) {
        draft.unsafe_fix(message, "the module may exist to hand such names on", edits).emit();
    } else {
        draft.safe_fix(message, edits).emit();
    }
}

/// Whether a module exists to hand names on.
fn hands_on(path: &std::path::Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    stem == "__init__" || ["compat", "typing", "backport"].iter().any(|word| stem.contains(word))
}

/// The changes that take an imported name from its new home.
fn moved(code: &Code<'_>, id: BindingId, home: &str, minimum: PythonVersion) -> Option<Vec<Change>> {
    let BindingKind::From(import, alias) = code.names().binding(id).kind else { return None };
    let here = |name: &str| successor(name).filter(|(_, since)| *since <= minimum).map(|(home, _)| home);
    // Where all names have one home, the statement stays in one piece.
    if import.names.iter().all(|other| here(&other.name) == Some(home)) {
        return Some(vec![Change::new(import.module.as_ref()?.range(), home)]);
    }
    let spelled = &code.document.text[alias.range()];
    let first_read = code.names().references_to(id).first().map(|name| name.start());
    extension(code, import, alias, home, spelled, first_read)
        .or_else(|| move_alias(code, import, alias, home, spelled))
}

/// The changes that write `typing_extensions.Self` as what it is.
fn respelled(code: &Code<'_>, attribute: &ExprAttribute, home: &str) -> Option<Vec<Change>> {
    let at = At { place: attribute.start(), beside: None };
    let spelling: Spelling = spell::name(code, &format!("{home}.{}", attribute.attr), at)?;
    let import = spelling.insertion(code, at)?;
    let change = Change::new(attribute.range, spelling.text);
    Some(import.into_iter().chain([change]).collect())
}

struct Attributes<'c, 'a> {
    code: &'c Code<'a>,
    minimum: PythonVersion,
    found: Vec<(&'a ExprAttribute, &'static str, PythonVersion)>,
}

impl<'a> Visitor<'a> for Attributes<'_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Attribute(attribute) = expr
            && let Some((home, since)) =
                successor(&attribute.attr).filter(|(_, since)| *since <= self.minimum)
            && self.code.names().resolve(&attribute.value).only() == Some(HOME)
        {
            self.found.push((attribute, home, since));
        }
        visitor::walk_expr(self, expr);
    }
}
