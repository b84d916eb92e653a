//! Workflows and actions of GitHub.

use rustc_hash::FxHashSet;

use super::yaml::{scalar, scalars};
use super::{Named, Pin};
use crate::parse::yaml::{Document, Node, NodeKind};
use crate::project::ci::{self, Reader};

/// Looks through the keys that name Pythons; each matrix is one place.
pub fn find(document: &Document, text: &str) -> Vec<Pin> {
    let mut visit = Visit { document, text, used: ci::names_used(document), found: Vec::new() };
    visit.node(&document.root, None);
    visit.found
}

struct Visit<'a> {
    document: &'a Document,
    text: &'a str,
    used: FxHashSet<String>,
    found: Vec<Pin>,
}

impl<'a> Visit<'a> {
    fn is_python(&self, key: &str) -> bool {
        Reader::GitHub.is_python(key, None, &self.used)
    }

    fn node(&mut self, node: &'a Node, above: Option<&str>) {
        match &node.kind {
            NodeKind::Mapping(..) if above == Some("matrix") => self.matrix(node),
            NodeKind::Mapping(entries, _) => {
                for entry in entries.iter() {
                    let key = self.document.text(&entry.key);
                    match key.filter(|key| self.is_python(key)) {
                        Some(key) => self.value(key, &entry.value),
                        None => self.node(&entry.value, key),
                    }
                }
            }
            NodeKind::Sequence(elements, _) => elements.iter().for_each(|element| self.node(element, above)),
            _ => {}
        }
    }

    fn value(&mut self, key: &str, value: &Node) {
        let value = self.document.get(value, "default").unwrap_or(value);
        self.found.extend(Pin::list(format!("`{key}`"), key, scalars(self.document, value, self.text)));
    }

    fn matrix(&mut self, matrix: &'a Node) {
        let document = self.document;
        let include = document.get(matrix, "include").map(|list| document.elements(list)).unwrap_or_default();
        let own = document.entries(matrix).iter();
        let keys = own.chain(include.iter().flat_map(|one| document.entries(one)));
        let mut seen = FxHashSet::default();
        let keys = keys.filter_map(|entry| document.text(&entry.key));
        let keys: Vec<&str> = keys.filter(|key| seen.insert(*key) && self.is_python(key)).collect();
        for key in keys {
            let list = document.get(matrix, key);
            // What stands last is what one more is put behind.
            let mut named: Vec<Named> = Vec::new();
            for one in include {
                named.extend(document.get(one, key).and_then(|value| scalar(value, self.text)));
            }
            let listed = list.map(|list| scalars(document, list, self.text)).unwrap_or_default();
            named.extend(listed.iter().cloned());
            let open = listed.len() > 1 || named.len() == 1;
            let pin = Pin::list(format!("`{key}` of the matrix"), key, named);
            self.found.extend(pin.map(|pin| Pin { open, ..pin }));
        }
    }
}
