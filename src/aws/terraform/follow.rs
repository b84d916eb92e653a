//! Values of Terraform configuration, followed to the literals that decide them.
//!
//! A value leads over variables, their defaults and the files that set them,
//! over locals, `for_each`, functions, conditions and templates, into and out of
//! modules that lie in the repository. What only a plan knows stays unknown.

use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path;

use ruff_text_size::TextRange;
use rustc_hash::FxHashMap;

use crate::parse::combined::{self, Decided};
use crate::parse::hcl::{Attribute, Block, Body, Expression, ExpressionKind, Item, Part, Step};
use crate::project::terraform::holds_values;

/// Literals that one value may come from.
const MAX_LITERALS: usize = 64;

/// How deep values may refer to values.
const MAX_DEPTH: usize = 64;

/// A file of a module.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Absolute.
    pub path: &'a Path,
    /// What stands there.
    pub body: &'a Body,
}

/// A module with what its values are called by.
#[derive(Debug, Default)]
pub struct Module<'a> {
    /// Its files.
    pub sources: Vec<Source<'a>>,
    variables: FxHashMap<&'a str, (&'a Path, &'a Block)>,
    locals: FxHashMap<&'a str, (&'a Path, &'a Attribute)>,
    /// What files of values give to variables, of each several.
    values: FxHashMap<&'a str, Vec<(&'a Path, &'a Expression)>>,
}

/// A text that a value can have, and the literal that decides it.
#[derive(Debug, Clone)]
pub struct Literal<'a> {
    /// The whole value.
    pub text: Cow<'a, str>,
    /// The file of the literal.
    pub path: &'a Path,
    /// The literal, with its quotes.
    pub range: TextRange,
    /// Whether it has quotes.
    pub quoted: bool,
    /// What a template puts before the literal's text.
    pub before: String,
    /// What it puts behind it.
    pub after: String,
    /// How the value refers to the literal.
    pub origin: Origin<'a>,
}

/// How a value refers to a literal.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// It is written there.
    Direct,
    /// The default of this variable: its name and declaration.
    Default(&'a str, &'a Block),
    /// What a file of values, or the call of a module, gives to this variable.
    Given(&'a str, Option<&'a Block>),
    /// A local of this name.
    Local(&'a str),
    /// Put together from several literals, of which none is the whole.
    Computed,
}

/// A step into a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inward<'a> {
    /// By a key.
    Key(&'a str),
    /// To every element, or to one that is not known.
    Every,
}

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a, 's> {
    /// The module.
    pub module: &'s Module<'a>,
    /// The file.
    pub path: &'a Path,
    /// What the block around it is repeated for.
    pub for_each: Option<&'a Expression>,
    /// The names that `for` gives.
    pub names: Option<&'s Name<'a, 's>>,
    /// What the module was called with.
    pub call: Option<&'s Call<'a, 's>>,
    /// How many more values may be looked at.
    pub steps: &'s Cell<usize>,
    depth: usize,
}

/// What a module was called with.
#[derive(Debug)]
pub struct Call<'a, 's> {
    /// Each variable's value.
    pub arguments: Vec<(&'a str, &'a Expression)>,
    /// Where they stand.
    pub scope: Scope<'a, 's>,
}

/// A name that `for` gives to each element.
#[derive(Debug)]
pub struct Name<'a, 's> {
    name: &'a str,
    collection: &'a Expression,
    scope: Scope<'a, 's>,
}

impl<'a> Module<'a> {
    /// Looks through the files of a module.
    #[must_use]
    pub fn new(sources: Vec<Source<'a>>) -> Self {
        let mut module = Self { sources, ..Self::default() };
        for &Source { path, body } in &module.sources {
            if holds_values(path) {
                for attribute in &body.attributes {
                    module.values.entry(&attribute.key).or_default().push((path, &attribute.value));
                }
                continue;
            }
            for block in body.blocks("variable") {
                module.variables.extend(block.label(0).map(|name| (name, (path, block))));
            }
            for attribute in body.blocks("locals").flat_map(|block| &block.body.attributes) {
                module.locals.insert(&attribute.key, (path, attribute));
            }
        }
        module
    }
}

impl<'a, 's> Scope<'a, 's> {
    /// The outermost place of a file.
    #[must_use]
    pub fn new(module: &'s Module<'a>, path: &'a Path, steps: &'s Cell<usize>) -> Self {
        Self { module, path, for_each: None, names: None, call: None, steps, depth: 0 }
    }

    /// The same in a module that is called from here.
    #[must_use]
    pub fn within(self, module: &'s Module<'a>, path: &'a Path, call: &'s Call<'a, 's>) -> Self {
        Self { module, path, for_each: None, names: None, call: Some(call), ..self }
    }

    /// The same inside of a block.
    #[must_use]
    pub fn inside(self, block: &'a Body) -> Self {
        Self { for_each: block.get("for_each"), ..self }
    }

