//! Syntax that the grammar of an older Python does not have.

use ruff_python_parser::{UnsupportedSyntaxError, UnsupportedSyntaxErrorKind};
use ruff_text_size::{Ranged, TextRange};

use super::parsed;
use crate::parse::notebook::Cells;
use crate::version::PythonVersion;

/// Syntax that some Python does not have yet.
#[derive(Debug, Clone, Copy)]
pub struct Newer {
    /// Where it stands.
    pub range: TextRange,
    /// A short name for it.
    pub symbol: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// The first Python that has it.
    pub since: PythonVersion,
}

/// What in a text the grammar of an older Python does not have.
#[must_use]
pub fn newer(text: &str, cells: Option<&Cells>, minimum: PythonVersion) -> Vec<Newer> {
    let parsed = parsed(text, cells, minimum);
    let newer = parsed.unsupported_syntax_errors().iter();
    newer
        .filter_map(|error| {
            let (symbol, what, minor) = named(error)?;
            Some(Newer { range: error.range(), symbol, what, since: PythonVersion { major: 3, minor } })
        })
        .collect()
}

/// The short name of some syntax, its words, and the minor release it came with.
fn named(error: &UnsupportedSyntaxError) -> Option<(&'static str, &'static str, u8)> {
    use UnsupportedSyntaxErrorKind as K;
    Some(match error.kind {
        K::Match => ("match", "the `match` statement", 10),
        K::Walrus => ("walrus", "`:=`", 8),
        K::ExceptStar => ("except-star", "`except*`", 11),
        // Which of them it is, only the message tells.
        K::UnparenthesizedNamedExpr(_) if error.to_string().contains("index") => {
            ("walrus-index", "`:=` without parentheses in a subscript", 10)
        }
        K::UnparenthesizedNamedExpr(_) => ("walrus-set", "`:=` without parentheses in a set", 9),
        K::StarTuple(_) => ("star-return", "a starred value in `return` or `yield` without parentheses", 8),
        K::RelaxedDecorator(_) => ("decorator", "a decorator that is more than a name or a call", 9),
        K::PositionalOnlyParameter => ("positional-only", "parameters that are positional only (`/`)", 8),
        K::TypeParameterList => ("type-parameters", "a list of type parameters", 12),
        K::TypeAliasStatement => ("type-alias", "the `type` statement", 12),
        K::TypeParamDefault => ("type-default", "a type parameter with a default", 13),
        K::Pep701FString(_) => {
            ("nested-quotes", "an f-string with its own quote, a backslash or a comment in the braces", 12)
        }
        K::ParenthesizedContextManager => ("with-parentheses", "parentheses around the items of `with`", 9),
        K::StarExpressionInIndex => ("star-index", "a starred value in a subscript", 11),
        K::StarAnnotation => ("star-annotation", "a starred annotation", 11),
        K::UnparenthesizedUnpackInFor => ("star-for", "a starred value in `for` without parentheses", 9),
        K::UnparenthesizedExceptionTypes => {
            ("bare-except", "several classes in `except` without parentheses", 14)
        }
        K::TemplateStrings => ("t-string", "a template string", 14),
        _ => return None,
    })
}
