//! The JSON form of an instruction: an array of strings.

use crate::parse::fragment::Fragment;

/// The strings of the array, each with the place of its content; `None` when
/// the text is anything else, which then is the shell form.
pub(super) fn strings(line: &Fragment) -> Option<Vec<Fragment>> {
    let mut reader = Reader { line, text: line.text(), at: 0 };
    reader.expect('[')?;
    let mut strings = Vec::new();
    if reader.peek() != Some(']') {
        strings.push(reader.string()?);
        while reader.peek() == Some(',') {
            reader.expect(',')?;
            strings.push(reader.string()?);
        }
    }
    reader.expect(']')?;
    reader.peek().is_none().then_some(strings)
}

struct Reader<'f> {
    line: &'f Fragment,
    text: &'f str,
    at: usize,
}

impl Reader<'_> {
    /// The next character that is no white space.
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.text[self.at..].chars().next()
    }

    fn expect(&mut self, expected: char) -> Option<()> {
        (self.peek()? == expected).then(|| self.at += expected.len_utf8())
    }

    fn string(&mut self) -> Option<Fragment> {
        self.expect('"')?;
        let mut value = Fragment::default();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ')?;
            value.push_slice(self.line, self.at, self.at + plain);
            self.at += plain;
            match self.text.as_bytes()[self.at] {
                b'"' => {
                    self.at += 1;
                    return Some(value);
                }
                b'\\' => self.escape(&mut value)?,
                _ => return None,
            }
        }
    }

    fn escape(&mut self, value: &mut Fragment) -> Option<()> {
        let start = self.at;
        let kind = self.text[start + 1..].chars().next()?;
        self.at += 1 + kind.len_utf8();
        let character = match kind {
            '"' | '\\' | '/' => kind,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => self.unicode()?,
            _ => return None,
        };
        let place = self.line.locate(start, self.at);
        value.push_escaped(
            character.encode_utf8(&mut [0; 4]),
            place.start().to_usize(),
            place.end().to_usize(),
        );
        Some(())
    }

    fn unicode(&mut self) -> Option<char> {
        let high = self.hex()?;
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex()?;
            if (0xdc00..0xe000).contains(&low) {
                return char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
            self.at = back;
        }
        Some(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }
}
