//! What another package manager makes of a `yum` command line.

use ruff_text_size::TextRange;

use super::called::Called;
use crate::catalogue::images::{Manager, Package, System, Verdict};
use crate::parse::dockerfile::Dockerfile;
use crate::parse::shell::{Command, Word};

/// The command line as the other manager wants it.
#[derive(Debug, Default)]
pub struct Translation {
    /// Changes to the arguments: what stands where, and what it becomes.
    pub edits: Vec<(TextRange, String)>,
    /// Why a person must look at the result; empty if nobody need.
    pub reasons: Vec<String>,
    /// What the other manager cannot do, with the way out: there is no fix.
    pub blocked: Option<String>,
    /// The full `dnf` can do all that this one cannot.
    pub full: bool,
    /// Each thing that does not work as it stands, in order of the text.
    pub obstacles: Vec<Obstacle>,
}

/// A part of a command line with which the manager does not do what is meant.
#[derive(Debug)]
pub struct Obstacle {
    /// The words.
    pub range: TextRange,
    /// What it is about: a sub-command, an option, a package.
    pub subject: String,
    /// What kind of thing that is.
    pub kind: ObstacleKind,
    /// What happens, as a sentence without full stop.
    pub told: String,
    /// The way out, as an order without full stop.
    pub instead: Option<String>,
    /// What makes it work; empty if nothing simple does.
    pub edits: Vec<(TextRange, String)>,
    /// What else the edits change.
    pub cost: Option<String>,
    /// It depends on what the packages are on the day.
    pub sometimes: bool,
    /// The full `dnf` can do it.
    pub full: bool,
}

/// Kinds of obstacles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObstacleKind {
    /// A sub-command that is not known.
    Command,
    /// An option, or a value of one, that is not known.
    Option,
    /// A question that nobody answers.
    Question,
    /// A file or an address in place of a package.
    File,
    /// A package that cannot be installed under this name.
    Package,
}

/// Translates a call of `yum`; `value` gives the values of variables that are
/// known.
#[must_use]
pub fn translate(
    command: &Command,
    manager: &Manager,
    system: &System,
    value: &dyn Fn(&str) -> Option<String>,
) -> Translation {
    let mut reader = Reader {
        manager,
        system,
        program: command.program().map_or(TextRange::default(), |word| word.range),
        arguments: command.arguments(),
        value,
        out: Translation::default(),
        answered: false,
        command: None,
        operands: Vec::new(),
    };
    reader.read();
    reader.judge();
    let mut blocks = reader.out.obstacles.iter().filter(|one| one.edits.is_empty());
    reader.out.full =
        reader.command.is_some() && blocks.all(|one| one.full || one.kind == ObstacleKind::Package);
    reader.out
}

struct Reader<'w> {
    manager: &'w Manager,
    system: &'w System,
    program: TextRange,
    arguments: &'w [Word],
    value: &'w dyn Fn(&str) -> Option<String>,
    out: Translation,
    /// `-y` is given.
    answered: bool,
    /// The sub-command.
    command: Option<&'w Word>,
    /// What follows it, options left out.
    operands: Vec<&'w Word>,
}

impl<'w> Reader<'w> {
    fn read(&mut self) {
        let mut at = 0;
        while let Some(word) = self.arguments.get(at) {
            at += 1;
            match word.literal() {
                Some("--") => {}
                Some(text) if text.starts_with("--") => at += self.long(at - 1, text),
                Some(text) if text.starts_with('-') && text.len() > 1 => at += self.letters(at - 1, text),
                Some(_) if self.command.is_none() => self.command = Some(word),
                _ => self.operands.push(word),
            }
        }
    }

    /// `--name`, `--name=value` or `--name value`; how many more words it takes.
    fn long(&mut self, at: usize, text: &str) -> usize {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        self.answered |= name == "--assumeyes";
        let Some(verdict) = self.manager.option(name) else {
            self.unknown_option(self.arguments[at].range, name, "leave it out, or do it another way");
            return 0;
        };
        let apart = verdict.value && value.is_none();
        let value = value.or_else(|| if apart { self.arguments.get(at + 1)?.literal() } else { None });
        let more = usize::from(apart).min(self.arguments.len() - at - 1);
        if let Some(reason) = verdict.leave_out {
            self.leave_out(at, at + more, name, reason, verdict.only_output);
        } else {
            self.check_option(self.arguments[at].range, verdict, value);
        }
        more
    }

