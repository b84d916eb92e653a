//! The value of a literal, with the place of each of its bytes in the file.
//!
//! The parsers tell what a literal of YAML, JSON or Python means and where it
//! stands. Here the value is laid beside the text once more, so that commands
//! and code in it can be read on. Whatever does not fit gives nothing.

use ruff_python_ast::str_prefix::StringLiteralPrefix;
use ruff_python_ast::{ExprStringLiteral, StringFlags, StringLiteral};
use ruff_text_size::{Ranged, TextRange};

use super::fragment::Fragment;

/// How a literal says what its text cannot say by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// No escapes; lines may be indented or folded: plain and block scalars.
    Plain,
    /// `''` in single quotes; lines may be folded.
    Doubled,
    /// Backslashes as in YAML and JSON; lines may be folded.
    Escaped,
    /// Backslashes as in Python, which folds nothing.
    Python,
    /// Python without backslashes.
    Raw,
}

/// Lays `value` beside the text of `range`, which is what stands between the
/// quotes.
#[must_use]
pub fn align(text: &str, range: TextRange, value: &str, form: Form) -> Option<Fragment> {
    let end = range.end().to_usize();
    let mut aligner =
        Aligner { text: text.get(..end)?, at: range.start().to_usize(), value, out: Fragment::default() };
    while !aligner.value.is_empty() {
        if aligner.at >= end && aligner.value.trim_end().is_empty() {
            // The line ends that close a block lie behind it.
            aligner.out.push_escaped(aligner.value, end, end);
            break;
        }
        aligner.step(form)?;
    }
    Some(aligner.out)
}

/// The value of a Python string, its parts joined, with its places in the file.
#[must_use]
pub fn python_string(text: &str, string: &ExprStringLiteral) -> Option<Fragment> {
    let mut whole = Fragment::default();
    for part in string.value.iter() {
        let value = python_part(text, part)?;
        whole.push_slice(&value, 0, value.text().len());
    }
    Some(whole)
}

/// The same for one literal of several that stand side by side.
#[must_use]
pub fn python_part(text: &str, part: &StringLiteral) -> Option<Fragment> {
    let (flags, range) = (part.flags, part.range());
    let (start, end) = (range.start() + flags.opener_len(), range.end() - flags.closer_len());
    if start > end {
        return None;
    }
    let raw = matches!(flags.prefix(), StringLiteralPrefix::Raw { .. });
    let form = if raw { Form::Raw } else { Form::Python };
    align(text, TextRange::new(start, end), &part.value, form)
}

struct Aligner<'a> {
    /// Up to the end of the literal.
    text: &'a str,
    at: usize,
    /// What is still to be placed.
    value: &'a str,
    out: Fragment,
}

impl Aligner<'_> {
    fn step(&mut self, form: Form) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        match form {
            Form::Escaped if rest.starts_with('\\') => self.escape(escape_length(rest)?),
            Form::Python if rest.starts_with('\\') => self.python_escape(rest),
            Form::Doubled if rest.starts_with("''") => self.take(1, 2),
            Form::Python | Form::Raw if rest.starts_with("\r\n") && self.value.starts_with('\n') => {
                self.take(1, 2)
            }
            Form::Python | Form::Raw => self.same(rest),
            _ if rest.starts_with(char::is_whitespace) => self.blanks(rest, form),
            // The empty lines at the top of a block lie before it.
            Form::Plain if self.out.is_empty() && self.value.starts_with('\n') => {
                let length = self.value.len() - self.value.trim_start().len();
                self.out.push_escaped(&self.value[..length], self.at, self.at);
                self.value = &self.value[length..];
                Some(())
            }
            _ => self.same(rest),
        }
    }

    /// The next `length` bytes of the value stand as the next `width` bytes.
    fn take(&mut self, length: usize, width: usize) -> Option<()> {
        let value = self.value.get(..length)?;
        if self.text.get(self.at..self.at + width)? == value {
            self.out.push(value, self.at);
        } else {
            self.out.push_escaped(value, self.at, self.at + width);
        }
        self.at += width;
        self.value = &self.value[length..];
        Some(())
    }

    fn same(&mut self, rest: &str) -> Option<()> {
        let next = rest.chars().next().filter(|next| self.value.starts_with(*next))?;
        self.take(next.len_utf8(), next.len_utf8())
    }

    fn escape(&mut self, width: usize) -> Option<()> {
        if width == 0 {
            // The line goes on behind the indentation of the next.
            let rest = &self.text[self.at + 1..];
            self.at += 1 + rest.len() - rest.trim_start().len();
            return Some(());
        }
        self.take(self.value.chars().next()?.len_utf8(), width)
    }

    fn python_escape(&mut self, rest: &str) -> Option<()> {
        let behind = &rest[1..];
        let octal = behind.bytes().take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
        let width = match behind.bytes().next()? {
            b'\n' => {
                self.at += 2;
                return Some(());
            }
            b'\r' => {
                self.at += 2 + usize::from(behind.starts_with("\r\n"));
                return Some(());
            }
            b'x' => 4,
            b'u' => 6,
            b'U' => 10,
            b'N' => behind.find('}')? + 2,
            b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' => 2,
            _ if octal > 0 => 1 + octal,
            // No escape: the backslash stands for itself.
            _ => return self.same(rest),
        };
        self.take(self.value.chars().next()?.len_utf8(), width)
    }

    /// White space, which indentation makes longer and folding shorter.
    fn blanks(&mut self, rest: &str, form: Form) -> Option<()> {
        let run = |text: &str| text.len() - text.trim_start().len();
        let width = run(rest);
        let length = match (form, rest[..width].matches('\n').count()) {
            (Form::Escaped, 0) => self.value.starts_with(&rest[..width]).then_some(width)?,
            (Form::Escaped, 1) => 1,
            (Form::Escaped, lines) => lines - 1,
            _ => run(self.value),
        };
        if length == 0 {
            self.at += width;
            return Some(());
        }
        self.take(length, width)
    }
}

