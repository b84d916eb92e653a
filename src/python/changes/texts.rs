//! What literals say: arguments that are texts, directly or by a name bound once.

use ruff_python_ast::{
    Expr, ExprAttribute, ExprCall, FStringPart, InterpolatedStringElement, Operator, Stmt,
};
use ruff_text_size::Ranged;

use super::{Verdict, pattern};
use crate::catalogue::changes::{Argument, Reading};
use crate::finding::Confidence;
use crate::python::Code;
use crate::python::names::{BindingKind, has_word};

/// Names followed before giving up.
const DEEPEST: u32 = 8;

/// Stands for what is not known of a text.
pub(super) const GAP: char = '\u{FFFC}';

/// Whether an argument has the text that is asked for.
pub(super) fn judge<'a>(
    code: &Code<'a>,
    call: &'a ExprCall,
    value: &'a Expr,
    argument: &Argument,
) -> Option<Verdict> {
    let Argument { equals, has, reads, .. } = argument;
    if equals.is_empty() && has.is_none() && reads.is_none() {
        return Some(Verdict::CERTAIN);
    }
    let text = text(code, value, DEEPEST)?;
    let is_said =
        (equals.is_empty() || equals.contains(&text.as_str())) && has.is_none_or(|part| text.contains(part));
    // What a class says its heirs may say otherwise.
    let whence = if value.is_attribute_expr() { Verdict::of(Confidence::Likely) } else { Verdict::CERTAIN };
    match reads {
        _ if !is_said => None,
        None => Some(whence),
        Some(reading) => read(code, call, &text, *reading).map(|found| found.and(whence)),
    }
}

fn read(code: &Code<'_>, call: &ExprCall, text: &str, reading: Reading) -> Option<Verdict> {
    let gaps = text.contains(GAP);
    let found = match reading {
        Reading::GlobalFlags => {
            let misplaced = pattern::misplaced_flags(text, may_be_verbose(code, call));
            let first = misplaced.first()?;
            let before = &text[..first.start];
            // What is filled in before the flags may be nothing at all.
            let partial = before.chars().all(|letter| letter == GAP || letter.is_whitespace());
            return Some(match before.contains(GAP) {
                false => Verdict::CERTAIN,
                true => Verdict { partial, ..Verdict::of(Confidence::Likely) },
            });
        }
        Reading::ZeroPadded => !gaps && is_zero_padded(text),
        Reading::DayWithoutYear => !gaps && has_day_without_year(text),
        Reading::TrailingSlash => text.ends_with('/') && !text.ends_with("**/"),
        Reading::DoubleStar => text.rsplit('/').next() == Some("**"),
        Reading::NamedPlaceholders => !gaps && has_named_placeholders(text),
    };
    found.then_some(Verdict::CERTAIN)
}

/// Whether spaces may mean nothing in a regular expression: the call says so,
/// or passes flags that are made elsewhere.
pub fn may_be_verbose(code: &Code<'_>, call: &ExprCall) -> bool {
    let text = &code.document.text;
    let says = |part: &str| has_word(part, "VERBOSE") || has_word(part, "X");
    says(&text[call.arguments.range()])
        || call.arguments.len() > 1 && (has_word(text, "VERBOSE") || text.contains("re.X"))
}

/// The text of a literal, with [`GAP`] for what is filled in when the program runs.
fn text<'a>(code: &Code<'a>, expr: &'a Expr, steps: u32) -> Option<String> {
    let steps = steps.checked_sub(1)?;
    match expr {
        Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
        Expr::BytesLiteral(literal) => Some(literal.value.bytes().map(char::from).collect()),
        Expr::NumberLiteral(_) | Expr::BooleanLiteral(_) => Some(code.document.text[expr.range()].to_owned()),
        Expr::FString(literal) => {
            let mut text = String::new();
            for part in literal.value.iter() {
                match part {
                    FStringPart::Literal(literal) => text.push_str(literal),
                    FStringPart::FString(literal) => {
                        for element in &literal.elements {
                            match element {
                                InterpolatedStringElement::Literal(literal) => text.push_str(literal),
                                InterpolatedStringElement::Interpolation(_) => text.push(GAP),
                            }
                        }
                    }
                }
            }
            Some(text)
        }
        Expr::BinOp(operation) if operation.op == Operator::Add => {
            let (left, right) =
                (self::text(code, &operation.left, steps), self::text(code, &operation.right, steps));
            match (left, right) {
                (None, None) => None,
                (left, right) => {
                    let gap = || GAP.to_string();
                    Some(left.unwrap_or_else(gap) + &right.unwrap_or_else(gap))
                }
            }
        }
        Expr::BinOp(operation) if operation.op == Operator::Mod => {
            if !matches!(&*operation.left, Expr::StringLiteral(_) | Expr::BytesLiteral(_)) {
                return None;
            }
            Some(filled(&self::text(code, &operation.left, steps)?))
        }
        Expr::Name(name) => match code.names().only_binding(name)? {
            BindingKind::Assignment(value) => self::text(code, value, steps),
            _ => None,
        },
        Expr::Attribute(attribute) => text(code, of_class(code, attribute)?, steps),
        _ => None,
    }
}

