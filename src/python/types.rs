//! Types: what a value may be, where names alone cannot tell.
//!
//! Only this room names the crates of the type engine. It is asked for single
//! expressions, follows imports from file to file as far as the answer needs,
//! and keeps what it has found out. Whatever it cannot tell, or must not try, is
//! unknown.

mod database;
mod disk;
mod limits;
mod lineage;
mod owners;
mod plain;
mod roots;
mod told;
mod trace;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ruff_db::files::File;
use ruff_db::system::SystemPath;
use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;
use ty_python_core::program::ProgramSettings;

use crate::config::Settings;
use crate::parse::Document;
use crate::read::{Source, around};
use database::Database;
use disk::Disk;
use limits::Stopped;
use owners::{Answer, Question};
use roots::{Map, Roots};

/// The type engine of one run. Costs nothing until first asked; shared by all
/// threads.
pub struct Types {
    map: Map,
    disk: Disk,
    state: Mutex<State>,
}

/// What the threads share; held only to fetch something.
#[derive(Default)]
struct State {
    /// Handles to the knowledge, one more than the threads that ask.
    handles: Vec<Handle>,
    /// How often the knowledge was thrown away.
    generation: u32,
    /// How imports are found, by the roots of a file.
    settings: FxHashMap<Roots, Arc<ProgramSettings>>,
    /// The files that were asked about.
    files: FxHashMap<PathBuf, Known>,
}

/// A handle to what was known since it was last thrown away.
#[derive(Clone)]
struct Handle {
    database: Database,
    generation: u32,
}

/// What is known of a file that was asked about.
#[derive(Clone)]
enum Known {
    /// How its imports are found.
    Imports(Arc<ProgramSettings>),
    /// Why it is not typed.
    GivenUp(&'static str),
}

/// Where an attribute of a value may come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    /// One for each class the value may have: the members of a union, `None` left out.
    pub classes: Vec<Class>,
    /// Modules that it may be (dotted).
    pub modules: Vec<String>,
    /// Functions and methods that it may be, by the dotted place of their definition.
    pub functions: Vec<String>,
    /// Whether it may also be something else, or something the engine cannot
    /// tell: `Any`, an untyped parameter, a package that is not installed.
    pub unknown: bool,
}

/// A class that a value may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Dotted names of the places of definition, in method resolution order:
    /// `unittest.case.TestCase`, `builtins.object`.
    pub mro: Vec<String>,
    /// Whether each class in `mro` is the standard library's.
    pub standard: Vec<bool>,
    /// The first class in `mro` that defines the attribute: in its body or, by
    /// assigning to `self`, in a method. A `__getattr__` counts.
    pub defined_by: Option<usize>,
    /// Whether there are bases that are not known, so that the attribute may
    /// come from there.
    pub open: bool,
    /// Whether the value is an instance, rather than the class itself.
    pub instance: bool,
}

/// The stack that a thread needs for inference, in bytes.
pub const STACK: usize = limits::STACK;

/// Says that this thread was started with [`STACK`]; on others each question
/// starts a thread of its own.
pub fn has_room() {
    limits::set_bottom();
}

