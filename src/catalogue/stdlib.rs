//! Which modules and names the standard library has, by Python version: the
//! table `rules/python/stdlib.txt`, measured on real interpreters.
//!
//! The table stays text. Modules are found by binary search, names by walking
//! the one string of their module, so that the program starts without work.

use crate::version::PythonVersion;

/// Whether an import of a module succeeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is there on every platform.
    Present,
    /// It is there on Windows or macOS alone.
    PlatformOnly,
    /// The standard library had it in another version, Python 2 included, or
    /// knows its package and nothing of that name in it.
    Absent,
    /// Not a matter of the standard library, as far as is known.
    Unknown,
}

/// One module of the table.
struct Module {
    /// Dotted name.
    name: &'static str,
    /// When and where it lives, as marks.
    life: &'static str,
    /// Names with marks, separated by spaces; empty when not looked into.
    names: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/stdlib.rs"));

impl Module {
    fn life_of(&self, name: &str) -> Option<Life> {
        self.names.split(' ').find_map(|listed| {
            let marks = listed.strip_prefix(name)?;
            (marks.is_empty() || marks.starts_with('@')).then(|| Life::read(marks))
        })
    }
}

/// The newest Python the table was measured on.
const NEWEST: PythonVersion = PythonVersion::PY313;

/// Whether `import dotted` succeeds on the target with nothing but the
/// standard library.
#[must_use]
pub fn module(dotted: &str, target: PythonVersion) -> Presence {
    if let Some(module) = find(dotted) {
        let gone = super::removed_module(dotted).and_then(|module| module.removed);
        let life = Life::read(module.life);
        return match life.platform {
            _ if !life.covers(target) || gone.is_some_and(|gone| gone <= target) => Presence::Absent,
            Some(_) => Presence::PlatformOnly,
            None => Presence::Present,
        };
    }
    let Some((package, name)) = dotted.rsplit_once('.') else { return Presence::Unknown };
    match self::module(package, target) {
        Presence::Absent => Presence::Absent,
        // Tests come and go with the way Python was packaged.
        Presence::Present if target <= NEWEST && !matches!(name, "test" | "tests" | "__main__") => {
            Presence::Absent
        }
        _ => Presence::Unknown,
    }
}

/// Whether `from module import name` finds the name on the target; `None`
/// when that is not known.
#[must_use]
pub fn name(module: &str, name: &str, target: PythonVersion) -> Option<bool> {
    let entry = find(module)?;
    match self::module(module, target) {
        Presence::Present => {}
        Presence::Absent => return Some(false),
        Presence::PlatformOnly | Presence::Unknown => return None,
    }
    match entry.life_of(name) {
        Some(Life { platform: Some(_), .. }) => None,
        Some(life) => Some(life.covers(target)),
        None => unlisted(entry, name, target),
    }
}

/// Whether the dotted name is a module in any version, as against a class or a function.
#[must_use]
pub fn is_module(dotted: &str) -> bool {
    find(dotted).is_some()
}

/// Whether a star import of the module may bring the name on any version;
/// `None` for a module that is not the standard library's.
#[must_use]
pub fn may_bring(module: &str, name: &str) -> Option<bool> {
    let entry = find(module).filter(|entry| !entry.names.is_empty())?;
    Some(entry.life_of(name).is_some())
}

/// As [`name`], for one that is no attribute of the module in any version.
fn unlisted(module: &Module, name: &str, target: PythonVersion) -> Option<bool> {
    match self::module(&format!("{}.{name}", module.name), target) {
        Presence::Present => Some(true),
        Presence::PlatformOnly | Presence::Unknown => None,
        Presence::Absent => {
            // Constants depend on the operating system, the likes of `__file__` on the loader.
            let constant = !name.contains(|letter: char| letter.is_ascii_lowercase());
            (!constant && !name.starts_with("__") && !module.names.is_empty()).then_some(false)
        }
    }
}

fn find(dotted: &str) -> Option<&'static Module> {
    MODULES.binary_search_by_key(&dotted, |module| module.name).ok().map(|at| &MODULES[at])
}

/// The marks behind a name: `@3.9-`, `@-3.12`, `@win32`, `@-3.12@win32`.
struct Life {
    first: Option<PythonVersion>,
    last: Option<PythonVersion>,
    platform: Option<&'static str>,
}

impl Life {
    fn read(marks: &'static str) -> Self {
        let mut life = Self { first: None, last: None, platform: None };
        for mark in marks.split('@').skip(1) {
            match mark.split_once('-') {
                Some((first, last)) => (life.first, life.last) = (version(first), version(last)),
                None => life.platform = Some(mark),
            }
        }
        life
    }

    fn covers(&self, target: PythonVersion) -> bool {
        self.first.is_none_or(|first| first <= target) && self.last.is_none_or(|last| target <= last)
    }
}

