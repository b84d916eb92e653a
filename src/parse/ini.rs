//! `setup.cfg` and `tox.ini`: sections of options, values over several lines,
//! each with its place.

use ruff_text_size::{TextRange, TextSize};

/// What `configparser` makes of a file, as far as it is regular; nothing is refused.
#[derive(Debug, Clone, Default)]
pub struct Ini {
    /// In order of the text.
    pub options: Vec<Entry>,
}

/// One option of a section.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The section, without brackets and the blanks around it.
    pub section: Box<str>,
    /// As `configparser` and setuptools compare names: in lower case, `-` as `_`.
    pub name: Box<str>,
    /// The name as written.
    pub name_range: TextRange,
    /// The lines of the value that are not empty, without indentation and comments.
    pub lines: Vec<TextRange>,
}

/// Reads a file.
#[must_use]
pub fn parse(text: &str) -> Ini {
    let mut ini = Ini::default();
    let mut section = "";
    let mut within = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if content.starts_with(['#', ';']) || content.is_empty() {
            continue;
        }
        let first = start + line.len() - line.trim_start().len();
        if line.starts_with([' ', '\t']) {
            if let Some(entry) = ini.options.last_mut().filter(|_| within) {
                entry.lines.extend(uncommented(content, first));
            }
        } else if let Some(header) = content.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = header.trim();
            within = false;
        } else {
            let length = content.find(['=', ':']).unwrap_or(content.len());
            let name = content[..length].trim_end();
            let value = content.get(length + 1..).unwrap_or_default();
            let value_start = first + content.len() - value.trim_start().len();
            ini.options.push(Entry {
                section: section.into(),
                name: name.to_ascii_lowercase().replace('-', "_").into(),
                name_range: range(first, first + name.len()),
                lines: uncommented(value.trim_start(), value_start).into_iter().collect(),
            });
            within = true;
        }
    }
    ini
}

impl Ini {
    /// An option of a section.
    #[must_use]
    pub fn get(&self, section: &str, name: &str) -> Option<&Entry> {
        self.options.iter().find(|entry| &*entry.section == section && &*entry.name == name)
    }

    /// The options of a section.
    pub fn section<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.options.iter().filter(move |entry| &*entry.section == section)
    }
}

impl Entry {
    /// The value, its lines joined by line feeds.
    #[must_use]
    pub fn value(&self, text: &str) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| &text[*line]).collect();
        lines.join("\n")
    }
}

/// setuptools and tox strip ` #` comments themselves.
fn uncommented(line: &str, start: usize) -> Option<TextRange> {
    let kept = line.split(" #").next().unwrap_or(line).trim_end();
    (!kept.is_empty()).then(|| range(start, start + kept.len()))
}

fn range(start: usize, end: usize) -> TextRange {
    let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
    TextRange::new(offset(start), offset(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sections_and_lines() {
        let text = "# x\r\n[ options ]\r\nPython-Requires = >=3.8 # why\r\ninstall_requires =\r\n    a  # é\r\n\r\n    ; no\r\n    b\r\n[tox:tox]\nenvlist=py38,\n  py39\nflag\n[broken\n";
        let ini = parse(text);
        let value = |section, name| ini.get(section, name).map(|entry| entry.value(text));
        assert_eq!(value("options", "python_requires").as_deref(), Some(">=3.8"));
        assert_eq!(value("options", "install_requires").as_deref(), Some("a\nb"));
        assert_eq!(value("tox:tox", "envlist").as_deref(), Some("py38,\npy39"));
        assert_eq!(value("tox:tox", "flag").as_deref(), Some(""));
        assert_eq!(value("tox", "envlist"), None);
        assert_eq!(ini.section("options").count(), 2);
        assert_eq!(&text[ini.options[0].name_range], "Python-Requires");
    }

    #[test]
    fn survives_nonsense() {
        for text in ["", "[", "]", "=", " x", "[]\n=\n", "[a]\n =é\n:\n#\n", "\u{feff}[a]"] {
            let _ = parse(text);
        }
    }
}
