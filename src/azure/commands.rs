//! Commands of the Azure CLI, whichever shell starts them.

use ruff_text_size::{TextRange, TextSize};

use crate::parse::powershell::{self, PowerShell};
use crate::parse::term::{Term, TermKind};
use crate::parse::variables::{Value, Variables};
use crate::parse::{Document, Syntax, scripts};

/// A command with its words; `az` itself is not among them.
#[derive(Debug, Clone, Default)]
pub struct Invocation {
    /// In order.
    pub words: Vec<Word>,
}

/// A word of a command.
#[derive(Debug, Clone)]
pub struct Word {
    /// Without quotes; what is filled in stands as written.
    pub text: String,
    /// With its quotes.
    pub range: TextRange,
    /// The bytes of the text from which on it is not known; its length if all is.
    pub known: usize,
    /// Where the file has the text in these very bytes.
    pub exact: Option<TextRange>,
    /// The literal that a variable in it stands for.
    pub stands: Option<Value>,
}

/// Every command of the Azure CLI in a document.
#[must_use]
pub fn invocations(document: &Document) -> Vec<Invocation> {
    if let Syntax::PowerShell(script) = &document.syntax {
        return of_powershell(script, &document.text);
    }
    let mut found = Vec::new();
    let has = |word: &str| memchr::memmem::find(document.text.as_bytes(), word.as_bytes()).is_some();
    if !has("functionapp") && !has("webapp") {
        return found;
    }
    let wanted = |text: &str| text.contains("az") || text.contains('=') || text.starts_with('-');
    let mut variables = Variables::of(document);
    scripts::each(document, &wanted, &mut |script| variables.assigned(script));
    scripts::each(document, &wanted, &mut |script| {
        for call in &script.calls().all {
            if matches!(call.command.name(), Some("az" | "az.cmd")) {
                let words = call.command.arguments().iter().map(|word| {
                    let text = word.value.text().to_owned();
                    let known = word.holes.iter().map(|hole| hole.start).min().unwrap_or(text.len());
                    let stands = variables.resolve(word, 0).filter(|_| known < text.len());
                    Word { exact: word.value.exact(0, text.len()), text, range: word.range, known, stands }
                });
                found.push(Invocation { words: words.collect() });
            }
        }
    });
    found
}

fn of_powershell(script: &PowerShell, text: &str) -> Vec<Invocation> {
    let calls = script.commands.iter().filter(|command| command.name.eq_ignore_ascii_case("az"));
    let words = |command: &powershell::Command| command.words.iter().map(|word| said(word, text)).collect();
    calls.map(|command| Invocation { words: words(command) }).collect()
}

fn said(word: &powershell::Word, text: &str) -> Word {
    let range = word.range();
    let written = text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or_default();
    let quoted = written.len() > 1 && written.starts_with(['"', '\'']) && written.ends_with(['"', '\'']);
    let bare = if quoted { &written[1..written.len() - 1] } else { written };
    let one = TextSize::new(u32::from(quoted));
    let known = match word {
        powershell::Word::Parameter(..) => bare.len(),
        powershell::Word::Value(Term { kind: TermKind::Text(_) | TermKind::Number(_), .. }) => bare.len(),
        powershell::Word::Value(_) if bare.starts_with('@') => bare.len(),
        powershell::Word::Value(_) => bare.find(['$', '`', '"', '\'']).unwrap_or(0),
    };
    let exact = Some(TextRange::new(range.start() + one, range.end() - one));
    Word { text: bare.to_owned(), range, known, exact, stands: None }
}

impl Invocation {
    /// Whether the command is this one: `functionapp config appsettings set`.
    #[must_use]
    pub fn is(&self, command: &[&str]) -> bool {
        self.words.len() >= command.len()
            && self.words.iter().zip(command).all(|(word, name)| word.text == *name)
    }

    /// The values behind an option, with the place of the word before each.
    #[must_use]
    pub fn values(&self, names: &[&str]) -> Vec<(&Word, TextRange)> {
        let is_option = |word: &Word| names.contains(&word.text.as_str());
        let Some(at) = self.words.iter().position(is_option) else { return Vec::new() };
        let values = self.words[at + 1..].iter().take_while(|word| !word.text.starts_with('-'));
        values.enumerate().map(|(number, word)| (word, self.words[at + number].range)).collect()
    }

    /// The only value of an option, if it is known.
    #[must_use]
    pub fn value(&self, names: &[&str]) -> Option<&Word> {
        let joined = || {
            self.words
                .iter()
                .find(|word| word.text.split_once('=').is_some_and(|(name, _)| names.contains(&name)))
        };
        match self.values(names).as_slice() {
            [(word, _)] => Some(*word),
            [] => joined(),
            _ => None,
        }
        .filter(|word| word.known == word.text.len() || word.stands.is_some())
    }
}

impl Word {
    /// The value itself: what stands behind the `=` of `--name=value`, or for the
    /// variable that it is.
    #[must_use]
    pub fn said(&self) -> &str {
        if let Some(value) = &self.stands {
            return &value.text;
        }
        match self.text.split_once('=') {
            Some((name, value)) if name.starts_with("--") => value,
            _ => &self.text,
        }
    }
}
