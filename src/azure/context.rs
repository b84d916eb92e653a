//! What the surroundings of a value say of its app: the language, the Python,
//! whether it is a function app at all.

use super::names::{Literal, Names};
use super::plain;
use crate::parse::term::Term;
use crate::version::{PythonVersion, parse_version};

/// What is known of an app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct App {
    /// The language that it is written in.
    pub language: Option<Language>,
    /// The Python that it runs on, where the configuration beside says so.
    pub python: Option<PythonVersion>,
    /// Whether it is a function app; not where it may be one.
    pub is_function: Option<bool>,
}

/// A language, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// Any other.
    Other,
}

impl Language {
    /// The language by the name that Azure Functions have for it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        if name.trim().eq_ignore_ascii_case("python") { Self::Python } else { Self::Other }
    }
}

/// How many values around one are looked at.
const MAX_AROUND: usize = 6;

impl App {
    /// By the values around one, the outermost first, and the type of the resource.
    #[must_use]
    pub fn around(kind: &str, around: &[&Term], names: &Names, file: usize) -> Self {
        let mut app = Self::default();
        app.of_kind(kind);
        for object in around.iter().rev().take(MAX_AROUND) {
            app.of_object(object, names, file);
            for path in [
                &["siteConfig"][..],
                &["site_config"],
                &["properties"],
                &["properties", "siteConfig"],
                &["params"],
            ] {
                if let Some(inner) = object.at(path) {
                    app.of_object(inner, names, file);
                }
            }
        }
        app
    }

    /// Whether a module is one for function apps, by its path: what its parameters
    /// say counts for more.
    #[must_use]
    pub fn is_module_of_functions(kind: &str) -> Option<bool> {
        let path = kind.strip_prefix("module ")?;
        let is_web = path.contains("appservice") || path.contains("webapp");
        if path.contains("func") { Some(true) } else { is_web.then_some(false) }
    }

    /// By the image of a container.
    #[must_use]
    pub fn of_image(name: &str, tag: Option<&str>) -> Self {
        let Some((_, language)) = name.split_once("azure-functions/") else { return Self::default() };
        let language = Language::named(language.split([':', '@']).next().unwrap_or_default());
        let version = tag.and_then(|tag| tag.split("python").nth(1));
        let version =
            version.and_then(|rest| rest.split('-').next()).filter(|_| language == Language::Python);
        Self {
            language: Some(language),
            python: version.and_then(|version| parse_version(version).ok()),
            is_function: Some(true),
        }
    }

    fn of_kind(&mut self, kind: &str) {
        if kind.contains("-azfunctionapp") {
            self.is_function = Some(true);
        }
        if kind.starts_with("azurerm_") {
            self.is_function = Some(kind.contains("function_app"));
            if kind.contains("windows") {
                self.language = Some(Language::Other);
            }
        }
    }

    /// Takes in what another place says, where this one says nothing.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            language: self.language.or(other.language),
            python: self.python.or(other.python),
            is_function: self.is_function.or(other.is_function),
        }
    }

    fn of_object(&mut self, object: &Term, names: &Names, file: usize) {
        let texts = |term: &Term| names.literals(term, file);
        for member in object.members() {
            let Some(key) = &member.key else { continue };
            match &*plain(key) {
                "linuxfxversion" => texts(&member.value).iter().for_each(|text| self.of_stack(&text.text)),
                "runtimename" | "functionsworkerruntime" | "runtimestack" | "workerruntime" => {
                    if key.to_ascii_lowercase().contains("worker") {
                        self.is_function.get_or_insert(true);
                    }
                    if let [one] = texts(&member.value).as_slice() {
                        self.speak(Language::named(one.text.split('|').next().unwrap_or_default()));
                    }
                }
                "kind" => {
                    let kinds = texts(&member.value);
                    let is_function = |one: &Literal| one.text.to_ascii_lowercase().contains("functionapp");
                    if let Some(first) = kinds.first().map(is_function)
                        && kinds.iter().all(|one| is_function(one) == first)
                    {
                        self.is_function.get_or_insert(first);
                    }
                }
                // Those of Flex Consumption.
                "instancememorymb" | "maximuminstancecount" => {
                    self.is_function.get_or_insert(true);
                }
                "functionappconfig" => {
                    self.is_function = Some(true);
                    if let Some(runtime) = names.meaning(&member.value, file).term.get("runtime") {
                        self.of_runtime(runtime, names, file);
                    }
                }
                "runtime" if member.value.get("name").is_some() => {
                    self.of_runtime(&member.value, names, file)
                }
                "runtime" => {
                    if let Some(name) = member.value.as_text() {
                        self.speak(Language::named(name));
                    }
                }
                "image" => {
                    let image = member.value.as_text().unwrap_or_default();
                    let (name, tag) = image.rsplit_once(':').unwrap_or((image, ""));
                    *self = std::mem::take(self).or(Self::of_image(name, Some(tag)));
                }
                "applicationstack" => self.of_application_stack(&member.value, names, file),
                _ => {}
            }
        }
        if self.language == Some(Language::Python)
            && self.python.is_none()
            && let Some(version) = member(object, &["runtimeversion", "pythonversion"])
        {
            self.python = newest(&texts(version));
        }
    }

    fn of_runtime(&mut self, runtime: &Term, names: &Names, file: usize) {
        if let Some([name]) = runtime.get("name").map(|name| names.literals(name, file)).as_deref() {
            self.speak(Language::named(&name.text));
        }
        if self.language == Some(Language::Python) && self.python.is_none() {
            self.python = runtime.get("version").and_then(|version| newest(&names.literals(version, file)));
        }
    }

    fn of_application_stack(&mut self, stack: &Term, names: &Names, file: usize) {
        let stack = names.meaning(stack, file).term;
        if let Some(version) = member(stack, &["pythonversion"]) {
            self.speak(Language::Python);
            self.python = self.python.or_else(|| newest(&names.literals(version, file)));
        } else if !stack.members().is_empty() {
            self.speak(Language::Other);
        }
    }

    fn of_stack(&mut self, text: &str) {
        let Some((name, version)) = text.split_once('|') else { return };
        match name.to_ascii_lowercase().as_str() {
            // A container may hold any language.
            "docker" | "compose" | "sitecontainers" => {}
            name => {
                self.speak(Language::named(name));
                if self.language == Some(Language::Python) {
                    self.python = self.python.or_else(|| parse_version(version).ok());
                }
            }
        }
    }

    fn speak(&mut self, language: Language) {
        self.language.get_or_insert(language);
    }
}

/// The value of a key in any spelling.
#[must_use]
pub fn member<'a>(object: &'a Term, keys: &[&str]) -> Option<&'a Term> {
    let is_meant = |key: &str| keys.contains(&&*plain(key));
    let found = object.members().iter().rev().find(|member| member.key.as_deref().is_some_and(is_meant));
    found.map(|member| &member.value)
}

fn newest(literals: &[Literal]) -> Option<PythonVersion> {
    literals.iter().filter_map(|literal| parse_version(&literal.text).ok()).max()
}