/// Length of the escape that begins here; 0 where it takes in a line's end.
fn escape_length(rest: &str) -> Option<usize> {
    Some(match rest[1..].chars().next()? {
        '\n' | '\r' => 0,
        'x' => 4,
        'U' => 10,
        'u' => {
            let code = u32::from_str_radix(rest.get(2..6)?, 16).ok()?;
            let pair = (0xD800..0xDC00).contains(&code) && rest[6..].starts_with("\\u");
            if pair { 12 } else { 6 }
        }
        other => 1 + other.len_utf8(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{json, yaml};

    /// Where the word `gone` of each scalar of a YAML text stands.
    fn places(text: &str) -> Vec<&str> {
        let documents = yaml::parse(text).expect("well-formed");
        let document = &documents[0];
        let around = |node: &yaml::Node| {
            let fragment = node.fragment(text).unwrap_or_else(|| panic!("does not fit: {node:?}"));
            assert_eq!(Some(fragment.text()), node.as_str());
            let at = fragment.text().find("gone").expect("it is there");
            text[fragment.locate(at, at + 4).to_std_range()].to_owned()
        };
        let found = document.entries(&document.root).iter().map(|entry| around(&entry.value));
        found
            .map(|found| {
                assert_eq!(found, "gone");
                "gone"
            })
            .collect()
    }

    #[test]
    fn scalars_of_yaml_are_placed_in_every_style() {
        let text = concat!(
            "a: x gone # c\n",
            "b: 'it''s\n   gone'\n",
            "c: \"\\u00e9 \\t gone\\n\\\n   é\\n\n\n  z\"\n",
            "d: |\n\n    if a:\n      gone\n\n    é\n",
            "e: >-\n    folded\n    gone\n\n    é\n",
            "f: |2+\n    gone\n\n",
            "g: plain\n   gone\n",
        );
        assert_eq!(places(text).len(), 7);
        assert_eq!(places(&text.replace('\n', "\r\n")).len(), 7);
    }

    #[test]
    fn strings_of_json_are_placed() {
        let text = r#"["\ud83d\ude00 \/ \" gone"]"#;
        let value = json::parse(text).expect("well-formed");
        let fragment = value.elements()[0].fragment(text).expect("it fits its text");
        assert_eq!(fragment.text(), "😀 / \" gone");
        let at = fragment.text().find("gone").expect("it is there");
        assert_eq!(&text[fragment.locate(at, at + 4)], "gone");
    }

    #[test]
    fn what_does_not_fit_gives_nothing() {
        let range = |text: &str| TextRange::up_to(ruff_text_size::TextSize::of(text));
        for (text, value, form) in [
            ("ab", "ac", Form::Plain),
            ("a", "a b", Form::Plain),
            ("\\", "x", Form::Escaped),
            ("\\u12", "x", Form::Escaped),
            ("\\N{x", "x", Form::Python),
            ("a\\x4", "ab", Form::Python),
            ("é\\", "éé", Form::Python),
        ] {
            assert_eq!(align(text, range(text), value, form), None, "{text}");
        }
    }
}
