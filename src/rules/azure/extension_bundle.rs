//! `host.json` asks for an extension bundle that is too old.
//!
//! ## What it finds
//! In the `host.json` of Python function apps, ranges of
//! `Microsoft.Azure.Functions.ExtensionBundle` that end below what is accepted:
//!
//! | range | severity |
//! | --- | --- |
//! | below 2.8.2, such as `[1.*, 2.0.0)`: the host refuses to start | error |
//! | below 4.12.0, such as `[2.*, 3.0.0)` and `[3.*, 4.0.0)` | warning |
//!
//! ## Why
//! Python 3.13 runs on version 4 of the Functions host alone, which
//! [refuses old bundles](https://aka.ms/func-min-bundle-versions). The container
//! images for Python 3.12 ask for 4.12.0 at least, and those for 3.13 are built in
//! the same way. Support for bundles before version 4
//! [ended on 30 May 2026](https://learn.microsoft.com/azure/azure-functions/extension-bundles).
//!
//! ## Example
//! ```json
//! { "version": "2.0", "extensionBundle": { "id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[3.*, 4.0.0)" } }
//! ```
//! Use instead:
//! ```json
//! { "version": "2.0", "extensionBundle": { "id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)" } }
//! ```
//!
//! ## Fix safety
//! Unsafe: bindings changed between the bundles, above all those of Cosmos DB and of
//! storage, whose settings in `function.json` and in code got other names.

use crate::catalogue::azure::BUNDLES;
use crate::discover::Kind;
use crate::edit::json::quote;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::json::Value;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: ExtensionBundle = ExtensionBundle;

/// Reports bundles that are too old.
pub struct ExtensionBundle;

impl Rule for ExtensionBundle {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Azure, fix: Some(Applicability::Unsafe), kinds: &[Kind::Json] }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["Microsoft.Azure.Functions.ExtensionBundle"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("extensionBundle")]
    }

    fn check_json(&self, file: &File<'_>, value: &Value, sink: &mut Sink<'_>) {
        let path = &file.document.path;
        let is_host = path.file_name().is_some_and(|name| name == "host.json");
        let Some(bundle) = value.get("extensionBundle").filter(|_| is_host) else { return };
        let text = |key: &str| bundle.get(key).and_then(Value::as_str);
        let (Some(id), Some(range)) = (text("id"), bundle.get("version")) else { return };
        let Some(end) = range.as_str().and_then(End::of) else { return };
        if !id.eq_ignore_ascii_case(BUNDLES.id) || file.project.python_function_app(path).is_none() {
            return;
        }
        if end.is_below(BUNDLES.host) {
            report(file, range, Severity::Error, sink);
        } else if end.is_below(BUNDLES.images) && file.settings.target >= BUNDLES.images_python {
            report(file, range, Severity::Warning, sink);
        }
    }
}

/// Where a range of versions ends.
struct End {
    version: [u64; 3],
    included: bool,
}

impl End {
    /// The end of a range as NuGet writes it; `None` if it has none, or none
    /// that is a version.
    fn of(range: &str) -> Option<Self> {
        let range = range.trim();
        let inside = range.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
        let (start, end) = inside.split_once(',').unwrap_or((inside, inside));
        let is_exact = start == end;
        let mut numbers = end.trim().split('.').map(|part| part.trim().parse::<u64>().ok());
        let mut version = [0; 3];
        for part in &mut version {
            *part = numbers.next().unwrap_or(Some(0))?;
        }
        (!end.trim().is_empty()).then_some(Self { version, included: is_exact || range.ends_with(']') })
    }

    /// Whether every version of the range is below this one.
    fn is_below(&self, minimum: [u64; 3]) -> bool {
        self.version < minimum || self.version == minimum && !self.included
    }
}

fn report(file: &File<'_>, range: &Value, severity: Severity, sink: &mut Sink<'_>) {
    let said = range.as_str().unwrap_or_default();
    let dotted = |release: [u64; 3]| release.map(|part| part.to_string()).join(".");
    let (message, url, confidence) = match severity {
        Severity::Error => (
            format!(
                "the host of Azure Functions that has Python 3.13 refuses extension bundles below {}, and `{said}` admits no other",
                dotted(BUNDLES.host)
            ),
            BUNDLES.host_source,
            Confidence::Certain,
        ),
        _ => {
            let ended = match file.settings.as_of > BUNDLES.last_day {
                true => format!("has no support since {}", BUNDLES.last_day),
                false => format!("has no support after {}", BUNDLES.last_day),
            };
            let images = format!(
                "the container images of Python {} and later refuse what is below {}",
                BUNDLES.images_python,
                dotted(BUNDLES.images)
            );
            (
                format!("the extension bundle `{said}` {ended}, and {images}"),
                BUNDLES.source,
                Confidence::Likely,
            )
        }
    };
    let current = BUNDLES.current;
    sink.finding(BUNDLES.id, range.range, message)
        .severity(severity)
        .confidence(confidence)
        .help(format!("Ask for `{current}`, and read what changed in the bindings that the app uses."))
        .url(url)
        .unsafe_fix(
            format!("Replace `{said}` with `{current}`"),
            "bindings changed between the bundles",
            vec![file.edit(range.range, quote(current))],
        )
        .emit();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_ranges() {
        let below = |range: &str| End::of(range).map(|end| end.is_below([4, 12, 0]));
        for (range, expected) in [
            ("[3.*, 4.0.0)", Some(true)),
            ("[3.3.0,4.0.0)", Some(true)),
            ("[4.*, 5.0.0)", Some(false)),
            ("[4.0.0, 5.0.0)", Some(false)),
            ("[4.0.0, 4.12.0)", Some(true)),
            ("[4.0.0, 4.12.0]", Some(false)),
            ("[2.6.1]", Some(true)),
            ("[4.0.0, )", None),
            ("4.*", None),
            ("[3.*, 4.*)", None),
            ("", None),
        ] {
            assert_eq!(below(range), expected, "{range}");
        }
    }
}
