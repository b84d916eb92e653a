//! JavaScript and TypeScript, as far as configuration is written in them.
//!
//! No full parser: those there are follow nesting without bound, and one file
//! that nests too deeply would end the whole run. The text becomes words and
//! brackets within brackets; names, imports, objects, lists, calls and texts are
//! read from these. Types and statements are passed over.

use ruff_text_size::TextRange;

use super::SyntaxFault;
use tokens::{Token, TokenKind};

mod tokens;

/// Brackets within brackets that are followed.
const MAX_DEPTH: usize = 200;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Script {
    /// Everything, in order.
    pub nodes: Vec<Node>,
}

/// A word, or brackets with what is between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// From the first to the last character, quotes and brackets included.
    pub range: TextRange,
    /// Whether a line ends before it.
    pub begins_line: bool,
}

/// The kinds of node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// A name or a keyword.
    Name(Box<str>),
    /// A text without anything to fill in.
    String(Box<str>),
    /// Text of a template beside what is filled in.
    Text(Box<str>),
    /// A number, as written.
    Number(Box<str>),
    /// A regular expression.
    Regex,
    /// A sign, and whether it is the first of several that belong together.
    Sign(u8, bool),
    /// Brackets: `(`, `[`, `{`, `` ` ``, or `$` for `${`.
    Group(u8, Vec<Node>),
}

/// A key of an object with its value.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The key without quotes.
    pub key: &'a str,
    /// The key with its quotes.
    pub key_range: TextRange,
    /// The value; for `{ a }` the name itself.
    pub value: Value<'a>,
}

/// An expression: its nodes.
#[derive(Debug, Clone, Copy)]
pub struct Value<'a>(pub &'a [Node]);

/// A call, or a `new`.
#[derive(Debug, Clone)]
pub struct CallOf<'a> {
    /// The dotted name of what is called.
    pub name: Vec<&'a str>,
    /// The arguments.
    pub arguments: Vec<Value<'a>>,
}

/// A name that an import or a `require` gives to something of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import<'a> {
    /// The name in this file.
    pub name: &'a str,
    /// The module.
    pub module: &'a str,
    /// What of it; `None` for the module as a whole.
    pub member: Option<&'a str>,
}

/// Reads a text.
///
/// # Errors
/// Brackets beyond 200 levels.
pub fn parse(text: &str) -> Result<Script, SyntaxFault> {
    let mut open: Vec<(u8, Token, Vec<Node>)> = Vec::new();
    let mut nodes: Vec<Node> = Vec::new();
    for token in tokens::split(text) {
        let Token { range, begins_line, .. } = token;
        let kind = match token.kind {
            TokenKind::Open(_) if open.len() >= MAX_DEPTH => {
                let message = format!("more than {MAX_DEPTH} brackets within each other");
                return Err(SyntaxFault { message, range });
            }
            TokenKind::Open(sign) => {
                open.push((sign, token, std::mem::take(&mut nodes)));
                continue;
            }
            TokenKind::Close(sign) => {
                // What closes nothing is passed over; what is left open ends here.
                if open.iter().any(|(other, ..)| *other == sign) {
                    while let Some((other, first, before)) = open.pop() {
                        let inner = std::mem::replace(&mut nodes, before);
                        nodes.push(group(other, &first, inner, range));
                        if other == sign {
                            break;
                        }
                    }
                }
                continue;
            }
            TokenKind::Name(text) => NodeKind::Name(text),
            TokenKind::String(text) => NodeKind::String(text),
            TokenKind::Text(text) => NodeKind::Text(text),
            TokenKind::Number(text) => NodeKind::Number(text),
            TokenKind::Regex => NodeKind::Regex,
            TokenKind::Sign { sign, double } => NodeKind::Sign(sign, double),
        };
        nodes.push(Node { kind, range, begins_line });
    }
    while let Some((sign, first, before)) = open.pop() {
        let end = nodes.last().map_or(first.range, |last| last.range);
        let inner = std::mem::replace(&mut nodes, before);
        nodes.push(group(sign, &first, inner, end));
    }
    Ok(Script { nodes })
}

fn group(sign: u8, first: &Token, mut inner: Vec<Node>, last: TextRange) -> Node {
    let range = first.range.cover(last);
    let begins_line = first.begins_line;
    let kind = match inner.as_mut_slice() {
        [] if sign == b'`' => NodeKind::String("".into()),
        [Node { kind: NodeKind::Text(text), .. }] if sign == b'`' => NodeKind::String(std::mem::take(text)),
        _ => NodeKind::Group(sign, inner),
    };
    Node { kind, range, begins_line }
}

