//! The commands that a file holds, whatever its kind: scripts, recipes,
//! instructions, and the values of keys that are run.

use super::shell::{self, Options, Script};
use super::tree::Tree;
use super::{Document, Syntax, json, yaml};

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

/// Something that a file of configuration holds.
#[derive(Debug)]
pub enum Part<'a> {
    /// A value that is run.
    Script(Script),
    /// A mapping or an object, for what its members say together.
    Mapping(Tree<'a>),
}

/// Calls `visit` with every script of a document. In JSON and YAML, only texts
/// that are `wanted` are read as commands.
pub fn each(document: &Document, wanted: &dyn Fn(&str) -> bool, visit: &mut dyn FnMut(&Script)) {
    match &document.syntax {
        Syntax::Shell(script) => visit(script),
        Syntax::Makefile(makefile) => makefile.commands.iter().for_each(|command| visit(&command.script)),
        Syntax::Dockerfile(dockerfile) => {
            for stage in &dockerfile.stages {
                dockerfile.in_stage(stage).iter().filter_map(|one| one.script()).for_each(&mut *visit);
            }
        }
        _ => configured(document, wanted, &mut |part| {
            if let Part::Script(script) = part {
                visit(&script);
            }
        }),
    }
}

/// Calls `visit` with what a file of JSON or YAML holds.
pub fn configured<'a>(
    document: &'a Document,
    wanted: &'a dyn Fn(&str) -> bool,
    visit: &'a mut dyn FnMut(Part<'a>),
) {
    let mut walk = Walk { text: &document.text, wanted, visit };
    match &document.syntax {
        Syntax::Json(value) => walk.json(None, value),
        Syntax::Yaml(documents) => documents.iter().for_each(|one| walk.yaml(one, None, &one.root)),
        _ => {}
    }
}

struct Walk<'a> {
    text: &'a str,
    wanted: &'a dyn Fn(&str) -> bool,
    visit: &'a mut dyn FnMut(Part<'a>),
}

impl<'a> Walk<'a> {
    /// Aliases are not followed: what they stand for is looked at where it is.
    fn yaml(&mut self, document: &'a yaml::Document, key: Option<&str>, node: &'a yaml::Node) {
        match &node.kind {
            yaml::NodeKind::Mapping(entries, _) => {
                self.mapping(Tree::of_node(document, node));
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
            yaml::NodeKind::Scalar { .. } if key.is_some() => self.script(Tree::of_node(document, node)),
            _ => {}
        }
    }

    fn json(&mut self, key: Option<&str>, value: &'a json::Value) {
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
            json::ValueKind::String(_) if key.is_some() => self.script(Tree::Json(value)),
            _ => {}
        }
    }

    fn mapping(&mut self, tree: Tree<'a>) {
        (self.visit)(Part::Mapping(tree));
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
    fn words(&mut self, key: Option<&str>, list: Tree<'a>) -> bool {
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

    fn exec(&mut self, words: &[Tree<'a>]) {
        let wanted =
            |word: &Tree<'_>| word.text().is_some_and(|text| (self.wanted)(text) || text.starts_with('-'));
        if !words.iter().any(wanted) {
            return;
        }
        let Some(words) = words.iter().map(|word| word.fragment(self.text)).collect::<Option<Vec<_>>>()
        else {
            return;
        };
        (self.visit)(Part::Script(Script::of_words(words)));
    }

    fn script(&mut self, value: Tree<'a>) {
        if !value.text().is_some_and(|text| (self.wanted)(text)) {
            return;
        }
        if let Some(text) = value.fragment(self.text) {
            (self.visit)(Part::Script(shell::parse(&text, Options::default())));
        }
    }
}

/// `ansible.builtin.shell` is `shell`.
fn is_command(key: &str) -> bool {
    let key = key.rsplit('.').next().unwrap_or(key);
    COMMANDS.binary_search(&key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_sorted() {
        assert!(COMMANDS.is_sorted());
    }
}
