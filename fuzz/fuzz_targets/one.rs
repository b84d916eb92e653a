// What every target does with its bytes: read them as one file, check it with
// all rules at every severity. A panic ends the run: the fuzzer's hook aborts
// before the checker can turn it into a report.

use std::path::Path;
use std::sync::Arc;

use newskin::check::Checker;
use newskin::config::Settings;
use newskin::discover::Kind;
use newskin::finding::{Confidence, Severity};
use newskin::project::Project;
use newskin::python::types::Types;
use newskin::read;

/// Checks the bytes as a file of this name and kind.
pub fn check(name: &str, kind: Kind, bytes: &[u8]) {
    let settings = Settings {
        min_severity: Severity::Info,
        min_confidence: Confidence::Possible,
        ..Settings::default()
    };
    let project = Project::survey(&settings);
    let types = Types::new(&settings);
    let path: Arc<Path> = Arc::from(Path::new(name));
    if let Ok(source) = read::decode(&path, kind, bytes.to_vec()) {
        let _ = Checker::new(&project, &types, &settings).check_source(source);
    }
}
