//! A build for Amazon Linux 2023 takes packages that were made for another system.
//!
//! ## What it finds
//! In stages on Amazon Linux 2023, and in those that will be built on it once they have been moved to the target: EPEL,
//! packages and repositories for Enterprise Linux 7 (`…el7.x86_64.rpm`, `/rhel/7/`, `centos-7`), and Microsoft's
//! repository for Amazon Linux 2.
//!
//! ## Why
//! Amazon Linux 2 was close to Enterprise Linux 7, so that its packages could be used. Amazon Linux 2023 has glibc 2.34
//! and OpenSSL 3; what was built for the older libraries cannot be installed, or does not start. There is
//! [no EPEL](https://docs.aws.amazon.com/linux/al2023/ug/epel.html) for it: its packages ask for a release of Enterprise
//! Linux, which Amazon Linux 2023 is not. Some of them are in SPAL, the package `spal-release`.
//!
//! ## Example
//! ```dockerfile
//! FROM amazonlinux:2023
//! RUN curl -o /etc/yum.repos.d/mssql.repo https://packages.microsoft.com/config/rhel/7/prod.repo
//! RUN ACCEPT_EULA=Y dnf install -y msodbcsql17
//! ```
//! Use instead:
//! ```dockerfile
//! FROM amazonlinux:2023
//! RUN curl -o /etc/yum.repos.d/mssql.repo https://packages.microsoft.com/config/rhel/9/prod.repo
//! RUN ACCEPT_EULA=Y dnf install -y msodbcsql18
//! ```
//!
//! ## Fix safety
//! Microsoft's repository is changed to the one for Enterprise Linux 9, together with the driver of the stage. It is
//! unsafe: the name of the driver in connection strings becomes `ODBC Driver 18 for SQL Server`, and that driver wants
//! encrypted connections. For other repositories there is no fix.

use ruff_text_size::TextRange;

use crate::discover::Kind;
use crate::docker::called::{Called, Wanted, called};
use crate::docker::reach::{Outcome, Reach};
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::parse::dockerfile::{Arguments, Dockerfile, Name};
use crate::parse::shell::Word;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: ForeignRepository = ForeignRepository;

/// Reports packages of other systems.
pub struct ForeignRepository;

const EPEL: &str = "https://docs.aws.amazon.com/linux/al2023/ug/epel.html";
const LIBRARIES: &str = "https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html";
const MICROSOFT: &str = "https://learn.microsoft.com/sql/connect/odbc/linux-mac/installing-the-microsoft-odbc-driver-for-sql-server";

const WANTED: Wanted = Wanted {
    names: &["curl", "dnf", "microdnf", "rpm", "wget", "yum", "yum-config-manager"],
    on: |system, _| system.id.starts_with("amazon-linux-2023"),
    installed: true,
};

impl Rule for ForeignRepository {
    fn meta(&self) -> &'static Meta {
        &Meta { group: Group::Docker, fix: Some(Applicability::Unsafe), kinds: &[Kind::Dockerfile] }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| {
            let words: [&[u8]; 6] = [b"el7", b"el-7", b"l/7", b"epel", b"centos", b"amazonlinux/2"];
            words.iter().any(|word| memchr::memmem::find(text, word).is_some())
        })]
    }

    fn check_dockerfile(&self, file: &File<'_>, dockerfile: &Dockerfile, sink: &mut Sink<'_>) {
        for called in called(dockerfile, &WANTED, file.settings.target) {
            if called.reach == Reach::Never || called.outcome() == Outcome::Handled {
                continue;
            }
            for word in called.call.command.arguments() {
                if let Some(foreign) = foreign(word.value.text()) {
                    report(file, dockerfile, &called, word, foreign, sink);
                }
            }
        }
    }
}

/// What a file or an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Foreign {
    Epel,
    Microsoft,
    Seven,
}

