//! A module of the standard library that the target version no longer has.
//!
//! Placeholder page.

use crate::discover::Kind;
use crate::finding::{Applicability, Group};
use crate::rule::{Meta, Rule};

/// The rule.
pub static RULE: RemovedModule = RemovedModule;

/// Reports imports of removed modules.
pub struct RemovedModule;

impl Rule for RemovedModule {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Stdlib,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }
}
