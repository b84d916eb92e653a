//! Bicep, the language of the Azure resource manager.
//!
//! A file is cut into its declarations first and each is parsed alone, so that
//! one in words that the grammar does not know costs no other. Only brackets and
//! texts that are never closed are faults.

use ruff_text_size::{TextRange, TextSize};
use tree_sitter::{Node, Parser};

use super::SyntaxFault;
use super::term::{Member, Term, TermKind};

mod declarations;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bicep {
    /// Those that could be read, in order; nested ones within theirs.
    pub declarations: Vec<Declaration>,
}

/// `resource name 'type' = { … }` and its like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// Of what.
    pub kind: DeclarationKind,
    /// Its name.
    pub name: Box<str>,
    /// The type of a resource with its version, the path of a module.
    pub subject: Option<Box<str>>,
    /// Its value, or the default of a parameter.
    pub value: Option<Term>,
    /// The decorators before it, as calls.
    pub decorators: Vec<Term>,
    /// Resources within the body.
    pub nested: Vec<Declaration>,
}

/// What is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclarationKind {
    /// `resource`.
    Resource,
    /// `module`.
    Module,
    /// `param`.
    Parameter,
    /// `var`.
    Variable,
}

/// Brackets within brackets that are followed.
const MAX_DEPTH: usize = 100;

/// Longer files are generated.
const MAX_SIZE: usize = 4 * 1024 * 1024;

/// Reads a text.
///
/// # Errors
/// The first bracket or text that is never closed, a bracket that closes
/// nothing, more than 100 levels of brackets, more than 4 MiB.
pub fn parse(text: &str) -> Result<Bicep, SyntaxFault> {
    if text.len() > MAX_SIZE {
        let message = "more than 4 MiB of Bicep".to_owned();
        return Err(SyntaxFault { message, range: TextRange::default() });
    }
    let parts = declarations::split(text, MAX_DEPTH)?;
    let mut parser = Parser::new();
    let grammar = tree_sitter_bicep::LANGUAGE.into();
    if let Err(error) = parser.set_language(&grammar) {
        return Err(SyntaxFault { message: error.to_string(), range: TextRange::default() });
    }
    let mut found = Vec::new();
    for part in parts {
        let Some(tree) = parser.parse(&*part.text, None) else { continue };
        let reader = Reader { text: &part.text, base: part.start, spreads: &part.spreads };
        reader.declarations(tree.root_node(), &mut found);
    }
    Ok(Bicep { declarations: found })
}

impl Bicep {
    /// Every declaration, nested ones behind their own.
    #[must_use]
    pub fn all(&self) -> Vec<&Declaration> {
        let mut all: Vec<&Declaration> = Vec::new();
        let mut open: Vec<&Declaration> = self.declarations.iter().rev().collect();
        while let Some(declaration) = open.pop() {
            all.push(declaration);
            open.extend(declaration.nested.iter().rev());
        }
        all
    }
}

impl Declaration {
    /// The type of a resource without its version, in lower case.
    #[must_use]
    pub fn resource_type(&self) -> Option<String> {
        let subject = self.subject.as_ref().filter(|_| self.kind == DeclarationKind::Resource)?;
        Some(subject.split('@').next().unwrap_or_default().to_ascii_lowercase())
    }
}

/// Turns the tree of one declaration into ours.
struct Reader<'a> {
    text: &'a str,
    /// Where it begins in the file.
    base: usize,
    /// Where in it `...` stood.
    spreads: &'a [usize],
}

