//! A layer of AWS Lambda is put where only an older Python looks.
//!
//! ## What it finds
//! `python/lib/python3.11/site-packages` in scripts, recipes, Terraform and configuration of continuous integration, with an
//! older Python than the target; as possible where the folder in front of it does not look like that of a layer. A file that
//! fills the folder of the target as well is left alone. Container build files have a rule of their own.
//!
//! ## Why
//! [Lambda looks](https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html) into `python/` of a layer for every
//! Python, and into `python/lib/python3.13/site-packages` only for functions on that very version. On another one nothing of
//! the layer is found, and the function ends at its first import.
//!
//! ## Example
//! ```sh
//! pip install -r requirements.txt -t layer/python/lib/python3.11/site-packages
//! ```
//! Use instead:
//! ```sh
//! pip install -r requirements.txt -t layer/python/lib/python3.13/site-packages
//! ```
//!
//! ## Fix safety
//! Unsafe: functions must move at the same time. All places in a file are changed together. Without compiled packages the
//! folder `python/` would do for every Python.

use ruff_text_size::{TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::{PythonVersion, parse_version};

/// The rule.
pub static RULE: LayerPath = LayerPath;

/// Reports folders of layers that the target does not look into.
pub struct LayerPath;

const FOLDER: &str = "python/lib/python3.";
const END: &str = "/site-packages";

impl Rule for LayerPath {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Aws,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Shell, Kind::Makefile, Kind::Yaml, Kind::Json, Kind::Hcl],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("python/lib/python3")]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let target = file.settings.target;
        let places = places(&file.document.text);
        if places.iter().any(|place| place.python == target) {
            return;
        }
        let old: Vec<&Place> = places.iter().filter(|place| place.python < target).collect();
        for place in &old {
            let same = old
                .iter()
                .filter(|other| (other.python, other.confidence) == (place.python, place.confidence));
            let edits = same.map(|other| file.edit(other.name, format!("python{target}"))).collect();
            report(file, place, edits, sink);
        }
    }
}

/// One folder.
struct Place {
    range: TextRange,
    /// `python3.11` at its end.
    name: TextRange,
    python: PythonVersion,
    confidence: Confidence,
}

/// The folders that a text names outside of comments.
fn places(text: &str) -> Vec<Place> {
    let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
    let place = |(at, _): (usize, &str)| {
        let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[line..at];
        if before.trim_start().starts_with(['#', '/']) && !before.trim_start().starts_with("/opt") {
            return None;
        }
        let start = at + "python/lib/".len();
        let length = text[start..].find('/')?;
        let python = parse_version(&text[start..start + length]).ok()?;
        let end = start + length;
        text[end..].starts_with(END).then(|| Place {
            range: TextRange::new(offset(at), offset(end + END.len())),
            name: TextRange::new(offset(start), offset(end)),
            python,
            confidence: confidence(before),
        })
    };
    text.match_indices(FOLDER).filter_map(place).collect()
}

/// A layer is built in a folder of the project, or is at `/opt` where it is used.
fn confidence(before: &str) -> Confidence {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ':' | '(' | ',' | '`');
    let folder = before.rsplit(is_end).next().unwrap_or_default();
    let own = !folder.starts_with(['/', '~']) || matches!(folder, "/opt/" | "/tmp/");
    let named = ["layer", "lambda"].iter().any(|word| folder.to_ascii_lowercase().contains(word));
    let foreign = ["venv", "conda", "bitnami"].iter().any(|word| folder.contains(word));
    if (own || named) && !foreign { Confidence::Likely } else { Confidence::Possible }
}

fn report(file: &File<'_>, place: &Place, edits: Vec<crate::finding::Edit>, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let name = &file.document.text[place.name];
    let folder = &file.document.text[place.range];
    let message = format!(
        "only functions on `{name}` look into `{folder}` of a layer: on `python{target}` nothing in it is found"
    );
    sink.finding(name, place.range, message)
        .severity(Severity::Error)
        .confidence(place.confidence)
        .help(format!(
            "Install for Python {target} into `python/lib/python{target}{END}`, or into `python/`."
        ))
        .url("https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html")
        .unsafe_fix(
            format!("Replace `{name}` with `python{target}`"),
            "the runtime of the functions must move at the same time",
            edits,
        )
        .emit();
}
