//! The database of the type engine.

use std::sync::Arc;

use ruff_db::diagnostic::Diagnostic;
use ruff_db::files::{File, Files};
use ruff_db::system::System;
use ruff_db::vendored::VendoredFileSystem;
use ruff_python_ast::PythonVersion;
use ty_module_resolver::{FallibleStrategy, SearchPathSettings};
use ty_python_core::ProgramFile;
use ty_python_core::platform::PythonPlatform;
use ty_python_core::program::{Program, ProgramSettings};
use ty_python_semantic::lint::{LintRegistry, RuleSelection};
use ty_python_semantic::{AnalysisSettings, PythonVersionWithSource, default_lint_registry};

use super::disk::Disk;
use super::limits;
use super::roots::Roots;

/// What is known so far. A clone is a handle to the same knowledge.
#[salsa::db]
#[derive(Clone)]
pub(super) struct Database {
    storage: salsa::Storage<Self>,
    files: Files,
    disk: Disk,
    fixed: Arc<Fixed>,
}

/// What never changes.
struct Fixed {
    rules: RuleSelection,
    analysis: AnalysisSettings,
    version: PythonVersionWithSource,
    /// For files that were not asked for: no folder of the project.
    settings: ProgramSettings,
}

/// The oldest Python whose standard library the engine knows, so that what was
/// removed later still has a type.
const OLDEST: PythonVersion = PythonVersion::PY310;

impl Database {
    pub(super) fn new(disk: Disk) -> Self {
        let version = PythonVersionWithSource { version: OLDEST, ..PythonVersionWithSource::default() };
        let settings = ProgramSettings {
            python_version: version.clone(),
            ..ProgramSettings::empty(ty_vendored::file_system())
        };
        let rules = RuleSelection::default();
        let fixed = Fixed { rules, analysis: AnalysisSettings::default(), version, settings };
        Self {
            storage: salsa::Storage::new(Some(Box::new(limits::watch))),
            files: Files::default(),
            disk,
            fixed: Arc::new(fixed),
        }
    }

    /// How imports are found from these folders.
    pub(super) fn settings(&self, roots: &Roots) -> Option<ProgramSettings> {
        let paths = SearchPathSettings {
            src_roots: roots.folders.clone(),
            site_packages_paths: roots.installed.clone(),
            ..SearchPathSettings::empty()
        };
        let search_paths =
            paths.to_search_paths(&self.disk, ty_vendored::file_system(), &FallibleStrategy).ok()?;
        search_paths.try_register_static_roots(self);
        // Code for every platform counts.
        let python_platform = PythonPlatform::All;
        Some(ProgramSettings { python_version: self.fixed.version.clone(), python_platform, search_paths })
    }
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl ruff_db::Db for Database {
    fn vendored(&self) -> &VendoredFileSystem {
        ty_vendored::file_system()
    }

    fn system(&self) -> &dyn System {
        &self.disk
    }

    fn files(&self) -> &Files {
        &self.files
    }
}

#[salsa::db]
impl ty_module_resolver::Db for Database {}

#[salsa::db]
impl ty_python_core::Db for Database {
    fn should_check_file(&self, _: File) -> bool {
        // Types are asked for; faults are not.
        false
    }
}

#[salsa::db]
impl ty_python_semantic::Db for Database {
    fn check_file(&self, _: File) -> Vec<Diagnostic> {
        Vec::new()
    }

    fn program_file(&self, file: File) -> ProgramFile<'_> {
        Program::from_settings(self, &self.fixed.settings).program_file(self, file)
    }

    fn python_version_with_source(&self, _: File) -> &PythonVersionWithSource {
        &self.fixed.version
    }

    fn rule_selection(&self, _: File) -> &RuleSelection {
        &self.fixed.rules
    }

    fn lint_registry(&self) -> &LintRegistry {
        default_lint_registry()
    }

    fn analysis_settings(&self, _: File) -> &AnalysisSettings {
        &self.fixed.analysis
    }

    fn verbose(&self) -> bool {
        false
    }

    fn is_open_file(&self, _: File) -> bool {
        false
    }

    fn dyn_clone(&self) -> Box<dyn ty_python_semantic::Db> {
        Box::new(self.clone())
    }
}
