//! Python versions as the facts and the command line name them.

pub use ruff_python_ast::PythonVersion;

/// Reads `3.13` (also `3.13.2`, `py313`, `python3.13`).
///
/// # Errors
/// A sentence naming the text when it is no version of Python 3.
pub fn parse_version(text: &str) -> Result<PythonVersion, String> {
    let refused = || format!("`{text}` is not a Python version such as 3.13");
    let bare = text.trim().trim_start_matches("python").trim_start_matches("py");
    let (major, minor) = match bare.split_once('.') {
        Some((major, rest)) => (major, rest.split('.').next().unwrap_or(rest)),
        None if bare.len() > 1 && bare.is_ascii() => bare.split_at(1),
        None => return Err(refused()),
    };
    match (major.parse(), minor.parse()) {
        (Ok(major @ 3), Ok(minor)) => Ok(PythonVersion { major, minor }),
        _ => Err(refused()),
    }
}
