//! PowerShell, as far as scripts call commands and fill tables.
//!
//! Variables, hash tables, lists, texts and commands with their parameters are
//! read wherever they stand; what steers them is passed over. What the grammar
//! does not know costs only its surroundings.

use ruff_text_size::{TextRange, TextSize};
use tree_sitter::{Node, Parser};

use super::SyntaxFault;
use super::term::{Member, Term, TermKind};

/// A script.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PowerShell {
    /// `$a = …` and `$a.b = …`, in order.
    pub assignments: Vec<Assignment>,
    /// Every command, in order.
    pub commands: Vec<Command>,
}

/// `$target = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// What is assigned to: a name, or something of one.
    pub target: Term,
    /// Whether it is `=` and not `+=` or its like.
    pub plain: bool,
    /// What is assigned.
    pub value: Term,
    /// From the target to the end of the value.
    pub range: TextRange,
}

/// `Name -Parameter value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// As written.
    pub name: Box<str>,
    /// What follows, in order.
    pub words: Vec<Word>,
    /// From the name to the last word.
    pub range: TextRange,
}

/// A word behind the name of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// `-Name`, as written, with its dashes.
    Parameter(Box<str>, TextRange),
    /// Anything else. A splatted table is the name with its `@`.
    Value(Term),
}

/// How deep values may lie within each other.
const MAX_DEPTH: usize = 60;

/// Longer files are generated.
const MAX_SIZE: usize = 2 * 1024 * 1024;

/// Nodes of the tree that may lie within each other.
const MAX_NODES: usize = 20_000;

/// Reads a text.
///
/// # Errors
/// A text of which nothing can be understood, or more than 2 MiB.
pub fn parse(text: &str) -> Result<PowerShell, SyntaxFault> {
    let refuse = |message: String, at: usize| {
        let at = TextSize::try_from(at).unwrap_or_default();
        Err(SyntaxFault { message, range: TextRange::empty(at) })
    };
    if text.len() > MAX_SIZE {
        return refuse("more than 2 MiB of PowerShell".to_owned(), 0);
    }
    if let Some(at) = too_deep(text) {
        return refuse(format!("more than {MAX_DEPTH} brackets within each other"), at);
    }
    // The grammar takes an empty text for a fault.
    if text.trim().is_empty() {
        return Ok(PowerShell::default());
    }
    let mut parser = Parser::new();
    if let Err(error) = parser.set_language(&tree_sitter_powershell::LANGUAGE.into()) {
        return refuse(error.to_string(), 0);
    }
    let Some(tree) = parser.parse(text, None) else { return Ok(PowerShell::default()) };
    let root = tree.root_node();
    let mut found = PowerShell::default();
    Reader { text }.walk(root, &mut found);
    let is_empty = found.assignments.is_empty() && found.commands.is_empty();
    match first_fault(root).filter(|_| is_empty && root.is_error()) {
        Some(at) => refuse("this is no PowerShell that can be understood".to_owned(), at),
        None => Ok(found),
    }
}

/// Where brackets lie too deep, whatever they stand in.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().enumerate().find_map(|(at, byte)| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth > MAX_DEPTH).then_some(at)
    })
}

