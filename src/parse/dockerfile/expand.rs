//! Variables in a build file: `$V`, `${V:-default}` and the other forms that
//! the builder itself replaces.

use ruff_text_size::TextRange;

use crate::parse::fragment::Fragment;

/// A text with its variables replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expanded {
    /// The text, with the places in the file that its parts come from;
    /// [`Expanded::HOLE`] stands for every part that is not known.
    pub value: Fragment,
    /// It holds unless the build is given other arguments.
    pub assumed: bool,
}

impl Expanded {
    /// Stands for a part that only the build knows. No text of a build file
    /// that means anything contains it.
    pub const HOLE: char = '\0';

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.value.text()
    }

    /// Whether every part is known.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.text().contains(Self::HOLE)
    }

    /// A text that stands for what is written at a place.
    pub(super) fn instead_of(text: &str, place: TextRange, assumed: bool) -> Self {
        let mut value = Fragment::default();
        value.push_escaped(text, place.start().to_usize(), place.end().to_usize());
        Self { value, assumed }
    }
}

/// Gives the value of a variable, if it is known.
pub(super) type Scope<'a> = dyn Fn(&str) -> Option<Expanded> + 'a;

/// Longer values are not looked into: `ARG A=$A$A` doubles with every line.
const LONGEST: usize = 4_096;

/// How deep `${A:-${B:-…}}` is followed.
const DEPTH: usize = 16;

/// Replaces variables and takes quotes away.
pub(super) fn expand(text: &Fragment, scope: &Scope<'_>, escape: char) -> Expanded {
    let mut reader = Reader { line: text, at: 0, scope, escape, depth: 0 };
    reader.word(&[], true)
}

struct Reader<'a> {
    line: &'a Fragment,
    /// How much of it has been read.
    at: usize,
    scope: &'a Scope<'a>,
    escape: char,
    depth: usize,
}

impl Reader<'_> {
    /// Reads up to one of the stops, which is consumed.
    fn word(&mut self, stops: &[char], escapes: bool) -> Expanded {
        let mut out = Expanded::default();
        let mut quote = None;
        while let Some(c) = self.take() {
            match (c, quote) {
                (c, None) if stops.contains(&c) => break,
                ('\'', Some('\'')) | ('"', Some('"')) => quote = None,
                (_, Some('\'')) => self.keep(&mut out),
                ('\'' | '"', None) => quote = Some(c),
                ('$', _) => {
                    let value = self.dollar();
                    if out.text().len() + value.text().len() > LONGEST {
                        self.at = self.line.text().len();
                        return hole(self.line.range());
                    }
                    // Two unknown parts side by side are one.
                    let joins =
                        out.text().ends_with(Expanded::HOLE) && value.text().starts_with(Expanded::HOLE);
                    let from = if joins { Expanded::HOLE.len_utf8() } else { 0 };
                    out.value.push_slice(&value.value, from, value.text().len());
                    out.assumed |= value.assumed;
                }
                (c, Some('"')) if c == self.escape && !self.rest().starts_with(['"', '$', c]) => {
                    self.keep(&mut out);
                }
                (c, _) if c == self.escape && escapes => {
                    if self.take().is_some() {
                        self.keep(&mut out);
                    }
                }
                _ => self.keep(&mut out),
            }
        }
        out
    }

    fn rest(&self) -> &str {
        &self.line.text()[self.at..]
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Appends the character taken last.
    fn keep(&self, out: &mut Expanded) {
        let last = self.line.text()[..self.at].chars().next_back().map_or(0, char::len_utf8);
        out.value.push_slice(self.line, self.at - last, self.at);
    }

    /// Behind a `$`.
    fn dollar(&mut self) -> Expanded {
        let start = self.at - 1;
        let braces = self.rest().starts_with('{');
        if braces {
            self.take();
        }
        let length = self.rest().find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let name = &self.rest()[..length.unwrap_or(self.rest().len())];
        let known = (self.scope)(name);
        let end = self.at + name.len();
        let is_named = !name.is_empty();
        self.at = end;
        if !braces {
            if !is_named {
                return Expanded { value: self.line.slice(start, end), assumed: false };
            }
            return known.unwrap_or_else(|| hole(self.line.locate(start, end)));
        }
        if self.depth >= DEPTH {
            self.at = self.line.text().len();
            return hole(self.line.range());
        }
        self.depth += 1;
        let value = self.modified(start, known);
        self.depth -= 1;
        value
    }

    /// What follows the name within braces, which began at `start`.
    fn modified(&mut self, start: usize, known: Option<Expanded>) -> Expanded {
        let Some(mut operator) = self.take() else { return hole(self.place(start)) };
        let mut empty_counts = false;
        if operator == ':' {
            empty_counts = true;
            operator = self.take().unwrap_or('}');
        }
        let usable = |known: Option<Expanded>| known.filter(|v| !(empty_counts && v.text().is_empty()));
        match operator {
            '}' => known.unwrap_or_else(|| hole(self.place(start))),
            '-' => {
                let default = self.word(&['}'], true);
                // Declared without a value, it is the build that may give one.
                usable(known).unwrap_or(Expanded { assumed: true, ..default })
            }
            '+' => {
                let word = self.word(&['}'], true);
                match usable(known) {
                    Some(value) => Expanded { assumed: word.assumed | value.assumed, ..word },
                    None => Expanded { assumed: true, ..Expanded::default() },
                }
            }
            '?' => {
                self.word(&['}'], true);
                usable(known).unwrap_or_else(|| hole(self.place(start)))
            }
            '#' | '%' => {
                let longest = self.rest().starts_with(operator);
                if longest {
                    self.take();
                }
                let pattern = self.word(&['}'], false);
                let change = |value: &str| trimmed(value, pattern.text(), operator == '#', longest);
                map(known, &pattern, self.place(start), change)
            }
            '/' => {
                let all = self.rest().starts_with('/');
                if all {
                    self.take();
                }
                let pattern = self.word(&['/'], false);
                let replacement = self.word(&['}'], false);
                let change = |value: &str| replaced(value, pattern.text(), replacement.text(), all);
                map(known, &pattern, self.place(start), change)
            }
            _ => {
                self.word(&['}'], true);
                hole(self.place(start))
            }
        }
    }

    /// Where what has been read since `start` stands.
    fn place(&self, start: usize) -> TextRange {
        self.line.locate(start, self.at)
    }
}

