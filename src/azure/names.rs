//! What names stand for in configuration, followed to the literals that decide.

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use crate::parse::combined::{self, Decided};
use crate::parse::term::{Term, TermKind};

/// The named values of a file, or of several that belong together.
#[derive(Debug, Default)]
pub struct Names {
    values: FxHashMap<String, Option<Value>>,
}

/// What a name stands for.
#[derive(Debug)]
pub struct Value {
    /// The value.
    pub term: Term,
    /// Which of several files it stands in.
    pub file: usize,
    /// Whether it is a default, which a deployment may override.
    pub parameter: bool,
}

/// Where a value leads.
#[derive(Debug, Clone, Copy)]
pub struct Meaning<'a> {
    /// The value itself.
    pub term: &'a Term,
    /// Which of several files it stands in.
    pub file: usize,
    /// Whether a default was followed on the way.
    pub parameter: bool,
}

/// A text that a value can have, and the literal that decides it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Literal {
    /// The whole value.
    pub text: String,
    /// The literal, with its quotes.
    pub range: TextRange,
    /// Which of several files it stands in.
    pub file: usize,
    /// Whether it has quotes.
    pub quoted: bool,
    /// What is put before the literal's own text.
    pub before: String,
    /// What is put behind it.
    pub after: String,
    /// How the value refers to it.
    pub origin: Origin,
}

/// How a value refers to a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is written there.
    Direct,
    /// By a variable of this name.
    Variable(String),
    /// It is the default of a parameter of this name.
    Parameter(String),
    /// It is put together from several, of which none is the whole.
    Computed,
}

/// How many names may lead to each other.
const MAX_DEPTH: usize = 24;

/// Literals that one value may come from.
const MAX_LITERALS: usize = 64;

impl Names {
    /// Gives a name its value. One that gets two values is not known.
    pub fn add(&mut self, name: impl Into<String>, value: Value) {
        let slot = self.values.entry(name.into());
        slot.and_modify(|known| *known = None).or_insert(Some(value));
    }

    /// Gives a name another possible value from elsewhere, so that what it has is
    /// no more than a default.
    pub fn loosen(&mut self, name: &str) {
        if let Some(Some(value)) = self.values.get_mut(name) {
            value.parameter = true;
        }
    }

    /// What a value leads to: itself, unless it refers to something known.
    #[must_use]
    pub fn meaning<'a>(&'a self, term: &'a Term, file: usize) -> Meaning<'a> {
        let mut meaning = Meaning { term, file, parameter: false };
        for _ in 0..MAX_DEPTH {
            let Some(next) = self.step(meaning.term, 0) else { break };
            meaning = Meaning { parameter: meaning.parameter || next.parameter, ..next };
        }
        meaning
    }

    fn step<'a>(&'a self, term: &'a Term, depth: usize) -> Option<Meaning<'a>> {
        if depth > MAX_DEPTH {
            return None;
        }
        if let Some(Some(value)) = name_of(term).and_then(|name| self.values.get(&name)) {
            return Some(Meaning { term: &value.term, file: value.file, parameter: value.parameter });
        }
        let (base, key) = match &term.kind {
            TermKind::Field(base, key) => (base, &**key),
            TermKind::Index(base, index) => (base, index.as_text()?),
            _ => return None,
        };
        let object = self.step(base, depth + 1)?;
        Some(Meaning { term: object.term.get(key)?, ..object })
    }

    /// Every text that a value can have, as far as the files say.
    #[must_use]
    pub fn literals(&self, term: &Term, file: usize) -> Vec<Literal> {
        let mut literals = self.follow(term, file, 0);
        literals.truncate(MAX_LITERALS);
        literals
    }

    fn follow(&self, term: &Term, file: usize, depth: usize) -> Vec<Literal> {
        if depth > MAX_DEPTH {
            return Vec::new();
        }
        let all = |terms: &[Term]| -> Vec<Literal> {
            terms.iter().flat_map(|term| self.follow(term, file, depth + 1)).collect()
        };
        let parts = |terms: &[Term]| terms.iter().map(|term| self.follow(term, file, depth + 1)).collect();
        match &term.kind {
            TermKind::Text(text) => vec![written(text, term, file, true)],
            TermKind::Number(text) => vec![written(number(text), term, file, false)],
            TermKind::Template(pieces) => combine(term, file, pieces_of(self, pieces, file, depth)),
            TermKind::Either(terms) => all(terms),
            TermKind::Call(name, arguments) => match (&*name.to_ascii_lowercase(), arguments.as_slice()) {
                ("concat", pieces) => combine(term, file, parts(pieces)),
                ("format", [form, values @ ..]) => self.format(term, form, values, file, depth),
                ("if", [_, yes, no]) => all(&[yes.clone(), no.clone()]),
                ("tolower" | "toupper" | "string" | "trim" | "lower" | "upper" | "tostring", [inner]) => {
                    self.follow(inner, file, depth + 1)
                }
                ("coalesce" | "try", terms) => all(terms),
                ("parameters" | "variables", _) => self.named(term, depth),
                _ => Vec::new(),
            },
            _ => self.named(term, depth),
        }
    }

