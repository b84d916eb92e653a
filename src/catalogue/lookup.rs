//! Finding names of the catalogue by what code calls them.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{Fact, Kind, MODULES};

/// Facts by the last segment of their names, made when first asked.
static BY_LAST: LazyLock<FxHashMap<&'static str, Vec<Fact>>> = LazyLock::new(|| {
    let mut by_last: FxHashMap<&'static str, Vec<Fact>> = FxHashMap::default();
    for fact in facts() {
        by_last.entry(fact.name.last()).or_default().push(fact);
    }
    by_last
});

/// Every name that changed by itself, parameters included.
pub fn facts() -> impl Iterator<Item = Fact> {
    MODULES.iter().flat_map(|module| {
        let names = module.names.iter().filter(|name| name.kind.is_some());
        names.map(move |name| Fact { module, name })
    })
}

/// Names whose last segment this is: methods, functions, and those with a
/// parameter that changed.
#[must_use]
pub fn with_last(segment: &str) -> &'static [Fact] {
    BY_LAST.get(segment).map_or(&[], Vec::as_slice)
}

/// The entry of a dotted name that is no parameter, under any of its homes.
#[must_use]
pub fn fact(dotted: &str) -> Option<Fact> {
    let last = dotted.rsplit('.').next()?;
    let candidates = with_last(last).iter().filter(|fact| fact.name.kind != Some(Kind::Parameter));
    candidates.copied().find(|fact| is_home(*fact, dotted))
}

/// The entries of the parameters of a dotted callable, under any of its homes.
pub fn parameters(dotted: &str) -> impl Iterator<Item = Fact> {
    let last = dotted.rsplit('.').next().unwrap_or(dotted);
    let candidates = with_last(last).iter().filter(|fact| fact.name.kind == Some(Kind::Parameter));
    candidates.copied().filter(move |fact| is_home(*fact, dotted))
}

/// Whether a dotted name is where the fact's name, without its parameter, can be found.
#[must_use]
pub fn is_home(fact: Fact, dotted: &str) -> bool {
    let callable = fact.name.callable();
    let Some(home) = dotted.strip_suffix(callable).and_then(|home| home.strip_suffix('.')) else {
        return false;
    };
    fact.module.homes().any(|known| known == home)
}
