//! A module of the standard library that the target version no longer has.
//!
//! ## What it finds
//! Imports of modules removed between Python 3.9 and the target version, in
//! every form: `import`, `from … import`, submodules, aliases, star imports,
//! and modules named in a string for `importlib.import_module`, `__import__`
//! or `mock.patch`. Code that commands give to Python (`python -c`, a
//! here-document) is read too, in scripts, build files, configuration and
//! strings, and so is the code of AWS Lambda functions within templates.
//! Silent are imports that do not run on the target (version tests,
//! `TYPE_CHECKING`), imports whose failure is handled by something that
//! works there, modules of the project that have the same name, and modules
//! that a required backport brings back.
//!
//! ## Why
//! The import fails with `ModuleNotFoundError`. The modules and the reasons are
//! in [PEP 594](https://peps.python.org/pep-0594/) and in
//! [What's New in Python](https://docs.python.org/3/whatsnew/index.html).
//! `distutils` is a special case: where setuptools is installed it brings the
//! module back, so in a `setup.py` the finding is a warning, and where the
//! project requires setuptools it is only informative.
//!
//! ## Example
//! ```python
//! import pipes
//!
//! command = "ls " + pipes.quote(name)
//! ```
//! Use instead:
//! ```python
//! import shlex
//!
//! command = "ls " + shlex.quote(name)
//! ```
//!
//! ## Fix safety
//! An import that nothing uses is removed, and uses are moved to their
//! successor where the successor takes the same arguments, gives the same
//! result and exists on the oldest Python that the project supports: safe.
//! It is unsafe where the successor differs in some cases, where a string in
//! the file mentions the name, or where other modules may import the name from
//! this one; the reason is printed. Where a successor is younger than the
//! oldest Python, Python 2.7 included, the name is imported from there and,
//! if that fails, from the old module.
//!
//! Where no other name does the same, but a few lines do, the fix writes them
//! into the file, behind its imports: `imp.load_source(name, path)` becomes
//! `load_source(name, path)`, and the file gets a function of that name that is
//! built on `importlib`. It does what the old one did, on every Python that the
//! project supports. This is unsafe, as the definition stands in the file from
//! then on. `newskin explain imp.load_source` shows what is written. All uses of
//! an import are moved, or none.
//!
//! An import that has no such fix, or of which tests replace names, gets another one: the package that brings the
//! module back is added, with a condition on the version of Python, to the
//! nearest file that lists what the code needs (`requirements.in`,
//! `pyproject.toml`, `setup.cfg`, `setup.py`, `Pipfile`, `requirements.txt`). It
//! is unsafe, as nobody develops that code any more. With `backports = true` in
//! the configuration this is done rather than writing definitions, with
//! `backports = false` never. Where no file lists requirements, the help names
//! the package. A fallback that may never run gets neither a definition nor a
//! requirement, but another name where one serves that was not tried before it.
//! Where several files of a project share the values of a class, no file gets a
//! definition of it: each would be another class. Everything else is left to a
//! person.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use crate::catalogue::{self, MODULES, Module};
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity, capitalised};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, is_dead_module, reach};
use crate::python::names::BindingKind;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::gone::{Import, Remedy, remedy};

/// The rule.
pub static RULE: RemovedModule = RemovedModule;

/// Reports imports of removed modules.
pub struct RemovedModule;

impl Rule for RemovedModule {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Stdlib,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        MODULES
            .iter()
            .filter(|module| module.removed.is_some())
            .map(|module| Trigger::Module(module.name))
            .collect()
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let check = Check { file, code };
        for import in check.imports() {
            check.report(&import, sink);
        }
        let mut calls = Calls { check: &check, found: Vec::new() };
        calls.visit_body(code.module.body());
        for (module, dotted, range) in calls.found {
            check.report_string(module, &dotted, range, sink);
        }
    }
}

struct Check<'f, 'a> {
    file: &'f File<'f>,
    code: &'f Code<'a>,
}