/// A value that is not known, in place of what is written.
pub(super) fn hole(place: TextRange) -> Expanded {
    Expanded::instead_of(&Expanded::HOLE.to_string(), place, true)
}

/// Changes a value that is wholly known.
fn map(
    known: Option<Expanded>,
    pattern: &Expanded,
    place: TextRange,
    change: impl FnOnce(&str) -> String,
) -> Expanded {
    match known.filter(Expanded::is_whole) {
        Some(value) if pattern.is_whole() => {
            Expanded::instead_of(&change(value.text()), place, value.assumed | pattern.assumed)
        }
        _ => hole(place),
    }
}

/// `${V#pattern}` and its kin.
fn trimmed(value: &str, pattern: &str, front: bool, longest: bool) -> String {
    let mut cuts: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    if front == longest {
        cuts.reverse();
    }
    let fits = |cut: &usize| {
        let (head, tail) = value.split_at(*cut);
        matches(if front { head } else { tail }, pattern)
    };
    match cuts.into_iter().find(fits) {
        Some(cut) if front => value[cut..].to_owned(),
        Some(cut) => value[..cut].to_owned(),
        None => value.to_owned(),
    }
}

/// `${V/pattern/replacement}`, `all` for `//`: the leftmost longest matches.
fn replaced(value: &str, pattern: &str, replacement: &str, all: bool) -> String {
    let mut out = String::new();
    let mut at = 0;
    while at < value.len() && !pattern.is_empty() {
        let rest = &value[at..];
        let ends = rest.char_indices().map(|(end, _)| end).chain([rest.len()]).skip(1);
        match ends.filter(|end| matches(&rest[..*end], pattern)).last() {
            Some(end) => {
                out.push_str(replacement);
                at += end;
                if !all {
                    break;
                }
            }
            None => {
                let next = rest.chars().next().map_or(1, char::len_utf8);
                out.push_str(&rest[..next]);
                at += next;
            }
        }
    }
    out.push_str(&value[at..]);
    out
}

/// Whether a pattern of `*`, `?` and `\x` fits the whole text.
fn matches(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // The set of positions in the text that the pattern read so far can end at.
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    let mut pattern = pattern.chars();
    while let Some(c) = pattern.next() {
        let mut next = vec![false; text.len() + 1];
        let literal = if c == '\\' { pattern.next().unwrap_or('\\') } else { c };
        for at in 0..ends.len() {
            match c {
                '*' => next[at] = ends[at] || (at > 0 && next[at - 1]),
                _ if at == 0 => {}
                '?' => next[at] = ends[at - 1],
                _ => next[at] = ends[at - 1] && text[at - 1] == literal,
            }
        }
        ends = next;
    }
    ends[text.len()]
}
