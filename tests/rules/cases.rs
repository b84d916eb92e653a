//! The cases of `tests/fixtures/`, and what newskin makes of them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use newskin::config::selection::Selector;
use newskin::config::{Configuration, Options, Origin, Settings};
use newskin::finding::{Applicability, Confidence, Run, Severity};
use newskin::fix::FixedRun;
use newskin::rules::RULES;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The rule about what is installed, with a way of its own to be run.
const INSTALLED: &str = "installed-distribution";

/// One file or folder below `tests/fixtures/<rule>/`.
#[derive(Debug)]
pub struct Case {
    /// The rule it belongs to.
    pub rule: String,
    /// File or folder name.
    pub name: String,
    path: PathBuf,
}

impl Case {
    /// Whether its own rule must stay silent.
    pub fn is_good(&self) -> bool {
        self.name.starts_with("good")
    }

    /// `rule/name`.
    pub fn title(&self) -> String {
        format!("{}/{}", self.rule, self.name)
    }

    /// A copy in a fresh folder, where it may be changed.
    pub fn copied(&self) -> Copied {
        let folder = tempfile::Builder::new().prefix("newskin").tempdir().expect("a temporary folder");
        let root = folder.path().canonicalize().expect("it exists").join("case");
        if self.path.is_dir() {
            copy(&self.path, &root);
        } else {
            std::fs::create_dir(&root).expect("a fresh folder");
            std::fs::copy(&self.path, root.join(&self.name)).expect("a fixture can be copied");
        }
        Copied { root, installed: self.rule == INSTALLED, _folder: folder }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a fresh folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a fixture can be copied");
        }
    }
}

/// A case in a temporary folder.
pub struct Copied {
    /// The folder that the survey starts from.
    pub root: PathBuf,
    installed: bool,
    _folder: tempfile::TempDir,
}

impl Copied {
    /// Everything shown, on a fixed day, and what a `newskin.toml` of the case says.
    pub fn settings(&self) -> Settings {
        let over = Options {
            as_of: Some(jiff::civil::date(2026, 11, 21)),
            min_severity: Some(Severity::Info),
            min_confidence: Some(Confidence::Possible),
            select: Some(vec![Selector::All]),
            ..Options::default()
        };
        let known = RULES.iter().map(|rule| rule.id).collect();
        let mut configuration = Configuration::new(Origin::Nearest, over, known);
        let settings = configuration.of_folder(&self.root).expect("a readable configuration").settings();
        Settings { root: self.root.clone(), ..settings }
    }

    /// Checks it: what is installed in it, if the rule is about that.
    pub fn run(&self) -> Run {
        if self.installed {
            let folders = newskin::installed::folders(&self.root).expect("packages");
            let progress = newskin::Progress::default();
            return newskin::run_installed(&folders, &self.settings(), &progress).run;
        }
        newskin::run(std::slice::from_ref(&self.root), &self.settings())
    }

    /// Fixes it on the disk; nobody repairs what is installed.
    pub fn fix(&self, threshold: Applicability) -> FixedRun {
        if self.installed {
            return FixedRun::unfixed(self.run());
        }
        let options = newskin::fix::Options::all(threshold);
        let progress = newskin::Progress::default();
        let paths = std::slice::from_ref(&self.root);
        let mut fixed = newskin::fix(paths, &self.settings(), &options, &progress);
        fixed.write();
        fixed
    }

    /// A path from the root of the case.
    pub fn inside<'a>(&self, path: &'a Path) -> &'a Path {
        path.strip_prefix(&self.root).unwrap_or(path)
    }

    /// A text without the name of the temporary folder.
    pub fn anonymous(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.root.display()), "")
    }
}

/// What one level of fixing came to.
pub struct Fixed {
    /// The run that fixed.
    pub first: FixedRun,
    /// What fixing again would change.
    pub again: FixedRun,
}

/// A case and all that was done to it.
pub struct Observed {
    /// The case.
    pub case: Case,
    /// In its folder, as it is after all fixes.
    pub copied: Copied,
    /// Before any fix.
    pub before: Run,
    /// The safe fixes.
    pub safe: Fixed,
    /// Then the unsafe ones.
    pub unsafe_: Fixed,
}

impl Observed {
    fn of(case: Case) -> Self {
        let copied = case.copied();
        let before = copied.run();
        let fix = |threshold| Fixed { first: copied.fix(threshold), again: copied.fix(threshold) };
        let safe = fix(Applicability::Safe);
        let unsafe_ = fix(Applicability::Unsafe);
        Self { case, copied, before, safe, unsafe_ }
    }
}

/// Every case, once for all tests.
pub static OBSERVED: LazyLock<Vec<Observed>> =
    LazyLock::new(|| pool(4).install(|| cases().into_par_iter().map(Observed::of).collect()));

/// Threads with stacks as large as those of the program.
pub fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).stack_size(1 << 28).build().expect("threads can be started")
}

/// Every case, sorted.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in rule_folders() {
        for path in listing(&folder) {
            cases.push(Case { rule: name(&folder), name: name(&path), path });
        }
    }
    cases
}

/// The folders of `tests/fixtures/`.
pub fn rule_folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    listing(&root).into_iter().filter(|path| path.is_dir()).collect()
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The last part of a path.
pub fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
