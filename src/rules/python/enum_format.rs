//! A member of an enumeration whose text is another one since Python 3.11.
//!
//! ## What it finds
//! * `f"{Colour.RED}"`, `format(Colour.RED)`, `"{}".format(Colour.RED)` where
//!   `Colour` derives from `Enum` and from `str`, `int` or another type of values:
//!   it gave the value and now gives `Colour.RED`.
//! * `str(Number.ONE)`, `"%s" % Number.ONE`, `f"{Number.ONE!s}"`, `print(Number.ONE)`
//!   where `Number` derives from `IntEnum` or `IntFlag`, as `HTTPStatus` and
//!   signals do: it gave `Number.ONE` and now gives the number.
//!
//! Classes with a `__str__` or `__format__` of their own are left alone, and so
//! is `StrEnum`. In the messages of exceptions and logs, the finding is an information.
//! Members are known by types, across the files of the project.
//!
//! ## Why
//! Texts that other programs read change: URLs, keys, SQL, logs. See
//! [What's New in Python 3.11](https://docs.python.org/3/whatsnew/3.11.html#enum).
//!
//! ## Example
//! ```python
//! import enum
//!
//! class Colour(str, enum.Enum):
//!     RED = "red"
//!
//! print(f"/colours/{Colour.RED}")
//! ```
//! Use instead:
//! ```python
//! import enum
//!
//! class Colour(str, enum.Enum):
//!     RED = "red"
//!
//! print(f"/colours/{Colour.RED.value}")
//! ```
//!
//! ## Fix safety
//! `.value` gives on every Python what Python 3.10 gave. It is unsafe, because
//! code that has run on Python 3.11 or 3.12 may by now rely on the other text.
//! There is no fix for the text of an `IntEnum`: only a person knows whether
//! the name or the number was meant.

use memchr::memmem;
use ruff_python_ast::Expr;
use ruff_text_size::{Ranged, TextRange};

use crate::catalogue;
use crate::discover::Kind;
use crate::finding::{Applicability, Confidence, Group, Severity};
use crate::python::Code;
use crate::python::guards::{Fault, Reach, reach};
use crate::python::names::BindingKind;
use crate::python::types::Class;
use crate::rule::{File, Meta, Rule, Sink, Trigger};
use crate::rules::formatted::{Formatted, Way, formatted};
use crate::rules::standard::{classes, normal};
use crate::version::PythonVersion;

/// The rule.
pub static RULE: EnumFormat = EnumFormat;

/// Reports members whose text changed.
pub struct EnumFormat;

const SOURCE: &str = "https://docs.python.org/3/whatsnew/3.11.html#enum";

const SINCE: PythonVersion = PythonVersion { major: 3, minor: 11 };

/// Enumerations of the standard library whose members have another text.
const STANDARD: &[&str] =
    &["http.HTTPStatus", "signal.Signals", "signal.Handlers", "socket.AddressFamily", "socket.SocketKind"];

/// Types that members have the values of.
const VALUES: &[&str] = &["str", "int", "float", "complex", "bytes"];

impl Rule for EnumFormat {
    fn meta(&self) -> &'static Meta {
        &Meta {
            group: Group::Semantics,
            fix: Some(Applicability::Unsafe),
            kinds: &[Kind::Python, Kind::Notebook],
        }
    }

    fn symbols(&self) -> &'static [&'static str] {
        &["enum.Enum.__format__", "enum.IntEnum.__str__", "enum.IntFlag.__str__"]
    }

    fn triggers(&self) -> Vec<Trigger> {
        vec![Trigger::Text(|text| names_enumerations(text) || names_members(text))]
    }

    fn check_python(&self, file: &File<'_>, code: &Code<'_>, sink: &mut Sink<'_>) {
        if file.minimum() >= SINCE || code.target < SINCE {
            return;
        }
        let near = names_enumerations(file.document.text.as_bytes());
        for one in formatted(code) {
            if !is_worth_asking(code, one.value, near) {
                continue;
            }
            let Some(changed) = Changed::of(code, &one) else { continue };
            if reach(code, one.value.range(), Fault::Name) == Reach::Dead {
                continue;
            }
            changed.report(file, &one, sink);
        }
    }
}

/// Whether a file defines enumerations of the kind, so that any value may be a member.
fn names_enumerations(text: &[u8]) -> bool {
    let mixed = || memmem::find_iter(text, b"Enum)").any(|at| mixes_in(&text[..at]));
    let words = [&b"IntEnum"[..], b"IntFlag"];
    words.into_iter().any(|word| memmem::find(text, word).is_some()) || mixed()
}