impl Reader<'_> {
    fn slice(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    fn range(&self, node: Node<'_>) -> TextRange {
        let place = |at: usize| TextSize::try_from(self.base + at).unwrap_or_default();
        TextRange::new(place(node.start_byte()), place(node.end_byte()))
    }

    fn declarations(&self, root: Node<'_>, found: &mut Vec<Declaration>) {
        let mut decorators = Vec::new();
        for node in named(root) {
            match node.kind() {
                "decorators" => {
                    let calls = named(node).into_iter().filter_map(|one| named(one).into_iter().next());
                    decorators.extend(calls.map(|call| self.term(call)));
                }
                "comment" => {}
                _ => {
                    let declaration = self.declaration(node);
                    let decorators = std::mem::take(&mut decorators);
                    found.extend(declaration.map(|one| Declaration { decorators, ..one }));
                }
            }
        }
    }

    fn declaration(&self, node: Node<'_>) -> Option<Declaration> {
        let kind = match node.kind() {
            "resource_declaration" => DeclarationKind::Resource,
            "module_declaration" => DeclarationKind::Module,
            "parameter_declaration" => DeclarationKind::Parameter,
            "variable_declaration" => DeclarationKind::Variable,
            _ => return None,
        };
        let parts = named(node);
        let name = parts.iter().find(|part| part.kind() == "identifier")?;
        let has_subject = matches!(kind, DeclarationKind::Resource | DeclarationKind::Module);
        let subject = parts.iter().find(|part| has_subject && part.kind() == "string");
        let value = parts
            .last()
            .filter(|last| last.id() != name.id() && subject.is_none_or(|subject| subject.id() != last.id()));
        let value = value.filter(|value| value.kind() != "type");
        let mut nested = Vec::new();
        value.into_iter().for_each(|value| self.nested(*value, &mut nested));
        Some(Declaration {
            kind,
            name: self.slice(*name).into(),
            subject: subject.and_then(|subject| self.term(*subject).as_text().map(Into::into)),
            value: value.map(|value| self.term(*value)),
            decorators: Vec::new(),
            nested,
        })
    }

    /// Resources that are declared among the properties of one.
    fn nested(&self, node: Node<'_>, found: &mut Vec<Declaration>) {
        for part in named(node) {
            match part.kind() {
                "object_property" if named(part).len() == 1 => {
                    let inner = named(part).into_iter().next();
                    found.extend(inner.and_then(|inner| self.declaration(inner)));
                }
                "object" if matches!(node.kind(), "if_statement" | "for_statement") => {
                    self.nested(part, found);
                }
                "if_statement" => self.nested(part, found),
                _ => {}
            }
        }
    }

    /// Brackets were counted before, so that this ends.
    fn term(&self, node: Node<'_>) -> Term {
        let kind = if node.is_error() || node.is_missing() { TermKind::Other } else { self.kind(node) };
        Term::new(self.range(node), kind)
    }

    fn all(&self, nodes: &[Node<'_>]) -> Vec<Term> {
        nodes.iter().map(|node| self.term(*node)).collect()
    }

    fn kind(&self, node: Node<'_>) -> TermKind {
        let parts = named(node);
        let part = |at: usize| parts.get(at).map(|part| Box::new(self.term(*part)));
        let made = match (node.kind(), parts.as_slice()) {
            ("string", _) => Some(self.string(node)),
            ("number", _) => Some(TermKind::Number(self.slice(node).into())),
            ("boolean", _) => Some(TermKind::Bool(self.slice(node) == "true")),
            ("null", _) => Some(TermKind::Null),
            ("identifier", _) => Some(TermKind::Name(self.slice(node).into())),
            ("array", _) if !has_fault(node) => Some(TermKind::Array(self.elements(&parts))),
            ("object", _) if !has_fault(node) => Some(TermKind::Object(self.members(&parts))),
            ("parenthesized_expression", [inner]) => return self.kind(*inner),
            ("if_statement", [.., object]) => return self.kind(*object),
            ("for_statement", [.., body]) => Some(TermKind::Each(Box::new(self.term(*body)))),
            ("lambda_expression", [_, body]) => Some(TermKind::Each(Box::new(self.term(*body)))),
            ("ternary_expression", [_, yes, no]) => Some(TermKind::Either(self.all(&[*yes, *no]))),
            ("binary_expression", [left, right]) if self.between(*left, *right) == "??" => {
                Some(TermKind::Either(self.all(&[*left, *right])))
            }
            ("member_expression", [_, name]) => {
                part(0).map(|object| TermKind::Field(object, self.slice(*name).into()))
            }
            ("subscript_expression", _) => {
                part(0).zip(part(1)).map(|(object, index)| TermKind::Index(object, index))
            }
            ("call_expression", [function, arguments, ..]) => {
                Some(TermKind::Call(self.slice(*function).into(), self.all(&named(*arguments))))
            }
            _ => None,
        };
        made.unwrap_or(TermKind::Other)
    }

    fn between(&self, left: Node<'_>, right: Node<'_>) -> &str {
        self.text.get(left.end_byte()..right.start_byte()).unwrap_or_default().trim()
    }

    fn is_spread(&self, node: Node<'_>, width: usize) -> bool {
        self.spreads.iter().any(|at| at + width == node.start_byte())
    }

    fn elements(&self, parts: &[Node<'_>]) -> Vec<Term> {
        let element = |node: &Node<'_>| {
            let term = self.term(*node);
            match self.is_spread(*node, declarations::SPREAD) {
                true => Term::new(term.range, TermKind::Spread(Box::new(term))),
                false => term,
            }
        };
        parts.iter().filter(|part| part.kind() != "decorators").map(element).collect()
    }

    fn members(&self, parts: &[Node<'_>]) -> Vec<Member> {
        let member = |property: &Node<'_>| {
            let inner = named(*property);
            let [key, value] = inner.as_slice() else { return None };
            let term = self.term(*value);
            if self.is_spread(*key, 0) {
                let value = Term::new(term.range, TermKind::Spread(Box::new(term)));
                return Some(Member { key: None, key_range: self.range(*key), value });
            }
            let name = match self.term(*key).kind {
                TermKind::Text(text) | TermKind::Name(text) => Some(text),
                _ => None,
            };
            Some(Member { key: name, key_range: self.range(*key), value: term })
        };
        parts.iter().filter(|part| part.kind() == "object_property").filter_map(member).collect()
    }

    fn string(&self, node: Node<'_>) -> TermKind {
        let written = self.slice(node);
        if let Some(inner) = written.strip_prefix("'''") {
            let inner = inner.strip_suffix("'''").unwrap_or(inner);
            return TermKind::Text(inner.strip_prefix('\n').unwrap_or(inner).into());
        }
        let mut pieces: Vec<Term> = Vec::new();
        let mut at = node.start_byte() + 1;
        let mut fixed = String::new();
        let mut from = at;
        let place = |from: usize, to: usize| {
            let offset = |at: usize| TextSize::try_from(self.base + at).unwrap_or_default();
            TextRange::new(offset(from), offset(to))
        };
        for part in named(node) {
            fixed.push_str(self.text.get(at..part.start_byte()).unwrap_or_default());
            match part.kind() {
                "interpolation" => {
                    if !fixed.is_empty() {
                        let text = TermKind::Text(std::mem::take(&mut fixed).into());
                        pieces.push(Term::new(place(from, part.start_byte()), text));
                    }
                    pieces.extend(named(part).first().map(|inner| self.term(*inner)));
                    from = part.end_byte();
                }
                "escape_sequence" => fixed.push_str(unescaped(self.slice(part))),
                _ => fixed.push_str(self.slice(part)),
            }
            at = part.end_byte();
        }
        let end = node.end_byte().saturating_sub(1);
        fixed.push_str(self.text.get(at..end).unwrap_or_default());
        if pieces.is_empty() {
            return TermKind::Text(fixed.into());
        }
        if !fixed.is_empty() {
            pieces.push(Term::new(place(from, end), TermKind::Text(fixed.into())));
        }
        TermKind::Template(pieces)
    }
}

/// What an escape stands for; those of code points as they are written.
fn unescaped(escape: &str) -> &str {
    match escape {
        "\\n" => "\n",
        "\\r" => "\r",
        "\\t" => "\t",
        _ if escape.starts_with("\\u") => escape,
        _ => escape.get(1..).unwrap_or_default(),
    }
}

fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    let is_part = |part: &Node<'_>| !matches!(part.kind(), "comment" | "diagnostic_comment");
    node.named_children(&mut cursor).filter(is_part).collect()
}

