//! Images that configuration names: Compose, Kubernetes, continuous integration.

use ruff_text_size::TextRange;
use rustc_hash::FxHashSet;

use crate::parse::dockerfile::ImageReference;
use crate::parse::tree::Tree;

/// How deep images are looked for.
const DEPTH: usize = 32;

/// Every image that a document names under `image` or `container`, with its
/// place. Names with variables are left out.
#[must_use]
pub fn images(text: &str, root: Tree<'_>) -> Vec<(ImageReference, TextRange)> {
    let mut search = Search { text, seen: FxHashSet::default(), found: Vec::new() };
    search.visit(root, 0);
    search.found
}

struct Search<'a> {
    text: &'a str,
    /// What has been looked into: an alias shows the same value again.
    seen: FxHashSet<(TextRange, bool)>,
    found: Vec<(ImageReference, TextRange)>,
}

impl Search<'_> {
    fn visit(&mut self, tree: Tree<'_>, depth: usize) {
        let elements = tree.elements();
        // A sequence of one element can lie where its element does.
        if depth > DEPTH || !self.seen.insert((tree.range(), elements.is_empty())) {
            return;
        }
        for member in tree.members() {
            if matches!(member.key, Some("image" | "container")) {
                // GitLab also takes `image: { name: … }`.
                self.image(member.value.get("name").unwrap_or(member.value));
            }
            self.visit(member.value, depth + 1);
        }
        for element in elements {
            self.visit(element, depth + 1);
        }
    }

    fn image(&mut self, value: Tree<'_>) {
        let Some(fragment) = value.fragment(self.text) else { return };
        let known = !fragment.text().contains(['$', '{', '<', '%']);
        if let Some(image) = ImageReference::of(&fragment).filter(|_| known) {
            self.found.push((image, value.range()));
        }
    }
}