fn first_fault(root: Node<'_>) -> Option<usize> {
    let mut cursor = root.walk();
    let child = root.children(&mut cursor).find(Node::is_error);
    root.is_error().then(|| child.unwrap_or(root).start_byte())
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn slice(&self, node: Node<'_>) -> &str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// Commands and assignments in the order of the text, without recursion.
    fn walk(&self, root: Node<'_>, found: &mut PowerShell) {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            match node.kind() {
                "command" => found.commands.extend(self.command(node)),
                "assignment_expression" => found.assignments.extend(self.assignment(node)),
                _ => {}
            }
            let mut parts = named(node);
            parts.reverse();
            if open.len() < MAX_NODES {
                open.extend(parts);
            }
        }
    }

    fn command(&self, node: Node<'_>) -> Option<Command> {
        let parts = named(node);
        let name = parts.iter().find(|part| part.kind() == "command_name")?;
        let elements = parts.iter().find(|part| part.kind() == "command_elements");
        let words: Vec<Word> = elements
            .map(|elements| named(*elements))
            .unwrap_or_default()
            .into_iter()
            .filter(|part| part.kind() != "command_argument_sep")
            .map(|part| self.word(part))
            .collect();
        let end = words.last().map_or(range(*name).end(), |word| word.range().end());
        let range = TextRange::new(range(*name).start(), end);
        Some(Command { name: self.slice(*name).into(), words, range })
    }

    fn word(&self, node: Node<'_>) -> Word {
        let written = self.slice(node);
        match node.kind() {
            "command_parameter" => Word::Parameter(written.into(), range(node)),
            "generic_token" => {
                let is_fixed = !written.contains(['$', '`', '"', '\'']);
                let kind = if is_fixed { TermKind::Text(written.into()) } else { TermKind::Other };
                Word::Value(Term::new(range(node), kind))
            }
            _ if written.starts_with('@') && !written.starts_with(['{', '(']) => {
                let table = written.starts_with("@{") || written.starts_with("@(");
                let name = || Term::new(range(node), TermKind::Name(written.into()));
                Word::Value(if table { self.term(node, 0) } else { name() })
            }
            _ => Word::Value(match self.term(node, 0) {
                // Parameters are given the text of a number.
                Term { range, kind: TermKind::Number(text) } => Term::new(range, TermKind::Text(text)),
                term => term,
            }),
        }
    }

    fn assignment(&self, node: Node<'_>) -> Option<Assignment> {
        let parts = named(node);
        let [target, operator, value] = parts.as_slice() else { return None };
        Some(Assignment {
            target: self.term(*target, 0),
            plain: self.slice(*operator) == "=",
            value: self.term(*value, 0),
            range: range(*target).cover(range(*value)),
        })
    }

    /// Each level of precedence is a node of its own, most with one part.
    fn term(&self, mut node: Node<'_>, depth: usize) -> Term {
        let other = |node| Term::new(range(node), TermKind::Other);
        if depth > MAX_DEPTH {
            return other(node);
        }
        loop {
            if node.is_error() || node.is_missing() {
                return other(node);
            }
            let parts = named(node);
            let kind = match (node.kind(), parts.as_slice()) {
                ("hash_literal_expression", _) => self.table(node, depth),
                ("string_literal", [inner]) => return self.string(*inner, depth),
                ("variable", _) => self.variable(node),
                ("integer_literal" | "real_literal", _) => TermKind::Number(self.slice(node).into()),
                ("array_expression", _) => return self.list(node, depth),
                ("array_literal_expression", [_, _, ..]) => {
                    TermKind::Array(parts.iter().map(|part| self.term(*part, depth + 1)).collect())
                }
                ("member_access", [object, member]) => {
                    let name = self.slice(*member).trim_matches(['"', '\'']);
                    TermKind::Field(Box::new(self.term(*object, depth + 1)), name.into())
                }
                ("element_access", [object, index]) => TermKind::Index(
                    Box::new(self.term(*object, depth + 1)),
                    Box::new(self.term(*index, depth + 1)),
                ),
                ("cast_expression", [_, value]) => {
                    node = *value;
                    continue;
                }
                (_, [inner]) if self.is_all(node, *inner) => {
                    node = *inner;
                    continue;
                }
                ("parenthesized_expression", [inner]) => {
                    node = *inner;
                    continue;
                }
                _ => TermKind::Other,
            };
            return Term::new(range(node), kind);
        }
    }

    /// Whether a node adds nothing to its only part.
    fn is_all(&self, node: Node<'_>, inner: Node<'_>) -> bool {
        self.slice(node).trim_end_matches([';', ' ', '\n', '\r', '\t']).len()
            == self.slice(inner).trim_end().len()
            && node.kind() != "command"
    }

    fn variable(&self, node: Node<'_>) -> TermKind {
        let written = self.slice(node);
        let name = written.trim_start_matches(['$', '@']).trim_matches(['{', '}']);
        match name.to_ascii_lowercase().as_str() {
            "true" => TermKind::Bool(true),
            "false" => TermKind::Bool(false),
            "null" => TermKind::Null,
            lower => TermKind::Name(lower.into()),
        }
    }

    fn list(&self, node: Node<'_>, depth: usize) -> Term {
        let statements = named(node).into_iter().flat_map(named);
        let mut elements = Vec::new();
        for statement in statements {
            match self.term(statement, depth + 1) {
                Term { kind: TermKind::Array(inner), .. } => elements.extend(inner),
                one => elements.push(one),
            }
        }
        Term::new(range(node), TermKind::Array(elements))
    }

    fn table(&self, node: Node<'_>, depth: usize) -> TermKind {
        let entries = named(node).into_iter().filter(|part| part.kind() == "hash_literal_body");
        let mut members = Vec::new();
        for entry in entries.flat_map(named) {
            let parts = named(entry);
            let ("hash_entry", [key, value]) = (entry.kind(), parts.as_slice()) else {
                return TermKind::Other;
            };
            let name = match named(*key).first() {
                Some(name) if name.kind() == "simple_name" => Some(self.slice(*name).into()),
                Some(name) => self.term(*name, depth + 1).as_text().map(Into::into),
                None => None,
            };
            members.push(Member { key: name, key_range: range(*key), value: self.term(*value, depth + 1) });
        }
        TermKind::Object(members)
    }

    fn string(&self, node: Node<'_>, depth: usize) -> Term {
        let written = self.slice(node);
        let kind = match node.kind() {
            "verbatim_string_characters" => {
                let inner = written.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
                inner.map_or(TermKind::Other, |inner| TermKind::Text(inner.replace("''", "'").into()))
            }
            "expandable_string_literal" if !written.contains('`') => self.template(node, depth),
            _ => TermKind::Other,
        };
        Term::new(range(node), kind)
    }

    fn template(&self, node: Node<'_>, depth: usize) -> TermKind {
        let mut pieces = Vec::new();
        let mut at = node.start_byte() + 1;
        let end = node.end_byte().saturating_sub(1);
        let fixed = |from: usize, to: usize| {
            let text = self.text.get(from..to).unwrap_or_default();
            (from < to).then(|| Term::new(place(from, to), TermKind::Text(text.into())))
        };
        for part in named(node) {
            pieces.extend(fixed(at, part.start_byte()));
            pieces.push(self.term(part, depth + 1));
            at = part.end_byte();
        }
        if pieces.is_empty() {
            return TermKind::Text(self.text.get(at..end).unwrap_or_default().into());
        }
        pieces.extend(fixed(at, end));
        TermKind::Template(pieces)
    }
}

