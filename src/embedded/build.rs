//! Commands of container build files and recipes.

use super::{Consequence, Embedded, Piece, Python, calls, interpreter};
use crate::finding::Confidence;
use crate::parse::dockerfile::{Arguments, Base, Dockerfile, Instruction, Name};
use crate::parse::fragment::Fragment;
use crate::parse::makefile::Makefile;
use crate::version::{PythonVersion, parse_version};

/// Looks through the instructions of every stage.
pub fn dockerfile(dockerfile: &Dockerfile, text: &str, found: &mut Embedded) {
    for (number, stage) in dockerfile.stages.iter().enumerate() {
        let base = image_python(dockerfile, number).map_or(Python::Any, Python::Image);
        for instruction in dockerfile.in_stage(stage) {
            match instruction.script() {
                Some(script) => calls::script(script, base, instruction.name == Name::Run, found),
                None => found.pieces.extend(document(instruction, text)),
            }
        }
    }
}

/// `RUN <<EOF` whose first line asks for Python.
fn document(instruction: &Instruction, text: &str) -> Option<Piece> {
    let (Arguments::Command(_), [document]) = (&instruction.arguments, instruction.heredocs.as_slice())
    else {
        return None;
    };
    let body = text.get(document.body.to_std_range())?;
    let line = body.strip_prefix("#!")?.lines().next()?;
    line.split_whitespace().find_map(interpreter::named)?;
    let mut code = Fragment::default();
    code.push(body, document.body.start().to_usize());
    Some(Piece { code, confidence: Confidence::Likely, failure: Consequence::Fails })
}

/// The Python of the image that a stage starts from, as its tag says.
fn image_python(dockerfile: &Dockerfile, stage: usize) -> Option<PythonVersion> {
    let root = *dockerfile.lineage(stage).first()?;
    let Base::Image(image) = &dockerfile.stages.get(root)?.base else { return None };
    let tag = image.tag.as_deref()?;
    let named = tag.split(['-', '_']).find_map(|part| part.strip_prefix("python"));
    let is_python = image.name.rsplit('/').next().is_some_and(|name| name.contains("python"));
    let version = named.or_else(|| tag.split(['-', '.']).next().filter(|_| is_python).map(|_| tag))?;
    let length = version.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(version.len());
    parse_version(&version[..length]).ok().filter(|_| version.contains('.'))
}

/// Looks through the recipes.
pub fn makefile(makefile: &Makefile, found: &mut Embedded) {
    for command in &makefile.commands {
        let (starts, pieces) = (found.starts.len(), found.pieces.len());
        calls::script(&command.script, Python::Any, false, found);
        if command.tolerated {
            let fails = |failure: &mut Consequence| {
                if *failure == Consequence::Fails {
                    *failure = Consequence::Ignored;
                }
            };
            found.starts[starts..].iter_mut().for_each(|start| fails(&mut start.failure));
            found.pieces[pieces..].iter_mut().for_each(|piece| fails(&mut piece.failure));
        }
    }
}
