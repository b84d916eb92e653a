//! Commands and code in configuration: the values of keys that are run.

use super::{Consequence, Embedded, Piece, Python, calls};
use crate::aws::template::Template;
use crate::finding::Confidence;
use crate::parse::fragment::Fragment;
use crate::parse::shell::{self, Options, Script};
use crate::parse::tree::Tree;
use crate::parse::{Document, Syntax, json, yaml};

/// Keys whose values are commands: a line, several, or words of one.
const COMMANDS: [&str; 34] = [
    "after_failure",
    "after_script",
    "after_success",
    "args",
    "bash",
    "before_install",
    "before_script",
    "build_script",
    "cmd",
    "cmds",
    "command",
    "commands",
    "entry",
    "entrypoint",
    "initializeCommand",
    "inlineScript",
    "install",
    "onCreateCommand",
    "postAttachCommand",
    "postCreateCommand",
    "postStartCommand",
    "pre_commands",
    "run",
    "script",
    "scripts",
    "sh",
    "shell",
    "task",
    "tasks",
    "test",
    "test_command",
    "test_script",
    "updateContentCommand",
    "windows",
];

/// Those whose list is one command, a word in each element.
const WORDS: [&str; 5] = ["args", "cmd", "command", "entrypoint", "test"];

/// Looks through a file of JSON or YAML.
pub fn find(document: &Document, found: &mut Embedded) {
    let mut visit = Visit { text: &document.text, found };
    match &document.syntax {
        Syntax::Json(value) => {
            visit.json(None, value);
            visit.template(Tree::Json(value));
        }
        Syntax::Yaml(documents) => {
            for one in documents {
                visit.yaml(one, None, &one.root);
                visit.template(Tree::of(one));
            }
        }
        _ => {}
    }
}

struct Visit<'a> {
    text: &'a str,
    found: &'a mut Embedded,
}

