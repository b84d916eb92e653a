//! Escape sequences against real interpreters: they warn on as many lines as the
//! rule reports, and a repaired file means the same and warns no more.

// A test that skips something has to say so.
#![allow(clippy::print_stderr)]

mod interpreters;

use std::path::Path;
use std::process::Command;

/// Prints on how many lines the first file warns, whether the second never does, and
/// whether both give all names the same values.
const JUDGE: &str = r#"
import sys, warnings
def run(path):
    names = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        exec(compile(text, path, "exec", dont_inherit=True), names)
    del names["__builtins__"]
    return len({one.lineno for one in caught if "escape" in str(one.message)}), {k: v for k, v in names.items() if k.isupper() or k == "__doc__"}
before, after = run(sys.argv[1]), run(sys.argv[2])
print(before[0], after[0] == 0, before[1] == after[1])
"#;

fn newskin(arguments: &[&str], file: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_newskin"))
        .args(["check", "--isolated", "--min-severity", "info", "--select", "syntax-invalid-escape"])
        .args(arguments)
        .arg(file)
        .output();
    String::from_utf8(output.expect("newskin starts").stdout).expect("UTF-8")
}

#[test]
fn the_interpreters_warn_where_it_reports_and_not_of_what_is_repaired() {
    // Before 3.12 the warning has another name; f-strings within f-strings cannot use backslashes.
    for version in ["3.12", "3.13"] {
        let Some(python) = interpreters::find(version) else { continue };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/syntax-invalid-escape");
        for name in ["escapes.py", "good.py"] {
            let (broken, repaired) = (fixtures.join(name), folder.path().join(name));
            std::fs::copy(&broken, &repaired).expect("a writable folder");
            let found = newskin(&["--output-format", "concise"], &broken);
            let rows = found.lines().filter_map(|line| line.split_once(".py:")?.1.split(':').next());
            let found = rows.collect::<std::collections::BTreeSet<&str>>().len();
            newskin(&["--fix", "--quiet"], &repaired);
            let judged = Command::new(&python).args(["-I", "-c", JUDGE]).args([&broken, &repaired]).output();
            let judged = judged.expect("python starts");
            let judged = String::from_utf8_lossy(&judged.stdout).trim().lines().last().map(str::to_owned);
            assert_eq!(judged, Some(format!("{found} True True")), "{name} on {version}");
        }
    }
}
