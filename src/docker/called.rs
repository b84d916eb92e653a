//! Calls of certain programs in the stages of a build, with what decides
//! whether they are reached.

use super::changed::Changed;
use super::reach::{self, Outcome, Reach};
use super::{Basis, basis, destination, provided};
use crate::catalogue::images::System;
use crate::finding::Confidence;
use crate::parse::dockerfile::{Arguments, Base, Dockerfile, Instruction, Name};
use crate::parse::shell::{Call, Command, Word};
use crate::version::PythonVersion;

/// One call of a program that is looked for.
#[derive(Clone)]
pub struct Called<'a> {
    /// The system that the call is judged on.
    pub system: &'static System,
    /// The image that has it, as people read it.
    pub image: String,
    /// The stage is not built on that image yet: it has to be for the target.
    pub moved: bool,
    /// The number of the stage.
    pub stage: usize,
    /// The number of the instruction in the file.
    pub number: usize,
    /// The program, one of those looked for.
    pub name: &'static str,
    /// The call.
    pub call: Call<'a>,
    /// The variable whose value is the program, if it is not written there.
    pub variable: Option<String>,
    /// The arguments are strings of a JSON array.
    pub exec: bool,
    /// It waits for the builds that start from this image.
    pub onbuild: bool,
    /// Whether it runs.
    pub reach: Reach,
    /// Whether the system or the program is an assumption.
    pub assumed: bool,
    /// The word that names the program: the command's own, or that of a wrapper.
    pub word: &'a Word,
    /// What the build has made of the image before.
    pub earlier: Changed,
    /// The same with what this call does.
    pub changed: Changed,
    dockerfile: &'a Dockerfile,
    before: Vec<Call<'a>>,
}

impl Called<'_> {
    /// The value of a variable that no argument of the build can change.
    #[must_use]
    pub fn value(&self, variable: &str) -> Option<String> {
        let value = value_of(self.dockerfile, self.stage, self.number, &self.before, variable)?;
        (value.scripted || !value.assumed && value.whole).then_some(value.text)
    }

    /// Where the call fails, behind a statement: now, or once the image has been moved.
    #[must_use]
    pub fn place(&self) -> String {
        if self.moved {
            format!("once the stage is built on `{}`", self.image)
        } else {
            format!("in `{}`", self.image)
        }
    }

    /// How sure it is that the call runs on that system.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        match self.reach {
            Reach::Never | Reach::Unknown => Confidence::Possible,
            Reach::Always if !self.assumed && !self.onbuild && !self.moved => Confidence::Certain,
            Reach::Sometimes | Reach::Always => Confidence::Likely,
        }
    }

    /// What its failure leads to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        reach::outcome(&self.call, self.name)
    }
}

/// Which programs are looked for, and on which systems.
pub struct Wanted {
    /// The programs, sorted.
    pub names: &'static [&'static str],
    /// Whether calls of one of them are looked for on a system.
    pub on: fn(&System, &str) -> bool,
    /// Whether programs that the build has brought in itself count, too.
    pub installed: bool,
}

/// Every call of the programs in the stages whose system is known, now or once
/// their images have been moved to the target. A call that is wanted on both
/// is given once, on the system of today.
#[must_use]
pub fn called<'a>(dockerfile: &'a Dockerfile, wanted: &Wanted, target: PythonVersion) -> Vec<Called<'a>> {
    let mut found = Vec::new();
    // What each stage has brought in by its end.
    let mut ends: Vec<Changed> = Vec::new();
    for (stage, one) in dockerfile.stages.iter().enumerate() {
        let inherited = match one.base {
            Base::Stage(parent) => ends.get(parent).cloned().unwrap_or_default(),
            _ => Changed::default(),
        };
        let grounds = grounds(dockerfile, stage, target);
        let mut visit = Visit { dockerfile, wanted, stage, grounds, found: &mut found };
        ends.push(visit.stage(inherited));
    }
    found
}

/// A system that a stage stands on, today or later.
struct Ground {
    system: &'static System,
    image: String,
    moved: bool,
    assumed: bool,
}

fn grounds(dockerfile: &Dockerfile, stage: usize, target: PythonVersion) -> Vec<Ground> {
    let today = basis(dockerfile, stage).map(|Basis { system, image, assumed }| Ground {
        system,
        image: image.to_string(),
        moved: false,
        assumed,
    });
    let later = destination(dockerfile, stage, target).and_then(|successor| {
        let (image, assumed) = (successor.to_string(), successor.assumed);
        successor.system.map(|system| Ground { system, image, moved: true, assumed })
    });
    today.into_iter().chain(later).collect()
}

/// One stage being looked at.
struct Visit<'v, 'a> {
    dockerfile: &'a Dockerfile,
    wanted: &'v Wanted,
    stage: usize,
    grounds: Vec<Ground>,
    found: &'v mut Vec<Called<'a>>,
}

