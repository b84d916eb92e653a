//! Calls of certain programs in the stages of a build, with what decides
//! whether they are reached.

use super::reach::{self, Outcome, Reach};
use super::{Basis, basis, provided};
use crate::catalogue::images::System;
use crate::finding::Confidence;
use crate::parse::dockerfile::{Arguments, Base, Dockerfile, Instruction, Name};
use crate::parse::shell::{Call, Calls, Word};

/// One call of a program that is looked for.
pub struct Called<'a> {
    /// What the stage is built on.
    pub basis: Basis<'a>,
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
    /// Packages that the build has taken out of the image before.
    pub removed: Vec<String>,
    dockerfile: &'a Dockerfile,
    stage: usize,
    number: usize,
    before: Vec<Call<'a>>,
}

impl Called<'_> {
    /// The value of a variable that no argument of the build can change.
    #[must_use]
    pub fn value(&self, variable: &str) -> Option<String> {
        match assigned(&self.before, variable) {
            Assigned::Once(value) => Some(value.to_owned()),
            Assigned::Unknown => None,
            Assigned::Nowhere => {
                let value = self.dockerfile.variable(self.stage, self.number, variable)?;
                (!value.assumed && value.is_whole()).then_some(value.text)
            }
        }
    }

    /// How sure it is that the call runs on that system.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        match self.reach {
            Reach::Never | Reach::Unknown => Confidence::Possible,
            Reach::Always if !self.assumed && !self.onbuild => Confidence::Certain,
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
    /// The programs.
    pub names: &'static [&'static str],
    /// Whether calls of one of them are looked for on a system.
    pub on: fn(&System, &str) -> bool,
    /// Whether programs that the build has brought in itself count, too.
    pub installed: bool,
}

/// Every call of the programs in the stages whose system is known.
#[must_use]
pub fn called<'a>(dockerfile: &'a Dockerfile, wanted: &Wanted) -> Vec<Called<'a>> {
    let mut found = Vec::new();
    // What each stage has brought in by its end.
    let mut ends: Vec<Changed> = Vec::new();
    for (stage, one) in dockerfile.stages.iter().enumerate() {
        let inherited = match one.base {
            Base::Stage(parent) => ends.get(parent).cloned().unwrap_or_default(),
            _ => Changed::default(),
        };
        let mut visit =
            Visit { dockerfile, wanted, stage, basis: basis(dockerfile, stage), found: &mut found };
        ends.push(visit.stage(inherited));
    }
    found
}

/// What a build has made of an image.
#[derive(Debug, Clone, Default)]
struct Changed {
    /// Programs that it brought in.
    provided: Vec<&'static str>,
    /// Packages that it took out.
    removed: Vec<String>,
}

/// One stage being looked at.
struct Visit<'v, 'a> {
    dockerfile: &'a Dockerfile,
    wanted: &'v Wanted,
    stage: usize,
    basis: Option<Basis<'a>>,
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
                let mut all = changed.clone();
                all.provided.append(&mut on_top.provided);
                all.removed.append(&mut on_top.removed);
                self.instruction(number, instruction, &mut all);
                *on_top = all;
            } else {
                self.instruction(number, instruction, &mut changed);
            }
        }
        changed
    }

    fn instruction(&mut self, number: usize, instruction: &'a Instruction, changed: &mut Changed) {
        let names = self.wanted.names;
        let Changed { provided, removed } = changed;
        provided.extend(names.iter().filter(|name| provided::by_copy(instruction, name)));
        let (Name::Run, Arguments::Command(line)) = (instruction.name, &instruction.arguments) else {
            return;
        };
        let Some(script) = &line.script else { return };
        let calls = script.calls();
        let functions: Vec<&str> =
            names.iter().copied().filter(|name| provided::by_function(&calls, name)).collect();
        for (at, call) in calls.all.iter().enumerate() {
            provided.extend(names.iter().filter(|name| provided::by_command(call.command, name)));
            removed.extend(provided::taken_out(call.command));
            let Some((name, variable, assumed)) = self.program(number, &calls, at) else { continue };
            let Some(basis) = self.basis.filter(|basis| (self.wanted.on)(basis.system, name)) else {
                continue;
            };
            if provided.contains(&name) && !self.wanted.installed || functions.contains(&name) {
                continue;
            }
            self.found.push(Called {
                basis,
                name,
                call: *call,
                variable,
                exec: line.exec && at == 0,
                onbuild: instruction.onbuild.is_some(),
                reach: reach::reach(&calls, call, name, basis.system),
                assumed: assumed || basis.assumed,
                removed: removed.clone(),
                dockerfile: self.dockerfile,
                stage: self.stage,
                number,
                before: calls.all[..at].to_vec(),
            });
        }
    }

    /// Which of the programs a call runs; the variable that stands for it, and
    /// whether its value is assumed.
    fn program(
        &self,
        number: usize,
        calls: &Calls<'a>,
        at: usize,
    ) -> Option<(&'static str, Option<String>, bool)> {
        let word = calls.all[at].command.program()?;
        let known =
            |text: &str| self.wanted.names.iter().copied().find(|name| *name == provided::program(text));
        if let Some(literal) = word.literal() {
            return known(literal).map(|name| (name, None, false));
        }
        let variable = word.variable()?;
        let (value, assumed) = match assigned(&calls.all[..at], variable) {
            Assigned::Nowhere => {
                let value = self.dockerfile.variable(self.stage, number, variable)?;
                (value.text, value.assumed)
            }
            Assigned::Once(value) => (value.to_owned(), true),
            Assigned::Unknown => return None,
        };
        // `PM="yum -y"` is split into words.
        let first = value.split_whitespace().next()?;
        known(first).map(|name| (name, Some(variable.to_owned()), assumed))
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