    fn unknown_option(&mut self, range: TextRange, name: &str, instead: &str) {
        let told = format!("`{}` does not know `{name}`", self.manager.name);
        self.obstacle(range, name, ObstacleKind::Option, told.clone(), Some(instead));
        self.block(told, instead);
    }

    fn obstacle(
        &mut self,
        range: TextRange,
        subject: &str,
        kind: ObstacleKind,
        told: String,
        instead: Option<&str>,
    ) -> &mut Obstacle {
        let (subject, instead) = (subject.to_owned(), instead.map(str::to_owned));
        let obstacle = Obstacle {
            range,
            subject,
            kind,
            told,
            instead,
            edits: Vec::new(),
            cost: None,
            sometimes: false,
            full: false,
        };
        self.out.obstacles.push(obstacle);
        self.out.obstacles.last_mut().expect("one was pushed")
    }

    /// `-y`, `-yq`, `-d1`, `-d 1`; how many more words it takes.
    fn letters(&mut self, at: usize, text: &str) -> usize {
        let mut kept = String::from("-");
        let mut left_out = Vec::new();
        let mut more = 0;
        for (place, letter) in text.char_indices().skip(1) {
            let name = format!("-{letter}");
            self.answered |= letter == 'y';
            let Some(verdict) = self.manager.option(&name) else {
                self.unknown_option(self.arguments[at].range, &name, "leave it out, or do it another way");
                return 0;
            };
            match verdict.leave_out {
                Some(reason) => left_out.push((name, reason, verdict.only_output)),
                None => {
                    self.check_option(self.arguments[at].range, verdict, None);
                    kept.push(letter);
                }
            }
            if verdict.value {
                // The value is the rest of the word, or the next one.
                let in_word = place + letter.len_utf8() < text.len();
                more = usize::from(!in_word).min(self.arguments.len() - at - 1);
                break;
            }
        }
        let Some((first, reason, only_output)) = left_out.first() else { return more };
        if kept == "-" {
            self.leave_out(at, at + more, first, reason, *only_output);
        } else {
            let (range, written) = (self.arguments[at].range, self.out.edits.len());
            self.out.edits.push((range, kept));
            self.take_away(at + 1, at + more, first, reason);
            self.left_out(range, first, reason, *only_output, written);
        }
        more
    }

    fn check_option(&mut self, range: TextRange, verdict: &Verdict, value: Option<&str>) {
        let fits = |value: &str| {
            let (key, _) = value.split_once('=').unwrap_or((value, ""));
            // `REPOSITORY.option=` is passed on as it is.
            verdict.only.contains(&value) || key.contains('.')
        };
        if let Some(instead) = verdict.instead {
            self.unknown_option(range, verdict.name, instead);
            self.can_full(!verdict.plugin);
        } else if !verdict.only.is_empty() && !value.is_some_and(fits) {
            let value = value.unwrap_or_default();
            let what = format!("`{}` does not take `{} {value}`", self.manager.name, verdict.name);
            let instead = format!("leave it out, or write one of `{}`", verdict.only.join("`, `"));
            self.obstacle(range, verdict.name, ObstacleKind::Option, what.clone(), Some(&instead));
            self.block(what, &instead);
        }
    }

    /// Takes an option away that does nothing here.
    fn leave_out(&mut self, from: usize, to: usize, name: &str, reason: &str, only_output: bool) {
        let written = self.out.edits.len();
        self.take_away(from, to, name, reason);
        self.left_out(self.arguments[from].range, name, reason, only_output, written);
    }

    /// Notes that the edits from `written` on leave an option out.
    fn left_out(&mut self, range: TextRange, name: &str, reason: &str, only_output: bool, written: usize) {
        let edits = self.out.edits[written..].to_vec();
        let told = format!("`{}` does not know `{name}`", self.manager.name);
        let obstacle = self.obstacle(range, name, ObstacleKind::Option, told, Some("leave it out"));
        obstacle.edits = edits;
        obstacle.cost = (!only_output).then(|| reason.to_owned());
    }

    /// Takes words away, with the blanks before them.
    fn take_away(&mut self, from: usize, to: usize, name: &str, reason: &str) {
        for at in from..=to {
            let Some(word) = self.arguments.get(at) else { return };
            let before = at.checked_sub(1).and_then(|before| self.arguments.get(before));
            let start = before.map_or(self.program, |before| before.range).end();
            self.out
                .edits
                .push((TextRange::new(start.min(word.range.start()), word.range.end()), String::new()));
        }
        let reason = format!("`{}` does not know `{name}`; {reason}", self.manager.name);
        self.reason(reason);
    }