impl Word {
    /// Where it stands.
    #[must_use]
    pub fn range(&self) -> TextRange {
        match self {
            Self::Parameter(_, range) => *range,
            Self::Value(term) => term.range,
        }
    }
}

impl Command {
    /// The value of a parameter: the word behind it.
    #[must_use]
    pub fn value(&self, parameter: &str) -> Option<&Term> {
        let at = self.words.iter().position(|word| {
            matches!(word, Word::Parameter(name, _) if name.trim_end_matches(':').eq_ignore_ascii_case(parameter))
        })?;
        match self.words.get(at + 1) {
            Some(Word::Value(term)) => Some(term),
            _ => None,
        }
    }
}

fn place(from: usize, to: usize) -> TextRange {
    let offset = |at: usize| TextSize::try_from(at).unwrap_or_default();
    TextRange::new(offset(from), offset(to))
}

fn range(node: Node<'_>) -> TextRange {
    place(node.start_byte(), node.end_byte())
}

fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|part| part.kind() != "comment").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tables_and_commands() {
        let text = "$settings = [ordered]@{\n  \"A\" = \"1\" # é\n  B = 'it''s'; C = $true\n}\n$settings['D'] = \"x$y\"\nif ($x) {\n  Update-AzFunctionAppSetting -Name $n `\n    -AppSetting @{ K = 'V' } -Force\n  Set-AzThing @settings\n}\n$null = az functionapp config appsettings set --settings A=1 \"B=2\"\n$l = @('a', 'b')\n";
        let script = parse(text).expect("understood");
        let names: Vec<&str> = script.commands.iter().map(|command| &*command.name).collect();
        assert_eq!(names, ["Update-AzFunctionAppSetting", "Set-AzThing", "az"]);
        let table = &script.assignments[0];
        assert_eq!(table.target.kind, TermKind::Name("settings".into()));
        let members: Vec<_> =
            table.value.members().iter().map(|one| (one.key.as_deref(), &text[one.range()])).collect();
        assert_eq!(
            members,
            [(Some("A"), "\"A\" = \"1\""), (Some("B"), "B = 'it''s'"), (Some("C"), "C = $true")]
        );
        assert_eq!(table.value.get("b").and_then(Term::as_text), Some("it's"));
        assert!(matches!(&script.assignments[1].target.kind, TermKind::Index(..)));
        assert!(matches!(&script.assignments[1].value.kind, TermKind::Template(_)));
        let given = script.commands[0].value("-appsetting").expect("given");
        assert_eq!(given.get("K").and_then(Term::as_text), Some("V"));
        assert!(
            matches!(&script.commands[1].words[0], Word::Value(Term { kind: TermKind::Name(name), .. }) if &**name == "@settings")
        );
        let words: Vec<&str> = script.commands[2].words.iter().map(|word| &text[word.range()]).collect();
        assert_eq!(words, ["functionapp", "config", "appsettings", "set", "--settings", "A=1", "\"B=2\""]);
        let list = script.assignments.iter().find(|one| one.target.kind == TermKind::Name("l".into()));
        assert_eq!(list.expect("assigned").value.elements().len(), 2);
    }

    #[test]
    fn bears_anything() {
        for piece in ["(", "@{", "[", "{"] {
            assert!(parse(&piece.repeat(20_000)).is_err(), "{piece}");
        }
        for piece in ["$a = \n", "\"", "'", "`", "@'\n", "é ", "-x ", "$(", "a|", "= "] {
            let _ = parse(&piece.repeat(500));
        }
        assert_eq!(parse(""), Ok(PowerShell::default()));
    }
}