impl Node {
    /// The text of a name or keyword.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Whether it is this sign alone.
    #[must_use]
    pub fn is(&self, sign: u8) -> bool {
        self.kind == NodeKind::Sign(sign, false)
    }

    fn inside(&self, sign: u8) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Group(own, nodes) if *own == sign => Some(nodes),
            _ => None,
        }
    }
}

impl<'a> Value<'a> {
    /// The place of the whole.
    #[must_use]
    pub fn range(self) -> TextRange {
        let ends = self.0.first().zip(self.0.last());
        ends.map_or_else(TextRange::default, |(first, last)| first.range.cover(last.range))
    }

    /// Without `as …`, `satisfies …` and `!` behind it, and brackets around it.
    fn bare(self) -> &'a [Node] {
        let mut nodes = self.0;
        let is_type = |node: &Node| matches!(node.name(), Some("as" | "satisfies"));
        if let Some(at) = nodes.iter().position(is_type).filter(|at| *at > 0) {
            nodes = &nodes[..at];
        }
        while let [rest @ .., last] = nodes
            && last.is(b'!')
        {
            nodes = rest;
        }
        match nodes {
            [node] => node.inside(b'(').map_or(nodes, |inner| Self(inner).bare()),
            _ => nodes,
        }
    }

    /// The text and place of a text without anything to fill in.
    #[must_use]
    pub fn text(self) -> Option<(&'a str, TextRange)> {
        match self.bare() {
            [Node { kind: NodeKind::String(text), range, .. }] => Some((text, *range)),
            _ => None,
        }
    }

    /// The names of `a.b.c`.
    #[must_use]
    pub fn dotted(self) -> Option<Vec<&'a str>> {
        let nodes = self.bare();
        let (names, length) = dotted(nodes)?;
        (length == nodes.len()).then_some(names)
    }

    /// The members of an object; of anything else, none. What is spread into it or
    /// computed is left out.
    #[must_use]
    pub fn members(self) -> Vec<Member<'a>> {
        self.object().unwrap_or_default()
    }

    /// The members of an object; `None` for anything else.
    #[must_use]
    pub fn object(self) -> Option<Vec<Member<'a>>> {
        let [node] = self.bare() else { return None };
        Some(parts(node.inside(b'{')?).into_iter().filter_map(member).collect())
    }

    /// The value of a key of an object.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Value<'a>> {
        self.members().into_iter().rev().find(|member| member.key == key).map(|member| member.value)
    }

    /// The elements of a list; of anything else, none.
    #[must_use]
    pub fn elements(self) -> Vec<Value<'a>> {
        self.list().unwrap_or_default()
    }

    /// The elements of a list; `None` for anything else.
    #[must_use]
    pub fn list(self) -> Option<Vec<Value<'a>>> {
        let [node] = self.bare() else { return None };
        Some(parts(node.inside(b'[')?))
    }

    /// What it may be: both branches of a condition, both sides of `||` and `??`.
    #[must_use]
    pub fn choices(self) -> Vec<Value<'a>> {
        let nodes = self.bare();
        let question = nodes.iter().position(|node| node.is(b'?'));
        if let Some(question) = question
            && let Some(colon) = nodes[question..].iter().position(|node| node.is(b':'))
        {
            let (one, other) = (&nodes[question + 1..question + colon], &nodes[question + colon + 1..]);
            return [one, other].into_iter().filter(|nodes| !nodes.is_empty()).map(Value).collect();
        }
        let is_or = |node: &Node| matches!(node.kind, NodeKind::Sign(b'|' | b'?', true));
        nodes.split(is_or).filter(|nodes| !nodes.is_empty()).map(Value).collect()
    }
}

/// The names of `a.b.c` at the beginning, and how many nodes they are.
#[must_use]
pub fn dotted(nodes: &[Node]) -> Option<(Vec<&str>, usize)> {
    let mut names = vec![nodes.first()?.name()?];
    let mut at = 1;
    while let [dot, next, ..] = &nodes[at..]
        && (dot.is(b'.') || dot.kind == NodeKind::Sign(b'?', true))
        && let Some(name) = next.name()
    {
        names.push(name);
        at += 2;
    }
    Some((names, at))
}

/// The call that begins here: `a.b(…)`, `new a.b<T>(…)`.
#[must_use]
pub fn call(nodes: &[Node]) -> Option<CallOf<'_>> {
    let is_new = nodes.first()?.name() == Some("new");
    let nodes = &nodes[usize::from(is_new)..];
    let (name, length) = dotted(nodes)?;
    let rest = &nodes[length..];
    let rest = match rest.first() {
        // Type arguments.
        Some(node) if node.is(b'<') => &rest[rest.iter().take(32).position(|node| node.is(b'>'))? + 1..],
        _ => rest,
    };
    let arguments = parts(rest.first()?.inside(b'(')?);
    Some(CallOf { name, arguments })
}

