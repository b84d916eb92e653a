//! A wheel is named that is built for an older Python than the target.
//!
//! ## What it finds
//! File names of wheels whose tags fit only an older CPython, such as `…-cp39-cp39-manylinux2014_x86_64.whl`: in requirement
//! files, in `pyproject.toml` and `Pipfile`, and given to `pip install` or `uv pip install` in scripts, recipes, container
//! build files and configuration of continuous integration. Wheels of the stable ABI (`abi3`) and of pure Python fit every
//! later Python and are left alone; so are lines with a condition on the version of Python, and files that name a wheel of the
//! same distribution for the target, too.
//!
//! ## Why
//! [The tags](https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/) say which interpreter a
//! wheel is for. pip on another one stops: `… is not a supported wheel on this platform`.
//!
//! ## Example
//! ```text
//! https://example.org/fastcalc-1.0-cp39-cp39-manylinux2014_x86_64.whl
//! ```
//! Use instead:
//! ```text
//! https://example.org/fastcalc-1.0-cp313-cp313-manylinux2014_x86_64.whl
//! ```
//!
//! ## Fix safety
//! There is no fix: whether there is a wheel for the target, and of which version, only its source knows.

use ruff_text_size::{TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Confidence, Group, Severity};
use crate::parse::scripts;
use crate::parse::wheel::Wheel;
use crate::project::dependencies::locked::Locker;
use crate::project::pip;
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: ForeignWheel = ForeignWheel;

/// Reports wheels for older Pythons.
pub struct ForeignWheel;

impl Rule for ForeignWheel {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Dependencies,
            fix: None,
            kinds: &[
                Kind::Requirements,
                Kind::Toml,
                Kind::Dockerfile,
                Kind::Shell,
                Kind::Makefile,
                Kind::Yaml,
                Kind::Json,
            ],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(may_name)]
    }

    fn check_file(&self, file: &File<'_>, _: Option<&Code<'_>>, sink: &mut Sink<'_>) {
        let document = file.document;
        let text = &document.text;
        let is_lock = Locker::of(&document.path).is_some();
        let mut found = match document.kind {
            _ if is_lock => Vec::new(),
            Kind::Requirements | Kind::Toml => listed(text),
            _ => installed(file),
        };
        let target = file.settings.target;
        let all = named(text);
        let fits = |name: &str| {
            all.iter().any(|one| one.wheel.distribution() == name && !one.wheel.is_older(target))
        };
        found.retain(|(one, _)| one.wheel.is_older(target) && !fits(one.wheel.distribution()));
        for (wheel, confidence) in found {
            report(file, &wheel, confidence, sink);
        }
    }
}

fn may_name(text: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(text, word).is_some();
    has(b".whl") && has(b"-cp3")
}

/// The file name of a wheel and its place.
#[derive(Debug, Clone)]
struct Named {
    range: TextRange,
    wheel: Wheel,
}

impl Named {
    fn read(name: &str, start: usize) -> Option<Self> {
        let range = TextRange::at(TextSize::try_from(start).ok()?, TextSize::of(name));
        Wheel::read(name).map(|wheel| Self { range, wheel })
    }
}

/// Every name of a wheel in a text.
fn named(text: &str) -> Vec<Named> {
    let ends = text.match_indices(".whl").map(|(at, mark)| at + mark.len());
    let wheels = ends.filter_map(|end| {
        let is_end = |c: char| {
            c.is_whitespace() || matches!(c, '"' | '\'' | '/' | '\\' | '=' | '@' | '(' | ',' | '`' | '<')
        };
        let start = text[..end].rsplit(is_end).next().map_or(0, |name| end - name.len());
        Named::read(&text[start..end], start)
    });
    wheels.collect()
}

/// The wheels on lines without comments and conditions.
fn listed(text: &str) -> Vec<(Named, Confidence)> {
    let line = |wheel: &Named| {
        let (start, end) = (wheel.range.start().to_usize(), wheel.range.end().to_usize());
        let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let to = text[end..].find('\n').map_or(text.len(), |length| end + length);
        (&text[from..start], &text[from..to])
    };
    let counts = |wheel: &Named| {
        let (before, line) = line(wheel);
        let commented = before.trim_start().starts_with('#') || before.contains(" #");
        !commented
            && !["python_version", "python_full_version", "markers", "python ="]
                .iter()
                .any(|word| line.contains(word))
    };
    named(text).into_iter().filter(counts).map(|wheel| (wheel, Confidence::Certain)).collect()
}

/// The wheels that commands install.
fn installed(file: &File<'_>) -> Vec<(Named, Confidence)> {
    let text = file.document.text.as_str();
    let mut found = Vec::new();
    scripts::each(file.document, &|text| text.contains(".whl"), &mut |script| {
        let calls = script.calls();
        for call in &calls.all {
            let Some(words) = pip::arguments(call.command, |_| None) else { continue };
            // A certain Python, or only under a condition.
            let unsure = calls.circumstances(call).next().is_some()
                || call.command.name().is_some_and(|name| name.starts_with("python3."));
            let confidence = if unsure { Confidence::Possible } else { Confidence::Likely };
            for word in words {
                let place = word.range;
                let within = named(&text[place]).into_iter();
                found.extend(
                    within.map(|one| (Named { range: one.range + place.start(), ..one }, confidence)),
                );
            }
        }
    });
    found
}

fn report(file: &File<'_>, one: &Named, confidence: Confidence, sink: &mut Sink<'_>) {
    let target = file.settings.target;
    let message = format!(
        "this wheel of `{}` is for `{}` alone: pip on Python {target} refuses it",
        one.wheel.distribution(),
        one.wheel.python_tags()
    );
    sink.finding(one.wheel.distribution(), one.range, message)
        .severity(Severity::Error)
        .confidence(confidence)
        .help(format!(
            "Name a wheel for Python {target}, or the distribution and its version, and let pip choose."
        ))
        .url("https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/")
        .emit();
}
