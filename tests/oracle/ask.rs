//! Programs put to the real Pythons of this machine.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::Deserialize;

use crate::interpreters;

/// The minor versions of Python 3 that the catalogue speaks of.
pub const MINORS: std::ops::RangeInclusive<u8> = 6..=13;

/// What became of a program.
#[derive(Debug, Clone, Deserialize)]
pub struct Outcome {
    /// The name of the exception that ended it.
    pub error: Option<String>,
    /// Its text.
    pub message: String,
    /// What it wrote to standard output.
    pub printed: String,
    /// The warnings it gave, each with its category.
    pub warned: Vec<String>,
}

impl Outcome {
    /// Whether the program came to its end.
    pub fn ran(&self) -> bool {
        self.error.is_none()
    }

    /// Whether it ended because the module or a part of its name is missing.
    pub fn misses(&self, module: &str) -> bool {
        let quoted = |text: &str| self.message.contains(&format!("'{text}'"));
        let last = module.rsplit('.').next().unwrap_or(module);
        matches!(self.error.as_deref(), Some("ModuleNotFoundError" | "ImportError"))
            && (quoted(module) || quoted(last) || quoted(module.split('.').next().unwrap_or(module)))
    }
}

/// `python3.X` by X; those that are missing are named on standard error.
pub static FOUND: LazyLock<BTreeMap<u8, PathBuf>> = LazyLock::new(|| {
    MINORS.filter_map(|minor| Some((minor, interpreters::find(&format!("3.{minor}"))?))).collect()
});

/// Runs programs, each on the version beside it, and returns their outcomes in
/// order; `None` where the interpreter is missing. One process for each version.
pub fn ask(programs: &[(u8, String)]) -> Vec<Option<Outcome>> {
    let mut outcomes = vec![None; programs.len()];
    std::thread::scope(|scope| {
        let running: Vec<_> = FOUND
            .iter()
            .map(|(minor, python)| {
                let places: Vec<usize> = (0..programs.len()).filter(|&at| programs[at].0 == *minor).collect();
                scope.spawn(move || {
                    let texts: Vec<&str> = places.iter().map(|&at| programs[at].1.as_str()).collect();
                    (remembered(*minor, python, &texts), places)
                })
            })
            .collect();
        for thread in running {
            let (answers, places) = thread.join().expect("the thread does not panic");
            for (place, answer) in places.into_iter().zip(answers) {
                outcomes[place] = Some(answer);
            }
        }
    });
    outcomes
}

/// What programs did on a version. Tests ask the same of it: it is asked once.
fn remembered(minor: u8, python: &PathBuf, programs: &[&str]) -> Vec<Outcome> {
    static KNOWN: LazyLock<BTreeMap<u8, Mutex<HashMap<String, Outcome>>>> =
        LazyLock::new(|| MINORS.map(|minor| (minor, Mutex::default())).collect());
    let mut known = KNOWN[&minor].lock().unwrap_or_else(PoisonError::into_inner);
    let fresh: BTreeSet<&str> = programs.iter().copied().filter(|text| !known.contains_key(*text)).collect();
    let fresh: Vec<&str> = fresh.into_iter().collect();
    let outcomes = run(python, &fresh);
    known.extend(fresh.into_iter().map(str::to_owned).zip(outcomes));
    programs.iter().map(|text| known[*text].clone()).collect()
}

fn run(python: &PathBuf, programs: &[&str]) -> Vec<Outcome> {
    if programs.is_empty() {
        return Vec::new();
    }
    // Isolated and without `site`, so that nothing installed brings a module back.
    let mut process = Command::new(python)
        .args(["-I", "-S", "-W", "ignore", "-c", include_str!("driver.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the interpreter starts");
    let request = serde_json::to_vec(programs).expect("texts are JSON");
    process.stdin.take().expect("piped").write_all(&request).expect("the driver reads");
    let answer = process.wait_with_output().expect("the driver ends");
    serde_json::from_slice(&answer.stdout).unwrap_or_else(|error| {
        panic!("{}: {error}: {}", python.display(), String::from_utf8_lossy(&answer.stdout))
    })
}