/// What a word that is a file or an address has to do with another system.
fn foreign(text: &str) -> Option<Foreign> {
    let lower = text.to_ascii_lowercase();
    let is_address = lower.contains("://");
    if !is_address && !lower.ends_with(".rpm") {
        return None;
    }
    if lower.contains("epel-release") || lower.contains("/epel/") {
        return Some(Foreign::Epel);
    }
    if lower.contains("packages.microsoft.com") {
        let old =
            lower.contains("/rhel/7") || lower.contains("/amazonlinux/2/") || lower.contains("/centos/7");
        return old.then_some(Foreign::Microsoft);
    }
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
    let signs = ["el7", "rhel7", "rhel-7", "rhel/7", "centos7", "centos-7", "centos/7", "el/7", "epel-7"];
    let found = signs.iter().any(|sign| {
        lower.match_indices(sign).any(|(at, _)| {
            // `el7_9` and `.el7.` but not `model7` and `el71`.
            let after = lower[at + sign.len()..].chars().next();
            ends(lower[..at].chars().next_back()) && (ends(after) || after == Some('_'))
        })
    });
    found.then_some(Foreign::Seven)
}

fn report(
    file: &File<'_>,
    dockerfile: &Dockerfile,
    called: &Called<'_>,
    word: &Word,
    foreign: Foreign,
    sink: &mut Sink<'_>,
) {
    let place = called.place();
    let (message, help, url) = match foreign {
        Foreign::Epel => (
            format!("EPEL cannot be used {place}: there is none for Amazon Linux 2023"),
            "Look for the packages in Amazon Linux 2023 itself or in SPAL, the package `spal-release`.",
            EPEL,
        ),
        Foreign::Microsoft => (
            format!("this repository is for another system {place}: its drivers are built for OpenSSL 1.0"),
            "Use the repository `rhel/9` and `msodbcsql18`; the driver's name in connection strings changes.",
            MICROSOFT,
        ),
        Foreign::Seven => (
            format!("this is built for Enterprise Linux 7, whose libraries are not there {place}"),
            "Take what is built for Amazon Linux 2023 or Enterprise Linux 9.",
            LIBRARIES,
        ),
    };
    let installs = matches!(called.name, "dnf" | "microdnf" | "rpm" | "yum");
    let fails = foreign == Foreign::Epel && installs && called.outcome() == Outcome::Stops;
    let symbol = match foreign {
        Foreign::Epel => "epel-release",
        Foreign::Microsoft => "packages.microsoft.com",
        Foreign::Seven => "el7",
    };
    let draft = sink
        .finding(symbol, word.value.range(), message)
        .severity(if fails { Severity::Error } else { Severity::Warning })
        .confidence(called.confidence().min(Confidence::Likely))
        .help(help)
        .url(url);
    if foreign != Foreign::Microsoft || called.moved {
        return draft.emit();
    }
    let edits = microsoft(file, dockerfile, called.stage);
    if edits.is_empty() {
        return draft.emit();
    }
    let edits = edits.into_iter().map(|(range, content)| file.edit(range, content)).collect();
    let reason =
        "connection strings must name `ODBC Driver 18 for SQL Server`, which wants encrypted connections";
    draft.unsafe_fix("Use the repository for Enterprise Linux 9", reason, edits).emit();
}

/// The repository and the drivers of a stage, as they are for Enterprise Linux 9.
fn microsoft(file: &File<'_>, dockerfile: &Dockerfile, stage: usize) -> Vec<(TextRange, String)> {
    let text = &file.document.text;
    let mut edits = Vec::new();
    let Some(stage) = dockerfile.stages.get(stage) else { return edits };
    for instruction in dockerfile.in_stage(stage).iter().filter(|one| one.name == Name::Run) {
        let Arguments::Command(line) = &instruction.arguments else { continue };
        let Some(script) = &line.script else { continue };
        for word in script.calls().all.iter().flat_map(|call| call.command.arguments()) {
            let value = word.value.text();
            let mut write = |from: &str, to: &str| {
                let Some(at) = value.find(from) else { return };
                if let Some(range) =
                    word.value.exact(at, at + from.len()).filter(|range| text[*range] == *from)
                {
                    edits.push((range, to.to_owned()));
                }
            };
            if value.contains("packages.microsoft.com") {
                ["rhel/7", "amazonlinux/2", "centos/7"].into_iter().for_each(|from| write(from, "rhel/9"));
            } else if value == "msodbcsql17" || value == "msodbcsql" {
                write(value, "msodbcsql18");
            } else if value == "mssql-tools" {
                write(value, "mssql-tools18");
            }
        }
    }
    edits
}
