//! `pkg_resources` to what has taken its place: `importlib.metadata` for
//! versions and entry points, `pkgutil` and paths for files.
//!
//! An import goes with all that is done with it, or it stays.

mod calls;

use ruff_python_ast::find_node::CoveringNode;
use ruff_python_ast::{Alias, AnyNodeRef, ExprContext, ExprName, Stmt, StmtImport, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange, TextSize};

use self::calls::Call;
use super::definitions::Definitions;
use super::imports::{indentation, is_alone, remove_alias, remove_statement};
use super::spell::{self, At, Import};
use super::{Change, Plan};
use crate::catalogue::{Definition, MODULES, is_importable};
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind};
use crate::version::PythonVersion;

/// Why it is not safe.
const REASON: &str = "nothing is unpacked from zip files any more, and the versions of what a distribution requires \
                      are not checked";

/// Entry points as `pkg_resources` chose them, on Pythons that cannot.
static ENTRY_POINTS: Definition = Definition {
    name: "iter_entry_points",
    source: "\
def iter_entry_points(group, name=None):
    found = importlib.metadata.entry_points()
    # Python 3.8 and 3.9 give a dictionary.
    points = found.select(group=group) if hasattr(found, \"select\") else found.get(group, ())
    return (point for point in points if name is None or point.name == name)",
    imports: &["importlib.metadata"],
    needs: &[],
};

/// What is written in place of an import of `pkg_resources`.
#[derive(Debug)]
pub struct Departure {
    /// The changes of the file.
    pub plan: Plan,
    /// Distributions that it needs from now on, each with the Pythons that need it.
    pub requires: Vec<(&'static str, Option<&'static str>)>,
}

/// Moves everything that a statement at this place imports from `pkg_resources`; `None` where
/// only a person can.
#[must_use]
pub fn leave(code: &Code<'_>, minimum: PythonVersion, place: TextRange) -> Option<Departure> {
    let found = code.names().bindings().filter_map(|(id, binding)| Statement::of(binding.kind, place, id));
    let mut statements: Vec<Statement<'_>> = found.collect();
    let mut leaving = Leaving {
        code,
        minimum,
        changes: Vec::new(),
        missing: Vec::new(),
        requires: Vec::new(),
        first_read: None,
        backport: false,
        points: Vec::new(),
    };
    for statement in &statements {
        leaving.binding(statement)?;
    }
    let on_top = code.module.body().iter().any(|stmt| stmt.range().contains_range(place) && is_import(stmt));
    if !on_top && !leaving.points.is_empty() {
        return None;
    }
    let definitions = leaving.define(statements.iter().map(|one| one.id()).collect())?;
    leaving.import(statements.pop()?)?;
    if let Some(definitions) = definitions {
        let removed = leaving
            .changes
            .iter()
            .find(|change| change.content.is_empty() && change.range.contains_range(place));
        if let Some(written) = definitions.insertion(removed.map(|change| change.range)) {
            // Right before the definitions, what is removed gives them its place.
            leaving.changes.retain(|change| change.range != written.range);
            leaving.changes.push(written);
        }
    }
    let message = "Replace `pkg_resources`".to_owned();
    let plan = Plan { message, reason: Some(REASON.to_owned()), changes: leaving.changes };
    Some(Departure { plan, requires: leaving.requires })
}

/// One name that a statement binds.
#[derive(Clone, Copy)]
enum Statement<'a> {
    Module(&'a StmtImport, &'a Alias, BindingId),
    Member(&'a StmtImportFrom, &'a Alias, BindingId),
}

impl<'a> Statement<'a> {
    fn of(kind: BindingKind<'a>, place: TextRange, id: BindingId) -> Option<Self> {
        match kind {
            BindingKind::Import(import, alias) if alias.name.range() == place => {
                Some(Self::Module(import, alias, id))
            }
            BindingKind::From(import, alias) if import.module.as_ref()?.range() == place => {
                Some(Self::Member(import, alias, id))
            }
            _ => None,
        }
    }

