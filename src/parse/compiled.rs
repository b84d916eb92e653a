//! The names of compiled modules: which module a file is, and which Python loads it.
//!
//! Source: <https://peps.python.org/pep-3149/>.

use crate::version::PythonVersion;

/// A file that Python loads as a module and that is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compiled<'a> {
    /// The last part of the module's name.
    pub module: &'a str,
    /// What loads it.
    pub loader: Loader,
    /// Where it runs.
    pub system: System,
}

/// What loads a compiled module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loader {
    /// `.abi3.so`: every Python from some version on.
    Stable,
    /// `.so`, `.pyd`: the name does not tell.
    Untold,
    /// `.cpython-311-x86_64-linux-gnu.so`, `.cp311-win_amd64.pyd`.
    Of(PythonVersion),
    /// Another implementation, or a Python without its lock.
    Foreign,
}

/// The system that the name of a compiled module tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Linux with glibc, or not told: `.so`.
    Linux,
    /// Linux with musl.
    Musl,
    /// macOS.
    Mac,
    /// `.pyd`.
    Windows,
}

/// Reads the name of a file, without folders; `None` if it is no compiled module.
#[must_use]
pub fn compiled(name: &str) -> Option<Compiled<'_>> {
    let (module, rest) = name.split_once('.')?;
    let (tag, windows) = match (rest.strip_suffix("so"), rest.strip_suffix("pyd")) {
        (Some(tag), _) => (tag, false),
        (_, Some(tag)) => (tag, true),
        _ => return None,
    };
    let tag = match tag {
        "" => "",
        _ => tag.strip_suffix('.').filter(|tag| !tag.contains('.'))?,
    };
    let system = match tag {
        _ if windows => System::Windows,
        _ if tag.contains("darwin") => System::Mac,
        _ if tag.contains("musl") => System::Musl,
        _ => System::Linux,
    };
    Some(Compiled { module, loader: loader(tag)?, system })
}

fn loader(tag: &str) -> Option<Loader> {
    let first = |text: &str| text.split('-').next().unwrap_or_default().to_owned();
    let digits = match tag {
        "" => return Some(Loader::Untold),
        "abi3" => return Some(Loader::Stable),
        _ if tag.starts_with("pypy") || tag.starts_with("graalpy") => return Some(Loader::Foreign),
        _ => first(tag.strip_prefix("cpython-").or_else(|| tag.strip_prefix("cp"))?),
    };
    if digits.ends_with('t') {
        return Some(Loader::Foreign);
    }
    let minor = digits.strip_prefix('3')?.trim_end_matches(['m', 'd', 'u']).parse().ok()?;
    Some(Loader::Of(PythonVersion { major: 3, minor }))
}

/// The first bytes of bytecode that a Python writes, and of no other release of
/// its line; `None` where it is not known. Source: `importlib/_bootstrap_external.py`.
#[must_use]
pub fn bytecode_of(head: &[u8]) -> Option<PythonVersion> {
    const MAGIC: &[(u16, u8)] = &[
        (3379, 6),
        (3394, 7),
        (3413, 8),
        (3425, 9),
        (3439, 10),
        (3495, 11),
        (3531, 12),
        (3571, 13),
        (3627, 14),
    ];
    let [low, high, b'\r', b'\n', ..] = *head else { return None };
    let number = u16::from_le_bytes([low, high]);
    let minor = MAGIC.iter().find(|(magic, _)| *magic == number)?.1;
    Some(PythonVersion { major: 3, minor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_apart() {
        let of = |minor| Loader::Of(PythonVersion { major: 3, minor });
        for (name, expected) in [
            ("_greenlet.cpython-311-x86_64-linux-gnu.so", Some(("_greenlet", of(11), System::Linux))),
            ("_x.cpython-37m-x86_64-linux-gnu.so", Some(("_x", of(7), System::Linux))),
            ("_x.cpython-313t-x86_64-linux-gnu.so", Some(("_x", Loader::Foreign, System::Linux))),
            ("_x.cpython-312-x86_64-linux-musl.so", Some(("_x", of(12), System::Musl))),
            ("_x.cpython-311-darwin.so", Some(("_x", of(11), System::Mac))),
            ("_x.cp311-win_amd64.pyd", Some(("_x", of(11), System::Windows))),
            ("_x.pyd", Some(("_x", Loader::Untold, System::Windows))),
            ("_x.abi3.so", Some(("_x", Loader::Stable, System::Linux))),
            ("_x.pypy39-pp73-x86_64-linux-gnu.so", Some(("_x", Loader::Foreign, System::Linux))),
            ("_x.so", Some(("_x", Loader::Untold, System::Linux))),
            ("x.py", None),
            ("x.cpython-311.pyc", None),
            ("libssl.so.10", None),
            ("libgfortran-040039e1.so.5.0.0", None),
            ("libquadmath-96973f99.so.0.0.0", None),
            ("libfoo.1.so", None),
            ("README", None),
        ] {
            let found = compiled(name).map(|found| (found.module, found.loader, found.system));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn bytecode_tells_its_python() {
        assert_eq!(bytecode_of(b"\x61\x0d\r\n\0\0"), Some(PythonVersion { major: 3, minor: 9 }));
        assert_eq!(bytecode_of(b"\x61\x0d"), None);
        assert_eq!(bytecode_of(b"\xff\xff\r\n"), None);
    }
}
