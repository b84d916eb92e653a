//! The pages of modules and of names in them.

use std::fmt::Write as _;

use newskin::catalogue::{CHANGES, Fact, Form, Kind, MODULES, Module, Name, lookup};
use newskin::version::PythonVersion;

/// The page of a module, of a name in it, or of a name by its last part alone.
pub(super) fn symbol_page(symbol: &str) -> Option<String> {
    if let Some(module) = MODULES.iter().find(|module| module.name == symbol) {
        return Some(module_page(module));
    }
    let mut members = members().filter(|(module, name)| dotted(module, name) == symbol);
    if let Some((module, name)) = members.next() {
        return Some(name_page(module, name));
    }
    if let Some(page) = callable_page(symbol) {
        return Some(page);
    }
    if let Some(module) = newskin::catalogue::removed_module(symbol) {
        return Some(format!("`{symbol}` lies in a module that is gone.\n\n{}", module_page(module)));
    }
    by_last_part(symbol)
}

/// A name under another of its homes, or a callable of which parameters changed.
fn callable_page(symbol: &str) -> Option<String> {
    let (callable, parameter) = match symbol.split_once('(') {
        Some((callable, parameter)) => (callable, Some(parameter.trim_end_matches(')'))),
        None => (symbol, None),
    };
    let fact = lookup::fact(callable).filter(|_| parameter.is_none());
    let parameters = lookup::parameters(callable);
    let parameters =
        parameters.filter(|fact| parameter.is_none_or(|name| fact.name.parameter() == Some(name)));
    let found: Vec<Fact> = fact.into_iter().chain(parameters).collect();
    listed(symbol, &found.iter().map(|fact| (fact.module, fact.name)).collect::<Vec<_>>())
}

/// `quote` means `pipes.quote`; several names of one kind are listed.
fn by_last_part(part: &str) -> Option<String> {
    let found: Vec<(&Module, &Name)> = members().filter(|(_, name)| last_part(name.name) == part).collect();
    if !found.is_empty() {
        return listed(part, &found);
    }
    let callables = members().filter(|(_, name)| last_part(name.callable()) == part);
    listed(part, &callables.collect::<Vec<_>>())
}

fn listed(topic: &str, found: &[(&Module, &Name)]) -> Option<String> {
    match found {
        [] => None,
        [(module, name)] => Some(name_page(module, name)),
        several => {
            let mut page = format!("Several names are called `{topic}`:\n\n");
            for (module, name) in several {
                let _ = writeln!(page, "- `{}`, {}", dotted(module, name), since(module, name));
            }
            Some(page)
        }
    }
}

/// Every name of the catalogue with its module.
pub(super) fn members() -> impl Iterator<Item = (&'static Module, &'static Name)> {
    MODULES.iter().flat_map(|module| module.names.iter().map(move |name| (module, name)))
}

/// The dotted name, with the parameter if it is about one.
pub(super) fn dotted(module: &Module, name: &Name) -> String {
    format!("{}.{}", module.name, name.name)
}

/// What stands behind the last dot that is not inside parentheses.
pub(super) fn last_part(name: &str) -> &str {
    let callable = name.split('(').next().unwrap_or(name);
    callable.rfind('.').map_or(name, |dot| &name[dot + 1..])
}

fn module_page(module: &Module) -> String {
    let mut page = format!("# {}\n\n{}\n\n", module.name, history(module));
    if !module.instead.is_empty() {
        let _ = writeln!(page, "{}\n", module.instead);
    }
    for backport in module.backports.iter().filter(|one| !module.instead.contains(one.package)) {
        let package = backport.package;
        let range = backport.python.map_or_else(String::new, |python| format!(" (Python {python})"));
        let _ = writeln!(
            page,
            "The package `{package}`{range} on PyPI brings the module back under its old name.\n"
        );
    }
    let _ = writeln!(page, "Source: {}\n", module.source);
    if !module.names.is_empty() {
        page.push_str("## Names in it\n\n");
        for name in module.names {
            let when =
                if name.kind.is_some() { format!(" ({})", since(module, name)) } else { String::new() };
            let _ = writeln!(page, "- `{}`{when}: {}", dotted(module, name), way_out(name));
        }
        page.push('\n');
    }
    if CHANGES.iter().any(|change| change.module == module.name) {
        page.push_str("## What it does otherwise\n\n");
        for change in CHANGES.iter().filter(|change| change.module == module.name) {
            let names: Vec<&str> = change.names.iter().map(|name| name.name).collect();
            let _ = writeln!(
                page,
                "- `{}`: {} since Python {}",
                names.join("`, `"),
                change.message,
                change.since
            );
        }
        page.push('\n');
    }
    page.push_str(&example("Before", module.bad.first().copied()));
    page.push_str(&example("After", module.good.first().copied()));
    page
}

fn name_page(module: &Module, name: &Name) -> String {
    let mut page = format!("# {}\n\n", dotted(module, name));
    if name.kind.is_some() {
        let _ = writeln!(page, "{}\n", story(module, name));
    }
    let _ = writeln!(page, "Way out: {}.\n", way_out(name).trim_end_matches('.'));
    if name.kind.is_none() {
        let _ = writeln!(page, "{}\n", history(module));
    }
    let _ = writeln!(page, "Source: {}\n", name.source.unwrap_or(module.source));
    let define = name.define.as_ref().map(|definition| definition.source);
    page.push_str(&example("Definition", define));
    let (before, after) = name_examples(module, name);
    page.push_str(&example("Before", before.as_deref()));
    page.push_str(&example("After", after.as_deref()));
    page
}