/// What stands between commas.
fn parts(nodes: &[Node]) -> Vec<Value<'_>> {
    nodes.split(|node| node.is(b',')).filter(|part| !part.is_empty()).map(Value).collect()
}

fn member(part: Value<'_>) -> Option<Member<'_>> {
    let (first, rest) = part.0.split_first()?;
    let key = match &first.kind {
        NodeKind::Name(name) => name,
        NodeKind::String(text) => text,
        NodeKind::Number(text) => text,
        _ => return None,
    };
    let value = match rest {
        [] => Value(part.0),
        [colon, value @ ..] if colon.is(b':') && !value.is_empty() => Value(value),
        _ => return None,
    };
    Some(Member { key, key_range: first.range, value })
}

impl Script {
    /// Goes through all lists of nodes, the outermost first.
    pub fn each<'a>(&'a self, mut visit: impl FnMut(&'a [Node])) {
        let mut open = vec![&*self.nodes];
        while let Some(nodes) = open.pop() {
            visit(nodes);
            for node in nodes {
                if let NodeKind::Group(_, inner) = &node.kind {
                    open.push(inner);
                }
            }
        }
    }

    /// The names that imports give, in any of their forms.
    #[must_use]
    pub fn imports(&self) -> Vec<Import<'_>> {
        let mut imports = Vec::new();
        self.each(|nodes| {
            for (at, node) in nodes.iter().enumerate() {
                match node.name() {
                    Some("import") => import(&nodes[at + 1..], &mut imports),
                    Some("require") => required(nodes, at, &mut imports),
                    _ => {}
                }
            }
        });
        imports
    }

    /// The names that are declared with a value, each as often as it is.
    #[must_use]
    pub fn constants(&self) -> Vec<(&Node, Value<'_>)> {
        let mut constants = Vec::new();
        self.each(|nodes| {
            for (at, node) in nodes.iter().enumerate() {
                if matches!(node.name(), Some("const" | "let" | "var" | "readonly" | "static")) {
                    constants.extend(constant(&nodes[at + 1..]));
                }
            }
        });
        constants
    }
}

/// `* as a from 'm'`, `a, { b as c } from 'm'`, `a = require('m')`.
fn import<'a>(nodes: &'a [Node], imports: &mut Vec<Import<'a>>) {
    let from = nodes.iter().take(8).position(|node| node.name() == Some("from"));
    let Some((from, NodeKind::String(module))) =
        from.and_then(|from| Some((from, &nodes.get(from + 1)?.kind)))
    else {
        return;
    };
    for part in parts(&nodes[..from]) {
        match part.0 {
            [star, by, name] if star.is(b'*') && by.name() == Some("as") => {
                imports.extend(name.name().map(|name| Import { name, module, member: None }));
            }
            [node] => match node.inside(b'{') {
                Some(inner) => {
                    imports.extend(parts(inner).into_iter().filter_map(|part| renamed(part, module, "as")))
                }
                None => imports.extend(node.name().map(|name| Import { name, module, member: None })),
            },
            _ => {}
        }
    }
}

/// `b`, `b as c`, `b: c`.
fn renamed<'a>(part: Value<'a>, module: &'a str, by: &str) -> Option<Import<'a>> {
    let names: Vec<&Node> =
        part.0.iter().filter(|node| node.name() != Some("type") || part.0.len() == 1).collect();
    let member = names.first()?.name()?;
    let name = match names.as_slice() {
        [_] => member,
        [_, word, name] if word.name() == Some(by) || word.is(b':') => name.name()?,
        _ => return None,
    };
    Some(Import { name, module, member: Some(member) })
}

/// `a = require('m')`, `{ b: c } = require('m')`, also with `.d` behind it.
fn required<'a>(nodes: &'a [Node], at: usize, imports: &mut Vec<Import<'a>>) {
    let Some([equals, require]) = at.checked_sub(1).and_then(|from| nodes.get(from..=at)) else { return };
    let module = nodes.get(at + 1).and_then(|node| parts(node.inside(b'(')?).first()?.text());
    let (Some((module, _)), true, Some(target)) =
        (module, equals.is(b'='), at.checked_sub(2).map(|at| &nodes[at]))
    else {
        return;
    };
    debug_assert!(require.name().is_some());
    let member = match nodes.get(at + 2..at + 4) {
        Some([dot, name]) if dot.is(b'.') => name.name(),
        _ => None,
    };
    match target.inside(b'{') {
        Some(inner) if member.is_none() => {
            imports.extend(parts(inner).into_iter().filter_map(|part| renamed(part, module, ":")));
        }
        _ => imports.extend(target.name().map(|name| Import { name, module, member })),
    }
}

