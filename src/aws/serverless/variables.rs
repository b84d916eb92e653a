//! The variables of the Serverless Framework: `${self:custom.runtime}`,
//! `${opt:runtime, 'python3.12'}`, `${file(config.yml):runtime}`.

use std::ops::Range;

use ruff_text_size::TextRange;

use crate::aws::{Input, beside, roots, written_like};
use crate::edit::Change;
use crate::parse::fragment::Fragment;
use crate::parse::tree::Tree;

/// References that are followed one from another.
const MAX_DEPTH: usize = 8;

/// Texts that one value may have.
const MAX_VALUES: usize = 64;

/// The texts of values, as far as the configuration says.
#[derive(Clone, Copy)]
pub struct Variables<'a> {
    /// The file.
    pub input: &'a Input<'a>,
    /// What `self:` is.
    pub root: Tree<'a>,
}

/// A text that a value can have, and the literal that decides it.
#[derive(Debug, Clone)]
pub struct Value<'a> {
    /// The whole value.
    pub text: String,
    /// What decides: a scalar, a fallback in quotes, or the reference to another file.
    pub range: TextRange,
    /// What stands before and behind the decisive part.
    around: (String, String),
    writes: Writes<'a>,
    /// Where the literal stands, if not here.
    pub origin: Option<String>,
    /// Why other places or deployments may depend on it.
    pub shared: Option<String>,
}

/// How the literal can be written anew.
#[derive(Debug, Clone, Copy)]
enum Writes<'a> {
    /// A scalar of its own.
    Scalar(Tree<'a>),
    /// A part of one, as it stands in the file.
    Part,
    /// Not here.
    No,
}

impl Value<'_> {
    /// The edit that gives the whole value another text.
    #[must_use]
    pub fn written(&self, text: &str) -> Option<Vec<Change>> {
        let part = text.strip_prefix(&*self.around.0)?.strip_suffix(&*self.around.1)?;
        match self.writes {
            Writes::Scalar(scalar) => Some(vec![written_like(scalar, part)?]),
            Writes::Part => Some(vec![Change::new(self.range, part)]),
            Writes::No => None,
        }
    }
}

impl<'a> Variables<'a> {
    /// Every text that a value can have.
    #[must_use]
    pub fn values(self, value: Tree<'a>) -> Vec<Value<'a>> {
        let mut values = self.follow(value, MAX_DEPTH);
        values.truncate(MAX_VALUES);
        values
    }

    fn follow(self, value: Tree<'a>, depth: usize) -> Vec<Value<'a>> {
        let (Some(text), Some(depth)) = (value.text(), depth.checked_sub(1)) else { return Vec::new() };
        let holes = holes(text);
        match holes.as_slice() {
            [] => vec![Value {
                text: text.to_owned(),
                range: value.range(),
                around: Default::default(),
                writes: Writes::Scalar(value),
                origin: None,
                shared: None,
            }],
            [hole] => {
                let Some(fragment) = value.fragment(&self.input.document.text) else { return Vec::new() };
                let (before, after) = (&text[..hole.start], &text[hole.end..]);
                let inner = hole.start + 2..hole.end - 1;
                let mut values = self.expression(&fragment, inner, depth);
                for one in &mut values {
                    one.text = format!("{before}{}{after}", one.text);
                    one.around = (format!("{before}{}", one.around.0), format!("{}{after}", one.around.1));
                }
                values
            }
            _ => Vec::new(),
        }
    }

    /// What stands between `${` and `}`: the first source that is known decides,
    /// those before it only where they are set.
    fn expression(self, fragment: &Fragment, inside: Range<usize>, depth: usize) -> Vec<Value<'a>> {
        let mut unknown: Option<&str> = None;
        for part in parts(fragment.text(), inside) {
            let source = &fragment.text()[part.clone()];
            let mut values = self.source(fragment, part, depth);
            if values.is_empty() {
                unknown = unknown.or(Some(source));
                continue;
            }
            if let Some(unknown) = unknown {
                for value in &mut values {
                    value.shared = Some(format!("`{unknown}` may be set where it is deployed"));
                }
            }
            return values;
        }
        Vec::new()
    }

    fn source(self, fragment: &Fragment, part: Range<usize>, depth: usize) -> Vec<Value<'a>> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let source = &fragment.text()[part.clone()];
        let quoted = ['\'', '"']
            .iter()
            .any(|quote| source.len() > 1 && source.starts_with(*quote) && source.ends_with(*quote));
        if quoted {
            return literal(fragment, part.start + 1..part.end - 1).into_iter().collect();
        }
        if source.starts_with("${") && source.ends_with('}') {
            return self.expression(fragment, part.start + 2..part.end - 1, depth);
        }
        if let Some(path) = source.strip_prefix("self:") {
            return self.own(path, depth);
        }
        if let Some(name) = source.strip_prefix("param:") {
            let stages = self.root.get("params").map(Tree::members).unwrap_or_default();
            let values = stages.into_iter().filter_map(|stage| stage.value.get(name));
            return values.flat_map(|value| self.follow(value, depth)).take(MAX_VALUES).collect();
        }
        self.file(source, fragment.locate(part.start, part.end))
    }

