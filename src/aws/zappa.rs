//! The Pythons that the settings of Zappa choose.

use super::{Choice, ChoiceKind, Input, Reader, roots, written_like};
use crate::catalogue::runtimes;
use crate::discover::Kind;
use crate::parse::tree::Member;
use crate::python::Code;

/// The reader.
pub static READER: Reader =
    Reader { kinds: &[Kind::Json, Kind::Yaml], words: &["runtime"], also: "python", read };

/// Zappa packs the environment that it is started in.
const ALONG: &str = "Zappa must be run in an environment of the same Python";

fn read(input: &Input<'_>, _: Option<&Code<'_>>) -> Vec<Choice> {
    let stem = input.document.path.file_stem().and_then(|stem| stem.to_str());
    if !stem.is_some_and(|stem| stem.starts_with("zappa_settings")) {
        return Vec::new();
    }
    let stages = roots(input.document).into_iter().flat_map(|root| root.members());
    let choice = |stage: Member<'_>| {
        let value = stage.value.get("runtime")?;
        let runtime = runtimes::runtime(value.text()?)?;
        let edits = input.target_name().and_then(|target| Some(vec![written_like(value, target)?]));
        Some(Choice { along: Some(ALONG), edits, ..Choice::of(runtime, value.range(), ChoiceKind::Function) })
    };
    stages.filter_map(choice).collect()
}