fn version(text: &str) -> Option<PythonVersion> {
    let (major, minor) = text.split_once('.')?;
    Some(PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn python(minor: u8) -> PythonVersion {
        PythonVersion { major: 3, minor }
    }

    #[test]
    fn modules_come_and_go() {
        assert_eq!(module("tomllib", python(13)), Presence::Present);
        assert_eq!(module("tomllib", python(10)), Presence::Absent);
        assert_eq!(module("telnetlib", python(12)), Presence::Present);
        assert_eq!(module("telnetlib", python(13)), Presence::Absent);
        assert_eq!(module("typing.io", python(12)), Presence::Present);
        assert_eq!(module("typing.io", python(13)), Presence::Absent);
        assert_eq!(module("distutils.version", python(11)), Presence::Present);
        assert_eq!(module("distutils.no_such_thing", python(12)), Presence::Absent);
        assert_eq!(module("sre_parse", python(14)), Presence::Present);
        assert_eq!(module("sre_parse", python(15)), Presence::Absent, "known from the catalogue");
        assert_eq!(module("os.path", python(13)), Presence::Present);
        assert_eq!(module("xml.etree.cElementTree", python(13)), Presence::Present);
        assert_eq!(module("dbm.gnu", python(13)), Presence::Present);
    }

    #[test]
    fn python_2_is_absent_and_strangers_are_unknown() {
        for gone in ["ConfigParser", "Queue", "StringIO", "urllib2", "httplib", "cPickle", "UserDict"] {
            assert_eq!(module(gone, python(13)), Presence::Absent, "{gone}");
        }
        for gone in ["__builtin__", "Tkinter", "_winreg", "urlparse", "commands", "md5", "sets"] {
            assert_eq!(module(gone, python(13)), Presence::Absent, "{gone}");
        }
        assert_eq!(module("numpy", python(13)), Presence::Unknown);
        assert_eq!(module("numpy.distutils", python(13)), Presence::Unknown);
        assert_eq!(module("urllib.quote", python(13)), Presence::Absent);
        assert_eq!(module("unittest.test", python(13)), Presence::Unknown);
        assert_eq!(module("compression.zstd", python(14)), Presence::Unknown);
    }

    #[test]
    fn some_modules_belong_to_a_platform() {
        for elsewhere in ["winreg", "msvcrt", "_winapi", "winsound", "nt", "asyncio.windows_events"] {
            assert_eq!(module(elsewhere, python(13)), Presence::PlatformOnly, "{elsewhere}");
        }
        assert_eq!(module("msilib", python(12)), Presence::PlatformOnly);
        assert_eq!(module("msilib", python(13)), Presence::Absent);
    }

    #[test]
    fn names_follow_their_module() {
        let at = |module, sought, minor| name(module, sought, python(minor));
        assert_eq!(at("importlib", "load_source", 13), Some(false));
        assert_eq!(at("importlib", "reload", 13), Some(true));
        assert_eq!(at("importlib", "metadata", 13), Some(true));
        assert_eq!(at("importlib", "metadata", 7), Some(false));
        assert_eq!(at("importlib.metadata", "version", 13), Some(true));
        assert_eq!(at("collections", "MutableMapping", 13), Some(false));
        assert_eq!(at("collections", "MutableMapping", 9), Some(true));
        assert_eq!(at("collections", "abc", 13), Some(true));
        assert_eq!(at("ast", "Num", 13), Some(true), "behind the module's `__getattr__`");
        assert_eq!(at("unittest", "makeSuite", 12), Some(true));
        assert_eq!(at("unittest", "makeSuite", 13), Some(false));
        assert_eq!(at("itertools", "izip", 13), Some(false));
        assert_eq!(at("urllib", "quote", 13), Some(false));
        assert_eq!(at("cgi", "escape", 7), Some(true));
        assert_eq!(at("cgi", "escape", 13), Some(false));
    }

    #[test]
    fn what_a_platform_decides_is_not_known() {
        let at = |module, sought| name(module, sought, python(13));
        assert_eq!(at("os", "startfile"), None);
        assert_eq!(at("signal", "CTRL_C_EVENT"), None);
        assert_eq!(at("errno", "EMADEUP"), None);
        assert_eq!(at("json", "__file__"), None);
        assert_eq!(at("numpy", "array"), None);
        assert_eq!(at("winreg", "OpenKey"), None);
        assert_eq!(name("typing", "FromTheFuture", python(15)), None);
    }

    #[test]
    fn the_table_is_sorted_and_readable() {
        assert!(MODULES.is_sorted_by(|a, b| a.name < b.name));
        let names = MODULES.iter().flat_map(|module| module.names.split(' ').filter(|name| !name.is_empty()));
        let marked = names
            .chain(MODULES.iter().map(|module| module.life))
            .filter_map(|text| text.find('@').map(|at| &text[at..]));
        for marks in marked {
            let life = Life::read(marks);
            assert!(life.first.is_some() || life.last.is_some() || life.platform.is_some(), "{marks}");
        }
    }
}