/// What `%` makes of a format, with [`GAP`] for what it fills in.
fn filled(format: &str) -> String {
    let mut text = String::new();
    let mut rest = format;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        if let Some(behind) = behind.strip_prefix('%') {
            text.push('%');
            rest = behind;
            continue;
        }
        let named = behind.strip_prefix('(').and_then(|named| named.split_once(')'));
        let options = named.map_or(behind, |(_, options)| options);
        let options =
            options.trim_start_matches(|letter: char| "#0- +*.".contains(letter) || letter.is_ascii_digit());
        text.push(GAP);
        let kind = options.chars().next().map_or(0, char::len_utf8);
        rest = &options[kind..];
    }
    text + rest
}

/// What the class around gives to `self.NAME`, if it does so once.
fn of_class<'a>(code: &Code<'a>, attribute: &'a ExprAttribute) -> Option<&'a Expr> {
    let Expr::Name(object) = &*attribute.value else { return None };
    let class = code.names().class_around(attribute.start())?;
    if !matches!(object.id.as_str(), "self" | "cls") && object.id != class.name.id {
        return None;
    }
    let own = |target: &Expr| matches!(target, Expr::Name(name) if name.id == attribute.attr.id);
    let mut values = class.body.iter().filter_map(|stmt| match stmt {
        Stmt::Assign(assign) => assign.targets.iter().any(own).then_some(&*assign.value),
        Stmt::AnnAssign(assign) => assign.value.as_deref().filter(|_| own(&assign.target)),
        _ => None,
    });
    let value = values.next()?;
    // `self.NAME = …` in a method says something else.
    let assigned = format!("{}.{} =", object.id, attribute.attr);
    (values.next().is_none() && !code.document.text.contains(&assigned)).then_some(value)
}

/// A literal that is a single piece and holds no escape sequences: its text as it stands in the file.
pub fn plain<'c>(code: &'c Code<'_>, expr: &Expr) -> Option<(ruff_text_size::TextRange, &'c str)> {
    let (range, value) = match expr {
        Expr::StringLiteral(literal) => {
            let [part] = literal.value.as_slice() else { return None };
            (part.content_range(), literal.value.to_str().to_owned())
        }
        Expr::BytesLiteral(literal) => {
            let [part] = literal.value.as_slice() else { return None };
            (part.content_range(), literal.value.bytes().map(char::from).collect())
        }
        _ => return None,
    };
    let text = &code.document.text[range];
    (text == value).then_some((range, text))
}

/// `192.168.010.1`
fn is_zero_padded(text: &str) -> bool {
    let address = text.split('/').next().unwrap_or_default();
    let parts: Vec<&str> = address.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 4
        && parts.iter().all(digits)
        && parts.iter().any(|part| part.len() > 1 && part.starts_with('0'))
}

fn has_day_without_year(format: &str) -> bool {
    let mut day = false;
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            continue;
        }
        match letters.next() {
            Some('d') => day = true,
            Some('Y' | 'y' | 'G' | 'C' | 'c' | 'x' | 'D' | 'F') => return false,
            _ => {}
        }
    }
    day
}

/// `:name` outside of quotes, and no `?`.
fn has_named_placeholders(sql: &str) -> bool {
    let mut quote = None;
    let mut before = ' ';
    let mut letters = sql.chars().peekable();
    let mut found = false;
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(letter),
            (None, '?') => return false,
            (None, ':') if before != ':' && !before.is_alphanumeric() => {
                found |= letters.peek().is_some_and(|next| next.is_alphabetic() || *next == '_');
            }
            _ => {}
        }
        before = letter;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_addresses() {
        for padded in ["192.168.01.1", "010.0.0.0/8", "1.2.3.00"] {
            assert!(is_zero_padded(padded), "{padded}");
        }
        for other in ["192.168.0.1", "0.0.0.0", "1.2.03", "a.b.c.0d", "2001:db8::01"] {
            assert!(!is_zero_padded(other), "{other}");
        }
    }

    #[test]
    fn formats_are_filled_in() {
        for (format, text) in
            [("%s|%s(?s)", "G|G(?s)"), ("a%%b%-5.2fc", "a%bGc"), ("%(name)s(?i)", "G(?i)"), ("100%", "100G")]
        {
            assert_eq!(filled(format).replace(GAP, "G"), text, "{format}");
        }
    }

    #[test]
    fn formats_may_lack_a_year() {
        assert!(has_day_without_year("%d %b") && has_day_without_year("%m-%d %H:%M"));
        assert!(
            !has_day_without_year("%Y-%m-%d")
                && !has_day_without_year("%H:%M")
                && !has_day_without_year("%%d")
        );
    }

    #[test]
    fn placeholders_stand_outside_of_strings() {
        assert!(has_named_placeholders("select * from t where a = :a"));
        for other in ["select '12:30'", "select a::text", "select ?", "select ':a'", "select 1"] {
            assert!(!has_named_placeholders(other), "{other}");
        }
    }
}
