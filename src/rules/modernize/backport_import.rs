//! A package that brings a part of the standard library to Pythons the project no longer supports.
//!
//! ## What it finds
//! Imports of backports where the oldest Python of the project has what is
//! imported: `tomli` (3.11), `backports.zoneinfo` (3.9), `importlib_metadata`
//! (3.10), `importlib_resources` (3.12), `exceptiongroup` (3.11), `mock` (3.8),
//! `contextlib2`, `pathlib2`, `unittest2`, `async_timeout` (3.11), `strenum`
//! (3.11), `taskgroup` (3.11), `pickle5` (3.8), `zipp` (3.8) and more of
//! `backports`. Also where such an import is the second choice, behind `except
//! ImportError` or a test of the version that no supported Python fails.
//!
//! ## Why
//! One dependency less. What the packages are for is in their own words and in
//! [the documentation of the module](https://docs.python.org/3/library/) they
//! bring. Backports whose import has the very name of the standard library's
//! module (`dataclasses`, `enum34`, `futures`, `graphlib_backport`, `typing`) are
//! not seen in imports; they are a matter of requirements.
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.11"
//! # ///
//! try:
//!     import tomllib
//! except ImportError:
//!     import tomli as tomllib
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.11"
//! # ///
//! import tomllib
//! ```
//!
//! ## Fix safety
//! Safe where the package is the second choice and the first one is in the standard
//! library of every supported Python, and for `ExceptionGroup`, which the package
//! only hands on. Otherwise unsafe: releases of the packages have more than the
//! standard library, or differ in details.

use ruff_python_ast::{self as ast, Alias, ExceptHandler, Stmt};
use ruff_text_size::Ranged;

use crate::catalogue::is_importable;
use crate::discover::Kind;
use crate::edit::Change;
use crate::edit::imports::{indentation, is_alone, remove_statement};
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::typing_extensions_import::successor;
use crate::version::PythonVersion;

/// The rule.
pub static RULE: BackportImport = BackportImport;

/// Reports backports that no supported Python needs.
pub struct BackportImport;

/// A package, what it brings, and the minor release that has all of that.
struct Backport(&'static str, &'static str, u8);

const BACKPORTS: &[Backport] = &[
    Backport("aiocontextvars", "contextvars", 7),
    Backport("async_timeout", "asyncio", 11),
    Backport("backports.asyncio.runner", "asyncio", 11),
    Backport("backports.cached_property", "functools", 8),
    Backport("backports.configparser", "configparser", 6),
    Backport("backports.csv", "csv", 6),
    Backport("backports.entry_points_selectable", "importlib.metadata", 10),
    Backport("backports.functools_lru_cache", "functools", 6),
    Backport("backports.lzma", "lzma", 6),
    Backport("backports.shutil_get_terminal_size", "shutil", 6),
    Backport("backports.shutil_which", "shutil", 6),
    Backport("backports.statistics", "statistics", 8),
    Backport("backports.strenum", "enum", 11),
    Backport("backports.tarfile", "tarfile", 12),
    Backport("backports.tempfile", "tempfile", 6),
    Backport("backports.weakref", "weakref", 6),
    Backport("backports.zoneinfo", "zoneinfo", 9),
    Backport("contextlib2", "contextlib", 10),
    Backport("exceptiongroup", "builtins", 11),
    Backport("importlib_metadata", "importlib.metadata", 10),
    Backport("importlib_resources", "importlib.resources", 12),
    Backport("mock", "unittest.mock", 8),
    Backport("pathlib2", "pathlib", 6),
    Backport("pickle5", "pickle", 8),
    Backport("scandir", "os", 6),
    Backport("selectors2", "selectors", 6),
    Backport("singledispatch", "functools", 8),
    Backport("strenum", "enum", 11),
    Backport("subprocess32", "subprocess", 6),
    Backport("taskgroup", "asyncio", 11),
    Backport("tomli", "tomllib", 11),
    Backport("unittest2", "unittest", 6),
    Backport("zipp", "zipfile", 8),
];

impl Rule for BackportImport {
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
        let modules = BACKPORTS.iter().map(|Backport(package, ..)| *package);
        let modules = modules.map(|package| package.split('.').next().unwrap_or(package));
        modules.chain(["typing_extensions"]).map(Trigger::Module).collect()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let mut imports = Vec::new();
        collect(code.module.body(), None, &mut imports);
        for found in imports {
            report(file, code, &found, sink);
        }
    }
}

/// An import statement, and the `try` whose handler it stands in.
struct Found<'a> {
    stmt: &'a Stmt,
    second_choice_of: Option<&'a ast::StmtTry>,
}

