//! Every rule, listed by the build from the folder of code rules.

use super::Rule;

/// A rule with its name and page.
pub struct Entry {
    /// Kebab-case; the file name of a code rule.
    pub id: &'static str,
    /// The page in Markdown; its first paragraph is the summary.
    pub page: &'static str,
    /// The checks.
    pub rule: &'static dyn Rule,
}

impl Entry {
    /// The first paragraph of the page, on one line.
    #[must_use]
    pub fn summary(&self) -> String {
        let first = self.page.split("\n\n").next().unwrap_or_default();
        first.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
