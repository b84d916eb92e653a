//! What the text around an expression tells of it, that definitions do not.

use ruff_python_ast::ExprRef;

/// Whether a condition tells what something is, or, if it can be set, whether it
/// is given a value. Sees more than there is rather than less.
pub(super) fn is_told(text: &str, written: &str, can_be_set: bool) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(written).any(|(at, _)| {
        let (before, rest) = (&text[..at], &text[at + written.len()..]);
        if before.ends_with(|c| is_part(c) || c == '.') || rest.starts_with(is_part) {
            return false;
        }
        let starts = ["isinstance(", "issubclass(", "type(", "match "];
        let asked = starts.iter().any(|start| before.ends_with(start));
        asked && rest.trim_start().starts_with([',', ')', ':']) || can_be_set && is_target(before, rest)
    })
}

/// `a.b.c` as it is written, whatever stands between.
pub(super) fn written(expr: ExprRef<'_>) -> Option<String> {
    match expr {
        ExprRef::Name(name) => Some(name.id.to_string()),
        ExprRef::Attribute(attribute) => {
            Some(format!("{}.{}", written((&*attribute.value).into())?, attribute.attr))
        }
        // Made anew each time.
        ExprRef::Call(_) => Some("()".to_owned()),
        _ => None,
    }
}

/// Whether what stands between the texts is given a value there.
fn is_target(before: &str, rest: &str) -> bool {
    let rest = rest.trim_start();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    let assigned = rest.starts_with('=') && !rest.starts_with("==");
    let augmented =
        rest.find('=').is_some_and(|at| at <= 3 && rest[..at].bytes().all(|c| b"+-*/%|&^@<>".contains(&c)));
    let is_name = |part: &str| part.chars().all(|c| c.is_alphanumeric() || "_.*[]".contains(c));
    assigned
        || line.is_empty() && (augmented || rest.starts_with(':'))
        || rest.starts_with(',') && line.split(',').all(|part| is_name(part.trim().trim_start_matches('(')))
        || before.ends_with("for ")
        || before.ends_with(" as ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_conditions_and_targets() {
        let told = [
            "if isinstance(a.b, C):",
            "    a.b = c",
            "    a.b: C = c",
            "    a.b += c",
            "    x, a.b = c",
            "    for a.b in c:",
            "with c as a.b:",
            "match a.b:",
        ];
        for text in told {
            assert!(is_told(text, "a.b", true), "{text}");
        }
        let plain = [
            "with a.b:",
            "if a.b == c:",
            "f(a.b, c)",
            "if isinstance(a.b.c, C):",
            "x = {a: a.b, c: d}",
            "    a.b.c = d",
            "return a.b - c",
            "aa.b = c",
        ];
        for text in plain {
            assert!(!is_told(text, "a.b", true), "{text}");
        }
        assert!(!is_told("a = c", "a", false));
    }
}
