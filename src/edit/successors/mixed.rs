//! Moving names whose ways out differ: another name, other code, or a definition
//! that is written into the file.

use ruff_python_ast::{AnyNodeRef, ExprCall, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::parts::{Part, Read};
use super::{clashes, is_imported};
use crate::catalogue::{self, Fact, Module, Name, is_importable};
use crate::edit::definitions::{DEFINED, Definitions, is_kept};
use crate::edit::imports::{
    end_of_line, indentation, is_alone, remove_alias, remove_statement, start_of_line,
};
use crate::edit::repair::Site;
use crate::edit::repair::template::Old;
use crate::edit::spell::{self, At, Import, Spelling};
use crate::edit::unused::{drop_unused, is_compatibility_module};
use crate::edit::{Change, Plan, is_package_init};
use crate::finding::capitalised;
use crate::python::Code;
use crate::python::names::{BindingId, BindingKind};
use crate::version::PythonVersion;

/// Moves every use of what one import statement takes from a module that is gone: `bindings` are
/// all that it binds from there; `define` allows definitions.
#[must_use]
pub fn move_all(
    code: &Code<'_>,
    minimum: PythonVersion,
    bindings: &[BindingId],
    gone: &'static Module,
    define: bool,
) -> Option<Plan> {
    let parts: Vec<Part<'_>> = bindings.iter().map(|id| Part::of(code, *id, gone)).collect::<Option<_>>()?;
    let places: Vec<TextSize> =
        parts.iter().flat_map(|part| &part.reads).map(|read| read.range.start()).collect();
    let statement = parts.first()?.statement;
    let going = going(code, gone);
    let definitions = define.then(|| Definitions::new(code, gone, &places, going.clone())).flatten();
    let mut moves = Moves {
        code,
        minimum,
        gone,
        statement,
        going,
        definitions,
        changes: Vec::new(),
        imports: Vec::new(),
        told: Vec::new(),
        reason: None,
    };
    for part in &parts {
        moves.part(part)?;
    }
    moves.finish(&parts)
}

/// Every binding of this file that comes from the module.
fn going(code: &Code<'_>, gone: &Module) -> Vec<BindingId> {
    let is_gone =
        |dotted: &str| catalogue::removed_module(dotted).is_some_and(|module| std::ptr::eq(module, gone));
    let bindings = code.names().bindings().filter(|(_, binding)| match binding.kind {
        BindingKind::Import(_, alias) => is_gone(&alias.name),
        BindingKind::From(import, _) => {
            import.level == 0 && import.module.as_ref().is_some_and(|module| is_gone(module))
        }
        _ => false,
    });
    bindings.map(|(id, _)| id).collect()
}

/// Whether nobody takes the result of a call.
fn is_statement(code: &Code<'_>, call: &ExprCall) -> bool {
    code.around(call.range())
        .ancestors()
        .any(|node| matches!(node, AnyNodeRef::StmtExpr(stmt) if stmt.value.range() == call.range()))
}

struct Moves<'c, 'a> {
    code: &'c Code<'a>,
    minimum: PythonVersion,
    gone: &'static Module,
    statement: TextRange,
    /// Every binding of the file that comes from the module.
    going: Vec<BindingId>,
    definitions: Option<Definitions<'c, 'a>>,
    changes: Vec<Change>,
    /// Imports that go where the statement stands.
    imports: Vec<Import>,
    /// What is done with the names.
    told: Vec<String>,
    reason: Option<String>,
}

impl<'a> Moves<'_, 'a> {
    fn tell(&mut self, what: String) {
        if !self.told.contains(&what) {
            self.told.push(what);
        }
    }

    fn doubt(&mut self, reason: Option<impl Into<String>>) {
        self.reason = self.reason.take().or(reason.map(Into::into));
    }

    fn part(&mut self, part: &Part<'a>) -> Option<()> {
        let names = self.code.names();
        let local = part.local();
        if part.reads.is_empty() {
            let plan = drop_unused(self.code, part.id)?;
            self.doubt(plan.reason);
            return Some(());
        }
        let exported = names.is_global(part.id)
            && (is_package_init(&self.code.document.path) || is_compatibility_module(self.code));
        if part.member.is_none() {
            self.doubt(names.in_strings(local).then_some("a string in this file mentions the name"));
            self.doubt(exported.then_some("other modules may import the name from this one"));
        }
        if let Some(name) = part.member
            && part.reads.iter().all(|read| std::ptr::eq(read.name, name))
            && name.since <= self.minimum
            && let Some((home, member)) = name.replace.and_then(|replace| replace.rsplit_once('.'))
        {
            let spelled = if local == member { local.to_owned() } else { format!("{member} as {local}") };
            self.import(Import::Member(home.to_owned(), spelled));
            self.succeeded(name);
            return Some(());
        }
        let is_seen =
            part.member.is_some() && (exported && names.is_global(part.id) || names.in_strings(local));
        let mut defined: Vec<&'static Name> = Vec::new();
        for read in &part.reads {
            let fits = read.name.since <= self.minimum;
            if fits && (self.replaced(part, read) || self.rewritten(part, read)) {
                self.doubt(is_seen.then_some("what is not seen here may read the name"));
                continue;
            }
            // Beside a successor that is younger, a definition works on every Python 3.
            let defines = fits || read.name.rewrite.is_some() || is_kept(read.name, self.minimum);
            if !defines {
                return None;
            }
            if !defined.iter().any(|name| std::ptr::eq(*name, read.name)) {
                defined.push(read.name);
            }
        }
        for name in defined {
            self.define(part, name, is_seen)?;
        }
        Some(())
    }

    fn import(&mut self, import: Import) {
        if !self.imports.contains(&import) {
            self.imports.push(import);
        }
    }

    fn succeeded(&mut self, name: &'static Name) {
        self.doubt(name.unsafe_because);
        let new = name.rewritten();
        let new = name.replace.or(new.as_deref()).unwrap_or_default();
        self.tell(format!("replace `{}.{}` with `{new}`", self.gone.name, name.name));
    }

    /// Writes the successor behind its module.
    fn replaced(&mut self, part: &Part<'a>, read: &Read<'a>) -> bool {
        let Some((module, member)) = read.name.replace.and_then(|replace| replace.rsplit_once('.')) else {
            return false;
        };
        if !is_imported(self.code, module, read.range.start()) {
            if clashes(self.code, module, self.code.names().binding(part.id)) {
                return false;
            }
            self.import(Import::Module(module.to_owned()));
        }
        self.changes.push(Change::new(read.range, format!("{module}.{member}")));
        self.succeeded(read.name);
        true
    }

    /// Writes the call anew.
    fn rewritten(&mut self, part: &Part<'a>, read: &Read<'a>) -> bool {
        let (Some(_), Some(call)) = (read.name.rewrite, read.call) else { return false };
        let fact = Fact { module: self.gone, name: read.name };
        if read.name.statement && !is_statement(self.code, call) {
            return false;
        }
        let going = std::mem::take(&mut self.going);
        let site = Site::new(self.code, self.minimum, fact, &going);
        let old =
            Old { whole: call.range(), receiver: None, call: Some(call), module: None, deferred: false };
        let at = At { place: read.range.start(), beside: Some(part.statement) };
        let new = old.write(&site, at);
        self.going = going;
        let Some(new) = new else { return false };
        let (reason, shown) = new.doubts();
        if shown.is_some() {
            return false;
        }
        new.missing.into_iter().for_each(|import| self.import(import));
        self.changes.push(new.change);
        self.succeeded(read.name);
        self.doubt(reason);
        true
    }

    /// Defines a name in the file, and writes it wherever another one stands.
    fn define(&mut self, part: &Part<'a>, name: &'static Name, is_seen: bool) -> Option<()> {
        let definition = name.define.as_ref()?;
        let left = |read: &&Read<'a>| {
            std::ptr::eq(read.name, name)
                && !self.changes.iter().any(|change| change.range.contains_range(read.range))
        };
        let reads: Vec<TextRange> = part.reads.iter().filter(left).map(|read| read.range).collect();
        let places: Vec<TextSize> = reads.iter().map(|range| range.start()).collect();
        let wanted = is_seen.then(|| part.local());
        let is_kept = is_kept(name, self.minimum);
        let definitions = self.definitions.as_mut()?;
        if is_kept {
            definitions.keep(definition);
        }
        let called = definitions.name(definition, wanted, &places)?;
        let text = &self.code.document.text;
        let new = reads.iter().filter(|range| text[**range] != *called);
        self.changes.extend(new.map(|range| Change::new(*range, called.as_str())));
        self.doubt(name.unsafe_because.filter(|_| name.rewrite.is_none()));
        self.doubt(Some(DEFINED));
        self.tell(format!("define `{called}` in this file"));
        Some(())
    }

    fn finish(mut self, parts: &[Part<'a>]) -> Option<Plan> {
        let definitions = self.definitions.take();
        let missing = definitions
            .iter()
            .flat_map(|one| one.missing().iter().map(|import| (import.clone(), one.place())));
        let mut exchanged = self.exchanged(parts, missing.collect())?;
        if let Some(definitions) = definitions {
            let before = |change: &&Change| {
                let place = definitions.place();
                change.content.is_empty() && change.range.start() < place && place <= change.range.end()
            };
            let removed = exchanged.iter().find(before).map(|change| change.range);
            if let Some(written) = definitions.insertion(removed) {
                exchanged.retain(|change| Some(change.range) != removed);
                exchanged.push(written);
            }
        }
        self.changes.extend(exchanged);
        let mut ranges: Vec<TextRange> = self.changes.iter().map(|change| change.range).collect();
        ranges.sort_by_key(|range| (range.start(), range.end()));
        if ranges.windows(2).any(|pair| pair[1].start() < pair[0].end()) {
            return None;
        }
        let message = match &self.told[..] {
            [] => format!("Remove the import of `{}`", self.gone.name),
            many if many.len() > 3 => format!("Replace {} names of `{}`", many.len(), self.gone.name),
            few => capitalised(&few.join(", ")),
        };
        Some(Plan { message, reason: self.reason, changes: self.changes })
    }

    /// The import statement without what is gone, and with what takes its place; `missing` are
    /// imports that must stand above a place.
    fn exchanged(&mut self, parts: &[Part<'a>], missing: Vec<(Import, TextSize)>) -> Option<Vec<Change>> {
        let text = &self.code.document.text;
        let body = self.code.module.body();
        let range = self.statement;
        let aliases = parts.first()?.aliases;
        let is_top = body.iter().any(|stmt| stmt.range() == range);
        let whole = aliases.len() == parts.len();
        if text[range].contains('#') && whole && aliases.len() > 1 {
            return None;
        }
        let mut others = Vec::new();
        for (statement, aliases, alias) in parts.iter().flat_map(|part| &part.others) {
            // Several in one statement are for a person.
            let apart = *statement != range
                && others.iter().all(|change: &Change| !statement.contains_range(change.range));
            others.push(apart.then(|| remove_alias(text, body, *statement, aliases, alias))??);
        }
        let removal = match parts {
            _ if whole => remove_statement(text, body, range)?,
            [only] => remove_alias(text, body, range, aliases, only.alias)?,
            _ => return None,
        };
        let (wanted, mut lines) = self.wanted(is_top, missing);
        let near = TextRange::new(start_of_line(text, range.start())?, end_of_line(text, range.end())?);
        let beside = is_among_standard(self.code, range).then_some(range);
        let mut changes = others;
        let removed: Vec<TextRange> = changes.iter().map(|change| change.range).collect();
        let is_near = |at: TextSize| {
            near.contains_inclusive(at) || removed.iter().any(|range| range.contains_inclusive(at))
        };
        for (import, place) in wanted {
            let line = import.statement();
            let spelling = Spelling { text: String::new(), missing: Some(import) };
            let change = spelling.insertion(self.code, At { place, beside })??;
            if is_near(change.range.start()) && change.content.trim() == line && whole {
                lines.push(line);
            } else {
                spell::add(&mut changes, change);
            }
        }
        if lines.is_empty() {
            changes.insert(0, removal);
            return Some(changes);
        }
        if !whole {
            return None;
        }
        let indent = is_alone(text, range).then(|| indentation(text, range)).flatten();
        let between = indent.map_or_else(|| "; ".to_owned(), |indent| format!("\n{indent}"));
        changes.insert(0, Change::new(range, lines.join(&between)));
        Some(changes)
    }

    /// The imports that go where they belong, with the places that they must stand above, and the
    /// lines that take the place of a statement within a block.
    fn wanted(
        &mut self,
        is_top: bool,
        missing: Vec<(Import, TextSize)>,
    ) -> (Vec<(Import, TextSize)>, Vec<String>) {
        let mut wanted: Vec<(Import, TextSize)> = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for import in std::mem::take(&mut self.imports) {
            if is_top {
                let place = missing.first().map_or(self.statement.end(), |(_, place)| *place);
                wanted.push((import, place.max(self.statement.end())));
            } else if !missing.iter().any(|(other, _)| *other == import) {
                lines.push(import.statement());
            }
        }
        for one in missing {
            if !wanted.iter().any(|(import, _)| *import == one.0) {
                wanted.push(one);
            }
        }
        wanted.sort_by_key(|(import, _)| import.statement());
        (wanted, lines)
    }
}

/// Whether a statement stands beside an import of the standard library, or alone.
fn is_among_standard(code: &Code<'_>, statement: TextRange) -> bool {
    let body = code.module.body();
    let Some(at) = body.iter().position(|stmt| stmt.range() == statement) else { return false };
    let module = |stmt: &Stmt| match stmt {
        Stmt::Import(import) => import.names.first().map(|alias| alias.name.to_string()),
        Stmt::ImportFrom(import) if import.level > 0 => Some(String::new()),
        Stmt::ImportFrom(import) => import.module.as_ref().map(ToString::to_string),
        _ => None,
    };
    let near = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
    let modules: Vec<String> = near.filter_map(|at| body.get(at).and_then(module)).collect();
    modules.is_empty()
        || modules.iter().any(|module| is_importable(module, None, PythonVersion::PY38).is_some())
}
