//! Editing JSON by the places of its values.

use ruff_text_size::{TextRange, TextSize};

use super::Change;
use super::entries::{self, Language, List};
use crate::parse::json::Value;

/// The deletions that take the member at `index` from an object and keep it
/// well-formed: [`entries::remove`].
#[must_use]
pub fn remove_member(text: &str, object: &Value, index: usize) -> Vec<Change> {
    let one = TextSize::new(1);
    let ranges: Vec<TextRange> = object.members().iter().map(|member| member.range()).collect();
    let inside = TextRange::new(object.range.start() + one, object.range.end() - one);
    entries::remove(text, &List { inside, entries: ranges.into(), language: Language::JSON }, index)
}

/// A string literal.
#[must_use]
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where to insert what, so that an array gets one more element behind its
/// last; `None` if it has none to be like.
#[must_use]
pub fn append_element(text: &str, array: &Value, element: &str) -> Option<Change> {
    let [.., last] = array.elements() else { return None };
    let at = last.range.end();
    let from = match array.elements() {
        [.., previous, _] => previous.range.end(),
        _ => array.range.start() + TextSize::new(1),
    };
    let gap = &text[TextRange::new(from, last.range.start())];
    let space = gap.rfind('\n').map_or(" ", |line| &gap[line..]);
    let space = if is_blank(space) { space } else { " " };
    Some(Change::new(TextRange::empty(at), format!(",{space}{element}")))
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::json::parse;

    /// Removes each key in turn from the object, and checks what is left.
    fn removed(text: &str, key: &str) -> String {
        let object = parse(text).expect("well-formed");
        let index = object.members().iter().position(|member| &*member.key == key).expect("there");
        let mut result = text.to_owned();
        for change in remove_member(text, &object, index).into_iter().rev() {
            result.replace_range(std::ops::Range::<usize>::from(change.range), &change.content);
        }
        let rest = parse(&result).unwrap_or_else(|fault| panic!("{fault}: {result}"));
        assert_eq!(rest.members().len() + 1, object.members().len());
        result
    }

    #[test]
    fn removes_members() {
        for (text, key, expected) in [
            ("{\"a\": 1, \"b\": 2, \"c\": 3}", "a", "{\"b\": 2, \"c\": 3}"),
            ("{\"a\": 1, \"b\": 2, \"c\": 3}", "b", "{\"a\": 1, \"c\": 3}"),
            ("{\"a\": 1, \"b\": 2, \"c\": 3}", "c", "{\"a\": 1, \"b\": 2}"),
            ("{ \"a\": 1 }", "a", "{}"),
            ("{\n  \"a\": 1,\n}\n", "a", "{}\n"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "a", "{\n  \"b\": 2\n}\n"),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b", "{\n  \"a\": 1\n}\n"),
            ("{\r\n\t\"a\": 1,\r\n\t\"b\": 2\r\n}", "a", "{\r\n\t\"b\": 2\r\n}"),
            ("{\r\n\t\"a\": 1,\r\n\t\"b\": 2\r\n}", "b", "{\r\n\t\"a\": 1\r\n}"),
            ("{\n  \"a\": 1,\n  \"b\": 2,\n}", "b", "{\n  \"a\": 1,\n}"),
            ("{\n  \"a\": 1, // x, y\n  \"b\": 2 // z\n}", "b", "{\n  \"a\": 1 // x, y\n}"),
            ("{\n  \"a\": 1 // x, y\n  ,\"b\": 2}", "b", "{\n  \"a\": 1 // x, y\n  }"),
            ("{\n  // why\n  \"a\": 1\n}", "a", "{\n  // why\n}"),
            ("{\"a\": [1,\n 2], /* x */ \"b\": 2}", "a", "{ /* x */ \"b\": 2}"),
            ("{\"a\": 1 /* , */, \"b\": 2}", "a", "{\"b\": 2}"),
            ("{\n  \"a\": {\n    \"x\": 1\n  },\n  \"b\": 2\n}", "a", "{\n  \"b\": 2\n}"),
            ("{ \"a\": 1,\n  \"b\": 2 }", "b", "{ \"a\": 1 }"),
            ("{\"é\": 1 /* é */, \"a\": \"é\"}", "a", "{\"é\": 1 /* é */}"),
        ] {
            assert_eq!(removed(text, key), expected, "{text} without {key}");
        }
    }

    /// Every layout of up to three members with these gaps between the tokens.
    #[test]
    fn removes_members_in_any_layout() {
        const GAPS: &[&str] = &["", " ", "\n  ", " /* c, \"x\" */ ", " // c, }\n"];
        for members in 1..=3_usize {
            let gaps = 2 * members + 1;
            let layouts = if members == 3 { 3_usize } else { GAPS.len() };
            for number in 0..layouts.pow(u32::try_from(gaps).expect("small")) * 2 {
                let gap = |at: usize| GAPS[(number / 2 / layouts.pow(at as u32) + members) % GAPS.len()];
                let mut text = format!("{{{}", gap(0));
                for member in 0..members {
                    let comma = if member + 1 < members || number % 2 == 1 { "," } else { "" };
                    let (before, after) = (gap(2 * member + 1), gap(2 * member + 2));
                    text += &format!("\"k{member}\": {member}{before}{comma}{after}");
                }
                text.push('}');
                for member in 0..members {
                    let rest = removed(&text, &format!("k{member}"));
                    let rest = parse(&rest).expect("checked");
                    let left: Vec<_> = (0..members).filter(|other| *other != member).collect();
                    let keys: Vec<_> = rest.members().iter().map(|member| member.key.to_string()).collect();
                    let expected: Vec<_> = left.iter().map(|other| format!("k{other}")).collect();
                    assert_eq!(keys, expected, "{text} without k{member}");
                }
            }
        }
    }

    #[test]
    fn appends_elements() {
        for (text, expected) in [
            ("[1]", "[1, 2]"),
            ("[\n  1\n]", "[\n  1,\n  2\n]"),
            ("[0,\n  1 // x\n]", "[0,\n  1,\n  2 // x\n]"),
            ("[1,]", "[1, 2,]"),
        ] {
            let array = parse(text).expect("well-formed");
            let change = append_element(text, &array, "2").expect("not empty");
            let mut result = text.to_owned();
            result.insert_str(change.range.start().to_usize(), &change.content);
            assert_eq!(result, expected);
            assert!(parse(&result).is_ok());
        }
        assert!(append_element("[]", &parse("[]").expect("well-formed"), "2").is_none());
    }
}