/// Whether a list of bases that ends so began with a type of values: `(str, enum.`.
fn mixes_in(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"enum.").unwrap_or(before).trim_ascii_end();
    let before = before.strip_suffix(b",").map(<[u8]>::trim_ascii_end);
    before.is_some_and(|before| VALUES.iter().any(|value| before.ends_with(value.as_bytes())))
}

/// Whether a text has something like `{Colour.RED}` or `str(Colour.RED)`, or
/// names what the standard library has of the kind.
fn names_members(bytes: &[u8]) -> bool {
    let words = ["signal.SIG", "socket.AF_", "HTTPStatus."];
    words.into_iter().any(|word| memmem::find(bytes, word.as_bytes()).is_some())
        || memchr::memchr_iter(b'.', bytes).any(|dot| is_member_made_text(bytes, dot))
}

/// Whether the dot stands in a member of a class that is made into text.
fn is_member_made_text(bytes: &[u8], dot: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let (before, after) = (&bytes[..dot], &bytes[dot + 1..]);
    if !after.first().is_some_and(u8::is_ascii_uppercase) {
        return false;
    }
    let constant = after.iter().take_while(|byte| is_part(byte)).count();
    let class = before.iter().rev().take_while(|byte| is_part(byte)).count();
    if after[..constant].iter().any(u8::is_ascii_lowercase)
        || class < 2
        || !before[dot - class].is_ascii_uppercase()
        || !matches!(after.get(constant), Some(b'}' | b')' | b':' | b'!' | b',' | b'='))
    {
        return false;
    }
    let chain = before.iter().rev().take_while(|byte| is_part(byte) || **byte == b'.').count();
    let before = before[..dot - chain].trim_ascii_end();
    [&b"{"[..], b"str(", b"format(", b"print(", b"%", b"% ("].into_iter().any(|start| before.ends_with(start))
}

/// Whether it is worth asking what a value is: most are plain texts.
fn is_worth_asking<'a>(code: &Code<'a>, value: &'a Expr, near: bool) -> bool {
    match value {
        Expr::Attribute(attribute) => {
            let attr = attribute.attr.as_str();
            if matches!(attr, "value" | "name") {
                return false;
            }
            let is_constant = attr.len() > 1 && attr.bytes().all(|byte| !byte.is_ascii_lowercase());
            let of_class =
                last_name(&attribute.value).is_some_and(|name| name.starts_with(char::is_uppercase));
            of_class || is_constant || near
        }
        Expr::Name(name) => match code.names().only_binding(name) {
            Some(BindingKind::Parameter(parameter)) => {
                let annotated = parameter.annotation();
                near && (annotated.is_some() || parameter.default().is_some())
                    || annotated.is_some_and(|annotation| may_be_enumeration(code, annotation))
            }
            _ => near,
        },
        Expr::Call(call) => {
            near && last_name(&call.func).is_some_and(|name| name.starts_with(char::is_uppercase))
        }
        Expr::Subscript(item) => {
            near && last_name(&item.value).is_some_and(|name| name.starts_with(char::is_uppercase))
        }
        _ => false,
    }
}

/// Whether an annotation may name an enumeration: a class that is none of the standard library's.
fn may_be_enumeration<'a>(code: &Code<'a>, annotation: &'a Expr) -> bool {
    let upper = last_name(annotation).is_some_and(|name| name.starts_with(char::is_uppercase));
    let meanings = upper.then(|| code.names().resolve(annotation));
    meanings.is_some_and(|meanings| {
        let of_library = |dotted: &str| {
            let module = dotted.split('.').next().unwrap_or(dotted);
            catalogue::is_stdlib_module(module)
        };
        !meanings.dotted.iter().any(|dotted| of_library(dotted))
    })
}

fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// A value whose text is another one.
struct Changed {
    /// The name of the enumeration.
    class: String,
    /// The type of its values, or its base.
    base: String,
    /// Whether it is a member and nothing else.
    sure: bool,
    /// Whether `.value` is what `Enum` makes it.
    has_value: bool,
}

