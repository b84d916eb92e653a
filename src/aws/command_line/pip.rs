//! pip and uv, where they install for another Python than their own:
//! `pip install --python-version 3.11 --abi cp311 --target python …`.

use super::{Choice, ChoiceKind, Input, option};
use crate::catalogue::runtimes;
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::shell::{Command, Word};
use crate::parse::variables::{Value, Variables};
use crate::project::pip;
use crate::version::PythonVersion;

/// What a command installs for, if it says so and puts it into a folder.
pub fn choice(input: &Input<'_>, variables: &Variables, command: &Command) -> Option<Choice> {
    let arguments = pip::arguments(command, |word| variables.resolve(word, 0).map(|value| value.text))?;
    let target = option(arguments, &["--target", "-t"])?;
    let version = option(arguments, &["--python-version"]);
    let version = version.and_then(|(word, from)| variables.resolve(word, from));
    let abi = option(arguments, &["--abi"]).and_then(|(word, from)| variables.resolve(word, from));
    let named = [version.as_ref(), abi.as_ref()].into_iter().flatten();
    let named: Vec<(&Value, PythonVersion)> =
        named.filter_map(|value| Some((value, python(&value.text)?))).collect();
    let (first, python) = *named.first()?;
    let mut edits: Option<Vec<Change>> =
        named.iter().map(|(value, _)| value.exact.then(|| respelled(value, input.target))).collect();
    if let (Some(edits), Some(path)) = (&mut edits, path(target)) {
        edits.push(Change::new(path.range, format!("python{}", input.target)));
    }
    Some(Choice {
        runtime: runtimes::runtime_of(python)?,
        range: first.range,
        kind: ChoiceKind::Build,
        confidence: Confidence::Certain,
        owner: Some("what `pip` installs here".to_owned()),
        origin: first.origin.clone(),
        shared: first.shared.clone(),
        clash: None,
        along: None,
        edits,
    })
}

/// `3.11`, `311`, `3.11.4`, `cp311`.
fn python(text: &str) -> Option<PythonVersion> {
    let text = text.strip_prefix("cp").unwrap_or(text);
    let minor = text.strip_prefix("3.").or_else(|| text.strip_prefix('3').filter(|_| !text.contains('.')))?;
    let minor = minor.split('.').next()?;
    Some(PythonVersion { major: 3, minor: minor.parse().ok()? })
}

/// The same for the target.
fn respelled(value: &Value, target: PythonVersion) -> Change {
    let PythonVersion { major, minor } = target;
    let text = match &*value.text {
        abi if abi.starts_with("cp") => format!("cp{major}{minor}"),
        dotted if dotted.contains('.') => format!("{major}.{minor}"),
        _ => format!("{major}{minor}"),
    };
    Change::new(value.range, text)
}

/// `python3.11` in `python/lib/python3.11/site-packages`, which only that Python looks into.
fn path((word, from): (&Word, usize)) -> Option<Value> {
    const FOLDER: &str = "python/lib/";
    let said = word.value.text();
    let start = from + said[from..].find(FOLDER)? + FOLDER.len();
    let length = said[start..].find('/').unwrap_or(said.len() - start);
    let name = Value::of_part(word, start, start + length)?;
    (name.exact && name.text.starts_with("python3.")).then_some(name)
}
