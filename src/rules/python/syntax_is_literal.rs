//! `is` or `is not` with a literal.
//!
//! ## What it finds
//! `x is "a"`, `x is not 1`, `x is ()` and the like: numbers, strings, bytes and
//! tuples of constants on either side of `is`. Not `None`, `True`, `False` and
//! `...`, of which there is one each.
//!
//! ## Why
//! `is` asks whether both are the same object. Whether equal strings and numbers
//! are is not defined: CPython happens to share some, and which ones has changed
//! with its versions. [Since Python 3.8 it prints a `SyntaxWarning`](https://docs.python.org/3/whatsnew/3.8.html#changes-in-python-behavior)
//! when it compiles such a file, and a run with `-W error` fails.
//!
//! ## Example
//! ```python
//! mode = "".join(["r", "b"])
//! print(mode is "rb")
//! ```
//! Use instead:
//! ```python
//! mode = "".join(["r", "b"])
//! print(mode == "rb")
//! ```
//!
//! ## Fix safety
//! Unsafe: `==` is true for equal values too, which is what was meant, but not
//! what the program did; and a class may define what it means, as arrays do.

use ruff_python_ast::CmpOp;
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Edit, Group, Severity};
use crate::python::Code;
use crate::python::compile::warned::{What, is_with_literal};
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SyntaxIsLiteral = SyntaxIsLiteral;

/// Reports comparisons of identity with literals.
pub struct SyntaxIsLiteral;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.8.html#changes-in-python-behavior";

impl Rule for SyntaxIsLiteral {
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
        vec![Trigger::Word("is")]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        for warned in code.warned() {
            let What::IsLiteral(compare, literal) = warned.what else { continue };
            let pairs = is_with_literal(compare);
            let Some((operator, ..)) = pairs.first() else { continue };
            let edits = pairs.iter().map(|(operator, between)| {
                let instead = if *operator == CmpOp::Is { "==" } else { "!=" };
                equality(file, code, *between, instead)
            });
            let instead = if *operator == CmpOp::Is { "==" } else { "!=" };
            let (article, word) = (if literal == "int" { "an" } else { "a" }, operator.as_str());
            let message = format!(
                "`{word}` with {article} `{literal}` literal asks for the same object, which equal values \
                 need not be: Python 3.8 and later warn when they compile it"
            );
            let draft = sink
                .finding(word, warned.range, message)
                .severity(Severity::Info)
                .url(SOURCE)
                .versions(Some(PythonVersion::PY38), None)
                .help(format!("Compare with `{instead}`"));
            let edits: Option<Vec<Edit>> = edits.collect();
            match edits {
                Some(edits) => draft
                    .unsafe_fix(
                        format!("Compare with `{instead}`"),
                        "it is true of equal values that are not the same object, too",
                        edits,
                    )
                    .emit(),
                None => draft.emit(),
            }
        }
    }
}

/// Puts another operator in the place of the one between two operands, unless a
/// comment or a second line stands within it.
fn equality(file: &File<'_>, code: &Code<'_>, between: TextRange, instead: &str) -> Option<Edit> {
    let words = code.module.tokens().in_range(between).iter().filter(|token| token.kind().is_keyword());
    let words: Vec<TextRange> = words.map(Ranged::range).collect();
    let (first, last) = (words.first()?, words.last()?);
    let operator = TextRange::new(first.start(), last.end());
    let text = &file.document.text;
    if text[operator].contains(['#', '\n', '\r']) {
        return None;
    }
    Some(file.edit(operator, instead))
}
