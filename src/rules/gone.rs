//! What can be done about an import of a module that is gone.

use ruff_python_ast::{Alias, AnyNodeRef, Stmt, StmtImportFrom};
use ruff_text_size::{Ranged, TextRange};

use crate::catalogue::{Module, Name};
use crate::discover::Kind;
use crate::edit::backport::{BACKPORT, require};
use crate::edit::successors::{self, move_all, move_members, move_module};
use crate::edit::unused::drop_unused;
use crate::edit::{Change, Plan};
use crate::finding::Edit;
use crate::python::Code;
use crate::python::guards::Reach;
use crate::python::names::BindingId;
use crate::rule::File;

/// An import of a module that is gone.
pub struct Import<'a> {
    /// What is gone.
    pub module: &'static Module,
    /// The module as it is spelled: a submodule, perhaps.
    pub dotted: String,
    /// Where it is spelled.
    pub range: TextRange,
    /// What it binds; several for `from gone import a, b`.
    pub bindings: Vec<BindingId>,
    /// `from gone import …`, as against importing the module itself.
    pub members_of: Option<&'a StmtImportFrom>,
}

impl Import<'_> {
    /// What is known of the names that the code takes from the module.
    #[must_use]
    pub fn names_used(&self, code: &Code<'_>) -> Vec<&'static Name> {
        match (self.members_of, &self.bindings[..]) {
            (Some(statement), _) => {
                let members = statement.names.iter();
                let member = |alias: &Alias| self.module.member(&format!("{}.{}", self.dotted, alias.name));
                members.filter_map(member).collect()
            }
            (None, [only]) => successors::names_used(code, *only, self.module),
            _ => Vec::new(),
        }
    }
}

/// What is done about an import; unsafe if there is a reason.
pub struct Remedy {
    /// What it does, as an order.
    pub message: String,
    /// Why it needs a person.
    pub reason: Option<String>,
    /// All that is written.
    pub edits: Vec<Edit>,
}

/// Other names and code, then definitions, then the old module from a package; the package
/// before definitions where the user wants that. What may never run gets no more code and no
/// requirement.
#[must_use]
pub fn remedy<'a>(file: &File<'_>, code: &Code<'a>, import: &Import<'a>, reached: Reach) -> Option<Remedy> {
    let ways = Ways { file, code, import };
    if let Some(plan) = ways.unused() {
        return Some(ways.remedy(plan));
    }
    if reached == Reach::Fallback {
        let plan = ways.moved(false).filter(|_| !ways.is_tried_before());
        return plan.map(|plan| ways.remedy(plan));
    }
    let backport = || ways.backport();
    if ways.stays() {
        return backport();
    }
    if let Some(plan) = ways.bridged().or_else(|| ways.moved(false)) {
        return Some(ways.remedy(plan));
    }
    let defined = || ways.moved(true).map(|plan| ways.remedy(plan));
    if file.settings.backports == Some(true) {
        backport().or_else(defined)
    } else {
        defined().or_else(backport)
    }
}

struct Ways<'f, 'a> {
    file: &'f File<'f>,
    code: &'f Code<'a>,
    import: &'f Import<'a>,
}

impl Ways<'_, '_> {
    fn remedy(&self, plan: Plan) -> Remedy {
        let edit = |change: Change| self.file.edit(change.range, change.content);
        let edits = plan.changes.into_iter().map(edit).collect();
        Remedy { message: plan.message, reason: plan.reason, edits }
    }

    fn unused(&self) -> Option<Plan> {
        let [only] = self.import.bindings[..] else { return None };
        drop_unused(self.code, only)
    }

    /// Successors that are too young for the oldest Python, with the old module as the fallback.
    fn bridged(&self) -> Option<Plan> {
        let python2 = self.file.keeps_python2().is_some();
        let Import { bindings, module, .. } = self.import;
        successors::bridge(self.code, self.file.minimum(), python2, bindings, module)
    }

    /// Whether tests replace names of the module, so that they have to be asked there, and a
    /// package brings it back.
    fn stays(&self) -> bool {
        let (project, path) = (self.file.project, &*self.file.document.path);
        let backports = &self.import.module.backports;
        let may_have = self.file.settings.backports != Some(false) && !backports.is_empty();
        let brought = || backports.iter().any(|one| project.requires(path, one.package));
        may_have && project.patches(path, &self.import.dotted) && (brought() || self.backport().is_some())
    }

    /// Every use moved to other names and code, or to definitions where those are allowed.
    fn moved(&self, define: bool) -> Option<Plan> {
        let minimum = self.file.minimum();
        let Import { bindings, module, .. } = self.import;
        let plain = match (self.import.members_of, &bindings[..]) {
            (Some(statement), _) => move_members(self.code, minimum, statement, module),
            (None, [only]) => move_module(self.code, minimum, *only, module),
            _ => None,
        };
        let mut plan = plain.or_else(|| move_all(self.code, minimum, bindings, module, define))?;
        let old = |name: &Name| name.replace.is_some() && name.since.major < 3;
        let stays = self.import.names_used(self.code).into_iter().all(old);
        plan.reason = plan.reason.or(self.file.keeps_python2().filter(|_| !stays));
        Some(plan)
    }

    /// Whether what takes the place of the import has been tried, and failed, when it runs.
    fn is_tried_before(&self) -> bool {
        let used = self.import.names_used(self.code);
        let homes = used.iter().filter_map(|name| Some(name.replace?.rsplit_once('.')?.0));
        let homes: Vec<&str> = homes.collect();
        let gives = |stmt: &Stmt| match stmt {
            Stmt::Import(import) => import.names.iter().any(|alias| homes.contains(&alias.name.as_str())),
            Stmt::ImportFrom(import) => {
                import.module.as_ref().is_some_and(|module| homes.contains(&module.as_str()))
            }
            _ => false,
        };
        let range = self.import.range;
        self.code.around(range).ancestors().any(|node| match node {
            AnyNodeRef::StmtTry(tried) => {
                let is_handler = tried.handlers.iter().any(|handler| handler.range().contains_range(range));
                is_handler && tried.body.iter().any(gives)
            }
            _ => false,
        })
    }

    /// A requirement that brings the module back.
    fn backport(&self) -> Option<Remedy> {
        let path = &self.file.document.path;
        // `setup.py` runs before anything is installed.
        let runs =
            self.file.document.kind != Kind::Stub && path.file_name().is_some_and(|name| name != "setup.py");
        if self.file.settings.backports == Some(false) || !runs {
            return None;
        }
        let (message, edit) = require(self.file.project, path, self.file.minimum(), self.import.module)?;
        Some(Remedy { message, reason: Some(BACKPORT.to_owned()), edits: vec![edit] })
    }
}
