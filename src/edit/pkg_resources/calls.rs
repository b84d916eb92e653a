//! One use of a name of `pkg_resources`.

use ruff_python_ast::{AnyNodeRef, Expr, ExprCall, ExprContext, ExprName, Number};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Leaving;
use crate::edit::Change;
use crate::edit::spell::Import;
use crate::python::names::BindingKind;
use crate::version::PythonVersion;

/// A place where a name is used.
pub(super) struct Call<'m> {
    /// The name as `pkg_resources` has it.
    pub member: &'m str,
    /// All that stands for it: `pkg_resources.require`.
    pub whole: TextRange,
    /// Whether it came by `from pkg_resources import`.
    pub from: bool,
}

const METADATA: &str = "importlib.metadata";

impl Call<'_> {
    /// Adds what has to be changed there.
    pub(super) fn leave(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        match self.member {
            "get_distribution" => self.distribution(leaving),
            "require" => self.required(leaving),
            "DistributionNotFound" => self.exception(leaving),
            "iter_entry_points" => self.entry_points(leaving),
            "parse_version" => self.parse_version(leaving),
            "declare_namespace" => self.namespace(leaving),
            "resource_filename" | "resource_exists" | "resource_isdir" | "resource_listdir" => {
                self.path(leaving)
            }
            "resource_string" => self.replaced(leaving, "pkgutil", "get_data"),
            "resource_stream" => self.stream(leaving),
            _ => None,
        }
    }

    /// The call of it, without starred arguments, and the node around that.
    fn call<'a>(&self, leaving: &Leaving<'_, 'a>) -> Option<(&'a ExprCall, AnyNodeRef<'a>)> {
        let mut holders = leaving.holders(self.whole);
        let AnyNodeRef::ExprCall(call) = holders.next()? else { return None };
        let starred = call.arguments.args.iter().any(Expr::is_starred_expr)
            || call.arguments.keywords.iter().any(|keyword| keyword.arg.is_none());
        let around = leaving.holders(call.range()).next()?;
        (call.func.range() == self.whole && !starred).then_some((call, around))
    }

    /// Another function in its place.
    fn replaced(&self, leaving: &mut Leaving<'_, '_>, module: &str, name: &str) -> Option<()> {
        let (call, _) = self.call(leaving)?;
        if name == "get_data"
            && !(call.arguments.keywords.is_empty() && is_package(call.arguments.args.first()?))
        {
            return None;
        }
        let module = leaving.module(module, self.whole.start())?;
        leaving.changes.push(Change::new(self.whole, format!("{module}.{name}")));
        Some(())
    }

    /// `get_distribution(name)` with the attribute that is asked of it.
    fn distribution(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let (call, around) = self.call(leaving)?;
        let [name] = &*call.arguments.args else { return None };
        if !is_distribution(name) || !call.arguments.keywords.is_empty() {
            return None;
        }
        match around {
            AnyNodeRef::ExprAttribute(asked) if asked.attr.as_str() == "version" => {
                self.replaced(leaving, METADATA, "version")?;
                cut(leaving, call.end(), asked.end())
            }
            AnyNodeRef::ExprAttribute(asked) => {
                named(leaving, asked.attr.as_str(), call.end(), asked.end())?;
                self.replaced(leaving, METADATA, "distribution")
            }
            AnyNodeRef::StmtAssign(assign) => {
                let [Expr::Name(target)] = &*assign.targets else { return None };
                for read in reads(leaving, target)? {
                    let asked = leaving.holders(read.range()).next()?;
                    match asked {
                        AnyNodeRef::ExprAttribute(asked) if asked.attr.as_str() == "version" => {}
                        AnyNodeRef::ExprAttribute(asked) => {
                            named(leaving, asked.attr.as_str(), read.end(), asked.end())?;
                        }
                        _ => return None,
                    }
                }
                self.replaced(leaving, METADATA, "distribution")
            }
            AnyNodeRef::StmtExpr(_) => self.replaced(leaving, METADATA, "distribution"),
            _ => None,
        }
    }

    /// `require(name)[0].version`
    fn required(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let (call, around) = self.call(leaving)?;
        let [name] = &*call.arguments.args else { return None };
        let AnyNodeRef::ExprSubscript(first) = around else { return None };
        let zero = first.slice.as_number_literal_expr().is_some_and(|number| match &number.value {
            Number::Int(number) => number.as_u8() == Some(0),
            _ => false,
        });
        let AnyNodeRef::ExprAttribute(asked) = leaving.holders(first.range()).next()? else { return None };
        if !zero
            || asked.attr.as_str() != "version"
            || !is_distribution(name)
            || !call.arguments.keywords.is_empty()
        {
            return None;
        }
        self.replaced(leaving, METADATA, "version")?;
        cut(leaving, call.end(), asked.end())
    }

    /// The exception where it is caught or expected.
    fn exception(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let called = self.call(leaving).is_some();
        let raised = matches!(leaving.holders(self.whole).next()?, AnyNodeRef::StmtRaise(_));
        if called || raised {
            return None;
        }
        let module = leaving.module(METADATA, self.whole.start())?;
        leaving.changes.push(Change::new(self.whole, format!("{module}.PackageNotFoundError")));
        Some(())
    }

    /// `iter_entry_points(group)`: what takes its place cannot choose before Python 3.10.
    fn entry_points(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let (call, around) = self.call(leaving)?;
        let chooses = leaving.minimum >= PythonVersion::PY310;
        if leaving.minimum < PythonVersion::PY38 {
            return None;
        }
        for (at, argument) in call.arguments.args.iter().enumerate() {
            let name = ["group", "name"].get(at)?;
            if chooses {
                leaving.changes.push(Change::new(TextRange::empty(argument.start()), format!("{name}=")));
            }
        }
        let target = match around {
            AnyNodeRef::StmtFor(stmt) => stmt.target.as_name_expr(),
            AnyNodeRef::Comprehension(one) => one.target.as_name_expr(),
            _ => None,
        };
        for read in target.map(|target| reads(leaving, target)).unwrap_or_default().unwrap_or_default() {
            let Some(AnyNodeRef::ExprAttribute(asked)) = leaving.holders(read.range()).next() else {
                continue;
            };
            let new = match asked.attr.as_str() {
                "name" | "load" => continue,
                "resolve" => "load",
                "module_name" if leaving.minimum >= PythonVersion::PY39 => "module",
                _ => return None,
            };
            leaving.changes.push(Change::new(asked.attr.range(), new));
        }
        if !chooses {
            leaving.points.push(self.whole);
            return Some(());
        }
        self.replaced(leaving, METADATA, "entry_points")
    }

    fn parse_version(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        leaving.require("packaging", None);
        let import = if self.from {
            let name = leaving.text()[self.whole].to_owned();
            Import::Member("packaging.version".to_owned(), format!("parse as {name}"))
        } else {
            leaving.changes.push(Change::new(self.whole, "packaging.version.parse"));
            if !crate::edit::spell::is_free(leaving.code, "packaging", self.whole.start()) {
                return None;
            }
            Import::Module("packaging.version".to_owned())
        };
        leaving.add(Some(import));
        Some(())
    }

    /// `declare_namespace(__name__)`, a statement of a package.
    fn namespace(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let (call, around) = self.call(leaving)?;
        let own = call.arguments.args.first().is_some_and(is_own_name);
        if !own || call.arguments.len() != 1 || !matches!(around, AnyNodeRef::StmtExpr(_)) {
            return None;
        }
        let pkgutil = leaving.module("pkgutil", self.whole.start())?;
        let new = format!("__path__ = {pkgutil}.extend_path(__path__, __name__)");
        leaving.changes.push(Change::new(call.range(), new));
        Some(())
    }

    /// `resource_stream(package, name)`
    fn stream(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let (call, _) = self.call(leaving)?;
        let [package, _] = &*call.arguments.args else { return None };
        if !is_package(package) || !call.arguments.keywords.is_empty() {
            return None;
        }
        let io = leaving.module("io", self.whole.start())?;
        let pkgutil = leaving.module("pkgutil", self.whole.start())?;
        leaving.changes.push(Change::new(self.whole, format!("{io}.BytesIO({pkgutil}.get_data")));
        leaving.changes.push(Change::new(TextRange::empty(call.end()), ")"));
        Some(())
    }

    /// What is told of a file by its path.
    fn path(&self, leaving: &mut Leaving<'_, '_>) -> Option<()> {
        let (call, _) = self.call(leaving)?;
        let [package, name] = &*call.arguments.args else { return None };
        let head = TextRange::new(self.whole.start(), name.start());
        if !is_package(package) || !call.arguments.keywords.is_empty() || leaving.text()[head].contains('#') {
            return None;
        }
        let place = self.whole.start();
        let os = leaving.module("os", place)?;
        let path = format!("{os}.path");
        let outer = match self.member {
            "resource_filename" => String::new(),
            "resource_exists" => format!("{path}.exists("),
            "resource_isdir" => format!("{path}.isdir("),
            _ => format!("{os}.listdir("),
        };
        let folder = if is_own_name(package) {
            format!("{path}.dirname(__file__)")
        } else {
            let package = leaving.text()[package.range()].to_owned();
            let util = leaving.module("importlib.util", place)?;
            format!("{path}.dirname({util}.find_spec({package}).origin)")
        };
        let itself =
            name.as_string_literal_expr().is_some_and(|name| matches!(name.value.to_str(), "" | "."));
        let close = if outer.is_empty() { "" } else { ")" };
        if itself {
            leaving.changes.push(Change::new(call.range(), format!("{outer}{folder}{close}")));
            return Some(());
        }
        leaving.changes.push(Change::new(head, format!("{outer}{path}.join({folder}, ")));
        if !close.is_empty() {
            leaving.changes.push(Change::new(TextRange::empty(call.end()), close));
        }
        Some(())
    }
}

