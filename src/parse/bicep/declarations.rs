//! Cuts a file of Bicep into its declarations.
//!
//! Brackets, texts and comments are all that must be understood for it. What
//! the grammar cannot read, `...` in lists and objects, is written otherwise here
//! in as many bytes, and its places are kept.

use ruff_text_size::{TextRange, TextSize};

use super::SyntaxFault;

/// A declaration, or what stands between two.
pub struct Part {
    /// Where it begins in the file.
    pub start: usize,
    /// What the grammar is given.
    pub text: String,
    /// Where in it `...` stood.
    pub spreads: Vec<usize>,
}

/// The width of `...`.
pub const SPREAD: usize = 3;

/// Words that begin a declaration at the left edge.
const WORDS: &[&str] = &[
    "@",
    "assert ",
    "extension ",
    "func ",
    "import ",
    "metadata ",
    "module ",
    "output ",
    "param ",
    "provider ",
    "resource ",
    "targetScope",
    "type ",
    "using ",
    "var ",
];

/// Parses every part alone.
///
/// # Errors
/// Brackets or texts that are never closed, brackets that close nothing or lie
/// too deep.
pub fn split(text: &str, depth: usize) -> Result<Vec<Part>, SyntaxFault> {
    let mut scan = Scan { text, at: 0, open: Vec::new(), depth, spreads: Vec::new(), cuts: vec![0] };
    scan.run()?;
    let Scan { spreads, mut cuts, .. } = scan;
    cuts.push(text.len());
    let part = |ends: &[usize]| {
        let (start, end) = (ends[0], ends[1]);
        let mut part = text[start..end].to_owned();
        let inside = spreads.iter().filter(|(at, _)| (start..end).contains(at));
        let mut places = Vec::new();
        for (at, bracket) in inside {
            let at = at - start;
            part.replace_range(at..at + SPREAD, if *bracket == b'{' { "a :" } else { "   " });
            places.push(at);
        }
        Part { start, text: part, spreads: places }
    };
    Ok(cuts.windows(2).filter(|ends| !text[ends[0]..ends[1]].trim().is_empty()).map(part).collect())
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Each open bracket with its place; `$` for the inside of a text.
    open: Vec<(u8, usize)>,
    depth: usize,
    spreads: Vec<(usize, u8)>,
    cuts: Vec<usize>,
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), SyntaxFault> {
        let bytes = self.text.as_bytes();
        let mut decorated = false;
        while let Some(&byte) = bytes.get(self.at) {
            let begins = self.at == 0 || bytes[self.at - 1] == b'\n';
            if begins && self.open.is_empty() {
                let rest = &self.text[self.at..];
                if !decorated && WORDS.iter().any(|word| rest.starts_with(word)) {
                    self.cuts.push(self.at);
                }
                // Decorators belong to what follows them.
                decorated =
                    byte == b'@' || decorated && (rest.starts_with("//") || byte.is_ascii_whitespace());
            }
            match byte {
                b'\'' => self.string()?,
                b'/' => self.comment(),
                b'{' | b'[' | b'(' => self.push(byte)?,
                b'}' | b']' | b')' => {
                    if let Some((b'$', _)) = self.open.last().filter(|_| byte == b'}') {
                        self.open.pop();
                        self.at += 1;
                        self.rest_of_string()?;
                    } else {
                        self.pop(byte)?;
                    }
                }
                b'.' if self.text[self.at..].starts_with("...") => {
                    let bracket = self.open.last().map_or(0, |(bracket, _)| *bracket);
                    self.spreads.push((self.at, bracket));
                    self.at += SPREAD;
                }
                _ => self.at += 1,
            }
        }
        match self.open.last() {
            Some(&(bracket, at)) => Err(fault(format!("`{}` is never closed", shown(bracket)), at)),
            None => Ok(()),
        }
    }

    fn push(&mut self, bracket: u8) -> Result<(), SyntaxFault> {
        if self.open.len() >= self.depth {
            let message = format!("more than {} brackets within each other", self.depth);
            return Err(fault(message, self.at));
        }
        self.open.push((bracket, self.at));
        self.at += 1;
        Ok(())
    }

    fn pop(&mut self, bracket: u8) -> Result<(), SyntaxFault> {
        let opening = match bracket {
            b'}' => b'{',
            b']' => b'[',
            _ => b'(',
        };
        match self.open.pop() {
            Some((own, _)) if own == opening => {
                self.at += 1;
                Ok(())
            }
            Some((own, at)) => Err(fault(format!("`{}` is never closed", shown(own)), at)),
            None => Err(fault(format!("`{}` closes nothing", char::from(bracket)), self.at)),
        }
    }

    fn comment(&mut self) {
        let rest = &self.text[self.at..];
        self.at += if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            1
        };
    }

    fn string(&mut self) -> Result<(), SyntaxFault> {
        let rest = &self.text[self.at..];
        if let Some(inner) = rest.strip_prefix("'''") {
            let end = inner.find("'''").ok_or_else(|| fault("`'''` is never closed".to_owned(), self.at))?;
            // Quotes before the closing ones belong to the text.
            let more = inner[end + 3..].bytes().take_while(|byte| *byte == b'\'').count();
            self.at += 3 + end + 3 + more;
            return Ok(());
        }
        self.at += 1;
        self.rest_of_string()
    }

    /// Up to the end of a text, of its line, or the next `${`.
    fn rest_of_string(&mut self) -> Result<(), SyntaxFault> {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                b'\'' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\n' => return Ok(()),
                b'\\' => self.at += 1 + usize::from(bytes.get(self.at + 1).is_some_and(u8::is_ascii)),
                b'$' if bytes.get(self.at + 1) == Some(&b'{') => {
                    self.at += 1;
                    self.push(b'$')?;
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }
}

fn shown(bracket: u8) -> String {
    if bracket == b'$' { "${".to_owned() } else { char::from(bracket).to_string() }
}

fn fault(message: String, at: usize) -> SyntaxFault {
    let at = TextSize::try_from(at).unwrap_or_default();
    SyntaxFault { message, range: TextRange::empty(at) }
}
