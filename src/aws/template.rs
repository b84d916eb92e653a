//! CloudFormation and SAM templates: resources and the values they have.
//!
//! Values are followed through `Ref`, `Fn::Sub`, `Fn::Join`, `Fn::FindInMap`
//! and `Fn::If` to the literals they come from, so that a finding points at the
//! text that has to change. What only a deployment knows stays unknown.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use crate::parse::combined::{self, Decided};
use crate::parse::tree::{Member, Tree};

/// Values that are followed for the literals of one, so that no template,
/// however it refers to itself, takes long.
const MAX_STEPS: usize = 1_000;

/// Literals that one value may come from.
const MAX_LITERALS: usize = 64;

/// Loops within loops (`Fn::ForEach`) that are followed.
const MAX_LOOPS: usize = 3;

/// A template.
#[derive(Debug, Clone, Copy)]
pub struct Template<'a> {
    root: Tree<'a>,
}

/// A resource of a template.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// Its logical name.
    pub name: &'a str,
    /// Such as `AWS::Lambda::Function`.
    pub kind: &'a str,
    body: Tree<'a>,
}

/// A text that a value can have, and the literal that decides it.
#[derive(Debug, Clone)]
pub struct Literal<'a> {
    /// The whole value.
    pub text: Cow<'a, str>,
    /// The scalar in the template that it comes from.
    pub source: Tree<'a>,
    /// What `Fn::Sub` or `Fn::Join` puts before the scalar's text.
    pub before: String,
    /// What they put behind it.
    pub after: String,
    /// How the value refers to the scalar.
    pub origin: Origin<'a>,
}

/// How a value refers to a literal.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// It is written there.
    Direct,
    /// The default of this parameter: its name and declaration.
    Parameter(&'a str, Tree<'a>),
    /// One of the values that this parameter, which has no default, allows.
    Allowed(&'a str, Tree<'a>),
    /// An entry of `Mappings`.
    Mapping,
    /// One of the values of a loop's variable.
    Loop,
    /// Put together from several literals, of which `source` is the whole.
    Computed,
}

impl<'a> Template<'a> {
    /// Recognises a template by its content: a `Resources` object with
    /// resources of AWS.
    #[must_use]
    pub fn of(root: Tree<'a>) -> Option<Self> {
        let template = Self { root };
        let is_aws = |resource: &Resource<'_>| resource.kind.starts_with("AWS::");
        template.resources().iter().any(is_aws).then_some(template)
    }