    fn named(&self, term: &Term, depth: usize) -> Vec<Literal> {
        let Some(next) = self.step(term, 0) else { return Vec::new() };
        let name = name_of(term).unwrap_or_else(|| match &term.kind {
            TermKind::Field(_, key) => key.to_string(),
            TermKind::Index(_, key) => key.as_text().unwrap_or_default().to_owned(),
            _ => String::new(),
        });
        // References of templates are known by lower case.
        let name = match &term.kind {
            TermKind::Call(_, arguments) => arguments.first().and_then(Term::as_text).unwrap_or_default(),
            _ => name.rsplit('.').next().unwrap_or_default(),
        };
        let name = name.to_owned();
        let origin = if next.parameter { Origin::Parameter(name) } else { Origin::Variable(name) };
        let mut found = self.follow(next.term, next.file, depth + 1);
        for literal in found.iter_mut().filter(|one| one.origin != Origin::Computed) {
            if !matches!(literal.origin, Origin::Parameter(_)) {
                literal.origin = origin.clone();
            }
        }
        found
    }

    /// `format('PYTHON|{0}', v)`, `format("PYTHON|%s", v)`.
    fn format(&self, whole: &Term, form: &Term, values: &[Term], file: usize, depth: usize) -> Vec<Literal> {
        let Some(text) = form.as_text() else { return Vec::new() };
        let mut parts = Vec::new();
        let mut rest = text;
        let fixed = |text: &str| vec![written(text, form, file, true)];
        for at in 0..=values.len() {
            let hole = rest.find(['{', '%']);
            let Some((before, behind)) = hole.map(|hole| rest.split_at(hole)) else {
                parts.push(fixed(rest));
                return if at == values.len() { combine(whole, file, parts) } else { Vec::new() };
            };
            let index = format!("{{{at}}}");
            let Some(behind) = behind.strip_prefix(&index).or_else(|| behind.strip_prefix("%s")) else {
                return Vec::new();
            };
            let Some(value) = values.get(at) else { return Vec::new() };
            parts.push(fixed(before));
            parts.push(self.follow(value, file, depth + 1));
            rest = behind;
        }
        Vec::new()
    }
}

fn pieces_of(names: &Names, pieces: &[Term], file: usize, depth: usize) -> Vec<Vec<Literal>> {
    let piece = |term: &Term| match &term.kind {
        // A piece of a text has no quotes of its own.
        TermKind::Text(text) => vec![written(text, term, file, false)],
        _ => names.follow(term, file, depth + 1),
    };
    pieces.iter().map(piece).collect()
}

fn combine(whole: &Term, file: usize, parts: Vec<Vec<Literal>>) -> Vec<Literal> {
    let is_constant = |one: &Literal| one.origin == Origin::Direct && one.file == file;
    let computed = |text: String| Literal { origin: Origin::Computed, ..written(&text, whole, file, true) };
    combined::combine(&parts, is_constant, computed)
}

fn written(text: &str, term: &Term, file: usize, quoted: bool) -> Literal {
    let (before, after) = (String::new(), String::new());
    Literal { text: text.to_owned(), range: term.range, file, quoted, before, after, origin: Origin::Direct }
}

/// A number as a text has it: `3.10` is `3.1`.
fn number(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// What a reference is called: `x`, `local.x`, `parameters.x`.
fn name_of(term: &Term) -> Option<String> {
    match &term.kind {
        TermKind::Name(name) => Some(name.to_string()),
        TermKind::Field(base, key) => match &base.kind {
            TermKind::Name(base) if matches!(&**base, "local" | "var") => Some(format!("{base}.{key}")),
            _ => None,
        },
        TermKind::Call(name, arguments) => {
            let name = name.to_ascii_lowercase();
            let [Term { kind: TermKind::Text(key), .. }] = arguments.as_slice() else { return None };
            let is_reference = matches!(name.as_str(), "parameters" | "variables");
            is_reference.then(|| format!("{name}.{}", key.to_ascii_lowercase()))
        }
        _ => None,
    }
}

impl Decided for Literal {
    fn text(&self) -> &str {
        &self.text
    }

    fn within(&self, before: &str, after: &str) -> Self {
        Self {
            text: format!("{before}{}{after}", self.text),
            before: format!("{before}{}", self.before),
            after: format!("{}{after}", self.after),
            ..self.clone()
        }
    }
}
