//! JSON and YAML under one view, for files that come in both.

use ruff_text_size::TextRange;

use super::fragment::Fragment;
use super::{json, yaml};

/// A value of either kind. YAML aliases are followed: such a value lies where
/// its anchor is.
#[derive(Debug, Clone, Copy)]
pub enum Tree<'a> {
    /// In a JSON text.
    Json(&'a json::Value),
    /// In a document of a YAML stream; never an alias that can be followed.
    Yaml(&'a yaml::Document, &'a yaml::Node),
}

/// A key with its value.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The text of the key; `None` if it is no scalar.
    pub key: Option<&'a str>,
    /// The key with its quotes.
    pub key_range: TextRange,
    /// The value.
    pub value: Tree<'a>,
}

impl<'a> Tree<'a> {
    /// The outermost value of a YAML document.
    #[must_use]
    pub fn of(document: &'a yaml::Document) -> Self {
        Self::yaml(document, &document.root)
    }

    /// A node of a YAML document.
    #[must_use]
    pub fn of_node(document: &'a yaml::Document, node: &'a yaml::Node) -> Self {
        Self::yaml(document, node)
    }

    fn yaml(document: &'a yaml::Document, node: &'a yaml::Node) -> Self {
        Self::Yaml(document, document.resolve(node))
    }

    /// The place of the value.
    #[must_use]
    pub fn range(self) -> TextRange {
        match self {
            Self::Json(value) => value.range,
            Self::Yaml(_, node) => node.range,
        }
    }

    /// The tag of a YAML node, as written.
    #[must_use]
    pub fn tag(self) -> Option<&'a str> {
        match self {
            Self::Json(_) => None,
            Self::Yaml(_, node) => node.tag.as_deref(),
        }
    }

    /// The text of a scalar with its places in `text`, the whole file.
    #[must_use]
    pub fn fragment(self, text: &str) -> Option<Fragment> {
        match self {
            Self::Json(value) => value.fragment(text),
            Self::Yaml(_, node) => node.fragment(text),
        }
    }

    /// The text of a JSON string or of any YAML scalar.
    #[must_use]
    pub fn text(self) -> Option<&'a str> {
        match self {
            Self::Json(value) => value.as_str(),
            Self::Yaml(_, node) => node.as_str(),
        }
    }

    /// The value of a key: of several the last, merged mappings after its own.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        match self {
            Self::Json(value) => value.get(key).map(Self::Json),
            Self::Yaml(document, node) => document.get(node, key).map(|node| Self::yaml(document, node)),
        }
    }

    /// The members of an object or mapping, in order, without merged ones.
    #[must_use]
    pub fn members(self) -> Vec<Member<'a>> {
        let json = |member: &'a json::Member| Member {
            key: Some(&*member.key),
            key_range: member.key_range,
            value: Self::Json(&member.value),
        };
        match self {
            Self::Json(value) => value.members().iter().map(json).collect(),
            Self::Yaml(document, node) => {
                let yaml = |entry: &'a yaml::Entry| Member {
                    key: document.text(&entry.key),
                    key_range: entry.key.range,
                    value: Self::yaml(document, &entry.value),
                };
                document.entries(node).iter().map(yaml).collect()
            }
        }
    }

    /// The elements of an array or sequence, in order.
    #[must_use]
    pub fn elements(self) -> Vec<Self> {
        match self {
            Self::Json(value) => value.elements().iter().map(Self::Json).collect(),
            Self::Yaml(document, node) => {
                document.elements(node).iter().map(|node| Self::yaml(document, node)).collect()
            }
        }
    }
}