    /// Every resource, those in `Fn::ForEach` included.
    #[must_use]
    pub fn resources(self) -> Vec<Resource<'a>> {
        let mut resources = Vec::new();
        let mut open: Vec<_> = self.root.get("Resources").into_iter().map(|all| (all, MAX_LOOPS)).collect();
        while let Some((group, loops)) = open.pop() {
            for member in group.members() {
                match member.key {
                    Some(key) if key.starts_with("Fn::ForEach") => {
                        let body = member.value.elements().get(2).copied();
                        open.extend(body.zip(loops.checked_sub(1)));
                    }
                    _ => resources.extend(resource(member)),
                }
            }
        }
        resources
    }

    /// A value below `Globals.Function`.
    #[must_use]
    pub fn function_default(self, property: &str) -> Option<Tree<'a>> {
        self.root.get("Globals")?.get("Function")?.get(property)
    }

    /// Every text that a value can have, as far as the template says. The same
    /// literal can occur twice.
    #[must_use]
    pub fn literals(self, value: Tree<'a>) -> Vec<Literal<'a>> {
        let mut literals = self.follow(value, &Cell::new(MAX_STEPS));
        literals.truncate(MAX_LITERALS);
        literals
    }

    /// The scalars that a value is put together from, without what only a
    /// deployment knows: those of lists, of functions, and of what these refer to.
    #[must_use]
    pub fn scalars(self, value: Tree<'a>) -> Vec<Tree<'a>> {
        let mut scalars = Vec::new();
        let mut open = vec![value];
        let mut steps = MAX_STEPS;
        while let (Some(value), Some(left)) = (open.pop(), steps.checked_sub(1)) {
            steps = left;
            match function(value) {
                Some(("Ref" | "FindInMap", _)) => {
                    let literals = self.literals(value).into_iter();
                    scalars.extend(literals.map(|literal| literal.source));
                }
                // The long form: `Fn::Sub: …`.
                Some(_) if value.tag().is_none() => {
                    open.extend(value.members().into_iter().map(|member| member.value));
                }
                _ if value.text().is_some() => scalars.push(value),
                _ => {
                    let members = value.members().into_iter().map(|member| member.value);
                    open.extend(value.elements().into_iter().rev().chain(members));
                }
            }
        }
        scalars
    }

    fn follow(self, value: Tree<'a>, steps: &Cell<usize>) -> Vec<Literal<'a>> {
        let Some(left) = steps.get().checked_sub(1) else { return Vec::new() };
        steps.set(left);
        let Some((function, argument)) = function(value) else {
            return value.text().map(|text| direct(value, text)).into_iter().collect();
        };
        match function {
            "Ref" => argument.text().and_then(|name| self.parameter(name)).unwrap_or_default(),
            "Sub" => self.substitute(argument, steps),
            "Join" => self.join(argument, steps),
            "FindInMap" => self.find_in_map(argument),
            "If" => {
                let branches = argument.elements();
                let branches = branches.get(1..3).unwrap_or_default();
                branches.iter().flat_map(|branch| self.follow(*branch, steps)).take(MAX_LITERALS).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Every parameter: its name and declaration.
    #[must_use]
    pub fn parameters(self) -> Vec<(&'a str, Tree<'a>)> {
        let all = self.root.get("Parameters").map(Tree::members).unwrap_or_default();
        all.into_iter().filter_map(|member| Some((member.key?, member.value))).collect()
    }

    /// The default of a parameter, which is always literal, else what it allows;
    /// or what the variable of a loop takes on.
    fn parameter(self, name: &str) -> Option<Vec<Literal<'a>>> {
        let declared = self.parameters().into_iter().find(|(own, _)| *own == name);
        let Some((name, declaration)) = declared else { return self.variable(name) };
        if let Some(default) = declaration.get("Default") {
            let origin = Origin::Parameter(name, declaration);
            return Some(vec![Literal { origin, ..constant(default)? }]);
        }
        let allowed = declaration.get("AllowedValues").map(Tree::elements).unwrap_or_default();
        let origin = Origin::Allowed(name, declaration);
        let literals = allowed.into_iter().filter_map(|value| Some(Literal { origin, ..constant(value)? }));
        Some(literals.take(MAX_LITERALS).collect())
    }

    /// The values that the variable of a `Fn::ForEach` around resources takes on.
    fn variable(self, name: &str) -> Option<Vec<Literal<'a>>> {
        let loops = self.root.get("Resources")?.members().into_iter();
        let loops = loops.filter(|member| member.key.is_some_and(|key| key.starts_with("Fn::ForEach")));
        let parts = loops.map(|member| member.value.elements());
        let of_this = |parts: &Vec<Tree<'a>>| parts.first().and_then(|first| first.text()) == Some(name);
        let values = parts.filter(of_this).filter_map(|parts| parts.get(1).copied()).flat_map(Tree::elements);
        let literal = |value: Tree<'a>| Some(Literal { origin: Origin::Loop, ..constant(value)? });
        Some(values.filter_map(literal).take(MAX_LITERALS).collect())
    }

    /// `Fn::Sub` with a text, or with a text and variables of its own.
    fn substitute(self, argument: Tree<'a>, steps: &Cell<usize>) -> Vec<Literal<'a>> {
        let elements = argument.elements();
        let (node, variables) = match elements.as_slice() {
            [node, variables, ..] => (*node, Some(*variables)),
            [node] => (*node, None),
            [] => (argument, None),
        };
        let Some(text) = node.text() else { return Vec::new() };
        let mut parts = Vec::new();
        for (constant, name) in placeholders(text) {
            parts.push(vec![direct(node, constant)]);
            if let Some(name) = name {
                let own = variables.and_then(|variables| variables.get(name));
                let own = own.map(|value| self.follow(value, steps));
                parts.push(own.or_else(|| self.parameter(name)).unwrap_or_default());
            }
        }
        combine(node, parts)
    }

    fn join(self, argument: Tree<'a>, steps: &Cell<usize>) -> Vec<Literal<'a>> {
        let elements = argument.elements();
        let [delimiter, values] = elements.as_slice() else { return Vec::new() };
        let Some(text) = delimiter.text() else { return Vec::new() };
        let mut parts = Vec::new();
        for (index, value) in values.elements().into_iter().enumerate() {
            if index > 0 && !text.is_empty() {
                parts.push(vec![direct(*delimiter, text)]);
            }
            parts.push(self.follow(value, steps));
        }
        combine(argument, parts)
    }

    /// The entries that the keys can choose; a key that is not literal may
    /// choose any.
    fn find_in_map(self, argument: Tree<'a>) -> Vec<Literal<'a>> {
        let path = argument.elements();
        let [map, keys @ ..] = path.as_slice() else { return Vec::new() };
        let otherwise = keys.get(2).and_then(|more| more.get("DefaultValue"));
        let map = map.text().and_then(|name| self.root.get("Mappings")?.get(name));
        let mut chosen: Vec<Tree<'a>> = map.into_iter().collect();
        for key in keys.iter().take(2) {
            let key = function(*key).is_none().then(|| key.text()).flatten();
            let inside = |tree: Tree<'a>| match key {
                Some(key) => tree.get(key).into_iter().collect::<Vec<_>>(),
                None => tree.members().into_iter().map(|member| member.value).collect(),
            };
            chosen = chosen.into_iter().flat_map(inside).take(MAX_LITERALS).collect();
        }
        let entry = |value: Tree<'a>| Some(Literal { origin: Origin::Mapping, ..constant(value)? });
        let otherwise = otherwise.and_then(constant);
        chosen.into_iter().filter_map(entry).chain(otherwise).collect()
    }
}

impl<'a> Resource<'a> {
    /// The code of the function that stands in the template itself.
    #[must_use]
    pub fn inline_code(self) -> Option<Tree<'a>> {
        self.property("InlineCode").or_else(|| self.property("Code")?.get("ZipFile"))
    }

    /// A property.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Tree<'a>> {
        self.body.get("Properties")?.get(name)
    }

    /// An entry of the metadata.
    #[must_use]
    pub fn metadata(self, name: &str) -> Option<Tree<'a>> {
        self.body.get("Metadata")?.get(name)
    }
}

fn resource(member: Member<'_>) -> Option<Resource<'_>> {
    Some(Resource { name: member.key?, kind: member.value.get("Type")?.text()?, body: member.value })
}

fn direct<'a>(source: Tree<'a>, text: &'a str) -> Literal<'a> {
    let (before, after) = (String::new(), String::new());
    Literal { text: Cow::Borrowed(text), source, before, after, origin: Origin::Direct }
}

/// A scalar where no function may stand.
fn constant(value: Tree<'_>) -> Option<Literal<'_>> {
    value.text().filter(|_| function(value).is_none()).map(|text| direct(value, text))
}

/// The intrinsic function that a value calls, without its `Fn::`, and the
/// argument.
#[must_use]
pub fn function(value: Tree<'_>) -> Option<(&str, Tree<'_>)> {
    if let Some(name) =
        value.tag().and_then(|tag| tag.strip_prefix('!')).filter(|name| !name.starts_with('!'))
    {
        return Some((name, value));
    }
    let members = value.members();
    let [member] = members.as_slice() else { return None };
    let name = member.key?;
    (name == "Ref").then_some(name).or_else(|| name.strip_prefix("Fn::")).map(|name| (name, member.value))
}

/// The constant pieces of a text for `Fn::Sub`, each with the placeholder
/// behind it.
fn placeholders(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        pieces.push((&rest[..start], Some(rest[start + 2..start + length].trim())));
        rest = &rest[start + length + 1..];
    }
    pieces.push((rest, None));
    pieces
}

/// Where `Fn::Sub` puts something in a text: its placeholders, without those that
/// stay as they are (`${!name}`).
#[must_use]
pub fn holes(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut holes = Vec::new();
    for (constant, name) in placeholders(text) {
        at += constant.len();
        let Some(length) = name.and_then(|_| text[at..].find('}')) else { break };
        if !text[at..].starts_with("${!") {
            holes.push(at..at + length + 1);
        }
        at += length + 1;
    }
    holes
}

/// Puts parts together; `whole` stands for a text of several that vary.
fn combine<'a>(whole: Tree<'a>, mut parts: Vec<Vec<Literal<'a>>>) -> Vec<Literal<'a>> {
    let is_constant = |one: &Literal<'a>| matches!(one.origin, Origin::Direct);
    // A text without placeholders is written there.
    if let [part] = parts.as_slice()
        && let [one] = part.as_slice()
        && is_constant(one)
    {
        return parts.swap_remove(0);
    }
    let computed =
        |text: String| Literal { text: text.into(), origin: Origin::Computed, ..direct(whole, "") };
    combined::combine(&parts, is_constant, computed)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::{json, yaml};

    /// Every text of the functions' runtimes, with the source's text.
    fn runtimes(root: Tree<'_>, text: &str) -> Vec<String> {
        let template = Template::of(root).expect("a template");
        let values = template.resources().into_iter().filter_map(|resource| resource.property("Runtime"));
        let literals = values.flat_map(|value| template.literals(value));
        literals.map(|literal| format!("{} from {}", literal.text, &text[literal.source.range()])).collect()
    }

    fn of_yaml(value: &str) -> Vec<String> {
        let text = format!(
            "Parameters:\n  Whole: {{Type: String, Default: python3.8}}\n  Part: {{Type: String, Default: '3.9'}}\n  None: {{Type: String}}\n  Allowed: {{AllowedValues: [python3.7, python3.6]}}\nMappings:\n  M:\n    dev: {{r: python3.7}}\n    prod: {{r: python3.6}}\nResources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: {value}\n"
        );
        let documents = yaml::parse(&text).expect("well-formed");
        runtimes(Tree::of(&documents[0]), &text)
    }

    #[test]
    fn follows_values() {
        for (value, expected) in [
            ("python3.11", &["python3.11 from python3.11"][..]),
            ("!Ref Whole", &["python3.8 from python3.8"]),
            ("{Ref: Whole}", &["python3.8 from python3.8"]),
            ("!Ref None", &[]),
            ("!Ref AWS::NoValue", &[]),
            ("!Sub 'python${Part}'", &["python3.9 from '3.9'"]),
            ("!Sub python3.11", &["python3.11 from python3.11"]),
            ("!Sub ['python${V}', {V: '3.7'}]", &["python3.7 from 'python${V}'"]),
            ("!Sub 'python${None}'", &[]),
            ("!Sub '${Whole}${Part}'", &["python3.83.9 from '${Whole}${Part}'"]),
            ("!Join ['', [python, !Ref Part]]", &["python3.9 from '3.9'"]),
            ("!Join ['.', [python3, '8']]", &["python3.8 from ['.', [python3, '8']]"]),
            ("!If [c, python3.8, !Ref Part]", &["python3.8 from python3.8", "3.9 from '3.9'"]),
            ("!FindInMap [M, dev, r]", &["python3.7 from python3.7"]),
            ("!FindInMap [M, !Ref Stage, r]", &["python3.7 from python3.7", "python3.6 from python3.6"]),
            ("!Ref Allowed", &["python3.7 from python3.7", "python3.6 from python3.6"]),
            ("!FindInMap [M, none, r, {DefaultValue: python3.8}]", &["python3.8 from python3.8"]),
            ("!ImportValue x", &[]),
            ("{{resolve: ssm}: x}", &[]),
        ] {
            assert_eq!(of_yaml(value), expected, "{value}");
        }
    }

    #[test]
    fn reads_json() {
        let text = r#"{"Parameters": {"P": {"Default": "3.8"}}, "Resources": {
            "F": {"Type": "AWS::Serverless::Function", "Properties": {"Runtime": {"Fn::Sub": "python${P}"}}},
            "Fn::ForEach::All": ["X", ["a"], {"G${X}": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": "python3.9"}}}],
            "Fn::ForEach::Each": ["V", ["7"], {"H${V}": {"Type": "AWS::Lambda::Function", "Properties": {"Runtime": {"Fn::Sub": "python3.${V}"}}}}]}}"#;
        let root = json::parse(text).expect("well-formed");
        let mut seen = runtimes(Tree::Json(&root), text);
        seen.sort();
        assert_eq!(seen, ["python3.7 from \"7\"", "python3.8 from \"3.8\"", "python3.9 from \"python3.9\""]);
    }

    #[test]
    fn is_not_fooled() {
        for text in [
            "Resources: [a]",
            "resources:\n  Type: AWS::Lambda::Function",
            "Resources:\n  a: {Type: Deployment}",
        ] {
            let documents = yaml::parse(text).expect("well-formed");
            assert!(Template::of(Tree::of(&documents[0])).is_none(), "{text}");
        }
        let circular = "Parameters: {A: {Default: !Sub '${A}${A}'}}\nResources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: !Ref A}}}";
        let documents = yaml::parse(circular).expect("well-formed");
        assert_eq!(runtimes(Tree::of(&documents[0]), circular), [""; 0]);
    }
}
