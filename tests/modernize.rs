//! What is said to be in the standard library, on real interpreters.

// A test that skips something has to say so.
#![allow(clippy::print_stderr)]

mod interpreters;

use std::process::Command;

use newskin::rules::typing_extensions_import::NAMES;

/// Prints those of the names that the module does not have; where
/// `typing_extensions` is installed, also those that are other objects there.
const JUDGE: &str = r#"
import importlib, sys
home = importlib.import_module(sys.argv[1])
missing = [name for name in sys.argv[2:] if not hasattr(home, name)]
try:
    import typing_extensions
    others = [name for name in sys.argv[2:] if name not in missing and name != "deprecated"
              and getattr(typing_extensions, name, getattr(home, name)) is not getattr(home, name)]
except ImportError:
    others = []
print(*missing, *others)
"#;

#[test]
fn the_standard_library_has_what_typing_extensions_hands_on() {
    for version in ["3.9", "3.10", "3.11", "3.12", "3.13"] {
        let Some(python) = interpreters::find(version) else {
            eprintln!("skipped: no Python {version}");
            continue;
        };
        let minor: u8 = version.trim_start_matches("3.").parse().expect("a version");
        for (since, home, names) in NAMES.iter().filter(|(since, ..)| *since <= minor) {
            let output = Command::new(&python).args(["-c", JUDGE, home]).args(*names).output();
            let output = output.expect("python starts");
            let wrong = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            assert!(
                output.status.success() && wrong.is_empty(),
                "{home} of {version}, said of 3.{since}: {wrong}"
            );
        }
    }
}