fn collect<'a>(body: &'a [Stmt], around: Option<&'a ast::StmtTry>, found: &mut Vec<Found<'a>>) {
    for stmt in body {
        match stmt {
            Stmt::Import(_) | Stmt::ImportFrom(_) => found.push(Found { stmt, second_choice_of: around }),
            Stmt::Try(tried) => {
                collect(&tried.body, None, found);
                for ExceptHandler::ExceptHandler(handler) in &tried.handlers {
                    collect(&handler.body, Some(tried), found);
                }
                collect(&tried.orelse, None, found);
                collect(&tried.finalbody, None, found);
            }
            Stmt::If(stmt) => {
                collect(&stmt.body, None, found);
                stmt.elif_else_clauses.iter().for_each(|clause| collect(&clause.body, None, found));
            }
            Stmt::FunctionDef(stmt) => collect(&stmt.body, None, found),
            Stmt::ClassDef(stmt) => collect(&stmt.body, None, found),
            Stmt::With(stmt) => collect(&stmt.body, None, found),
            Stmt::For(stmt) => collect(&stmt.body, None, found),
            Stmt::While(stmt) => collect(&stmt.body, None, found),
            _ => {}
        }
    }
}

/// What an import takes from a backport.
struct Taken<'a> {
    package: &'static str,
    home: &'static str,
    since: PythonVersion,
    /// The one name of the statement that means the module itself.
    module: Option<&'a Alias>,
}

fn report(file: &File<'_>, code: &Code<'_>, found: &Found<'_>, sink: &mut Sink<'_>) {
    let (stmt, minimum) = (found.stmt, file.minimum());
    let Some(taken) = taken(stmt, minimum, code.target) else { return };
    let top = taken.package.split('.').next().unwrap_or(taken.package);
    if taken.since > minimum || code.project.has_module(&file.document.path, top) {
        return;
    }
    let reach = reach(code, stmt.range(), Fault::Import);
    let is_dead = reach == Reach::Dead;
    if taken.package == "typing_extensions" && !is_dead {
        return;
    }
    let home =
        if taken.home == "builtins" { "the language itself".to_owned() } else { format!("`{}`", taken.home) };
    let what = if is_dead {
        format!("no Python that the project supports falls back to `{}`", taken.package)
    } else {
        format!("`{}` brings what {home} has since Python {}", taken.package, taken.since)
    };
    let draft = sink
        .finding(taken.package, stmt.range(), format!("{what}; the project needs {minimum} or later"))
        .severity(Severity::Info)
        .url(format!(
            "https://docs.python.org/3/library/{}.html",
            taken.home.replace("builtins", "exceptions")
        ))
        .help(format!("Use {home}"));
    match repair(file, code, found, &taken, reach) {
        Some(Repair { message, reason: None, change }) => {
            draft.safe_fix(message, vec![file.edit(change.range, change.content)]).emit();
        }
        Some(Repair { message, reason: Some(reason), change }) => {
            draft.unsafe_fix(message, reason, vec![file.edit(change.range, change.content)]).emit();
        }
        None => draft.emit(),
    }
}

/// What can be done about an import.
struct Repair {
    message: String,
    /// Why it is not safe.
    reason: Option<String>,
    change: Change,
}

fn repair(
    file: &File<'_>,
    code: &Code<'_>,
    found: &Found<'_>,
    taken: &Taken<'_>,
    reach: Reach,
) -> Option<Repair> {
    let first = found.second_choice_of.and_then(|tried| first_choice(file, tried, code.target));
    if let Some(change) = first {
        let message = "Remove the second choice, which is never taken".to_owned();
        return Some(Repair { message, reason: None, change });
    }
    // Where it may be missing, the code has an answer to that.
    if reach != Reach::Live || found.second_choice_of.is_some() {
        return None;
    }
    if taken.home != "builtins" {
        let reason = format!("releases of `{}` differ from it in details", taken.package);
        let change = instead(found.stmt, taken)?;
        return Some(Repair { message: format!("Import `{}`", taken.home), reason: Some(reason), change });
    }
    let import = found.stmt.as_import_from_stmt()?;
    if import.names.iter().any(|alias| alias.asname.is_some()) {
        return None;
    }
    let change = remove_statement(&file.document.text, code.module.body(), import.range)?;
    let stem = file.document.path.file_stem().unwrap_or_default().to_string_lossy();
    let listed = import.names.iter().any(|alias| code.names().in_strings(&alias.name));
    let exported = stem == "__init__" || stem.contains("compat") || listed;
    let reason = exported.then(|| "other modules may import the name from this one".to_owned());
    Some(Repair { message: "Remove the import of what is built in".to_owned(), reason, change })
}

