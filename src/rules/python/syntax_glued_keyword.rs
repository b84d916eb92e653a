//! A number with a keyword directly behind it.
//!
//! ## What it finds
//! `1if x else 2`, `0in x`, `1or y`: a number literal that a keyword follows
//! without a blank.
//!
//! ## Why
//! [The tokenizer takes it apart](https://docs.python.org/3/whatsnew/3.10.html#deprecated),
//! as ever, but that hides slips: `0x1for x in y` is `0x1f or x in y`, because `f`
//! is a digit. Python 3.10 gives a `DeprecationWarning`, Python 3.11 and later a
//! `SyntaxWarning`, a run with `-W error` fails, and a later Python will refuse it.
//!
//! ## Example
//! ```python
//! print([1if n % 2 else 0 for n in range(4)])
//! ```
//! Use instead:
//! ```python
//! print([1 if n % 2 else 0 for n in range(4)])
//! ```
//!
//! ## Fix safety
//! Safe: a blank is put where Python parts the two anyway.

use ruff_python_ast::token::TokenKind;
use ruff_text_size::{Ranged, TextRange};

use crate::discover::Kind;
use crate::finding::{Applicability, Group, Severity};
use crate::python::Code;
use crate::rule::{File, Meta, Rule, Sink};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: SyntaxGluedKeyword = SyntaxGluedKeyword;

/// Reports keywords that are glued to numbers.
pub struct SyntaxGluedKeyword;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.10.html#deprecated";

/// The keywords that Python takes behind a number without a blank.
const GLUED: &[TokenKind] = &[
    TokenKind::And,
    TokenKind::Else,
    TokenKind::For,
    TokenKind::If,
    TokenKind::In,
    TokenKind::Is,
    TokenKind::Not,
    TokenKind::Or,
];

impl Rule for SyntaxGluedKeyword {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Syntax,
            fix: Some(Applicability::Safe),
            kinds: &[Kind::Python, Kind::Stub, Kind::Notebook],
        }
    }

    fn gravest(&self) -> Severity {
        Severity::Info
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        let tokens = code.module.tokens();
        for (number, word) in tokens.iter().zip(tokens.iter().skip(1)) {
            let is_number = matches!(number.kind(), TokenKind::Int | TokenKind::Float | TokenKind::Complex);
            if !is_number || number.end() != word.start() || !GLUED.contains(&word.kind()) {
                continue;
            }
            let both = TextRange::new(number.start(), word.end());
            let text = &file.document.text;
            let parted = format!("{} {}", &text[number.range()], &text[word.range()]);
            let message = format!(
                "`{}` is read as `{parted}`: Python 3.10 and later warn of a keyword directly behind a number",
                &text[both]
            );
            sink.finding(&text[both], both, message)
                .severity(Severity::Info)
                .url(SOURCE)
                .versions(Some(PythonVersion::PY310), None)
                .help("Put a blank between the two")
                .safe_fix("Put a blank between the two", vec![file.edit(TextRange::empty(word.start()), " ")])
                .emit();
        }
    }
}
