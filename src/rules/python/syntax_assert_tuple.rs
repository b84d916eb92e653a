//! `assert` of a tuple, which is always true.
//!
//! ## What it finds
//! `assert (condition, "message")`: the parentheses make it one tuple with two
//! elements, and a tuple that is not empty is true whatever it holds.
//!
//! ## Why
//! Nothing is asserted. CPython prints a
//! [`SyntaxWarning`](https://docs.python.org/3/reference/simple_stmts.html#the-assert-statement)
//! when it compiles such a file, and a run with `-W error` fails.
//!
//! ## Example
//! ```python
//! total = 3
//! assert (total == 3, "three are needed")
//! ```
//! Use instead:
//! ```python
//! total = 3
//! assert total == 3, "three are needed"
//! ```
//!
//! ## Fix safety
//! Unsafe: from then on the assertion can fail.

use ruff_text_size::{Ranged, TextRange, TextSize};

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::python::compile::warned::What;
use crate::rule::{File, Meta, Rule, Sink, Trigger};

/// The rule.
pub static RULE: SyntaxAssertTuple = SyntaxAssertTuple;

/// Reports assertions of tuples.
pub struct SyntaxAssertTuple;

const SOURCE: &str = "https://docs.python.org/3/reference/simple_stmts.html#the-assert-statement";

impl Rule for SyntaxAssertTuple {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Syntax,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Word("assert")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for warned in code.warned() {
            let What::AssertTuple(assert, tuple) = warned.what else { continue };
            let message = "a tuple that is not empty is always true, so this asserts nothing: Python warns when it \
                           compiles it";
            let draft = sink
                .finding("assert", warned.range, message)
                .severity(Severity::Info)
                .url(SOURCE)
                .help("Write `assert condition, message` without parentheses");
            let [condition, text] = &tuple.elts[..] else {
                draft.emit();
                continue;
            };
            let whole = &file.document.text[tuple.range];
            let plain = assert.msg.is_none() && !whole.contains(['#', '\n', '\r']);
            let simple = |range: TextRange| !file.document.text[range].starts_with('*');
            if !plain || !tuple.parenthesized || !simple(condition.range()) || !simple(text.range()) {
                draft.emit();
                continue;
            }
            let inner = TextRange::new(tuple.start() + TextSize::new(1), tuple.end() - TextSize::new(1));
            let inner = file.document.text[inner].trim().trim_end_matches(',').trim_end();
            let blank = file.document.text[..tuple.start().to_usize()].ends_with("assert");
            let inner = format!("{}{inner}", if blank { " " } else { "" });
            draft
                .unsafe_fix(
                    "Remove the parentheses",
                    "the assertion can fail then",
                    vec![file.edit(tuple.range, inner)],
                )
                .emit();
        }
    }
}