/// What is said of a name that changed by itself, in one sentence.
fn story(module: &Module, name: &Name) -> String {
    let kind = match name.kind {
        Some(Kind::Function) => "function",
        Some(Kind::Class) => "class",
        Some(Kind::Exception) => "exception",
        Some(Kind::Method) => "method",
        Some(Kind::Attribute) => "attribute",
        Some(Kind::Constant) | None => "name",
        Some(Kind::Parameter) => "parameter",
    };
    let platform = name.platform.map(|platform| format!(" (only ever on {platform})")).unwrap_or_default();
    let form = match name.form {
        None => "",
        Some(Form::Keyword) => ", where it is passed by keyword",
        Some(Form::Positional) => ", where it is passed by position",
    };
    format!(
        "The {kind} `{}`{platform} is {}{form} (rules {}).",
        dotted(module, name),
        since(module, name),
        rules(name)
    )
}

/// Which rules report a name, the one about its removal first.
fn rules(name: &Name) -> String {
    let removed = match name.kind {
        Some(Kind::Parameter) => "`removed-parameter`",
        _ => "`removed-api`",
    };
    match (name.removed, name.deprecated) {
        (Some(_), Some(_)) => format!("rule {removed}, and `deprecated-api` for older targets"),
        (Some(_), None) => format!("rule {removed}"),
        (None, _) => "rule `deprecated-api`".to_owned(),
    }
}

/// A program of the catalogue that uses the name, and one that uses its
/// successor; for a successor that takes its place, at least the imports.
fn name_examples(module: &Module, name: &Name) -> (Option<String>, Option<String>) {
    let own = |programs: &[&str]| programs.first().map(|program| (*program).to_owned());
    if !name.bad.is_empty() {
        return (own(name.bad), own(name.good));
    }
    let using = |programs: &[&str], word: &str| {
        programs.iter().find(|program| has_word(program, word)).map(|program| (*program).to_owned())
    };
    let import = |module: &str, name: &str| format!("from {module} import {name}");
    let successor = name.replace.and_then(|replace| replace.rsplit_once('.'));
    let before = using(module.bad, last_part(name.name));
    let after = successor.and_then(|(_, successor)| using(module.good, successor));
    match (before, after, successor) {
        (Some(before), Some(after), _) => (Some(before), Some(after)),
        (_, _, Some((home, successor))) if !name.name.contains(['.', '(']) => {
            (Some(import(module.name, name.name)), Some(import(home, successor)))
        }
        (before, _, _) => (before, own(name.good)),
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

/// Since when, in one sentence.
fn history(module: &Module) -> String {
    let platform = module.platform.map(|platform| format!(" (only ever on {platform})")).unwrap_or_default();
    let when = match (module.deprecated, module.removed) {
        (None, None) if module.names.is_empty() => "stays, but does some things otherwise".to_owned(),
        (None, None) => "stays, but some of its names change".to_owned(),
        (deprecated, removed) => format!("is {}", when(deprecated, removed)),
    };
    let rule = match (module.removed, module.deprecated) {
        (Some(_), _) => " (rule `removed-module`)",
        (None, Some(_)) => " (rule `deprecated-api`)",
        (None, None) => "",
    };
    format!("The module `{}`{platform} {when}{rule}.", module.name)
}

/// When a name went or goes; with its module, if nothing else is known.
fn since(module: &Module, name: &Name) -> String {
    match (name.deprecated, name.removed) {
        (None, None) => when(module.deprecated, module.removed),
        (deprecated, removed) => when(deprecated, removed),
    }
}

fn when(deprecated: Option<PythonVersion>, removed: Option<PythonVersion>) -> String {
    match (deprecated, removed) {
        (Some(deprecated), Some(removed)) => {
            format!("deprecated since Python {deprecated} and removed in Python {removed}")
        }
        (None, Some(removed)) => format!("removed in Python {removed}"),
        (Some(deprecated), None) => format!("deprecated since Python {deprecated}"),
        (None, None) => "unchanged".to_owned(),
    }
}

fn way_out(name: &Name) -> String {
    let Some(repair) = repair(name) else {
        let instead = name.instead.unwrap_or("there is no successor");
        let written = "; `--fix --unsafe-fixes` writes a definition into the file";
        return format!("{instead}{}", if name.define.is_some() { written } else { "" });
    };
    let since = if name.since > (PythonVersion { major: 3, minor: 0 }) {
        format!(" (Python {} and later)", name.since)
    } else {
        String::new()
    };
    let trimmed = |reason: &str| reason.trim_end_matches('.').to_owned();
    match (name.shown_because, name.unsafe_because) {
        (Some(reason), _) => format!("{repair}{since}; the fix is only shown, because {}", trimmed(reason)),
        (None, Some(reason)) => {
            format!("{repair}{since}; `--fix --unsafe-fixes` does it, unsafe because {}", trimmed(reason))
        }
        (None, None) => format!("{repair}{since} does the same; `--fix` does it"),
    }
}

/// What a fix makes of the name.
fn repair(name: &Name) -> Option<String> {
    let by = match (name.replace, name.rewritten(), name.form) {
        (Some(replace), ..) if name.parameter().is_some() => format!("the parameter `{replace}`"),
        (Some(replace), ..) => format!("`{replace}`"),
        (None, Some(rewritten), _) => format!("`{rewritten}`"),
        (None, None, _) if name.drop => "leaving the argument out".to_owned(),
        (None, None, Some(Form::Keyword)) => "passing it by position".to_owned(),
        (None, None, Some(Form::Positional)) => {
            format!("passing it as `{}=…`", name.parameter().unwrap_or_default())
        }
        (None, None, None) => return None,
    };
    Some(by)
}

pub(super) fn example(title: &str, program: Option<&str>) -> String {
    program.map_or_else(String::new, |program| {
        format!("## {title}\n\n```python\n{}\n```\n\n", program.trim_end())
    })
}
