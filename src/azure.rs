//! What the configuration of Azure means: which application settings an app
//! gets, on which Python and on which plan it runs.
//!
//! Many languages describe the same resources. Each is seen as [`Term`]s first,
//! so that what a setting or a version is, is said once.
//!
//! [`Term`]: crate::parse::term::Term

pub mod apps;
pub mod arm;
pub mod commands;
pub mod context;
pub mod extensions;
pub mod names;
pub mod plans;
pub mod program;
pub mod pythons;
pub mod runtimes;
pub mod settings;
pub mod sources;

use crate::discover::Kind;

/// The kinds of file that describe apps.
pub const KINDS: &[Kind] = &[
    Kind::Bicep,
    Kind::Json,
    Kind::Hcl,
    Kind::Yaml,
    Kind::JavaScript,
    Kind::Python,
    Kind::PowerShell,
    Kind::Shell,
    Kind::Makefile,
    Kind::Dockerfile,
];

/// Whether a file of this kind may describe apps at all, at a glance. Programs
/// only do with a library for it.
#[must_use]
pub fn may_describe(kind: Kind, text: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(text, word.as_bytes()).is_some();
    match kind {
        Kind::Python => has("pulumi_azure") || has("cdktf") || has("imports.azurerm"),
        Kind::JavaScript => has("azure"),
        _ => true,
    }
}

/// A key without what languages spell differently: `app_settings` is `appSettings`.
#[must_use]
pub fn plain(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}
