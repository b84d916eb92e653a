//! Packages from PyPI that hand on names of the standard library, or whose
//! classes derive from it: the table `rules/python/reexports.txt`.

use std::borrow::Cow;

/// A class of a package that derives from one of the standard library.
pub struct Derived {
    /// Dotted name in the package.
    name: &'static str,
    /// Dotted name of the standard library's class.
    pub base: &'static str,
    /// What it defines itself, so that it is not the standard one.
    pub own: &'static [&'static str],
}

include!(concat!(env!("OUT_DIR"), "/reexports.rs"));

/// Names that are handed on and handed on again.
const MOST: usize = 4;

/// What a dotted name stands for in the standard library; itself, if nothing else is known.
#[must_use]
pub fn standard(dotted: &str) -> Cow<'_, str> {
    let mut name = Cow::Borrowed(dotted);
    for _ in 0..MOST {
        let Some(next) = step(&name) else { break };
        name = Cow::Owned(next);
    }
    name
}

fn step(dotted: &str) -> Option<String> {
    let mut prefix = dotted;
    loop {
        if let Ok(at) = NAMES.binary_search_by_key(&prefix, |(name, _)| name) {
            return Some(format!("{}{}", NAMES[at].1, &dotted[prefix.len()..]));
        }
        prefix = &prefix[..prefix.rfind('.')?];
    }
}

/// What a class of a package derives from.
#[must_use]
pub fn derived(dotted: &str) -> Option<&'static Derived> {
    CLASSES.binary_search_by_key(&dotted, |class| class.name).ok().map(|at| &CLASSES[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_followed_to_the_standard_library() {
        for (name, stands_for) in [
            ("six.moves.configparser.SafeConfigParser", "configparser.SafeConfigParser"),
            ("django.utils.six.moves.html_parser.HTMLParser", "html.parser.HTMLParser"),
            ("collections.Mapping", "collections.Mapping"),
            ("sixth.moves.configparser", "sixth.moves.configparser"),
            ("", ""),
        ] {
            assert_eq!(standard(name), stands_for);
        }
    }

    #[test]
    fn classes_know_what_is_their_own() {
        let twisted = derived("twisted.trial.unittest.TestCase").expect("a known class");
        assert_eq!(twisted.base, "unittest.TestCase");
        assert!(twisted.own.contains(&"failUnless") && !twisted.own.contains(&"assertDictContainsSubset"));
        assert!(derived("unittest.TestCase").is_none());
    }
}