    fn judge(&mut self) {
        let Some(word) = self.command else {
            return self.block("there is no sub-command".to_owned(), "look at what the command is for");
        };
        let text = word.value.text();
        let Some(verdict) = self.manager.command(text) else {
            return self.unknown_command(word, "leave it out, or do it another way");
        };
        if let Some(instead) = verdict.instead {
            self.unknown_command(word, instead);
            return self.can_full(!verdict.plugin);
        }
        if let (Some(write), Some(because)) = (verdict.write, verdict.because) {
            let edit = (word.range, write.to_owned());
            self.out.edits.push(edit.clone());
            self.reason(because.to_owned());
            let instead = format!("write `{write}`");
            self.obstacle(word.range, text, ObstacleKind::Command, because.to_owned(), Some(&instead))
                .edits = vec![edit];
        }
        if verdict.asks && !self.answered {
            let edit = (TextRange::empty(word.range.end()), " -y".to_owned());
            self.out.edits.push(edit.clone());
            // `update` alone asks on the day that there is something to update.
            let sometimes = self.operands.is_empty();
            let when = if sometimes { " as soon as there is something to do" } else { "" };
            let told =
                format!("without `-y`, `{}` waits for an answer that never comes{when}", self.manager.name);
            self.reason(told.clone());
            let obstacle =
                self.obstacle(word.range, text, ObstacleKind::Question, told, Some("give it `-y`"));
            obstacle.edits = vec![edit];
            obstacle.sometimes = sometimes;
        }
        self.only(verdict);
        if verdict.asks {
            self.packages();
        }
    }

    /// Says of the last obstacle whether the full `dnf` has none there.
    fn can_full(&mut self, can: bool) {
        if let Some(obstacle) = self.out.obstacles.last_mut() {
            obstacle.full = can;
        }
    }

    fn unknown_command(&mut self, word: &Word, instead: &str) {
        let text = word.value.text();
        let told = format!("`{}` does not know `{text}`", self.manager.name);
        self.obstacle(word.range, text, ObstacleKind::Command, told.clone(), Some(instead));
        self.block(told, instead);
    }

    /// Sub-commands that take certain arguments alone.
    fn only(&mut self, verdict: &Verdict) {
        let Some(word) = self.operands.first().copied().filter(|_| !verdict.only.is_empty()) else { return };
        let text = word.value.text();
        if word.literal().is_some_and(|text| verdict.only.contains(&text)) && self.operands.len() == 1 {
            return;
        }
        match (verdict.only, self.operands.as_slice()) {
            ([one], [_]) => {
                let edit = (word.range, (*one).to_owned());
                self.out.edits.push(edit.clone());
                let told = format!("`{}` knows only `{} {one}`", self.manager.name, verdict.name);
                self.reason(told.clone());
                let subject = format!("{} {text}", verdict.name);
                let instead = format!("write `{one}`");
                self.obstacle(word.range, &subject, ObstacleKind::Command, told, Some(&instead)).edits =
                    vec![edit];
            }
            _ => {
                let subject = format!("{} {text}", verdict.name);
                let told = format!("`{}` does not know `{subject}`", self.manager.name);
                let instead = format!("write one of `{}`", verdict.only.join("`, `"));
                self.obstacle(word.range, &subject, ObstacleKind::Command, told.clone(), Some(&instead));
                self.block(told, &instead);
            }
        }
    }

    fn packages(&mut self) {
        let operands = std::mem::take(&mut self.operands);
        let conflicts = |word: &&&Word| {
            self.known(word.value.text()).is_some_and(|(_, package)| package.conflicts.is_some())
        };
        let all = operands.iter().filter(conflicts).count() == operands.len();
        for word in operands {
            let text = word.value.text();
            if word.literal().is_some() {
                self.package(word, text);
                if !all {
                    self.leave_conflict(word);
                }
            } else if let Some(value) = word.variable().and_then(self.value) {
                value.split_whitespace().for_each(|package| self.package(word, package));
            } else {
                self.reason(format!("what `{text}` stands for is not known here"));
            }
        }
    }

    /// Leaves a package out that conflicts with one that does the same.
    fn leave_conflict(&mut self, word: &Word) {
        let at = self.arguments.iter().position(|one| one.range == word.range);
        let before = at.and_then(|at| at.checked_sub(1)).and_then(|at| self.arguments.get(at));
        let start = before.map_or(self.program, |before| before.range).end();
        let conflict = self.known(word.value.text()).is_some_and(|(_, package)| package.conflicts.is_some());
        if let Some(obstacle) =
            self.out.obstacles.last_mut().filter(|_| conflict && start <= word.range.start())
        {
            obstacle.edits = vec![(TextRange::new(start, word.range.end()), String::new())];
        }
    }

