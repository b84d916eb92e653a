//! How much the catalogue knows, counted.

use std::collections::BTreeMap;

use super::{Kind, MODULES, lookup};
use crate::version::PythonVersion;

/// What is gone from one version on, or is deprecated without a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Whole modules.
    pub modules: usize,
    /// Functions, classes, methods, attributes, constants.
    pub names: usize,
    /// Parameters, gone or no longer accepted in one form.
    pub parameters: usize,
}

impl Count {
    /// All of them.
    #[must_use]
    pub fn total(self) -> usize {
        self.modules + self.names + self.parameters
    }

    fn add(&mut self, kind: Option<Kind>) {
        match kind {
            None => self.modules += 1,
            Some(Kind::Parameter) => self.parameters += 1,
            Some(_) => self.names += 1,
        }
    }
}

/// By the version that removed it; `None` for what is deprecated and has no date.
#[must_use]
pub fn by_version() -> Vec<(Option<PythonVersion>, Count)> {
    // Those without a date come last.
    let mut counts: BTreeMap<(bool, Option<PythonVersion>), Count> = BTreeMap::new();
    let mut add = |removed: Option<PythonVersion>, kind| {
        counts.entry((removed.is_none(), removed)).or_default().add(kind);
    };
    for module in MODULES.iter().filter(|module| module.removed.is_some() || module.deprecated.is_some()) {
        add(module.removed, None);
    }
    for fact in lookup::facts() {
        add(fact.name.removed, fact.name.kind);
    }
    counts.into_iter().map(|((_, removed), count)| (removed, count)).collect()
}

/// By module, those with entries of their own.
#[must_use]
pub fn by_module() -> Vec<(&'static str, Count)> {
    let count = |module: &'static super::Module| {
        let mut count = Count::default();
        if module.removed.is_some() || module.deprecated.is_some() {
            count.add(None);
        }
        module.names.iter().filter(|name| name.kind.is_some()).for_each(|name| count.add(name.kind));
        (module.name, count)
    };
    MODULES.iter().map(count).filter(|(_, count)| count.total() > 0).collect()
}
