//! A build configures `yum` in files that nothing reads.
//!
//! ## What it finds
//! `/etc/yum.conf` and `/etc/yum/vars` on command lines and as targets of redirections and of `COPY`, in stages on the
//! minimal Amazon Linux 2023, and in those that will be built on it once they have been moved to the target.
//! `/etc/yum.repos.d` is still the folder of the repositories, and left alone.
//!
//! ## Why
//! `dnf` and `microdnf` read [`/etc/dnf/dnf.conf`](https://dnf.readthedocs.io/en/latest/conf_ref.html) and
//! `/etc/dnf/vars`. What is written to the old places has no effect, and what reads or edits them fails, because they are
//! not there. The full image has the old names as links.
//!
//! ## Example
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN echo tsflags=nodocs >> /etc/yum.conf
//! ```
//! Use instead:
//! ```dockerfile
//! FROM public.ecr.aws/lambda/python:3.13
//! RUN echo tsflags=nodocs >> /etc/dnf/dnf.conf
//! ```
//!
//! ## Fix safety
//! The path is changed. It is unsafe: options of `yum` that `microdnf` does not have stay without effect.

use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Group, Severity};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::fragment::Fragment;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: PackageConfiguration = PackageConfiguration;

/// Reports files that only `yum` reads.
pub struct PackageConfiguration;

const URL: &str = "https://dnf.readthedocs.io/en/latest/conf_ref.html";

/// Programs that write and edit files.
const WANTED: Wanted = Wanted {
    names: &["awk", "cat", "cp", "echo", "grep", "mkdir", "mv", "perl", "printf", "sed", "tee"],
    on: |system, _| system.manager == "microdnf" && system.has.contains(&"dnf"),
    installed: true,
};

/// Old places and new ones.
const PLACES: [(&str, &str); 2] =
    [("/etc/yum.conf", "/etc/dnf/dnf.conf"), ("/etc/yum/vars", "/etc/dnf/vars")];

impl Rule for PackageConfiguration {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| {
            PLACES.iter().any(|(old, _)| memchr::memmem::find(text, old.as_bytes()).is_some())
        })]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for called in called(dockerfile, &WANTED, file.settings.target) {
            if called.reach == Reach::Never || called.outcome() == Outcome::Handled {
                continue;
            }
            let command = called.call.command;
            // What is printed is text; where it goes is a file.
            let prints = matches!(called.name, "echo" | "printf");
            let arguments = if prints { &[] } else { command.arguments() };
            let written = command.redirects.iter().filter(|one| !one.operator.starts_with("<<"));
            for word in
                arguments.iter().map(|word| (word, false)).chain(written.map(|one| (&one.target, true)))
            {
                report(file, &called, &word.0.value, word.1, sink);
            }
        }
    }
}

fn report(file: &File<'_>, called: &Called<'_>, path: &Fragment, redirected: bool, sink: &mut Sink<'_>) {
    let text = path.text();
    let fits =
        |old: &str| text.strip_prefix(old).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let Some((old, new)) = PLACES.iter().find(|(old, _)| fits(old)) else { return };
    let edits = matches!(called.name, "sed" | "awk" | "grep" | "perl" | "cat") && !redirected;
    let fails = edits && called.outcome() == Outcome::Stops && *old == PLACES[0].0;
    let what = if fails { "is not there" } else { "is read by nothing" };
    let draft = sink
        .finding(*old, path.range(), format!("`{old}` {what} {}", called.place()))
        .severity(if fails { Severity::Error } else { Severity::Warning })
        .confidence(called.confidence())
        .help(format!("Use `{new}`."))
        .url(URL);
    let place = path.exact(0, old.len()).filter(|range| file.document.text[*range] == **old);
    let Some(place) = place.filter(|_| !called.moved && !called.exec) else { return draft.emit() };
    let reason = "options of `yum` that `microdnf` does not have stay without effect";
    draft.unsafe_fix(format!("Write `{new}`"), reason, vec![file.edit(place, *new)]).emit();
}
