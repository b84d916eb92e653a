//! The catalogue: what changed in the standard library, compiled from
//! `rules/stdlib/*.yaml` into static tables.

use crate::version::PythonVersion;

pub mod azure;
pub mod azure_settings;
pub mod census;
pub mod changes;
pub mod images;
pub mod layers;
pub mod lookup;
pub mod packages;
pub mod python_images;
pub mod reexports;
pub mod releases;
pub mod runtimes;
pub mod tools;

mod stdlib;

use changes::{Argument, Change, Fate, Gravity, HandedOn, Reading, Remedy, When};
pub use stdlib::{
    Presence, is_module as is_stdlib_module, may_bring, module as stdlib_module, name as stdlib_name,
};

/// A standard-library module that is gone, or whose names are.
#[derive(Debug)]
pub struct Module {
    /// Dotted name.
    pub name: &'static str,
    /// Since when it warns.
    pub deprecated: Option<PythonVersion>,
    /// The first version without it.
    pub removed: Option<PythonVersion>,
    /// Where this is documented.
    pub source: &'static str,
    /// `win32` and the like, where it only ever existed there.
    pub platform: Option<&'static str>,
    /// The way out, as sentences.
    pub instead: &'static str,
    /// Other modules that hold the same objects under the same names.
    pub aliases: &'static [&'static str],
    /// Distributions on PyPI that bring the module back under its old name, the best first.
    pub backports: &'static [Backport],
    /// Names in it that changed or have a successor, sorted.
    pub names: &'static [Name],
    /// What its definitions need besides modules.
    pub parts: &'static [Definition],
    /// Examples that fail without the module.
    pub bad: &'static [&'static str],
    /// What to write instead.
    pub good: &'static [&'static str],
}

impl Module {
    /// Where its names can be found: under its own name, and under its aliases.
    pub fn homes(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// What is known of a dotted name that lies in this module.
    #[must_use]
    pub fn member(&self, dotted: &str) -> Option<&'static Name> {
        let name = dotted.strip_prefix(self.name)?.strip_prefix('.')?;
        let at = self.names.binary_search_by_key(&name, |known| known.name).ok()?;
        self.names.get(at)
    }

    /// What defines a name of the module, or a part that its definitions need.
    #[must_use]
    pub fn definition(&self, name: &str) -> Option<&'static Definition> {
        let part = self.parts.iter().find(|part| part.name == name);
        part.or_else(|| self.names.iter().find(|known| known.name == name)?.define.as_ref())
    }
}

/// A small equivalent of something that is gone, to be written into a file.
#[derive(Debug)]
pub struct Definition {
    /// What it defines.
    pub name: &'static str,
    /// One statement, indented by four spaces.
    pub source: &'static str,
    /// Modules that it names.
    pub imports: &'static [&'static str],
    /// Parts and other defined names of its module that it names.
    pub needs: &'static [&'static str],
}

/// A distribution on PyPI that brings a module back.
#[derive(Debug)]
pub struct Backport {
    /// Its name on PyPI.
    pub package: &'static str,
    /// The Pythons it can be installed on, as a PEP 440 specifier; `None` if on all.
    pub python: Option<&'static str>,
}

/// A name within a module.
#[derive(Debug)]
pub struct Name {
    /// As it stands behind the module's name; `function(parameter)` for a parameter.
    pub name: &'static str,
    /// What it is; `None` for a name that goes with its module.
    pub kind: Option<Kind>,
    /// Since when it is called deprecated.
    pub deprecated: Option<PythonVersion>,
    /// The first version without it.
    pub removed: Option<PythonVersion>,
    /// Where it only ever existed.
    pub platform: Option<&'static str>,
    /// Where this is documented, if not where its module is.
    pub source: Option<&'static str>,
    /// Dotted name of a drop-in successor; the new keyword, for a parameter.
    pub replace: Option<&'static str>,
    /// Keyword arguments that the successor calls otherwise, old and new.
    pub keywords: &'static [(&'static str, &'static str)],
    /// What a call becomes, as a template.
    pub rewrite: Option<&'static str>,
    /// Modules that the template names.
    pub imports: &'static [&'static str],
    /// Whether the template serves only where nobody takes the result.
    pub statement: bool,
    /// Arguments that a call may have behind those that the template takes.
    pub defaults: &'static [&'static str],
    /// Parameters behind those that the template takes whose arguments it hands on.
    pub passes: &'static [&'static str],
    /// What takes its place where no other name does.
    pub define: Option<Definition>,
    /// Whether leaving out the parameter keeps the meaning.
    pub drop: bool,
    /// First Python on which the repaired code works; 2.7 if it always did.
    pub since: PythonVersion,
    /// Why the successor is not the same in every case; `None` if it is.
    pub unsafe_because: Option<&'static str>,
    /// Why the repair may only be shown.
    pub shown_because: Option<&'static str>,
    /// The way out in words.
    pub instead: Option<&'static str>,
    /// Index at which the parameter can be passed by position, the receiver not counted.
    pub position: Option<u8>,
    /// The form in which the parameter is refused; `None` if in every form.
    pub form: Option<Form>,
    /// Whether no other class in the world has a method or attribute of that name.
    pub distinctive: bool,
    /// Modules of which a class has a member so called as well.
    pub namesakes: &'static [&'static str],
    /// Examples that fail without it.
    pub bad: &'static [&'static str],
    /// What to write instead.
    pub good: &'static [&'static str],
}

