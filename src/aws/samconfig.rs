//! What the configuration of the SAM command line gives to templates, and what
//! it builds with.

use ruff_text_size::{TextRange, TextSize};

use super::template::Template;
use super::{Choice, ChoiceKind, Input, Reader, beside, cloudformation, named_in, roots};
use crate::discover::Kind;
use crate::edit::Change;
use crate::finding::Confidence;
use crate::parse::Syntax;
use crate::parse::toml::{self, Item};
use crate::parse::tree::Tree;
use crate::python::Code;

/// The reader.
pub static READER: Reader =
    Reader { kinds: &[Kind::Toml, Kind::Yaml, Kind::Json], words: &[OVERRIDES, IMAGE], also: "python", read };

const OVERRIDES: &str = "parameter_overrides";
const IMAGE: &str = "build_image";

/// What a template is called unless told otherwise.
const TEMPLATES: [&str; 3] = ["template.yaml", "template.yml", "template.json"];

/// Tables within tables that are looked into.
const MAX_DEPTH: usize = 8;

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let mut places = Vec::new();
    if let Syntax::Toml(toml) = &input.document.syntax {
        in_toml(toml.as_item(), MAX_DEPTH, &mut places);
    }
    roots(input.document).into_iter().for_each(|root| in_tree(root, MAX_DEPTH, &mut places));
    let choices = places.into_iter().map(|(key, range)| match key {
        OVERRIDES => overrides(input, range),
        _ => images(input, range),
    });
    choices.flatten().collect()
}

type Places = Vec<(&'static str, TextRange)>;

fn wanted(key: &str) -> Option<&'static str> {
    [OVERRIDES, IMAGE].into_iter().find(|wanted| *wanted == key)
}

fn in_toml(item: &Item, depth: usize, places: &mut Places) {
    let (Some(table), Some(depth)) = (item.as_table_like(), depth.checked_sub(1)) else { return };
    for (key, value) in table.iter() {
        match (wanted(key), toml::range(value)) {
            (Some(key), Some(range)) => places.push((key, range)),
            _ => in_toml(value, depth, places),
        }
    }
}

fn in_tree(tree: Tree<'_>, depth: usize, places: &mut Places) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for member in tree.members() {
        match member.key.and_then(wanted) {
            Some(key) => places.push((key, member.value.range())),
            None => in_tree(member.value, depth, places),
        }
    }
}

/// The runtimes that a text gives to parameters, in any of the forms that the
/// command lines take: `Runtime=python3.9`, `Runtime="python3.9"`,
/// `ParameterKey=Runtime,ParameterValue=python3.9`.
///
/// `range` is where the text stands in the file.
#[must_use]
pub fn overrides(input: &Input<'_>, range: TextRange) -> Vec<Choice> {
    let text = &input.document.text[range];
    let mut choices = Vec::new();
    for (name, place, runtime) in names(text) {
        let before = text[..place].trim_end_matches(['"', '\'', '\\']);
        let Some(before) = before.strip_suffix('=') else { continue };
        let before = before
            .strip_suffix("ParameterValue")
            .map_or(before, |before| before.trim_end_matches(['"', '\'', '\\', ',', ' ']));
        let is_name = |letter: char| letter.is_ascii_alphanumeric();
        let parameter = before.rsplit(|letter| !is_name(letter)).next().unwrap_or_default();
        if !cloudformation::is_runtime_name(parameter) {
            continue;
        }
        let choice = chosen(input, range, place, name, runtime, ChoiceKind::Function);
        choices.extend(refused(input, parameter, &choice));
        choices.push(Choice {
            confidence: Confidence::Likely,
            origin: Some(format!("which parameter `{parameter}` is given")),
            shared: Some("the template must allow the value".to_owned()),
            ..choice
        });
    }
    choices
}

/// A value that the template beside the file does not allow.
fn refused(input: &Input<'_>, parameter: &str, choice: &Choice) -> Option<Choice> {
    let (name, document) =
        TEMPLATES.into_iter().find_map(|name| Some((name, beside::load(input.document, name)?)))?;
    let template = roots(&document).into_iter().find_map(Template::of)?;
    let (_, declaration) = template.parameters().into_iter().find(|(own, _)| *own == parameter)?;
    let allowed = declaration.get("AllowedValues")?.elements();
    let fits = |value: &Tree<'_>| value.text().is_none_or(|text| text == choice.runtime.name);
    if allowed.is_empty() || allowed.iter().any(fits) || choice.runtime.python < input.target {
        return None;
    }
    let owner = Some(format!("parameter `{parameter}` of `{name}`"));
    Some(Choice { owner, ..Choice::of(choice.runtime, choice.range, ChoiceKind::Refused) })
}

/// The images in which functions are built.
fn images(input: &Input<'_>, range: TextRange) -> Vec<Choice> {
    let text = &input.document.text[range];
    let images = names(text).into_iter().filter(|(_, place, _)| text[..*place].ends_with("sam/build-"));
    let choice = |(name, place, runtime)| Choice {
        owner: Some("what `sam build` installs in its container".to_owned()),
        ..chosen(input, range, place, name, runtime, ChoiceKind::Build)
    };
    images.map(choice).collect()
}

fn chosen(
    input: &Input<'_>,
    range: TextRange,
    place: usize,
    name: &str,
    runtime: &'static super::Runtime,
    kind: ChoiceKind,
) -> Choice {
    let start = range.start() + TextSize::try_from(place).unwrap_or_default();
    let range = TextRange::at(start, TextSize::of(name));
    let edits = input.target_name().map(|target| vec![Change::new(range, target)]);
    Choice { edits, ..Choice::of(runtime, range, kind) }
}

/// Every name of a runtime in a text, its place and what it names.
fn names(text: &str) -> Vec<(&str, usize, &'static super::Runtime)> {
    let mut names = Vec::new();
    let mut at = 0;
    while let Some((place, runtime)) = named_in(&text[at..]) {
        names.push((&text[at + place.start..at + place.end], at + place.start, runtime));
        at += place.end;
    }
    names
}