/// `a = value`, `a: Type = value`.
fn constant(nodes: &[Node]) -> Option<(&Node, Value<'_>)> {
    let modifiers =
        nodes.iter().take_while(|node| matches!(node.name(), Some("readonly" | "static" | "const")));
    let nodes = &nodes[modifiers.count()..];
    let name = nodes.first()?;
    name.name()?;
    let equals = nodes.iter().take(24).position(|node| node.is(b'='))?;
    let is_typed = equals == 1 || nodes[1].is(b':') && !nodes[..equals].iter().any(|node| node.is(b';'));
    let value = &nodes[equals + 1..];
    is_typed.then(|| (name, Value(&value[..end(value)])))
}

/// Where an expression ends: at a `,` or `;`, or where the next line begins
/// something else.
fn end(nodes: &[Node]) -> usize {
    let goes_on = |node: &Node| matches!(&node.kind, NodeKind::Sign(..)) && !node.is(b'@');
    let ends = |(at, node): &(usize, &Node)| {
        node.is(b',')
            || node.is(b';')
            || *at > 0 && node.begins_line && !goes_on(node) && !goes_on(&nodes[at - 1])
    };
    nodes.iter().enumerate().find(ends).map_or(nodes.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_imports() {
        let text = "#!/usr/bin/env node\nimport * as lambda from 'aws-cdk-lib/aws-lambda';\nimport cdk, { Stack, type A, aws_lambda as _lambda } from \"aws-cdk-lib\"\nimport 'side';\nimport x = require('x');\nconst { Runtime, Code: C } = require(`y`), d = require('z').e;\n";
        let script = parse(text).expect("shallow");
        let mut seen: Vec<_> = script
            .imports()
            .iter()
            .map(|i| format!("{}={}.{}", i.name, i.module, i.member.unwrap_or("*")))
            .collect();
        seen.sort();
        assert_eq!(
            seen,
            [
                "A=aws-cdk-lib.A",
                "C=y.Code",
                "Runtime=y.Runtime",
                "Stack=aws-cdk-lib.Stack",
                "_lambda=aws-cdk-lib.aws_lambda",
                "cdk=aws-cdk-lib.*",
                "d=z.e",
                "lambda=aws-cdk-lib/aws-lambda.*",
                "x=x.*"
            ]
        );
    }

    #[test]
    fn reads_values() {
        let text = "const a = /[/'\"]/.test(x) / 2 // '\nconst config: AWS = {\n  'a b': `t`, c: [1, 'x' as const, y], d, ...rest, e() { return 1 },\n  f: q ? 'one' : `two${a + `${b}`}`, g: new m.Fn<T>(this, 'id', { h: m.R.P }),\n}\nmodule.exports = config";
        let script = parse(text).expect("shallow");
        let constants = script.constants();
        let (_, config) = constants.iter().find(|(name, _)| name.name() == Some("config")).expect("declared");
        let keys: Vec<&str> = config.members().iter().map(|member| member.key).collect();
        assert_eq!(keys, ["a b", "c", "d", "f", "g"]);
        assert_eq!(config.get("a b").and_then(Value::text).map(|(text, _)| text), Some("t"));
        let list = config.get("c").expect("there").elements();
        assert_eq!(&text[list[1].text().expect("a text").1], "'x'");
        assert_eq!(config.get("f").expect("there").choices()[0].text().map(|(text, _)| text), Some("one"));
        let call = call(config.get("g").expect("there").0).expect("a call");
        assert_eq!((call.name, call.arguments.len()), (vec!["m", "Fn"], 3));
        assert_eq!(call.arguments[2].get("h").and_then(Value::dotted), Some(vec!["m", "R", "P"]));
    }

    #[test]
    fn bears_anything() {
        for piece in ["(", "[", "{", "`${", "class A{x=", "async()=>{"] {
            assert!(parse(&piece.repeat(100_000)).is_err(), "{piece}");
        }
        for piece in [")", "}", "!", "A<", "a?b:", "/", "\"", "`", "a=>", "\u{e9}", "\\", "#", "'\n", "([)]"]
        {
            assert!(parse(&piece.repeat(10_000)).is_ok(), "{piece}");
        }
        assert_eq!(parse("").expect("empty"), Script::default());
    }
}