impl Types {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let map = Map::new(&settings.root);
        let disk = Disk::new(map.here());
        Self { map, disk, state: Mutex::default() }
    }

    /// Where `attr` of the expression at `receiver` would come from.
    #[must_use]
    pub fn owners(&self, document: &Document, receiver: TextRange, attr: &str) -> Owners {
        around::note();
        let path = self.map.absolute(&document.path);
        let known = self.lock().files.get(&path).cloned();
        let known = known.unwrap_or_else(|| self.look_at(&path, &document.text));
        let Known::Imports(settings) = known else { return Owners::unknown() };
        let ask = || self.ask(&settings, &path, document, receiver, attr);
        let answer = if limits::has_bottom() { ask() } else { with_room(ask) };
        answer.unwrap_or_else(|why| {
            self.lock().files.insert(path, Known::GivenUp(why));
            Owners::unknown()
        })
    }

    /// Why the file is not typed, if the engine gave up on it.
    #[must_use]
    pub fn gave_up(&self, path: &Path) -> Option<&'static str> {
        let path = self.map.absolute(path);
        match self.lock().files.get(&path) {
            Some(Known::GivenUp(why)) => Some(why),
            _ => None,
        }
    }

    /// Texts that may differ from those on the disk, instead of what was known
    /// of them. Must not be called while a check runs.
    pub fn overlay(&self, changed: &[Source]) {
        for source in changed.iter().filter(|source| source.kind.holds_python()) {
            let path = self.map.absolute(&source.path);
            let Some(text) = disk::text_of(source.clone()) else { continue };
            if self.disk.put(&path, &text) {
                self.forget(&path);
            }
        }
    }

    /// Lets the knowledge about a file be found out again.
    fn forget(&self, path: &Path) {
        let mut state = self.lock();
        state.files.remove(path);
        // With other handles left, the last one would wait for them for ever.
        state.handles.truncate(1);
        if let (Some(handle), Some(path)) = (state.handles.first_mut(), SystemPath::from_std_path(path)) {
            File::sync_path(&mut handle.database, path);
        }
    }

    fn look_at(&self, path: &Path, text: &str) -> Known {
        let known = match limits::too_much(text) {
            Some(why) => Known::GivenUp(why),
            None => match self.settings(self.map.of(path, text)) {
                Some(settings) => Known::Imports(settings),
                None => Known::GivenUp("its folder cannot be read"),
            },
        };
        self.lock().files.insert(path.to_path_buf(), known.clone());
        known
    }

    fn ask(
        &self,
        settings: &ProgramSettings,
        path: &Path,
        document: &Document,
        receiver: TextRange,
        attr: &str,
    ) -> Result<Owners, &'static str> {
        let path = SystemPath::from_std_path(path).ok_or("its path is not Unicode")?;
        let handle = self.handle();
        let question = Question { settings, path, text: &document.text, receiver, attr };
        let answer = guarded(&handle.database, &question);
        self.give_back(handle);
        match answer? {
            Answer::Owners(owners) => Ok(owners),
            // Nobody told of this text, so it is typed apart.
            Answer::OtherText => {
                let apart = Database::new(self.disk.with(path.as_std_path(), &document.text));
                settings.search_paths.try_register_static_roots(&apart);
                match guarded(&apart, &question)? {
                    Answer::Owners(owners) => Ok(owners),
                    Answer::OtherText => Err("the file cannot be read"),
                }
            }
        }
    }

    /// A handle that no other thread uses.
    fn handle(&self) -> Handle {
        let mut forgotten = Vec::new();
        let mut state = self.lock();
        if self.disk.has_read_much() {
            // Most files are never asked about again, and most of what is known
            // is about them.
            self.disk.count_anew();
            state.generation += 1;
            forgotten = std::mem::take(&mut state.handles);
        }
        let handle = state.handles.pop().unwrap_or_else(|| {
            let database = Database::new(self.disk.clone());
            for settings in state.settings.values() {
                settings.search_paths.try_register_static_roots(&database);
            }
            Handle { database, generation: state.generation }
        });
        if state.handles.is_empty() {
            // One always stays, to be cloned.
            state.handles.push(handle.clone());
        }
        drop(state);
        drop(forgotten);
        handle
    }

    fn give_back(&self, handle: Handle) {
        let mut state = self.lock();
        if handle.generation == state.generation {
            state.handles.push(handle);
        }
    }

    fn settings(&self, roots: Roots) -> Option<Arc<ProgramSettings>> {
        let known = self.lock().settings.get(&roots).cloned();
        if known.is_some() {
            return known;
        }
        let handle = self.handle();
        let settings = handle.database.settings(&roots).map(Arc::new);
        self.give_back(handle);
        self.disk.count(limits::PROJECT);
        let mut state = self.lock();
        Some(state.settings.entry(roots).or_insert(settings?).clone())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Owners {
    /// Nothing is known.
    fn unknown() -> Self {
        Self { unknown: true, ..Self::default() }
    }
}

/// How often a question is put again because another thread's panic ended it.
const ATTEMPTS: u32 = 5;

/// Asks, and survives what the engine does not.
fn guarded(handle: &Database, question: &Question<'_>) -> Result<Answer, &'static str> {
    for _ in 0..ATTEMPTS {
        limits::begin();
        match catch_unwind(AssertUnwindSafe(|| owners::answer(handle, question))) {
            Ok(answer) => return Ok(answer),
            Err(panic) if is_of_others(&*panic) => {}
            Err(panic) => match panic.downcast_ref::<Stopped>() {
                Some(Stopped(why)) => return Err(why),
                None => break,
            },
        }
    }
    Err("the type engine failed on it")
}

fn is_of_others(panic: &(dyn Any + Send)) -> bool {
    panic.downcast_ref::<salsa::Cancelled>().is_some()
}

/// Runs on a thread with the stack that inference needs.
fn with_room<T: Send>(ask: impl FnOnce() -> Result<T, &'static str> + Send) -> Result<T, &'static str> {
    const FAILED: &str = "no thread could be started for it";
    std::thread::scope(|scope| {
        let ask = || {
            limits::set_bottom();
            ask()
        };
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, ask);
        thread.map_err(|_| FAILED)?.join().unwrap_or(Err(FAILED))
    })
}

impl Drop for Types {
    /// What is known holds syntax trees, which recurse when they are dropped.
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        if !state.handles.is_empty() {
            // Nobody waits for it: most often the program ends before.
            let _ = std::thread::Builder::new().stack_size(STACK).spawn(move || drop(state));
        }
    }
}

impl std::fmt::Debug for Types {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Types").field("map", &self.map).finish_non_exhaustive()
    }
}