    /// Every text that what lies behind `into` can have, as far as the
    /// configuration says. The same literal can occur twice.
    #[must_use]
    pub fn literals(mut self, value: &'a Expression, into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        let Some(left) = self.steps.get().checked_sub(1).filter(|_| self.depth < MAX_DEPTH) else {
            return Vec::new();
        };
        self.steps.set(left);
        self.depth += 1;
        let mut literals = self.follow(value, into);
        literals.truncate(MAX_LITERALS);
        literals
    }

    fn follow(self, value: &'a Expression, into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        match &value.kind {
            ExpressionKind::String(text) if into.is_empty() => {
                vec![self.written(Cow::Borrowed(&**text), value.range, true)]
            }
            ExpressionKind::Number(text) if into.is_empty() => {
                vec![self.written(number(text), value.range, false)]
            }
            ExpressionKind::Template(parts) if into.is_empty() => self.template(value.range, parts),
            ExpressionKind::Array(elements) => match into {
                [Inward::Every, rest @ ..] => self.all(elements, rest),
                _ => Vec::new(),
            },
            ExpressionKind::Object(items) => self.object(items, into),
            ExpressionKind::Variable(name) => self.reference(name, &[], into),
            ExpressionKind::Traversal(base, steps) => match &base.kind {
                ExpressionKind::Variable(name) => self.reference(name, steps, into),
                _ => self.literals(base, &steps_into(steps, into)),
            },
            ExpressionKind::Call(name, arguments) => self.call(name, arguments, value.range, into),
            ExpressionKind::Conditional(parts) => self.all(&parts[1..], into),
            ExpressionKind::For(value) => {
                let name = Name { name: &value.value_name, collection: &value.collection, scope: self };
                match into {
                    [Inward::Every | Inward::Key(_), rest @ ..] => {
                        Scope { names: Some(&name), ..self }.literals(&value.value, rest)
                    }
                    [] => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn all(self, values: &'a [Expression], into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        values.iter().flat_map(|value| self.literals(value, into)).collect()
    }

    fn object(self, items: &'a [Item], into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        let Some((first, rest)) = into.split_first() else { return Vec::new() };
        let fits = |item: &&Item| match first {
            Inward::Key(key) => item.key.as_deref() == Some(key),
            Inward::Every => true,
        };
        items.iter().filter(fits).flat_map(|item| self.literals(&item.value, rest)).collect()
    }

    /// `name`, or `name.step…`.
    fn reference(self, name: &'a str, steps: &'a [Step], into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        let mut names = self.names;
        while let Some(bound) = names {
            if bound.name == name {
                let into = every(&steps_into(steps, into));
                return Scope { depth: self.depth, ..bound.scope }.literals(bound.collection, &into);
            }
            names = bound.scope.names;
        }
        let Some((Step::Name(first), rest)) = steps.split_first() else { return Vec::new() };
        let into = steps_into(rest, into);
        match name {
            "var" => self.variable(first, &into),
            "local" => {
                let Some((path, attribute)) = self.module.locals.get(&**first) else { return Vec::new() };
                let found = self.at(path).literals(&attribute.value, &into);
                named(found, Origin::Local(&attribute.key))
            }
            "each" if &**first == "value" => {
                let collection = self.for_each.map(|all| self.literals(all, &every(&into)));
                collection.unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// The outermost place of another file of the module.
    fn at(self, path: &'a Path) -> Self {
        Self { path, for_each: None, names: None, ..self }
    }

    fn variable(self, name: &'a str, into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        let declared = self.module.variables.get(name);
        let declaration = declared.map(|(_, block)| *block);
        if let Some(call) = self.call {
            let given = call.arguments.iter().find(|(argument, _)| *argument == name);
            if let Some((_, value)) = given {
                let found = Scope { depth: self.depth, ..call.scope }.literals(value, into);
                let mut found = named(found, Origin::Given(name, declaration));
                // An object that is given may lack what its type has a default for.
                if !into.is_empty() {
                    found.extend(self.defaults(name, into));
                }
                return found;
            }
        }
        let mut found = self.defaults(name, into);
        if self.call.is_none() {
            for (path, value) in self.module.values.get(name).into_iter().flatten() {
                let given = self.at(path).literals(value, into);
                found.extend(named(given, Origin::Given(name, declaration)));
            }
        }
        found
    }

    /// What a variable is unless it is given: its default, and defaults in its type.
    fn defaults(self, name: &str, into: &[Inward<'a>]) -> Vec<Literal<'a>> {
        let Some((path, block)) = self.module.variables.get(name) else { return Vec::new() };
        let name = block.label(0).unwrap_or_default();
        let keys = ["default", "type"].into_iter().take(if into.is_empty() { 1 } else { 2 });
        let values = keys.filter_map(|key| block.body.get(key));
        let found = values.flat_map(|value| self.at(path).literals(value, into)).collect();
        named(found, Origin::Default(name, block))
    }

    fn call(
        self,
        name: &str,
        arguments: &'a [Expression],
        range: TextRange,
        into: &[Inward<'a>],
    ) -> Vec<Literal<'a>> {
        let Some(first) = arguments.first() else { return Vec::new() };
        match name {
            "try" | "coalesce" | "coalescelist" | "merge" | "concat" | "setunion" => {
                self.all(arguments, into)
            }
            "lookup" => {
                let key = arguments.get(1).and_then(Expression::as_str).map_or(Inward::Every, Inward::Key);
                let inner: Vec<Inward<'a>> = [key].into_iter().chain(into.iter().copied()).collect();
                let mut found = self.literals(first, &inner);
                found.extend(self.all(arguments.get(2..).unwrap_or_default(), into));
                found
            }
            "toset" | "tolist" | "tomap" | "tostring" | "sensitive" | "nonsensitive" | "distinct"
            | "sort" | "compact" | "reverse" | "values" | "trimspace" | "lower" | "chomp" | "object" => {
                self.literals(first, into)
            }
            "flatten" => {
                let mut found = self.literals(first, into);
                found.extend(self.literals(first, &every(into)));
                found
            }
            "one" | "element" => self.literals(first, &every(into)),
            // Types.
            "map" | "list" | "set" if into.first() == Some(&Inward::Every) => {
                self.literals(first, &into[1..])
            }
            "optional" => self.all(arguments, into),
            "format" if into.is_empty() => self.format(first, &arguments[1..], range),
            "join" if into.is_empty() => self.join(arguments, range),
            _ => Vec::new(),
        }
    }

    /// `format("python%s", value)`.
    fn format(self, form: &'a Expression, values: &'a [Expression], range: TextRange) -> Vec<Literal<'a>> {
        let Some(text) = form.as_str() else { return Vec::new() };
        let pieces: Vec<&str> = text.split("%s").collect();
        if pieces.len() != values.len() + 1 || pieces.iter().any(|piece| piece.contains('%')) {
            return Vec::new();
        }
        let mut parts = Vec::new();
        for (at, piece) in pieces.into_iter().enumerate() {
            parts.push(vec![self.written(Cow::Borrowed(piece), form.range, true)]);
            parts.extend(values.get(at).map(|value| self.literals(value, &[])));
        }
        self.combine(range, parts)
    }

    fn join(self, arguments: &'a [Expression], range: TextRange) -> Vec<Literal<'a>> {
        let [separator, list] = arguments else { return Vec::new() };
        let Some(text) = separator.as_str() else { return Vec::new() };
        let mut parts = Vec::new();
        for (at, value) in list.elements().iter().enumerate() {
            if at > 0 {
                parts.push(vec![self.written(Cow::Borrowed(text), separator.range, true)]);
            }
            parts.push(self.literals(value, &[]));
        }
        self.combine(range, parts)
    }

    fn template(self, range: TextRange, parts: &'a [Part]) -> Vec<Literal<'a>> {
        let parts = parts.iter().map(|part| match part {
            Part::Text(text, range) => vec![self.written(Cow::Borrowed(&**text), *range, false)],
            Part::Value(value) => self.literals(value, &[]),
            Part::Directive(_) => Vec::new(),
        });
        self.combine(range, parts.collect())
    }

    /// Puts parts together; the whole stands for several that vary.
    fn combine(self, whole: TextRange, parts: Vec<Vec<Literal<'a>>>) -> Vec<Literal<'a>> {
        let is_constant = |one: &Literal<'a>| matches!(one.origin, Origin::Direct) && one.path == self.path;
        let computed =
            |text: String| Literal { origin: Origin::Computed, ..self.written(text.into(), whole, true) };
        combined::combine(&parts, is_constant, computed)
    }

    fn written(self, text: Cow<'a, str>, range: TextRange, quoted: bool) -> Literal<'a> {
        let (before, after) = (String::new(), String::new());
        Literal { text, path: self.path, range, quoted, before, after, origin: Origin::Direct }
    }
}

/// What is written as a name stands for is of the name's origin.
fn named<'a>(mut literals: Vec<Literal<'a>>, origin: Origin<'a>) -> Vec<Literal<'a>> {
    for literal in literals.iter_mut().filter(|literal| matches!(literal.origin, Origin::Direct)) {
        literal.origin = origin;
    }
    literals
}

fn every<'a>(into: &[Inward<'a>]) -> Vec<Inward<'a>> {
    [Inward::Every].into_iter().chain(into.iter().copied()).collect()
}

fn steps_into<'a>(steps: &'a [Step], into: &[Inward<'a>]) -> Vec<Inward<'a>> {
    let steps = steps.iter().map(|step| match step {
        Step::Name(name) => Inward::Key(name),
        Step::Index(index) => index.as_str().map_or(Inward::Every, Inward::Key),
        Step::Every => Inward::Every,
    });
    steps.chain(into.iter().copied()).collect()
}

/// A number as a text has it: `3.10` is `3.1`.
fn number(text: &str) -> Cow<'_, str> {
    match text.contains('.') {
        true => Cow::Borrowed(text.trim_end_matches('0').trim_end_matches('.')),
        false => Cow::Borrowed(text),
    }
}

impl Decided for Literal<'_> {
    fn text(&self) -> &str {
        &self.text
    }

    fn within(&self, before: &str, after: &str) -> Self {
        Self {
            text: format!("{before}{}{after}", self.text).into(),
            before: format!("{before}{}", self.before),
            after: format!("{}{after}", self.after),
            ..self.clone()
        }
    }
}