    /// The scalar itself, or those of this file that it refers to as a whole.
    #[must_use]
    pub fn scalars(self, value: Tree<'a>) -> Vec<Tree<'a>> {
        let Some(text) = value.text() else { return Vec::new() };
        let path = text.strip_prefix("${self:").and_then(|text| text.strip_suffix('}'));
        match path {
            Some(path) => self.places(path).into_iter().filter(|place| place.text().is_some()).collect(),
            None => vec![value],
        }
    }

    /// A value of this file by its path.
    fn own(self, path: &str, depth: usize) -> Vec<Value<'a>> {
        let places = self.places(path).into_iter();
        let mut values: Vec<_> = places.flat_map(|value| self.follow(value, depth)).collect();
        for value in &mut values {
            let shared = || format!("other places may use `{path}`");
            value.shared = value.shared.take().or_else(|| Some(shared()));
        }
        values
    }

    /// The places of this file at a path; a part that is a variable itself may be
    /// any key.
    fn places(self, path: &str) -> Vec<Tree<'a>> {
        let holes = holes(path);
        let is_inside = |at: usize| holes.iter().any(|hole| hole.contains(&at));
        let mut found = vec![self.root];
        let mut start = 0;
        let points = path.match_indices('.').map(|(at, _)| at).filter(|at| !is_inside(*at));
        for end in points.chain([path.len()]) {
            let key = &path[start..end];
            let inside = |tree: Tree<'a>| -> Vec<Tree<'a>> {
                if key.contains("${") {
                    return tree.members().into_iter().map(|member| member.value).collect();
                }
                tree.get(key).into_iter().collect()
            };
            found = found.into_iter().flat_map(inside).take(MAX_VALUES).collect();
            start = end + 1;
        }
        found
    }

    /// `file(config.yml):path.to.key`; the finding stays here.
    fn file(self, source: &str, range: TextRange) -> Vec<Value<'a>> {
        let Some((path, key)) = file_reference(source) else { return Vec::new() };
        let Some(document) = beside::load(self.input.document, path) else { return Vec::new() };
        let value = roots(&document).first().and_then(|root| at(*root, key));
        let text = value.and_then(Tree::text).filter(|text| !text.contains("${"));
        let value = text.map(|text| Value {
            text: text.to_owned(),
            range,
            around: Default::default(),
            writes: Writes::No,
            origin: Some(format!("which `{path}` says")),
            shared: None,
        });
        value.into_iter().collect()
    }
}

/// The path and the keys of `file(path):keys`.
#[must_use]
pub fn file_reference(source: &str) -> Option<(&str, &str)> {
    let (path, rest) = source.strip_prefix("file(")?.split_once(')')?;
    let key = rest.strip_prefix(':').unwrap_or(rest);
    (!path.contains("${") && !key.contains("${")).then(|| (path.trim(), key.trim()))
}

/// The value at a path of keys; the value itself for an empty one.
#[must_use]
pub fn at<'b>(root: Tree<'b>, path: &str) -> Option<Tree<'b>> {
    path.split('.').filter(|key| !key.is_empty()).try_fold(root, |tree, key| tree.get(key))
}

/// The outermost variables of a text.
#[must_use]
pub fn holes(text: &str) -> Vec<Range<usize>> {
    let mut holes = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '$' if text[at + 1..].starts_with('{') => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            '}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    holes.push(start..at + 1);
                }
            }
            _ => {}
        }
    }
    holes
}

/// The parts between the commas of an expression, without blanks around them.
fn parts(text: &str, inside: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, inside.start);
    for (at, letter) in text[inside.clone()].char_indices() {
        let at = inside.start + at;
        match (letter, quote) {
            (_, Some(open)) if letter == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(letter),
            ('{' | '(', None) => depth += 1,
            ('}' | ')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(start..at);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(start..inside.end);
    let trimmed = |part: Range<usize>| {
        let own = &text[part.clone()];
        let start = part.start + own.len() - own.trim_start().len();
        start..start + own.trim().len()
    };
    parts.into_iter().map(trimmed).collect()
}

fn literal<'a>(fragment: &Fragment, part: Range<usize>) -> Option<Value<'a>> {
    let range = fragment.exact(part.start, part.end)?;
    Some(Value {
        text: fragment.text()[part].to_owned(),
        range,
        around: Default::default(),
        writes: Writes::Part,
        origin: None,
        shared: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_with_what_is_in_them() {
        let found =
            |text: &str| holes(text).into_iter().map(|hole| text[hole].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("python${self:custom.v}"), ["${self:custom.v}"]);
        assert_eq!(found("${opt:a, ${self:b, 'c'}}-${d}"), ["${opt:a, ${self:b, 'c'}}", "${d}"]);
        assert_eq!(found("${a"), [""; 0]);
        assert_eq!(found("$ {a} }"), [""; 0]);
    }

    #[test]
    fn fallbacks_are_told_apart() {
        let text = "opt:a , file(x, y.yml):k,${self:b, 'c'}, 'd, e'";
        let parts = parts(text, 0..text.len());
        let parts: Vec<_> = parts.into_iter().map(|part| &text[part]).collect();
        assert_eq!(parts, ["opt:a", "file(x, y.yml):k", "${self:b, 'c'}", "'d, e'"]);
        assert_eq!(file_reference("file(./a.yml):b.c"), Some(("./a.yml", "b.c")));
        assert_eq!(file_reference("file(./${opt:x}.yml)"), None);
    }
}
