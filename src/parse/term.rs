//! Values as languages of configuration write them, under one view.
//!
//! Bicep and PowerShell are read as these; HCL, JSON and JavaScript can be seen
//! as them. What a value is made of at run time (conditions, operators) is left
//! out; what it may be made from is kept.

use ruff_text_size::TextRange;

use super::{hcl, javascript, yaml};

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// From the first to the last character, quotes and brackets included.
    pub range: TextRange,
    /// What it is.
    pub kind: TermKind,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// A text with nothing to fill in; escapes decoded.
    Text(Box<str>),
    /// As written.
    Number(Box<str>),
    /// True or false.
    Bool(bool),
    /// No value.
    Null,
    /// A text in pieces; those that are fixed are texts.
    Template(Vec<Term>),
    /// Values in order.
    Array(Vec<Term>),
    /// Values by key.
    Object(Vec<Member>),
    /// A variable.
    Name(Box<str>),
    /// A member of a value.
    Field(Box<Term>, Box<str>),
    /// A value by a key or number that is a value itself.
    Index(Box<Term>, Box<Term>),
    /// A function with its arguments; the name may be dotted.
    Call(Box<str>, Vec<Term>),
    /// One of these.
    Either(Vec<Term>),
    /// Made again for each of something.
    Each(Box<Term>),
    /// The elements of a value in place of it.
    Spread(Box<Term>),
    /// Anything else.
    Other,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// `None` if it is computed, or for a [`TermKind::Spread`].
    pub key: Option<Box<str>>,
    /// The key as written, with quotes.
    pub key_range: TextRange,
    /// The value.
    pub value: Term,
}

impl Member {
    /// From the key to the end of the value.
    #[must_use]
    pub fn range(&self) -> TextRange {
        self.key_range.cover(self.value.range)
    }
}

impl Term {
    /// A value at a place.
    #[must_use]
    pub fn new(range: TextRange, kind: TermKind) -> Self {
        Self { range, kind }
    }

    /// The text of a fixed text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.kind {
            TermKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members of an object; of anything else, none.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            TermKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; of anything else, none.
    #[must_use]
    pub fn elements(&self) -> &[Term] {
        match &self.kind {
            TermKind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The value of a key, in any case of letters: the resource manager and
    /// PowerShell do not tell them apart.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Term> {
        let is_named =
            |member: &&Member| member.key.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(key));
        self.members().iter().rev().find(is_named).map(|member| &member.value)
    }

    /// The value below several keys.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Term> {
        path.iter().try_fold(self, |term, key| term.get(key))
    }

    /// Calls `visit` with the value and every value within it.
    pub fn each<'a>(&'a self, visit: &mut dyn FnMut(&'a Term)) {
        visit(self);
        match &self.kind {
            TermKind::Template(terms) | TermKind::Array(terms) | TermKind::Either(terms) => {
                terms.iter().for_each(|term| term.each(visit));
            }
            TermKind::Call(_, terms) => terms.iter().for_each(|term| term.each(visit)),
            TermKind::Object(members) => members.iter().for_each(|member| member.value.each(visit)),
            TermKind::Field(term, _) | TermKind::Each(term) | TermKind::Spread(term) => term.each(visit),
            TermKind::Index(term, index) => [term, index].into_iter().for_each(|term| term.each(visit)),
            _ => {}
        }
    }
}