impl<'a> Check<'_, 'a> {
    fn gone(&self, dotted: &str) -> Option<&'static Module> {
        let module = catalogue::removed_module(dotted)?;
        module.removed.is_some_and(|removed| removed <= self.code.target).then_some(module)
    }

    fn imports(&self) -> Vec<Import<'a>> {
        let mut imports: Vec<Import<'a>> = Vec::new();
        for (id, binding) in self.code.names().bindings() {
            let one = |module, dotted: String, range| Import {
                module,
                dotted,
                range,
                bindings: vec![id],
                members_of: None,
            };
            match binding.kind {
                BindingKind::Import(_, alias) => {
                    if let Some(module) = self.gone(&alias.name) {
                        imports.push(one(module, alias.name.to_string(), alias.name.range()));
                    }
                }
                BindingKind::From(import, alias) if import.level == 0 => {
                    let Some(from) = &import.module else { continue };
                    if let Some(module) = self.gone(from) {
                        let same = |other: &&mut Import<'a>| other.range == from.range();
                        match imports.last_mut().filter(|other| same(other)) {
                            Some(known) => known.bindings.push(id),
                            None => imports.push(Import {
                                members_of: Some(import),
                                ..one(module, from.to_string(), from.range())
                            }),
                        }
                    } else if let Some(module) = self.gone(&format!("{from}.{}", alias.name)) {
                        imports.push(one(module, format!("{from}.{}", alias.name), alias.range()));
                    }
                }
                _ => {}
            }
        }
        imports
    }

    /// A module of that name beside the file, in a package: Python 2 would have
    /// found it, and Python 3 does when the file is run as a script.
    fn has_sibling(&self, module: &Module) -> bool {
        let folder = self.file.document.path.parent().unwrap_or(std::path::Path::new(""));
        !module.name.contains('.') && folder.join(format!("{}.py", module.name)).is_file()
    }

    fn report(&self, import: &Import<'a>, sink: &mut Sink<'_>) {
        if self.file.project.serves(&self.file.document.path, import.module) {
            return;
        }
        let reached = reach(self.code, import.range, Fault::Import);
        let confidence = match reached {
            Reach::Live if self.has_sibling(import.module) => Confidence::Possible,
            Reach::Live => Confidence::Certain,
            Reach::Fallback => Confidence::Possible,
            Reach::Guarded | Reach::Dead => return,
        };
        if is_dead_module(self.code) {
            return;
        }
        let severity = match confidence {
            Confidence::Possible => Severity::Warning,
            _ => self.severity(import),
        };
        let draft = sink
            .finding(import.module.name, import.range, message(import.module, &import.dotted))
            .severity(severity)
            .confidence(confidence)
            .help(self.help(import))
            .url(import.module.source)
            .versions(import.module.deprecated, import.module.removed);
        match remedy(self.file, self.code, import, reached) {
            Some(Remedy { message, reason: None, edits }) => draft.safe_fix(message, edits).emit(),
            Some(Remedy { message, reason: Some(reason), edits }) => {
                draft.unsafe_fix(message, reason, edits).emit();
            }
            None => draft.emit(),
        }
    }

    fn report_string(&self, module: &'static Module, dotted: &str, range: TextRange, sink: &mut Sink<'_>) {
        let served = self.file.project.serves(&self.file.document.path, module);
        if served || reach(self.code, range, Fault::Import) != Reach::Live {
            return;
        }
        sink.finding(module.name, range, message(module, dotted))
            .severity(self.severity_of(module))
            .confidence(Confidence::Likely)
            .help(with_backport(module, module.instead.to_owned()))
            .url(module.source)
            .versions(module.deprecated, module.removed)
            .emit();
    }

    fn severity(&self, import: &Import<'a>) -> Severity {
        let base = self.severity_of(import.module);
        let after_setuptools =
            import.module.name == "distutils" && self.imports_setuptools_before(import.range);
        if after_setuptools { base.min(Severity::Info) } else { base }
    }

    fn severity_of(&self, module: &Module) -> Severity {
        let path = &self.file.document.path;
        if self.file.document.kind == Kind::Stub {
            return Severity::Info;
        }
        if module.name != "distutils" {
            return Severity::Error;
        }
        let project = self.file.project;
        let is_setup = path.file_name().is_some_and(|name| name == "setup.py");
        let required =
            project.requires(path, "setuptools") || is_setup && project.build_requires(path, "setuptools");
        // The hook by which setuptools brings `distutils` lies beside the code: this is setuptools.
        let required = required || project.has_module(path, "_distutils_hack");
        match (required, is_setup) {
            (true, _) => Severity::Info,
            (false, true) => Severity::Warning,
            (false, false) => Severity::Error,
        }
    }

    /// setuptools puts its own `distutils` into place when it is imported.
    fn imports_setuptools_before(&self, place: TextRange) -> bool {
        let is_setuptools = |name: &str| name.split('.').next() == Some("setuptools");
        let names = self.code.names();
        names
            .bindings()
            .filter(|(id, binding)| names.is_global(*id) && binding.range.end() <= place.start())
            .any(|(_, binding)| match binding.kind {
                BindingKind::Import(_, alias) => is_setuptools(&alias.name),
                BindingKind::From(import, _) => {
                    import.level == 0 && import.module.as_ref().is_some_and(|module| is_setuptools(module))
                }
                _ => false,
            })
    }

    /// What the names used here become, then the way out for the whole module.
    fn help(&self, import: &Import<'a>) -> String {
        const MOST: usize = 4;
        let ways = import.names_used(self.code).into_iter().filter_map(|name| {
            let successor = name.replace.map(|replace| format!("`{replace}`"));
            let way = successor.or_else(|| name.instead.map(str::to_owned))?;
            Some(format!("for `{}`: {way}", name.name))
        });
        let ways: Vec<String> = ways.take(MOST).collect();
        let general = with_backport(import.module, import.module.instead.to_owned());
        if ways.is_empty() {
            general
        } else {
            format!("{}. {general}", capitalised(ways.join("; ").trim_end_matches('.')))
        }
    }
}