    /// A package that a word names, by itself or by the value of a variable.
    fn package(&mut self, word: &Word, text: &str) {
        let (range, written) = (word.range, word.literal() == Some(text));
        if text.ends_with(".rpm") || text.contains("://") || text.starts_with(['/', '.']) {
            let what = format!("`{}` installs no files and addresses", self.manager.name);
            let instead = "install it with `rpm -i`, and what it needs by name";
            self.obstacle(range, text, ObstacleKind::File, what.clone(), Some(instead)).full = true;
            self.block(what, instead);
        } else if text.starts_with('@') {
            let what = format!("`{}` knows no groups", self.manager.name);
            let instead = "install the packages of the group by name";
            self.obstacle(range, text, ObstacleKind::File, what.clone(), Some(instead)).full = true;
            self.block(what, instead);
        } else if let Some((name, package)) = self.known(text) {
            let told = format!("`{name}` cannot be installed: {}", package.reason);
            let instead = package.called.map(|called| format!("install `{called}`"));
            let obstacle =
                self.obstacle(range, name, ObstacleKind::Package, told.clone(), instead.as_deref());
            let called = package.called.filter(|_| written);
            obstacle.edits = called.map(|called| (range, called.to_owned())).into_iter().collect();
            self.reason(told);
        } else if written && word.glob || text.contains(['*', '?']) {
            self.reason(format!("whether `{text}` still fits the same packages is not known here"));
        } else if is_pinned(text) {
            self.reason(format!("{} may not have the version of `{text}`", self.system.title));
        }
    }

    /// What is known of a package, with its architecture or without.
    fn known<'t>(&self, text: &'t str) -> Option<(&'t str, &'static Package)> {
        let of = |name: &'t str| self.system.package(name).map(|package| (name, package));
        of(text).or_else(|| of(plain(text)))
    }

    fn reason(&mut self, reason: String) {
        if !self.out.reasons.contains(&reason) {
            self.out.reasons.push(reason);
        }
    }

    /// There is no fix; the first obstacle is told.
    fn block(&mut self, what: String, instead: &str) {
        self.out.blocked.get_or_insert_with(|| format!("{what}: {instead}"));
    }
}

/// A package's name without its architecture.
pub(super) fn plain(package: &str) -> &str {
    let suffixes = [".x86_64", ".aarch64", ".i686", ".noarch"];
    suffixes.iter().find_map(|suffix| package.strip_suffix(suffix)).unwrap_or(package)
}

/// Whether a version stands behind the package's name: `gcc-7.3.1`.
fn is_pinned(package: &str) -> bool {
    package.rsplit_once('-').is_some_and(|(_, last)| last.starts_with(|c: char| c.is_ascii_digit()))
}

/// Why the full `dnf` in place of the small one is no small matter.
pub const FULL: &str = "the full `dnf` is installed in place of `microdnf`, with a Python of its own";

/// The edit that puts the full `dnf` in place of the small one at the start of
/// a stage, in the way of AWS's own build images.
#[must_use]
pub fn full(dockerfile: &Dockerfile, stage: usize) -> Option<(TextRange, String)> {
    let from = dockerfile.instructions.get(dockerfile.stages.get(stage)?.instructions.start)?;
    let text = "\nRUN dnf remove -y microdnf-dnf && microdnf install -y dnf";
    Some((TextRange::empty(from.range.end()), text.to_owned()))
}

/// The edit that writes another program where a call names `yum`; `None` where
/// the name does not stand in the file as it is read.
#[must_use]
pub fn name_edit(called: &Called<'_>, to: &str) -> Option<(TextRange, String)> {
    let word = called.call.command.program().filter(|_| called.variable.is_none())?;
    let length = word.value.text().len();
    let range = word.value.exact(length.checked_sub(called.name.len())?, length)?;
    Some((range, to.to_owned()))
}

/// Whether the edits may be made: none of them takes a comment with it, and
/// each word stands in the file as it was read, without quotes.
#[must_use]
pub fn fits(text: &str, translation: &Translation) -> bool {
    translation.edits.iter().all(|(range, _)| !text[*range].contains(['#', '"', '\'', ',']))
}
