//! A build removes the cache of a package manager from a place where it is not.
//!
//! ## What it finds
//! `rm -rf /var/cache/yum` where the cache is in `/var/cache/dnf`, as with the full `dnf` of Amazon Linux 2023, and
//! `rm -rf /var/cache/dnf` where it is in `/var/cache/yum`, as with `microdnf`, when the same command line does not say
//! `clean all`.
//!
//! ## Why
//! The image keeps what it was meant to lose, some ten to hundred megabytes. `dnf clean all` removes the cache
//! [wherever it is](https://dnf.readthedocs.io/en/latest/command_ref.html#clean-command).
//!
//! ## Example
//! ```dockerfile
//! FROM amazonlinux:2023
//! RUN dnf install -y gcc && rm -rf /var/cache/yum
//! ```
//! Use instead:
//! ```dockerfile
//! FROM amazonlinux:2023
//! RUN dnf install -y gcc && dnf clean all && rm -rf /var/cache/yum
//! ```
//!
//! ## Fix safety
//! Safe: the cache is removed besides.

use ruff_text_size::TextRange;

use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::reach::Reach;
use crate::finding::{Applicability, Group, Severity};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::shell::Command;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: PackageCache = PackageCache;

/// Reports caches that stay.
pub struct PackageCache;

const URL: &str = "https://dnf.readthedocs.io/en/latest/command_ref.html#clean-command";

const WANTED: Wanted =
    Wanted { names: &["rm"], on: |system, _| system.id.starts_with("amazon-linux-2023"), installed: true };

impl Rule for PackageCache {
    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Safe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| memchr::memmem::find(text, b"/var/cache/").is_some())]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for called in called(dockerfile, &WANTED, file.settings.target) {
            if called.reach == Reach::Never || called.moved {
                continue;
            }
            let script = dockerfile.instructions.get(called.number).and_then(|one| one.script());
            let calls = script.map(|script| script.calls().all).unwrap_or_default();
            let installs = calls.iter().any(|call| is_manager(call.command, "install"));
            if installs && !calls.iter().any(|call| is_manager(call.command, "clean")) {
                report(file, &called, sink);
            }
        }
    }
}

fn is_manager(command: &Command, order: &str) -> bool {
    matches!(command.name(), Some("dnf" | "microdnf" | "yum"))
        && command.arguments().iter().any(|word| word.literal() == Some(order))
}

fn report(file: &File<'_>, called: &Called<'_>, sink: &mut Sink<'_>) {
    let (there, elsewhere) = match called.system.manager {
        "microdnf" => ("/var/cache/yum", "/var/cache/dnf"),
        _ => ("/var/cache/dnf", "/var/cache/yum"),
    };
    let arguments = called.call.command.arguments();
    let named = |path: &str| arguments.iter().find(|word| word.value.text().starts_with(path));
    // `/var/cache` or `/var/cache/*` has both.
    let both = arguments.iter().any(|word| {
        let text = word.value.text();
        matches!(text.trim_end_matches('/'), "/var/cache" | "/var/cache/*") || word.expansions.len() > 1
    });
    let (Some(word), None, false) = (named(elsewhere), named(there), both) else { return };
    let message = format!("the cache is not in `{elsewhere}` in `{}`, it stays in the image", called.image);
    let draft = sink
        .finding("rm", word.range, message)
        .severity(Severity::Info)
        .confidence(called.confidence())
        .help("Add `dnf clean all`.")
        .url(URL);
    let start = called.call.command.words.first().map(|word| word.range.start());
    let Some(start) = start.filter(|_| !called.exec && called.system.has.contains(&"dnf")) else {
        return draft.emit();
    };
    draft
        .safe_fix("Add `dnf clean all`", vec![file.edit(TextRange::empty(start), "dnf clean all && ")])
        .emit();
}