impl Visit<'_> {
    /// Aliases are not followed: what they stand for is looked at where it is.
    fn yaml(&mut self, document: &yaml::Document, key: Option<&str>, node: &yaml::Node) {
        match &node.kind {
            yaml::NodeKind::Mapping(entries, _) => {
                let tree = Tree::of_node(document, node);
                self.mapping(tree);
                for entry in entries.iter() {
                    let own = entry.key.as_str();
                    // Below `scripts`, each key is a name for its command.
                    let named = key.filter(|key| matches!(*key, "scripts" | "tasks"));
                    self.yaml(document, own.filter(|own| is_command(own)).or(named), &entry.value);
                }
            }
            yaml::NodeKind::Sequence(elements, _) if !self.words(key, Tree::of_node(document, node)) => {
                elements.iter().for_each(|element| self.yaml(document, key, element));
            }
            yaml::NodeKind::Scalar { value, .. } if key.is_some() && may_hold(value) => {
                self.script(node.fragment(self.text));
            }
            _ => {}
        }
    }

    fn json(&mut self, key: Option<&str>, value: &json::Value) {
        match &value.kind {
            json::ValueKind::Object(members) => {
                self.mapping(Tree::Json(value));
                for member in members {
                    let named = key.filter(|key| matches!(*key, "scripts" | "tasks"));
                    let own = Some(&*member.key).filter(|own| is_command(own));
                    self.json(own.or(named), &member.value);
                }
            }
            json::ValueKind::Array(elements) if !self.words(key, Tree::Json(value)) => {
                elements.iter().for_each(|element| self.json(key, element));
            }
            json::ValueKind::String(text) if key.is_some() && may_hold(text) => {
                self.script(value.fragment(self.text));
            }
            _ => {}
        }
    }

    /// What the members of a mapping say together.
    fn mapping(&mut self, tree: Tree<'_>) {
        let text = |key: &str| tree.get(key).and_then(Tree::text);
        let is_python = text("shell").is_some_and(|shell| shell.starts_with("python"));
        if is_python && let Some(run) = tree.get("run") {
            self.code(run);
        }
        if text("scriptSource").is_some_and(|source| source.eq_ignore_ascii_case("inline"))
            && let Some(script) = tree.get("script")
        {
            self.code(script);
        }
        // What starts, then what it is given.
        if let (Some(command), Some(args)) = (tree.get("command"), tree.get("args")) {
            let mut words = command.elements();
            if words.is_empty() {
                words.push(command);
            }
            words.extend(args.elements());
            self.exec(&words);
        }
    }

    /// A list that is one command; whether it was.
    fn words(&mut self, key: Option<&str>, list: Tree<'_>) -> bool {
        if !key.is_some_and(|key| WORDS.contains(&key)) {
            return false;
        }
        let elements = list.elements();
        let mut rest = elements.as_slice();
        match rest.first().and_then(|first| first.text()) {
            Some("CMD") => rest = &rest[1..],
            Some("CMD-SHELL") | None => return false,
            // A list of commands after all.
            Some(first) if first.contains(' ') => return false,
            Some(_) => {}
        }
        self.exec(rest);
        true
    }

    fn exec(&mut self, words: &[Tree<'_>]) {
        if !words.iter().any(|word| word.text().is_some_and(|text| may_hold(text) || text.starts_with('-'))) {
            return;
        }
        let Some(words) = words.iter().map(|word| word.fragment(self.text)).collect::<Option<Vec<_>>>()
        else {
            return;
        };
        calls::script(&Script::of_words(words), Python::Any, false, self.found);
    }

    fn script(&mut self, text: Option<Fragment>) {
        let Some(text) = text else { return };
        calls::script(&shell::parse(&text, Options::default()), Python::Any, false, self.found);
    }

    fn code(&mut self, value: Tree<'_>) {
        let Some(code) = value.fragment(self.text) else { return };
        let piece = Piece { code, confidence: Confidence::Likely, failure: Consequence::Fails };
        self.found.pieces.push(piece);
    }

    /// The code of AWS Lambda functions that stands in the template itself.
    fn template(&mut self, root: Tree<'_>) {
        let Some(template) = Template::of(root) else { return };
        for resource in template.resources() {
            let default = |name| template.function_default(name);
            let property = |name| resource.property(name).or_else(|| default(name));
            let runtimes = property("Runtime").map(|value| template.literals(value)).unwrap_or_default();
            let is_python = runtimes.iter().any(|runtime| runtime.text.starts_with("python"));
            let inline = resource.property("InlineCode");
            let code = inline.or_else(|| resource.property("Code").and_then(|code| code.get("ZipFile")));
            if let Some(code) = code.filter(|_| is_python && resource.kind.ends_with("::Function")) {
                self.inline(code);
            }
        }
    }

    /// One scalar, or lines to be joined.
    fn inline(&mut self, code: Tree<'_>) {
        let code = code.get("Fn::Sub").unwrap_or(code);
        let joined = code.get("Fn::Join").map(Tree::elements).filter(|parts| parts.len() == 2);
        let parts = match joined {
            Some(parts) if parts[0].text() == Some("\n") => parts[1].elements(),
            Some(_) => return,
            None => vec![code.elements().first().copied().unwrap_or(code)],
        };
        let mut whole = Fragment::default();
        for part in parts {
            let Some(line) = part.fragment(self.text) else { return };
            if !whole.is_empty() {
                let end = whole.range().end().to_usize();
                whole.push_escaped("\n", end, end);
            }
            whole.push_slice(&line, 0, line.text().len());
        }
        let piece = Piece { code: whole, confidence: Confidence::Likely, failure: Consequence::Fails };
        self.found.pieces.push(piece);
    }
}

/// `ansible.builtin.shell` is `shell`.
fn is_command(key: &str) -> bool {
    let key = key.rsplit('.').next().unwrap_or(key);
    COMMANDS.binary_search(&key).is_ok()
}

/// Whether a text can be a command that is looked for.
fn may_hold(text: &str) -> bool {
    ["-m", "-c", "<<", "2to3"].iter().any(|sign| text.contains(sign)) || text.starts_with("python")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_sorted() {
        assert!(COMMANDS.is_sorted());
    }
}
