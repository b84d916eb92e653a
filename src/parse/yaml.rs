//! YAML with the place of every node.
//!
//! Aliases stay references: a document is never larger than its text, whatever
//! its anchors multiply to. Tags are kept as written, because CloudFormation
//! computes with them (`!Ref`, `!Sub`).

use std::sync::Arc;

use granit_parser::{Event, Parser, Span, StructureStyle};
use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxHashMap;

use super::SyntaxFault;
use super::fragment::Fragment;
use super::literal::{self, Form};

/// One document of a stream.
#[derive(Debug, Clone)]
pub struct Document {
    /// The outermost node.
    pub root: Node,
    anchors: FxHashMap<usize, Node>,
}

/// A value, its place and its tag. A copy shares its children.
#[derive(Debug, Clone)]
pub struct Node {
    /// A scalar with its quotes, a collection with its brackets; one without
    /// brackets from its first to its last child. Tag and anchor lie before it.
    pub range: TextRange,
    /// As written: `!Ref`, `!!str`.
    pub tag: Option<Box<str>>,
    /// What it is.
    pub kind: NodeKind,
}

/// The kinds of node.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// Text; what type it has is left to the reader.
    Scalar {
        /// Without quotes and folding, escapes decoded.
        value: Box<str>,
        /// How it is written.
        style: ScalarStyle,
    },
    /// In order; written in brackets or not.
    Sequence(Arc<[Node]>, CollectionStyle),
    /// In order, doubles included; written in braces or not.
    Mapping(Arc<[Entry]>, CollectionStyle),
    /// `*name`: see [`Document::resolve`].
    Alias(usize),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|` or `>`.
    Block,
}

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionStyle {
    /// By indentation.
    Block,
    /// In brackets or braces.
    Flow,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Usually a scalar.
    pub key: Node,
    /// An empty plain scalar where nothing is written.
    pub value: Node,
}

/// Merged mappings that one look-up visits at most.
const MAX_MERGES: usize = 256;

impl Document {
    /// The node itself, or what an alias stands for. An alias inside of what it
    /// stands for stays one.
    #[must_use]
    pub fn resolve<'a>(&'a self, node: &'a Node) -> &'a Node {
        match node.kind {
            NodeKind::Alias(anchor) => self.anchors.get(&anchor).unwrap_or(node),
            _ => node,
        }
    }

    /// The entries of a mapping, through an alias, without those it merges.
    #[must_use]
    pub fn entries<'a>(&'a self, node: &'a Node) -> &'a [Entry] {
        match &self.resolve(node).kind {
            NodeKind::Mapping(entries, _) => entries,
            _ => &[],
        }
    }

    /// The elements of a sequence, through an alias.
    #[must_use]
    pub fn elements<'a>(&'a self, node: &'a Node) -> &'a [Node] {
        match &self.resolve(node).kind {
            NodeKind::Sequence(elements, _) => elements,
            _ => &[],
        }
    }

    /// The text of a scalar, through an alias.
    #[must_use]
    pub fn text<'a>(&'a self, node: &'a Node) -> Option<&'a str> {
        match &self.resolve(node).kind {
            NodeKind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The entry of a mapping with this key, its own before merged ones
    /// (`<<: *base`), through aliases.
    #[must_use]
    pub fn entry<'a>(&'a self, node: &'a Node, key: &str) -> Option<&'a Entry> {
        let mut budget = MAX_MERGES;
        self.entry_within(node, key, &mut budget)
    }

    /// The value of the entry with this key, aliases resolved.
    #[must_use]
    pub fn get<'a>(&'a self, node: &'a Node, key: &str) -> Option<&'a Node> {
        self.entry(node, key).map(|entry| self.resolve(&entry.value))
    }

    fn entry_within<'a>(&'a self, node: &'a Node, key: &str, budget: &mut usize) -> Option<&'a Entry> {
        *budget = budget.checked_sub(1)?;
        let entries = self.entries(node);
        let own = entries.iter().rev().find(|entry| self.text(&entry.key) == Some(key));
        let merged = || entries.iter().filter(|entry| entry.key.is_plain("<<")).map(|entry| &entry.value);
        own.or_else(|| {
            merged().find_map(|merged| match self.elements(merged) {
                [] => self.entry_within(merged, key, budget),
                several => several.iter().find_map(|one| self.entry_within(one, key, budget)),
            })
        })
    }
}

impl Node {
    /// The text of a scalar that is no alias.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { value, .. } => Some(value),
            _ => None,
        }
    }

    /// How a scalar is written.
    #[must_use]
    pub fn style(&self) -> Option<ScalarStyle> {
        match self.kind {
            NodeKind::Scalar { style, .. } => Some(style),
            _ => None,
        }
    }

    /// The text of a scalar with its places in `text`, the whole stream.
    #[must_use]
    pub fn fragment(&self, text: &str) -> Option<Fragment> {
        let NodeKind::Scalar { value, style } = &self.kind else { return None };
        let one = TextSize::new(1);
        let within =
            || TextRange::new(self.range.start() + one, self.range.end().max(self.range.start() + one));
        let (range, form) = match style {
            ScalarStyle::Plain => (self.range, Form::Plain),
            ScalarStyle::SingleQuoted => (within(), Form::Doubled),
            ScalarStyle::DoubleQuoted => (within(), Form::Escaped),
            ScalarStyle::Block => (behind_header(text, self.range), Form::Plain),
        };
        literal::align(text, range, value, form)
    }

    fn is_plain(&self, text: &str) -> bool {
        matches!(&self.kind, NodeKind::Scalar { value, style: ScalarStyle::Plain } if &**value == text)
    }
}

impl NodeKind {
    fn is_block(&self) -> bool {
        matches!(self, Self::Sequence(_, CollectionStyle::Block) | Self::Mapping(_, CollectionStyle::Block))
    }
}

/// Parses every document of a YAML stream. Nesting is not followed beyond 255
/// levels.
///
/// # Errors
/// The first fault.
pub fn parse(text: &str) -> Result<Vec<Document>, SyntaxFault> {
    let mut options = granit_parser::options! {};
    options.set_emit_comments(false);
    let mut tree = Tree::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| {
            let at = offset(error.marker().byte_offset(), text);
            SyntaxFault { message: error.info(), range: TextRange::empty(at) }
        })?;
        tree.take(event, range(span, text), &span, text);
    }
    Ok(tree.documents)
}

/// A collection that is still open.
struct Open {
    node: Node,
    anchor: usize,
    children: Vec<Node>,
}

/// Builds documents from events, without recursion.
#[derive(Default)]
struct Tree {
    documents: Vec<Document>,
    anchors: FxHashMap<usize, Node>,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, range: TextRange, span: &Span, text: &str) {
        let tag = || span.tag_span().and_then(|tag| tag.slice(text)).map(Box::from);
        match event {
            Event::Scalar(value, style, anchor, _) => {
                // The parser says `~` where nothing is written.
                let value = if range.is_empty() { "".into() } else { value };
                let kind = NodeKind::Scalar { value: value.into(), style: scalar_style(style) };
                self.add(Node { range, tag: tag(), kind }, anchor);
            }
            Event::Alias(anchor) => {
                self.add(Node { range, tag: None, kind: NodeKind::Alias(anchor) }, 0);
            }
            Event::SequenceStart(style, anchor, _) => {
                let kind = NodeKind::Sequence(Arc::from([]), collection_style(style));
                self.start(Node { range, tag: tag(), kind }, anchor);
            }
            Event::MappingStart(style, anchor, _) => {
                let kind = NodeKind::Mapping(Arc::from([]), collection_style(style));
                self.start(Node { range, tag: tag(), kind }, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range),
            Event::DocumentEnd => {
                let anchors = std::mem::take(&mut self.anchors);
                self.documents.extend(self.root.take().map(|root| Document { root, anchors }));
            }
            _ => {}
        }
    }

    fn start(&mut self, node: Node, anchor: usize) {
        self.open.push(Open { node, anchor, children: Vec::new() });
    }

    fn end(&mut self, end: TextRange) {
        let Some(Open { mut node, anchor, children }) = self.open.pop() else { return };
        node.range = match (children.first(), children.last()) {
            // The parser notices the end of a block only where the next token
            // stands, behind comments and empty lines.
            (Some(first), Some(last)) if node.kind.is_block() => first.range.cover(last.range),
            _ => node.range.cover(end),
        };
        let kind = match node.kind {
            NodeKind::Mapping(_, style) => NodeKind::Mapping(entries(children), style),
            NodeKind::Sequence(_, style) => NodeKind::Sequence(children.into(), style),
            other => other,
        };
        node.kind = kind;
        self.add(node, anchor);
    }

    fn add(&mut self, node: Node, anchor: usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            Some(open) => open.children.push(node),
            None => self.root = Some(node),
        }
    }
}

/// A block scalar without the line of its `|` or `>`.
fn behind_header(text: &str, range: TextRange) -> TextRange {
    let header = if text[range].starts_with(['|', '>']) { text[range].find('\n') } else { None };
    let header = TextSize::try_from(header.unwrap_or(0)).unwrap_or_default();
    TextRange::new(range.start() + header, range.end())
}

fn entries(children: Vec<Node>) -> Arc<[Entry]> {
    let mut children = children.into_iter();
    let mut entries = Vec::with_capacity(children.len() / 2);
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        entries.push(Entry { key, value });
    }
    entries.into()
}

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal | granit_parser::ScalarStyle::Folded => ScalarStyle::Block,
    }
}

fn collection_style(style: StructureStyle) -> CollectionStyle {
    match style {
        StructureStyle::Block => CollectionStyle::Block,
        StructureStyle::Flow => CollectionStyle::Flow,
    }
}

fn range(span: Span, text: &str) -> TextRange {
    let start = offset(span.start.byte_offset(), text);
    TextRange::new(start, offset(span.end.byte_offset(), text).max(start))
}

/// The offset, moved into the text and to the start of a character.
fn offset(offset: Option<usize>, text: &str) -> TextSize {
    let mut at = offset.unwrap_or(0).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    TextSize::try_from(at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Document {
        let mut documents = parse(text).expect("well-formed");
        assert_eq!(documents.len(), 1);
        documents.remove(0)
    }

    #[test]
    fn keeps_places_styles_and_tags() {
        let text = "# é\na: 'x''y'  # c\nb: \"\\u0041\"\nc: !Sub python${V}\nd: |\n  t\n\n# end\ne:\nf: [1, {g: 2}]\nh:\n- i\n\n# last\n";
        let document = one(text);
        let get = |key| document.get(&document.root, key).expect(key);
        let seen = |key| (get(key).as_str().unwrap_or("-"), &text[get(key).range], get(key).style());
        assert_eq!(seen("a"), ("x'y", "'x''y'", Some(ScalarStyle::SingleQuoted)));
        assert_eq!(seen("b"), ("A", "\"\\u0041\"", Some(ScalarStyle::DoubleQuoted)));
        assert_eq!(seen("c"), ("python${V}", "python${V}", Some(ScalarStyle::Plain)));
        assert_eq!(get("c").tag.as_deref(), Some("!Sub"));
        assert_eq!((get("d").as_str(), get("d").style()), (Some("t\n"), Some(ScalarStyle::Block)));
        assert_eq!(get("e").as_str(), Some(""));
        assert_eq!(&text[get("f").range], "[1, {g: 2}]");
        assert_eq!(&text[get("h").range], "i");
        assert_eq!(
            &text[document.root.range],
            &text[text.find("a:").unwrap()..text.find("\n\n# last").unwrap()]
        );
    }

    #[test]
    fn follows_aliases_and_merges() {
        let text = "base: &b {Runtime: python3.9, Size: 1}\nf:\n  <<: *b\n  Size: 2\ng:\n  <<: [*b, {Other: 3}]\nh: *b\n";
        let document = one(text);
        let get = |key| document.get(&document.root, key).expect(key);
        let runtime = document.get(get("f"), "Runtime").expect("merged");
        assert_eq!(&text[runtime.range], "python3.9");
        assert_eq!(u32::from(runtime.range.start()), 19, "the place of the definition");
        assert_eq!(document.get(get("f"), "Size").and_then(Node::as_str), Some("2"));
        assert_eq!(document.get(get("g"), "Other").and_then(Node::as_str), Some("3"));
        assert_eq!(document.get(get("h"), "Size").and_then(Node::as_str), Some("1"));
    }

    #[test]
    fn reads_every_document() {
        let documents = parse("a: &x 1\n---\nb: 2\n...\n---\n").expect("well-formed");
        let seen: Vec<_> = documents.iter().map(|one| one.entries(&one.root).len()).collect();
        assert_eq!(seen, [1, 1, 0]);
        assert!(parse("a: &x 1\n---\nb: *x\n").is_err(), "anchors end with their document");
    }

    #[test]
    fn never_multiplies() {
        let mut text = "l0: &l0 [ha, ha]\n".to_owned();
        for level in 1..64 {
            let (this, last) = (level, level - 1);
            text += &format!("l{this}: &l{this} [*l{last}, *l{last}, *l{last}, *l{last}]\n");
        }
        let document = one(&text);
        assert_eq!(document.elements(document.get(&document.root, "l63").expect("there")).len(), 4);
        let merges: String = (1..2000).map(|n| format!("- &m{n}\n  <<: [*m{0}, *m{0}]\n", n - 1)).collect();
        let document = one(&format!("- &m0 {{a: 1}}\n{merges}"));
        let last = document.elements(&document.root).last().expect("there");
        assert!(document.get(last, "missing").is_none());
    }

    #[test]
    fn an_alias_within_its_anchor_stays_one() {
        let document = one("&a [*a, &b {<<: *b}]");
        let elements = document.elements(&document.root);
        assert!(matches!(elements[0].kind, NodeKind::Alias(_)) || document.elements(&elements[0]).len() == 2);
        assert!(document.get(&elements[1], "x").is_none());
    }

    #[test]
    fn refuses_what_is_no_yaml() {
        for text in
            ["a: [", "a: b: c", "{% if x %}\na: 1\n{% endif %}", "a:\n\t- b", "\"", "*nowhere", "%YAML 9"]
        {
            let fault = parse(text).expect_err(text);
            assert!(!fault.message.is_empty());
            assert!(usize::from(fault.range.end()) <= text.len());
        }
        assert!(parse(&"[".repeat(10_000)).is_err());
        assert!(parse(&"- ".repeat(10_000)).is_err());
        assert!(parse("a: {{ jinja }}\n").is_ok());
        assert!(parse("").expect("an empty stream").is_empty());
    }
}
