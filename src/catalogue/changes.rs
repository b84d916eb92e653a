//! What the standard library does otherwise than before: the `changes` of the catalogue.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{CHANGES, Fact, MODULES, Module, Name};
use crate::version::PythonVersion;

/// One change of what a call does or accepts, or of what a name holds.
#[derive(Debug)]
pub struct Change {
    /// The module that documents it.
    pub module: &'static str,
    /// The names concerned.
    pub names: &'static [Name],
    /// The first version that behaves the new way.
    pub since: PythonVersion,
    /// The first version that warns of it.
    pub deprecated: Option<PythonVersion>,
    /// What it means from then on.
    pub severity: Gravity,
    /// The built-in exception that is raised.
    pub raises: Option<&'static str>,
    /// The uses that are concerned.
    pub when: When,
    /// What is otherwise, without the version.
    pub message: &'static str,
    /// The way out in words.
    pub instead: &'static str,
    /// Where this is documented.
    pub source: &'static str,
    /// How a use is repaired.
    pub fix: Option<Remedy>,
    /// Functions of packages that hand an argument on to it.
    pub handed_on_by: &'static [HandedOn],
    /// Whether objects of the class are common in modules that do not import its module.
    pub anywhere: bool,
    /// Programs that end or print otherwise before and after.
    pub bad: &'static [&'static str],
    /// Programs that do the same before and after.
    pub good: &'static [&'static str],
}

/// How grave a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gravity {
    /// It raises.
    Error,
    /// It does something else.
    Warning,
    /// It matters to few.
    Info,
}

/// Which uses of a name a change is about; all that is stated must hold.
#[derive(Debug)]
pub struct When {
    /// Whether the name need not be called.
    pub uncalled: bool,
    /// What holds of arguments.
    pub arguments: &'static [Argument],
    /// The call has at most so many arguments.
    pub at_most: Option<u8>,
    /// It has a keyword argument that is none of these; asked of nothing if there are none.
    pub keywords_beside: &'static [&'static str],
    /// What is done with the result.
    pub result: Option<Fate>,
    /// Whether it is executed when the module is imported.
    pub module_level: bool,
    /// Words that show, anywhere in the module, that its author knows of the change.
    pub unless: &'static [&'static str],
    /// Words that show, in the statement around, that the difference does not matter.
    pub unless_nearby: &'static [&'static str],
}

/// What must hold of one argument.
#[derive(Debug)]
pub struct Argument {
    /// Its keyword; empty where it can only be passed by position.
    pub name: &'static str,
    /// Its index by position, the receiver not counted.
    pub at: Option<u8>,
    /// Whether it is left out.
    pub absent: bool,
    /// It has one of these types.
    pub is: &'static [&'static str],
    /// One of its items has one of these types.
    pub items: &'static [&'static str],
    /// It is the literal of one of these.
    pub equals: &'static [&'static str],
    /// It is a literal that contains this.
    pub has: Option<&'static str>,
    /// It is a literal in which this is found.
    pub reads: Option<Reading>,
}

/// What is found in a text that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A regular expression with `(?i)` behind its start.
    GlobalFlags,
    /// An IPv4 address with a zero before a digit.
    ZeroPadded,
    /// A date format with the day of a month and no year.
    DayWithoutYear,
    /// SQL with `:name`, and without `?`.
    NamedPlaceholders,
    /// A pattern of paths that ends in `/` behind what files can be called, too.
    TrailingSlash,
    /// A pattern of paths whose last part is `**`.
    DoubleStar,
}

/// What becomes of the value.
#[derive(Debug)]
pub struct Fate {
    /// An attribute so called is asked of it.
    pub attributes: &'static [&'static str],
    /// It is indexed by a string.
    pub indexed: bool,
    /// It is compared.
    pub compared: bool,
}

/// How a use is repaired.
#[derive(Debug)]
pub struct Remedy {
    /// What the argument becomes: `{}` is the argument as it stands.
    pub write: Option<&'static str>,
    /// What a string becomes: `{}` is its text.
    pub text: Option<&'static str>,
    /// A letter that a mode loses.
    pub without: Option<&'static str>,
    /// An argument that is added.
    pub add: Option<&'static str>,
    /// Whether the flags of a regular expression move to its start.
    pub flags_first: bool,
    /// Whether it was to be an assertion of a mock.
    pub assertion: bool,
    /// First Python on which the repaired code works.
    pub since: PythonVersion,
    /// Why the repaired code is not the same in every case.
    pub unsafe_because: Option<&'static str>,
}

/// A function of a package that hands an argument on.
#[derive(Debug)]
pub struct HandedOn {
    /// The module that has it.
    pub module: &'static str,
    /// Its name there.
    pub function: &'static str,
    /// The keyword of the argument.
    pub name: &'static str,
    /// Its index by position.
    pub at: Option<u8>,
}

/// A change together with one of its names.
#[derive(Debug, Clone, Copy)]
pub struct Changed {
    /// The change.
    pub change: &'static Change,
    /// The name and the module that documents it.
    pub fact: Fact,
}

impl Changed {
    /// What the finding is about: built-in names go without their module.
    #[must_use]
    pub fn symbol(&self) -> String {
        let symbol = self.fact.symbol();
        symbol.strip_prefix("builtins.").map_or(symbol.clone(), str::to_owned)
    }
}

impl Change {
    /// Its module in the catalogue.
    #[must_use]
    pub fn home(&self) -> &'static Module {
        let at = MODULES.binary_search_by_key(&self.module, |module| module.name);
        &MODULES[at.expect("changes are read from the file of their module")]
    }

    /// The change with each of its names.
    pub fn named(&'static self) -> impl Iterator<Item = Changed> {
        let module = self.home();
        self.names.iter().map(move |name| Changed { change: self, fact: Fact { module, name } })
    }
}

/// By the last segment of their names, made when first asked.
static BY_LAST: LazyLock<FxHashMap<&'static str, Vec<Changed>>> = LazyLock::new(|| {
    let mut by_last: FxHashMap<&'static str, Vec<Changed>> = FxHashMap::default();
    for changed in CHANGES.iter().flat_map(Change::named) {
        by_last.entry(changed.fact.name.last()).or_default().push(changed);
    }
    by_last
});

/// Changes by the names of functions that hand arguments on to them.
static HANDED_ON: LazyLock<FxHashMap<&'static str, Vec<(&'static HandedOn, Changed)>>> =
    LazyLock::new(|| {
        let mut by_name: FxHashMap<&'static str, Vec<(&'static HandedOn, Changed)>> = FxHashMap::default();
        for change in CHANGES {
            for handed in change.handed_on_by {
                let changed = change.named().next().expect("a change is one of something");
                by_name.entry(handed.function).or_default().push((handed, changed));
            }
        }
        by_name
    });

/// Changes that meet what functions so called are given.
#[must_use]
pub fn handed_on_by(function: &str) -> &'static [(&'static HandedOn, Changed)] {
    HANDED_ON.get(function).map_or(&[], Vec::as_slice)
}

/// Changes of what has this last segment.
#[must_use]
pub fn with_last(segment: &str) -> &'static [Changed] {
    BY_LAST.get(segment).map_or(&[], Vec::as_slice)
}