    fn id(&self) -> BindingId {
        let (Self::Module(.., id) | Self::Member(.., id)) = *self;
        id
    }

    fn range(self) -> TextRange {
        match self {
            Self::Module(import, ..) => import.range(),
            Self::Member(import, ..) => import.range(),
        }
    }
}

/// What has been found out so far.
struct Leaving<'c, 'a> {
    code: &'c Code<'a>,
    minimum: PythonVersion,
    changes: Vec<Change>,
    missing: Vec<Import>,
    requires: Vec<(&'static str, Option<&'static str>)>,
    first_read: Option<TextSize>,
    /// Whether `importlib.metadata` may be missing.
    backport: bool,
    /// Where entry points are asked for, and have to be chosen here.
    points: Vec<TextRange>,
}

impl<'c, 'a> Leaving<'c, 'a> {
    fn text(&self) -> &str {
        &self.code.document.text
    }

    fn around(&self, range: TextRange) -> CoveringNode<'a> {
        self.code.around(range)
    }

    /// The nodes that hold a range, without the one that is the range.
    fn holders(&self, range: TextRange) -> impl Iterator<Item = AnyNodeRef<'a>> {
        let around: Vec<_> = self.around(range).ancestors().collect();
        around.into_iter().skip_while(move |node| node.range() == range && !node.is_statement())
    }

    /// Everything that is done with one name.
    fn binding(&mut self, statement: &Statement<'a>) -> Option<()> {
        let names = self.code.names();
        let (Statement::Module(_, alias, id) | Statement::Member(_, alias, id)) = *statement;
        if !matches!(alias.name.split('.').next(), Some(first) if first == alias.name.as_str()) {
            return None;
        }
        let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        let reads = names.references_to(id);
        let bound = |read: &&ExprName| names.bindings_of(read).len() == 1;
        if names.has_string(local) || reads.is_empty() || !reads.iter().all(bound) {
            return None;
        }
        for read in reads {
            self.first_read = Some(self.first_read.map_or(read.start(), |first| first.min(read.start())));
            let (member, whole) = match statement {
                Statement::Member(..) => (alias.name.as_str(), read.range()),
                Statement::Module(..) => match self.holders(read.range()).next()? {
                    AnyNodeRef::ExprAttribute(attribute) if attribute.ctx == ExprContext::Load => {
                        (attribute.attr.as_str(), attribute.range())
                    }
                    _ => return None,
                },
            };
            let from = matches!(statement, Statement::Member(..));
            Call { member, whole, from }.leave(self)?;
        }
        Some(())
    }

    /// How a module of the standard library is written.
    fn module(&mut self, module: &str, place: TextSize) -> Option<String> {
        if module == "importlib.metadata" && self.minimum < PythonVersion::PY38 {
            self.backport = true;
            self.require("importlib-metadata", Some("python_version < \"3.8\""));
            return spell::is_free(self.code, "importlib_metadata", place)
                .then(|| "importlib_metadata".to_owned());
        }
        let spelling = spell::module(self.code, module, At { place, beside: None })?;
        self.add(spelling.missing);
        Some(spelling.text)
    }

    fn add(&mut self, missing: Option<Import>) {
        self.missing.extend(missing.filter(|one| !self.missing.contains(one)));
    }

    fn require(&mut self, package: &'static str, pythons: Option<&'static str>) {
        if !self.requires.contains(&(package, pythons)) {
            self.requires.push((package, pythons));
        }
    }

    /// A function that chooses entry points, where there is need of one.
    fn define(&mut self, going: Vec<BindingId>) -> Option<Option<Definitions<'c, 'a>>> {
        if self.points.is_empty() {
            return Some(None);
        }
        let places: Vec<TextSize> = self.points.iter().map(|place| place.start()).collect();
        // It needs nothing else of any module.
        let mut definitions = Definitions::new(self.code, MODULES.first()?, &places, going)?;
        let name = definitions.name(&ENTRY_POINTS, None, &places)?;
        for place in std::mem::take(&mut self.points) {
            if self.text()[place] != name {
                self.changes.push(Change::new(place, name.clone()));
            }
        }
        for import in definitions.missing() {
            self.add(Some(import.clone()));
        }
        Some(Some(definitions))
    }

    /// Other imports for the statement, or for one name of it.
    fn import(&mut self, statement: Statement<'a>) -> Option<()> {
        let (code, range) = (self.code, statement.range());
        let text = &code.document.text;
        let body = code.module.body();
        let single = match statement {
            Statement::Module(import, ..) => import.names.len() == 1,
            Statement::Member(..) => true,
        };
        let on_top = body.iter().any(|stmt| stmt.range() == range);
        let inserted = if single && !(on_top && self.has_standard(range)) {
            Vec::new()
        } else {
            // Each has its place among its like.
            let (inserted, stay) = std::mem::take(&mut self.missing).into_iter().partition(is_standard);
            self.missing = stay;
            inserted
        };
        let lines = self.lines();
        if lines.is_empty() {
            self.changes.push(match statement {
                Statement::Module(import, alias, _) => remove_alias(text, body, range, &import.names, alias)?,
                Statement::Member(..) => remove_statement(text, body, range)?,
            });
        } else {
            let indent = indentation(text, range).filter(|_| single && is_alone(text, range))?;
            self.changes.push(Change::new(range, lines.join(&format!("\n{indent}"))));
        }
        let place = self.first_read.unwrap_or(range.end());
        let beside = (!on_top).then_some(range);
        spell::add_missing(code, inserted, At { place, beside }, &mut self.changes)?;
        self.settle(range);
        Some(())
    }

    /// Puts what goes right below the statement in its place, where the whole line is taken out.
    fn settle(&mut self, statement: TextRange) {
        let is_line = |change: &Change| change.content.is_empty() && change.range.contains_range(statement);
        let Some(line) = self.changes.iter().find(|change| is_line(change)).map(|change| change.range) else {
            return;
        };
        let is_below = |change: &Change| change.range.is_empty() && line.contains(change.range.start());
        let (below, mut rest): (Vec<_>, Vec<_>) = self.changes.drain(..).partition(|change| is_below(change));
        if let Some(removed) = rest.iter_mut().find(|change| is_line(change)) {
            removed.content = below.iter().map(|change| format!("{}\n", change.content.trim())).collect();
        }
        self.changes = rest;
    }

    /// Whether the file takes something else from the standard library at its head.
    fn has_standard(&self, own: TextRange) -> bool {
        let first_read = self.first_read.unwrap_or(own.end());
        let above = self.code.module.body().iter().take_while(|stmt| stmt.end() <= first_read);
        above.filter(|stmt| stmt.range() != own).any(|stmt| {
            let module = match stmt {
                Stmt::Import(import) => import.names.first().map(|alias| alias.name.as_str()),
                Stmt::ImportFrom(import) if import.level == 0 => {
                    import.module.as_ref().map(|one| one.as_str())
                }
                _ => None,
            };
            module.is_some_and(|module| module != "__future__" && is_library(module))
        })
    }

    /// The statements that take the place of the old one.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.missing.iter().map(Import::statement).collect();
        lines.sort_by_key(|line| (line.starts_with("from "), line.clone()));
        if self.backport {
            let shim = [
                "try:",
                "    import importlib.metadata as importlib_metadata",
                "except ImportError:",
                "    import importlib_metadata",
            ];
            lines.extend(shim.map(str::to_owned));
        }
        lines
    }
}

fn is_standard(import: &Import) -> bool {
    let (Import::Module(module) | Import::Member(module, _)) = import;
    is_library(module)
}

/// Whether a module belongs to the standard library.
fn is_library(module: &str) -> bool {
    let first = module.split('.').next().unwrap_or_default();
    is_importable(first, None, PythonVersion::PY313) == Some(true)
}

fn is_import(stmt: &Stmt) -> bool {
    matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_))
}