/// The reads of a local name that nothing else binds.
fn reads<'a>(leaving: &Leaving<'_, 'a>, target: &ExprName) -> Option<Vec<&'a ExprName>> {
    let names = leaving.code.names();
    let (id, _) = names.bindings().find(|(_, binding)| binding.range == target.range())?;
    let reads = names.references_to(id).to_vec();
    let bound = |read: &&ExprName| names.bindings_of(read).len() == 1 && read.ctx == ExprContext::Load;
    let exported = names.is_global(id) && matches!(names.binding(id).kind, BindingKind::Assignment(_));
    (reads.iter().all(bound) && !(exported && reads.is_empty())).then_some(reads)
}

/// `.project_name` of a distribution, behind what ends at `from`.
fn named(leaving: &mut Leaving<'_, '_>, attribute: &str, from: TextSize, to: TextSize) -> Option<()> {
    // Quotes within quotes are read from Python 3.12 on only.
    let in_text =
        leaving.holders(TextRange::new(from, to)).any(|node| matches!(node, AnyNodeRef::ExprFString(_)));
    if attribute != "project_name" || in_text {
        return None;
    }
    leaving.changes.push(Change::new(TextRange::new(from, to), ".metadata[\"Name\"]"));
    Some(())
}

/// Takes out what stands between; a comment is not lost.
fn cut(leaving: &mut Leaving<'_, '_>, from: TextSize, to: TextSize) -> Option<()> {
    let range = TextRange::new(from, to);
    if leaving.text()[range].contains('#') {
        return None;
    }
    leaving.changes.push(Change::new(range, ""));
    Some(())
}

/// Whether it names a distribution, without versions or extras.
fn is_distribution(name: &Expr) -> bool {
    match name {
        Expr::StringLiteral(text) => {
            let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
            text.value.to_str().chars().all(plain)
        }
        Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) => true,
        _ => false,
    }
}

/// Whether it is text that names a package, as far as can be seen.
fn is_package(package: &Expr) -> bool {
    matches!(package, Expr::StringLiteral(_) | Expr::Name(_) | Expr::Attribute(_))
}

fn is_own_name(package: &Expr) -> bool {
    package.as_name_expr().is_some_and(|name| matches!(name.id.as_str(), "__name__" | "__package__"))
}
