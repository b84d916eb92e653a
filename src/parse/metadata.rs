//! Metadata of distributions (`METADATA`, `PKG-INFO`, `WHEEL`): headers, as mail has them.
//!
//! Source: <https://packaging.python.org/en/latest/specifications/core-metadata/>.

use ruff_text_size::{TextRange, TextSize};

/// Headers in order of the text. What is no header ends them.
#[derive(Debug, Default)]
pub struct Headers {
    all: Vec<(String, String)>,
}

/// Reads the headers of a text; none if it has no such form.
#[must_use]
pub fn headers(text: &str) -> Headers {
    // The description is no header, and may be long; some writers begin with a blank line.
    let text = text.trim_start_matches(['\n', '\r', '\u{feff}']);
    let end = ["\n\n", "\r\n\r\n"].iter().filter_map(|end| text.find(end)).min().unwrap_or(text.len());
    let Ok((headers, _)) = mailparse::parse_headers(&text.as_bytes()[..end]) else {
        return Headers::default();
    };
    let all = headers.iter().map(|header| (header.get_key(), header.get_value())).collect();
    Headers { all }
}

impl Headers {
    /// The first value of a header, in whatever case its name is written.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.every(name).next()
    }

    /// All values of a header.
    pub fn every<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let named = self.all.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty() && *value != "UNKNOWN")
    }
}

/// Where the first value of a header stands, as far as its first line goes.
#[must_use]
pub fn place(text: &str, name: &str) -> Option<TextRange> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some((key, value)) = line.split_once(':')
            && key.eq_ignore_ascii_case(name)
        {
            let start = at + key.len() + 1 + (value.len() - value.trim_start().len());
            let length = TextSize::try_from(value.trim().len()).ok()?;
            return Some(TextRange::at(TextSize::try_from(start).ok()?, length));
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Metadata-Version: 2.1\nName: zope.interface\nVersion: 5.0\nRequires-Dist: a\n\
                        Requires-Dist: b (>=1)\nRequires-Python: >=3.6,<3.13\nAuthor: UNKNOWN\n\nRequires-Dist: no\n";

    #[test]
    fn headers_end_with_the_description() {
        let headers = headers(TEXT);
        assert_eq!(headers.first("name"), Some("zope.interface"));
        assert_eq!(headers.every("Requires-Dist").collect::<Vec<_>>(), ["a", "b (>=1)"]);
        assert_eq!(headers.first("Author"), None);
        assert_eq!(&TEXT[place(TEXT, "Requires-Python").expect("there")], ">=3.6,<3.13");
    }

    #[test]
    fn nonsense_has_no_headers() {
        for text in ["", "\0\0\0", "no header", ": x", "\n\n\n", "Name", "é: x\nName:"] {
            assert_eq!(headers(text).first("Name"), None, "{text}");
        }
    }
}
