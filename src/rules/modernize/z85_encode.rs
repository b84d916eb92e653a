//! Z85 that the standard library encodes and decodes.
//!
//! ## What it finds
//! `zmq.utils.z85.encode` and `decode`, those of the package `z85`, and string
//! literals that are the alphabet of Z85, where the oldest Python of the project is
//! 3.13 or later.
//!
//! ## Why
//! Python 3.13 brought
//! [`base64.z85encode` and `base64.z85decode`](https://docs.python.org/3/library/base64.html#base64.z85encode).
//! They give the same for all data whose length is a multiple of 4 bytes, which
//! is all that Z85 is defined for. ZeroMQ's functions refuse other lengths;
//! `base64` takes them.
//!
//! ## Example
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! from zmq.utils import z85
//!
//! print(z85.encode(b"\x86\x4f\xd2\x6f"))
//! ```
//! Use instead:
//! ```python
//! # /// script
//! # requires-python = ">=3.13"
//! # ///
//! import base64
//!
//! print(base64.z85encode(b"\x86\x4f\xd2\x6f"))
//! ```
//!
//! ## Fix safety
//! Unsafe: data of other lengths is no longer refused.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprStringLiteral};
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::edit::spell::{self, At};
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::mentions::mentions;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: Z85Encode = Z85Encode;

/// Reports Z85 that does not come from the standard library.
pub struct Z85Encode;

const SOURCE: &str = "https://docs.python.org/3/library/base64.html#base64.z85encode";
const ALPHABET: &str =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const FUNCTIONS: &[&str] = &[
    "zmq.utils.z85.encode",
    "zmq.utils.z85.decode",
    "z85.encode",
    "z85.decode",
    "z85.z85.encode",
    "z85.z85.decode",
];

impl Rule for Z85Encode {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Modernize,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![
            Trigger::Word("z85"),
            Trigger::Word("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() < PythonVersion::PY313 {
            return;
        }
        let own = code.project.has_module(&file.document.path, "z85");
        for mention in mentions(code, FUNCTIONS) {
            if own && mention.dotted.starts_with("z85.") {
                continue;
            }
            let successor =
                if mention.dotted.ends_with("encode") { "base64.z85encode" } else { "base64.z85decode" };
            let range = mention.expr.range();
            let draft = sink
                .finding(
                    mention.dotted,
                    range,
                    format!("Python 3.13 has `{successor}` for `{}`", mention.dotted),
                )
                .severity(Severity::Info)
                .url(SOURCE)
                .help(format!("Call `{successor}`"));
            let at = At { place: range.start(), beside: None };
            let spelling = spell::name(code, successor, at);
            let import = spelling.as_ref().and_then(|spelling| spelling.insertion(code, at));
            let (Some(spelling), Some(import)) = (spelling, import) else {
                draft.emit();
                continue;
            };
            let import = import.map(|change| file.edit(change.range, change.content));
            let edits = import.into_iter().chain([file.edit(range, spelling.text)]).collect();
            let reason = "it takes data of any length, where ZeroMQ refuses what Z85 is not defined for";
            draft.unsafe_fix(format!("Call `{successor}`"), reason, edits).emit();
        }
        let mut alphabets = Alphabets { found: Vec::new() };
        alphabets.visit_body(code.module.body());
        for range in alphabets.found {
            sink.finding(
                "alphabet",
                range,
                "Python 3.13 encodes Z85, whose alphabet this is, with `base64.z85encode`",
            )
            .severity(Severity::Info)
            .url(SOURCE)
            .help("Call `base64.z85encode` and `base64.z85decode`")
            .emit();
        }
    }
}

struct Alphabets {
    found: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Alphabets {
    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::StringLiteral(ExprStringLiteral { value, range, .. }) if value.to_str() == ALPHABET => {
                self.found.push(*range);
            }
            Expr::BytesLiteral(bytes) if bytes.value.bytes().eq(ALPHABET.bytes()) => {
                self.found.push(bytes.range)
            }
            _ => visitor::walk_expr(self, expr),
        }
    }
}
