//! Files of parameters that are given to CloudFormation templates.

use super::{Choice, ChoiceKind, Input, Reader, cloudformation, roots, written_like};
use crate::catalogue::runtimes;
use crate::discover::Kind;
use crate::finding::Confidence;
use crate::parse::tree::Tree;
use crate::python::Code;

/// The reader.
pub static READER: Reader =
    Reader { kinds: &[Kind::Json, Kind::Yaml], words: &["ParameterKey", "Parameters"], also: "python", read };

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let mut choices = Vec::new();
    for root in roots(input.document) {
        // A list of keys and values, alone or below `Parameters`.
        for element in root.elements().into_iter().chain(below(root).map(Tree::elements).unwrap_or_default())
        {
            let name = element.get("ParameterKey").and_then(Tree::text);
            let choice =
                name.zip(element.get("ParameterValue")).and_then(|(name, value)| given(input, name, value));
            choices.extend(choice);
        }
        // An object; that of a template holds declarations.
        for member in below(root).map(Tree::members).unwrap_or_default() {
            choices.extend(member.key.and_then(|name| given(input, name, member.value)));
        }
    }
    choices
}

fn below(root: Tree<'_>) -> Option<Tree<'_>> {
    root.get("Parameters").filter(|_| root.get("Resources").is_none())
}

fn given(input: &Input<'_>, name: &str, value: Tree<'_>) -> Option<Choice> {
    let runtime = runtimes::runtime(value.text()?).filter(|_| cloudformation::is_runtime_name(name))?;
    let edits = input.target_name().and_then(|target| Some(vec![written_like(value, target)?]));
    Some(Choice {
        confidence: Confidence::Likely,
        origin: Some(format!("which parameter `{name}` is given")),
        shared: Some("the template must allow the value".to_owned()),
        edits,
        ..Choice::of(runtime, value.range(), ChoiceKind::Function)
    })
}