/// Whether something directly within brackets could not be read.
fn has_fault(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    node.children(&mut cursor).any(|part| part.is_error() || part.is_missing())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "targetScope = 'resourceGroup'\n@allowed([\n  'a' // é\n])\nparam v string = '3.11'\nparam s object\nresource app 'Microsoft.Web/sites@2022-03-01' = if (v == 'a') {\n  properties: {\n    siteConfig: {\n      linuxFxVersion: 'Python|${v}'\n      appSettings: concat([\n        { name: 'A', value: '1' }\n        ...more\n      ], [for i in s: { name: i }])\n    }\n    ...rest\n    'quoted': x ? 'it\\'s' : null\n  }\n  resource settings 'config' = {\n    name: 'appsettings'\n  }\n}\nvar broken = = 1\nvar after = union({ A: 1 }, s.b)\n";

    #[test]
    fn reads_declarations() {
        let bicep = parse(TEXT).expect("closed");
        let seen: Vec<_> = bicep.all().iter().map(|one| (one.kind, &*one.name)).collect();
        use DeclarationKind as K;
        let expected = [
            (K::Parameter, "v"),
            (K::Parameter, "s"),
            (K::Resource, "app"),
            (K::Resource, "settings"),
            (K::Variable, "after"),
        ];
        assert_eq!(seen.iter().filter(|one| one.1 != "broken").copied().collect::<Vec<_>>(), expected);
        let all = bicep.all();
        assert_eq!(all[0].decorators.len(), 1);
        assert_eq!(all[2].resource_type().as_deref(), Some("microsoft.web/sites"));
        assert_eq!(all[1].value, None);
        let body = all[2].value.as_ref().expect("a body");
        let version = body.at(&["properties", "siteConfig", "linuxFxVersion"]).expect("there");
        assert_eq!(&TEXT[version.range], "'Python|${v}'");
        let TermKind::Template(pieces) = &version.kind else { panic!("{version:?}") };
        assert_eq!((pieces[0].as_text(), &TEXT[pieces[1].range]), (Some("Python|"), "v"));
        let settings = body.at(&["properties", "siteConfig", "appSettings"]).expect("there");
        let TermKind::Call(name, parts) = &settings.kind else { panic!("{settings:?}") };
        assert_eq!(&**name, "concat");
        assert_eq!(parts[0].elements()[0].get("NAME").and_then(Term::as_text), Some("A"));
        assert!(matches!(parts[0].elements()[1].kind, TermKind::Spread(_)));
        assert!(matches!(parts[1].kind, TermKind::Each(_)));
        let members = body.get("properties").expect("there").members();
        let keys: Vec<_> = members.iter().map(|member| member.key.as_deref()).collect();
        assert_eq!(keys, [Some("siteConfig"), None, Some("quoted")]);
        let TermKind::Either(both) = &members[2].value.kind else { panic!("{members:?}") };
        assert_eq!(both[0].as_text(), Some("it's"));
    }

    #[test]
    fn says_what_is_never_closed() {
        for (text, row) in [("var a = {\n  b: [\n}\n", 2), ("var a = 1\n}\n", 2), ("var a = '''x\n", 1)] {
            let fault = parse(text).expect_err(text);
            let before = &text[..fault.range.start().to_usize()];
            assert_eq!(before.matches('\n').count() + 1, row, "{text}: {}", fault.message);
        }
    }

    #[test]
    fn bears_anything() {
        for piece in ["{", "[", "(", "var a = [", "'${"] {
            assert!(parse(&piece.repeat(20_000)).is_err(), "{piece}");
        }
        for piece in ["var a = '\n", "!", "a?b:", "...", "é ", "@x()\n", "var a = -", "a.b::c", "\\"] {
            assert!(parse(&piece.repeat(2_000)).is_ok(), "{piece}");
        }
        assert_eq!(parse(""), Ok(Bicep::default()));
    }
}
