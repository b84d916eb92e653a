//! What the metadata of a project says about the Pythons that it may be
//! installed on, each with its place.

use std::ops::Range;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::supported::{Dialect, Supported, leaves_out, pep440, poetry};
use crate::parse::toml::{self, Item};
use crate::parse::{Document, Syntax};
use crate::version::PythonVersion;

/// A statement about the Pythons that a project takes.
#[derive(Debug)]
pub struct Bound {
    /// The key: `requires-python`.
    pub key: &'static str,
    /// Who heeds it.
    pub reader: Reader,
    /// The text of the value, without quotes.
    pub range: TextRange,
    dialect: Dialect,
}

/// Who heeds a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// pip, and whatever installs as it does.
    Pip,
    /// Poetry, and pip as well.
    Poetry,
    /// Pipenv.
    Pipenv,
}

/// The bounds in a file.
#[must_use]
pub fn find(document: &Document) -> Vec<Bound> {
    let name = document.path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let text = &document.text;
    match (&document.syntax, name) {
        (Syntax::Toml(toml), "pyproject.toml") => pyproject(text, toml.as_item()),
        (Syntax::Toml(toml), "Pipfile") => pipfile(text, toml.as_item()),
        (Syntax::Ini(ini), "setup.cfg") => {
            let entry = ini.get("options", "python_requires");
            let line = entry.and_then(|entry| entry.lines.first()).copied();
            line.map(|range| bound("python_requires", Reader::Pip, range, Dialect::Pep440))
                .into_iter()
                .collect()
        }
        (Syntax::Python(module), "setup.py") if text.contains("python_requires") => {
            let keywords = Keywords::of(module.body());
            let inside = |value: &Expr| {
                let Expr::StringLiteral(literal) = value else { return None };
                inner(text, literal.range(), literal.value.to_str())
            };
            let values = keywords.values.into_iter().filter_map(inside);
            values.map(|range| bound("python_requires", Reader::Pip, range, Dialect::Pep440)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a constraint of PEP 440, as metadata have it, admits no release of the
/// Python; `None` if it cannot be read.
#[must_use]
pub fn excludes(specifier: &str, python: PythonVersion) -> Option<bool> {
    leaves_out(specifier, Dialect::Pep440, python)
}

fn bound(key: &'static str, reader: Reader, range: TextRange, dialect: Dialect) -> Bound {
    Bound { key, reader, range, dialect }
}

fn pyproject(text: &str, root: &Item) -> Vec<Bound> {
    let mut found = Vec::new();
    for path in [&["project", "requires-python"][..], &["tool", "flit", "metadata", "requires-python"]] {
        let range = toml::at(root, path).and_then(|item| string(text, item));
        found.extend(range.map(|range| bound("requires-python", Reader::Pip, range, Dialect::Pep440)));
    }
    let poetry = toml::at(root, &["tool", "poetry", "dependencies", "python"]);
    let poetry = poetry.map(|item| item.get("version").unwrap_or(item)).and_then(|item| string(text, item));
    found.extend(poetry.map(|range| bound("python", Reader::Poetry, range, Dialect::Poetry)));
    found
}

fn pipfile(text: &str, root: &Item) -> Vec<Bound> {
    ["python_version", "python_full_version"]
        .into_iter()
        .filter_map(|key| {
            let range = string(text, toml::at(root, &["requires", key])?)?;
            Some(bound(key, Reader::Pipenv, range, Dialect::Poetry))
        })
        .collect()
}

/// The place of a TOML string without its quotes.
fn string(text: &str, item: &Item) -> Option<TextRange> {
    inner(text, toml::range(item)?, item.as_str()?)
}

/// Where a value stands within its literal, if it stands there as it is.
pub(super) fn inner(text: &str, literal: TextRange, value: &str) -> Option<TextRange> {
    let at = text.get(literal.to_std_range())?.find(value).filter(|_| !value.is_empty())?;
    let start = literal.start() + TextSize::try_from(at).ok()?;
    Some(TextRange::at(start, TextSize::try_from(value.len()).ok()?))
}

/// What a `setup.py` puts together of literals: `",".join([">=2.7", "!=3.0.*"])`.
pub(super) fn joined(document: &Document) -> Option<Supported> {
    let is_setup = document.path.file_name().is_some_and(|name| name == "setup.py");
    let Syntax::Python(module) = &document.syntax else { return None };
    if !is_setup || !document.text.contains("python_requires") {
        return None;
    }
    Keywords::of(module.body()).values.into_iter().find_map(|value| {
        let call = value.as_call_expr()?;
        let join = call.func.as_attribute_expr().filter(|join| join.attr.as_str() == "join")?;
        join.value.as_string_literal_expr().filter(|comma| comma.value.to_str().trim() == ",")?;
        let parts = match &*call.arguments.args {
            [Expr::List(list)] => &list.elts,
            [Expr::Tuple(tuple)] => &tuple.elts,
            _ => return None,
        };
        let literal = |part: &Expr| Some(part.as_string_literal_expr()?.value.to_str().to_owned());
        pep440(&parts.iter().map(literal).collect::<Option<Vec<_>>>()?.join(","))
    })
}

/// Literal keywords `python_requires=` of any call or dictionary, and keys of that name that are set.
struct Keywords<'a> {
    body: &'a [Stmt],
    values: Vec<&'a Expr>,
}

impl<'a> Keywords<'a> {
    fn of(body: &'a [Stmt]) -> Self {
        let mut keywords = Self { body, values: Vec::new() };
        keywords.visit_body(body);
        keywords
    }

    /// The value itself, or what the module binds its name to.
    fn add(&mut self, value: &'a Expr) {
        let Expr::Name(name) = value else { return self.values.push(value) };
        let bound = self.body.iter().filter_map(|statement| {
            let Stmt::Assign(assign) = statement else { return None };
            let [Expr::Name(target)] = assign.targets.as_slice() else { return None };
            (target.id == name.id).then_some(&*assign.value)
        });
        self.values.extend(bound.last());
    }
}

impl<'a> Visitor<'a> for Keywords<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        if let Stmt::Assign(assign) = stmt
            && let [Expr::Subscript(target)] = assign.targets.as_slice()
            && let Expr::StringLiteral(key) = &*target.slice
            && key.value.to_str() == "python_requires"
        {
            self.add(&assign.value);
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Call(call) => {
                let mut keywords = call.arguments.keywords.iter();
                let named = keywords.find(|keyword| keyword.arg.as_deref() == Some("python_requires"));
                if let Some(keyword) = named {
                    self.add(&keyword.value);
                }
            }
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(Expr::StringLiteral(key)) = &item.key
                        && key.value.to_str() == "python_requires"
                    {
                        self.add(&item.value);
                    }
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

impl Bound {
    /// Whether the bound leaves out this Python and whatever follows: a project
    /// that begins with a newer one is none of our business.
    #[must_use]
    pub fn leaves_out(&self, text: &str, python: PythonVersion) -> bool {
        leaves_out(&text[self.range], self.dialect, python) == Some(true)
            && self.supported(text).is_none_or(|supported| supported.minimum <= python)
    }

    /// The Pythons that it does admit; `None` if there is no Python 3 among them.
    pub(super) fn supported(&self, text: &str) -> Option<Supported> {
        match self.dialect {
            Dialect::Pep440 => pep440(&text[self.range]),
            Dialect::Poetry => poetry(&text[self.range]),
        }
    }

    /// The value with its upper bounds moved so far that it admits this Python;
    /// `None` where that would not be enough.
    #[must_use]
    pub fn raised(&self, text: &str, python: PythonVersion) -> Option<String> {
        let said = &text[self.range];
        if said.contains('|') || self.supported(text).is_none() {
            return None;
        }
        let mut raised = String::new();
        let mut from = 0;
        for clause in clauses(said) {
            raised.push_str(&said[from..clause.start]);
            let clause_text = &said[clause.clone()];
            if leaves_out(clause_text, self.dialect, python)? {
                raised.push_str(&raise(clause_text, self.reader, python)?);
            } else {
                raised.push_str(clause_text);
            }
            from = clause.end;
        }
        raised.push_str(&said[from..]);
        (leaves_out(&raised, self.dialect, python) == Some(false)).then_some(raised)
    }
}

/// The single comparisons: operator, blanks, version.
fn clauses(said: &str) -> Vec<Range<usize>> {
    let mut clauses: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for part in said.split_inclusive([',', ' ']) {
        let length = part.trim_end_matches([',', ' ']).len();
        let range = at..at + length;
        at += part.len();
        if length == 0 {
            continue;
        }
        // `>= 3.8`: the operator stands alone.
        match clauses.last_mut().filter(|last| said[last.start..last.end].ends_with(OPERATORS)) {
            Some(last) => last.end = range.end,
            None => clauses.push(range),
        }
    }
    clauses
}

const OPERATORS: [char; 6] = ['<', '>', '=', '^', '~', '!'];

/// One comparison that leaves a Python out, moved to take it in.
fn raise(clause: &str, reader: Reader, python: PythonVersion) -> Option<String> {
    let version = clause.trim_start_matches(OPERATORS);
    let operator = &clause[..clause.len() - version.len()];
    let blanks = &version[..version.len() - version.trim_start().len()];
    let PythonVersion { major, minor } = python;
    Some(match operator {
        "<" | "<=" => format!("<{blanks}{major}.{}", minor + 1),
        "~=" => format!("~={blanks}{major}.{minor}.0"),
        "==" | "===" => format!("=={blanks}{major}.{minor}.*"),
        "~" => format!("~{blanks}{major}.{minor}"),
        // Pipenv asks for the first two parts and nothing else.
        "" if reader == Reader::Pipenv => format!("{major}.{minor}"),
        "" => format!("{major}.{minor}.*"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(said: &str, dialect: Dialect) -> Option<String> {
        let range = TextRange::up_to(TextSize::of(said));
        let bound = Bound { key: "", reader: Reader::Pip, range, dialect };
        if !bound.leaves_out(said, PythonVersion::PY313) {
            return Some("fine".to_owned());
        }
        bound.raised(said, PythonVersion::PY313)
    }

    #[test]
    fn bounds_are_raised() {
        for (said, expected) in [
            (">=3.8,<3.12", Some(">=3.8,<3.14")),
            (">= 3.8, < 3.13", Some(">= 3.8, < 3.14")),
            (">=3.8, <=3.12", Some(">=3.8, <3.14")),
            ("~=3.11.0", Some("~=3.13.0")),
            ("==3.11.*", Some("==3.13.*")),
            ("~=3.8", Some("fine")),
            (">=3.8,<4", Some("fine")),
            (">=3.8,!=3.13.*", None),
            (">=3.14", Some("fine")),
            ("<3", None),
            ("what", Some("fine")),
        ] {
            assert_eq!(raised(said, Dialect::Pep440).as_deref(), expected, "{said}");
        }
        for (said, expected) in [
            ("^3.8", Some("fine")),
            ("^3.8,<3.12", Some("^3.8,<3.14")),
            ("~3.11", Some("~3.13")),
            ("3.11.*", Some("3.13.*")),
            (">=3.8 <3.11", Some(">=3.8 <3.14")),
            ("^2.7", None),
            ("~2.7 || ~3.6", None),
            ("*", Some("fine")),
        ] {
            assert_eq!(raised(said, Dialect::Poetry).as_deref(), expected, "{said}");
        }
    }
}