/// What a statement takes from a backport, if the standard library has all of it.
fn taken(stmt: &Stmt, minimum: PythonVersion, target: PythonVersion) -> Option<Taken<'_>> {
    let has = |home: &str, name: &str| {
        home == "builtins" && matches!(name, "ExceptionGroup" | "BaseExceptionGroup")
            || home != "builtins"
                && [minimum, target]
                    .iter()
                    .all(|version| is_importable(home, Some(name), *version) == Some(true))
    };
    let found = |package: &str| BACKPORTS.iter().find(|Backport(known, ..)| *known == package);
    let taken = |backport: &Backport, module| Taken {
        package: backport.0,
        home: backport.1,
        since: PythonVersion { major: 3, minor: backport.2 },
        module,
    };
    match stmt {
        Stmt::Import(import) => match &import.names[..] {
            [alias] => found(&alias.name)
                .filter(|Backport(_, home, _)| *home != "builtins" && !is_part(home, &alias.name))
                .map(|backport| taken(backport, Some(alias))),
            _ => None,
        },
        Stmt::ImportFrom(import) if import.level == 0 => {
            let module = import.module.as_ref()?.as_str();
            if module == "typing_extensions" {
                let since = import.names.iter().map(|alias| successor(&alias.name).map(|(_, since)| since));
                let since = since.collect::<Option<Vec<_>>>()?.into_iter().max()?;
                return Some(Taken { package: "typing_extensions", home: "typing", since, module: None });
            }
            if let [alias] = &import.names[..]
                && let Some(backport) = found(&format!("{module}.{}", alias.name))
            {
                return Some(taken(backport, Some(alias)));
            }
            let backport = found(module)?;
            let all = import.names.iter().all(|alias| has(backport.1, &alias.name));
            all.then(|| taken(backport, None))
        }
        _ => None,
    }
}

/// Whether a package brings only a part of the module, so that one cannot stand
/// for the other.
fn is_part(home: &str, package: &str) -> bool {
    matches!(home, "asyncio" | "enum" | "functools" | "os" | "shutil" | "zipfile") && package != home
}

/// The import of the standard library's module under the same name.
fn instead(stmt: &Stmt, taken: &Taken<'_>) -> Option<Change> {
    let Some(alias) = taken.module else {
        let import = stmt.as_import_from_stmt()?;
        return Some(Change::new(import.module.as_ref()?.range(), taken.home));
    };
    let is_dotted = stmt.is_import_stmt() && alias.asname.is_none() && alias.name.contains('.');
    if is_dotted || is_part(taken.home, taken.package) {
        return None;
    }
    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
    let bound = if stmt.is_import_from_stmt() { bound.rsplit('.').next()? } else { bound };
    let (from, module) = match taken.home.rsplit_once('.') {
        Some((parent, module)) => (format!("from {parent} import "), module),
        None => ("import ".to_owned(), taken.home),
    };
    let renamed = if bound == module { String::new() } else { format!(" as {bound}") };
    Some(Change::new(stmt.range(), format!("{from}{module}{renamed}")))
}

/// The body of a `try` in place of the whole, if it always succeeds.
fn first_choice(file: &File<'_>, tried: &ast::StmtTry, target: PythonVersion) -> Option<Change> {
    let text = &file.document.text;
    let minimum = file.minimum();
    let ([ExceptHandler::ExceptHandler(handler)], true, true) =
        (&tried.handlers[..], tried.orelse.is_empty(), tried.finalbody.is_empty())
    else {
        return None;
    };
    let class = handler.type_.as_deref()?.as_name_expr()?;
    let imports = |body: &[Stmt]| body.iter().all(|stmt| stmt.is_import_stmt() || stmt.is_import_from_stmt());
    let expected = matches!(class.id.as_str(), "ImportError" | "ModuleNotFoundError");
    let succeeds = tried.body.iter().all(|stmt| [minimum, target].iter().all(|version| runs(stmt, *version)));
    let alone = is_alone(text, tried.range) && !text[tried.range].contains('#');
    if !expected || !imports(&handler.body) || !succeeds || !alone {
        return None;
    }
    let indent = indentation(text, tried.range)?;
    let inner = indentation(text, tried.body.first()?.range())?;
    let lines = tried.body.iter().flat_map(|stmt| text[stmt.range()].lines());
    // Statements begin behind their indentation, the lines that continue them with it.
    let lines: Vec<String> = lines
        .map(|line| match line.strip_prefix(inner) {
            Some(continued) => format!("{indent}{continued}"),
            None if line.starts_with(char::is_whitespace) => line.to_owned(),
            None => format!("{indent}{}", line.trim_start()),
        })
        .collect();
    Some(Change::new(tried.range, lines.join("\n").trim_start()))
}

/// Whether an import of the standard library succeeds.
fn runs(stmt: &Stmt, version: PythonVersion) -> bool {
    match stmt {
        Stmt::Import(import) => {
            import.names.iter().all(|alias| is_importable(&alias.name, None, version) == Some(true))
        }
        Stmt::ImportFrom(import) => {
            let Some(module) = import.module.as_ref().filter(|_| import.level == 0) else { return false };
            import.names.iter().all(|alias| is_importable(module, Some(&alias.name), version) == Some(true))
        }
        _ => false,
    }
}
