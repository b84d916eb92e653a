//! What must change in the commands of stages that move to another system.

use std::collections::BTreeMap;

use ruff_text_size::{TextRange, TextSize};

use super::called::{Called, Wanted, called};
use super::destination;
use super::lacking::{self, Missing};
use super::package_manager::{self, Translation};
use super::reach::{Outcome, Reach};
use crate::catalogue::images;
use crate::parse::dockerfile::Dockerfile;
use crate::version::PythonVersion;

/// Edits of commands, and what they do not settle.
#[derive(Debug, Default)]
pub struct Crossing {
    /// What is written where.
    pub edits: Vec<(TextRange, String)>,
    /// Why a person must look at them; what is left to do.
    pub reasons: Vec<String>,
}

const WANTED: Wanted = Wanted {
    names: &["amazon-linux-extras", "dnf", "microdnf", "yum"],
    on: |system, _| system.id.starts_with("amazon-linux-2023"),
    installed: false,
};

/// The edits that let the commands of some stages run on the systems that the
/// stages will be built on for the target.
#[must_use]
pub fn crossing(dockerfile: &Dockerfile, stages: &[usize], target: PythonVersion) -> Crossing {
    let mut out = Crossing::default();
    let is_other = |stage: &usize| {
        let system = destination(dockerfile, *stage, target).and_then(|image| image.system);
        system.is_some_and(|system| system.id.starts_with("amazon-linux-2023"))
    };
    if !stages.iter().any(is_other) {
        return out;
    }
    let moves = |called: &Called<'_>| called.moved && stages.contains(&called.stage);
    for called in called(dockerfile, &WANTED, target) {
        if moves(&called) && called.reach != Reach::Never && called.outcome() != Outcome::Handled {
            out.cross(dockerfile, &called);
        }
    }
    // Packages by the place where they are added.
    let mut added: BTreeMap<TextSize, (bool, Vec<&str>)> = BTreeMap::new();
    for missing in lacking::missing(dockerfile, target) {
        if moves(&missing.called) && missing.is_shown() {
            let Missing { called, lacking, .. } = &missing;
            match lacking::installation(dockerfile, called) {
                Some(place) => {
                    added.entry(place.at).or_insert((place.alone, Vec::new())).1.push(lacking.package)
                }
                None => out.reason(format!("the package `{}` has to be installed", lacking.package)),
            }
        }
    }
    for (at, (alone, packages)) in added {
        let packages = packages.join(" ");
        let text = if alone { format!("RUN dnf install -y {packages}\n") } else { format!(" {packages}") };
        out.edits.push((TextRange::empty(at), text));
    }
    out
}

impl Crossing {
    fn cross(&mut self, dockerfile: &Dockerfile, called: &Called<'_>) {
        let (name, system) = (called.name, called.system);
        let manager = images::manager(system.manager).or_else(|| images::manager("microdnf"));
        let Some(manager) = manager.filter(|_| name != "amazon-linux-extras") else {
            return self.reason(format!("what `{name}` did has to be done otherwise"));
        };
        let value = |variable: &str| called.value(variable);
        let translation = package_manager::translate(called.call.command, manager, system, &value);
        // The full `dnf` takes what `yum` took, but for the names of packages.
        let is_full = images::manager(system.manager).is_none();
        let mut edits = package_edits(&translation);
        if !is_full {
            edits.extend(translation.edits.iter().cloned());
        }
        if name == "yum" && system.lacks.contains(&"yum") {
            match package_manager::name_edit(called, "dnf") {
                Some(edit) => edits.push(edit),
                None => {
                    return self
                        .reason("`yum` has to be replaced where a variable or an array has it".to_owned());
                }
            }
        }
        let commented =
            |range: TextRange| dockerfile.comments.iter().any(|one| one.intersect(range).is_some());
        let (name_only, exec) = (edits.len() == 1 && name == "yum", called.exec);
        if exec && !edits.is_empty() && !name_only || edits.iter().any(|(range, _)| commented(*range)) {
            return self.reason(format!("a call of `{name}` has to be changed by hand"));
        }
        self.edits.extend(edits);
        if is_full {
            let told =
                translation.obstacles.iter().filter(|one| one.kind == package_manager::ObstacleKind::Package);
            return told.for_each(|one| self.reason(one.told.clone()));
        }
        translation.reasons.iter().for_each(|reason| self.reason(reason.clone()));
        match translation.blocked {
            Some(_) if translation.full => {
                self.edits.extend(package_manager::full(dockerfile, called.stage));
                self.reason(package_manager::FULL.to_owned());
            }
            Some(blocked) => self.reason(blocked),
            None => {}
        }
    }

    fn reason(&mut self, reason: String) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// The edits of names of packages alone.
fn package_edits(translation: &Translation) -> Vec<(TextRange, String)> {
    let packages =
        translation.obstacles.iter().filter(|one| one.kind == package_manager::ObstacleKind::Package);
    packages.flat_map(|one| one.edits.iter().cloned()).collect()
}