fn message(module: &Module, dotted: &str) -> String {
    let version = module.removed.map(|removed| removed.to_string()).unwrap_or_default();
    if dotted == module.name {
        format!("`{dotted}` was removed in Python {version}")
    } else {
        format!("`{dotted}` is gone: `{}` was removed in Python {version}", module.name)
    }
}

fn with_backport(module: &Module, help: String) -> String {
    match module.backports.first().map(|backport| backport.package) {
        Some(backport) if !help.contains(backport) => {
            format!("{help} The package `{backport}` brings the module back.").trim().to_owned()
        }
        _ => help,
    }
}

/// Calls that import a module named by a string.
struct Calls<'c, 'f, 'a> {
    check: &'c Check<'f, 'a>,
    found: Vec<(&'static Module, String, TextRange)>,
}

impl<'a> Calls<'_, '_, 'a> {
    fn call(&mut self, call: &'a ExprCall) {
        let Some(Expr::StringLiteral(name)) = call.arguments.args.first() else { return };
        let name = name.value.to_str();
        let Some(module) = self.check.gone(name) else { return };
        let meanings = self.check.code.names().resolve(&call.func);
        let Some(dotted) = meanings.only() else { return };
        let imports =
            matches!(dotted, "importlib.import_module" | "builtins.__import__" | "importlib.__import__");
        let patches = matches!(dotted, "unittest.mock.patch" | "mock.patch" | "mock.mock.patch")
            || dotted.ends_with(".mocker.patch");
        if imports || patches && name != module.name {
            self.found.push((module, name.to_owned(), call.arguments.args[0].range()));
        }
    }
}

impl<'a> Visitor<'a> for Calls<'_, '_, 'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Call(call) = expr {
            self.call(call);
        }
        visitor::walk_expr(self, expr);
    }
}
