//! A `newskin:` comment that suppresses nothing, or that cannot be understood.
//!
//! ## What it finds
//! `# newskin: ignore[rule]` at the end of a line, and
//! `# newskin: ignore-file[rule]` on a line of its own, when no finding of the
//! rule is left for them: the code was mended, or the comment stands in the
//! wrong place. These are informative. A comment that names no rule, an unknown
//! one, or lacks its brackets suppresses nothing at all and is a warning.
//!
//! A comment is only called unused if its rule ran, so `--select` and `--ignore`
//! make nobody remove a comment that others need.
//!
//! ## How to suppress
//! - The brackets hold rules, or rules limited to a symbol or a glob of symbols:
//!   `ignore[removed-module:cgi, syntax-error]`. Behind them is room for the reason.
//! - At the end of a line the comment is about findings that touch the line. At
//!   the first or last line of a statement that spans several, it is about the
//!   whole statement.
//! - In a Dockerfile, where most instructions take no comment behind them, it may
//!   stand on the line before the instruction.
//! - `ignore-file` may stand anywhere in the file, at a line's start; in a
//!   notebook, in any cell.
//! - JSON with comments and Bicep write `//`, HCL `#` or `//`, all others `#`.
//!
//! ## Why
//! A comment without use hides the next real finding, and tells readers of a
//! danger that is not there.
//!
//! ## Example
//! ```python
//! import json  # newskin: ignore[removed-module] needed by the old host
//! ```
//! Use instead:
//! ```python
//! import json
//! ```
//!
//! ## Fix safety
//! The comment, or the one entry of it that is unused, is removed. Nothing but
//! comments changes: safe.

use crate::discover::Kind;
use crate::finding::{Applicability, Group};
use crate::rule::{Meta, Rule, Trigger};

/// The rule.
pub static RULE: UnusedSuppression = UnusedSuppression;

/// Has no check of its own: what is unused shows when all other rules are done.
pub struct UnusedSuppression;

impl Rule for UnusedSuppression {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Newskin,
            fix: Some(Applicability::Safe),
            kinds: &[
                Kind::Python,
                Kind::Stub,
                Kind::Notebook,
                Kind::Dockerfile,
                Kind::Shell,
                Kind::Makefile,
                Kind::Yaml,
                Kind::Json,
            ],
        }
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("newskin")]
    }

    fn reads_broken(&self) -> bool {
        false
    }
}