impl<'a> Visit<'_, 'a> {
    /// Looks at the instructions in order; what the image has become by the end.
    fn stage(&mut self, mut changed: Changed) -> Changed {
        let stage = &self.dockerfile.stages[self.stage];
        // What waits for the child build happens on top of all this.
        let mut later: Option<Changed> = None;
        for (offset, instruction) in self.dockerfile.in_stage(stage).iter().enumerate() {
            let number = stage.instructions.start + offset;
            if instruction.onbuild.is_some() {
                let on_top = later.get_or_insert_with(Changed::default);
                on_top.join(&changed);
                self.instruction(number, instruction, on_top);
            } else {
                self.instruction(number, instruction, &mut changed);
            }
        }
        changed
    }

    fn instruction(&mut self, number: usize, instruction: &'a Instruction, changed: &mut Changed) {
        let names = self.wanted.names;
        changed.copy(instruction, names);
        let (Name::Run, Arguments::Command(line)) = (instruction.name, &instruction.arguments) else {
            return;
        };
        let Some(script) = &line.script else { return };
        let calls = script.calls();
        let functions: Vec<&str> =
            names.iter().copied().filter(|name| provided::by_function(&calls, name)).collect();
        for (at, call) in calls.all.iter().enumerate() {
            let before = &calls.all[..at];
            let value = |name: &str| {
                value_of(self.dockerfile, self.stage, number, before, name).map(|value| value.text)
            };
            let earlier = changed.clone();
            changed.command(call.command, names, &value);
            for (word, name, variable, assumed) in self.programs(number, before, call.command) {
                if functions.contains(&name) || changed.provides(name) && !self.wanted.installed {
                    continue;
                }
                let ground = self.grounds.iter().find(|ground| (self.wanted.on)(ground.system, name));
                let Some(ground) = ground else { continue };
                self.found.push(Called {
                    system: ground.system,
                    image: ground.image.clone(),
                    moved: ground.moved,
                    stage: self.stage,
                    number,
                    name,
                    call: *call,
                    word,
                    variable,
                    exec: line.exec && at == 0,
                    onbuild: instruction.onbuild.is_some(),
                    reach: reach::reach(&calls, call, name, ground.system),
                    assumed: assumed || ground.assumed,
                    earlier: earlier.clone(),
                    changed: changed.clone(),
                    dockerfile: self.dockerfile,
                    before: before.to_vec(),
                });
            }
        }
    }

    /// Which of the programs a command runs, wrappers included: each with the
    /// word, the variable that stands for it, and whether its value is assumed.
    fn programs(
        &self,
        number: usize,
        before: &[Call<'a>],
        command: &'a Command,
    ) -> Vec<(&'a Word, &'static str, Option<String>, bool)> {
        let known = |text: &str| {
            let program = provided::program(text);
            let at = self.wanted.names.binary_search(&program).ok()?;
            Some(self.wanted.names[at])
        };
        let mut found = Vec::new();
        for word in command.words.iter().take(command.program + 1) {
            if let Some(literal) = word.literal() {
                found.extend(known(literal).map(|name| (word, name, None, false)));
            }
        }
        let Some((word, variable)) = command.program().and_then(|word| Some((word, word.variable()?))) else {
            return found;
        };
        let value = value_of(self.dockerfile, self.stage, number, before, variable);
        if let Some(value) = value
            // `PM="yum -y"` is split into words.
            && let Some(name) = value.text.split_whitespace().next().and_then(known)
        {
            found.push((word, name, Some(variable.to_owned()), value.assumed));
        }
        found
    }
}

/// What a variable holds where a command stands.
struct Value {
    text: String,
    /// The build can be given another one, or the script may change it.
    assumed: bool,
    /// Nothing of it is unknown.
    whole: bool,
    /// The script itself gives it.
    scripted: bool,
}

fn value_of(
    dockerfile: &Dockerfile,
    stage: usize,
    number: usize,
    before: &[Call<'_>],
    variable: &str,
) -> Option<Value> {
    match assigned(before, variable) {
        Assigned::Once(value) => {
            Some(Value { text: value.to_owned(), assumed: true, whole: true, scripted: true })
        }
        Assigned::Unknown => None,
        Assigned::Nowhere => {
            let value = dockerfile.variable(stage, number, variable)?;
            let whole = value.is_whole();
            Some(Value { assumed: value.assumed, whole, scripted: false, text: value.text().to_owned() })
        }
    }
}

/// What the commands of a script give a variable.
enum Assigned<'s> {
    Nowhere,
    Once(&'s str),
    Unknown,
}

fn assigned<'s>(calls: &[Call<'s>], variable: &str) -> Assigned<'s> {
    let mut found = Assigned::Nowhere;
    for command in calls.iter().map(|call| call.command) {
        let declared: &[Word] = match command.name() {
            None if command.words.is_empty() => &command.assignments,
            Some("declare" | "export" | "local" | "readonly" | "typeset") => command.arguments(),
            Some("read") if command.arguments().iter().any(|word| word.literal() == Some(variable)) => {
                return Assigned::Unknown;
            }
            _ => continue,
        };
        for word in declared {
            let Some((_, value)) = word.value.text().split_once('=').filter(|(name, _)| *name == variable)
            else {
                continue;
            };
            match found {
                Assigned::Nowhere if word.expansions.is_empty() => found = Assigned::Once(value),
                _ => return Assigned::Unknown,
            }
        }
    }
    found
}