impl Name {
    /// The name without its parameter: `sleep` of `sleep(loop)`.
    #[must_use]
    pub fn callable(&self) -> &'static str {
        self.name.split('(').next().unwrap_or(self.name)
    }

    /// The parameter that the entry is about.
    #[must_use]
    pub fn parameter(&self) -> Option<&'static str> {
        self.name.split_once('(').map(|(_, parameter)| parameter.trim_end_matches(')'))
    }

    /// The last segment, without a parameter: `assertEquals`.
    #[must_use]
    pub fn last(&self) -> &'static str {
        let callable = self.callable();
        callable.rsplit('.').next().unwrap_or(callable)
    }

    /// The call that takes its place, as a person would write it.
    #[must_use]
    pub fn rewritten(&self) -> Option<String> {
        let names = [("{self}", "…"), ("{*}", "…"), ("{0}", "a"), ("{1}", "b"), ("{2}", "c"), ("{3}", "d")];
        let plain = |text: String, (placeholder, name): &(&str, &str)| text.replace(placeholder, name);
        Some(names.iter().fold(self.rewrite?.to_owned(), plain))
    }

    /// The class that a method or attribute belongs to, behind the module's name.
    #[must_use]
    pub fn class(&self) -> Option<&'static str> {
        self.callable().rsplit_once('.').map(|(class, _)| class)
    }
}

/// A name together with the module that documents it.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// The module.
    pub module: &'static Module,
    /// The name in it.
    pub name: &'static Name,
}

impl Fact {
    /// The dotted name: `unittest.TestCase.assertEquals`, `asyncio.sleep(loop)`.
    #[must_use]
    pub fn symbol(&self) -> String {
        format!("{}.{}", self.module.name, self.name.name)
    }

    /// Where this is documented.
    #[must_use]
    pub fn source(&self) -> &'static str {
        self.name.source.unwrap_or(self.module.source)
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A function of the module.
    Function,
    /// A class of the module.
    Class,
    /// A class that is raised.
    Exception,
    /// A method of a class.
    Method,
    /// Any other attribute of a class or of its instances.
    Attribute,
    /// Any other value in the module.
    Constant,
    /// A parameter of a function, a method or a class.
    Parameter,
}

/// A way of passing an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `function(parameter=value)`.
    Keyword,
    /// `function(value)`.
    Positional,
}

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// The innermost module of the catalogue that a dotted name is, or lies in.
#[must_use]
pub fn module_of(dotted: &str) -> Option<&'static Module> {
    let mut prefix = dotted;
    loop {
        if let Ok(at) = MODULES.binary_search_by_key(&prefix, |module| module.name) {
            return Some(&MODULES[at]);
        }
        prefix = &prefix[..prefix.rfind('.')?];
    }
}

/// The removed module that a dotted name is, or lies in.
#[must_use]
pub fn removed_module(dotted: &str) -> Option<&'static Module> {
    let mut prefix = dotted;
    loop {
        if let Ok(at) = MODULES.binary_search_by_key(&prefix, |module| module.name) {
            return Some(&MODULES[at]).filter(|module| module.removed.is_some());
        }
        prefix = &prefix[..prefix.rfind('.')?];
    }
}

/// Whether `import module`, or `from module import name`, works on a version;
/// `None` where the catalogue cannot know (packages from elsewhere).
#[must_use]
pub fn is_importable(module: &str, name: Option<&str>, target: PythonVersion) -> Option<bool> {
    let presence = |dotted: &str| match stdlib::module(dotted, target) {
        stdlib::Presence::Present => Some(true),
        stdlib::Presence::Absent => Some(false),
        stdlib::Presence::PlatformOnly | stdlib::Presence::Unknown => None,
    };
    match name {
        None => presence(module),
        Some(name) if is_gone(module, name, target) => Some(false),
        Some(name) => {
            stdlib::name(module, name, target).or_else(|| presence(module).filter(|present| !present))
        }
    }
}

/// Whether the catalogue knows the version that removed a name of a module or
/// class, and it is past.
#[must_use]
pub fn is_gone(module: &str, name: &str, target: PythonVersion) -> bool {
    let fact = lookup::fact(&format!("{module}.{name}"));
    fact.and_then(|fact| fact.name.removed).is_some_and(|removed| removed <= target)
}