impl Changed {
    fn of(code: &Code<'_>, one: &Formatted<'_>) -> Option<Self> {
        let (method, kind): (_, fn(&Class) -> Option<String>) = match &one.way {
            Way::Format(_) => ("__format__", mixed_in),
            Way::Str => ("__str__", of_numbers),
            Way::Repr => return None,
        };
        let all = classes(code, one.value, method);
        let changed =
            |class: &&Class| class.instance && !class.open && is_standard(class) && kind(class).is_some();
        let hits: Vec<&Class> = all.iter().filter(changed).collect();
        let first = *hits.first()?;
        // Both methods have a say in both ways.
        let other = if method == "__str__" { "__format__" } else { "__str__" };
        let others = classes(code, one.value, other);
        let own = others.iter().any(|class| class.mro == first.mro && !is_standard(class));
        if own {
            return None;
        }
        let values = classes(code, one.value, "value");
        let dotted = first.mro.first()?;
        Some(Self {
            class: dotted.rsplit('.').next().unwrap_or(dotted).to_owned(),
            base: kind(first)?,
            sure: hits.len() == all.len(),
            has_value: values.iter().all(is_standard) && hits.len() == all.len(),
        })
    }

    fn report(&self, file: &File<'_>, one: &Formatted<'_>, sink: &mut Sink<'_>) {
        let Self { class, base, .. } = self;
        let confidence = Confidence::resolved(self.sure);
        let range = one.value.range();
        let spec = match &one.way {
            Way::Format(spec) => spec,
            Way::Str | Way::Repr => {
                let message = format!(
                    "The text of a member of `{class}` is its number since Python 3.11 and was its name before"
                );
                return sink
                    .finding(format!("{base}.__str__"), range, message)
                    .severity(if one.message { Severity::Info } else { Severity::Warning })
                    .confidence(confidence)
                    .help("Say which one is meant: `.name` or `.value`")
                    .url(SOURCE)
                    .emit();
            }
        };
        let is_numeric = spec.ends_with(['d', 'x', 'X', 'o', 'b', 'e', 'f', 'g', 'n', '%']) && base != "str";
        let (severity, what) = if is_numeric && self.sure {
            (Severity::Error, "which this format refuses")
        } else if one.message {
            (Severity::Info, "no longer as its value")
        } else {
            (Severity::Warning, "no longer as its value")
        };
        let message = format!(
            "Since Python 3.11 a member of `{class}`, an `Enum` of `{base}`, is formatted as `{class}.…`, {what}"
        );
        let draft = sink
            .finding("enum.Enum.__format__", range, message)
            .severity(severity)
            .confidence(confidence)
            .help("Write `.value`")
            .url(SOURCE);
        let simple =
            matches!(one.value, Expr::Name(_) | Expr::Attribute(_) | Expr::Call(_) | Expr::Subscript(_));
        if !(simple && self.has_value) || one.shared {
            return draft.emit();
        }
        let is_member = matches!(one.value, Expr::Attribute(_) | Expr::Subscript(_) | Expr::Call(_));
        let reason = if is_member {
            "something may rely on the text that Python 3.11 and later give"
        } else {
            "something may rely on the text that Python 3.11 and later give, and `None` has no `value`"
        };
        let edit = file.edit(TextRange::empty(range.end()), ".value");
        draft.unsafe_fix("Format the value", reason, vec![edit]).emit();
    }
}

/// The type of the values, if the class derives from it and `Enum`.
fn mixed_in(class: &Class) -> Option<String> {
    let standard = |name: &str| {
        let mut mro = class.mro.iter().zip(&class.standard);
        mro.any(|(own, standard)| *standard && normal(own) == name)
    };
    let other = ["enum.IntEnum", "enum.Flag", "enum.IntFlag", "enum.StrEnum", "enum.ReprEnum"];
    if !standard("enum.Enum") || other.into_iter().any(standard) || class.standard.first() == Some(&true) {
        return None;
    }
    VALUES.iter().find(|value| standard(value)).map(|value| (*value).to_owned())
}

/// `IntEnum` or `IntFlag`, if the class derives from it.
fn of_numbers(class: &Class) -> Option<String> {
    let first = class.mro.first().map(|name| normal(name))?;
    if class.standard.first() == Some(&true) && !STANDARD.contains(&first.as_ref()) {
        return None;
    }
    let mut mro = class.mro.iter().zip(&class.standard).filter(|(_, standard)| **standard);
    mro.find_map(|(name, _)| ["enum.IntEnum", "enum.IntFlag"].into_iter().find(|base| *base == normal(name)))
        .map(str::to_owned)
}

/// Whether nobody in the project defines the attribute that was asked for.
fn is_standard(class: &Class) -> bool {
    class.defined_by.is_none_or(|at| class.standard.get(at) == Some(&true))
}