/// An expression of HCL.
#[must_use]
pub fn of_hcl(value: &hcl::Expression) -> Term {
    use hcl::ExpressionKind as E;
    let all = |values: &[hcl::Expression]| values.iter().map(of_hcl).collect::<Vec<_>>();
    let kind = match &value.kind {
        E::Null => TermKind::Null,
        E::Bool(value) => TermKind::Bool(*value),
        E::Number(text) => TermKind::Number(text.clone()),
        E::String(text) => TermKind::Text(text.clone()),
        E::Template(parts) => TermKind::Template(parts.iter().map(part).collect()),
        E::Array(elements) => TermKind::Array(all(elements)),
        E::Object(items) => {
            let member = |item: &hcl::Item| Member {
                key: item.key.clone(),
                key_range: item.key_range,
                value: of_hcl(&item.value),
            };
            TermKind::Object(items.iter().map(member).collect())
        }
        E::Variable(name) => TermKind::Name(name.clone()),
        E::Traversal(base, steps) => {
            let step = |term: Term, step: &hcl::Step| {
                let kind = match step {
                    hcl::Step::Name(name) => TermKind::Field(Box::new(term), name.clone()),
                    hcl::Step::Index(index) => TermKind::Index(Box::new(term), Box::new(of_hcl(index))),
                    hcl::Step::Every => TermKind::Other,
                };
                Term::new(value.range, kind)
            };
            return steps.iter().fold(of_hcl(base), step);
        }
        E::Call(name, arguments) => TermKind::Call(name.clone(), all(arguments)),
        E::Conditional(parts) => TermKind::Either(all(&parts[1..])),
        E::For(value) => TermKind::Each(Box::new(of_hcl(&value.value))),
        E::Operation(_) => TermKind::Other,
    };
    Term::new(value.range, kind)
}

fn part(part: &hcl::Part) -> Term {
    match part {
        hcl::Part::Text(text, range) => Term::new(*range, TermKind::Text(text.clone())),
        hcl::Part::Value(value) => of_hcl(value),
        hcl::Part::Directive(range) => Term::new(*range, TermKind::Other),
    }
}

/// A value of JavaScript or TypeScript.
#[must_use]
pub fn of_javascript(value: javascript::Value<'_>) -> Term {
    let range = value.range();
    let choices = value.choices();
    if choices.len() > 1 {
        return Term::new(range, TermKind::Either(choices.into_iter().map(of_javascript).collect()));
    }
    if let Some((text, range)) = value.text() {
        return Term::new(range, TermKind::Text(text.into()));
    }
    let kind = if let Some(members) = value.object() {
        let member = |member: javascript::Member<'_>| Member {
            key: Some(member.key.into()),
            key_range: member.key_range,
            value: of_javascript(member.value),
        };
        TermKind::Object(members.into_iter().map(member).collect())
    } else if let Some(elements) = value.list() {
        TermKind::Array(elements.into_iter().map(of_javascript).collect())
    } else if let Some(name) = value.dotted() {
        match name.as_slice() {
            ["true"] => TermKind::Bool(true),
            ["false"] => TermKind::Bool(false),
            ["null" | "undefined"] => TermKind::Null,
            [name] => TermKind::Name((*name).into()),
            _ => TermKind::Other,
        }
    } else if let [javascript::Node { kind: javascript::NodeKind::Number(text), .. }] = value.0 {
        TermKind::Number(text.clone())
    } else {
        TermKind::Other
    };
    Term::new(range, kind)
}

/// A node of YAML. Aliases are left out: what they stand for is looked at where
/// it is.
#[must_use]
pub fn of_yaml(node: &yaml::Node) -> Term {
    let kind = match &node.kind {
        yaml::NodeKind::Scalar { value, style } => match (&**value, style) {
            ("" | "~" | "null", yaml::ScalarStyle::Plain) => TermKind::Null,
            ("true" | "True" | "TRUE", yaml::ScalarStyle::Plain) => TermKind::Bool(true),
            ("false" | "False" | "FALSE", yaml::ScalarStyle::Plain) => TermKind::Bool(false),
            _ => TermKind::Text(value.clone()),
        },
        yaml::NodeKind::Sequence(elements, _) => TermKind::Array(elements.iter().map(of_yaml).collect()),
        yaml::NodeKind::Mapping(entries, _) => {
            let member = |entry: &yaml::Entry| Member {
                key: entry.key.as_str().map(Into::into),
                key_range: entry.key.range,
                value: of_yaml(&entry.value),
            };
            TermKind::Object(entries.iter().map(member).collect())
        }
        yaml::NodeKind::Alias(_) => TermKind::Other,
    };
    Term::new(node.range, kind)
}
