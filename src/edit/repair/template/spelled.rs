//! A template as its modules are called in a file.

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;

use super::Site;
use crate::edit::spell::{self, At, Import};

/// The template as its modules are called in this file, and the imports that are missing.
pub(super) fn spelled<'a>(
    site: &Site<'_, 'a>,
    own: Option<&'a Expr>,
    at: At,
) -> Option<(String, Vec<Import>)> {
    let mut template = site.name().rewrite?.to_owned();
    let mut missing = Vec::new();
    for module in site.name().imports {
        let same = own.filter(|own| site.code.names().resolve(own).may_be(module));
        if let Some(own) = same {
            template = replace_dotted(&template, module, &site.text()[own.range()]);
            continue;
        }
        if let Some(spelling) = spell::module_without(site.code, module, at, site.going) {
            missing.extend(spelling.missing);
            template = replace_dotted(&template, module, &spelling.text);
            continue;
        }
        for member in members(&template, module) {
            let dotted = format!("{module}.{member}");
            let spelling = spell::name(site.code, &dotted, at)?;
            missing.extend(spelling.missing);
            template = replace_dotted(&template, &dotted, &spelling.text);
        }
    }
    Some((template, missing))
}

/// The names that a template takes from a module, each once.
fn members(template: &str, module: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, dotted) in template.match_indices(module) {
        let rest = template[at + dotted.len()..].strip_prefix('.').unwrap_or_default();
        let member: String =
            rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        if is_start(&template[..at]) && !member.is_empty() && !found.contains(&member) {
            found.push(member);
        }
    }
    found
}

/// Whether a dotted name can begin behind this text.
fn is_start(before: &str) -> bool {
    !before.ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '}'))
}

/// Another spelling for a dotted name, wherever it stands in a template.
fn replace_dotted(template: &str, dotted: &str, new: &str) -> String {
    let mut result = String::new();
    let mut rest = 0;
    for (at, found) in template.match_indices(dotted) {
        let behind = &template[at + found.len()..];
        let goes_on = behind.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_');
        if is_start(&template[..at]) && !goes_on {
            result.push_str(&template[rest..at]);
            result.push_str(new);
            rest = at + found.len();
        }
    }
    result + &template[rest..]
}
